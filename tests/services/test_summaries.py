"""What came of a consultation: told once, rounded, and left when everything else is erased."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.consultations import FEWEST
from bot.domain.contributions import Outcome
from bot.domain.errors import NotAllowed, Outdated
from bot.domain.people import Act, Role
from bot.domain.reports import NoWords, TooLong
from bot.domain.summaries import LONGEST_SUMMARY, Numbers
from bot.services import consultations, contributed, erasure, summaries
from storage import summaries as queries
from storage.database import Database, Transaction
from storage.tables import contributions as table
from storage.tables import outbox
from tests import maravia
from tests.conftest import FrozenClock
from tests.services.test_consultations import CHAT, announced, officer, signed_up, tick
from tests.services.test_contributions import left, sent

SAID = "Ramps will be built."


async def _told(tx: Transaction) -> list[str]:
    return await tx.values(
        select(outbox.c.sign_up).where(outbox.c.key.like("consultation:%:summary:%"))
    )


async def _decide(tx: Transaction, act: Act, outcome: Outcome) -> None:
    for each in await tx.values(select(table.c.id)):
        await contributed.decide(tx, act, each, outcome)


async def test_contributors_are_told_once_and_numbers_are_rounded(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = [await signed_up(database, clock, found, CHAT + n) for n in range(FEWEST + 1)]
    for each in kept:
        await sent(database, clock, found, each)
    await sent(database, clock, found, kept[0], "More.")
    await left(database, clock, found, "Nobody's.")
    async with database.write() as tx:
        amina = await officer(tx, clock)
        with pytest.raises(Outdated):
            await summaries.publish(tx, amina, found.id, SAID, "en")
        await _decide(tx, amina, Outcome.TAKEN_UP)
        await consultations.close(tx, amina, found.id)
        await summaries.publish(tx, amina, found.id, SAID, "en")
        assert sorted(await _told(tx)) == sorted(each.handle for each in kept)
        await summaries.publish(tx, amina, found.id, "More ramps will be built.", "en")
        await summaries.publish(tx, amina, found.id, "Des rampes.", "fr")
        assert len(await _told(tx)) == len(kept), "each once, whatever is said anew"
        english = await queries.get(tx, found.id, "en")
        other = await queries.get(tx, found.id, "ar")
        french = await queries.get(tx, found.id, "fr")
    assert english is not None
    assert english.words == "More ramps will be built."
    assert english.numbers == Numbers(5, {"lgbti": 5}, 5, {"taken_up": 5})
    assert french is not None
    assert french.words == "Des rampes."
    assert other in (english, french)


async def test_it_stays_when_everything_that_was_said_is_erased(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    await sent(database, clock, found, await signed_up(database, clock, found))
    async with database.write() as tx:
        amina = await officer(tx, clock)
        await consultations.close(tx, amina, found.id)
        await summaries.publish(tx, amina, found.id, SAID, "en")
        await erasure.of_consultation(tx, tick(clock), found.id)
    await erasure.destroy_keys(database, tick(clock))
    async with database.write() as tx:
        (public,) = await queries.public(tx)
        assert (public.title, public.summary.words) == (found.title, SAID)
        assert public.summary.numbers == Numbers(0, {}, 0, {}), "of one person nothing is told"
        with pytest.raises(Outdated):
            await summaries.publish(tx, await officer(tx, clock), found.id, SAID, "en")


async def test_only_the_secretariat_says_it_and_it_has_to_say_something(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        amina = await officer(tx, clock)
        await consultations.close(tx, amina, found.id)
        with pytest.raises(NoWords):
            await summaries.publish(tx, amina, found.id, " \n", "en")
        with pytest.raises(TooLong):
            await summaries.publish(tx, amina, found.id, "a" * (LONGEST_SUMMARY + 1), "en")
        amal = maravia.act(await maravia.somebody(tx, "Amal", Role.VALIDATOR, None), clock.now())
        with pytest.raises(NotAllowed):
            await summaries.publish(tx, amal, found.id, SAID, "en")
        with pytest.raises(NotAllowed):
            await summaries.of(tx, amal, found.id, "en")
        assert not await queries.is_there(tx, found.id)

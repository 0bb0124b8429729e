"""Two processes at what somebody left in a consultation: nothing comes back, goes twice, waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import URL, func, select

from bot.domain.consultations import Card, SignUp, SignUpState
from bot.domain.contributions import Outcome, State
from bot.services import consultations, contributed, contributing, erasure, sign_ups, waiting
from storage import consultations as queries
from storage import contributions
from storage import sign_ups as kept_rows
from storage import waiting as seats
from storage.database import Database, Transaction
from storage.tables import audit, erasures
from tests.conftest import FrozenClock
from tests.locks import looking_at_locks
from tests.services.test_consultations import (
    BOT,
    CHAT,
    LAST_DAY,
    announced,
    nobody,
    officer,
    signed_up,
    tick,
)
from tests.services.test_contributions import draft, left, sent
from tests.services.test_two_processes import one_after_the_other

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_url(postgres: URL) -> URL:
    """On a server, where transactions run side by side."""
    return postgres


async def traces(database: Database, name: str) -> int:
    async with database.read() as tx:
        return int(await tx.value(select(func.count()).where(audit.c.act == name)))


async def counted(database: Database, consultation_id: int, trait: str) -> int:
    async with database.read() as tx:
        return sum((await queries.counts(tx, consultation_id)).get(trait, {}).values())


async def test_words_that_are_taken_back_while_somebody_decides_on_them_stay_gone(
    database: Database, clock: FrozenClock
) -> None:
    """The officer had read them before, and sealed them anew."""
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        act = await officer(tx, clock)

    async def takes_back(tx: Transaction) -> None:
        await contributing.withdraw(tx, nobody(clock), kept, found, mine.number)

    async def decides(tx: Transaction) -> None:
        await contributed.decide(tx, act, mine.id, Outcome.TAKEN_UP)

    assert not await one_after_the_other(database, takes_back, decides)
    async with database.read() as tx:
        gone = await contributions.get(tx, mine.id)
    assert gone is not None
    assert (gone.state, gone.said) == (State.WITHDRAWN, None)


async def test_words_that_are_amended_while_somebody_tags_them_stay_amended(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        act = await officer(tx, clock)

    async def amends(tx: Transaction) -> None:
        new = draft("There are two steps.")
        await contributing.amend(tx, nobody(clock), kept, found, number=mine.number, draft=new)

    async def tags(tx: Transaction) -> None:
        _found, read = await contributed.get(tx, act, mine.id)
        await contributed.tag(tx, act, mine.id, read.kept.tags)

    assert await one_after_the_other(database, amends, tags)
    async with database.read() as tx:
        now = await contributions.get(tx, mine.id)
    assert now is not None
    assert now.said is not None
    assert now.said.words == "There are two steps."


async def test_a_decision_stays_while_its_writer_looks_at_it(
    database: Database, clock: FrozenClock
) -> None:
    """Which message shows the words is noted beside them."""
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        act = await officer(tx, clock)

    async def decides(tx: Transaction) -> None:
        await contributed.decide(tx, act, mine.id, Outcome.TAKEN_UP)

    async def looks(tx: Transaction) -> None:
        await contributing.note_screen(tx, await contributing.own(tx, kept, mine.number), 17)

    assert await one_after_the_other(database, decides, looks)
    async with database.read() as tx:
        now = await contributions.get(tx, mine.id)
    assert now is not None
    assert now.outcome is Outcome.TAKEN_UP
    assert now.said is not None
    assert now.said.screens == (17,)


async def test_two_who_know_a_code_take_the_words_back_once(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    await signed_up(database, clock, found)
    mine, _code, _begun = await left(database, clock, found)
    other = await signed_up(database, clock, found, CHAT + 1)
    await sent(database, clock, found, other, "Mine stay.")

    async def takes_back(tx: Transaction) -> None:
        await contributing.withdraw_of_code(tx, nobody(clock), mine)

    await one_after_the_other(database, takes_back, takes_back)
    assert await traces(database, "contribution.erase") == 1
    assert await counted(database, found.id, "wrote") == 1, "the other's"
    async with database.read() as tx:
        going = select(func.count()).where(erasures.c.handle == mine.handle)
        assert await tx.value(going) == 1


async def test_who_asks_to_be_forgotten_while_their_day_is_over_goes_once(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await signed_up(database, clock, found, CHAT + 1)

    async def forgets(tx: Transaction) -> None:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)

    async def is_over(tx: Transaction) -> None:
        await erasure.of_sign_up(tx, tick(clock), kept)

    await one_after_the_other(database, forgets, is_over)
    assert await traces(database, "sign_up.erase") == 1
    assert await counted(database, found.id, "group") == 1, "the other's"


async def test_a_card_that_is_sent_while_it_is_erased_counts_nobody(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        begun = await sign_ups.agree(tx, nobody(clock), Card(CHAT, BOT, "en"), found)

    async def erases(tx: Transaction) -> None:
        await erasure.of_sign_up(tx, tick(clock), begun)

    async def sends(tx: Transaction) -> None:
        await sign_ups.send(tx, nobody(clock), begun, {})

    assert not await one_after_the_other(database, erases, sends)
    assert await counted(database, found.id, "group") == 0


async def test_seats_that_were_just_taken_away_are_given_to_nobody(
    database: Database, clock: FrozenClock
) -> None:
    """Whoever signed up had read how many there were before."""
    found = await announced(database, clock, seats=2)
    await signed_up(database, clock, found)
    async with database.write() as tx:
        act = await officer(tx, clock)
        second = await sign_ups.agree(tx, nobody(clock), Card(CHAT + 1, BOT, "en"), found)

    async def takes_away(tx: Transaction) -> None:
        await consultations.change(tx, act, found.id, replace(found.wanted, seats=1))

    async def sends(tx: Transaction) -> None:
        await sign_ups.send(tx, nobody(clock), second, {})

    assert await one_after_the_other(database, takes_away, sends)
    async with database.read() as tx:
        assert (await kept_rows.again(tx, second)).state is SignUpState.WAITING


async def test_an_earlier_day_holds_for_whoever_is_just_writing(
    database: Database, clock: FrozenClock
) -> None:
    """The day to which a sign-up is kept is saved with whatever else is."""
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    earlier = LAST_DAY + timedelta(days=15)

    async def shortens(tx: Transaction) -> None:
        await seats.lock(tx, found.id)
        await kept_rows.keep_no_longer(tx, found.id, earlier)

    async def contributes(tx: Transaction) -> None:
        await contributing.send(tx, nobody(clock), kept, found, draft())

    assert await one_after_the_other(database, shortens, contributes)
    async with database.read() as tx:
        assert (await kept_rows.again(tx, kept)).kept_until == earlier


async def test_chats_with_several_consultations_forget_and_take_part_side_by_side(
    open_database: Callable[[], Database], clock: FrozenClock
) -> None:
    """Who forgets two consultations locked one of them behind the end of the audit."""
    one, other = open_database(), open_database()
    found = [await announced(one, clock, seats=3) for _ in range(3)]
    chats = range(CHAT, CHAT + 6)
    for chat in chats:
        for each in found[: 2 if chat % 2 else 3]:
            await signed_up(one, clock, each, chat)

    async def forgets(database: Database, chat: int) -> None:
        async with database.write() as tx:
            await sign_ups.forget(tx, nobody(clock), BOT, chat)

    async def comes(database: Database, chat: int) -> list[SignUp]:
        return [await signed_up(database, clock, each, chat + 100) for each in reversed(found)]

    async def again(database: Database, chat: int) -> None:
        for each in found:
            async with database.write() as tx:
                kept = await kept_rows.of(tx, each.id, BOT, chat + 100)
                if kept is not None:
                    await waiting.ask_again(tx, nobody(clock), each, kept)

    with looking_at_locks():
        await asyncio.gather(
            *(forgets((one, other)[each % 2], each) for each in chats),
            *(comes((other, one)[each % 2], each) for each in chats),
            *(again((one, other)[each % 2], each) for each in chats),
        )
    async with one.read() as tx:
        for each in found:
            assert sum((await queries.counts(tx, each.id))["group"].values()) == len(chats)
            assert sum((await seats.taken(tx, each.id)).values()) == 3

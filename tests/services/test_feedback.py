"""Feedback on a meeting: from those who came, once each, sealed; told in numbers and bare words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.consultations import FEWEST, Consultation, SignUp
from bot.domain.errors import NotAllowed, NotFound, Unfit
from bot.domain.feedback import Feedback
from bot.services import attendance, consultations, erasure
from bot.services import feedback as service
from storage import consultations as queries
from storage import feedback as kept
from storage.database import Database
from storage.tables import audit, outbox
from storage.tables import feedback as table
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    CHAT,
    everything,
    meeting,
    nobody,
    officer,
    signed_up,
    tick,
)

TO_THE_DAY = 28
COMMENT = "The ramp was locked."


async def people(
    database: Database, clock: FrozenClock, found: Consultation, number: int
) -> list[SignUp]:
    return [await signed_up(database, clock, found, CHAT + each) for each in range(number)]


async def come(
    database: Database, clock: FrozenClock, found: Consultation, *those: SignUp
) -> list[SignUp]:
    """The day of the meeting, and the day after it."""
    clock.move(days=TO_THE_DAY)
    noted = []
    for each in those:
        async with database.write() as tx:
            noted.append(await attendance.check_in(tx, nobody(clock), found, each))
    clock.move(days=1)
    return noted


async def given(
    database: Database,
    clock: FrozenClock,
    found: Consultation,
    sent: SignUp,
    comment: str = "",
    **chosen: str,
) -> None:
    async with database.write() as tx:
        said = Feedback(chosen, comment, "en" if comment else None)
        await service.give(tx, nobody(clock), found, sent, said)


async def counts(database: Database, found: Consultation) -> dict[str, dict[str, int]]:
    async with database.read() as tx:
        told = await queries.counts(tx, found.id)
    return {each: told[each] for each in told if each not in ("group", "region", "access", "came")}


async def test_it_is_given_once_changed_and_counted_once(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    [sent] = await come(database, clock, found, *await people(database, clock, found, 1))
    await given(database, clock, found, sent, COMMENT, felt="good", accessible="no")
    assert await counts(database, found) == {
        "feedback": {"given": 1},
        "felt": {"good": 1},
        "accessible": {"no": 1},
    }
    assert COMMENT.encode() not in await everything(database)
    await given(database, clock, found, sent, felt="poor")
    assert await counts(database, found) == {"feedback": {"given": 1}, "felt": {"poor": 1}}
    async with database.read() as tx:
        now = await kept.of_handle(tx, sent.handle)
        assert now is not None
        assert now[1] == Feedback({"felt": "poor"})
        assert await kept.count_comments(tx, found.id) == 0
        facts = await tx.values(select(audit.c.facts).where(audit.c.act == "feedback.give"))
    assert facts == [{}] * 2, "not who"


async def test_nothing_at_all_is_no_feedback(database: Database, clock: FrozenClock) -> None:
    found = await meeting(database, clock)
    [sent] = await come(database, clock, found, *await people(database, clock, found, 1))
    with pytest.raises(Unfit):
        await given(database, clock, found, sent)


async def test_who_did_not_come_is_not_asked_unless_nobody_was_noted(
    database: Database, clock: FrozenClock
) -> None:
    found, other = [await meeting(database, clock) for _ in range(2)]
    came, away = await people(database, clock, found, 2)
    somebody = await signed_up(database, clock, other)
    with pytest.raises(NotFound):
        await given(database, clock, found, came, felt="good")  # before it was
    [came] = await come(database, clock, found, came)
    with pytest.raises(NotFound):
        await given(database, clock, found, away, felt="good")
    await given(database, clock, found, came, felt="good")
    await given(database, clock, other, somebody, felt="good")


async def test_those_who_came_are_asked_once_in_the_morning_after(
    database: Database, clock: FrozenClock
) -> None:
    found, other = [await meeting(database, clock) for _ in range(2)]
    came, _away = await people(database, clock, found, 2)
    theirs = await people(database, clock, other, 2)

    async def asked() -> set[str]:
        await consultations.follow(database, tick(clock))
        async with database.read() as tx:
            rows = await tx.rows(select(outbox).where(outbox.c.sign_up.is_not(None)))
        about = [row for row in rows if "feedback:" in str(row["screen"])]
        assert len({row["sign_up"] for row in about}) == len(about), "nobody twice"
        assert {str(row["screen"]["lines"]) for row in about} <= {
            str([{"text": "participant.news"}])
        }
        return {row["sign_up"] for row in about}

    clock.move(days=TO_THE_DAY)
    async with database.write() as tx:
        await attendance.check_in(tx, nobody(clock), found, came)
    assert await asked() == set()
    clock.move(hours=14)
    assert await asked() == set(), "before nine in the morning"
    clock.move(hours=10)
    everybody = {came.handle, *(each.handle for each in theirs)}
    assert await asked() == everybody
    clock.move(days=1)
    assert await asked() == everybody


async def test_numbers_and_words_are_told_from_five_people_on(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    those = await come(database, clock, found, *await people(database, clock, found, FEWEST + 1))
    for each in those[: FEWEST - 1]:
        await given(database, clock, found, each, COMMENT, felt="good")

    async def told() -> tuple[service.Results, list[str]]:
        async with database.write() as tx:
            act = await officer(tx, clock)
            read = await service.comments(tx, act, found.id, limit=8, offset=0)
            results = await service.results(tx, act, found.id)
        return results, [said.comment for _, said in read]

    results, words = await told()
    assert (results.people, results.chosen, results.comments, words) == (0, {}, 0, [])
    await given(database, clock, found, those[-2], felt="good", could_say="no")
    results, words = await told()
    assert results.chosen["felt"] == {"good": 5}
    assert results.chosen["could_say"] == {}, "of one person nothing is told"
    assert words == [COMMENT] * 4
    await given(database, clock, found, those[-1], felt="poor")
    assert (await told())[0].chosen["felt"] == {"good": 5}, "one more moves nothing"
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await service.results(tx, nobody(clock), found.id)


@pytest.mark.parametrize("how", ["forget", "end"])
async def test_it_goes_with_who_gave_it(database: Database, clock: FrozenClock, how: str) -> None:
    found = await meeting(database, clock)
    [sent] = await come(database, clock, found, *await people(database, clock, found, 1))
    await given(database, clock, found, sent, COMMENT, felt="good")
    async with database.write() as tx:
        if how == "forget":
            await erasure.of_sign_up(tx, nobody(clock), sent)
        else:
            await erasure.of_consultation(tx, tick(clock), found.id)
    assert await counts(database, found) == {}
    async with database.read() as tx:
        assert await tx.values(select(table.c.id)) == []
        _at, what = await queries.erased(tx, found.id)
    assert how == "forget" or what["feedback"] == 1

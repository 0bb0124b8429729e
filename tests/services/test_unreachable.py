"""Who cannot be reached: one silent message a day to each officer, kept as things stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.people import COMMAND_LINE, TICK, Act, Role
from bot.domain.unreachable import Away, Colleague, instead_of
from bot.services import people, unreachable
from storage import accounts, boards, seats
from storage.database import Database
from storage.tables import outbox
from tests import maravia
from tests.services.test_requests import (
    NOW,
    asked,
    at,
    days,
    delivered,
    house,
    report,
    rungs,
    tick,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ticking(moment: datetime) -> Act:
    return Act(TICK, 1, maravia.ZONE, moment)


async def leaves(database: Database, act: Act, reason: str = "blocked", now: Any = NOW) -> None:
    assert act.actor.person_id is not None
    async with database.write() as tx:
        chat = await accounts.chat_of(tx, 1, act.actor.person_id)
        assert chat is not None
        await accounts.mark_unreachable(tx, 1, chat, reason, now=now)


async def returns(database: Database, act: Act) -> bool:
    assert act.actor.person_id is not None
    async with database.write() as tx:
        chat = await accounts.chat_of(tx, 1, act.actor.person_id)
        assert chat is not None
        return await unreachable.back(tx, act, chat)


async def told(database: Database) -> list[tuple[int | None, str, bool, bool]]:
    """To whom, in which day's message, whether it is an edit and whether it is silent."""
    async with database.read() as tx:
        rows = await tx.rows(
            select(outbox).where(outbox.c.key.startswith("unreachable:")).order_by(outbox.c.id)
        )
    return [
        (row["person_id"], str(row["screen"]), row["edits"] is not None, row["silent"])
        for row in rows
    ]


async def found(database: Database, moment: datetime = NOW) -> list[Away]:
    async with database.read() as tx:
        return await unreachable.away(tx, ticking(moment))


async def test_the_alternate_is_suggested_first_and_the_absent_never(database: Database) -> None:
    there = await house(database)
    assert await found(database) == []
    await leaves(database, there.amal)
    (amal,) = await found(database)
    assert (amal.name, amal.reason) == ("Amal", "blocked")
    assert amal.instead is not None
    assert amal.instead.name == "Ali"
    await leaves(database, there.ali, "deactivated")
    assert {each.name: each.instead and each.instead.name for each in await found(database)} == {
        "Amal": "Vera",
        "Ali": "Vera",
    }
    async with database.write() as tx:
        await seats.suspend(tx, there.vera.actor.seats[0].id, at=NOW)
    assert [each.instead for each in await found(database)] == [None, None]


async def test_officers_are_told_once_a_day_without_a_sound_and_kept_up_to_date(
    database: Database,
) -> None:
    there = await house(database)
    otto = there.officer.actor.person_id
    assert await unreachable.follow(database, ticking(NOW)) == 0, "everybody can be reached"
    await leaves(database, there.amal)
    assert await unreachable.follow(database, ticking(NOW)) == 1
    assert await unreachable.follow(database, ticking(NOW)) == 0, "nothing has changed"
    await leaves(database, there.ali, "deactivated", NOW + HOUR)
    await unreachable.follow(database, ticking(NOW + HOUR))
    (first, second) = await told(database)
    assert first[0] == second[0] == otto
    assert [first[2:], second[2:]] == [(False, True), (True, True)]
    assert "unreachable.blocked" in first[1]
    assert "unreachable.deactivated" not in first[1]
    assert "unreachable.deactivated" in second[1]
    await delivered(database)

    assert await unreachable.follow(database, ticking(NOW + DAY)) == 0, "no news, no message"
    assert await returns(database, there.amal)
    await unreachable.follow(database, ticking(NOW + DAY))
    assert await returns(database, there.ali)
    await unreachable.follow(database, ticking(NOW + DAY))
    last = (await told(database))[2:]
    assert [each[2] for each in last] == [True, True], "where the message stands"
    assert "unreachable.nobody" in last[-1][1]

    await leaves(database, there.vera, now=NOW + 2 * DAY)
    await unreachable.follow(database, ticking(NOW + 2 * DAY))
    new, old = (await told(database))[-2:]
    assert new[2] is False, "a new day's news are a new message"
    assert "unreachable.moved" in old[1], "the one of the day before says so"


async def test_going_and_coming_in_one_day_is_one_message(database: Database) -> None:
    there = await house(database)
    for n in range(3):
        await leaves(database, there.amal, now=NOW + n * HOUR)
        await unreachable.follow(database, ticking(NOW + n * HOUR))
        assert await returns(database, there.amal)
        await unreachable.follow(database, ticking(NOW + n * HOUR))
    assert [each[2] for each in await told(database)] == [False] + [True] * 5


async def test_an_officer_who_is_away_is_told_when_they_are_back(database: Database) -> None:
    there = await house(database)
    await leaves(database, there.officer)
    assert await unreachable.follow(database, ticking(NOW)) == 0, "nobody could read it"
    await leaves(database, there.amal)
    await returns(database, there.officer)
    assert await unreachable.follow(database, ticking(NOW)) == 1
    async with database.read() as tx:
        board = await boards.find(tx, unreachable.BOARD, there.officer.actor.person_id or 0)
    assert board is not None


async def test_who_has_not_opened_the_link_for_three_days_is_named_too(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        act = replace(maravia.act(COMMAND_LINE, NOW))
        await people.invite(tx, act, Role.FOCAL_POINT, there.interior, invitee="Karim")
        await people.invite(tx, act, Role.ALTERNATE, there.justice, invitee="Samir")
    assert await found(database, NOW + 3 * DAY - HOUR) == []
    named = {each.name: each for each in await found(database, NOW + 3 * DAY)}
    assert {name: each.reason for name, each in named.items()} == {
        "Karim": "never_started",
        "Samir": "never_started",
    }
    assert named["Karim"].instead is None
    assert named["Samir"].instead is not None
    assert named["Samir"].instead.name == "Amal"


async def test_who_comes_back_gets_the_latest_reminder_that_they_missed(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await leaves(database, there.amal)
    amal = there.amal.actor.person_id
    await days(database, NOW.date(), date(2026, 5, 24))
    missed = await rungs(database, person_id=amal)
    assert missed[:2] == [(-14, "skipped", "unreachable"), (-7, "skipped", "unreachable")]

    await tick(database, NOW + 20 * DAY)
    async with database.write() as tx:
        await tx.execute(outbox.delete())
    back = NOW + 21 * DAY  # the Monday before the request is due
    assert await returns(database, at(there.amal, back))
    assert not await returns(database, at(there.amal, back)), "they were there already"
    await tick(database, back)
    assert (await rungs(database, person_id=amal))[:3] == [
        (-14, "skipped", "unreachable"),
        (-7, "sent", None),
        (-1, "planned", None),
    ]
    await tick(database, back + HOUR)
    async with database.read() as tx:
        reminded = await tx.values(
            select(outbox.c.person_id).where(outbox.c.key.startswith("reminder:"))
        )
    assert reminded == [amal]


async def test_a_reminder_that_found_them_gone_counts_as_missed(database: Database) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    amal = there.amal.actor.person_id
    await days(database, NOW.date(), date(2026, 5, 15))
    assert (await rungs(database, person_id=amal))[0] == (-14, "sent", None)
    theirs = (outbox.c.key.startswith("reminder:"), outbox.c.person_id == amal)
    async with database.write() as tx:
        failed = {"state": "failed", "reason": "blocked", "screen": None}
        await tx.execute(outbox.update().where(*theirs).values(**failed))
    await leaves(database, there.amal)
    back = NOW + 14 * DAY
    assert await returns(database, at(there.amal, back))
    await tick(database, back)
    assert (await rungs(database, person_id=amal))[0] == (-14, "sent", None)
    async with database.read() as tx:
        states = await tx.values(select(outbox.c.state).where(*theirs).order_by(outbox.c.id))
    assert states == ["failed", "planned"], "it goes out again"


async def test_who_answered_while_away_is_reminded_of_nothing(database: Database) -> None:
    there = await house(database)
    amal = there.amal.actor.person_id
    await asked(database, there, "140.7")
    await leaves(database, there.amal)
    await days(database, NOW.date(), date(2026, 5, 20))
    await tick(database, NOW + 20 * DAY)
    async with database.write() as tx:
        await report(tx, at(there.ali, NOW + 20 * DAY), there.assignments["140.7"])
    assert await returns(database, at(there.amal, NOW + 21 * DAY))
    await tick(database, NOW + 21 * DAY)
    states = {(state, why) for _, state, why in await rungs(database, person_id=amal)}
    assert states == {("skipped", "unreachable"), ("skipped", "answered")}


def test_nobody_stands_in_for_themselves() -> None:
    one = Colleague(5, 7, "Amal", Role.ALTERNATE)
    assert instead_of(Role.FOCAL_POINT, [one], person_id=7) is None
    assert instead_of(Role.FOCAL_POINT, [one], person_id=8) == one
    assert instead_of(Role.COORDINATOR, [one], person_id=8) is None

"""Own days and hours; free days; one digest a week, and none for who is reminded that day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotAllowed, Outdated
from bot.domain.people import TICK, Act, Role
from bot.domain.requests import Audience, RequestKind, RequestText
from bot.domain.work_calendar import Hours, Policy
from bot.jobs import Jobs
from bot.schedule import ask_and_remind, send_digests
from bot.services import digests, people, reminders, requests
from bot.services.digests import PICTURE
from bot.services.people import NoHoursLeft
from bot.services.requests import Wanted
from bot.works import digest
from storage import absences, accounts, institutions, seats
from storage import jobs as jobs_of_the_house
from storage.database import Database, Transaction
from storage.tables import audit, jobs, outbox, request_items
from storage.tables import digests as table
from storage.tables import items as item_table
from storage.tables import people as people_table
from storage.tables import reminders as rungs
from tests import maravia
from tests.conftest import FrozenClock
from tests.services.test_exports import tools_for

MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
POLICY = Policy(maravia.ZONE)
WEEK = timedelta(days=7)


async def somebody(
    database: Database,
    name: str = "Amal",
    role: Role = Role.FOCAL_POINT,
    due: Mapping[str, date] | None = None,
) -> Act:
    """Somebody of Justice (the secretariat, of none) whose last digest was a week ago."""
    async with database.write() as tx:
        known = await institutions.by_code(tx, "MOJ")
        justice = known.id if known else (await maravia.justice(tx, due)).institution_id
        there = None if role is Role.OFFICER else justice
        actor = await maravia.somebody(tx, name, role, there)
        await tx.execute(update(table).values(week=date(2026, 4, 27)))
    return maravia.act(actor, MONDAY)


OVERDUE = {"140.7": date(2026, 4, 30)}


async def tick(database: Database, moment: datetime) -> None:
    by = Act(TICK, 1, maravia.ZONE, moment)
    await ask_and_remind(database, by, POLICY)
    await send_digests(database, by, POLICY)


async def ticks(database: Database, first: datetime, last: datetime) -> None:
    """Every hour."""
    while first <= last:
        await tick(database, first)
        first += timedelta(hours=1)


async def told(database: Database) -> list[tuple[int | None, datetime]]:
    async with database.read() as tx:
        rows = await tx.rows(
            select(outbox.c.person_id, outbox.c.created_at)
            .where(outbox.c.key.startswith("digest:"))
            .order_by(outbox.c.id)
        )
    return [(row["person_id"], row["created_at"]) for row in rows]


async def row_of(database: Database, act: Act) -> dict[str, Any]:
    async with database.read() as tx:
        row = await tx.row(select(table).where(table.c.person_id == act.actor.person_id))
    assert row is not None
    return dict(row)


# -- Digests ---------------------------------------------------------------------------------------


async def test_a_digest_comes_once_a_week_while_something_is_open(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    await ticks(database, MONDAY - timedelta(hours=12), MONDAY + 2 * WEEK + timedelta(hours=3))
    person = amal.actor.person_id
    assert await told(database) == [(person, MONDAY + n * WEEK) for n in range(3)]
    row = await row_of(database, amal)
    assert (row["outcome"], row["week"]) == ("sent", (MONDAY + 2 * WEEK).date())


async def test_who_has_nothing_open_is_told_nothing(database: Database) -> None:
    amal = await somebody(database)
    await ticks(database, MONDAY, MONDAY + timedelta(hours=3))
    assert await told(database) == []
    assert (await row_of(database, amal))["outcome"] == "nothing"


async def test_a_digest_says_what_is_open_and_its_picture_is_planned(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    await tick(database, MONDAY)
    async with database.read() as tx:
        said = str(await tx.value(select(outbox.c.screen).where(outbox.c.key.like("digest:%"))))
        job = await tx.row(select(jobs).where(jobs.c.kind == PICTURE))
    assert "digest.what.overdue" in said
    assert "digest.what.returned" not in said
    assert job is not None
    assert job["person_id"] == amal.actor.person_id
    assert [bar[1] for bar in job["arguments"]["groups"][0]["measures"]] == [1, 0, 0, 0, 0]


async def test_after_downtime_a_digest_comes_once(database: Database) -> None:
    await somebody(database, due=OVERDUE)
    thursday = MONDAY + 3 * WEEK + timedelta(days=3, hours=1)
    await ticks(database, thursday, thursday + timedelta(hours=5))
    assert [at for _, at in await told(database)] == [thursday]


async def test_who_is_new_hears_from_the_next_week_on(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    async with database.write() as tx:
        await tx.execute(update(table).values(week=None))
    wednesday = MONDAY + timedelta(days=2)
    await ticks(database, wednesday, MONDAY + WEEK + timedelta(hours=2))
    assert await told(database) == [(amal.actor.person_id, MONDAY + WEEK)]


async def test_what_somebody_waits_for_is_made_before_the_pictures(database: Database) -> None:
    await somebody(database, due=OVERDUE)
    await tick(database, MONDAY)
    async with database.write() as tx:
        asked = await jobs_of_the_house.plan(
            tx, "import_template", {}, person_id=None, seat_id=None, now=MONDAY
        )
        taken = [await jobs_of_the_house.take(tx) for _ in range(3)]
    assert [each and each.kind for each in taken] == ["import_template", PICTURE, None]
    assert taken[0] is not None
    assert taken[0].id == asked


async def test_a_digest_can_be_moved_and_turned_off(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    async with database.write() as tx:
        await digests.choose(tx, amal, weekday=2, off=False)
    await ticks(database, MONDAY, MONDAY + timedelta(days=4))
    assert [at for _, at in await told(database)] == [MONDAY + timedelta(days=2)]
    async with database.write() as tx:
        await digests.choose(tx, amal, weekday=None, off=True)
    await ticks(database, MONDAY + WEEK, MONDAY + WEEK + timedelta(days=5))
    assert len(await told(database)) == 1
    async with database.write() as tx:
        late = replace(amal, now=MONDAY + WEEK + timedelta(days=3, hours=12))
        await digests.choose(tx, late, weekday=None, off=False)
    await ticks(database, late.now, late.now + timedelta(days=1))
    friday = datetime(2026, 5, 15, 9, tzinfo=UTC)
    assert [at for _, at in await told(database)][1:] == [friday]


async def test_who_is_reminded_on_that_day_gets_no_digest(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    officer = await somebody(database, "Otto", Role.OFFICER)
    async with database.write() as tx:
        items = tuple(await tx.values(select(item_table.c.id).order_by(item_table.c.id)))
        words = (RequestText("en", "Mid-term report", "Please report."),)
        wanted = Wanted(RequestKind.STATUS, Audience(None, items), date(2026, 5, 18), words)
        early = replace(officer, now=MONDAY - timedelta(days=10))
        await requests.send_now(tx, early, await requests.plan(tx, early, wanted))
    await ticks(database, MONDAY - timedelta(days=9), MONDAY - timedelta(days=6))
    async with database.read() as tx:
        at = await tx.values(select(rungs.c.at).where(rungs.c.person_id == amal.actor.person_id))
    assert MONDAY in at  # 14 days before
    await ticks(database, MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=4))
    assert amal.actor.person_id not in [person for person, _ in await told(database)]
    row = await row_of(database, amal)
    assert (row["outcome"], row["week"]) == ("reminded", MONDAY.date())


async def test_nobody_without_a_seat_or_a_chat_gets_a_digest(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    ali = await somebody(database, "Ali")
    async with database.write() as tx:
        await seats.end(tx, amal.actor.seats[0].id, now=MONDAY - timedelta(days=1))
        chat = await accounts.chat_of(tx, 1, ali.actor.person_id or 0)
        assert chat is not None
        await accounts.mark_unreachable(tx, 1, chat, "blocked", now=MONDAY)
    await ticks(database, MONDAY, MONDAY + timedelta(hours=2))
    assert await told(database) == []
    assert (await row_of(database, ali))["outcome"] == "unreachable"


async def test_validators_hear_what_was_sent_and_officers_how_the_network_stands(
    database: Database,
) -> None:
    await somebody(database, due=OVERDUE)
    vera = await somebody(database, "Vera", Role.VALIDATOR)
    otto = await somebody(database, "Otto", Role.OFFICER)
    observer = await somebody(database, "Obi", Role.OBSERVER)
    async with database.write() as tx:
        await tx.execute(update(table).values(week=date(2026, 4, 27)))
    await tick(database, MONDAY)
    async with database.read() as tx:
        rows = await tx.rows(select(jobs).where(jobs.c.kind == PICTURE))
    drawn = {row["person_id"]: row["arguments"] for row in rows}
    assert drawn[vera.actor.person_id]["title"]["text"] == "digest.validating"
    figures = drawn[otto.actor.person_id]["groups"][0]["measures"]
    assert {name["text"].rpartition(".")[2]: size for name, size, _ in figures} == {
        "answered": 0,
        "overdue": 1,
        "unreachable": 0,
        "to_review": 0,
        "unassigned": 0,
    }
    assert observer.actor.person_id not in drawn


async def test_the_time_that_institutions_take_is_the_middle_of_their_answers(
    database: Database,
) -> None:
    await somebody(database, due=OVERDUE)
    otto = await somebody(database, "Otto", Role.OFFICER)
    async with database.write() as tx:
        items = tuple(await tx.values(select(item_table.c.id).order_by(item_table.c.id)))
        words = (RequestText("en", "Report", "Please report."),)
        wanted = Wanted(RequestKind.STATUS, Audience(None, items), date(2026, 6, 18), words)
        early = replace(otto, now=MONDAY - timedelta(days=20))
        await requests.send_now(tx, early, await requests.plan(tx, early, wanted))
        ids = await tx.values(select(request_items.c.id).order_by(request_items.c.id))
        for each, days in zip(ids, (1, 4, 19), strict=False):
            await tx.execute(
                update(request_items)
                .where(request_items.c.id == each)
                .values(state="answered", settled_at=early.now + timedelta(days=days))
            )
    await tick(database, MONDAY)
    async with database.read() as tx:
        job = await tx.row(select(jobs).where(jobs.c.person_id == otto.actor.person_id))
    assert job is not None
    [(name, size, shown)] = job["arguments"]["groups"][1]["measures"]
    assert name["values"]["value"]["words"] == "Ministry of Justice"
    assert (size, shown["count"]) == (4, 4)


# -- Own days and hours ----------------------------------------------------------------------------


async def test_own_days_and_hours_move_what_is_planned(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    async with database.write() as tx:
        await people.set_timezone(tx, amal, "Asia/Dhaka")
        await people.set_weekend(tx, amal, frozenset({4, 5}))
        await people.set_hours(tx, amal, Hours(time(18), time(9), time(11, 30)))
    async with database.read() as tx:
        own = (await absences.habits(tx, [amal.actor.person_id or 0]))[amal.actor.person_id or 0]
    assert own == absences.Habits(
        ZoneInfo("Asia/Dhaka"), frozenset({4, 5}), Hours(time(18), time(9), time(11, 30))
    )
    await ticks(database, MONDAY, MONDAY + WEEK)
    sunday = datetime(2026, 5, 10, 6, tzinfo=UTC)  # 11:30 in Dhaka was half an hour ago
    assert [at for _, at in await told(database)] == [MONDAY, sunday]  # their week had begun


async def test_changing_any_of_it_has_reminders_planned_anew(database: Database) -> None:
    amal = await somebody(database)
    otto = await somebody(database, "Otto", Role.OFFICER)
    async with database.write() as tx:
        items = tuple(await tx.values(select(item_table.c.id)))
        words = (RequestText("en", "Report", "Please report."),)
        wanted = Wanted(RequestKind.STATUS, Audience(None, items), date(2026, 6, 18), words)
        await requests.send_now(tx, otto, await requests.plan(tx, otto, wanted))

    async def stale() -> set[bool]:
        async with database.read() as tx:
            return set(await tx.values(select(request_items.c.stale)))

    async def plan() -> None:
        by = Act(TICK, 1, maravia.ZONE, MONDAY)
        await ask_and_remind(database, by, POLICY)
        assert await stale() == {False}

    hours = Hours(time(20), time(7), time(8))
    changes: list[Callable[[Transaction, Act], Awaitable[None]]] = [
        lambda tx, act: people.set_timezone(tx, act, "Africa/Cairo"),
        lambda tx, act: people.set_weekend(tx, act, frozenset({4})),
        lambda tx, act: people.set_hours(tx, act, hours),
        lambda tx, act: people.set_timezone(tx, act, None),
        lambda tx, act: people.set_weekend(tx, act, None),
        lambda tx, act: people.set_hours(tx, act, None),
    ]
    for act in (amal, otto):
        for change in changes:
            await plan()
            async with database.write() as tx:
                await change(tx, act)
            assert await stale() == {True}
    async with database.read() as tx:
        kept = await tx.rows(
            select(people_table.c.timezone, people_table.c.weekend, people_table.c.hours)
        )
    assert [each for row in kept for each in row.values() if each is not None] == []


async def test_quiet_hours_have_to_leave_two_hours(database: Database) -> None:
    amal = await somebody(database)
    async with database.write() as tx:
        with pytest.raises(NoHoursLeft):
            await people.set_hours(tx, amal, Hours(time(9), time(7, 30), time(8)))


# -- The secretariat's own free days ---------------------------------------------------------------


async def test_on_a_free_day_nobody_hears_anything(database: Database) -> None:
    amal = await somebody(database, due=OVERDUE)
    otto = await somebody(database, "Otto", Role.OFFICER)
    async with database.write() as tx:
        await reminders.add_free_day(tx, otto, MONDAY.date(), "Founding day")
        with pytest.raises(reminders.FreeAlready):
            await reminders.add_free_day(tx, otto, MONDAY.date(), "Again")
        with pytest.raises(NotAllowed):
            await reminders.add_free_day(tx, amal, date(2026, 5, 5), "Mine")
        with pytest.raises(NotAllowed):
            await reminders.remove_free_day(tx, amal, MONDAY.date())
    await ticks(database, MONDAY, MONDAY + timedelta(days=1, hours=2))
    assert {at for _, at in await told(database)} == {MONDAY + timedelta(days=1)}
    async with database.write() as tx:
        await reminders.remove_free_day(tx, otto, MONDAY.date())
        with pytest.raises(Outdated):
            await reminders.remove_free_day(tx, otto, MONDAY.date())
    async with database.read() as tx:
        acts = await tx.values(select(audit.c.act).where(audit.c.act.like("free_day.%")))
    assert sorted(acts) == ["free_day.add", "free_day.remove"]


# -- The picture -----------------------------------------------------------------------------------


async def drawn(database: Database, folder: Path, registry: Mapping[str, str]) -> Mapping[str, Any]:
    """The job of the picture, once it was taken up with these functions."""
    jobs_ = Jobs(registry, folder / "jobs") if registry else None
    tools = replace(tools_for(database, folder, jobs_), clock=FrozenClock(MONDAY))
    async with database.write() as tx:
        job = await jobs_of_the_house.take(tx)
    assert job is not None
    await digest.run(job, tools)
    async with database.read() as tx:
        row = await tx.row(select(jobs).where(jobs.c.id == job.id))
    assert row is not None
    return dict(row)


async def test_the_picture_comes_without_a_sound_and_not_to_who_has_left(
    database: Database, tmp_path: Path
) -> None:
    amal = await somebody(database, due=OVERDUE)
    await tick(database, MONDAY)
    job = await drawn(database, tmp_path, {})
    assert (job["state"], job["sha256"] is not None) == ("done", True)
    async with database.read() as tx:
        sent = await tx.row(select(outbox).where(outbox.c.key == f"job:{job['id']}:picture"))
    assert sent is not None
    assert (sent["silent"], sent["person_id"]) == (True, amal.actor.person_id)
    await tick(database, MONDAY + WEEK)
    async with database.write() as tx:
        await seats.suspend(tx, amal.actor.seats[0].id, at=MONDAY)
    job = await drawn(database, tmp_path, {})
    async with database.read() as tx:
        keys = await tx.values(select(outbox.c.key).where(outbox.c.key.like("job:%")))
    assert job["state"] == "done"
    assert len(keys) == 1


async def test_nothing_is_said_of_a_picture_that_cannot_be_drawn(
    database: Database, tmp_path: Path
) -> None:
    await somebody(database, due=OVERDUE)
    await tick(database, MONDAY)
    job = await drawn(database, tmp_path, {digest.PICTURE: "bot.exchange.nowhere:draw"})
    assert (job["state"], job["sha256"]) == ("failed", None)
    async with database.read() as tx:
        keys = await tx.values(select(outbox.c.key).where(~outbox.c.key.like("digest:%")))
    assert keys == []

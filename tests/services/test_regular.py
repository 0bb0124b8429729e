"""Regular exports on both databases: ordered once, stopped, passed on, and never with names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.domain.approvals import Protection
from bot.domain.errors import NotAllowed, NotFound, existing
from bot.domain.exports import DocumentNeeded, ExportKind, ReportNeeded
from bot.domain.filters import EVERYTHING, Dimension, Filter
from bot.domain.people import TICK, Act, Actor, Role
from bot.domain.regular import MOST, Rhythm, TooManyRegular
from bot.domain.work_calendar import Policy
from bot.schedule import order_regular
from bot.services import regular
from bot.works import export
from storage import handover, seats
from storage import jobs as jobs_of
from storage.database import Database
from storage.tables import audit, deadlines, jobs, outbox
from storage.tables import seats as seat_table
from tests import maravia
from tests.services.test_exports import tools_for

MONDAY = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
POLICY = Policy(maravia.ZONE)
KIND = ExportKind.SDG


def by(actor: Actor, now: datetime = MONDAY) -> Act:
    return maravia.act(actor, now)


async def tick(database: Database, now: datetime) -> int:
    """Tick twice at that moment; gives how many exports have been ordered by now."""
    for _ in range(2):
        await order_regular(database, Act(TICK, 1, maravia.ZONE, now), POLICY)
    async with database.read() as tx:
        return int(await tx.value(select(func.count()).select_from(jobs)))


async def officer(database: Database, name: str = "Otto", role: Role = Role.OFFICER) -> Actor:
    async with database.write() as tx:
        if name == "Otto":
            await maravia.justice(tx)
        return await maravia.somebody(tx, name, role, None)


async def added(
    database: Database,
    actor: Actor,
    rhythm: Rhythm = Rhythm.MONDAY,
    chosen: Filter = EVERYTHING,
) -> int:
    async with database.write() as tx:
        return (await regular.add(tx, by(actor), KIND, chosen, rhythm)).id


async def test_each_occurrence_is_ordered_once_and_missed_ones_not_at_all(
    database: Database,
) -> None:
    otto = await officer(database)
    await added(database, otto)
    assert await tick(database, MONDAY) == 0
    assert await tick(database, MONDAY + WEEK) == 1
    assert await tick(database, MONDAY + WEEK + timedelta(days=1)) == 1
    assert await tick(database, MONDAY) == 1  # the clock was put back
    assert await tick(database, MONDAY + 6 * WEEK) == 2
    async with database.read() as tx:
        rows = await tx.rows(select(jobs.c.arguments, jobs.c.person_id, jobs.c.kind))
        acts = await tx.values(select(audit.c.act))
    assert {row["kind"] for row in rows} == {"export"}
    assert rows[0]["arguments"]["export"] == "sdg"
    assert acts.count("regular_export.run") == 2


async def test_at_night_and_on_a_free_day_nothing_is_ordered(database: Database) -> None:
    otto = await officer(database)
    await added(database, otto, Rhythm.SUNDAY)
    assert await tick(database, MONDAY + timedelta(days=6)) == 0
    assert await tick(database, MONDAY + timedelta(days=6, hours=12)) == 0
    assert await tick(database, MONDAY + WEEK) == 1


async def test_where_nothing_passes_the_filter_that_is_said_and_no_file_is_made(
    database: Database,
) -> None:
    otto = await officer(database)
    await added(database, otto, chosen=Filter({Dimension.CLUSTER: ("No such cluster",)}))
    assert await tick(database, MONDAY + WEEK) == 0
    async with database.read() as tx:
        screens = await tx.values(select(outbox.c.screen))
    assert len(screens) == 1
    assert "regular.nothing" in str(screens[0])


async def test_what_is_whole_says_what_it_holds_and_no_empty_calendar_comes(
    database: Database,
) -> None:
    otto = await officer(database)
    async with database.write() as tx:
        await regular.add(tx, by(otto), ExportKind.CALENDAR, EVERYTHING, Rhythm.MONDAY)
    assert await tick(database, MONDAY + WEEK) == 0
    async with database.write() as tx:
        [said] = await tx.values(select(outbox.c.screen))
        assert "regular.nothing_whole" in str(said)
        due: dict[str, Any] = {"uid": "cat", "kind": "periodic_report", "title": "Report to CAT"}
        due |= {"day": MONDAY.date(), "warnings": [], "warned": [], "state": "open"}
        await tx.execute(insert(deadlines).values(created_at=MONDAY, **due))
    assert await tick(database, MONDAY + 2 * WEEK) == 1
    async with database.read() as tx:
        facts = await tx.values(select(audit.c.facts).where(audit.c.act == "regular_export.run"))
    assert [(each["events"], "recommendations" in each) for each in facts] == [
        (0, False),
        (1, False),
    ]


async def test_it_is_asked_for_once_and_only_by_the_secretariat(database: Database) -> None:
    otto = await officer(database)
    assert await added(database, otto) == await added(database, otto)
    async with database.write() as tx:
        amal = await maravia.somebody(
            tx, "Amal", Role.FOCAL_POINT, await maravia.justice_elsewhere(tx)
        )
        with pytest.raises(NotAllowed):
            await regular.add(tx, by(amal), KIND, EVERYTHING, Rhythm.MONDAY)
        with pytest.raises(NotAllowed):
            await regular.listed(tx, by(amal))
        with pytest.raises(NotAllowed):  # what everybody did is taken out by coordinators
            await regular.add(tx, by(otto), ExportKind.AUDIT, EVERYTHING, Rhythm.MONDAY)
        with pytest.raises(ReportNeeded):
            await regular.add(tx, by(otto), ExportKind.COMMENTS, EVERYTHING, Rhythm.MONDAY)
        with pytest.raises(DocumentNeeded):
            await regular.add(tx, by(otto), ExportKind.MATRIX, EVERYTHING, Rhythm.MONDAY)
        for number in range(MOST - 1):
            chosen = Filter({Dimension.DOCUMENT: (str(number),)})
            await regular.add(tx, by(otto), KIND, chosen, Rhythm.MONDAY)
        with pytest.raises(TooManyRegular):
            await regular.add(tx, by(otto), KIND, EVERYTHING, Rhythm.TUESDAY)


async def test_another_officer_sees_and_stops_only_what_comes_to_all(database: Database) -> None:
    otto, cora = await officer(database), await officer(database, "Cora")
    one = await added(database, otto)
    async with database.write() as tx:
        with pytest.raises(NotFound):
            await regular.stop(tx, by(cora), one)
        assert await regular.listed(tx, by(cora)) == []
        await regular.address(tx, by(otto), one, to_all=True)
        assert [each.id for each in await regular.listed(tx, by(cora))] == [one]
        with pytest.raises(NotAllowed):
            await regular.address(tx, by(cora), one, to_all=False)
        await regular.stop(tx, by(cora), one)
        with pytest.raises(NotFound):
            await regular.stop(tx, by(otto), one)
    assert await tick(database, MONDAY + WEEK) == 0


async def test_the_audit_comes_to_all_coordinators_and_to_nobody_else(
    database: Database, tmp_path: Path
) -> None:
    """Regression: addressed to all of the secretariat it reached officers, who may not take it."""
    cora, nora = [await officer(database, each, Role.COORDINATOR) for each in ("Cora", "Nora")]
    otto = await officer(database)
    async with database.write() as tx:
        await maravia.lower(tx, Protection.AUDIT)
        one = await regular.add(tx, by(cora), ExportKind.AUDIT, EVERYTHING, Rhythm.MONDAY)
        await regular.address(tx, by(cora), one.id, to_all=True)
        assert [each.id for each in await regular.listed(tx, by(nora))] == [one.id]
        assert await regular.listed(tx, by(otto)) == []
        for act in (regular.seen, regular.stop):
            with pytest.raises(NotFound):
                await act(tx, by(otto), one.id)
    assert await tick(database, MONDAY + WEEK) == 1
    async with database.write() as tx:
        job = existing(await jobs_of.get(tx, await tx.value(select(jobs.c.id))))
    await export.run(job, tools_for(database, tmp_path))
    async with database.read() as tx:
        ready = outbox.c.key.like(f"job:{job.id}:ready%")
        told = set(await tx.values(select(outbox.c.person_id).where(ready)))
    assert told == {cora.person_id, nora.person_id}


async def test_the_audit_of_who_coordinates_no_more_comes_no_more(database: Database) -> None:
    """Regression: they are officers now, and it was ordered and refused for ever."""
    cora = await officer(database, "Cora", Role.COORDINATOR)
    async with database.write() as tx:
        await regular.add(tx, by(cora), ExportKind.AUDIT, EVERYTHING, Rhythm.MONDAY)
        await tx.execute(update(seat_table).values(role=Role.OFFICER.value))
    assert await tick(database, MONDAY + WEEK) == 0
    async with database.read() as tx:
        acts = await tx.values(select(audit.c.act))
    assert acts.count("regular_export.end") == 1


async def test_it_ends_with_the_seat_and_pauses_while_it_is_suspended(database: Database) -> None:
    otto = await officer(database)
    await added(database, otto)
    [seat] = otto.seats
    async with database.write() as tx:
        await tx.execute(update(seat_table).values(suspended_at=MONDAY))
    assert await tick(database, MONDAY + WEEK) == 0
    async with database.write() as tx:
        await tx.execute(update(seat_table).values(suspended_at=None))
    assert await tick(database, MONDAY + WEEK) == 1
    async with database.write() as tx:
        await seats.end(tx, seat.id, now=MONDAY + WEEK)
    assert await tick(database, MONDAY + 2 * WEEK) == 1
    async with database.write() as tx:
        acts = await tx.values(select(audit.c.act))
        assert await regular.listed(tx, by(otto)) == []
    assert acts.count("regular_export.end") == 1


async def test_it_goes_to_the_successor_with_the_seat(database: Database) -> None:
    otto, nora = await officer(database), await officer(database, "Nora")
    one = await added(database, otto)
    async with database.write() as tx:
        await handover.move(tx, otto.seats[0], nora.seats[0])
        await seats.end(tx, otto.seats[0].id, now=MONDAY)
        assert [each.id for each in await regular.listed(tx, by(nora))] == [one]
    assert await tick(database, MONDAY + WEEK) == 1
    async with database.read() as tx:
        assert nora.person is not None
        assert await tx.value(select(jobs.c.person_id)) == nora.person.id


async def test_it_comes_before_each_open_deadline_of_the_calendar(database: Database) -> None:
    otto = await officer(database)
    await added(database, otto, Rhythm.DEADLINES)
    async with database.write() as tx:
        for number, (day, state) in enumerate(
            ((date(2026, 5, 14), "open"), (date(2026, 5, 14), "open"), (date(2026, 5, 20), "done"))
        ):
            row = {"uid": f"u{number}", "kind": "periodic_report", "title": "CAT", "day": day}
            more = {"warnings": [], "warned": [], "state": state, "created_at": MONDAY}
            await tx.execute(deadlines.insert().values(**row, **more))
    assert await tick(database, MONDAY + timedelta(days=8)) == 0
    assert await tick(database, MONDAY + timedelta(days=9)) == 1
    assert await tick(database, MONDAY + timedelta(days=10)) == 1
    assert await tick(database, MONDAY + timedelta(days=15)) == 1

"""The workbook that came back: what differs, applied all or none, and only while it is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.items import AssignmentState, Part
from bot.domain.people import Act, Role
from bot.exchange import assignments_work
from bot.services import assignments, assignments_book
from bot.services.assignments_book import FIELDS, READ, Wish
from bot.settings import Settings
from storage import assignments as assignment_queries
from storage import clusters, institutions, jobs
from storage.database import Database, Transaction
from storage.tables import assignments as table
from storage.tables import items
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DUE = date(2026, 11, 30)
GIVEN = frozenset(FIELDS)


async def house(tx: Transaction) -> tuple[Sample, int, Act]:
    """Justice leads on four items, 140.7 is due; the Ministry of the Interior has none."""
    sample = await maravia.justice(tx, {"140.7": DUE})
    interior = await maravia.justice_elsewhere(tx)
    otto = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
    return sample, interior, maravia.act(otto, NOW)


async def waiting(tx: Transaction, wishes: list[Wish]) -> int:
    """A job whose preview showed these wishes."""
    found = await assignments_book.differences(tx, wishes)
    job_id = await jobs.plan(tx, READ, {}, person_id=None, seat_id=None, now=NOW)
    result = {
        "wishes": [each.wish.to_json() for each in found],
        "mark": assignments_book.mark(found),
    }
    await jobs.change(tx, job_id, state=jobs.WAITING, result=result)
    return job_id


async def held(tx: Transaction, item_id: int) -> dict[int, tuple[str, str, date | None]]:
    rows = await tx.rows(select(table).where(table.c.item_id == item_id))
    return {each["institution_id"]: (each["part"], each["state"], each["due_on"]) for each in rows}


async def test_only_columns_that_were_given_can_change_anything(database: Database) -> None:
    async with database.write() as tx:
        sample, interior, _ = await house(tx)
        item = sample.items["140.7"]
        nothing = Wish(item, None, (), None, None, frozenset())
        assert await assignments_book.differences(tx, [nothing]) == []
        some = Wish(item, interior, (), None, None, frozenset({"lead"}))
        [found] = await assignments_book.differences(tx, [some])
        assert found.fields == ("lead",)
        every = Wish(item, None, (), None, None, GIVEN)
        [found] = await assignments_book.differences(tx, [every])
        assert found.fields == ("lead", "due", "cluster")
        assert Wish.from_json(every.to_json()) == every


async def test_the_cluster_of_a_restricted_item_is_not_told_and_an_empty_cell_keeps_it(
    database: Database, tmp_path: Path
) -> None:
    """Regression: its words stayed at home, the name of its cluster did not."""
    async with database.write() as tx:
        sample, _, _ = await house(tx)
        item = sample.items["140.7"]
        hush = await clusters.add(tx, "Hush", "en", now=NOW)
        await clusters.put(tx, [item], hush)
        await tx.execute(update(items).where(items.c.id == item).values(restricted=True))
    path = tmp_path / "book.xlsx"
    order = {"selection": "-", "language": "en", "made_at": NOW.isoformat()}
    url = database.url.render_as_string(hide_password=False)
    settings = Settings.isolated(database_url=url, data_dir=tmp_path)
    made = await assignments_work._make(order, settings, path)
    assert (made["rows"], made["withheld"]) == (4, 1)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [each for each in cells if each and ("Hush" in str(each) or "Ratify" in str(each))]
    async with database.write() as tx:
        untouched = Wish(item, sample.institution_id, (), DUE, None, GIVEN)
        assert await assignments_book.differences(tx, [untouched]) == []
        other = await clusters.add(tx, "Other", "en", now=NOW)
        [found] = await assignments_book.differences(tx, [replace(untouched, cluster=other)])
        assert found.fields == ("cluster",)


async def test_a_workbook_is_applied_at_once_and_only_once(database: Database) -> None:
    """Another lead with the former one contributing; a date; a cluster; nobody at all."""
    async with database.write() as tx:
        sample, interior, otto = await house(tx)
        justice = sample.institution_id
        seven, nine, twelve = (sample.items[code] for code in ("140.7", "140.9", "140.12"))
        cluster = await clusters.add(tx, "Equality", "en", now=NOW)
        [old] = [each.id for each in await clusters.every(tx) if each.id != cluster]
        job_id = await waiting(
            tx,
            [
                Wish(seven, interior, (justice,), DUE, old, GIVEN),
                Wish(nine, justice, (), date(2027, 1, 31), cluster, GIVEN),
                Wish(twelve, None, (), None, old, GIVEN),
            ],
        )
    async with database.write() as tx:
        assert await assignments_book.apply(tx, otto, job_id) == 3
    async with database.write() as tx:
        assert await held(tx, seven) == {
            justice: ("contributing", "announced", DUE),
            interior: ("lead", "draft", DUE),
        }
        assert await held(tx, nine) == {justice: ("lead", "announced", date(2027, 1, 31))}
        assert await held(tx, twelve) == {justice: ("lead", "ended", None)}
        into = select(items.c.cluster_id).where(items.c.id == nine)
        assert await tx.value(into) == cluster
        with pytest.raises(Outdated):
            await assignments_book.apply(tx, otto, job_id)


async def test_dates_that_were_not_changed_stay_each_institutions_own(database: Database) -> None:
    async with database.write() as tx:
        sample, interior, otto = await house(tx)
        seven, justice = sample.items["140.7"], sample.institution_id
        await assignments.assign(
            tx, otto, [seven], lead=None, contributing=[interior], due_on=date(2026, 6, 1)
        )
        wish = Wish(
            seven, interior, (justice,), DUE, None, frozenset({"lead", "contributing", "due"})
        )
        await assignments_book.apply(tx, otto, await waiting(tx, [wish]))
        assert await held(tx, seven) == {
            justice: ("contributing", "announced", DUE),
            interior: ("lead", "draft", date(2026, 6, 1)),
        }


async def test_nothing_is_applied_that_has_changed_since_the_preview(database: Database) -> None:
    async with database.write() as tx:
        sample, interior, otto = await house(tx)
        seven, nine = sample.items["140.7"], sample.items["140.9"]
        wishes = [Wish(each, interior, (), DUE, None, GIVEN) for each in (seven, nine)]
        job_id = await waiting(tx, wishes)
        await assignments.assign(tx, otto, [seven], lead=None, contributing=[interior], due_on=None)
    async with database.write() as tx:
        with pytest.raises(Outdated):
            await assignments_book.apply(tx, otto, job_id)
    async with database.read() as tx:
        [left] = await assignment_queries.of_items(tx, [nine])
        assert (left.part, left.state) == (Part.LEAD, AssignmentState.ANNOUNCED)


async def test_a_discarded_workbook_is_not_applied(database: Database) -> None:
    async with database.write() as tx:
        sample, interior, otto = await house(tx)
        job_id = await waiting(tx, [Wish(sample.items["140.7"], interior, (), DUE, None, GIVEN)])
        await assignments_book.discard(tx, otto, job_id)
        with pytest.raises(Outdated):
            await assignments_book.apply(tx, otto, job_id)
        with pytest.raises(NotFound):
            await assignments_book.apply(tx, otto, 999)


async def test_only_the_secretariat_applies_a_workbook(database: Database) -> None:
    async with database.write() as tx:
        sample, interior, _ = await house(tx)
        seated = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        amal = maravia.act(seated, NOW)
        job_id = await waiting(tx, [Wish(sample.items["140.7"], interior, (), DUE, None, GIVEN)])
        with pytest.raises(NotAllowed):
            await assignments_book.apply(tx, amal, job_id)
        with pytest.raises(NotAllowed):
            await assignments_book.discard(tx, amal, job_id)


async def test_institutions_of_one_name_are_told_apart(database: Database) -> None:
    """By their codes; and a bar in a name would end it in a cell."""
    async with database.write() as tx:
        first = await institutions.add(tx, "C1", "city", {"en": "City Council"})
        second = await institutions.add(tx, "C2", "city", {"en": "City Council", "fr": "Ville"})
        third = await institutions.add(tx, "AB", "office", {"en": "A | B"})
        every = await institutions.every(tx)
    assert assignments_work.institution_names(every, "en") == {
        first: "City Council (C1)",
        second: "City Council (C2)",
        third: "A / B",
    }
    known = assignments_work.known_names(every, ("en", "fr"))
    assert (known["Ville"], known["C1"], known["City Council (C2)"]) == (second, first, second)

"""An export of certain days: of everything that is said in it, nothing is of another day."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, update

from bot.domain.exports import FORMS, ExportKind
from bot.domain.filters import Dimension, Filter
from bot.exchange.order import Order
from storage import exports
from storage.database import Database, Transaction
from storage.tables import (
    assessments,
    assignments,
    consolidations,
    evidence,
    figures,
    grades,
    status_updates,
)
from storage.vault import Vault
from tests import maravia
from tests.exchange.test_every_kind import made

EARLY = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
LATE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BEFORE = Filter({Dimension.DOCUMENT: (maravia.REVIEW,)}, until=date(2025, 12, 31))
SINCE = Filter({Dimension.DOCUMENT: (maravia.REVIEW,)}, since=date(2026, 1, 1))
NARROWED = [kind for kind in ExportKind if not FORMS[kind].beside and not FORMS[kind].of_a_report]
STATUSES = {"EARLY": "planned", "LATE": "implemented"}


async def said_twice(tx: Transaction, vault: Vault) -> None:
    """Of 140.7: reported and approved, consolidated, assessed and graded in each of two years."""
    sample = await maravia.justice(tx)
    item, held = sample.items["140.7"], sample.assignments["140.7"]
    nhri = await maravia.justice_elsewhere(tx)
    seat = await maravia.seat(tx, "Amina")
    for version, (name, at) in enumerate((("EARLY", EARLY), ("LATE", LATE)), 1):
        common = {"language": "en", "as_of": at.date(), "status": STATUSES[name]}
        own = {"number": f"SU-{at.year}-0001", "assignment_id": held, "kind": "report"}
        own |= {"state": "approved", "measures": f"{name} measures.", "submitted_at": at}
        report = await maravia.new(tx, status_updates, **common, **own, decided_at=at)
        counted = {"status_update_id": report, "indicator": f"{name} figure", "year": at.year}
        await tx.execute(insert(figures).values(**counted, value=version, disaggregation=[]))
        stored = await vault.put(f"{name} file".encode())
        await maravia.file(tx, stored.sha256, stored.size, at)
        piece = {"status_update_id": report, "kind": "document", "state": "stored"}
        piece |= {"sha256": stored.sha256, "size": stored.size, "name": f"{name}.pdf"}
        await tx.execute(insert(evidence).values(**piece, caption=f"{name} file", added_at=at))
        is_last = name == "LATE"
        made_of = {"item_id": item, "version": version, "current": is_last, "seat_id": seat}
        sentence = {"sentence": f"{name} sentence.", "at": at}
        await tx.execute(insert(consolidations).values(**common, **made_of, **sentence))
        given = {"institution_id": nhri, "words": f"{name} assessment.", "given_at": at}
        await tx.execute(insert(assessments).values(**common, **made_of, **given))
        grade = {"item_id": item, "scheme": "hrc", "grade": "B", "session": f"{name} session"}
        grade |= {"language": "en", "entered_by": seat, "entered_at": NOW, "given_on": at.date()}
        await tx.execute(insert(grades).values(**grade, note=f"{name} note."))
    last = {"status": "implemented", "as_of": LATE.date(), "reported_at": LATE}
    last |= {"report_state": "approved", "last_status_update_id": report}
    await tx.execute(update(assignments).where(assignments.c.id == held).values(**last))


@pytest.fixture
async def record(database: Database, tmp_path: Path) -> Database:
    (tmp_path / "data").mkdir()
    vault = Vault.open(tmp_path / "data" / "files")
    async with database.write() as tx:
        await said_twice(tx, vault)
    return database


@pytest.mark.parametrize(
    ("chosen", "meant", "other"), [(BEFORE, "EARLY", "LATE"), (SINCE, "LATE", "EARLY")]
)
@pytest.mark.parametrize("kind", NARROWED)
async def test_no_file_says_what_is_of_another_day(  # noqa: PLR0917
    record: Database, tmp_path: Path, kind: ExportKind, chosen: Filter, meant: str, other: str
) -> None:
    """Regression: under "until 31 December 2025" matrix and paragraphs held words of 2026."""
    path, _ = await made(record, kind, tmp_path, Order(chosen, "en", NOW, "Amina Sall"))
    words = _everything(path)
    assert f"{meant}" in words
    assert other not in words


@pytest.mark.parametrize(("chosen", "status"), [(BEFORE, "planned"), (SINCE, "implemented")])
async def test_an_item_is_counted_as_it_stood_in_those_days(
    record: Database, chosen: Filter, status: str
) -> None:
    async with record.read() as tx:
        found: Any = await exports.on_snapshot(
            tx, chosen, UTC, lambda every: (every.totals(), [*every.recommendations()])
        )
    totals, [item] = found
    assert totals.status == {status: 1}
    year = 2025 if chosen is BEFORE else 2026
    assert (item["status"], item["as_of"].year) == (status, year)
    assert (item["last_update"], item["files"]) == (f"SU-{year}-0001", 1)
    sheets = ("status_updates", "evidence", "assessments")
    assert [totals.sheets[each] for each in sheets] == [1, 1, 2]


async def test_a_status_is_asked_for_as_it_was_in_those_days(record: Database) -> None:
    both = BEFORE.narrowed(Dimension.STATUS, "implemented")
    async with record.read() as tx:
        assert await exports.count(tx, both, UTC) == 0
        assert await exports.count(tx, BEFORE.narrowed(Dimension.STATUS, "planned"), UTC) == 1


async def test_a_report_is_of_the_day_on_which_its_newest_version_came(record: Database) -> None:
    """Its words of 2025 were replaced in 2026: what stands is no word of 2025."""
    async with record.write() as tx:
        first = status_updates.c.number == "SU-2025-0001"
        await tx.execute(update(status_updates).where(first).values(amended_at=LATE))
    async with record.read() as tx:
        assert await exports.count(tx, BEFORE, UTC) == 0


def _everything(path: Path) -> str:
    """All words of a file, whatever it is packed in."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        return "\n".join(str(cell) for row in rows for cell in row)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            read = {each: package.read(each).decode("utf-8") for each in package.namelist()}
        return "\n".join(f"{name}\n{words}" for name, words in read.items())
    return path.read_text("utf-8")

"""What leaves as open data comes back as it was: exported, imported again, nothing changed."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from sqlalchemy import select, update

from bot.domain.filters import EVERYTHING
from bot.domain.people import COMMAND_LINE
from bot.exchange import open_data, sdg, staging
from bot.exchange.cells import unprefixed, write_csv
from bot.exchange.cleaning import clean
from bot.exchange.order import Order
from bot.services import imports as service
from bot.settings import Settings
from storage import exports, imports, jobs
from storage.database import Database
from storage.tables import item_texts, items, status_updates
from tests import maravia
from tests.conftest import sqlite_url
from tests.record import fill

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ORDER = Order(EVERYTHING, "en", NOW, "Amina Sall", withhold=False)
COLUMNS = ("symbol", "paragraph", "text", "language", "position", "themes", "sdgs", "heading")

WORDS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "=", "+33 1 ", "-5", "@", "'", "''=", "＝", "\t=", "\u202b", "«"]),
    st.sampled_from(["Ratify", "تصدّق الدولة", "Élargir", "批准", "𝒳 🏛"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Nd"]), max_size=30),
).map(clean)
LABELS = st.lists(
    st.sampled_from(["A12 Instruments", "=1+1", "-5", "@all", "تعذيب", "16.3", "5 - GENDER"]),
    max_size=3,
    unique=True,
).map(tuple)
ROWS = st.lists(
    st.tuples(
        WORDS.filter(bool),
        st.sampled_from(["en", "fr", "ar"]),
        st.sampled_from(["supported", "noted", "pending"]),
        LABELS,
        LABELS,
        LABELS,
    ),
    min_size=1,
    max_size=8,
)


def settings_for(folder: Path) -> Settings:
    return Settings.isolated(data_dir=folder / "data", key_dir=folder / "keys")


async def exported(database: Database, folder: Path) -> Path:
    """The open data of a database, unpacked into a folder."""
    settings = settings_for(folder)
    room = folder / "room"
    room.mkdir()
    async with database.read() as tx:
        await exports.on_snapshot(
            tx, EVERYTHING, UTC, lambda every: open_data.make(every, ORDER, settings, room)
        )
    with zipfile.ZipFile(room / "open-data.zip") as package:
        package.extractall(folder / "open")
    return folder / "open"


async def compared(database: Database, path: Path, *, apply: bool = False) -> dict[str, int]:
    """What importing the file would do, by outcome; done where asked to."""
    entries = [each for batch in staging.read(str(path), {}) for each in batch]
    facts = entries[0]["facts"]
    async with database.write() as tx:
        job_id = await jobs.plan(tx, service.READ, {}, person_id=None, seat_id=None, now=NOW)
        await imports.stage(tx, job_id, [each for each in entries if "facts" not in each], first=1)
        await imports.compare(tx, job_id)
        found = await imports.outcomes(tx, job_id)
        await jobs.change(tx, job_id, state=jobs.WAITING, result={"facts": facts})
        job = await jobs.get(tx, job_id)
        assert job is not None
        if apply:
            await service.apply(tx, maravia.act(COMMAND_LINE, NOW), job)
            await service.finish(tx, job, now=NOW)
    return found


@given(rows=ROWS)
@how(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_open_data_imported_again_changes_nothing(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, rows: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    shutil.copyfile(migrated_sqlite, folder / "focalpoint.db")
    table = [
        ["CAT/C/MRV/CO/3", f"{place}", words, language, position, themes, sdgs, headings]
        for place, (words, language, position, themes, sdgs, headings) in enumerate(rows, start=1)
    ]
    write_csv(folder / "in.csv", COLUMNS, table)

    async def go_round() -> None:
        database = Database(sqlite_url(folder / "focalpoint.db"), audit_key=bytes(32))
        first = await compared(database, folder / "in.csv", apply=True)
        assert first == {imports.NEW: len(rows)}
        out = await exported(database, folder)
        again = await compared(database, out / "recommendations.csv")
        assert again == {imports.UNCHANGED: len(rows)}
        await database.close()

    try:
        asyncio.run(go_round())
    finally:
        shutil.rmtree(folder)


HOSTILE = (
    "=1+1",
    "+33 1 23",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=1",
    "_x0041_ <r>a</r> &amp;",
    "control \x01\x0b\x1f here",
    "𝒳" * 20_000,
    "long " * 8_000,
    "\u202eتقرير 140.7\u202c",
    "line\r\nline\n",
)


async def test_hostile_cells_survive_unaltered_in_every_form(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx, updates=200)
        await tx.execute(update(items).values(restricted=False))
        approved = await tx.values(
            select(status_updates.c.id).where(status_updates.c.state == "approved")
        )
        told = dict(zip(approved, HOSTILE, strict=False))
        assert len(told) == len(HOSTILE)
        for key, words in told.items():
            await tx.execute(
                update(status_updates).where(status_updates.c.id == key).values(measures=words)
            )
        for key, words in enumerate(HOSTILE, start=1):
            text = item_texts.c.item_id == key
            await tx.execute(update(item_texts).where(text).values(words=words))
        numbers = await tx.rows(select(status_updates.c.number, status_updates.c.id))
    out = await exported(database, tmp_path)
    expected = {row["number"]: told[row["id"]] for row in numbers if row["id"] in told}
    csv.field_size_limit(200_000)
    rows = csv.DictReader(
        io.StringIO((out / "status_updates.csv").read_bytes().decode("utf-8-sig"), newline="")
    )
    as_csv = {row["number"]: unprefixed(row["measures"]) for row in rows}
    as_json = {
        row["number"]: row["measures"]
        for row in json.loads((out / "status_updates.json").read_text("utf-8"))
    }
    assert {each: as_csv[each] for each in expected} == expected
    assert {each: as_json[each] for each in expected} == expected
    assert in_excel(await by_goal(database, tmp_path)) >= set(HOSTILE)


async def by_goal(database: Database, folder: Path) -> Path:
    async with database.read() as tx:
        await exports.on_snapshot(
            tx,
            EVERYTHING,
            UTC,
            lambda every: sdg.make(every, ORDER, settings_for(folder), folder),
        )
    return folder / "goals.xlsx"


def in_excel(path: Path) -> set[str]:
    """The texts of recommendations, with the cells that they go on in."""
    sheet = openpyxl.load_workbook(path)["Recommendations by goal"]
    heading = [cell.value for cell in sheet[1]]
    text, goes_on = heading.index("Text"), heading.index("Goes on in the next cells")
    found = set()
    for row in sheet.iter_rows(min_row=2, values_only=True):
        words = str(row[text] or "")
        if str(row[goes_on] or "").startswith("Text: "):
            more = int(str(row[goes_on]).split(" | ")[0].removeprefix("Text: "))
            words += "".join(str(each) for each in row[goes_on + 1 : goes_on + 1 + more])
        found.add(unescape(words))
    return found

"""Every kind of export holds what the database holds: one record, counted file by file."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from bench.exports import KINDS, maker
from bot.domain.exports import FORMS, ExportKind
from bot.domain.filters import EVERYTHING, Dimension, Filter, goal_of, target_of
from bot.exchange import archive, impact, open_data
from bot.exchange.cells import unprefixed
from bot.exchange.order import Order, Written
from bot.settings import Settings
from bot.works.export import PROCESSES
from storage import exports
from storage.database import Database
from storage.tables import evidence, files, items, status_updates
from storage.vault import Vault
from tests.record import fill

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ORDER = Order(EVERYTHING, "en", NOW, "Amina Sall", names=False)


@pytest.fixture
async def record(database: Database) -> Database:
    async with database.write() as tx:
        await fill(tx, updates=200)
    return database


def settings_for(folder: Path) -> Settings:
    return Settings.isolated(
        data_dir=folder / "data", key_dir=folder / "keys", timezone="Africa/Dakar"
    )


async def made(
    database: Database, kind: ExportKind, folder: Path, order: Order = ORDER
) -> tuple[Path, Written]:
    """The file of a kind, made in this process by the function that its own process calls."""
    settings = settings_for(folder)
    make = maker(kind)
    room = folder / kind.value
    room.mkdir()
    async with database.read() as tx:
        written = await exports.on_snapshot(
            tx, order.filters, settings.zone, lambda every: make(every, order, settings, room)
        )
    if kind is ExportKind.ARCHIVE:
        vault = Vault.open(folder / "data" / "files")
        written = await archive.pack(room, vault, order.made_at, settings.zone)
    return room / written.file, written


def table(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, as the texts that were written."""
    text = package.read(name).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{key: unprefixed(value) for key, value in row.items()} for row in rows]


async def keep_files(database: Database, folder: Path) -> dict[str, str]:
    """Real bytes behind the record's evidence: one file is missing, one is damaged.

    Gives the hash of every file by the id of its evidence.
    """
    (folder / "data").mkdir()
    vault = Vault.open(folder / "data" / "files")
    async with database.write() as tx:
        rows = await tx.rows(
            select(evidence).where(evidence.c.sha256.is_not(None)).order_by(evidence.c.id)
        )
        hashes = {}
        for row in rows:
            stored = await vault.put(f"file {row['id']}".encode() * 1_000)
            hashes[str(row["id"])] = stored.sha256
            about = await tx.row(select(files).where(files.c.sha256 == row["sha256"]))
            assert about is not None
            await tx.execute(
                files.insert().values({**about, "sha256": stored.sha256, "size": stored.size})
            )
            await tx.execute(
                update(evidence).where(evidence.c.id == row["id"]).values(sha256=stored.sha256)
            )
    missing, damaged = list(hashes.values())[:2]
    await vault.delete(missing)
    kept = folder / "data" / "files" / "kept" / damaged[:2] / damaged[2:4] / damaged
    kept.write_bytes(b"somebody else's")
    return hashes


def test_every_kind_has_a_letter_and_a_process_of_its_own() -> None:
    assert set(PROCESSES) | {ExportKind.CALENDAR} == set(FORMS) == set(ExportKind)
    assert len({form.letter for form in FORMS.values()}) == len(ExportKind)
    assert all(map(maker, KINDS))  # those that the bench measures


async def test_every_kind_counts_what_the_database_holds(record: Database, tmp_path: Path) -> None:
    """The message of a kind counts one of these; the workbook has a test of its own."""
    await keep_files(record, tmp_path)
    async with record.read() as tx:
        every = await tx.rows(select(items))
        kept = await tx.values(select(evidence.c.id).where(evidence.c.sha256.is_not(None)))
    expected: Mapping[ExportKind, int] = {
        ExportKind.OPEN_DATA: sum(not each["restricted"] for each in every),
        ExportKind.ARCHIVE: len(kept),
    }
    for kind in ExportKind:
        form = FORMS[kind]
        if form.of_a_document or form.of_a_report or form.beside:
            continue
        path, written = await made(record, kind, tmp_path)
        assert path.stat().st_size, kind
        counted = written.counts[FORMS[kind].counted]
        assert counted == expected.get(kind, len(every)), kind


# -- By goal ---------------------------------------------------------------------------------------


async def goals_of(database: Database) -> Counter[tuple[str, str]]:
    """Goal and target of each item, found without a statement of the export."""
    found: Counter[tuple[str, str]] = Counter()
    async with database.read() as tx:
        records = await exports.on_snapshot(tx, EVERYTHING, UTC, lambda e: [*e.recommendations()])
    for row in records:
        named: dict[int, set[str]] = {}
        for label in () if row["restricted"] else row["tags"].get("sdg", ()):
            goal = goal_of(label)
            if goal:
                named.setdefault(goal, set()).update({target_of(label) or ""})
        for goal, targets in named.items():
            found.update((str(goal), each) for each in (targets - {""} or {""}))
        if not named:
            found["", ""] += 1
    return found


async def test_a_recommendation_stands_under_each_of_its_goals(
    record: Database, tmp_path: Path
) -> None:
    path, _ = await made(record, ExportKind.SDG_CSV, tmp_path)
    text = path.read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert Counter((row["Goal"], row["Target"]) for row in rows) == await goals_of(record)
    goals = [int(row["Goal"] or 99) for row in rows]
    assert goals == sorted(goals)
    assert {row["Made by"] for row in rows} == {"Amina Sall"}
    async with record.read() as tx:
        every = await tx.values(select(items.c.id))
    assert {row["Recommendations in all"] for row in rows} == {str(len(every))}
    book_path, written = await made(record, ExportKind.SDG, tmp_path)
    book = openpyxl.load_workbook(book_path)
    assert book["Recommendations by goal"].max_row - 1 == len(rows) == written.counts["rows"]
    totals = list(book["Totals"].iter_rows(values_only=True))
    last = next(row for row in reversed(totals) if row[1] == "(no goal named)")
    assert last[-1] == sum(not row["Goal"] for row in rows) > 0


async def test_what_was_returned_is_no_measure_of_a_goal(record: Database, tmp_path: Path) -> None:
    path, _ = await made(record, ExportKind.SDG_CSV, tmp_path)
    text = path.read_text("utf-8-sig")
    async with record.read() as tx:
        for row in await tx.rows(select(status_updates)):
            if row["state"] in ("returned", "withdrawn"):
                assert f"({row['number']}, " not in text
    assert "approved): " in text


# -- Open data -------------------------------------------------------------------------------------


async def test_open_data_holds_what_is_approved_and_nothing_of_what_is_restricted(
    record: Database, tmp_path: Path
) -> None:
    path, written = await made(record, ExportKind.OPEN_DATA, tmp_path)
    async with record.read() as tx:
        open_items = set(await tx.values(select(items.c.id).where(~items.c.restricted)))
        said = await tx.rows(select(status_updates))
    with zipfile.ZipFile(path) as package:
        everything = {name: package.read(name).decode() for name in package.namelist()}
        tables = {name: table(package, f"{name}.csv") for name in open_data.TABLES}
        described = json.loads(everything["datapackage.json"])
    assert {row["id"] for row in tables["recommendations"]} == {f"R-{each}" for each in open_items}
    numbers = {row["number"] for row in tables["status_updates"]}
    approved = {row["number"] for row in said if row["state"] == "approved"}
    assert numbers <= approved
    assert numbers
    assert written.counts["status_updates"] == len(numbers)
    assert not [name for name, text in everything.items() if "Amina" in text or "Person" in text]
    for word in ("secret comment", "secret question", "secret answer", "Cluster", "secret reason"):
        assert not [name for name, text in everything.items() if word in text], word
    for resource in described["resources"]:
        name = resource["name"]
        columns = [field["name"] for field in resource["schema"]["fields"]]
        heading = everything[f"{name}.csv"].lstrip("\ufeff").splitlines()[0]
        assert heading.split(",") == columns
        assert len(json.loads(everything[f"{name}.json"])) == len(tables[name]) == resource["rows"]
        for key in resource["schema"].get("foreignKeys", ()):
            target = key["reference"]
            there = {row[target["fields"]] for row in tables[target["resource"]]}
            assert {row[key["fields"]] for row in tables[name]} <= there, (name, key)


async def test_open_data_is_narrowed_with_its_institutions(
    record: Database, tmp_path: Path
) -> None:
    order = replace(ORDER, filters=Filter({Dimension.INSTITUTION: ("M1",)}))
    path, _ = await made(record, ExportKind.OPEN_DATA, tmp_path, order)
    with zipfile.ZipFile(path) as package:
        rows = {name: table(package, f"{name}.csv") for name in open_data.TABLES}
        readme = package.read("README.txt").decode("utf-8-sig")
    assert {row["institution"] for row in rows["status_updates"]} == {"M1"}
    assert rows["institutions"]
    assert "Institution: Ministry 1" in readme
    assert "the secretariat of the national mechanism" in readme


# -- IMPACT OSS ------------------------------------------------------------------------------------


async def test_every_relation_for_impact_oss_leads_to_a_row(
    record: Database, tmp_path: Path
) -> None:
    path, written = await made(record, ExportKind.IMPACT, tmp_path)
    with zipfile.ZipFile(path) as package:
        rows = {name: table(package, name) for name in impact.COLUMNS}
    there = {
        name: [row["Reference [database:reference]"] for row in found]
        for name, found in rows.items()
    }
    assert all(len(set(found)) == len(found) for found in there.values())
    leads_to = {
        "category-reference": impact.CATEGORIES,
        "indicator-reference": impact.INDICATORS,
        "recommendation-reference": impact.RECOMMENDATIONS,
    }
    for name, columns in impact.COLUMNS.items():
        for column in columns:
            if target := leads_to.get(column):
                cells = [row[f"{column} [rel:{column}]"] for row in rows[name]]
                named = {each for cell in cells if cell for each in cell.split(",")}
                assert named <= set(there[target]), (name, column)
                assert named
    async with record.read() as tx:
        said = await tx.rows(select(status_updates))
    standing = {
        each["number"]
        for each in said
        if each["state"] in ("submitted", "approved") and each["measures"]
    }
    assert set(there[impact.ACTIONS]) == standing
    assert written.counts["recommendations"] == len(rows[impact.RECOMMENDATIONS])
    hidden = [row for row in rows[impact.RECOMMENDATIONS] if "secret" in str(row)]
    assert len(hidden) == written.counts["recommendations"] - written.withheld


# -- Evidence --------------------------------------------------------------------------------------


async def test_the_archive_vouches_for_every_file(record: Database, tmp_path: Path) -> None:
    hashes = await keep_files(record, tmp_path)
    order = replace(ORDER, withhold=False)
    path, written = await made(record, ExportKind.ARCHIVE, tmp_path, order)
    vault = Vault.open(tmp_path / "data" / "files")
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        rows = table(package, "manifest.csv")
        states = Counter(row["State"] for row in rows)
        names = set(package.namelist()) - {"README.txt", "manifest.csv"}
        assert names == {row["Path"] for row in rows if row["Path"]}
        assert Counter(row["SHA-256"] for row in rows) == Counter(hashes.values())
        for row in rows:
            if row["State"] == "whole":
                assert package.read(row["Path"]) == await vault.read(row["SHA-256"])
                assert row["Path"].startswith("A-HRC-6")
                assert row["Status update"] in row["Path"]
    assert states["missing from the store"] == states["damaged: another hash"] == 1
    assert written.counts == {"files": len(hashes), "damaged": 2}


async def test_files_of_what_was_taken_back_say_so(record: Database, tmp_path: Path) -> None:
    """They stay in the record, and are nobody's evidence of now."""
    await keep_files(record, tmp_path)
    async with record.write() as tx:
        some = select(status_updates.c.id).order_by(status_updates.c.id).limit(20)
        ids = list(await tx.values(some))
        await tx.execute(
            update(status_updates).where(status_updates.c.id.in_(ids)).values(state="withdrawn")
        )
    async with record.read() as tx:
        gone = set(
            await tx.values(
                select(status_updates.c.number).where(status_updates.c.state == "withdrawn")
            )
        )
    path, _ = await made(record, ExportKind.ARCHIVE, tmp_path, replace(ORDER, withhold=False))
    with zipfile.ZipFile(path) as package:
        rows = table(package, "manifest.csv")
    told = {row["Status update"] for row in rows if " taken back " in row["Path"]}
    assert told
    assert told == {row["Status update"] for row in rows if row["Path"]} & gone
    path, _ = await made(record, ExportKind.WORKBOOK, tmp_path)
    sheet = openpyxl.load_workbook(path)["Evidence"]
    head, *body = [[str(each.value) for each in row] for row in sheet.iter_rows()]
    number, state = head.index("Status update"), head.index("State")
    states = {row[state] for row in body if row[number] in gone}
    assert "stored; its report is taken back" in states
    assert "stored" not in states


async def test_an_archive_that_leaves_the_machine_names_restricted_files_and_no_more(
    record: Database, tmp_path: Path
) -> None:
    await keep_files(record, tmp_path)
    path, _ = await made(record, ExportKind.ARCHIVE, tmp_path)
    async with record.read() as tx:
        restricted = set(await tx.values(select(items.c.id).where(items.c.restricted)))
    with zipfile.ZipFile(path) as package:
        rows = table(package, "manifest.csv")
    withheld = [row for row in rows if row["State"] == "withheld: restricted"]
    assert withheld
    assert all(not row["Path"] and not row["Title"] for row in withheld)
    assert {int(row["Recommendation id"][2:]) for row in withheld} <= restricted


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("a/b\\c:d*e?.pdf ", "a-b-c-d-e-.pdf"),
        ("..", "-"),
        ("con", "_con"),
        ("\u202eتقرير\u200f 2026", "تقرير 2026"),
        ("x\x00\ny", "x-y"),
        ("ك" * 200, "ك" * 60),
        ("", "-"),
    ],
)
def test_a_name_that_every_file_system_takes(words: str, name: str) -> None:
    assert archive.safe_name(words) == name


async def test_files_of_one_name_stand_beside_each_other(record: Database, tmp_path: Path) -> None:
    hashes = await keep_files(record, tmp_path)
    async with record.write() as tx:
        first = await tx.value(select(evidence.c.status_update_id).where(evidence.c.sha256 != ""))
        stored = evidence.c.sha256.is_not(None)
        await tx.execute(
            update(evidence).where(stored).values(status_update_id=first, name="A.PDF", caption="a")
        )
    path, _ = await made(record, ExportKind.ARCHIVE, tmp_path, replace(ORDER, withhold=False))
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
    assert len({each.casefold() for each in names}) == len(names) == len(hashes) - 1 + 2
    assert any(each.endswith("a (2).pdf") for each in names)


def test_packing_needs_no_loop_of_ours(tmp_path: Path) -> None:
    """An archive without a store is made all the same: every file is named as missing."""
    (tmp_path / "listed.jsonl").write_text(
        "\n".join(json.dumps(each) for each in (_HEAD, _LINE)) + "\n"
    )
    vault = Vault.open(tmp_path / "files")
    written = asyncio.run(archive.pack(tmp_path, vault, NOW, UTC))
    assert written.counts == {"files": 1, "damaged": 1}


_HEAD: dict[str, Any] = {
    "about": ["Evidence"],
    "note": "",
    "headings": list(archive.COLUMNS),
    "states": {each: each for each in archive.Found},
}
_LINE = {"path": "a/1/x.pdf", "sha256": "0" * 64, "received_at": NOW.isoformat()}

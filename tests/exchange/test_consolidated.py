from __future__ import annotations

import asyncio
import shutil
import zipfile
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import String, func, insert, select, update

from bot.domain.filters import EVERYTHING, STATUSES, Dimension, Filter, NothingMatches
from bot.domain.items import Part
from bot.domain.redaction import Mark, Reason
from bot.domain.screens import Text
from bot.exchange import workbook
from bot.exchange.consolidated import make
from bot.exchange.order import Order, environment
from bot.jobs import Jobs, file_in
from bot.settings import Settings
from bot.texts import Texts
from storage import exports, units
from storage.database import Database, Transaction
from storage.redactions import REACHED
from storage.tables import (
    accounts,
    activities,
    answers,
    assessments,
    assignments,
    consolidations,
    contributions,
    deadlines,
    dialogue_questions,
    evidence,
    grades,
    indicator_values,
    indicators,
    institutions,
    item_tags,
    items,
    questions,
    request_items,
    reviews,
    seats,
    source_documents,
    status_updates,
    statuses,
    threads,
)
from tests.conftest import sqlite_url
from tests.record import NASTY, fill

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEXTS = Texts.load(("en", "fr", "ar"))
Rows = list[dict[str, Any]]


def settings_for(database: Database, folder: Path) -> Settings:
    return Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder / "data",
        key_dir=folder / "keys",
        timezone="Africa/Dakar",
    )


async def exported(
    database: Database,
    path: Path,
    chosen: Filter = EVERYTHING,
    *,
    language: str = "en",
    withhold: bool = True,
) -> openpyxl.Workbook:
    """The workbook of a database, made in this process and opened again."""
    settings = settings_for(database, path.parent)
    order = Order(chosen, language, NOW, "=Amina", withhold, bot_name="maravia_bot")
    async with database.read() as tx:
        await exports.on_snapshot(
            tx, chosen, settings.zone, lambda records: make(records, order, settings, path.parent)
        )
    return openpyxl.load_workbook((path.parent / "workbook.xlsx").rename(path))


def word(key: str, language: str = "en") -> str:
    return TEXTS.render(Text(key), language, mode="bare")


def rows_of(book: openpyxl.Workbook, sheet: str, language: str = "en") -> Rows:
    """The rows of a sheet, by the names of its columns."""
    heading, *rows = book[word(f"export.workbook.sheet.{sheet}", language)].iter_rows(
        values_only=True
    )
    names = {word(key, language): key.rpartition(".")[2] for key in _COLUMN_KEYS}
    return [
        dict(zip([names[str(each)] for each in heading if each], row, strict=False)) for row in rows
    ]


_COLUMN_KEYS = [
    key for key in TEXTS._catalogues["en"].entries if key.startswith("export.workbook.column.")
]


async def test_every_sheet_holds_as_many_rows_as_the_database(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
    book = await exported(database, tmp_path / "all.xlsx")
    async with database.read() as tx:
        tables = {
            "recommendations": items,
            "status_updates": status_updates,
            "assignments": assignments,
            "requests": request_items,
            "answers": answers,
            "reviews": reviews,
            "deadlines": deadlines,
            "dialogues": dialogue_questions,
            "questions": questions,
            "threads": threads,
            "evidence": evidence,
            "seats": seats,
            "assessments": assessments,
            "grades": grades,
            "activities": activities,
            "indicators": indicators,
            "contributions": contributions,
        }
        rows = {name: await tx.rows(select(table)) for name, table in tables.items()}
        lone = await tx.values(select(institutions.c.id))
        valued = await tx.values(select(indicator_values.c.indicator_id))
    submitted = {each["id"] for each in rows["status_updates"] if each["state"] == "submitted"}
    assert submitted & {each["status_update_id"] for each in rows["threads"]}
    expected = {
        **{name: len(found) for name, found in rows.items()},
        "dialogues": len(rows["dialogues"]) + 1,  # and the one without a question
        "questions": sum(each["answered_at"] is None for each in rows["questions"])
        + sum(each["status_update_id"] in submitted for each in rows["threads"]),
        "evidence": sum(each["state"] != "dropped" for each in rows["evidence"]),
        "seats": len(rows["seats"])
        + len(set(lone) - {each["institution_id"] for each in rows["seats"]}),
        "indicators": len(valued) + len({each["id"] for each in rows["indicators"]} - {*valued}),
    }
    expected["contributions"] = sum(each["state"] == "sent" for each in rows["contributions"])
    expected["assessments"] += expected.pop("grades")
    del expected["threads"]
    assert {name: len(rows_of(book, name)) for name in expected} == expected
    assert min(expected.values()) > 1


FILTERS = st.builds(
    Filter,
    st.fixed_dictionaries(
        {},
        optional={
            Dimension.MECHANISM: st.sampled_from([("UPR",), ("CAT", "ACHPR")]),
            Dimension.DOCUMENT: st.sampled_from([("A/HRC/61/9",), ("A/HRC/61/9", "A/HRC/62/9")]),
            Dimension.CLUSTER: st.sampled_from([("Cluster 1",), ("Cluster 1", "Cluster 2")]),
            Dimension.THEME: st.sampled_from([("A12 Instruments",)]),
            Dimension.SDG: st.sampled_from([("16.3", "16 - PEACE, JUSTICE")]),
            Dimension.INSTITUTION: st.sampled_from([("M1",), ("M1", "M2")]),
            Dimension.STATUS: st.sampled_from([(each,) for each in STATUSES]),
        },
    ),
    st.sampled_from([None, None, date(2025, 1, 8)]),
    st.sampled_from([None, None, date(2025, 1, 20)]),
)


@given(
    seed=st.integers(0, 10_000),
    items_each=st.integers(0, 12),
    updates=st.integers(0, 60),
    chosen=FILTERS,
)
@how(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_the_filter_the_rows_are_those_of_the_database(  # noqa: PLR0917
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    items_each: int,
    updates: int,
    chosen: Filter,
) -> None:
    """The totals are counted by statements of their own, and the rows here once more by hand."""
    folder = tmp_path_factory.mktemp("record")
    shutil.copyfile(migrated_sqlite, folder / "focalpoint.db")

    async def compare() -> None:
        database = Database(sqlite_url(folder / "focalpoint.db"))
        async with database.write() as tx:
            await fill(tx, seed=seed, items_each=items_each, updates=updates)
        async with database.read() as tx:
            expected = await passing(tx, chosen)
        try:
            book = await exported(database, folder / "all.xlsx", chosen)
            found = {row["id"]: row["status"] for row in rows_of(book, "recommendations")}
        except NothingMatches:
            found = {}
            assert not (folder / "all.xlsx").exists()
        assert found == expected
        await database.close()

    try:
        asyncio.run(compare())
    finally:
        shutil.rmtree(folder)


async def passing(tx: Transaction, chosen: Filter) -> dict[str, str]:
    """The items that a filter means and how each stands, found without a single join."""
    dated = bool(chosen.since or chosen.until)

    def is_meant(moment: datetime) -> bool:
        return (chosen.since or date.min) <= moment.date() <= (chosen.until or date.max)

    def in_days(each: Any) -> Mapping[str, Any]:
        """An assignment with what was said on it last in the days that are meant."""
        own = [one for one in counted if one["assignment_id"] == each["id"]]
        last = max(own, key=lambda one: one["id"], default=None)
        status, at = (last["status"], last["submitted_at"]) if last else (None, None)
        return {**each, "status": status, "reported_at": at} if dated else each

    documents = {row["id"]: row for row in await tx.rows(select(source_documents))}
    tags = await tx.rows(select(item_tags))
    codes = {row["id"]: row["code"] for row in await tx.rows(select(institutions))}
    held = await tx.rows(select(assignments))
    said = await tx.rows(select(status_updates))
    counted = [each for each in said if each["state"] != "withdrawn" and is_meant(_came(each))]
    made = await tx.rows(select(consolidations).order_by(consolidations.c.id))
    consolidated = {each["item_id"]: each["status"] for each in made if is_meant(each["at"])}
    found = {}
    for item in await tx.rows(select(items)):
        mine = [each for each in held if each["item_id"] == item["id"]]
        live = [in_days(each) for each in mine if each["state"] == "announced"]
        status = consolidated.get(item["id"]) or standing(live)
        document = documents[item["document_id"]]
        has: Mapping[Dimension, set[str]] = {
            Dimension.MECHANISM: {document["mechanism"]},
            Dimension.DOCUMENT: {document["symbol"]},
            Dimension.CLUSTER: {f"Cluster {item['cluster_id']}"},
            Dimension.THEME: labels(tags, item["id"], "theme"),
            Dimension.SDG: labels(tags, item["id"], "sdg"),
            Dimension.INSTITUTION: {codes[each["institution_id"]] for each in live},
            Dimension.STATUS: {status},
        }
        own = [
            each["id"]
            for each in mine
            if codes[each["institution_id"]] in (chosen.of(Dimension.INSTITUTION) or codes.values())
        ]
        reported = any(each["assignment_id"] in own for each in counted)
        if all(has[each] & set(values) for each, values in chosen.by.items()) and (
            reported or not dated
        ):
            found[f"R-{item['id']}"] = word(f"status.{status}")
    return found


def _came(said: Any) -> datetime:
    """When the newest version of a report came."""
    moment: datetime = said["amended_at"] or said["submitted_at"]
    return moment


def labels(tags: Any, item: int, vocabulary: str) -> set[str]:
    return {
        each["label"]
        for each in tags
        if (each["item_id"], each["vocabulary"]) == (item, vocabulary)
    }


def standing(live: list[Any]) -> str:
    """The word of the lead who spoke last, else of who contributes, else nothing."""
    spoken = [each for each in live if each["status"]]
    leads = [each for each in spoken if each["part"] == "lead"] or spoken
    latest = max(leads, key=lambda each: (each["reported_at"], -each["id"]), default=None)
    return str(latest["status"]) if latest else "not_reported"


async def test_words_of_restricted_items_stay_out_of_the_chat(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx, updates=200)
    book = await exported(database, tmp_path / "chat.xlsx")
    shown = restricted_cells(book)
    assert shown
    assert not [cell for cell in shown if "secret" in cell]
    totals = [
        row[:2] for row in book[word("export.workbook.sheet.totals")].iter_rows(values_only=True)
    ]
    assert (word("export.workbook.withheld"), 4) in totals
    whole = await exported(database, tmp_path / "shell.xlsx", withhold=False)
    assert [cell for cell in restricted_cells(whole) if "secret" in cell]


def restricted_cells(book: openpyxl.Workbook) -> list[str]:
    """Everything that stands in rows about items 7, 14, 21 and 28."""
    restricted = {f"R-{n}" for n in range(7, 31, 7)}
    sheets = (each for each in workbook.SHEETS if each not in ("seats", "deadlines"))
    return [
        str(cell)
        for sheet in sheets
        for row in rows_of(book, sheet)
        if row.get("recommendation", row["id"] if sheet == "recommendations" else "") in restricted
        for cell in row.values()
    ]


async def test_plans_have_exact_money_and_no_words_about_restricted_items(
    database: Database, tmp_path: Path
) -> None:
    """Activity 9 is for item 28, which is restricted; activity 1 is for a cluster."""
    async with database.write() as tx:
        await fill(tx)
    book = await exported(database, tmp_path / "chat.xlsx")
    plans = {row["id"]: row for row in rows_of(book, "activities")}
    assert plans["AC-1"]["cluster"] == "Cluster 1"
    assert (plans["AC-1"]["amount"], plans["AC-1"]["currency"]) == (250000.055, "EUR")
    assert plans["AC-3"]["items"] == "A/HRC/62/9 140.4"
    assert "secret" in plans["AC-3"]["activity"]
    measured = [row for row in rows_of(book, "indicators") if row["of"] in ("AC-8", "AC-9")]
    assert [(row["of"], row["year"], row["sdg"]) for row in measured] == [
        ("AC-8", 2024, "16.3.1"),
        ("AC-8", 2025, "16.3.1"),
        ("AC-9", None, "16.3.1"),
    ]
    assert "women | 4" in measured[0]["disaggregation"]
    withheld = [*plans["AC-9"].values(), *measured[2].values()]
    assert not [cell for cell in map(str, withheld) if "secret" in cell]
    whole = await exported(database, tmp_path / "shell.xlsx", withhold=False)
    assert "secret" in {row["id"]: row for row in rows_of(whole, "activities")}["AC-9"]["activity"]


async def test_the_workbook_speaks_its_language_and_texts_come_in_the_best_there_is(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
    book = await exported(
        database,
        tmp_path / "ar.xlsx",
        Filter({Dimension.INSTITUTION: ("M1",), Dimension.STATUS: STATUSES}),
        language="ar",
    )
    rows = rows_of(book, "recommendations", "ar")
    assert {row["status"] for row in rows} <= {word(f"status.{each}", "ar") for each in STATUSES}
    told = Counter(row["language"] for row in rows)
    assert told["العربية"] and len(told) > 1  # noqa: PT018 - some in Arabic, some in others
    for row in rows:
        assert row["text"] is None or (row["language"] == "العربية") == (
            row["text"].endswith("in ar")
        )
    parts = {row["part"] for row in rows_of(book, "assignments", "ar")}
    assert parts <= {word(f"label.part.{each}", "ar") for each in Part}  # nobody is spoken to
    first = [
        row[1]
        for row in book[word("export.workbook.sheet.totals", "ar")].iter_rows(values_only=True)
    ]
    assert "الوزارة 1" in first


async def test_nothing_of_telegram_gets_into_a_workbook(database: Database, tmp_path: Path) -> None:
    async with database.write() as tx:
        await fill(tx)
        row = {"bot_id": 1, "chat_id": 987654321, "person_id": 2, "username": "amina_username"}
        await tx.execute(insert(accounts).values(row))
    await exported(database, tmp_path / "all.xlsx")
    with zipfile.ZipFile(tmp_path / "all.xlsx") as package:
        content = b"".join(package.read(name) for name in package.namelist())
    assert b"987654321" not in content
    assert b"amina_username" not in content


async def test_what_people_said_for_statistics_gets_into_no_workbook(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
        await tx.execute(update(seats).values(gender="woman", level="technical"))
    book = await exported(database, tmp_path / "all.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [each for each in cells if each.lower() in ("woman", "technical")]


async def test_a_seat_in_a_unit_is_told_from_the_institution_s(
    database: Database, tmp_path: Path
) -> None:
    """An institution that has only them has nobody who reports: it stands there without a seat."""
    async with database.write() as tx:
        await fill(tx)
        seat = await tx.row(select(seats).where(seats.c.institution_id.is_not(None)).limit(1))
        assert seat is not None
        there = seats.c.institution_id == seat["institution_id"]
        count = len(await tx.values(select(seats.c.id).where(there)))
        unit = await units.add(tx, seat["institution_id"], "Prisons", "en", now=NOW)
        await tx.execute(update(seats).where(there).values(unit_id=unit.id))
    book = await exported(database, tmp_path / "all.xlsx")
    inside = [each for each in rows_of(book, "seats") if each["unit"]]
    assert {each["unit"] for each in inside} == {"Prisons"}
    assert len(inside) == count
    lone = [each for each in rows_of(book, "seats") if not each["role"]]
    assert inside[0]["institution"] in {each["institution"] for each in lone}


async def test_texts_that_look_like_formulas_come_out_as_they_went_in(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
        said = {row["number"]: row["measures"] for row in await tx.rows(select(status_updates))}
    book = await exported(database, tmp_path / "all.xlsx", withhold=False)
    found = {row["number"]: row["measures"] or "" for row in rows_of(book, "status_updates")}
    assert found == {number: words.replace("\r", "_x000D_") for number, words in said.items()}
    assert {each[0] for each in found.values() if each} >= {
        each[0] for each in NASTY if each[0] != "\r"
    }
    with zipfile.ZipFile(tmp_path / "all.xlsx") as package:
        sheets = [name for name in package.namelist() if "worksheets/" in name]
        assert not [name for name in sheets if b"<f>" in package.read(name)]


async def test_the_job_runs_in_a_process_that_opens_the_database_by_itself(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
    settings = settings_for(database, tmp_path)
    jobs = Jobs(
        {"consolidated": "bot.exchange.consolidated:export"},
        tmp_path / "jobs",
        environment=environment(settings),
    )
    told: list[tuple[int, int]] = []
    order = Order(Filter({Dimension.MECHANISM: ("CAT",)}), "fr", NOW, "Amina")
    async with jobs.room() as room:
        result = await jobs.run(
            "consolidated", order.to_json(), room, on_progress=lambda *now: told.append(now)
        )
        book = openpyxl.load_workbook(file_in(room, result["file"]))
    assert len(rows_of(book, "recommendations", "fr")) == result["counts"]["recommendations"] == 10
    assert told[-1][0] == told[-1][1] == sum(result["counts"].values())


async def test_a_filter_that_fits_nothing_is_refused_across_processes(
    database: Database, tmp_path: Path
) -> None:
    settings = settings_for(database, tmp_path)
    jobs = Jobs(
        {"consolidated": "bot.exchange.consolidated:export"},
        tmp_path / "jobs",
        environment=environment(settings),
    )
    async with jobs.room() as room:
        with pytest.raises(NothingMatches):
            await jobs.run("consolidated", Order(EVERYTHING, "en", NOW, "").to_json(), room)
        assert not list(room.glob("*.xlsx"))


async def test_a_child_without_a_database_says_so(tmp_path: Path) -> None:
    """No database is made where there is none."""
    missing = tmp_path / "none" / "focalpoint.db"
    settings = Settings.isolated(
        database_url=f"sqlite+aiosqlite:///{missing}",
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
    )
    jobs = Jobs(
        {"consolidated": "bot.exchange.consolidated:export"},
        tmp_path / "jobs",
        environment=environment(settings),
    )
    async with jobs.room() as room:
        with pytest.raises(Exception, match="crashed"):
            await jobs.run("consolidated", Order(EVERYTHING, "en", NOW, "").to_json(), room)
    assert not missing.exists()


async def test_what_stands_beside_the_answer_has_a_sheet_of_its_own(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
    book = await exported(database, tmp_path / "beside.xlsx")
    rows = {row["id"]: row for row in rows_of(book, "assessments")}
    states = {row["state"] for row in rows.values()}
    assert states == {"standing", "replaced", "withdrawn"}
    graded = next(row for row in rows.values() if row["given_by"] == "Human Rights Committee")
    assert (graded["session"], graded["document"]) == ("131st session", "CCPR/C/131/2")
    assert graded["symbol"] != graded["document"]  # the item's own stands beside it
    open_ones = [row for row in rows.values() if row["text"] == "=secret assessment"]
    assert {row["given_by"] for row in open_ones} == {"Ministry 1"}


async def test_contributions_stand_there_without_their_words(
    database: Database, tmp_path: Path
) -> None:
    """Those leave by files that are taken back; what is narrowed holds what is about it."""
    async with database.write() as tx:
        await fill(tx)
    book = await exported(database, tmp_path / "contributions.xlsx")
    rows = rows_of(book, "contributions")
    assert rows[0]["consultation"] == "=Child rights report"
    assert rows[0]["about"] == "the report as a whole"
    assert (rows[0]["outcome"], rows[0]["themes"]) == ("taken up", "Education")
    assert all("secret" not in str(cell) for row in rows for cell in row.values())
    about = next(row for row in rows if row["items"])
    symbol, paragraph = str(about["items"]).split(" | ")[0].rsplit(" ", 1)
    counted = {
        (row["symbol"], row["paragraph"]): row["contributions"]
        for row in rows_of(book, "recommendations")
    }
    assert counted[symbol, paragraph] == sum(
        f"{symbol} {paragraph}" in str(row["items"]).split(" | ") for row in rows
    )
    one = Filter({Dimension.DOCUMENT: (symbol,)})
    narrowed = await exported(database, tmp_path / "narrowed.xlsx", one)
    left = rows_of(narrowed, "contributions")
    assert 0 < len(left) < len(rows)
    assert all(symbol in str(row["items"]) for row in left)


async def test_statuses_are_called_as_the_country_calls_them(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
        own = {"counts_as": "in_progress", "place": 301}
        for code, names in (
            ("planned", {"en": "announced", "fr": "annoncée"}),
            ("s1", {"en": "=bill drafted"}),
        ):
            await tx.execute(insert(statuses).values(**own, code=code, names=names))
        first = select(func.min(assignments.c.id)).where(assignments.c.state == "announced")
        await tx.execute(
            update(assignments)
            .where(assignments.c.id == first.scalar_subquery())
            .values(status="s1", part="lead", reported_at=NOW)
        )
    for language, called in (
        ("en", {"announced", "=bill drafted"}),
        ("fr", {"annoncée", "=bill drafted (anglais)"}),
    ):
        book = await exported(database, tmp_path / f"{language}.xlsx", language=language)
        found = {row["status"] for row in rows_of(book, "recommendations", language)}
        assert called <= found
        assert word("status.planned", language) not in found


async def test_what_was_redacted_reads_as_that_in_every_sheet(
    database: Database, tmp_path: Path
) -> None:
    mark = Mark(date(2026, 5, 4), Reason.VICTIM)
    async with database.write() as tx:
        await fill(tx, documents=4, items_each=20, held_by=3, updates=60)
        for column in REACHED:
            table = column.table
            goes_whole = table.name == "figures" or column.name in ("name", "file_name", "url")
            if isinstance(column.type, String) and not goes_whole:
                own = column.is_not(None)
                await tx.execute(update(table).where(own).values({column: mark.written()}))
        await tx.execute(update(indicators).values(name=mark.written()))
    book = await exported(database, tmp_path / "book.xlsx", withhold=False)
    seen = Counter(
        sheet.title
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if "[redacted on 4 May" in str(cell)
    )
    assert len(seen) >= 9, "in every sheet where people write"
    shown = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert [each for each in shown if "⟦" in str(each)] == []

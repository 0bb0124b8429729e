from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.exchange import workbook
from bot.exchange.cells import Cell, Link, looks_like_a_formula, storable
from bot.exchange.sheets import SafeSheet, safe_book
from tests.maravia import LONG_AGO

ITEM = workbook.RecommendationRow(
    id="R-1",
    symbol="A/HRC/61/4",
    paragraph="140.7",
    mechanism="Universal Periodic Review",
    cycle="4",
    kind="recommendation",
    position="supported",
    text="Let independent monitors visit every prison.",
    language="en",
    status="in progress",
    as_of=date(2026, 5, 3),
    due=date(2026, 11, 30),
    lead=("Ministry of Justice",),
    contributing=("Port Selene City Council", "Ministry of Health"),
    cluster="Detention",
    states=("Chile", "Ghana"),
    themes=("Conditions of detention",),
    groups=(),
    sdgs=("16.3",),
    last_update="SU-2026-0042",
    last_text="+33 1 23 45: the inspectors' line is open.",
    evidence=2,
    siblings=("R-9",),
    source=Link("https://documents.example.org/A/HRC/61/4"),
    card=Link("javascript:alert(1)"),
)
SEAT = workbook.SeatRow(
    institution="Ministry of Justice",
    unit="",
    person="Amina Selim",
    role="focal point",
    state="confirmed",
    language="Arabic",
    since=date(2026, 1, 5),
    until=None,
)
REQUEST = workbook.RequestRow(
    id="RI-3",
    request="RQ-1",
    kind="status",
    subject="Mid-term report",
    indicator="",
    recommendation="R-1",
    symbol="A/HRC/61/4",
    paragraph="140.7",
    institution="Ministry of Justice",
    asked_at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC),
    due=date(2026, 11, 30),
    reminders=1,
    seen_at=None,
    answered_at=None,
    days=None,
    answer="",
    state="open",
    reason="",
)


def counts(*items: workbook.RecommendationRow, **sheets: int) -> workbook.Counts:
    """The counts of a database that holds these items and so many rows of the other sheets."""
    return workbook.Counts(
        sheets={"recommendations": len(items)} | sheets,
        status=Counter(each.status for each in items),
        mechanism=Counter(each.mechanism for each in items),
        institution=Counter(lead for each in items for lead in each.lead or ("",)),
    )


def contents(*items: workbook.RecommendationRow, **changes: Any) -> workbook.WorkbookContents:
    values = workbook.WorkbookContents(
        language="en",
        made_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        made_by="secretariat",
        filters=(("status", "in progress"),),
        counts=counts(*items),
        recommendations=items,
    )
    return replace(values, **changes)


def written(path: Path, made: workbook.WorkbookContents) -> openpyxl.Workbook:
    """The workbook opened again; its labels are the last words of their keys."""
    workbook.write(path, made, lambda key: key.rpartition(".")[2])
    return openpyxl.load_workbook(path)


def rows_of(book: openpyxl.Workbook, sheet: str) -> list[dict[str, Any]]:
    heading, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def test_a_row_holds_every_value_as_what_it_is(tmp_path: Path) -> None:
    book = written(tmp_path / "all.xlsx", contents(ITEM))
    (row,) = rows_of(book, "recommendations")
    assert row["id"] == "R-1"
    assert row["paragraph"] == "140.7"
    assert row["due"] == datetime(2026, 11, 30)  # noqa: DTZ001  # Excel knows no zones
    assert row["contributing"] == "Port Selene City Council | Ministry of Health"
    assert row["last_text"] == ITEM.last_text
    assert row["evidence"] == 2
    assert row["groups"] is None
    assert row["goes_on"] is None


def test_every_sheet_is_there_even_when_empty(tmp_path: Path) -> None:
    book = written(tmp_path / "all.xlsx", contents())
    assert book.sheetnames == ["totals", *workbook.SHEETS]
    assert all(book[name].freeze_panes == "B2" for name in workbook.SHEETS)
    assert all(book[name].auto_filter.ref for name in workbook.SHEETS)


def test_the_first_sheet_says_when_by_whom_which_filter_and_how_many(tmp_path: Path) -> None:
    other = replace(ITEM, id="R-2", status="implemented", lead=())
    book = written(tmp_path / "all.xlsx", contents(ITEM, other))
    lines = [row for row in book["totals"].iter_rows(values_only=True) if row[0]]
    assert ("made_at", datetime(2026, 11, 23, 8)) in lines  # noqa: DTZ001
    assert ("made_by", "secretariat") in lines
    assert ("status", "in progress") in lines
    assert ("recommendations", 2) in lines
    assert ("implemented", 1) in lines
    assert ("Ministry of Justice", 1) in lines
    assert ("none", 1) in lines  # nobody leads R-2


def test_the_other_sheets_hold_their_rows_and_nothing_that_reaches_a_person(tmp_path: Path) -> None:
    made = contents(
        seats=[SEAT],
        requests=[REQUEST],
        counts=counts(seats=1, requests=1),
        zone=timezone(timedelta(hours=3)),
    )
    book = written(tmp_path / "all.xlsx", made)
    assert rows_of(book, "seats")[0]["person"] == "Amina Selim"
    local = datetime(2026, 11, 2, 2, 30)  # noqa: DTZ001  # three hours ahead
    assert rows_of(book, "requests")[0]["asked_at"] == local
    columns = {name for row_type in workbook.SHEETS.values() for name in row_type.__annotations__}
    assert not [name for name in columns if re.search("phone|telegram|chat|username", name)]


def test_a_workbook_in_arabic_reads_from_right_to_left(tmp_path: Path) -> None:
    book = written(tmp_path / "ar.xlsx", contents(ITEM, language="ar"))
    assert all(sheet.sheet_view.rightToLeft for sheet in book)
    book = written(tmp_path / "fr.xlsx", contents(ITEM, language="fr"))
    assert not any(sheet.sheet_view.rightToLeft for sheet in book)


@pytest.mark.parametrize(
    "wrong",
    [
        counts(ITEM),
        counts(ITEM, replace(ITEM, status="implemented")),
        counts(ITEM, replace(ITEM, mechanism="Committee against Torture")),
        counts(ITEM, replace(ITEM, lead=())),
        counts(ITEM, ITEM, evidence=1),
    ],
)
def test_totals_that_are_not_the_rows_leave_no_file(tmp_path: Path, wrong: workbook.Counts) -> None:
    path = tmp_path / "all.xlsx"
    with pytest.raises(workbook.CountsDiffer) as refusal:
        workbook.write(path, contents(ITEM, ITEM, counts=wrong), str)
    assert refusal.value.differences
    assert list(tmp_path.iterdir()) == []


def test_a_row_source_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def failing() -> Iterator[workbook.RecommendationRow]:
        yield ITEM
        raise ConnectionError

    with pytest.raises(ConnectionError):
        workbook.write(tmp_path / "all.xlsx", contents(ITEM, recommendations=failing()), str)
    assert list(tmp_path.iterdir()) == []


def test_a_text_too_long_for_a_cell_goes_on_at_the_end_of_its_row(tmp_path: Path) -> None:
    long = replace(ITEM, text="Monitor. " * 8_000, last_text="&" * 7_000, card=Link(""))
    book = written(tmp_path / "all.xlsx", contents(ITEM, long, ITEM))
    sheet = book["recommendations"]
    heading, _, row, last = sheet.iter_rows(values_only=True)
    goes_on = heading.index("goes_on")
    assert row[goes_on] == "text: 2 | last_text: 1"
    in_text, last_text = heading.index("text"), heading.index("last_text")
    assert f"{row[in_text]}{row[goes_on + 1]}{row[goes_on + 2]}" == long.text
    assert f"{row[last_text]}{row[goes_on + 3]}" == long.last_text
    assert not any(last[goes_on:])


def test_the_column_that_says_what_goes_on_is_hidden_until_it_is_needed(tmp_path: Path) -> None:
    assert hidden_columns(written(tmp_path / "a.xlsx", contents(ITEM))) == 1
    long = replace(ITEM, text="x" * 40_000)
    assert hidden_columns(written(tmp_path / "b.xlsx", contents(long))) == 0


def hidden_columns(book: openpyxl.Workbook) -> int:
    return sum(each.hidden for each in book["recommendations"].column_dimensions.values())


def test_a_full_sheet_goes_on_in_a_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 3)
    items = [replace(ITEM, id=f"R-{number}") for number in range(5)]
    book = written(tmp_path / "all.xlsx", contents(*items))
    assert book.sheetnames[1:5] == [
        "recommendations",
        "recommendations 2",
        "recommendations 3",
        "assignments",
    ]
    ids = [row["id"] for name in book.sheetnames[1:4] for row in rows_of(book, name)]
    assert ids == [item.id for item in items]


def test_progress_is_told_and_ends_with_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "_STEP", 2)
    told: list[tuple[int, int]] = []
    made = contents(ITEM, ITEM, ITEM, seats=[SEAT], counts=counts(ITEM, ITEM, ITEM, seats=1))
    workbook.write(tmp_path / "all.xlsx", made, str, lambda *progress: told.append(progress))
    assert told == [(2, 4), (4, 4), (4, 4)]


def test_only_web_addresses_can_be_followed(tmp_path: Path) -> None:
    book = written(tmp_path / "all.xlsx", contents(ITEM))
    targets = [
        cell.hyperlink.target for cell in book["recommendations"][2] if cell.hyperlink is not None
    ]
    assert targets == [ITEM.source]


def test_dates_before_excels_calendar_are_kept_as_text(tmp_path: Path) -> None:
    book = written(tmp_path / "all.xlsx", contents(replace(ITEM, due=date(1899, 12, 31))))
    assert rows_of(book, "recommendations")[0]["due"] == "1899-12-31"


@pytest.mark.parametrize(
    "label", ["A" * 40, "تحديثات الحالة والتوصيات الصادرة عن الآليات", "'a/b'", "", "😀" * 20]
)
def test_any_label_makes_a_sheet_name(label: str, tmp_path: Path) -> None:
    workbook.write(tmp_path / "all.xlsx", contents(), lambda _key: label)
    names = openpyxl.load_workbook(tmp_path / "all.xlsx").sheetnames
    assert len({name.casefold() for name in names}) == 1 + len(workbook.SHEETS)
    assert all(0 < len(name.encode("utf-16-le")) <= 62 for name in names)


VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["<r>a</r>", "_x0041_", "_x", "a & b", " a", "a ", "\u00a0a", "a\nb", "=1", "a>"]
    ),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1899, 1, 1), date(2200, 1, 1)),
    st.builds(datetime.combine, st.dates(date(1899, 1, 1)), st.times(), st.just(UTC)),
    st.none(),
)


@given(rows=st.lists(st.lists(VALUES, max_size=30), min_size=1, max_size=4))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_row_written_in_one_step_is_the_one_that_xlsxwriter_writes(
    rows: list[list[Cell]], tmp_path: Path
) -> None:
    with safe_book(tmp_path / "ours.xlsx", language="en", title="", made_at=LONG_AGO) as book:
        sheet = book.sheet("rows")
        for number, row in enumerate(rows):
            sheet.row(number, row)
    with safe_book(tmp_path / "theirs.xlsx", language="en", title="", made_at=LONG_AGO) as book:
        sheet = book.sheet("rows")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                by_the_library(sheet, number, column, value)
    ours, theirs = (cells_in(tmp_path / name) for name in ("ours.xlsx", "theirs.xlsx"))
    assert ours == theirs


def by_the_library(sheet: SafeSheet, row: int, column: int, value: Cell) -> None:
    """Write a value through XlsxWriter's own functions."""
    styles = sheet.styles
    if isinstance(value, str) and value:
        style = styles.quoted if looks_like_a_formula(value) else styles.text
        sheet.sheet.write_string(row, column, storable(value), style)
    elif isinstance(value, datetime):
        local = value.replace(tzinfo=None)
        if value.date() < date(1900, 3, 1):
            sheet.sheet.write_string(row, column, local.isoformat(" ", "minutes"), styles.text)
        else:
            sheet.sheet.write_datetime(row, column, local, styles.moment)
    elif isinstance(value, date):
        if value < date(1900, 3, 1):
            sheet.sheet.write_string(row, column, value.isoformat(), styles.text)
        else:
            sheet.sheet.write_datetime(row, column, value, styles.day)
    elif isinstance(value, int | float):
        sheet.sheet.write_number(row, column, value, styles.number)


def cells_in(path: Path) -> list[tuple[str, str, bool, str]]:
    """Each cell of the only sheet: where, how it is shown, whether quoted, what it holds."""
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    held = dict(re.findall(r'<c r="([A-Z]+\d+)" s="\d+"(.*?)</c>', sheet, re.DOTALL))
    shown: Any = openpyxl.load_workbook(path)["rows"]
    return [
        (place, shown[place].number_format, shown[place].quotePrefix, inside)
        for place, inside in held.items()
    ]

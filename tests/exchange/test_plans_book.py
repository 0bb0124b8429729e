"""The workbook of plans: what is written comes back, and each slip is told with row and column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.disaggregation import Dimension
from bot.domain.plans import ActivityState, IndicatorKind
from bot.exchange import assignments_book, recognise
from bot.exchange import plans_book as book
from bot.exchange.imported import MissingColumns, NotRecognised
from bot.exchange.plans_book import ActivityCells, IndicatorCells, Known, PlanRow

JUSTICE, HEALTH = "Ministry of Justice", "Ministry of Health"
SEVEN, NINE = "A/HRC/61/9 140.7", "A/HRC/61/9 140.9"
ACTIVITIES = (
    ActivityCells(
        "AC-7", (SEVEN, NINE), "=Train every guard", JUSTICE, (HEALTH,), date(2026, 1, 1),
        date(2026, 12, 31), Decimal("250000.55"), "EUR", "National budget", "under_way",
    ),
    ActivityCells("AC-8", ("Detention",), "Visit prisons", HEALTH, state="planned"),
)  # fmt: skip
INDICATORS = (
    IndicatorCells(
        "IN-4", "AC-7", "=Train every guard", "Guards trained", "process", "%", 12.5, 2024, 90.0,
        2027, "16.3.1", ("sex", "age"), 2025, 40.0, {"women": 15.0, "men": 25.0},
    ),
    IndicatorCells("IN-5", "AC-8", "Visit prisons", "Visits", "outcome"),
)  # fmt: skip


def label(key: str) -> str:
    return key.removeprefix("activity.field.").removeprefix("export.plans.")


HEADINGS = book.headings(label)
CODES = {"state": ActivityState, "kind": IndicatorKind, "dimension": Dimension}
KEYS = {"state": "activity.state", "kind": "indicator.kind", "dimension": "dimension"}
WORDS = {
    name: {said: str(each) for each in codes for said in (each, label(f"{KEYS[name]}.{each}"))}
    for name, codes in CODES.items()
}
KNOWN = Known(
    activities={each.id: each.about for each in ACTIVITIES},
    indicators={each.id: each.activity for each in INDICATORS},
    items=(SEVEN, NINE),
    institutions=(JUSTICE, HEALTH),
    clusters=("Detention",),
    words=WORDS,
)


def made(
    path: Path,
    activities: tuple[ActivityCells, ...] = ACTIVITIES,
    indicators: tuple[IndicatorCells, ...] = INDICATORS,
) -> Path:
    book.write(
        path,
        activities,
        indicators,
        about=("Detention", SEVEN, NINE),
        institutions=(JUSTICE, HEALTH),
        labels=label,
        language="en",
        made_at=datetime(2026, 5, 4, tzinfo=UTC),
    )
    return path


def filled(folder: Path, change: Callable[[Any, Any], object]) -> Path:
    """The workbook after somebody worked on it; rows 3 and 4 hold what there was."""
    path = made(folder / "plans.xlsx")
    opened = openpyxl.load_workbook(path)
    change(opened.worksheets[0], opened.worksheets[1])
    opened.save(path)
    return path


def put(activity: dict[str, object], indicator: dict[str, object]) -> Callable[[Any, Any], None]:
    def change(first: Any, second: Any) -> None:
        for sheet, cells in ((first, activity), (second, indicator)):
            for place, value in cells.items():
                sheet[place] = value

    return change


def problems(rows: list[PlanRow]) -> list[tuple[str, int, str, str | None]]:
    return [
        (row.sheet, problem.row, problem.key.rpartition(".")[2], problem.column)
        for row in rows
        for problem in row.problems
    ]


def test_a_workbook_sent_back_untouched_holds_what_was_written(tmp_path: Path) -> None:
    path = made(tmp_path / "plans.xlsx")
    rows = book.read(path, KNOWN, HEADINGS)
    assert problems(rows) == []
    assert [each.cells for each in rows if each.sheet == "activity"] == list(ACTIVITIES)
    assert [each.cells.name for each in rows[2:]] == ["Guards trained", "Visits"]  # type: ignore[union-attr]
    assert not any(each.new for each in rows)
    assert recognise.contents(path, "x.xlsx") is recognise.Contents.PLANS
    assert not assignments_book.recognises(path)


def test_new_rows_and_what_they_name_are_read(tmp_path: Path) -> None:
    change = put(
        {
            "A5": "N1", "B5": f"{SEVEN}|{NINE}", "C5": "Adopt the law", "D5": "ministry of justice",
            "G5": "31/12/2026", "H5": "1 250,75", "I5": "xof", "K5": "planned",
        },
        {
            "B5": "n1", "D5": "Law in force", "E5": "structural", "K5": "SDG 16.3.1",
            "M5": 2026, "N5": "1", "O5": "women: 1",
        },
    )  # fmt: skip
    rows = book.read(filled(tmp_path, change), KNOWN, HEADINGS, language="fr")
    assert problems(rows) == []
    new = [each.cells for each in rows if each.new]
    assert new == [
        ActivityCells(
            "N1", (SEVEN, NINE), "Adopt the law", JUSTICE, (), None, date(2026, 12, 31),
            Decimal("1250.75"), "XOF", None, "planned",
        ),
        IndicatorCells(
            "", "n1", "", "Law in force", "structural", sdg="16.3.1", year=2026, value=1.0,
            groups={"women": 1.0},
        ),
    ]  # fmt: skip


def test_rows_and_columns_may_stand_in_any_order_or_be_gone(tmp_path: Path) -> None:
    def change(activities: Any, indicators: Any) -> None:
        activities.move_range("A3:K3", rows=7)
        activities.insert_cols(1, 2)
        activities.delete_cols(13)  # the state
        indicators.delete_rows(3)

    rows = book.read(filled(tmp_path, change), KNOWN, HEADINGS)
    assert problems(rows) == []
    assert [(each.row, each.cells.id) for each in rows] == [(4, "AC-8"), (10, "AC-7"), (3, "IN-5")]
    assert "state" not in rows[0].given


def test_a_workbook_without_its_hidden_rows_is_read_by_its_headings(tmp_path: Path) -> None:
    def change(activities: Any, indicators: Any) -> None:
        activities.delete_rows(1)
        indicators.delete_rows(1)

    rows = book.read(filled(tmp_path, change), KNOWN, HEADINGS)
    assert [each.cells.id for each in rows] == ["AC-7", "AC-8", "IN-4", "IN-5"]
    assert problems(rows) == []


@pytest.mark.parametrize(
    ("activity", "indicator", "expected"),
    [
        ({"A3": "AC-99"}, {}, ("activity", 3, "unknown_id", "id")),
        ({"A3": "AC-8"}, {}, ("activity", 3, "changed_about", "about")),
        ({"A4": "AC-7", "B4": f"{NINE} | {SEVEN}"}, {}, ("activity", 4, "twice", "id")),
        ({"C3": None}, {}, ("activity", 3, "no_what", "what")),
        ({"C3": "x" * 1001}, {}, ("activity", 3, "too_long", "what")),
        ({"D3": None}, {}, ("activity", 3, "no_institution", "institution")),
        ({"D3": "Ministry of Justise"}, {}, ("activity", 3, "near_institution", "institution")),
        ({"E3": "Guild"}, {}, ("activity", 3, "unknown_institution", "others")),
        ({"F3": "03/04/2026"}, {}, ("activity", 3, "ambiguous_date", "from_on")),
        ({"G3": "soon"}, {}, ("activity", 3, "unreadable_date", "until_on")),
        ({"G3": "2025-12-31"}, {}, ("activity", 3, "ends_before", "until_on")),
        ({"H3": "much"}, {}, ("activity", 3, "unreadable_number", "amount")),
        ({"H3": -5}, {}, ("activity", 3, "bad_amount", "amount")),
        ({"I3": "EURO"}, {}, ("activity", 3, "bad_currency", "currency")),
        ({"I3": None}, {}, ("activity", 3, "bad_currency", "currency")),
        ({"K3": "sleeping"}, {}, ("activity", 3, "unknown_state", "state")),
        ({"H3": "=H4"}, {}, ("activity", 3, "formula", "amount")),
        ({"C5": "New", "D5": JUSTICE}, {}, ("activity", 5, "no_about", "about")),
        (
            {"B5": "Zoology", "C5": "New", "D5": JUSTICE},
            {},
            ("activity", 5, "unknown_about", "about"),
        ),
        ({}, {"A3": "IN-9"}, ("indicator", 3, "unknown_id", "id")),
        ({}, {"B3": "AC-8"}, ("indicator", 3, "changed_activity", "activity")),
        ({}, {"B5": "N9", "D5": "X", "E5": "process"}, ("indicator", 5, "no_activity", "activity")),
        ({}, {"D3": None}, ("indicator", 3, "no_name", "name")),
        ({}, {"E3": "loud"}, ("indicator", 3, "unknown_kind", "kind")),
        ({}, {"H3": None}, ("indicator", 3, "half_reading", "baseline")),
        ({}, {"H3": 24}, ("indicator", 3, "bad_year", "baseline_year")),
        ({}, {"K3": "16.99.1"}, ("indicator", 3, "bad_sdg", "sdg")),
        ({}, {"L3": "height"}, ("indicator", 3, "unknown_dimension", "dimensions")),
        ({}, {"M3": None}, ("indicator", 3, "half_value", "value")),
        ({}, {"O3": "women (4)"}, ("indicator", 3, "bad_groups", "groups")),
        ({}, {"N3": "=N4"}, ("indicator", 3, "formula", "value")),
    ],
)
def test_each_slip_is_told_with_its_row_and_column(
    activity: dict[str, object],
    indicator: dict[str, object],
    expected: tuple[str, int, str, str],
    tmp_path: Path,
) -> None:
    rows = book.read(filled(tmp_path, put(activity, indicator)), KNOWN, HEADINGS)
    assert expected in problems(rows)
    assert any(row.refused for row in rows if (row.sheet, row.row) == expected[:2])


def test_what_is_no_workbook_of_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingColumns):
        book.read(filled(tmp_path, lambda first, _second: first.delete_cols(1)), KNOWN, HEADINGS)
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(NotRecognised):
        book.read(tmp_path / "other.xlsx", KNOWN, HEADINGS)
    assert not book.recognises(tmp_path / "other.xlsx")


def test_what_there_is_cannot_be_renumbered_by_a_slip(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(made(tmp_path / "plans.xlsx")).worksheets[0]
    assert sheet.protection.sheet
    assert sheet.row_dimensions[1].hidden
    assert [sheet.cell(3, column).protection.locked for column in range(1, 12)] == [
        *[True] * 2,
        *[False] * 9,
    ]
    assert not sheet.column_dimensions["A"].protection.locked  # of a row that is still empty


WHAT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
NUMBERS = st.floats(-1e12, 1e12, allow_nan=False).map(lambda each: round(each, 6))
GROUPS = st.dictionaries(
    st.sampled_from(["women", "men", "rural", "0-17"]),
    st.integers(0, 10**9).map(float),
    max_size=4,
)
PLANS = st.tuples(
    WHAT,
    st.lists(DAYS, min_size=2, max_size=2).map(sorted),
    st.decimals(0, Decimal("999999999999999.999"), places=3),
    NUMBERS,
    st.integers(1900, 2199),
    GROUPS,
)


def plan(
    number: int,
    what: str,
    days: list[date],
    amount: Decimal,
    measured: tuple[float, int, dict[str, float]],
) -> tuple[ActivityCells, IndicatorCells]:
    """An activity with its indicator."""
    reading, year, groups = measured
    return (
        ActivityCells(
            f"AC-{number}", ("Detention",), what, JUSTICE, (HEALTH,), days[0], days[1], amount,
            "EUR", what, "done",
        ),
        IndicatorCells(
            f"IN-{number}", f"AC-{number}", "", what, "outcome", "%", reading, year, reading, year,
            "5.a.1", ("sex",), year, reading, groups,
        ),
    )  # fmt: skip


@settings(max_examples=6, deadline=None)  # a workbook takes its time, its rows do not
@given(st.lists(PLANS, min_size=1, max_size=20), st.sampled_from(["en", "fr", "ar"]))
def test_any_plan_comes_back_as_it_was_written(
    plans: list[tuple[str, list[date], Decimal, float, int, dict[str, float]]], language: str
) -> None:
    pairs = [
        plan(number, what, days, amount, (reading, year, groups))
        for number, (what, days, amount, reading, year, groups) in enumerate(plans, start=1)
    ]
    activities, indicators = tuple(each for each, _ in pairs), tuple(each for _, each in pairs)
    known = Known(
        {each.id: each.about for each in activities},
        {each.id: each.activity for each in indicators},
        (), (JUSTICE, HEALTH), ("Detention",), WORDS,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = made(Path(folder) / "plans.xlsx", activities, indicators)
        rows = book.read(path, known, HEADINGS, language=language)
    assert problems(rows) == []
    assert [each.cells for each in rows] == [*activities, *indicators]

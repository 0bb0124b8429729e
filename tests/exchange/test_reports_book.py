"""The workbook of reports as a file: protected, an id a row; what comes back is what went in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from bot.domain.figures import Figure
from bot.domain.reports_book import FIELDS, NOTHING, Content, RowId, Seen, understood
from bot.domain.screens import Text
from bot.domain.status import DEFAULT
from bot.exchange import reports_book as book
from bot.exchange import reports_work
from bot.exchange.imported import MissingColumns, NotRecognised
from bot.exchange.recognise import Contents, contents
from bot.exchange.reports_book import COLUMNS, Known, ReportToFill
from bot.texts import Texts

TEXTS = Texts.load(("en", "fr", "ar"))
STATUSES = reports_work.status_words(TEXTS, DEFAULT)
HEADINGS = reports_work.headings(TEXTS)
LONG = "Prevention of torture: [everything] about it/and more than 31 characters"


def labels(key: str, language: str = "en") -> str:
    return TEXTS.render(Text(key), language, mode="bare")


def made(
    path: Path, groups: list[tuple[str | None, list[ReportToFill]]], language: str = "en"
) -> Path:
    book.write(
        path,
        groups,
        statuses=[labels(f"status.{each.code}", language) for each in DEFAULT.live],
        labels=lambda key: labels(key, language),
        language=language,
        made_at=datetime(2026, 5, 4, tzinfo=UTC),
    )
    return path


def row(number: int, content: Content | None = None, language: str = "en") -> ReportToFill:
    """A row; with what was sent last, it begins with that."""
    cells: dict[str, Any] = {}
    seen = Seen()
    if content is not None:
        seen = Seen(number + 100, 1, filled=True)
        cells = {**content.shown(), "as_of": content.as_of}
        cells["status"] = labels(f"status.{content.status}", language)
    return ReportToFill(RowId(number, seen), "Justice", "A/HRC/61/9", f"140.{number}", cells=cells)


def known(numbers: list[int]) -> Known:
    return Known({str(each): ("A/HRC/61/9", f"140.{each}") for each in numbers}, STATUSES)


def test_each_cluster_has_a_sheet_whose_name_excel_takes(tmp_path: Path) -> None:
    groups: list[tuple[str | None, list[ReportToFill]]] = [
        (LONG, [row(1)]), (f"{LONG} still", [row(2)]), ("History", [row(3)]), (None, [row(4)])
    ]  # fmt: skip
    path = made(tmp_path / "book.xlsx", groups)
    names = openpyxl.load_workbook(path).sheetnames
    assert len(names) == len({each.casefold() for each in names}) == 6
    assert all(len(each) <= 31 and not set(each) & set("[]:*?/\\") for each in names)
    assert [each.filled and each.filled.id.assignment_id for each in book.read(
        path, known([1, 2, 3, 4]), HEADINGS)] == [1, 2, 3, 4]  # fmt: skip


def test_an_id_is_not_changed_by_a_slip(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(made(tmp_path / "a.xlsx", [(None, [row(1)])])).worksheets[1]
    assert sheet.protection.sheet
    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["A"].hidden
    locked = [sheet.cell(3, column).protection.locked for column in range(1, len(COLUMNS) + 1)]
    open_columns = [name for name, each in zip(COLUMNS, locked, strict=True) if not each]
    assert open_columns == [] or set(open_columns) <= set(FIELDS)
    for name in FIELDS:  # an empty cell takes the format of its column
        letter = get_column_letter(COLUMNS.index(name) + 1)
        assert not sheet.column_dimensions[letter].protection.locked
    [offered] = sheet.data_validations.dataValidation
    assert (offered.type, str(offered.sqref)) == ("list", "J3")


def test_it_is_known_by_its_content_and_nothing_else_is(tmp_path: Path) -> None:
    path = made(tmp_path / "plans.ics.xlsx", [(None, [row(1)])], "ar")
    assert contents(path, "plans.xlsx") is Contents.REPORTS
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    assert not book.recognises(tmp_path / "other.xlsx")
    with pytest.raises(NotRecognised):
        book.read(tmp_path / "other.xlsx", known([1]), HEADINGS)


def test_a_sheet_that_lost_its_hidden_row_or_its_order_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", [(None, [row(1), row(2)])], "fr")
    opened = openpyxl.load_workbook(path)
    sheet = opened.worksheets[1]
    sheet.delete_rows(1)
    sheet.insert_rows(1, 3)
    sheet.insert_cols(1, 2)
    opened.save(path)
    found = book.read(path, known([1, 2]), HEADINGS)
    assert [(each.row, each.refused) for each in found] == [(5, False), (6, False)]


def test_a_workbook_without_its_ids_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", [(None, [row(1)])])
    opened = openpyxl.load_workbook(path)
    opened.worksheets[1].delete_cols(1)
    opened.save(path)
    with pytest.raises(MissingColumns):
        book.read(path, known([1]), HEADINGS)


@pytest.mark.parametrize("said", ["In progress", " en cours ", "in_progress", "قيد التنفيذ"])
def test_a_status_is_understood_in_every_language(said: str, tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", [(None, [row(1)])])
    opened = openpyxl.load_workbook(path)
    opened.worksheets[1]["J3"] = said
    opened.save(path)
    [found] = book.read(path, known([1]), HEADINGS)
    assert found.filled is not None
    assert found.filled.cells == {"status": "in_progress"}


@given(st.from_regex(r"A[0-9]{1,9}(-[0-9]{1,9}-[0-9]{1,5}(-f)?)?", fullmatch=True))
def test_a_row_s_id_says_what_it_said(code: str) -> None:
    found = RowId.read(code)
    assert found is not None
    assert RowId.read(found.code) == found


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]) | st.just("\n"),
    min_size=1,
    max_size=60,
).map(lambda each: "x" + each.strip())
CODES = st.sampled_from(DEFAULT.codes)
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))
FIGURES = st.lists(
    st.builds(
        Figure,
        st.sampled_from(["Trials", "Judges", "قضاة"]),
        st.floats(-1e9, 1e9, allow_nan=False),
        st.none() | st.just("%"),
        st.none() | st.integers(1900, 2199),
        st.just({}),
    ),
    max_size=3,
).map(tuple)
CONTENTS = st.builds(Content, CODES, WORDS, st.none() | WORDS, FIGURES, DAYS)
FILLS = st.fixed_dictionaries(
    {}, optional={"status": CODES, "measures": WORDS, "remaining": WORDS, "as_of": DAYS}
)
LINES = st.lists(
    st.tuples(st.none() | CONTENTS, FILLS), min_size=1, max_size=12
)  # what a row begins with, and what is filled in


@settings(max_examples=12, deadline=None)  # a workbook takes its time, its rows do not
@given(LINES, st.sampled_from(["en", "fr", "ar"]))
def test_what_is_filled_in_comes_back_and_nothing_else_does(
    lines: list[tuple[Content | None, dict[str, Any]]], language: str
) -> None:
    rows = [row(number, begins, language) for number, (begins, _) in enumerate(lines, start=1)]
    with TemporaryDirectory() as folder:
        path = made(Path(folder) / "a.xlsx", [("Cluster", rows)], language)
        opened = openpyxl.load_workbook(path)
        for number, (_, filled) in enumerate(lines):
            for name, value in filled.items():
                said = labels(f"status.{value}", language) if name == "status" else value
                opened.worksheets[1].cell(number + 3, COLUMNS.index(name) + 1).value = said
        opened.save(path)
        found = book.read(path, known([*range(1, len(lines) + 1)]), HEADINGS)
    assert [each.problems for each in found] == [()] * len(lines)
    for came, (begins, filled) in zip(found, lines, strict=True):
        assert came.filled is not None
        base = begins or NOTHING
        wanted = Content(**{**vars_of(base), **filled})
        assert came.filled.differs(base.shown()) == (plain(wanted) != plain(base))
        said = understood(came.filled, base, base.shown(), language)
        assert plain(said.content) == plain(wanted)


def vars_of(content: Content) -> dict[str, Any]:
    return {name: getattr(content, name) for name in FIELDS}


def plain(content: Content) -> tuple[object, ...]:
    """A content by its words without blanks at the ends of lines."""
    words = ("\n".join(line.rstrip() for line in (each or "").split("\n")).strip()
             for each in (content.measures, content.remaining))  # fmt: skip
    return (content.status, *words, content.figures, content.as_of)

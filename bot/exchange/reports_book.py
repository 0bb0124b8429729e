"""The workbook of reports: an institution's assignments, filled in by hand and read back.

Made and read as the assignment workbook is (FORMATS.md §1.5): the first row of a sheet, hidden,
names the columns; rows and columns may stand in any order and on any sheet. A row is known by its
hidden id, which also says what had been reported when the workbook was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from bot.domain.errors import Refused
from bot.domain.reports_book import FIELDS, Filled, RowId
from bot.exchange.filled import (
    SEARCHED,
    Names,
    RowCells,
    columns_in,
    folded,
    named_sheets,
    offer,
    protect,
    same_number,
    write_heads,
    write_hints,
    write_lists,
)
from bot.exchange.imported import MissingColumns, NotRecognised, Problem
from bot.exchange.sheets import Labels, SafeBook, SafeSheet, Styles, safe_book
from bot.exchange.tables import Row

SHOWN = (
    *("id", "institution", "symbol", "paragraph", "text", "due"),
    *("last", "standing", "comment"),
)
COLUMNS = (*SHOWN, *FIELDS)
HINTS = ("fill", "status", "no_change", "figures", "day", "again", "files", "rows", "send")
PROBLEMS = ("no_id", "not_yours", "changed_id", "near_status", "unknown_status")
TEXT_KEYS = (
    *(f"export.reports.column.{name}" for name in COLUMNS[1:]),
    *(f"export.reports.hint.{name}" for name in HINTS),
    *(f"import.reports.{name}" for name in PROBLEMS),
    "import.reports.no_status",
    "import.reports.twice",
)

_MARK = "report."  # before the name of a column in the hidden row
_FIRST_ROW = 2  # below the hidden names and the headings
_WIDTHS = {"id": 10, "institution": 24, "symbol": 18, "paragraph": 11, "text": 60, "due": 13,
           "last": 44, "standing": 22, "comment": 30,
           "status": 24, "measures": 60, "remaining": 40, "figures": 30, "as_of": 13}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportToFill:
    """A row to fill in; `cells` by field are what it begins with, the status as it is called."""

    id: RowId
    institution: str
    symbol: str
    paragraph: str
    text: str = ""
    due: date | None = None
    last: str = ""
    standing: str = ""
    comment: str = ""
    cells: Mapping[str, str | date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What a workbook that comes back is held against.

    The reader's own assignments by id (symbol, paragraph), and what statuses are called: words to
    code.
    """

    assignments: Mapping[str, Sequence[str]]
    statuses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row as it came back, with its problems; one with a refused problem is not to be sent."""

    sheet: str
    row: int
    filled: Filled | None
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the row has to be put right first."""
        return any(problem.refused for problem in self.problems)


# -- Out -------------------------------------------------------------------------------------------


def write(
    path: Path,
    sheets: Iterable[tuple[str | None, Sequence[ReportToFill]]],
    *,
    statuses: Sequence[str],
    labels: Labels,
    language: str,
    made_at: datetime,
) -> int:
    """Write the workbook to `path`, a sheet a cluster (None: the rest); gives how many rows."""
    title = labels("export.reports.title")
    rows = 0
    with safe_book(path, language=language, title=title, made_at=made_at) as book:
        hints = book.sheet(labels("export.reports.sheet.hints"))
        write_hints(hints, title, [labels(f"export.reports.hint.{name}") for name in HINTS])
        protect(hints)
        named = [
            (book.sheet(name or labels("export.reports.sheet.others")), some)
            for name, some in sheets
        ]
        lists = book.sheet(labels("export.reports.sheet.lists"))
        [source] = write_lists(lists, {labels("export.reports.column.status"): statuses}).values()
        for sheet, some in named:
            _write_sheet(book, sheet, some, labels)
            place, last = COLUMNS.index("status"), max(len(some), 1) + _FIRST_ROW - 1
            offer(sheet, place, _FIRST_ROW, last, source, strict=True)
            rows += len(some)
        if named:
            named[0][0].sheet.activate()
    return rows


def _write_sheet(
    book: SafeBook, sheet: SafeSheet, rows: Sequence[ReportToFill], labels: Labels
) -> None:
    unlocked = Styles(book.book, locked=False)
    shown = [labels(f"export.reports.column.{name}") for name in COLUMNS[1:]]
    write_heads(sheet, _MARK, COLUMNS, shown)
    several = len({each.institution for each in rows}) > 1
    for place, each in enumerate(rows, start=_FIRST_ROW):
        fixed = [each.id.code, *(getattr(each, name) for name in SHOWN[1:])]
        sheet.row(place, fixed)
        begins = [each.cells.get(name) for name in FIELDS]
        sheet.row(place, [*[None] * len(fixed), *begins], unlocked)
    for column, name in enumerate(COLUMNS):  # an empty cell takes the format of its column
        style = None
        if name in FIELDS:
            style = unlocked.day if name == "as_of" else unlocked.text
        hidden = name == "id" or (name == "institution" and not several)
        sheet.sheet.set_column(column, column, _WIDTHS[name], style, {"hidden": hidden})
    sheet.sheet.freeze_panes(_FIRST_ROW, SHOWN.index("text"))
    sheet.sheet.autofilter(1, 0, max(_FIRST_ROW + len(rows) - 1, 1), len(COLUMNS) - 1)
    sheet.sheet.repeat_rows(1)
    protect(sheet)


# -- In --------------------------------------------------------------------------------------------


def recognises(path: Path) -> bool:
    """Whether the file is such a workbook, by its marks."""
    try:
        return any(
            _names(row, {}) for sheet in named_sheets(path) for row in islice(sheet.rows, SEARCHED)
        )
    except Refused:
        return False


def headings(labels: Labels) -> dict[str, str]:
    """The columns by their headings in one language, for a sheet that lost its hidden row."""
    return {folded(labels(f"export.reports.column.{name}")): name for name in COLUMNS[1:]}


def read(path: Path, known: Known, by_heading: Mapping[str, str]) -> list[ReportRow]:
    """The rows of a workbook that came back, sheet by sheet, each with its problems.

    `by_heading` joins the `headings` of every language offered. Refuses with NotRecognised,
    MissingColumns, Damaged, Encrypted or TooSpread.
    """
    found: list[ReportRow] = []
    recognised = False
    reader = _Reader(known)
    for sheet in named_sheets(path):
        rows = sheet.rows
        for row in islice(rows, SEARCHED):
            if columns := _names(row, by_heading):
                if "id" not in columns:
                    raise MissingColumns(columns="id")
                recognised = True
                found += reader.read(sheet.name or "", columns, rows)
                break
    if not recognised:
        raise NotRecognised
    return found


def _names(row: Row, by_heading: Mapping[str, str]) -> dict[str, int]:
    return columns_in(row, _MARK, COLUMNS, by_heading, ("measures", "status", "paragraph"))


class _Reader:
    """Rows made of cells, held against what is known."""

    def __init__(self, known: Known) -> None:
        self._assignments = known.assignments
        self._statuses = known.statuses
        self._called = Names(list(known.statuses))

    def read(
        self, sheet: str, columns: Mapping[str, int], rows: Iterable[Row]
    ) -> Iterator[ReportRow]:
        """The rows that hold anything of ours; notes beside the table are left alone."""
        for row in rows:
            cells = RowCells(row, columns, _problem_key)
            named = bool(cells["id"]) and not cells["id"].startswith(_MARK)
            if named or (not cells["id"] and any(cells[name] for name in FIELDS)):
                yield self._row(sheet, cells)

    def _row(self, sheet: str, cells: RowCells) -> ReportRow:
        row_id = self._id(cells)
        cells.tell_lost(FIELDS)
        said = {name: cells[name] for name in FIELDS if cells[name]}
        if "status" in said:
            name = self._called.find(said["status"], "status", "status", cells.tell)
            said["status"] = self._statuses.get(name or "", "")
        if "as_of" in said:
            day = cells.day("as_of")
            said["as_of"] = "" if day is None else day.isoformat()
        filled = None
        if row_id is not None:
            given = frozenset(FIELDS) & cells.columns.keys()
            filled = Filled(sheet, cells.row.number, row_id, said, given)
        return ReportRow(sheet, cells.row.number, filled, tuple(cells.problems))

    def _id(self, cells: RowCells) -> RowId | None:
        found = RowId.read(cells["id"])
        if found is None:
            cells.tell("id", "no_id")
            return None
        meant = self._assignments.get(str(found.assignment_id))
        if meant is None:
            cells.tell("id", "not_yours")
        elif self._says_another(cells, meant):
            cells.tell("id", "changed_id", paragraph=meant[1])
        return found

    def _says_another(self, cells: RowCells, meant: Sequence[str]) -> bool:
        """Whether the row shows another item than its id means; ids are easily dragged down."""
        return any(
            folded(cells[name]) != folded(code)
            and not (cells.columns[name] in cells.row.numbers and same_number(cells[name], code))
            for name, code in zip(("symbol", "paragraph"), meant, strict=True)
            if name in cells.columns
        )


def _problem_key(problem: str) -> str:
    return f"import.{'reports' if problem in PROBLEMS else 'assignments'}.{problem}"

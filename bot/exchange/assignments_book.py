"""The assignment workbook: made to be filled in by hand, and read back whatever became of it.

FORMATS.md §1.5. Its first row, hidden, names the columns for us, so that a workbook in any
language, with its columns and rows in any order, is understood. A row or column that is gone
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from bot.domain.errors import Refused
from bot.exchange.cells import Cell
from bot.exchange.filled import (
    SEARCHED,
    Names,
    Tell,
    columns_in,
    day_in,
    folded,
    offer,
    plain,
    protect,
    same_number,
    several,
    sheets,
    write_heads,
    write_hints,
    write_lists,
)
from bot.exchange.imported import MissingColumns, NotRecognised, Problem
from bot.exchange.sheets import Labels, SafeBook, SafeSheet, Styles, safe_book
from bot.exchange.tables import Row

COLUMNS = (
    *("id", "symbol", "paragraph", "text", "suggested"),
    *("lead", "contributing", "due", "cluster"),
)
FILLED_IN = COLUMNS[5:]
HINTS = ("lead", "contributing", "due", "cluster", "rows", "send")
LISTS = ("institutions", "clusters")
PROBLEMS = (
    *("no_id", "unknown_id", "changed_id", "twice", "one_lead", "leads_already"),
    *("near_institution", "unknown_institution", "near_cluster", "unknown_cluster"),
    *("ambiguous_date", "unreadable_date"),
)
TEXT_KEYS = (
    *(f"export.assignments.list.{name}" for name in LISTS),
    *(f"import.assignments.{name}" for name in PROBLEMS),
    *(f"export.assignments.column.{name}" for name in COLUMNS[1:]),
    *(f"export.assignments.hint.{name}" for name in HINTS),
)

_MARK = "assignment."  # before the name of a column in the hidden row
_WIDTHS = dict(zip(COLUMNS, (10, 18, 11, 70, 32, 32, 40, 13, 26), strict=True))
_FIRST_ROW = 2  # below the hidden names and the headings


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who answers for an item, until when, and where it belongs; None is nobody, nothing."""

    lead: str | None = None
    contributing: tuple[str, ...] = ()
    due: date | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class ItemToAssign:
    """A row to fill in; `suggested` names institutions, the likeliest first."""

    id: str
    symbol: str
    paragraph: str
    text: str
    suggested: tuple[str, ...] = ()
    now: Assigned = Assigned()


@dataclass(frozen=True, slots=True)
class Known:
    """What a workbook that comes back is held against: items by id (symbol, paragraph), names."""

    items: Mapping[str, tuple[str, str]]
    institutions: Sequence[str]
    clusters: Sequence[str]


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A row as it came back; `row` as Excel counts. Only the columns in `given` were in the file.

    A row with a refused problem is not to be applied.
    """

    row: int
    item_id: str
    lead: str | None = None
    contributing: tuple[str, ...] = ()
    due: date | None = None
    cluster: str | None = None
    problems: tuple[Problem, ...] = ()
    given: frozenset[str] = field(default=frozenset(FILLED_IN))

    @property
    def refused(self) -> bool:
        """Whether the row has to be put right first."""
        return any(problem.refused for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one item that the workbook changes; `field` is one of `FILLED_IN`."""

    item_id: str
    field: str
    before: Cell
    after: Cell


def differences(current: Mapping[str, Assigned], rows: Iterable[AssignmentRow]) -> list[Change]:
    """What the rows would change, in their order; refused rows, absent columns change nothing."""
    return [
        Change(row.item_id, each.name, before, after)
        for row in rows
        if not row.refused
        for each in fields(Assigned)
        if each.name in row.given
        for before in [getattr(current.get(row.item_id, Assigned()), each.name)]
        for after in [getattr(row, each.name)]
        if _comparable(before) != _comparable(after)
    ]


def _comparable(value: Cell) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


# -- Out -------------------------------------------------------------------------------------------


def write(
    path: Path,
    items: Iterable[ItemToAssign],
    *,
    institutions: Sequence[str],
    clusters: Sequence[str],
    labels: Labels,
    language: str,
    made_at: datetime,
) -> int:
    """Write the workbook to `path`; gives the number of its rows."""
    title = labels("export.assignments.title")
    with safe_book(path, language=language, title=title, made_at=made_at) as book:
        filling = book.sheet(labels("export.assignments.sheet.assignments"))
        lists = book.sheet(labels("export.assignments.sheet.lists"))
        hints = book.sheet(labels("export.assignments.sheet.hints"))
        called = (labels(f"export.assignments.list.{name}") for name in LISTS)
        sources = write_lists(lists, dict(zip(called, (institutions, clusters), strict=True)))
        from_institutions, from_clusters = sources.values()
        write_hints(hints, title, [labels(f"export.assignments.hint.{name}") for name in HINTS])
        rows = _write_items(book, filling, items, labels)
        last = max(rows, 1) + _FIRST_ROW - 1
        for name, source in (("lead", from_institutions), ("cluster", from_clusters)):
            offer(filling, COLUMNS.index(name), _FIRST_ROW, last, source, strict=True)
        place = COLUMNS.index("contributing")  # several names may be typed, too
        offer(filling, place, _FIRST_ROW, last, from_institutions, strict=False)
    return rows


def _write_items(
    book: SafeBook, sheet: SafeSheet, items: Iterable[ItemToAssign], labels: Labels
) -> int:
    unlocked = Styles(book.book, locked=False)
    shown = [labels(f"export.assignments.column.{name}") for name in COLUMNS[1:]]
    write_heads(sheet, _MARK, COLUMNS, shown)
    rows = 0
    for rows, item in enumerate(items, start=1):
        place = _FIRST_ROW + rows - 1
        fixed = (item.id, item.symbol, item.paragraph, item.text, item.suggested)
        rest = sheet.row(place, fixed)
        open_cells = [getattr(item.now, name) for name in FILLED_IN]
        sheet.row(place, [*[None] * len(fixed), *open_cells], unlocked)
        if rest:  # of a text longer than a cell, behind the last column
            behind = [None] * len(COLUMNS)
            sheet.row(place, [*behind, *(each for cells in rest.values() for each in cells)])
    for column, name in enumerate(COLUMNS):
        style = None
        if name in FILLED_IN:  # an empty cell takes the format of its column
            style = unlocked.day if name == "due" else unlocked.text
        sheet.sheet.set_column(column, column, _WIDTHS[name], style, {"hidden": name == "id"})
    sheet.sheet.freeze_panes(_FIRST_ROW, 3)
    sheet.sheet.autofilter(1, 0, max(_FIRST_ROW + rows - 1, 1), len(COLUMNS) - 1)
    sheet.sheet.repeat_rows(1)
    protect(sheet)
    return rows


# -- In --------------------------------------------------------------------------------------------


def recognises(path: Path) -> bool:
    """Whether the file is such a workbook, by its marks."""
    try:
        return any(_names(row, {}) for rows in sheets(path) for row in islice(rows, SEARCHED))
    except Refused:
        return False


def headings(labels: Labels) -> dict[str, str]:
    """The columns by their headings in one language, for a workbook that lost its hidden row."""
    return {folded(labels(f"export.assignments.column.{name}")): name for name in COLUMNS[1:]}


def read(
    path: Path, known: Known, by_heading: Mapping[str, str] | None = None
) -> list[AssignmentRow]:
    """The rows of a workbook that came back, each with its problems.

    Refuses with NotRecognised, MissingColumns, Damaged, Encrypted or TooSpread. `by_heading`
    joins the `headings` of every language offered.
    """
    for rows in sheets(path):
        for row in islice(rows, SEARCHED):
            if columns := _names(row, by_heading or {}):
                if "id" not in columns:
                    raise MissingColumns(columns="id")
                return list(_Reader(known, columns).read(rows))
    raise NotRecognised


def _names(row: Row, by_heading: Mapping[str, str]) -> dict[str, int]:
    return columns_in(row, _MARK, COLUMNS, by_heading, ("lead", "paragraph"))


class _Reader:
    """Rows made of cells, held against what is known."""

    def __init__(self, known: Known, columns: Mapping[str, int]) -> None:
        self._items = known.items
        self._columns = columns
        self._given = frozenset(FILLED_IN) & columns.keys()
        self._institutions = Names(known.institutions)
        self._clusters = Names(known.clusters)
        self._seen: dict[str, int] = {}

    def read(self, rows: Iterable[Row]) -> Iterator[AssignmentRow]:
        """The rows that hold anything."""
        for row in rows:
            cells = {
                name: plain(row.cells[at]) if at < len(row.cells) else ""
                for name, at in self._columns.items()
            }
            lost = any(at in row.lost for at in self._columns.values())
            if (lost or any(cells.values())) and not cells["id"].startswith(_MARK):
                yield self._row(row, cells)

    def _row(self, row: Row, cells: Mapping[str, str]) -> AssignmentRow:
        problems = [*self._wrong_id(row, cells), *self._lost(row)]

        def tell(
            column: str, problem: str, /, *, refused: bool = True, **values: str | int
        ) -> None:
            key = f"import.assignments.{problem}"
            problems.append(Problem(row.number, key, column, values, refused=refused))

        contributing = self._contributing(cells.get("contributing", ""), tell)
        lead = self._lead(cells.get("lead", ""), tell)
        if lead in contributing:
            tell("contributing", "leads_already", refused=False, name=lead or "")
        return AssignmentRow(
            row=row.number,
            item_id=cells["id"],
            lead=lead,
            contributing=tuple(each for each in contributing if each != lead),
            due=day_in(cells.get("due", ""), "due", tell),
            cluster=self._cluster(cells.get("cluster", ""), tell),
            problems=tuple(problems),
            given=self._given,
        )

    def _wrong_id(self, row: Row, cells: Mapping[str, str]) -> Iterator[Problem]:
        item_id = cells["id"]
        values: dict[str, str | int] = {"id": item_id}
        if not item_id:
            name = "no_id"
        elif item_id not in self._items:
            name = "unknown_id"
        elif item_id in self._seen:
            name, values = "twice", {"row": self._seen[item_id]}
        elif self._says_another(item_id, row, cells):
            name, values = "changed_id", {"paragraph": self._items[item_id][1]}
        else:
            self._seen[item_id] = row.number
            return
        yield Problem(row.number, f"import.assignments.{name}", "id", values, refused=True)

    def _says_another(self, item_id: str, row: Row, cells: Mapping[str, str]) -> bool:
        """Whether the row shows another item than its id means; ids are easily dragged down."""
        shown = zip(("symbol", "paragraph"), self._items[item_id], strict=True)
        return any(
            folded(cells[name]) != folded(meant)
            and not (self._columns[name] in row.numbers and same_number(cells[name], meant))
            for name, meant in shown
            if name in cells
        )

    def _lost(self, row: Row) -> Iterator[Problem]:
        """What cannot be seen looks empty, and must not empty anything."""
        for name in sorted(self._given):
            if self._columns[name] in row.lost:
                yield Problem(row.number, "import.problem.formula", name, refused=True)

    def _lead(self, words: str, tell: Tell) -> str | None:
        names = several(words)
        if len(names) > 1:
            tell("lead", "one_lead", name=words)
            return None
        return self._institutions.find(words, "lead", "institution", tell) if words else None

    def _contributing(self, words: str, tell: Tell) -> tuple[str, ...]:
        found = (
            self._institutions.find(name, "contributing", "institution", tell)
            for name in several(words)
        )
        return tuple(dict.fromkeys(name for name in found if name))

    def _cluster(self, words: str, tell: Tell) -> str | None:
        return self._clusters.find(words, "cluster", "cluster", tell) if words else None

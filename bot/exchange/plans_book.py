"""The workbook of follow-up plans: activities and indicators, to be filled in and sent back.

Made and read as the assignment workbook is (FORMATS.md §1.5): the first row, hidden, names the
columns; rows and columns may stand in any order, and one that is gone changes nothing. A row whose
number is empty, or a mark of the writer's own, is a new entry; indicators name it by that mark.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from bot.domain.disaggregation import Dimension
from bot.domain.errors import Refused, Unfit
from bot.domain.figures import (
    LONGEST_NAME,
    LONGEST_UNIT,
    Figure,
    read_decimal,
    read_figures,
)
from bot.domain.plans import (
    LONGEST_FUNDS,
    LONGEST_WHAT,
    YEARS,
    ActivityState,
    IndicatorKind,
    fits,
    is_currency,
)
from bot.domain.sdg import read_indicator
from bot.exchange.cells import Cell, exact_cell
from bot.exchange.filled import (
    SEARCHED,
    Names,
    RowCells,
    folded,
    offer,
    plain,
    protect,
    several,
    sheets,
    write_hints,
    write_lists,
)
from bot.exchange.imported import MissingColumns, NotRecognised, Problem
from bot.exchange.sheets import Labels, SafeBook, SafeSheet, Styles, safe_book
from bot.exchange.tables import Row

ACTIVITY = (
    *("id", "about", "what", "institution", "others", "from_on", "until_on"),
    *("amount", "currency", "funds", "state"),
)
INDICATOR = (
    *("id", "activity", "of", "name", "kind", "unit"),
    *("baseline", "baseline_year", "target", "target_year", "sdg", "dimensions"),
    *("year", "value", "groups"),
)
SHEETS: Mapping[str, tuple[str, ...]] = {"activity": ACTIVITY, "indicator": INDICATOR}
WORDS = {"activity": ("about", "what", "funds"), "indicator": ("of", "name", "unit", "groups")}
"""What people wrote: of restricted items it may stay at home, and an empty cell changes nothing."""
HINTS = ("rows", "new", "of_new", "money", "values", "send")
LISTS = ("about", "institutions", "states", "kinds", "dimensions")
PROBLEMS = (
    *("unknown_id", "changed_about", "changed_activity", "twice", "unknown_about", "no_about"),
    *("no_what", "no_institution", "one_institution", "no_activity", "no_name", "no_kind"),
    *("unknown_state", "unknown_kind", "unknown_dimension", "unreadable_number", "bad_amount"),
    *("bad_currency", "bad_year", "bad_sdg", "bad_groups", "half_value", "half_reading"),
    *("ends_before", "too_long"),
)
TEXT_KEYS = (
    *(f"export.plans.list.{name}" for name in LISTS),
    *(f"export.plans.hint.{name}" for name in HINTS),
    *(f"export.plans.sheet.{name}" for name in SHEETS),
    *(f"activity.field.{name}" for name in sorted({*ACTIVITY, *INDICATOR})),
    *(f"import.plans.{name}" for name in PROBLEMS),
)

_MARK = "plan."  # before sheet and column in the hidden row: `plan.activity.what`
_FIRST_ROW = 2
_ROOM = 200  # rows below the last in which new ones can be picked from lists
_WIDTHS = {"about": 26, "what": 60, "others": 34, "institution": 30, "of": 34, "name": 40,
           "dimensions": 26, "groups": 34, "funds": 24}  # fmt: skip
_FIXED = {"activity": ("id", "about"), "indicator": ("id", "activity", "of")}
_DAYS = ("from_on", "until_on")
_PICKED = {  # column → list, and whether only what stands in it will do
    "activity": {
        "about": ("about", False),
        "institution": ("institutions", True),
        "others": ("institutions", False),
        "state": ("states", True),
    },
    "indicator": {"kind": ("kinds", True), "dimensions": ("dimensions", False)},
}
_NUMBER = re.compile(r"(AC|IN)-([0-9]{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ActivityCells:
    """An activity as a row holds it, by names and words; `id` is `AC-7`, or a writer's own mark."""

    id: str
    about: tuple[str, ...]  # the cluster, or the items
    what: str
    institution: str | None = None
    others: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    funds: str | None = None
    state: str | None = None  # code


@dataclass(frozen=True, slots=True)
class IndicatorCells:
    """An indicator as a row holds it, with one value: the latest where the bot wrote it."""

    id: str
    activity: str  # `AC-7`, or the mark of a new row
    of: str
    name: str
    kind: str | None = None  # code
    unit: str | None = None
    baseline: float | None = None
    baseline_year: int | None = None
    target: float | None = None
    target_year: int | None = None
    sdg: str | None = None
    dimensions: tuple[str, ...] = ()  # codes
    year: int | None = None
    value: float | None = None
    groups: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What a workbook that comes back is held against.

    `activities`: what each (`AC-7`) is for; `indicators`: of which activity each (`IN-4`) is. Words
    for states, kinds and dimensions by what they are called; codes are understood, too.
    `about_restricted` are the numbers of entries about restricted items.
    """

    activities: Mapping[str, Sequence[str]]
    indicators: Mapping[str, str]
    items: Sequence[str]
    institutions: Sequence[str]
    clusters: Sequence[str]
    words: Mapping[str, Mapping[str, str]]  # state, kind, dimension → words → code
    about_restricted: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row as it came back; `row` as Excel counts. Only the columns in `given` were in the file.

    A row with a refused problem is not to be applied.
    """

    sheet: str  # activity, indicator
    row: int
    new: bool
    cells: ActivityCells | IndicatorCells
    given: frozenset[str]
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the row has to be put right first."""
        return any(problem.refused for problem in self.problems)


# -- Out -------------------------------------------------------------------------------------------


def write(
    path: Path,
    activities: Sequence[ActivityCells],
    indicators: Sequence[IndicatorCells],
    *,
    about: Sequence[str],
    institutions: Sequence[str],
    labels: Labels,
    language: str,
    made_at: datetime,
) -> int:
    """Write the workbook to `path`; gives the number of its activities."""
    title = labels("export.plans.title")
    offered: dict[str, Sequence[str]] = {
        "about": about,
        "institutions": institutions,
        "states": [labels(f"activity.state.{each}") for each in ActivityState],
        "kinds": [labels(f"indicator.kind.{each}") for each in IndicatorKind],
        "dimensions": [
            labels(f"dimension.{each}") for each in Dimension if each is not Dimension.OTHER
        ],
    }
    with safe_book(path, language=language, title=title, made_at=made_at) as book:
        filling = {name: book.sheet(labels(f"export.plans.sheet.{name}")) for name in SHEETS}
        lists = write_lists(
            book.sheet(labels("export.plans.sheet.lists")),
            {labels(f"export.plans.list.{name}"): offered[name] for name in LISTS},
        )
        sources = dict(zip(LISTS, lists.values(), strict=True))
        hints = [labels(f"export.plans.hint.{name}") for name in HINTS]
        write_hints(book.sheet(labels("export.plans.sheet.hints")), title, hints)
        rows: Mapping[str, list[list[Cell]]] = {
            "activity": [_activity(each, labels) for each in activities],
            "indicator": [_indicator(each, labels) for each in indicators],
        }
        for name, sheet in filling.items():
            _write_rows(book, sheet, name, rows[name], labels)
            for column, (which, strict) in _PICKED[name].items():
                place, last = SHEETS[name].index(column), _FIRST_ROW + len(rows[name]) + _ROOM - 1
                offer(sheet, place, _FIRST_ROW, last, sources[which], strict=strict)
    return len(activities)


def _activity(shown: ActivityCells, labels: Labels) -> list[Cell]:
    cells: dict[str, Cell] = {name: getattr(shown, name) for name in ACTIVITY}
    cells["state"] = labels(f"activity.state.{shown.state}")
    cells["amount"] = exact_cell(shown.amount)
    return list(cells.values())


def _indicator(shown: IndicatorCells, labels: Labels) -> list[Cell]:
    cells: dict[str, Cell] = {name: getattr(shown, name) for name in INDICATOR if name != "groups"}
    cells["kind"] = labels(f"indicator.kind.{shown.kind}")
    cells["dimensions"] = tuple(labels(f"dimension.{each}") for each in shown.dimensions)
    cells["groups"] = groups_written(shown.groups)
    for name in ("baseline", "target", "value"):
        cells[name] = exact_cell(getattr(shown, name))
    return list(cells.values())


def groups_written(groups: Mapping[str, float]) -> str | None:
    """The groups of a value in one cell: `women: 4; men: 8`."""
    if not groups:
        return None
    whole = Figure("", 0, groups=groups).written()
    return whole[whole.index("(") + 1 : -1]


def _write_rows(
    book: SafeBook, sheet: SafeSheet, name: str, rows: Sequence[Sequence[Cell]], labels: Labels
) -> None:
    columns, unlocked = SHEETS[name], Styles(book.book, locked=False)
    fixed = len(_FIXED[name])
    sheet.sheet.set_row(0, None, None, {"hidden": True})
    sheet.row(0, [f"{_MARK}{name}.{each}" for each in columns])
    called = [labels(f"activity.field.{each}") for each in columns]
    sheet.header(1, [each[:1].upper() + each[1:] for each in called])
    for place, cells in enumerate(rows, start=_FIRST_ROW):
        sheet.row(place, cells[:fixed])
        sheet.row(place, [*[None] * fixed, *cells[fixed:]], unlocked)
    for column, each in enumerate(columns):  # an empty cell takes the format of its column
        style = unlocked.day if each in _DAYS else unlocked.text
        sheet.sheet.set_column(column, column, _WIDTHS.get(each, 13), style)
    sheet.sheet.freeze_panes(_FIRST_ROW, fixed)
    sheet.sheet.autofilter(1, 0, max(_FIRST_ROW + len(rows) - 1, 1), len(columns) - 1)
    sheet.sheet.repeat_rows(1)
    protect(sheet)


# -- In --------------------------------------------------------------------------------------------


def recognises(path: Path) -> bool:
    """Whether the file is such a workbook, by its marks."""
    try:
        return any(_names(row, {}) for rows in sheets(path) for row in islice(rows, SEARCHED))
    except Refused:
        return False


def headings(labels: Labels) -> dict[str, dict[str, str]]:
    """By sheet, the columns by their headings in one language, where the hidden row is lost."""
    return {
        sheet: {folded(labels(f"activity.field.{name}")): name for name in columns}
        for sheet, columns in SHEETS.items()
    }


def read(
    path: Path,
    known: Known,
    by_heading: Mapping[str, Mapping[str, str]],
    *,
    language: str = "en",
) -> list[PlanRow]:
    """The rows of a workbook that came back, each with its problems, activities first.

    `by_heading` joins the `headings` of every language offered: so the row of headings is told from
    the others, and a sheet that lost its hidden row is understood. Numbers that are texts are read
    as `language` writes them. Refuses with NotRecognised, MissingColumns, Damaged, Encrypted or
    TooSpread.
    """
    found: dict[str, list[PlanRow]] = {}
    reader = _Reader(known, by_heading, language)
    pending: list[tuple[dict[str, int], Iterator[Row]]] = []
    for rows in sheets(path):
        for row in islice(rows, SEARCHED):
            named = _names(row, by_heading)
            if named is None:
                continue
            sheet, columns = named
            if "id" not in columns:
                raise MissingColumns(columns="id")
            if sheet == "indicator":  # read behind the activities, whose marks they name
                pending.append((columns, iter(list(rows))))
            else:
                found[sheet] = list(reader.activities(columns, rows))
            break
    if not found and not pending:
        raise NotRecognised
    measured = [each for columns, rows in pending for each in reader.indicators(columns, rows)]
    return [*found.get("activity", ()), *measured]


def _names(
    row: Row, by_heading: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, int]] | None:
    """Sheet and places of the columns, if this is the hidden row or the row of headings."""
    cells = [plain(cell) for cell in row.cells]
    for sheet, columns in SHEETS.items():
        mark = f"{_MARK}{sheet}."
        marked = {
            cell.removeprefix(mark): at for at, cell in enumerate(cells) if cell.startswith(mark)
        }
        called = by_heading.get(sheet, {})
        by_words = {called.get(folded(cell), ""): at for at, cell in enumerate(cells) if cell}
        if marked or {"what" if sheet == "activity" else "name", "id"} <= by_words.keys():
            return sheet, {name: at for name, at in (by_words | marked).items() if name in columns}
    return None


class _Cells(RowCells):
    """The cells of one row; the problems of names and days are the assignment workbook's own."""

    def __init__(self, row: Row, columns: Mapping[str, int], language: str) -> None:
        super().__init__(row, columns, _problem_key)
        self._language = language

    def number(self, name: str) -> float | None:
        """A number, be it one of Excel's or a text."""
        found = self._decimal(name)
        return None if found is None else float(found)

    def amount(self, name: str) -> Decimal | None:
        """An amount of money, to the last digit."""
        found = self._decimal(name)
        if found is not None and not fits(found):
            self.tell(name, "bad_amount", words=self[name])
            return None
        return found

    def _decimal(self, name: str) -> Decimal | None:
        words = self[name]
        if not words:
            return None
        machine = self.columns[name] in self.row.numbers or re.fullmatch(r"-?\d{4,}\.\d+", words)
        found = Decimal(words) if machine else _as_typed(words, self._language)
        if found is None or not found.is_finite():
            self.tell(name, "unreadable_number", words=words)
            return None
        return found

    def year(self, name: str) -> int | None:
        """A year of four digits."""
        found = self.number(name)
        if found is None:
            return None
        if found != int(found) or int(found) not in YEARS:
            self.tell(name, "bad_year", words=self[name])
            return None
        return int(found)


def _problem_key(problem: str) -> str:
    return f"import.{'plans' if problem in PROBLEMS else 'assignments'}.{problem}"


def _as_typed(words: str, language: str) -> Decimal | None:
    return read_decimal(words, language) if re.search(r"\d", words) else None


class _Reader:
    """Rows made of cells, held against what is known."""

    def __init__(
        self, known: Known, by_heading: Mapping[str, Mapping[str, str]], language: str
    ) -> None:
        self._known = known
        self._by_heading = by_heading
        self._language = language
        self._institutions = Names(known.institutions)
        self._items = {folded(each): each for each in known.items}
        self._clusters = {folded(each): each for each in known.clusters}
        self._words = {
            kind: {folded(said): code for said, code in words.items()}
            for kind, words in known.words.items()
        }
        self._seen: dict[str, int] = {}
        self._marks: set[str] = set()

    def activities(self, columns: Mapping[str, int], rows: Iterable[Row]) -> Iterator[PlanRow]:
        """The rows that hold anything."""
        for row in rows:
            cells = self._cells("activity", columns, row)
            if cells.hold_anything and _names(row, self._by_heading) is None:
                yield self._activity(cells)

    def indicators(self, columns: Mapping[str, int], rows: Iterable[Row]) -> Iterator[PlanRow]:
        """The rows that hold anything; a row that names an activity alone says nothing."""
        for row in rows:
            cells = self._cells("indicator", columns, row)
            if cells.hold_anything and _names(row, self._by_heading) is None:
                yield self._indicator(cells)

    def _cells(self, sheet: str, columns: Mapping[str, int], row: Row) -> _Cells:
        """The cells of a row; an empty one that may have been withheld is as one that is gone."""
        cells = _Cells(row, columns, self._language)
        if _canonical(cells["id"]) not in self._known.about_restricted:
            return cells
        gone = {
            name
            for name in WORDS[sheet]
            if name in columns and not cells[name] and columns[name] not in row.lost
        }
        there = {name: at for name, at in columns.items() if name not in gone}
        return _Cells(row, there, self._language)

    # -- Activities --------------------------------------------------------------------------------

    def _activity(self, cells: _Cells) -> PlanRow:
        cells.tell_lost()
        number, new = self._number(cells, "AC", self._known.activities)
        about = self._about(cells, number, new=new)
        if new and number:
            self._marks.add(folded(number))
        wanted = ActivityCells(
            id=number,
            about=about,
            what=cells.short("what", LONGEST_WHAT),
            institution=self._institution(cells),
            others=self._others(cells),
            from_on=cells.day("from_on"),
            until_on=cells.day("until_on"),
            amount=cells.amount("amount"),
            currency=self._currency(cells),
            funds=cells.short("funds", LONGEST_FUNDS) or None,
            state=self._word(cells, "state", "state"),
        )
        self._require_whole(cells, wanted, new=new)
        return self._row("activity", cells, wanted, new=new)

    def _require_whole(self, cells: _Cells, wanted: ActivityCells, *, new: bool) -> None:
        if not wanted.what and (new or "what" in cells.columns):
            cells.tell("what", "no_what")
        if not cells["institution"] and (new or "institution" in cells.columns):
            cells.tell("institution", "no_institution")
        if wanted.from_on and wanted.until_on and wanted.until_on < wanted.from_on:
            cells.tell("until_on", "ends_before")
        if (
            bool(cells["amount"]) != bool(cells["currency"])
            and {
                "amount",
                "currency",
            }
            <= cells.columns.keys()
        ):
            cells.tell("currency", "bad_currency", words=cells["currency"])

    def _about(self, cells: _Cells, number: str, *, new: bool) -> tuple[str, ...]:
        """What it is for: of a known activity that stays; a new one names a cluster or items."""
        words = cells["about"]
        if not new:
            meant = tuple(self._known.activities.get(number, ()))
            shown = {folded(each) for each in several(words)}
            if "about" in cells.columns and shown != {folded(each) for each in meant}:
                cells.tell("about", "changed_about", id=number)
            return meant
        if not words:
            cells.tell("about", "no_about")
            return ()
        if cluster := self._clusters.get(folded(words)):
            return (cluster,)
        found = []
        for each in several(words):
            if item := self._items.get(folded(each)):
                found.append(item)
            else:
                cells.tell("about", "unknown_about", words=each)
        return tuple(dict.fromkeys(found))

    def _institution(self, cells: _Cells) -> str | None:
        names = several(cells["institution"])
        if len(names) > 1:
            cells.tell("institution", "one_institution", words=cells["institution"])
            return None
        if not names:
            return None
        return self._institutions.find(names[0], "institution", "institution", cells.tell)

    def _others(self, cells: _Cells) -> tuple[str, ...]:
        found = (
            self._institutions.find(each, "others", "institution", cells.tell)
            for each in several(cells["others"])
        )
        return tuple(dict.fromkeys(each for each in found if each))

    def _currency(self, cells: _Cells) -> str | None:
        code = cells["currency"].upper()
        if code and not is_currency(code):
            cells.tell("currency", "bad_currency", words=cells["currency"])
            return None
        return code or None

    # -- Indicators --------------------------------------------------------------------------------

    def _indicator(self, cells: _Cells) -> PlanRow:
        cells.tell_lost()
        number, new = self._number(cells, "IN", self._known.indicators)
        if new:
            number = ""
        wanted = IndicatorCells(
            id=number,
            activity=self._activity_of(cells, number, new=new),
            of="",
            name=" ".join(cells.short("name", LONGEST_NAME).split()),
            kind=self._word(cells, "kind", "kind"),
            unit=cells.short("unit", LONGEST_UNIT) or None,
            baseline=cells.number("baseline"),
            baseline_year=cells.year("baseline_year"),
            target=cells.number("target"),
            target_year=cells.year("target_year"),
            sdg=self._sdg(cells),
            dimensions=self._dimensions(cells),
            year=cells.year("year"),
            value=cells.number("value"),
            groups=self._groups(cells),
        )
        self._require_measured(cells, new=new)
        return self._row("indicator", cells, wanted, new=new)

    def _require_measured(self, cells: _Cells, *, new: bool) -> None:
        if not cells["name"] and (new or "name" in cells.columns):
            cells.tell("name", "no_name")
        if not cells["kind"] and (new or "kind" in cells.columns):
            cells.tell("kind", "no_kind")
        for name in ("baseline", "target"):
            if bool(cells[name]) != bool(cells[f"{name}_year"]):
                cells.tell(name, "half_reading")
        if bool(cells["value"]) != bool(cells["year"]) or (cells["groups"] and not cells["value"]):
            cells.tell("value", "half_value")

    def _activity_of(self, cells: _Cells, number: str, *, new: bool) -> str:
        words = cells["activity"]
        canonical = _canonical(words)
        if not new:
            meant = self._known.indicators.get(number, "")
            if "activity" in cells.columns and canonical != meant:
                cells.tell("activity", "changed_activity", id=number)
            return meant
        if canonical in self._known.activities:
            return canonical
        if not words or folded(words) not in self._marks:
            cells.tell("activity", "no_activity", words=words)
        return words

    def _sdg(self, cells: _Cells) -> str | None:
        if not cells["sdg"]:
            return None
        found = read_indicator(cells["sdg"])
        if found is None:
            cells.tell("sdg", "bad_sdg", words=cells["sdg"])
        return found

    def _dimensions(self, cells: _Cells) -> tuple[str, ...]:
        found = []
        for each in several(cells["dimensions"]):
            code = self._words["dimension"].get(folded(each))
            if code is None:
                cells.tell("dimensions", "unknown_dimension", words=each)
            else:
                found.append(code)
        return tuple(dict.fromkeys(found))

    def _groups(self, cells: _Cells) -> Mapping[str, float]:
        if not cells["groups"]:
            return {}
        try:
            [figure] = read_figures(f"n: 0 (2000; {cells['groups']})", self._language)
        except (Unfit, ValueError):
            cells.tell("groups", "bad_groups", words=cells["groups"])
            return {}
        return figure.groups

    # -- Both --------------------------------------------------------------------------------------

    def _number(self, cells: _Cells, letters: str, known: Mapping[str, object]) -> tuple[str, bool]:
        """The row's number and whether it is a new entry's; ids are easily dragged down."""
        words = cells["id"]
        canonical = _canonical(words)
        if not canonical.startswith(f"{letters}-"):
            key = f"{letters} {folded(words)}"
            if words and letters == "AC" and key in self._seen:
                cells.tell("id", "twice", row=self._seen[key])
            self._seen[key] = cells.row.number
            return words, True
        if canonical not in known:
            cells.tell("id", "unknown_id", id=words)
        elif canonical in self._seen:
            cells.tell("id", "twice", row=self._seen[canonical])
        else:
            self._seen[canonical] = cells.row.number
        return canonical, False

    def _word(self, cells: _Cells, column: str, kind: str) -> str | None:
        words = cells[column]
        if not words:
            return None
        code = self._words[kind].get(folded(words))
        if code is None:
            cells.tell(column, f"unknown_{kind}", words=words)
        return code

    def _row(self, sheet: str, cells: _Cells, wanted: Any, *, new: bool) -> PlanRow:
        given = frozenset(cells.columns) - set(_FIXED[sheet])
        return PlanRow(sheet, cells.row.number, new, wanted, given, tuple(cells.problems))


def _canonical(words: str) -> str:
    """`AC-7` however it was typed; other words as they are."""
    found = _NUMBER.fullmatch("".join(words.split()))
    return f"{found[1].upper()}-{int(found[2])}" if found else words

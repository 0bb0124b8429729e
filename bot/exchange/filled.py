"""Workbooks that are made to be filled in by hand: what those that come back have in common.

Names as people write them, days, several values in a cell; sheets that are protected against slips.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Protocol
from zipfile import is_zipfile

from rapidfuzz import fuzz, process, utils
from xlsxwriter.utility import xl_range_abs

from bot.exchange import excel_tables
from bot.exchange.imported import NotRecognised, Problem
from bot.exchange.sheets import SafeSheet
from bot.exchange.tables import Row, Sheet

SEARCHED = 10  # rows in which the names of the columns or the headings may stand

_NEAR = 75  # of 100: how like a name must be to be suggested
_DUE = (date(2000, 1, 1), date(2100, 1, 1))
_EXCELS_BEGINNING = date(1899, 12, 30)
_NUMERIC_DATE = re.compile(r"(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})(?:[T ][\d:.]+)?")


class Tell(Protocol):
    """Note a problem with a column of the row that is being read; refused unless said otherwise."""

    def __call__(
        self, column: str, problem: str, /, *, refused: bool = True, **values: str | int
    ) -> None: ...


def named_sheets(path: Path) -> Iterator[Sheet]:
    """Each sheet with its name and rows; refuses what is no workbook with NotRecognised."""
    if not is_zipfile(path):
        raise NotRecognised
    yield from excel_tables.sheets(path)


def sheets(path: Path) -> Iterator[Iterator[Row]]:
    """The rows of each sheet, to be read once; refuses what is no workbook with NotRecognised."""
    for sheet in named_sheets(path):
        yield sheet.rows


def columns_in(
    row: Row,
    mark: str,
    columns: Collection[str],
    by_heading: Mapping[str, str],
    telling: Collection[str],
) -> dict[str, int]:
    """The places of the columns, if this is the row of marks or of headings; else nothing.

    Marks are `<mark><column>`; headings alone tell it where those of the `telling` columns stand.
    """
    cells = list(enumerate(map(plain, row.cells)))
    marked = {cell.removeprefix(mark): place for place, cell in cells if cell.startswith(mark)}
    by_words = {by_heading.get(folded(cell), ""): place for place, cell in cells}
    if not marked and not set(telling) <= by_words.keys():
        return {}
    return {name: place for name, place in (by_words | marked).items() if name in columns}


def write_heads(
    sheet: SafeSheet, mark: str, columns: Sequence[str], headings: Sequence[str]
) -> None:
    """The hidden row by which a workbook that comes back is known, and the headings below it.

    `headings` are those behind the first column, whose ids have no heading but their mark: so the
    row of headings is never taken for an item.
    """
    sheet.sheet.set_row(0, None, None, {"hidden": True})
    sheet.row(0, [f"{mark}{name}" for name in columns])
    sheet.header(1, [f"{mark}id", *headings])


def protect(sheet: SafeSheet) -> None:
    """Against slips, not against people: there is no password."""
    allowed = ("autofilter", "format_cells", "format_columns", "format_rows")
    sheet.sheet.protect("", dict.fromkeys(allowed, True))


def write_lists(sheet: SafeSheet, offered: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """Write what can be picked, a column each; gives where it stands, None for an empty list."""
    sheet.sheet.set_column(0, len(offered) - 1, 44)
    sheet.header(0, list(offered))
    for place, row in enumerate(zip_longest(*offered.values()), start=1):
        sheet.row(place, row)
    protect(sheet)
    quoted = sheet.sheet.get_name().replace("'", "''")
    return {
        name: f"='{quoted}'!{xl_range_abs(1, column, len(names), column)}" if names else None
        for column, (name, names) in enumerate(offered.items())
    }


def offer(
    sheet: SafeSheet, column: int, first: int, last: int, source: str | None, *, strict: bool
) -> None:
    """Let rows of a column be filled from a list; where not `strict`, other words will do, too."""
    if source:
        options = {"validate": "list", "source": source, "show_error": strict}
        sheet.sheet.data_validation(first, column, last, column, options)


def write_hints(sheet: SafeSheet, title: str, hints: Sequence[str]) -> None:
    """Say how it is filled in, a line each."""
    sheet.sheet.set_column(0, 0, 100)
    sheet.sheet.write_string(0, 0, title, sheet.styles.title)
    for place, words in enumerate(hints, start=2):
        sheet.row(place, [words])


class Names:
    """Names that a cell may hold, found however they are spaced or capitalised."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._folded = {folded(name): name for name in names}

    def find(self, words: str, column: str, kind: str, tell: Tell) -> str | None:
        """The name that is meant; else tells the problem, with the likeliest name if any."""
        if name := self._folded.get(folded(words)):
            return name
        near = process.extractOne(
            words,
            self._names,
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            score_cutoff=_NEAR,
        )
        if near:
            tell(column, f"near_{kind}", name=words, suggestion=near[0])
        else:
            tell(column, f"unknown_{kind}", name=words)
        return None


# -- Cells -----------------------------------------------------------------------------------------


class RowCells:
    """The cells of one row by column, and what is wrong with them."""

    def __init__(self, row: Row, columns: Mapping[str, int], key_of: Callable[[str], str]) -> None:
        """`key_of` gives the text of a problem by its name."""
        self.row = row
        self.columns = columns
        self.problems: list[Problem] = []
        self.words = {
            name: plain(row.cells[at]) if at < len(row.cells) else ""
            for name, at in columns.items()
        }
        self._key_of = key_of

    def __getitem__(self, name: str) -> str:
        return self.words.get(name, "")

    @property
    def hold_anything(self) -> bool:
        """Whether it is a row at all."""
        lost = any(at in self.row.lost for at in self.columns.values())
        return lost or any(self.words.values())

    def tell(
        self, column: str, problem: str, /, *, refused: bool = True, **values: str | int
    ) -> None:
        """Note a problem."""
        key = self._key_of(problem)
        self.problems.append(Problem(self.row.number, key, column, values, refused=refused))

    def tell_lost(self, among: Collection[str] | None = None) -> None:
        """What cannot be seen looks empty, and must not empty anything; of all columns or some."""
        for name in sorted(self.columns) if among is None else among:
            if self.columns.get(name) in self.row.lost:
                key = "import.problem.formula"
                self.problems.append(Problem(self.row.number, key, name, refused=True))

    def short(self, name: str, limit: int) -> str:
        """Words of at most that many characters."""
        if len(self[name]) > limit:
            self.tell(name, "too_long", limit=limit)
        return self[name]

    def day(self, name: str) -> date | None:
        """A day; tells where it is none."""
        return day_in(self[name], name, self.tell)


def plain(cell: str) -> str:
    """A cell as the words that a person sees in it, without the marks of direction."""
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", cell).strip()


def folded(words: str) -> str:
    """Words as they are compared, however they are spaced or capitalised."""
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def same_number(cell: str, meant: str) -> bool:
    """Whether a spreadsheet made this number of a paragraph such as `140.70`."""
    try:
        return float(cell) == float(meant)
    except ValueError:
        return False


def several(words: str) -> list[str]:
    """The values of a cell, one a line or with bars between them."""
    return [name.strip() for name in re.split(r"[|\n]", words) if name.strip()]


def day_in(words: str, column: str, tell: Tell) -> date | None:
    """A date as Excel holds it, as its serial number, or as words; else tells what is wrong."""
    if not words:
        return None
    if re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]+)?", words):
        day: date | None = _EXCELS_BEGINNING + timedelta(days=int(float(words)))
    else:
        day, ambiguous = _day_in_words(words)
        if ambiguous:
            tell(column, "ambiguous_date", words=words)
            return None
    if day is None or not _DUE[0] <= day < _DUE[1]:
        tell(column, "unreadable_date", words=words)
        return None
    return day


def _day_in_words(words: str) -> tuple[date | None, bool]:
    """`2026-11-30` or `30/11/2026`, in any digits; True for a date that can be read in two ways."""
    found = _NUMERIC_DATE.fullmatch(words)
    if not found:
        return None, False
    first, second, third = (int(found[place]) for place in (1, 3, 4))
    if first > 31:
        return _day(first, second, third), False
    if second <= 12 and first <= 12 and first != second:
        return None, True
    day, month = (first, second) if second <= 12 else (second, first)
    return _day(third, month, day), False


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

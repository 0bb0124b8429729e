"""Workbooks that are made to be filled in by hand: what those that come back have in common.

Names as people write them, days, several values in a cell; sheets that are protected against slips.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol
from zipfile import is_zipfile

from rapidfuzz import fuzz, process, utils

from bot.exchange import excel_tables
from bot.exchange.imported import NotRecognised
from bot.exchange.sheets import SafeSheet
from bot.exchange.tables import Row

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


def sheets(path: Path) -> Iterator[Iterator[Row]]:
    """The rows of each sheet, to be read once; refuses what is no workbook with NotRecognised."""
    if not is_zipfile(path):
        raise NotRecognised
    for sheet in excel_tables.sheets(path):
        yield sheet.rows


def protect(sheet: SafeSheet) -> None:
    """Against slips, not against people: there is no password."""
    allowed = ("autofilter", "format_cells", "format_columns", "format_rows")
    sheet.sheet.protect("", dict.fromkeys(allowed, True))


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

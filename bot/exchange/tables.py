"""Rows of CSV files and Excel sheets as texts, with the row numbers that a person sees in Excel."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import IO, TypeAlias

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from bot.exchange.cells import unprefixed
from bot.exchange.imported import Damaged, Empty, EncryptedRefused, TooSpread

_ROWS_BEFORE_HEADER = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A row as texts; `numbers` are the columns that held a number, not a text (Excel only)."""

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file or sheet, to be read once, and how they were written."""

    rows: Iterator[Row]
    name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Headed:
    """A sheet whose header was found: the header, and the rows under it that are not empty."""

    header: Row
    rows: Iterator[Row]
    sheet: Sheet


Score: TypeAlias = Callable[
    [Sequence[str]], int
]  # how much a row looks like a header, 0: not at all


def headed(sheet: Sheet, score: Score) -> Headed | None:
    """The sheet from its header on, which may stand under a title; None where there is none."""
    first = list(islice(sheet.rows, _ROWS_BEFORE_HEADER))
    best = max(first, key=lambda row: score(row.cells), default=None)
    if best is None or not score(best.cells):
        return None
    under = chain(first[first.index(best) + 1 :], sheet.rows)
    return Headed(best, (row for row in under if not row.is_empty), sheet)


# -- Excel -----------------------------------------------------------------------------------------


def sheets(path: Path) -> Iterator[Sheet]:
    """The visible sheets of an .xlsx, in order; refuses with Damaged, EncryptedRefused or
    TooSpread.
    """
    _require_compact(path)
    try:
        book = load_workbook(str(path))
        for sheet in book.sheets_metadata:
            seen = sheet.visible == SheetVisibleEnum.Visible
            if seen and sheet.typ == SheetTypeEnum.WorkSheet:
                yield Sheet(_excel_rows(book, sheet.name), name=sheet.name)
    except PasswordError as error:
        raise EncryptedRefused from error
    except (CalamineError, OSError, ValueError) as error:
        raise Damaged from error


_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\br=["'](\d{1,9})""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_COLUMN = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']\$?([A-Za-z]{1,6})\$?\d""")
_PLACED = re.compile(
    rb"""<(?:\w+:)?(row|c)\b(?:[^<>]*?\br=["']\$?([A-Za-z]{0,6})\$?(\d{1,9})["'])?"""
    rb"""[^<>]*?(/>|></(?:\w+:)?c>|>)"""
)
_MOST_CELLS = 5_000_000  # of the rectangle around all cells; some 30 bytes each
_CHUNK = 1 << 20


def _require_compact(path: Path) -> None:
    """Refuse a workbook whose cells lie so far apart that the space between would fill the memory.

    calamine keeps the whole rectangle around the cells of a sheet: of one cell in the last row and
    column it asks for 400 GB, and the process ends.
    """
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if re.match(r"/?xl/worksheets/[^/]+\.xml", name, re.IGNORECASE):
                    with package.open(name) as part:
                        if _is_compact(part):
                            continue
                    with package.open(name) as part:
                        if _rectangle(part) > _MOST_CELLS:
                            raise TooSpread
    except RuntimeError as error:  # what zipfile says of a member with a password
        raise EncryptedRefused from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Damaged from error


def _is_compact(part: IO[bytes]) -> bool:
    """A quick look: whether all rows and columns named, filled or not, make a small rectangle."""
    rows = columns = 0
    for tags in _tags(part):
        letters = _COLUMN.findall(tags)
        if len(letters) != len(_CELL.findall(tags)):
            return False  # cells without an address: they must be counted
        rows = max(rows, max(map(int, set(_ROW.findall(tags))), default=0))
        columns = max(columns, max(map(_column_number, set(letters)), default=0))
    return rows * columns <= _MOST_CELLS


def _rectangle(part: IO[bytes]) -> int:
    """How many cells the rectangle from the first cell to the last filled one has."""
    rows = columns = row = column = 0
    for tags in _tags(part):
        for kind, letters, digits, end in _PLACED.findall(tags):
            if kind == b"row":
                row, column = (int(digits) if digits else row + 1), 0
                continue
            # A cell that does not say where it stands follows the one before it.
            column = _column_number(letters) if letters else column + 1
            row = int(digits) if digits else row
            if end == b">":  # no empty cell, which would only carry a format
                rows, columns = max(rows, row), max(columns, column)
    return rows * columns


def _tags(part: IO[bytes]) -> Iterator[bytes]:
    """The XML in pieces that end before a tag."""
    rest = b""
    while chunk := part.read(_CHUNK):
        whole, mark, rest = (rest + chunk).rpartition(b"<")
        rest = (mark + rest)[-_CHUNK:]
        yield whole
    yield rest


@cache
def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _excel_rows(book: CalamineWorkbook, name: str) -> Iterator[Row]:
    try:
        for number, values in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
            numbers = frozenset(
                place for place, value in enumerate(values) if isinstance(value, float)
            )
            yield Row(number, tuple(_text(value) for value in values), numbers)
    except (CalamineError, OSError, ValueError) as error:
        raise Damaged from error


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


# -- CSV -------------------------------------------------------------------------------------------

_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 LE does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def csv_sheet(path: Path, score: Score) -> Sheet:
    """A CSV file, read in whichever encoding and delimiter make its header understood best."""
    text, encoding = decode(path.read_bytes())
    if not text.strip():
        raise Empty
    text, said = _said_delimiter(text)
    skipped = 1 if said else 0
    delimiter = said or max(_DELIMITERS, key=lambda each: _fit(text, each, score))
    return Sheet(_csv_rows(text, delimiter, skipped), encoding=encoding, delimiter=delimiter)


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it is in; one without a mark is judged by its letters."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise Damaged from error
    if encoding_16 := _unmarked_utf_16(data):
        return data.decode(encoding_16, "replace"), encoding_16
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = _one_byte(data)
        return data.decode(encoding, "replace"), encoding


def _unmarked_utf_16(data: bytes) -> str | None:
    """UTF-16 shows by zero bytes beside spaces, commas and line ends, whatever the script."""
    sample = data[: 1 << 16]
    for encoding, low in (("utf-16-le", 0), ("utf-16-be", 1)):
        zeros = sample[1 - low :: 2].count(0)
        if zeros > len(sample) // 16 and sample[low::2].count(0) * 8 < zeros:
            return encoding
    return None


_WESTERN = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿßÀÂÁÇÉÈÊËÎÏÍÑÓÔÖÚÙÛÜŒ’‘“”«»–—…°€§ºª·\xa0")


def _one_byte(data: bytes) -> str:
    """cp1252, Mac Roman or cp1256: the one in which the letters beyond ASCII look like words."""
    high = re.findall(rb"[\x80-\xff]+", data)
    if sum(len(run) for run in high if len(run) >= 3) * 2 > sum(map(len, high)):
        return "cp1256"  # whole words beyond ASCII: Arabic
    bytes_used = b"".join(high)

    def odd(encoding: str) -> int:
        return sum(char not in _WESTERN for char in bytes_used.decode(encoding, "replace"))

    return min(("cp1252", "mac_roman"), key=odd)


def _said_delimiter(text: str) -> tuple[str, str | None]:
    """Excel's own first line, `sep=;`, taken off."""
    found = re.match(r"\s*\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n)", text, re.IGNORECASE)
    return (text[found.end() :], found[1]) if found else (text, None)


def _fit(text: str, delimiter: str, score: Score) -> tuple[int, int]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(_records(text[:200_000], delimiter), _ROWS_BEFORE_HEADER))
    except csv.Error:
        pass  # told when the rows are read; the header may stand before it
    return (max(map(score, rows), default=0), max(map(len, rows), default=0))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _csv_rows(text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    try:
        for number, cells in enumerate(_records(text, delimiter), 1 + skipped):
            yield Row(number, tuple(map(unprefixed, cells)))
    except csv.Error as error:
        raise Damaged from error

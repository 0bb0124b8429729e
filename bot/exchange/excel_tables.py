"""Sheets of Excel files as rows of texts: opened only where safe, nothing in them lost unseen."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import IO

from defusedxml.ElementTree import fromstring, iterparse
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from bot.exchange.imported import Damaged, TooSpread
from bot.exchange.opening import opened_package
from bot.exchange.refusals import Encrypted
from bot.exchange.tables import Row, Sheet

_NOTHING: frozenset[int] = frozenset()


def sheets(path: Path) -> Iterator[Sheet]:
    """The visible sheets of an .xlsx, in order, each with its rows from the first one on.

    Refuses with Damaged, Encrypted or TooSpread; Damaged also while a sheet's rows are read.
    """
    _require_compact(path)
    with _typed_errors():
        book = load_workbook(str(path))
    for sheet in book.sheets_metadata:
        seen = sheet.visible == SheetVisibleEnum.Visible
        if seen and sheet.typ == SheetTypeEnum.WorkSheet:
            yield Sheet(_rows(path, book, sheet.name), name=sheet.name)


def _rows(path: Path, book: CalamineWorkbook, name: str) -> Iterator[Row]:
    lost = _lost_cells(path, name)
    number = 0
    with _typed_errors():
        for number, values in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
            numbers = frozenset(
                place for place, value in enumerate(values) if isinstance(value, float)
            )
            cells = tuple(_text(value) for value in values)
            yield Row(number, cells, numbers, lost.get(number, _NOTHING))
    for further in sorted(row for row in lost if row > number):  # where calamine saw no row
        yield Row(further, (), lost=lost[further])


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


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise Encrypted from error
    except (CalamineError, OSError, ValueError) as error:
        raise Damaged from error


# -- cells far apart -------------------------------------------------------------------------------

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
    column it asks for 400 GB, and the process ends. A sheet may be any part of the package.
    """
    with opened_package(path) as package:
        for name in package.namelist():
            if name.lower().endswith(".xml"):
                with package.open(name) as part:
                    if _is_compact(part):
                        continue
                with package.open(name) as part:
                    if _rectangle(part) > _MOST_CELLS:
                        raise TooSpread


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


# -- values that nobody would see ------------------------------------------------------------------

_TELLING = re.compile(rb"""<(?:\w+:)?f[\s/>]|\bt=["']e["']""")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,6})\$?([0-9]{1,9})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def _lost_cells(path: Path, sheet: str) -> Mapping[int, frozenset[int]]:
    """Columns (from 0) by row (from 1) with an error, or a formula that was never calculated.

    calamine shows both as empty cells.
    """
    with opened_package(path) as package:
        name = _part(package, sheet)
        with package.open(name) as part:
            if not any(_TELLING.search(tags) for tags in _tags(part)):
                return {}
        with package.open(name) as part:
            return _without_value(part)


def _without_value(part: IO[bytes]) -> Mapping[int, frozenset[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    row = column = 0
    for event, element in iterparse(part, events=("start", "end")):
        kind = element.tag.rpartition("}")[2]
        if (event, kind) == ("start", "row"):
            row, column = int(element.get("r") or row + 1), 0
        elif (event, kind) == ("end", "c"):
            column += 1
            if address := _ADDRESS.fullmatch(element.get("r") or ""):
                column, row = _column_number(address[1].encode()), int(address[2])
            parts = {child.tag.rpartition("}")[2]: child.text for child in element}
            # The result `str` may be an empty text, and is then no loss.
            waiting = "f" in parts and not parts.get("v") and element.get("t") != "str"
            if waiting or element.get("t") == "e":
                found[row].add(column - 1)
        if event == "end" and kind in {"c", "row"}:
            element.clear()
    return {row: frozenset(columns) for row, columns in found.items()}


def _part(package: zipfile.ZipFile, sheet: str) -> str:
    """Which part of the package holds the sheet of this name."""
    # Programs spell names in their own case, and some with backslashes; Excel does not mind.
    names = {each.replace("\\", "/").lower(): each for each in package.namelist()}
    book = fromstring(package.read(names["xl/workbook.xml"]))
    relations = fromstring(package.read(names["xl/_rels/workbook.xml.rels"]))
    target = {each.get("Id"): each.get("Target", "") for each in relations}
    for each in book.iter():
        if each.tag.rpartition("}")[2] == "sheet" and each.get("name") == sheet:
            place = target[each.get(_RELATION) or each.get(_RELATION_STRICT)]
            path = place.lstrip("/") if place.startswith("/") else f"xl/{place}"
            return names[path.lower()]
    raise KeyError(sheet)

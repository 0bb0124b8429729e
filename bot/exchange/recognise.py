"""Which format a file is, by what is in it and never by its name; the way into all readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from bot.exchange import (
    assignments_book,
    calendar_files,
    csv_tables,
    excel_tables,
    ohchr_matrix,
    plain,
    plans_book,
    reports_book,
    tables,
    uhri,
)
from bot.exchange.examine import old_office
from bot.exchange.imported import (
    AS_IT_IS,
    Damaged,
    Empty,
    Format,
    NotRecognised,
    Options,
    Reading,
)
from bot.exchange.opening import opened_package
from bot.exchange.refusals import Macros, UnknownType

_READERS: Mapping[Format, Callable[[Path, Options], Reading]] = {
    Format.OHCHR_MATRIX: ohchr_matrix.read,
    Format.UHRI_EXCEL: uhri.read_excel,
    Format.UHRI_JSON: uhri.read_json,
    Format.PLAIN_CSV: plain.read_csv,
    Format.PLAIN_EXCEL: plain.read_excel,
}

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_CONTENT_TYPES = "[Content_Types].xml"
_CONTENT_TYPES_LIMIT = 1 << 20  # bytes
_MARKS_OF_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"OggS",
    b"{\\rtf",
    b"Rar!",
    b"\x1f\x8b",
)


class Contents(StrEnum):
    """What a file that was sent to be imported is about."""

    RECOMMENDATIONS = "recommendations"
    ASSIGNMENTS = "assignments"
    PLANS = "plans"
    REPORTS = "reports"
    CALENDAR = "calendar"


def contents(path: Path, name: str) -> Contents:
    """What the file is about, by its content; what is not known better holds recommendations.

    Its `name` decides one thing: what calls itself a calendar and is none is refused as such, with
    NotACalendar.
    """
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if calendar_files.begins_ics(start):
        return Contents.CALENDAR
    if name.lower().endswith((".ics", ".ical", ".ifb", ".icalendar")):
        raise calendar_files.NotACalendar
    if start.startswith(b"PK"):
        return _of_package(path)
    if start.startswith((_OLE, *_MARKS_OF_OTHERS)) or not _looks_like_words(start):
        return Contents.RECOMMENDATIONS
    return Contents.CALENDAR if _is_calendar_table(path) else Contents.RECOMMENDATIONS


def _of_package(path: Path) -> Contents:
    if assignments_book.recognises(path):
        return Contents.ASSIGNMENTS
    if reports_book.recognises(path):
        return Contents.REPORTS
    return Contents.PLANS if plans_book.recognises(path) else Contents.RECOMMENDATIONS


def _is_calendar_table(path: Path) -> bool:
    if path.stat().st_size > calendar_files.LARGEST:
        return False
    try:
        sheet = csv_tables.sheet(path, calendar_files.recognised_columns)
        return tables.headed(sheet, calendar_files.recognised_columns) is not None
    except (Empty, Damaged):
        return False


def read(path: Path, options: Options = AS_IT_IS) -> Reading:
    """A file of any of the formats; refuses with an ImportRefused or a FileRefused."""
    return _READERS[recognise(path)](path, options)


def recognise(path: Path) -> Format:
    """The format of a file, by its content; refuses as `read`."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if not start.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Empty
    if start.startswith(_OLE):
        raise _old(path)
    if start.startswith(b"PK"):
        return _package(path)
    if start.startswith(_MARKS_OF_OTHERS):
        raise NotRecognised
    if _begins_json(start):
        return _json(path)
    if _looks_like_words(start):
        return _csv(path)
    raise NotRecognised


def _old(path: Path) -> Exception:
    refusal = old_office(path.read_bytes())
    return NotRecognised() if isinstance(refusal, UnknownType) else refusal


def _package(path: Path) -> Format:
    with opened_package(path) as package:
        names = package.namelist()
        if _CONTENT_TYPES not in names:
            raise NotRecognised
        with package.open(_CONTENT_TYPES) as part:
            types = part.read(_CONTENT_TYPES_LIMIT).decode("utf-8", "replace")
    if re.search(r"macroEnabled|vbaProject", types) or any("vbaProject" in name for name in names):
        raise Macros
    if "wordprocessingml.document.main+xml" in types:
        if ohchr_matrix.is_matrix(path):
            return Format.OHCHR_MATRIX
        raise NotRecognised
    if "spreadsheetml.sheet.main+xml" in types:
        return _excel(path)
    raise NotRecognised


def _excel(path: Path) -> Format:
    filled = False
    found = None
    for sheet in excel_tables.sheets(path):
        first = [row.cells for _, row in zip(range(20), sheet.rows, strict=False)]
        filled = filled or any(any(cells) for cells in first)
        if any(uhri.recognised_columns(cells) for cells in first):
            return Format.UHRI_EXCEL
        if any(plain.recognised_columns(cells) for cells in first):
            found = Format.PLAIN_EXCEL
    if found:
        return found
    raise NotRecognised if filled else Empty


def _json(path: Path) -> Format:
    if uhri.is_record(uhri.first_value(path)):
        return Format.UHRI_JSON
    raise NotRecognised


def _csv(path: Path) -> Format:
    sheet = csv_tables.sheet(path, plain.recognised_columns)
    if tables.headed(sheet, plain.recognised_columns):
        return Format.PLAIN_CSV
    raise NotRecognised


def _begins_json(start: bytes) -> bool:
    bare = start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return re.match(rb"[\s\x00]*\[[\s\x00]*[\]{]", bare) is not None


def _looks_like_words(start: bytes) -> bool:
    """Whether a file is text: decoded, it holds next to no control characters."""
    text, _ = csv_tables.decode(start, errors="replace")
    odd = sum((char < " " and char not in "\t\r\n\x0b\x0c") or char == "\ufffd" for char in text)
    return odd * 50 <= len(text)

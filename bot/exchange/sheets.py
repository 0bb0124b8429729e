"""Workbooks that are safe to open: every text stays a text, every row goes straight to the disk.

What the writers of this folder share: the safe workbook, its styles, its sheets of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bot.exchange.cells import (
    FORMULA_STARTS,
    UNWRITABLE,
    Cell,
    Link,
    joined,
    looks_like_a_formula,
    pieces,
    storable,
)
from bot.texts import direction

Labels: TypeAlias = Callable[[str], str]  # the words of a key, in the language of the file

ROWS_OF_A_SHEET = 1_048_576
_LINKS_OF_A_SHEET = 65_000  # Excel follows 65,530
_LONGEST_LINK = 2_079
_SHORT = 4_681  # characters that fit one cell however they are escaped
_FIRST_DATE = date(1900, 3, 1)  # Excel counts a 29 February 1900; earlier dates are written as text
_FIRST_MOMENT = datetime.combine(_FIRST_DATE, time())
_NOUGHT = datetime.combine(date(1899, 12, 30), time())  # from which spreadsheets count days
_DAY = 86_400  # seconds
_letters = cache(xl_col_to_name)
_NOT_AT_FIRST = FORMULA_STARTS | {" "}


class PlainSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter carries no types
    """A sheet whose texts come back as they were, where XlsxWriter 3.3 alters them.

    It writes a text `<r>…</r>` as markup, unescaped, and spells `_x005F_x0041_` so that it is read
    as `_x005FA`.

    A cell may be given as the element that stands in the file: XlsxWriter takes longer over one
    than the database over a row.
    """

    def cells_of(self, row: int, columns: int) -> dict[int, Any]:
        """The cells of a row, by column, with room for so many.

        The row before goes to the disk, unless all of the book is kept in memory.
        """
        if self.constant_memory and row > self.previous_row:
            self._write_single_row(row)
        if columns:
            self._check_dimensions(row, 0)
            self._check_dimensions(row, columns - 1)
        found: dict[int, Any] = self.table[row]
        return found

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if cell.__class__ is str:
            self.fh.write(cell)
        else:
            super()._write_cell(row, col, cell)

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", data)

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, preserve=True, attributes=attributes)


class Styles:
    """The formats of a workbook; what is not `locked` can be filled in on a protected sheet."""

    def __init__(self, book: Workbook, *, locked: bool = True) -> None:
        base = {"valign": "top", "locked": locked}
        body = base | {"text_wrap": True}
        self.text = book.add_format(body)
        # Keeps a text a text when somebody edits the cell and presses Enter.
        self.quoted = book.add_format(body | {"quote_prefix": True})
        self.link = book.add_format(body | {"font_color": "#0B57D0", "underline": 1})
        self.number = book.add_format(base)
        self.day = book.add_format(base | {"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format(base | {"num_format": "yyyy-mm-dd hh:mm"})
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter"}
            | {"bg_color": "#DCE6F1", "border": 1}
        )


class SafeBook:
    """A workbook being written, in constant memory: each sheet takes its rows in order."""

    def __init__(self, book: Workbook, *, right_to_left: bool, zone: tzinfo) -> None:
        self.book = book
        self.styles = Styles(book)
        self.zone = zone
        self._right_to_left = right_to_left
        self._names: set[str] = set()

    def sheet(self, label: str) -> SafeSheet:
        """A new sheet after the others, named by its label as far as Excel allows it."""
        name = sheet_name(label, taken=self._names)
        self._names.add(name.casefold())
        sheet = self.book.add_worksheet(name, worksheet_class=PlainSheet)
        if self._right_to_left:
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return SafeSheet(sheet, self.styles, self.zone)


class SafeSheet:
    """A sheet that writes each value as what it is."""

    def __init__(self, sheet: PlainSheet, styles: Styles, zone: tzinfo) -> None:
        self.sheet = sheet
        self.styles = styles
        self._zone = zone
        self._links = 0

    def row(
        self, number: int, cells: Sequence[Cell], styles: Styles | None = None
    ) -> dict[int, list[str]]:
        """Write a row; gives, by column, what of a text did not fit its cell."""
        rest: dict[int, list[str]] = {}
        styles = styles or self.styles
        known = self.sheet.cells_of(number, len(cells))
        place = number + 1
        in_text = f'{place}" s="{_index(styles.text)}" t="inlineStr"><is><t>'
        for column, cell in enumerate(cells):
            value = joined(cell) if isinstance(cell, tuple) else cell
            if value is None or value == "":
                continue
            # Nearly every cell comes one of these two ways: a hundred thousand rows are two million
            # of them. The elements are those that XlsxWriter makes.
            if type(value) is str and _is_plain(value):
                known[column] = f'<c r="{_letters(column)}{in_text}{value}</t></is></c>'
            elif (found := self._serial(value, styles)) is not None:
                serial, style = found
                known[column] = (
                    f'<c r="{_letters(column)}{place}" s="{_index(style)}"><v>{serial}</v></c>'
                )
            else:
                rest |= self._write(number, column, value, styles)
        return rest

    def _serial(self, value: Cell, styles: Styles) -> tuple[str, Format] | None:
        """The number that stands for a day, a moment or a count, and how it is shown.

        None for what is none of them, and for days before Excel's calendar.
        """
        if isinstance(value, datetime):
            local = self._local(value)
            return (_serial_of(local), styles.moment) if local >= _FIRST_MOMENT else None
        if isinstance(value, date):
            return (_serial_of_day(value), styles.day) if value >= _FIRST_DATE else None
        return (f"{value:.16G}", styles.number) if isinstance(value, int) else None

    def _write(self, number: int, column: int, value: Cell, styles: Styles) -> dict[int, list[str]]:
        match value:
            case Link() if self._can_follow(value):
                self._links += 1
                self.sheet.write_url(number, column, storable(value), styles.link)
            case str():
                return self._text(number, column, value, styles)
            case datetime():
                early = self._local(value).isoformat(" ", "minutes")
                self.sheet.write_string(number, column, early, styles.text)
            case date():
                self.sheet.write_string(number, column, value.isoformat(), styles.text)
            case _:
                self.sheet.write_number(number, column, value, styles.number)
        return {}

    def header(self, number: int, labels: Sequence[str]) -> None:
        """Write the heading of each column."""
        for column, label in enumerate(labels):
            self.sheet.write_string(number, column, label, self.styles.heading)

    def _text(self, row: int, column: int, text: str, styles: Styles) -> dict[int, list[str]]:
        whole = text if text.isascii() else storable(text)
        first, *rest = (whole,) if len(whole) <= _SHORT else pieces(whole)
        style = styles.quoted if looks_like_a_formula(first) else styles.text
        self.sheet.write_string(row, column, first, style)
        return {column: rest} if rest else {}

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone).replace(tzinfo=None)

    def _can_follow(self, link: str) -> bool:
        return (
            link.startswith(("https://", "http://"))
            and len(link) <= _LONGEST_LINK
            and self._links < _LINKS_OF_A_SHEET
        )


def _is_plain(text: str) -> bool:
    """Whether a text that is not empty stands in the file as it is: nothing in it is spelt out,
    it fits one cell, and neither end is a space.
    """
    return (
        len(text) <= _SHORT
        and text.isprintable()
        and "&" not in text
        and "<" not in text
        and ">" not in text
        and "_x" not in text
        and text[0] not in _NOT_AT_FIRST
        and text[-1] != " "
    )


def _index(style: Format) -> int:
    """The number by which cells name a format."""
    number: int = style._get_xf_index()  # noqa: SLF001 - what XlsxWriter writes into a cell itself
    return number


def _serial_of(moment: datetime) -> str:
    """The days from 30 December 1899 to a moment of the calendar that both count alike."""
    since = moment - _NOUGHT
    return f"{since.days + (since.seconds + since.microseconds / 1e6) / _DAY:.16G}"


@lru_cache(maxsize=4_096)
def _serial_of_day(day: date) -> str:
    return f"{(day - _NOUGHT.date()).days:.16G}"


@contextmanager
def safe_book(
    path: Path, *, language: str, title: str, made_at: datetime, zone: tzinfo = UTC
) -> Iterator[SafeBook]:
    """A workbook that stands at `path` once the block has ended well; before, nothing of it does.

    Everything it writes meanwhile lies in a folder beside `path`, which goes with the block.
    """
    with TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        unfinished = Path(folder) / "workbook.xlsx"
        settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = Workbook(unfinished, settings | {"tmpdir": folder})
        book.set_properties({"title": title, "created": made_at.astimezone(UTC)})
        try:
            yield SafeBook(book, right_to_left=direction(language) == "rtl", zone=zone)
        except BaseException:
            for sheet in book.worksheets():
                if sheet.row_data_fh is not None:
                    sheet.row_data_fh.close()
            raise
        book.close()
        unfinished.replace(path)


def sheet_name(label: str, *, taken: set[str]) -> str:
    r"""A name that Excel takes for a sheet: 31 UTF-16 units, no `[]:*?/\`, not one of `taken`."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", storable(label)).strip(" '") or "-"
    for attempt in range(1, 1_000):
        ending = "" if attempt == 1 else f" {attempt}"
        room = 31 - len(ending)
        while len(plain.encode("utf-16-le")) > 2 * room:
            plain = plain[:-1]
        name = plain.rstrip(" '") + ending
        if name.casefold() not in taken | {"history"}:
            return name
    raise ValueError("more than a thousand sheets of one name")

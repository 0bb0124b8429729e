"""Workbooks that are safe to open: every text stays a text, every row goes straight to the disk.

What the writers of this folder share: the safe workbook, its styles, its sheets of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from xlsxwriter import Workbook
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
_EMPTY: tuple[Cell, ...] = (None, "", ())
_FIRST_DATE = date(1900, 3, 1)  # Excel counts a 29 February 1900; earlier dates are written as text


class PlainSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter carries no types
    """A sheet whose texts come back as they were, where XlsxWriter 3.3 alters them.

    It writes a text `<r>…</r>` as markup, unescaped, and spells `_x005F_x0041_` so that it is read
    as `_x005FA`.
    """

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

    def __init__(self, sheet: Worksheet, styles: Styles, zone: tzinfo) -> None:
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
        write_string, text_style = self.sheet.write_string, styles.text
        for column, value in enumerate(cells):
            if (
                value.__class__ is str
                and 0 < len(value) <= _SHORT
                and value[0] not in FORMULA_STARTS
            ):
                # Nearly every cell comes this way: a hundred thousand rows are two million of them.
                write_string(
                    number, column, value if value.isascii() else storable(value), text_style
                )
            elif value not in _EMPTY:
                rest |= self._write(number, column, value, styles)
        return rest

    def _write(self, number: int, column: int, value: Cell, styles: Styles) -> dict[int, list[str]]:
        match value:
            case Link() if self._can_follow(value):
                self._links += 1
                self.sheet.write_url(number, column, storable(value), styles.link)
            case str():
                return self._text(number, column, value, styles)
            case tuple():
                return self._text(number, column, joined(value), styles)
            case datetime():
                self._moment(number, column, value, styles)
            case date():
                self._day(number, column, value, styles)
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

    def _moment(self, row: int, column: int, moment: datetime, styles: Styles) -> None:
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        if local.date() < _FIRST_DATE:
            self.sheet.write_string(row, column, local.isoformat(" ", "minutes"), styles.text)
        else:
            self.sheet.write_datetime(row, column, local, styles.moment)

    def _day(self, row: int, column: int, day: date, styles: Styles) -> None:
        if day < _FIRST_DATE:
            self.sheet.write_string(row, column, day.isoformat(), styles.text)
        else:
            self.sheet.write_datetime(row, column, day, styles.day)

    def _can_follow(self, link: str) -> bool:
        return (
            link.startswith(("https://", "http://"))
            and len(link) <= _LONGEST_LINK
            and self._links < _LINKS_OF_A_SHEET
        )


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

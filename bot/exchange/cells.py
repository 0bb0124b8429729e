"""Cells that stay what they are: no formula, no lost character, nothing cut off; CSV, both ways.

Excel takes a cell that begins with `= + - @`, a tab or a line break for a formula, holds 32,767
UTF-16 units in a cell, and spells control characters `_x0000_`. In XLSX a text is a text; in
CSV, which has no types, it gets the prefix `'`, which `read_csv` takes off (FORMATS.md §2).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias


class Link(str):
    """A web address: in a workbook it can be followed."""

    __slots__ = ()


Cell: TypeAlias = str | int | float | date | datetime | tuple[str, ...] | None

LONGEST = 32_767  # UTF-16 units in one cell
BETWEEN = " | "  # between several values in one cell, as the imports read them

# The wide forms come from Japanese and Chinese keyboards; spreadsheets take them for formulas too.
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# What XLSX spells `_x0000_` (ECMA-376 part 1, 22.9.2.19): what XML cannot hold, and a `_` that
# would begin such a spelling.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
_SPELT_OUT = 7  # units of a character so spelt: no other takes more
_WIDTHS = {"&": 5, "<": 4, ">": 4}


def looks_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate this text instead of showing it."""
    return text[:1] in FORMULA_STARTS


def storable(text: str) -> str:
    """The text with U+FFFD for half a surrogate pair, which no UTF-8 file can hold."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def joined(values: Iterable[str]) -> str:
    """Several values in one cell."""
    return BETWEEN.join(values)


def pieces(text: str) -> list[str]:
    """The text cut into what fits one cell of Excel each; together they are the text, unaltered.

    A piece is measured as it stands in the file, with its escapes: Excel calls a file damaged whose
    cell is over the limit only when escaped.
    """
    if len(text) * _SPELT_OUT <= LONGEST:
        return [text]
    cuts = [0]
    room = LONGEST
    spelt_out = {found.start() for found in UNWRITABLE.finditer(text)}
    for place, character in enumerate(text):
        if place in spelt_out:
            width = _SPELT_OUT
        else:
            width = _WIDTHS.get(character) or (2 if character > "\uffff" else 1)
        if width > room:
            cuts.append(place)
            room = LONGEST
        room -= width
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def exact_cell(value: Decimal | float | None) -> float | str | None:
    """A number where the fifteen digits of a spreadsheet hold it, else its digits as a text."""
    if value is None:
        return None
    number = float(f"{value:.15g}")
    if isinstance(value, Decimal):
        return number if Decimal(repr(number)) == value else f"{value:f}"
    return number if number == value else repr(value)


# -- CSV -------------------------------------------------------------------------------------------


def prefixed(text: str) -> str:
    """The text as a CSV cell: with the prefix `'` where a spreadsheet would see a formula.

    A text that already looks prefixed gets one more, so that `unprefixed` gives back every text.
    """
    return f"'{text}" if looks_like_a_formula(text.lstrip("'")) else text


def unprefixed(text: str) -> str:
    """The text of a CSV cell without the prefix that `prefixed` gave it."""
    return text[1:] if text[:1] == "'" and looks_like_a_formula(text.lstrip("'")) else text


def as_csv(cell: Cell) -> str:
    """A cell as CSV: texts with their prefix, dates in ISO 8601, several values with ` | `."""
    match cell:
        case None:
            return ""
        case str():
            return prefixed(storable(cell))
        case tuple():
            return prefixed(storable(joined(cell)))
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a CSV file in UTF-8 with the BOM that Excel needs; gives the number of rows."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([as_csv(each) for each in header])
        for row in rows:
            writer.writerow([as_csv(each) for each in row])
            written += 1
    return written


def read_csv(path: Path) -> Iterator[list[str]]:
    """The rows of a file of `write_csv`, header first, as the texts that were written."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            yield [unprefixed(each) for each in row]

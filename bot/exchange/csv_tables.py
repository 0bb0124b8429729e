"""CSV files as rows of texts, in whichever encoding and delimiter they were written."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from bot.exchange.cells import unprefixed
from bot.exchange.imported import Damaged, Empty
from bot.exchange.tables import ROWS_BEFORE_HEADER, Row, Score, Sheet

_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 LE does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def sheet(path: Path, score: Score) -> Sheet:
    """A CSV file, read in whichever encoding and delimiter make its header understood best."""
    text, encoding = decode(path.read_bytes())
    if not text.strip():
        raise Empty
    text, said = _said_delimiter(text)
    skipped = 1 if said else 0
    delimiter = said or max(_DELIMITERS, key=lambda each: _fit(text, each, score))
    return Sheet(_rows(text, delimiter, skipped), encoding=encoding, delimiter=delimiter)


def decode(data: bytes, *, errors: Literal["strict", "replace"] = "strict") -> tuple[str, str]:
    """The text of a file and the encoding it is in; one without a mark is judged by its letters.

    Raises Damaged where the bytes deny their mark; with `replace`, for a beginning that may be cut
    inside a character, they become U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding, errors), encoding.removesuffix("-sig")
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
        rows.extend(islice(_records(text[:200_000], delimiter), ROWS_BEFORE_HEADER))
    except csv.Error:
        pass  # told when the rows are read; the header may stand before it
    return (max(map(score, rows), default=0), max(map(len, rows), default=0))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[Row]:
    try:
        for number, cells in enumerate(_records(text, delimiter), 1 + skipped):
            yield Row(number, tuple(map(unprefixed, cells)))
    except csv.Error as error:
        raise Damaged from error

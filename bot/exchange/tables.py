"""What a table is to its readers: rows of texts, numbered as a person counts them, and a header."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeAlias

ROWS_BEFORE_HEADER = 20  # a header may stand under a title


@dataclass(frozen=True, slots=True)
class Row:
    """A row as texts; `number` counts from 1, places of columns from 0.

    `numbers` are the columns that held a number, not a text; `lost` are those whose value cannot be
    seen: an error, or a formula that was never calculated (both in Excel only).
    """

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not self.lost and not any(cell.strip() for cell in self.cells)


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


Score: TypeAlias = Callable[[Sequence[str]], int]
"""How much a row looks like a header; 0: not at all."""


def headed(sheet: Sheet, score: Score) -> Headed | None:
    """The sheet from its header on, which may stand under a title; None where there is none."""
    first = list(islice(sheet.rows, ROWS_BEFORE_HEADER))
    best = max(first, key=lambda row: score(row.cells), default=None)
    if best is None or not score(best.cells):
        return None
    under = chain(first[first.index(best) + 1 :], sheet.rows)
    return Headed(best, (row for row in under if not row.is_empty), sheet)

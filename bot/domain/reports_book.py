"""An institution's workbook of reports: what a row shows, what it says, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Self

from bot.domain.errors import Unfit
from bot.domain.figures import MOST, Figure, read_figures
from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Text, text
from bot.domain.versions import Version

FIELDS = ("status", "measures", "remaining", "figures", "as_of")
"""What a row is filled in with, as a report in chat is."""

NO_CHANGE = "no_change"
"""The choice among the statuses that says: nothing has changed since the last report."""

_ID = re.compile(r"A([0-9]{1,18})(?:-([0-9]{1,18})-([0-9]{1,9})(-f)?)?")


@dataclass(frozen=True)
class Seen:
    """What had been sent last when the workbook was made; `filled`: the row began with its words.

    None of both where nothing had been sent.
    """

    status_update_id: int | None = None
    version: int | None = None
    filled: bool = False


@dataclass(frozen=True)
class RowId:
    """The stable id of a row: its assignment, and what of it the workbook has seen."""

    assignment_id: int
    seen: Seen = Seen()

    @property
    def code(self) -> str:
        """As it stands in the hidden column: `A17`, `A17-42-1`, `A17-42-1-f`."""
        if self.seen.status_update_id is None:
            return f"A{self.assignment_id}"
        filled = "-f" if self.seen.filled else ""
        return f"A{self.assignment_id}-{self.seen.status_update_id}-{self.seen.version}{filled}"

    @classmethod
    def read(cls, code: str) -> Self | None:
        """The id of that code; None for anything else."""
        found = _ID.fullmatch(code)
        if found is None:
            return None
        if found[2] is None:
            return cls(int(found[1]))
        return cls(int(found[1]), Seen(int(found[2]), int(found[3]), found[4] is not None))


@dataclass(frozen=True)
class Filled:
    """A row as it came back; `cells` by field: the status as its code, the day in ISO 8601.

    What is empty is not among them. Only the fields in `given` were columns of the file.
    """

    sheet: str
    row: int
    id: RowId
    cells: Mapping[str, str]
    given: frozenset[str] = frozenset(FIELDS)

    def to_json(self) -> dict[str, Any]:
        """The row as plain JSON values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "id": self.id.code,
            "cells": dict(self.cells),
            "given": sorted(self.given),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The row that `to_json` packed."""
        found = RowId.read(kept["id"])
        assert found is not None
        return cls(kept["sheet"], kept["row"], found, kept["cells"], frozenset(kept["given"]))

    def differs(self, shown: Mapping[str, str], fields: Sequence[str] = FIELDS) -> bool:
        """Whether something of the fields was filled in, where the workbook showed that."""
        return any(
            _plain(self.cells.get(each, "")) != _plain(shown.get(each, ""))
            for each in fields
            if each in self.given
        )

    @property
    def confirms(self) -> bool:
        """Whether it says that nothing has changed."""
        return self.cells.get("status") == NO_CHANGE


class Becomes(StrEnum):
    """What becomes of a row."""

    REPORT = "report"
    AMENDMENT = "amendment"  # of what nobody has decided on
    CONFIRMATION = "confirmation"  # that nothing has changed since the last report
    UNCHANGED = "unchanged"  # nothing was filled in, or it is sent already
    CONFLICT = "conflict"  # something was sent or decided since the workbook was made
    MISTAKE = "mistake"


@dataclass(frozen=True)
class Content:
    """What a report says, as a draft holds it."""

    status: str | None
    measures: str
    remaining: str | None
    figures: tuple[Figure, ...]
    as_of: date | None

    @classmethod
    def of(cls, version: Version) -> Self:
        """What a version of a status update says."""
        return cls(
            version.status, version.measures, version.remaining, version.figures, version.as_of
        )

    def shown(self) -> dict[str, str]:
        """The cells that show it, by field; the status as its code."""
        cells = {
            "status": self.status or "",
            "measures": self.measures,
            "remaining": self.remaining or "",
            "figures": figures_written(self.figures),
            "as_of": "" if self.as_of is None else self.as_of.isoformat(),
        }
        return {name: words for name, words in cells.items() if words}


NOTHING = Content(None, "", None, (), None)


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a row, and in which column."""

    column: str | None
    problem: Text


@dataclass(frozen=True)
class Said:
    """What a row says, or the first thing that is wrong with it."""

    content: Content = NOTHING
    mistakes: tuple[Mistake, ...] = field(default=())


def figures_written(figures: tuple[Figure, ...]) -> str:
    """Figures in one cell, one a line, as they would be typed."""
    return "\n".join(each.written() for each in figures)


def understood(row: Filled, base: Content, shown: Mapping[str, str], language: str) -> Said:
    """What the row says where it began with `base`, of which the workbook showed `shown`.

    A cell that is as it was says what it said, to the letter; the same goes for a line of figures.
    """
    mistakes: list[Mistake] = []

    def kept(name: str) -> bool:
        same = _plain(row.cells.get(name, "")) == _plain(shown.get(name, ""))
        return name not in row.given or same

    def words(name: str, before: str) -> str:
        if kept(name):
            return before
        said = row.cells.get(name, "").strip()
        if len(said) > LONGEST_TEXT:
            over = len(said) - LONGEST_TEXT
            problem = text("import.reports.too_long", limit=LONGEST_TEXT, count=over)
            mistakes.append(Mistake(name, problem))
        return said

    status = base.status if kept("status") else row.cells.get("status")
    measures = words("measures", base.measures)
    remaining = words("remaining", base.remaining or "") or None
    figures = base.figures
    if not kept("figures"):
        try:
            figures = _figures(row.cells.get("figures", ""), base.figures, language)
        except Unfit as unfit:
            mistakes.append(Mistake("figures", unfit.text))
    as_of = base.as_of
    if not kept("as_of"):
        day = row.cells.get("as_of")
        as_of = None if day is None else date.fromisoformat(day)
    if status is None:
        mistakes.append(Mistake("status", text("import.reports.no_status")))
    if not measures:
        mistakes.append(Mistake("measures", text("error.no_words")))
    return Said(Content(status, measures, remaining, figures, as_of), tuple(mistakes))


def confirmed(row: Filled, shown: Mapping[str, str]) -> Said:
    """What a row says that confirms the last report: at most a sentence that says why.

    Whatever else was filled in would be lost, and is a mistake.
    """
    mistakes = [
        Mistake(each, text("import.reports.no_change_alone"))
        for each in ("remaining", "figures", "as_of")
        if row.differs(shown, (each,))
    ]
    sentence = row.cells.get("measures", "").strip() if row.differs(shown, ("measures",)) else ""
    if len(sentence) > LONGEST_TEXT:
        over = len(sentence) - LONGEST_TEXT
        problem = text("import.reports.too_long", limit=LONGEST_TEXT, count=over)
        mistakes.append(Mistake("measures", problem))
    return Said(Content(None, sentence, None, (), None), tuple(mistakes))


def says_the_same(one: Content, other: Content) -> bool:
    """Whether a row says what was sent; a day that it leaves open was that of the sending."""
    open_day = one.as_of is None or one.as_of == other.as_of
    return open_day and _texts(one) == _texts(other)


def _texts(said: Content) -> tuple[object, ...]:
    shown = said.shown()
    return (said.status, *(_plain(shown.get(name, "")) for name in ("measures", "remaining"))), (
        said.figures
    )


def _figures(words: str, before: tuple[Figure, ...], language: str) -> tuple[Figure, ...]:
    known = {_plain(each.written()): each for each in before}
    found: list[Figure] = []
    for line in words.splitlines():
        if not line.strip():
            continue
        same = known.get(_plain(line))
        found += (same,) if same is not None else read_figures(line, language)
    if len(found) > MOST:
        raise Unfit("figures.how")
    return tuple(found)


def _plain(words: str) -> str:
    """Words as they come back: spreadsheets have line ends and marks of direction of their own."""
    said = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", words)
    return "\n".join(line.rstrip() for line in said.splitlines()).strip()

"""A report as the secretariat reviews it, and what its queue is narrowed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.errors import NotFound

OPEN_FOR = timedelta(minutes=10)
"""So long a report counts as open before the officer who opened it."""


@dataclass(frozen=True)
class Waiting:
    """A report with its item and its institution, as the queue of reviews shows it."""

    status_update_id: int
    number: str
    assignment_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    institution_id: int
    names: Mapping[str, str]
    due_on: date | None
    submitted_at: datetime


@dataclass(frozen=True)
class Approved:
    """What was approved before, to read a new report beside; `note` is the secretariat's."""

    id: int
    number: str
    status: str
    as_of: date
    measures: str
    language: str
    note: str | None = None
    note_language: str | None = None


@dataclass(frozen=True)
class ReturnedBefore:
    """The report that came back before this one was sent, and the comment it came back with."""

    id: int
    number: str
    status: str
    as_of: date
    measures: str
    remaining: str | None
    language: str
    comment: str | None
    comment_language: str | None


@dataclass(frozen=True)
class OpenedBy:
    """The colleague who has something of an item open, and since when.

    A report, of that `number`; None: its consolidation.
    """

    name: str
    at: datetime
    status_update_id: int | None = None
    number: str | None = None


# -- Narrowing the queue ---------------------------------------------------------------------------


class By(StrEnum):
    """What the queue can be narrowed by, one value each; the values are stable."""

    INSTITUTION = "institution"
    MECHANISM = "mechanism"
    DOCUMENT = "document"
    CLUSTER = "cluster"


class Trait(StrEnum):
    """What a report in the queue may have about it; the values are stable."""

    OVERDUE = "overdue"
    CHANGED = "changed"  # says another status than the one before
    RETURNED = "returned"  # an earlier one on the same assignment was returned


BY_LETTER = {"i": By.INSTITUTION, "m": By.MECHANISM, "d": By.DOCUMENT, "c": By.CLUSTER}
TRAIT_BY_LETTER = {"o": Trait.OVERDUE, "x": Trait.CHANGED, "r": Trait.RETURNED}
LETTERS: Mapping[By | Trait, str] = {
    **{by: letter for letter, by in BY_LETTER.items()},
    **{trait: letter for letter, trait in TRAIT_BY_LETTER.items()},
}
_PART = re.compile(r"([a-z])([0-9A-F]*)")


@dataclass(frozen=True)
class Queue:
    """What the queue is narrowed to: every value and every trait must hold.

    Institutions, documents and clusters are named by id (cluster `0`: in none), mechanisms by the
    `bot.domain.selection.mark` of their name.
    """

    by: Mapping[By, str] = field(default_factory=dict)
    traits: frozenset[Trait] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.by or self.traits)

    @property
    def code(self) -> str:
        """The narrowing in at most 60 characters; `-` for the whole queue."""
        values = [LETTERS[each] + self.by[each].upper() for each in By if each in self.by]
        return "".join([*values, *(LETTERS[each] for each in Trait if each in self.traits)]) or "-"

    @classmethod
    def read(cls, code: str) -> Queue:
        """The narrowing of a code; raises NotFound for one that never was."""
        if code == "-":
            return WHOLE
        parts = _PART.findall(code)
        if not parts or "".join(letter + value for letter, value in parts) != code:
            raise NotFound
        found = WHOLE
        for letter, value in parts:
            if letter in BY_LETTER and 0 < len(value) <= LONGEST_VALUE:
                found = found.narrowed(BY_LETTER[letter], value.lower())
            elif letter in TRAIT_BY_LETTER and not value:
                found = replace(found, traits=found.traits | {TRAIT_BY_LETTER[letter]})
            else:
                raise NotFound
        return found

    def narrowed(self, by: By, value: str | None) -> Queue:
        """The queue with another value of that kind; without any, not narrowed by it."""
        others = {each: chosen for each, chosen in self.by.items() if each is not by}
        return replace(self, by=others if value is None else {**others, by: value})

    def toggled(self, trait: Trait) -> Queue:
        """The queue with that trait asked for, or no more."""
        return replace(self, traits=self.traits ^ {trait})

    def number(self, by: By) -> int:
        """The id that a value names; raises NotFound where it is none."""
        value = self.by[by]
        if not value.isdecimal():
            raise NotFound
        return int(value)


LONGEST_VALUE = 12  # digits; more than any id here
NO_CLUSTER = "0"
WHOLE = Queue()


@dataclass(frozen=True)
class Narrows:
    """A value that the queue can be narrowed to, and how many reports it leaves.

    `names` are an institution's by language; others are called by `name`, no cluster by "".
    """

    value: str
    count: int
    name: str = ""
    names: Mapping[str, str] | None = None

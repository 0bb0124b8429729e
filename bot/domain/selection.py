"""Which items the secretariat means: narrowings that fit behind a button."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.errors import NotFound
from bot.domain.kinds import Kind
from bot.domain.status import Status


class Need(StrEnum):
    """What it takes to implement an item; stable codes."""

    LEGISLATION = "legislation"
    BUDGET = "budget"
    RATIFICATION = "ratification"
    DATA = "data"
    FOLLOW_UP = "follow_up"  # a committee asks for a reply before the next report


class Narrowing(StrEnum):
    """What items can be narrowed by; the values are stable, they stand behind buttons."""

    DOCUMENT = "document"
    MECHANISM = "mechanism"
    THEME = "theme"
    CLUSTER = "cluster"
    KIND = "kind"
    NEED = "need"
    SDG = "sdg"
    STATUS = "status"  # of the last word of an institution that has it
    REPORT_AGE = "report_age"  # months since that, 0: there is none


OF_ASSIGNMENTS = frozenset({Narrowing.STATUS, Narrowing.REPORT_AGE})
"""An item passes these where one of its announced assignments does."""

NO_CLUSTER = "0"
NO_REPORT = "none"
NEVER = "0"
REPORT_AGES = ("3", "6", "12", NEVER)
TEXT_KEYS = (
    *(f"need.{each}" for each in Need),
    *(f"narrowing.{each}" for each in Narrowing),
    *(f"button.narrow.{each}" for each in Narrowing),
)
_MARK_LENGTH = 7  # hexadecimal digits: enough to tell some thousand labels apart
_UNASSIGNED, _PRIORITY = "u", "p"
LETTERS = {
    Narrowing.DOCUMENT: "d",
    Narrowing.MECHANISM: "m",
    Narrowing.THEME: "t",
    Narrowing.CLUSTER: "c",
    Narrowing.KIND: "k",
    Narrowing.NEED: "n",
    Narrowing.SDG: "s",
    Narrowing.STATUS: "w",
    Narrowing.REPORT_AGE: "r",
}
BY_LETTER = {letter: narrowing for narrowing, letter in LETTERS.items()}
_SHORT = {
    Narrowing.KIND: dict(zip(map(str, Kind), "RCPQAVM", strict=True)),
    Narrowing.NEED: dict(zip(map(str, Need), "LBRDF", strict=True)),
    Narrowing.STATUS: dict(zip([*map(str, Status), NO_REPORT], "NPIAMCUZ", strict=True)),
    Narrowing.REPORT_AGE: {"12": "Y"},
}
_LONG = {
    narrowing: {short: value for value, short in values.items()}
    for narrowing, values in _SHORT.items()
}
_PART = re.compile(r"([a-z])([0-9A-Z]*)")


@dataclass(frozen=True)
class Selection:
    """The items that pass every narrowing.

    Documents and clusters are named by id, kinds, needs and statuses by code, mechanisms, themes
    and SDG targets by the `mark` of their name; cluster `0` is no cluster.
    """

    by: Mapping[Narrowing, str]
    unassigned: bool = False
    priority: bool = False

    @property
    def code(self) -> str:
        """The selection in at most 46 characters; `-` for every item.

        A small letter names what narrows it, capitals and digits after it the value.
        """
        parts = [
            LETTERS[name] + _short(name, self.by[name]) for name in Narrowing if name in self.by
        ]
        flags = _UNASSIGNED * self.unassigned + _PRIORITY * self.priority
        return "".join([*parts, flags]) or "-"

    @classmethod
    def read(cls, code: str) -> Selection:
        """The selection of a code; raises NotFound for one that never was."""
        if code == "-":
            return EVERY
        parts = _PART.findall(code)
        if not parts or "".join(letter + value for letter, value in parts) != code:
            raise NotFound
        found = EVERY
        for letter, value in parts:
            if letter in BY_LETTER and value:
                found = found.narrowed(BY_LETTER[letter], _long(BY_LETTER[letter], value))
            elif letter in {_UNASSIGNED, _PRIORITY} and not value:
                unassigned, priority = letter == _UNASSIGNED, letter == _PRIORITY
                found = replace(
                    found,
                    unassigned=found.unassigned or unassigned,
                    priority=found.priority or priority,
                )
            else:
                raise NotFound
        return found

    def narrowed(self, narrowing: Narrowing, value: str) -> Selection:
        """The selection with one more narrowing, or another value of it."""
        return replace(self, by={**self.by, narrowing: value})

    def number(self, narrowing: Narrowing) -> int:
        """The id that a narrowing names; raises NotFound where it is none."""
        value = self.by[narrowing]
        if not value.isdecimal():
            raise NotFound
        return int(value)


def _short(narrowing: Narrowing, value: str) -> str:
    return _SHORT.get(narrowing, {}).get(value, value.upper())


def _long(narrowing: Narrowing, value: str) -> str:
    return _LONG.get(narrowing, {}).get(value, value.lower())


EVERY = Selection({})
UNASSIGNED = Selection({}, unassigned=True)


@dataclass(frozen=True)
class Choice:
    """One value that items can be narrowed to: how it is called, and how many items it leaves."""

    value: str
    name: str
    count: int


@dataclass(frozen=True)
class Listed:
    """An item as lists show it: `words` begin its text, in `language`; a restricted one has none.

    `holders` are the institutions that have it, the lead first, drafts too.
    """

    id: int
    code: str
    symbol: str
    restricted: bool
    words: str | None
    language: str | None
    holders: tuple[Mapping[str, str], ...] = ()


def mark(name: str) -> str:
    """A short name for a long one; the same name always has the same mark."""
    return hashlib.sha256(name.encode()).hexdigest()[:_MARK_LENGTH]

"""Which items the secretariat means: narrowings that fit behind a button."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.errors import NotFound
from bot.domain.kinds import Kind


class Need(StrEnum):
    """What it takes to implement an item; stable codes."""

    LEGISLATION = "legislation"
    BUDGET = "budget"
    RATIFICATION = "ratification"
    DATA = "data"


class Narrowing(StrEnum):
    """What items can be narrowed by; the values are stable, they stand behind buttons."""

    DOCUMENT = "document"
    MECHANISM = "mechanism"
    THEME = "theme"
    CLUSTER = "cluster"
    KIND = "kind"
    NEED = "need"


TEXT_KEYS = (
    *(f"need.{each}" for each in Need),
    *(f"narrowing.{each}" for each in Narrowing),
    *(f"button.narrow.{each}" for each in Narrowing),
)
NO_CLUSTER = "0"
_MARK_LENGTH = 7  # hexadecimal digits: enough to tell some thousand labels apart
_UNASSIGNED, _PRIORITY = "u", "p"
LETTERS = {
    Narrowing.DOCUMENT: "d",
    Narrowing.MECHANISM: "m",
    Narrowing.THEME: "t",
    Narrowing.CLUSTER: "c",
    Narrowing.KIND: "k",
    Narrowing.NEED: "n",
}
BY_LETTER = {letter: narrowing for narrowing, letter in LETTERS.items()}
_SHORT = {**{each.value: each[:4] for each in Kind}, **{each.value: each[:4] for each in Need}}
_LONG = {short: value for value, short in _SHORT.items()}


@dataclass(frozen=True)
class Selection:
    """The items that pass every narrowing.

    Documents and clusters are named by id, kinds and needs by code, mechanisms and themes by the
    `mark` of their name; cluster `0` is no cluster.
    """

    by: Mapping[Narrowing, str]
    unassigned: bool = False
    priority: bool = False

    @property
    def code(self) -> str:
        """The selection in at most 45 characters; `-` for every item."""
        parts = [
            LETTERS[name] + _SHORT.get(self.by[name], self.by[name])
            for name in Narrowing
            if name in self.by
        ]
        flags = _UNASSIGNED * self.unassigned + _PRIORITY * self.priority
        return ",".join([*parts, flags] if flags else parts) or "-"

    @classmethod
    def read(cls, code: str) -> Selection:
        """The selection of a code; raises NotFound for one that never was."""
        found = EVERY
        for part in code.split(","):
            narrowing = BY_LETTER.get(part[:1])
            if narrowing is not None and len(part) > 1:
                found = found.narrowed(narrowing, _LONG.get(part[1:], part[1:]))
            elif part and set(part) <= {_UNASSIGNED, _PRIORITY}:
                found = replace(found, unassigned=_UNASSIGNED in part, priority=_PRIORITY in part)
            elif part != "-":
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

"""What an export is narrowed to: by mechanism, document, cluster and so on, and by dates."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.errors import Refused
from bot.domain.screens import Text, Words
from bot.domain.selection import mark
from bot.domain.status import Status

NOT_REPORTED = "not_reported"
"""Stands for a status where no institution has said anything yet."""

STATUSES = (*(each.value for each in Status), NOT_REPORTED)
"""Every status of an item, in the order in which they are shown."""


class Dimension(StrEnum):
    """What can be narrowed by; stable codes."""

    MECHANISM = "mechanism"
    DOCUMENT = "document"
    CLUSTER = "cluster"
    THEME = "theme"
    SDG = "sdg"
    INSTITUTION = "institution"
    STATUS = "status"


TEXT_KEYS = (
    *(f"status.{each}" for each in STATUSES),
    *(f"export.dimension.{each}" for each in Dimension),
)
LETTERS = {
    Dimension.MECHANISM: "m",
    Dimension.DOCUMENT: "d",
    Dimension.CLUSTER: "c",
    Dimension.THEME: "t",
    Dimension.SDG: "g",
    Dimension.INSTITUTION: "i",
    Dimension.STATUS: "s",
}
"""The dimensions, as they stand behind a button."""

ONE_OF = frozenset({Dimension.MECHANISM, Dimension.DOCUMENT})
"""Of these a button holds one: a document has its mechanism."""

_SINCE, _UNTIL, _LANGUAGE = "f", "u", "l"
_WIDTHS = {
    **dict.fromkeys(LETTERS.values(), 5),
    **dict.fromkeys((_SINCE, _UNTIL), 3),
    _LANGUAGE: 2,
}
_BEGIN = date(2000, 1, 1)  # days are counted from it

_BY_PREFIX = (Dimension.THEME, Dimension.SDG)
_GOAL = re.compile(r"(?:S\d+ SDG |\D{0,12})(?P<goal>1[0-7]|[1-9])(?!\d)")
_TARGET = re.compile(_GOAL.pattern.removesuffix(r"(?!\d)") + r"\.(?P<target>\d{1,2}|[a-dA-D])\b")
_CODE = re.compile(r"[A-Za-z0-9_.:/ -]{1,120}")


class NothingMatches(Refused):
    """No recommendation passes the filter, so there is nothing to export."""

    key = "error.export.nothing"


class NoSuchValue(Refused):
    """What was asked for does not occur; values: `dimension` and `words`."""

    key = "error.export.no_such_value"

    def __init__(self, dimension: Dimension, words: str) -> None:
        named = Text(f"export.dimension.{dimension}")
        super().__init__(dimension=named, words=Words(words, limit=80))


@dataclass(frozen=True)
class Filter:
    """Which recommendations are meant: those that have, in each dimension, one of the values.

    Institutions are named by code, clusters by name, statuses by code, the others as they are kept.
    The dates (inclusive, of the country) keep what was reported between them.
    """

    by: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.by or self.since or self.until)

    def of(self, dimension: Dimension) -> tuple[str, ...]:
        """The values that one dimension is narrowed to; empty: it is not."""
        return self.by.get(dimension, ())

    def narrowed(self, dimension: Dimension, *values: str) -> Filter:
        """The filter with these values of a dimension; without any, not narrowed by it."""
        others = {each: chosen for each, chosen in self.by.items() if each is not dimension}
        return replace(self, by={**others, dimension: values} if values else others)

    def to_json(self) -> dict[str, Any]:
        """The filter as plain JSON values."""
        return {
            "by": {each.value: list(chosen) for each, chosen in self.by.items()},
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }

    @classmethod
    def from_json(cls, packed: Mapping[str, Any]) -> Filter:
        """The filter that `to_json` packed."""
        return cls(
            {Dimension(each): tuple(chosen) for each, chosen in packed["by"].items()},
            date.fromisoformat(packed["since"]) if packed["since"] else None,
            date.fromisoformat(packed["until"]) if packed["until"] else None,
        )

    def facts(self) -> dict[str, list[str] | date]:
        """The filter for the audit: codes as they are, names by their mark."""
        found: dict[str, list[str] | date] = {
            each.value: [_as_code(each, value) for value in chosen]
            for each, chosen in self.by.items()
        }
        if self.since:
            found["since"] = self.since
        if self.until:
            found["until"] = self.until
        return found

    @property
    def code(self) -> str:
        """The filter behind a button: a letter for what narrows it and a mark for the value.

        At most 44 characters, `-` is no filter; `bot.services.exports.read` finds the values again.
        """
        parts = [
            letter + short_mark(value, _WIDTHS[letter])
            for dimension, letter in LETTERS.items()
            for value in self.of(dimension)[:1]
        ]
        for letter, day in ((_SINCE, self.since), (_UNTIL, self.until)):
            if day is not None:
                parts.append(letter + _day_code(day))
        return "".join(parts) or "-"


EVERYTHING = Filter()


@dataclass(frozen=True)
class Read:
    """What stands behind a button: marks of values by dimension, days, the mark of a language."""

    marks: Mapping[Dimension, str]
    since: date | None
    until: date | None
    language: str | None


def read_code(code: str) -> Read:
    """What the code of a filter, with that of a language behind it, says; raises ValueError."""
    dimensions = {letter: dimension for dimension, letter in LETTERS.items()}
    marks: dict[Dimension, str] = {}
    others: dict[str, str] = {}
    rest = "" if code == "-" else code
    while rest:
        letter = rest[0]
        width = _WIDTHS.get(letter, len(rest))
        value, rest = rest[1 : 1 + width], rest[1 + width :]
        if len(value) != width or letter in others or dimensions.get(letter) in marks:
            raise ValueError(code)
        if letter in dimensions:
            marks[dimensions[letter]] = value
        else:
            others[letter] = value
    days = {each: _day_of(others[each]) for each in (_SINCE, _UNTIL) if each in others}
    return Read(marks, days.get(_SINCE), days.get(_UNTIL), others.get(_LANGUAGE))


def with_language(code: str, language: str | None) -> str:
    """The code of a filter with that of a language behind it; None: of none."""
    if language is None:
        return code
    own = "" if code == "-" else code
    return f"{own}{_LANGUAGE}{short_mark(language, _WIDTHS[_LANGUAGE])}"


def short_mark(value: str, width: int = _WIDTHS["d"]) -> str:
    """So many characters for a value; the same value always has the same."""
    digest = hashlib.sha256(value.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:width]


def _day_code(day: date) -> str:
    days = (day - _BEGIN).days
    return base64.urlsafe_b64encode(max(days, 0).to_bytes(3, "big")).decode()[1:]


def _day_of(code: str) -> date:
    days = int.from_bytes(base64.urlsafe_b64decode(f"A{code}"), "big")
    return _BEGIN + timedelta(days=days)


@dataclass(frozen=True)
class Known:
    """A value that occurs, and the other words by which it may be asked for."""

    value: str
    names: tuple[str, ...] = ()


def meant(dimension: Dimension, words: str, known: Iterable[Known]) -> tuple[str, ...]:
    """The values that somebody means by these words; raises NoSuchValue.

    In full or by a name, whatever the case; themes by their code too (`A12`), goals by their
    number (`16`).
    """
    wanted = words.strip().casefold()
    found = tuple(each.value for each in known if _fits(dimension, wanted, each))
    if not found or not wanted:
        raise NoSuchValue(dimension, words)
    return found


def _fits(dimension: Dimension, wanted: str, known: Known) -> bool:
    if any(wanted == each.casefold() for each in (known.value, *known.names)):
        return True
    if dimension is Dimension.SDG and wanted.isdecimal():
        return goal_of(known.value) == int(wanted)
    return dimension in _BY_PREFIX and known.value.casefold().startswith(f"{wanted} ")


def goal_of(label: str) -> int | None:
    """The Sustainable Development Goal that a label names: `16.3`, `S16 SDG 16 - …`, `5 - …`."""
    found = _GOAL.match(label.strip())
    return int(found["goal"]) if found else None


def target_of(label: str) -> str | None:
    """The target of a goal that a label names: `16.3` or `16.a`; None where it names a goal."""
    found = _TARGET.match(label.strip())
    return f"{int(found['goal'])}.{found['target'].lower()}" if found else None


def _as_code(dimension: Dimension, value: str) -> str:
    if dimension is Dimension.CLUSTER or not _CODE.fullmatch(value):
        return f"mark:{mark(value)}"
    return value

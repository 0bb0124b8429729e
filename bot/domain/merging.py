"""Two who change one thing: each writes only what they changed, and the same is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bot.domain.errors import Refused

T = TypeVar("T", bound=Any)


class ChangedMeanwhile(Refused):
    """Somebody else has changed the very thing that is changed; values: `fields`."""

    key = "error.changed_meanwhile"
    final = True


@dataclass(frozen=True)
class Fields:
    """What can be changed of something: the names of its fields, in their order.

    `together` says which fields make one value with which other; with the field `words` goes the
    `language` in which they are written.
    """

    names: Sequence[str]
    words: str
    together: Mapping[str, str] = field(default_factory=dict)

    def touched(self, before: object, after: object) -> tuple[str, ...]:
        """Which fields differ, with those that make one value with them."""
        found = {self._whole(name) for name in self.names if self._differ(name, before, after)}
        return tuple(name for name in self.names if self._whole(name) in found)

    def clashes(self, seen: T, now: T, wanted: T) -> tuple[str, ...]:
        """The fields that two have changed since both had `seen` them, and not alike."""
        mine, theirs = self.touched(seen, wanted), self.touched(seen, now)
        apart = self.touched(now, wanted)
        return tuple(name for name in mine if name in theirs and name in apart)

    def upon(self, seen: T, now: T, wanted: T) -> T:
        """What is there now with what one has changed of what they had `seen`."""
        mine = self.touched(seen, wanted)
        values = {name: getattr(wanted, name) for name in mine}
        if self.words in mine:
            values["language"] = wanted.language
        merged: T = replace(now, **values)
        return merged

    def _whole(self, name: str) -> str:
        return self.together.get(name, name)

    def _differ(self, name: str, before: object, after: object) -> bool:
        return comparable(getattr(before, name)) != comparable(getattr(after, name))


def comparable(value: object) -> object:
    """Several of something are the same in whatever order."""
    return frozenset(value) if isinstance(value, tuple) else value

"""The groups that people say they speak for: the usual ones, and those that a country has added.

Codes are stable: a group that was renamed or is offered no more stays with what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.consultations import Group
from bot.domain.errors import Refused
from bot.domain.screens import Text, Value, Words, text

LONGEST_NAME = 60
MOST = 40
"""So many groups, those too that are offered no more."""


class GroupName(Refused):
    """A group has a name of so many characters; values: `limit`."""

    key = "error.group_name"


class GroupNamed(Refused):
    """Another group has that name; values: `name`."""

    key = "error.group_named"


class TooManyGroups(Refused):
    """There are as many groups as there may be; values: `limit`."""

    key = "error.too_many_groups"


@dataclass(frozen=True)
class Entry:
    """One group; `names` are the country's own by language, else the catalogues name it."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict)
    ended: bool = False


USUAL = tuple(each.value for each in Group if each is not Group.NOT_SAID)
"""Those that there are from the start."""


@dataclass(frozen=True)
class Groups:
    """Every group in its order: the usual ones, the country's own, and any other at the end."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, configured: Iterable[Entry]) -> Groups:
        """What is configured, and the rest as it is from the start."""
        known = {each.code: each for each in configured}
        usual = [known.pop(code, Entry(code)) for code in USUAL]
        own = sorted(known.values(), key=lambda each: int(each.code.removeprefix("g")))
        *most, other = usual
        return cls((*most, *own, other))

    @property
    def live(self) -> tuple[str, ...]:
        """The codes of those that are offered."""
        return tuple(each.code for each in self.entries if not each.ended)

    @property
    def names(self) -> dict[str, Mapping[str, str]]:
        """The country's own names, by the key of the text that they stand for."""
        return {f"group.{each.code}": each.names for each in self.entries if each.names}

    def get(self, code: str) -> Entry | None:
        """The group of that code."""
        return next((each for each in self.entries if each.code == code), None)

    def added(self, names: Mapping[str, str]) -> Entry:
        """One more, with a code that was never given; raises GroupName, TooManyGroups."""
        if len(self.entries) >= MOST:
            raise TooManyGroups(limit=MOST)
        own = (each.code for each in self.entries if each.code not in USUAL)
        made = Entry(f"g{1 + max((int(code[1:]) for code in own), default=0)}", names)
        return fitting(made)


def fitting(entry: Entry) -> Entry:
    """The group, which has a name where it is a country's own; raises GroupName."""
    if not entry.names and entry.code not in USUAL:
        raise GroupName(limit=LONGEST_NAME)
    return entry


def called(code: str) -> Text:
    """How a group is called."""
    return text(f"group.{code}")


def name_of(entry: Entry, language: str) -> Value:
    """How it is called, right after a change too."""
    if language in entry.names:
        return Words(entry.names[language])
    if not entry.names or entry.code in USUAL:
        return called(entry.code)
    other, name = next(iter(entry.names.items()))
    return Words(name, other)

"""Implementation status: the vocabulary, what each status counts as, and what is offered first.

There is no United Nations standard (FORMATS.md §3), so a country configures its own. Codes are
stable: they are stored, exported and part of text keys (`status.in_progress`). Until something is
configured there are the seven of `Status`, which the catalogues name; a country's own names stand
for them, and for the statuses that it adds, wherever a text names `status.<code>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.errors import Refused
from bot.domain.screens import Text, Words, text
from bot.domain.search import fold


class Status(StrEnum):
    """The seven statuses there are from the start, which is also what any status counts as."""

    NOT_STARTED = "not_started"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    PARTIALLY_IMPLEMENTED = "partially_implemented"
    IMPLEMENTED = "implemented"
    CONTINUOUS = "continuous"
    NO_INFORMATION = "no_information"


class NoStatus(Refused):
    """What was given is no status of the vocabulary."""

    key = "error.no_status"


class StatusEnded(Refused):
    """The status is used no more: another one has to be chosen; values: `status`."""

    key = "error.status_ended"


class StatusName(Refused):
    """A status has a name of so many characters; values: `limit`."""

    key = "error.status_name"


class StatusNamed(Refused):
    """Another status has that name; values: `name`."""

    key = "error.status_named"


class TooManyStatuses(Refused):
    """There are as many statuses as there may be; values: `limit`."""

    key = "error.too_many_statuses"


class LastStatus(Refused):
    """Two statuses at least have to be there to choose from."""

    key = "error.last_status"


TEXT_KEYS = tuple(f"status.{each}" for each in Status)

LONGEST_NAME = 60
MOST = 40
"""So many statuses, ended ones too; their codes fit behind buttons (`bot.domain.selection`)."""
FEWEST = 2
_PLACES = 100  # from one of the seven to the next, so that others fit between
_OWN = re.compile(r"s[1-9]\d?")

_AHEAD = (
    Status.PLANNED,
    Status.IN_PROGRESS,
    Status.PARTIALLY_IMPLEMENTED,
    Status.IMPLEMENTED,
)
# What an institution most often says next, by what it said last; four fit on two rows.
_OFFERED_FIRST: dict[Status | None, tuple[Status, ...]] = {
    None: _AHEAD,
    Status.NOT_STARTED: _AHEAD,
    Status.PLANNED: _AHEAD,
    Status.NO_INFORMATION: _AHEAD,
    Status.IN_PROGRESS: (
        Status.IN_PROGRESS,
        Status.PARTIALLY_IMPLEMENTED,
        Status.IMPLEMENTED,
        Status.CONTINUOUS,
    ),
    Status.PARTIALLY_IMPLEMENTED: (
        Status.PARTIALLY_IMPLEMENTED,
        Status.IMPLEMENTED,
        Status.CONTINUOUS,
        Status.IN_PROGRESS,
    ),
    Status.IMPLEMENTED: (
        Status.IMPLEMENTED,
        Status.CONTINUOUS,
        Status.PARTIALLY_IMPLEMENTED,
        Status.IN_PROGRESS,
    ),
    Status.CONTINUOUS: (
        Status.CONTINUOUS,
        Status.IMPLEMENTED,
        Status.PARTIALLY_IMPLEMENTED,
        Status.IN_PROGRESS,
    ),
}
FIRST = 4
"""So many statuses are offered before "More…"."""

_RANK = {
    Status.NOT_STARTED: 0,
    Status.PLANNED: 1,
    Status.IN_PROGRESS: 2,
    Status.PARTIALLY_IMPLEMENTED: 3,
    Status.IMPLEMENTED: 4,
    Status.CONTINUOUS: 4,
}


@dataclass(frozen=True)
class Entry:
    """One status of a vocabulary.

    `names` are the country's own, by language; where there are none, the catalogues name it.
    `place` orders the statuses; a status that `ended` stays with what was said, and is offered no
    more.
    """

    code: str
    counts_as: Status
    place: int
    names: Mapping[str, str] = field(default_factory=dict)
    evidence_required: bool = False
    ended: bool = False


DEFAULTS = tuple(
    Entry(each.value, each, place * _PLACES) for place, each in enumerate(Status, start=1)
)


@dataclass(frozen=True)
class Vocabulary:
    """The statuses of a country in their order, ended ones too."""

    entries: tuple[Entry, ...] = DEFAULTS

    @classmethod
    def of(cls, configured: Iterable[Entry]) -> Vocabulary:
        """The vocabulary of what is configured; of the seven, what is not is as it was."""
        every = {each.code: each for each in (*DEFAULTS, *configured)}
        return cls(tuple(sorted(every.values(), key=lambda each: (each.place, each.code))))

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code in the order in which statuses are shown."""
        return tuple(each.code for each in self.entries)

    @property
    def live(self) -> tuple[Entry, ...]:
        """The statuses that can be chosen."""
        return tuple(each for each in self.entries if not each.ended)

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """The country's own names by text key and language, for `bot.texts.Texts.call`."""
        found: dict[str, dict[str, str]] = {}
        for each in self.entries:
            if each.names:
                found[f"status.{each.code}"] = dict(each.names)
                found[f"button.status.{each.code}"] = {
                    language: name[:1].upper() + name[1:] for language, name in each.names.items()
                }
        return found

    def get(self, code: str | None) -> Entry | None:
        """The status of that code; None for one that never was."""
        return next((each for each in self.entries if each.code == code), None)

    def require(self, code: str) -> Entry:
        """The status of that code, to be said anew; raises NoStatus or StatusEnded."""
        found = self.get(code)
        if found is None:
            raise NoStatus
        if found.ended:
            raise StatusEnded(status=called(code))
        return found

    def counts_as(self, code: str | None) -> Status | None:
        """Which of the seven a status counts as; None for an unknown code, and for silence."""
        found = self.get(code)
        return None if found is None else found.counts_as

    def offered(self, last: str | None) -> tuple[str, ...]:
        """Every status that can be chosen, the `FIRST` most likely next ones in front.

        Which are likely goes by what the last one counts as; `last` may be a code of long ago. Of
        several that count as the same, what was said last comes first.
        """
        meanings = _OFFERED_FIRST[self.counts_as(last)]
        ahead: list[str] = []
        for meaning in meanings:
            alike = [each.code for each in self.live if each.counts_as is meaning]
            alike.sort(key=lambda code: code != last)
            ahead += alike[:1]
        first = ahead[:FIRST]
        return (*first, *(each.code for each in self.live if each.code not in first))

    def is_step_back(self, last: str | None, now: str) -> bool:
        """Whether less is implemented than was said last time: the reader expects a reason."""
        before, after = self.counts_as(last), self.counts_as(now)
        if before not in _RANK or after not in _RANK:
            return False
        return _RANK[after] < _RANK[before]

    # -- Changing it -------------------------------------------------------------------------------

    def added(self, counts_as: Status, names: Mapping[str, str]) -> Entry:
        """A new status with those names, behind the last one that counts as the same.

        Its code is new for ever. Raises StatusName, StatusNamed or TooManyStatuses.
        """
        if len(self.entries) >= MOST:
            raise TooManyStatuses(limit=MOST)
        numbers = [int(each.code[1:]) for each in self.entries if _OWN.fullmatch(each.code)]
        code = f"s{max(numbers, default=0) + 1}"
        alike = [each.place for each in self.entries if each.counts_as is counts_as]
        place = max(alike, default=max(each.place for each in self.entries)) + 1
        return self.changed(Entry(code, counts_as, place, dict(names)))

    def changed(self, entry: Entry) -> Entry:
        """The status as it may stand in the vocabulary; raises StatusName or StatusNamed."""
        if not entry.names and entry.code not in set(Status):
            raise StatusName(limit=LONGEST_NAME)
        self._require_names(entry)
        return entry

    def moved_up(self, code: str) -> tuple[Entry, ...]:
        """What changes where a status is to stand one place earlier: nothing for the first."""
        at = self.codes.index(code)
        if at == 0:
            return ()
        codes = [*self.codes]
        codes[at - 1], codes[at] = codes[at], codes[at - 1]
        places = {each: place * _PLACES for place, each in enumerate(codes, start=1)}
        return tuple(
            replace(each, place=places[each.code])
            for each in self.entries
            if each.place != places[each.code]
        )

    def require_others(self, code: str) -> None:
        """Raises LastStatus where too few would be left to choose from without that one."""
        if len([each for each in self.live if each.code != code]) < FEWEST:
            raise LastStatus

    def _require_names(self, entry: Entry) -> None:
        for language, name in entry.names.items():
            if not 0 < len(name.strip()) <= LONGEST_NAME:
                raise StatusName(limit=LONGEST_NAME)
            others = (each for each in self.entries if each.code != entry.code)
            if any(_plain(each.names.get(language, "")) == _plain(name) for each in others):
                raise StatusNamed(name=Words(name))


DEFAULT = Vocabulary()


def called(code: str) -> Text:
    """How a status is called; the text layer knows the country's own names."""
    return text(f"status.{code}")


def _plain(name: str) -> str:
    """A name as names are compared."""
    return " ".join(fold(name).split())

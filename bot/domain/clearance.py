"""Clearance: an institution's validator reads a report before it is the institution's word.

When clearance is needed, whom a report is with, and who is told of it when. Everything here is a
function of values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import Refused
from bot.domain.review import Waiting
from bot.domain.work_calendar import WorkCalendar


class Rule(StrEnum):
    """What an institution lets go out only with its validator's clearance."""

    NONE = "none"
    ALWAYS = "always"
    CHOSEN = "chosen"  # what is marked for it


class Decision(StrEnum):
    """What a validator decides on a report; codes of the record."""

    CLEARED = "cleared"
    AMENDED = "amended"  # changed, and cleared as changed
    RETURNED = "returned"
    LET_GO = "let_go"  # it went on when its institution stopped asking for clearance


class WaitsForClearance(Refused):
    """What was sent last is not cleared yet: there is nothing to confirm; values: `number`."""

    key = "error.waits_for_clearance"
    final = True


class OwnReport(Refused):
    """Four eyes: nobody clears their own report."""

    key = "error.own_report"
    final = True


def needs(rule: Rule, *, chosen: bool) -> bool:
    """Whether a report needs clearance: by the institution's rule, on an assignment so marked."""
    return rule is Rule.ALWAYS or (rule is Rule.CHOSEN and chosen)


@dataclass(frozen=True)
class Uncleared(Waiting):
    """A report that waits for clearance, or did: who sent it, and who wrote its newest version."""

    version: int
    status: str
    author: int | None
    amender: int | None
    amended_at: datetime | None

    @property
    def writers(self) -> frozenset[int]:
        """The people whose words it may hold: none of them clears it."""
        return writers(self.author, self.amender)

    @property
    def since(self) -> datetime:
        """When the version came that waits now."""
        return self.amended_at or self.submitted_at


@dataclass(frozen=True)
class Shown:
    """A report as it was shown: only that version of it can be cleared."""

    status_update_id: int
    version: int


@dataclass(frozen=True)
class Outcome:
    """What became of several at once: cleared, and those that others had decided meanwhile."""

    cleared: tuple[str, ...]
    decided: tuple[str, ...]


def writers(*people: int | None) -> frozenset[int]:
    """Those of whom it is known that they wrote something of a report."""
    return frozenset(each for each in people if each is not None)


# -- Whom a report is with -------------------------------------------------------------------------


@dataclass(frozen=True)
class Validator:
    """Somebody who may clear for an institution; those whom messages reach are `reachable`."""

    seat_id: int
    person_id: int
    calendar: WorkCalendar
    reachable: bool = True

    def is_there(self, now: datetime) -> bool:
        """Whether a report can lie with them today: not on leave, and told of it."""
        return self.reachable and not self.is_away(now)

    def is_away(self, now: datetime) -> bool:
        """Whether they are on leave today."""
        return self.calendar.away(self.calendar.day_of(now)) is not None


def others(validators: Sequence[Validator], writers: Collection[int]) -> list[Validator]:
    """Who may clear what these people wrote, the longest in their seat first."""
    return sorted(
        (each for each in validators if each.person_id not in writers),
        key=lambda each: each.seat_id,
    )


def lies_with(
    validators: Sequence[Validator], writers: Collection[int], now: datetime
) -> Validator | None:
    """The first validator who is there, else the first; None where nobody may clear it.

    Any of them may clear it; this one is told and reminded.
    """
    able = others(validators, writers)
    return next((each for each in able if each.is_there(now)), able[0] if able else None)


# -- Who is told when ------------------------------------------------------------------------------

WITH_THEM = 0
"""The rung of the first message: a report lies with them."""

RUNGS = {1: 2, 2: 4}
"""A validator's reminders: so many of their working days after the report came to them."""

LATE = 3
"""The secretariat's rung: it is told once that a report waits too long, or that nobody clears."""

TOO_LONG = 5
"""After so many of the country's working days a report waits too long inside an institution."""


@dataclass(frozen=True)
class Case:
    """A version that waits since then, with when each was told of it, by person and rung."""

    status_update_id: int
    institution_id: int
    writers: frozenset[int]
    since: datetime
    told: Mapping[tuple[int, int], datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """Somebody is to be told of a report."""

    status_update_id: int
    person_id: int
    rung: int
    instead: bool = False  # another validator had it, who is on leave now
    quiet: bool = False  # outside their working hours


def worked(calendar: WorkCalendar, since: datetime, now: datetime) -> int:
    """How many of somebody's working days have begun since the day of that moment."""
    day, last, count = calendar.day_of(since), calendar.day_of(now), 0
    while day < last and count <= TOO_LONG:
        day += timedelta(days=1)
        count += calendar.there(day)
    return count


def is_late(since: datetime, country: WorkCalendar, now: datetime) -> bool:
    """Whether a report that was sent then waits too long inside its institution."""
    return worked(country, since, now) >= TOO_LONG


def notices(
    case: Case,
    validators: Sequence[Validator],
    officers: Collection[int],
    country: WorkCalendar,
    now: datetime,
) -> list[Notice]:
    """Who is to be told of a report now.

    Whom it lies with at once; then by rungs in their working hours, of several that were missed
    only the latest. The secretariat hears once that it waits too long, or that nobody can clear it.
    """
    found = []
    one = lies_with(validators, case.writers, now)
    if one is not None:
        rung = _rung(case, one, now)
        if rung is not None:
            had_it = {person for person, _ in case.told} - {one.person_id}
            gone = {each.person_id for each in validators if each.is_away(now)}
            instead = rung == WITH_THEM and bool(had_it & gone)
            quiet = not one.calendar.allows(now)
            found.append(Notice(case.status_update_id, one.person_id, rung, instead, quiet))
    if one is None or is_late(case.since, country, now):
        found += [
            Notice(case.status_update_id, each, LATE, quiet=True)
            for each in sorted(officers)
            if (each, LATE) not in case.told
        ]
    return found


def _rung(case: Case, one: Validator, now: datetime) -> int | None:
    begun = case.told.get((one.person_id, WITH_THEM))
    if begun is None:
        return WITH_THEM if one.reachable else None
    if not one.calendar.allows(now) or not one.reachable:
        return None
    days = worked(one.calendar, begun, now)
    due = [rung for rung, after in RUNGS.items() if days >= after]
    if not due or any((one.person_id, rung) in case.told for rung in range(due[-1], LATE)):
        return None
    return due[-1]

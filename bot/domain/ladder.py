"""Reminders of what is owed: the rungs of a ladder, whom each reaches, and when.

Everything here is a function of values: what is due, who holds which seat, their calendars. A rung
stands so many days before or after the due day. It reaches each person once, on a working day of
theirs; of several that one person missed, the latest is sent and the others are skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from bot.domain.people import REPORTING, SECRETARIAT, Role
from bot.domain.work_calendar import Leave, WorkCalendar


class Reaches(StrEnum):
    """Whom a rung reaches."""

    INSTITUTION = "institution"  # its focal points and alternates
    VALIDATOR = "validator"
    SECRETARIAT = "secretariat"


ROLES: Mapping[Reaches, frozenset[Role]] = {
    Reaches.INSTITUTION: REPORTING,
    Reaches.VALIDATOR: frozenset({Role.VALIDATOR}),
    Reaches.SECRETARIAT: SECRETARIAT,
}
TEXT_KEYS = tuple(f"reaches.{each}" for each in Reaches)


@dataclass(frozen=True)
class Rung:
    """A reminder `days` after the due day (before it where negative).

    One that `asks_first` goes out when an officer has said so.
    """

    days: int
    reaches: Reaches = Reaches.INSTITUTION
    asks_first: bool = False

    def to_json(self) -> list[Any]:
        """The rung as plain JSON."""
        return [self.days, self.reaches.value, self.asks_first]


Ladder: TypeAlias = tuple[Rung, ...]

USUAL: Ladder = (
    *(Rung(days) for days in (-14, -7, -1, 0, 3)),
    Rung(7, Reaches.VALIDATOR, asks_first=True),
    Rung(14, Reaches.SECRETARIAT),
)
"""What is offered where nothing else was chosen."""


def ladder_from_json(kept: Iterable[Sequence[Any]]) -> Ladder:
    """The ladder of rungs that `Rung.to_json` packed."""
    return tuple(Rung(days, Reaches(reaches), asks) for days, reaches, asks in kept)


@dataclass(frozen=True)
class Reminded:
    """A person whom a rung may reach, in one role."""

    person_id: int
    role: Role
    calendar: WorkCalendar


@dataclass(frozen=True)
class Planned:
    """One rung for one person, and the moment it is due for them."""

    rung: Rung
    person_id: int
    at: datetime


def plan(ladder: Ladder, due_on: date, people: Sequence[Reminded]) -> list[Planned]:
    """Every rung for everybody whom it reaches, in the order of time.

    Who is on leave hands the rung to those who are there, else to the deputy, else it waits until
    they are back. Nobody gets one rung twice, whatever roles they hold.
    """
    found = [each for rung in dict.fromkeys(ladder) for each in _rung_for(rung, due_on, people)]
    return sorted(found, key=lambda each: (each.at, each.rung.days, each.person_id))


def _rung_for(rung: Rung, due_on: date, people: Sequence[Reminded]) -> list[Planned]:
    by_id = {each.person_id: each for each in people}
    leave = {each: _leave(rung, due_on, one) for each, one in by_id.items()}
    reached = dict.fromkeys(each.person_id for each in people if each.role in ROLES[rung.reaches])
    there = [each for each in reached if leave[each] is None]
    deputies = dict.fromkeys(away.deputy_id for each in reached if (away := leave[each]))
    standing_in = [each for each in by_id if each in deputies and leave[each] is None]
    return [_at(rung, due_on, by_id[each]) for each in there or standing_in or reached]


def _leave(rung: Rung, due_on: date, one: Reminded) -> Leave | None:
    return one.calendar.away(day_of(rung, due_on, one.calendar))


def day_of(rung: Rung, due_on: date, calendar: WorkCalendar) -> date:
    """The person's working day for a rung.

    Up to the due day it comes rather earlier, so that there is time left; after it rather later.
    """
    day = due_on + timedelta(days=rung.days)
    return calendar.working_day_before(day) if rung.days <= 0 else calendar.working_day_after(day)


def _at(rung: Rung, due_on: date, one: Reminded) -> Planned:
    morning = one.calendar.morning(day_of(rung, due_on, one.calendar))
    return Planned(rung, one.person_id, one.calendar.next_allowed(morning) or morning)


@dataclass(frozen=True)
class Named:
    """A rung for a person as the secretariat sees it: planned, held, sent, or skipped and why."""

    name: str
    at: datetime
    state: str
    reason: str | None


@dataclass(frozen=True)
class PutOff:
    """A reminder that somebody put off until a day; `words` say why, None where they are erased."""

    name: str
    until_on: date
    words: str | None


TEXT_KEYS += tuple(f"rung.{each}" for each in ("planned", "held", "sent"))


# -- When the moment has come ----------------------------------------------------------------------


class Skipped(StrEnum):
    """Why a rung was not sent; codes of the record."""

    OVERTAKEN = "overtaken"  # a later rung of the same item goes instead
    PAST = "past"  # its moment had passed when the item was asked for
    ANSWERED = "answered"
    UNCLEARED = "uncleared"  # answered, and the answer waits for the validator
    EXCUSED = "excused"
    CLOSED = "closed"
    ENDED = "ended"  # the assignment, or the person's seat
    MOVED = "moved"  # another due day, another ladder, another person there
    SNOOZED = "snoozed"
    DECLINED = "declined"  # an officer did not want it sent
    UNREACHABLE = "unreachable"


TEXT_KEYS += tuple(f"skipped.{each}" for each in Skipped)
_NEVER_MEANT = frozenset({Skipped.PAST, Skipped.MOVED})
"""Such rungs were never to be sent as things stand; the record has them."""


def worth_telling(rungs: Sequence[Named]) -> list[Named]:
    """What tells an officer who was reminded when, and why not.

    Every rung that is sent or planned; of those that were skipped for one reason, the first of each
    person.
    """
    found, told = [], set()
    for each in rungs:
        if each.reason in _NEVER_MEANT or (each.reason and (each.name, each.reason) in told):
            continue
        told.add((each.name, each.reason))
        found.append(each)
    return found


@dataclass(frozen=True)
class Due:
    """A planned reminder whose moment has come: `rank` orders the rungs of one item."""

    id: int
    item_id: int
    rank: tuple[date, int]


@dataclass(frozen=True)
class Decision:
    """What becomes of one person's reminders now: sent together, overtaken, or put off.

    Where all are empty, they wait: no day is near on which the person may be reminded.
    """

    send: tuple[int, ...] = ()
    overtaken: tuple[int, ...] = ()
    until: datetime | None = None


def decide(due: Sequence[Due], calendar: WorkCalendar, now: datetime) -> Decision:
    """The latest rung of each item is sent, if the person may be reminded now; else all wait."""
    if not calendar.allows(now):
        return Decision(until=calendar.next_allowed(now))
    latest = {each.item_id: each.id for each in sorted(due, key=lambda each: (each.rank, each.id))}
    send = set(latest.values())
    return Decision(tuple(sorted(send)), tuple(sorted({each.id for each in due} - send)))

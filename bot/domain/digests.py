"""Digests: once a week, what is open – on whose morning, and what became of it.

A week begins after the weekend of the person; it is named by its first day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.work_calendar import WorkCalendar

WEEK = timedelta(days=7)
CLOSEST = timedelta(days=4)
"""Weeks whose beginnings are closer than that count as one: the person's weekend was changed."""

_LOOKED_AHEAD = 110  # weeks, for one on which the person is there


class Outcome(StrEnum):
    """What became of a person's last digest."""

    SENT = "sent"
    NOTHING = "nothing"  # is open
    REMINDED = "reminded"  # on the same day
    UNREACHABLE = "unreachable"  # without a seat, or without a chat


class Audience(StrEnum):
    """Whose digest it is, by what they do."""

    REPORTING = "reporting"
    VALIDATING = "validating"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True)
class Figure:
    """So many of something; `what` is a stable code, part of a text's key."""

    what: str
    count: int


@dataclass(frozen=True)
class Response:
    """How many days an institution takes to answer, in the middle of its answers."""

    names: Mapping[str, str]
    days: int


@dataclass(frozen=True)
class Digest:
    """What a digest says."""

    audience: Audience
    figures: tuple[Figure, ...]
    responses: tuple[Response, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.responses and not any(each.count for each in self.figures)


def first_weekday(weekend: frozenset[int]) -> int:
    """The weekday with which a week begins: the first after the weekend. Monday is 0."""
    after = (day for day in range(7) if day not in weekend and (day - 1) % 7 in weekend)
    return next(after, 0)


def week_of(day: date, weekend: frozenset[int]) -> date:
    """The first day of the week in which the day lies."""
    return day - timedelta(days=(day.weekday() - first_weekday(weekend)) % 7)


def next_digest(
    weekday: int | None, calendar: WorkCalendar, *, since: date | None, now: datetime
) -> datetime | None:
    """When the next digest is due, from now on; None where the person is not there for years.

    It comes on the morning of the weekday that the person chose, or of the first working day; where
    they are not there on it, on the next day of that week, else on one before. `since` is the week
    whose digest has been dealt with. One that is late comes as soon as it may while its week
    lasts, and never after.
    """
    first = week_of(calendar.day_of(now), calendar.weekend)
    for week in (first + n * WEEK for n in range(_LOOKED_AHEAD)):
        if since is not None and week - since < CLOSEST:
            continue
        found = _in_week(week, weekday, calendar, now)
        if found is not None:
            return found
    return None


def _in_week(
    week: date, weekday: int | None, calendar: WorkCalendar, now: datetime
) -> datetime | None:
    morning = next(_mornings(week, weekday, calendar), None)
    if morning is None:
        return None
    found = calendar.next_allowed(max(morning, now))
    return found if found is not None and calendar.day_of(found) < week + WEEK else None


def _mornings(week: date, weekday: int | None, calendar: WorkCalendar) -> Iterator[datetime]:
    """The mornings of the week on which the digest may come, the best first."""
    wanted = 0 if weekday is None else (weekday - week.weekday()) % 7
    for n in (*range(wanted, 7), *reversed(range(wanted))):
        if calendar.there(week + timedelta(days=n)):
            yield calendar.morning(week + timedelta(days=n))

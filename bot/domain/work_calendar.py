"""When a person may be reminded: their working days and quiet hours, holidays and leave, in their
own time zone.

Days are calendar days where the person is; moments are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY_SUNDAY = frozenset({5, 6})
FRIDAY_SATURDAY = frozenset({4, 5})
_LONGEST_ABSENCE = 800  # days looked ahead for one on which somebody may be reminded


def no_holiday(_day: date) -> bool:
    """A country without holidays."""
    return False


@dataclass(frozen=True)
class Leave:
    """Days on which a person is away, both ends included; `deputy_id` names who stands in."""

    from_on: date
    until_on: date
    deputy_id: int | None = None

    def covers(self, day: date) -> bool:
        """Whether the person is away on that day."""
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True)
class Hours:
    """The part of a day in which nothing is sent, and the hour for what can wait until morning.

    The quiet hours may go over midnight; equal ends are no quiet hours at all.
    """

    quiet_from: time = time(19)
    quiet_until: time = time(8)
    remind_at: time = time(9)

    def quiet(self, at: time) -> bool:
        """Whether nothing is to be sent at that time of the day."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


@dataclass(frozen=True)
class WorkCalendar:
    """One person's days and hours. `weekend` holds weekdays, Monday is 0."""

    zone: ZoneInfo
    weekend: frozenset[int] = SATURDAY_SUNDAY
    holiday: Callable[[date], bool] = no_holiday
    leave: tuple[Leave, ...] = ()
    hours: Hours = Hours()

    def works(self, day: date) -> bool:
        """Whether the day is a working day, whoever is on leave."""
        return day.weekday() not in self.weekend and not self.holiday(day)

    def away(self, day: date) -> Leave | None:
        """The leave that covers the day."""
        return next((each for each in self.leave if each.covers(day)), None)

    def there(self, day: date) -> bool:
        """Whether the person works on that day."""
        return self.works(day) and self.away(day) is None

    def allows(self, moment: datetime) -> bool:
        """Whether something may be sent unasked at that moment."""
        local = moment.astimezone(self.zone)
        return self.there(local.date()) and not self.hours.quiet(local.time())

    def day_of(self, moment: datetime) -> date:
        """The calendar day where the person is."""
        return moment.astimezone(self.zone).date()

    def working_day_before(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        return next((each for each in _days(day, -1) if self.works(each)), day)

    def working_day_after(self, day: date) -> date:
        """The day itself, or the next working day after it."""
        return next((each for each in _days(day, 1) if self.works(each)), day)

    def morning(self, day: date) -> datetime:
        """The moment of that day at which the person is reminded of what can wait for it.

        It lies outside the quiet hours; an hour that the clocks leave out is the one after it.
        """
        at = self.hours.remind_at
        if self.hours.quiet(at):
            at = self.hours.quiet_until
        return _moment(day, at, self.zone)

    def next_allowed(self, moment: datetime) -> datetime | None:
        """That moment, or when to send what could not be sent then; None where no day is near.

        On a later day, that is its morning; on the same day, as soon as nothing forbids it.
        """
        if self.allows(moment):
            return moment
        for day in _days(self.day_of(moment), 1):
            for found in (self.morning(day), _moment(day, self.hours.quiet_until, self.zone)):
                if found >= moment and self.allows(found):
                    return found
        return None


def _days(first: date, step: int) -> Iterator[date]:
    """The day and those after (or before) it, as far as it makes sense to look."""
    for n in range(_LONGEST_ABSENCE):
        yield first + timedelta(days=n * step)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day in UTC: the first of two, or just after a gap."""
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    shifted = moment.astimezone(zone)
    if shifted.replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _end_of_gap(local)


def _end_of_gap(local: datetime) -> datetime:
    """The moment at which the clocks go on that leave this time out."""
    before = local.replace(fold=1).astimezone(UTC)
    after = local.replace(fold=0).astimezone(UTC)
    offset = before.astimezone(local.tzinfo).utcoffset()
    low, high = sorted((before, after))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(local.tzinfo).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)

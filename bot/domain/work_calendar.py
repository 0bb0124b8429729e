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
LEAST_OF_A_DAY = timedelta(hours=2)  # an hour may be the one that the clocks leave out
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

    @property
    def morning(self) -> time:
        """The hour for what can wait; the end of the quiet hours where these hold it."""
        return self.quiet_until if self.quiet(self.remind_at) else self.remind_at

    @property
    def leave_enough(self) -> bool:
        """Whether at least two hours of the day are not quiet."""
        start, end = self.quiet_from, self.quiet_until
        left = timedelta(hours=start.hour - end.hour, minutes=start.minute - end.minute)
        return start == end or left % timedelta(days=1) >= LEAST_OF_A_DAY


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

        That is the end of the quiet hours where these hold the hour meant for it.
        """
        return _moment(day, self.hours.morning, self.zone)

    def next_allowed(self, moment: datetime) -> datetime | None:
        """That moment, or when to send what could not be sent then; None where no day is near.

        On a later day that is its morning; on the same day it may be the end of the quiet hours.
        """
        if self.allows(moment):
            return moment
        for day in _days(self.day_of(moment), 1):
            if not self.there(day):
                continue
            for found in (self.morning(day), _moment(day, self.hours.quiet_until, self.zone)):
                if found >= moment and self.allows(found):
                    return found
        return None


@dataclass(frozen=True)
class Policy:
    """The country's days and hours, for everybody who has none of their own."""

    zone: ZoneInfo
    weekend: frozenset[int] = SATURDAY_SUNDAY
    holiday: Callable[[date], bool] = no_holiday
    hours: Hours = Hours()

    def calendar(
        self,
        *,
        zone: ZoneInfo | None = None,
        weekend: frozenset[int] | None = None,
        hours: Hours | None = None,
        leave: tuple[Leave, ...] = (),
        holidays: frozenset[date] = frozenset(),
    ) -> WorkCalendar:
        """A person's calendar; `holidays` are the secretariat's, beside the national ones."""

        def holiday(day: date) -> bool:
            return day in holidays or self.holiday(day)

        return WorkCalendar(
            zone=self.zone if zone is None else zone,
            weekend=self.weekend if weekend is None else weekend,
            holiday=holiday if holidays else self.holiday,
            leave=leave,
            hours=self.hours if hours is None else hours,
        )


def _days(first: date, step: int) -> Iterator[date]:
    """The day and those after (or before) it, as far as it makes sense to look."""
    return (first + timedelta(days=n * step) for n in range(_LONGEST_ABSENCE))


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day in UTC.

    Where clocks going back make it occur twice, that is the second; where clocks going on leave
    it out, the hour that they show instead.
    """
    local = datetime.combine(day, at, zone)
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))

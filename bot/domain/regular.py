"""Regular exports: by which rhythm, and which occurrence is due now – each once, and none late.

An occurrence is named by its day where the person is. Of several that were missed the latest alone
counts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.errors import Refused
from bot.domain.exports import ExportKind
from bot.domain.filters import Filter
from bot.domain.work_calendar import WorkCalendar

MOST = 20
"""So many regular exports of one person."""

_DAY = timedelta(days=1)
_LATE = timedelta(days=14)  # of leave or holidays before a deadline; then it comes all the same


class TooManyRegular(Refused):
    """The person has as many regular exports as there may be; values: `limit`."""

    key = "error.too_many_regular"


class Rhythm(StrEnum):
    """How often; the value is what stands behind a button, `0` to `6` for the weekdays."""

    MONDAY = "0"
    TUESDAY = "1"
    WEDNESDAY = "2"
    THURSDAY = "3"
    FRIDAY = "4"
    SATURDAY = "5"
    SUNDAY = "6"
    MONTHLY = "m"  # on the first
    DEADLINES = "d"  # the working day before each deadline of the reporting calendar

    @property
    def weekday(self) -> int | None:
        """Monday is 0; None of a rhythm that is not weekly."""
        return int(self.value) if self.value.isdecimal() else None


@dataclass(frozen=True)
class Regular:
    """An export that comes by itself to whoever asked, or to all of the secretariat.

    `dealt_with` is the day of the last occurrence, or on which it was asked for: later ones count.
    """

    id: int
    person_id: int
    seat_id: int
    kind: ExportKind
    filters: Filter
    rhythm: Rhythm
    to_all: bool
    dealt_with: date


def due(
    regular: Regular, calendar: WorkCalendar, deadlines: Collection[date], now: datetime
) -> date | None:
    """The occurrence that is due now, in the person's working hours; None where there is none.

    It comes on the morning of its day. Where they are not there on it, a weekly or monthly one
    comes when they are back, unless the next one is there by then; one before a deadline comes
    earlier.
    """
    if not calendar.allows(now):
        return None
    today = calendar.day_of(now)
    days = [each for each in occurrences(regular.rhythm, calendar, deadlines, today)
            if regular.dealt_with < each <= today and calendar.morning(each) <= now]  # fmt: skip
    return max(days, default=None)


def occurrences(
    rhythm: Rhythm, calendar: WorkCalendar, deadlines: Collection[date], today: date
) -> list[date]:
    """The days of a rhythm that could be due today, and the next one after them."""
    if rhythm is Rhythm.DEADLINES:
        return sorted(_before(each, calendar) for each in set(deadlines) if each >= today)
    if rhythm is Rhythm.MONTHLY:
        first = today.replace(day=1)
        return [first, (first + 32 * _DAY).replace(day=1)]
    assert rhythm.weekday is not None
    last = today - (today.weekday() - rhythm.weekday) % 7 * _DAY
    return [last, last + 7 * _DAY]


def next_day(regular: Regular, calendar: WorkCalendar, deadlines: Collection[date], today: date
) -> date | None:  # fmt: skip
    """The day of the next occurrence; None where no deadline lies ahead."""
    days = occurrences(regular.rhythm, calendar, deadlines, today)
    return min((each for each in days if each > regular.dealt_with), default=None)


def _before(deadline: date, calendar: WorkCalendar) -> date:
    """The last day before a deadline on which the person is there; of long leave, working day."""
    days = (deadline - n * _DAY for n in range(1, _LATE.days + 1))
    there = next((each for each in days if calendar.there(each)), None)
    return there or calendar.working_day_before(deadline - _DAY)

"""By which rhythm an export comes: each occurrence once, the latest of those that were missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.exports import ExportKind
from bot.domain.filters import EVERYTHING
from bot.domain.regular import Regular, Rhythm, due, next_day
from bot.domain.work_calendar import Leave, WorkCalendar

ZONE = ZoneInfo("Africa/Dakar")
CALENDAR = WorkCalendar(ZONE)
MONDAY = date(2026, 5, 4)
WEEKLY = Regular(1, 1, 1, ExportKind.SDG, EVERYTHING, Rhythm.MONDAY, False, MONDAY)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=hour)


def days(regular: Regular, moments: list[datetime], calendar: WorkCalendar = CALENDAR,
         deadlines: tuple[date, ...] = ()) -> list[date]:  # fmt: skip
    """The occurrences that come, tick by tick."""
    came = []
    for now in moments:
        day = due(regular, calendar, deadlines, now)
        if day is not None:
            came.append(day)
            regular = replace(regular, dealt_with=day)
    return came


def hourly(first: date, count: int) -> list[datetime]:
    return [at(first, hour) for hour in range(24 * count)]


def test_it_comes_each_monday_morning_and_not_on_the_day_it_was_asked_for() -> None:
    assert days(WEEKLY, hourly(MONDAY, 22)) == [MONDAY + timedelta(weeks=n) for n in (1, 2, 3)]
    assert due(WEEKLY, CALENDAR, (), at(MONDAY + timedelta(7), 8)) is None
    assert due(WEEKLY, CALENDAR, (), at(MONDAY + timedelta(7), 9)) == MONDAY + timedelta(7)


def test_of_those_that_were_missed_only_the_latest_comes() -> None:
    back = MONDAY + timedelta(weeks=5, days=2)
    assert days(WEEKLY, [at(back, hour) for hour in (3, 9, 10, 11)]) == [
        MONDAY + timedelta(weeks=5)
    ]


def test_a_clock_that_goes_back_brings_none_again() -> None:
    there = at(MONDAY + timedelta(weeks=2))
    moments = [there, there - timedelta(weeks=1), there - timedelta(days=1), there]
    assert days(WEEKLY, moments) == [MONDAY + timedelta(weeks=2)]


def test_it_waits_for_the_working_hours_and_for_the_end_of_leave() -> None:
    away = replace(CALENDAR, leave=(Leave(MONDAY + timedelta(7), MONDAY + timedelta(9)),))
    assert days(WEEKLY, hourly(MONDAY + timedelta(7), 5), away) == [MONDAY + timedelta(7)]
    assert due(WEEKLY, away, (), at(MONDAY + timedelta(8))) is None
    assert due(WEEKLY, CALENDAR, (), at(MONDAY + timedelta(7), 22)) is None


def test_a_monthly_one_comes_on_the_first_or_the_next_working_day() -> None:
    monthly = replace(WEEKLY, rhythm=Rhythm.MONTHLY)
    first = at(date(2026, 8, 1))  # a Saturday
    assert due(monthly, CALENDAR, (), first) is None
    assert due(monthly, CALENDAR, (), at(date(2026, 8, 3))) == date(2026, 8, 1)
    assert days(monthly, hourly(MONDAY, 70)) == [date(2026, 6, 1), date(2026, 7, 1)]


@pytest.mark.parametrize(
    ("deadline", "comes"),
    [
        (date(2026, 5, 14), date(2026, 5, 13)),  # a Thursday
        (date(2026, 5, 18), date(2026, 5, 15)),  # a Monday: on the Friday before
        (MONDAY + timedelta(1), None),  # asked for on the day before
        (MONDAY - timedelta(1), None),
    ],
)
def test_it_comes_on_the_last_working_day_before_a_deadline(
    deadline: date, comes: date | None
) -> None:
    before = replace(WEEKLY, rhythm=Rhythm.DEADLINES)
    came = days(before, hourly(MONDAY, 20), deadlines=(deadline, deadline))
    assert came == ([] if comes is None else [comes])
    assert next_day(before, CALENDAR, (deadline,), MONDAY) == comes


def test_a_deadline_on_leave_is_prepared_before_the_leave() -> None:
    before = replace(WEEKLY, rhythm=Rhythm.DEADLINES)
    away = replace(CALENDAR, leave=(Leave(date(2026, 5, 11), date(2026, 5, 14)),))
    assert days(before, hourly(MONDAY, 20), away, (date(2026, 5, 14),)) == [date(2026, 5, 8)]


@settings(max_examples=200)
@given(
    st.sampled_from([*Rhythm]),
    st.lists(st.integers(0, 24 * 90), min_size=1, max_size=60),
    st.lists(st.integers(0, 90), max_size=6),
)
def test_no_occurrence_comes_twice_and_all_come_in_working_hours(
    rhythm: Rhythm, hours: list[int], deadlines: list[int]
) -> None:
    """Whatever the clock does."""
    regular = replace(WEEKLY, rhythm=rhythm)
    moments = [at(MONDAY, hour) for hour in hours]
    ahead = tuple(MONDAY + timedelta(each) for each in deadlines)
    came = days(regular, moments, deadlines=ahead)
    assert came == sorted(set(came))
    assert all(each > MONDAY for each in came)
    quiet = [each for each in moments if not CALENDAR.allows(each)]
    assert days(regular, quiet, deadlines=ahead) == []

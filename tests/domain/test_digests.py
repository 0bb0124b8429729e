"""Digests: one a week, on a morning on which the person is there, whatever happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digests import CLOSEST, WEEK, first_weekday, next_digest, week_of
from bot.domain.work_calendar import FRIDAY_SATURDAY, Hours, Leave, WorkCalendar
from tests.calendars import WEEKENDS, ZONES, moments, work_calendars

DAKAR = WorkCalendar(ZoneInfo("Africa/Dakar"))
MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
WEEKDAYS = st.none() | st.integers(0, 6)


@st.composite
def people_somewhere(draw: st.DrawFn) -> tuple[WorkCalendar, datetime]:
    zone = draw(ZONES)
    moment = draw(moments(zone))
    calendar = draw(work_calendars(zone, moment.astimezone(ZoneInfo(zone)).date()))
    return calendar, moment


@given(people_somewhere(), WEEKDAYS, st.none() | st.integers(-20, 5))
def test_it_comes_when_the_person_is_there_and_in_a_week_of_its_own(
    case: tuple[WorkCalendar, datetime], weekday: int | None, weeks: int | None
) -> None:
    calendar, now = case
    this = week_of(calendar.day_of(now), calendar.weekend)
    since = None if weeks is None else this + weeks * WEEK
    found = next_digest(weekday, calendar, since=since, now=now)
    assert found is not None
    assert found >= now
    assert calendar.allows(found)
    if since is not None:
        assert week_of(calendar.day_of(found), calendar.weekend) - since >= CLOSEST


@given(people_somewhere(), WEEKDAYS, st.lists(st.integers(1, 60 * 24 * 10), max_size=30))
def test_however_often_the_house_looks_a_week_has_one_digest_and_none_is_lost(
    case: tuple[WorkCalendar, datetime], weekday: int | None, pauses: list[int]
) -> None:
    """Ticks with pauses of minutes to ten days; what is due is sent or moved ahead."""
    calendar, now = case
    since: date | None = None
    due = next_digest(weekday, calendar, since=since, now=now)
    sent: list[date] = []
    for pause in pauses:
        now += timedelta(minutes=pause)
        assert due is not None
        if due > now:
            continue
        again = next_digest(weekday, calendar, since=since, now=now)
        if again == now:
            since = week_of(calendar.day_of(now), calendar.weekend)
            sent.append(since)
            again = next_digest(weekday, calendar, since=since, now=now)
        assert again is not None
        assert again > now
        due = again
    assert len(sent) == len(set(sent))
    assert all(later - earlier >= WEEK for earlier, later in pairwise(sent))


@given(people_somewhere(), WEEKDAYS)
def test_whoever_looks_at_the_moment_itself_sends_it(
    case: tuple[WorkCalendar, datetime], weekday: int | None
) -> None:
    calendar, now = case
    due = next_digest(weekday, calendar, since=None, now=now)
    assert due is not None
    assert next_digest(weekday, calendar, since=None, now=due) == due


@given(people_somewhere(), WEEKDAYS)
def test_every_week_on_whose_days_somebody_is_there_has_its_digest(
    case: tuple[WorkCalendar, datetime], weekday: int | None
) -> None:
    calendar, now = case
    since = week_of(calendar.day_of(now), calendar.weekend)
    due = next_digest(weekday, calendar, since=since, now=now)
    assert due is not None
    week = since + WEEK
    while week < week_of(calendar.day_of(due), calendar.weekend):
        days = [week + timedelta(days=n) for n in range(7)]
        mornings = [calendar.morning(each) for each in days if calendar.there(each)]
        assert not any(calendar.day_of(each) in days and calendar.allows(each) for each in mornings)
        week += WEEK


@given(WEEKENDS, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_week_begins_after_the_weekend(weekend: frozenset[int], day: date) -> None:
    first = week_of(day, weekend)
    assert timedelta(0) <= day - first < WEEK
    assert first.weekday() not in weekend
    assert first.weekday() == first_weekday(weekend)


@pytest.mark.parametrize(
    ("calendar", "weekday", "expected"),
    [
        (DAKAR, None, datetime(2026, 5, 11, 9, tzinfo=UTC)),
        (DAKAR, 3, datetime(2026, 5, 14, 9, tzinfo=UTC)),
        (DAKAR, 6, datetime(2026, 5, 15, 9, tzinfo=UTC)),  # not on a Sunday: on the Friday before
        (
            WorkCalendar(DAKAR.zone, holiday=lambda day: day == date(2026, 5, 11)),
            None,
            datetime(2026, 5, 12, 9, tzinfo=UTC),
        ),
        (
            WorkCalendar(DAKAR.zone, weekend=FRIDAY_SATURDAY),
            None,
            datetime(2026, 5, 10, 9, tzinfo=UTC),
        ),
        (
            WorkCalendar(DAKAR.zone, leave=(Leave(date(2026, 5, 9), date(2026, 5, 20)),)),
            None,
            datetime(2026, 5, 21, 9, tzinfo=UTC),
        ),
        (
            WorkCalendar(DAKAR.zone, hours=Hours(time(12), time(8), time(11))),
            None,
            datetime(2026, 5, 11, 11, tzinfo=UTC),
        ),
    ],
)
def test_it_comes_on_the_first_working_day_or_on_the_day_that_was_chosen(
    calendar: WorkCalendar, weekday: int | None, expected: datetime
) -> None:
    since = week_of(MONDAY.date(), calendar.weekend)
    assert next_digest(weekday, calendar, since=since, now=MONDAY) == expected


def test_what_was_missed_while_nobody_looked_comes_once_and_only_in_its_week() -> None:
    thursday = datetime(2026, 5, 28, 15, tzinfo=UTC)
    since = date(2026, 5, 4)
    assert next_digest(None, DAKAR, since=since, now=thursday) == thursday
    this = week_of(thursday.date(), DAKAR.weekend)
    assert next_digest(None, DAKAR, since=this, now=thursday) == datetime(2026, 6, 1, 9, tzinfo=UTC)
    saturday = thursday + timedelta(days=2)
    assert next_digest(None, DAKAR, since=since, now=saturday) == datetime(
        2026, 6, 1, 9, tzinfo=UTC
    )

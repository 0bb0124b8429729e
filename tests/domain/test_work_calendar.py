"""A person's working days and quiet hours, wherever they are and whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.work_calendar import (
    FRIDAY_SATURDAY,
    SATURDAY_SUNDAY,
    Hours,
    Leave,
    Policy,
    WorkCalendar,
)
from tests.calendars import HOURS, TIMES, ZONES, moments, work_calendars

DAYTIME = Hours()
NEVER_QUIET = Hours(time(0), time(0))


@st.composite
def moments_somewhere(draw: st.DrawFn) -> tuple[WorkCalendar, datetime]:
    zone = draw(ZONES)
    moment = draw(moments(zone))
    return draw(work_calendars(zone, moment.astimezone(ZoneInfo(zone)).date())), moment


def quarters(calendar: WorkCalendar, day: date) -> list[datetime]:
    """The moments of a day, a quarter of an hour apart."""
    start = datetime.combine(day, time(0), UTC) - timedelta(hours=16)
    found = [start + timedelta(minutes=15 * n) for n in range(4 * 56)]
    return [each for each in found if calendar.day_of(each) == day]


@given(HOURS, TIMES)
def test_quiet_hours_begin_at_one_end_and_stop_at_the_other(hours: Hours, at: time) -> None:
    def minutes(until: time) -> int:
        since = hours.quiet_from
        return ((until.hour - since.hour) * 60 + until.minute - since.minute) % (24 * 60)

    assert hours.quiet(at) == (minutes(at) < minutes(hours.quiet_until))
    assert not hours.quiet(hours.quiet_until)


@given(moments_somewhere())
def test_the_next_moment_is_allowed_and_no_day_is_passed_over(
    case: tuple[WorkCalendar, datetime],
) -> None:
    calendar, moment = case
    found = calendar.next_allowed(moment)
    assert found is not None
    assert found >= moment
    assert calendar.allows(found)
    first, last = calendar.day_of(moment), calendar.day_of(found)
    assert first <= last
    passed = [first + timedelta(days=n) for n in range((last - first).days)]
    missed = [
        each
        for day in passed
        if calendar.there(day)
        for each in quarters(calendar, day)
        if each >= moment and calendar.allows(each)
    ]
    assert missed == []


@given(moments_somewhere())
def test_what_is_allowed_is_sent_at_once_and_outside_of_all_that_forbids_it(
    case: tuple[WorkCalendar, datetime],
) -> None:
    calendar, moment = case
    local = moment.astimezone(calendar.zone)
    forbidden = (
        local.weekday() in calendar.weekend
        or calendar.holiday(local.date())
        or any(each.from_on <= local.date() <= each.until_on for each in calendar.leave)
        or calendar.hours.quiet(local.time())
    )
    assert calendar.allows(moment) is not forbidden
    if not forbidden:
        assert calendar.next_allowed(moment) == moment


@given(moments_somewhere())
def test_a_morning_is_at_the_hour_meant_for_it_or_when_the_quiet_hours_end(
    case: tuple[WorkCalendar, datetime],
) -> None:
    calendar, moment = case
    day, hours = calendar.day_of(moment), calendar.hours
    meant = hours.quiet_until if hours.quiet(hours.remind_at) else hours.remind_at
    local = calendar.morning(day).astimezone(calendar.zone)
    shown = {each.astimezone(calendar.zone).time() for each in quarters(calendar, day)}
    if meant.replace(minute=meant.minute // 15 * 15) in shown:  # on most days every hour is
        assert (local.date(), local.time()) == (day, meant)
    else:
        assert local.replace(tzinfo=None) > datetime.combine(day, meant)


@given(moments_somewhere())
def test_working_days_are_the_nearest_on_either_side(
    case: tuple[WorkCalendar, datetime],
) -> None:
    calendar, moment = case
    day = calendar.day_of(moment)
    before, after = calendar.working_day_before(day), calendar.working_day_after(day)
    assert calendar.works(before)
    assert calendar.works(after)
    assert before <= day <= after
    between = (before + timedelta(days=n) for n in range(1, 200))
    assert not [
        each for each in takewhile(lambda each: each < after, between) if calendar.works(each)
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "when"),
    [  # gaps: what the clocks show instead
        ("Europe/Berlin", date(2026, 3, 29), Hours(time(19), time(2, 30), time(2)), "01:30"),
        ("America/Santiago", date(2026, 9, 6), Hours(time(20), time(0), time(0)), "04:00"),
        ("Africa/Cairo", date(2026, 4, 24), Hours(time(19), time(0, 15), time(0)), "22:15"),
        ("Australia/Lord_Howe", date(2026, 10, 4), Hours(time(19), time(2, 15)), "22:00"),
        ("Asia/Beirut", date(2026, 3, 29), Hours(time(0), time(0), time(0, 5)), "22:05"),
        # folds: the second of both
        ("Europe/Berlin", date(2026, 10, 25), Hours(time(19), time(2, 30), time(2)), "01:30"),
        ("America/Santiago", date(2026, 4, 4), Hours(time(0), time(23, 30)), "03:30"),
        ("Africa/Cairo", date(2026, 10, 29), Hours(time(0), time(23, 30)), "21:30"),
        ("Australia/Lord_Howe", date(2026, 4, 5), Hours(time(19), time(1, 45), time(1)), "15:15"),
        ("Asia/Beirut", date(2026, 10, 24), Hours(time(0), time(23, 5)), "21:05"),
    ],
)
def test_no_change_of_the_clocks_takes_a_morning_away(
    zone: str, day: date, hours: Hours, when: str
) -> None:
    calendar = WorkCalendar(ZoneInfo(zone), frozenset(), hours=hours)
    morning = calendar.morning(day)
    assert f"{morning:%H:%M}" == when
    assert calendar.allows(morning)
    assert calendar.day_of(morning) == day


def test_quiet_hours_that_the_clocks_bring_back_are_kept_twice() -> None:
    berlin = WorkCalendar(
        ZoneInfo("Europe/Berlin"), frozenset(), hours=Hours(time(19), time(2, 30))
    )
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert not berlin.allows(second)
    early = WorkCalendar(
        berlin.zone, frozenset(), hours=Hours(time(19), time(2, 30), remind_at=time(0))
    )
    assert early.next_allowed(second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_morning_that_the_clocks_put_into_the_quiet_hours_waits_for_their_end() -> None:
    hours = Hours(time(2, 30), time(4), remind_at=time(2, 15))
    berlin = WorkCalendar(ZoneInfo("Europe/Berlin"), frozenset(), hours=hours)
    morning = berlin.morning(date(2026, 3, 29))  # shown as 03:15
    assert berlin.next_allowed(morning) == datetime(2026, 3, 29, 2, tzinfo=UTC)


def test_a_day_that_was_left_out_is_made_up_for_on_the_next_working_day() -> None:
    apia = WorkCalendar(ZoneInfo("Pacific/Apia"))
    morning = apia.morning(date(2011, 12, 30))  # a Friday that nobody there saw
    assert apia.day_of(morning) == date(2011, 12, 31)
    assert apia.next_allowed(morning) == datetime(2012, 1, 2, 9, tzinfo=apia.zone)


@pytest.mark.parametrize(
    ("weekend", "expected"),
    [
        (SATURDAY_SUNDAY, date(2026, 11, 30)),
        (FRIDAY_SATURDAY, date(2026, 11, 29)),
        (frozenset({4}), date(2026, 11, 28)),
        (frozenset[int](), date(2026, 11, 27)),
    ],
)
def test_friday_evening_waits_for_the_first_working_morning(
    weekend: frozenset[int], expected: date
) -> None:
    calendar = WorkCalendar(ZoneInfo("Africa/Dakar"), weekend)
    thursday = datetime(2026, 11, 26, 20, tzinfo=UTC)
    assert calendar.next_allowed(thursday) == datetime.combine(
        date(2026, 11, 27) if 4 not in weekend else expected, time(9), UTC
    )
    friday = datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert calendar.next_allowed(friday) == datetime.combine(
        date(2026, 11, 27) if 4 not in weekend else expected, time(9), UTC
    )


def test_a_break_at_noon_ends_the_same_day() -> None:
    calendar = WorkCalendar(ZoneInfo("UTC"), hours=Hours(time(12), time(14)))
    assert calendar.next_allowed(datetime(2026, 11, 26, 13, tzinfo=UTC)) == datetime(
        2026, 11, 26, 14, tzinfo=UTC
    )


def test_who_is_away_for_years_is_not_reminded_at_any_moment() -> None:
    gone = Leave(date(2026, 1, 1), date(2040, 1, 1))
    calendar = WorkCalendar(ZoneInfo("UTC"), leave=(gone,))
    assert calendar.next_allowed(datetime(2026, 11, 26, tzinfo=UTC)) is None


def test_who_has_no_days_and_hours_of_their_own_keeps_the_countrys() -> None:
    independence, office_day = date(2026, 4, 6), date(2026, 11, 27)
    policy = Policy(
        ZoneInfo("Africa/Dakar"), FRIDAY_SATURDAY, frozenset({independence}).__contains__, DAYTIME
    )
    usual = policy.calendar()
    assert (usual.zone, usual.weekend, usual.hours, usual.leave) == (
        policy.zone,
        FRIDAY_SATURDAY,
        DAYTIME,
        (),
    )
    assert usual.holiday(independence)
    assert not usual.holiday(office_day)

    week = Leave(date(2026, 8, 3), date(2026, 8, 7))
    own = policy.calendar(
        zone=ZoneInfo("Europe/Zurich"),
        weekend=SATURDAY_SUNDAY,
        hours=NEVER_QUIET,
        leave=(week,),
        holidays=frozenset({office_day}),
    )
    assert (own.zone.key, own.weekend, own.hours, own.leave) == (
        "Europe/Zurich",
        SATURDAY_SUNDAY,
        NEVER_QUIET,
        (week,),
    )
    assert own.holiday(independence)
    assert own.holiday(office_day)
    assert policy.calendar(weekend=frozenset()).weekend == frozenset()

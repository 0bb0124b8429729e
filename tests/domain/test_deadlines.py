"""The reporting calendar: days after a document, warnings ahead, titles on one line."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deadlines import (
    USUAL_WARNINGS,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Offset,
    Said,
    behind,
    days_to_answer,
    due_warnings,
    next_warning,
    read_warnings,
    tidy,
)
from bot.domain.work_calendar import WorkCalendar
from tests.calendars import work_calendars

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
WARNINGS = st.lists(st.integers(1, 200), max_size=6, unique=True).map(
    lambda days: tuple(sorted(days, reverse=True))
)
OFFSETS = st.builds(Offset, days=st.integers(1, 3660)) | st.builds(
    Offset, months=st.integers(1, 118)
)


def deadline(day: date, warnings: tuple[int, ...], warned: tuple[int, ...] = ()) -> Deadline:
    return Deadline(
        1,
        "uid",
        DeadlineKind.FOLLOW_UP,
        "Reply",
        day,
        None,
        None,
        None,
        None,
        warnings,
        warned,
        DeadlineState.OPEN,
        None,
    )


# -- So long after a document ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("90 days", "90d"),
        ("+ 12 months after publication", "12m"),
        ("12 mois", "12m"),
        ("2 ans après", "24m"),
        ("90 jours", "90d"),
        ("٩٠ يوماً", "90d"),
        ("12 شهرًا بعد النشر", "12m"),
        ("5 أيام", "5d"),
        ("6m", "6m"),
    ],
)
def test_a_time_after_publication_is_read_in_three_languages(words: str, code: str) -> None:
    found = Offset.read(words)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("words", ["", "3 May 2027", "2027-05-03", "0 days", "9999 days", "soon"])
def test_a_day_or_nonsense_is_no_time_after_publication(words: str) -> None:
    assert Offset.read(words) is None


@given(OFFSETS)
def test_an_offset_is_kept_by_its_code(offset: Offset) -> None:
    assert Offset.read(offset.code) == offset


@given(DAYS, st.integers(1, 118))
def test_months_after_a_day_end_in_the_right_month_and_never_overshoot(
    day: date, months: int
) -> None:
    found = Offset(months=months).after(day)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1
    assert found.day <= day.day


def test_a_year_after_the_last_of_february() -> None:
    assert Offset(months=12).after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert Offset(days=60).after(date(2026, 12, 4)) == date(2027, 2, 2)


# -- Warnings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("90, 30, 7", (90, 30, 7)),
        ("7 30 90", (90, 30, 7)),
        ("٩٠، ٣٠، ٧", (90, 30, 7)),
        ("0", ()),
        ("30;30", (30,)),
        ("never", None),
        ("731", None),
        ("1,2,3,4,5,6,7", None),
        ("", None),
        ("-3", None),
    ],
)
def test_days_of_warning_are_read_or_asked_back(words: str, days: tuple[int, ...] | None) -> None:
    assert read_warnings(words) == days


def test_every_kind_has_its_usual_warnings_the_longest_first() -> None:
    for kind in DeadlineKind:
        assert list(USUAL_WARNINGS[kind]) == sorted(USUAL_WARNINGS[kind], reverse=True)


def test_what_lies_back_when_a_deadline_is_entered_is_not_warned_of() -> None:
    today = date(2026, 5, 4)
    assert behind((90, 30, 7), today + timedelta(days=30), today) == (90, 30)


def test_a_warning_on_a_weekend_comes_on_the_friday_before() -> None:
    calendar = WorkCalendar(ZoneInfo("Africa/Dakar"))
    due = deadline(date(2026, 6, 15), (30,))  # thirty days before is a Saturday
    assert due_warnings(due, date(2026, 5, 14), calendar) == ()
    assert due_warnings(due, date(2026, 5, 15), calendar) == (30,)


@given(st.data(), DAYS, WARNINGS)
def test_each_warning_is_given_once_and_none_is_lost(
    data: st.DataObject, day: date, warnings: tuple[int, ...]
) -> None:
    """Whatever days the bot is awake, as long as it is on the last one."""
    calendar = data.draw(work_calendars("Africa/Dakar", day))
    awake = data.draw(st.lists(st.integers(-260, -1), unique=True).map(sorted))
    given_: list[int] = []
    for each in [*awake, 0]:
        today = day + timedelta(days=each)
        found = due_warnings(deadline(day, warnings, tuple(given_)), today, calendar)
        assert not set(found) & set(given_)
        for ahead in found:
            assert calendar.working_day_before(day - timedelta(days=ahead)) <= today
        given_ += found
    assert sorted(given_, reverse=True) == list(warnings)


@given(DAYS, WARNINGS, st.data())
def test_the_next_warning_is_the_first_that_was_not_given(
    day: date, warnings: tuple[int, ...], data: st.DataObject
) -> None:
    warned = data.draw(st.sets(st.sampled_from(warnings))) if warnings else set()
    found = next_warning(day, warnings, tuple(warned))
    left = [day - timedelta(days=each) for each in warnings if each not in warned]
    assert found == min(left, default=None)


def test_nobody_is_warned_of_what_is_done() -> None:
    calendar = WorkCalendar(ZoneInfo("Africa/Dakar"))
    done = Deadline(**{**vars(deadline(date(2026, 6, 15), (30,))), "state": DeadlineState.DONE})
    assert due_warnings(done, date(2026, 6, 15), calendar) == ()


# -- Titles and files ------------------------------------------------------------------------------


@given(st.text(max_size=400))
def test_a_tidy_title_stays_as_it_is(words: str) -> None:
    once = tidy(words)
    assert tidy(once) == once
    assert len(once) <= 300
    assert "\n" not in once
    assert "\u202e" not in once


@given(
    st.builds(
        Said,
        row=st.integers(1, 9),
        uid=st.none() | st.text(),
        kind=st.none() | st.sampled_from(DeadlineKind),
        title=st.none() | st.text(min_size=1),
        day=st.none() | DAYS,
        until=st.none() | DAYS,
        symbol=st.none() | st.text(min_size=1),
        rule=st.none() | OFFSETS,
        warnings=st.none() | WARNINGS,
    )
)
def test_what_a_file_says_goes_through_json(said: Said) -> None:
    assert Said.from_json(said.to_json()) == said


@given(st.integers(-30, 200), work_calendars("Africa/Dakar", date(2026, 5, 4)))
def test_institutions_are_asked_to_answer_on_a_working_day_before_a_deadline(
    ahead: int, calendar: WorkCalendar
) -> None:
    today = date(2026, 5, 4)
    day = today + timedelta(days=ahead)
    for each in days_to_answer(day, today, calendar):
        assert calendar.works(each)
        assert today + timedelta(days=7) <= each <= day - timedelta(days=7)

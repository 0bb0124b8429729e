"""When a request that repeats is asked anew: every turn once, on the first day's date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.requests import AHEAD, MONTHS, Repeats, due_in_turn, next_turn, planned_on

FIRST = st.dates(date(2026, 1, 1), date(2030, 12, 31))
REPEATS = st.sampled_from(tuple(MONTHS))


@pytest.mark.parametrize(
    ("repeats", "due", "planned"),
    [
        (Repeats.MONTHLY, date(2026, 2, 28), date(2026, 1, 31)),
        (Repeats.QUARTERLY, date(2026, 4, 30), date(2026, 3, 31)),
        (Repeats.SIX_MONTHLY, date(2026, 7, 31), date(2026, 7, 1)),
    ],
)
def test_the_next_is_due_on_the_same_day_of_the_month_and_planned_before(
    repeats: Repeats, due: date, planned: date
) -> None:
    first = date(2026, 1, 31)
    assert due_in_turn(first, repeats, 1) == due
    assert planned_on(first, repeats, 1) == planned
    assert due_in_turn(first, repeats, 12).day == 31, "a short month moves no later one"


@given(FIRST, REPEATS, st.integers(1, 40))
def test_none_is_planned_before_the_former_was_due_or_too_early(
    first: date, repeats: Repeats, turn: int
) -> None:
    planned = planned_on(first, repeats, turn)
    assert planned >= due_in_turn(first, repeats, turn - 1)
    assert due_in_turn(first, repeats, turn) - planned <= AHEAD


@given(FIRST, REPEATS, st.integers(0, 40), st.lists(st.integers(0, 300), max_size=20))
def test_looking_however_seldom_no_turn_comes_twice_and_the_latest_is_not_missed(
    first: date, repeats: Repeats, turn: int, gaps: list[int]
) -> None:
    day = planned_on(first, repeats, turn + 1)
    turns = [turn]
    for gap in gaps:
        day += timedelta(days=gap)
        if planned_on(first, repeats, turns[-1] + 1) <= day:
            turns.append(next_turn(first, repeats, turns[-1], day))
        assert planned_on(first, repeats, turns[-1] + 1) > day or turns == [turn]
    assert turns == sorted(set(turns))

"""Progress over time: which periods, and where each item stood at the end of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.items import Part
from bot.domain.progress import PERIODS, Held, Past, over_time, periods


@pytest.mark.parametrize(
    ("begin", "today", "first", "count", "quarter"),
    [
        (date(2026, 5, 4), date(2026, 5, 4), date(2026, 5, 1), 1, False),
        (date(2025, 6, 30), date(2026, 5, 1), date(2025, 6, 1), 12, False),
        (date(2025, 5, 31), date(2026, 5, 1), date(2025, 4, 1), 5, True),
        (date(2010, 1, 1), date(2026, 12, 31), date(2024, 1, 1), 12, True),
    ],
)
def test_a_year_is_shown_by_months_and_more_by_quarters(
    begin: date, today: date, first: date, count: int, quarter: bool
) -> None:
    found = periods(begin, today, ZoneInfo("Africa/Dakar"))
    assert (found[0].first, len(found), found[0].quarter) == (first, count, quarter)
    assert len(found) <= PERIODS
    assert all(each.quarter == quarter for each in found)
    assert found[-1].first <= today < found[-1].until.date()
    assert [each.first for each in found[1:]] == [each.until.date() for each in found[:-1]]


def test_a_period_ends_at_midnight_of_the_country() -> None:
    (march,) = periods(date(2026, 3, 1), date(2026, 3, 5), ZoneInfo("Asia/Tokyo"))
    assert march.until.astimezone(UTC) == datetime(2026, 3, 31, 15, tzinfo=UTC)


def test_the_state_s_own_status_counts_before_the_lead_s_word_and_that_before_a_newer_one() -> None:
    past = Past(
        items={1: (0, 9), 2: (1, 2)},
        held=[
            Held(1, Part.LEAD, {1: (10, "planned")}),
            Held(1, Part.CONTRIBUTING, {0: (5, "not_started"), 2: (20, "implemented")}),
        ],
        consolidated={1: {3: "continuous"}},
    )
    found = Counter(over_time(past, 4))
    one = ["not_started", "planned", "planned", "continuous"]
    two = [(1, "not_reported"), (2, "not_reported")]  # it came later, and vanished
    assert found == Counter([*enumerate(one), *two])

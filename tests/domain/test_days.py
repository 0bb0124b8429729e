"""Days as people write them are read as they mean them, or asked for again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.days import last_of_month, months_later, read_day
from bot.domain.errors import Unfit

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(1990, 1, 1), TODAY)
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize(
    ("words", "language", "meant"),
    [
        ("3 May", "en", date(2026, 5, 3)),
        ("May 3, 2025", "en", date(2025, 5, 3)),
        ("3rd of May", "en", date(2026, 5, 3)),
        ("31 December", "en", date(2025, 12, 31)),
        ("3.5.2026", "en", date(2026, 5, 3)),
        ("3/5/26", "fr", date(2026, 5, 3)),
        ("2026-05-03", "ar", date(2026, 5, 3)),
        ("1er août", "fr", date(2026, 8, 1)),
        ("le 3 févr. 2026", "fr", date(2026, 2, 3)),
        ("٣ مايو ٢٠٢٦", "ar", date(2026, 5, 3)),
        ("٣ أيار", "ar", date(2026, 5, 3)),
        ("٣ ماي", "ar", date(2026, 5, 3)),
        ("3 أيار/مايو", "ar", date(2026, 5, 3)),
        ("31 كانون الثاني/يناير 2026", "ar", date(2026, 1, 31)),
        ("14 يوليوز", "ar", date(2026, 7, 14)),
        ("20 غشت", "ar", date(2026, 8, 20)),
        ("3/5", "en", date(2026, 5, 3)),
        ("October 2026", "en", date(2026, 10, 31)),
        ("10/2026", "en", date(2026, 10, 31)),
        ("29 February", "en", date(2024, 2, 29)),
    ],
)
def test_dates_are_read_as_written(words: str, language: str, meant: date) -> None:
    assert read_day(words, language, today=TODAY) == meant


@pytest.mark.parametrize(
    "words", ["", "soon", "32 May", "31/02/2026", "1.2.3.4", "2026", "3 Blursday", "0/0/0", "٣"]
)
def test_what_is_no_date_is_asked_back(words: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_day(words, "en", today=TODAY)
    assert refused.value.key == "date.unclear"


def test_a_day_that_has_not_come_is_asked_back() -> None:
    with pytest.raises(Unfit) as refused:
        read_day("24 November 2026", "en", today=TODAY)
    assert refused.value.key == "date.future"


@given(DAYS, st.sampled_from(["en", "fr", "ar"]), st.sampled_from(["long", "medium"]))
def test_a_date_in_a_persons_own_way_is_read_back(day: date, language: str, width: str) -> None:
    locale = "en_GB" if language == "en" else language
    written = format_date(day, width, locale=locale)
    assert read_day(written, language, today=TODAY) == day
    assert read_day(written.translate(ARABIC_DIGITS), language, today=TODAY) == day


@given(DAYS)
def test_the_last_of_a_month_is_followed_by_another_month(day: date) -> None:
    last = last_of_month(day)
    assert last.month == day.month
    assert (last + timedelta(days=1)).day == 1


@given(st.text(max_size=60), st.sampled_from(["en", "fr", "ar", "xx"]))
def test_any_text_is_a_day_up_to_today_or_asked_back(words: str, language: str) -> None:
    try:
        assert read_day(words, language, today=TODAY) <= TODAY
    except Unfit as unfit:
        assert unfit.key in ("date.unclear", "date.future")  # noqa: PT017 - either is right


def test_a_month_that_ends_sooner_gives_its_last_day() -> None:
    assert months_later(date(2026, 8, 31), 1) == date(2026, 9, 30)
    assert months_later(date(2026, 9, 30), 3, of_month=31) == date(2026, 12, 31)
    assert months_later(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert months_later(date(2026, 1, 15), -1) == date(2025, 12, 15)

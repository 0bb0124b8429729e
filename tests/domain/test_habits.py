"""Hours and time zones as people write them."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.domain.errors import Unfit
from bot.domain.hours import read_from_until, read_time, shown
from bot.domain.work_calendar import LEAST_OF_A_DAY, Hours
from bot.domain.zones import city, likely, read_zone
from tests.calendars import HOURS, TIMES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9", time(9)),
        ("09:30", time(9, 30)),
        ("9.30", time(9, 30)),
        ("9 h 30", time(9, 30)),
        ("19h", time(19)),
        ("7 pm", time(19)),
        ("12 a.m.", time(0)),
        ("12pm", time(12)),
        ("at 8 please", time(8)),
        ("٠٩:٣٠", time(9, 30)),
        ("٧ م", time(19)),
        ("٧ ص", time(7)),
    ],
)
def test_a_time_of_the_day_is_read_as_people_write_it(written: str, meant: time) -> None:
    assert read_time(written) == meant


@pytest.mark.parametrize("written", ["", "noon", "24:00", "9:75", "13 pm", "9 10", "930", "9:3"])
def test_what_is_no_time_is_asked_again(written: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_time(written)
    assert refused.value.key == "hours.unclear"


@pytest.mark.parametrize(
    "written",
    ["19:00-08:00", "19:00 – 08:00", "7 pm to 8 am", "de 19 h à 8 h", "من ١٩:٠٠ إلى ٠٨:٠٠"],
)
def test_two_times_make_quiet_hours(written: str) -> None:
    assert read_from_until(written) == (time(19), time(8))


@given(TIMES)
def test_a_time_is_read_as_it_is_shown(at: time) -> None:
    assert read_time(shown(at)) == at


@given(HOURS)
def test_enough_is_left_where_two_hours_are_not_quiet(hours: Hours) -> None:
    minutes = [time(n // 60, n % 60) for n in range(24 * 60)]
    left = timedelta(minutes=sum(not hours.quiet(each) for each in minutes))
    assert hours.leave_enough == (left >= LEAST_OF_A_DAY)


@pytest.mark.parametrize(
    ("written", "language", "zone"),
    [
        ("Cairo", "en", "Africa/Cairo"),
        ("africa/cairo", "en", "Africa/Cairo"),
        ("le caire", "fr", "Africa/Cairo"),
        ("القاهرة", "ar", "Africa/Cairo"),
        ("new york", "ar", "America/New_York"),
        ("Buenos Aires", "en", "America/Argentina/Buenos_Aires"),
        ("UTC", "fr", "UTC"),
    ],
)
def test_a_zone_is_known_by_its_city(written: str, language: str, zone: str) -> None:
    assert read_zone(written, language) == zone


def test_a_zone_that_does_not_exist_is_told_with_those_that_are_nearly_called_so() -> None:
    with pytest.raises(Unfit) as near:
        read_zone("Dakkar", "en")
    assert near.value.key == "zone.unknown_but_near"
    assert "Dakar" in str(near.value.values["near"])
    for written in ("Atlantis-on-Sea", "", "../etc/passwd", "localtime"):
        with pytest.raises(Unfit):
            read_zone(written, "en")


def test_the_zones_of_the_country_are_offered_and_those_of_geneva_and_new_york() -> None:
    assert likely("Africa/Dakar") == ["Africa/Dakar", "Europe/Zurich", "America/New_York"]
    brazil = likely("America/Sao_Paulo")
    assert brazil[0] == "America/Sao_Paulo"
    assert len(brazil) == 8
    assert likely("UTC")[0] == "UTC"
    assert all(ZoneInfo(each).key == each and city(each, "ar") for each in brazil)

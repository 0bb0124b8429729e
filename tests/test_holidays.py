"""National holidays and weekends, and the policy that the settings make of them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, time
from pathlib import Path
from timeit import timeit

import pytest

from bot.app import policy_of
from bot.domain.work_calendar import FRIDAY_SATURDAY, SATURDAY_SUNDAY, Hours
from bot.holidays import national
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
INDEPENDENCE = date(2026, 4, 4)  # of Senegal
WOMENS_DAY = date(2027, 3, 8)  # in Berlin, not in all of Germany


def test_a_countrys_holidays_and_weekend_are_known() -> None:
    senegal, egypt = national("SN"), national("EG")
    assert senegal.is_holiday(INDEPENDENCE)
    assert not senegal.is_holiday(date(2026, 4, 7))
    assert senegal.weekend == SATURDAY_SUNDAY
    assert egypt.weekend == FRIDAY_SATURDAY


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    assert national("DE-BE").is_holiday(WOMENS_DAY)
    assert not national("DE").is_holiday(WOMENS_DAY)


@pytest.mark.parametrize("code", [None, "ZZ", "DE-XX"])
def test_where_nothing_is_known_there_are_weekends_alone(code: str | None) -> None:
    unknown = national(code)
    assert unknown.weekend == SATURDAY_SUNDAY
    assert not any(unknown.is_holiday(date(2026, 1, day)) for day in range(1, 32))


@pytest.mark.parametrize("year", [1, 1900, 2101, 9999])
def test_years_that_nobody_worked_out_are_no_fault(year: int) -> None:
    assert national("SA").is_holiday(date(year, 3, 3)) is False


def test_asking_often_costs_little() -> None:
    is_holiday = national("SN").is_holiday
    assert timeit(lambda: is_holiday(INDEPENDENCE), number=1000) < 0.2


def test_the_library_is_loaded_when_it_is_needed_alone() -> None:
    code = "import sys, bot.app; bot.app.Settings.isolated(); sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_settings_make_the_policy() -> None:
    policy = policy_of(
        Settings.isolated(
            country="SN",
            timezone="Africa/Dakar",
            weekend="friday",
            quiet_hours="20:00-07:00",
            remind_at="08:30",
        )
    )
    assert policy.zone.key == "Africa/Dakar"
    assert policy.weekend == {4}
    assert policy.holiday(INDEPENDENCE)
    assert policy.hours == Hours(time(20), time(7), time(8, 30))


def test_a_policy_follows_the_country_where_the_settings_say_nothing() -> None:
    egypt = policy_of(Settings.isolated(country="EG"))
    assert egypt.weekend == FRIDAY_SATURDAY
    assert egypt.hours == Hours()
    berlin = policy_of(Settings.isolated(country="EG", holidays="DE-BE"))
    assert berlin.holiday(WOMENS_DAY)
    assert berlin.weekend == SATURDAY_SUNDAY
    nowhere = policy_of(Settings.isolated())
    assert (nowhere.zone.key, nowhere.weekend) == ("UTC", SATURDAY_SUNDAY)

"""Rules of plans: money to the last digit, values with years, codes of the goals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import sdg
from bot.domain.disaggregation import Dimension
from bot.domain.errors import NotFound, Unfit
from bot.domain.figures import Figure
from bot.domain.plans import (
    About,
    Activity,
    ActivityState,
    EndsBefore,
    IndicatorKind,
    IndicatorValue,
    Wanted,
    WantedIndicator,
    changed_fields,
    current,
    exact,
    missing,
    money_written,
    read_money,
    read_named,
    read_reading,
    read_value,
    require_whole,
    values_of,
)

PLAIN = Wanted("Train judges", "en", 1)


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("250 000 EUR", "en", ("250000", "EUR")),
        ("EUR 250,000.50", "en", ("250000.50", "EUR")),
        ("1.250.000,75 eur", "fr", ("1250000.75", "EUR")),
        ("٢٥٠٠٠ XOF", "ar", ("25000", "XOF")),
        ("0.1 USD", "en", ("0.1", "USD")),
        ("123456789012345.678 KWD", "en", ("123456789012345.678", "KWD")),
    ],
)
def test_money_is_read_to_its_last_digit(
    words: str, language: str, expected: tuple[str, str]
) -> None:
    assert read_money(words, language) == (Decimal(expected[0]), expected[1])


@pytest.mark.parametrize(
    "words",
    ["250000", "EUR", "-5 EUR", "12 ABC", "12 EUR USD", "0.0001 EUR", "1" + "0" * 15 + " EUR"],
)
def test_what_is_no_money_is_asked_back(words: str) -> None:
    with pytest.raises(Unfit):
        read_money(words, "en")


@given(st.decimals(0, Decimal("999999999999999.999"), places=3))
def test_any_amount_survives_being_written(amount: Decimal) -> None:
    assert read_money(f"{exact(amount)} EUR", "en") == (amount, "EUR")
    whole = money_written(amount, "EUR").replace("\u202f", "").replace("\u00a0EUR", "")
    assert Decimal(whole) == amount


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12 (2025)", (12.0, 2025, {})),
        ("12 % (2025; women 4; men 8)", (12.0, 2025, {"women": 4.0, "men": 8.0})),
        ("Prosecutions: 12 (2025)", (12.0, 2025, {})),
    ],
)
def test_a_value_needs_no_name_but_its_year(
    words: str, expected: tuple[float, int, dict[str, float]]
) -> None:
    found = read_value(words, "en")
    assert (found.value, found.year, found.groups) == expected
    with pytest.raises(Unfit):
        read_value("12", "en")
    with pytest.raises(Unfit):
        read_value("12 (2025)\n13 (2026)", "en")
    with pytest.raises(Unfit):
        read_reading("12 (2025; women 4)", "en")


def test_figures_are_an_indicators_by_its_name_or_where_it_is_the_only_one() -> None:
    asked, other = Figure("Complaints", 3), Figure("Visits", 4)
    assert values_of("complaints ", [asked, other]) == (asked,)
    assert values_of("Trials", [other]) == (other,)
    assert values_of("Trials", [asked, other]) == ()
    [bare, called] = read_named("12 (2025)\nVisits: 4", "Trials", "en")
    assert (bare.indicator, bare.value, called.indicator) == ("Trials", 12.0, "Visits")


def test_of_a_year_the_newest_value_counts() -> None:
    old, new, later = (
        IndicatorValue(1, 2024), IndicatorValue(2, 2024), IndicatorValue(3, 2025)
    )  # fmt: skip
    assert current([old, later, new]) == (later, new)


def test_what_an_indicator_should_be_told_apart_by_is_missed() -> None:
    wanted = WantedIndicator(
        "Cases", "en", IndicatorKind.PROCESS, dimensions=(Dimension.SEX, Dimension.AGE)
    )
    assert missing(wanted, ["women", "men"]) == (Dimension.AGE,)


def test_an_activity_that_cannot_be_so_is_refused() -> None:
    require_whole(replace(PLAIN, from_on=date(2026, 5, 1), until_on=date(2026, 5, 1)))
    with pytest.raises(EndsBefore):
        require_whole(replace(PLAIN, from_on=date(2026, 5, 2), until_on=date(2026, 5, 1)))
    for wrong in (
        replace(PLAIN, what=" "),
        replace(PLAIN, amount=Decimal(1)),
        replace(PLAIN, amount=Decimal("NaN"), currency="EUR"),
        replace(PLAIN, until_on=date(1999, 1, 1)),
    ):
        with pytest.raises(Unfit):
            require_whole(wrong)


def test_only_what_differs_has_changed() -> None:
    before = replace(PLAIN, others=(2, 3), amount=Decimal("5.50"), currency="EUR")
    same = replace(before, others=(3, 2), amount=Decimal("5.5"))
    assert changed_fields(before, same) == ()
    assert changed_fields(before, replace(same, what="Train all", currency="USD")) == (
        "what",
        "currency",
    )


def test_an_activity_is_late_while_it_is_open() -> None:
    activity = Activity("Train", "en", 1, until_on=date(2026, 5, 3))
    assert activity.late(date(2026, 5, 4))
    assert not activity.late(date(2026, 5, 3))
    assert not replace(activity, state=ActivityState.DONE).late(date(2026, 5, 4))


def test_a_plan_is_named_behind_a_button() -> None:
    assert About.read(About(3).code) == About(3)
    assert About.read(About(None, (5, 6)).code) == About(None, (5,))
    for wrong in ("", "x3", "c", "c-1", "i5:0"):
        with pytest.raises(NotFound):
            About.read(wrong)


def test_the_framework_has_its_targets_and_indicators() -> None:
    """169 targets of A/RES/70/1."""
    assert len(sdg._INDICATORS) == 169
    assert sdg.suggested(["16.3"]) == ("16.3.1", "16.3.2", "16.3.3")
    named = sdg.suggested(["5 - GENDER EQUALITY", "16.1"])
    assert named[:4] == ("16.1.1", "16.1.2", "16.1.3", "16.1.4")
    assert {sdg.goal_of(each) for each in named} == {5, 16}
    assert sdg.suggested(["S16 SDG 16 - peace"])[0] == "16.1.1"
    assert sdg.suggested(["of no goal"]) == ()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("SDG 16.3.1", "16.3.1"),
        ("١٦.٣.١", "16.3.1"),
        ("5.A.1", "5.a.1"),
        ("16.11.1", None),
        ("18.1.1", None),
        ("16.3", None),
        ("16.3.1.2", None),
    ],
)
def test_a_code_is_one_of_a_target_that_there_is(words: str, expected: str | None) -> None:
    assert sdg.read_indicator(words) == expected

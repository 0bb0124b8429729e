"""The vocabulary of implementation: the seven there are, and what a country makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import status
from bot.domain.selection import Narrowing, Selection
from bot.domain.status import (
    DEFAULT,
    Entry,
    LastStatus,
    NoStatus,
    Status,
    StatusEnded,
    StatusName,
    StatusNamed,
    TooManyStatuses,
    Vocabulary,
)

DRAFTED = Entry("s1", Status.IN_PROGRESS, 301, {"en": "bill drafted", "fr": "projet rédigé"})
WITH_OWN = Vocabulary.of([DRAFTED])


@pytest.mark.parametrize("last", [None, "no longer known", *Status])
def test_every_status_is_offered_once_and_four_come_first(last: str | None) -> None:
    assert sorted(DEFAULT.offered(last)) == sorted(Status)
    assert len(set(DEFAULT.offered(last)[: status.FIRST])) == status.FIRST


def test_what_was_said_last_is_among_the_first() -> None:
    for last in (Status.IN_PROGRESS, Status.PARTIALLY_IMPLEMENTED, Status.IMPLEMENTED):
        assert last in DEFAULT.offered(last)[: status.FIRST]


def test_less_than_last_time_is_a_step_back() -> None:
    assert DEFAULT.is_step_back("implemented", "in_progress")
    assert not DEFAULT.is_step_back("implemented", "continuous")
    assert not DEFAULT.is_step_back("no_information", "planned")
    assert not DEFAULT.is_step_back(None, "not_started")


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(NoStatus):
        DEFAULT.require("done")


def test_a_country_that_configures_nothing_has_the_seven_and_no_names_of_its_own() -> None:
    assert Vocabulary.of([]) == DEFAULT
    assert DEFAULT.codes == tuple(Status)
    assert DEFAULT.names == {}


def test_a_status_of_its_own_stands_and_steps_by_what_it_counts_as() -> None:
    assert WITH_OWN.codes.index("s1") == WITH_OWN.codes.index("in_progress") + 1
    assert WITH_OWN.counts_as("s1") is Status.IN_PROGRESS
    assert WITH_OWN.is_step_back("implemented", "s1")
    assert not WITH_OWN.is_step_back("in_progress", "s1")
    assert WITH_OWN.offered("s1")[0] == "s1"
    assert sorted(WITH_OWN.offered("s1")) == sorted([*Status, "s1"])


def test_what_ended_is_offered_no_more_and_keeps_its_meaning() -> None:
    known = Vocabulary.of([replace(DRAFTED, ended=True)])
    assert "s1" not in known.offered("s1")
    assert known.counts_as("s1") is Status.IN_PROGRESS
    with pytest.raises(StatusEnded):
        known.require("s1")


def test_names_stand_for_the_word_and_begin_its_button() -> None:
    assert WITH_OWN.names["status.s1"]["en"] == "bill drafted"
    assert WITH_OWN.names["button.status.s1"]["fr"] == "Projet rédigé"


def test_a_code_is_never_given_twice() -> None:
    gone = Vocabulary.of([replace(DRAFTED, code="s4", ended=True)])
    assert gone.added(Status.PLANNED, {"en": "announced"}).code == "s5"


@pytest.mark.parametrize(
    ("names", "refusal"),
    [
        ({}, StatusName),
        ({"en": "x" * 61}, StatusName),
        ({"en": " "}, StatusName),
        ({"en": "Bill  Drafted"}, StatusNamed),
        ({"fr": "PROJET REDIGE"}, StatusNamed),
    ],
)
def test_a_name_that_is_missing_too_long_or_taken_is_refused(
    names: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        WITH_OWN.added(Status.PLANNED, names)


def test_the_same_word_may_mean_two_things_in_two_languages() -> None:
    assert WITH_OWN.added(Status.PLANNED, {"fr": "bill drafted"}).code == "s2"


def test_two_statuses_at_least_are_left_to_choose_from() -> None:
    left = [replace(each, ended=each.code not in ("planned", "s1")) for each in WITH_OWN.entries]
    with pytest.raises(LastStatus):
        Vocabulary.of(left).require_others("s1")
    WITH_OWN.require_others("s1")


def test_so_many_statuses_and_no_more() -> None:
    known = DEFAULT
    while len(known.entries) < status.MOST:
        made = known.added(Status.PLANNED, {"en": f"step {len(known.entries)}"})
        known = Vocabulary.of([*known.entries, made])
    with pytest.raises(TooManyStatuses):
        known.added(Status.PLANNED, {"en": "one more"})
    for code in known.codes:
        chosen = Selection({Narrowing.STATUS: code})
        assert Selection.read(chosen.code) == chosen
        assert len(chosen.code) <= 4


@given(st.lists(st.sampled_from([*Status, "s1"]), max_size=12))
def test_moving_up_swaps_two_and_loses_nothing(moves: list[str]) -> None:
    known = WITH_OWN
    for code in map(str, moves):
        before = list(known.codes)
        at = before.index(code)
        if at:
            before[at - 1], before[at] = before[at], before[at - 1]
        known = Vocabulary.of([*known.entries, *known.moved_up(code)])
        assert list(known.codes) == before

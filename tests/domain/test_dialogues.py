"""The ladder in minutes, what is looked for in a question, who may answer and clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import permissions
from bot.domain.dialogues import (
    LADDER,
    Hears,
    Rung,
    attempts,
    due_rungs,
    next_rung_at,
    rungs_behind,
)
from bot.domain.people import Actor, Person, Role, Seat

SINCE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=30))
def test_whatever_the_ticks_no_rung_comes_twice_or_early_and_the_officer_always_hears(
    seconds: list[int],
) -> None:
    behind = 0
    heard: list[Rung] = []
    for each in sorted(seconds):
        now = SINCE + timedelta(seconds=each)
        rungs = due_rungs(SINCE, now, behind)
        assert all(SINCE + rung.after <= now for rung in rungs)
        assert bool(rungs) == ((at := next_rung_at(SINCE, behind)) is not None and at <= now)
        heard += rungs
        behind = rungs_behind(SINCE, now)
    assert len(heard) == len(set(heard))
    last = SINCE + timedelta(seconds=max(seconds))
    officer = [each for each in heard if each.hears is Hears.OFFICER]
    assert bool(officer) == (SINCE + LADDER[-1].after <= last)


def test_after_an_hour_s_downtime_each_hears_once() -> None:
    rungs = due_rungs(SINCE, SINCE + timedelta(hours=1), 0)
    assert [(each.after.total_seconds() / 60, each.hears.value) for each in rungs] == [
        (6, "on_call"),
        (10, "officer"),
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("140.7", "140.7"),
        ("On recommendation 140.7, what was done?", "140.7"),
        ("Paragraphs 12/3 please", "12/3"),
    ],
)
def test_a_number_inside_a_question_is_looked_for(words: str, expected: str) -> None:
    assert expected in [each.code for each in attempts(words)]


def test_the_longest_words_are_looked_for_after_the_whole_sentence() -> None:
    found = [each.words for each in attempts("Has Maravia ratified the Optional Protocol?")]
    assert set(found[1]) == {"ratified", "optional", "protocol"}
    assert [len(each) for each in found[1:]] == [3, 2, 1, 1, 1]


# -- Who may ---------------------------------------------------------------------------------------


def holder(seat_id: int, person_id: int, role: Role, institution_id: int | None = 1) -> Actor:
    seat = Seat(seat_id, person_id, role, institution_id, SINCE)
    return Actor(Person(person_id, "x", "en"), (seat,))


AMAL = holder(1, 1, Role.FOCAL_POINT)
VERA = holder(2, 2, Role.VALIDATOR)
VICTOR = holder(3, 3, Role.VALIDATOR)
OFFICER = holder(4, 4, Role.OFFICER, None)
OTHER = holder(5, 5, Role.VALIDATOR, 2)
NOBODY = Actor(None, ())
VALIDATORS = (VERA.seats[0], VICTOR.seats[0])


@pytest.mark.parametrize(
    ("author", "validators", "clears"),
    [
        (AMAL, VALIDATORS, {"vera", "victor"}),
        (AMAL, VALIDATORS[:1], {"vera"}),
        (VERA, VALIDATORS, {"victor"}),  # nobody clears their own words
        (VERA, VALIDATORS[:1], {"officer"}),
        (AMAL, (), {"officer"}),
        (OFFICER, (), set()),
    ],
)
def test_four_eyes(author: Actor, validators: tuple[Seat, ...], clears: set[str]) -> None:
    everybody = {
        "amal": AMAL,
        "vera": VERA,
        "victor": VICTOR,
        "officer": OFFICER,
        "other": OTHER,
        "nobody": NOBODY,
    }
    found = {
        name
        for name, actor in everybody.items()
        if permissions.may_clear(actor, author.person_id, 1, validators)
    }
    assert found == clears


def test_only_who_is_on_call_for_the_institution_writes() -> None:
    on_call = {1, 2, 4, 5}
    assert permissions.seat_on_call(AMAL, 1, on_call) == AMAL.seats[0]
    assert permissions.seat_on_call(VERA, 1, on_call) == VERA.seats[0]
    assert permissions.seat_on_call(VICTOR, 1, on_call) is None
    assert permissions.seat_on_call(OFFICER, None, on_call) is None
    assert permissions.seat_on_call(OTHER, 1, on_call) is None

"""Clearance: when it is needed, whom a report lies with, who is told of it when; four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clearance import (
    LATE,
    RUNGS,
    WITH_THEM,
    Case,
    Notice,
    Rule,
    Validator,
    is_late,
    lies_with,
    needs,
    notices,
    worked,
)
from bot.domain.items import Assignment, AssignmentState, Part, ReportState
from bot.domain.requests import Follow, ItemState, RequestItem, follow
from bot.domain.views.changes import changes
from bot.domain.work_calendar import Leave, WorkCalendar

UTC_DAYS = WorkCalendar(ZoneInfo("UTC"))
MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DUE_ON = date(2026, 5, 8)
AUTHOR, KARIM, LEILA, OTTO = 1, 2, 3, 9


def validator(person_id: int, *leave: Leave, reachable: bool = True) -> Validator:
    return Validator(person_id, person_id, replace(UTC_DAYS, leave=leave), reachable)


def away(first: int, last: int) -> Leave:
    return Leave(date(2026, 5, first), date(2026, 5, last))


def case(**told: datetime) -> Case:
    """A report of Monday; `told` by person and rung: `p2_0`."""
    by = {}
    for name, at in told.items():
        person, _, rung = name.removeprefix("p").partition("_")
        by[int(person), int(rung)] = at
    return Case(42, 7, frozenset({AUTHOR}), MONDAY, by)


def due(
    one: Case, validators: list[Validator], *, days: int = 0, hours: int = 0
) -> list[tuple[int, int]]:
    now = MONDAY + timedelta(days=days, hours=hours)
    found = notices(one, validators, [OTTO], UTC_DAYS, now)
    return [(each.person_id, each.rung) for each in found]


@pytest.mark.parametrize(
    ("rule", "chosen", "needed"),
    [
        (Rule.NONE, True, False),
        (Rule.ALWAYS, False, True),
        (Rule.CHOSEN, False, False),
        (Rule.CHOSEN, True, True),
    ],
)
def test_a_mark_counts_where_the_rule_asks_for_marks(
    rule: Rule, chosen: bool, needed: bool
) -> None:
    assert needs(rule, chosen=chosen) is needed


def test_a_report_lies_with_the_first_validator_who_is_there_and_did_not_write_it() -> None:
    karim, leila = validator(KARIM), validator(LEILA)
    assert lies_with([leila, karim], {AUTHOR}, MONDAY) == karim
    assert lies_with([leila, karim], {KARIM}, MONDAY) == leila
    assert lies_with([karim], {KARIM}, MONDAY) is None
    gone = validator(KARIM, away(4, 6))
    assert lies_with([gone, leila], {AUTHOR}, MONDAY) == leila
    assert lies_with([gone], {AUTHOR}, MONDAY) == gone, "who is alone has it, away or not"
    assert lies_with([validator(KARIM, reachable=False), leila], {AUTHOR}, MONDAY) == leila


def test_whom_it_lies_with_hears_at_once_then_after_two_and_four_working_days() -> None:
    karim = [validator(KARIM)]
    assert due(case(), karim) == [(KARIM, WITH_THEM)]
    told = case(p2_0=MONDAY)
    assert due(told, karim, days=1) == []
    assert due(told, karim, days=2) == [(KARIM, 1)]
    assert due(told, karim, days=2, hours=12) == [], "not at nine in the evening"
    assert due(case(p2_0=MONDAY, p2_1=MONDAY), karim, days=3) == []
    assert due(case(p2_0=MONDAY, p2_1=MONDAY), karim, days=4) == [(KARIM, 2)]
    assert due(case(p2_0=MONDAY, p2_1=MONDAY, p2_2=MONDAY), karim, days=4) == []
    assert due(told, karim, days=4) == [(KARIM, 2)], "of two that were missed, the latest"
    assert due(case(p2_0=MONDAY, p2_2=MONDAY), karim, days=4) == [], "and never the earlier one"


def test_leave_passes_it_on_at_once_and_says_so() -> None:
    both = [validator(KARIM, away(5, 30)), validator(LEILA)]
    now = MONDAY + timedelta(days=1)
    assert notices(case(p2_0=MONDAY), both, [], UTC_DAYS, now) == [
        Notice(42, LEILA, WITH_THEM, instead=True)
    ]
    [first] = notices(case(), both, [], UTC_DAYS, now)
    assert not first.instead, "whoever is told first has it from nobody"


def test_a_colleague_is_called_away_only_while_they_are() -> None:
    """Karim was on leave and Leila had it; he is back, and she is there."""
    leila = validator(LEILA)
    now = MONDAY + timedelta(days=3)
    [back] = notices(case(p3_0=MONDAY), [validator(KARIM), leila], [], UTC_DAYS, now)
    assert back == Notice(42, KARIM, WITH_THEM, instead=False)
    gone = validator(LEILA, away(7, 9))
    [alone] = notices(case(p3_0=MONDAY), [validator(KARIM), gone], [], UTC_DAYS, now)
    assert alone.instead, "Leila went on leave with it"
    blocked = [validator(KARIM, reachable=False), leila]
    [other] = notices(case(p2_0=MONDAY), blocked, [], UTC_DAYS, now)
    assert not other.instead, "whom no message reaches is not away"


def test_the_secretariat_hears_once_of_what_waits_five_working_days() -> None:
    told = case(p2_0=MONDAY, p2_1=MONDAY, p2_2=MONDAY)
    karim = [validator(KARIM)]
    assert due(told, karim, days=6) == []
    assert due(told, karim, days=7) == [(OTTO, LATE)]
    again = case(p2_0=MONDAY, p2_1=MONDAY, p2_2=MONDAY, p9_3=MONDAY)
    assert due(again, karim, days=7) == []


def test_the_secretariat_hears_at_once_where_nobody_can_clear_it() -> None:
    assert due(case(), []) == [(OTTO, LATE)]
    assert due(case(), [validator(AUTHOR)]) == [(OTTO, LATE)], "nobody clears their own report"


@given(
    days=st.integers(0, 30),
    hours=st.integers(0, 23),
    people=st.sets(st.integers(1, 5)),
    absent=st.sets(st.integers(1, 5)),
    told=st.dictionaries(
        st.tuples(st.integers(1, 9), st.sampled_from([WITH_THEM, *RUNGS, LATE])),
        st.integers(0, 30),
    ),
)
def test_nobody_is_told_of_their_own_report_nor_anything_twice(
    days: int,
    hours: int,
    people: set[int],
    absent: set[int],
    told: Mapping[tuple[int, int], int],
) -> None:
    now = MONDAY + timedelta(days=days, hours=hours)
    by = {key: MONDAY + timedelta(days=after) for key, after in told.items()}
    one = Case(42, 7, frozenset({AUTHOR}), MONDAY, by)
    there = [validator(each, *([away(1, 31)] if each in absent else [])) for each in people]
    found = notices(one, there, [OTTO], UTC_DAYS, now)
    assert len(set(found)) == len(found)
    for each in found:
        assert each.person_id != AUTHOR
        assert (each.person_id, each.rung) not in told
        assert each.person_id == OTTO or each.person_id in people
    waits = [each for each in found if each.rung != LATE]
    assert len(waits) <= 1
    nobody = not people - {AUTHOR}
    heard = (OTTO, LATE) in told
    assert any(each.rung == LATE for each in found) is (
        not heard and (nobody or is_late(MONDAY, UTC_DAYS, now))
    )


def test_working_days_are_counted_as_the_person_works() -> None:
    friday = MONDAY + timedelta(days=4)
    assert worked(UTC_DAYS, friday, friday + timedelta(days=3)) == 1, "a weekend is no work"
    gone = replace(UTC_DAYS, leave=(away(5, 6),))
    assert worked(gone, MONDAY, MONDAY + timedelta(days=3)) == 1, "nor is leave"


# -- What is asked ---------------------------------------------------------------------------------


def assigned(**values: object) -> Assignment:
    said: dict[str, object] = {
        "id": 17,
        "item_id": 5,
        "institution_id": 7,
        "part": Part.LEAD,
        "state": AssignmentState.ANNOUNCED,
        "due_on": DUE_ON,
        "status": None,
        "as_of": None,
        "reported_at": None,
        "report_state": None,
        "last_status_update_id": None,
        "unchanged_in_a_row": 0,
        "uncleared_id": 42,
        "uncleared_state": ReportState.UNCLEARED,
        "uncleared_due_on": DUE_ON,
    }
    return Assignment(**{**said, **values})  # type: ignore[arg-type]


def asked(state: ItemState) -> RequestItem:
    return RequestItem(3, 1, 7, 5, 17, state, DUE_ON, MONDAY, MONDAY)


def test_what_waits_inside_is_asked_of_nobody_and_answered_when_it_is_cleared() -> None:
    waits = assigned()
    assert follow(waits, asked(ItemState.ASKED)) is Follow.UNCLEARED
    assert follow(waits, asked(ItemState.UNCLEARED)) is Follow.NOTHING
    cleared = assigned(uncleared_id=None, uncleared_state=None, answered_due_on=DUE_ON)
    assert follow(cleared, asked(ItemState.UNCLEARED)) is Follow.ANSWERED


def test_what_the_validator_returned_is_owed_again() -> None:
    returned = assigned(uncleared_state=ReportState.RETURNED_INSIDE)
    assert follow(returned, asked(ItemState.UNCLEARED)) is Follow.ASK_AGAIN
    withdrawn = assigned(uncleared_id=None, uncleared_state=None)
    assert follow(withdrawn, asked(ItemState.UNCLEARED)) is Follow.ASK_AGAIN


def test_an_answer_to_another_due_day_does_not_stop_what_is_asked_now() -> None:
    later = assigned(due_on=DUE_ON + timedelta(days=30))
    assert follow(later, asked(ItemState.UNCLEARED)) is Follow.ASK_AGAIN
    ended = assigned(state=AssignmentState.ENDED)
    assert follow(ended, asked(ItemState.UNCLEARED)) is Follow.END


# -- What changed ----------------------------------------------------------------------------------


def said(before: str, after: str) -> list[tuple[str, dict[str, object]]]:
    lines = changes(before, after, before_language="en", language="en")
    return [
        (each.key, {name: getattr(one, "words", one) for name, one in each.values.items()})
        for each in lines
    ]


def test_changes_are_told_in_words() -> None:
    before = "Bill 12 passed its first reading on 3 May. A plan is being drafted."
    after = "Bill 12 was adopted on 2 June. A plan is being drafted, with a budget."
    assert said(before, after) == [
        (
            "changes.instead",
            {"before": "passed its first reading on 3 May", "after": "was adopted on 2 June"},
        ),
        ("changes.added", {"words": ", with a budget"}),
    ]
    assert said(before, before) == []
    assert said("Nothing more, and no plan.", "Nothing more.") == [
        ("changes.taken_out", {"words": ", and no plan"})
    ]


def test_a_text_with_little_in_common_is_told_by_what_stood_there_before() -> None:
    assert said("The bill is before Parliament.", "Judges were trained in all courts.") == [
        ("changes.was", {"words": "The bill is before Parliament."})
    ]
    assert said("It remains to train judges.", "") == [
        ("changes.was", {"words": "It remains to train judges."})
    ]

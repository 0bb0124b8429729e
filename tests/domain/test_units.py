"""A seat in a unit of an institution opens what was passed to that unit, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import permissions
from bot.domain.items import Assignment, AssignmentState, Part
from bot.domain.people import REPORTING, Actor, Role, Seat
from bot.domain.progress import scope_of
from bot.services.home import institutions_of

LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)
JUSTICE, PRISONS, COURTS = 1, 11, 12


def seat(role: Role, institution_id: int | None = JUSTICE, unit_id: int | None = None) -> Seat:
    return Seat(1, 1, role, institution_id, LONG_AGO, unit_id=unit_id)


def held(state: AssignmentState = AssignmentState.ANNOUNCED) -> Assignment:
    nothing = (None, None, None, None, None, 0)
    return Assignment(1, 1, JUSTICE, Part.LEAD, state, date(2026, 5, 4), *nothing)


@given(
    role=st.sampled_from(sorted(REPORTING)),
    state=st.sampled_from(AssignmentState),
    own=st.booleans(),
)
def test_a_unit_has_no_right_of_its_institution(
    role: Role, state: AssignmentState, own: bool
) -> None:
    actor = Actor(None, (seat(role, unit_id=PRISONS if own else COURTS),))
    assignment = held(state)
    refused = [
        permissions.may_report(actor, assignment),
        permissions.may_see(actor, assignment),
        permissions.may_pass(actor, assignment),
        permissions.may_see_progress(actor),
        permissions.may_read_approved(actor),
        permissions.may_ask(actor),
        permissions.may_export(actor),
        permissions.may_manage_people(actor),
        permissions.may_invite_to_unit(actor, JUSTICE),
        *(permissions.may_invite(actor, each) for each in Role),
        *(permissions.may_decide(actor, each, unit_of=JUSTICE) for each in Role),
    ]
    assert not any(refused)
    assert institutions_of(actor) == ()
    assert scope_of(actor).approved
    assert permissions.may_answer_pass(actor, PRISONS) == own
    assert permissions.may_see_pass(actor, PRISONS, JUSTICE) == own


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_what_was_passed_inside(role: Role) -> None:
    there = None if role in (Role.COORDINATOR, Role.OFFICER) else JUSTICE
    actor = Actor(None, (seat(role, there),))
    reads = role in (Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATOR)
    assert permissions.may_see_pass(actor, PRISONS, JUSTICE) == reads
    assert not permissions.may_answer_pass(actor, PRISONS)
    assert permissions.may_pass(actor, held()) == (role in REPORTING)
    assert not permissions.may_see_pass(actor, PRISONS, JUSTICE + 1)


def test_two_seats_have_the_rights_of_both() -> None:
    actor = Actor(None, (seat(Role.FOCAL_POINT, unit_id=PRISONS), seat(Role.FOCAL_POINT, 2)))
    assert institutions_of(actor) == (2,)
    assert actor.units == (PRISONS,)
    assert not permissions.may_report(actor, held())
    assert permissions.may_answer_pass(actor, PRISONS)

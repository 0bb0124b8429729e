"""Who hands a seat over, and who says that the successor is the right person."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import SECRETARIAT, Actor, Role, Seat
from bot.domain.permissions import may_decide, may_hand_over, may_invite

LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)


@st.composite
def seats(draw: st.DrawFn) -> Seat:
    role = draw(st.sampled_from(Role))
    there = None if role in SECRETARIAT else draw(st.integers(1, 2))
    return Seat(draw(st.integers(1, 6)), draw(st.integers(1, 3)), role, there, LONG_AGO)


ACTORS = st.lists(seats(), max_size=3, unique_by=lambda seat: seat.id).map(
    lambda held: Actor(None, tuple(held))
)


@given(actor=ACTORS, seat=seats())
def test_a_seat_is_handed_over_by_who_holds_it_or_invites_to_it(actor: Actor, seat: Seat) -> None:
    allowed = may_hand_over(actor, seat)
    assert not (allowed and seat.role is Role.OBSERVER)
    if allowed:
        assert seat.id in {each.id for each in actor.seats} or may_invite(actor, seat.role)


@given(actor=ACTORS, role=st.sampled_from(Role), left_by=st.none() | st.integers(1, 6))
def test_nobody_but_a_coordinator_lets_anybody_into_the_secretariat(
    actor: Actor, role: Role, left_by: int | None
) -> None:
    allowed = may_decide(actor, role, left_by=left_by)
    if role in SECRETARIAT:
        assert allowed == (actor.seat({Role.COORDINATOR}) is not None)
    elif not actor.is_secretariat:
        assert allowed == (left_by in {each.id for each in actor.seats})
    else:
        assert allowed

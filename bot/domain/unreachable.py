"""People whom no message reaches, and who else in their place can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.people import Role

PATIENCE = timedelta(days=3)
"""So long whoever was invited has time to open the link before the secretariat is told."""

NEVER_STARTED = "never_started"
REASONS = ("blocked", "deactivated", NEVER_STARTED)

_INSTEAD: Mapping[Role, tuple[Role, ...]] = {
    Role.FOCAL_POINT: (Role.ALTERNATE, Role.FOCAL_POINT, Role.VALIDATOR),
    Role.ALTERNATE: (Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATOR),
    Role.VALIDATOR: (Role.VALIDATOR, Role.FOCAL_POINT, Role.ALTERNATE),
    Role.OBSERVER: (Role.OBSERVER, Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATOR),
    Role.COORDINATOR: (Role.COORDINATOR, Role.OFFICER),
    Role.OFFICER: (Role.OFFICER, Role.COORDINATOR),
}


@dataclass(frozen=True)
class Colleague:
    """Somebody of the same place who can be reached."""

    seat_id: int
    person_id: int
    name: str
    role: Role


@dataclass(frozen=True)
class Away:
    """Somebody who cannot be reached, why and since when; without a seat where only invited.

    `instead` is who can be told in their place; None: nobody there.
    """

    name: str | None
    role: Role
    institution_id: int | None
    names: Mapping[str, str]
    unit: str | None
    reason: str
    since: datetime
    instead: Colleague | None
    seat_id: int | None = None


def instead_of(
    role: Role, colleagues: Iterable[Colleague], *, person_id: int | None = None
) -> Colleague | None:
    """Who comes nearest to that role among the colleagues; never the person themselves."""
    order = _INSTEAD[role]
    fitting = [each for each in colleagues if each.role in order and each.person_id != person_id]
    return min(fitting, key=lambda each: (order.index(each.role), each.seat_id), default=None)

"""An institution says that an item is not its own, and why: the secretariat has it again."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.people import REPORTING, Act
from bot.domain.reports import AssignmentClosed, fitting
from bot.services import audit, requests
from bot.services.notices import tell_secretariat
from storage import assignments, institutions
from storage.database import Transaction


async def disown(
    tx: Transaction, act: Act, assignment_id: int, reason: str, *, suggested_id: int | None
) -> None:
    """Give the assignment back; `suggested_id` is the institution that it rather belongs to."""
    assignment = existing(await assignments.get(tx, assignment_id))
    permissions.require(permissions.may_report(act.actor, assignment))
    why = fitting(reason)
    if suggested_id is not None and await institutions.get(tx, suggested_id) is None:
        raise NotFound
    if not await assignments.disown(tx, assignment_id, why, suggested_id, now=act.now):
        raise AssignmentClosed
    await requests.follow(tx, act, [assignment_id])
    seat = act.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    facts: dict[str, int] = {"item": assignment.item_id}
    if suggested_id is not None:
        facts["suggested"] = suggested_id
    await audit.record(
        tx,
        act,
        "assignment.disown",
        f"assignment:{assignment_id}",
        seat_id=seat.id,
        facts=facts,
        words=why,
    )
    await tell_secretariat(tx, act, f"not_ours:{assignment_id}:{act.stamp}")

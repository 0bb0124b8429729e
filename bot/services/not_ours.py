"""An institution says that an item is not its own, and why: the secretariat has it again."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import permissions
from bot.domain.errors import NotFound
from bot.domain.people import REPORTING, Actor
from bot.domain.reports import AssignmentClosed, NoWords, require_fits
from bot.services import audit
from bot.services.notices import tell_secretariat
from storage import assignments, institutions
from storage.database import Transaction


async def disown(
    tx: Transaction,
    actor: Actor,
    assignment_id: int,
    reason: str,
    *,
    suggested_id: int | None,
    zone: ZoneInfo,
    bot_id: int,
    now: datetime,
) -> None:
    """Give the assignment back; `suggested_id` is the institution that it rather belongs to."""
    assignment = await assignments.get(tx, assignment_id)
    if assignment is None:
        raise NotFound
    permissions.require(permissions.may_report(actor, assignment))
    if not reason.strip():
        raise NoWords
    require_fits(reason)
    if suggested_id is not None and await institutions.get(tx, suggested_id) is None:
        raise NotFound
    if not await assignments.disown(tx, assignment_id, reason.strip(), suggested_id, now=now):
        raise AssignmentClosed
    seat = actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    facts: dict[str, int] = {"item": assignment.item_id}
    if suggested_id is not None:
        facts["suggested"] = suggested_id
    await audit.record(
        tx,
        actor,
        "assignment.disown",
        f"assignment:{assignment_id}",
        now=now,
        seat_id=seat.id,
        facts=facts,
        words=reason.strip(),
    )
    await tell_secretariat(
        tx, f"not_ours:{assignment_id}:{int(now.timestamp())}", zone=zone, bot_id=bot_id, now=now
    )

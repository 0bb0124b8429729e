"""Letting anybody read an approved report, and taking it back; private is what nobody opened."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.people import SECRETARIAT, Act
from bot.domain.publication import Offered
from bot.services import audit
from storage import publication as queries
from storage.database import Transaction


async def decide(tx: Transaction, act: Act, status_update_id: int, *, public: bool) -> Offered:
    """The next snapshot holds the report, or leaves it out; once decided so, nothing changes.

    Raises NotFound for what is not approved, and for whatever is about a restricted item.
    """
    permissions.require(permissions.may_publish(act.actor))
    found = existing(await queries.get(tx, status_update_id))
    if await queries.decide(tx, found.id, is_public=public):
        seat = act.actor.seat(SECRETARIAT)
        await audit.record(
            tx,
            act,
            "publication.open" if public else "publication.close",
            found.number,
            seat_id=seat.id if seat else None,
        )
    return found


async def published(tx: Transaction, act: Act, *, items: int, answers: int) -> None:
    """Record that a snapshot was written, with how much in it."""
    permissions.require(permissions.may_publish(act.actor))
    facts = {"items": items, "answers": answers}
    await audit.record(tx, act, "publication.snapshot", "export:snapshot", facts=facts)

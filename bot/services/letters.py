"""A request as letters to institutions, for those whom nothing here reaches."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.people import Act
from bot.services import audit
from bot.services.requests import NobodyToAsk
from storage import jobs, requests
from storage.audit import Fact
from storage.database import Transaction

KIND = "request_letters"


async def ask(
    tx: Transaction, act: Act, request_id: int, institution_ids: Sequence[int], language: str
) -> int:
    """Plan letters in that language; gives the job. Raises NobodyToAsk where nothing is open."""
    permissions.require(permissions.may_ask(act.actor))
    if not await requests.asked_of(tx, request_id, institution_ids):
        raise NobodyToAsk
    return await jobs.plan(
        tx,
        KIND,
        {"request": request_id, "institutions": list(institution_ids), "language": language},
        person_id=act.actor.person_id,
        seat_id=act.actor.seat_id,
        now=act.now,
    )


async def handed_out(
    tx: Transaction, act: Act, request_id: int, *, letters: int, items: int, sha256: str
) -> None:
    """Record that letters left: how many, about how much, in which file."""
    permissions.require(permissions.may_ask(act.actor))
    facts: dict[str, Fact] = {"letters": letters, "items": items, "file": sha256}
    await audit.record(tx, act, "request.letters", f"request:{request_id}", facts=facts)

"""Searching: what a person may find by a number or by words."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.people import Actor
from bot.domain.search import wanted
from bot.services.home import institutions_of
from storage import search
from storage.database import Transaction
from storage.search import Hit


@dataclass(frozen=True)
class Found:
    """What was found: a status update by its number, or items."""

    hits: tuple[Hit, ...] = ()
    report_id: int | None = None


async def find(tx: Transaction, actor: Actor, query: str) -> Found:
    """What fits: the secretariat looks through everything, an institution through its own."""
    among = None if actor.is_secretariat else institutions_of(actor)
    if among is not None and not among:
        return Found()
    looked_for = wanted(query)
    if looked_for.report is not None:
        return Found(report_id=await search.report(tx, looked_for.report, among))
    return Found(tuple(await search.find(tx, looked_for, among)))

"""Searching: what a person may find by a number or by words."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import permissions
from bot.domain.people import Actor
from bot.domain.search import Place, wanted
from bot.services.home import institutions_of
from storage import approved, search
from storage.database import Transaction
from storage.search import Hit


@dataclass(frozen=True)
class Found:
    """What was found: a status update by its number, or items, institutions and clusters."""

    hits: tuple[Hit, ...] = ()
    places: tuple[Place, ...] = ()
    report_id: int | None = None


async def find(tx: Transaction, actor: Actor, query: str) -> Found:
    """What fits: the secretariat looks through everything, an institution through its own items.

    Observers look through all items but restricted ones, and find approved reports only.
    """
    observes = permissions.reads_approved_only(actor)
    among = None if actor.is_secretariat or observes else institutions_of(actor)
    if among is not None and not among:
        return Found()
    looked_for = wanted(query)
    if looked_for.report is not None:
        report_id = await search.report(tx, looked_for.report, among)
        hidden = observes and report_id is not None and await approved.get(tx, report_id) is None
        return Found(report_id=None if hidden else report_id)
    hits = await search.find(tx, looked_for, among, restricted=not observes)
    places = await search.places(tx, looked_for) if actor.is_secretariat else ()
    return Found(tuple(hits), tuple(places))

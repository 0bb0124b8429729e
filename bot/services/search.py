"""Searching: what a person may find by a number or by words."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import permissions
from bot.domain.people import Actor
from bot.domain.search import Place, Wanted, fold, wanted
from bot.services.home import institutions_of
from storage import approved, clusters, institutions, search
from storage.database import Transaction
from storage.search import Hit

MOST_PLACES = 4


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
    places = await _places(tx, actor, looked_for) if actor.is_secretariat else []
    return Found(tuple(hits), tuple(places[:MOST_PLACES]))


async def _places(tx: Transaction, actor: Actor, looked_for: Wanted) -> list[Place]:
    """The institutions and the clusters whose names fit; an institution also by its code."""
    if not looked_for.words or actor.person is None:
        return []
    found = [
        Place(each.id, each.name(actor.person.language))
        for each in await institutions.every(tx)
        if any(map(looked_for.fits, each.names.values())) or looked_for.words == (fold(each.code),)
    ]
    found += [
        Place(each.id, each.name, cluster=True)
        for each in await clusters.every(tx)
        if looked_for.fits(each.name)
    ]
    return found

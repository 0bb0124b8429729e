"""The history of an item for a reader, on a screen and in a file for whoever comes after them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.approvals import Protection
from bot.domain.errors import NotAllowed, NotFound, existing
from bot.domain.history import Doer, Event, Scope, in_order
from bot.domain.people import Act, Actor
from bot.domain.permissions import READS
from bot.services import approvals, audit
from storage import history as queries
from storage import items, jobs
from storage.audit import Fact
from storage.database import Transaction

FILE = "item_history"
"""The kind of job that makes the file."""


@dataclass(frozen=True)
class History:
    """What happened to an item, the newest first, as far as the reader may know it."""

    item_id: int
    scope: Scope
    events: tuple[Event, ...]
    doers: dict[int, Doer]  # by seat

    @property
    def bare(self) -> History:
        """The same without what people wrote and sent, as it is told of a restricted item."""
        bare = (replace(each, words=None, figures=(), pieces=()) for each in self.events)
        return replace(self, events=tuple(bare))


def scope_of(actor: Actor) -> Scope:
    """The secretariat reads of all institutions, the others of their own; raises NotAllowed.

    What was asked inside an institution is for itself. Observers read what is approved, elsewhere.
    """
    own = actor.institutions(READS)
    if actor.is_secretariat:
        return Scope(None, own)
    if not own:
        raise NotAllowed
    return Scope(own, own)


async def of_item(tx: Transaction, actor: Actor, item_id: int) -> History:
    """The item's history; raises NotFound where the reader's institution never had it."""
    scope = scope_of(actor)
    if not await queries.is_known(tx, item_id, scope):
        raise NotFound
    events = in_order(await queries.of_item(tx, item_id, scope))
    seat_ids = {each.seat_id for each in events if each.seat_id is not None}
    return History(item_id, scope, tuple(events), await queries.doers(tx, seat_ids))


async def withholds(tx: Transaction, item_id: int) -> bool:
    """Whether the words of that item stay on the machine: a restricted one's, while protected."""
    item = existing(await items.get(tx, item_id))
    return item.restricted and not await approvals.may_leave(tx, Protection.RESTRICTED)


async def ask(tx: Transaction, act: Act, item_id: int, *, language: str) -> int:
    """Plan the file; gives its job. Raises as `of_item`."""
    if not await queries.is_known(tx, item_id, scope_of(act.actor)):
        raise NotFound
    return await jobs.plan(
        tx,
        FILE,
        {"item": item_id, "language": language},
        person_id=act.actor.person_id,
        seat_id=act.actor.seat_id,
        now=act.now,
    )


async def handed_out(tx: Transaction, act: Act, item_id: int, *, events: int, sha256: str) -> None:
    """Record that the history of an item left: how much of it, in which file."""
    facts: dict[str, Fact] = {"events": events, "file": sha256}
    await audit.record(tx, act, "export.history", f"item:{item_id}", facts=facts)

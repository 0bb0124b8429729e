"""What waits for a person: the lists of their institutions, and what comes next."""

from __future__ import annotations

from bot.domain.home import Entry, Waiting
from bot.domain.people import Act, Actor
from bot.domain.permissions import READS
from storage import home
from storage.database import Transaction


def institutions_of(actor: Actor) -> tuple[int, ...]:
    """The institutions whose items and reports the actor sees."""
    return actor.institutions(READS)


async def next_for(tx: Transaction, act: Act, *, but: int | None = None) -> Entry | None:
    """The most urgent assignment that still waits; `but` leaves one out."""
    found = await home.entries(
        tx, institutions_of(act.actor), Waiting.ALL, today=act.today, limit=1, but=but
    )
    waiting = (Waiting.OVERDUE, Waiting.RETURNED, Waiting.DUE)
    return next((each for each in found if each.waiting in waiting), None)

"""What contributors have reported on an item, for the institution that leads on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain import permissions
from bot.domain.consolidation import Word
from bot.domain.errors import NotFound, existing
from bot.domain.items import Assignment, Part
from bot.domain.people import Actor
from bot.domain.reports import StatusUpdate
from storage import assignments, consolidations, figures, status_updates
from storage.database import Transaction


@dataclass(frozen=True)
class Contribution:
    """A contributor's cleared report, and the lead's own assignment on the same item."""

    word: Word
    said: StatusUpdate
    own: Assignment


async def of(tx: Transaction, actor: Actor, own: Assignment) -> list[Word]:
    """The last cleared report of each contributor, for the lead's people; nobody else gets any."""
    if own.part is not Part.LEAD:
        return []
    every = {each.id: each for each in await assignments.of_items(tx, [own.item_id])}
    return [
        each
        for each in await consolidations.cleared_words(tx, own.item_id)
        if permissions.may_read_contribution(actor, own, every[each.assignment_id])
    ]


async def get(tx: Transaction, actor: Actor, status_update_id: int) -> Contribution:
    """One contributor's report with its figures; raises NotFound for whoever may not read it.

    What came back, was withdrawn or is not cleared yet is nobody's to read but its institution's.
    """
    word = existing(await consolidations.word(tx, status_update_id))
    other = existing(await assignments.get(tx, word.assignment_id))
    for own in await assignments.of_items(tx, [other.item_id]):
        if permissions.may_read_contribution(actor, own, other):
            said = existing(await status_updates.get(tx, status_update_id))
            return Contribution(word, replace(said, figures=await figures.of(tx, said.id)), own)
    raise NotFound

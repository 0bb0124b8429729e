"""An institution's last word on an item, kept beside the assignment, and what it has inside."""

from __future__ import annotations

from datetime import date

from bot.domain.items import Inside, LastWord
from bot.domain.reports import ReportKind
from storage import assignments, status_updates
from storage.database import Transaction


async def restore(
    tx: Transaction, assignment_id: int, *, answered_due_on: date | None = None
) -> None:
    """The last word is the newest that stands; without `answered_due_on`, what was due is owed."""
    standing = await status_updates.standing(tx, assignment_id)
    if not standing:
        await assignments.note_last_word(tx, assignment_id, LastWord())
        return
    last = standing[0]
    in_a_row = next(
        (n for n, each in enumerate(standing) if each.kind is not ReportKind.UNCHANGED),
        len(standing),
    )
    restored = LastWord(
        *(last.status, last.as_of, last.submitted_at, last.state, last.id),
        *(in_a_row, answered_due_on),
    )
    await assignments.note_last_word(tx, assignment_id, restored)


async def follow_inside(tx: Transaction, assignment_id: int) -> None:
    """What waits for clearance, or came back from it, where it was sent last."""
    last = await status_updates.newest(tx, assignment_id)
    inside = Inside()
    if last is not None and not last.is_word:
        inside = Inside(last.id, last.state, last.due_on)
    await assignments.note_inside(tx, assignment_id, inside)

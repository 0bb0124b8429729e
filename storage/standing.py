"""Where an item stands: whose word counts among those who answer for it."""

from __future__ import annotations

from sqlalchemy import Subquery, case, func, select

from bot.domain.items import AssignmentState, Part
from storage.approved import is_last_approved
from storage.tables import assignments, status_updates


def last_words() -> Subquery:
    """What was said last on each announced assignment; a null status where nothing was."""
    return (
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.item_id,
            assignments.c.part,
            assignments.c.status,
            assignments.c.as_of,
            assignments.c.reported_at,
            assignments.c.last_status_update_id,
        )
        .where(assignments.c.state == AssignmentState.ANNOUNCED.value)
        .subquery("words")
    )


def approved_words() -> Subquery:
    """What was approved last on each announced assignment; a null status where nothing was."""
    return (
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.item_id,
            assignments.c.part,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.submitted_at.label("reported_at"),
            status_updates.c.id.label("last_status_update_id"),
        )
        .outerjoin(status_updates, is_last_approved())
        .where(assignments.c.state == AssignmentState.ANNOUNCED.value)
        .subquery("words")
    )


def standing(words: Subquery) -> Subquery:
    """Of each item the one of these words that counts, with all its columns.

    A word counts before silence, the lead's before that of who contributes, then the newest.
    """
    place = func.row_number().over(
        partition_by=words.c.item_id,
        order_by=(
            words.c.status.is_(None),
            case((words.c.part == Part.LEAD.value, 0), else_=1),
            words.c.reported_at.desc(),
            words.c.assignment_id,
        ),
    )
    ranked = select(words, place.label("place")).subquery("ranked")
    return select(ranked).where(ranked.c.place == 1).subquery("standing")

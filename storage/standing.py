"""Where an item stands: its consolidated status, else whose word counts among its institutions."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, select

from bot.domain.filters import NOT_REPORTED
from bot.domain.items import AssignmentState, Part
from storage.approved import is_last_approved
from storage.tables import assignments, consolidations, items, status_updates


def is_consolidated() -> ColumnElement[bool]:
    """Joins to each item its consolidated status, where it has one."""
    return and_(consolidations.c.item_id == items.c.id, consolidations.c.current)


def is_last_consolidated(when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Joins to each item the last of the statuses that were consolidated then, where one was."""
    last = (
        select(func.max(consolidations.c.id))
        .where(consolidations.c.item_id == items.c.id, when)
        .correlate(items)
        .scalar_subquery()
    )
    return consolidations.c.id == last


def status_of(word: Subquery) -> ColumnElement[str]:
    """The status of an item joined by `is_consolidated` and with the `word` that counts of it.

    What the secretariat has consolidated comes before what any institution says.
    """
    return func.coalesce(consolidations.c.status, word.c.status, literal(NOT_REPORTED))


def as_of(word: Subquery) -> ColumnElement[date | None]:
    """The day that `status_of` speaks of."""
    consolidated = consolidations.c.id.is_not(None)
    return case((consolidated, consolidations.c.as_of), else_=word.c.as_of)


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


def is_last_said(*among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Joins to each assignment its last status update `among` those that are meant."""
    last = (
        select(func.max(status_updates.c.id))
        .where(status_updates.c.assignment_id == assignments.c.id, *among)
        .correlate(assignments)
        .scalar_subquery()
    )
    return status_updates.c.id == last


def approved_words(*among: ColumnElement[bool]) -> Subquery:
    """What was approved last on each announced assignment; a null status where nothing was.

    So far as it is `among` the status updates that are meant.
    """
    return words_of(is_last_approved(*among))


def words_of(last: ColumnElement[bool]) -> Subquery:
    """What that status update of each announced assignment says; a null status where none is."""
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
        .outerjoin(status_updates, last)
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

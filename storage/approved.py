"""What the secretariat has approved: all of the record that observers read.

Restricted items are left out of every answer, and so is whatever was submitted, returned or
withdrawn: no statement here looks at another state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select

from bot.domain.items import ReportState
from bot.domain.reports import ApprovedReport, Needing
from bot.domain.selection import Need
from storage.database import Transaction
from storage.tables import (
    assignments,
    institutions,
    item_tags,
    items,
    reviews,
    source_documents,
    status_updates,
)

_FIELDS = tuple(ApprovedReport.__dataclass_fields__)
_is_approved = status_updates.c.state == ReportState.APPROVED.value
is_approved_of_few = func.coalesce(status_updates.c.state, "") == ReportState.APPROVED.value
"""As that, where the way leads through few assignments: the index on states leads through all."""


def is_last_approved(*among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Joins to each assignment its last approved status update `among` those that are meant."""
    return status_updates.c.id == _last(*among)


def is_last_worded() -> ColumnElement[bool]:
    """As `is_last_approved`, but the last one that says something, where one does."""
    worded = _last(status_updates.c.measures != "")
    return status_updates.c.id == func.coalesce(worded, _last())


def _last(*conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(func.max(status_updates.c.id))
        .where(status_updates.c.assignment_id == assignments.c.id, is_approved_of_few, *conditions)
        .correlate(assignments)
        .scalar_subquery()
    )


async def newest(tx: Transaction, *, limit: int, offset: int = 0) -> list[ApprovedReport]:
    """Approved status updates of all institutions, the newest first."""
    statement = _reports().order_by(
        status_updates.c.submitted_at.desc(), status_updates.c.id.desc()
    )
    return await _fetch(tx, statement.limit(limit).offset(offset))


async def of_item(
    tx: Transaction, item_id: int, *, limit: int, offset: int = 0
) -> list[ApprovedReport]:
    """The item's approved status updates, the newest first."""
    statement = _of_item(item_id).order_by(status_updates.c.id.desc())
    return await _fetch(tx, statement.limit(limit).offset(offset))


async def count_of_item(tx: Transaction, item_id: int) -> int:
    """How many approved status updates the item has."""
    approved = _of_item(item_id).subquery()
    return int(await tx.value(select(func.count()).select_from(approved)))


async def last_of_each(tx: Transaction, item_id: int, *, limit: int) -> list[ApprovedReport]:
    """What each institution said last of the item and had approved, the newest first."""
    held = _of_item(item_id).subquery()
    last = select(func.max(held.c.id)).group_by(held.c.institution_id)
    statement = _reports().where(status_updates.c.id.in_(last))
    return await _fetch(tx, statement.order_by(status_updates.c.id.desc()).limit(limit))


async def count_needing(tx: Transaction, need: Need) -> int:
    """How many items are marked as needing that, which observers may see."""
    return int(await tx.value(select(func.count()).select_from(_needing([need]).subquery())))


async def needing(
    tx: Transaction, needs: Sequence[Need], *, limit: int, offset: int = 0
) -> list[Needing]:
    """Items that need one of these, priorities first, with their newest approved report."""
    newest = (
        select(func.max(status_updates.c.id))
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .where(assignments.c.item_id == items.c.id, is_approved_of_few)
        .correlate(items)
        .scalar_subquery()
    )
    found = await tx.rows(
        _needing(needs)
        .add_columns(
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            status_updates.c.status,
            status_updates.c.as_of,
        )
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .outerjoin(status_updates, status_updates.c.id == newest)
        .order_by(
            items.c.priority.desc(),
            source_documents.c.published_on.desc(),
            items.c.document_id,
            items.c.ordinal,
        )
        .limit(limit)
        .offset(offset)
    )
    return [Needing(**row) for row in found]


def _needing(needs: Sequence[Need]) -> Select[Any]:
    marked = select(item_tags.c.item_id).where(
        item_tags.c.vocabulary == "need", item_tags.c.label.in_([each.value for each in needs])
    )
    return select(items.c.id.label("item_id")).where(
        items.c.id.in_(marked), items.c.vanished_at.is_(None), ~items.c.restricted
    )


async def get(tx: Transaction, status_update_id: int) -> ApprovedReport | None:
    """The status update of that id, if it is approved."""
    found = await _fetch(tx, _reports().where(status_updates.c.id == status_update_id))
    return found[0] if found else None


def _is_approval() -> ColumnElement[bool]:
    return and_(
        reviews.c.status_update_id == status_updates.c.id,
        reviews.c.decision == ReportState.APPROVED.value,
    )


def _of_item(item_id: int) -> Select[Any]:
    return (
        _reports(is_approved_of_few)
        .add_columns(assignments.c.institution_id)
        .where(items.c.id == item_id)
    )


def _reports(is_approved: ColumnElement[bool] = _is_approved) -> Select[Any]:
    return (
        select(
            status_updates.c.id,
            status_updates.c.number,
            items.c.id.label("item_id"),
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            institutions.c.names,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.measures,
            status_updates.c.remaining,
            status_updates.c.language,
            reviews.c.comment.label("note"),
            reviews.c.language.label("note_language"),
        )
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .outerjoin(reviews, _is_approval())
        .where(is_approved, ~items.c.restricted)
    )


async def _fetch(tx: Transaction, statement: Select[Any]) -> list[ApprovedReport]:
    rows = await tx.rows(statement)
    return [ApprovedReport(**{name: row[name] for name in _FIELDS}) for row in rows]

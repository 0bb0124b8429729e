"""Reviews: the reports that wait for the secretariat, and what it decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, insert, or_, select, update

from bot.domain.items import ReportState
from bot.domain.review import Approved, Waiting
from storage.clearance import is_word
from storage.database import Transaction
from storage.tables import (
    assignments,
    institutions,
    items,
    reviews,
    source_documents,
    status_updates,
)


async def queue(
    tx: Transaction,
    *,
    today: date,
    limit: int,
    offset: int = 0,
    behind: Waiting | None = None,
) -> list[Waiting]:
    """Reports to review: of overdue items first, then the oldest; only those `behind` one."""
    overdue = and_(assignments.c.due_on.is_not(None), assignments.c.due_on < today)
    rank = case((overdue, 0), else_=1)
    statement = (
        _waiting()
        .where(status_updates.c.state == ReportState.SUBMITTED.value)
        .order_by(rank, status_updates.c.submitted_at, status_updates.c.id)
        .limit(limit)
        .offset(offset)
    )
    if behind is not None:
        late = behind.due_on is not None and behind.due_on < today
        same_moment = and_(
            status_updates.c.submitted_at == behind.submitted_at,
            status_updates.c.id > behind.status_update_id,
        )
        later = or_(status_updates.c.submitted_at > behind.submitted_at, same_moment)
        own_rank = 0 if late else 1
        statement = statement.where(or_(rank > own_rank, and_(rank == own_rank, later)))
    return [Waiting(**row) for row in await tx.rows(statement)]


async def get(tx: Transaction, status_update_id: int) -> Waiting | None:
    """A report with its item and its institution, whatever became of it once it was its word."""
    row = await tx.row(_waiting().where(status_updates.c.id == status_update_id, is_word()))
    return None if row is None else Waiting(**row)


async def last_approved(tx: Transaction, assignment_id: int, *, before: int) -> Approved | None:
    """The newest approved report of the assignment that came before that one."""
    statement = (
        select(*(status_updates.c[name] for name in Approved.__dataclass_fields__))
        .where(
            status_updates.c.assignment_id == assignment_id,
            status_updates.c.state == ReportState.APPROVED.value,
            status_updates.c.id < before,
        )
        .order_by(status_updates.c.id.desc())
        .limit(1)
    )
    row = await tx.row(statement)
    return None if row is None else Approved(**row)


async def count(tx: Transaction, *, but: int | None = None) -> int:
    """How many reports wait; `but` leaves one out."""
    waits = [status_updates.c.state == ReportState.SUBMITTED.value]
    if but is not None:
        waits.append(status_updates.c.id != but)
    statement = select(func.count()).select_from(status_updates).where(*waits)
    return int(await tx.value(statement))


async def newer(tx: Transaction, assignment_id: int, *, than: int) -> str | None:
    """The number of a report that came after that one and stands, if there is any."""
    found: str | None = await tx.value(
        select(status_updates.c.number)
        .where(
            status_updates.c.assignment_id == assignment_id,
            status_updates.c.id > than,
            status_updates.c.state != ReportState.WITHDRAWN.value,
            is_word(),
        )
        .order_by(status_updates.c.id.desc())
        .limit(1)
    )
    return found


async def add(
    tx: Transaction,
    status_update_id: int,
    seat_id: int,
    decision: ReportState,
    *,
    comment: str | None = None,
    language: str | None = None,
    now: datetime,
) -> None:
    """Record a decision, and show it beside the assignment while the report is its last word."""
    await tx.execute(
        insert(reviews).values(
            status_update_id=status_update_id,
            seat_id=seat_id,
            decision=decision.value,
            comment=comment,
            language=language,
            at=now,
        )
    )
    await tx.execute(
        update(assignments)
        .where(assignments.c.last_status_update_id == status_update_id)
        .values(report_state=decision.value)
    )


def _waiting() -> Select[Any]:
    return (
        select(
            status_updates.c.id.label("status_update_id"),
            status_updates.c.number,
            status_updates.c.assignment_id,
            assignments.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            assignments.c.institution_id,
            institutions.c.names,
            assignments.c.due_on,
            status_updates.c.submitted_at,
        )
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
    )

"""The home screen: how many assignments wait, and which come first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true

from bot.domain.home import SOON, Counts, Draft, Entry, Waiting
from bot.domain.items import AssignmentState, ReportState
from storage.database import Transaction
from storage.tables import assignments, conversations, items, source_documents, status_updates

_LAST = date(9999, 12, 31)


async def counts(tx: Transaction, institution_ids: Sequence[int], *, today: date) -> Counts:
    """How many of these institutions' announced assignments stand in each list."""
    columns = [
        func.coalesce(func.sum(case((_is(which, today), 1), else_=0)), 0).label(which.value)
        for which in Waiting
    ]
    row = await tx.row(select(*columns).where(_held_by(institution_ids)))
    assert row is not None
    return Counts(**{name: int(value) for name, value in row.items()})


async def entries(
    tx: Transaction,
    institution_ids: Sequence[int],
    which: Waiting,
    *,
    today: date,
    limit: int,
    offset: int = 0,
    but: int | None = None,
) -> list[Entry]:
    """A stretch of a list, the most urgent first; `but` leaves one assignment out."""
    statement = (
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            assignments.c.status,
            case((or_(_owed(), _returned()), assignments.c.due_on)).label("due_on"),
            _waiting(today).label("waiting"),
        )
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(_held_by(institution_ids), _is(which, today))
        .order_by(
            _rank(today),
            func.coalesce(assignments.c.due_on, _LAST),
            items.c.priority.desc(),
            items.c.document_id,
            items.c.ordinal,
            assignments.c.id,
        )
        .limit(limit)
        .offset(offset)
    )
    if but is not None:
        statement = statement.where(assignments.c.id != but)
    return [
        Entry(**{**row, "waiting": Waiting(row["waiting"])}) for row in await tx.rows(statement)
    ]


FLOWS = (
    *("status_update", "unchanged", "not_ours", "ask", "thread_answer"),
    *("return_inside", "amend_inside"),
)
"""Conversations about an item in an institution's hands, which are called by its number alone."""


async def drafts(tx: Transaction, person_id: int, seat_ids: Sequence[int]) -> list[Draft]:
    """What a person began about items in these seats and has not sent, the newest first."""
    begun = await tx.rows(
        select(conversations.c.id, conversations.c.subject, conversations.c.flow)
        .where(
            conversations.c.person_id == person_id,
            conversations.c.seat_id.in_(seat_ids),
            conversations.c.flow.in_(FLOWS),
        )
        .order_by(conversations.c.touched_at.desc(), conversations.c.id.desc())
    )
    subjects = {row["id"]: row["subject"].partition(":") for row in begun}
    reports = {int(of) for kind, _, of in subjects.values() if kind == "clearing"}
    of_reports = {
        row["id"]: row["assignment_id"]
        for row in await tx.rows(
            select(status_updates.c.id, status_updates.c.assignment_id).where(
                status_updates.c.id.in_(reports)
            )
        )
    }
    about = {
        key: of_reports[int(of)] if kind == "clearing" else int(of)
        for key, (kind, _, of) in subjects.items()
    }
    codes = await tx.rows(
        select(assignments.c.id, items.c.paragraph)
        .join(items, items.c.id == assignments.c.item_id)
        .where(assignments.c.id.in_(about.values()))
    )
    by_assignment = {row["id"]: row["paragraph"] for row in codes}
    return [
        Draft(row["id"], by_assignment[about[row["id"]]], row["flow"])
        for row in begun
        if about[row["id"]] in by_assignment
    ]


def _held_by(institution_ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(
        assignments.c.institution_id.in_(institution_ids),
        assignments.c.state == AssignmentState.ANNOUNCED.value,
    )


def _owed() -> ColumnElement[bool]:
    return and_(
        assignments.c.due_on.is_not(None),
        or_(
            assignments.c.answered_due_on.is_(None),
            assignments.c.answered_due_on != assignments.c.due_on,
        ),
    )


def _answer_waits() -> ColumnElement[bool]:
    """Whether an answer to what is due waits for the validator's clearance."""
    return and_(
        func.coalesce(assignments.c.uncleared_state, "") == ReportState.UNCLEARED.value,
        func.coalesce(assignments.c.uncleared_due_on == assignments.c.due_on, false()),
    )


def _sent() -> ColumnElement[str]:
    """The state of what was sent last, inside the institution or out of it."""
    return func.coalesce(assignments.c.uncleared_state, assignments.c.report_state, "")


def _returned() -> ColumnElement[bool]:
    """Whether what was sent last came back."""
    return _sent().in_((ReportState.RETURNED.value, ReportState.RETURNED_INSIDE.value))


def _is(which: Waiting, today: date) -> ColumnElement[bool]:
    owed = and_(_owed(), ~_answer_waits())
    match which:
        case Waiting.RETURNED:
            return _returned()
        case Waiting.OVERDUE:
            return and_(owed, ~_returned(), assignments.c.due_on < today)
        case Waiting.DUE:
            return and_(owed, ~_returned(), assignments.c.due_on.between(today, today + SOON))
        case Waiting.UNCLEARED:
            return _sent() == ReportState.UNCLEARED.value
        case Waiting.SUBMITTED:
            return func.coalesce(assignments.c.report_state, "") == ReportState.SUBMITTED.value
        case Waiting.ALL:
            return true()


def _waiting(today: date) -> ColumnElement[Any]:
    first = (Waiting.OVERDUE, Waiting.RETURNED, Waiting.DUE, Waiting.UNCLEARED, Waiting.SUBMITTED)
    return case(*((_is(each, today), each.value) for each in first), else_=Waiting.ALL.value)


def _rank(today: date) -> ColumnElement[Any]:
    """What presses comes first, what lies with others last."""
    order = (
        *(Waiting.OVERDUE, Waiting.RETURNED, Waiting.DUE, Waiting.ALL),
        *(Waiting.UNCLEARED, Waiting.SUBMITTED),
    )
    return case({each.value: n for n, each in enumerate(order)}, value=_waiting(today))

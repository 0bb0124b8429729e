"""What lies on the secretariat's desk: how much of each kind, and the lists behind the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select

from bot.domain.clearance import Rule
from bot.domain.desk import Counts
from bot.domain.items import AssignmentState, Part, ReportState
from bot.domain.requests import ItemState
from storage import consolidations, plans, threads
from storage import invitations as invitation_states
from storage.database import Transaction
from storage.seats import is_live
from storage.selection import is_unassigned
from storage.tables import (
    accounts,
    activities,
    assignments,
    extensions,
    institutions,
    invitations,
    items,
    people,
    questions,
    request_items,
    seats,
    source_documents,
    status_updates,
)


@dataclass(frozen=True)
class Held:
    """An assignment with its item and its institution, as the secretariat's lists show it."""

    assignment_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    names: Mapping[str, str]
    due_on: date | None
    uncleared: bool = False  # an answer waits inside the institution


@dataclass(frozen=True)
class Disowned:
    """An assignment that an institution gave back, with its reason and its suggestion."""

    assignment_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    institution_id: int
    names: Mapping[str, str]
    reason: str | None
    suggested_id: int | None


@dataclass(frozen=True)
class Stand:
    """How one institution stands on an item."""

    assignment_id: int
    names: Mapping[str, str]
    part: Part
    state: AssignmentState
    due_on: date | None
    status: str | None
    report_state: ReportState | None
    uncleared: bool = False  # a newer report waits inside the institution
    clearance: bool | None = None  # whether it is marked for it, where the institution marks items


async def counts(tx: Transaction, *, today: date, now: datetime) -> Counts:
    """How much waits, in one look."""
    numbers = {
        "to_review": _count(status_updates, status_updates.c.state == ReportState.SUBMITTED.value),
        "uncleared": _count(status_updates, status_updates.c.state == ReportState.UNCLEARED.value),
        "answered": threads.count_answered(),
        "contradictions": consolidations.count_open_contradictions(),
        "questions": _count(questions, questions.c.answered_at.is_(None)),
        "overdue": _count(assignments, _is_overdue(today)),
        "more_time": select(func.count())
        .select_from(extensions.join(request_items))
        .where(extensions.c.granted.is_(None), request_items.c.state == ItemState.ASKED.value)
        .scalar_subquery(),
        "unreachable": select(func.count(people.c.id.distinct()))
        .select_from(_unreachable_people())
        .where(_is_unreachable(now))
        .scalar_subquery(),
        "never_started": _count(
            invitations,
            and_(
                invitations.c.state == invitation_states.OPEN,
                invitations.c.institution_id.is_not(None),
                invitations.c.takes_over.is_(None),
            ),
        ),
        "unassigned": _count(items, and_(items.c.vanished_at.is_(None), is_unassigned())),
        "drafts": _count(assignments, assignments.c.state == AssignmentState.DRAFT.value),
        "disowned": _count(assignments, assignments.c.state == AssignmentState.DISOWNED.value),
        "plans": _count(activities, plans.to_look_at()),
    }
    row = await tx.row(select(*(value.label(name) for name, value in numbers.items())))
    assert row is not None
    return Counts(**row)


async def overdue(tx: Transaction, *, today: date, limit: int, offset: int = 0) -> list[Held]:
    """Assignments that are overdue, the longest first."""
    statement = (
        _held()
        .where(_is_overdue(today))
        .order_by(assignments.c.due_on, institutions.c.code, assignments.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [Held(**row) for row in await tx.rows(statement)]


async def held(tx: Transaction, assignment_id: int) -> Held | None:
    """One assignment with its item and its institution."""
    row = await tx.row(_held().where(assignments.c.id == assignment_id))
    return None if row is None else Held(**row)


async def disowned(tx: Transaction, *, limit: int, offset: int = 0) -> list[Disowned]:
    """What institutions gave back, the oldest first."""
    statement = (
        _disowned().order_by(assignments.c.ended_at, assignments.c.id).limit(limit).offset(offset)
    )
    return [Disowned(**row) for row in await tx.rows(statement)]


async def disowned_one(tx: Transaction, assignment_id: int) -> Disowned | None:
    """One assignment that was given back and is not decided yet."""
    row = await tx.row(_disowned().where(assignments.c.id == assignment_id))
    return None if row is None else Disowned(**row)


async def stands(tx: Transaction, item_id: int) -> list[Stand]:
    """Everybody who answers for an item, has it as a draft, or gave it back; the lead first."""
    statement = (
        select(
            assignments.c.id.label("assignment_id"),
            institutions.c.names,
            assignments.c.part,
            assignments.c.state,
            assignments.c.due_on,
            assignments.c.status,
            assignments.c.report_state,
            assignments.c.uncleared_state,
            assignments.c.clearance_chosen,
            institutions.c.clearance,
        )
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .where(
            assignments.c.item_id == item_id,
            assignments.c.state != AssignmentState.ENDED.value,
        )
        .order_by(assignments.c.part.desc(), institutions.c.code)
    )
    found = []
    for row in map(dict, await tx.rows(statement)):
        inside = row.pop("uncleared_state")
        chosen = row.pop("clearance_chosen")
        values: dict[str, Any] = {
            **row,
            "uncleared": inside == ReportState.UNCLEARED.value,
            "clearance": chosen if row["clearance"] == Rule.CHOSEN.value else None,
            "part": Part(row["part"]),
            "state": AssignmentState(row["state"]),
            "report_state": row["report_state"] and ReportState(row["report_state"]),
        }
        found.append(Stand(**values))
    return found


def _count(table: Any, condition: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.count()).select_from(table).where(condition).scalar_subquery()


def _is_overdue(today: date) -> ColumnElement[bool]:
    """Announced, past its day, and not answered since; a returned report is no answer."""
    unanswered = or_(
        assignments.c.answered_due_on.is_(None),
        assignments.c.answered_due_on != assignments.c.due_on,
        assignments.c.report_state == ReportState.RETURNED.value,
    )
    return and_(
        assignments.c.state == AssignmentState.ANNOUNCED.value,
        assignments.c.due_on < today,
        unanswered,
    )


def _unreachable_people() -> Any:
    return people.join(accounts, accounts.c.person_id == people.c.id).join(
        seats, seats.c.person_id == people.c.id
    )


def _is_unreachable(now: datetime) -> ColumnElement[bool]:
    return and_(accounts.c.unreachable_since.is_not(None), is_live(now))


def _held() -> Select[Any]:
    return (
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            institutions.c.names,
            assignments.c.due_on,
            (func.coalesce(assignments.c.uncleared_state, "") == ReportState.UNCLEARED.value).label(
                "uncleared"
            ),
        )
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
    )


def _disowned() -> Select[Any]:
    return (
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            assignments.c.institution_id,
            institutions.c.names,
            assignments.c.disowned_reason.label("reason"),
            assignments.c.suggested_institution_id.label("suggested_id"),
        )
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .where(assignments.c.state == AssignmentState.DISOWNED.value)
    )

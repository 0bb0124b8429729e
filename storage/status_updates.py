"""Status updates: the institutions' reports, numbered, with what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from bot.domain.items import AssignmentState, ReportState
from bot.domain.reports import Reported, ReportKind, StatusUpdate
from storage.clearance import is_word
from storage.counters import next_number
from storage.database import Transaction
from storage.tables import (
    assignments,
    items,
    questions,
    reviews,
    source_documents,
    status_updates,
)

_FIELDS = [each for each in StatusUpdate.__dataclass_fields__ if each != "figures"]
_STANDING = [each.value for each in ReportState if each is not ReportState.WITHDRAWN]
_INSIDE = (ReportState.UNCLEARED.value, ReportState.RETURNED_INSIDE.value)
_WORDS = [each for each in _STANDING if each not in _INSIDE]
_COLUMNS = [status_updates.c[name] for name in _FIELDS]
_CLEARED = (ReportState.SUBMITTED.value, ReportState.APPROVED.value)


def is_cleared(said: Any = status_updates) -> ColumnElement[bool]:
    """The condition that a status update has left its institution and stands there.

    What the institution itself has not cleared yet, what came back and what was withdrawn is not.
    """
    cleared: ColumnElement[bool] = said.c.state.in_(_CLEARED)
    return cleared


@dataclass(frozen=True)
class Comment:
    """What the secretariat wrote when it decided on a status update."""

    decision: str
    words: str | None
    language: str | None
    at: datetime


@dataclass(frozen=True)
class Arrived:
    """What has come in since a moment, for the secretariat's one notice of the day."""

    reports: int
    questions: int
    not_ours: int


async def next_in_year(tx: Transaction, year: int) -> str:
    """The next number of that year: `SU-2026-0042`; who asks next waits for this transaction."""
    number = await next_number(tx, f"SU-{year}")
    return f"SU-{year}-{number:04}"


async def add(
    tx: Transaction,
    *,
    number: str,
    assignment_id: int,
    seat_id: int | None,
    kind: ReportKind,
    status: str,
    previous_status: str | None,
    as_of: date,
    measures: str,
    remaining: str | None,
    language: str,
    now: datetime,
    due_on: date | None,
    needs_clearance: bool,
    source: str | None = None,
    source_on: date | None = None,
) -> int:
    """A new status update, submitted, or waiting for clearance; gives its id."""
    state = ReportState.UNCLEARED if needs_clearance else ReportState.SUBMITTED
    result = await tx.execute(
        insert(status_updates).values(
            number=number,
            assignment_id=assignment_id,
            seat_id=seat_id,
            kind=kind.value,
            state=state.value,
            status=status,
            previous_status=previous_status,
            as_of=as_of,
            measures=measures,
            remaining=remaining,
            language=language,
            source=source,
            source_on=source_on,
            submitted_at=now,
            due_on=due_on,
            needs_clearance=needs_clearance,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def _as_status_update(row: Any) -> StatusUpdate:
    values = {name: row[name] for name in _FIELDS}
    values["kind"] = ReportKind(values["kind"])
    values["state"] = ReportState(values["state"])
    return StatusUpdate(**values)


async def get(tx: Transaction, status_update_id: int) -> StatusUpdate | None:
    """The status update of that id."""
    row = await tx.row(select(*_COLUMNS).where(status_updates.c.id == status_update_id))
    return None if row is None else _as_status_update(row)


async def of_ids(tx: Transaction, status_update_ids: Sequence[int]) -> list[StatusUpdate]:
    """These status updates."""
    rows = await tx.rows(select(*_COLUMNS).where(status_updates.c.id.in_(status_update_ids)))
    return [_as_status_update(row) for row in rows]


async def of_institutions(
    tx: Transaction, institution_ids: Sequence[int], *, limit: int, offset: int = 0
) -> list[Reported]:
    """What these institutions have reported and not withdrawn, the newest first."""
    statement = (
        select(
            status_updates.c.id,
            status_updates.c.number,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            status_updates.c.status,
            status_updates.c.as_of,
        )
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(
            assignments.c.institution_id.in_(institution_ids),
            assignments.c.state != AssignmentState.DRAFT.value,
            status_updates.c.state.in_(_STANDING),
        )
        .order_by(status_updates.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Reported(**row) for row in await tx.rows(statement)]


async def of_assignment(
    tx: Transaction, assignment_id: int, *, limit: int, offset: int = 0
) -> list[StatusUpdate]:
    """The assignment's status updates, newest first, withdrawn ones too."""
    statement = (
        select(*_COLUMNS)
        .where(status_updates.c.assignment_id == assignment_id)
        .order_by(status_updates.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_as_status_update(row) for row in await tx.rows(statement)]


async def count_of(tx: Transaction, assignment_id: int) -> int:
    """How many status updates the assignment has, withdrawn ones too."""
    statement = select(func.count()).where(status_updates.c.assignment_id == assignment_id)
    return int(await tx.value(statement))


async def standing(tx: Transaction, assignment_id: int) -> list[StatusUpdate]:
    """The institution's newest words that stand: the last, and what came right before it."""
    statement = _standing(assignment_id).where(is_word()).limit(20)
    return [_as_status_update(row) for row in await tx.rows(statement)]


async def newest(tx: Transaction, assignment_id: int) -> StatusUpdate | None:
    """What was sent last and not withdrawn, be it the institution's word or not."""
    row = await tx.row(_standing(assignment_id).limit(1))
    return None if row is None else _as_status_update(row)


def _standing(assignment_id: int) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(
            status_updates.c.assignment_id == assignment_id,
            status_updates.c.state != ReportState.WITHDRAWN.value,
        )
        .order_by(status_updates.c.id.desc())
    )


async def lock(tx: Transaction, status_update_id: int) -> None:
    """Whoever else would decide on this status update waits for this transaction."""
    await tx.value(
        select(status_updates.c.id).where(status_updates.c.id == status_update_id).with_for_update()
    )


async def decide(
    tx: Transaction,
    status_update_id: int,
    state: ReportState,
    *,
    version: int | None = None,
    now: datetime,
) -> bool:
    """Give a submitted status update its fate; False if it has one already.

    One that waits for clearance can be withdrawn, and nothing else. With `version`, False also
    where it was amended since.
    """
    undecided = [ReportState.SUBMITTED.value]
    if state is ReportState.WITHDRAWN:
        undecided.append(ReportState.UNCLEARED.value)
    waits = [status_updates.c.id == status_update_id, status_updates.c.state.in_(undecided)]
    if version is not None:
        waits.append(status_updates.c.version == version)
    result = await tx.execute(
        update(status_updates).where(*waits).values(state=state.value, decided_at=now)
    )
    return result.rowcount == 1


async def last_comment(tx: Transaction, status_update_id: int) -> Comment | None:
    """The secretariat's newest decision on it, with what was written."""
    statement = (
        select(
            reviews.c.decision, reviews.c.comment.label("words"), reviews.c.language, reviews.c.at
        )
        .where(reviews.c.status_update_id == status_update_id)
        .order_by(reviews.c.id.desc())
        .limit(1)
    )
    row = await tx.row(statement)
    return None if row is None else Comment(**row)


async def arrived_since(tx: Transaction, moment: datetime) -> Arrived:
    """How many reports (once they are cleared), questions and "not ours" came in since then."""
    sent = select(func.count()).where(
        status_updates.c.submitted_at >= moment,
        status_updates.c.state.in_(_WORDS),  # so that the index on state and moment is used
        ~status_updates.c.needs_clearance,
    )
    cleared = select(func.count()).where(
        status_updates.c.cleared_at >= moment,
        func.coalesce(status_updates.c.state, "").in_(_WORDS),  # by the index on this moment
    )
    asked = select(func.count()).where(questions.c.asked_at >= moment)
    disowned = select(func.count()).where(
        assignments.c.state == AssignmentState.DISOWNED.value, assignments.c.ended_at >= moment
    )
    reports = int(await tx.value(sent)) + int(await tx.value(cleared))
    return Arrived(reports, await tx.value(asked), await tx.value(disowned))

"""Reviews: the reports that wait for the secretariat, and what it decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.domain.items import ReportState
from bot.domain.review import (
    NO_CLUSTER,
    WHOLE,
    Approved,
    By,
    Narrows,
    OpenedBy,
    Queue,
    ReturnedBefore,
    Trait,
    Waiting,
)
from bot.domain.selection import mark
from storage.clearance import is_word
from storage.database import Transaction
from storage.tables import (
    assignments,
    clusters,
    institutions,
    items,
    people,
    review_desks,
    reviews,
    source_documents,
    status_updates,
)
from storage.upsert import insert_or_update


async def queue(
    tx: Transaction,
    *,
    today: date,
    limit: int,
    offset: int = 0,
    behind: Waiting | None = None,
    narrowed: Queue = WHOLE,
) -> list[Waiting]:
    """Reports to review: of overdue items first, then the oldest; only those `behind` one."""
    rank = case((_is_overdue(today), 0), else_=1)
    statement = (
        _waiting()
        .where(await _passes(tx, narrowed, today))
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
    row = await tx.row(_earlier(assignment_id, before, ReportState.APPROVED))
    if row is None:
        return None
    values = {name: row[name] for name in Approved.__dataclass_fields__ if name in row}
    return Approved(**values, note=row["comment"], note_language=row["comment_language"])


async def returned_before(
    tx: Transaction, assignment_id: int, *, before: int
) -> ReturnedBefore | None:
    """The newest returned report of the assignment before that one, unless one was approved since.

    That is what the report is a second try of.
    """
    row = await tx.row(_earlier(assignment_id, before, ReportState.RETURNED))
    if row is None:
        return None
    approved = await tx.row(_earlier(assignment_id, before, ReportState.APPROVED))
    if approved is not None and approved["id"] > row["id"]:
        return None
    return ReturnedBefore(**{name: row[name] for name in ReturnedBefore.__dataclass_fields__})


def _earlier(assignment_id: int, before: int, state: ReportState) -> Select[Any]:
    """The newest report of that state before that one, with what the secretariat wrote of it."""
    return (
        select(
            status_updates.c.id,
            status_updates.c.number,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.measures,
            status_updates.c.remaining,
            status_updates.c.language,
            reviews.c.comment,
            reviews.c.language.label("comment_language"),
        )
        .outerjoin(reviews, is_decision())
        .where(
            status_updates.c.assignment_id == assignment_id,
            status_updates.c.state == state.value,
            status_updates.c.id < before,
        )
        .order_by(status_updates.c.id.desc(), reviews.c.id.desc())
        .limit(1)
    )


def is_decision() -> ColumnElement[bool]:
    """Joins to each status update the decision that gave it its state."""
    return and_(
        reviews.c.status_update_id == status_updates.c.id,
        reviews.c.decision == status_updates.c.state,
    )


async def count(
    tx: Transaction, *, today: date, but: int | None = None, narrowed: Queue = WHOLE
) -> int:
    """How many reports wait; `but` leaves one out."""
    condition = await _passes(tx, narrowed, today)
    if but is not None:
        condition = and_(condition, status_updates.c.id != but)
    statement = _narrowed(func.count()).where(condition)
    return int(await tx.value(statement))


async def choices(tx: Transaction, narrowed: Queue, by: By, *, today: date) -> list[Narrows]:
    """The values of that kind that the queue could be narrowed to, the most frequent first.

    Each leaves so many reports, whatever value of that kind it is narrowed to now.
    """
    condition = await _passes(tx, narrowed.narrowed(by, None), today)
    match by:
        case By.INSTITUTION:
            value: ColumnElement[Any] = institutions.c.id
            name: ColumnElement[Any] = institutions.c.code
        case By.DOCUMENT:
            value, name = source_documents.c.id, source_documents.c.symbol
        case By.CLUSTER:
            value, name = clusters.c.id, clusters.c.name
        case By.MECHANISM:
            value = name = source_documents.c.mechanism
    number = func.count().label("n")
    statement = (
        _narrowed(value.label("value"), name.label("name"), number)
        .where(condition)
        .group_by(value, name)
        .order_by(number.desc(), name)
    )
    rows = await tx.rows(statement)
    if by is By.MECHANISM:
        return [Narrows(mark(row["name"]), row["n"], row["name"]) for row in rows]
    names = await _names_of(tx, [row["value"] for row in rows]) if by is By.INSTITUTION else {}
    return [
        Narrows(
            str(row["value"] or NO_CLUSTER), row["n"], row["name"] or "", names.get(row["value"])
        )
        for row in rows
    ]


async def trait_counts(tx: Transaction, narrowed: Queue, *, today: date) -> dict[Trait, int]:
    """How many reports each trait would leave, together with what else narrows the queue."""
    return {
        each: await count(
            tx,
            today=today,
            narrowed=narrowed if each in narrowed.traits else narrowed.toggled(each),
        )
        for each in Trait
    }


async def value_named(tx: Transaction, narrowed: Queue, by: By) -> Narrows | None:
    """How the value is called that the queue is narrowed to; None where it is no more."""
    if by is By.MECHANISM:
        found = await _mechanisms(tx, narrowed.by[by])
        return Narrows(narrowed.by[by], 0, found[0]) if found else None
    key = narrowed.number(by)
    if by is By.INSTITUTION:
        names = await _names_of(tx, [key])
        return Narrows(str(key), 0, names=names[key]) if names else None
    if by is By.CLUSTER and not key:
        return Narrows(NO_CLUSTER, 0)
    column = source_documents.c.symbol if by is By.DOCUMENT else clusters.c.name
    name = await tx.value(select(column).where(column.table.c.id == key))
    return None if name is None else Narrows(str(key), 0, name)


# -- An officer's desk -----------------------------------------------------------------------------


async def queue_of(tx: Transaction, person_id: int) -> str:
    """The code of what the officer's queue is narrowed to."""
    code = await tx.value(select(review_desks.c.queue).where(review_desks.c.person_id == person_id))
    return code or WHOLE.code


async def narrow(tx: Transaction, person_id: int, narrowed: Queue) -> None:
    """Narrow an officer's queue, until they change it."""
    row = {"person_id": person_id, "queue": narrowed.code}
    await insert_or_update(tx, review_desks, row, key=["person_id"])


async def open_(
    tx: Transaction, person_id: int, item_id: int, status_update_id: int | None, *, now: datetime
) -> None:
    """The officer has that report on the item open now, or its consolidation, and nothing else."""
    row = {
        "person_id": person_id,
        "item_id": item_id,
        "status_update_id": status_update_id,
        "opened_at": now,
    }
    await insert_or_update(tx, review_desks, row, key=["person_id"])


async def opened_by_others(
    tx: Transaction, item_id: int, *, but: int, since: datetime
) -> OpenedBy | None:
    """The colleague who opened something of that item last, since then, and nothing else after."""
    statement = (
        select(
            people.c.name,
            review_desks.c.opened_at.label("at"),
            review_desks.c.status_update_id,
            status_updates.c.number,
        )
        .join(people, people.c.id == review_desks.c.person_id)
        .outerjoin(status_updates, status_updates.c.id == review_desks.c.status_update_id)
        .where(
            review_desks.c.item_id == item_id,
            review_desks.c.person_id != but,
            review_desks.c.opened_at > since,
        )
        .order_by(review_desks.c.opened_at.desc())
        .limit(1)
    )
    row = await tx.row(statement)
    return None if row is None else OpenedBy(**row)


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


# -- Inside ----------------------------------------------------------------------------------------


def _waiting() -> Select[Any]:
    return _narrowed(
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


def _narrowed(*columns: Any) -> Select[Any]:
    """These columns of reports with all that the queue can be narrowed by."""
    return select(*columns).select_from(
        status_updates.join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .outerjoin(clusters, clusters.c.id == items.c.cluster_id)
    )


async def _passes(tx: Transaction, narrowed: Queue, today: date) -> ColumnElement[bool]:
    """The condition on a report to wait and to be among those that are meant."""
    conditions: list[ColumnElement[bool]] = [status_updates.c.state == ReportState.SUBMITTED.value]
    for by in narrowed.by:
        match by:
            case By.INSTITUTION:
                conditions.append(institutions.c.id == narrowed.number(by))
            case By.DOCUMENT:
                conditions.append(source_documents.c.id == narrowed.number(by))
            case By.CLUSTER:
                key = narrowed.number(by)
                column = items.c.cluster_id
                conditions.append(column == key if key else column.is_(None))
            case By.MECHANISM:
                named = await _mechanisms(tx, narrowed.by[by])
                conditions.append(source_documents.c.mechanism.in_(named))
    has = {
        Trait.OVERDUE: _is_overdue(today),
        Trait.CHANGED: and_(
            status_updates.c.previous_status.is_not(None),
            status_updates.c.previous_status != status_updates.c.status,
        ),
        Trait.RETURNED: _was_returned_before(),
    }
    return and_(*conditions, *(has[each] for each in Trait if each in narrowed.traits))


def _is_overdue(today: date) -> ColumnElement[bool]:
    return and_(assignments.c.due_on.is_not(None), assignments.c.due_on < today)


def _was_returned_before() -> ColumnElement[bool]:
    earlier = status_updates.alias("earlier")
    return exists().where(
        earlier.c.assignment_id == assignments.c.id,
        earlier.c.state == ReportState.RETURNED.value,
        earlier.c.id < status_updates.c.id,
    )


async def _mechanisms(tx: Transaction, marked: str) -> list[str]:
    """The mechanisms whose names have that mark; hardly ever more than one."""
    names = await tx.values(select(source_documents.c.mechanism).distinct())
    return [each for each in names if mark(each) == marked]


async def _names_of(tx: Transaction, institution_ids: Sequence[int]) -> dict[int, Any]:
    statement = select(institutions.c.id, institutions.c.names).where(
        institutions.c.id.in_(institution_ids)
    )
    return {row["id"]: row["names"] for row in await tx.rows(statement)}

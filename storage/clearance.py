"""Clearance: reports that are not their institution's word yet, and what validators decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update

from bot.domain.clearance import Case, Decision, Notice, Rule, Shown, Uncleared, writers
from bot.domain.items import ReportState
from bot.domain.review import ReturnedBefore
from storage.database import Transaction
from storage.tables import (
    assignments,
    clearance_notices,
    clearances,
    institutions,
    items,
    people,
    seats,
    source_documents,
    status_updates,
)
from storage.upsert import insert_missing_rows

_UNCLEARED = status_updates.c.state == ReportState.UNCLEARED.value
_amenders = seats.alias("amenders")
_SINCE = func.coalesce(status_updates.c.amended_at, status_updates.c.submitted_at)


def is_word(updates: Any = status_updates) -> ColumnElement[bool]:
    """Whether a status update is its institution's word: it is cleared, or need not be.

    The words and files of others are the institution's own affair; so is what was withdrawn before
    it was cleared. In Python this is `StatusUpdate.is_word`.
    """
    return or_(~updates.c.needs_clearance, updates.c.cleared_at.is_not(None))


# -- The rule --------------------------------------------------------------------------------------


async def rule(tx: Transaction, institution_id: int) -> Rule:
    """What that institution lets go out only with clearance."""
    found = select(institutions.c.clearance).where(institutions.c.id == institution_id)
    return Rule(await tx.value(found))


async def set_rule(tx: Transaction, institution_id: int, wanted: Rule) -> None:
    """It asks for clearance as that says, of what is sent from now on."""
    await tx.execute(
        update(institutions)
        .where(institutions.c.id == institution_id)
        .values(clearance=wanted.value)
    )


async def chosen(tx: Transaction, institution_id: int) -> int:
    """How many of its assignments are marked for clearance."""
    statement = select(func.count()).select_from(assignments)
    return int(
        await tx.value(
            statement.where(
                assignments.c.institution_id == institution_id, assignments.c.clearance_chosen
            )
        )
    )


# -- What waits ------------------------------------------------------------------------------------


async def get(tx: Transaction, status_update_id: int) -> Uncleared | None:
    """A report with its item and its institution, whatever became of it."""
    row = await tx.row(_reports().where(status_updates.c.id == status_update_id))
    return None if row is None else Uncleared(**row)


async def queue(
    tx: Transaction,
    institution_ids: Sequence[int],
    person_id: int,
    *,
    limit: int,
    offset: int = 0,
    behind: int | None = None,
) -> list[Uncleared]:
    """What waits in these institutions for others than its writers, in the order it was sent.

    `behind` leaves out what came before that report, and itself.
    """
    statement = _reports().where(*_for(institution_ids, person_id))
    if behind is not None:
        statement = statement.where(status_updates.c.id > behind)
    rows = await tx.rows(statement.order_by(status_updates.c.id).limit(limit).offset(offset))
    return [Uncleared(**row) for row in rows]


async def count(tx: Transaction, institution_ids: Sequence[int], person_id: int) -> int:
    """How many wait there for others than their writers."""
    found = await tx.value(
        select(func.count()).select_from(_authored()).where(*_for(institution_ids, person_id))
    )
    return int(found)


async def everywhere(tx: Transaction, *, limit: int, offset: int = 0) -> list[Uncleared]:
    """What waits inside all institutions, the longest first."""
    statement = _reports().where(_UNCLEARED).order_by(_SINCE)
    rows = await tx.rows(statement.order_by(status_updates.c.id).limit(limit).offset(offset))
    return [Uncleared(**row) for row in rows]


async def count_of(tx: Transaction, institution_id: int) -> int:
    """How many wait inside that institution, whoever sent them."""
    statement = select(func.count()).select_from(_authored())
    here = assignments.c.institution_id == institution_id
    return int(await tx.value(statement.where(_UNCLEARED, here)))


async def needless(
    tx: Transaction, institution_id: int, wanted: Rule, *, person_id: int | None = None
) -> list[Uncleared]:
    """What waits inside that institution and would not, were that its rule; as it was sent.

    Of that person nothing: what they wrote goes on waiting for somebody else.
    """
    if wanted is Rule.ALWAYS:
        return []
    here = assignments.c.institution_id == institution_id
    statement = _reports().where(_UNCLEARED, here, *_by_others(person_id))
    if wanted is Rule.CHOSEN:
        statement = statement.where(~assignments.c.clearance_chosen)
    return [Uncleared(**row) for row in await tx.rows(statement.order_by(status_updates.c.id))]


async def count_everywhere(tx: Transaction) -> int:
    """How many wait inside all institutions."""
    statement = select(func.count()).select_from(status_updates).where(_UNCLEARED)
    return int(await tx.value(statement))


async def of_ids(tx: Transaction, status_update_ids: Iterable[int]) -> list[Uncleared]:
    """These reports, in the order they were sent."""
    statement = _reports().where(status_updates.c.id.in_(list(status_update_ids)))
    return [Uncleared(**row) for row in await tx.rows(statement.order_by(status_updates.c.id))]


def _for(institution_ids: Sequence[int], person_id: int) -> list[ColumnElement[bool]]:
    here = assignments.c.institution_id.in_(institution_ids)
    return [_UNCLEARED, here, *_by_others(person_id)]


def _by_others(person_id: int | None) -> list[ColumnElement[bool]]:
    """Neither sent by that person nor, in its newest version, written by them."""
    writers = (seats.c.person_id, _amenders.c.person_id)
    return [or_(each.is_(None), each != person_id) for each in writers if person_id is not None]


def _authored() -> Any:
    return (
        status_updates.join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .outerjoin(seats, seats.c.id == status_updates.c.seat_id)
        .outerjoin(_amenders, _amenders.c.id == status_updates.c.amended_by)
    )


def _reports() -> Select[Any]:
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
            status_updates.c.amended_at,
            status_updates.c.version,
            status_updates.c.status,
            seats.c.person_id.label("author"),
            _amenders.c.person_id.label("amender"),
        )
        .select_from(_authored())
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
    )


# -- Deciding --------------------------------------------------------------------------------------


async def clear(
    tx: Transaction, shown: Shown, seat_id: int, *, now: datetime, **amended: Any
) -> bool:
    """That version is the institution's word now, as `amended`; False where it was decided on."""
    return await _move(
        tx,
        shown,
        state=ReportState.SUBMITTED.value,
        cleared_at=now,
        cleared_by=seat_id,
        **amended,
    )


async def return_(tx: Transaction, shown: Shown) -> bool:
    """That version goes back to who sent it; False where it was decided on."""
    return await _move(tx, shown, state=ReportState.RETURNED_INSIDE.value)


async def let_go(tx: Transaction, status_update_id: int, *, now: datetime) -> bool:
    """It is a word from now on, and nobody has cleared it; False where it was decided on."""
    whole = Shown(status_update_id, 0)
    return await _move(tx, whole, state=ReportState.SUBMITTED.value, cleared_at=now)


async def _move(tx: Transaction, shown: Shown, **values: Any) -> bool:
    of_that_version = [status_updates.c.version == shown.version] if shown.version else []
    result = await tx.execute(
        update(status_updates)
        .where(status_updates.c.id == shown.status_update_id, _UNCLEARED, *of_that_version)
        .values(**values)
    )
    return result.rowcount == 1


async def add(
    tx: Transaction,
    status_update_id: int,
    seat_id: int,
    decision: Decision,
    *,
    comment: str | None = None,
    language: str | None = None,
    now: datetime,
) -> None:
    """Record what a validator decided."""
    await tx.execute(
        insert(clearances).values(
            status_update_id=status_update_id,
            seat_id=seat_id,
            decision=decision.value,
            comment=comment,
            language=language,
            at=now,
        )
    )


@dataclass(frozen=True)
class Decided:
    """What a validator decided on a report, and who."""

    decision: Decision
    name: str
    comment: str | None
    language: str | None
    at: datetime


async def last_decision(tx: Transaction, status_update_id: int) -> Decided | None:
    """What was decided last on that report inside its institution."""
    row = await tx.row(
        select(
            clearances.c.decision,
            people.c.name,
            clearances.c.comment,
            clearances.c.language,
            clearances.c.at,
        )
        .join(seats, seats.c.id == clearances.c.seat_id)
        .join(people, people.c.id == seats.c.person_id)
        .where(clearances.c.status_update_id == status_update_id)
        .order_by(clearances.c.id.desc())
        .limit(1)
    )
    return None if row is None else Decided(**{**row, "decision": Decision(row["decision"])})


async def returned_before(
    tx: Transaction, assignment_id: int, *, before: int
) -> ReturnedBefore | None:
    """The report that came back inside the institution just before that one was sent, if one did.

    That is what the report is a second try of.
    """
    row = await tx.row(
        select(
            status_updates.c.id,
            status_updates.c.state,
            status_updates.c.number,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.measures,
            status_updates.c.remaining,
            status_updates.c.language,
            clearances.c.comment,
            clearances.c.language.label("comment_language"),
        )
        .outerjoin(clearances, clearances.c.status_update_id == status_updates.c.id)
        .where(
            status_updates.c.assignment_id == assignment_id,
            status_updates.c.state != ReportState.WITHDRAWN.value,
            status_updates.c.id < before,
        )
        .order_by(status_updates.c.id.desc(), clearances.c.id.desc())
        .limit(1)
    )
    if row is None or row["state"] != ReportState.RETURNED_INSIDE.value:
        return None
    return ReturnedBefore(**{name: row[name] for name in ReturnedBefore.__dataclass_fields__})


# -- Telling ---------------------------------------------------------------------------------------


async def cases(tx: Transaction) -> list[Case]:
    """Everything that waits for clearance, with who was told of it."""
    rows = await tx.rows(
        select(
            status_updates.c.id.label("status_update_id"),
            assignments.c.institution_id,
            seats.c.person_id.label("author"),
            _amenders.c.person_id.label("amender"),
            _SINCE.label("since"),
        )
        .select_from(_authored())
        .where(_UNCLEARED)
        .order_by(status_updates.c.id)
    )
    told: dict[int, dict[tuple[int, int], datetime]] = {}
    for each in await tx.rows(
        select(clearance_notices)
        .join(status_updates, status_updates.c.id == clearance_notices.c.status_update_id)
        .where(_UNCLEARED)
    ):
        own = told.setdefault(each["status_update_id"], {})
        own[each["person_id"], each["rung"]] = each["at"]
    return [
        Case(
            row["status_update_id"],
            row["institution_id"],
            writers(row["author"], row["amender"]),
            row["since"],
            told.get(row["status_update_id"], {}),
        )
        for row in rows
    ]


async def any_waits(tx: Transaction) -> bool:
    """Whether anything waits for clearance."""
    return await tx.value(select(status_updates.c.id).where(_UNCLEARED).limit(1)) is not None


async def tell_anew(tx: Transaction, status_update_id: int) -> None:
    """Another version waits: nobody is told of that one yet."""
    which = clearance_notices.c.status_update_id == status_update_id
    await tx.execute(delete(clearance_notices).where(which))


async def note(tx: Transaction, told: Iterable[Notice], *, now: datetime) -> None:
    """They are told of it."""
    rows = [
        {
            "status_update_id": each.status_update_id,
            "person_id": each.person_id,
            "rung": each.rung,
            "at": now,
        }
        for each in told
    ]
    if rows:
        await insert_missing_rows(tx, clearance_notices, rows)

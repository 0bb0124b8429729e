"""Threads: what the secretariat asks about status updates, and what institutions answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, select, update

from bot.domain.items import AssignmentState, ReportState
from bot.domain.threads import Said, Side, Thread
from storage.database import Transaction
from storage.tables import (
    assignments,
    institutions,
    items,
    source_documents,
    status_updates,
    thread_words,
    threads,
)
from storage.upsert import insert_or_update


async def say(
    tx: Transaction,
    status_update_id: int,
    side: Side,
    words: str,
    language: str,
    *,
    seat_id: int,
    now: datetime,
) -> int:
    """Add a message, the first of which makes the thread; gives the message's id.

    The other side is waited for then. An officer's seat is who hears the next answer.
    """
    if side is Side.SECRETARIAT:
        row = {
            "status_update_id": status_update_id,
            "waits_for": Side.INSTITUTION.value,
            "seat_id": seat_id,
            "said_at": now,
        }
        await insert_or_update(tx, threads, row, key=["status_update_id"])
    else:
        await tx.execute(
            update(threads)
            .where(threads.c.status_update_id == status_update_id)
            .values(waits_for=Side.SECRETARIAT.value, said_at=now)
        )
    result = await tx.execute(
        insert(thread_words).values(
            status_update_id=status_update_id,
            side=side.value,
            seat_id=seat_id,
            words=words,
            language=language,
            said_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, status_update_id: int) -> Thread | None:
    """The thread about that status update."""
    row = await tx.row(_threads().where(threads.c.status_update_id == status_update_id))
    return None if row is None else _thread(row)


async def words_of(tx: Transaction, status_update_id: int) -> list[Said]:
    """All that was said about that status update, in its order."""
    statement = (
        select(
            thread_words.c.side,
            thread_words.c.words,
            thread_words.c.language,
            thread_words.c.said_at,
        )
        .where(thread_words.c.status_update_id == status_update_id)
        .order_by(thread_words.c.id)
    )
    return [Said(**{**row, "side": Side(row["side"])}) for row in await tx.rows(statement)]


async def open_ones(
    tx: Transaction,
    institution_ids: Sequence[int] | None,
    *,
    limit: int,
    offset: int = 0,
) -> list[Thread]:
    """Threads whose reports wait for review, the longest silent first.

    Of these institutions those that wait for them; of all (None) those with an answer come first.
    """
    statement = _threads().where(_is_open(institution_ids))
    answered = threads.c.waits_for != Side.SECRETARIAT.value
    order = (answered, threads.c.said_at, threads.c.status_update_id)
    rows = await tx.rows(statement.order_by(*order).limit(limit).offset(offset))
    return [_thread(row) for row in rows]


async def count_open(tx: Transaction, institution_ids: Sequence[int] | None) -> int:
    """How many threads `open_ones` would list."""
    return int(await tx.value(select(func.count()).select_from(_open(institution_ids))))


async def open_of(tx: Transaction, assignment_id: int) -> list[int]:
    """The reports on an assignment that wait for review and about which something was asked."""
    statement = (
        select(threads.c.status_update_id)
        .join(status_updates, status_updates.c.id == threads.c.status_update_id)
        .where(
            status_updates.c.assignment_id == assignment_id,
            status_updates.c.state == ReportState.SUBMITTED.value,
        )
        .order_by(threads.c.said_at.desc())
    )
    return [int(each) for each in await tx.values(statement)]


def count_answered() -> Any:
    """How many threads wait for the secretariat, as a part of another statement."""
    found = _threads().where(_is_open(None), threads.c.waits_for == Side.SECRETARIAT.value)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def _open(institution_ids: Sequence[int] | None) -> Any:
    return _threads().where(_is_open(institution_ids)).subquery()


def _is_open(institution_ids: Sequence[int] | None) -> ColumnElement[bool]:
    waits = status_updates.c.state == ReportState.SUBMITTED.value
    if institution_ids is None:
        return waits
    return and_(
        waits,
        threads.c.waits_for == Side.INSTITUTION.value,
        assignments.c.institution_id.in_(institution_ids),
        assignments.c.state == AssignmentState.ANNOUNCED.value,
    )


def _threads() -> Select[Any]:
    return (
        select(
            threads.c.status_update_id,
            status_updates.c.number,
            status_updates.c.assignment_id,
            status_updates.c.state,
            assignments.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            assignments.c.institution_id,
            institutions.c.names,
            threads.c.waits_for,
            threads.c.seat_id,
            threads.c.said_at,
        )
        .join(status_updates, status_updates.c.id == threads.c.status_update_id)
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
    )


def _thread(row: Any) -> Thread:
    values = {name: row[name] for name in Thread.__dataclass_fields__ if name in row}
    waits = Side(row["waits_for"])
    return Thread(
        **{**values, "waits_for": waits, "open": row["state"] == ReportState.SUBMITTED.value}
    )

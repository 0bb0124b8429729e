"""The reporting calendar, and the days on which institutions owe something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, update

from bot.domain.deadlines import Deadline, DeadlineKind, DeadlineState, Offset
from bot.domain.items import AssignmentState
from bot.domain.requests import ItemState, Request, RequestState
from storage import requests as request_queries
from storage.database import Transaction
from storage.tables import (
    assignments,
    deadlines,
    institutions,
    items,
    request_items,
    requests,
    source_documents,
)

_OPEN = deadlines.c.state == DeadlineState.OPEN.value


# -- The calendar ----------------------------------------------------------------------------------


async def add(tx: Transaction, uid: str, *, now: datetime, **values: Any) -> int:
    """A new open deadline; its columns by name. Gives its id."""
    result = await tx.execute(
        insert(deadlines).values(
            uid=uid, state=DeadlineState.OPEN.value, created_at=now, **_packed(values)
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def change(tx: Transaction, deadline_id: int, **values: Any) -> None:
    """Change columns of a deadline."""
    await tx.execute(
        update(deadlines).where(deadlines.c.id == deadline_id).values(**_packed(values))
    )


async def move(
    tx: Transaction, deadline_id: int, *, from_: Sequence[DeadlineState], to: DeadlineState
) -> bool:
    """Take the deadline on to another state; False where it is in none of these."""
    result = await tx.execute(
        update(deadlines)
        .where(deadlines.c.id == deadline_id, deadlines.c.state.in_([each.value for each in from_]))
        .values(state=to.value)
    )
    return result.rowcount == 1


async def unlink(tx: Transaction, request_id: int) -> None:
    """That request never went out: no deadline was turned into it."""
    await tx.execute(
        update(deadlines).where(deadlines.c.request_id == request_id).values(request_id=None)
    )


async def get(tx: Transaction, deadline_id: int) -> Deadline | None:
    """The deadline of that id; locked until the transaction ends."""
    row = await tx.row(
        _deadlines().where(deadlines.c.id == deadline_id).with_for_update(of=deadlines)
    )
    return None if row is None else _deadline(row)


async def count(tx: Transaction, *, closed: bool = False) -> int:
    """How many are open, or how many are not any more."""
    statement = select(func.count()).select_from(deadlines).where(_is(closed=closed))
    return int(await tx.value(statement))


async def page(
    tx: Transaction, *, limit: int, offset: int = 0, closed: bool = False
) -> list[Deadline]:
    """Open deadlines, the nearest first; closed ones, the latest first."""
    order = deadlines.c.day.desc() if closed else deadlines.c.day
    statement = _deadlines().where(_is(closed=closed)).order_by(order, deadlines.c.id)
    rows = await tx.rows(statement.limit(limit).offset(offset))
    return [_deadline(row) for row in rows]


async def every(tx: Transaction) -> list[Deadline]:
    """All of them, by day."""
    rows = await tx.rows(_deadlines().order_by(deadlines.c.day, deadlines.c.id))
    return [_deadline(row) for row in rows]


async def document_of(tx: Transaction, deadline_id: int) -> int | None:
    """The document that a deadline is about."""
    found: int | None = await tx.value(
        select(deadlines.c.document_id).where(deadlines.c.id == deadline_id)
    )
    return found


async def open_for(
    tx: Transaction, document_id: int | None, *, kinds: Iterable[DeadlineKind]
) -> list[tuple[int, date]]:
    """Open deadlines of a document, without one those of these kinds: id and day, by day."""
    which = (
        deadlines.c.kind.in_([each.value for each in kinds])
        if document_id is None
        else deadlines.c.document_id == document_id
    )
    rows = await tx.rows(
        select(deadlines.c.id, deadlines.c.day)
        .where(_OPEN, which)
        .order_by(deadlines.c.day, deadlines.c.id)
    )
    return [(row["id"], row["day"]) for row in rows]


async def to_warn(tx: Transaction, *, until: date) -> list[Deadline]:
    """Open deadlines whose next warning lies on that day or before it, by day."""
    rows = await tx.rows(
        _deadlines()
        .where(_OPEN, deadlines.c.warn_on <= until)
        .order_by(deadlines.c.day, deadlines.c.id)
    )
    return [_deadline(row) for row in rows]


def _is(*, closed: bool) -> ColumnElement[bool]:
    return ~_OPEN if closed else _OPEN


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as their columns hold them."""
    packed = dict(values)
    for name in ("warnings", "warned"):
        if name in packed:
            packed[name] = list(packed[name])
    if isinstance(packed.get("rule"), Offset):
        packed["rule"] = packed["rule"].code
    return packed


def _deadlines() -> Select[Any]:
    own = [deadlines.c[name] for name in Deadline.__dataclass_fields__ if name in deadlines.c]
    return select(*own, source_documents.c.symbol).outerjoin(
        source_documents, source_documents.c.id == deadlines.c.document_id
    )


def _deadline(row: Any) -> Deadline:
    values = dict(row)
    values["kind"] = DeadlineKind(values["kind"])
    values["state"] = DeadlineState(values["state"])
    values["rule"] = Offset.read(values["rule"]) if values["rule"] else None
    values["warnings"] = tuple(values["warnings"])
    values["warned"] = tuple(values["warned"])
    return Deadline(**values)


# -- Documents -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A document that a deadline may be about."""

    id: int
    symbol: str
    published_on: date | None


_DOCUMENT = [source_documents.c[name] for name in Document.__dataclass_fields__]


async def documents(tx: Transaction, *, limit: int) -> list[Document]:
    """Documents, the newest first."""
    newest = func.coalesce(source_documents.c.published_on, date(1900, 1, 1)).desc()
    rows = await tx.rows(
        select(*_DOCUMENT).order_by(newest, source_documents.c.id.desc()).limit(limit)
    )
    return [Document(**row) for row in rows]


async def document(tx: Transaction, document_id: int) -> Document | None:
    """The document of that id."""
    row = await tx.row(select(*_DOCUMENT).where(source_documents.c.id == document_id))
    return None if row is None else Document(**row)


async def documents_called(tx: Transaction, symbols: Sequence[str]) -> dict[str, Document]:
    """The documents of these symbols, by symbol."""
    rows = await tx.rows(select(*_DOCUMENT).where(source_documents.c.symbol.in_(symbols)))
    return {row["symbol"]: Document(**row) for row in rows}


# -- What is due, for calendar files ---------------------------------------------------------------


@dataclass(frozen=True)
class OwedItem:
    """An item that an institution owes a report on by a day."""

    institution_id: int
    names: Mapping[str, str]
    item_id: int
    code: str
    symbol: str
    restricted: bool
    due_on: date


async def owed(tx: Transaction, institution_ids: Sequence[int]) -> list[OwedItem]:
    """What these institutions owe a report on: announced, with a due day, not answered for it."""
    rows = await tx.rows(
        select(
            assignments.c.institution_id,
            institutions.c.names,
            assignments.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            assignments.c.due_on,
        )
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(
            assignments.c.institution_id.in_(institution_ids),
            assignments.c.state == AssignmentState.ANNOUNCED.value,
            assignments.c.due_on.is_not(None),
            or_(
                assignments.c.answered_due_on.is_(None),
                assignments.c.answered_due_on != assignments.c.due_on,
            ),
        )
        .order_by(assignments.c.due_on, assignments.c.institution_id, items.c.ordinal, items.c.id)
    )
    return [OwedItem(**row) for row in rows]


async def open_requests(tx: Transaction) -> list[Request]:
    """Open requests with a due day of their own, by that day."""
    ids = await tx.values(
        select(requests.c.id)
        .where(requests.c.state == RequestState.OPEN.value, requests.c.due_on.is_not(None))
        .order_by(requests.c.due_on, requests.c.id)
    )
    found = [await request_queries.get(tx, each) for each in ids]
    return [each for each in found if each is not None]


async def asked_of(tx: Transaction, institution_ids: Sequence[int]) -> list[tuple[int, int, date]]:
    """Requests beside reports that wait for these institutions: request, institution, due day."""
    rows = await tx.rows(
        select(
            request_items.c.request_id,
            request_items.c.institution_id,
            func.min(request_items.c.due_on).label("due_on"),
        )
        .where(
            and_(
                request_items.c.institution_id.in_(institution_ids),
                request_items.c.assignment_id.is_(None),
                request_items.c.state == ItemState.ASKED.value,
            )
        )
        .group_by(request_items.c.request_id, request_items.c.institution_id)
        .order_by(func.min(request_items.c.due_on), request_items.c.request_id)
    )
    return [(row["request_id"], row["institution_id"], row["due_on"]) for row in rows]

"""Broadcasts: their texts, whom they are for, and who has seen them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.domain.broadcasts import Broadcast, BroadcastState, Recipient, Segment
from bot.domain.items import AssignmentState, ReportState
from bot.domain.requests import ItemState
from storage import outbox
from storage.database import Transaction
from storage.seats import is_live
from storage.tables import (
    accounts,
    assignments,
    broadcast_texts,
    broadcasts,
    deliveries,
    institutions,
    people,
    request_items,
    seats,
)
from storage.upsert import insert_missing_rows

_BROADCAST = [broadcasts.c[name] for name in Broadcast.__dataclass_fields__]


@dataclass(frozen=True)
class Candidate:
    """A person in a seat that fits a segment, whether or not they can be reached."""

    person_id: int
    language: str
    institution_id: int | None
    names: Mapping[str, str] | None
    started: bool
    reachable: bool


# -- Broadcasts ------------------------------------------------------------------------------------


async def add(
    tx: Transaction,
    segment: Segment,
    texts: Mapping[str, str],
    *,
    default_language: str,
    planned_by: int | None,
    sends_at: datetime,
    now: datetime,
    **values: Any,
) -> int:
    """A planned broadcast with its texts by language; further columns by name. Gives its id."""
    result = await tx.execute(
        insert(broadcasts).values(
            state=BroadcastState.PLANNED.value,
            segment=segment.to_json(),
            default_language=default_language,
            planned_by=planned_by,
            created_at=now,
            sends_at=sends_at,
            **values,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    rows = [
        {"broadcast_id": int(key[0]), "language": language, "words": words}
        for language, words in texts.items()
    ]
    await tx.execute(insert(broadcast_texts), rows)
    return int(key[0])


async def get(tx: Transaction, broadcast_id: int) -> Broadcast | None:
    """The broadcast of that id."""
    row = await tx.row(select(*_BROADCAST).where(broadcasts.c.id == broadcast_id))
    return None if row is None else _broadcast(row)


async def texts(tx: Transaction, broadcast_id: int) -> dict[str, str]:
    """What it says, by language."""
    rows = await tx.rows(
        select(broadcast_texts.c.language, broadcast_texts.c.words)
        .where(broadcast_texts.c.broadcast_id == broadcast_id)
        .order_by(broadcast_texts.c.language)
    )
    return {row["language"]: row["words"] for row in rows}


async def move(
    tx: Transaction,
    broadcast_id: int,
    *,
    from_: BroadcastState,
    to: BroadcastState,
    **values: Any,
) -> bool:
    """Take it on to another state; False where somebody else was faster."""
    result = await tx.execute(
        update(broadcasts)
        .where(broadcasts.c.id == broadcast_id, broadcasts.c.state == from_.value)
        .values(state=to.value, **values)
    )
    return result.rowcount == 1


async def lock(tx: Transaction, broadcast_id: int) -> None:
    """Whoever else would take the broadcast on to another state waits for this transaction."""
    own = broadcasts.c.id
    await tx.value(select(own).where(own == broadcast_id).with_for_update())


async def under_way(tx: Transaction, *, now: datetime) -> list[Broadcast]:
    """Those whose time has come, and those that are being sent; the oldest first."""
    rows = await tx.rows(
        select(*_BROADCAST)
        .where(
            or_(
                broadcasts.c.state == BroadcastState.SENDING.value,
                and_(
                    broadcasts.c.state == BroadcastState.PLANNED.value,
                    broadcasts.c.sends_at <= now,
                ),
            )
        )
        .order_by(broadcasts.c.sends_at, broadcasts.c.id)
    )
    return [_broadcast(row) for row in rows]


async def page(tx: Transaction, *, limit: int, offset: int = 0) -> list[Broadcast]:
    """A stretch of them, the newest first, without those that were undone."""
    rows = await tx.rows(
        select(*_BROADCAST)
        .where(broadcasts.c.state != BroadcastState.UNDONE.value)
        .order_by(broadcasts.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_broadcast(row) for row in rows]


async def count(tx: Transaction) -> int:
    """How many there are that were not undone."""
    statement = select(func.count()).select_from(broadcasts)
    return int(await tx.value(statement.where(broadcasts.c.state != BroadcastState.UNDONE.value)))


def _broadcast(row: Any) -> Broadcast:
    return Broadcast(
        **{
            **row,
            "state": BroadcastState(row["state"]),
            "segment": Segment.from_json(row["segment"]),
        }
    )


# -- Whom it is for --------------------------------------------------------------------------------


async def candidates(
    tx: Transaction, segment: Segment, *, bot_id: int, now: datetime
) -> list[Candidate]:
    """Every live seat that fits the segment, with its person; a person of two seats comes twice."""
    own = and_(accounts.c.person_id == seats.c.person_id, accounts.c.bot_id == bot_id)
    rows = await tx.rows(
        select(
            seats.c.person_id,
            people.c.language,
            seats.c.institution_id,
            institutions.c.names,
            exists().where(own).label("started"),
            exists().where(own, accounts.c.unreachable_since.is_(None)).label("reachable"),
        )
        .join(people, people.c.id == seats.c.person_id)
        .outerjoin(institutions, institutions.c.id == seats.c.institution_id)
        .where(is_live(now), *_seats_of(segment), *_institutions_of(segment))
        .order_by(institutions.c.code, people.c.name, seats.c.id)
    )
    found = [Candidate(**row) for row in rows]
    if not segment.languages:
        return found
    return [each for each in found if each.language in segment.languages]


async def institutions_without_seat(
    tx: Transaction, segment: Segment, *, now: datetime
) -> list[Mapping[str, str]]:
    """The names of the segment's institutions where nobody holds such a seat."""
    held = exists().where(
        seats.c.institution_id == institutions.c.id, is_live(now), *_seats_of(segment)
    )
    return await tx.values(
        select(institutions.c.names)
        .where(institutions.c.ended_at.is_(None), ~held, *_institutions_of(segment))
        .order_by(institutions.c.code)
    )


async def kinds(tx: Transaction) -> list[str]:
    """The kinds of institutions that there are."""
    return await tx.values(
        select(institutions.c.kind)
        .where(institutions.c.ended_at.is_(None))
        .distinct()
        .order_by(institutions.c.kind)
    )


def _seats_of(segment: Segment) -> list[ColumnElement[bool]]:
    return [seats.c.role.in_([each.value for each in segment.roles])] if segment.roles else []


def _institutions_of(segment: Segment) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if segment.kinds:
        conditions.append(institutions.c.kind.in_(segment.kinds))
    if segment.institutions:
        conditions.append(institutions.c.id.in_(segment.institutions))
    if segment.with_open_items:
        conditions.append(_has_open_items())
    return conditions


def _has_open_items() -> ColumnElement[bool]:
    """The institution owes a report that has a due date, or something else that was asked."""
    unanswered = or_(
        assignments.c.answered_due_on.is_(None),
        assignments.c.answered_due_on != assignments.c.due_on,
        func.coalesce(assignments.c.report_state == ReportState.RETURNED.value, false()),
    )
    return or_(
        exists().where(
            assignments.c.institution_id == institutions.c.id,
            assignments.c.state == AssignmentState.ANNOUNCED.value,
            assignments.c.due_on.is_not(None),
            unanswered,
        ),
        exists().where(
            request_items.c.institution_id == institutions.c.id,
            request_items.c.state == ItemState.ASKED.value,
        ),
    )


# -- Deliveries ------------------------------------------------------------------------------------


async def deliver(tx: Transaction, broadcast_id: int, person_ids: Iterable[int]) -> None:
    """It is for these people; who is there already stays once."""
    rows = [{"broadcast_id": broadcast_id, "person_id": each} for each in person_ids]
    if rows:
        await insert_missing_rows(tx, deliveries, rows)


async def count_deliveries(tx: Transaction, broadcast_id: int) -> int:
    """How many people it is for."""
    return int(
        await tx.value(
            select(func.count())
            .select_from(deliveries)
            .where(deliveries.c.broadcast_id == broadcast_id)
        )
    )


async def without_message(
    tx: Transaction, broadcast_id: int, prefix: str, *, limit: int
) -> list[Recipient]:
    """The next people it is for to whom nothing is planned yet: no key of prefix and their id."""
    key = literal(prefix) + cast(deliveries.c.person_id, String)
    rows = await tx.rows(
        select(people.c.id.label("person_id"), people.c.language)
        .join(deliveries, deliveries.c.person_id == people.c.id)
        .where(deliveries.c.broadcast_id == broadcast_id, ~outbox.is_known(key))
        .order_by(deliveries.c.person_id)
        .limit(limit)
    )
    return [Recipient(**row) for row in rows]


async def without_seat(tx: Transaction, person_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Those of the people who hold no live seat any more."""
    seated = exists().where(seats.c.person_id == people.c.id, is_live(now))
    return await tx.values(
        select(people.c.id).where(people.c.id.in_(list(person_ids)), ~seated).order_by(people.c.id)
    )


async def is_for(tx: Transaction, broadcast_id: int, person_id: int) -> bool:
    """Whether it is for that person."""
    theirs = and_(deliveries.c.broadcast_id == broadcast_id, deliveries.c.person_id == person_id)
    return bool(await tx.value(select(exists().where(theirs))))


async def mark_seen(tx: Transaction, broadcast_id: int, person_id: int, *, now: datetime) -> bool:
    """The person says that they have seen it; the first time counts.

    False where it was not for them.
    """
    theirs = and_(deliveries.c.broadcast_id == broadcast_id, deliveries.c.person_id == person_id)
    result = await tx.execute(
        update(deliveries).where(theirs).values(seen_at=func.coalesce(deliveries.c.seen_at, now))
    )
    return result.rowcount == 1


async def count_seen(tx: Transaction, broadcast_id: int) -> int:
    """How many say that they have seen it."""
    return int(
        await tx.value(
            select(func.count())
            .select_from(deliveries)
            .where(deliveries.c.broadcast_id == broadcast_id, deliveries.c.seen_at.is_not(None))
        )
    )


async def still_there(
    tx: Transaction, person_ids: Iterable[int], *, bot_id: int, now: datetime
) -> list[Recipient]:
    """Those of the people who hold a live seat and can be reached."""
    own = and_(
        accounts.c.person_id == people.c.id,
        accounts.c.bot_id == bot_id,
        accounts.c.unreachable_since.is_(None),
    )
    seated = and_(seats.c.person_id == people.c.id, is_live(now))
    rows = await tx.rows(
        select(people.c.id.label("person_id"), people.c.language)
        .where(people.c.id.in_(list(person_ids)), exists().where(own), exists().where(seated))
        .order_by(people.c.id)
    )
    return [Recipient(**row) for row in rows]


async def called(
    tx: Transaction, person_ids: Iterable[int]
) -> dict[int, tuple[str, Mapping[str, str]]]:
    """People by id: their name, and the names of the institution of their newest seat."""
    rows = await tx.rows(
        select(people.c.id, people.c.name, institutions.c.names)
        .outerjoin(seats, seats.c.person_id == people.c.id)
        .outerjoin(institutions, institutions.c.id == seats.c.institution_id)
        .where(people.c.id.in_(list(person_ids)))
        .order_by(seats.c.id)
    )
    return {row["id"]: (row["name"], row["names"] or {}) for row in rows}

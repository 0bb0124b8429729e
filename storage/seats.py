"""Seats: who holds which role in which institution, and since when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from bot.domain.people import Role, Seat
from storage.database import Transaction
from storage.tables import digests, seats
from storage.upsert import insert_or_update

_COLUMNS = [seats.c[name] for name in Seat.__dataclass_fields__]


def is_live(now: datetime) -> ColumnElement[bool]:
    """The condition that a seat gives access at that moment."""
    return and_(has_not_ended(now), seats.c.suspended_at.is_(None))


def has_not_ended(now: datetime) -> ColumnElement[bool]:
    """The condition that a seat has begun and not ended, be it suspended or not."""
    return and_(seats.c.from_at <= now, or_(seats.c.until_at.is_(None), seats.c.until_at > now))


async def live_of(tx: Transaction, person_id: int, *, now: datetime) -> tuple[Seat, ...]:
    """A person's live seats, the oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(seats.c.person_id == person_id, is_live(now))
        .order_by(seats.c.from_at, seats.c.id)
    )
    rows = await tx.rows(statement)
    return tuple(Seat(**{**row, "role": Role(row["role"])}) for row in rows)


async def of(tx: Transaction, person_id: int) -> list[Seat]:
    """Every seat that a person has or had, the oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(seats.c.person_id == person_id)
        .order_by(seats.c.from_at, seats.c.id)
    )
    return [Seat(**{**row, "role": Role(row["role"])}) for row in await tx.rows(statement)]


async def get(tx: Transaction, seat_id: int) -> Seat | None:
    """The seat of that id, live or not."""
    row = await tx.row(select(*_COLUMNS).where(seats.c.id == seat_id))
    return None if row is None else Seat(**{**row, "role": Role(row["role"])})


async def add(
    tx: Transaction,
    person_id: int,
    role: Role,
    institution_id: int | None,
    *,
    designated_by: str | None = None,
    designated_on: date | None = None,
    letter: str | None = None,
    confirmed_by: int | None = None,
    now: datetime,
) -> Seat:
    """A new seat, from now on; the person's digest is to be planned."""
    result = await tx.execute(
        insert(seats).values(
            person_id=person_id,
            role=role.value,
            institution_id=institution_id,
            from_at=now,
            designated_by=designated_by,
            designated_on=designated_on,
            letter=letter,
            confirmed_by=confirmed_by,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    await insert_or_update(tx, digests, {"person_id": person_id, "next_at": now}, key=["person_id"])
    return Seat(int(key[0]), person_id, role, institution_id, now)


async def end(tx: Transaction, seat_id: int, *, now: datetime) -> None:
    """End the seat this second."""
    await tx.execute(update(seats).where(seats.c.id == seat_id).values(until_at=now))


async def suspend(tx: Transaction, seat_id: int, *, at: datetime | None) -> None:
    """Suspend the seat from that moment, or give it back (None)."""
    await tx.execute(update(seats).where(seats.c.id == seat_id).values(suspended_at=at))

"""Seats: who holds which role in which institution, and since when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from bot.domain.people import Role, Seat
from storage.database import Transaction
from storage.tables import seats

_COLUMNS = [seats.c[name] for name in Seat.__dataclass_fields__]


def is_live(now: datetime) -> ColumnElement[bool]:
    """The condition that a seat gives access at that moment."""
    return and_(
        seats.c.from_at <= now,
        or_(seats.c.until_at.is_(None), seats.c.until_at > now),
        seats.c.suspended_at.is_(None),
    )


async def live_of(tx: Transaction, person_id: int, *, now: datetime) -> tuple[Seat, ...]:
    """A person's live seats, the oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(seats.c.person_id == person_id, is_live(now))
        .order_by(seats.c.from_at, seats.c.id)
    )
    rows = await tx.rows(statement)
    return tuple(Seat(**{**row, "role": Role(row["role"])}) for row in rows)

"""Institutions: ministries, courts, parliament, cities, and their names by language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, update

from bot.domain.institutions import Held, Institution
from bot.domain.items import AssignmentState
from storage.database import Transaction
from storage.seats import has_not_ended
from storage.tables import assignments, institutions, seats

_COLUMNS = [institutions.c[name] for name in Institution.__dataclass_fields__]


async def every(tx: Transaction) -> list[Institution]:
    """Every institution that has not ended, by code."""
    statement = (
        select(*_COLUMNS).where(institutions.c.ended_at.is_(None)).order_by(institutions.c.code)
    )
    return [Institution(**row) for row in await tx.rows(statement)]


async def ended(tx: Transaction) -> list[Institution]:
    """Those that have ended, by code."""
    statement = select(*_COLUMNS).where(institutions.c.ended_at.is_not(None))
    return [Institution(**row) for row in await tx.rows(statement.order_by(institutions.c.code))]


async def get(tx: Transaction, institution_id: int) -> Institution | None:
    """The institution of that id."""
    row = await tx.row(select(*_COLUMNS).where(institutions.c.id == institution_id))
    return None if row is None else Institution(**row)


async def by_code(tx: Transaction, code: str) -> Institution | None:
    """The institution of that short code."""
    row = await tx.row(select(*_COLUMNS).where(institutions.c.code == code))
    return None if row is None else Institution(**row)


async def add(tx: Transaction, code: str, kind: str, names: Mapping[str, str]) -> int:
    """A new institution; gives its id."""
    result = await tx.execute(insert(institutions).values(code=code, kind=kind, names=dict(names)))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def change(
    tx: Transaction, institution_id: int, *, code: str, kind: str, names: Mapping[str, str]
) -> None:
    """Another code, kind or names."""
    await tx.execute(
        update(institutions)
        .where(institutions.c.id == institution_id)
        .values(code=code, kind=kind, names=dict(names))
    )


async def end(tx: Transaction, institution_id: int, *, at: datetime | None) -> bool:
    """It is offered no more from that moment on, or (None) again; False where it is so already."""
    other = (
        institutions.c.ended_at.is_not(None) if at is None else institutions.c.ended_at.is_(None)
    )
    result = await tx.execute(
        update(institutions).where(institutions.c.id == institution_id, other).values(ended_at=at)
    )
    return result.rowcount == 1


async def held(tx: Transaction, institution_id: int, *, now: datetime) -> Held:
    """How many seats and assignments it has now."""
    there = select(func.count()).select_from(seats)
    theirs = select(func.count()).select_from(assignments)
    return Held(
        await tx.value(there.where(seats.c.institution_id == institution_id, has_not_ended(now))),
        await tx.value(
            theirs.where(
                assignments.c.institution_id == institution_id,
                assignments.c.state.in_((AssignmentState.DRAFT, AssignmentState.ANNOUNCED)),
            )
        ),
    )

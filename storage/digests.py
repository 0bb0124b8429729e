"""Digests: when each person's next one is due, on which weekday, and what became of the last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from bot.domain.digests import Outcome
from storage.database import Transaction
from storage.tables import digests


@dataclass(frozen=True)
class Row:
    """A person's digest; `week` is the first day of the week that was dealt with last.

    Of somebody new it is None.
    """

    person_id: int
    weekday: int | None = None
    off: bool = False
    week: date | None = None


_COLUMNS = [digests.c[name] for name in Row.__dataclass_fields__]


async def due(tx: Transaction, *, now: datetime, limit: int) -> list[Row]:
    """Those whose moment has come, or is to be planned; those who wait longest first.

    They are locked until the transaction ends; whom somebody else has locked is left out.
    """
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(digests.c.next_at <= now)
        .order_by(digests.c.next_at, digests.c.person_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Row(**each) for each in rows]


async def any_due(tx: Transaction, *, now: datetime) -> bool:
    """Whether somebody's moment has come."""
    statement = select(digests.c.person_id).where(digests.c.next_at <= now).limit(1)
    return await tx.value(statement) is not None


async def of(tx: Transaction, person_id: int) -> Row:
    """A person's digest."""
    row = await tx.row(select(*_COLUMNS).where(digests.c.person_id == person_id))
    return Row(person_id) if row is None else Row(**row)


async def choose(
    tx: Transaction, person_id: int, *, weekday: int | None, off: bool, now: datetime
) -> None:
    """The person wants it on another weekday, or not at all."""
    await tx.execute(
        update(digests)
        .where(digests.c.person_id == person_id)
        .values(weekday=weekday, off=off, next_at=None if off else now)
    )


async def plan_anew(tx: Transaction, person_ids: Iterable[int], *, now: datetime) -> None:
    """These people's days or hours have changed: the next moment is to be found again."""
    await tx.execute(
        update(digests)
        .where(digests.c.person_id.in_(list(person_ids)), ~digests.c.off)
        .values(next_at=now)
    )


async def wait(
    tx: Transaction, person_id: int, until: datetime | None, *, week: date | None
) -> None:
    """The next one is due then, that week having been dealt with."""
    await tx.execute(
        update(digests).where(digests.c.person_id == person_id).values(next_at=until, week=week)
    )


async def settle(
    tx: Transaction,
    person_id: int,
    week: date,
    outcome: Outcome,
    *,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """That week is dealt with; the next digest is due then."""
    await tx.execute(
        update(digests)
        .where(digests.c.person_id == person_id)
        .values(week=week, outcome=outcome.value, settled_at=now, next_at=next_at)
    )

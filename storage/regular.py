"""Regular exports: what comes to whom by which rhythm, and which occurrence was dealt with last."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select, update

from bot.domain.exports import ExportKind
from bot.domain.filters import Filter
from bot.domain.people import Seat
from bot.domain.regular import Regular, Rhythm
from storage.database import Transaction
from storage.tables import regular_exports as table

_COLUMNS = [table.c[name] for name in Regular.__dataclass_fields__]


async def add(tx: Transaction, new: Regular, *, now: datetime) -> int:
    """A new one; gives its id, and leaves that of `new` alone."""
    values = {
        "person_id": new.person_id,
        "seat_id": new.seat_id,
        "kind": new.kind.value,
        "filters": new.filters.to_json(),
        "rhythm": new.rhythm.value,
        "to_all": new.to_all,
        "dealt_with": new.dealt_with,
        "created_at": now,
    }
    result = await tx.execute(insert(table).values(**values))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def live(tx: Transaction) -> list[Regular]:
    """All that have not ended."""
    return [_read(row) for row in await tx.rows(_live())]


async def of(tx: Transaction, person_id: int, *, to_all_too: bool = True) -> list[Regular]:
    """A person's own, and those that come to all of the secretariat."""
    whose = table.c.person_id == person_id
    if to_all_too:
        whose = or_(whose, table.c.to_all)
    return [_read(row) for row in await tx.rows(_live().where(whose))]


async def get(tx: Transaction, regular_id: int) -> Regular | None:
    """The one of that id, unless it has ended; locked until the transaction ends."""
    row = await tx.row(_live().where(table.c.id == regular_id).with_for_update())
    return None if row is None else _read(row)


async def deal(tx: Transaction, regular: Regular, day: date) -> bool:
    """That occurrence is dealt with; False where somebody else did so, or it has ended."""
    result = await tx.execute(
        update(table)
        .where(
            table.c.id == regular.id,
            table.c.ended_at.is_(None),
            table.c.dealt_with == regular.dealt_with,
        )
        .values(dealt_with=day)
    )
    return result.rowcount == 1


async def address(tx: Transaction, regular_id: int, *, to_all: bool) -> bool:
    """It comes to all of the secretariat, or to whoever asked; False where it does already."""
    result = await tx.execute(
        update(table)
        .where(table.c.id == regular_id, table.c.to_all != to_all, table.c.ended_at.is_(None))
        .values(to_all=to_all)
    )
    return result.rowcount == 1


async def end(tx: Transaction, regular_id: int, *, now: datetime) -> bool:
    """It comes no more; False where it has ended already."""
    result = await tx.execute(
        update(table)
        .where(table.c.id == regular_id, table.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    return result.rowcount == 1


async def move(tx: Transaction, old: Seat, new: Seat) -> int:
    """What came to the old seat comes to the new one; gives how many."""
    result = await tx.execute(
        update(table)
        .where(table.c.seat_id == old.id, table.c.ended_at.is_(None))
        .values(seat_id=new.id, person_id=new.person_id)
    )
    return result.rowcount


def _live() -> Select[Any]:
    return select(*_COLUMNS).where(table.c.ended_at.is_(None)).order_by(table.c.id)


def _read(row: Any) -> Regular:
    values = dict(row)
    values["kind"] = ExportKind(values["kind"])
    values["filters"] = Filter.from_json(values["filters"])
    values["rhythm"] = Rhythm(values["rhythm"])
    return Regular(**values)

"""Numbers without gaps or doubles: one that is not committed is given to the next who asks."""

from __future__ import annotations

from sqlalchemy import update

from storage.database import Transaction
from storage.tables import counters
from storage.upsert import insert_missing


async def next_number(tx: Transaction, name: str) -> int:
    """1, 2, 3 … of that series; who asks next waits until this transaction ends."""
    number = await _count(tx, name)
    if number is None:
        await insert_missing(tx, counters, {"name": name, "value": 0})
        number = await _count(tx, name)
    assert number is not None
    return number


async def _count(tx: Transaction, name: str) -> int | None:
    number: int | None = await tx.value(
        update(counters)
        .where(counters.c.name == name)
        .values(value=counters.c.value + 1)
        .returning(counters.c.value)
    )
    return number

"""Numbers without gaps or doubles: one that is not committed is given to the next who asks."""

from __future__ import annotations

from sqlalchemy import bindparam, update

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


_COUNT = (
    update(counters)
    .where(counters.c.name == bindparam("series"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)


async def _count(tx: Transaction, name: str) -> int | None:
    number: int | None = await tx.value(_COUNT, {"series": name})
    return number

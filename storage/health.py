"""Whether the database takes writes and its file is whole; how much waits in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text

from storage.database import Transaction
from storage.tables import counters, outbox
from storage.upsert import insert_or_update


async def touch(tx: Transaction, *, now: datetime) -> None:
    """Write a trace of being alive: that it commits shows that the disk takes writes."""
    row = {"name": "health", "value": int(now.timestamp())}
    await insert_or_update(tx, counters, row, key=["name"])


async def messages_waiting(tx: Transaction) -> int:
    """How many messages are planned or on their way."""
    statement = (
        select(func.count()).select_from(outbox).where(outbox.c.state.in_(("planned", "sending")))
    )
    return int(await tx.value(statement))


async def damages(tx: Transaction) -> list[str]:
    """What SQLite finds wrong with its file; nothing on PostgreSQL, which checks by itself."""
    if tx.dialect != "sqlite":
        return []
    found = await tx.values(text("PRAGMA quick_check(5)"))
    return [] if found == ["ok"] else [str(each) for each in found]

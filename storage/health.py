"""Whether the database can be written, and whether its file is whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from storage.database import Transaction
from storage.tables import counters
from storage.upsert import insert_or_update


async def touch(tx: Transaction, *, now: datetime) -> None:
    """Write a trace of being alive: that it commits shows that the disk takes writes."""
    row = {"name": "health", "value": int(now.timestamp())}
    await insert_or_update(tx, counters, row, key=["name"])


async def damages(tx: Transaction) -> list[str]:
    """What SQLite finds wrong with its file; nothing on PostgreSQL, which checks by itself."""
    if tx.dialect != "sqlite":
        return []
    found = await tx.values(text("PRAGMA quick_check(5)"))
    return [] if found == ["ok"] else [str(each) for each in found]

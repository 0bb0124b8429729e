"""The groups that people speak for: what a country has configured of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.domain.groups import Entry, Groups
from storage.database import Transaction
from storage.tables import groups
from storage.upsert import insert_missing, insert_or_update

CONFIGURED = select(groups)
"""Every group of which something is configured."""


async def every(tx: Transaction) -> Groups:
    """The groups of the country."""
    return read(await tx.rows(CONFIGURED))


def read(rows: Iterable[Any]) -> Groups:
    """The groups of the rows of `CONFIGURED`."""
    return Groups.of(
        Entry(row["code"], row["names"], ended=row["ended_at"] is not None) for row in rows
    )


async def add(tx: Transaction, entry: Entry) -> bool:
    """A new group; False where somebody else gave its code to another one meanwhile."""
    return await insert_missing(tx, groups, {"code": entry.code, "names": dict(entry.names)})


async def keep(tx: Transaction, entry: Entry, *, now: datetime) -> None:
    """The group is as it says from now on, whether or not it was configured before."""
    ended_at = now if entry.ended else None
    row = {"code": entry.code, "names": dict(entry.names), "ended_at": ended_at}
    await insert_or_update(tx, groups, row, key=["code"])

"""The status vocabulary: what a country has configured of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.domain.items import AssignmentState
from bot.domain.status import Entry, Status, Vocabulary
from storage.database import Transaction
from storage.tables import assignments, statuses
from storage.upsert import insert_missing, insert_or_update

CONFIGURED = select(statuses)
"""Every status of which something is configured."""


async def vocabulary(tx: Transaction) -> Vocabulary:
    """The statuses of the country."""
    return read(await tx.rows(CONFIGURED))


def read(rows: Iterable[Any]) -> Vocabulary:
    """The vocabulary of the rows of `CONFIGURED`."""
    return Vocabulary.of(
        Entry(
            row["code"],
            Status(row["counts_as"]),
            row["place"],
            row["names"],
            evidence_required=row["evidence_required"],
            ended=row["ended_at"] is not None,
        )
        for row in rows
    )


async def add(tx: Transaction, entry: Entry) -> bool:
    """A new status; False where somebody else gave its code to another one meanwhile."""
    return await insert_missing(tx, statuses, _row(entry, ended_at=None))


async def keep(tx: Transaction, entry: Entry, *, now: datetime) -> None:
    """The status is as it says from now on, whether or not it was configured before."""
    row = _row(entry, ended_at=now if entry.ended else None)
    await insert_or_update(tx, statuses, row, key=["code"])


def _row(entry: Entry, *, ended_at: datetime | None) -> dict[str, Any]:
    return {
        "code": entry.code,
        "counts_as": entry.counts_as.value,
        "place": entry.place,
        "names": dict(entry.names),
        "evidence_required": entry.evidence_required,
        "ended_at": ended_at,
    }


async def standing(tx: Transaction, code: str) -> int:
    """How many announced assignments have it as their institution's last word."""
    statement = select(func.count()).where(
        assignments.c.status == code, assignments.c.state == AssignmentState.ANNOUNCED.value
    )
    return int(await tx.value(statement))

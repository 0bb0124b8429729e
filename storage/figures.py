"""Figures of status updates: what was counted, how many, in which year, in which groups."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select

from bot.domain.figures import Figure
from storage.database import Transaction
from storage.tables import figures


async def add(tx: Transaction, status_update_id: int, new: Iterable[Figure]) -> None:
    """Keep the figures of a status update."""
    rows = [
        {
            "status_update_id": status_update_id,
            "indicator": each.indicator,
            "value": each.value,
            "unit": each.unit,
            "year": each.year,
            "disaggregation": each.disaggregation,
        }
        for each in new
    ]
    if rows:
        await tx.execute(insert(figures), rows)


async def of(tx: Transaction, status_update_id: int) -> tuple[Figure, ...]:
    """The figures of a status update, in the order in which they were given."""
    statement = (
        select(figures).where(figures.c.status_update_id == status_update_id).order_by(figures.c.id)
    )
    return tuple(Figure.kept({**row}) for row in await tx.rows(statement))


async def of_many(
    tx: Transaction, status_update_ids: Iterable[int]
) -> dict[int, tuple[Figure, ...]]:
    """As `of`, of several status updates; of those that have any."""
    ids = list(status_update_ids)
    statement = select(figures).where(figures.c.status_update_id.in_(ids)).order_by(figures.c.id)
    found: dict[int, tuple[Figure, ...]] = {}
    for row in await tx.rows(statement):
        own = found.get(row["status_update_id"], ())
        found[row["status_update_id"]] = (*own, Figure.kept({**row}))
    return found

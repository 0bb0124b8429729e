"""Clusters: items that are worked on together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, update

from bot.domain.clusters import Cluster
from storage.database import Transaction
from storage.tables import clusters, items


async def every(tx: Transaction) -> list[Cluster]:
    """Every cluster that was not merged into another, by name."""
    statement = (
        select(
            clusters.c.id,
            clusters.c.name,
            clusters.c.language,
            func.count(items.c.id).label("size"),
        )
        .outerjoin(items, and_(items.c.cluster_id == clusters.c.id, items.c.vanished_at.is_(None)))
        .where(clusters.c.merged_into.is_(None))
        .group_by(clusters.c.id, clusters.c.name, clusters.c.language)
        .order_by(clusters.c.name, clusters.c.id)
    )
    return [Cluster(**row) for row in await tx.rows(statement)]


def holds_restricted_alone(cluster_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition on a cluster's id that it has items, and restricted ones alone.

    What it is called says then what they are about.
    """
    held = items.alias("held")
    any_of_it = exists().where(held.c.cluster_id == cluster_id)
    return and_(any_of_it, ~any_of_it.where(~held.c.restricted))


async def of_restricted(tx: Transaction) -> set[int]:
    """The clusters that have items, and restricted ones alone."""
    return set(await tx.values(select(clusters.c.id).where(holds_restricted_alone(clusters.c.id))))


async def get(tx: Transaction, cluster_id: int) -> Cluster | None:
    """The cluster of that id, unless it was merged away."""
    return next((each for each in await every(tx) if each.id == cluster_id), None)


async def add(tx: Transaction, name: str, language: str, *, now: datetime) -> int:
    """A new, empty cluster; gives its id."""
    result = await tx.execute(insert(clusters).values(name=name, language=language, created_at=now))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def rename(tx: Transaction, cluster_id: int, name: str, language: str) -> None:
    """Another name."""
    await tx.execute(
        update(clusters).where(clusters.c.id == cluster_id).values(name=name, language=language)
    )


async def put(tx: Transaction, item_ids: Sequence[int], cluster_id: int | None) -> None:
    """Put items into a cluster, or into none."""
    await tx.execute(update(items).where(items.c.id.in_(item_ids)).values(cluster_id=cluster_id))


async def merge(tx: Transaction, source_id: int, target_id: int) -> int:
    """Move every item of one cluster into another, which takes its place; gives how many."""
    moved = await tx.execute(
        update(items).where(items.c.cluster_id == source_id).values(cluster_id=target_id)
    )
    await tx.execute(
        update(clusters).where(clusters.c.id == source_id).values(merged_into=target_id)
    )
    return moved.rowcount

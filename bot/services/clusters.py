"""Arranging items: clusters, priority, what an item needs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.clusters import Cluster
from bot.domain.errors import NotFound, Refused, existing
from bot.domain.people import Act
from bot.domain.selection import Need
from bot.services import audit
from storage import assignments, selection
from storage import clusters as queries
from storage.audit import Fact
from storage.database import Transaction

LONGEST_NAME = 120


class NoName(Refused):
    """A cluster has a name; values: `limit`, in characters."""

    key = "error.cluster_name"


async def create(
    tx: Transaction, act: Act, name: str, item_ids: Sequence[int], *, language: str
) -> int:
    """A new cluster of these items, which leave the clusters they were in; gives its id.

    Taking some items of a cluster into a new one splits it. Raises NoName.
    """
    permissions.require(permissions.may_arrange(act.actor))
    cluster_id = await queries.add(tx, _fitting(name), language, now=act.now)
    await _put(tx, act, item_ids, cluster_id, name="cluster.create")
    return cluster_id


async def put(tx: Transaction, act: Act, item_ids: Sequence[int], cluster_id: int | None) -> None:
    """Put items into a cluster, or (None) into none."""
    permissions.require(permissions.may_arrange(act.actor))
    if cluster_id is not None:
        await _get(tx, cluster_id)
    await _put(tx, act, item_ids, cluster_id, name="cluster.put")


async def rename(tx: Transaction, act: Act, cluster_id: int, name: str, *, language: str) -> None:
    """Another name. Raises NoName."""
    permissions.require(permissions.may_arrange(act.actor))
    await _get(tx, cluster_id)
    await queries.rename(tx, cluster_id, _fitting(name), language)
    await audit.record(tx, act, "cluster.rename", f"cluster:{cluster_id}")


async def merge(tx: Transaction, act: Act, source_id: int, target_id: int) -> int:
    """Every item of one cluster goes into another, which takes its place; gives how many."""
    permissions.require(permissions.may_arrange(act.actor))
    await _get(tx, source_id)
    await _get(tx, target_id)
    if source_id == target_id:
        raise NotFound
    moved = await queries.merge(tx, source_id, target_id)
    facts = {"into": target_id, "items": moved}
    await audit.record(tx, act, "cluster.merge", f"cluster:{source_id}", facts=facts)
    return moved


async def prioritise(tx: Transaction, act: Act, item_ids: Sequence[int], *, priority: bool) -> None:
    """Whether these items come before others."""
    permissions.require(permissions.may_arrange(act.actor))
    found = await _lock(tx, item_ids)
    await selection.set_priority(tx, found, priority)
    facts: dict[str, Fact] = {"items": found, "priority": priority}
    await audit.record(tx, act, "item.priority", f"items:{len(found)}", facts=facts)


async def mark_need(
    tx: Transaction, act: Act, item_ids: Sequence[int], need: Need, *, needed: bool
) -> None:
    """Whether these items need legislation, a budget, a ratification, data."""
    permissions.require(permissions.may_arrange(act.actor))
    found = await _lock(tx, item_ids)
    change = selection.add_need if needed else selection.remove_need
    await change(tx, found, need)
    facts: dict[str, Fact] = {"items": found, "need": need.value, "needed": needed}
    await audit.record(tx, act, "item.need", f"items:{len(found)}", facts=facts)


async def _put(
    tx: Transaction, act: Act, item_ids: Sequence[int], cluster_id: int | None, *, name: str
) -> None:
    found = await _lock(tx, item_ids)
    await queries.put(tx, found, cluster_id)
    facts = {"items": found}
    await audit.record(tx, act, name, f"cluster:{cluster_id or 0}", facts=facts)


async def _lock(tx: Transaction, item_ids: Sequence[int]) -> list[int]:
    found = await assignments.lock_items(tx, item_ids)
    if not found:
        raise NotFound
    return found


async def _get(tx: Transaction, cluster_id: int) -> Cluster:
    return existing(await queries.get(tx, cluster_id))


def _fitting(name: str) -> str:
    fitting = " ".join(name.split())
    if not fitting or len(fitting) > LONGEST_NAME:
        raise NoName(limit=LONGEST_NAME)
    return fitting

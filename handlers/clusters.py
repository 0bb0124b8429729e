"""Clusters: the list, one with its items; what changes them are conversations."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.clusters import Cluster
from bot.domain.errors import NotFound, existing
from bot.domain.plans import Sought
from bot.domain.selection import Narrowing, Selection
from bot.domain.views import clusters as views
from bot.domain.views.common import LIST_LENGTH
from handlers.card import number
from handlers.flows.picking import said
from handlers.home import page_number
from handlers.turn import Turn
from storage import clusters, items, plans
from storage import selection as selections


async def listed(turn: Turn, argument: str) -> None:
    """`clusters:0`: a page of the clusters."""
    permissions.require(permissions.may_arrange(turn.actor))
    page = page_number(argument)
    every = await clusters.every(turn.tx)
    shown = every[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    there = await items.are_there(turn.tx)
    await turn.show(views.clusters(len(every), page, shown, items=there))


async def cluster(turn: Turn, argument: str) -> None:
    """`cluster:3:0`: one cluster and a page of its items."""
    cluster_id, _, page = argument.partition(":")
    found = await _cluster(turn, cluster_id)
    at = page_number(page)
    held = await selections.page(
        turn.tx,
        Selection({Narrowing.CLUSTER: str(found.id)}),
        today=turn.today,
        language=turn.language,
        default_language=turn.desk.country.default_language,
        limit=LIST_LENGTH,
        offset=at * LIST_LENGTH,
    )
    planned = await plans.count(turn.tx, Sought(cluster_id=found.id))
    await turn.show(views.cluster(found, held, at, planned=planned))


async def put_items(turn: Turn, argument: str) -> None:
    """`cluster_items:d3`: choose among the items of a selection, and the cluster they go into."""
    await _begin_with(turn, "cluster", argument)


async def tag_items(turn: Turn, argument: str) -> None:
    """`tag_items:d3`: choose among the items of a selection, and mark what they need."""
    await _begin_with(turn, "tag", argument)


async def put(turn: Turn, argument: str) -> None:
    """`put:5`: the cluster that one item goes into."""
    permissions.require(permissions.may_arrange(turn.actor))
    found = await selections.of_ids(
        turn.tx,
        [number(argument)],
        language=turn.language,
        default_language=turn.desk.country.default_language,
    )
    if not found:
        raise NotFound
    await turn.desk.runner.begin(
        turn,
        "cluster",
        subject=f"cluster:item:{found[0].id}",
        labels={"items": [said(found[0])]},
        selection=Selection({}).code,
        items=[found[0].id],
    )


async def rename(turn: Turn, argument: str) -> None:
    """`cluster_rename:3`: another name."""
    found = await _cluster(turn, argument)
    await turn.desk.runner.begin(
        turn, "cluster_rename", subject=f"cluster:{found.id}", cluster=found.id
    )


async def merge(turn: Turn, argument: str) -> None:
    """`cluster_merge:3`: it goes into another one."""
    found = await _cluster(turn, argument)
    await turn.desk.runner.begin(
        turn, "cluster_merge", subject=f"cluster:{found.id}", cluster=found.id
    )


async def _begin_with(turn: Turn, flow: str, argument: str) -> None:
    permissions.require(permissions.may_arrange(turn.actor))
    wanted = Selection.read(argument)
    await turn.desk.runner.begin(turn, flow, subject=f"{flow}:{wanted.code}", selection=wanted.code)


async def _cluster(turn: Turn, argument: str) -> Cluster:
    permissions.require(permissions.may_arrange(turn.actor))
    return existing(await clusters.get(turn.tx, number(argument)))


ACTS = {
    "clusters": listed,
    "cluster": cluster,
    "cluster_items": put_items,
    "tag_items": tag_items,
    "put": put,
    "cluster_rename": rename,
    "cluster_merge": merge,
}
COMMANDS = {"clusters": "clusters"}

"""Clusters: put items into one, old or new; rename one; merge one into another.

Items that go into another cluster leave the one they were in: that is how a cluster is split.
"""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.clusters import Cluster
from bot.domain.errors import Unfit, existing
from bot.domain.screens import Screen, Text, Value, Words, text
from bot.domain.views import clusters as views
from bot.services import clusters as service
from bot.services.clusters import LONGEST_NAME
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Pick, Review
from handlers.flows.picking import chosen_items, item_options, require_arranging
from handlers.turn import Turn
from storage import clusters

NO_CLUSTER = 0


def _name_fits(words: str, _turn: Turn) -> str:
    fitting = " ".join(words.split())
    if not fitting or len(fitting) > LONGEST_NAME:
        raise Unfit("error.cluster_name", limit=LONGEST_NAME)
    return fitting


def _named(cluster: Cluster) -> Text:
    return text("label.one", value=Words(cluster.name, cluster.language))


# -- Putting items into one ------------------------------------------------------------------------


async def _targets(turn: Turn, _answers: Answers) -> list[Option]:
    every = [Option(each.id, _named(each)) for each in await clusters.every(turn.tx)]
    return [*every, Option(NO_CLUSTER, text("narrowing.no_cluster"))]


async def _put(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    """A written answer is the name of a new cluster, a chosen one the id of an old one."""
    items, into = await chosen_items(turn, answers), answers["into"]
    if isinstance(into, str):
        language = turn.language_of(into)
        into = await service.create(turn.tx, turn.act, into, items, language=language)
    else:
        await service.put(turn.tx, turn.act, items, into or None)
    found = await clusters.get(turn.tx, into) if into else None
    return views.arranged(found, len(items))


FLOW = Flow(
    name="cluster",
    begins=require_arranging,
    steps=(
        Pick("items", item_options),
        Choose("into", _targets, check=_name_fits),
    ),
    review=Review(),
    then=_put,
    returns_to=lambda answers: f"items:{answers['selection']}:0",
)


# -- Renaming and merging --------------------------------------------------------------------------


async def _cluster(turn: Turn, answers: Answers) -> Cluster:
    permissions.require(permissions.may_arrange(turn.actor))
    return existing(await clusters.get(turn.tx, answers["cluster"]))


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await _cluster(turn, answers)
    return {"name": Words(found.name, found.language), "n": found.size}


async def _rename(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    name = answers["name"]
    await service.rename(
        turn.tx, turn.act, answers["cluster"], name, language=turn.language_of(name)
    )
    found = await _cluster(turn, answers)
    return views.arranged(found, found.size)


RENAME = Flow(
    name="cluster_rename",
    begins=_begins,
    steps=(Ask("name", _name_fits),),
    then=_rename,
    returns_to=lambda answers: f"cluster:{answers['cluster']}:0",
)


async def _others(turn: Turn, answers: Answers) -> list[Option]:
    return [
        Option(each.id, _named(each))
        for each in await clusters.every(turn.tx)
        if each.id != answers["cluster"]
    ]


async def _merge(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    moved = await service.merge(turn.tx, turn.act, answers["cluster"], answers["into"])
    return views.arranged(await clusters.get(turn.tx, answers["into"]), moved)


async def _merges(turn: Turn, answers: Answers) -> list[Text]:
    found = await _cluster(turn, answers)
    return [text("flow.cluster_merge.gone", name=Words(found.name, found.language))]


MERGE = Flow(
    name="cluster_merge",
    begins=_begins,
    steps=(Choose("into", _others),),
    review=Review(),
    notes=_merges,
    then=_merge,
    returns_to=lambda _answers: "clusters:0",
)

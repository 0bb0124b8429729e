"""Reads an assignment workbook that came back, and shows what it would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.permissions import may_arrange, require
from bot.domain.screens import Screen, text_from_json
from bot.domain.views import assignments_book as views
from bot.exchange import assignments_work
from bot.exchange.assignments_book import Assigned
from bot.services import assignments_book as service
from bot.services.assignments_book import Difference, Wish
from bot.works import Tools, books
from storage import assignments_book as queries
from storage import clusters, institutions, jobs
from storage.database import Transaction
from storage.jobs import Job


@dataclass(frozen=True)
class _Names:
    """What a workbook may call things, and how this person's language calls them."""

    institutions: Mapping[str, int]
    clusters: Mapping[str, int]
    shown_institutions: Mapping[int, str]
    shown_clusters: Mapping[int, str]


async def run(job: Job, tools: Tools) -> None:
    """Read the stored file `job.sha256`; raises what refuses it."""
    assert job.sha256 is not None
    async with tools.database.read() as tx:
        actor = await tools.actor(tx, job)
        require(may_arrange(actor))
        language = actor.person.language if actor.person else tools.settings.default_language
        names = await _names(tx, tools, language)
        standing = await queries.standing(tx)
    items = {str(each.id): [each.symbol, each.paragraph] for each in standing}
    rows = await books.read(
        tools,
        job.sha256,
        assignments_work.read,
        items,
        list(names.institutions),
        list(names.clusters),
        assignments_work.headings(tools.texts),
    )
    wishes = [_wish(each, names) for each in rows if not each["refused"]]
    problems = [each for row in rows for each in row["problems"]]
    refused = sum(1 for each in rows if each["refused"])
    async with tools.database.write() as tx:
        found = await service.differences(tx, wishes)
        kept = {
            "wishes": [each.wish.to_json() for each in found],
            "mark": service.mark(found),
        }
        shown = _preview(job.id, found, problems, names, refused=refused)
        await tools.tell(tx, job, shown, step="preview")
        if found:
            await jobs.change(tx, job.id, state=jobs.WAITING, result=kept)
        else:
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=tools.clock.now())


async def _names(tx: Transaction, tools: Tools, language: str) -> _Names:
    every = await institutions.every(tx)
    grouped = assignments_work.cluster_names(await clusters.every(tx))
    return _Names(
        assignments_work.known_names(every, (language, *tools.settings.languages)),
        {name: id_ for id_, name in grouped.items()},
        assignments_work.institution_names(every, language),
        grouped,
    )


def _wish(row: Mapping[str, Any], names: _Names) -> Wish:
    contributing = dict.fromkeys(names.institutions[each] for each in row["contributing"])
    lead = None if row["lead"] is None else names.institutions[row["lead"]]
    return Wish(
        item_id=int(row["item"]),
        lead=lead,
        contributing=tuple(each for each in contributing if each != lead),
        due=None if row["due"] is None else date.fromisoformat(row["due"]),
        cluster=None if row["cluster"] is None else names.clusters[row["cluster"]],
        given=frozenset(row["given"]),
    )


def _preview(
    job_id: int,
    found: Sequence[Difference],
    problems: Sequence[Mapping[str, Any]],
    names: _Names,
    *,
    refused: int,
) -> Screen:
    changes = [
        views.Change(
            each.now.paragraph,
            field,
            views.named(getattr(_now(each, names), field)),
            views.named(getattr(_then(each, names), field)),
        )
        for each in found[: views.SHOWN]
        for field in each.fields
    ]
    return views.preview(
        job_id,
        len(found),
        service.counts(found),
        changes[: views.SHOWN],
        [(each["row"], text_from_json(each["text"])) for each in problems[: views.SHOWN]],
        more_problems=max(len(problems) - views.SHOWN, 0),
        refused=refused,
    )


def _now(difference: Difference, names: _Names) -> Assigned:
    return assignments_work.assigned(difference.now, names.shown_institutions, names.shown_clusters)


def _then(difference: Difference, names: _Names) -> Assigned:
    wish, called = difference.wish, names.shown_institutions
    return Assigned(
        None if wish.lead is None else called[wish.lead],
        tuple(called[each] for each in wish.contributing),
        wish.due,
        None if wish.cluster is None else names.shown_clusters[wish.cluster],
    )

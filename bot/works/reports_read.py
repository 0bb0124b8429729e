"""Reads a workbook of reports that came back, and shows what would be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.permissions import require
from bot.domain.reports_book import Becomes, Filled
from bot.domain.screens import Code, Screen, text_from_json
from bot.domain.views import reports_book as views
from bot.exchange import reports_work
from bot.exchange.imported import NotRecognised
from bot.exchange.inspect import inspect
from bot.exchange.recognise import Contents
from bot.services import reports_book as service
from bot.services import reports_preview
from bot.services.reports_book import Row
from bot.works import Tools, books
from bot.works.import_read import contents, fetch
from storage import jobs, statuses
from storage import reports_book as queries
from storage.jobs import Job


async def run(job: Job, tools: Tools) -> None:
    """Read the file of `job.arguments`, or the stored one; raises what refuses it.

    A file that is no such workbook belongs to nothing, and is not kept.
    """
    async with tools.database.read() as tx:
        actor = await tools.actor(tx, job)
        require(service.may_take(actor))
        own = await queries.known(tx, service.reports_for(actor))
        vocabulary = await statuses.vocabulary(tx)
        language = actor.person.language if actor.person else tools.settings.default_language
    sha256 = job.sha256 or await _kept(job, tools)
    if sha256 is None:
        async with tools.database.write() as tx:
            await tools.tell(tx, job, views.not_the_workbook(), step="loose")
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=tools.clock.now())
        return
    rows = await books.read(
        tools,
        sha256,
        reports_work.read,
        {str(each): list(codes) for each, codes in own.items()},
        reports_work.status_words(tools.texts, vocabulary),
        reports_work.headings(tools.texts),
    )
    filled = [Filled.from_json(each["filled"]) for each in rows if not each["refused"]]
    async with tools.database.read() as tx:
        act = await tools.act(tx, job)
        found = await service.judged(tx, act, filled, language=language)
        drafts = await service.drafts(tx, act, found)
    wrong = [
        {**each, "code": own.get(row["assignment"], ("", None))[1]}
        for row in rows
        for each in row["problems"]
    ]
    left = _left(found, wrong)
    kept = reports_preview.kept(found, left)
    shown = _preview(job.id, found, wrong, left, drafts=drafts, today=act.today)
    async with tools.database.write() as tx:
        await tools.tell(tx, job, shown, step="preview")
        if kept["rows"] or len(left) > views.SHOWN:
            await jobs.change(tx, job.id, state=jobs.WAITING, result=kept)
        else:
            now = tools.clock.now()
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=None, finished_at=now)


async def _kept(job: Job, tools: Tools) -> str | None:
    """Fetch and keep the file, where it is such a workbook; gives its SHA-256."""
    name = job.arguments["name"]
    async with tools.room() as room:
        path = await fetch(job, tools, room)
        found = await inspect(path, name)
        try:
            if await contents(path, name) is not Contents.REPORTS:
                return None
        except NotRecognised:
            return None
        async with tools.keep(path, found.media_type) as (tx, kept):
            await jobs.change(tx, job.id, sha256=kept.sha256)
    return kept.sha256


def _left(found: Sequence[Row], wrong: Sequence[Mapping[str, Any]]) -> list[views.NotSent]:
    """Every row that is not sent: those that could not be read, then what became of the others."""
    left = [
        views.NotSent(
            each["sheet"],
            each["row"],
            each["column"],
            text_from_json(each["text"]),
            None if each["code"] is None else Code(each["code"]),
        )
        for each in wrong
    ]
    return left + [reports_preview.not_sent(each) for each in found if each.becomes in service.LEFT]


def _preview(
    job_id: int,
    found: Sequence[Row],
    wrong: Sequence[Mapping[str, Any]],
    left: Sequence[views.NotSent],
    *,
    drafts: int,
    today: date,
) -> Screen:
    sent = [each for each in found if each.is_sent]
    counts = Counter(each.becomes for each in found)
    counts[Becomes.MISTAKE] += len({(each["sheet"], each["row"]) for each in wrong})
    first = [reports_preview.shown(each, today) for each in sent[: views.SHOWN]]
    return views.preview(job_id, counts, first, len(sent), left, drafts=drafts)

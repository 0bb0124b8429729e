"""Draws the figures that somebody asked for, and sends the picture after them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.domain.permissions import may_see_progress, require
from bot.domain.progress import Past, Period, Subject, over_time, periods, scope_of, shown_statuses
from bot.domain.screens import Attachment, Screen, text_from_json
from bot.domain.views import exports as views
from bot.exchange.picture import Bar, Figures, as_text
from bot.exchange.progress import pack, period_name
from bot.jobs import file_in
from bot.services import exports
from bot.works import Tools, digest
from storage import jobs, progress, statuses
from storage.jobs import Job

PICTURE = "picture"
PNG = "image/png"


async def run(job: Job, tools: Tools) -> None:
    """Draw what `job.arguments` say in `language`; `subjects` are shown beside.

    `figures` (`bot.exchange.progress.pack`) or `groups` (`bot.exchange.digest.draw`) were told
    already; where there are neither, the history is counted and told first.
    """
    arguments = dict(job.arguments)
    subjects = [Subject(each) for each in arguments["subjects"]]
    process = digest.PICTURE if "groups" in arguments else PICTURE
    if "figures" in arguments:
        subject, total = Subject(arguments["figures"]["subject"]), arguments["figures"]["total"]
    elif "groups" in arguments:
        subject, total = Subject(arguments["subject"]), arguments["total"]
    else:
        figures = await _history(job, tools)
        subject, total, arguments["figures"] = Subject.TIME, figures.total, pack(figures)
        async with tools.database.write() as tx:
            await tools.tell(tx, job, _told(figures, arguments, subjects), step="figures")
    async with tools.room() as room:
        result = await tools.jobs.run(process, arguments, room)
        async with tools.keep(file_in(room, result["file"]), PNG) as (tx, kept):
            shown = views.picture(
                Attachment(kept.sha256, views.PICTURE_FILE, "photo"), subject, subjects
            )
            await tools.tell(tx, job, shown, step="picture")
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            await exports.sent(tx, act, PICTURE, job.id, rows=total, sha256=kept.sha256)


def _told(figures: Figures, arguments: Mapping[str, Any], subjects: list[Subject]) -> Screen:
    return views.progress(
        Subject.TIME,
        subjects,
        [views.Line(*each) for each in as_text(figures)],
        total=figures.total,
        as_of=figures.as_of,
        whose=text_from_json(arguments["whose"]),
    )


async def _history(job: Job, tools: Tools) -> Figures:
    """How the shares of the statuses went, as far as whoever asked may see it."""
    async with tools.database.read() as tx:
        act = await tools.act(tx, job)
        require(may_see_progress(act.actor))
        scope = scope_of(act.actor)
        today = act.today
        begin = await progress.first_approved(tx, scope)
        first = begin.astimezone(act.zone).date() if begin else today
        several = periods(first, today, act.zone)
        past = await progress.past(tx, scope, several)
        vocabulary = await statuses.vocabulary(tx)
    counts = await asyncio.to_thread(_counted, past, several)
    codes = tuple(shown_statuses(vocabulary, {code for each in counts for code in each}))
    bars = [
        Bar(period_name(each, job.arguments["language"]), tuple(count[code] for code in codes))
        for each, count in zip(several, counts, strict=True)
    ]
    meanings = {each.code: each.counts_as.value for each in vocabulary.entries}
    return Figures("time", codes, tuple(bars), bars[-1].total, today, meanings)


def _counted(past: Past, several: list[Period]) -> list[Counter[str]]:
    """Of each period how many items stood where at its end."""
    found: list[Counter[str]] = [Counter() for _ in several]
    for period, status in over_time(past, len(several)):
        found[period][status] += 1
    return found

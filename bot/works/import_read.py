"""Reads a file that was sent: fetched, checked, staged in short steps, and previewed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from bot.domain.views import imports as views
from bot.exchange import staging
from bot.exchange.calendar_files import NoCalendarTable
from bot.exchange.confined import MEGABYTE, Limits, confined, confined_stream
from bot.exchange.imported import NotRecognised
from bot.exchange.inspect import inspect
from bot.exchange.recognise import Contents
from bot.services import assignments_book, calendar_import, plans, reports_book
from bot.services import imports as service
from bot.works import Tools
from storage import imports, jobs
from storage.jobs import Job

READER = Limits(memory=700 * MEGABYTE, cpu=600, wall=1200.0)
_OTHERS = {
    Contents.ASSIGNMENTS: assignments_book.READ,
    Contents.PLANS: plans.READ,
    Contents.REPORTS: reports_book.READ,
    Contents.CALENDAR: calendar_import.READ,
}


async def run(job: Job, tools: Tools) -> None:
    """Read the file of `job.arguments` and show the preview; raises what refuses the file."""
    async with tools.room() as room:
        path = await fetch(job, tools, room)
        found = await inspect(path, job.arguments["name"])
        async with tools.keep(path, found.media_type) as (tx, kept):
            await jobs.change(tx, job.id, sha256=kept.sha256)
        about = await contents(path, job.arguments["name"])
        if about in _OTHERS:
            async with tools.database.write() as tx:
                await jobs.change(tx, job.id, kind=_OTHERS[about], state=jobs.PLANNED)
            return
        own_state = {"state": tools.settings.country} if tools.settings.country else {}
        try:
            facts = await stage(job, tools, path, {**own_state, **job.arguments["options"]})
        except NotRecognised as refused:
            if job.arguments.get("calendar"):
                raise NoCalendarTable from refused
            raise
    async with tools.database.write() as tx:
        await imports.compare(tx, job.id)
        shown = await service.preview(tx, job, facts)
        await jobs.change(tx, job.id, state=jobs.WAITING, result={"facts": facts})
        first = await imports.problems(tx, job.id, limit=views.PROBLEMS_SHOWN)
        await tools.tell(tx, job, views.preview(job.id, shown, first), step="preview")


async def contents(path: Path, name: str) -> Contents:
    """What a file is about; refuses what calls itself a calendar and is none."""
    return Contents(await confined(staging.contents, str(path), name, limits=READER))


async def fetch(job: Job, tools: Tools, room: Path) -> Path:
    """The file that was sent, in the room."""
    assert tools.download is not None
    path = room / "sent"
    await tools.download(job.arguments["file_id"], path)
    return path


async def stage(
    job: Job, tools: Tools, path: Path, options: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Stage the file's rows, each batch in a transaction of its own; gives the file's facts.

    Beginning again (after a crash) begins with an empty stage.
    """
    async with tools.database.write() as tx:
        await imports.clear(tx, job.id)
    facts: Mapping[str, Any] = {}
    staged = 0
    batches = confined_stream(staging.read, str(path), dict(options), limits=READER)
    async with aclosing(batches):
        async for batch in batches:
            if "facts" in batch[0]:
                facts = batch[0]["facts"]
                continue
            async with tools.database.write() as tx:
                await imports.stage(tx, job.id, batch, first=staged + 1)
                await jobs.change(tx, job.id, done=staged + len(batch))
            staged += len(batch)
    return facts

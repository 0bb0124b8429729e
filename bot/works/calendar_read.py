"""Reads a calendar file that was sent, and shows what it would change."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.deadlines import Said
from bot.domain.people import COMMAND_LINE
from bot.domain.permissions import may_ask, require
from bot.domain.screens import text_from_json
from bot.domain.views import deadlines as views
from bot.exchange import calendar_work
from bot.exchange.confined import MEGABYTE, Limits, confined_stream
from bot.services import calendar_import as service
from bot.services.calendar_import import Differences, Problem
from bot.works import Tools
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job

READER = Limits(memory=700 * MEGABYTE, cpu=60, wall=180.0)


@dataclass
class _Read:
    """What the file says, what is wrong with it, and how much of it was left out."""

    said: list[Said] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


async def run(job: Job, tools: Tools) -> None:
    """Read the stored file `job.sha256`; raises what refuses it."""
    assert job.sha256 is not None
    async with tools.database.read() as tx:
        require(may_ask(await tools.actor(tx, job)))
    async with tools.room() as room:
        path = room / "sent"
        await asyncio.to_thread(path.write_bytes, await tools.vault.read(job.sha256))
        read = await _read(tools, path)
    async with tools.database.write() as tx:
        found = await _compared(tx, tools, read)
        left_out = {**read.left_out, "past": read.left_out["past"] + found.past}
        changes = [
            *(wanted for _, wanted in found.new),
            *(wanted for _, wanted in found.changed),
        ]
        shown = views.preview(
            job.id,
            found.counts,
            [(each.kind, each.title, each.day) for each in changes],
            left_out,
            [(each.row, each.text) for each in found.problems],
        )
        await tools.tell(tx, job, shown, step="preview")
        if changes:
            kept = {"said": [each.to_json() for each in read.said], "mark": found.mark}
            await jobs.change(tx, job.id, state=jobs.WAITING, result=kept)
        else:
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=tools.clock.now())


async def bring_in(tools: Tools, path: Path, *, dry_run: bool) -> Differences:
    """What importing the file at the shell did; with `dry_run` what it would do."""
    read = await _read(tools, path)
    if dry_run:
        async with tools.database.read() as tx:
            return await _compared(tx, tools, read)
    async with tools.database.write() as tx:
        found = await _compared(tx, tools, read)
        await service.carry_out(tx, tools.by(COMMAND_LINE), "import:calendar", found)
        return found


async def _compared(tx: Transaction, tools: Tools, read: _Read) -> Differences:
    """What the file would change now, with everything that is wrong with it by row."""
    today = tools.by(COMMAND_LINE).today
    found = await service.differences(tx, read.said, today=today)
    found.problems = sorted([*read.problems, *found.problems], key=lambda each: each.row)
    return found


async def _read(tools: Tools, path: Path) -> _Read:
    read = _Read()
    batches = confined_stream(
        calendar_work.read,
        str(path),
        tools.settings.timezone,
        tools.by(COMMAND_LINE).today.isoformat(),
        limits=READER,
    )
    async with aclosing(batches):
        async for batch in batches:
            read.said += [Said.from_json(each) for each in batch.get("said", ())]
            read.problems += [
                Problem(each["row"], text_from_json(each["text"]), each["refused"])
                for each in batch.get("problems", ())
            ]
            read.left_out.update(batch.get("left_out", {}))
    return read

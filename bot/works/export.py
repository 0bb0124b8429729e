"""Makes the consolidated workbook in another process, tells how far it is, and hands it over."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.filters import Filter
from bot.domain.people import COMMAND_LINE
from bot.domain.permissions import may_export, require
from bot.domain.screens import Attachment, Screen, Text
from bot.domain.views import exports as views
from bot.exchange.consolidated import Order
from bot.jobs import OnProgress, file_in
from bot.services import exports as service
from bot.works import Tools
from bot.works.telling import JobCancelled, Telling, is_cancelled
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job

CONSOLIDATED = "consolidated"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHAT_LIMIT = 50 * 1024**2  # bytes that a bot may send
FOLDER = "exports"  # in the data folder: what is too large for the chat


@dataclass(frozen=True)
class Made:
    """A workbook that was written: where, its digest and size, and how many rows it holds."""

    path: Path
    sha256: str
    size: int
    rows: Mapping[str, int]
    withheld: int


async def make(
    tools: Tools, order: Order, room: Path, *, on_progress: OnProgress | None = None
) -> Made:
    """Write the workbook into the room; refuses with NothingMatches or CountsDiffer."""
    result = await tools.jobs.run(CONSOLIDATED, order.to_json(), room, on_progress=on_progress)
    path = file_in(room, result["file"])
    sha256, size = await asyncio.to_thread(_digest, path)
    return Made(path, sha256, size, result["sheets"], result["withheld"])


async def write_out(
    tools: Tools,
    chosen: Filter,
    target: Path,
    *,
    language: str,
    on_progress: OnProgress | None = None,
) -> Made:
    """Write the workbook to `target` for the operator, the words of restricted items with it.

    What stood there before goes only once the new one is whole and its trace is kept.
    """
    by = tools.texts.render(Text("export.by_operator"), language, mode="bare")
    order = Order(chosen, language, tools.clock.now(), by, withhold=False)
    unfinished = target.with_name(f".{target.name}.part")
    async with tools.room() as room:
        made = await make(tools, order, room, on_progress=on_progress)
        try:
            await asyncio.to_thread(shutil.copyfile, made.path, unfinished)
            await _record(tools, order, made)
            await asyncio.to_thread(unfinished.replace, target)
        finally:
            unfinished.unlink(missing_ok=True)
    return replace(made, path=target)


async def _record(tools: Tools, order: Order, made: Made) -> None:
    async with tools.database.write() as tx:
        await service.handed_out(
            tx,
            tools.by(COMMAND_LINE),
            "export:workbook",
            order.filters,
            rows=made.rows,
            sha256=made.sha256,
            withheld=made.withheld,
        )


async def run(job: Job, tools: Tools) -> None:
    """Make the workbook of `job.arguments`: `filters`, `language`, `screen` (an outbox row)."""
    async with tools.database.write() as tx:
        actor = await tools.actor(tx, job)
        require(may_export(actor))
    order = Order(
        filters=Filter.from_json(job.arguments["filters"]),
        language=job.arguments["language"],
        made_at=tools.clock.now(),
        made_by=actor.person.name if actor.person else "",
        withhold=True,
        bot_name=tools.bot_name or "",
    )
    telling = Telling(
        job, tools, lambda share: views.making(job.id, share), job.arguments.get("screen")
    )
    async with tools.room() as room:
        try:
            made = await telling.during(make(tools, order, room, on_progress=telling.note))
        except JobCancelled:
            return
        name = views.file_name(order.made_at.astimezone(tools.settings.zone).date())
        await _hand_over(job, tools, order, made, name)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


async def _hand_over(job: Job, tools: Tools, order: Order, made: Made, name: str) -> None:
    """The file goes to the chat, or stays on the machine where it is too large for it."""
    counted = made.rows["recommendations"]
    if made.size <= CHAT_LIMIT:
        async with tools.keep(made.path, XLSX) as (tx, kept):
            shown = views.ready(counted, made.withheld, Attachment(kept.sha256, name))
            await _say(tx, job, tools, order, made, shown=shown)
        return
    name = f"{job.id}-{name}"
    await asyncio.to_thread(_keep, made.path, tools.settings.data_dir / FOLDER / name)
    async with tools.database.write() as tx:
        shown = views.too_large(counted, made.size, f"{FOLDER}/{name}")
        await _say(tx, job, tools, order, made, shown=shown)


async def _say(
    tx: Transaction, job: Job, tools: Tools, order: Order, made: Made, *, shown: Screen
) -> None:
    """End the job and show the workbook, unless nobody wants it any more."""
    if await is_cancelled(tx, job):
        return
    act = await tools.act(tx, job)
    require(may_export(act.actor))
    row = job.arguments.get("screen")
    if row is not None:
        await tools.tell(tx, job, views.made(), step="made", edits=row)
    await tools.tell(tx, job, shown, step="ready")
    await jobs.change(
        tx,
        job.id,
        state=jobs.DONE,
        sha256=made.sha256,
        result={"rows": dict(made.rows), "withheld": made.withheld},
        finished_at=act.now,
    )
    await service.handed_out(
        tx,
        act,
        f"job:{job.id}",
        order.filters,
        rows=made.rows,
        sha256=made.sha256,
        withheld=made.withheld,
    )


def _keep(source: Path, target: Path) -> None:
    """Copy the file to where the operator finds it; a second try writes it anew."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    shutil.copyfile(source, unfinished)
    unfinished.chmod(0o600)
    unfinished.replace(target)

"""What works of two-way workbooks share: make one and send it, read one that came back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from bot.domain.approvals import Protection
from bot.domain.exports import XLSX
from bot.domain.people import Actor
from bot.domain.permissions import require
from bot.domain.screens import Attachment, Screen
from bot.exchange.confined import MEGABYTE, Limits, confined_stream
from bot.jobs import file_in
from bot.services import approvals, exports
from bot.works import Tools
from storage import jobs
from storage.jobs import Job

READER = Limits(memory=700 * MEGABYTE, cpu=120, wall=300.0)

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Book:
    """A workbook that leaves to be filled in.

    `what` is its name in the audit (`export.<what>`), `process` that of its process, `file` how it
    is called where it is saved, `ready` the screen that brings it: how many rows, how many of them
    without what people wrote.
    """

    what: str
    process: str
    file: str
    allowed: Callable[[Actor], bool]
    ready: Callable[[int, int, Attachment], Screen]


async def send(job: Job, tools: Tools, book: Book, more: Mapping[str, Any] | None = None) -> None:
    """Make the workbook by the job's arguments, and `more`; send it to whoever asked."""
    async with tools.database.read() as tx:
        require(book.allowed(await tools.actor(tx, job)))
        withhold = not await approvals.may_leave(tx, Protection.RESTRICTED)
    now = tools.clock.now()
    async with tools.room() as room:
        order = {**job.arguments, **(more or {}), "made_at": now.isoformat(), "withhold": withhold}
        result = await tools.jobs.run(book.process, order, room)
        async with tools.keep(file_in(room, result["file"]), XLSX) as (tx, kept):
            act = await tools.act(tx, job)
            require(book.allowed(act.actor))
            require(withhold or await approvals.may_leave(tx, Protection.RESTRICTED))
            rows = result["rows"]
            shown = book.ready(rows, result["withheld"], Attachment(kept.sha256, book.file))
            await tools.tell(tx, job, shown, step="ready")
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            await exports.sent(tx, act, book.what, f"job:{job.id}", rows=rows, sha256=kept.sha256)


async def read(
    tools: Tools, sha256: str, reader: Callable[..., Iterator[Rows]], *arguments: Any
) -> Rows:
    """The rows of a stored workbook, read in a process with limits; raises what refuses it."""
    rows: Rows = []
    async with tools.room() as room:
        path = room / "sent"
        await asyncio.to_thread(path.write_bytes, await tools.vault.read(sha256))
        batches = confined_stream(reader, str(path), *arguments, limits=READER)
        async with aclosing(batches):
            async for batch in batches:
                rows += batch
    return rows

"""Makes the workbook of the plans of a selection and sends it to whoever asked."""

from __future__ import annotations

from bot.domain.exports import XLSX
from bot.domain.permissions import may_plan, require
from bot.domain.screens import Attachment
from bot.domain.views import plans_book as views
from bot.exchange.plans_work import FILE
from bot.jobs import file_in
from bot.services import exports
from bot.works import Tools
from storage import jobs
from storage.jobs import Job

PROCESS = "plans_book"


async def run(job: Job, tools: Tools) -> None:
    """Make the workbook of `job.arguments`: `selection` (its code) and `language`."""
    async with tools.database.read() as tx:
        require(may_plan(await tools.actor(tx, job)))
    now = tools.clock.now()
    async with tools.room() as room:
        order = {**job.arguments, "made_at": now.isoformat()}
        result = await tools.jobs.run(PROCESS, order, room)
        async with tools.keep(file_in(room, result["file"]), XLSX) as (tx, kept):
            shown = views.ready(result["rows"], Attachment(kept.sha256, FILE))
            await tools.tell(tx, job, shown, step="ready")
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            rows = result["rows"]
            await exports.sent(tx, act, "plans", job.id, rows=rows, sha256=kept.sha256)

"""Makes the empty table for deadlines, to be filled in and sent back."""

from __future__ import annotations

from bot.domain.screens import Attachment
from bot.domain.views import deadlines as views
from bot.exchange.calendar_files import template
from bot.works import Tools
from storage import files, jobs
from storage.jobs import Job


async def run(job: Job, tools: Tools) -> None:
    """Send the table in `job.arguments["language"]`."""
    kept = await tools.vault.put(template(job.arguments["language"]))
    now = tools.clock.now()
    async with tools.database.write() as tx:
        await files.add(tx, kept.sha256, size=kept.size, media_type="text/csv", now=now)
        shown = views.template(Attachment(kept.sha256, views.TEMPLATE_FILE))
        await tools.tell(tx, job, shown, step="template")
        await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=now)

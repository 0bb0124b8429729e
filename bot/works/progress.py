"""Draws the figures that somebody has just been told, and sends the picture after them."""

from __future__ import annotations

from bot.domain.progress import Subject
from bot.domain.screens import Attachment
from bot.domain.views import exports as views
from bot.jobs import file_in
from bot.works import Tools
from storage import files, jobs
from storage.jobs import Job

PICTURE = "picture"


async def run(job: Job, tools: Tools) -> None:
    """Draw `figures` (`bot.exchange.progress.pack`) in `language`; `subjects` are shown beside."""
    async with tools.room() as room:
        result = await tools.jobs.run(PICTURE, job.arguments, room)
        kept = await tools.vault.put(file_in(room, result["file"]))
    now = tools.clock.now()
    async with tools.database.write() as tx:
        await files.add(tx, kept.sha256, size=kept.size, media_type="image/png", now=now)
        shown = views.picture(
            Attachment(kept.sha256, views.PICTURE_FILE, "photo"),
            Subject(job.arguments["figures"]["subject"]),
            [Subject(each) for each in job.arguments["subjects"]],
        )
        await tools.tell(tx, job, shown, step="picture")
        await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=now)

"""Draws the figures that somebody has just been told, and sends the picture after them."""

from __future__ import annotations

from bot.domain.progress import Subject
from bot.domain.screens import Attachment
from bot.domain.views import exports as views
from bot.jobs import file_in
from bot.services import exports
from bot.works import Tools
from storage import jobs
from storage.jobs import Job

PICTURE = "picture"
PNG = "image/png"


async def run(job: Job, tools: Tools) -> None:
    """Draw `figures` (`bot.exchange.progress.pack`) in `language`; `subjects` are shown beside."""
    async with tools.room() as room:
        result = await tools.jobs.run(PICTURE, job.arguments, room)
        async with tools.keep(file_in(room, result["file"]), PNG) as (tx, kept):
            shown = views.picture(
                Attachment(kept.sha256, views.PICTURE_FILE, "photo"),
                Subject(job.arguments["figures"]["subject"]),
                [Subject(each) for each in job.arguments["subjects"]],
            )
            await tools.tell(tx, job, shown, step="picture")
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            counted = job.arguments["figures"]["total"]
            await exports.sent(tx, act, PICTURE, job.id, rows=counted, sha256=kept.sha256)

"""Draws the figures of a digest, and sends the picture after the words."""

from __future__ import annotations

from bot import logs
from bot.domain.screens import Attachment, text_from_json
from bot.domain.views import digests as views
from bot.jobs import Crashed, TookTooLong, TooMuchMemory, file_in
from bot.services import digests
from bot.services.notices import tell
from bot.works import Tools
from storage import jobs
from storage.jobs import Job

log = logs.get(__name__)

PICTURE = "digest_picture"
PNG = "image/png"


async def run(job: Job, tools: Tools) -> None:
    """Draw what `bot.services.digests` planned; without a sound, as nobody asked for it.

    Nothing is sent to somebody whose seat has ended or was suspended meanwhile, and nothing is said
    of a picture that cannot be drawn: its figures were told.
    """
    async with tools.room() as room:
        try:
            result = await tools.jobs.run(PICTURE, job.arguments, room)
        except (Crashed, TookTooLong, TooMuchMemory) as error:
            await _give_up(job, tools, type(error).__name__)
            return
        async with tools.keep(file_in(room, result["file"]), PNG) as (tx, kept):
            act = await tools.act(tx, job)
            if act.actor.seats and act.actor.person is not None:
                shown = views.picture(
                    Attachment(kept.sha256, views.PICTURE_FILE, "photo"),
                    text_from_json(job.arguments["title"]),
                )
                key = f"job:{job.id}:picture"
                await tell(tx, act, act.actor.person.id, shown, key, silent=True)
                await digests.picture_sent(tx, act, job.id, sha256=kept.sha256)
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)


async def _give_up(job: Job, tools: Tools, reason: str) -> None:
    log.warning("digest.not_drawn", job=job.id, error=reason)
    async with tools.database.write() as tx:
        now = tools.clock.now()
        await jobs.change(tx, job.id, state=jobs.FAILED, reason=reason, finished_at=now)

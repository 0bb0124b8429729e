"""Makes the poster of a consultation in one language: a picture for the chat, a PDF for paper."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.consultations import Consultation
from bot.domain.errors import existing
from bot.domain.screens import Attachment, Text, text
from bot.domain.views import consultations as views
from bot.domain.views.participants import when
from bot.exchange.confined import MEGABYTE, Limits
from bot.jobs import file_in
from bot.services import consultations as service
from bot.texts import clean, direction
from bot.works import Tools
from storage import consultations, jobs
from storage.jobs import Job

PROCESS = "poster"
PNG, PDF = "image/png", "application/pdf"
LIMITS = Limits(memory=700 * MEGABYTE, cpu=60, wall=120.0, written=20 * MEGABYTE)
TERMS = ("participant.name_only", "participant.traceable", "participant.ways")


async def run(job: Job, tools: Tools) -> None:
    """Draw the poster of `job.arguments`: `consultation`, `language`, its public `link`."""
    language = job.arguments["language"]
    async with tools.database.read() as tx:
        permissions.require(permissions.may_consult(await tools.actor(tx, job)))
        found = existing(
            await consultations.get(tx, job.arguments["consultation"], language=language)
        )
    packed = _packed(found, tools, language, job.arguments["link"])
    async with tools.room() as room:
        made = await tools.jobs.run(PROCESS, packed, room, limits=LIMITS)
        for name, media_type in ((made["picture"], PNG), (made["paper"], PDF)):
            async with tools.keep(file_in(room, name), media_type) as (tx, kept):
                kind = "photo" if media_type == PNG else "document"
                attachment = Attachment(kept.sha256, name, kind)
                await tools.tell(tx, job, views.poster(found, attachment), step=name)
                await jobs.change(tx, job.id, sha256=kept.sha256)
        async with tools.database.write() as tx:
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=act.now)
            await service.poster_made(tx, act, found.id, language)


def _packed(found: Consultation, tools: Tools, language: str, link: str) -> dict[str, Any]:
    def words(said: Text) -> str:
        zone = tools.settings.zone
        return tools.texts.render(said, language, mode="bare", timezone=zone)

    closes = text("participant.closes", day=found.wanted.closes_on)
    return {
        "rtl": direction(language) == "rtl",
        "title": clean(found.wanted.title),
        "words": clean(found.wanted.purpose),
        "facts": [words(when(found)), words(closes)],
        "link": link,
        "terms": [*map(words, map(text, TERMS)), clean(found.wanted.ways)],
    }

"""Makes the poster of a consultation in one language: a picture for the chat, a PDF for paper.

One invites, the other hangs at the door of the meeting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain import permissions
from bot.domain.consultations import Consultation
from bot.domain.errors import existing
from bot.domain.screens import Attachment, Code, Text, text
from bot.domain.views import consultations as views
from bot.domain.views import door
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
AT_THE_DOOR = ("door.numbers_only", "door.without_phone")
TEXT_KEYS = AT_THE_DOOR


async def run(job: Job, tools: Tools) -> None:
    """Draw the poster of `job.arguments`: `consultation`, `language`, its public `link`.

    With the code at the `door` it is the one that hangs there.
    """
    shown = door.poster if "door" in job.arguments else views.poster
    language = job.arguments["language"]
    async with tools.database.read() as tx:
        permissions.require(permissions.may_consult(await tools.actor(tx, job)))
        found = existing(
            await consultations.get(tx, job.arguments["consultation"], language=language)
        )
    packed = _packed(found, tools, job.arguments)
    async with tools.room() as room:
        made = await tools.jobs.run(PROCESS, packed, room, limits=LIMITS)
        for name, media_type in ((made["picture"], PNG), (made["paper"], PDF)):
            async with tools.keep(file_in(room, name), media_type) as (tx, kept):
                kind = "photo" if media_type == PNG else "document"
                attachment = Attachment(kept.sha256, name, kind)
                await tools.tell(tx, job, shown(found, attachment), step=name)
                await jobs.change(tx, job.id, sha256=kept.sha256)
        async with tools.database.write() as tx:
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=act.now)
            await service.poster_made(tx, act, found.id, language)


def _packed(found: Consultation, tools: Tools, arguments: Mapping[str, Any]) -> dict[str, Any]:
    language, code = arguments["language"], arguments.get("door")

    def words(said: Text) -> str:
        zone = tools.settings.zone
        return tools.texts.render(said, language, mode="bare", timezone=zone)

    packed = {
        "rtl": direction(language) == "rtl",
        "title": clean(found.wanted.title),
        "link": arguments["link"],
    }
    if code is not None:
        day = text("door.counts_on", day=found.wanted.last_day)
        return packed | {
            "words": words(text("door.welcome")),
            "facts": [words(text("door.poster_code", code=Code(code))), words(day)],
            "terms": [words(text(each)) for each in AT_THE_DOOR],
        }
    closes = text("participant.closes", day=found.wanted.closes_on)
    return packed | {
        "words": clean(found.wanted.purpose),
        "facts": [words(when(found)), words(closes)],
        "terms": [*map(words, map(text, TERMS)), clean(found.wanted.ways)],
    }

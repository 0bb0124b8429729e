"""Draws the figures that somebody asked for, and sends the picture after them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import Refused, existing
from bot.domain.people import COMMAND_LINE
from bot.domain.permissions import may_see_progress, require
from bot.domain.progress import Scope, Subject, scope_of
from bot.domain.screens import Attachment, Screen, text, text_from_json, text_to_json
from bot.domain.views import exports as views
from bot.domain.views.digests import to_draw
from bot.exchange.picture import Figures, as_text
from bot.exchange.progress import pack
from bot.jobs import file_in
from bot.services import exports
from bot.services import progress as service
from bot.works import Tools, digest, digest_of
from storage import jobs, names
from storage.jobs import Job

PICTURE = "picture"
PNG = "image/png"


class NothingCounted(Refused):
    """There is nothing yet of which a picture could be drawn."""

    key = "error.export.no_figures"


async def run(job: Job, tools: Tools) -> None:
    """Draw what `job.arguments` say in `language`; `subjects` are shown beside.

    `figures` (`bot.exchange.progress.pack`) or `groups` (`bot.exchange.digest.draw`) were told
    already; where there are neither, the history is counted and told first.
    """
    arguments = dict(job.arguments)
    subjects = [Subject(each) for each in arguments["subjects"]]
    process = digest.PICTURE if "groups" in arguments else PICTURE
    if "figures" in arguments:
        subject, total = Subject(arguments["figures"]["subject"]), arguments["figures"]["total"]
    elif "groups" in arguments:
        subject, total = Subject(arguments["subject"]), arguments["total"]
    else:
        figures = await _history(job, tools)
        subject, total, arguments["figures"] = Subject.TIME, figures.total, pack(figures)
        async with tools.database.write() as tx:
            await tools.tell(tx, job, _told(figures, arguments, subjects), step="figures")
    async with tools.room() as room:
        result = await tools.jobs.run(process, arguments, room)
        async with tools.keep(file_in(room, result["file"]), PNG) as (tx, kept):
            shown = views.picture(
                Attachment(kept.sha256, views.PICTURE_FILE, "photo"), subject, subjects
            )
            await tools.tell(tx, job, shown, step="picture")
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            await exports.sent(tx, act, PICTURE, f"job:{job.id}", rows=total, sha256=kept.sha256)


def _told(figures: Figures, arguments: Mapping[str, Any], subjects: list[Subject]) -> Screen:
    return views.progress(
        Subject.TIME,
        subjects,
        [views.Line(*each) for each in as_text(figures)],
        total=figures.total,
        as_of=figures.as_of,
        whose=text_from_json(arguments["whose"]),
    )


async def _history(job: Job, tools: Tools) -> Figures:
    """How the shares of the statuses went, as far as whoever asked may see it."""
    async with tools.database.read() as tx:
        act = await tools.act(tx, job)
    require(may_see_progress(act.actor))
    reader = service.Reader(tools.texts, job.arguments["language"], act.today, act.zone)
    return existing(await service.history(tools.database, reader, scope_of(act.actor)))


# -- At the shell ----------------------------------------------------------------------------------


async def write_out(tools: Tools, subject: Subject, target: Path, *, language: str) -> int:
    """Draw what the secretariat would be shown to `target`, the same figures as text beside it.

    The text has the picture's name with `.txt`. Gives how many items (of answers: institutions) are
    counted; refuses with NothingCounted where that is none.
    """
    now = tools.clock.now().astimezone(tools.settings.zone)
    async with tools.database.read() as tx:
        tools.texts.call(await names.own(tx))
    reader = service.Reader(tools.texts, language, now.date(), tools.settings.zone)
    drawn, shown, total = await _drawn(tools, subject, reader)
    if not total:
        raise NothingCounted
    made = text("word.made", at=now, by=text("export.by_operator"))
    words = [*shown.lines, None, made]
    process = digest.PICTURE if "groups" in drawn else PICTURE
    async with tools.room() as room:
        result = await tools.jobs.run(process, drawn, room)
        path = file_in(room, result["file"])
        sha256, _size = await asyncio.to_thread(digest_of, path)
        beside = room / "figures.txt"
        said = "\n".join("" if each is None else reader.say(each) for each in words)
        await asyncio.to_thread(beside.write_text, f"{said}\n", "utf-8")
        async with tools.database.write() as tx:
            act = tools.by(COMMAND_LINE)
            await exports.sent(tx, act, PICTURE, "export:picture", rows=total, sha256=sha256)
        await asyncio.to_thread(shutil.move, beside, target.with_suffix(".txt"))
        await asyncio.to_thread(shutil.move, path, target)
    return total


async def _drawn(
    tools: Tools, subject: Subject, reader: service.Reader
) -> tuple[dict[str, Any], Screen, int]:
    """What is to be drawn, the screen that says it in words, and how many are counted."""
    scope, language = Scope(), reader.language
    subjects = scope.subjects
    by = reader.say(text("export.by_operator"))
    common = {"language": language, "names": dict(tools.texts.own), "made_by": by}
    if subject is Subject.TIME:
        past = await service.history(tools.database, reader, scope)
        if past is None:
            return {}, views.no_history(subjects), 0
        whose = text_to_json(text("progress.whose.approved"))
        told = _told(past, {"whose": whose}, [*subjects])
        return common | {"figures": pack(past)}, told, past.total
    async with tools.database.read() as tx:
        whose_it_is = await service.whose(tx, reader, scope)
        if subject is Subject.ANSWERS:
            groups, count = await service.answering(tx, reader, scope)
            title = text(f"picture.title.{subject}")
            told = views.answers(groups, subjects, as_of=reader.today, whose=whose_it_is)
            drawn = to_draw(title, groups, language, as_of=reader.today)
            return drawn | {"made_by": by}, told, count
        figures = await service.told_apart(tx, reader, subject, scope)
    told = views.progress(
        subject,
        subjects,
        service.lines(subject, figures),
        total=figures.total,
        as_of=figures.as_of,
        whose=whose_it_is,
    )
    return common | {"figures": pack(figures)}, told, figures.total

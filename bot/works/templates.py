"""Sends our Word templates, and tries those that the secretariat sends before they count."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.errors import Refused
from bot.domain.exports import DOCX, TEMPLATE_LETTERS, TemplateKind
from bot.domain.permissions import may_set_templates, require
from bot.domain.screens import Attachment
from bot.domain.views import templates as views
from bot.exchange import word, word_templates
from bot.exchange.inspect import inspect, safe_name
from bot.services import templates as service
from bot.services.templates import HOW, TemplateNotWord
from bot.texts import direction
from bot.works import Tools, word_files
from bot.works.import_read import fetch
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job

TEXT = "text/plain"


async def ours(job: Job, tools: Tools) -> None:
    """Send our template of `job.arguments`: `kind` and `language`."""
    kind, language = TemplateKind(job.arguments["kind"]), job.arguments["language"]
    rtl = direction(language) == "rtl"
    made = await asyncio.to_thread(word_templates.ours, kind, rtl=rtl)
    async with tools.keep(made, DOCX) as (tx, kept):
        act = await tools.act(tx, job)
        require(may_set_templates(act.actor))
        shown = views.file(Attachment(kept.sha256, views.file_name(kind, language)), kind)
        await tools.tell(tx, job, shown, step="template")
        await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)


async def check(job: Job, tools: Tools) -> None:
    """Try the template of `job.arguments` (`file_id`, `name`, `kind`, `language`) and use it.

    One that is refused leaves in use what is, and can be sent again at once.
    """
    async with tools.room() as room:
        sample = room / "sample.docx"
        try:
            path = await _tried(job, tools, room, sample)
        except Refused as refused:
            await _refuse(job, tools, refused)
        else:
            await _take(job, tools, path, sample)


async def _tried(job: Job, tools: Tools, room: Path, sample: Path) -> Path:
    """Where the template is, once made-up values were filled into it."""
    path = await fetch(job, tools, room)
    found = await inspect(path, job.arguments["name"])
    if found.extension != "docx":
        raise TemplateNotWord(found=found.extension)
    await word_files.tried(TemplateKind(job.arguments["kind"]), path, sample)
    return path


async def _refuse(job: Job, tools: Tools, refused: Refused) -> None:
    """Say why; where fields were unknown, with a file of those there are."""
    kind = TemplateKind(job.arguments["kind"])
    if not isinstance(refused, word.TemplateUnknownField):
        async with tools.database.write() as tx:
            await _say_refused(tx, job, tools, refused)
        return
    fields = "\r\n".join([*word.fields_of(kind), ""])
    async with tools.keep(fields.encode("utf-8-sig"), TEXT) as (tx, kept):
        file = Attachment(kept.sha256, views.fields_name(kind))
        await _say_refused(tx, job, tools, refused, file=file)


async def _say_refused(
    tx: Transaction, job: Job, tools: Tools, refused: Refused, *, file: Attachment | None = None
) -> None:
    kind = TemplateKind(job.arguments["kind"])
    await jobs.change(
        tx,
        job.id,
        state=jobs.FAILED,
        reason=refused.key[:60],
        sha256=None if file is None else file.stored,
        finished_at=tools.clock.now(),
    )
    shown = views.refused(refused.text, kind, file)
    subject = f"{HOW}:{TEMPLATE_LETTERS[kind]}"  # the next file is taken for it
    await tools.tell(tx, job, shown, step="failed", subject=subject)


async def _take(job: Job, tools: Tools, path: Path, sample: Path) -> None:
    kind, language = TemplateKind(job.arguments["kind"]), job.arguments["language"]
    async with tools.keep(path, DOCX) as (tx, template):
        await jobs.change(tx, job.id, sha256=template.sha256)
    async with tools.keep(sample, DOCX) as (tx, kept):
        act = await tools.act(tx, job)
        called = safe_name(job.arguments["name"], "docx")
        await service.take(tx, act, kind, language, template.sha256, called)
        sent = Attachment(kept.sha256, views.sample_name(kind, language))
        await tools.tell(tx, job, views.taken(kind, language, sent), step="taken")
        await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)

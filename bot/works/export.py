"""Makes an export in another process, tells how far it is, and hands it over."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.approvals import Kind, Protection
from bot.domain.exports import FORMS, ExportKind, file_name, require_suits
from bot.domain.filters import Filter
from bot.domain.people import COMMAND_LINE, Act
from bot.domain.permissions import require
from bot.domain.regular import Rhythm
from bot.domain.screens import Attachment, Screen, Text
from bot.domain.views import exports as views
from bot.domain.views import regular as regular_views
from bot.exchange.order import Order
from bot.jobs import ARCHIVE, EXPORT, OnProgress, file_in
from bot.services import approvals
from bot.services import exports as service
from bot.services.notices import tell
from bot.works import Tools, calendar_file, digest_of, word_files
from bot.works.telling import JobCancelled, Telling, is_cancelled
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job

CHAT_LIMIT = 50 * 1024**2  # bytes that a bot may send
FOLDER = "exports"  # in the data folder: what is too large for the chat, or not for it

PROCESSES: Mapping[ExportKind, str] = {
    ExportKind.WORKBOOK: "bot.exchange.consolidated:export",
    ExportKind.MATRIX: "bot.exchange.matrix:export",
    ExportKind.MATRIX_BY_NUMBER: "bot.exchange.matrix:export_by_number",
    ExportKind.PARAGRAPHS: "bot.exchange.paragraphs:export",
    ExportKind.SDG: "bot.exchange.sdg:export",
    ExportKind.SDG_CSV: "bot.exchange.sdg:export_csv",
    ExportKind.OPEN_DATA: "bot.exchange.open_data:export",
    ExportKind.IMPACT: "bot.exchange.impact:export",
    ExportKind.ARCHIVE: "bot.exchange.archive:export",
    ExportKind.NATIONAL_REPORT: "bot.exchange.national_report:export",
    ExportKind.COMMENTS: "bot.exchange.comments:export",
    ExportKind.AUDIT: "bot.exchange.audit_lines:export",
}
"""Where the process of each kind begins: `module:function`; a calendar is made here."""


@dataclass(frozen=True)
class Made:
    """An export that was written: where, its digest and size, and how much it holds."""

    path: Path
    sha256: str
    size: int
    counts: Mapping[str, int]
    withheld: int


def process(kind: ExportKind) -> str:
    """The name of its process for `bot.jobs`."""
    return f"export_{kind}"


async def make(
    tools: Tools,
    kind: ExportKind,
    order: Order,
    room: Path,
    *,
    on_progress: OnProgress | None = None,
) -> Made:
    """Write the export into the room; refuses as its process does."""
    if kind is ExportKind.CALENDAR:
        written = await calendar_file.write(tools, order, room)
        path = room / written.file
        return Made(
            path, *await asyncio.to_thread(digest_of, path), written.counts, written.withheld
        )
    store = kind is ExportKind.ARCHIVE
    result = await tools.jobs.run(
        process(kind),
        order.to_json(),
        room,
        on_progress=on_progress,
        limits=ARCHIVE if store else EXPORT,
        environment=tools.settings.store_environment if store else None,
    )
    path = file_in(room, result["file"])
    if (of := FORMS[kind].template) is not None:
        path = await word_files.filled(
            tools, of, order.language, path, room, on_progress=on_progress
        )
    sha256, size = await asyncio.to_thread(digest_of, path)
    return Made(path, sha256, size, result["counts"], result["withheld"])


async def write_out(
    tools: Tools,
    kind: ExportKind,
    chosen: Filter,
    target: Path,
    *,
    language: str,
    report_id: int | None = None,
    words: bool = False,
    on_progress: OnProgress | None = None,
) -> Made:
    """Write the export to `target` for the operator, the words of restricted items with it.

    `words` are those that the audit keeps beside its entries.

    What stood there before goes only once the new one is whole and its trace is kept. Refuses with
    DocumentNeeded or ReportNeeded, or as its process does.
    """
    require_suits(kind, chosen, report_id)
    by = tools.texts.render(Text("export.by_operator"), language, mode="bare")
    order = Order(
        chosen,
        language,
        tools.clock.now(),
        by,
        withhold=False,
        report_id=report_id,
        words=words,
    )
    unfinished = target.with_name(f".{target.name}.part")
    async with tools.room() as room:
        made = await make(tools, kind, order, room, on_progress=on_progress)
        try:
            await asyncio.to_thread(shutil.move, made.path, unfinished)
            async with tools.database.write() as tx:
                act, about = tools.by(COMMAND_LINE), f"export:{kind}"
                await _record(tx, act, kind, about, order, made)
            await asyncio.to_thread(unfinished.replace, target)
        finally:
            unfinished.unlink(missing_ok=True)
    return replace(made, path=target)


async def run(job: Job, tools: Tools) -> None:
    """Make the export of `job.arguments`: `export` (the kind), `filters`, `language`, `screen`.

    `screen` is the outbox row that tells how far it is.
    """
    kind = ExportKind(job.arguments["export"])
    async with tools.database.write() as tx:
        act = await tools.act(tx, job)
        require(service.may_take(act.actor, kind))
        # What comes by itself does not use up what was agreed to for an export of one's own.
        named = kind is ExportKind.WORKBOOK and "regular" not in job.arguments
        names = named and await approvals.may_name(tx, act)
        stays = await service.stays(tx, kind)
        restricted = stays or await approvals.may_leave(tx, Protection.RESTRICTED)
    person = act.actor.person
    order = Order(
        filters=Filter.from_json(job.arguments["filters"]),
        language=job.arguments["language"],
        made_at=act.now,
        made_by=person.name if person else "",
        withhold=not restricted,
        names=names,
        bot_name=tools.bot_name or "",
        report_id=job.arguments.get("report"),
    )
    telling = Telling(
        job, tools, lambda share: _making(kind, job, share), job.arguments.get("screen")
    )
    async with tools.room() as room:
        try:
            made = await telling.during(make(tools, kind, order, room, on_progress=telling.note))
        except JobCancelled:
            return
        await _hand_over(job, tools, kind, order, made, stays=stays)


def _making(kind: ExportKind, job: Job, share: float) -> Screen:
    """How far it is; of one file a document, how far all of them are."""
    if "batch" not in job.arguments:
        return views.making(kind, job.id, share)
    first, place, several = job.arguments["batch"]
    return views.by_document(kind, views.Batch(first, place - 1, several), share)


def _made(kind: ExportKind, job: Job) -> Screen:
    if "batch" not in job.arguments:
        return views.made(kind)
    first, place, several = job.arguments["batch"]
    return views.by_document(kind, views.Batch(first, place, several), 0.0)


async def _hand_over(
    job: Job, tools: Tools, kind: ExportKind, order: Order, made: Made, *, stays: bool
) -> None:
    """The file goes to the chat, or stays on the machine: too large for the chat, or not for it."""
    form, counts = FORMS[kind], made.counts
    rhythm = job.arguments.get("rhythm")
    counted = views.Counted(
        kind,
        counts[form.counted],
        made.withheld,
        counts.get("damaged", 0),
        None if rhythm is None else regular_views.comes(Rhythm(rhythm)),
    )
    day = order.made_at.astimezone(tools.settings.zone).date()
    name = file_name(kind, day, order.filters, order.report_id)
    if made.size <= CHAT_LIMIT and not stays:
        async with tools.keep(made.path, form.media_type) as (tx, kept):
            await _require_still(tx, kind, order)
            shown = views.ready(counted, Attachment(kept.sha256, name))
            await _say(tx, job, tools, kind, order, made, shown=shown)
        return
    name = f"{job.id}-{name}"
    await asyncio.to_thread(_keep, made.path, tools.settings.data_dir / FOLDER / name)
    place = f"{FOLDER}/{name}"
    async with tools.database.write() as tx:
        shown = (
            views.stays(counted, made.size, place)
            if stays
            else views.too_large(counted, made.size, place, order.filters, order.language)
        )
        await _say(tx, job, tools, kind, order, made, shown=shown)


async def _require_still(tx: Transaction, kind: ExportKind, order: Order) -> None:
    """Refuse a file that may not leave any more as it was made: a protection was raised since."""
    if not order.withhold:
        require(await approvals.may_leave(tx, Protection.RESTRICTED))
    require(not await service.stays(tx, kind))


async def _say(  # noqa: PLR0917
    tx: Transaction,
    job: Job,
    tools: Tools,
    kind: ExportKind,
    order: Order,
    made: Made,
    *,
    shown: Screen,
) -> None:
    """End the job and show the export, unless nobody wants it any more."""
    if await is_cancelled(tx, job):
        return
    act = await tools.act(tx, job)
    require(service.may_take(act.actor, kind))
    if order.names:
        await approvals.use(tx, act, Kind.NAMES)
    row = job.arguments.get("screen")
    if row is not None:
        await tools.tell(tx, job, _made(kind, job), step="made", edits=row)
    await tools.tell(tx, job, shown, step="ready")
    if job.arguments.get("to_all"):
        await _tell_others(tx, job, act, kind, shown)
    await jobs.change(
        tx,
        job.id,
        state=jobs.DONE,
        sha256=made.sha256,
        result={"counts": dict(made.counts), "withheld": made.withheld},
        finished_at=act.now,
    )
    await _record(tx, act, kind, f"job:{job.id}", order, made)


async def _tell_others(
    tx: Transaction, job: Job, act: Act, kind: ExportKind, shown: Screen
) -> None:
    """All of the secretariat who may take such a file out get that of whoever asked for it."""
    for each in await service.takers(tx, act, kind):
        if each.id != job.person_id:
            await tell(tx, act, each.id, shown, f"job:{job.id}:ready:{each.id}", silent=True)


async def _record(  # noqa: PLR0917
    tx: Transaction, act: Act, kind: ExportKind, about: str, order: Order, made: Made
) -> None:
    await service.handed_out(
        tx,
        act,
        kind,
        about,
        order.filters,
        counts=made.counts,
        sha256=made.sha256,
        withheld=made.withheld,
        report_id=order.report_id,
    )


def _keep(source: Path, target: Path) -> None:
    """Move the file to where the operator finds it; a second try writes it anew."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    shutil.move(source, unfinished)
    unfinished.chmod(0o600)
    unfinished.replace(target)

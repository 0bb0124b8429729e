"""Preparing a report: beginning, changing and dropping it, its approval, its submission.

Every act on a report locks it first, so that two officers never change one structure at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.items import best_text
from bot.domain.merging import ChangedMeanwhile
from bot.domain.national_reports import (
    CHANGING,
    LONGEST_TITLE,
    MOST_CHAPTERS,
    AllSubmitted,
    NationalKind,
    NationalReport,
    NotApprovedYet,
    NothingInIt,
    NotSubmitted,
    ReportItem,
    Settings,
    Stage,
    Structure,
    chapters_for,
    in_scope,
    require_room,
)
from bot.domain.people import Act
from bot.domain.reports import DayInFuture, fitting
from bot.domain.screens import Attachment, Listing, text
from bot.services import audit
from storage import deadlines, items
from storage import national_reports as queries
from storage import report_chapters as chapters
from storage.audit import Fact
from storage.database import Transaction

_BEGINNING = 70  # characters of an item in the heading of its chapter
_PAGE = 500  # items whose words are read at once


@dataclass(frozen=True)
class Wanted:
    """A report as an officer wants to prepare it; without documents about all of them."""

    kind: NationalKind
    title: str
    language: str
    documents: tuple[int, ...]
    structure: Structure
    months: int
    deadline_id: int | None = None
    word_limit: int | None = None


# -- Beginning, dropping ---------------------------------------------------------------------------


async def structures(tx: Transaction, act: Act, documents: Sequence[int]) -> dict[Structure, int]:
    """How many chapters each structure would make of these documents, where it makes any."""
    permissions.require(permissions.may_prepare_report(act.actor))
    there = await chapters.items_in(tx, documents)
    counts = {each: len(chapters_for(each, there, {})) for each in Structure}
    return {each: n for each, n in counts.items() if 0 < n <= MOST_CHAPTERS}


async def add(
    tx: Transaction, act: Act, wanted: Wanted, *, language: str, default_language: str
) -> int:
    """Begin a report with the chapters that its structure makes; gives its id.

    Raises NothingInIt where there is nothing to make chapters of, TooManyChapters where there is
    too much, NotFound for a deadline that is gone.
    """
    permissions.require(permissions.may_prepare_report(act.actor))
    if wanted.deadline_id is not None:
        existing(await deadlines.get(tx, wanted.deadline_id))
    there = await chapters.items_in(tx, wanted.documents)
    scope = in_scope(wanted.structure, there)
    begin = await beginnings(tx, scope, language, default_language)
    drafts = chapters_for(wanted.structure, there, begin)
    if not scope or (wanted.structure is not Structure.OWN and not drafts):
        raise NothingInIt
    require_room(len(drafts))
    report_id = await queries.add(
        tx,
        kind=wanted.kind.value,
        title=fitting(wanted.title)[:LONGEST_TITLE],
        language=wanted.language,
        deadline_id=wanted.deadline_id,
        documents=list(wanted.documents),
        structure=wanted.structure.value,
        months=wanted.months,
        word_limit=wanted.word_limit,
        created_by=act.actor.seat_id,
        now=act.now,
    )
    await chapters.add(tx, report_id, drafts)
    await audit.record(
        tx,
        act,
        "national_report.add",
        _subject(report_id),
        facts={
            "kind": wanted.kind.value,
            "structure": wanted.structure.value,
            "items": len(scope),
            "chapters": len(drafts),
        },
        words=wanted.title,
    )
    return report_id


async def beginnings(
    tx: Transaction, scope: Sequence[ReportItem], language: str, default_language: str
) -> dict[int, tuple[str, str]]:
    """How each item begins; nothing of a restricted one."""
    open_ones = [each.id for each in scope if not each.restricted]
    found = {}
    for start in range(0, len(open_ones), _PAGE):
        texts = await items.texts(tx, open_ones[start : start + _PAGE])
        for item_id, known in texts.items():
            best = best_text(known, language, default_language)
            if best is not None:
                words = " ".join(best.words.split())
                short = words if len(words) <= _BEGINNING else f"{words[: _BEGINNING - 1]}…"
                found[item_id] = (short, best.language)
    return found


async def change(
    tx: Transaction, act: Act, report_id: int, wanted: Settings, *, seen: Settings
) -> tuple[str, ...]:
    """Change what is otherwise than it was `seen`; gives which fields that are.

    Other documents leave the chapters as they are: what is not in them any more leaves those, what
    is new stands in none before it is put into one. Raises ChangedMeanwhile where somebody else has
    changed the same, NothingInIt for documents without anything of that structure, NotFound for a
    deadline that is gone, AllSubmitted.
    """
    report = await open_one(tx, act, report_id)
    wanted = replace(wanted, title=fitting(wanted.title)[:LONGEST_TITLE])
    both = CHANGING.clashes(seen, report.settings, wanted)
    if both:
        names = tuple(text(f"national_report.field.{each}") for each in both)
        raise ChangedMeanwhile(fields=Listing(names))
    wanted = CHANGING.upon(seen, report.settings, wanted)
    changed = CHANGING.touched(report.settings, wanted)
    if not changed:
        return ()
    if "deadline_id" in changed and wanted.deadline_id is not None:
        existing(await deadlines.get(tx, wanted.deadline_id))
    if "documents" in changed:
        there = await chapters.items_in(tx, wanted.documents)
        if not in_scope(report.structure, there):
            raise NothingInIt
    await queries.change(tx, report_id, **asdict(wanted) | {"documents": list(wanted.documents)})
    if {"title", "documents"} & set(changed):
        await queries.touch(tx, report_id, now=act.now)
    facts: dict[str, Fact] = {
        "fields": list(changed),
        "words": wanted.word_limit or 0,
        "months": wanted.months,
    }
    await audit.record(
        tx,
        act,
        "national_report.change",
        _subject(report_id),
        facts=facts,
        words=wanted.title if "title" in changed else None,
    )
    return changed


async def drop(tx: Transaction, act: Act, report_id: int) -> None:
    """It is prepared no more; what was asked for it goes on. Raises AllSubmitted, Outdated."""
    permissions.require(permissions.may_prepare_report(act.actor))
    report = await queries.lock(tx, report_id)
    if report is None:
        raise Outdated
    if not report.is_open:
        raise AllSubmitted
    if not await queries.drop(tx, report_id, now=act.now):
        raise Outdated
    await audit.record(tx, act, "national_report.drop", _subject(report_id))


async def open_one(tx: Transaction, act: Act, report_id: int) -> NationalReport:
    """The report that the actor may change, locked; raises NotAllowed, NotFound, AllSubmitted."""
    permissions.require(permissions.may_prepare_report(act.actor))
    report = existing(await queries.lock(tx, report_id))
    if not report.is_open:
        raise AllSubmitted
    return report


def _subject(report_id: int) -> str:
    return f"national_report:{report_id}"


# -- Approval, submission --------------------------------------------------------------------------


@dataclass(frozen=True)
class Approved:
    """An approval as it was recorded: by whom, when, which decision, its file."""

    by: str
    approved_on: date
    number: str | None = None
    file: Attachment | None = None


async def approve(tx: Transaction, act: Act, report_id: int, approved: Approved, seen: int) -> int:
    """Record that the report was approved as it stood at the revision `seen`; gives the entry's id.

    Raises DayInFuture, AllSubmitted.
    """
    report = await open_one(tx, act, report_id)
    seat = permissions.secretariat_seat(act.actor)
    if approved.approved_on > act.today:
        raise DayInFuture(day=approved.approved_on)
    made = await queries.add_approval(
        tx,
        report_id=report.id,
        by=approved.by,
        approved_on=approved.approved_on,
        number=approved.number,
        file=None if approved.file is None else approved.file.stored,
        file_name=None if approved.file is None else approved.file.name,
        revision=min(seen, report.revision),
        seat_id=seat.id,
        at=act.now,
    )
    await queries.change(tx, report.id, state=Stage.APPROVED.value)
    facts: dict[str, Fact] = {
        "approval": made,
        "day": approved.approved_on,
        "revision": min(seen, report.revision),
        "file": approved.file is not None,
    }
    words = " · ".join(filter(None, (approved.by, approved.number)))
    subject = _subject(report.id)
    await audit.record(tx, act, "national_report.approve", subject, facts=facts, words=words)
    return made


async def submit(
    tx: Transaction, act: Act, report_id: int, *, day: date, symbol: str | None
) -> NationalReport:
    """Record that the approved report was submitted, under a symbol if it has one.

    Raises NotApprovedYet, DayInFuture, AllSubmitted.
    """
    report = await open_one(tx, act, report_id)
    if report.state is not Stage.APPROVED:
        raise NotApprovedYet
    if day > act.today:
        raise DayInFuture(day=day)
    await queries.change(
        tx, report.id, state=Stage.SUBMITTED.value, submitted_on=day, symbol=symbol
    )
    facts: dict[str, Fact] = {"day": day}
    subject = _subject(report.id)
    await audit.record(tx, act, "national_report.submit", subject, facts=facts, words=symbol)
    return replace(report, state=Stage.SUBMITTED, submitted_on=day, symbol=symbol)


async def take_back_approval(
    tx: Transaction, act: Act, approval_id: int, reason: str
) -> NationalReport:
    """An approval was recorded by mistake: the report stands as if it had not been; says why.

    What was recorded stays in the record, and counts no more. Raises AllSubmitted while the report
    is submitted, which rests on it, Outdated where it is taken back already.
    """
    permissions.require(permissions.may_prepare_report(act.actor))
    found = existing(await queries.approval(tx, approval_id))
    report = await open_one(tx, act, found.report_id)
    why = fitting(reason)
    if not await queries.take_back_approval(tx, approval_id, now=act.now):
        raise Outdated
    left = await queries.approvals(tx, report.id)
    stage = Stage.APPROVED if left else Stage.IN_PREPARATION
    await queries.change(tx, report.id, state=stage.value)
    facts: dict[str, Fact] = {"approval": approval_id, "day": found.approved_on}
    await audit.record(
        tx, act, "national_report.unapprove", _subject(report.id), facts=facts, words=why
    )
    return replace(report, state=stage)


async def take_back_submission(
    tx: Transaction, act: Act, report_id: int, reason: str
) -> NationalReport:
    """A submission was recorded by mistake: the report is approved, and open again; says why.

    Nothing else in the record follows from it, so that it can be taken back at any time. Raises
    NotSubmitted.
    """
    permissions.require(permissions.may_prepare_report(act.actor))
    report = existing(await queries.lock(tx, report_id))
    if report.state is not Stage.SUBMITTED or report.submitted_on is None:
        raise NotSubmitted
    why = fitting(reason)
    await queries.change(tx, report.id, state=Stage.APPROVED.value, submitted_on=None, symbol=None)
    facts: dict[str, Fact] = {"day": report.submitted_on}
    await audit.record(
        tx, act, "national_report.unsubmit", _subject(report.id), facts=facts, words=why
    )
    return replace(report, state=Stage.APPROVED, submitted_on=None, symbol=None)

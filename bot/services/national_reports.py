"""Preparing a report: its chapters, how ready they are, what became of comments, its approval.

What a chapter says is its draft; without one, what the institutions' approved reports say of its
items. Every act locks the report first, so that two officers never change one structure at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.domain import permissions
from bot.domain.approvals import Protection
from bot.domain.days import months_later
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.filters import EVERYTHING
from bot.domain.items import best_text
from bot.domain.national_reports import (
    LONGEST_HEADING,
    LONGEST_TITLE,
    MOST_CHAPTERS,
    AllSubmitted,
    Chapter,
    ChapterDraft,
    Comment,
    Facts,
    Held,
    NationalKind,
    NationalReport,
    NotApprovedYet,
    NothingInIt,
    Outcome,
    Readiness,
    Ready,
    Stage,
    Structure,
    chapters_for,
    count_words,
    in_scope,
    lacking,
    placed,
    readiness,
)
from bot.domain.people import SECRETARIAT, Act
from bot.domain.reports import DayInFuture, TooLong, fitting
from bot.domain.screens import Attachment
from bot.services import approvals, audit
from storage import chapter_comments, deadlines, items, jobs
from storage import national_reports as queries
from storage import report_chapters as chapters
from storage import requests as request_queries
from storage.audit import Fact
from storage.database import Transaction
from storage.exports import Records, on_snapshot

COUNT = "chapter_words"
"""The job that counts the words of a draft that came as a file."""

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

    Raises NothingInIt where there is nothing to make chapters of, NotFound for a deadline that is
    gone.
    """
    permissions.require(permissions.may_prepare_report(act.actor))
    if wanted.deadline_id is not None:
        existing(await deadlines.get(tx, wanted.deadline_id))
    there = await chapters.items_in(tx, wanted.documents)
    scope = in_scope(wanted.structure, there)
    beginnings = await _beginnings(tx, scope, language, default_language)
    drafts = chapters_for(wanted.structure, there, beginnings)
    if not scope or (wanted.structure is not Structure.OWN and not drafts):
        raise NothingInIt
    if len(drafts) > MOST_CHAPTERS:
        raise Outdated
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


async def _beginnings(
    tx: Transaction, scope: Sequence[Held], language: str, default_language: str
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
    tx: Transaction, act: Act, report_id: int, *, word_limit: int | None, months: int
) -> None:
    """Another limit of words (None: there is none), another age after which reports are stale."""
    await _open_one(tx, act, report_id)
    await queries.change(tx, report_id, word_limit=word_limit, months=months)
    facts: dict[str, Fact] = {"words": word_limit or 0, "months": months}
    await audit.record(tx, act, "national_report.change", _subject(report_id), facts=facts)


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


# -- Chapters --------------------------------------------------------------------------------------


async def add_chapter(
    tx: Transaction, act: Act, report_id: int, heading: str, language: str
) -> int:
    """One more chapter behind the others, with no items yet; gives its id."""
    await _open_one(tx, act, report_id)
    draft = ChapterDraft(_heading(heading), language)
    [chapter_id] = await chapters.add(tx, report_id, [draft])
    await _changed(tx, act, report_id, "chapter.add", chapter_id)
    return chapter_id


async def complete(
    tx: Transaction, act: Act, report_id: int, *, language: str, default_language: str
) -> int:
    """Add the chapters that its structure makes of the items that are in none; gives how many.

    Raises NothingInIt where it makes none of them.
    """
    report = await _open_one(tx, act, report_id)
    have = await chapters.of_report(tx, report_id)
    _, outside = placed(have, await chapters.items_of(tx, report))
    beginnings = await _beginnings(tx, outside, language, default_language)
    drafts = chapters_for(report.structure, outside, beginnings)
    if not drafts:
        raise NothingInIt
    if len(have) + len(drafts) > MOST_CHAPTERS:
        raise Outdated
    made = await chapters.add(tx, report_id, drafts)
    await _changed(tx, act, report_id, "chapter.add", made[0], {"chapters": len(made)})
    return len(made)


async def put(tx: Transaction, act: Act, chapter_id: int, item_ids: Sequence[int]) -> int:
    """Put items of the report into a chapter, out of the one that they are in; gives how many."""
    chapter = await _open_chapter(tx, act, chapter_id)
    report = existing(await queries.get(tx, chapter.report_id))
    wanted = set(item_ids)
    theirs = [each.id for each in await chapters.items_of(tx, report) if each.id in wanted]
    if not theirs:
        raise NotFound
    await chapters.put(tx, chapter_id, report.id, theirs)
    await _changed(tx, act, report.id, "chapter.put", chapter_id, {"items": theirs})
    return len(theirs)


async def rename(tx: Transaction, act: Act, chapter_id: int, heading: str, language: str) -> None:
    """Another heading; its items stay."""
    chapter = await _open_chapter(tx, act, chapter_id)
    await chapters.change(tx, chapter_id, heading=_heading(heading), language=language)
    await _changed(tx, act, chapter.report_id, "chapter.rename", chapter_id)


async def move(tx: Transaction, act: Act, chapter_id: int, *, up: bool) -> None:
    """One place up or down; at the end of the way nothing happens."""
    chapter = await _open_chapter(tx, act, chapter_id)
    order = [each.id for each in await chapters.of_report(tx, chapter.report_id)]
    at = order.index(chapter_id)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for place, each in enumerate(order, 1):
        await chapters.change(tx, each, place=place)
    await _changed(tx, act, chapter.report_id, "chapter.move", chapter_id)


async def remove(tx: Transaction, act: Act, chapter_id: int) -> int:
    """It is no part of the report any more, its items are in none; gives the report."""
    chapter = await _open_chapter(tx, act, chapter_id)
    if not await chapters.remove(tx, chapter_id, now=act.now):
        raise Outdated
    await _changed(tx, act, chapter.report_id, "chapter.remove", chapter_id)
    return chapter.report_id


async def limit(tx: Transaction, act: Act, chapter_id: int, word_limit: int | None) -> None:
    """How many words the chapter may have; None: as many as it takes."""
    await _open_chapter(tx, act, chapter_id)
    await chapters.change(tx, chapter_id, word_limit=word_limit)
    facts: dict[str, Fact] = {"words": word_limit or 0}
    await audit.record(tx, act, "chapter.limit", f"chapter:{chapter_id}", facts=facts)


async def own(tx: Transaction, act: Act, chapter_id: int, *, mine: bool) -> None:
    """The officer writes this chapter, or does so no more."""
    await _open_chapter(tx, act, chapter_id)
    seat = act.actor.seat(SECRETARIAT)
    await chapters.change(tx, chapter_id, owner_id=seat.id if mine and seat else None)
    await audit.record(tx, act, "chapter.own", f"chapter:{chapter_id}", facts={"own": mine})


async def redraft(
    tx: Transaction,
    act: Act,
    chapter_id: int,
    *,
    words: str | None = None,
    language: str | None = None,
    file: Attachment | None = None,
    after: int,
) -> None:
    """The chapter as somebody has written it: a text or a file; neither: it has no draft any more.

    `after` is the version that the officer has seen: raises Outdated where a colleague was faster,
    NoWords or TooLong for a text.
    """
    chapter = await _open_chapter(tx, act, chapter_id)
    draft = None if words is None else fitting(words)
    done = await chapters.redraft(
        tx,
        chapter_id,
        after=after,
        draft=draft,
        draft_language=None if draft is None else language,
        file=None if file is None else file.stored,
        file_name=None if file is None else file.name,
        file_words=None,
    )
    if not done:
        raise Outdated
    if file is not None:
        await _plan_counting(tx, act, chapter_id, after + 1)
    facts: dict[str, Fact] = {"version": after + 1, "file": file is not None}
    await _changed(tx, act, chapter.report_id, "chapter.draft", chapter_id, facts)


async def _plan_counting(tx: Transaction, act: Act, chapter_id: int, version: int) -> None:
    await jobs.plan(
        tx,
        COUNT,
        {"chapter": chapter_id, "version": version},
        person_id=act.actor.person_id,
        seat_id=act.actor.seat_id,
        now=act.now,
    )


def _heading(words: str) -> str:
    heading = " ".join(fitting(words).split())
    if len(heading) > LONGEST_HEADING:
        raise TooLong(limit=LONGEST_HEADING, over=len(heading) - LONGEST_HEADING)
    return heading


async def _changed(  # noqa: PLR0917
    tx: Transaction,
    act: Act,
    report_id: int,
    name: str,
    chapter_id: int,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    await queries.touch(tx, report_id, now=act.now)
    own_facts: dict[str, Fact] = {"report": report_id, **(facts or {})}
    await audit.record(tx, act, name, f"chapter:{chapter_id}", facts=own_facts)


async def _open_one(tx: Transaction, act: Act, report_id: int) -> NationalReport:
    permissions.require(permissions.may_prepare_report(act.actor))
    report = existing(await queries.lock(tx, report_id))
    if not report.is_open:
        raise AllSubmitted
    return report


async def _open_chapter(tx: Transaction, act: Act, chapter_id: int) -> Chapter:
    permissions.require(permissions.may_prepare_report(act.actor))
    chapter = existing(await chapters.get(tx, chapter_id))
    await _open_one(tx, act, chapter.report_id)
    return existing(await chapters.get(tx, chapter_id))


def _subject(report_id: int) -> str:
    return f"national_report:{report_id}"


# -- How ready it is -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A chapter with its items, what each of them stands at, and how ready it is."""

    chapter: Chapter
    items: tuple[Held, ...]
    stands: Mapping[int, Readiness]
    ready: Ready

    def lacking(self, which: Sequence[Readiness]) -> list[tuple[Held, Readiness]]:
        """The items that lack something, in the order of `which`."""
        found = [(each, self.stands[each.id]) for each in self.items]
        lack = [each for each in found if each[1] in which]
        return sorted(lack, key=lambda each: which.index(each[1]))


@dataclass(frozen=True)
class Board:
    """A report with its chapters, the items that are in none, and how ready all of it is.

    `stage` is what is shown; `news` on how many items there is something newer than the approval.
    """

    report: NationalReport
    stage: Stage
    parts: tuple[Part, ...]
    outside: tuple[Held, ...]
    ready: Ready
    news: int = 0


async def board(
    tx: Transaction, act: Act, report_id: int, *, language: str, default_language: str
) -> Board:
    """Where a report stands, counted now."""
    permissions.require(permissions.may_prepare_report(act.actor))
    report = existing(await queries.get(tx, report_id))
    there = await chapters.items_of(tx, report)
    every = await chapters.of_report(tx, report_id)
    by_chapter, outside = placed(every, there)
    found = await _readiness(tx, act, report, there)
    words = await _words(tx, act, every, by_chapter, language, default_language)
    parts = tuple(_part(each, by_chapter[each.id], found, words.get(each.id, 0)) for each in every)
    whole = Ready()
    for part in parts:
        whole = whole.plus(part.ready)
    return Board(
        report,
        await stage(tx, report),
        parts,
        tuple(outside),
        whole,
        await _news(tx, act, report, [each.id for each in there]),
    )


async def part(
    tx: Transaction, act: Act, chapter_id: int, *, language: str, default_language: str
) -> tuple[NationalReport, Part]:
    """One chapter with its report, counted now."""
    permissions.require(permissions.may_prepare_report(act.actor))
    chapter = existing(await chapters.get(tx, chapter_id))
    report = existing(await queries.get(tx, chapter.report_id))
    every = await chapters.of_report(tx, report.id)
    by_chapter, _ = placed(every, await chapters.items_of(tx, report))
    own_items = by_chapter[chapter_id]
    found = await _readiness(tx, act, report, own_items)
    words = await _words(tx, act, [chapter], by_chapter, language, default_language)
    return report, _part(chapter, own_items, found, words.get(chapter_id, 0))


async def outside(tx: Transaction, act: Act, report_id: int) -> list[Held]:
    """The items of a report that are in no chapter."""
    permissions.require(permissions.may_prepare_report(act.actor))
    report = existing(await queries.get(tx, report_id))
    every = await chapters.of_report(tx, report_id)
    return placed(every, await chapters.items_of(tx, report))[1]


async def holders(tx: Transaction, act: Act, chapter_id: int) -> set[int]:
    """The institutions that answer for the items of a chapter."""
    permissions.require(permissions.may_prepare_report(act.actor))
    chapter = existing(await chapters.get(tx, chapter_id))
    report = existing(await queries.get(tx, chapter.report_id))
    every = await chapters.of_report(tx, report.id)
    by_chapter, _ = placed(every, await chapters.items_of(tx, report))
    found = await chapters.facts(tx, [each.id for each in by_chapter[chapter_id]])
    return {one.institution_id for each in found.values() for one in each.answering}


async def stage(tx: Transaction, report: NationalReport) -> Stage:
    """Where a report stands; while a chapter is with institutions, it is out for comments."""
    if report.state is Stage.IN_PREPARATION and await queries.out_for_comments(tx, [report.id]):
        return Stage.OUT_FOR_COMMENTS
    return report.state


def since(report: NationalReport, today: date) -> date:
    """What was approved as of an earlier day is too old for the report."""
    return months_later(today, -report.months)


@dataclass(frozen=True)
class _Found:
    """What was looked up for the items of a report."""

    facts: Mapping[int, Facts]
    since: date
    asked: frozenset[int]  # assignments of which something is asked now, or in a minute


async def _readiness(
    tx: Transaction, act: Act, report: NationalReport, there: Sequence[Held]
) -> _Found:
    facts = await chapters.facts(tx, [each.id for each in there])
    day = since(report, act.today)
    lack = [each for item in facts.values() for each in lacking(item, day)]
    asked = set(await queries.planned_assignments(tx))
    for start in range(0, len(lack), _PAGE):
        asked |= (await request_queries.open_of_assignments(tx, lack[start : start + _PAGE])).keys()
    return _Found(facts, day, frozenset(asked))


def _part(chapter: Chapter, its: Sequence[Held], found: _Found, words: int) -> Part:
    stands = {each.id: readiness(found.facts[each.id], found.since) for each in its}
    counts: dict[Readiness, int] = {}
    for each in stands.values():
        counts[each] = counts.get(each, 0) + 1
    lack = [one for each in its for one in lacking(found.facts[each.id], found.since)]
    to_ask = tuple(each for each in lack if each not in found.asked)
    uncounted = chapter.file is not None and chapter.file_words is None
    asked = len(lack) - len(to_ask)
    missing = [found.facts[each] for each, how in stands.items() if how is Readiness.MISSING]
    nobodys = sum(not each.answering for each in missing)
    ready = Ready(counts, words, int(uncounted), to_ask, asked, nobodys)
    return Part(chapter, tuple(its), stands, ready)


async def _words(  # noqa: PLR0917
    tx: Transaction,
    act: Act,
    every: Sequence[Chapter],
    by_chapter: Mapping[int, Sequence[Held]],
    language: str,
    default_language: str,
) -> dict[int, int]:
    """The words of each chapter: of its draft, else of what the report by paragraph would write.

    Words of restricted items count where the file would have them.
    """
    bare = not await approvals.may_leave(tx, Protection.RESTRICTED)
    homes = {
        item.id: each.id
        for each in every
        if not each.has_draft
        for item in by_chapter[each.id]
        if not (bare and item.restricted)
    }
    found = {each.id: count_words(each.draft) + (each.file_words or 0) for each in every}
    ids = [*homes]
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        texts = await items.texts(tx, page)

        def read(records: Records, page: Sequence[int] = page) -> dict[int, list[str]]:
            return records.written(page)

        said = await on_snapshot(tx, EVERYTHING, act.zone, read)
        for item_id in page:
            best = best_text(texts[item_id], language, default_language)
            own_text = "" if best is None else best.words
            found[homes[item_id]] += count_words(own_text, *said[item_id])
    return found


async def _news(tx: Transaction, act: Act, report: NationalReport, ids: Sequence[int]) -> int:
    """On how many items there is something newer than the last approval, of whatever day it was."""
    approved = await queries.approvals(tx, report.id)
    if not approved or not report.is_open:
        return 0
    next_day = datetime.combine(approved[0].approved_on + timedelta(days=1), time(), act.zone)
    return await chapters.news_since(tx, ids, min(approved[0].at, next_day))


# -- Comments --------------------------------------------------------------------------------------


async def comments(tx: Transaction, act: Act, report_id: int) -> list[Comment]:
    """Every comment on the chapters of a report."""
    permissions.require(permissions.may_prepare_report(act.actor))
    existing(await queries.get(tx, report_id))
    return await chapter_comments.of_report(tx, report_id)


async def comment(
    tx: Transaction, act: Act, answer_id: int, number: int
) -> tuple[NationalReport, Comment]:
    """One comment of an answer, with its report; raises NotFound."""
    permissions.require(permissions.may_prepare_report(act.actor))
    report_id, found = existing(await chapter_comments.of_answer(tx, answer_id))
    report = existing(await queries.get(tx, report_id))
    return report, existing(next((each for each in found if each.part == number), None))


async def settle_comment(
    tx: Transaction,
    act: Act,
    answer_id: int,
    number: int,
    outcome: Outcome,
    *,
    note: str | None = None,
    language: str | None = None,
) -> None:
    """Say what became of a comment, with a note if there is one; it can be said anew."""
    report, _ = await comment(tx, act, answer_id, number)
    seat = act.actor.seat(SECRETARIAT)
    permissions.require(seat is not None)
    assert seat is not None
    why = None if note is None else fitting(note)
    await chapter_comments.settle(
        tx,
        answer_id,
        number,
        outcome,
        note=why,
        language=None if why is None else language,
        seat_id=seat.id,
        now=act.now,
    )
    facts: dict[str, Fact] = {"report": report.id, "part": number, "outcome": outcome.value}
    subject = f"answer:{answer_id}"
    await audit.record(tx, act, "comment.settle", subject, facts=facts, words=why)


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
    report = await _open_one(tx, act, report_id)
    seat = act.actor.seat(SECRETARIAT)
    permissions.require(seat is not None)
    assert seat is not None
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
    report = await _open_one(tx, act, report_id)
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

"""How ready a report in preparation is: counted each time, from what the record has then.

What a chapter says is its draft; without one, what the institutions' approved reports say of its
items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain import permissions
from bot.domain.approvals import Protection
from bot.domain.days import months_later
from bot.domain.errors import existing
from bot.domain.filters import EVERYTHING
from bot.domain.items import best_text
from bot.domain.national_reports import (
    Chapter,
    Facts,
    NationalReport,
    Readiness,
    Ready,
    ReportItem,
    Stage,
    count_words,
    lacking,
    placed,
    readiness,
)
from bot.domain.people import Act
from bot.services import approvals
from storage import items, requests
from storage import national_reports as queries
from storage import report_chapters as chapters
from storage.database import Transaction
from storage.exports import Records, on_snapshot

_PAGE = 500  # items whose words are read at once


@dataclass(frozen=True)
class Part:
    """A chapter with its items, what each of them stands at, and how ready it is."""

    chapter: Chapter
    items: tuple[ReportItem, ...]
    stands: Mapping[int, Readiness]
    ready: Ready

    def lacking(self, which: Sequence[Readiness]) -> list[tuple[ReportItem, Readiness]]:
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
    outside: tuple[ReportItem, ...]
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


async def outside(tx: Transaction, act: Act, report_id: int) -> list[ReportItem]:
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
    tx: Transaction, act: Act, report: NationalReport, there: Sequence[ReportItem]
) -> _Found:
    facts = await chapters.facts(tx, [each.id for each in there])
    day = since(report, act.today)
    lack = [each for item in facts.values() for each in lacking(item, day)]
    asked = set(await queries.planned_assignments(tx))
    for start in range(0, len(lack), _PAGE):
        asked |= (await requests.open_of_assignments(tx, lack[start : start + _PAGE])).keys()
    return _Found(facts, day, frozenset(asked))


def _part(chapter: Chapter, its: Sequence[ReportItem], found: _Found, words: int) -> Part:
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
    by_chapter: Mapping[int, Sequence[ReportItem]],
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

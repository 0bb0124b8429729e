"""How ready a report in preparation is: counted each time, from what the record has then.

What a chapter says is its draft; without one, what the institutions' approved reports say of its
items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    there = await _placed(tx, act, report_id)
    report, items_of = there.report, there.items
    ids = [each.id for each in there.every]
    found = await _found(tx, act, report, ids)
    words = await _words(tx, act, there.chapters, items_of, language, default_language)
    parts = [_part(each, items_of[each.id], found, words[each.id]) for each in there.chapters]
    whole = Ready()
    for part in parts:
        whole = whole.plus(part.ready)
    stage = (await stages(tx, [report]))[report.id]
    news = await _news(tx, act, report, ids)
    return Board(report, stage, tuple(parts), tuple(there.outside), whole, news)


async def part(
    tx: Transaction, act: Act, chapter_id: int, *, language: str, default_language: str
) -> tuple[NationalReport, Part]:
    """One chapter with its report, counted now."""
    chapter, there = await _around(tx, act, chapter_id)
    its = there.items[chapter_id]
    found = await _found(tx, act, there.report, [each.id for each in its])
    words = await _words(tx, act, [chapter], there.items, language, default_language)
    return there.report, _part(chapter, its, found, words[chapter_id])


async def items_of(tx: Transaction, act: Act, chapter_id: int) -> list[ReportItem]:
    """The items of a chapter."""
    _, there = await _around(tx, act, chapter_id)
    return there.items[chapter_id]


async def outside(tx: Transaction, act: Act, report_id: int) -> list[ReportItem]:
    """The items of a report that are in no chapter."""
    return (await _placed(tx, act, report_id)).outside


async def elsewhere(
    tx: Transaction, act: Act, chapter_id: int
) -> list[tuple[Chapter | None, list[ReportItem]]]:
    """The items of the report that are not in this chapter: of none, then of each other one."""
    _, there = await _around(tx, act, chapter_id)
    groups: list[tuple[Chapter | None, list[ReportItem]]] = [(None, there.outside)]
    groups += [(each, there.items[each.id]) for each in there.chapters if each.id != chapter_id]
    return [group for group in groups if group[1]]


async def holders(tx: Transaction, act: Act, chapter_id: int) -> set[int]:
    """The institutions that answer for the items of a chapter."""
    its = await items_of(tx, act, chapter_id)
    found = await chapters.facts(tx, [each.id for each in its])
    return {one.institution_id for each in found.values() for one in each.answering}


async def to_ask(tx: Transaction, act: Act, report_id: int) -> tuple[int, ...]:
    """The assignments of which nothing is asked yet, of what the chapters of a report lack."""
    there = await _placed(tx, act, report_id)
    its = [each.id for chapter in there.chapters for each in there.items[chapter.id]]
    return (await _found(tx, act, there.report, its)).to_ask(its)


async def to_ask_of(tx: Transaction, act: Act, chapter_id: int) -> tuple[int, ...]:
    """As `to_ask`, of one chapter."""
    _, there = await _around(tx, act, chapter_id)
    its = [each.id for each in there.items[chapter_id]]
    return (await _found(tx, act, there.report, its)).to_ask(its)


async def stages(tx: Transaction, reports: Sequence[NationalReport]) -> dict[int, Stage]:
    """Where each report stands, by id; while a chapter is with institutions, out for comments."""
    out = await queries.out_for_comments(tx, [each.id for each in reports])
    return {
        each.id: Stage.OUT_FOR_COMMENTS
        if each.state is Stage.IN_PREPARATION and each.id in out
        else each.state
        for each in reports
    }


# -- Inside ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Placed:
    """A report with what it is about: the items of each chapter, by its id, and those of none."""

    report: NationalReport
    chapters: list[Chapter]
    every: list[ReportItem]
    items: dict[int, list[ReportItem]]
    outside: list[ReportItem]


async def _placed(tx: Transaction, act: Act, report_id: int) -> _Placed:
    permissions.require(permissions.may_prepare_report(act.actor))
    report = existing(await queries.get(tx, report_id))
    own = await chapters.of_report(tx, report_id)
    every = await chapters.items_of(tx, report)
    return _Placed(report, own, every, *placed(own, every))


async def _around(tx: Transaction, act: Act, chapter_id: int) -> tuple[Chapter, _Placed]:
    """A chapter, with its report and what stands in that."""
    permissions.require(permissions.may_prepare_report(act.actor))
    chapter = existing(await chapters.get(tx, chapter_id))
    return chapter, await _placed(tx, act, chapter.report_id)


@dataclass(frozen=True)
class _Found:
    """What the record has on items, and of which assignments something is asked already.

    What was approved as of a day before `since` is too old for the report.
    """

    facts: Mapping[int, Facts]
    since: date
    asked: frozenset[int]

    def readiness(self, item_id: int) -> Readiness:
        return readiness(self.facts[item_id], self.since)

    def lack(self, item_ids: Iterable[int]) -> list[int]:
        return [one for each in item_ids for one in lacking(self.facts[each], self.since)]

    def to_ask(self, item_ids: Iterable[int]) -> tuple[int, ...]:
        return tuple(each for each in self.lack(item_ids) if each not in self.asked)


async def _found(
    tx: Transaction, act: Act, report: NationalReport, item_ids: Sequence[int]
) -> _Found:
    found = _Found(
        await chapters.facts(tx, item_ids), months_later(act.today, -report.months), frozenset()
    )
    asked = await queries.planned_assignments(tx)
    lack = found.lack(item_ids)
    for start in range(0, len(lack), _PAGE):
        asked |= (await requests.open_of_assignments(tx, lack[start : start + _PAGE])).keys()
    return replace(found, asked=frozenset(asked))


def _part(chapter: Chapter, its: Sequence[ReportItem], found: _Found, words: int) -> Part:
    ids = [each.id for each in its]
    stands = {each: found.readiness(each) for each in ids}
    missing = [found.facts[each] for each, how in stands.items() if how is Readiness.MISSING]
    to_ask = found.to_ask(ids)
    ready = Ready(
        counts=Counter(stands.values()),
        words=words,
        uncounted=int(chapter.file is not None and chapter.file_words is None),
        to_ask=to_ask,
        asked=len(found.lack(ids)) - len(to_ask),
        nobodys=sum(not each.answering for each in missing),
    )
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

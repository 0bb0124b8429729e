"""The chapters of a report in preparation: which there are, their items, their drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.national_reports import (
    LONGEST_HEADING,
    Chapter,
    ChapterDraft,
    NothingInIt,
    chapters_for,
    placed,
    require_room,
)
from bot.domain.people import SECRETARIAT, Act
from bot.domain.reports import TooLong, fitting
from bot.domain.screens import Attachment
from bot.services import audit
from bot.services.national_reports import beginnings, open_one
from storage import jobs
from storage import national_reports as reports
from storage import report_chapters as queries
from storage.audit import Fact
from storage.database import Transaction

COUNT = "chapter_words"
"""The job that counts the words of a draft that came as a file."""


async def add(tx: Transaction, act: Act, report_id: int, heading: str, language: str) -> int:
    """One more chapter behind the others, with no items yet; gives its id.

    Raises TooManyChapters.
    """
    await open_one(tx, act, report_id)
    require_room(len(await queries.of_report(tx, report_id)) + 1)
    draft = ChapterDraft(_heading(heading), language)
    [chapter_id] = await queries.add(tx, report_id, [draft])
    await _changed(tx, act, report_id, "chapter.add", chapter_id)
    return chapter_id


async def complete(
    tx: Transaction, act: Act, report_id: int, *, language: str, default_language: str
) -> int:
    """Add the chapters that its structure makes of the items that are in none; gives how many.

    Raises NothingInIt where it makes none of them, TooManyChapters where it makes too many.
    """
    report = await open_one(tx, act, report_id)
    have = await queries.of_report(tx, report_id)
    _, outside = placed(have, await queries.items_of(tx, report))
    begin = await beginnings(tx, outside, language, default_language)
    drafts = chapters_for(report.structure, outside, begin)
    if not drafts:
        raise NothingInIt
    require_room(len(have) + len(drafts))
    made = await queries.add(tx, report_id, drafts)
    await _changed(tx, act, report_id, "chapter.add", made[0], {"chapters": len(made)})
    return len(made)


async def put(tx: Transaction, act: Act, chapter_id: int, item_ids: Sequence[int]) -> int:
    """Put items of the report into a chapter, out of the one that they are in; gives how many."""
    chapter = await _open_chapter(tx, act, chapter_id)
    report = existing(await reports.get(tx, chapter.report_id))
    wanted = set(item_ids)
    theirs = [each.id for each in await queries.items_of(tx, report) if each.id in wanted]
    if not theirs:
        raise NotFound
    await queries.put(tx, chapter_id, report.id, theirs)
    await _changed(tx, act, report.id, "chapter.put", chapter_id, {"items": theirs})
    return len(theirs)


async def rename(tx: Transaction, act: Act, chapter_id: int, heading: str, language: str) -> None:
    """Another heading; its items stay."""
    chapter = await _open_chapter(tx, act, chapter_id)
    await queries.change(tx, chapter_id, heading=_heading(heading), language=language)
    await _changed(tx, act, chapter.report_id, "chapter.rename", chapter_id)


async def move(tx: Transaction, act: Act, chapter_id: int, *, up: bool) -> None:
    """One place up or down; at the end of the way nothing happens."""
    chapter = await _open_chapter(tx, act, chapter_id)
    order = [each.id for each in await queries.of_report(tx, chapter.report_id)]
    at = order.index(chapter_id)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for place, each in enumerate(order, 1):
        await queries.change(tx, each, place=place)
    await _changed(tx, act, chapter.report_id, "chapter.move", chapter_id)


async def remove(tx: Transaction, act: Act, chapter_id: int) -> int:
    """It is no part of the report any more, its items are in none; gives the report."""
    chapter = await _open_chapter(tx, act, chapter_id)
    if not await queries.remove(tx, chapter_id, now=act.now):
        raise Outdated
    await _changed(tx, act, chapter.report_id, "chapter.remove", chapter_id)
    return chapter.report_id


async def limit(tx: Transaction, act: Act, chapter_id: int, word_limit: int | None) -> None:
    """How many words the chapter may have; None: as many as it takes."""
    await _open_chapter(tx, act, chapter_id)
    await queries.change(tx, chapter_id, word_limit=word_limit)
    facts: dict[str, Fact] = {"words": word_limit or 0}
    await audit.record(tx, act, "chapter.limit", f"chapter:{chapter_id}", facts=facts)


async def own(tx: Transaction, act: Act, chapter_id: int, *, mine: bool) -> None:
    """The officer writes this chapter, or does so no more."""
    await _open_chapter(tx, act, chapter_id)
    seat = act.actor.seat(SECRETARIAT)
    await queries.change(tx, chapter_id, owner_id=seat.id if mine and seat else None)
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
    done = await queries.redraft(
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
        raise TooLong(limit=LONGEST_HEADING, count=len(heading) - LONGEST_HEADING)
    return heading


async def _changed(  # noqa: PLR0917
    tx: Transaction,
    act: Act,
    report_id: int,
    name: str,
    chapter_id: int,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    await reports.touch(tx, report_id, now=act.now)
    own_facts: dict[str, Fact] = {"report": report_id, **(facts or {})}
    await audit.record(tx, act, name, f"chapter:{chapter_id}", facts=own_facts)


async def _open_chapter(tx: Transaction, act: Act, chapter_id: int) -> Chapter:
    permissions.require(permissions.may_prepare_report(act.actor))
    chapter = existing(await queries.get(tx, chapter_id))
    await open_one(tx, act, chapter.report_id)
    return existing(await queries.get(tx, chapter_id))

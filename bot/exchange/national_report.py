"""The report in preparation as a Word file: its chapters, each its draft or its items' paragraphs.

What a paragraph says is what `bot.exchange.paragraphs` says of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain.errors import existing
from bot.domain.exports import ExportKind
from bot.domain.filters import NothingMatches
from bot.domain.national_reports import Chapter, ReportItem, Structure, placed
from bot.domain.screens import Text, Words, text
from bot.domain.views.national_reports import body, chapter_called
from bot.exchange.order import Order, Written, carry_out_with
from bot.exchange.paragraphs import ours, section
from bot.exchange.wording import Said, Wording, written
from bot.settings import Settings
from storage import national_reports as queries
from storage import report_chapters as chapters
from storage.database import Transaction
from storage.exports import Records, on_snapshot


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the values of the report that `arguments` order into the folder."""
    return carry_out_with(write, arguments, folder)


async def write(tx: Transaction, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the values of the report; refuses with NothingMatches where it has no chapters."""
    assert order.report_id is not None
    report = existing(await queries.get(tx, order.report_id))
    every = await chapters.of_report(tx, report.id)
    if not every:
        raise NothingMatches
    by_chapter, outside = placed(every, await chapters.items_of(tx, report))
    approved = await queries.approvals(tx, report.id)
    said = [
        text("national_report.approved", by=body(each.by), day=each.approved_on)
        if each.revision == report.revision
        else text("national_report.approved_older", by=body(each.by), day=each.approved_on)
        for each in approved[:1]
    ]
    if outside:
        said.append(text("national_report.outside", count=len(outside)))

    def make(records: Records) -> Written:
        wording = Wording(records, order, settings)
        sections = _sections(wording, by_chapter)
        made = [
            _chapter(wording, each, by_chapter[each.id], sections, number=number)
            for number, each in enumerate(every, 1)
        ]
        values = {
            **wording.page(ExportKind.NATIONAL_REPORT, len(sections)),
            "heading": wording.written(report.title),
            "narrowed": [wording.say(each) for each in said],
            "our": ours(wording),
            "chapters": made,
        }
        return written(folder, values, len(sections), wording)

    only = [item.id for each in every if not each.has_draft for item in by_chapter[each.id]]
    return await on_snapshot(tx, order.filters, settings.zone, make, only=only)


def _sections(
    wording: Wording, by_chapter: Mapping[int, Sequence[ReportItem]]
) -> dict[int, dict[str, Any]]:
    """The section of each item, by its id."""
    several = len({each.symbol for its in by_chapter.values() for each in its}) > 1
    if not wording.records.count():
        return {}
    return {row["id"]: section(wording, row, said, named=several) for row, said in wording.items()}


def _chapter(
    wording: Wording,
    chapter: Chapter,
    its: Sequence[ReportItem],
    sections: Mapping[int, dict[str, Any]],
    *,
    number: int,
) -> dict[str, Any]:
    note: Text | None = None
    if chapter.file is not None:
        name = Words(chapter.file_name or "", limit=80)
        note = text("national_report.draft_file", name=name)
    return {
        "number": number,
        "title": _title(wording, chapter, number),
        "note": "" if note is None else wording.say(note),
        "draft": [
            wording.theirs(line, chapter.draft_language or wording.language)
            for line in (chapter.draft or "").splitlines()
            if line.strip()
        ],
        "sections": [] if chapter.has_draft else [sections[each.id] for each in its],
    }


def _title(wording: Wording, chapter: Chapter, number: int) -> Said:
    called = chapter_called(chapter)
    said = wording.say(text("national_report.numbered", number=number, name=called))
    derived = chapter.holds is Structure.GOAL and chapter.language is None
    language = wording.language if derived else chapter.language or wording.language
    return wording.theirs(said, language)

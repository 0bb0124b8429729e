"""Chapters of reports in preparation: their items, and what the record has on those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, insert, select, update

from bot.domain.items import AssignmentState, Part, ReportState
from bot.domain.national_reports import (
    Answering,
    Chapter,
    ChapterDraft,
    Facts,
    Hidden,
    NationalReport,
    ReportItem,
    Structure,
    in_scope,
    shown_heading,
)
from bot.domain.redaction import Mark
from storage.approved import is_last_approved
from storage.database import Transaction
from storage.standing import is_consolidated
from storage.tables import (
    assignments,
    chapter_items,
    consolidation_sources,
    consolidations,
    contradictions,
    item_tags,
    item_texts,
    items,
    national_reports,
    people,
    report_chapters,
    reviews,
    seats,
    source_documents,
    status_updates,
)
from storage.upsert import insert_missing_rows

_OWN = [
    report_chapters.c[name]
    for name in Chapter.__dataclass_fields__
    if name not in ("items", "owner")
]
_THERE = report_chapters.c.removed_at.is_(None)
_THEME, _SDG = "theme", "sdg"
_AT_ONCE = 10_000  # ids in one statement: databases take some more


# -- Chapters --------------------------------------------------------------------------------------


async def of_report(tx: Transaction, report_id: int) -> list[Chapter]:
    """The chapters of a report in their order."""
    statement = _chapters().where(report_chapters.c.report_id == report_id, _THERE)
    return await _fetch(tx, statement.order_by(report_chapters.c.place, report_chapters.c.id))


async def public(tx: Transaction, report_id: int) -> list[Chapter]:
    """The chapters that anybody may know of, in their order: none if the report was dropped.

    Left out is what is called by a restricted item, and what was redacted.
    """
    there = select(national_reports.c.id).where(
        national_reports.c.id == report_id, national_reports.c.dropped_at.is_(None)
    )
    if await tx.value(there) is None:
        return []
    chapters = await of_report(tx, report_id)
    hidden = {each.name for each in await _hidden(tx, report_id, ())}
    return [
        each for each in chapters if each.heading not in hidden and Mark.read(each.heading) is None
    ]


async def get(tx: Transaction, chapter_id: int) -> Chapter | None:
    """The chapter of that id, unless it was removed or its report dropped."""
    statement = (
        _chapters()
        .join(national_reports, national_reports.c.id == report_chapters.c.report_id)
        .where(report_chapters.c.id == chapter_id, _THERE, national_reports.c.dropped_at.is_(None))
    )
    found = await _fetch(tx, statement)
    return found[0] if found else None


def _chapters() -> Any:
    still = and_(seats.c.id == report_chapters.c.owner_id, seats.c.until_at.is_(None))
    return (
        select(*_OWN, people.c.name.label("owner"))
        .outerjoin(seats, still)
        .outerjoin(people, people.c.id == seats.c.person_id)
    )


async def _fetch(tx: Transaction, statement: Any) -> list[Chapter]:
    rows = await tx.rows(statement)
    put: dict[int, list[int]] = defaultdict(list)
    ids = [row["id"] for row in rows]
    for each in await tx.rows(
        select(chapter_items)
        .where(chapter_items.c.chapter_id.in_(ids))
        .order_by(chapter_items.c.chapter_id, chapter_items.c.item_id)
    ):
        put[each["chapter_id"]].append(each["item_id"])
    themes = {row["value"] for row in rows if row["holds"] == Structure.THEME.value}
    hidden = {each: await _hidden(tx, each, themes) for each in {row["report_id"] for row in rows}}
    return [
        Chapter(
            **{
                **row,
                "heading": _heading(row, hidden[row["report_id"]], put[row["id"]]),
                "holds": row["holds"] and Structure(row["holds"]),
                "items": tuple(put[row["id"]]),
            }
        )
        for row in rows
    ]


def _heading(row: RowMapping, hidden: Sequence[Hidden], own: Sequence[int]) -> str:
    """As it may be shown; a theme's own name stands there until it is renamed."""
    is_theme = row["holds"] == Structure.THEME.value and row["heading"] == row["value"]
    theme = row["value"] if is_theme else None
    return shown_heading(row["heading"], hidden, own=own, theme=theme)


async def _hidden(tx: Transaction, report_id: int, themes: Collection[str]) -> list[Hidden]:
    """The restricted items of a report, with those of these `themes` that no other item has."""
    documents = await tx.value(
        select(national_reports.c.documents).where(national_reports.c.id == report_id)
    )
    there = [items.c.document_id.in_(documents)] if documents else []
    rows = await tx.rows(
        select(items.c.id, source_documents.c.symbol, items.c.paragraph.label("code"))
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(items.c.restricted, *there)
        .order_by(items.c.document_id, items.c.ordinal)
    )
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    texts: dict[int, list[str]] = defaultdict(list)
    tagged: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for each in await tx.rows(select(item_texts).where(item_texts.c.item_id.in_(some))):
            texts[each["item_id"]].append(each["words"])
    label = (item_tags.c.vocabulary == _THEME, item_tags.c.label.in_(sorted(themes)))
    held = select(item_tags.c.item_id, item_tags.c.label, items.c.restricted).join(
        items, items.c.id == item_tags.c.item_id
    )
    named = await tx.rows(held.where(*label, *there)) if themes else []
    told = {each["label"] for each in named if not each["restricted"]}
    for each in named:
        if each["label"] not in told:
            tagged[each["item_id"]].append(each["label"])
    return [
        Hidden(**row, texts=tuple(texts[row["id"]]), themes=tuple(tagged[row["id"]]))
        for row in rows
    ]


async def add(tx: Transaction, report_id: int, drafts: Sequence[ChapterDraft]) -> list[int]:
    """Put these chapters behind the others; gives their ids."""
    last = await tx.value(
        select(func.coalesce(func.max(report_chapters.c.place), 0)).where(
            report_chapters.c.report_id == report_id
        )
    )
    made = []
    for place, each in enumerate(drafts, int(last) + 1):
        result = await tx.execute(
            insert(report_chapters).values(
                report_id=report_id,
                place=place,
                heading=each.heading,
                language=each.language,
                holds=each.holds and each.holds.value,
                value=each.value,
            )
        )
        key = result.inserted_primary_key
        assert key is not None
        made.append(int(key[0]))
    rows = [
        {"chapter_id": chapter_id, "item_id": item_id}
        for chapter_id, each in zip(made, drafts, strict=True)
        for item_id in each.items
    ]
    if rows:
        await tx.execute(insert(chapter_items), rows)
    return made


async def change(tx: Transaction, chapter_id: int, **values: Any) -> None:
    """Change columns of a chapter."""
    await tx.execute(
        update(report_chapters).where(report_chapters.c.id == chapter_id).values(**values)
    )


async def redraft(tx: Transaction, chapter_id: int, *, after: int, **values: Any) -> bool:
    """Another draft, or none; False where that version is not the newest any more."""
    result = await tx.execute(
        update(report_chapters)
        .where(report_chapters.c.id == chapter_id, report_chapters.c.version == after, _THERE)
        .values(version=after + 1, **values)
    )
    return result.rowcount == 1


async def note_words(tx: Transaction, chapter_id: int, words: int, *, version: int) -> None:
    """So many words are in the file that is the draft in that version."""
    await tx.execute(
        update(report_chapters)
        .where(report_chapters.c.id == chapter_id, report_chapters.c.version == version)
        .values(file_words=words)
    )


async def remove(tx: Transaction, chapter_id: int, *, now: datetime) -> bool:
    """It is no part of the report any more; False where somebody was faster."""
    result = await tx.execute(
        update(report_chapters)
        .where(report_chapters.c.id == chapter_id, _THERE)
        .values(removed_at=now)
    )
    return result.rowcount == 1


async def put(tx: Transaction, chapter_id: int, report_id: int, item_ids: Sequence[int]) -> None:
    """Put items into a chapter; they leave the one of the report that they were put into."""
    of_it = select(report_chapters.c.id).where(report_chapters.c.report_id == report_id)
    await tx.execute(
        delete(chapter_items).where(
            chapter_items.c.chapter_id.in_(of_it), chapter_items.c.item_id.in_(item_ids)
        )
    )
    rows = [{"chapter_id": chapter_id, "item_id": each} for each in item_ids]
    await insert_missing_rows(tx, chapter_items, rows)


# -- Items -----------------------------------------------------------------------------------------


async def items_of(tx: Transaction, report: NationalReport) -> list[ReportItem]:
    """What a report is about, by document and place in it."""
    return in_scope(report.structure, await items_in(tx, report.documents))


async def items_in(tx: Transaction, documents: Sequence[int]) -> list[ReportItem]:
    """The items of these documents, or of all; by document and place in it."""
    statement = (
        select(
            items.c.id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.kind,
            items.c.restricted,
        )
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(items.c.vanished_at.is_(None))
        .order_by(source_documents.c.published_on.desc(), items.c.document_id, items.c.ordinal)
    )
    tags = (
        select(item_tags.c.item_id, item_tags.c.vocabulary, item_tags.c.label)
        .join(items, items.c.id == item_tags.c.item_id)
        .where(item_tags.c.vocabulary.in_((_THEME, _SDG)), items.c.vanished_at.is_(None))
        .order_by(item_tags.c.item_id, item_tags.c.ordinal, item_tags.c.label)
    )
    if documents:
        statement = statement.where(items.c.document_id.in_(documents))
        tags = tags.where(items.c.document_id.in_(documents))
    tagged: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row in await tx.rows(tags):
        tagged[row["item_id"], row["vocabulary"]].append(row["label"])
    return [
        ReportItem(
            **row,
            themes=tuple(tagged[row["id"], _THEME]),
            sdgs=tuple(tagged[row["id"], _SDG]),
        )
        for row in await tx.rows(statement)
    ]


async def facts(tx: Transaction, item_ids: Sequence[int]) -> dict[int, Facts]:
    """What the record has on these items."""
    found: dict[int, Facts] = {}
    for start in range(0, len(item_ids), _AT_ONCE):
        found |= await _facts(tx, item_ids[start : start + _AT_ONCE])
    return found


async def _facts(tx: Transaction, ids: Sequence[int]) -> dict[int, Facts]:
    answering: dict[int, list[Answering]] = defaultdict(list)
    for item_id, each in await _answering(tx, ids):
        answering[item_id].append(each)
    days, sources = await _consolidated(tx, ids)
    contradictory = await tx.values(
        select(contradictions.c.item_id).where(
            contradictions.c.item_id.in_(ids), contradictions.c.outcome.is_(None)
        )
    )
    marked = set(contradictory)
    return {
        each: Facts(
            tuple(answering[each]), days.get(each), frozenset(sources[each]), each in marked
        )
        for each in ids
    }


async def _answering(tx: Transaction, ids: Sequence[int]) -> Iterable[tuple[int, Answering]]:
    rows = await tx.rows(
        select(
            assignments.c.item_id,
            assignments.c.id,
            assignments.c.institution_id,
            assignments.c.part,
            assignments.c.report_state,
            assignments.c.last_status_update_id,
            status_updates.c.id.label("approved_id"),
            status_updates.c.as_of,
        )
        .outerjoin(status_updates, is_last_approved())
        .where(
            assignments.c.item_id.in_(ids),
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .order_by(assignments.c.id)
    )
    return [
        (
            row["item_id"],
            Answering(
                row["id"],
                row["institution_id"],
                row["part"] == Part.LEAD.value,
                row["approved_id"],
                row["as_of"],
                in_review=row["report_state"] == ReportState.SUBMITTED.value,
            ),
        )
        for row in rows
    ]


async def _consolidated(
    tx: Transaction, ids: Sequence[int]
) -> tuple[dict[int, Any], dict[int, set[int]]]:
    """The day of each consolidated status, and what it rests on."""
    days: dict[int, Any] = {}
    sources: dict[int, set[int]] = defaultdict(set)
    for row in await tx.rows(
        select(items.c.id, consolidations.c.as_of, consolidation_sources.c.status_update_id)
        .join(consolidations, is_consolidated())
        .outerjoin(
            consolidation_sources, consolidation_sources.c.consolidation_id == consolidations.c.id
        )
        .where(items.c.id.in_(ids))
    ):
        days[row["id"]] = row["as_of"]
        if row["status_update_id"] is not None:
            sources[row["id"]].add(row["status_update_id"])
    return days, sources


async def news_since(tx: Transaction, item_ids: Sequence[int], moment: datetime) -> int:
    """On how many of these items a report was approved, or the status consolidated, since."""
    reported = (
        select(assignments.c.item_id)
        .join(status_updates, status_updates.c.assignment_id == assignments.c.id)
        .join(reviews, reviews.c.status_update_id == status_updates.c.id)
        .where(
            reviews.c.at > moment,
            reviews.c.decision == ReportState.APPROVED.value,
            assignments.c.item_id.in_(item_ids),
        )
    )
    consolidated = select(consolidations.c.item_id).where(
        consolidations.c.at > moment, consolidations.c.item_id.in_(item_ids)
    )
    return len({*await tx.values(reported), *await tx.values(consolidated)})

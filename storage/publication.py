"""What anybody may read: approved status updates that the secretariat made public, one by one.

Nothing of restricted items is ever found here, whatever was decided about them before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update

from bot.domain.items import AssignmentState, Part, ReportState
from bot.domain.publication import Answer, Counts, Document, Offered, PublicItem
from storage.database import Transaction
from storage.standing import is_consolidated
from storage.tables import (
    assignments,
    consolidations,
    institutions,
    item_tags,
    item_texts,
    items,
    source_documents,
    status_updates,
)

_TAGS = ("theme", "group", "sdg")
_APPROVED = (status_updates.c.state == ReportState.APPROVED.value, ~items.c.restricted)
_UNDECIDED = status_updates.c.public.is_(None)


# -- Deciding --------------------------------------------------------------------------------------


async def counts(tx: Transaction) -> Counts:
    """How many approved status updates are public, and how many wait to be decided about."""
    statement = (
        select(status_updates.c.public, func.count().label("count"))
        .select_from(_joined())
        .where(*_APPROVED)
        .group_by(status_updates.c.public)
    )
    found = {row["public"]: row["count"] for row in await tx.rows(statement)}
    return Counts(public=found.get(True, 0), undecided=found.get(None, 0))


async def undecided(tx: Transaction, *, after: int = 0) -> Offered | None:
    """The oldest approved status update beyond `after` about which nobody has said anything."""
    statement = _offered().where(_UNDECIDED, status_updates.c.id > after)
    row = await tx.row(statement.order_by(status_updates.c.id).limit(1))
    return None if row is None else Offered(**row)


async def get(tx: Transaction, status_update_id: int) -> Offered | None:
    """The status update of that id, if it is approved and not of a restricted item."""
    row = await tx.row(_offered().where(status_updates.c.id == status_update_id))
    return None if row is None else Offered(**row)


async def public(tx: Transaction, *, limit: int, offset: int = 0) -> list[Offered]:
    """What is public, the newest first."""
    statement = _offered().where(status_updates.c.public).order_by(status_updates.c.id.desc())
    return [Offered(**row) for row in await tx.rows(statement.limit(limit).offset(offset))]


async def decide(tx: Transaction, status_update_id: int, *, is_public: bool) -> bool:
    """Make an approved status update public or private; False where it is so already."""
    other = status_updates.c.public.is_distinct_from(is_public)
    result = await tx.execute(
        update(status_updates)
        .where(status_updates.c.id == status_update_id, other)
        .values(public=is_public)
    )
    return result.rowcount == 1


def _offered() -> Select[Any]:
    return (
        select(
            status_updates.c.id,
            status_updates.c.number,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            institutions.c.names,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.measures,
            status_updates.c.remaining,
            status_updates.c.language,
            status_updates.c.public,
        )
        .select_from(_joined())
        .where(*_APPROVED)
    )


def _joined() -> Any:
    return (
        status_updates.join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
    )


# -- The snapshot ----------------------------------------------------------------------------------


async def documents(tx: Transaction) -> list[Document]:
    """Every document with its items and their public answers, the newest document first."""
    rows = await tx.rows(
        select(source_documents).order_by(
            source_documents.c.published_on.is_(None),
            source_documents.c.published_on.desc(),
            source_documents.c.symbol,
        )
    )
    held = await _items(tx)
    found = [
        Document(row["symbol"], row["mechanism"], row["title"], tuple(held[row["id"]]))
        for row in rows
    ]
    return [each for each in found if each.items]


async def _items(tx: Transaction) -> dict[int, list[PublicItem]]:
    """The items of each document in their order, those that their source still holds."""
    texts, tags, answers = await _texts(tx), await _tags(tx), await _answers(tx)
    held: dict[int, list[PublicItem]] = defaultdict(list)
    statement = (
        select(items, consolidations.c.status.label("consolidated"))
        .select_from(items.outerjoin(consolidations, is_consolidated()))
        .where(*_shown())
        .order_by(items.c.ordinal, items.c.id)
    )
    for row in await tx.rows(statement):
        key = row["id"]
        held[row["document_id"]].append(
            PublicItem(
                id=key,
                paragraph=row["paragraph"],
                kind=row["kind"],
                position=row["position"],
                states=tuple(row["recommending"]),
                texts=texts[key],
                themes=tuple(tags[key, "theme"]),
                groups=tuple(tags[key, "group"]),
                sdgs=tuple(tags[key, "sdg"]),
                answers=tuple(answers[key]),
                consolidated=row["consolidated"],
            )
        )
    return held


def _shown() -> tuple[ColumnElement[bool], ...]:
    return ~items.c.restricted, items.c.vanished_at.is_(None)


async def _texts(tx: Transaction) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    statement = (
        select(item_texts.c.item_id, item_texts.c.language, item_texts.c.words)
        .join(items, items.c.id == item_texts.c.item_id)
        .where(item_texts.c.current, *_shown())
        .order_by(item_texts.c.item_id, item_texts.c.language)
    )
    for row in await tx.rows(statement):
        found[row["item_id"]][row["language"]] = row["words"]
    return found


async def _tags(tx: Transaction) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    statement = (
        select(item_tags)
        .join(items, items.c.id == item_tags.c.item_id)
        .where(item_tags.c.vocabulary.in_(_TAGS), *_shown())
        .order_by(item_tags.c.item_id, item_tags.c.ordinal)
    )
    for row in await tx.rows(statement):
        found[row["item_id"], row["vocabulary"]].append(row["label"])
    return found


@dataclass(frozen=True)
class _Row:
    """A public answer as it is kept."""

    item_id: int
    number: str
    names: dict[str, str]
    part: str
    status: str
    as_of: date
    measures: str
    remaining: str | None
    language: str


async def _answers(tx: Transaction) -> dict[int, list[Answer]]:
    """What each institution said last of an item in public: the lead's before the others'."""
    last = (
        select(func.max(status_updates.c.id))
        .where(status_updates.c.public, status_updates.c.state == ReportState.APPROVED.value)
        .group_by(status_updates.c.assignment_id)
    )
    statement = (
        select(
            items.c.id.label("item_id"),
            status_updates.c.number,
            institutions.c.names,
            assignments.c.part,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.measures,
            status_updates.c.remaining,
            status_updates.c.language,
        )
        .select_from(_joined())
        .where(
            status_updates.c.id.in_(last),
            assignments.c.state == AssignmentState.ANNOUNCED.value,
            *_APPROVED,
        )
        .order_by(items.c.id, assignments.c.part != Part.LEAD.value, status_updates.c.id.desc())
    )
    rows: Sequence[_Row] = [_Row(**row) for row in await tx.rows(statement)]
    found: dict[int, list[Answer]] = defaultdict(list)
    for each in rows:
        found[each.item_id].append(
            Answer(
                number=each.number,
                institution=each.names,
                part=Part(each.part),
                status=each.status,
                as_of=each.as_of,
                measures=each.measures,
                remaining=each.remaining or "",
                language=each.language,
            )
        )
    return found

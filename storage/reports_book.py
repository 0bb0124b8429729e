"""What an institution's workbook of reports shows: its assignments with what was sent last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select

from bot.domain.items import AssignmentState, ReportState, best_text
from bot.domain.reports import StatusUpdate
from storage import clearance, figures, status_updates
from storage import items as item_queries
from storage.database import Transaction
from storage.tables import assignments, clusters, items, source_documents
from storage.tables import status_updates as reports

_BATCH = 500  # rows of which more is read at once


@dataclass(frozen=True)
class Row:
    """An assignment with what its row shows; `words` None of a restricted item.

    `last` is what was sent last and not withdrawn, with its figures; `comment` is why it came back.
    """

    assignment_id: int
    institution_id: int
    item_id: int
    symbol: str
    code: str
    restricted: bool
    cluster: str | None
    due_on: date | None
    words: str | None = None
    language: str | None = None
    last: StatusUpdate | None = None
    comment: str | None = None


async def known(tx: Transaction, institution_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The assignments of these institutions, ended ones too: symbol and number by id."""
    rows = await tx.rows(
        select(assignments.c.id, source_documents.c.symbol, items.c.paragraph)
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(
            assignments.c.institution_id.in_(institution_ids),
            assignments.c.state != AssignmentState.DRAFT.value,
        )
    )
    return {row["id"]: (row["symbol"], row["paragraph"]) for row in rows}


async def count(tx: Transaction, institution_ids: Sequence[int]) -> int:
    """How many announced assignments these institutions have."""
    return int(
        await tx.value(
            select(func.count()).where(
                assignments.c.institution_id.in_(institution_ids),
                assignments.c.state == AssignmentState.ANNOUNCED.value,
            )
        )
    )


async def rows(
    tx: Transaction, institution_ids: Sequence[int], *, language: str, default_language: str
) -> list[Row]:
    """The announced assignments of these institutions: by institution, cluster and document."""
    found = await tx.rows(
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.institution_id,
            assignments.c.item_id,
            source_documents.c.symbol,
            items.c.paragraph.label("code"),
            items.c.restricted,
            clusters.c.name.label("cluster"),
            assignments.c.due_on,
        )
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .outerjoin(clusters, clusters.c.id == items.c.cluster_id)
        .where(
            assignments.c.institution_id.in_(institution_ids),
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .order_by(
            assignments.c.institution_id,
            clusters.c.name.is_(None),
            clusters.c.name,
            items.c.cluster_id,
            items.c.document_id,
            items.c.ordinal,
            items.c.id,
        )
    )
    whole: list[Row] = []
    for start in range(0, len(found), _BATCH):
        some = [Row(**each) for each in found[start : start + _BATCH]]
        whole += await _told(tx, some, language=language, default_language=default_language)
    return whole


async def _told(
    tx: Transaction, some: Sequence[Row], *, language: str, default_language: str
) -> list[Row]:
    open_ids = [each.item_id for each in some if not each.restricted]
    texts = await item_queries.texts(tx, open_ids)
    last = await newest(tx, [each.assignment_id for each in some])
    told = []
    for each in some:
        best = best_text(texts.get(each.item_id, ()), language, default_language)
        sent = last.get(each.assignment_id)
        told.append(
            replace(
                each,
                words=None if best is None else best.words,
                language=None if best is None else best.language,
                last=sent,
                comment=None if sent is None else await _comment(tx, sent),
            )
        )
    return told


async def newest(tx: Transaction, assignment_ids: Sequence[int]) -> dict[int, StatusUpdate]:
    """What was sent last of each of these assignments and not withdrawn, with its figures."""
    ids = await tx.values(
        select(func.max(reports.c.id))
        .where(
            reports.c.assignment_id.in_(assignment_ids),
            reports.c.state != ReportState.WITHDRAWN.value,
        )
        .group_by(reports.c.assignment_id)
    )
    found = await status_updates.of_ids(tx, ids)
    return {
        each.assignment_id: replace(each, figures=await figures.of(tx, each.id)) for each in found
    }


async def _comment(tx: Transaction, sent: StatusUpdate) -> str | None:
    """Why it came back, from the secretariat or from inside."""
    if sent.state is ReportState.RETURNED:
        comment = await status_updates.last_comment(tx, sent.id)
        return None if comment is None else comment.words
    if sent.state is ReportState.RETURNED_INSIDE:
        decided = await clearance.last_decision(tx, sent.id)
        return None if decided is None else decided.comment
    return None

"""Finding items by number or by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from bot.domain.items import AssignmentState
from bot.domain.search import Wanted
from storage.database import Transaction
from storage.tables import (
    assignments,
    grades,
    item_texts,
    items,
    source_documents,
    status_updates,
)

MOST = 200
"""More hits than this help nobody."""


@dataclass(frozen=True)
class Hit:
    """A found item; `assignment_id` is the searcher's own, where the search was among those."""

    item_id: int
    assignment_id: int | None
    code: str
    symbol: str
    restricted: bool


async def find(
    tx: Transaction,
    wanted: Wanted,
    institution_ids: Sequence[int] | None,
    *,
    restricted: bool = True,
) -> list[Hit]:
    """The items that fit, exact numbers first; among these institutions' own, or (None) all.

    Restricted items are found by number and symbol alone, and without `restricted` not at all.
    """
    shown = _items(institution_ids)
    if not restricted:
        shown = shown.where(~items.c.restricted)
    if wanted.grade is not None and (hits := await _hits(tx, shown.where(_graded(wanted.grade)))):
        return hits
    if wanted.symbol is not None:
        if hits := await _by_symbol(tx, wanted, shown):
            return hits
    elif wanted.code is not None:
        code = wanted.code.replace(" ", "").lower()
        bare = func.lower(func.replace(items.c.paragraph, " ", ""))
        exact = await _hits(tx, shown.where(bare == code))
        if exact:
            return exact
        near = await _hits(tx, shown.where(bare.startswith(code, autoescape=True)))
        if near:
            return near
    if not wanted.words:
        return []
    return await _by_words(tx, wanted, shown)


async def report(tx: Transaction, number: str, institution_ids: Sequence[int] | None) -> int | None:
    """The status update of that number, among these institutions' own or (None) all."""
    statement = (
        select(status_updates.c.id)
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .where(status_updates.c.number == number, _own(institution_ids))
    )
    found: int | None = await tx.value(statement)
    return found


async def _by_symbol(tx: Transaction, wanted: Wanted, shown: Select[Any]) -> list[Hit]:
    """The items of the document of that symbol, else of those whose symbols begin so."""
    symbol = func.upper(func.replace(source_documents.c.symbol, " ", ""))
    if wanted.code is not None:
        code = wanted.code.replace(" ", "").lower()
        shown = shown.where(func.lower(func.replace(items.c.paragraph, " ", "")) == code)
    for fits in (symbol == wanted.symbol, symbol.startswith(wanted.symbol, autoescape=True)):
        documents = await tx.values(select(source_documents.c.id).where(fits).limit(MOST))
        if documents and (hits := await _hits(tx, shown.where(items.c.document_id.in_(documents)))):
            return hits
    return []


def _graded(grade: str) -> ColumnElement[bool]:
    """Whether that grade stands beside the answer on an item."""
    return (
        select(grades.c.id)
        .where(
            grades.c.item_id == items.c.id,
            grades.c.grade == grade,
            grades.c.withdrawn_at.is_(None),
        )
        .exists()
    )


async def _by_words(tx: Transaction, wanted: Wanted, shown: Select[Any]) -> list[Hit]:
    """A rough look by the database, then an exact one; accents and letter forms do not count."""
    fits = [item_texts.c.words.ilike(each, escape="\\") for each in wanted.patterns()]
    statement = (
        shown.add_columns(item_texts.c.words)
        .join(item_texts, item_texts.c.item_id == items.c.id)
        .where(item_texts.c.current, ~items.c.restricted, and_(*fits))
        .limit(MOST * 4)
    )
    found: dict[int, Hit] = {}
    for row in await tx.rows(statement):
        if wanted.fits(row["words"]):
            found.setdefault(row["item_id"], _hit(row))
    return list(found.values())[:MOST]


def _items(institution_ids: Sequence[int] | None) -> Select[Any]:
    own = assignments.c.id if institution_ids is not None else _NO_ASSIGNMENT
    statement = (
        select(
            items.c.id.label("item_id"),
            own.label("assignment_id"),
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
        )
        .select_from(items)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(items.c.vanished_at.is_(None) if institution_ids is None else true())
        .order_by(source_documents.c.published_on.desc(), items.c.document_id, items.c.ordinal)
    )
    if institution_ids is None:
        return statement
    return statement.join(assignments, assignments.c.item_id == items.c.id).where(
        _own(institution_ids)
    )


_NO_ASSIGNMENT = func.nullif(0, 0)


def _own(institution_ids: Sequence[int] | None) -> ColumnElement[bool]:
    if institution_ids is None:
        return true()
    return and_(
        assignments.c.institution_id.in_(institution_ids),
        or_(
            assignments.c.state == AssignmentState.ANNOUNCED.value,
            assignments.c.state == AssignmentState.ENDED.value,
        ),
    )


async def _hits(tx: Transaction, statement: Select[Any]) -> list[Hit]:
    return [_hit(row) for row in await tx.rows(statement.limit(MOST))]


def _hit(row: Any) -> Hit:
    return Hit(**{name: row[name] for name in Hit.__dataclass_fields__})

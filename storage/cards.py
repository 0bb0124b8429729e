"""What stands around an item on its card: who else works on it, and what is like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select

from bot.domain.items import AssignmentState, Part
from storage.approved import is_last_approved
from storage.database import Transaction
from storage.tables import (
    assignments,
    institutions,
    items,
    siblings,
    source_documents,
    status_updates,
)


@dataclass(frozen=True)
class Holder:
    """An institution that leads on an item or contributes to it; `names` by language."""

    assignment_id: int
    institution_id: int
    names: Mapping[str, str]
    part: Part
    status: str | None


@dataclass(frozen=True)
class Similar:
    """An item of another cycle or mechanism that asks for much the same."""

    item_id: int
    code: str
    symbol: str
    restricted: bool


@dataclass(frozen=True)
class Answer:
    """What an institution said last of an item, as far as the reader may know it."""

    item_id: int
    institution_id: int
    names: Mapping[str, str]
    part: Part
    status: str | None
    as_of: date | None


@dataclass(frozen=True)
class Mate:
    """Another assignment of the same institution that the same report may hold for."""

    assignment_id: int
    code: str
    symbol: str
    restricted: bool


async def holders(tx: Transaction, item_id: int) -> list[Holder]:
    """Who answers for the item now, the lead first."""
    statement = (
        select(
            assignments.c.id.label("assignment_id"),
            assignments.c.institution_id,
            institutions.c.names,
            assignments.c.part,
            assignments.c.status,
        )
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .where(
            assignments.c.item_id == item_id,
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .order_by(assignments.c.part.desc(), institutions.c.code)
    )
    return [Holder(**{**row, "part": Part(row["part"])}) for row in await tx.rows(statement)]


async def similar(tx: Transaction, item_id: int, *, limit: int) -> list[Similar]:
    """The item's siblings, the most alike first."""
    statement = (
        select(
            items.c.id.label("item_id"),
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
        )
        .join(siblings, siblings.c.sibling_id == items.c.id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(siblings.c.item_id == item_id)
        .order_by(siblings.c.score.desc(), items.c.id)
        .limit(limit)
    )
    return [Similar(**row) for row in await tx.rows(statement)]


async def answers(
    tx: Transaction, item_ids: Sequence[int], own: Sequence[int] | None
) -> list[Answer]:
    """Who answers for these items and what each said last; of an item, its lead first.

    The institutions in `own` (None: all) by their last word, the others by the last that was
    approved.
    """

    def said(name: str) -> ColumnElement[Any]:
        last_word: ColumnElement[Any] = assignments.c[name]
        if own is None:
            return last_word
        whose = (assignments.c.institution_id.in_(own), last_word)
        return case(whose, else_=status_updates.c[name])

    statement = (
        select(
            assignments.c.item_id,
            assignments.c.institution_id,
            institutions.c.names,
            assignments.c.part,
            said("status").label("status"),
            said("as_of").label("as_of"),
        )
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .join(status_updates, is_last_approved(), isouter=True)
        .where(
            assignments.c.item_id.in_(item_ids),
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .order_by(assignments.c.item_id, assignments.c.part.desc(), institutions.c.code)
    )
    return [Answer(**{**row, "part": Part(row["part"])}) for row in await tx.rows(statement)]


async def mates(
    tx: Transaction, institution_id: int, item_id: int, cluster_id: int | None
) -> list[Mate]:
    """The institution's other announced assignments in the item's cluster or among its siblings."""
    like: ColumnElement[bool] = items.c.id.in_(
        select(siblings.c.sibling_id).where(siblings.c.item_id == item_id)
    )
    if cluster_id is not None:
        like = or_(like, items.c.cluster_id == cluster_id)
    statement = (
        select(
            assignments.c.id.label("assignment_id"),
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
        )
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(
            assignments.c.institution_id == institution_id,
            assignments.c.state == AssignmentState.ANNOUNCED.value,
            and_(items.c.id != item_id, like),
        )
        .order_by(items.c.document_id, items.c.ordinal, items.c.id)
    )
    return [Mate(**row) for row in await tx.rows(statement)]


async def assignments_for(
    tx: Transaction, item_id: int, institution_ids: Sequence[int]
) -> list[int]:
    """The item's announced assignments in these institutions."""
    statement = (
        select(assignments.c.id)
        .where(
            assignments.c.item_id == item_id,
            assignments.c.institution_id.in_(institution_ids),
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .order_by(assignments.c.id)
    )
    return [int(each) for each in await tx.values(statement)]

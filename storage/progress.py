"""How far implementation is: items counted by status and by what else they are told apart by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, null, select

from bot.domain.filters import NOT_REPORTED, goal_of
from bot.domain.items import AssignmentState
from bot.domain.progress import Scope, Subject
from storage.approved import is_last_approved
from storage.database import Transaction
from storage.standing import is_consolidated, standing, status_of
from storage.tables import (
    assignments,
    consolidations,
    institutions,
    item_tags,
    items,
    source_documents,
    status_updates,
)


@dataclass(frozen=True)
class Counted:
    """So many items stand there; `key` is what they are told apart by: None where they have none.

    A mechanism or theme as it is kept, the id of an institution, the number of a goal.
    """

    key: str | int | None
    status: str
    count: int


async def total(tx: Transaction, scope: Scope) -> int:
    """How many items count; what its source no longer holds does not."""
    return int(await tx.value(select(func.count()).select_from(_Standing(scope).items)))


async def by(tx: Transaction, subject: Subject, scope: Scope) -> list[Counted]:
    """The items by status and subject; one with several themes (goals, institutions) in each."""
    standing = _Standing(scope)
    match subject:
        case Subject.STATUS:
            return await _counted(tx, standing, standing.items, null())
        case Subject.MECHANISM:
            source = standing.items.join(
                source_documents, source_documents.c.id == items.c.document_id
            )
            return await _counted(tx, standing, source, source_documents.c.mechanism)
        case Subject.THEME:
            source = standing.items.outerjoin(item_tags, _tagged("theme"))
            return await _counted(tx, standing, source, item_tags.c.label)
        case Subject.SDG:
            source = standing.items.outerjoin(item_tags, _tagged("sdg"))
            return await _counted(tx, standing, source, await _goal(tx))
        case Subject.INSTITUTION:
            return await _by_institution(tx, standing)


class _Standing:
    """The items of a scope beside what counts of each: the consolidated status, else a word.

    Where only some institutions' items are counted, it is what these say of them.
    """

    def __init__(self, scope: Scope) -> None:
        self.words = _words(scope)
        first = standing(self.words)
        counted = select(items.c.id).where(items.c.vanished_at.is_(None))
        if scope.approved:
            counted = counted.where(~items.c.restricted)
        here = counted.subquery("here")
        self.items = items.join(here, here.c.id == items.c.id).join(
            first, first.c.item_id == items.c.id, isouter=scope.institution_ids is None
        )
        if scope.institution_ids is None:
            self.items = self.items.outerjoin(consolidations, is_consolidated())
            self.status = status_of(first)
        else:
            self.status = func.coalesce(first.c.status, literal(NOT_REPORTED))


def _words(scope: Scope) -> Subquery:
    """What each announced assignment's institution said last, as far as the scope sees it."""
    status, reported_at = assignments.c.status, assignments.c.reported_at
    if scope.approved:
        status, reported_at = status_updates.c.status, status_updates.c.submitted_at
    statement = select(
        assignments.c.id.label("assignment_id"),
        assignments.c.item_id,
        assignments.c.institution_id,
        assignments.c.part,
        status.label("status"),
        reported_at.label("reported_at"),
    ).where(assignments.c.state == AssignmentState.ANNOUNCED.value)
    if scope.approved:
        statement = statement.join(status_updates, is_last_approved(), isouter=True)
    if scope.institution_ids is not None:
        statement = statement.where(assignments.c.institution_id.in_(scope.institution_ids))
    return statement.subquery("words")


def _tagged(vocabulary: str) -> ColumnElement[bool]:
    return and_(item_tags.c.item_id == items.c.id, item_tags.c.vocabulary == vocabulary)


async def _goal(tx: Transaction) -> ColumnElement[Any]:
    """The number of the goal that a label names."""
    statement = select(item_tags.c.label).where(item_tags.c.vocabulary == "sdg").distinct()
    goals = {label: goal_of(label) for label in await tx.values(statement)}
    known = {label: goal for label, goal in goals.items() if goal is not None}
    return case(known, value=item_tags.c.label) if known else null()


async def _by_institution(tx: Transaction, standing: _Standing) -> list[Counted]:
    """Each institution by its own words; items that nobody answers for under None."""
    words = standing.words
    source = standing.items.outerjoin(words, words.c.item_id == items.c.id).outerjoin(
        institutions, institutions.c.id == words.c.institution_id
    )
    status = func.coalesce(words.c.status, literal(NOT_REPORTED))
    return await _fetch(tx, _grouped(source, institutions.c.id, status))


async def _counted(
    tx: Transaction, standing: _Standing, source: Any, key: ColumnElement[Any]
) -> list[Counted]:
    return await _fetch(tx, _grouped(source, key, standing.status))


def _grouped(source: Any, key: ColumnElement[Any], status: ColumnElement[Any]) -> Select[Any]:
    pairs = (
        select(items.c.id, key.label("key"), status.label("status"))
        .select_from(source)
        .distinct()
        .subquery("pairs")
    )
    return (
        select(pairs.c.key, pairs.c.status, func.count().label("count"))
        .group_by(pairs.c.key, pairs.c.status)
        .order_by(pairs.c.key, pairs.c.status)
    )


async def _fetch(tx: Transaction, statement: Select[Any]) -> list[Counted]:
    return [Counted(**row) for row in await tx.rows(statement)]

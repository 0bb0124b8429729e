"""How far implementation is: items counted by status and by what else they are told apart by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from bot.domain.filters import NOT_REPORTED, goal_of
from bot.domain.items import AssignmentState, Part, ReportState
from bot.domain.progress import Held, Past, Period, Scope, Subject
from bot.domain.requests import ItemState
from storage.approved import is_last_approved
from storage.database import Transaction
from storage.standing import is_consolidated, standing, status_of
from storage.tables import (
    assignments,
    consolidations,
    institutions,
    item_tags,
    items,
    request_items,
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
        case Subject.TIME | Subject.ANSWERS:
            raise ValueError(f"{subject} tells no items apart")


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


# -- Over time -------------------------------------------------------------------------------------

_APPROVED_AT = func.coalesce(status_updates.c.decided_at, status_updates.c.submitted_at)
_ANNOUNCED = assignments.c.state == AssignmentState.ANNOUNCED.value


def _of_scope(scope: Scope) -> ColumnElement[bool]:
    own = assignments.c.institution_id.in_(scope.institution_ids or ())
    return _ANNOUNCED if scope.institution_ids is None else and_(_ANNOUNCED, own)


async def first_approved(tx: Transaction, scope: Scope) -> datetime | None:
    """When the first report was approved of those that count; None: none has been."""
    found: datetime | None = await tx.value(
        select(func.min(status_updates.c.submitted_at))
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .where(_of_scope(scope), status_updates.c.state == ReportState.APPROVED.value)
    )
    return found


async def past(tx: Transaction, scope: Scope, periods: Sequence[Period]) -> Past:
    """What `over_time` needs to know of these periods."""

    def period(moment: Any) -> ColumnElement[int]:
        """The place of the one in which a moment falls; what is older falls in the first."""
        return case(*((moment < each.until, place) for place, each in enumerate(periods)))

    when = period(_APPROVED_AT)
    last = (
        select(status_updates.c.assignment_id, when.label("period"), func.max(status_updates.c.id))
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .where(
            _of_scope(scope),
            status_updates.c.state == ReportState.APPROVED.value,
            when.is_not(None),
        )
        .group_by(status_updates.c.assignment_id, when)
        .subquery("last")
    )
    approved: dict[int, dict[int, tuple[int, str]]] = defaultdict(dict)
    for row in await tx.rows(
        select(
            last.c.assignment_id, last.c.period, status_updates.c.id, status_updates.c.status
        ).join(status_updates, status_updates.c.id == last.c[2])
    ):
        approved[row["assignment_id"]][row["period"]] = (row["id"], row["status"])
    held = await tx.rows(
        select(assignments.c.id, assignments.c.item_id, assignments.c.part).where(_of_scope(scope))
    )
    return Past(
        await _counting(tx, scope, periods, period, {row["item_id"] for row in held}),
        [Held(row["item_id"], Part(row["part"]), approved[row["id"]]) for row in held],
        {} if scope.institution_ids is not None else await _consolidated(tx, period),
    )


async def _counting(
    tx: Transaction,
    scope: Scope,
    periods: Sequence[Period],
    period: Callable[[Any], ColumnElement[int]],
    held: Collection[int],
) -> dict[int, tuple[int, int]]:
    gone = period(items.c.vanished_at)
    statement = select(
        items.c.id, period(items.c.created_at).label("first"), gone.label("gone")
    ).where(~items.c.restricted if scope.approved else true())
    return {
        row["id"]: (row["first"], len(periods) if row["gone"] is None else row["gone"] - 1)
        for row in await tx.rows(statement)
        if row["first"] is not None and (scope.institution_ids is None or row["id"] in held)
    }


async def _consolidated(
    tx: Transaction, period: Callable[[Any], ColumnElement[int]]
) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    when = period(consolidations.c.at)
    for row in await tx.rows(
        select(consolidations.c.item_id, consolidations.c.status, when.label("period"))
        .where(when.is_not(None))
        .order_by(consolidations.c.version)
    ):
        found[row["item_id"]][row["period"]] = row["status"]
    return found


# -- Answers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answering:
    """How an institution answers: of what was asked and is due, and when it reported last."""

    institution_id: int
    asked: int
    answered: int
    reported_at: datetime | None


async def answering(tx: Transaction, scope: Scope, today: date) -> list[Answering]:
    """Every institution of the scope that was asked or holds something.

    What was excused, or ended unanswered, is not counted; nor is what is open and not due yet.
    """
    of = request_items.c
    answered = of.state == ItemState.ANSWERED.value
    overdue = and_(of.state == ItemState.ASKED.value, of.due_on < today)
    asked = {
        row["institution_id"]: row
        for row in await tx.rows(
            select(
                of.institution_id,
                func.count().label("asked"),
                func.sum(case((answered, 1), else_=0)).label("answered"),
            )
            .where(or_(answered, overdue))
            .group_by(of.institution_id)
        )
    }
    reported = {
        row["institution_id"]: row["last"]
        for row in await tx.rows(
            select(assignments.c.institution_id, func.max(assignments.c.reported_at).label("last"))
            .where(_ANNOUNCED)
            .group_by(assignments.c.institution_id)
        )
    }
    own = scope.institution_ids
    return [
        Answering(
            each,
            int(asked[each]["asked"]) if each in asked else 0,
            int(asked[each]["answered"]) if each in asked else 0,
            reported.get(each),
        )
        for each in sorted(asked.keys() | reported.keys())
        if own is None or each in own
    ]

"""Assignments: which institution answers for which item, as lead or contributing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    delete,
    desc,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.domain.assigning import Step, Target
from bot.domain.items import Assignment, AssignmentState, Inside, LastWord, Part, ReportState
from storage.database import Transaction
from storage.tables import (
    assignment_terms,
    assignments,
    items,
    questions,
    siblings,
    source_documents,
    status_updates,
)

_LAST = date(9999, 12, 31)  # no due date comes after every due date
_KNOWS_IT = (
    AssignmentState.ANNOUNCED.value,
    AssignmentState.DRAFT.value,
    AssignmentState.ENDED.value,
)


@dataclass(frozen=True)
class Described:
    """An assignment with what its people are told of it."""

    id: int
    institution_id: int
    item_id: int
    part: Part
    state: AssignmentState
    due_on: date | None
    code: str
    symbol: str
    restricted: bool


COLUMNS = [assignments.c[name] for name in Assignment.__dataclass_fields__]


def as_assignment(row: Any) -> Assignment:
    """The assignment of a row that has `COLUMNS`."""
    values = {name: row[name] for name in Assignment.__dataclass_fields__}
    values["part"] = Part(values["part"])
    values["state"] = AssignmentState(values["state"])
    for name in ("report_state", "uncleared_state"):
        values[name] = values[name] and ReportState(values[name])
    return Assignment(**values)


async def get(tx: Transaction, assignment_id: int) -> Assignment | None:
    """The assignment of that id, in whatever state."""
    row = await tx.row(select(*COLUMNS).where(assignments.c.id == assignment_id))
    return None if row is None else as_assignment(row)


async def of_ids(tx: Transaction, assignment_ids: Sequence[int]) -> list[Assignment]:
    """These assignments, in whatever state."""
    rows = await tx.rows(select(*COLUMNS).where(assignments.c.id.in_(assignment_ids)))
    return [as_assignment(row) for row in rows]


async def of_item(tx: Transaction, item_id: int) -> list[Assignment]:
    """Every assignment of an item, the lead first."""
    statement = (
        select(*COLUMNS)
        .where(assignments.c.item_id == item_id)
        .order_by(assignments.c.part.desc(), assignments.c.id)
    )
    return [as_assignment(row) for row in await tx.rows(statement)]


async def note_last_word(tx: Transaction, assignment_id: int, last: LastWord) -> None:
    """Keep the institution's last word beside its assignment."""
    await tx.execute(
        update(assignments).where(assignments.c.id == assignment_id).values(**vars(last))
    )


async def note_inside(tx: Transaction, assignment_id: int, inside: Inside) -> None:
    """Keep beside it what was sent last, where that is not the institution's word."""
    await change(tx, [assignment_id], **vars(inside))


async def disown(
    tx: Transaction, assignment_id: int, reason: str, suggested_id: int | None, *, now: datetime
) -> bool:
    """Give an announced assignment back to the secretariat; False if it is announced no more."""
    result = await tx.execute(
        update(assignments)
        .where(
            assignments.c.id == assignment_id,
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .values(
            state=AssignmentState.DISOWNED.value,
            disowned_reason=reason,
            suggested_institution_id=suggested_id,
            ended_at=now,
        )
    )
    return result.rowcount == 1


async def lock_items(tx: Transaction, item_ids: Sequence[int]) -> list[int]:
    """The ids of these items that there are; whoever else assigns them waits for this transaction.

    In one order, so that two who lock the same items never wait for each other.
    """
    statement = (
        select(items.c.id).where(items.c.id.in_(item_ids)).order_by(items.c.id).with_for_update()
    )
    return [int(each) for each in await tx.values(statement)]


async def lock(tx: Transaction, assignment_ids: Sequence[int]) -> None:
    """Whoever else would change these assignments waits for this transaction; in one order."""
    await tx.values(
        select(assignments.c.id)
        .where(assignments.c.id.in_(assignment_ids))
        .order_by(assignments.c.id)
        .with_for_update()
    )


async def of_items(tx: Transaction, item_ids: Sequence[int]) -> list[Assignment]:
    """Every assignment of these items, in whatever state, by item, the lead first."""
    statement = (
        select(*COLUMNS)
        .where(assignments.c.item_id.in_(item_ids))
        .order_by(assignments.c.item_id, assignments.c.part.desc(), assignments.c.id)
    )
    return [as_assignment(row) for row in await tx.rows(statement)]


async def add(
    tx: Transaction,
    new: Iterable[tuple[int, int, Target]],
    *,
    assigned_by: int | None,
    now: datetime,
) -> None:
    """New draft assignments: of which item, to which institution, to do what."""
    rows = [
        {
            "item_id": item_id,
            "institution_id": institution_id,
            "part": target.part.value,
            "state": AssignmentState.DRAFT.value,
            "due_on": target.due_on,
            "assigned_by": assigned_by,
            "assigned_at": now,
        }
        for item_id, institution_id, target in new
    ]
    if rows:
        await tx.execute(insert(assignments), rows)
        held = or_(
            *(
                and_(
                    assignments.c.item_id == row["item_id"],
                    assignments.c.institution_id == row["institution_id"],
                )
                for row in rows
            )
        )
        ids = await tx.values(select(assignments.c.id).where(held))
        await _note_terms(tx, ids, anew=True, seat_id=assigned_by, now=now)


async def _note_terms(
    tx: Transaction,
    assignment_ids: Sequence[int],
    *,
    anew: bool,
    seat_id: int | None,
    now: datetime,
) -> None:
    """Part and due day of these assignments are what they are, from now on."""
    given = select(
        assignments.c.id,
        literal(anew),
        assignments.c.part,
        assignments.c.due_on,
        literal(seat_id, assignment_terms.c.seat_id.type),
        literal(now, assignment_terms.c.at.type),
    ).where(assignments.c.id.in_(list(assignment_ids)))
    names = ["assignment_id", "anew", "part", "due_on", "seat_id", "at"]
    ordered = given.order_by(assignments.c.id)
    await tx.execute(insert(assignment_terms).from_select(names, ordered))


async def give_due_day(
    tx: Transaction,
    assignment_ids: Sequence[int],
    due_on: date,
    *,
    seat_id: int | None,
    now: datetime,
    **values: Any,
) -> None:
    """These assignments are due on that day from now on; `values` change with it."""
    other = assignments.c.due_on.is_distinct_from(due_on)
    moved = await tx.values(
        select(assignments.c.id).where(assignments.c.id.in_(assignment_ids), other)
    )
    await change(tx, assignment_ids, due_on=due_on, **values)
    await _note_terms(tx, moved, anew=False, seat_id=seat_id, now=now)


async def change(tx: Transaction, assignment_ids: Sequence[int], **values: Any) -> None:
    """Change columns of these assignments."""
    if assignment_ids:
        await tx.execute(
            update(assignments).where(assignments.c.id.in_(assignment_ids)).values(**values)
        )


async def aim(
    tx: Transaction, steps: Iterable[Step], *, seat_id: int | None, now: datetime
) -> None:
    """Give open assignments their new part and due date."""
    for target, ids in _by_target(steps).items():
        await change(tx, ids, part=target.part.value, due_on=target.due_on)
        await _note_terms(tx, ids, anew=False, seat_id=seat_id, now=now)


async def draft_again(
    tx: Transaction, steps: Iterable[Step], *, assigned_by: int | None, now: datetime
) -> None:
    """Assignments that were given back or had ended are drafts, as if they were new."""
    for target, ids in _by_target(steps).items():
        await change(
            tx,
            ids,
            part=target.part.value,
            due_on=target.due_on,
            state=AssignmentState.DRAFT.value,
            assigned_by=assigned_by,
            assigned_at=now,
            announced_at=None,
            ended_at=None,
            disowned_reason=None,
            suggested_institution_id=None,
        )
        await _note_terms(tx, ids, anew=True, seat_id=assigned_by, now=now)


def _by_target(steps: Iterable[Step]) -> dict[Target, list[int]]:
    found: dict[Target, list[int]] = {}
    for step in steps:
        found.setdefault(step.target, []).append(step.assignment.id)
    return found


async def end(tx: Transaction, assignment_ids: Sequence[int], *, now: datetime) -> None:
    """End assignments; their reports stay."""
    await change(tx, assignment_ids, state=AssignmentState.ENDED.value, ended_at=now)


async def hand_back(tx: Transaction, assignment_id: int) -> None:
    """What an institution gave back is announced to it again."""
    await change(
        tx,
        [assignment_id],
        state=AssignmentState.ANNOUNCED.value,
        ended_at=None,
        disowned_reason=None,
        suggested_institution_id=None,
    )


async def remove_drafts(tx: Transaction, assignment_ids: Sequence[int], *, now: datetime) -> None:
    """Take drafts back; those that were reported on before end instead."""
    drafts_ = and_(
        assignments.c.id.in_(assignment_ids), assignments.c.state == AssignmentState.DRAFT.value
    )
    reported = exists().where(status_updates.c.assignment_id == assignments.c.id)
    asked = exists().where(questions.c.assignment_id == assignments.c.id)
    await tx.execute(
        update(assignments)
        .where(drafts_, or_(reported, asked))
        .values(state=AssignmentState.ENDED.value, ended_at=now)
    )
    gone = select(assignments.c.id).where(drafts_)
    await tx.execute(delete(assignment_terms).where(assignment_terms.c.assignment_id.in_(gone)))
    await tx.execute(delete(assignments).where(drafts_))


async def to_announce(tx: Transaction) -> list[Described]:
    """Every draft assignment, the most urgent of each institution first; locked."""
    statement = _described().where(assignments.c.state == AssignmentState.DRAFT.value)
    rows = await tx.rows(statement.with_for_update(of=assignments))
    return [_as_described(row) for row in rows]


async def described(tx: Transaction, assignment_ids: Sequence[int]) -> list[Described]:
    """These assignments with their items, the most urgent of each institution first."""
    rows = await tx.rows(_described().where(assignments.c.id.in_(assignment_ids)))
    return [_as_described(row) for row in rows]


def _described() -> Select[Any]:
    return (
        select(
            assignments.c.id,
            assignments.c.institution_id,
            assignments.c.item_id,
            assignments.c.part,
            assignments.c.state,
            assignments.c.due_on,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
        )
        .join(items, items.c.id == assignments.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .order_by(
            assignments.c.institution_id,
            func.coalesce(assignments.c.due_on, _LAST),
            items.c.priority.desc(),
            items.c.document_id,
            items.c.ordinal,
            assignments.c.id,
        )
    )


def _as_described(row: Any) -> Described:
    values = {**row, "part": Part(row["part"]), "state": AssignmentState(row["state"])}
    return Described(**values)


async def announce(tx: Transaction, assignment_ids: Sequence[int], *, now: datetime) -> None:
    """Make draft assignments known."""
    await change(tx, assignment_ids, state=AssignmentState.ANNOUNCED.value, announced_at=now)


async def suggested(tx: Transaction, item_ids: Sequence[int]) -> list[int]:
    """Institutions to think of for these items, the likeliest first.

    Those that hold most of their siblings come first, then those that hold most of what is in the
    same clusters.
    """
    by_sibling = (
        select(assignments.c.institution_id, func.sum(siblings.c.score).label("weight"))
        .join(siblings, siblings.c.sibling_id == assignments.c.item_id)
        .where(siblings.c.item_id.in_(item_ids), assignments.c.state.in_(_KNOWS_IT))
        .group_by(assignments.c.institution_id)
    )
    theirs = select(items.c.cluster_id).where(items.c.id.in_(item_ids)).distinct()
    by_cluster = (
        select(assignments.c.institution_id, func.count().label("weight"))
        .join(items, items.c.id == assignments.c.item_id)
        .where(
            items.c.cluster_id.in_(theirs),
            items.c.id.not_in(item_ids),
            assignments.c.state.in_(_KNOWS_IT),
        )
        .group_by(assignments.c.institution_id)
    )
    found: list[int] = []
    for statement in (by_sibling, by_cluster):
        in_order = statement.order_by(desc("weight"), assignments.c.institution_id)
        found += [each for each in await tx.values(in_order) if each not in found]
    return found


async def last_due(tx: Transaction, *, after: date) -> date | None:
    """The due date that was given last and still lies ahead."""
    found: date | None = await tx.value(
        select(assignments.c.due_on)
        .where(assignments.c.due_on > after)
        .order_by(assignments.c.assigned_at.desc(), assignments.c.id.desc())
        .limit(1)
    )
    return found

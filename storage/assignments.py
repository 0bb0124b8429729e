"""Assignments: which institution answers for which item, as lead or contributing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.items import Assignment, AssignmentState, LastWord, Part, ReportState
from storage.database import Transaction
from storage.tables import assignments, items, siblings

COLUMNS = [assignments.c[name] for name in Assignment.__dataclass_fields__]


def as_assignment(row: Any) -> Assignment:
    """The assignment of a row that has `COLUMNS`."""
    values = {name: row[name] for name in Assignment.__dataclass_fields__}
    values["part"] = Part(values["part"])
    values["state"] = AssignmentState(values["state"])
    values["report_state"] = values["report_state"] and ReportState(values["report_state"])
    return Assignment(**values)


async def get(tx: Transaction, assignment_id: int) -> Assignment | None:
    """The assignment of that id, in whatever state."""
    row = await tx.row(select(*COLUMNS).where(assignments.c.id == assignment_id))
    return None if row is None else as_assignment(row)


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


async def of_institution(tx: Transaction, item_id: int, institution_id: int) -> Assignment | None:
    """The assignment of that item to that institution; locked until the transaction ends."""
    statement = (
        select(*COLUMNS)
        .where(assignments.c.item_id == item_id, assignments.c.institution_id == institution_id)
        .with_for_update()
    )
    row = await tx.row(statement)
    return None if row is None else as_assignment(row)


async def add(
    tx: Transaction,
    item_id: int,
    institution_id: int,
    part: Part,
    *,
    due_on: date | None,
    assigned_by: int | None,
    now: datetime,
) -> int:
    """A new draft assignment; gives its id."""
    result = await tx.execute(
        insert(assignments).values(
            item_id=item_id,
            institution_id=institution_id,
            part=part.value,
            state=AssignmentState.DRAFT.value,
            due_on=due_on,
            assigned_by=assigned_by,
            assigned_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def change(tx: Transaction, assignment_id: int, **values: Any) -> None:
    """Change an assignment's columns."""
    await tx.execute(update(assignments).where(assignments.c.id == assignment_id).values(**values))


async def drafts(tx: Transaction) -> list[Assignment]:
    """Every assignment that waits to be announced, by institution and item."""
    statement = (
        select(*COLUMNS)
        .where(assignments.c.state == AssignmentState.DRAFT.value)
        .order_by(assignments.c.institution_id, assignments.c.item_id)
    )
    return [as_assignment(row) for row in await tx.rows(statement)]


async def announce(tx: Transaction, assignment_ids: Sequence[int], *, now: datetime) -> None:
    """Make draft assignments known."""
    await tx.execute(
        update(assignments)
        .where(assignments.c.id.in_(assignment_ids))
        .values(state=AssignmentState.ANNOUNCED.value, announced_at=now)
    )


async def suggested(tx: Transaction, item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Institutions to think of, by item: those that hold its siblings or its cluster."""
    found: dict[int, list[int]] = {item_id: [] for item_id in item_ids}
    by_sibling = (
        select(siblings.c.item_id, assignments.c.institution_id)
        .join(assignments, assignments.c.item_id == siblings.c.sibling_id)
        .where(siblings.c.item_id.in_(item_ids))
        .order_by(siblings.c.score.desc(), assignments.c.part.desc())
    )
    mates = items.alias("mates")
    by_cluster = (
        select(items.c.id.label("item_id"), assignments.c.institution_id)
        .join(mates, mates.c.cluster_id == items.c.cluster_id)
        .join(assignments, assignments.c.item_id == mates.c.id)
        .where(items.c.id.in_(item_ids), mates.c.id != items.c.id)
        .distinct()
    )
    for statement in (by_sibling, by_cluster):
        for row in await tx.rows(statement):
            if row["institution_id"] not in found[row["item_id"]]:
                found[row["item_id"]].append(row["institution_id"])
    return found

"""Assignments: which institution answers for which item, as lead or contributing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.domain.items import Assignment, AssignmentState, Part, ReportState
from storage.database import Transaction
from storage.tables import assignments

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

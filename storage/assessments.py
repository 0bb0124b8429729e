"""Independent assessments of observers, by item; every version stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.domain.assessments import Assessment, AssessmentDraft
from bot.domain.items import AssignmentState
from storage.database import Transaction
from storage.tables import assessments, assignments, institutions

_FIELDS = tuple(Assessment.__dataclass_fields__)


async def add(
    tx: Transaction, draft: AssessmentDraft, institution_id: int, seat_id: int, *, now: datetime
) -> int:
    """The institution's newest version on the item; gives its id."""
    earlier = (assessments.c.item_id == draft.item_id) & (
        assessments.c.institution_id == institution_id
    )
    version = await tx.value(
        select(func.coalesce(func.max(assessments.c.version), 0)).where(earlier)
    )
    await tx.execute(update(assessments).where(earlier).values(current=False))
    result = await tx.execute(
        insert(assessments).values(
            item_id=draft.item_id,
            institution_id=institution_id,
            version=version + 1,
            seat_id=seat_id,
            status=draft.status,
            as_of=draft.as_of,
            words=draft.words,
            language=draft.language,
            source=draft.source,
            given_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def withdraw(tx: Transaction, assessment_id: int, *, now: datetime) -> bool:
    """It stands no more; False where it does not anyway."""
    result = await tx.execute(
        update(assessments)
        .where(
            assessments.c.id == assessment_id,
            assessments.c.current,
            assessments.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    return result.rowcount == 1


async def get(tx: Transaction, assessment_id: int) -> Assessment | None:
    """The version of that id."""
    row = await tx.row(_assessments().where(assessments.c.id == assessment_id))
    return None if row is None else _assessment(row)


async def of_item(tx: Transaction, item_id: int) -> list[Assessment]:
    """What stands beside the answer on an item, the newest first."""
    statement = _assessments().where(
        assessments.c.item_id == item_id,
        assessments.c.current,
        assessments.c.withdrawn_at.is_(None),
    )
    return await _fetch(tx, statement)


async def history(tx: Transaction, item_id: int) -> list[Assessment]:
    """Every version of every institution, withdrawn ones too, the newest first."""
    return await _fetch(tx, _assessments().where(assessments.c.item_id == item_id))


async def own(tx: Transaction, item_id: int, institution_id: int) -> Assessment | None:
    """What that institution says of the item now."""
    found = await of_item(tx, item_id)
    return next((each for each in found if each.institution_id == institution_id), None)


async def holders(tx: Transaction, item_id: int) -> frozenset[int]:
    """The institutions that the item was announced to, and that still have it."""
    statement = select(assignments.c.institution_id).where(
        assignments.c.item_id == item_id,
        assignments.c.state == AssignmentState.ANNOUNCED.value,
    )
    return frozenset(await tx.values(statement))


def _assessments() -> Select[Any]:
    own_columns = [assessments.c[name] for name in _FIELDS if name != "names"]
    return (
        select(*own_columns, institutions.c.names)
        .join(institutions, institutions.c.id == assessments.c.institution_id)
        .order_by(assessments.c.id.desc())
    )


async def _fetch(tx: Transaction, statement: Select[Any]) -> list[Assessment]:
    return [_assessment(row) for row in await tx.rows(statement)]


def _assessment(row: Any) -> Assessment:
    return Assessment(**{name: row[name] for name in _FIELDS})

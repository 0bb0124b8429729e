"""Units of institutions, and what was passed to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, select, update

from bot.domain.items import AssignmentState
from bot.domain.passing import WAITING, Pass, PassState, Unit
from storage.database import Transaction
from storage.tables import assignments, items, passes, source_documents, status_updates, units
from storage.upsert import insert_missing

_UNIT = [units.c[name] for name in Unit.__dataclass_fields__]
_SHOWN = (
    select(
        passes.c.id,
        passes.c.assignment_id,
        assignments.c.institution_id,
        assignments.c.item_id,
        items.c.paragraph.label("code"),
        source_documents.c.symbol,
        items.c.restricted,
        passes.c.unit_id,
        units.c.name.label("unit"),
        units.c.language.label("unit_language"),
        passes.c.state,
        passes.c.passed_by,
        passes.c.passed_at,
        passes.c.words,
        passes.c.language,
        passes.c.answer,
        passes.c.answer_language,
        passes.c.answered_at,
    )
    .join(units, units.c.id == passes.c.unit_id)
    .join(assignments, assignments.c.id == passes.c.assignment_id)
    .join(items, items.c.id == assignments.c.item_id)
    .join(source_documents, source_documents.c.id == items.c.document_id)
)


def _pass(row: Any) -> Pass:
    return Pass(**{**row, "state": PassState(row["state"])})


# -- Units -----------------------------------------------------------------------------------------


async def add(
    tx: Transaction, institution_id: int, name: str, language: str, *, now: datetime
) -> Unit:
    """The institution's unit of that name, made unless it is there."""
    row = {
        "institution_id": institution_id,
        "name": name,
        "language": language,
        "created_at": now,
    }
    await insert_missing(tx, units, row)
    found = await tx.row(
        select(*_UNIT).where(units.c.institution_id == institution_id, units.c.name == name)
    )
    assert found is not None
    return Unit(**found)


async def get(tx: Transaction, unit_id: int) -> Unit | None:
    """The unit of that id."""
    row = await tx.row(select(*_UNIT).where(units.c.id == unit_id))
    return None if row is None else Unit(**row)


async def of_institution(tx: Transaction, institution_id: int) -> list[Unit]:
    """An institution's units, by name."""
    statement = select(*_UNIT).where(units.c.institution_id == institution_id)
    return [Unit(**row) for row in await tx.rows(statement.order_by(units.c.name, units.c.id))]


# -- What was passed -------------------------------------------------------------------------------


async def pass_on(
    tx: Transaction,
    assignment_id: int,
    unit_id: int,
    words: str,
    language: str,
    *,
    seat_id: int,
    now: datetime,
) -> int:
    """Ask the unit about an assignment; gives the id."""
    result = await tx.execute(
        insert(passes).values(
            assignment_id=assignment_id,
            unit_id=unit_id,
            state=PassState.PASSED.value,
            passed_by=seat_id,
            passed_at=now,
            words=words,
            language=language,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def waiting_with(tx: Transaction, unit_id: int, assignment_ids: Sequence[int]) -> list[int]:
    """Which of these assignments the unit has been asked about and not answered."""
    statement = select(passes.c.assignment_id).where(
        passes.c.unit_id == unit_id, passes.c.assignment_id.in_(assignment_ids), _waits()
    )
    return [int(each) for each in await tx.values(statement)]


async def get_pass(tx: Transaction, pass_id: int) -> Pass | None:
    """What was passed, of that id."""
    row = await tx.row(_SHOWN.where(passes.c.id == pass_id))
    return None if row is None else _pass(row)


async def of_assignment(tx: Transaction, assignment_id: int) -> list[Pass]:
    """What was passed of an assignment and not taken back, the newest first."""
    statement = _SHOWN.where(
        passes.c.assignment_id == assignment_id, passes.c.state != PassState.WITHDRAWN.value
    )
    return [_pass(row) for row in await tx.rows(statement.order_by(passes.c.id.desc()))]


async def of_units(
    tx: Transaction, unit_ids: Sequence[int], *, limit: int, offset: int = 0
) -> list[Pass]:
    """What these units were asked: first what waits, the oldest first, then what is answered."""
    statement = (
        _SHOWN.where(_is_with(unit_ids))
        .order_by(case((_waits(), 0), else_=1), passes.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_pass(row) for row in await tx.rows(statement)]


async def count_waiting(tx: Transaction, unit_ids: Sequence[int]) -> int:
    """How much waits for an answer of these units."""
    statement = (
        select(func.count())
        .select_from(passes)
        .join(assignments, assignments.c.id == passes.c.assignment_id)
        .where(_is_with(unit_ids), _waits())
    )
    return int(await tx.value(statement))


async def to_report(tx: Transaction, institution_ids: Sequence[int]) -> list[Pass]:
    """Answers of units of these institutions, since which nobody has reported; oldest first."""
    reported = exists().where(
        status_updates.c.assignment_id == passes.c.assignment_id,
        status_updates.c.submitted_at >= passes.c.answered_at,
    )
    statement = _SHOWN.where(
        passes.c.state == PassState.ANSWERED.value,
        assignments.c.institution_id.in_(institution_ids),
        assignments.c.state == AssignmentState.ANNOUNCED.value,
        ~reported,
    )
    rows = await tx.rows(statement.order_by(passes.c.answered_at, passes.c.id))
    return [_pass(row) for row in rows]


async def answer(
    tx: Transaction, pass_id: int, words: str, language: str, *, seat_id: int, now: datetime
) -> bool:
    """Keep the unit's answer; False where none is waited for any more."""
    return await _change(
        tx,
        and_(passes.c.id == pass_id, _waits()),
        state=PassState.ANSWERED.value,
        answer=words,
        answer_language=language,
        answered_by=seat_id,
        answered_at=now,
    )


async def send_back(tx: Transaction, pass_id: int, words: str, language: str) -> bool:
    """The unit is asked again, in new words; False where it has not answered."""
    answered = and_(passes.c.id == pass_id, passes.c.state == PassState.ANSWERED.value)
    return await _change(
        tx, answered, state=PassState.RETURNED.value, words=words, language=language
    )


async def withdraw(tx: Transaction, pass_id: int) -> bool:
    """The unit is asked no more; False where it is not waited for."""
    waits = and_(passes.c.id == pass_id, _waits())
    return await _change(tx, waits, state=PassState.WITHDRAWN.value)


async def _change(tx: Transaction, which: ColumnElement[bool], **values: Any) -> bool:
    return (await tx.execute(update(passes).where(which).values(**values))).rowcount == 1


def _waits() -> ColumnElement[bool]:
    return passes.c.state.in_([each.value for each in sorted(WAITING)])


def _is_with(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    """Asked of these units, of what their institution still has."""
    return and_(
        passes.c.unit_id.in_(unit_ids),
        passes.c.state != PassState.WITHDRAWN.value,
        assignments.c.state == AssignmentState.ANNOUNCED.value,
    )

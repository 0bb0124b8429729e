"""Questions that institutions ask the secretariat about an item, and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from storage.database import Transaction
from storage.tables import assignments, items, questions, seats


@dataclass(frozen=True)
class Question:
    """A question and, where there is one, its answer; `person_id` is who asked."""

    id: int
    assignment_id: int
    code: str
    asked_by: int
    person_id: int
    institution_id: int | None
    words: str
    language: str
    asked_at: datetime
    answer: str | None
    answer_language: str | None
    answered_at: datetime | None


_SELECT = (
    select(
        questions.c.id,
        questions.c.assignment_id,
        items.c.paragraph.label("code"),
        questions.c.asked_by,
        seats.c.person_id,
        seats.c.institution_id,
        questions.c.words,
        questions.c.language,
        questions.c.asked_at,
        questions.c.answer,
        questions.c.answer_language,
        questions.c.answered_at,
    )
    .join(seats, seats.c.id == questions.c.asked_by)
    .join(assignments, assignments.c.id == questions.c.assignment_id)
    .join(items, items.c.id == assignments.c.item_id)
)


async def add(
    tx: Transaction, assignment_id: int, seat_id: int, words: str, language: str, *, now: datetime
) -> int:
    """A new question; gives its id."""
    result = await tx.execute(
        insert(questions).values(
            assignment_id=assignment_id,
            asked_by=seat_id,
            words=words,
            language=language,
            asked_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, question_id: int) -> Question | None:
    """The question of that id."""
    row = await tx.row(_SELECT.where(questions.c.id == question_id))
    return None if row is None else Question(**row)


async def open_ones(tx: Transaction, *, limit: int, offset: int = 0) -> list[Question]:
    """The unanswered questions, the oldest first."""
    statement = (
        _SELECT.where(questions.c.answered_at.is_(None))
        .order_by(questions.c.asked_at, questions.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [Question(**row) for row in await tx.rows(statement)]


async def count_open(tx: Transaction) -> int:
    """How many questions wait for an answer."""
    statement = select(func.count()).select_from(questions)
    return int(await tx.value(statement.where(questions.c.answered_at.is_(None))))


async def count_open_of(tx: Transaction, institution_id: int) -> int:
    """How many questions of an institution wait for an answer."""
    statement = (
        select(func.count())
        .select_from(questions)
        .join(assignments, assignments.c.id == questions.c.assignment_id)
        .where(assignments.c.institution_id == institution_id, questions.c.answered_at.is_(None))
    )
    return int(await tx.value(statement))


async def of_assignment(tx: Transaction, assignment_id: int, *, limit: int) -> list[Question]:
    """The newest questions about an assignment, the newest first."""
    statement = (
        _SELECT.where(questions.c.assignment_id == assignment_id)
        .order_by(questions.c.id.desc())
        .limit(limit)
    )
    return [Question(**row) for row in await tx.rows(statement)]


async def answer(
    tx: Transaction, question_id: int, words: str, language: str, *, seat_id: int, now: datetime
) -> bool:
    """Keep the answer; False if somebody else has answered meanwhile."""
    result = await tx.execute(
        update(questions)
        .where(questions.c.id == question_id, questions.c.answered_at.is_(None))
        .values(answer=words, answer_language=language, answered_by=seat_id, answered_at=now)
    )
    return result.rowcount == 1

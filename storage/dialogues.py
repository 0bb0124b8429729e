"""Live dialogues: who takes part, what was asked, how far each answer has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from bot.domain import items as item_words
from bot.domain.dialogues import OPEN, Dialogue, DialogueQuestion, Part, QuestionState
from bot.domain.items import AssignmentState
from storage.approved import is_approved_of_few
from storage.database import Transaction
from storage.tables import (
    assignments,
    dialogue_openings,
    dialogue_people,
    dialogue_questions,
    dialogues,
    institutions,
    items,
    seats,
    source_documents,
    status_updates,
)
from storage.upsert import insert_missing, insert_missing_rows

# -- Dialogues and their people --------------------------------------------------------------------


async def add(
    tx: Transaction, title: str, language: str, *, opened_by: int | None, now: datetime
) -> int:
    """A new dialogue, open; gives its id."""
    result = await tx.execute(
        insert(dialogues).values(title=title, language=language, opened_by=opened_by, opened_at=now)
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, dialogue_id: int) -> Dialogue | None:
    """The dialogue of that id."""
    row = await tx.row(select(dialogues).where(dialogues.c.id == dialogue_id))
    return None if row is None else Dialogue(**row)


async def newest(tx: Transaction, *, limit: int) -> list[Dialogue]:
    """The open ones first, then the last that were closed."""
    statement = select(dialogues).order_by(
        dialogues.c.closed_at.is_not(None), dialogues.c.id.desc()
    )
    return [Dialogue(**row) for row in await tx.rows(statement.limit(limit))]


async def close(tx: Transaction, dialogue_id: int, *, now: datetime) -> bool:
    """Close it, and wait for nobody any more; False where somebody else was faster."""
    result = await tx.execute(
        update(dialogues)
        .where(dialogues.c.id == dialogue_id, dialogues.c.closed_at.is_(None))
        .values(closed_at=now)
    )
    await tx.execute(
        update(dialogue_questions)
        .where(dialogue_questions.c.dialogue_id == dialogue_id)
        .values(next_at=None)
    )
    return result.rowcount == 1


async def add_people(
    tx: Transaction, dialogue_id: int, seat_ids: Iterable[int], part: Part, *, now: datetime
) -> None:
    """These seats take part; who does so already stays."""
    rows = [
        {"dialogue_id": dialogue_id, "seat_id": each, "part": part.value, "added_at": now}
        for each in seat_ids
    ]
    if rows:
        await insert_missing_rows(tx, dialogue_people, rows)


async def remove_person(tx: Transaction, dialogue_id: int, seat_id: int, part: Part) -> bool:
    """The seat takes part no more; False where it did not."""
    result = await tx.execute(
        delete(dialogue_people).where(
            dialogue_people.c.dialogue_id == dialogue_id,
            dialogue_people.c.seat_id == seat_id,
            dialogue_people.c.part == part.value,
        )
    )
    return result.rowcount == 1


async def seats_of(tx: Transaction, dialogue_id: int, part: Part) -> frozenset[int]:
    """The seats that take part so."""
    found = await tx.values(
        select(dialogue_people.c.seat_id).where(
            dialogue_people.c.dialogue_id == dialogue_id, dialogue_people.c.part == part.value
        )
    )
    return frozenset(found)


async def parts_of(tx: Transaction, seat_id: int) -> list[tuple[int, Part]]:
    """In which open dialogues a seat takes part, and how."""
    taking_part = dialogue_people.c
    found = await tx.rows(
        select(taking_part.dialogue_id, taking_part.part)
        .join(dialogues, dialogues.c.id == taking_part.dialogue_id)
        .where(taking_part.seat_id == seat_id, dialogues.c.closed_at.is_(None))
        .order_by(taking_part.dialogue_id)
    )
    return [(each["dialogue_id"], Part(each["part"])) for each in found]


# -- Questions -------------------------------------------------------------------------------------


_OWN = [
    dialogue_questions.c[name]
    for name in DialogueQuestion.__dataclass_fields__
    if name in dialogue_questions.c
]
_QUESTIONS = (
    select(
        *_OWN,
        items.c.paragraph.label("code"),
        source_documents.c.symbol,
        func.coalesce(items.c.restricted, False).label("restricted"),
        institutions.c.names,
    )
    .select_from(dialogue_questions)
    .outerjoin(items, items.c.id == dialogue_questions.c.item_id)
    .outerjoin(source_documents, source_documents.c.id == items.c.document_id)
    .outerjoin(institutions, institutions.c.id == dialogue_questions.c.institution_id)
)


def _question(row: Any) -> DialogueQuestion:
    return DialogueQuestion(
        **{
            **row,
            "state": QuestionState(row["state"]),
            "names": row["names"] or {},
            "restricted": bool(row["restricted"]),
        }
    )


async def add_question(
    tx: Transaction, dialogue_id: int, words: str, language: str, *, typed_by: int, now: datetime
) -> int:
    """A question as it was typed; gives its id."""
    result = await tx.execute(
        insert(dialogue_questions).values(
            dialogue_id=dialogue_id,
            words=words,
            language=language,
            typed_by=typed_by,
            typed_at=now,
            state=QuestionState.TYPED.value,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def question(tx: Transaction, question_id: int) -> DialogueQuestion | None:
    """The question of that id."""
    row = await tx.row(_QUESTIONS.where(dialogue_questions.c.id == question_id))
    return None if row is None else _question(row)


async def lock(tx: Transaction, question_id: int) -> DialogueQuestion | None:
    """The question of that id; whoever else would change it waits for this transaction."""
    own = dialogue_questions.c.id
    await tx.value(select(own).where(own == question_id).with_for_update())
    return await question(tx, question_id)


async def questions_of(
    tx: Transaction, dialogue_id: int, *states: QuestionState
) -> list[DialogueQuestion]:
    """The questions of a dialogue as they were asked, in order; all, or those in these states."""
    statement = _QUESTIONS.where(dialogue_questions.c.dialogue_id == dialogue_id)
    if states:
        statement = statement.where(dialogue_questions.c.state.in_([each.value for each in states]))
    return [_question(row) for row in await tx.rows(statement.order_by(dialogue_questions.c.id))]


async def change(
    tx: Transaction,
    question_id: int,
    *,
    from_: Sequence[QuestionState] = OPEN,
    seen: int | None = None,
    **values: Any,
) -> bool:
    """Change a question in one of these states; False where it is in another by now.

    So it is where its answer has another version than the one `seen`.
    """
    conditions = [
        dialogue_questions.c.id == question_id,
        dialogue_questions.c.state.in_([each.value for each in from_]),
    ]
    if seen is not None:
        conditions.append(dialogue_questions.c.version == seen)
    result = await tx.execute(update(dialogue_questions).where(*conditions).values(**values))
    return result.rowcount == 1


async def take_promise(tx: Transaction, question_id: int, request_id: int) -> bool:
    """The promise became that request; False where it became another one meanwhile."""
    result = await tx.execute(
        update(dialogue_questions)
        .where(dialogue_questions.c.id == question_id, dialogue_questions.c.request_id.is_(None))
        .values(request_id=request_id)
    )
    return result.rowcount == 1


async def note_opened(tx: Transaction, question_id: int, person_id: int, *, now: datetime) -> None:
    """Somebody has opened what they are waited for."""
    row = {"question_id": question_id, "person_id": person_id, "opened_at": now}
    await insert_missing(tx, dialogue_openings, row)


async def forget_openings(tx: Transaction, question_id: int) -> None:
    """Something else is waited for from now on."""
    await tx.execute(
        delete(dialogue_openings).where(dialogue_openings.c.question_id == question_id)
    )


async def opened_by(tx: Transaction, question_id: int) -> frozenset[int]:
    """The people who have opened it."""
    found = await tx.values(
        select(dialogue_openings.c.person_id).where(dialogue_openings.c.question_id == question_id)
    )
    return frozenset(found)


async def last_asked(tx: Transaction, seat_ids: Iterable[int]) -> DialogueQuestion | None:
    """The newest question that waits for the words of one of these seats, which are on call."""
    statement = (
        _QUESTIONS.join(dialogues, dialogues.c.id == dialogue_questions.c.dialogue_id)
        .join(dialogue_people, dialogue_people.c.dialogue_id == dialogue_questions.c.dialogue_id)
        .join(seats, seats.c.id == dialogue_people.c.seat_id)
        .where(
            dialogues.c.closed_at.is_(None),
            dialogue_questions.c.state == QuestionState.ASKED.value,
            dialogue_people.c.part == Part.ON_CALL.value,
            seats.c.id.in_(list(seat_ids)),
            seats.c.institution_id == dialogue_questions.c.institution_id,
        )
        .order_by(dialogue_questions.c.id.desc())
        .limit(1)
    )
    row = await tx.row(statement)
    return None if row is None else _question(row)


async def due(tx: Transaction, *, now: datetime) -> list[int]:
    """The questions with a rung whose minute has come: one look into an index."""
    found = await tx.values(
        select(dialogue_questions.c.id)
        .where(dialogue_questions.c.next_at <= now)
        .order_by(dialogue_questions.c.next_at, dialogue_questions.c.id)
    )
    return [int(each) for each in found]


# -- What is on record -----------------------------------------------------------------------------


async def holder(tx: Transaction, item_id: int) -> int | None:
    """The institution that answers for an item, the lead before who contributes."""
    found: int | None = await tx.value(
        select(assignments.c.institution_id)
        .where(
            assignments.c.item_id == item_id,
            assignments.c.state == AssignmentState.ANNOUNCED.value,
        )
        .order_by(assignments.c.part != item_words.Part.LEAD.value, assignments.c.id)
        .limit(1)
    )
    return found


async def last_approved(tx: Transaction, item_id: int, institution_id: int | None) -> int | None:
    """The last approved status update of an item: the institution's own, else anybody's."""
    own = assignments.c.institution_id == institution_id
    found: int | None = await tx.value(
        select(status_updates.c.id)
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .where(
            assignments.c.item_id == item_id,
            is_approved_of_few,
        )
        .order_by(func.coalesce(own, False).desc(), status_updates.c.id.desc())
        .limit(1)
    )
    return found

"""Questions about an item: an institution asks, the secretariat answers, both in the chat."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.people import REPORTING, Act
from bot.domain.reports import fitting
from bot.domain.views import report as views
from bot.services import audit
from bot.services.notices import tell, tell_secretariat
from storage import assignments, seats
from storage import questions as queries
from storage.database import Transaction
from storage.questions import Question


async def ask(tx: Transaction, act: Act, assignment_id: int, words: str, *, language: str) -> int:
    """Ask the secretariat about an assignment; gives the question's id."""
    assignment = existing(await assignments.get(tx, assignment_id))
    permissions.require(permissions.may_report(act.actor, assignment))
    asking = fitting(words)
    seat = act.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    asked = await queries.add(tx, assignment_id, seat.id, asking, language, now=act.now)
    await audit.record(
        tx,
        act,
        "question.ask",
        f"question:{asked}",
        seat_id=seat.id,
        facts={"assignment": assignment_id},
    )
    await tell_secretariat(tx, act, f"question:{asked}")
    return asked


async def answer(
    tx: Transaction, act: Act, question_id: int, words: str, *, language: str
) -> Question:
    """Answer a question and tell who asked, while their seat lives.

    Raises Outdated where another officer has answered meanwhile.
    """
    permissions.require(permissions.may_answer(act.actor))
    question = existing(await queries.get(tx, question_id))
    answered = fitting(words)
    seat = permissions.secretariat_seat(act.actor)
    if not await queries.answer(tx, question_id, answered, language, seat_id=seat.id, now=act.now):
        raise Outdated
    asker = await seats.get(tx, question.asked_by)
    if asker is not None and asker.live(act.now):
        shown = views.answered(
            question.code,
            question.assignment_id,
            question=(question.words, question.language),
            answer=(answered, language),
        )
        about = f"question:{question_id}"
        await tell(tx, act, question.person_id, shown, f"answer:{question_id}", subject=about)
    await audit.record(
        tx,
        act,
        "question.answer",
        f"question:{question_id}",
        seat_id=seat.id,
        facts={"assignment": question.assignment_id},
    )
    return question

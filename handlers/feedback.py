"""Feedback on a meeting: given by those who came, read by the secretariat."""

from __future__ import annotations

from bot.domain.views import feedback as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import consultations, erasure
from bot.services import feedback as service
from handlers.card import number
from handlers.flows import feedback as flow
from handlers.home import page_number
from handlers.participants import one as sign_up
from handlers.participants import own
from handlers.turn import Turn
from storage import feedback as queries


async def give(turn: Turn, code: str) -> None:
    """`feedback:CODE`: how it was; else how one's own sign-up stands."""
    found, kept = await own(turn, code)
    if not await service.may_give(turn.tx, turn.act, found, kept):
        await sign_up(turn, code)
        return
    before = await queries.of_handle(turn.tx, kept.handle)
    answers = flow.answers_of(found.code, None if before is None else before[1])
    await turn.desk.participants.begin(turn, kept, flow.NAME, answers)


async def read(turn: Turn, argument: str) -> None:
    """`feedback_of:5:0`: what was said of that meeting, with a page of comments."""
    consultation_id, _, behind = argument.partition(":")
    page = page_number(behind)
    found = await consultations.get(turn.tx, turn.act, number(consultation_id))
    told = await service.results(turn.tx, turn.act, found.id)
    shown = await service.comments(
        turn.tx, turn.act, found.id, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    comments = [said for _, said in shown]
    await turn.show(
        views.results(
            found, told.people, told.chosen, total=told.comments, page=page, comments=comments
        ),
        quotes=[erasure.feedback_shown_as(row) for row, _ in shown],
        sealed=True,
    )


ACTS = {"feedback": give, "feedback_of": read}
OPEN_ACTS = {"feedback"}

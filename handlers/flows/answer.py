"""Answering an institution's question."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Code, Screen, Value, Words
from bot.domain.views import report as views
from bot.services import questions as service
from handlers.flows.flow import Answers, Ask, Flow, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import questions


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_answer(turn.actor))
    question = existing(await questions.get(turn.tx, answers["question"]))
    return {
        "item": Code(question.code),
        "words": Words(question.words, question.language, limit=1000),
    }


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = joined(answers["words"])
    question = await service.answer(
        turn.tx, turn.act, answers["question"], words, language=turn.language_of(words)
    )
    return views.answer_sent(question.code)


FLOW = Flow(
    name="answer",
    begins=_begins,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="words"),
    then=_then,
    returns_to=lambda answers: f"question:{answers['question']}",
)

"""A question to the secretariat about an item."""

from __future__ import annotations

from bot.domain.screens import Screen, Value
from bot.domain.views import report as views
from bot.domain.views.common import item_code
from bot.services import questions
from handlers.flows.flow import Answers, Ask, Flow
from handlers.flows.status_update import reportable, words_fit
from handlers.turn import Turn


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    _assignment, item = await reportable(turn, answers["assignment"])
    return {"item": item_code(item)}


async def put(turn: Turn, assignment_id: int, words: str) -> Screen:
    """Ask, and say that the question has arrived."""
    _assignment, item = await reportable(turn, assignment_id)
    await questions.ask(turn.tx, turn.act, assignment_id, words, language=turn.language_of(words))
    return views.asked(item.code, assignment_id)


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await put(turn, answers["assignment"], answers["words"])


FLOW = Flow(
    name="ask",
    begins=_begins,
    steps=(Ask("words", words_fit),),
    then=_then,
    returns_to=lambda answers: f"card:{answers['assignment']}",
)

"""A unit's answer to its institution; and the institution's word when the answer is not enough."""

from __future__ import annotations

from bot.domain.passing import Pass, PassClosed, PassState
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Screen, Value, Words
from bot.domain.views import passing as views
from bot.domain.views.common import item_code
from bot.exchange.language import detect
from bot.services import passing
from handlers.flows.flow import Answers, Ask, Flow, Gather, Review
from handlers.flows.status_update import reportable, words_fit
from handlers.turn import Turn


def _values(found: Pass) -> dict[str, Value]:
    return {
        "item": item_code(found),
        "unit": Words(found.unit),
    }


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    found, _seat = await passing.answerable(turn.tx, turn.act, answers["passed"])
    return {**_values(found), "words": Words(found.words, found.language, limit=1000)}


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    words = joined(answers["words"])
    answered = await passing.answer(
        turn.tx,
        turn.act,
        answers["passed"],
        words,
        language=detect(words) or turn.language,
        conversation_id=conversation_id,
    )
    return views.answer_sent(answered)


FLOW = Flow(
    name="pass_answer",
    begins=_begins,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(optional=(Gather("evidence"),), words_to="words", files_to="evidence"),
    then=_then,
    returns_to=lambda answers: f"passed:{answers['passed']}",
)


async def _begins_again(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await passing.visible(turn.tx, turn.act, answers["passed"])
    await reportable(turn, found.assignment_id)
    if found.state is not PassState.ANSWERED:
        raise PassClosed
    return _values(found)


async def _then_again(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = answers["words"]
    asked = await passing.send_back(
        turn.tx, turn.act, answers["passed"], words, language=detect(words) or turn.language
    )
    return views.passed(asked, 1, 1)


AGAIN = Flow(
    name="pass_return",
    begins=_begins_again,
    steps=(Ask("words", words_fit, limit=LONGEST_TEXT),),
    then=_then_again,
    returns_to=lambda answers: f"passed:{answers['passed']}",
)

"""The two conversations of a thread: the secretariat asks about a report, the institution answers.

Both are of one message; a reply to a message of the thread needs neither.
"""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import NotAllowed, existing
from bot.domain.items import ReportState
from bot.domain.reports import LONGEST_TEXT, AlreadyDecided
from bot.domain.screens import Code, Screen, Value, Words
from bot.domain.threads import Side
from bot.domain.views import threads as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import threads as service
from handlers.flows.flow import Answers, Ask, Flow
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import reviews, status_updates
from storage import threads as queries


async def ask(turn: Turn, report_id: int, words: str) -> Screen:
    """Ask the institution, and say that the question is on its way."""
    asked = await service.ask(turn.tx, turn.act, report_id, words, language=turn.language_of(words))
    return views.sent(asked, Side.SECRETARIAT)


async def answer(turn: Turn, report_id: int, words: str) -> Screen:
    """Answer the secretariat, and say that the answer is on its way."""
    answered = await service.answer(
        turn.tx, turn.act, report_id, words, language=turn.language_of(words)
    )
    return views.sent(answered, Side.INSTITUTION)


async def _asks(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_review(turn.actor))
    found = existing(await reviews.get(turn.tx, answers["report"]))
    said = existing(await status_updates.get(turn.tx, found.status_update_id))
    if said.state is not ReportState.SUBMITTED:
        raise AlreadyDecided
    return {
        "number": Code(found.number),
        "item": item_code(found),
        "institution": name_for(found.names, turn.language),
    }


async def _answers(turn: Turn, answers: Answers) -> dict[str, Value]:
    thread, assignment = await service.visible(turn.tx, turn.act, answers["report"])
    if not permissions.may_report(turn.actor, assignment):
        raise NotAllowed
    if not thread.open:
        raise AlreadyDecided
    asked = [
        each
        for each in await queries.words_of(turn.tx, thread.status_update_id)
        if each.side is Side.SECRETARIAT
    ]
    return {
        "number": Code(thread.number),
        "item": item_code(thread),
        "words": Words(asked[-1].words, asked[-1].language, limit=1000),
    }


async def _then_ask(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await ask(turn, answers["report"], answers["words"])


async def _then_answer(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await answer(turn, answers["report"], answers["words"])


ASK = Flow(
    name="thread_ask",
    begins=_asks,
    steps=(Ask("words", words_fit, limit=LONGEST_TEXT),),
    then=_then_ask,
    returns_to=lambda answers: f"review:{answers['report']}",
)
ANSWER = Flow(
    name="thread_answer",
    begins=_answers,
    steps=(Ask("words", words_fit, limit=LONGEST_TEXT),),
    then=_then_answer,
    returns_to=lambda answers: f"thread:{answers['report']}",
)

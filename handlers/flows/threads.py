"""The two conversations of a thread: the secretariat asks about a report, the institution answers.

Both are of one message; a reply to a message of the thread needs neither.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain import permissions
from bot.domain.errors import NotAllowed, existing
from bot.domain.items import ReportState
from bot.domain.reports import LONGEST_TEXT, AlreadyDecided
from bot.domain.screens import Code, Screen, Value, Words
from bot.domain.threads import Side
from bot.domain.views import overtaken
from bot.domain.views import threads as views
from bot.domain.views.common import item_code
from bot.domain.views.consolidation import word_lines
from bot.domain.views.people import name_for
from bot.services import threads as service
from handlers.flows import decided
from handlers.flows.flow import Answers, Ask, Flow, Meanwhile
from handlers.flows.status_update import reportable, words_fit
from handlers.turn import Turn
from storage import consolidations, reviews, status_updates
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


async def _asked_too_late(turn: Turn, answers: Answers) -> Meanwhile | None:
    """The report waits no more; where another was sent in its place, the question can be of that.

    A question that was begun upon it is about what it says then.
    """
    look = f"review:{answers['report']}"
    happened = await decided.meanwhile(turn, answers, look=look, state=ReportState.SUBMITTED)
    if happened is None:
        return None
    found = existing(await reviews.get(turn.tx, answers["report"]))
    for each in await consolidations.cleared_words(turn.tx, found.item_id):
        newer = each.assignment_id == found.assignment_id and each.state is ReportState.SUBMITTED
        if newer and each.status_update_id != answers["report"]:
            return replace(
                happened,
                changed=tuple(word_lines(each, turn.language)),
                look=f"review:{each.status_update_id}",
                upon={**answers, "report": each.status_update_id},
                about=f"report:{each.status_update_id}",
            )
    return happened


async def _answered_too_late(turn: Turn, answers: Answers) -> Meanwhile | None:
    """The report waits no more; what was written can still be put to the secretariat."""
    thread, assignment = await service.visible(turn.tx, turn.act, answers["report"])
    if thread.open:
        return None
    said = await decided.said_now(turn, thread.status_update_id)
    await reportable(turn, assignment.id)
    return Meanwhile(
        overtaken.report(said.number, said.state),
        look=f"card:{assignment.id}",
        upon={"assignment": assignment.id, **_words(answers)},
        into="ask",
        goes_on="as_question",
    )


def _words(answers: Answers) -> dict[str, str]:
    return {"words": answers["words"]} if "words" in answers else {}


async def _then_ask(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await ask(turn, answers["report"], answers["words"])


async def _then_answer(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await answer(turn, answers["report"], answers["words"])


ASK = Flow(
    name="thread_ask",
    begins=_asks,
    steps=(Ask("words", words_fit, limit=LONGEST_TEXT),),
    then=_then_ask,
    meanwhile=_asked_too_late,
    returns_to=lambda answers: f"review:{answers['report']}",
)
ANSWER = Flow(
    name="thread_answer",
    begins=_answers,
    steps=(Ask("words", words_fit, limit=LONGEST_TEXT),),
    then=_then_answer,
    meanwhile=_answered_too_late,
    returns_to=lambda answers: f"thread:{answers['report']}",
)

"""Recording what an institution answered in a letter, an e-mail or a meeting, beside reports."""

from __future__ import annotations

from datetime import date

from bot.domain import permissions
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.requests import ItemState, RequestKind
from bot.domain.screens import Screen, Value
from bot.domain.views import answers as views
from bot.domain.views.common import dotted
from bot.domain.views.people import name_for
from bot.domain.views.reminders import called
from bot.services import answers as service
from bot.services.answers import AnswerDraft, NotOpen
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Review
from handlers.flows.record import day_fits, days, source_fits, sources
from handlers.flows.respond import figures_fit, figures_in, positions, years_suit
from handlers.flows.status_update import words_fit
from handlers.turn import Turn


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_record(turn.actor))
    one = await service.find(turn.tx, answers["asked"])
    if one.state is not ItemState.ASKED:
        raise NotOpen
    name = name_for(one.names, turn.language)
    return {"item": name if one.code is None else dotted(called(one, turn.language), name)}


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    words = joined(answers["words"])
    recorded = await service.record(
        turn.tx,
        turn.act,
        AnswerDraft(
            answers["asked"],
            words,
            turn.language_of(words),
            choice=answers.get("choice"),
            figures=await figures_in(turn, answers["asked"], words),
            conversation_id=conversation_id,
        ),
        source=answers["source"],
        source_on=date.fromisoformat(answers["source_on"]),
    )
    return views.recorded(recorded, language=turn.language)


def _back(answers: Answers) -> str:
    return f"request_item:{answers['asked']}"


ANSWER = Flow(
    name="record_answer",
    begins=_begins,
    steps=(
        Choose("source", sources, check=source_fits),
        Choose("source_on", days, check=day_fits, shows=date.fromisoformat),
        Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(optional=(Gather("files"),), words_to="words", files_to="files"),
    then=_then,
    returns_to=_back,
)

ADVICE = Flow(
    name="record_advice",
    begins=_begins,
    steps=(
        Choose("source", sources, check=source_fits),
        Choose("source_on", days, check=day_fits, shows=date.fromisoformat),
        Choose("choice", positions),
        Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(optional=(Gather("files"),), words_to="words", files_to="files"),
    then=_then,
    returns_to=_back,
)

DATA = Flow(
    name="record_data",
    begins=_begins,
    steps=(
        Choose("source", sources, check=source_fits),
        Choose("source_on", days, check=day_fits, shows=date.fromisoformat),
        Ask("words", figures_fit, suits=years_suit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(optional=(Gather("files"),), words_to="words", files_to="files"),
    then=_then,
    returns_to=_back,
)

BY_KIND = {
    RequestKind.POSITION: ADVICE,
    RequestKind.DATA: DATA,
    RequestKind.QUESTION: ANSWER,
    RequestKind.COMMENT: ANSWER,
}

"""Saying what came of a consultation: one answer, seen once more before anybody can read it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.reports import joined
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.summaries import LONGEST_SUMMARY
from bot.domain.views import summaries as views
from bot.domain.views.participants import title
from bot.services import summaries as service
from handlers.flows.flow import Answers, Ask, Flow, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn

NAME = "summary"


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.to_summarise(turn.tx, turn.act, answers["consultation"])
    return {"title": title(found)}


async def _notes(_turn: Turn, _answers: Answers) -> Sequence[Text]:
    return [text("summary.anybody")]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = joined(answers["words"])
    found = await service.publish(
        turn.tx, turn.act, answers["consultation"], words, turn.language_of(words)
    )
    return views.published(found)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_SUMMARY),),
    review=Review(words_to="words"),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: f"consulting:{answers['consultation']}",
)

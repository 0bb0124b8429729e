"""Saying how a meeting was: one card whose rows may stay empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.errors import NotFound
from bot.domain.feedback import CHOICES, LONGEST_COMMENT, Feedback
from bot.domain.reports import joined
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.views import discretion as discreet_views
from bot.domain.views import feedback as views
from bot.domain.views import participants
from bot.services import feedback as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Options, Review
from handlers.flows.sign_up import held, of
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import feedback as queries

NAME = "feedback"


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    found = await of(turn)
    if not await service.may_give(turn.tx, turn.act, found, held(turn)):
        raise NotFound
    return {"title": participants.title(found)}


def _offers(trait: str) -> Options:
    async def options(_turn: Turn, _answers: Answers) -> list[Option]:
        return [Option(each.value, views.label(trait, each)) for each in CHOICES[trait]]

    return options


async def _notes(turn: Turn, _answers: Answers) -> Sequence[Text]:
    before = await queries.of_handle(turn.tx, held(turn).handle)
    return [participants.what_counts(amends=before is not None), text("feedback.seen")]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await of(turn)
    comment = joined(answers.get("comment") or [])
    said = Feedback(
        {each: answers[each] for each in CHOICES if answers.get(each)},
        comment,
        turn.language_of(comment) if comment else None,
    )
    await service.give(turn.tx, turn.act, found, held(turn), said)
    if await turn.is_discreet():
        return discreet_views.saved(f"sign_up:{found.code}")
    return views.receipt(found)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(),
    review=Review(
        optional=(
            *(Choose(each, _offers(each)) for each in CHOICES),
            Ask("comment", words_fit, grows=True, limit=LONGEST_COMMENT),
        ),
        keeps=False,
        words_to="comment",
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: f"sign_up:{answers['code']}",
)


def answers_of(code: str, said: Feedback | None) -> dict[str, Any]:
    """What was said so far."""
    answers: dict[str, Any] = {"code": code}
    if said is not None:
        answers |= dict(said.chosen)
        answers |= {"comment": [said.comment]} if said.comment else {}
    return answers

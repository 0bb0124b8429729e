"""Saying a consultation in one language more."""

from __future__ import annotations

from typing import Any

from bot import texts
from bot.domain.consultations import (
    LONGEST_PLACE,
    LONGEST_PURPOSE,
    LONGEST_TITLE,
    WORDS,
    Translation,
)
from bot.domain.screens import Language, Screen, Value, Words
from bot.domain.views import announcing as views
from bot.services import announcing as service
from bot.services import consultations
from handlers.flows.consultation import up_to
from handlers.flows.flow import Answers, Ask, Flow, Review
from handlers.turn import Turn

NAME = "consultation_words"


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    """What it says as it was announced; what it does not say there is not asked for."""
    found = await service.open_one(turn.tx, turn.act, answers["consultation"])
    announced = {name: getattr(found.wanted, name) for name in WORDS}
    values: dict[str, Value] = {"language": Language(answers["language"])}
    for name, words in announced.items():
        values[name] = Words(words, found.wanted.language)
        if words:
            values[f"has_{name}"] = 1
    return values


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    said = Translation(**{name: answers[name] for name in WORDS if answers.get(name)})
    consultation_id = answers["consultation"]
    await service.say(turn.tx, turn.act, consultation_id, answers["language"], said)
    return await listed(turn, consultation_id)


async def listed(turn: Turn, consultation_id: int) -> Screen:
    """In which languages it is said."""
    found = await consultations.get(turn.tx, turn.act, consultation_id)
    said = await service.said(turn.tx, turn.act, found.id)
    others = [
        (each, texts.own_name(each))
        for each in turn.desk.country.languages
        if each != found.wanted.language
    ]
    return views.languages(found, others, said)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(
        Ask("title", up_to(LONGEST_TITLE)),
        Ask("purpose", up_to(LONGEST_PURPOSE)),
    ),
    review=Review(
        optional=(
            Ask("place", up_to(LONGEST_PLACE), when="has_place"),
            Ask("ways", up_to(LONGEST_PURPOSE), when="has_ways"),
            Ask("contacts", up_to(LONGEST_PURPOSE), when="has_contacts"),
        )
    ),
    then=_then,
    returns_to=lambda answers: f"consultation_words:{answers['consultation']}",
)


def answers_of(said: Translation | None) -> dict[str, Any]:
    """The answers that make the words as they are."""
    if said is None:
        return {}
    return {name: words for name in WORDS if (words := getattr(said, name))}

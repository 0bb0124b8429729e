"""What is announced beside a consultation itself: its words in further languages."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.services import announcing as service
from handlers.card import number
from handlers.flows import consultation_words
from handlers.turn import Turn


async def languages(turn: Turn, argument: str) -> None:
    """`consultation_words:5`: in which languages it is said."""
    await turn.show(await consultation_words.listed(turn, number(argument)))


async def say(turn: Turn, argument: str) -> None:
    """`consultation_say:5:fr`: say it in that language."""
    consultation_id, _, language = argument.partition(":")
    found = await service.open_one(turn.tx, turn.act, number(consultation_id))
    if language not in turn.desk.country.languages or language == found.wanted.language:
        raise NotFound
    said = (await service.said(turn.tx, turn.act, found.id)).get(language)
    await turn.desk.runner.begin(
        turn,
        consultation_words.NAME,
        subject=f"consultation-words:{found.id}:{language}",
        consultation=found.id,
        language=language,
        **consultation_words.answers_of(said),
    )


ACTS = {
    "consultation_words": languages,
    "consultation_say": say,
}

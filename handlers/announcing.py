"""What is announced beside a consultation itself: languages, who is told of it."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.domain.screens import text
from bot.domain.views import announcing as views
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


async def tell(turn: Turn, argument: str) -> None:
    """`consultation_tell:5`: tell earlier participants who agreed to it; asked once more."""
    consultation_id, _, sure = argument.partition(":")
    found = await service.open_one(turn.tx, turn.act, number(consultation_id))
    if sure:
        await service.tell_earlier(turn.tx, turn.act, found.id)
        turn.toast = text("announcing.told")
        await turn.go(turn, f"consulting:{found.id}")
        return
    people = await service.earlier(turn.tx, turn.act, found.id)
    await turn.show(views.ask_to_tell(found, people))


ACTS = {
    "consultation_words": languages,
    "consultation_say": say,
    "consultation_tell": tell,
}

"""Replies to a question: the secretariat answers it, the institution asks on."""

from __future__ import annotations

from bot.domain.errors import existing
from bot.domain.incoming import Wrote
from bot.domain.views import report as views
from bot.services import questions as service
from handlers.card import number
from handlers.flows.ask import put
from handlers.turn import Turn
from storage import questions


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a message about `question:5`."""
    question = existing(await questions.get(turn.tx, number(argument)))
    if not turn.actor.is_secretariat:
        await turn.show(await put(turn, question.assignment_id, wrote.words))
        return
    await service.answer(
        turn.tx, turn.act, question.id, wrote.words, language=turn.language_of(wrote.words)
    )
    await turn.show(views.answer_sent(question.code))


ACTS: dict[str, object] = {}
REPLIES = {"question": reply}

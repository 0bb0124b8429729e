"""What an institution gave back stays its own: why."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Screen, Value
from bot.domain.views import secretariat as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import assignments as service
from handlers.flows.flow import Answers, Ask, Flow, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import desk
from storage.desk import Held


async def _held(turn: Turn, answers: Answers) -> Held:
    permissions.require(permissions.may_arrange(turn.actor))
    return existing(await desk.held(turn.tx, answers["assignment"]))


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    held = await _held(turn, answers)
    return {
        "item": item_code(held),
        "institution": name_for(held.names, turn.language),
    }


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = joined(answers["words"])
    await service.insist(
        turn.tx, turn.act, answers["assignment"], words, language=turn.language_of(words)
    )
    held = await _held(turn, answers)
    return views.stays(item_code(held))


FLOW = Flow(
    name="insist",
    begins=_begins,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="words"),
    then=_then,
    returns_to=lambda answers: f"disowned_one:{answers['assignment']}",
)

"""Nothing has changed for the third time: one sentence says why."""

from __future__ import annotations

from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Screen, Value
from bot.domain.views import report as views
from bot.domain.views.common import item_code
from bot.services import home, status_updates
from handlers.flows.flow import Answers, Ask, Flow
from handlers.flows.status_update import reportable, words_fit
from handlers.turn import Turn


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    _assignment, item = await reportable(turn, answers["assignment"])
    return {"item": item_code(item)}


async def confirm(turn: Turn, assignment_id: int, sentence: str | None) -> Screen:
    """Confirm that nothing has changed, and give the receipt; may raise SentenceNeeded."""
    receipt = await status_updates.unchanged(
        turn.tx,
        turn.act,
        assignment_id,
        sentence=sentence,
        language=turn.language_of(sentence or ""),
    )
    following = await home.next_for(turn.tx, turn.act, but=assignment_id)
    return views.receipt(receipt, following)


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await confirm(turn, answers["assignment"], answers["sentence"])


FLOW = Flow(
    name="unchanged",
    begins=_begins,
    steps=(Ask("sentence", words_fit, limit=LONGEST_TEXT),),
    then=_then,
    returns_to=lambda answers: f"card:{answers['assignment']}",
)

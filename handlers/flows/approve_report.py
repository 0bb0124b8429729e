"""Approving a report with an editorial note; the institution's words stay as they are."""

from __future__ import annotations

from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Screen
from bot.domain.views import review as views
from bot.services import consolidation
from bot.services import reviews as service
from handlers.flows.flow import Answers, Ask, Flow, Review
from handlers.flows.return_report import begins, meanwhile
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import reviews


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    note = joined(answers["note"])
    done = await service.approve(
        turn.tx,
        turn.act,
        answers["report"],
        version=answers["version"],
        note=note,
        language=turn.language_of(note),
    )
    stale = await consolidation.is_stale(turn.tx, done.item_id)
    more = await reviews.count(turn.tx, today=turn.today) > 0
    return views.noted(done, stale=stale, more=more)


FLOW = Flow(
    name="approve_report",
    begins=begins,
    steps=(Ask("note", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="note"),
    then=_then,
    meanwhile=meanwhile,
    returns_to=lambda answers: f"review:{answers['report']}",
)

"""Returning a report: the comment that its institution gets."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.items import ReportState
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Code, Screen, Value
from bot.domain.views import review as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import reviews as service
from handlers.flows import decided
from handlers.flows.flow import Answers, Ask, Flow, Meanwhile, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import reviews


async def begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    """Which report is decided on, and whose."""
    permissions.require(permissions.may_review(turn.actor))
    found = existing(await reviews.get(turn.tx, answers["report"]))
    return {
        "number": Code(found.number),
        "item": item_code(found),
        "institution": name_for(found.names, turn.language),
    }


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    comment = joined(answers["comment"])
    done = await service.return_(
        turn.tx,
        turn.act,
        answers["report"],
        comment,
        language=turn.language_of(comment),
        version=answers["version"],
    )
    more = await reviews.count(turn.tx, today=turn.today) > 0
    return views.returned(done.number, more=more)


async def meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """A colleague decided, or it was withdrawn or amended, while the officer wrote."""
    look = f"review:{answers['report']}"
    return await decided.meanwhile(turn, answers, look=look, state=ReportState.SUBMITTED)


FLOW = Flow(
    name="return_report",
    begins=begins,
    steps=(Ask("comment", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="comment"),
    then=_then,
    meanwhile=meanwhile,
    returns_to=lambda answers: f"review:{answers['report']}",
)

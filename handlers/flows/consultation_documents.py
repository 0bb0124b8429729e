"""Handing out papers with a consultation."""

from __future__ import annotations

from bot.domain.consultations import MOST_DOCUMENTS
from bot.domain.screens import Screen, Value, text
from bot.domain.views import announcing as views
from bot.domain.views.participants import title
from bot.services import announcing as service
from bot.services import consultations, evidence
from handlers.flows.flow import Answers, Flow, Gather, Review
from handlers.turn import Turn

NAME = "consultation_documents"


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.open_one(turn.tx, turn.act, answers["consultation"])
    return {"title": title(found), "left": MOST_DOCUMENTS - found.documents}


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    papers = await evidence.files_of_draft(turn.tx, conversation_id)
    await service.hand_out(turn.tx, turn.act, answers["consultation"], papers)
    turn.toast = text("announcing.handed_out")
    return await listed(turn, answers["consultation"])


async def listed(turn: Turn, consultation_id: int) -> Screen:
    """The papers that are handed out."""
    found = await consultations.get(turn.tx, turn.act, consultation_id)
    handed_out = await service.documents(turn.tx, turn.act, found.id)
    return views.documents(found, handed_out)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(Gather("file"),),
    review=Review(files_to="file"),
    then=_then,
    returns_to=lambda answers: f"consultation_documents:{answers['consultation']}",
)

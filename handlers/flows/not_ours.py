"""The item belongs elsewhere: why, and to whom."""

from __future__ import annotations

from bot.domain.institutions import by_name
from bot.domain.screens import Screen, Value, text
from bot.domain.views import report as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import not_ours
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review
from handlers.flows.status_update import reportable, words_fit
from handlers.turn import Turn
from storage import institutions

NOBODY = 0


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    _assignment, item = await reportable(turn, answers["assignment"])
    return {"item": item_code(item)}


async def _institutions(turn: Turn, answers: Answers) -> list[Option]:
    assignment, _item = await reportable(turn, answers["assignment"])
    others = [
        Option(each.id, text("label.one", value=name_for(each.names, turn.language)))
        for each in by_name(await institutions.every(turn.tx), turn.language)
        if each.id != assignment.institution_id
    ]
    return [Option(NOBODY, text("flow.not_ours.unknown")), *others]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    _assignment, item = await reportable(turn, answers["assignment"])
    await not_ours.disown(
        turn.tx,
        turn.act,
        answers["assignment"],
        answers["reason"],
        suggested_id=answers["institution"] or None,
    )
    return views.disowned(item.code)


FLOW = Flow(
    name="not_ours",
    begins=_begins,
    steps=(Ask("reason", words_fit), Choose("institution", _institutions)),
    review=Review(),
    then=_then,
    returns_to=lambda answers: f"card:{answers['assignment']}",
)

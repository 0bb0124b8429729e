"""Marking items: which come first, and what they need."""

from __future__ import annotations

from bot.domain.screens import Screen, text
from bot.domain.selection import Need
from bot.domain.views import clusters as views
from bot.services import clusters as service
from handlers.flows.flow import Answers, Flow, Option, Pick, Review
from handlers.flows.picking import chosen_items, item_options, require_arranging
from handlers.turn import Turn

PRIORITY = "priority"


async def _tags(_turn: Turn, _answers: Answers) -> list[Option]:
    needs = [Option(each.value, text(f"need.{each}")) for each in Need]
    return [Option(PRIORITY, text("narrowing.priority")), *needs]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    items = await chosen_items(turn, answers)
    for tag in answers["tags"]:
        if tag == PRIORITY:
            await service.prioritise(turn.tx, turn.act, items, priority=True)
        else:
            await service.mark_need(turn.tx, turn.act, items, Need(tag), needed=True)
    return views.tagged(len(items))


FLOW = Flow(
    name="tag",
    begins=require_arranging,
    steps=(Pick("items", item_options), Pick("tags", _tags)),
    review=Review(),
    then=_then,
    returns_to=lambda answers: f"items:{answers['selection']}:0",
)

"""Marking that two institutions' reports on one item contradict each other, and why."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Code, Screen, Value, text
from bot.domain.views import consolidation as views
from bot.domain.views.common import dotted, item_code
from bot.domain.views.people import name_for
from bot.services import consolidation as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import consolidations, reviews


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_consolidate(turn.actor))
    found = existing(await reviews.get(turn.tx, answers["report"]))
    return {
        "number": Code(found.number),
        "item": item_code(found),
        "institution": name_for(found.names, turn.language),
    }


async def _others(turn: Turn, answers: Answers) -> list[Option]:
    """What other institutions report on the item."""
    found = existing(await reviews.get(turn.tx, answers["report"]))
    options = []
    for each in await consolidations.cleared_words(turn.tx, found.item_id):
        if each.institution_id == found.institution_id:
            continue
        name = name_for(each.names, turn.language)
        label = text("label.one", value=dotted(name, text(f"status.{each.status}")))
        options.append(Option(each.status_update_id, label))
    return options


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = answers["words"]
    marked = await service.mark(
        turn.tx,
        turn.act,
        (answers["report"], answers["other"]),
        words,
        language=turn.language_of(words),
    )
    found = existing(await reviews.get(turn.tx, answers["report"]))
    return views.marked(item_code(found), marked, found.item_id)


FLOW = Flow(
    name="contradict",
    begins=_begins,
    steps=(
        Choose("other", _others),
        Ask("words", words_fit, limit=LONGEST_TEXT),
    ),
    then=_then,
    returns_to=lambda answers: f"review:{answers['report']}",
)

"""Asking a unit of the own institution about an item, or about others of its cluster too."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.items import Assignment, Item
from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Code, Screen, Value, Words, text
from bot.domain.views import passing as views
from bot.domain.views.common import dotted, item_code
from bot.exchange.language import detect
from bot.services import passing
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Pick, Review
from handlers.flows.status_update import reportable, words_fit
from handlers.turn import Turn
from storage import cards, units


async def _passable(turn: Turn, assignment_id: int) -> tuple[Assignment, Item]:
    assignment, item = await reportable(turn, assignment_id)
    permissions.require(permissions.may_pass(turn.actor, assignment))
    return assignment, item


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    assignment, item = await _passable(turn, answers["assignment"])
    others = await cards.mates(
        turn.tx, assignment.institution_id, assignment.item_id, item.cluster_id
    )
    has_units = bool(await units.of_institution(turn.tx, assignment.institution_id))
    which = "passing.which_unit" if has_units else "passing.first_unit"
    values: dict[str, Value] = {
        "item": item_code(item),
        "which_unit": text(which, item=item_code(item)),
    }
    if others:
        values["others"] = text("flow.status_update.others", count=len(others))
    return values


async def _units(turn: Turn, answers: Answers) -> list[Option]:
    assignment, _item = await _passable(turn, answers["assignment"])
    return [
        Option(each.id, text("label.one", value=Words(each.name, limit=40)))
        for each in await units.of_institution(turn.tx, assignment.institution_id)
    ]


def _new_unit(words: str, _turn: Turn) -> str:
    return passing.unit_name(words)


async def _others(turn: Turn, answers: Answers) -> list[Option]:
    assignment, item = await _passable(turn, answers["assignment"])
    found = await cards.mates(
        turn.tx, assignment.institution_id, assignment.item_id, item.cluster_id
    )
    return [
        Option(
            each.assignment_id,
            text("label.one", value=dotted(Code(each.code), Code(each.symbol))),
            said=text("label.one", value=Code(each.code)),
        )
        for each in found
    ]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    assignment, _item = await _passable(turn, answers["assignment"])
    words = answers["words"]
    unit = await passing.unit_of(
        turn.tx, turn.act, assignment.institution_id, answers["unit"], language=turn.language
    )
    made = await passing.pass_on(
        turn.tx,
        turn.act,
        unit,
        [assignment.id, *answers.get("others", ())],
        words,
        language=detect(words) or turn.language,
    )
    first = existing(await units.get_pass(turn.tx, made[0]))
    told = await passing.people_of(turn.tx, turn.act, unit)
    return views.passed(first, len(made), len({each.person.id for each in told}))


FLOW = Flow(
    name="pass_inside",
    begins=_begins,
    steps=(
        Choose("unit", _units, check=_new_unit, shows=Words),
        Ask("words", words_fit, limit=LONGEST_TEXT),
    ),
    review=Review(optional=(Pick("others", _others, when="others"),)),
    then=_then,
    returns_to=lambda answers: f"card:{answers['assignment']}",
)

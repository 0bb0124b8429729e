"""The groups that people speak for: add one, or change its names."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.groups import LONGEST_NAME, USUAL, Entry, GroupName, GroupNamed, called, name_of
from bot.domain.screens import Language, Screen, Text, Value, text
from bot.domain.views import groups as views
from bot.services import groups as service
from handlers.flows import naming
from handlers.flows.flow import Answers, Flow, Review
from handlers.flows.naming import Naming
from handlers.turn import Turn
from storage import groups

ADD = "group_add"
CHANGE = "group_change"


async def _codes(turn: Turn) -> list[str]:
    return [each.code for each in (await groups.every(turn.tx)).entries]


NAMING = Naming("group", LONGEST_NAME, GroupName, GroupNamed, _codes, called)


async def _missing(turn: Turn, answers: Answers) -> list[Text]:
    """The languages that have no name: how an added group will read there."""
    if answers.get("usual"):
        return []
    others = naming.unnamed(turn, answers)
    return [text("statuses.no_name_in", language=Language(each)) for each in others]


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_consult(turn.actor))
    return naming.first_values(turn)


async def _add(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    made = await service.add(turn.tx, turn.act, naming.names(turn, answers))
    return await screen_of(turn, made.code)


ADDING = Flow(
    name=ADD,
    begins=_begins,
    steps=(NAMING.first(),),
    review=Review(optional=NAMING.further()),
    notes=_missing,
    then=_add,
    returns_to=lambda _answers: "groups",
)


async def _begins_change(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_consult(turn.actor))
    found = await service.get(turn.tx, turn.act, answers["group"])
    return {"group": name_of(found, turn.language), **naming.values(turn)}


async def begin_change(turn: Turn, found: Entry) -> None:
    """All its names, to be changed."""
    answers: dict[str, Any] = {"group": found.code, "usual": found.code in USUAL}
    answers |= naming.answers_of(turn, found.names)
    await turn.desk.runner.begin(turn, CHANGE, subject=f"group:{found.code}", **answers)


async def _change(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await service.get(turn.tx, turn.act, answers["group"])
    names = naming.renamed(turn, answers, found.names)
    await service.rename(turn.tx, turn.act, found.code, names)
    return await screen_of(turn, found.code)


async def screen_of(turn: Turn, code: str) -> Screen:
    """One group and its names."""
    found = await service.get(turn.tx, turn.act, code)
    names: list[tuple[Value, str]] = [(Language(each), name) for each, name in found.names.items()]
    return views.one(found, names, turn.language)


CHANGING = Flow(
    name=CHANGE,
    begins=_begins_change,
    steps=(),
    review=Review(optional=NAMING.further()),
    notes=_missing,
    then=_change,
    returns_to=lambda answers: f"group:{answers['group']}",
)

TEXT_KEYS = ("error.group_name",)

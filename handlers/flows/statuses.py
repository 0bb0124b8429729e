"""The status vocabulary: add a status, or change its names and what it counts as."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.screens import Language, Screen, Text, Value, text
from bot.domain.status import LONGEST_NAME, Entry, Status, StatusName, StatusNamed, called
from bot.domain.views import statuses as views
from bot.services import statuses as service
from handlers.flows import naming
from handlers.flows.flow import Answers, Choose, Flow, Option, Review
from handlers.flows.naming import Naming
from handlers.turn import Turn
from storage import statuses

ADD = "status_add"
CHANGE = "status_change"


# -- What is answered ------------------------------------------------------------------------------


async def _meanings(_turn: Turn, _answers: Answers) -> list[Option]:
    return [_meaning(each) for each in Status]


def _meaning(each: Status) -> Option:
    return Option(each.value, text(f"counts_as.{each}"))


async def _codes(turn: Turn) -> list[str]:
    return [each.code for each in (await statuses.vocabulary(turn.tx)).entries]


NAMING = Naming("status", LONGEST_NAME, StatusName, StatusNamed, _codes, called)


async def _missing(turn: Turn, answers: Answers) -> list[Text]:
    """The languages that have no name: how it will read there."""
    usual = answers.get("status") in set(Status)
    if usual and not naming.names(turn, answers):
        return [text("statuses.usual_names")]
    key = "statuses.usual_in" if usual else "statuses.no_name_in"
    others = naming.unnamed(turn, answers)
    return [text(key, language=Language(each)) for each in others]


# -- Adding ----------------------------------------------------------------------------------------


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_configure(turn.actor))
    return naming.first_values(turn)


async def _add(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    counts_as = Status(answers["counts_as"])
    made = await service.add(turn.tx, turn.act, counts_as, naming.names(turn, answers))
    return await screen_of(turn, made.code)


ADDING = Flow(
    name=ADD,
    begins=_begins,
    steps=(Choose("counts_as", _meanings), NAMING.first()),
    review=Review(optional=NAMING.further()),
    notes=_missing,
    then=_add,
    returns_to=lambda _answers: "statuses",
)


# -- Changing --------------------------------------------------------------------------------------


async def _begins_change(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.get(turn.tx, turn.act, answers["status"])
    return {"status": views.name_of(found, turn.language), **naming.values(turn)}


async def begin_change(turn: Turn, found: Entry) -> None:
    """All that is known of it, to be changed."""
    answers: dict[str, Any] = {"status": found.code, "counts_as": found.counts_as.value}
    answers |= naming.answers_of(turn, found.names)
    await turn.desk.runner.begin(
        turn,
        CHANGE,
        subject=f"status:{found.code}",
        labels={"counts_as": _meaning(found.counts_as).label},
        **answers,
    )


async def _change(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await service.get(turn.tx, turn.act, answers["status"])
    counts_as = Status(answers["counts_as"])
    names = naming.renamed(turn, answers, found.names)
    await service.change(turn.tx, turn.act, found.code, counts_as=counts_as, names=names)
    return await screen_of(turn, found.code)


async def screen_of(turn: Turn, code: str) -> Screen:
    """One status: its names, what it counts as, what stands there."""
    known = await service.vocabulary(turn.tx, turn.act)
    found = await service.get(turn.tx, turn.act, code)
    standing = await statuses.standing(turn.tx, code)
    names: list[tuple[Value, str]] = [(Language(each), name) for each, name in found.names.items()]
    return views.one(found, names, standing, turn.language, first=known.codes[0] == code)


TEXT_KEYS = ("error.status_name", "statuses.usual_in", "statuses.no_name_in")

CHANGING = Flow(
    name=CHANGE,
    begins=_begins_change,
    steps=(Choose("counts_as", _meanings),),
    review=Review(optional=NAMING.further()),
    notes=_missing,
    then=_change,
    returns_to=lambda answers: f"status:{answers['status']}",
)

"""Letters of a request: to whom, and in which language."""

from __future__ import annotations

from bot import texts
from bot.domain import permissions
from bot.domain.errors import NotFound
from bot.domain.institutions import by_name
from bot.domain.screens import Screen, Value, text
from bot.domain.views import letters as views
from bot.domain.views.people import name_for
from bot.services import letters as service
from bot.services import requests as asking
from handlers.flows.flow import Answers, Choose, Flow, Option
from handlers.turn import Turn
from storage import institutions, requests

NOT_REACHED, ALL = "not_reached", "all"
FIRST = 8


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_ask(turn.actor))
    if await requests.get(turn.tx, answers["request"]) is None:
        raise NotFound
    return {}


async def _whom(turn: Turn, answers: Answers) -> list[Option]:
    """Those whom nothing here reaches, all, or one institution."""
    still_asked = await requests.open_by_institution(turn.tx, answers["request"])
    not_reached = await asking.not_reached(turn.tx, turn.act, still_asked)
    options = []
    if not_reached:
        label = text("flow.letters.not_reached", count=len(not_reached))
        options.append(Option(NOT_REACHED, label))
    if len(still_asked) > 1:
        options.append(Option(ALL, text("flow.letters.all", count=len(still_asked))))
    for each in by_name(await institutions.every(turn.tx), turn.language):
        if each.id in still_asked:
            name = name_for(each.names, turn.language)
            options.append(Option(each.id, text("label.one", value=name)))
    return options


async def _languages(turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each, text("label.one", value=texts.language_name(each, turn.language)))
        for each in turn.desk.country.languages
    ]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    still_asked = await requests.open_by_institution(turn.tx, answers["request"])
    whom = list(still_asked)
    if answers["whom"] == NOT_REACHED:
        whom = await asking.not_reached(turn.tx, turn.act, still_asked)
    elif answers["whom"] != ALL:
        whom = [answers["whom"]]
    await service.ask(turn.tx, turn.act, answers["request"], whom, answers["language"])
    return views.asked()


FLOW = Flow(
    name="letters",
    begins=_begins,
    steps=(Choose("whom", _whom, first=FIRST), Choose("language", _languages)),
    then=_then,
    returns_to=lambda answers: f"request:{answers['request']}",
)

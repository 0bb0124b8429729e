"""The groups that people speak for: add one, or change its names."""

from __future__ import annotations

from typing import Any

from bot import texts
from bot.domain import permissions
from bot.domain.errors import Unfit
from bot.domain.groups import LONGEST_NAME, USUAL, Entry, GroupName, GroupNamed, called, name_of
from bot.domain.screens import Language, Screen, Text, Value, text
from bot.domain.search import fold
from bot.domain.views import groups as views
from bot.services import groups as service
from handlers.flows.flow import Answers, Ask, Flow, Review, Step, Suits
from handlers.turn import Turn
from storage import groups

ADD = "group_add"
CHANGE = "group_change"


def _name(words: str, _turn: Turn) -> str:
    name = " ".join(words.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Unfit(GroupName.key, limit=LONGEST_NAME)
    return name


def _is_free(language: str | None) -> Suits:
    """No other group reads like that, be it by the catalogues' words; None: in the reader's."""

    async def check(turn: Turn, answers: Answers, name: str) -> None:
        of = language or turn.language
        for each in (await groups.every(turn.tx)).entries:
            known = turn.desk.texts.render(called(each.code), of, mode="bare")
            if each.code != answers.get("group") and fold(known) == fold(name):
                raise GroupNamed(name=called(each.code))

    return check


def _called(language: str) -> Step:
    """The name in one language more: offered where the State has it."""
    return Ask(
        _name_step(language),
        _name,
        suits=_is_free(language),
        when=f"offers_{language.lower()}",
        texts="name_in",
        values={"language": Language(language)},
    )


def _name_step(language: str) -> str:
    return f"name_{language.lower()}"


def _names(turn: Turn, answers: Answers) -> dict[str, str]:
    """The names by language, in the order of the State's languages."""
    found = {}
    for language in turn.desk.country.languages:
        if name := answers.get(_name_step(language)):
            found[language] = name
    if name := answers.get("name"):
        found[turn.language] = name
    return found


async def _missing(turn: Turn, answers: Answers) -> list[Text]:
    """The languages that have no name: how an added group will read there."""
    if answers.get("usual"):
        return []
    names = _names(turn, answers)
    others = [each for each in turn.desk.country.languages if each not in names]
    return [text("statuses.no_name_in", language=Language(each)) for each in others]


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_consult(turn.actor))
    values: dict[str, Value] = {"language": Language(turn.language)}
    others = (each for each in turn.desk.country.languages if each != turn.language)
    return values | {f"offers_{each.lower()}": 1 for each in others}


async def _add(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    made = await service.add(turn.tx, turn.act, _names(turn, answers))
    return await screen_of(turn, made.code)


ADDING = Flow(
    name=ADD,
    begins=_begins,
    steps=(Ask("name", _name, suits=_is_free(None)),),
    review=Review(optional=tuple(_called(each) for each in texts.available())),
    notes=_missing,
    then=_add,
    returns_to=lambda _answers: "groups",
)


async def _begins_change(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_consult(turn.actor))
    found = await service.get(turn.tx, turn.act, answers["group"])
    values: dict[str, Value] = {"group": name_of(found, turn.language)}
    return values | {f"offers_{each.lower()}": 1 for each in turn.desk.country.languages}


async def begin_change(turn: Turn, found: Entry) -> None:
    """All its names, to be changed."""
    answers: dict[str, Any] = {"group": found.code, "usual": found.code in USUAL}
    for language in turn.desk.country.languages:
        if name := found.names.get(language):
            answers[_name_step(language)] = name
    await turn.desk.runner.begin(turn, CHANGE, subject=f"group:{found.code}", **answers)


async def _change(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await service.get(turn.tx, turn.act, answers["group"])
    offered = turn.desk.country.languages
    kept = {language: name for language, name in found.names.items() if language not in offered}
    await service.rename(turn.tx, turn.act, found.code, kept | _names(turn, answers))
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
    review=Review(optional=tuple(_called(each) for each in texts.available())),
    notes=_missing,
    then=_change,
    returns_to=lambda answers: f"group:{answers['group']}",
)

TEXT_KEYS = ("error.group_name",)

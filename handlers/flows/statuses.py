"""The status vocabulary: add a status, or change its names and what it counts as."""

from __future__ import annotations

from typing import Any

from bot import texts
from bot.domain import permissions
from bot.domain.errors import Unfit
from bot.domain.screens import Language, Screen, Text, Value, text
from bot.domain.search import fold
from bot.domain.status import LONGEST_NAME, Entry, Status, StatusName, StatusNamed, called
from bot.domain.views import statuses as views
from bot.services import statuses as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review, Step, Suits
from handlers.turn import Turn
from storage import statuses

ADD = "status_add"
CHANGE = "status_change"


# -- What is answered ------------------------------------------------------------------------------


async def _meanings(_turn: Turn, _answers: Answers) -> list[Option]:
    return [_meaning(each) for each in Status]


def _meaning(each: Status) -> Option:
    return Option(each.value, text(f"counts_as.{each}"))


def _name(words: str, _turn: Turn) -> str:
    name = " ".join(words.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Unfit(StatusName.key, limit=LONGEST_NAME)
    return name


def _is_free(language: str | None) -> Suits:
    """No other status reads like that, be it by the catalogues' words; None: in the reader's."""

    async def check(turn: Turn, answers: Answers, name: str) -> None:
        of = language or turn.language
        for each in (await statuses.vocabulary(turn.tx)).entries:
            known = turn.desk.texts.render(called(each.code), of, mode="bare")
            if each.code != answers.get("status") and fold(known) == fold(name):
                raise StatusNamed(name=called(each.code))

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
    """The languages that have no name: how it will read there."""
    names = _names(turn, answers)
    usual = answers.get("status") in set(Status)
    if usual and not names:
        return [text("statuses.usual_names")]
    key = "statuses.usual_in" if usual else "statuses.no_name_in"
    others = [each for each in turn.desk.country.languages if each not in names]
    return [text(key, language=Language(each)) for each in others]


# -- Adding ----------------------------------------------------------------------------------------


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_configure(turn.actor))
    values: dict[str, Value] = {"language": Language(turn.language)}
    others = (each for each in turn.desk.country.languages if each != turn.language)
    return values | {f"offers_{each.lower()}": 1 for each in others}


async def _add(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    counts_as = Status(answers["counts_as"])
    made = await service.add(turn.tx, turn.act, counts_as, _names(turn, answers))
    return await screen_of(turn, made.code)


ADDING = Flow(
    name=ADD,
    begins=_begins,
    steps=(Choose("counts_as", _meanings), Ask("name", _name, suits=_is_free(None))),
    review=Review(optional=tuple(_called(each) for each in texts.available())),
    notes=_missing,
    then=_add,
    returns_to=lambda _answers: "statuses",
)


# -- Changing --------------------------------------------------------------------------------------


async def _begins_change(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.get(turn.tx, turn.act, answers["status"])
    values: dict[str, Value] = {"status": views.name_of(found, turn.language)}
    return values | {f"offers_{each.lower()}": 1 for each in turn.desk.country.languages}


async def begin_change(turn: Turn, found: Entry) -> None:
    """All that is known of it, to be changed."""
    answers: dict[str, Any] = {"status": found.code, "counts_as": found.counts_as.value}
    for language in turn.desk.country.languages:
        if name := found.names.get(language):
            answers[_name_step(language)] = name
    await turn.desk.runner.begin(
        turn,
        CHANGE,
        subject=f"status:{found.code}",
        labels={"counts_as": _meaning(found.counts_as).label},
        **answers,
    )


async def _change(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await service.get(turn.tx, turn.act, answers["status"])
    offered = turn.desk.country.languages
    kept = {language: name for language, name in found.names.items() if language not in offered}
    counts_as = Status(answers["counts_as"])
    names = kept | _names(turn, answers)
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
    review=Review(optional=tuple(_called(each) for each in texts.available())),
    notes=_missing,
    then=_change,
    returns_to=lambda answers: f"status:{answers['status']}",
)

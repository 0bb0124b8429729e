"""Institutions: add one or a list of them; change names, kind and code of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import texts
from bot.domain.errors import Unfit
from bot.domain.institutions import (
    CODE,
    KINDS,
    LONGEST_CODE,
    LONGEST_KIND,
    LONGEST_NAME,
    Institution,
    code_for,
    kind_name,
)
from bot.domain.permissions import may_manage_people, require
from bot.domain.screens import Code, Language, Listing, Screen, Text, Value, Words, text
from bot.domain.views import institutions as views
from bot.domain.views.people import name_for
from bot.services import institutions as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review, Step
from handlers.turn import Turn
from storage import institutions

ADD = "institution_add"
CHANGE = "institution_change"
AT_MOST = 50  # institutions in one go
BETWEEN = "|"  # the names of a line, for Telegram makes blanks of tabs


# -- What is answered ------------------------------------------------------------------------------


def _name(words: str, _turn: Turn) -> str:
    name = " ".join(words.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Unfit("error.institution_name", limit=LONGEST_NAME)
    return name


def _names(words: str, turn: Turn) -> list[dict[str, str]]:
    """One institution a line, by language: one name, or one in each language."""
    found = [_in_languages(line, turn) for line in words.splitlines() if line.strip(" |")]
    if not found:
        raise Unfit("error.institution_name", limit=LONGEST_NAME)
    if len(found) > AT_MOST:
        raise Unfit("flow.institution_add.too_many", limit=AT_MOST)
    return found


def _in_languages(line: str, turn: Turn) -> dict[str, str]:
    cells = [each.strip() for each in line.split(BETWEEN)]
    if len(cells) == 1:
        return {turn.language_of(cells[0]): _name(cells[0], turn)}
    languages = turn.desk.country.languages
    if len(cells) > len(languages):
        raise Unfit("flow.institution_add.columns", languages=_told(turn))
    named = zip(languages, cells, strict=False)
    return {language: _name(cell, turn) for language, cell in named if cell}


def _told(turn: Turn) -> Value:
    """The State's languages in their order."""
    return Listing(tuple(map(Language, turn.desk.country.languages)))


def _shown(named: Sequence[Mapping[str, str]]) -> Value:
    return Listing(tuple(Words(f" {BETWEEN} ".join(names.values())) for names in named))


def _code(words: str, _turn: Turn) -> str:
    code = words.strip().upper()
    if not CODE.fullmatch(code):
        raise Unfit("error.institution_code", limit=LONGEST_CODE)
    return code


def _kind(words: str, _turn: Turn) -> str:
    kind = " ".join(words.split())
    if not 0 < len(kind) <= LONGEST_KIND:
        raise Unfit("error.institution_name", limit=LONGEST_KIND)
    return kind


async def _kinds(turn: Turn, _answers: Answers) -> list[Option]:
    """Ours, then those that the State has written itself."""
    own = dict.fromkeys(each.kind for each in await institutions.every(turn.tx))
    offered = [*KINDS, *(each for each in own if each not in KINDS)]
    return [Option(each, text("label.one", value=kind_name(each))) for each in offered]


def _called(language: str) -> Step:
    """The name in one more language: offered where the State has it."""
    return Ask(
        _name_step(language),
        _name,
        when=f"offers_{language.lower()}",
        texts="name",
        values={"language": Language(language)},
    )


def _name_step(language: str) -> str:
    """The step in which the name in that language is written."""
    return f"name_{language.lower()}"


# -- Adding ----------------------------------------------------------------------------------------


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    require(may_manage_people(turn.actor))
    return {"languages": _told(turn)}


async def _codes(turn: Turn, answers: Answers) -> list[Text]:
    """The short codes that the names will have."""
    known = [*await institutions.every(turn.tx), *await institutions.ended(turn.tx)]
    taken = {each.code for each in known}
    codes: list[Value] = []
    for names in answers["names"]:
        code = code_for(names.values(), taken)
        taken.add(code)
        codes.append(Code(code))
    return [text("institution.codes", codes=Listing(tuple(codes)), count=len(codes))]


async def _add(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    made = await service.add(turn.tx, turn.act, answers["names"], answers["kind"])
    return views.added(len(made))


# -- Changing --------------------------------------------------------------------------------------


async def _begins_change(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.get(turn.tx, turn.act, answers["institution"])
    values: dict[str, Value] = {"name": name_for(found.names, turn.language)}
    return values | {f"offers_{each.lower()}": 1 for each in turn.desk.country.languages}


async def begin_change(turn: Turn, found: Institution) -> None:
    """All that is known of it, to be changed."""
    answers: dict[str, Any] = {"institution": found.id, "code": found.code, "kind": found.kind}
    for language in turn.desk.country.languages:
        if name := found.names.get(language):
            answers[_name_step(language)] = name
    await turn.desk.runner.begin(
        turn,
        CHANGE,
        subject=f"institution:{found.id}",
        labels={"kind": text("label.one", value=kind_name(found.kind))},
        **answers,
    )


async def _change(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await service.get(turn.tx, turn.act, answers["institution"])
    offered = turn.desk.country.languages
    names = {language: name for language, name in found.names.items() if language not in offered}
    for language in offered:
        if name := answers.get(_name_step(language)):
            names[language] = name
    await service.change(
        turn.tx, turn.act, found.id, code=answers["code"], kind=answers["kind"], names=names
    )
    return await screen_of(turn, found.id)


async def screen_of(turn: Turn, institution_id: int) -> Screen:
    """One institution: its names, its kind and what it has."""
    found = await service.get(turn.tx, turn.act, institution_id)
    held = await institutions.held(turn.tx, found.id, now=turn.now)
    names = [
        (texts.language_name(language, turn.language), language, name)
        for language, name in found.names.items()
    ]
    return views.one(found, names, held, turn.language)


TEXT_KEYS = (
    "error.institution_name",
    "error.institution_code",
    "flow.institution_add.too_many",
    "flow.institution_add.columns",
)

ADDING = Flow(
    name=ADD,
    begins=_begins,
    steps=(
        Ask("names", _names, shows=_shown),
        Choose("kind", _kinds, check=_kind),
    ),
    review=Review(),
    notes=_codes,
    then=_add,
    returns_to=lambda _answers: "institutions:0",
)
CHANGING = Flow(
    name=CHANGE,
    begins=_begins_change,
    steps=(Choose("kind", _kinds, check=_kind),),
    review=Review(optional=(*(_called(each) for each in texts.available()), Ask("code", _code))),
    then=_change,
    returns_to=lambda answers: f"institution:{answers['institution']}",
)

"""Answering what is asked beside reports; excusing an institution; a rung more on a ladder."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import Outdated
from bot.domain.figures import Figure
from bot.domain.ladder import Ladder, Reaches, Rung
from bot.domain.plans import read_named
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.requests import ItemState, RequestKind
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.views import answers as views
from bot.domain.views import requests as request_views
from bot.domain.views.people import name_for
from bot.domain.views.reminders import called
from bot.services import answers as service
from bot.services import requests
from bot.services.answers import POSITIONS, AnswerDraft
from bot.services.plans import require_years
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import requests as queries


async def _own(turn: Turn, answers: Answers) -> dict[str, Value]:
    one = await service.own(turn.tx, turn.act, answers["asked"])
    return {"item": called(one, turn.language), "due": one.due_on}


async def positions(_turn: Turn, _answers: Answers) -> list[Option]:
    """What can be advised."""
    return [Option(each, text(f"answer.choice.{each}")) for each in POSITIONS]


async def _answer(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    words = joined(answers["words"])
    answered = await service.answer(
        turn.tx,
        turn.act,
        AnswerDraft(
            answers["asked"],
            words,
            turn.language_of(words),
            choice=answers.get("choice"),
            figures=await figures_in(turn, answers["asked"], words),
            conversation_id=conversation_id,
        ),
    )
    return views.answered(answered, language=turn.language)


def figures_fit(words: str, turn: Turn) -> str:
    """Figures, one a line; a number alone is of the indicator that was asked for."""
    read_named(words, "n", turn.language)
    return words.strip()


async def figures_in(turn: Turn, asked: int, words: str) -> tuple[Figure, ...]:
    """The figures of an answer to a request for data; none of another one."""
    request = await queries.of_item(turn.tx, asked)
    if request is None or request.kind is not RequestKind.DATA:
        return ()
    return read_named(words, request.indicator or "n", turn.language)


async def years_suit(turn: Turn, answers: Answers, words: str) -> None:
    """What becomes a value of a plan's indicator says its year; raises NoYear."""
    request = await queries.of_item(turn.tx, answers["asked"])
    if request is None or request.indicator_id is None or request.indicator is None:
        return
    whole = joined([*answers.get("words", ()), words])
    require_years(request.indicator, await figures_in(turn, answers["asked"], whole))


ADVISE = Flow(
    name="advise",
    begins=_own,
    steps=(
        Choose("choice", positions),
        Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(optional=(Gather("files"),), words_to="words", files_to="files"),
    then=_answer,
    returns_to=lambda answers: f"asked:{answers['asked']}",
)

RESPOND = Flow(
    name="respond",
    begins=_own,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(optional=(Gather("files"),), words_to="words", files_to="files"),
    then=_answer,
    returns_to=lambda answers: f"asked:{answers['asked']}",
)

GIVE_DATA = Flow(
    name="give_data",
    begins=_own,
    steps=(Ask("words", figures_fit, suits=years_suit, grows=True, limit=LONGEST_TEXT),),
    review=Review(optional=(Gather("files"),), words_to="words", files_to="files"),
    then=_answer,
    returns_to=lambda answers: f"asked:{answers['asked']}",
)

BY_KIND = {
    RequestKind.POSITION: ADVISE,
    RequestKind.DATA: GIVE_DATA,
    RequestKind.QUESTION: RESPOND,
    RequestKind.COMMENT: RESPOND,
}


# -- Excusing --------------------------------------------------------------------------------------


async def _of_anybody(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_ask(turn.actor))
    found = await queries.listed_ones(turn.tx, [answers["asked"]])
    if not found or found[0].state is not ItemState.ASKED:
        raise Outdated
    [one] = found
    return {
        "item": called(one, turn.language),
        "institution": name_for(one.names, turn.language),
        "request": one.request_id,
    }


async def _excuse(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    item = await requests.excuse(turn.tx, turn.act, answers["asked"], answers["reason"])
    return request_views.excused(item.request_id)


EXCUSE = Flow(
    name="excuse",
    begins=_of_anybody,
    steps=(Ask("reason", words_fit),),
    then=_excuse,
    returns_to=lambda answers: f"request_item:{answers['asked']}",
)


# -- A rung ----------------------------------------------------------------------------------------

OFFERED = (-30, -14, -7, -3, -1, 0, 1, 3, 7, 14)


async def _may_ask(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_ask(turn.actor))
    if await queries.get(turn.tx, answers["request"]) is None:
        raise Outdated
    return {}


async def _whens(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each, _when(each)) for each in OFFERED]


def _when(days: int) -> Text:
    return request_views.rung_when(Rung(days))


async def _whom(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"reaches.{each}")) for each in Reaches]


async def _add_rung(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    request = await queries.get(turn.tx, answers["request"])
    if request is None:
        raise Outdated
    reaches = Reaches(answers["whom"])
    rung = Rung(answers["when"], reaches, asks_first=reaches is Reaches.VALIDATOR)
    ladder: Ladder = tuple(
        sorted({*request.ladder, rung}, key=lambda each: (each.days, each.reaches.value))
    )
    await requests.change_ladder(turn.tx, turn.act, request.id, ladder)
    return request_views.ladder(request.id, ladder)


RUNG = Flow(
    name="rung",
    begins=_may_ask,
    steps=(Choose("when", _whens), Choose("whom", _whom)),
    then=_add_rung,
    returns_to=lambda answers: f"request_ladder:{answers['request']}",
)

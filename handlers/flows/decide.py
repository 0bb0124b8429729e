"""What became of a contribution, with the reason; and where it belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.contributions import LONGEST_ANSWER, Outcome, Tags
from bot.domain.reports import joined
from bot.domain.screens import Screen, Text, Value, Words, text
from bot.domain.views import contributed as views
from bot.services import contributed as service
from bot.services.contributing import items_named
from handlers.flows.contribute import codes_of, numbers_fit, shows
from handlers.flows.flow import Answers, Ask, Flow, Option, Pick, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import items

DECIDE, TAG = "decide", "tag_contribution"


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    _found, read = await service.get(turn.tx, turn.act, answers["contribution"])
    values: dict[str, Value] = {"number": read.kept.number}
    if answers.get("outcome"):
        values["state"] = text(f"contributed.outcome.{answers['outcome']}")
    return values


async def _decided(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    reason = joined(answers["reason"])
    await service.decide(
        turn.tx,
        turn.act,
        answers["contribution"],
        Outcome(answers["outcome"]),
        answer=reason,
        language=turn.language_of(reason),
    )
    return await _done(turn, answers)


async def _themes(turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each, text("label.one", value=Words(each))) for each in await items.themes(turn.tx)
    ]


async def _are_there(turn: Turn, _answers: Answers, answer: str) -> None:
    await items_named(turn.tx, codes_of(answer))


async def _tagged(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    named = await items_named(turn.tx, codes_of(answers.get("items") or ""))
    tags = Tags(tuple(answers.get("themes") or ()), named)
    await service.tag(turn.tx, turn.act, answers["contribution"], tags)
    return await _done(turn, answers)


async def _done(turn: Turn, answers: Answers) -> Screen:
    found, read = await service.get(turn.tx, turn.act, answers["contribution"])
    return views.done(found, read.kept, read.codes)


def _returns(answers: Answers) -> str:
    return f"written:{answers['contribution']}"


FLOW = Flow(
    name=DECIDE,
    begins=_begins,
    steps=(Ask("reason", words_fit, grows=True, limit=LONGEST_ANSWER),),
    review=Review(words_to="reason"),
    then=_decided,
    returns_to=_returns,
)
TAGGING = Flow(
    name=TAG,
    begins=_begins,
    steps=(),
    review=Review(
        optional=(Pick("themes", _themes), Ask("items", numbers_fit, suits=_are_there, shows=shows))
    ),
    then=_tagged,
    returns_to=_returns,
)


def tags_of(tags: Tags, codes: Mapping[int, str]) -> dict[str, Any]:
    """The answers that make the tags as they are."""
    named = [codes[each] for each in tags.items if each in codes]
    answers: dict[str, Any] = {"themes": list(tags.themes)} if tags.themes else {}
    return answers | ({"items": "items:" + ",".join(named)} if named else {})


def labels_of(tags: Tags) -> dict[str, Text | Sequence[Text]]:
    """How the themes of a contribution read on the review screen."""
    return {"themes": [text("label.one", value=Words(each)) for each in tags.themes]}

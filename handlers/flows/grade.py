"""Grades of a committee: of one item, or of several paragraphs of its document in one go."""

from __future__ import annotations

from datetime import date

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.grades import (
    LONGEST_SCHEME,
    LONGEST_SESSION,
    LONGEST_SOURCE,
    LONGEST_SYMBOL,
    SCHEMES,
    Given,
    GradeDraft,
    in_short,
    in_words,
    read_grades,
    scheme_name,
    schemes_for,
)
from bot.domain.items import Item
from bot.domain.reports import LONGEST_TEXT, fitting
from bot.domain.screens import Code, Screen, Text, Value, Words, text
from bot.domain.views import assessments as views
from bot.domain.views.common import item_code
from bot.services import grades as service
from handlers.flows.flow import Answers, Ask, Check, Choose, Flow, Option, Review
from handlers.flows.record import day_fits, days
from handlers.turn import Turn
from storage import grades, items

NAME = "grade"


async def begin(turn: Turn, item_id: int) -> None:
    """The grades of one session on the item's document."""
    await turn.desk.runner.begin(turn, NAME, subject=f"item:{item_id}", item=item_id)


async def _item(turn: Turn, answers: Answers) -> Item:
    permissions.require(permissions.may_grade(turn.actor))
    return existing(await items.get(turn.tx, answers["item"]))


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    item = await _item(turn, answers)
    return {"item": item_code(item), "symbol": Code(item.symbol)}


async def _schemes(turn: Turn, answers: Answers) -> list[Option]:
    """The committee's own, then those that the secretariat has written itself."""
    item = await _item(turn, answers)
    known = [each.code for each in SCHEMES]
    ours = [each.code for each in schemes_for(item.mechanism)]
    own = [each for each in await grades.schemes(turn.tx) if each not in known]
    return [Option(each, text("label.one", value=scheme_name(each))) for each in (*ours, *own)]


def _up_to(limit: int) -> Check:
    """A few words on one line."""
    return lambda words, _turn: in_short(words, limit)


def _note(words: str, _turn: Turn) -> str:
    return fitting(words)


async def _are_there(turn: Turn, answers: Answers, written: str) -> None:
    """The grades are of the scheme, and their paragraphs are the document's."""
    item = await _item(turn, answers)
    await service.named(turn.tx, item, _read(turn, written, answers.get("scheme", "")))


def _read(turn: Turn, written: str, scheme: str) -> tuple[Given, ...]:
    """The grades as they are called in any language offered."""
    texts = turn.desk.texts
    called = {
        texts.render(Text(key), language, mode="bare"): grade
        for key, grade in in_words(scheme).items()
        for language in texts.languages
    }
    return read_grades(written, scheme, called)


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    item = await _item(turn, answers)
    note = answers.get("note")
    draft = GradeDraft(
        scheme=answers["scheme"],
        session=answers["session"],
        language=turn.language if note is None else turn.language_of(note),
        given_on=date.fromisoformat(answers["given_on"]) if "given_on" in answers else None,
        symbol=answers.get("symbol"),
        note=note,
        source=answers.get("source"),
    )
    given = _read(turn, answers["grades"], draft.scheme)
    return views.graded(item, await service.enter(turn.tx, turn.act, item.id, given, draft))


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(
        Choose("scheme", _schemes, check=_up_to(LONGEST_SCHEME), shows=scheme_name),
        Ask("session", _up_to(LONGEST_SESSION)),
        Ask("grades", _note, suits=_are_there, shows=lambda each: Words(each, limit=1500)),
    ),
    review=Review(
        optional=(
            Choose("given_on", days, check=day_fits, shows=date.fromisoformat),
            Ask("symbol", _up_to(LONGEST_SYMBOL)),
            Ask("note", _note, limit=LONGEST_TEXT),
            Ask("source", _up_to(LONGEST_SOURCE)),
        ),
    ),
    then=_then,
    returns_to=lambda answers: f"assessed:{answers['item']}",
)

"""An observer's independent assessment of an item: a status or none, words, a source."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain import reports
from bot.domain.assessments import LONGEST_SOURCE, Assessment, AssessmentDraft, SourceTooLong
from bot.domain.errors import Unfit, existing
from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.status import called
from bot.domain.views import assessments as views
from bot.domain.views.common import item_code
from bot.services import assessments as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review
from handlers.flows.record import day_fits, days
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import items, statuses

NAME = "assess"
NONE = "none"
"""No status: words alone."""


async def begin(turn: Turn, item_id: int, known: Assessment | None) -> None:
    """A first assessment; or what is known of the own one, to be changed."""
    answers: dict[str, Any] = {"item": item_id}
    labels: dict[str, Text] = {}
    if known is not None:
        status = None if known.status is None else called(known.status)
        answers |= {"status": known.status or NONE, "words": [known.words]}
        labels["status"] = status or text("assessments.no_status")
        if known.source:
            answers["source"] = known.source
    await turn.desk.runner.begin(turn, NAME, subject=f"item:{item_id}", labels=labels, **answers)


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    item, _institution = await service.assessable(turn.tx, turn.actor, answers["item"])
    return {"item": item_code(item)}


async def _statuses(turn: Turn, _answers: Answers) -> list[Option]:
    known = await statuses.vocabulary(turn.tx)
    chosen = [
        Option(each.code, text(f"button.status.{each.code}"), said=called(each.code))
        for each in known.live
    ]
    return [Option(NONE, text("assessments.no_status")), *chosen]


def _source(words: str, _turn: Turn) -> str:
    source = " ".join(words.split())
    if len(source) > LONGEST_SOURCE:
        raise Unfit(SourceTooLong.key, limit=LONGEST_SOURCE)
    return source


async def _notes(_turn: Turn, _answers: Answers) -> list[Text]:
    """Who will read it, before it is published."""
    return [text("assessments.readers")]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = reports.joined(answers["words"])
    status = answers["status"]
    draft = AssessmentDraft(
        item_id=answers["item"],
        words=words,
        language=turn.language_of(words),
        as_of=date.fromisoformat(answers["as_of"]) if "as_of" in answers else turn.today,
        status=None if status == NONE else status,
        source=answers.get("source"),
    )
    given = await service.give(turn.tx, turn.act, draft)
    return views.given(existing(await items.get(turn.tx, given.item_id)), given)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(
        Choose("status", _statuses),
        Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(
        optional=(
            Choose("as_of", days, check=day_fits, shows=date.fromisoformat),
            Ask("source", _source),
        ),
        words_to="words",
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: f"item:{answers['item']}",
)

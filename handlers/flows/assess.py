"""An observer's independent assessment of an item: a status or none, words, a source."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain import permissions, reports
from bot.domain.assessments import LONGEST_SOURCE, Assessment, AssessmentDraft, SourceTooLong
from bot.domain.errors import Unfit, existing
from bot.domain.people import Role
from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.status import called
from bot.domain.views import assessments as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import assessments as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review
from handlers.flows.record import day_fits, days
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import institutions, items, statuses

NAME = "assess"
NONE = "none"
"""No status: words alone."""


async def begin(turn: Turn, item_id: int, known: Assessment | None, *, institution_id: int) -> None:
    """A first assessment in that institution's name; or what is known of its own, to be changed."""
    answers: dict[str, Any] = {"item": item_id, "institution": institution_id}
    labels: dict[str, Text] = {}
    if known is not None:
        status = None if known.status is None else called(known.status)
        answers |= {"status": known.status or NONE, "words": [known.words]}
        labels["status"] = status or text("assessments.no_status")
        if known.source:
            answers["source"] = known.source
    seat = turn.actor.seat({Role.OBSERVER}, institution_id)
    await turn.desk.runner.begin(
        turn,
        NAME,
        subject=f"item:{item_id}:{institution_id}",
        seat_id=None if seat is None else seat.id,
        labels=labels,
        **answers,
    )


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    item, institution_id = await service.assessable_for(
        turn.tx, turn.actor, answers["item"], answers.get("institution")
    )
    found = existing(await institutions.get(turn.tx, institution_id))
    return {"item": item_code(item), "institution": name_for(found.names, turn.language)}


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


async def _notes(turn: Turn, answers: Answers) -> list[Text]:
    """In whose name it stands, where that is not plain, and who will read it."""
    notes = [text("assessments.readers")]
    if len(permissions.observes_for(turn.actor)) > 1:
        values = await _begins(turn, answers)
        notes.insert(0, text("assessments.in_name_of", institution=values["institution"]))
    return notes


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
        institution_id=answers.get("institution"),
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

"""Recording what an institution said in a letter, an e-mail or a meeting."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain import permissions, reports, status
from bot.domain.days import read_day
from bot.domain.errors import existing
from bot.domain.fitting import within
from bot.domain.reports import LONGEST_TEXT, StatusUpdateDraft
from bot.domain.screens import Screen, Value, text
from bot.domain.views import secretariat as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import status_updates as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Review
from handlers.flows.status_update import evidence_notes, status_options, words_fit
from handlers.turn import Turn
from storage import assignments, desk
from storage.desk import Held

SOURCES = ("letter", "email", "meeting", "call")
LONGEST_SOURCE = 200
TEXT_KEYS = tuple(f"flow.record.from.{each}" for each in SOURCES)


async def _held(turn: Turn, answers: Answers) -> Held:
    permissions.require(permissions.may_record(turn.actor))
    return existing(await desk.held(turn.tx, answers["assignment"]))


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    held = await _held(turn, answers)
    return {
        "item": item_code(held),
        "institution": name_for(held.names, turn.language),
    }


async def sources(turn: Turn, _answers: Answers) -> list[Option]:
    """How it came; in the words of now, so that the record says the same in every language."""
    found = []
    for each in SOURCES:
        label = text(f"flow.record.from.{each}")
        words = turn.desk.texts.render(label, turn.language, mode="bare", timezone=turn.timezone)
        found.append(Option(words, label))
    return found


def source_fits(words: str, turn: Turn) -> str:
    """Where it comes from, in a few words."""
    return within(words_fit(words, turn), LONGEST_SOURCE)


async def days(turn: Turn, _answers: Answers) -> list[Option]:
    """Today and yesterday."""
    today = turn.today
    return [
        Option(each.isoformat(), text("flow.assign.day", day=each))
        for each in (today, today - timedelta(days=1))
    ]


def day_fits(words: str, turn: Turn) -> str:
    """A day until today."""
    return read_day(words, turn.language, today=turn.today).isoformat()


async def _statuses(turn: Turn, answers: Answers) -> list[Option]:
    assignment = await assignments.get(turn.tx, answers["assignment"])
    return await status_options(turn, None if assignment is None else assignment.status)


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    held = await _held(turn, answers)
    measures = reports.joined(answers["measures"])
    said_on = date.fromisoformat(answers["source_on"])
    draft = StatusUpdateDraft(
        assignment_id=answers["assignment"],
        status=answers["status"],
        measures=measures,
        language=turn.language_of(measures),
        as_of=date.fromisoformat(answers.get("as_of", answers["source_on"])),
        remaining=reports.joined(answers.get("remaining", ())) or None,
        conversation_id=conversation_id,
    )
    receipt = await service.record_on_behalf(
        turn.tx, turn.act, draft, source=answers["source"], source_on=said_on
    )
    return views.recorded(receipt, name_for(held.names, turn.language), held.item_id)


FLOW = Flow(
    name="record",
    begins=_begins,
    steps=(
        Choose("source", sources, check=source_fits),
        Choose("source_on", days, check=day_fits, shows=date.fromisoformat),
        Choose("status", _statuses, first=status.FIRST),
        Ask("measures", words_fit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(
        optional=(
            Choose("as_of", days, check=day_fits, shows=date.fromisoformat),
            Ask("remaining", words_fit, grows=True, limit=LONGEST_TEXT),
            Gather("evidence"),
        ),
        words_to="measures",
        files_to="evidence",
    ),
    notes=evidence_notes,
    then=_then,
    returns_to=lambda answers: f"held:{answers['assignment']}",
)

"""Reporting on an item: where it stands, what was done, and whatever else there is to say."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain import permissions, reports, status
from bot.domain.days import last_of_month, read_day
from bot.domain.errors import Unfit, existing
from bot.domain.figures import Figure, read_figures
from bot.domain.items import Assignment, AssignmentState, Item
from bot.domain.people import REPORTING
from bot.domain.reports import LONGEST_TEXT, AssignmentClosed, StatusUpdateDraft
from bot.domain.screens import Code, Screen, Text, Value, Words, text
from bot.domain.status import Status
from bot.domain.views import report as views
from bot.domain.views.common import dotted, item_code
from bot.services import home, status_updates
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Pick, Review
from handlers.turn import Turn
from storage import assignments, cards, evidence, items, statuses

TEXT_KEYS = (
    *(f"button.status.{each}" for each in Status),
    *(f"evidence.needed.{each}" for each in ("missing", "on_its_way")),
)


async def reportable(turn: Turn, assignment_id: int) -> tuple[Assignment, Item]:
    """The assignment that this person may report on now, and its item; refuses otherwise."""
    assignment = existing(await assignments.get(turn.tx, assignment_id))
    own = turn.actor.seat(REPORTING, assignment.institution_id) is not None
    if own and assignment.state in (AssignmentState.DISOWNED, AssignmentState.ENDED):
        raise AssignmentClosed
    permissions.require(permissions.may_report(turn.actor, assignment))
    item = existing(await items.get(turn.tx, assignment.item_id))
    return assignment, item


def words_fit(words: str, _turn: Turn) -> str:
    """What was written, if it says anything."""
    if not words.strip():
        raise Unfit("error.no_words")
    return words.strip()


# -- Values and options ----------------------------------------------------------------------------


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    assignment, item = await reportable(turn, answers["assignment"])
    others = await cards.mates(
        turn.tx, assignment.institution_id, assignment.item_id, item.cluster_id
    )
    today = turn.today
    day = _day(answers, today)
    values: dict[str, Value] = {
        "item": item_code(item),
        "as_of": text("report.as_of_today") if day == today else text("report.as_of", day=day),
    }
    if "status" in answers:
        values["status"] = status.called(answers["status"])
    if others:
        values["others"] = text("flow.status_update.others", count=len(others))
    return values


async def next_statuses(turn: Turn, answers: Answers) -> list[Option]:
    """The statuses, those first that usually come next."""
    assignment, _item = await reportable(turn, answers["assignment"])
    return await status_options(turn, assignment.status)


async def status_options(turn: Turn, last: str | None) -> list[Option]:
    """The statuses that can be chosen, the most likely after `last` in front."""
    known = await statuses.vocabulary(turn.tx)
    return [status_option(each) for each in known.offered(last)]


def status_option(code: str) -> Option:
    """The status as an answer that can be chosen."""
    return Option(code, text(f"button.status.{code}"), said=status.called(code))


async def days(turn: Turn, _answers: Answers) -> list[Option]:
    """Today, yesterday, the end of last month."""
    today = turn.today
    month_before = last_of_month(today.replace(day=1) - timedelta(days=1))
    return [
        Option(each.isoformat(), text("flow.status_update.day", day=each))
        for each in (today, today - timedelta(days=1), month_before)
    ]


async def _siblings(turn: Turn, answers: Answers) -> list[Option]:
    assignment, item = await reportable(turn, answers["assignment"])
    found = await cards.mates(
        turn.tx, assignment.institution_id, assignment.item_id, item.cluster_id
    )
    return [
        Option(
            each.assignment_id,
            text("label.one", value=dotted(Code(each.code), Code(each.symbol))),
            said=text("label.one", value=Code(each.code)),
        )
        for each in found
    ]


async def _notes(turn: Turn, answers: Answers) -> list[Text]:
    """A step back is fine, and the reader will want to know why; and whether a file is needed."""
    assignment, _item = await reportable(turn, answers["assignment"])
    known = await statuses.vocabulary(turn.tx)
    notes = await evidence_notes(turn, answers)
    if "again" in answers:
        notes.append(text("flow.status_update.again", number=Code(answers["again"])))
    if known.is_step_back(assignment.status, answers["status"]):
        before = status.called(str(assignment.status))
        notes.append(text("flow.status_update.step_back", before=before))
    return notes


async def evidence_notes(turn: Turn, answers: Answers) -> list[Text]:
    """Where the status is said with a file: what is missing, before anybody taps Send."""
    chosen = (await statuses.vocabulary(turn.tx)).get(answers["status"])
    if chosen is None or not chosen.evidence_required:
        return []
    gathered = await evidence.counts_of(turn.tx, answers.get("evidence", ()))
    if gathered.files:
        return []
    key = "on_its_way" if gathered.awaited else "missing"
    return [text(f"evidence.needed.{key}", status=status.called(chosen.code))]


# -- Answers ---------------------------------------------------------------------------------------


def _day(answers: Answers, today: date) -> date:
    written = answers.get("as_of")
    return today if written is None else date.fromisoformat(written)


def day_fits(words: str, turn: Turn) -> str:
    """The day that was written, in ISO 8601."""
    return read_day(words, turn.language, today=turn.today).isoformat()


def figures_fit(words: str, turn: Turn) -> list[dict[str, object]]:
    """The figures that were written, one a line."""
    return [each.to_json() for each in read_figures(words, turn.language)]


def figures_in(answers: Answers) -> tuple[Figure, ...]:
    """The figures of all messages."""
    return tuple(Figure.from_json(each) for part in answers.get("figures", ()) for each in part)


def figures_shown(parts: list[list[dict[str, object]]]) -> Value:
    """The figures as they would be typed."""
    return Words("\n".join(each.written() for each in figures_in({"figures": parts})), limit=1000)


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    measures = reports.joined(answers["measures"])
    draft = StatusUpdateDraft(
        assignment_id=answers["assignment"],
        status=answers["status"],
        measures=measures,
        language=turn.language_of(measures),
        as_of=_day(answers, turn.today),
        remaining=reports.joined(answers.get("remaining", ())) or None,
        figures=figures_in(answers),
        also=tuple(answers.get("siblings", ())),
        conversation_id=conversation_id,
    )
    receipt = await status_updates.submit(turn.tx, turn.act, draft)
    following = await home.next_for(turn.tx, turn.act, but=draft.assignment_id)
    return views.receipt(receipt, following)


STEPS = (
    Choose("status", next_statuses, told=False, first=status.FIRST),
    Ask("measures", words_fit, grows=True, limit=LONGEST_TEXT),
)
OPTIONAL = (
    Choose("as_of", days, check=day_fits, told=False),
    Ask("remaining", words_fit, grows=True, limit=LONGEST_TEXT),
    Ask("figures", figures_fit, grows=True, shows=figures_shown),
    Gather("evidence"),
)
"""What a report says, new or amended: what is asked, and what can be added at the end."""

FLOW = Flow(
    name="status_update",
    begins=_begins,
    steps=STEPS,
    review=Review(
        optional=(*OPTIONAL, Pick("siblings", _siblings, when="others")),
        words_to="measures",
        files_to="evidence",
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: f"card:{answers['assignment']}",
)

"""Assigning items: which, to whom, until when; drafts come of it, which nobody hears of yet."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.assigning import Target, plan
from bot.domain.days import last_of_month, read_due_day
from bot.domain.items import AssignmentState, Part
from bot.domain.people import REPORTING
from bot.domain.screens import Screen, Text, text
from bot.domain.views import assigning as views
from bot.domain.views.people import name_for
from bot.services import assignments as service
from handlers.flows.flow import Answers, Choose, Flow, Option, Pick, Review
from handlers.flows.picking import (
    chosen_items,
    institution_options,
    item_options,
    require_arranging,
)
from handlers.turn import Turn
from storage import assignments, institutions, people

NOBODY = 0
NO_DAY = ""
MONTHS_AHEAD = (1, 3, 6, 12)


async def _leads(turn: Turn, answers: Answers) -> list[Option]:
    options = await institution_options(turn, await chosen_items(turn, answers))
    return [*options, Option(NOBODY, text("flow.assign.no_lead"))]


async def _contributors(turn: Turn, answers: Answers) -> list[Option]:
    options = await institution_options(turn, await chosen_items(turn, answers))
    return [each for each in options if each.value != answers.get("lead")]


async def _days(turn: Turn, _answers: Answers) -> list[Option]:
    """The day that was given last, and the ends of months to come."""
    today = turn.today
    last = await assignments.last_due(turn.tx, after=today)
    days = [_end_of_month(today, ahead) for ahead in MONTHS_AHEAD]
    offered = sorted({*days, last} if last else {*days})
    dated = [Option(each.isoformat(), text("flow.assign.day", day=each)) for each in offered]
    return [*dated, Option(NO_DAY, text("flow.assign.no_day"))]


def _end_of_month(today: date, ahead: int) -> date:
    end = last_of_month(today)
    for _ in range(ahead):
        end = last_of_month(end + timedelta(days=1))
    return end


def _day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


def _wanted(answers: Answers) -> tuple[int | None, list[int], date | None]:
    """The lead, the contributing institutions, the due date."""
    lead = answers["lead"] or None
    contributing = [each for each in answers.get("contributing", ()) if each != lead]
    day = date.fromisoformat(answers["due_on"]) if answers["due_on"] else None
    return lead, contributing, day


async def _notes(turn: Turn, answers: Answers) -> list[Text]:
    """What assigning would change of what there is, and who could not be told."""
    item_ids = await chosen_items(turn, answers)
    lead, contributing, day = _wanted(answers)
    wanted = {each: Target(Part.CONTRIBUTING, day) for each in contributing}
    if lead is not None:
        wanted[lead] = Target(Part.LEAD, day)
    steps = plan(await assignments.of_items(turn.tx, item_ids), dict.fromkeys(item_ids, wanted))
    notes = []
    if steps.demoted:
        notes.append(text("flow.assign.demotes", count=steps.demoted))
    known = [each for each in steps.changed if _is_announced(each.assignment.state)]
    if known:
        notes.append(text("flow.assign.changes_at_once", count=len(known)))
    for institution_id in wanted:
        if not await people.seated(
            turn.tx, now=turn.now, roles=REPORTING, institution_id=institution_id
        ):
            institution = await institutions.get(turn.tx, institution_id)
            if institution is not None:
                name = name_for(institution.names, turn.language)
                notes.append(text("flow.assign.nobody_there", institution=name))
    return notes


def _is_announced(state: AssignmentState) -> bool:
    return state is AssignmentState.ANNOUNCED


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    lead, contributing, day = _wanted(answers)
    done = await service.assign(
        turn.tx,
        turn.act,
        await chosen_items(turn, answers),
        lead=lead,
        contributing=contributing,
        due_on=day,
    )
    return views.assigned(done)


FLOW = Flow(
    name="assign",
    begins=require_arranging,
    steps=(
        Pick("items", item_options),
        Choose("lead", _leads),
        Choose("due_on", _days, check=_day_fits, shows=date.fromisoformat),
    ),
    review=Review(optional=(Pick("contributing", _contributors),)),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: f"items:{answers['selection']}:0",
)

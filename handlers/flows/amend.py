"""Amending a report on which nobody has decided: the same number, the next version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain import reports
from bot.domain.errors import existing
from bot.domain.items import ReportState
from bot.domain.reports import AmendedMeanwhile, StatusUpdate, StatusUpdateDraft
from bot.domain.screens import Code, Screen, Text, Value, text
from bot.domain.versions import amended, differences, newest
from bot.domain.views import report as views
from bot.domain.views import versions as version_views
from bot.domain.views.common import item_code, piece_called
from bot.services import home, status_updates
from handlers.flows import decided
from handlers.flows.flow import Answers, Flow, Meanwhile, Option, Pick, Review
from handlers.flows.status_update import (
    OPTIONAL,
    STEPS,
    evidence_notes,
    figures_in,
    reportable,
)
from handlers.turn import Turn
from storage import evidence, items

FROM_WORDS = ("measures", "remaining")
"""Steps whose answers are what a message said."""


def answers_of(said: StatusUpdate) -> dict[str, Any]:
    """What a report says, as the answers that its amendment begins with."""
    return {
        "report": said.id,
        "assignment": said.assignment_id,
        "version": said.version,
        "as_of": said.as_of.isoformat(),
        **content_of(said),
    }


def content_of(said: StatusUpdate) -> dict[str, Any]:
    """The status, the words and the figures alone, which another report can begin with."""
    found: dict[str, Any] = {"status": said.status, "measures": [said.measures]}
    if said.remaining:
        found["remaining"] = [said.remaining]
    if said.figures:
        found["figures"] = [[each.to_json() for each in said.figures]]
    return found


def labels_of(said: StatusUpdate) -> Mapping[str, Text]:
    """How the answers read that were chosen."""
    return {"status": text(f"status.{said.status}")}


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    assignment, said = await status_updates.amendable(turn.tx, turn.actor, answers["report"])
    if said.version != answers["version"]:
        raise AmendedMeanwhile(number=Code(said.number), version=said.version)
    item = existing(await items.get(turn.tx, assignment.item_id))
    values: dict[str, Value] = {
        "item": item_code(item),
        "number": Code(said.number),
        "version": said.version + 1,
        "status": text(f"status.{answers['status']}"),
        "as_of": text("report.as_of", day=date.fromisoformat(answers["as_of"])),
    }
    pieces = await evidence.of_report(turn.tx, said.id)
    if pieces:
        values["pieces"] = len(pieces)
    return values


async def _meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """It was decided on, so that what was written is another report; or amended by a colleague."""
    look = f"card:{answers['assignment']}"
    happened = await decided.meanwhile(turn, answers, look=look)
    if happened is None or happened.upon is not None:
        return happened
    await reportable(turn, answers["assignment"])
    said = await decided.said_now(turn, answers["report"])
    kept = ("assignment", "status", "measures", "remaining", "figures", "evidence")
    anew = {name: answers[name] for name in kept if name in answers}
    if answers["as_of"] != said.as_of.isoformat():
        anew["as_of"] = answers["as_of"]
    if said.state is ReportState.RETURNED:
        anew["again"] = said.number
    return replace(happened, upon=anew, into="status_update", goes_on="as_new_report")


async def _pieces(turn: Turn, answers: Answers) -> list[Option]:
    return [
        Option(each.id, text("label.one", value=piece_called(each)))
        for each in await evidence.of_report(turn.tx, answers["report"])
    ]


def _draft(turn: Turn, answers: Answers, conversation_id: int | None) -> StatusUpdateDraft:
    measures = reports.joined(answers["measures"])
    return StatusUpdateDraft(
        assignment_id=answers["assignment"],
        status=answers["status"],
        measures=measures,
        language=turn.language_of(measures),
        as_of=date.fromisoformat(answers["as_of"]),
        remaining=reports.joined(answers.get("remaining", ())) or None,
        figures=figures_in(answers),
        conversation_id=conversation_id,
    )


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    """What the next version changes, word by word; and whether a file is needed."""
    _assignment, said = await status_updates.amendable(turn.tx, turn.actor, answers["report"])
    last = newest(said, ())
    changed = differences(last, amended(last, _draft(turn, answers, None)))
    lines = version_views.lines(changed, {}) or [text("version.nothing_yet")]
    gone = set(answers.get("without", ()))
    pieces = await evidence.of_report(turn.tx, said.id)
    kept = [each for each in pieces if each.sha256 is not None and each.id not in gone]
    return [*lines, *([] if kept else await evidence_notes(turn, answers))]


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    draft = _draft(turn, answers, conversation_id)
    receipt = await status_updates.amend(
        turn.tx,
        turn.act,
        answers["report"],
        draft,
        seen=answers["version"],
        without=answers.get("without", ()),
    )
    following = await home.next_for(turn.tx, turn.act, but=draft.assignment_id)
    return views.receipt(receipt, following)


FLOW = Flow(
    name="amend",
    begins=_begins,
    steps=STEPS,
    review=Review(
        optional=(*OPTIONAL, Pick("without", _pieces, when="pieces")),
        words_to="measures",
        files_to="evidence",
    ),
    notes=_notes,
    then=_then,
    meanwhile=_meanwhile,
    returns_to=lambda answers: f"card:{answers['assignment']}",
)

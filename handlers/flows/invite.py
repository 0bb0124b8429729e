"""Invite one person or several to a seat: institution, role, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain.approvals import Kind, ReasonMissing
from bot.domain.days import read_day
from bot.domain.errors import Unfit
from bot.domain.institutions import by_name
from bot.domain.people import OF_AN_INSTITUTION, SECRETARIAT, Role
from bot.domain.permissions import may_invite, may_manage_people, require
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.views import approvals as approval_views
from bot.domain.views import people as views
from bot.services import approvals
from bot.services.evidence import only_file_of_draft
from bot.services.handed_out import LINKS
from handlers.flows.approval import reason_fits
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Review
from handlers.turn import Turn
from storage import institutions, jobs

AT_MOST = 50  # people in one go
NAME_LENGTH = 120
DESIGNATOR_LENGTH = 300


async def begins(turn: Turn, answers: Answers) -> Mapping[str, Value]:
    """Only the secretariat invites; why is asked where a second coordinator has to agree."""
    require(may_manage_people(turn.actor))
    return {"second": text("approval.needed")} if _needs_second(answers) else {}


def _needs_second(answers: Answers) -> bool:
    return bool(answers.get("role") == Role.COORDINATOR)


async def notes(_turn: Turn, answers: Answers) -> list[Text]:
    """What sending would not yet bring about."""
    return [text("approval.needed")] if _needs_second(answers) else []


async def places(turn: Turn, _answers: Answers) -> list[Option]:
    """Every institution, and the secretariat itself where one may invite to it."""
    offered = [
        Option(each.id, text("button.institution", name=each.name(turn.language)))
        for each in by_name(await institutions.every(turn.tx), turn.language)
    ]
    if may_invite(turn.actor, Role.COORDINATOR):
        offered.append(Option(0, text("button.secretariat")))
    return offered


async def roles(turn: Turn, answers: Answers) -> list[Option]:
    """The roles there are in the chosen place."""
    there = OF_AN_INSTITUTION if answers["institution"] else SECRETARIAT
    return [
        Option(role.value, text(f"button.role.{role}"))
        for role in Role
        if role in there and may_invite(turn.actor, role)
    ]


def names(words: str, _turn: Turn) -> list[str]:
    """One name a line."""
    found = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    if len(found) > AT_MOST:
        raise Unfit("flow.invite.too_many", limit=AT_MOST)
    if not found or any(len(name) > NAME_LENGTH for name in found):
        raise Unfit("flow.invite.name_length", limit=NAME_LENGTH)
    return found


def designator(words: str, _turn: Turn) -> str:
    """Who designated them, as the letter says."""
    said = " ".join(words.split())
    if not 0 < len(said) <= DESIGNATOR_LENGTH:
        raise Unfit("flow.invite.name_length", limit=DESIGNATOR_LENGTH)
    return said


def day_of_letter(words: str, turn: Turn) -> str:
    """The date of the letter."""
    return read_day(words, turn.language, today=turn.today).isoformat()


async def make_links(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    """Plan the links; they are written down by the worker, with QR codes."""
    letter = await only_file_of_draft(turn.tx, conversation_id)
    arguments = {
        "institution": answers["institution"] or None,
        "role": answers["role"],
        "names": answers["names"],
        "designated_by": answers.get("designated"),
        "designated_on": answers.get("designated_on"),
    }
    job_id = await jobs.plan(
        turn.tx,
        LINKS,
        arguments,
        person_id=turn.person.id,
        seat_id=turn.actor.seat_id,
        now=turn.now,
    )
    if letter is not None:  # the job names the file now, so that it outlives the conversation
        await jobs.change(turn.tx, job_id, sha256=letter.stored)
    if _needs_second(answers):
        return await _ask_second(turn, job_id, arguments, answers.get("reason"))
    return views.making_links(len(answers["names"]))


async def _ask_second(
    turn: Turn, job_id: int, arguments: Mapping[str, Any], reason: str | None
) -> Screen:
    """The links wait for the second coordinator's word."""
    if not reason:
        raise ReasonMissing
    asked = await approvals.ask(
        turn.tx,
        turn.act,
        Kind.INVITE,
        {"job": job_id},
        reason=reason,
        language=turn.language_of(reason),
    )
    await jobs.change(
        turn.tx, job_id, state=jobs.WAITING, arguments={**arguments, "approval": asked.id}
    )
    return approval_views.sent(await approvals.described(turn.tx, asked))


TEXT_KEYS = (
    *(f"button.role.{role.value}" for role in Role),
    "flow.invite.too_many",
    "flow.invite.name_length",
)

FLOW = Flow(
    name="invite",
    steps=(
        Choose("institution", places),
        Choose("role", roles),
        Ask("names", names, shows=", ".join),
    ),
    review=Review(
        optional=(
            Ask("designated", designator),
            Ask("designated_on", day_of_letter, shows=date.fromisoformat),
            Gather("letter"),
            Ask("reason", reason_fits, when="second"),
        ),
        files_to="letter",
    ),
    begins=begins,
    notes=notes,
    then=make_links,
    returns_to=lambda _answers: "people",
)

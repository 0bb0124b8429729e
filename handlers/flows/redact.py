"""Redacting: which part, why, and once more what goes for good."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.fitting import within
from bot.domain.redaction import LONGEST_WHY, About, Kind, Part, Reason, Target
from bot.domain.screens import Code, Listing, Screen, Text, Value, text
from bot.domain.views import redaction as views
from bot.services import redaction as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import redactions

TEXT_KEYS = (
    *(f"redaction.short.{each}" for each in Part),
    *(f"redaction.gone.{each}" for each in (Part.FIGURES, Part.EVERYTHING)),
    *(f"flow.redact.goes.{each}" for each in Part),
)


async def _about(turn: Turn, answers: Answers) -> About:
    return await service.find(turn.tx, turn.act, answers["redacts"])


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    about = await _about(turn, answers)
    return {"about": views.called(about, turn.language)}


async def _parts(turn: Turn, answers: Answers) -> list[Option]:
    return [
        Option(
            f"{each.part}:{each.place}", views.part(each), said=text(f"redaction.short.{each.part}")
        )
        for each in await redactions.targets(turn.tx, await _about(turn, answers))
    ]


async def _reasons(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"redaction.reason.{each}")) for each in Reason]


def _why_fits(words: str, turn: Turn) -> str:
    return within(words_fit(words, turn), LONGEST_WHY)


def _target(answers: Answers) -> Target:
    part, _, place = answers["part"].partition(":")
    return Target(Part(part), int(place))


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    """What goes, what goes with it, and that nothing brings it back."""
    about = await _about(turn, answers)
    reached = await service.preview(turn.tx, turn.act, about)
    notes = [text("flow.redact.unread")] if about.unread else []
    notes.append(text(f"flow.redact.goes.{_target(answers).part}"))
    if reached.others:
        numbers = Listing(tuple(Code(each) for each in reached.others))
        notes.append(text("flow.redact.others", numbers=numbers))
    if reached.exports:
        notes.append(text("flow.redact.exports", count=reached.exports))
    return [*notes, text("flow.redact.chats"), text("flow.redact.for_good")]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen | None:
    about = await _about(turn, answers)
    why = answers.get("why") or ""
    made = await service.redact(
        turn.tx, turn.act, about, _target(answers), Reason(answers["reason"]), why=why
    )
    found = await service.outcome(turn.tx, turn.act, made.id)
    return views.outcome(
        found.redaction,
        found.about,
        deleted=found.deleted,
        waiting=found.waiting,
        left=found.left,
        by_name=found.by_name,
        language=turn.language,
    )


def _came_from(answers: Answers) -> str:
    kind, _, place = answers["redacts"].partition(":")
    where = {
        Kind.RESPONSE: "requests:0",
        Kind.ITEM: f"consolidation:{place}",
        Kind.ASSIGNMENT: f"held:{place}",
        Kind.CHAPTER: f"chapter:{place}:0",
    }
    return where.get(Kind(kind), f"{kind}:{place}")


FLOW = Flow(
    name="redact",
    begins=_begins,
    steps=(Choose("part", _parts), Choose("reason", _reasons)),
    review=Review(optional=(Ask("why", _why_fits),)),
    notes=_notes,
    then=_then,
    returns_to=_came_from,
)

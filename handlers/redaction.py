"""Redaction: what is to be destroyed for good is chosen, and what became of it is shown."""

from __future__ import annotations

from bot.domain.redaction import AlreadyRedacted
from bot.domain.views import redaction as views
from bot.services import redaction as service
from handlers.card import number
from handlers.turn import Turn
from storage import redactions


async def redact(turn: Turn, argument: str) -> None:
    """`redact:su:42`, `redact:question:5`, `redact:response:7`: which part is asked for."""
    about = await service.find(turn.tx, turn.act, argument)
    if not await redactions.targets(turn.tx, about):
        raise AlreadyRedacted
    await turn.desk.runner.begin(
        turn, "redact", subject=f"redact:{about.subject}", redacts=about.subject
    )


async def redacted(turn: Turn, argument: str) -> None:
    """`redacted:7`: what was destroyed, and how far its messages are gone."""
    found = await service.outcome(turn.tx, turn.act, number(argument))
    await turn.show(
        views.outcome(
            found.redaction,
            found.about,
            deleted=found.deleted,
            waiting=found.waiting,
            left=found.left,
            by_name=found.by_name,
            language=turn.language,
        )
    )


ACTS = {"redact": redact, "redacted": redacted}

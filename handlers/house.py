"""The rooms and the flows, listed once."""

from __future__ import annotations

from bot.domain.incoming import Sent
from bot.services import evidence
from handlers import (
    card,
    history,
    home,
    imports,
    me,
    onboarding,
    people,
    questions,
    report,
    search,
)
from handlers.flows import ask, invite, not_ours, status_update, unchanged
from handlers.flows.flow import Flow
from handlers.flows.runner import Runner
from handlers.router import Router
from handlers.turn import Turn

ROOMS = (
    onboarding,
    me,
    home,
    card,
    report,
    history,
    search,
    questions,
    people,
    imports,
)
FLOWS: tuple[Flow, ...] = (
    status_update.FLOW,
    unchanged.FLOW,
    not_ours.FLOW,
    ask.FLOW,
    invite.FLOW,
)


def make_router() -> Router:
    """The router of every room, with the runner of every conversation."""
    runner = Runner(FLOWS, keep_file=_keep_file)
    return Router(ROOMS, runner, loose_file=imports.file)


async def _keep_file(turn: Turn, conversation_id: int, sent: Sent) -> int:
    return await evidence.keep_file(
        turn.tx, turn.actor, conversation_id, sent, bot_id=turn.bot_id, now=turn.now
    )

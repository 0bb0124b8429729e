"""The rooms and the flows, listed once."""

from __future__ import annotations

from bot.domain.incoming import Sent
from bot.services import evidence
from handlers import imports, me, onboarding, people
from handlers.flows import invite
from handlers.flows.flow import Flow
from handlers.flows.runner import Runner
from handlers.turn import Turn

ROOMS = (onboarding, me, people, imports)
FLOWS: tuple[Flow, ...] = (invite.FLOW,)


def make_runner() -> Runner:
    """The runner of every conversation."""
    return Runner(FLOWS, keep_file=_keep_file)


async def _keep_file(turn: Turn, conversation_id: int, sent: Sent) -> int:
    return await evidence.keep_file(
        turn.tx, turn.actor, conversation_id, sent, bot_id=turn.bot_id, now=turn.now
    )

"""A room for tests: acts whose effects can be counted, and acts that go wrong as they are told."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from bot.domain.screens import message
from bot.services import audit
from handlers.turn import Turn


async def note(turn: Turn, argument: str) -> None:
    """`/note 17`: one audit entry about `note:17`, one answer."""
    await audit.record(turn.tx, turn.act, "test.note", f"note:{argument}")
    await turn.show(message("error.not_understood"))


async def poison(turn: Turn, argument: str) -> None:
    """`/poison raise`: write half an act, then do what no handler may."""
    await audit.record(turn.tx, turn.act, "test.poison", "note:0")
    match argument:
        case "raise":
            raise RuntimeError("poison")
        case "hang":
            await asyncio.Event().wait()
        case "block":
            time.sleep(3600)  # noqa: ASYNC251 - what a runaway pattern does to the whole loop
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)


ACTS = {"note": note, "poison": poison}
COMMANDS = {"note": "note", "poison": "poison"}

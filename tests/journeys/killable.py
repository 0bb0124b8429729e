"""A bot that is killed while people use it; it goes on where it was."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from telegram import Bot

from bot.app import App
from bot.clock import Clock
from bot.sandbox.phone import QUIET
from bot.wire.request import telegram_bot
from tests.faults.nursery import BotProcess, Nursery
from tests.journeys.network import JourneyNetwork

AT_EVERY_STEP = pytest.mark.parametrize(
    ("database_url", "moment"),
    [
        ("sqlite", "before"),
        pytest.param("postgres", "during", marks=pytest.mark.postgres),
        ("sqlite", "after"),
    ],
    indirect=["database_url"],
)
"""When it is killed: before, while or after it deals with a step; each on one of the servers.

What a statement does on both, the tests of rooms below ask.
"""

AFTERNOON = 14
"""The hour in the country, give or take one: no day ends meanwhile, and notices may go out."""

Step = Callable[[], Awaitable[Any]]


def where_it_is_afternoon() -> str:
    """A time zone for a State; these are named the other way round."""
    hours = AFTERNOON - Clock().now().astimezone(UTC).hour
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


class KillableNetwork(JourneyNetwork):
    """The bot runs in a process of its own; `self.app` is only looked through."""

    def __init__(self, url: URL, folder: Path, bots: Nursery) -> None:
        super().__init__(url, folder, timezone=where_it_is_afternoon())
        self._bots = bots
        self._bot: BotProcess | None = None
        self.kills = 0
        self._chance = random.Random(9)

    async def start_bot(self) -> None:
        """Start it on what the folder and the database hold."""
        if self._bot is None:
            self.app = App(self.settings(), self.clock)
            self._asked = telegram_bot(self.sandbox.token, self.sandbox.address)
            await self._asked.initialize()
            self.people.patience = 20.0
            self.people.quiet, self.people.rests = QUIET, None  # that process is asked nothing
        told = self.settings().model_dump(mode="json", exclude_none=True, exclude={"token"})
        self._bot = await self._bots.bot({**told, "token": self.sandbox.token})
        self.app.database.entrust(self.app.keys.existing("audit"))

    @property
    def bot(self) -> Bot:
        return self._asked

    async def stop_bot(self) -> None:
        await self.kill()
        await self._asked.shutdown()
        await self.app.database.close()

    async def kill(self) -> None:
        """As a power cut would."""
        assert self._bot is not None
        await self._bot.kill()
        self.kills += 1

    async def dies(self, *, within: float) -> None:
        """Kill it at some moment, and start it again."""
        await asyncio.sleep(self._chance.uniform(0.0, within))
        await self.kill()
        await self.start_bot()

    def on_disk(self) -> bytes:
        """Every byte that the bot has left in a file."""
        kept = (self._folder / "data", self._folder / "keys")
        return b"".join(
            each.read_bytes() for folder in kept for each in folder.rglob("*") if each.is_file()
        )

    async def interrupted(self, step: Step, moment: str) -> None:
        """Take the step and kill the bot before, while or after it deals with it."""
        if moment == "before":
            await self.kill()
        taking: asyncio.Future[Any] = asyncio.ensure_future(step())
        if moment == "during":
            await asyncio.sleep(self._chance.uniform(0.0, 0.08))
        if moment == "after":
            await taking
        if moment != "before":
            await self.kill()
        else:
            await asyncio.sleep(0.05)
        await self.start_bot()
        await taking

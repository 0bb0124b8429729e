"""People on phones around the real bot: real HTTP, real database; only Telegram is ours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from telegram import Bot

from bot.app import App
from bot.clock import Clock
from bot.domain.people import COMMAND_LINE, Role
from bot.domain.screens import text
from bot.sandbox.phone import Network, Phone
from bot.sandbox.server import Sandbox
from bot.services import people
from bot.settings import Settings
from bot.tasks import Tasks
from storage import institutions
from storage.database import Database
from tests import maravia

QUIET = 0.05  # seconds; that the bot rests is asked of itself
REST = 10.0  # seconds


class JourneyNetwork:
    """The sandbox, the bot, and whoever has a phone.

    ```python
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await justice.taps("Report")
    ```
    """

    def __init__(self, url: URL, folder: Path, *, timezone: str = "UTC") -> None:
        self.second: str | None = None  # the token of a consultation bot
        self.clock = Clock()
        self._url = url
        self._folder = folder
        self._timezone = timezone
        self._stack = AsyncExitStack()
        self._tasks = Tasks()

    async def start(self) -> None:
        """Start the sandbox and the bot."""
        self.sandbox = await self._stack.enter_async_context(Sandbox())
        people = Network(self.sandbox.address, quiet=QUIET, rests=self._rests)
        self.people = await self._stack.enter_async_context(people)
        await self.start_bot()

    async def start_bot(self) -> None:
        """Start the bot on what the folder and the database hold."""
        # These people tap faster than any thumb: the pace of one chat is tried elsewhere.
        self.app = App(self.settings(), self.clock, long_poll=2, burst=1000)
        await self.app.start()
        self._tasks.start(self.app.receive(), name="poll")

    async def stop_bot(self) -> None:
        """Stop the bot in order."""
        await self._tasks.stop()
        await self.app.stop()

    async def _rests(self) -> None:
        """A busy machine takes its time; a bot that cannot send has rested long enough."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST):
                while self.sandbox.pending():  # noqa: ASYNC110 - the bot fetches them when it can
                    await asyncio.sleep(0.002)
                await self.app.settle()

    async def restart(self) -> None:
        """Stop the bot and start it again (a killed one is a matter of tests/faults)."""
        await self.stop_bot()
        await self.start_bot()

    async def stop(self) -> None:
        """Stop everything."""
        await self.stop_bot()
        await self._stack.aclose()

    def settings(self) -> Settings:
        """Settings of these values alone."""
        return Settings.isolated(
            token=self.sandbox.token,
            consultation_token=self.second,
            api_url=self.sandbox.address,
            database_url=self._url.render_as_string(hide_password=False),
            data_dir=self._folder / "data",
            key_dir=self._folder / "keys",
            timezone=self._timezone,
            languages=("en", "fr", "ar"),
            default_language="en",
        )

    @property
    def database(self) -> Database:
        """The bot's database."""
        return self.app.database

    @property
    def bot(self) -> Bot:
        """The bot with the network, as Telegram knows it."""
        return self.app.house.bot

    async def institution(self, code: str, kind: str, **names: str) -> int:
        """An institution, made unless it is there; `names` by language."""
        async with self.database.write() as tx:
            known = await institutions.by_code(tx, code)
            if known is not None:
                return known.id
            return await institutions.add(tx, code, kind, names or {"en": code})

    async def link(self, role: Role, institution: str | None = None) -> str:
        """A deep link of the command line: who uses it is let in at once."""
        async with self.database.write() as tx:
            found = await institutions.by_code(tx, institution) if institution else None
            token = await people.invite(
                tx,
                maravia.act(COMMAND_LINE, self.clock.now()),
                role,
                found.id if found else None,
                confirmed=True,
            )
        return f"https://t.me/{self.bot.username}?start={token}"

    async def phone(
        self,
        name: str,
        role: Role | None = None,
        institution: str | None = None,
        *,
        language: str = "en",
        names: Mapping[str, str] | None = None,
    ) -> Phone:
        """Somebody with a phone; with a role, somebody who already has the seat."""
        phone = await self.people.phone(name, language=language)
        if role is None:
            return phone
        if institution is not None:
            await self.institution(institution, "ministry", **(names or {}))
        await phone.opens(await self.link(role, institution))
        accept = self.app.texts.render(text("button.accept"), language, mode="bare", timezone=UTC)
        await phone.taps(accept)
        return phone

    async def row(self, statement: Any) -> Any:
        """The first row of a query, through a connection of its own."""
        async with self.database.read() as tx:
            return await tx.row(statement)

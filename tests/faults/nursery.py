"""The bot in a process of its own, which can be killed and started again in a moment.

A nursery forks a bot for each line on its standard input: settings as JSON. What its bots tell
comes back as lines: `forked 17`, `started 17`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tests import forks


class BotProcess:
    """One bot that runs in a process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.started = asyncio.Event()

    @property
    def lives(self) -> bool:
        """Whether the process is still there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        await self.is_gone()
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what it had started

    async def is_gone(self) -> None:
        """Wait until the process has ended."""
        while self.lives:  # noqa: ASYNC110 - the kernel sets no event for somebody else's child
            await asyncio.sleep(0.005)


class Nursery:
    """Starts bots; all are killed at the end."""

    def __init__(self, pid: int, told: int, heard: asyncio.StreamReader) -> None:
        self._pid = pid
        self._told = told
        self._heard = heard
        self._bots: dict[int, BotProcess] = {}

    async def bot(self, settings: dict[str, Any], *, wait: bool = True) -> BotProcess:
        """A new bot with these settings (`Settings.isolated`, as JSON), started if `wait`."""
        os.write(self._told, json.dumps(settings).encode() + b"\n")
        pid = await self._hears("forked")
        bot = self._bots[pid]
        if wait:
            while not bot.started.is_set():
                await self._hears("started")
        return bot

    async def close(self) -> None:
        for bot in self._bots.values():
            await bot.kill()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    async def _hears(self, what: str) -> int:
        while True:
            line = (await self._heard.readline()).decode()
            if not line:
                raise RuntimeError("the nursery has ended")
            heard, _, pid = line.partition(" ")
            bot = self._bots.setdefault(int(pid), BotProcess(int(pid)))
            if heard == "started":
                bot.started.set()
            if heard == what:
                return bot.pid


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A nursery for as long as the block lasts."""
    read, told = os.pipe()
    heard, write = os.pipe()
    line = forks.begin("tests.faults.nursery", (), (read, write, 2))
    os.close(read)
    os.close(write)
    lines = asyncio.StreamReader()
    with os.fdopen(heard, "rb") as pipe:
        protocol = partial(asyncio.StreamReaderProtocol, lines)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(protocol, pipe)
        kept = Nursery(line.pid, told, lines)
        try:
            yield kept
        finally:
            await kept.close()
            transport.close()
            os.close(told)
            line.ends()


# -- Inside the process ----------------------------------------------------------------------------


def main() -> None:
    """Fork a bot for each line, until there are no more."""
    from handlers import house
    from tests.faults import room

    house.ROOMS = (*house.ROOMS, room)  # type: ignore[assignment]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    for line in iter(sys.stdin.readline, ""):
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            with suppress(KeyboardInterrupt):
                asyncio.run(_live(json.loads(line)))
            os._exit(0)


async def _live(told: dict[str, Any]) -> None:
    from bot import logs
    from bot.app import App
    from bot.clock import Clock
    from bot.settings import Settings

    leaving = asyncio.create_task(_end_with(os.getppid()))
    _tell("forked")
    pace = told.pop("pace", None)  # messages a second, beyond what Telegram bears
    settings = Settings.isolated(**told)
    if pace is not None:
        object.__setattr__(settings, "rate", pace)
    if settings.mode == "webhook":  # without the proxy in front, which holds the certificate
        path = urlsplit(str(settings.webhook_url)).path
        local = f"http://{settings.webhook_listen}{path}"
        object.__setattr__(settings, "webhook_url", local)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir.parent / "log.jsonl").open("a", encoding="utf-8") as log:
        logs.configure("json", level="WARNING", secrets=settings.secrets, stream=log)
        app = App(settings, Clock(), long_poll=2)
        await app.start()
        _tell("started")
        await app.receive()
    leaving.cancel()


async def _end_with(nursery: int) -> None:
    """A test run that was killed leaves no bot behind."""
    while os.getppid() == nursery:  # noqa: ASYNC110 - the kernel sets no event
        await asyncio.sleep(1)
    os._exit(1)


def _tell(what: str) -> None:
    """In one write, so that lines of several processes do not mix."""
    os.write(sys.stdout.fileno(), f"{what} {os.getpid()}\n".encode())

"""From tap to reply: the bot beside python-telegram-bot's plain echo, and in a full country.

Times are taken at a local Bot API server without latency, from the moment at which it has the tap
or the text to the moment at which it has the answer. Each bot runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bench import country
from bench.country import Size
from bot import logs
from bot.app import App
from bot.clock import Clock
from bot.sandbox import people as hands
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Chat, Person
from bot.settings import Settings
from storage import migrate
from storage.database import Database

REPLIES = ("sendMessage", "editMessageText")
PATIENCE = 60.0  # seconds for an answer


# -- The bots, each in its process -----------------------------------------------------------------


def end_with_parent() -> None:
    """End this process when the one that measures is gone, however it went."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        assert parent is not None
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def run_focal_point(told: dict[str, Any]) -> None:
    """Our bot, as `focalpoint run` would start it."""
    end_with_parent()
    logs.configure("json", level="ERROR")

    async def live() -> None:
        app = App(Settings.isolated(**told), Clock(), long_poll=10)
        await app.start()
        await app.receive()

    asyncio.run(live())


def run_echo(token: str, base_url: str) -> None:
    """The echo bot of python-telegram-bot's examples."""
    end_with_parent()
    application = Application.builder().token(token).base_url(base_url).build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.run_polling(poll_interval=0.0)


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


# -- What is measured ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waits:
    """Milliseconds from act to answer, the shortest first."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return self.values[len(self.values) // 2]

    @property
    def p99(self) -> float:
        return self.values[len(self.values) * 99 // 100]


class Stage:
    """A sandbox with people, and a bot that answers them."""

    def __init__(self, sandbox: Sandbox, count: int) -> None:
        self.sandbox = sandbox
        self.bot = next(iter(sandbox.world.bots.values()))
        self.chats: dict[int, tuple[Person, Chat]] = {}
        self._looked = 0  # entries of the journal
        self._replies: dict[int, list[float]] = defaultdict(list)
        for number in range(count):
            who = sandbox.world.add_person(f"Person {number}", language="en")
            self.chats[who.id] = (who, hands.start(sandbox.world, who, self.bot))

    def replies(self, chat: int) -> list[float]:
        """When the chat got its messages and edits."""
        entries = self.sandbox.journal.entries
        for entry in entries[self._looked :]:
            if entry.accepted and entry.method in REPLIES:
                self._replies[int(str(entry.chat))].append(entry.at)
        self._looked = len(entries)
        return self._replies[chat]

    async def is_answered(self, chat: int, before: int) -> float:
        """Wait for one more reply to the chat; its moment."""
        end = time.monotonic() + PATIENCE
        while len(found := self.replies(chat)) <= before:
            if time.monotonic() > end:
                raise TimeoutError(f"no answer within {PATIENCE} s")
            await asyncio.sleep(0.001)
        return found[before]

    async def types(self, chat: int, words: str) -> float:
        """Somebody types; milliseconds until the answer."""
        before, begun = len(self.replies(chat)), time.monotonic()
        hands.says(self.sandbox.world, *self.chats[chat], words)
        return 1000 * (await self.is_answered(chat, before) - begun)

    async def taps(self, chat: int, label: str) -> float:
        """Somebody taps the newest button that begins so; milliseconds until the answer."""
        who, place = self.chats[chat]
        message, row, column = self._button(place, label)
        before, begun = len(self.replies(chat)), time.monotonic()
        hands.taps(self.sandbox.world, who, place, message, row=row, column=column)
        return 1000 * (await self.is_answered(chat, before) - begun)

    def has_button(self, chat: int, label: str) -> bool:
        """Whether the chat shows a button that begins so."""
        try:
            self._button(self.chats[chat][1], label)
        except LookupError:
            return False
        return True

    def has_text(self, chat: int, words: str) -> bool:
        """Whether a message of the chat holds these words."""
        return any(words in each.text for each in self.chats[chat][1].messages.values())

    def _button(self, place: Chat, label: str) -> tuple[int, int, int]:
        for number, message in reversed(place.messages.items()):
            for row, buttons in enumerate(message.rows()):
                for column, button in enumerate(buttons):
                    if button["text"].lstrip("\u2066\u2067\u2068").startswith(label):
                        return number, row, column
        raise LookupError(f"no button {label!r}")


@asynccontextmanager
async def stage(count: int) -> AsyncIterator[Stage]:
    """A sandbox with so many people, who have all pressed Start."""
    async with Sandbox() as sandbox:
        yield Stage(sandbox, count)


@asynccontextmanager
async def at_work(target: Any, *arguments: Any) -> AsyncIterator[None]:
    """A bot in a process of its own."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


async def focal_point(on: Stage, folder: Path, size: Size) -> dict[str, Any]:
    """A filled database for our bot; its settings."""
    told = {
        "token": on.sandbox.token,
        "api_url": on.sandbox.address,
        "data_dir": str(folder / "data"),
        "key_dir": str(folder / "keys"),
        "rate": 30,
    }
    settings = Settings.isolated(**told)
    settings.data_dir.mkdir()
    await migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    await country.settle(database, on.bot.id, list(on.chats), size)
    await database.close()
    return told


async def under_load(on: Stage, *, rate: float, count: int, words: str) -> Waits:
    """So many texts at a steady rate, each from the next person, whatever the bot's pace is."""
    chats = list(on.chats)
    for chat in chats:  # the answers to Start
        await on.is_answered(chat, 0)
    asked: dict[int, list[float]] = defaultdict(list)
    begun = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        chat = chats[number % len(chats)]
        asked[chat].append(time.monotonic())
        hands.says(on.sandbox.world, *on.chats[chat], words)
    waits: list[float] = []
    for chat, moments in asked.items():
        await on.is_answered(chat, len(moments))  # with the one to Start
        answers = on.replies(chat)[1:]
        waits += [1000 * (at - moment) for moment, at in zip(moments, answers, strict=True)]
    return Waits(tuple(sorted(waits)))


async def beside_echo(*, rate: float = 12.0, count: int = 240) -> tuple[Waits, Waits]:
    """The same load on our bot, with a durable inbox and outbox, and on the plain echo."""
    async with stage(60) as on:
        with TemporaryDirectory() as folder:
            told = await focal_point(on, Path(folder), Size(300, 20, 600))
            async with at_work(run_focal_point, told):
                ours = await under_load(on, rate=rate, count=count, words="/help")
    async with stage(60) as on, at_work(run_echo, on.sandbox.token, on.sandbox.base_url):
        echo = await under_load(on, rate=rate, count=count, words="hello")
    return ours, echo


async def in_a_country(size: Size, *, rounds: int = 5) -> dict[str, Waits]:
    """A focal point's minute in a full country, one act at a time, each person in turn."""
    taken: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder:
        async with stage(24) as on:
            told = await focal_point(on, Path(folder), size)
            async with at_work(run_focal_point, told):
                *focal_points, coordinator = on.chats
                for chat in on.chats:
                    await on.is_answered(chat, 0)
                homes = taken.setdefault("secretariat's home", [])
                for _ in range(2 * rounds + 1):  # before reports make notices, which it would meet
                    await asyncio.sleep(1.2)  # the pace of one chat
                    homes.append(await on.types(coordinator, "/home"))
                for _ in range(rounds):
                    await _a_round(on, focal_points, taken)
                    await asyncio.sleep(1)
    return {what: Waits(tuple(sorted(values))) for what, values in taken.items()}


async def _a_round(on: Stage, chats: Sequence[int], taken: dict[str, list[float]]) -> None:
    """Everybody takes the next step before anybody takes the one after: the bot paces each chat."""
    steps = ("home", "card", "report", "status", "words", "send", "search")
    for step in steps:
        for chat in chats:
            taken.setdefault(step, []).append(await _step(on, chat, step))
            await asyncio.sleep(0.03)  # below the pace of all chats together


async def _step(on: Stage, chat: int, step: str) -> float:
    match step:
        case "home":
            return await on.types(chat, "/home")
        case "card":
            return await on.taps(chat, "Overdue")
        case "report":
            return await on.taps(chat, "Report")
        case "status":
            return await on.taps(chat, "In progress")
        case "words":
            return await on.types(chat, "Bill 12 passed its first reading.")
        case "send":
            return await on.taps(chat, "Send")
        case _:
            return await on.types(chat, "detention")


def rows_of(waits: dict[str, Waits]) -> list[tuple[str, str, str]]:
    """For a table: what, median, p99."""
    return [(what, f"{each.median:.0f} ms", f"{each.p99:.0f} ms") for what, each in waits.items()]


async def main() -> None:
    """Measure both and say so."""
    quick = "--quick" in sys.argv
    table = Table("tap to reply", "median", "p99")
    ours, echo = await beside_echo(count=60 if quick else 240)
    both = {"under load": ours, "under load: plain echo of PTB": echo}
    for row in rows_of(both):
        table.add_row(*row)
    table.add_row("  ratio", f"{ours.median / echo.median:.1f}", f"{ours.p99 / echo.p99:.1f}")
    size = Size(500, 20, 1_000) if quick else Size()
    for row in rows_of(await in_a_country(size, rounds=1 if quick else 5)):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())

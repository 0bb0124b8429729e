"""An outbox at work: a database, a sandbox that stands for Telegram, and a sender between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.domain.screens import Screen, Text, message
from bot.outbox import Outbox
from bot.sandbox import Sandbox
from bot.sandbox.world import Chat
from bot.texts import Texts
from bot.wire.request import telegram_bot
from storage import outbox
from storage.database import Database, Transaction
from storage.outbox import Message
from storage.tables import accounts, people
from storage.tables import outbox as table

CATALOGUES = {
    "en": (
        "Plural-Forms: nplurals=2; plural=(n != 1);",
        {"test.words": "{words}", "button.go": "Go", "button.stay": "Stay"},
    ),
    "ar": (
        (
            "Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
            "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
        ),
        {"test.words": "قال: {words}", "button.go": "اذهب", "button.stay": "ابق"},
    ),
}


def say(words: str, **more: Any) -> Screen:
    """A screen that shows these words."""
    made = message(Text("test.words", {"words": words}))
    return Screen(made.lines, **({"replaces": False} | more))


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """A small catalogue of its own, so that no wording of the bot matters here."""
    folder = tmp_path_factory.mktemp("locales")
    for language, (plural, entries) in CATALOGUES.items():
        path = folder / language / "LC_MESSAGES" / "focalpoint.po"
        path.parent.mkdir(parents=True)
        head = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"{plural}\\n"\n'
        body = "".join(f'\nmsgid "{key}"\nmsgstr "{words}"\n' for key, words in entries.items())
        path.write_text(head + body, encoding="utf-8")
    return Texts.load(["en", "ar"], folder=folder)


class House:
    """What the tests plan, start, break and look at."""

    def __init__(self, database: Database, sandbox: Sandbox, bot: ExtBot[None], texts: Texts):
        self.database = database
        self.sandbox = sandbox
        self.bot = bot
        self.texts = texts
        self.clock = Clock()
        self.files: dict[str, bytes] = {}

    # -- people ------------------------------------------------------------------------------------

    async def person(
        self, name: str = "Amal", *, language: str = "en", started: bool = True
    ) -> int:
        """Somebody with an account; their id. The id of their chat is in `chats`."""
        async with self.database.write() as tx:
            return await self._person(tx, name, language, started=started)

    async def crowd(self, count: int) -> list[int]:
        """Many at once."""
        async with self.database.write() as tx:
            return [await self._person(tx, f"Person {n}", "en", started=True) for n in range(count)]

    async def _person(self, tx: Transaction, name: str, language: str, *, started: bool) -> int:
        someone = self.sandbox.world.add_person(name)
        if started:
            world = self.sandbox.world
            bot = world.bots[self.sandbox.token]
            chat = Chat(
                f"{bot.id}.{someone.id}",
                someone.id,
                "private",
                name,
                {bot.id},
                {someone.id: someone},
            )
            world.chats[chat.key] = chat
        person = await tx.value(
            insert(people)
            .values(name=name, language=language, created_at=self.clock.now())
            .returning(people.c.id)
        )
        await tx.execute(
            insert(accounts).values(bot_id=self.bot.id, chat_id=someone.id, person_id=person)
        )
        return int(person)

    async def chat(self, person: int) -> Chat:
        """A person's chat as the sandbox has it."""
        async with self.database.read() as tx:
            number = await tx.value(
                select(accounts.c.chat_id).where(accounts.c.person_id == person)
            )
        return self.sandbox.world.chats[f"{self.bot.id}.{number}"]

    async def heard(self, person: int) -> list[str]:
        """The texts in a person's chat, without direction marks."""
        return heard(await self.chat(person))

    async def sounded(self, person: int) -> dict[str, bool]:
        """Which messages in a person's chat sounded, by their words."""
        chat = await self.chat(person)
        sent = [each for each in chat.messages.values() if each.from_bot]
        return {words: not each.silent for each, words in zip(sent, heard(chat), strict=True)}

    # -- rows --------------------------------------------------------------------------------------

    def message(self, key: str, person: int | None, words: str = "", **more: Any) -> Message:
        given: dict[str, Any] = {"screen": say(words or key), "lane": "reply"} | more
        return Message(key=key, person_id=person, bot_id=self.bot.id, **given)

    async def plan(self, *messages: Message) -> list[int]:
        """Plan messages in one commit; their ids."""
        async with self.database.write() as tx:
            return [await outbox.add(tx, each, now=self.clock.now()) for each in messages]

    async def says(self, key: str, person: int | None, words: str = "", **more: Any) -> int:
        """Plan one message; its id."""
        return (await self.plan(self.message(key, person, words, **more)))[0]

    async def row(self, row_id: int) -> Any:
        async with self.database.read() as tx:
            return await tx.row(select(table).where(table.c.id == row_id))

    async def rows(self, prefix: str = "") -> list[Any]:
        async with self.database.read() as tx:
            found = await tx.rows(select(table).order_by(table.c.id))
        return [row for row in found if row["key"].startswith(prefix)]

    async def states(self, prefix: str = "") -> dict[str, int]:
        """The counts of a live board, without the zeros."""
        async with self.database.read() as tx:
            found = await outbox.counts(tx, prefix)
        return {state: count for state, count in found.items() if count}

    async def leaves_in_flight(self, *row_ids: int) -> None:
        """As a kill between `sending` and its mark leaves rows."""
        async with self.database.write() as tx:
            await tx.execute(
                update(table).where(table.c.id.in_(row_ids)).values(state="sending", attempts=1)
            )

    # -- the sender --------------------------------------------------------------------------------

    async def read_file(self, sha256: str) -> bytes:
        return self.files[sha256]

    @asynccontextmanager
    async def sending(self, **options: Any) -> AsyncIterator[Outbox]:
        """An outbox at work."""
        given: dict[str, Any] = {"open_file": self.read_file, "rate": 200.0} | options
        sender = Outbox(self.database, self.bot, self.texts, self.clock, **given)
        running = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            await sender.stop(patience=0.2)
            await running

    async def sends_all(self, *, within: float = 20.0, **options: Any) -> None:
        """Send until nothing is due any more."""
        async with asyncio.timeout(within), self.sending(**options) as sender:
            await sender.settle()


def heard(chat: Chat) -> list[str]:
    hidden = dict.fromkeys(map(ord, "\u2068\u2069"))
    return [each.text.translate(hidden) for each in chat.messages.values() if each.from_bot]


async def until(check: Callable[[], Awaitable[Any]], within: float = 5.0) -> Any:
    """The first true answer; fails when there is none in time."""
    for _ in range(round(within / 0.01)):
        if found := await check():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[None]]:
    async with telegram_bot(sandbox.token, sandbox.address) as running:
        yield running


@pytest.fixture
def house(database: Database, sandbox: Sandbox, bot: ExtBot[None], texts: Texts) -> House:
    made = House(database, sandbox, bot, texts)
    sandbox.journal.clear()
    return made


__all__ = ["House", "Path", "datetime", "heard", "say", "timedelta", "until"]

"""Many people with phones at a bot that is killed: what they sent, and what became of it."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.keys import KeyRing
from bot.sandbox import people as hands
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Chat, Person
from bot.services import audit
from bot.settings import Settings
from storage import migrate
from storage.database import Database
from storage.tables import accounts, people, seats


@dataclass(repr=False)
class Crowd:
    """Seated people (officers) who write notes to the bot; `sent` holds chat by note number."""

    sandbox: Sandbox
    folder: Path
    more: dict[str, Any] = field(default_factory=dict)  # settings
    chats: dict[int, tuple[Person, Chat]] = field(default_factory=dict)
    sent: dict[int, int] = field(default_factory=dict)
    asked: Counter[int] = field(default_factory=Counter)

    @classmethod
    async def gather(cls, sandbox: Sandbox, folder: Path, count: int, **more: str) -> Crowd:
        """So many people with a live seat and an open chat; the bot is not yet running."""
        crowd = cls(sandbox, folder, more)
        crowd.settings.data_dir.mkdir(parents=True, exist_ok=True)
        await migrate.upgrade(crowd.settings.database_url)
        for number in range(count):
            who = sandbox.world.add_person(f"Person {number}", language="en")
            crowd.chats[who.id] = (who, hands.start(sandbox.world, who, crowd.bot))
            crowd.asked[who.id] += 1
        await crowd._seat()
        return crowd

    @property
    def bot(self) -> Any:
        """The sandbox's bot."""
        return next(iter(self.sandbox.world.bots.values()))

    @cached_property
    def settings(self) -> Settings:
        """The bot's settings."""
        return Settings.isolated(**self.told)

    @property
    def told(self) -> dict[str, Any]:
        """The bot's settings as JSON takes them."""
        return self.more | {
            "token": self.sandbox.token,
            "api_url": self.sandbox.address,
            "data_dir": str(self.folder / "data"),
            "key_dir": str(self.folder / "keys"),
            "rate": 30,
        }

    @property
    def path(self) -> Path:
        """The database's file."""
        return self.settings.data_dir / "focalpoint.db"

    def types(self, chat: int, words: str) -> None:
        """One of them sends a text."""
        who, place = self.chats[chat]
        hands.says(self.sandbox.world, who, place, words)
        self.asked[chat] += 1

    def notes(self, chat: int) -> int:
        """One of them sends a note that is counted; its number."""
        number = len(self.sent) + 1
        self.sent[number] = chat
        self.types(chat, f"/note {number}")
        return number

    def burst(self, count: int, chance: random.Random) -> None:
        """So many notes from any of them."""
        everybody = list(self.chats)
        for _ in range(count):
            self.notes(chance.choice(everybody))

    # -- what became of it ------------------------------------------------------------------------

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """A query through a connection of its own."""
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            return connection.execute(statement).fetchall()

    def integrity(self) -> str:
        """What SQLite says of its file."""
        return str(self.rows("PRAGMA integrity_check")[0][0])

    def lost(self) -> set[int]:
        """Updates that the bot has acknowledged and not stored."""
        mailbox = self.bot.mailbox
        waiting = {each.id for each in mailbox.waiting}
        for lane in mailbox._lanes.values():
            waiting |= {each.id for each in lane}
        stored = {row[0] for row in self.rows("SELECT update_id FROM inbox")}
        return {each.id for each in mailbox.seen} - waiting - stored

    def effects(self) -> Counter[int]:
        """How often each note was recorded."""
        found = self.rows("SELECT subject FROM audit WHERE act = 'test.note' ORDER BY number")
        return Counter(int(row[0].partition(":")[2]) for row in found)

    def order(self) -> dict[int, list[int]]:
        """The notes of each chat in the order in which they were recorded."""
        chats: dict[int, list[int]] = defaultdict(list)
        for number in self.effects():
            chats[self.sent[number]].append(number)
        return dict(chats)

    def answers(self) -> Counter[int]:
        """How many messages each chat got."""
        entries = self.sandbox.journal.accepted("sendMessage")
        return Counter(int(str(each.chat)) for each in entries)

    def states(self, table: str) -> Counter[str]:
        """How many rows of the inbox or outbox are in each state."""
        return Counter(row[0] for row in self.rows(f"SELECT state FROM {table}"))

    def log(self, event: str) -> list[dict[str, Any]]:
        """What the bots logged under that name."""
        path = self.folder / "log.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [entry for line in lines if (entry := json.loads(line))["event"] == event]

    async def rest(self, *, within: float = 120.0) -> None:
        """Wait until everything is handled and answered."""
        try:
            await until(self._rests, within=within)
        except AssertionError as never:
            what = (self.bot.mailbox.pending(), self.states("inbox"), self.states("outbox"))
            raise AssertionError(f"not at rest within {within} s: {what}") from never

    def _rests(self) -> bool:
        at_rest = not self.bot.mailbox.pending() and self.states("inbox")["pending"] == 0
        outbox = self.states("outbox")
        return at_rest and not outbox["planned"] + outbox["sending"]

    async def audit_findings(self) -> list[Any]:
        """What verifying the audit finds; the bot must not be running."""
        keys = KeyRing(self.settings.keys)
        database = Database(self.settings.database_url, audit_key=keys.get("audit"))
        try:
            return await audit.verify(database, keys)
        finally:
            await database.close()

    async def _seat(self) -> None:
        database = Database(self.settings.database_url)
        now = datetime.now(UTC)
        async with database.write() as tx:
            for chat, (who, _) in self.chats.items():
                person = {"id": chat, "name": who.name, "language": "en", "created_at": now}
                await tx.execute(insert(people).values(**person))
                account = {"bot_id": self.bot.id, "chat_id": chat, "person_id": chat}
                await tx.execute(insert(accounts).values(**account))
                seat = {"person_id": chat, "role": "officer", "from_at": now}
                await tx.execute(insert(seats).values(**seat))
        await database.close()


async def until(true: Callable[[], bool], *, within: float = 30.0) -> None:
    """Wait until it is so; AssertionError after `within` seconds."""
    end = asyncio.get_running_loop().time() + within
    while not true():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"not within {within} s: {true}")
        await asyncio.sleep(0.05)

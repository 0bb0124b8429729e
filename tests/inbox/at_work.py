"""An inbox whose handler does what the words of an update say, on either kind of database."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from telegram import Bot, Update, User

from bot.inbox import After, Inbox
from storage.database import Database, Transaction
from storage.tables import accounts, outbox, people, seats
from storage.tables import inbox as rows
from tests.conftest import FrozenClock

BOT_ID = 77


def typed(update_id: int, chat_id: int, words: str = "hello") -> dict[str, Any]:
    """Somebody types in a private chat."""
    chat = {"id": chat_id, "type": "private", "first_name": "A"}
    sender = {"id": chat_id, "is_bot": False, "first_name": "A"}
    message = {"message_id": update_id, "date": 0, "chat": chat, "from": sender, "text": words}
    return {"update_id": update_id, "message": message}


class Work:
    """What the inbox's handlers do here: as they are told, then a receipt in the transaction.

    `raise`, `hang`, `slow` (takes its time, in statements), `twice` (raises the first time).
    """

    def __init__(self) -> None:
        self.began: list[int] = []
        self.ended: list[int] = []
        self.apologies: list[int] = []
        self.at_once = 0
        self.most_at_once = 0
        self.gate: asyncio.Event | None = None

    async def handle(self, tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        self.began.append(update.update_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._as_told(tx, update)
        finally:
            self.at_once -= 1
        await receipt(tx, f"receipt:{update.update_id}", now)
        self.ended.append(update.update_id)
        return []

    async def _as_told(self, tx: Transaction, update: Update) -> None:
        assert update.effective_message is not None
        match update.effective_message.text:
            case "raise":
                await receipt(tx, f"half:{update.update_id}", datetime.now(UTC))
                raise RuntimeError("poison")
            case "twice" if self.began.count(update.update_id) < 2:
                raise RuntimeError("once")
            case "hang":
                await asyncio.Event().wait()
            case "slow":
                for _ in range(30):
                    await tx.value(select(rows.c.update_id).limit(1))

    async def apologise(self, tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        self.apologies.append(update.update_id)
        await receipt(tx, f"apology:{update.update_id}", now)
        return []


async def receipt(tx: Transaction, key: str, now: datetime) -> None:
    row = {"key": key, "bot_id": BOT_ID, "lane": "reply", "state": "planned"}
    await tx.execute(insert(outbox).values(**row, created_at=now, due_at=now))


class Desk:
    """An inbox in the hand of a test."""

    def __init__(self, database: Database, clock: FrozenClock) -> None:
        self.database = database
        self.clock = clock
        self.work = Work()
        self.inbox = self.another()

    def another(self, **options: Any) -> Inbox:
        """The inbox of the program once more, as after a restart."""
        bot = Bot(f"{BOT_ID}:x")
        bot._bot_user = User(BOT_ID, "Focal Point", is_bot=True)
        doing = {"handle": self.work.handle, "apologise": self.work.apologise}
        return Inbox(self.database, bot, self.clock, **{**doing, **options})

    async def takes(self, *updates: dict[str, Any]) -> None:
        """Receive the updates and wait until they are handled."""
        await self.inbox.receive(updates)
        await self.inbox.settle()

    async def states(self) -> dict[int, str]:
        """What became of each stored update."""
        async with self.database.read() as tx:
            found = await tx.rows(select(rows.c.update_id, rows.c.state).order_by(rows.c.update_id))
        return {row["update_id"]: row["state"] for row in found}

    async def row(self, update_id: int) -> Any:
        async with self.database.read() as tx:
            return await tx.row(select(rows).where(rows.c.update_id == update_id))

    async def keys(self) -> Counter[str]:
        """The receipts that were written, and how often."""
        async with self.database.read() as tx:
            return Counter(await tx.values(select(outbox.c.key)))

    async def seat(self, chat_id: int) -> None:
        """Give the chat a person with a live seat."""
        since = self.clock.now() - timedelta(days=1)
        async with self.database.write() as tx:
            person = {"id": chat_id, "name": "A", "language": "en", "created_at": since}
            await tx.execute(insert(people).values(**person))
            account = {"bot_id": BOT_ID, "chat_id": chat_id, "person_id": chat_id}
            await tx.execute(insert(accounts).values(**account))
            seat = {"person_id": chat_id, "role": "coordinator", "from_at": since}
            await tx.execute(insert(seats).values(**seat))

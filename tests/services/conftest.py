"""A ministry with people who come and go, for the tests of seats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain.people import COMMAND_LINE, SECRETARIAT, Act, Actor, Person, Role, Seat
from bot.services import people
from bot.services.people import Chat
from storage import accounts, institutions, seats
from storage.database import Database, Transaction
from storage.tables import outbox
from tests import maravia
from tests.conftest import FrozenClock

BOT = 77


class Ministry:
    """A transaction, a clock and one ministry."""

    def __init__(self, tx: Transaction, clock: FrozenClock, institution_id: int) -> None:
        self.tx = tx
        self.clock = clock
        self.institution_id = institution_id
        self._chats = iter(range(1000, 2000))

    @property
    def now(self) -> Any:
        return self.clock.now()

    def chat(self, name: str, language: str = "en") -> Chat:
        return Chat(next(self._chats), name, f"{name.lower()}_x", language)

    async def invites(self, actor: Actor, role: Role, **options: Any) -> str:
        there = None if role in SECRETARIAT else self.institution_id
        options = {"confirmed": actor is COMMAND_LINE, **options}
        return await people.invite(self.tx, self.act(actor), role, there, **options)

    async def opens(self, chat: Chat, token: str) -> tuple[Any, Person]:
        actor = await self.actor(chat)
        return await people.open_link(self.tx, self.act(actor), chat, token)

    async def accepts(self, chat: Chat, token: str) -> tuple[int, Seat | None]:
        invitation, _person = await self.opens(chat, token)
        actor = await self.actor(chat)
        seat = await people.accept(self.tx, self.act(actor), chat, invitation.id)
        return invitation.id, seat

    async def seated(self, name: str, role: Role) -> Chat:
        """Somebody with the seat, by a link of the command line."""
        chat = self.chat(name)
        await self.accepts(chat, await self.invites(COMMAND_LINE, role))
        return chat

    async def actor(self, chat: Chat) -> Actor:
        person = await accounts.person_of_chat(self.tx, BOT, chat.chat_id)
        live = () if person is None else await seats.live_of(self.tx, person.id, now=self.now)
        return Actor(person, live)

    def act(self, actor: Actor) -> Act:
        return maravia.act(actor, self.now, bot_id=BOT)

    async def seat_of(self, chat: Chat, role: Role) -> int:
        person = await accounts.person_of_chat(self.tx, BOT, chat.chat_id)
        assert person is not None
        return next(each.id for each in await seats.of(self.tx, person.id) if each.role is role)

    async def told(self, chat: Chat, key: str) -> int:
        """How many messages with that text are planned for the person."""
        person = await accounts.person_of_chat(self.tx, BOT, chat.chat_id)
        assert person is not None
        screens = await self.tx.values(
            select(outbox.c.screen).where(
                outbox.c.person_id == person.id, outbox.c.state == "planned"
            )
        )
        return sum(key in str(each) for each in screens)

    async def count(self, table: Any) -> int:
        return int(await self.tx.value(select(func.count()).select_from(table)))


@pytest.fixture
async def ministry(database: Database, clock: FrozenClock) -> AsyncIterator[Ministry]:
    async with database.write() as tx:
        made = await institutions.add(tx, "MOJ", "ministry", {"en": "Ministry of Justice"})
        yield Ministry(tx, clock, made)

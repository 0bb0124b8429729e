"""Telegram's side as the sandbox keeps it: bots, people, chats, messages, and their news."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.files import Shelf
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.refusals import BLOCKED, DEACTIVATED, KICKED, Refusal, bad_request

Json = dict[str, Any]
QUERY_LIFE = 150  # seconds within which a button press can be answered
NEWS_KEPT = 50_000


@dataclass(eq=False)
class Query:
    """A button press that waits for its answer."""

    id: str
    person: int
    chat: Chat
    message: int
    born: float


@dataclass(eq=False)
class Bot:
    """A bot: its token, its updates, its menu."""

    id: int
    token: str
    username: str
    name: str
    mailbox: Mailbox
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    menu: dict[int, Json] = field(default_factory=dict)  # by chat; 0 is the default
    queries: dict[str, Query] = field(default_factory=dict)

    def user(self) -> Json:
        """The bot as a `User`."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }


@dataclass(eq=False)
class Person:
    """Somebody with a phone."""

    id: int
    name: str
    last_name: str | None
    username: str | None
    language: str | None
    deactivated: bool = False
    note: str | None = None  # who they are, for whoever looks at the page; no bot learns it

    def user(self) -> Json:
        """The person as a `User`."""
        known = {"id": self.id, "is_bot": False, "first_name": self.name}
        optional = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language,
        }
        return known | {name: value for name, value in optional.items() if value}


@dataclass(eq=False)
class Message:
    """One message; `body` is the `Message` object of the Bot API."""

    id: int
    sender: int
    from_bot: bool
    body: Json
    silent: bool = False

    @property
    def text(self) -> str:
        """Its text or caption."""
        return str(self.body.get("text", self.body.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        """The entities of its text or caption."""
        found: list[Json] = self.body.get("entities") or self.body.get("caption_entities") or []
        return found

    def rows(self) -> list[list[Json]]:
        """Its inline keyboard."""
        found: list[list[Json]] = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return found


@dataclass(eq=False)
class Chat:
    """A private chat of one person and one bot, or a group of several."""

    key: str
    id: int
    kind: str
    title: str
    bots: set[int]
    people: dict[int, Person]
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    blocked: bool = False
    migrated_to: int | None = None
    last_id: int = 0
    instance: str = field(default_factory=lambda: str(secrets.randbits(62)))

    def object(self) -> Json:
        """The `Chat` object."""
        if self.kind != "private":
            return {"id": self.id, "type": self.kind, "title": self.title}
        person = self.people[self.id]
        known = {"id": self.id, "type": "private", "first_name": person.name}
        optional = {"last_name": person.last_name, "username": person.username}
        return known | {name: value for name, value in optional.items() if value}


@dataclass(frozen=True)
class Event:
    """What a phone shows: a message new, edited or deleted, typing, an answer to a tap."""

    number: int
    kind: str
    people: frozenset[int]
    chat: str
    message: int | None = None
    details: Json = field(default_factory=dict)


class News:
    """What happened, numbered, for everybody who looks at phones."""

    def __init__(self) -> None:
        self.events: deque[Event] = deque(maxlen=NEWS_KEPT)
        self.number = 0
        self._waiters: set[asyncio.Future[None]] = set()

    def tell(
        self,
        kind: str,
        people: frozenset[int],
        chat: str = "",
        message: int | None = None,
        **details: Any,
    ) -> None:
        """Add an event and wake whoever waits."""
        self.number += 1
        self.events.append(Event(self.number, kind, people, chat, message, details))
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def since(self, cursor: int, person: int | None) -> list[Event]:
        """The events after `cursor`, of one person or of everybody."""
        found: list[Event] = []
        for event in reversed(self.events):
            if event.number <= cursor:
                break
            if person is None or not event.people or person in event.people:
                found.append(event)
        return found[::-1]

    async def wait(self, cursor: int, person: int | None, seconds: float) -> list[Event]:
        """The events after `cursor`; waits up to `seconds` until there is one."""
        end = time.monotonic() + seconds
        while not (found := self.since(cursor, person)):
            left = end - time.monotonic()
            if left <= 0:
                break
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                async with asyncio.timeout(left):
                    await waiter
            except TimeoutError:
                break
            finally:
                self._waiters.discard(waiter)
        return found


class World:
    """Everything the sandbox knows, in memory."""

    def __init__(self, *, webhook_pause: float) -> None:
        self.bots: dict[str, Bot] = {}  # by token
        self.people: dict[int, Person] = {}
        self.chats: dict[str, Chat] = {}
        self.news = News()
        self.shelf = Shelf()
        self.ahead = 0.0
        self.first_message = 0  # messages of new private chats are numbered from behind it
        self._webhook_pause = webhook_pause
        self._next_person = 5_000_000_000  # beyond 32 bits, as real ids are
        self._next_group = -1000

    def now(self) -> int:
        """The moment in seconds, as far ahead as the clock was moved."""
        return int(time.time() + self.ahead)  # noqa: TID251 - Telegram has a clock of its own

    # -- who there is -----------------------------------------------------------------------------

    def add_bot(self, username: str, *, token: str | None = None, name: str | None = None) -> Bot:
        """A bot of that name; the token is made at random unless it is given."""
        if not re.fullmatch(r"[A-Za-z0-9_]{3,32}", username):
            raise ValueError("a bot's username is 3 to 32 letters, digits or underscores")
        if token is None:
            token = f"{secrets.randbelow(900_000_000) + 100_000_000}:{secrets.token_urlsafe(26)}"
        number, _, secret = token.partition(":")
        if not number.isdigit() or not secret:
            raise ValueError("a token is a number, a colon and a secret")
        mailbox = Mailbox(self.now, webhook_pause=self._webhook_pause)
        bot = Bot(int(number), token, username, name or username, mailbox)
        self.bots[token] = bot
        self.news.tell("bots", frozenset())
        return bot

    def bot_named(self, username: str) -> Bot | None:
        """The bot of that username, whatever its case."""
        wanted = username.lower()
        return next((b for b in self.bots.values() if b.username.lower() == wanted), None)

    def bot_numbered(self, number: int) -> Bot | None:
        """The bot of that id."""
        return next((b for b in self.bots.values() if b.id == number), None)

    def add_person(
        self,
        name: str,
        *,
        last_name: str | None = None,
        username: str | None = None,
        language: str | None = None,
        number: int | None = None,
    ) -> Person:
        """Somebody who has not started any bot; `number` is the id of one who comes back."""
        if number is None:
            self._next_person += secrets.randbelow(1000) + 1
        else:
            self._next_person = max(self._next_person, number)
        person = Person(number or self._next_person, name, last_name, username, language)
        self.people[person.id] = person
        self.news.tell("phones", frozenset())
        return person

    def private_key(self, bot: Bot, person_id: int) -> str:
        """How the private chat of these two is named on the person's side."""
        return f"{bot.id}.{person_id}"

    def add_group(self, title: str, members: list[Person], bots: list[Bot]) -> Chat:
        """A group of people and bots."""
        self._next_group -= 1
        return self._add_group(self._next_group, "group", title, members, bots)

    def _add_group(
        self, chat_id: int, kind: str, title: str, members: list[Person], bots: list[Bot]
    ) -> Chat:
        people = {person.id: person for person in members}
        chat = Chat(str(chat_id), chat_id, kind, title, {bot.id for bot in bots}, people)
        self.chats[chat.key] = chat
        self.news.tell("chats", frozenset(people), chat.key)
        return chat

    def migrate(self, chat: Chat) -> Chat:
        """Make a group a supergroup: a new chat; the old one only tells where it went."""
        new_id = -1_000_000_000_000 + chat.id
        bots = [bot for bot in self.bots.values() if bot.id in chat.bots]
        people = list(chat.people.values())
        grown = self._add_group(new_id, "supergroup", chat.title, people, bots)
        chat.migrated_to = new_id
        sender = people[0]
        told = self.new_message(chat, sender.user(), {"migrate_to_chat_id": new_id})
        self.deliver("message", chat, told.body)
        told = self.new_message(grown, sender.user(), {"migrate_from_chat_id": chat.id})
        self.deliver("message", grown, told.body)
        return grown

    # -- chats as a bot sees them -----------------------------------------------------------------

    def chat_for(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat that a bot means; refuses one it does not know."""
        if isinstance(chat_id, str) and not re.fullmatch(r"-?\d{1,19}", chat_id):
            raise bad_request("chat_id is empty" if not chat_id else "chat not found")
        number = int(chat_id)
        chat = self.chats.get(str(number) if number < 0 else f"{bot.id}.{number}")
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable(self, bot: Bot, chat: Chat) -> Chat:
        """The chat, unless the bot may not write there."""
        if chat.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        if bot.id not in chat.bots:
            raise Refusal(403, KICKED)
        if chat.kind == "private" and chat.people[chat.id].deactivated:
            raise Refusal(403, DEACTIVATED)
        if chat.blocked:
            raise Refusal(403, BLOCKED)
        return chat

    # -- messages ---------------------------------------------------------------------------------

    def new_message(
        self, chat: Chat, sender: Json, content: Json, *, silent: bool = False
    ) -> Message:
        """Add a message to a chat and show it on the phones."""
        chat.last_id += 1
        body = {
            "message_id": chat.last_id,
            "from": sender,
            "chat": chat.object(),
            "date": self.now(),
            **content,
        }
        message = Message(chat.last_id, sender["id"], sender["is_bot"], body, silent)
        chat.messages[message.id] = message
        self.tell("message", chat, message.id)
        return message

    def deliver(self, kind: str, chat: Chat, body: Json, *, only: Bot | None = None) -> list[int]:
        """Give an update to the bots of a chat; the ids of the updates."""
        receivers = [bot for bot in self.bots.values() if bot.id in chat.bots]
        found = [
            bot.mailbox.put(kind, body, lane=chat.id)
            for bot in receivers
            if only is None or bot is only
        ]
        return [each for each in found if each is not None]

    def tell(self, kind: str, chat: Chat, message: int | None = None, **details: Any) -> None:
        """Show an event on the phones of a chat's people."""
        self.news.tell(kind, frozenset(chat.people), chat.key, message, **details)

    def ask(self, bot: Bot, person: Person, chat: Chat, message: Message, data: str) -> str:
        """A button press: the query goes to the bot; its id."""
        query = Query(str(secrets.randbits(62)), person.id, chat, message.id, bot.mailbox.now())
        bot.queries[query.id] = query
        body = {
            "id": query.id,
            "from": person.user(),
            "message": message.body,
            "chat_instance": chat.instance,
            "data": data,
        }
        self.deliver("callback_query", chat, body, only=bot)
        return query.id

    def answer(self, bot: Bot, query_id: str, answer: Json) -> bool:
        """Show the answer to a tap; False where nothing waits for it (any more)."""
        query = bot.queries.pop(query_id, None)
        if query is None or bot.mailbox.now() - query.born > QUERY_LIFE:
            return False
        self.news.tell("answer", frozenset({query.person}), query.chat.key, query.message, **answer)
        return True


def digest(*parts: str) -> str:
    """A short stable name made of several."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]

"""A phone in the hand of a test or a tour: types, taps and looks; it reads like a chat."""

from __future__ import annotations

import ssl
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

Json = dict[str, Any]
Found = TypeVar("Found")
PATIENCE = 5.0  # seconds until something expected is missing
ANSWER_ALONE = 1.0  # seconds after which the answer to a tap is all there is
QUIET = 0.2  # seconds without news after which a chat has settled
HIDDEN = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"))


def plain(words: str) -> str:
    """Words without the invisible marks that keep directions apart."""
    return words.translate(HIDDEN)


@dataclass(frozen=True)
class ReceivedFile:
    """A file in a message."""

    id: str
    kind: str
    name: str
    mime: str
    size: int


@dataclass(frozen=True)
class Message:
    """A message as the phone shows it; `changed` grows with every change on this phone."""

    id: int
    mine: bool
    author: str
    text: str
    html: str
    buttons: tuple[tuple[str, ...], ...]
    files: tuple[ReceivedFile, ...]
    edited: bool
    silent: bool
    reply_to: int | None
    changed: int
    raw: Json

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of its keyboard, in reading order."""
        return tuple(label for row in self.buttons for label in row)

    def place_of(self, label: str) -> tuple[int, int] | None:
        """Row and column of the button that is called so, begins so or contains it."""
        wanted = plain(label)
        places = [
            (row, column, plain(name))
            for row, names in enumerate(self.buttons)
            for column, name in enumerate(names)
        ]
        for fits in (str.__eq__, str.startswith, str.__contains__):
            for row, column, name in places:
                if fits(name, wanted):
                    return row, column
        return None

    def __str__(self) -> str:
        """The message as lines of text."""
        who = "me" if self.mine else self.author
        lines = [f"{who}: {plain(self.text)}" + (" (edited)" if self.edited else "")]
        lines += [f"    <{file.kind} {file.name}, {file.size} bytes>" for file in self.files]
        lines += ["    " + " ".join(f"[{plain(label)}]" for label in row) for row in self.buttons]
        return "\n".join(lines)


class Network:
    """Everybody with a phone, and the bots they talk to."""

    def __init__(
        self,
        address: str,
        *,
        patience: float = PATIENCE,
        quiet: float = QUIET,
        rests: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`rests`, where known, ends when the bot has nothing more to say: surer than a moment."""
        self.address = address
        self.patience = patience
        self.quiet = quiet
        self.rests = rests
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        plain_http = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # spares loading all certificates
        self.http = httpx.AsyncClient(
            verify=plain_http, base_url=address, timeout=60.0, limits=limits, trust_env=False
        )

    async def phone(
        self,
        name: str,
        *,
        language: str | None = "en",
        username: str | None = None,
        bot: str | None = None,
    ) -> Phone:
        """A new phone, before Start, at the chat with the first bot or the one named."""
        told = {"name": name, "language": language or "", "username": username or ""}
        made = await self.call("POST", "/api/phones", json=told)
        return await self._at(int(made["id"]), bot)

    async def phone_again(self, number: int, *, bot: str | None = None) -> Phone:
        """A phone that exists already, with what its chat shows."""
        return await self._at(number, bot)

    async def _at(self, number: int, bot: str | None) -> Phone:
        known = await self.call("GET", "/api/network")
        bots = [each for each in known["bots"] if bot in (None, each["username"])]
        if not bots:
            raise AssertionError(f"there is no bot {bot}")
        who = next(each for each in known["phones"] if each["id"] == number)
        phone = Phone(self, number, who["name"], f"{bots[0]['id']}.{number}")
        await phone.looks_again()
        return phone

    async def group(self, title: str, *phones: Phone) -> str:
        """A group of these people and the first bot; its key, for `Phone.at`."""
        members = [phone.id for phone in phones]
        told = {"title": title, "members": members}
        return str((await self.call("POST", "/api/groups", json=told))["key"])

    async def migrates(self, group: str) -> str:
        """The group becomes a supergroup; its new key."""
        return str((await self.call("POST", f"/api/groups/{group}/migrate", json={}))["key"])

    async def moves_clock(self, seconds: int) -> None:
        """Move the clock of the sandbox (and of whom it tells) ahead."""
        await self.call("POST", "/clock", json={"seconds": seconds})

    async def misbehaves(self, fault: str, *values: float | str, **options: Any) -> None:
        """Switch on a fault by its name in `bot.sandbox.faults.Faults`; `clear` ends them."""
        told = {"fault": fault, "values": list(values), **options}
        await self.call("POST", "/faults", json=told)

    async def journal(self, method: str | None = None) -> list[Json]:
        """What bots called so far."""
        asked = {"method": method} if method else {}
        entries: list[Json] = (await self.call("GET", "/journal", params=asked))["entries"]
        return entries

    async def call(self, verb: str, path: str, **options: Any) -> Json:
        """One call of the person's side; a refusal is an AssertionError with its words."""
        response = await self.http.request(verb, path, **options)
        if response.is_error:
            raise AssertionError(f"{verb} {path}: {response.json()['error']}")
        found: Json = response.json()
        return found

    async def close(self) -> None:
        """Hang up."""
        await self.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()


class Phone:
    """One phone, looking at one chat.

    Every act waits until the bot has reacted and the chat is quiet (or patience ends: a bot that
    says nothing is no error here), so that `last` is what a person would then see.
    """

    def __init__(self, network: Network, number: int, name: str, chat: str) -> None:
        self.network = network
        self.id = number
        self.name = name
        self.chat = chat
        self.answers: list[str] = []  # words that answered taps, newest last
        self.opened: str | None = None  # the last link that a button opened
        self.copied: str | None = None  # the last text that a button copied
        self._messages: dict[int, Message] = {}
        self._cursor = 0
        self._acted = 0  # the cursor before the last act
        self._reactions = 0  # of the bot, since the last act
        self._answered: float | None = None  # when the last tap was answered

    # -- what is seen -----------------------------------------------------------------------------

    @property
    def messages(self) -> list[Message]:
        """All messages of the chat, the oldest first."""
        return list(self._messages.values())

    @property
    def received(self) -> list[Message]:
        """The bot's messages, the oldest first."""
        return [each for each in self._messages.values() if not each.mine]

    @property
    def last(self) -> Message:
        """The newest message of the bot."""
        if not self.received:
            raise AssertionError(f"{self.name} has received nothing.\n{self.transcript()}")
        return self.received[-1]

    @property
    def screen(self) -> Message:
        """The bot's message that changed last: new, or edited in place to say something else."""
        if not self.received:
            raise AssertionError(f"{self.name} has received nothing.\n{self.transcript()}")
        return max(self.received, key=lambda each: each.changed)

    def transcript(self, last: int | None = None) -> str:
        """The chat as text: everything, or the `last` few messages."""
        shown = self.messages[-last:] if last else self.messages
        return "\n".join(map(str, shown)) or "(an empty chat)"

    async def looks(self) -> list[Message]:
        """See what is new now, without waiting."""
        await self._news(0.0)
        return self.messages

    async def looks_again(self) -> list[Message]:
        """Read the whole chat anew."""
        path = f"/api/phones/{self.id}/chats/{self.chat}/messages"
        response = await self.network.http.get(path)
        if response.status_code == 404:
            known = await self.network.call("GET", "/api/network")
            self._messages, self._cursor = {}, known["cursor"]
            return []
        known = response.json()
        self._cursor = known["cursor"]
        views = known["messages"]
        self._messages = {view["id"]: self._message(view, self._cursor) for view in views}
        return self.messages

    async def waits_for(self, words: str, *, within: float | None = None) -> Message:
        """The newest message of the bot that contains the words; waits until there is one."""

        def found() -> Message | None:
            fitting = (each for each in reversed(self.received) if words in plain(each.text))
            return next(fitting, None)

        return await self._until(found, f"{words!r} in a message", within)

    async def waits_for_file(self, *, within: float | None = None) -> ReceivedFile:
        """The newest file of the bot; waits until there is one."""

        def found() -> ReceivedFile | None:
            files = (file for each in reversed(self.received) for file in each.files)
            return next(files, None)

        return await self._until(found, "a file", within)

    async def settles(self, quiet: float | None = None, *, within: float | None = None) -> None:
        """Wait until nothing has happened for a moment."""
        end = time.monotonic() + (self.network.patience if within is None else within)
        moment = self.network.quiet if quiet is None else quiet
        while time.monotonic() < end and await self._news(moment):
            pass

    async def downloads(self, file: ReceivedFile) -> bytes:
        """The bytes of a received file."""
        response = await self.network.http.get(f"/api/phones/{self.id}/files/{file.id}")
        response.raise_for_status()
        return response.content

    async def commands(self) -> dict[str, str]:
        """The menu of this chat: commands and their descriptions."""
        known = await self.network.call("GET", f"/api/phones/{self.id}")
        chat = next(each for each in known["chats"] if each["key"] == self.chat)
        return {each["command"]: each["description"] for each in chat["commands"]}

    # -- what is done -----------------------------------------------------------------------------

    def at(self, chat: str) -> Phone:
        """The same phone at another chat, a group for instance (`looks_again` reads it)."""
        return Phone(self.network, self.id, self.name, chat)

    async def opens(self, link: str) -> Message:
        """Open a link to a bot and press Start; looks at that chat from now on."""
        await self._before()
        found = await self.network.call("POST", f"/api/phones/{self.id}/opens", json={"link": link})
        if found["key"] != self.chat:
            self.chat = found["key"]
            await self.looks_again()
        return await self._after()

    async def starts(self, payload: str = "") -> Message:
        """Press Start."""
        return await self._act("POST", "start", json={"payload": payload})

    async def types(self, text: str) -> Message:
        """Send a text or a command."""
        return await self._act("POST", "messages", json={"text": text})

    async def replies(self, to: Message | int, text: str) -> Message:
        """Answer one message."""
        number = to if isinstance(to, int) else to.id
        return await self._act("POST", "messages", json={"text": text, "reply_to": number})

    async def edits(self, message: Message | int, text: str) -> Message:
        """Change one's own message."""
        number = message if isinstance(message, int) else message.id
        return await self._act("PATCH", f"messages/{number}", json={"text": text})

    async def taps(self, *labels: str, within: float | None = None) -> Message:
        """Tap buttons one after another; each is waited for.

        A message that changed since the last act is preferred; an older keyboard is used only once
        the bot has reacted.
        """
        for label in labels:
            message, (row, column) = await self._button(label, within)
            await self._tap({"message": message.id, "row": row, "column": column})
        return self.screen

    async def taps_on(self, message: Message | int, label: str) -> Message:
        """Tap a button of one message, however old."""
        number = message if isinstance(message, int) else message.id
        place = self._messages[number].place_of(label)
        if place is None:
            raise AssertionError(f"no button {label!r} there:\n{self._messages[number]}")
        return await self._tap({"message": number, "row": place[0], "column": place[1]})

    async def forges(self, message: Message | int, data: str) -> Message:
        """Press a button that is not there, with any data."""
        number = message if isinstance(message, int) else message.id
        return await self._tap({"message": number, "data": data})

    async def sends_file(
        self,
        source: bytes | str | Path,
        *,
        name: str | None = None,
        caption: str = "",
        kind: str = "document",
        reply_to: int | None = None,
    ) -> Message:
        """Send a file from memory or from a path."""
        return await self._upload([_named(source, name)], kind, caption, reply_to)

    async def sends_photo(
        self, source: bytes | str | Path, *, name: str | None = None, caption: str = ""
    ) -> Message:
        """Send a picture as a photo."""
        return await self._upload([_named(source, name or "photo.jpg")], "photo", caption)

    async def sends_voice(self, source: bytes | str | Path, *, caption: str = "") -> Message:
        """Send a voice message."""
        return await self._upload([_named(source, "voice.ogg")], "voice", caption)

    async def sends_album(
        self,
        sources: Iterable[bytes | str | Path | tuple[str, bytes]],
        *,
        kind: str = "photo",
        caption: str = "",
    ) -> Message:
        """Send several files as one album; a file may be a pair of name and bytes."""
        named = [
            each if isinstance(each, tuple) else _named(each, None, number)
            for number, each in enumerate(sources)
        ]
        return await self._upload(named, kind, caption)

    async def sends_location(self, latitude: float, longitude: float) -> Message:
        """Send a place."""
        place = {"latitude": latitude, "longitude": longitude}
        return await self._act("POST", "messages", json=place)

    async def blocks(self) -> None:
        """Block the bot."""
        await self._send("POST", "block", json={})

    async def unblocks(self) -> None:
        """Let the bot write again."""
        await self._send("POST", "unblock", json={})

    async def deactivates(self) -> None:
        """Delete the account."""
        await self.network.call("DELETE", f"/api/phones/{self.id}")

    # -- how --------------------------------------------------------------------------------------

    async def _send(self, verb: str, path: str, **options: Any) -> Json:
        whole = f"/api/phones/{self.id}/chats/{self.chat}/{path}"
        return await self.network.call(verb, whole, **options)

    async def _act(self, verb: str, path: str, **options: Any) -> Message:
        await self._before()
        await self._send(verb, path, **options)
        return await self._after()

    async def _before(self) -> None:
        await self._news(0.0)
        self._acted, self._reactions, self._answered = self._cursor, 0, None

    async def _after(self) -> Message:
        """Wait until the bot rests, or for its reaction and for quiet; gives what is on the screen.

        The answer to a tap comes just before what the tap changes, or alone.
        """
        if self.network.rests is not None:
            await self.network.rests()
            await self._news(0.0)
            return self.screen if self.received else self.messages[-1]
        end = time.monotonic() + self.network.patience
        while not self._reactions and (left := self._until_then(end)) > 0:
            await self._news(left)
        await self.settles()
        return self.screen if self.received else self.messages[-1]

    def _until_then(self, end: float) -> float:
        if self._answered is not None:
            end = min(end, self._answered + ANSWER_ALONE)
        return end - time.monotonic()

    async def _tap(self, body: Json) -> Message:
        await self._before()
        found = await self._send("POST", "taps", json=body)
        self.opened, self.copied = found.get("url"), found.get("copied")
        if self.opened and self.opened.startswith("https://t.me/"):
            return await self.opens(self.opened)
        return await self._after() if "query" in found else self.screen

    async def _upload(
        self,
        named: list[tuple[str, bytes]],
        kind: str,
        caption: str,
        reply_to: int | None = None,
    ) -> Message:
        files = [(f"file{number}", each) for number, each in enumerate(named)]
        fields = {"kind": kind, "caption": caption, "reply_to": str(reply_to or "")}
        return await self._act("POST", "files", data=fields, files=files)

    async def _button(self, label: str, within: float | None) -> tuple[Message, tuple[int, int]]:
        end = time.monotonic() + (self.network.patience if within is None else within)
        while True:
            fresh = self._with_button(label, self._acted)
            reacted = self._reactions or self._answered
            if found := fresh or (self._with_button(label, 0) if reacted else None):
                return found
            left = end - time.monotonic()
            if left <= 0:
                break
            await self._news(left)
        older = self._with_button(label, 0)
        if older is None:
            raise AssertionError(
                f"{self.name} sees no button {label!r}. The screen:\n{self.transcript(4)}"
            )
        return older

    def _with_button(self, label: str, since: int) -> tuple[Message, tuple[int, int]] | None:
        for message in sorted(self.received, key=lambda each: each.changed, reverse=True):
            place = message.place_of(label)
            if place is not None and message.changed > since:
                return message, place
        return None

    async def _until(
        self, found: Callable[[], Found | None], what: str, within: float | None
    ) -> Found:
        end = time.monotonic() + (self.network.patience if within is None else within)
        while (value := found()) is None:
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(
                    f"{self.name} waited for {what}. The screen:\n{self.transcript(6)}"
                )
            await self._news(left)
        return value

    async def _news(self, wait: float) -> bool:
        """Take in what is new, waiting for it up to `wait` seconds; whether there was anything."""
        asked = {"cursor": self._cursor, "phone": self.id, "wait": f"{max(0.0, wait):.3f}"}
        known = await self.network.call("GET", "/api/news", params=asked)
        self._cursor = known["cursor"]
        if known["missed"]:
            await self.looks_again()
        for event in known["events"]:
            self._take(event)
        return bool(known["events"])

    def _take(self, event: Json) -> None:
        if event.get("chat") != self.chat:
            return
        kind = event["kind"]
        if kind == "answer":
            self._answered = self._answered or time.monotonic()
            if event["text"]:
                self.answers.append(event["text"])
        elif kind == "deleted":
            gone = self._messages.pop(event["message_id"], None)
            self._reactions += gone is not None
        elif "message" in event:
            message = self._message(event["message"], event["number"])
            before = self._messages.get(message.id)
            if before is not None and before.html == message.html and not message.buttons:
                message = replace(message, changed=before.changed)
            self._messages[message.id] = message
            self._reactions += not message.mine

    def _message(self, view: Json, changed: int) -> Message:
        names = ("id", "kind", "name", "mime", "size")
        return Message(
            id=view["id"],
            mine=view["mine"],
            author=view["from"],
            text=view["text"],
            html=view["html"],
            buttons=tuple(tuple(each["text"] for each in row) for row in view["rows"]),
            files=tuple(ReceivedFile(*(file[n] for n in names)) for file in view["files"]),
            edited=view["edited"],
            silent=view["silent"],
            reply_to=view["reply"]["id"] if view["reply"] else None,
            changed=changed,
            raw=view,
        )


def _named(source: bytes | str | Path, name: str | None, number: int = 0) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return name or f"file_{number}.bin", source
    path = Path(source)
    return name or path.name, path.read_bytes()

"""Every path of the sandbox; behind it the doors of phones, of tests, of the clock and the page."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tornado.web import Application

from bot.sandbox import people
from bot.sandbox.bot_door import BotApi, BotFile
from bot.sandbox.calls import read_body
from bot.sandbox.door import Door, Nothing
from bot.sandbox.refusals import Refusal
from bot.sandbox.views import has_file, view_chat, view_event, view_message, view_phone
from bot.sandbox.world import Chat, Json, Message, Person

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

PAGE = Path(__file__).with_name("page")
ASSETS = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}
LONGEST_WAIT = 30.0


def application(sandbox: Sandbox) -> Application:
    """All doors, wired to one sandbox."""
    given = {"sandbox": sandbox}
    phone = r"/api/phones/(?P<phone>\d+)"
    chat = phone + r"/chats/(?P<key>[-.\d]+)"
    return Application(
        [
            (r"/bot(?P<token>[^/]+)/(?P<name>\w+)", BotApi, given),
            (r"/file/bot(?P<token>[^/]+)/(?P<path>.+)", BotFile, given),
            (r"/api/network", Network, given),
            (r"/api/phones", Phones, given),
            (phone, Phone, given),
            (phone + r"/opens", Opens, given),
            (phone + r"/files/(?P<file_id>[\w-]+)", PhoneFile, given),
            (chat + r"/messages", Messages, given),
            (chat + r"/messages/(?P<number>\d+)", OneMessage, given),
            (chat + r"/files", Files, given),
            (chat + r"/taps", Taps, given),
            (chat + r"/(?P<act>block|unblock|start)", Membership, given),
            (r"/api/groups", Groups, given),
            (r"/api/groups/(?P<key>-\d+)/migrate", Migration, given),
            (r"/api/news", NewsDoor, given),
            (r"/faults", FaultsDoor, given),
            (r"/journal", JournalDoor, given),
            (r"/clock", ClockDoor, given),
            (r"/", Page, given),
            (r"/page/(page\.js|page\.css)", Assets, given),
        ],
        default_handler_class=Nothing,
        default_handler_args=given,
        log_function=lambda _: None,  # a path may hold a token
    )


# -- the person's side -----------------------------------------------------------------------------


class PersonDoor(Door):
    """JSON in, JSON out, in the name of a phone."""

    def who(self, phone: str) -> Person:
        """The person of a phone."""
        return people.person(self.world, phone)

    def where(self, phone: str, key: str) -> tuple[Person, Chat]:
        """A person and one of their chats."""
        who = self.who(phone)
        return who, people.chat(self.world, who, key)

    def body(self) -> Json:
        """The JSON object that was sent; a form of another site cannot send one."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0]
        if kind.lower() != "application/json":
            raise Refusal(415, "JSON is expected")
        values, _ = read_body(self.request)
        return values

    def number(self, body: Json, name: str) -> int | None:
        """A whole number of the body, if it is there."""
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise Refusal(400, f"{name} is a whole number")
        return value

    def word(self, body: Json, name: str) -> str:
        """A text of the body; empty if it is not there."""
        value = body.get(name, "")
        if not isinstance(value, str):
            raise Refusal(400, f"{name} is a text")
        return value

    def show(self, who: Person, sent: list[Message]) -> None:
        """Answer with messages."""
        self.give({"messages": [view_message(self.world, who, each) for each in sent]})


class Network(Door):
    """Who there is."""

    def get(self) -> None:
        """The bots, the phones, the clock, and the number from which news go on."""
        self.give(
            {
                "bots": [
                    {"id": bot.id, "username": bot.username, "name": bot.name}
                    for bot in self.world.bots.values()
                ],
                "phones": [view_phone(self.world, each) for each in self.world.people.values()],
                "now": self.world.now(),
                "ahead": self.world.ahead,
                "cursor": self.world.news.number,
            }
        )


class Phones(PersonDoor):
    """A new phone."""

    def post(self) -> None:
        """Name, language, username."""
        body = self.body()
        name = self.word(body, "name")
        if not 1 <= len(name.strip()) <= 64:
            raise Refusal(400, "a name has 1 to 64 characters")
        who = self.world.add_person(
            name,
            last_name=self.word(body, "last_name") or None,
            username=self.word(body, "username") or None,
            language=self.word(body, "language") or None,
        )
        self.give(view_phone(self.world, who))


class Phone(PersonDoor):
    """One phone."""

    def get(self, phone: str) -> None:
        """It and its chats."""
        self.give(view_phone(self.world, self.who(phone)))

    def delete(self, phone: str) -> None:
        """The account is deactivated: bots are told 403 from now on."""
        self.who(phone).deactivated = True
        self.give({})


class Opens(PersonDoor):
    """A link to a bot."""

    def post(self, phone: str) -> None:
        """Open it and press Start."""
        who = self.who(phone)
        place = people.opens(self.world, who, self.word(self.body(), "link"))
        self.give(view_chat(self.world, who, place))


class Membership(PersonDoor):
    """Start, block, unblock."""

    def post(self, phone: str, key: str, act: str) -> None:
        """Do one of them; `start` also where there is no chat yet (`<bot id>.<phone>`)."""
        who = self.who(phone)
        if act == "start":
            bot = self.world.bot_numbered(int(key.partition(".")[0]))
            if bot is None:
                raise Refusal(404, "there is no such bot")
            payload = self.word(self.body(), "payload")
            place = people.start(self.world, who, bot, payload)
        else:
            place = people.chat(self.world, who, key)
            (people.blocks if act == "block" else people.unblocks)(self.world, who, place)
        self.give(view_chat(self.world, who, place))


class Messages(PersonDoor):
    """The messages of a chat."""

    def get(self, phone: str, key: str) -> None:
        """All of them, or those after `after`."""
        who, place = self.where(phone, key)
        after = self.get_query_argument("after", "0")
        first = int(after) if after.isdecimal() else 0
        views = [
            view_message(self.world, who, message)
            for number, message in place.messages.items()
            if number > first
        ]
        chat = view_chat(self.world, who, place)
        self.give({"messages": views, "chat": chat, "cursor": self.world.news.number})

    def post(self, phone: str, key: str) -> None:
        """Send a text or a location."""
        who, place = self.where(phone, key)
        body = self.body()
        if "latitude" in body:
            sent = [people.sends_location(self.world, who, place, *self._place(body))]
        else:
            reply_to = self.number(body, "reply_to")
            sent = people.says(self.world, who, place, self.word(body, "text"), reply_to=reply_to)
        self.show(who, sent)

    def _place(self, body: Json) -> tuple[float, float]:
        latitude, longitude = body.get("latitude"), body.get("longitude")
        if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
            raise Refusal(400, "a place is two numbers")
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            raise Refusal(400, "there is no such place")
        return latitude, longitude


class OneMessage(PersonDoor):
    """One message of a chat."""

    def patch(self, phone: str, key: str, number: str) -> None:
        """Edit one's own."""
        who, place = self.where(phone, key)
        text = self.word(self.body(), "text")
        self.show(who, [people.edits(self.world, who, place, int(number), text)])


class Files(PersonDoor):
    """Files sent from a phone."""

    def post(self, phone: str, key: str) -> None:
        """Multipart: files (several make an album), `kind`, `caption`, `reply_to`, `duration`."""
        who, place = self.where(phone, key)
        values, uploads = read_body(self.request)
        reply_to = str(values.get("reply_to", ""))
        duration = str(values.get("duration", ""))
        sent = people.sends_files(
            self.world,
            who,
            place,
            list(uploads.values()),
            kind=str(values.get("kind", "document")),
            words=str(values.get("caption", "")),
            reply_to=int(reply_to) if reply_to.isdecimal() else None,
            duration=int(duration) if duration.isdecimal() else 1,
        )
        self.show(who, sent)


class Taps(PersonDoor):
    """A button under a message."""

    def post(self, phone: str, key: str) -> None:
        """By `row` and `column`, or any `data`."""
        who, place = self.where(phone, key)
        body = self.body()
        found = people.taps(
            self.world,
            who,
            place,
            self.number(body, "message") or 0,
            row=self.number(body, "row"),
            column=self.number(body, "column"),
            data=self.word(body, "data") if "data" in body else None,
        )
        self.give(found)


class PhoneFile(PersonDoor):
    """A file that was received."""

    def get(self, phone: str, file_id: str) -> None:
        """Its bytes; pictures and sound may be shown, anything else is saved."""
        file = has_file(self.world, self.who(phone), file_id)
        shown = file.kind in ("photo", "voice", "audio", "video")
        kind = file.mime if shown and file.mime.split("/")[0] in ("image", "audio", "video") else ""
        self.set_header("Content-Type", kind or "application/octet-stream")
        if not kind:
            name = quote(file.name.replace("/", "_").replace("\\", "_"))
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
        self.write(file.read())


class Groups(PersonDoor):
    """A new group."""

    def post(self) -> None:
        """`title`, `members` (phones), `bots` (usernames; the first bot by default)."""
        body = self.body()
        members = [self.who(str(each)) for each in body.get("members", [])]
        names = body.get("bots") or [next(iter(self.world.bots.values())).username]
        bots = [bot for bot in map(self.world.bot_named, names) if bot is not None]
        if not members or not bots:
            raise Refusal(400, "a group has members and a bot")
        place = self.world.add_group(self.word(body, "title"), members, bots)
        self.give(view_chat(self.world, members[0], place))


class Migration(PersonDoor):
    """A group that grows."""

    def post(self, key: str) -> None:
        """Make it a supergroup."""
        place = self.world.chats.get(key)
        if place is None or place.kind != "group" or place.migrated_to is not None:
            raise Refusal(404, "there is no such group")
        grown = self.world.migrate(place)
        self.give(view_chat(self.world, next(iter(grown.people.values())), grown))


class NewsDoor(PersonDoor):
    """What happened."""

    async def get(self) -> None:
        """The events after `cursor`, of one `phone` or all; waits up to `wait` seconds."""
        phone = self.get_query_argument("phone", "")
        try:
            cursor = int(self.get_query_argument("cursor", "0"))
            wait = min(float(self.get_query_argument("wait", "0")), LONGEST_WAIT)
        except ValueError as error:
            raise Refusal(400, "cursor and wait are numbers") from error
        who = self.who(phone) if phone else None
        events = await self.world.news.wait(cursor, who.id if who else None, wait)
        kept = self.world.news.events
        self.give(
            {
                "cursor": events[-1].number if events else cursor,
                "events": [view_event(self.world, each, who) for each in events],
                "missed": bool(kept) and cursor + 1 < kept[0].number,
            }
        )


# -- tests, clock, page ----------------------------------------------------------------------------


class FaultsDoor(PersonDoor):
    """Misbehaviour on demand, for tests in another process."""

    def post(self) -> None:
        """`{"fault": "too_many", "retry_after": 3, "times": 2}`: a method of Faults by its name."""
        body = self.body()
        name = self.word(body, "fault")
        arguments = {key: value for key, value in body.items() if key not in ("fault", "values")}
        if arguments.get("times") == "always":
            arguments["times"] = math.inf
        switch = getattr(self.sandbox.faults, name, None)
        if name.startswith("_") or name == "strike" or not callable(switch):
            raise Refusal(404, "there is no such fault")
        try:
            switch(*body.get("values", []), **arguments)
        except (TypeError, ValueError, KeyError) as error:
            raise Refusal(400, str(error)) from error
        self.give({})


class JournalDoor(Door):
    """What bots called."""

    def get(self) -> None:
        """All entries, or those of one `method`."""
        method = self.get_query_argument("method", None)
        entries = [
            {
                "at": each.at,
                "bot": each.bot,
                "method": each.method,
                "chat": each.chat,
                "parameters": each.parameters,
                "accepted": each.accepted,
                "status": each.status,
                "description": each.description,
            }
            for each in self.sandbox.journal.entries
            if method is None or each.method == method
        ]
        self.give({"entries": entries})


class ClockDoor(PersonDoor):
    """The clock of the demo."""

    def get(self) -> None:
        """The moment, and how many seconds it is ahead."""
        self.give({"ahead": self.world.ahead, "now": self.world.now()})

    async def post(self) -> None:
        """Move it ahead by `seconds`; never back."""
        seconds = self.number(self.body(), "seconds")
        if seconds is None or not 0 < seconds <= 366 * 24 * 3600:
            raise Refusal(400, "seconds are more than 0, at most a year")
        await self.sandbox.move_clock(seconds)
        self.get()


class Page(Door):
    """The chat page."""

    def get(self) -> None:
        """Its HTML."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write((PAGE / "index.html").read_bytes())


class Assets(Door):
    """The page's script and style."""

    def get(self, name: str) -> None:
        """One of the two."""
        self.set_header("Content-Type", ASSETS[name])
        self.write((PAGE / name).read_bytes())

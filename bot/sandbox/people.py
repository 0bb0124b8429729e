"""The person's side: what a hand does on a phone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.calls import Upload, caption
from bot.sandbox.contents import caption_content, media_content, quoted, text_content
from bot.sandbox.entities import formatted, units
from bot.sandbox.files import FOLDERS
from bot.sandbox.refusals import Refusal
from bot.sandbox.world import Bot, Chat, Json, Message, Person, World, digest

LONGEST = 4096


def person(world: World, number: str) -> Person:
    """The person of that id."""
    found = world.people.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise Refusal(404, "there is no such phone")
    return found


def chat(world: World, who: Person, key: str) -> Chat:
    """One of a person's chats."""
    found = world.chats.get(key)
    if found is None or who.id not in found.people:
        raise Refusal(404, "there is no such chat; press Start first")
    return found


# -- acts ------------------------------------------------------------------------------------------


def opens(world: World, who: Person, link: str) -> Chat:
    """Open a link to a bot and press Start; gives the chat."""
    parts = urlsplit(link)
    if parts.scheme == "tg":
        names = parse_qs(parts.query).get("domain", [""])
    elif parts.hostname in ("t.me", "telegram.me"):
        names = [parts.path.strip("/")]
    else:
        raise Refusal(400, "this is no link to a bot")
    bot = world.bot_named(names[0])
    if bot is None:
        raise Refusal(404, "there is no such bot")
    return start(world, who, bot, parse_qs(parts.query).get("start", [""])[0])


def start(world: World, who: Person, bot: Bot, payload: str = "") -> Chat:
    """Press Start, with what the link carried; lets the bot write again where it was blocked."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
        raise Refusal(400, "a start parameter is up to 64 of A-Z a-z 0-9 _ -")
    key = world.private_key(bot, who.id)
    place = world.chats.get(key)
    if place is None:
        place = Chat(
            key,
            *(who.id, "private", who.name, {bot.id}, {who.id: who}),
            last_id=world.first_message,
        )
        world.chats[key] = place
        world.tell("chats", place)
    if place.blocked:
        unblocks(world, who, place)
    says(world, who, place, f"/start {payload}".strip())
    return place


def says(
    world: World, who: Person, place: Chat, text: str, *, reply_to: int | None = None
) -> list[Message]:
    """Send a text; a long one goes as several messages, as the apps do."""
    _open(place)
    if not text.strip():
        raise Refusal(400, "there is nothing to send")
    sent = []
    for part in _parts(text):
        content = text_content(formatted(part, None, None))
        sent.append(_sends(world, who, place, content, reply_to))
    return sent


def _parts(text: str) -> list[str]:
    parts, rest = [], text
    while units(rest) > LONGEST:
        raw = rest.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST]
        head = raw.decode("utf-16-le", "ignore")
        parts.append(head)
        rest = rest[len(head) :]
    return [each for each in (*parts, rest) if each.strip()]


def sends_files(
    world: World,
    who: Person,
    place: Chat,
    uploads: list[Upload],
    *,
    kind: str,
    words: str = "",
    reply_to: int | None = None,
    duration: int = 1,
) -> list[Message]:
    """Send one file, or several as an album; the caption goes with the first."""
    _open(place)
    if kind not in FOLDERS:
        raise Refusal(400, "unknown kind of file")
    if not 1 <= len(uploads) <= 10:
        raise Refusal(400, "an album has 2 to 10 files")
    text = caption(words, None, None)
    files = [world.shelf.add(kind, _plain(u.name), u.data, mime=u.mime or None) for u in uploads]
    album = {"media_group_id": digest("album", str(who.id), str(world.news.number))}
    sent = []
    for number, file in enumerate(files):
        file.bots |= place.bots
        content = media_content(world.shelf, file, {"duration": duration})
        content |= album if len(files) > 1 else {}
        content |= caption_content(text) if number == 0 else {}
        sent.append(_sends(world, who, place, content, reply_to))
    return sent


def _plain(name: str) -> str:
    """The name as it was before it went into a form; nothing is made harmless, bots must cope."""
    decoded = re.sub(r"%(22|[01][0-9A-Fa-f])", lambda found: chr(int(found[1], 16)), name)
    return decoded[:1024] or "file"


def sends_location(
    world: World, who: Person, place: Chat, latitude: float, longitude: float
) -> Message:
    """Send a place on the map."""
    _open(place)
    return _sends(
        world, who, place, {"location": {"latitude": latitude, "longitude": longitude}}, None
    )


def edits(world: World, who: Person, place: Chat, number: int, text: str) -> Message:
    """Change one's own text or caption."""
    _open(place)
    message = _message(place, number)
    if message.sender != who.id or message.from_bot:
        raise Refusal(400, "only one's own messages can be edited")
    if "text" in message.body:
        words, entities = formatted(text, None, None)
        names = ("text", "entities")
    else:
        words, entities = caption(text, None, None)
        names = ("caption", "caption_entities")
    if units(words) > LONGEST or (not words and names[0] == "text"):
        raise Refusal(400, "a text has 1 to 4096 characters")
    kept = {name: value for name, value in message.body.items() if name not in names}
    message.body = kept | {"edit_date": world.now()}
    if words:
        message.body |= dict(zip(names, (words, entities), strict=True))
    world.tell("edited", place, message.id)
    world.deliver("edited_message", place, message.body)
    return message


def taps(
    world: World,
    who: Person,
    place: Chat,
    number: int,
    *,
    row: int | None = None,
    column: int | None = None,
    data: str | None = None,
) -> Json:
    """Tap a button by its place, or send any `data` as a forged client can.

    Gives what happened: the id of the query, or the link to open, or the text that was copied.
    """
    _open(place)
    message = _message(place, number)
    if data is None:
        try:
            button = message.rows()[row or 0][column or 0]
        except IndexError as error:
            raise Refusal(404, "there is no such button") from error
        if "callback_data" not in button:
            return {"url": button.get("url"), "copied": button.get("copy_text", {}).get("text")}
        data = str(button["callback_data"])
    owner = next((bot for bot in world.bots.values() if bot.id == message.sender), None)
    if owner is None:
        raise Refusal(400, "only a bot's message has buttons")
    return {"query": world.ask(owner, who, place, message, data)}


def blocks(world: World, who: Person, place: Chat) -> None:
    """Block the bot of a private chat."""
    if place.kind != "private":
        raise Refusal(400, "only a private chat can be blocked")
    if not place.blocked:
        place.blocked = True
        _membership(world, who, place, "member", "kicked")


def unblocks(world: World, who: Person, place: Chat) -> None:
    """Let the bot write again."""
    if place.blocked:
        place.blocked = False
        _membership(world, who, place, "kicked", "member")


def _membership(world: World, who: Person, place: Chat, old: str, new: str) -> None:
    bot = world.bot_numbered(next(iter(place.bots)))
    assert bot is not None

    def member(status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": bot.user(), "status": status, **until}

    body = {
        "chat": place.object(),
        "from": who.user(),
        "date": world.now(),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }
    world.tell("blocked" if new == "kicked" else "unblocked", place)
    world.deliver("my_chat_member", place, body)


def _open(place: Chat) -> None:
    if place.blocked:
        raise Refusal(409, "this bot is blocked; unblock it first")
    if place.migrated_to is not None:
        raise Refusal(409, "this group has become a supergroup")


def _message(place: Chat, number: int) -> Message:
    found = place.messages.get(number)
    if found is None:
        raise Refusal(404, "there is no such message")
    return found


def _sends(world: World, who: Person, place: Chat, content: Json, reply_to: int | None) -> Message:
    if reply_to is not None:
        content = {"reply_to_message": quoted(_message(place, reply_to))} | content
    message = world.new_message(place, who.user(), content)
    world.deliver("message", place, message.body)
    return message

"""The person's side: what a hand does on a phone, and what the eye sees there."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.calls import Upload, caption
from bot.sandbox.contents import caption_content, media_content, quoted, text_content
from bot.sandbox.entities import formatted, to_html, units
from bot.sandbox.files import File
from bot.sandbox.refusals import Refusal
from bot.sandbox.world import Bot, Chat, Event, Json, Message, Person, World, digest

LONGEST = 4096
FILE_KINDS = ("photo", "document", "voice", "audio", "video", "sticker")


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
    if kind not in FILE_KINDS:
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


# -- views -----------------------------------------------------------------------------------------


def view_phone(world: World, who: Person) -> Json:
    """A phone and its chats."""
    return {
        "id": who.id,
        "name": who.name,
        "username": who.username,
        "language": who.language,
        "deactivated": who.deactivated,
        "chats": [view_chat(world, who, each) for each in chats_of(world, who)],
    }


def chats_of(world: World, who: Person) -> list[Chat]:
    """A person's chats, the oldest first."""
    return [each for each in world.chats.values() if who.id in each.people]


def view_chat(world: World, who: Person, place: Chat) -> Json:
    """What stands above a chat, and its menu."""
    bots = [bot for bot in world.bots.values() if bot.id in place.bots]
    commands = commands_for(bots[0], place, who.language) if bots else []
    return {
        "key": place.key,
        "id": place.id,
        "kind": place.kind,
        "title": bots[0].name if place.kind == "private" else place.title,
        "bot": bots[0].username if bots else None,
        "blocked": place.blocked,
        "pinned": place.pinned,
        "commands": commands,
        "closed": place.migrated_to is not None,
    }


def view_message(world: World, who: Person, message: Message) -> Json:
    """A message as the phone shows it."""
    body = message.body
    html = to_html(message.text, message.entities) if message.text else ""
    replied = body.get("reply_to_message")
    return {
        "id": message.id,
        "from": body["from"]["first_name"],
        "sender": message.sender,
        "from_bot": message.from_bot,
        "mine": message.sender == who.id and not message.from_bot,
        "date": body["date"],
        "edited": "edit_date" in body,
        "text": message.text,
        "html": html,
        "entities": message.entities,
        "files": _view_files(world, body),
        "location": body.get("location"),
        "reply": replied and _view_quote(replied),
        "rows": [[_view_button(each) for each in row] for row in message.rows()],
        "album": body.get("media_group_id"),
        "silent": message.silent,
        "protected": body.get("has_protected_content", False),
    }


def _view_quote(body: Json) -> Json:
    words = body.get("text") or body.get("caption") or ""
    kind = next((kind for kind in FILE_KINDS if kind in body), None)
    return {
        "id": body["message_id"],
        "from": body["from"]["first_name"],
        "text": words[:200],
        "kind": kind,
    }


def _view_files(world: World, body: Json) -> list[Json]:
    for kind in FILE_KINDS:
        if kind in body:
            told = body[kind][-1] if kind == "photo" else body[kind]
            file = world.shelf.get(told["file_id"])
            assert file is not None
            return [_view_file(file, told)]
    return []


def _view_file(file: File, told: Json) -> Json:
    return {
        "id": file.id,
        "kind": file.kind,
        "name": file.name,
        "mime": file.mime,
        "size": file.size,
        "width": told.get("width"),
        "height": told.get("height"),
        "duration": told.get("duration"),
    }


def _view_button(button: Json) -> Json:
    kind = next(name for name in ("callback_data", "url", "copy_text") if name in button)
    kinds = {"callback_data": "tap", "url": "link", "copy_text": "copy"}
    return {
        "text": button["text"],
        "kind": kinds[kind],
        "data": button.get("callback_data"),
        "url": button.get("url"),
    }


def view_event(world: World, event: Event, who: Person | None) -> Json:
    """An event, with the message as it is now where it tells of one."""
    place = world.chats.get(event.chat)
    found: Json = {"number": event.number, "kind": event.kind, **event.details}
    if event.people:
        found["people"] = sorted(event.people)
    if place is None:
        return found
    found["chat"] = place.key
    if event.message is not None:
        found["message_id"] = event.message
        message = place.messages.get(event.message)
        looker = who or next(iter(place.people.values()))
        if message is not None and event.kind in ("message", "edited"):
            found["message"] = view_message(world, looker, message)
    return found


def has_file(world: World, who: Person, file_id: str) -> File:
    """A file that is in one of a person's chats."""
    file = world.shelf.get(file_id)
    for place in chats_of(world, who):
        for message in place.messages.values():
            if file is not None and file_id in _file_ids(message.body):
                return file
    raise Refusal(404, "there is no such file here")


def _file_ids(body: Json) -> list[Any]:
    told = [body[kind] for kind in FILE_KINDS if kind in body]
    flat = [each for one in told for each in (one if isinstance(one, list) else [one])]
    return [each["file_id"] for each in flat]


def commands_for(bot: Bot, chat: Chat, language: str | None) -> list[Json]:
    """The menu that a person sees in a chat: the narrowest scope, in their language first."""
    general = "all_private_chats" if chat.kind == "private" else "all_group_chats"
    short = (language or "").lower().replace("_", "-").partition("-")[0]
    for scope in (f"chat:{chat.id}", general, "default"):
        for spoken in dict.fromkeys((short, "")):
            if commands := bot.commands.get((scope, spoken)):
                return commands
    return []

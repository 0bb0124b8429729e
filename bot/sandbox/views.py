"""The person's side: what the eye sees on a phone, as the page and the tests read it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.entities import to_html
from bot.sandbox.files import FOLDERS, File
from bot.sandbox.refusals import Refusal
from bot.sandbox.world import Bot, Chat, Event, Json, Message, Person, World


def view_phone(world: World, who: Person) -> Json:
    """A phone and its chats."""
    return {
        "id": who.id,
        "name": who.name,
        "username": who.username,
        "language": who.language,
        "note": who.note,
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
    kind = next((kind for kind in FOLDERS if kind in body), None)
    return {
        "id": body["message_id"],
        "from": body["from"]["first_name"],
        "text": words[:200],
        "kind": kind,
    }


def _view_files(world: World, body: Json) -> list[Json]:
    for kind in FOLDERS:
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
    told = [body[kind] for kind in FOLDERS if kind in body]
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

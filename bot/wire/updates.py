"""What the inbox must know of a raw update before anybody has parsed it: whose turn it is.

Whatever Telegram sends is looked at here first, so nothing in it is trusted and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ID_LIMIT = 2**63  # what the database can hold
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no text of PostgreSQL, no UTF-8


def kind(update: object) -> str | None:
    """What the update brings: `message`, `callback_query`, `my_chat_member` …"""
    if not isinstance(update, Mapping):
        return None
    return next((str(name) for name in update if name != "update_id"), None)


def chat_id(update: object) -> int | None:
    """The chat whose turn it is, or None for an update that belongs to none."""
    return _id(_chat(update))


def storable(part: Any) -> Any:
    """The same, with U+FFFD in place of every character that no database and no answer can hold.

    One unit for one unit, so that the offsets of Telegram's entities stay right.
    """
    match part:
        case str():
            return _UNSTORABLE.sub("\ufffd", part)
        case list():
            return [storable(each) for each in part]
        case dict():
            return {name: storable(each) for name, each in part.items()}
        case _:
            return part


def _chat(update: object) -> Mapping[str, Any]:
    """The chat of a message, of a membership, or of the message whose button was tapped."""
    body = _part(update, kind(update))
    return _part(body, "chat") or _part(_part(body, "message"), "chat")


def _part(whole: object, name: str | None) -> Mapping[str, Any]:
    part = whole.get(name) if isinstance(whole, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _id(part: Mapping[str, Any]) -> int | None:
    found = part.get("id")
    if not isinstance(found, int) or isinstance(found, bool):
        return None
    return found if -_ID_LIMIT <= found < _ID_LIMIT else None

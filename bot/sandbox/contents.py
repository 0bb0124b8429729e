"""What a message holds, as the parts of the Bot API's `Message` object."""

from __future__ import annotations

import copy

from bot.sandbox import calls
from bot.sandbox.calls import Formatted
from bot.sandbox.files import File, Shelf
from bot.sandbox.world import Json, Message


def quoted(message: Message) -> Json:
    """A message as another one quotes it: without what it replied to itself."""
    body = copy.deepcopy(message.body)
    body.pop("reply_to_message", None)
    return body


def text_content(text: Formatted) -> Json:
    """The part that tells of a text."""
    return {"text": text[0]} | ({"entities": text[1]} if text[1] else {})


def caption_content(text: Formatted) -> Json:
    """The part that tells of a caption; none where it is empty."""
    if not text[0]:
        return {}
    return {"caption": text[0]} | ({"caption_entities": text[1]} if text[1] else {})


def media_content(shelf: Shelf, file: File, extra: Json) -> Json:
    """The part that tells of a file; `extra` is what the sender says of it."""
    if file.kind == "photo":
        return {"photo": shelf.sizes(file)}
    told: Json = {
        "file_id": file.id,
        "file_unique_id": file.unique,
        "file_size": file.size,
        "mime_type": file.mime,
    }
    if file.kind not in {"voice", "sticker"}:
        told["file_name"] = file.name
    if file.kind in ("voice", "audio", "video"):
        told["duration"] = calls.whole(extra.get("duration") or 1, "duration")
    if file.kind == "video":
        told["width"] = calls.whole(extra.get("width") or 640, "width")
        told["height"] = calls.whole(extra.get("height") or 360, "height")
    if file.kind == "sticker":
        del told["mime_type"]
        told |= {"type": "regular", "width": 512, "height": 512}
        told |= {"is_animated": False, "is_video": False}
    for name in ("performer", "title"):
        if file.kind == "audio" and extra.get(name):
            told[name] = extra[name]
    return {file.kind: told}

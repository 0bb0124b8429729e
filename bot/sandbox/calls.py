"""One call of a bot: its parameters out of any kind of body, read strictly."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tornado.httputil import HTTPFile, HTTPServerRequest, parse_body_arguments

from bot.sandbox.entities import Entity, formatted, units
from bot.sandbox.refusals import bad_request
from bot.sandbox.world import Bot

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTONS_LIMIT = 100
ROW_LIMIT = 8
DATA_LIMIT = 64  # bytes
COPY_LIMIT = 256

Formatted = tuple[str, list[Entity]]
_MISSING: Any = object()


@dataclass(frozen=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime: str
    data: bytes


def read_body(request: HTTPServerRequest) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The parameters and files of a request: query, urlencoded, JSON, multipart or nothing."""
    values: dict[str, Any] = dict(parse_qsl(request.query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values.update(_json_object(request.body))
    elif kind == "application/x-www-form-urlencoded":
        try:
            body = request.body.decode()
            values.update(parse_qsl(body, keep_blank_values=True, errors="strict"))
        except UnicodeDecodeError as error:
            raise bad_request("strings must be encoded in UTF-8") from error
    elif kind == "multipart/form-data":
        fields: dict[str, list[bytes]] = {}
        parts: dict[str, list[HTTPFile]] = {}
        parse_body_arguments(request.headers["Content-Type"], request.body, fields, parts)
        try:
            values.update({name: several[-1].decode() for name, several in fields.items()})
        except UnicodeDecodeError as error:
            raise bad_request("strings must be encoded in UTF-8") from error
        for name, several in parts.items():
            part = several[-1]
            files[name] = Upload(part["filename"], part["content_type"], part["body"])
    elif request.body:
        raise bad_request("unsupported content type")
    return values, files


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise bad_request("can't parse JSON-encoded request body") from error
    if not isinstance(found, dict):
        raise bad_request("JSON-encoded request body must be an object")
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Call:
    """A method called by a bot."""

    bot: Bot
    method: str
    values: dict[str, Any]
    files: dict[str, Upload]

    def has(self, name: str) -> bool:
        """Whether the parameter was given."""
        return name in self.values or name in self.files

    def string(self, name: str, default: str = "") -> str:
        """A text; a number is its digits."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise bad_request(f'parameter "{name}" must be a string')
        return str(value)

    def integer(self, name: str, default: int = _MISSING) -> int:
        """A whole number, also as digits."""
        value = self.values.get(name, default)
        if value is _MISSING or value == "":
            raise bad_request(f'parameter "{name}" is required')
        return whole(value, name)

    def flag(self, name: str) -> bool:
        """A yes or no."""
        value = self.values.get(name, False)
        return value is True or str(value).lower() in ("true", "1", "yes")

    def tree(self, name: str) -> Any:
        """A JSON value, given as such or as its text; None where absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error

    def chat_id(self, name: str = "chat_id") -> str:
        """The id of the chat that is meant."""
        found = self.string(name)
        if not found:
            raise bad_request("chat_id is empty")
        return found

    def message_id(self) -> int:
        """The id of the message that is meant."""
        if not self.has("message_id"):
            raise bad_request("message identifier is not specified")
        return self.integer("message_id")

    def text(self) -> Formatted:
        """The formatted `text`, within the limit after parsing."""
        found = formatted(self.string("text"), self.parse_mode(), self.tree("entities"))
        if not found[0]:
            raise bad_request("message text is empty")
        if units(found[0]) > TEXT_LIMIT:
            raise bad_request("message is too long")
        return found

    def caption(self) -> Formatted:
        """The formatted `caption`; may be empty."""
        return caption(self.string("caption"), self.parse_mode(), self.tree("caption_entities"))

    def parse_mode(self) -> str | None:
        """How the text is written."""
        return self.string("parse_mode") or None

    def markup(self) -> dict[str, Any] | None:
        """The checked reply markup; None where there is none."""
        return checked_markup(self.tree("reply_markup"))


def whole(value: Any, name: str) -> int:
    """A whole number, also as digits."""
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,19}", str(value)):
        raise bad_request(f'parameter "{name}" must be an integer')
    return int(value)


def caption(text: str, parse_mode: str | None, entities: Any) -> Formatted:
    """A formatted caption within the limit."""
    found = formatted(text, parse_mode, entities)
    if units(found[0]) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return found


def checked_markup(markup: Any) -> dict[str, Any] | None:
    """An inline keyboard as Telegram keeps it; refuses what Telegram refuses."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"])
        return {"inline_keyboard": rows} if rows else None
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return None
    raise bad_request("the sandbox knows inline keyboards only")


def _rows(rows: Any) -> list[list[dict[str, Any]]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'can\'t parse inline keyboard: Field "inline_keyboard" must be an Array of Arrays'
        )
    checked = [[_button(each) for each in row] for row in rows if row]
    if any(len(row) > ROW_LIMIT for row in checked):
        raise bad_request(f"more than {ROW_LIMIT} buttons in a row")
    if sum(len(row) for row in checked) > BUTTONS_LIMIT:
        raise bad_request("reply markup is too long")
    return checked


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request(
            "can't parse inline keyboard button: Can't find field \"text\""
            if not text
            else "inline keyboard button text must be non-empty"
        )
    unknown = set(button) - {"text", "callback_data", "url", "copy_text", "style"}
    if unknown:
        raise bad_request(f'unknown field "{min(unknown)}" of an inline keyboard button')
    kinds = [name for name in ("callback_data", "url", "copy_text") if name in button]
    if len(kinds) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    _check_button_target(button)
    return dict(button)


def _check_button_target(button: dict[str, Any]) -> None:
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= DATA_LIMIT:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        url = button["url"]
        if not isinstance(url, str) or not url.lower().startswith(("http://", "https://", "tg://")):
            raise bad_request(
                f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol"
            )
    else:
        copied = button["copy_text"]
        words = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(words, str) or not 1 <= len(words) <= COPY_LIMIT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")

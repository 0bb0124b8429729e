"""A screen in a person's language as what is sent: HTML, keyboards, files, part by part.

A part goes to JSON and back unchanged: the outbox keeps parts from when the first of them is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Literal, TypeAlias

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.domain.screens import Attachment, Button, Screen
from bot.texts import Texts, direction
from bot.wire.split import CAPTION_LIMIT, TEXT_LIMIT, split, visible_units

DATA_LIMIT = 64  # bytes
BUTTONS_LIMIT = 100
ROW_LIMIT = 8
COPY_LIMIT = 256

KeyKind: TypeAlias = Literal["data", "url", "copy"]


class Unrenderable(Exception):
    """The screen cannot be shown in Telegram; the words name the rule that it breaks."""


@dataclass(frozen=True)
class Key:
    """A key of a keyboard: its label, and what it sends, opens or copies."""

    label: str
    kind: KeyKind
    value: str


@dataclass(frozen=True)
class Rendered:
    """One call: a text, or a file with a caption."""

    html: str
    keyboard: tuple[tuple[Key, ...], ...] = ()
    attachment: Attachment | None = None

    def markup(self) -> InlineKeyboardMarkup | None:
        """The keyboard as Telegram takes it."""
        if not self.keyboard:
            return None
        return InlineKeyboardMarkup([[_telegram_key(key) for key in row] for row in self.keyboard])

    def to_json(self) -> dict[str, Any]:
        """The part as plain JSON values."""
        file = self.attachment
        return {
            "html": self.html,
            "keyboard": [
                [[key.label, key.kind, key.value] for key in row] for row in self.keyboard
            ],
            "attachment": None if file is None else file.to_json(),
        }

    @classmethod
    def from_json(cls, packed: Mapping[str, Any]) -> Rendered:
        """The part that `to_json` packed."""
        file = packed["attachment"]
        return cls(
            packed["html"],
            tuple(tuple(Key(*key) for key in row) for row in packed["keyboard"]),
            None if file is None else Attachment(*file),
        )


def render(
    screen: Screen, language: str, texts: Texts, *, timezone: tzinfo = UTC
) -> list[Rendered]:
    """The screen for a reader of `language` whose clock shows `timezone`; raises Unrenderable.

    A single file carries the text as its caption where it fits. Otherwise files go first and the
    text last, so that its buttons stand at the bottom of the chat.
    """
    html = "\n".join(
        "" if line is None else texts.render(line, language, timezone=timezone)
        for line in screen.lines
    ).strip()
    rows = keyboard(screen, language, texts, timezone=timezone)
    files = screen.attachments
    if len(files) == 1 and visible_units(html) <= CAPTION_LIMIT:
        return [Rendered(html, rows, files[0])]
    words = split(html, TEXT_LIMIT)
    if not words and (rows or not files):
        raise Unrenderable("a screen without words")
    parts = [Rendered("", attachment=each) for each in files]
    parts += [Rendered(each) for each in words[:-1]]
    return [*parts, Rendered(words[-1], rows)] if words else parts


def keyboard(
    screen: Screen, language: str, texts: Texts, *, timezone: tzinfo = UTC
) -> tuple[tuple[Key, ...], ...]:
    """The screen's keys, at most eight in a row, in the reading order of the language."""
    rows: list[tuple[Key, ...]] = []
    for row in screen.rows:
        keys = [
            _key(each, _begun(texts.render(each.label, language, mode="plain", timezone=timezone)))
            for each in row
        ]
        rows += [tuple(keys[at : at + ROW_LIMIT]) for at in range(0, len(keys), ROW_LIMIT)]
    if sum(map(len, rows)) > BUTTONS_LIMIT:
        raise Unrenderable("more than 100 buttons")
    if direction(language) == "rtl":  # Telegram does not mirror rows
        rows = [row[::-1] for row in rows]
    return tuple(rows)


def _begun(label: str) -> str:
    """A label with a capital letter, which a name in front (it stands in its isolate) keeps off."""
    return label[:1].upper() + label[1:]


def callback_data(act: str) -> str:
    """What a button sends: `c:…` of a conversation as it is, every other act as `o:act`."""
    data = act if act.startswith(("c:", "g:")) else f"o:{act}"
    if len(data.encode()) > DATA_LIMIT:
        raise Unrenderable("more than 64 bytes behind a button")
    return data


def _key(button: Button, label: str) -> Key:
    label = " ".join(label.split())
    if not label:
        raise Unrenderable("a button without a label")
    match button:
        case Button(act=str(act), url=None, copy=None):
            return Key(label, "data", callback_data(act))
        case Button(act=None, url=str(url), copy=None):
            return Key(label, "url", url)
        case Button(act=None, url=None, copy=str(copy)) if 1 <= len(copy) <= COPY_LIMIT:
            return Key(label, "copy", copy)
        case _:
            raise Unrenderable("a button needs an act, a link or up to 256 characters to copy")


def _telegram_key(key: Key) -> InlineKeyboardButton:
    match key.kind:
        case "data":
            return InlineKeyboardButton(key.label, callback_data=key.value)
        case "url":
            return InlineKeyboardButton(key.label, url=key.value)
        case "copy":
            return InlineKeyboardButton(key.label, copy_text=CopyTextButton(key.value))

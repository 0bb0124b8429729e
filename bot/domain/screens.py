"""What a person is shown, as plain values: texts by key, their values, buttons and attachments.

A screen names its texts, never their words, and knows nothing of Telegram: the text layer finds
the words in the person's language, `bot.wire` turns them into messages. Every value here goes to
JSON and back unchanged, because outbox rows and conversations keep screens until they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Text:
    """A text of the catalogue with its named values; `count` chooses the plural form."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True)
class Words:
    """Somebody's own words: shown as written, in their own direction.

    `language` is the language they are written in, where it is known; the text layer adds a label
    when it is not the reader's. `limit` shortens to that many characters, with an ellipsis.
    """

    words: str
    language: str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Code:
    """A code that reads left to right everywhere: `140.7`, `A/HRC/25/5`, `SU-2026-0042`."""

    code: str


@dataclass(frozen=True)
class Language:
    """A language by its code, named in the reader's: `French`, `français`."""

    code: str


@dataclass(frozen=True)
class Listing:
    """Several values joined the way the language joins a list."""

    values: tuple[Value, ...]


Value: TypeAlias = str | int | float | date | datetime | Text | Words | Code | Language | Listing


@dataclass(frozen=True)
class Button:
    """A button: its label, and either an act of ours, a link, or a text to copy.

    `act` is `home`, or `card:17` (an act and its subject), or `?3` for option 3 of the conversation
    that shows it.
    """

    label: Text
    act: str | None = None
    url: str | None = None
    copy: str | None = None


Row: TypeAlias = tuple[Button, ...]


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a screen: `stored` names it by SHA-256 in the file store.

    What a participant sent lies there sealed: `enclosure` is its id, by which it is opened to be
    sent.
    """

    stored: str
    name: str
    kind: str = "document"  # document, photo, voice, video, audio
    enclosure: int | None = None

    def to_json(self) -> list[Any]:
        plain = [self.stored, self.name, self.kind]
        return plain if self.enclosure is None else [*plain, self.enclosure]


@dataclass(frozen=True)
class Screen:
    """One message: lines of text, rows of buttons, attachments.

    An empty line is `None`. A screen that `replaces` takes the place of the one a button was tapped
    on; one that does not is a message of its own and stays.
    """

    lines: tuple[Text | None, ...]
    rows: tuple[Row, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    replaces: bool = True


NO_BUTTONS = Screen(())
"""A message that is edited to this loses its buttons and keeps its words."""


def text(key: str, /, *, count: int | None = None, **values: Value) -> Text:
    """A text of the catalogue, its values as keywords."""
    return Text(key, values, count)


def screen(
    *lines: Text | str | None,
    rows: Sequence[Row] = (),
    attachments: tuple[Attachment, ...] = (),
    replaces: bool = True,
) -> Screen:
    """A screen from its lines; a plain string is the key of a text without values."""
    return Screen(
        tuple(Text(line) if isinstance(line, str) else line for line in lines),
        tuple(rows),
        attachments,
        replaces,
    )


def button(
    key: str, act: str | None = None, /, *, url: str | None = None, **values: Value
) -> Button:
    """A button whose label is the text `button.<key>`."""
    return Button(Text(f"button.{key}", values), act=act, url=url)


def message(*lines: Text | str | None, rows: Sequence[Row] = ()) -> Screen:
    """A screen that is a new message and stays: receipts, requests, comments, notices."""
    return screen(*lines, rows=rows, replaces=False)


# -- JSON ------------------------------------------------------------------------------------------


def to_json(screen: Screen) -> dict[str, Any]:
    """The screen as plain JSON values; `from_json` gives back an equal one."""
    return {
        "lines": [None if line is None else _pack(line) for line in screen.lines],
        "rows": [[_pack_button(each) for each in row] for row in screen.rows],
        "attachments": [each.to_json() for each in screen.attachments],
        "replaces": screen.replaces,
    }


def from_json(packed: Mapping[str, Any]) -> Screen:
    """The screen that `to_json` packed."""
    return Screen(
        tuple(None if line is None else text_from_json(line) for line in packed["lines"]),
        tuple(tuple(_unpack_button(each) for each in row) for row in packed["rows"]),
        tuple(Attachment(*each) for each in packed["attachments"]),
        packed["replaces"],
    )


def text_to_json(text: Text) -> dict[str, Any]:
    """A text as plain JSON values."""
    packed = _pack(text)
    assert isinstance(packed, dict)
    return packed


def text_from_json(packed: Mapping[str, Any]) -> Text:
    """The text that `text_to_json` packed."""
    unpacked = _unpack(packed)
    assert isinstance(unpacked, Text)
    return unpacked


def _pack(value: Value) -> Any:
    match value:
        case Text(key, values, count):
            packed: dict[str, Any] = {"text": key}
            if values:
                packed["values"] = {name: _pack(each) for name, each in values.items()}
            if count is not None:
                packed["count"] = count
            return packed
        case Words(words, language, limit):
            return {"words": words, "language": language, "limit": limit}
        case Code(code):
            return {"code": code}
        case Language(code):
            return {"language_code": code}
        case Listing(values):
            return {"list": [_pack(each) for each in values]}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def _unpack(packed: Any) -> Value:
    match packed:
        case {"text": key}:
            values = {name: _unpack(each) for name, each in packed.get("values", {}).items()}
            return Text(key, values, packed.get("count"))
        case {"words": words}:
            return Words(words, packed["language"], packed["limit"])
        case {"code": code}:
            return Code(code)
        case {"language_code": str(code)}:
            return Language(code)
        case {"list": values}:
            return Listing(tuple(_unpack(each) for each in values))
        case {"moment": moment}:
            return datetime.fromisoformat(moment)
        case {"day": day}:
            return date.fromisoformat(day)
        case str() | int() | float():
            return packed
        case _:
            raise ValueError(f"not a packed value: {type(packed).__name__}")


def _pack_button(button: Button) -> dict[str, Any]:
    packed: dict[str, Any] = {"label": _pack(button.label)}
    for name in ("act", "url", "copy"):
        if (value := getattr(button, name)) is not None:
            packed[name] = value
    return packed


def _unpack_button(packed: Mapping[str, Any]) -> Button:
    return Button(
        text_from_json(packed["label"]), packed.get("act"), packed.get("url"), packed.get("copy")
    )

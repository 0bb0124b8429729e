"""Long texts as several messages: cut between paragraphs, lines or words, tags closed and reopened.

Telegram counts what is seen, in UTF-16 units, after tags and entities are read (TELEGRAM.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_TOKEN = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)[^<>]*>|&(?:#?\w{1,10});|[\s\S]")
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class _Token:
    source: str
    units: int
    opens: str | None = None  # the name of the tag
    closes: bool = False


def visible_units(html: str) -> int:
    """How long Telegram takes the text to be."""
    return sum(token.units for token in _tokens(html))


def split(html: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The text in parts of at most `limit` visible units; none of them blank.

    White space where it is cut goes. A word longer than half a part is cut where the part ends, yet
    not inside what a reader takes for one character.
    """
    tokens = _tokens(html)
    parts: list[str] = []
    opened: list[_Token] = []
    start = 0
    while start < len(tokens):
        end, following = _cut(tokens, start, limit)
        body = tokens[start:end]
        before = list(opened)
        _follow(opened, tokens[start:following])
        inside = list(before)
        _follow(inside, body)
        if any(_shows(token) for token in body):
            closing = "".join(f"</{token.opens}>" for token in reversed(inside))
            parts.append(_joined(before) + _joined(body) + closing)
        start = following
    return parts


def _tokens(html: str) -> list[_Token]:
    return [_token(match) for match in _TOKEN.finditer(html)]


def _token(match: re.Match[str]) -> _Token:
    source = match.group()
    if match["name"] is None:
        return _Token(source, 1 if len(source) > 1 else _units(source))
    if match["close"]:
        return _Token(source, 0, closes=True)
    return _Token(source, 0, opens=match["name"])


def _shows(token: _Token) -> bool:
    """Whether there is anything to see: no tag, no space, no mark of direction."""
    if token.units == 0 or token.source.isspace():
        return False
    return len(token.source) > 1 or unicodedata.category(token.source) != "Cf"


def _units(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def _cut(tokens: list[_Token], start: int, limit: int) -> tuple[int, int]:
    """Where the part that begins at `start` ends, and where the next one begins."""
    borders: dict[str, tuple[int, int]] = {}
    units = 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        if units + token.units > limit:
            break
        if units >= limit // 2 and token.source.isspace():
            borders[_kind_of_border(tokens, at)] = (at, at + 1)
        units += token.units
    else:
        return len(tokens), len(tokens)
    if tokens[at].source.isspace():  # the part ends just before a border
        borders[_kind_of_border(tokens, at)] = (at, at + 1)
    for kind in ("paragraph", "line", "word"):
        if kind in borders:
            return _without_space(tokens, start, *borders[kind])
    end = _between_characters(tokens, start, at)
    return end, end


def _kind_of_border(tokens: list[_Token], at: int) -> str:
    if tokens[at].source != "\n":
        return "word"
    neighbours = (tokens[each].source for each in (at - 1, at + 1) if 0 <= each < len(tokens))
    return "paragraph" if "\n" in neighbours else "line"


def _without_space(tokens: list[_Token], start: int, end: int, following: int) -> tuple[int, int]:
    """The same cut with the white space on both sides of it left out."""
    while end > start and tokens[end - 1].source.isspace():
        end -= 1
    while following < len(tokens) and tokens[following].source.isspace():
        following += 1
    return end, following


def _between_characters(tokens: list[_Token], start: int, at: int) -> int:
    """The last place up to `at` that is not inside one character; `at` if none is near."""
    for place in range(at, max(start, at - 32), -1):
        if not _continues(tokens[place].source, tokens[place - 1].source):
            return place
    return at


def _continues(here: str, before: str) -> bool:
    if len(here) > 1 or len(before) > 1:  # tags and entities stand alone
        return False
    return (
        before == "\u200d"
        or here in _JOINERS
        or unicodedata.category(here) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= here <= "\U0001f3ff"
        or "\U000e0020" <= here <= "\U000e007f"
        or ("\U0001f1e6" <= here <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff")
    )


def _follow(opened: list[_Token], tokens: list[_Token]) -> None:
    """Bring the open tags up to date with what these tokens open and close."""
    for token in tokens:
        if token.opens is not None:
            opened.append(token)
        elif token.closes and opened:
            opened.pop()


def _joined(tokens: list[_Token]) -> str:
    return "".join(token.source for token in tokens)

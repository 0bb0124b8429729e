"""Formatted text: Telegram's HTML to text with entities (UTF-16 units), and back to HTML."""

from __future__ import annotations

import html
import re
from typing import Any

from bot.sandbox.refusals import Refusal, bad_request

Entity = dict[str, Any]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_SHOWN = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="spoiler">', "</span>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote>", "</blockquote>"),
    "bot_command": ('<span class="command">', "</span>"),
    "hashtag": ('<span class="hashtag">', "</span>"),
}
_SPACE = b" \t\r\n\f\v"
_CHARACTER = re.compile(rb"&(?:(lt|gt|amp|quot)|#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7})));?")
_NAMED = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"'}
_LINK = re.compile(r"(?:https?|tg|mailto|tel):", re.IGNORECASE)
_NO_LINK = r"\s<>\"«»\u2000-\u200b\u200e\u200f\u2016-\u206f"  # quotes and isolates end a link
_FOUND = re.compile(
    rf"(?P<url>\bhttps?://[^{_NO_LINK}]+[^{_NO_LINK}.,;:!?')\]])"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w/@])(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w@])(?P<mention>@[A-Za-z0-9_]{4,32})(?!\w)"
    r"|(?<![\w#])(?P<hashtag>#[^\W\d]\w{0,100})"
)
# What Telegram strips from every text: older embedding marks, line and paragraph separators.
_STRIPPED = re.compile("[\u2028-\u202e\r]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


def units(text: str) -> int:
    """The length in UTF-16 units, in which Telegram counts offsets."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def formatted(text: str, parse_mode: str | None, entities: Any) -> tuple[str, list[Entity]]:
    """The text as Telegram keeps it: parsed, cleaned, trimmed, with links and commands found."""
    if parse_mode:
        if parse_mode.upper() != "HTML":
            raise bad_request("unsupported parse_mode")
        found = parse_html(text)
    elif entities is not None:
        found = text, _given(entities, text)
    else:
        found = text, []
    return _detected(*_trimmed(*found))


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities; refuses what Telegram refuses, with the offset in bytes of UTF-8."""
    return _Parser(source.encode("utf-8", "surrogatepass")).parse()


class _Parser:
    """One pass over the bytes; every complaint names the byte where its tag begins."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[tuple[str, int, Entity | None]] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            if self._next() == b"<":
                begin = self.at
                self.at += 1
                if self._next() == b"/":
                    self._end_tag(begin)
                else:
                    self._start_tag(begin)
            else:
                self._words()
        if self.open:
            raise _unparsed(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        order = sorted(self.entities, key=lambda each: (each["offset"], -each["length"]))
        return "".join(self.out), order

    def _next(self) -> bytes:
        return self.source[self.at : self.at + 1]

    def _words(self) -> None:
        end = self.source.find(b"<", self.at)
        end = len(self.source) if end < 0 else end
        words = _unescaped(self.source[self.at : end]).decode("utf-8", "replace")
        self.at = end
        self.out.append(words)
        self.length += units(words)

    def _until(self, stops: bytes) -> bytes:
        begin = self.at
        while self.at < len(self.source) and self._next() not in _singles(stops):
            self.at += 1
        return self.source[begin : self.at]

    def _skip_space(self) -> None:
        while self.at < len(self.source) and self._next() in _singles(_SPACE):
            self.at += 1

    def _start_tag(self, begin: int) -> None:
        name = self._until(_SPACE + b">").decode("utf-8", "replace").lower()
        if self.at >= len(self.source):
            raise _unparsed(f"Unclosed start tag at byte offset {begin}")
        if name not in _TAGS:
            raise _unparsed(f'Unsupported start tag "{name}" at byte offset {begin}')
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsed(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append((name, self.length, _entity(name, attributes)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._skip_space()
            if self._next() == b">":
                self.at += 1
                return found
            name = self._until(_SPACE + b"=>").decode("utf-8", "replace").lower()
            if not name:
                words = f'Empty attribute name in the tag "{tag}"'
                if self.at >= len(self.source):
                    words = f'Unclosed start tag "{tag}"'
                raise _unparsed(f"{words} at byte offset {begin}")
            self._skip_space()
            if self._next() != b"=":
                if self.at >= len(self.source):
                    raise _unparsed(f'Unclosed start tag "{tag}" at byte offset {begin}')
                found[name] = ""
                continue
            self.at += 1
            self._skip_space()
            if self.at >= len(self.source):
                raise _unparsed(f'Unclosed start tag "{tag}" at byte offset {begin}')
            found[name] = self._attribute_value(begin)

    def _attribute_value(self, begin: int) -> str:
        quote = self._next()
        if quote in (b'"', b"'"):
            self.at += 1
            value = self._until(quote)
            if self.at >= len(self.source):
                raise _unparsed(f"Unclosed start tag at byte offset {begin}")
            self.at += 1
            return _unescaped(value).decode("utf-8", "replace")
        start = self.at
        while re.match(rb"[A-Za-z0-9.-]", self._next()):
            self.at += 1
        if self._next() not in _singles(_SPACE + b">"):
            raise _unparsed(f"Unexpected end of name token at byte offset {start}")
        return self.source[start : self.at].decode().lower()

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise _unparsed(f"Unexpected end tag at byte offset {begin}")
        self.at += 1
        found = self._until(_SPACE + b">").decode("utf-8", "replace").lower()
        self._skip_space()
        if self._next() != b">":
            raise _unparsed(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        name, offset, entity = self.open.pop()
        if found and found != name:
            raise _unparsed(
                f'Unmatched end tag at byte offset {begin}, expected "</{name}>", '
                f'found "</{found}>"'
            )
        if self.length > offset and entity is not None:
            self.entities.append({**entity, "offset": offset, "length": self.length - offset})


def _singles(several: bytes) -> tuple[bytes, ...]:
    return tuple(bytes([each]) for each in several)


def _unparsed(words: str) -> Refusal:
    return bad_request(f"can't parse entities: {words}")


def _unescaped(raw: bytes) -> bytes:
    def character(match: re.Match[bytes]) -> bytes:
        named, hexadecimal, decimal = match.groups()
        if named:
            return _NAMED[named]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            return match.group()
        return chr(code).encode()

    return _CHARACTER.sub(character, raw)


def _entity(tag: str, attributes: dict[str, str]) -> Entity | None:
    kind = _TAGS[tag]
    if kind == "text_link":
        url = attributes.get("href", "")
        return {"type": kind, "url": url} if _LINK.match(url) else None
    if kind == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if kind == "code" and attributes.get("class", "").startswith("language-"):
        return {"type": "code", "language": attributes["class"].removeprefix("language-")}
    return {"type": kind}


def _given(entities: Any, text: str) -> list[Entity]:
    if not isinstance(entities, list) or not all(isinstance(each, dict) for each in entities):
        raise bad_request("can't parse entities: Expected an Array of MessageEntity")
    for each in entities:
        if not isinstance(each.get("offset"), int) or not isinstance(each.get("length"), int):
            raise bad_request('can\'t parse entities: Can\'t find field "offset" or "length"')
        if each["offset"] < 0 or each["offset"] + each["length"] > units(text):
            raise bad_request("entity begins or ends in the middle of a UTF-16 symbol")
    return sorted(entities, key=lambda each: (each["offset"], -each["length"]))


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Cleaned and stripped as Telegram does, the entities moved along."""
    kept: list[str] = []
    moved: list[int] = []  # for every UTF-16 unit of the old text, its place in the new one
    length = 0
    for character in text:
        moved.extend([length] * units(character))
        if not _STRIPPED.match(character):
            kept.append(_CONTROL.sub(" ", character))
            length += units(character)
    moved.append(length)
    cleaned = "".join(kept)
    trimmed = cleaned.strip()
    begin = units(cleaned) - units(cleaned.lstrip())
    last = units(trimmed)
    shifted = []
    for each in entities:
        start = min(max(moved[each["offset"]] - begin, 0), last)
        end = min(max(moved[each["offset"] + each["length"]] - begin, 0), last)
        if end > start:
            shifted.append({**each, "offset": start, "length": end - start})
    return trimmed, shifted


def _detected(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """The entities that Telegram finds by itself, outside code and links, added."""
    taken = [
        (each["offset"], each["offset"] + each["length"])
        for each in entities
        if each["type"] in ("code", "pre", "text_link", "text_mention")
    ]
    crossing = [(each["offset"], each["offset"] + each["length"]) for each in entities]
    found = []
    for match in _FOUND.finditer(text):
        begin = units(text[: match.start()])
        end = begin + units(match.group())
        inside = any(begin < stop and start < end for start, stop in taken)
        crosses = any(begin < stop < end or begin < start < end for start, stop in crossing)
        if not inside and not crosses and match.lastgroup:
            found.append({"type": match.lastgroup, "offset": begin, "length": end - begin})
    return text, sorted(entities + found, key=lambda each: (each["offset"], -each["length"]))


def to_html(text: str, entities: list[Entity]) -> str:
    """Safe HTML of a text with well-nested entities, for the page; line breaks stay line breaks."""
    raw = text.encode("utf-16-le", "surrogatepass")
    opening: dict[int, list[Entity]] = {}
    for each in entities:
        opening.setdefault(each["offset"], []).append(each)
    out: list[str] = []
    stack: list[tuple[int, str]] = []
    marks = sorted(
        {0, len(raw) // 2}
        | {each["offset"] for each in entities}
        | {each["offset"] + each["length"] for each in entities}
    )
    for place, following in zip(marks, [*marks[1:], marks[-1]], strict=True):
        while stack and stack[-1][0] <= place:
            out.append(stack.pop()[1])
        for each in opening.get(place, []):
            words = raw[2 * place : 2 * (place + each["length"])].decode("utf-16-le", "replace")
            start, end = _tags(each, words)
            out.append(start)
            stack.append((place + each["length"], end))
        out.append(html.escape(raw[2 * place : 2 * following].decode("utf-16-le", "replace")))
    out.extend(end for _, end in reversed(stack))
    return "".join(out)


def _tags(entity: Entity, words: str) -> tuple[str, str]:
    kind = entity["type"]
    target = {"text_link": entity.get("url", ""), "url": words, "email": f"mailto:{words}"}.get(
        kind
    )
    if target is not None and _LINK.match(target):
        link = f'<a href="{html.escape(target)}" rel="noreferrer noopener" target="_blank">'
        return link, "</a>"
    return _SHOWN.get(kind, ("", ""))

"""What is dangerous in a PDF: scripts, programs to launch, files inside, a password.

No PDF is interpreted. Every action has to be named, and a name can hide in two ways: its letters
written as `#4a`, or inside a compressed stream. So each name is looked for in both spellings, in
the file as it is and in every stream unpacked, even where no reader would look.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from bot.exchange.refusals import (
    Damaged,
    EmbeddedObject,
    Encrypted,
    FileRefused,
    Scripted,
    UnpacksTooBig,
)

MAX_UNPACKED = 200 * 1024 * 1024
MAX_STREAMS = 100_000

_PIECE = 64 * 1024
_OF_A_PICTURE = 64 * 1024  # enough to see that it is one; its points are nobody's names
_OVERLAP = 128  # no name of ours is longer, in either spelling


def _spelt(*names: bytes) -> bytes:
    """A pattern for any of the names, each letter plain or as `#xx` (ISO 32000-1 §7.3.5)."""
    return b"|".join(b"".join(_letter(letter) for letter in name) for name in names)


def _letter(letter: int) -> bytes:
    high, low = divmod(letter, 16)
    return f"(?:{chr(letter)}|#{high}[{low:x}{low:X}])".encode()


_REFUSED: tuple[type[FileRefused], ...] = (Encrypted, Scripted, Scripted, EmbeddedObject)
_FORBIDDEN = re.compile(
    b"/(?:(?:(%b)|(%b)|(%b)|(%b))(?![A-Za-z0-9]))"
    % (
        _spelt(b"Encrypt"),
        _spelt(b"JavaScript", b"Launch"),
        # three letters turn up by chance in the bytes of a picture: its value must follow
        b"(?:%b)(?=\\s{0,8}(?:\\[|\\d+ ))" % _spelt(b"XFA"),
        _spelt(b"EmbeddedFiles", b"EmbeddedFile", b"GoToE", b"RichMedia"),
    )
)
_OBJECTS = re.compile(b"/(?:%b)" % _spelt(b"ObjStm"))
_PREDICTOR = re.compile(b"/(?:%b)" % _spelt(b"Predictor"))
_PICTURE = re.compile(rb"/Subtype\s{0,8}/Image\b")
_STREAM = re.compile(rb"(endstream)|stream\r?\n")


def examine_pdf(data: bytes) -> None:
    """Refuse a PDF that is cut, locked, or does more than show pages (ISO 32000-1 §12.6)."""
    if b"%%EOF" not in data[-8192:]:
        raise Damaged
    _search(data)
    left = MAX_UNPACKED
    for dictionary, body in _streams(data):
        left -= _search_stream(dictionary, body, left)


def _search(text: bytes) -> None:
    if found := _FORBIDDEN.search(text):
        assert found.lastindex is not None
        raise _REFUSED[found.lastindex - 1]


def _streams(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Each stream: what stands before it (its dictionary), and its bytes as they are stored."""
    view = memoryview(data)
    begun: re.Match[bytes] | None = None
    for count, mark in enumerate(_STREAM.finditer(data)):
        if count > 2 * MAX_STREAMS:
            raise UnpacksTooBig
        if begun is not None:
            yield _before(data, begun), view[begun.end() : mark.start()]
        begun = mark if mark[1] is None else None
    if begun is not None:
        yield _before(data, begun), view[begun.end() :]


def _before(data: bytes, begun: re.Match[bytes]) -> bytes:
    text = data[max(0, begun.start() - 2048) : begun.start()]
    return text[text.rfind(b" obj") + 1 :]


def _search_stream(dictionary: bytes, body: memoryview, left: int) -> int:
    """Look for names in an unpacked stream; gives how many bytes it unpacked to."""
    holds_objects = _OBJECTS.search(dictionary) is not None
    if holds_objects and _PREDICTOR.search(dictionary):
        raise Damaged  # nobody filters objects like the points of a picture, except to hide them
    enough = left if holds_objects or not _PICTURE.search(dictionary) else _OF_A_PICTURE
    size, tail = 0, b""
    try:
        for text in _unpacked(body):
            size += len(text)
            if size > left:
                raise UnpacksTooBig
            _search(tail + text)
            tail = (tail + text)[-_OVERLAP:]
            if size > enough:
                break
    except zlib.error:
        if holds_objects and not size:
            raise Damaged from None  # packed in a way that we cannot look into
    return size


def _unpacked(body: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for start in range(0, len(body), _PIECE):
        packed: bytes | memoryview = body[start : start + _PIECE]
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, 1024 * 1024)
            packed = unpacker.unconsumed_tail

"""What kind of file some bytes are, by their content alone, and what is dangerous in them.

It reads what strangers sent, so it runs in a process with limits: see `bot.exchange.inspect`.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.exchange.packages import examine_package
from bot.exchange.pdf import examine_pdf
from bot.exchange.refusals import (
    Damaged,
    Empty,
    Encrypted,
    NotAccepted,
    NotWhatItSays,
    OldFormat,
    TooLarge,
    UnknownType,
    UnpacksTooBig,
)

MEGABYTE = 1024 * 1024
MAX_SIZE = 20 * MEGABYTE  # what a bot can fetch from Telegram
MAX_PIXELS = 100_000_000


class Family(StrEnum):
    """What a person would call it."""

    DOCUMENT = "document"
    PICTURE = "picture"
    SOUND = "sound"
    VIDEO = "video"


@dataclass(frozen=True)
class FileKind:
    """A type of file that is taken: its usual extension (no dot), media type and family."""

    extension: str
    media_type: str
    family: Family


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS = {
    kind.extension: kind
    for kind in (
        FileKind("pdf", "application/pdf", Family.DOCUMENT),
        FileKind("docx", f"{_OFFICE}.wordprocessingml.document", Family.DOCUMENT),
        FileKind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", Family.DOCUMENT),
        FileKind("pptx", f"{_OFFICE}.presentationml.presentation", Family.DOCUMENT),
        FileKind("odt", f"{_OPEN}.text", Family.DOCUMENT),
        FileKind("ods", f"{_OPEN}.spreadsheet", Family.DOCUMENT),
        FileKind("txt", "text/plain", Family.DOCUMENT),
        FileKind("csv", "text/csv", Family.DOCUMENT),
        FileKind("tsv", "text/tab-separated-values", Family.DOCUMENT),
        FileKind("json", "application/json", Family.DOCUMENT),
        FileKind("ics", "text/calendar", Family.DOCUMENT),
        FileKind("jpg", "image/jpeg", Family.PICTURE),
        FileKind("png", "image/png", Family.PICTURE),
        FileKind("webp", "image/webp", Family.PICTURE),
        FileKind("heic", "image/heic", Family.PICTURE),
        FileKind("ogg", "audio/ogg", Family.SOUND),
        FileKind("mp3", "audio/mpeg", Family.SOUND),
        FileKind("m4a", "audio/mp4", Family.SOUND),
        FileKind("wav", "audio/wav", Family.SOUND),
        FileKind("mp4", "video/mp4", Family.VIDEO),
        FileKind("webm", "video/webm", Family.VIDEO),
        FileKind("mov", "video/quicktime", Family.VIDEO),
    )
}

_TEXTS = {"": "txt", "txt": "txt", "text": "txt", "md": "txt", "log": "txt"} | {
    extension: extension for extension in ("csv", "tsv", "json", "ics")
}
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rt", "rtf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"ID3", "mp3"),
)
# Streams of an OLE file, as its directory spells them, and the program that writes them.
_OLE_STREAMS = {
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MP4_BRANDS = {b"isom", b"mp41", b"mp42", b"avc1", b"dash", b"MSNV", b"M4V "}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1a"))


def examine(path: Path, name: str, *, limit: int = MAX_SIZE) -> FileKind:
    """The kind of the file at `path` that came under `name`; refuses with a FileRefused."""
    if path.stat().st_size > limit:  # before it is read
        raise TooLarge(limit=limit // MEGABYTE)
    return examine_bytes(path.read_bytes(), name, limit=limit)


def examine_bytes(data: bytes, name: str, *, limit: int = MAX_SIZE) -> FileKind:
    """The kind of these bytes that came under `name`; refuses with a FileRefused."""
    if not data:
        raise Empty
    if len(data) > limit:
        raise TooLarge(limit=limit // MEGABYTE)
    claimed = extension_of(name)
    match found := _signature(data):
        case "zip":
            found = _packed(data, claimed)
        case "pdf":
            examine_pdf(data)
        case "jpg" | "png" | "webp":
            _examine_picture(data)
        case "ole":
            raise old_office(data)
        case "rtf":
            raise OldFormat(extension="rtf")
        case "mp4" if claimed == "m4a":  # some phones record sound under the brand of films
            found = "m4a"
        case None:
            found = _text(data, claimed)
    return KINDS[found]


def extension_of(name: str) -> str:
    """What stands behind the last dot of a name, in small letters; empty if no extension does."""
    stem, dot, extension = name.strip().rpartition(".")
    usual = extension.isascii() and extension.isalnum() and len(extension) <= 5
    return extension.lower() if stem and dot and usual else ""


def _signature(data: bytes) -> str | None:
    for start, found in _SIGNATURES:
        if data.startswith(start):
            return found
    return _in_container(data) or (
        "mp3" if _is_mp3_frame(data) else "pdf" if b"%PDF-" in data[:1024] else None
    )


def _in_container(data: bytes) -> str | None:
    """The kind inside one of the wrappers that pictures, sound and video share."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(data[8:12])
    if data[:4] == b"OggS":
        return "ogg" if b"OpusHead" in data[:128] or b"\x01vorbis" in data[:128] else None
    if data[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"\x42\x82\x84webm" in data[:128] else None
    if data[4:8] == b"ftyp":
        return _by_brand(data[8:12])
    return None


def _by_brand(brand: bytes) -> str | None:
    if brand in _HEIC_BRANDS:
        return "heic"
    if brand in {b"M4A ", b"M4B "}:
        return "m4a"
    if brand == b"qt  ":
        return "mov"
    return "mp4" if brand in _MP4_BRANDS or brand.startswith(b"iso") else None


def _is_mp3_frame(data: bytes) -> bool:
    """Whether it begins with the header of an MPEG layer III frame (ISO/IEC 11172-3 §2.4.1.3)."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return False
    return data[1] >> 3 & 3 != 1 and 0 < data[2] >> 4 < 15 and data[2] >> 2 & 3 != 3


def _packed(data: bytes, claimed: str) -> str:
    found = examine_package(data)
    if found in KINDS:
        return found
    raise NotWhatItSays(extension=claimed) if claimed in KINDS else NotAccepted(found=found)


def old_office(data: bytes) -> Exception:
    """What an OLE file is refused for: a locked new document, one of before 2007, or neither."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Encrypted()
    for stream, extension in _OLE_STREAMS.items():
        if stream.encode("utf-16-le") in data:
            return OldFormat(extension=extension)
    return UnknownType()


def _examine_picture(data: bytes) -> None:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - most files are no pictures

    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture,
        ):
            if picture.width * picture.height > MAX_PIXELS:
                raise UnpacksTooBig
            picture.verify()
    except (Image.DecompressionBombError, MemoryError):
        raise UnpacksTooBig from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Damaged from None


def _text(data: bytes, claimed: str) -> str:
    if not _is_text(data):
        raise _unaccepted(data, claimed)
    if claimed in _TEXTS:
        return _TEXTS[claimed]
    raise NotWhatItSays(extension=claimed) if claimed in KINDS else NotAccepted(found=claimed)


def _is_text(data: bytes) -> bool:
    """Whether it is text in UTF-8, UTF-16 or a code page: no control characters but line ends."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            return False
    return len(data.translate(None, _CONTROLS)) == len(data)


def _unaccepted(data: bytes, claimed: str) -> Exception:
    if claimed in KINDS:
        return NotWhatItSays(extension=claimed)
    import puremagic  # noqa: PLC0415 - only to name what is refused

    try:
        found = puremagic.magic_string(data[:8192])
    except (puremagic.PureError, ValueError):
        return UnknownType()
    names = [each.extension.lstrip(".") for each in found if each.extension]
    return NotAccepted(found=names[0]) if names else UnknownType()

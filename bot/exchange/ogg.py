"""Voice messages without tags: Ogg (RFC 3533) with Opus (RFC 7845), page by page."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.exchange.refusals import Damaged, NotAccepted

_HEADER = struct.Struct("<4sBBqIIIB")
_TAGS = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)  # no vendor, no comments
_POLYNOMIAL = 0x04C11DB7


@dataclass(frozen=True)
class _Page:
    kind: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    body: bytes

    @property
    def ends_packet(self) -> bool:
        return bool(self.lacing) and self.lacing[-1] < 255

    def packed(self) -> bytes:
        head = _HEADER.pack(
            b"OggS",
            0,
            self.kind,
            self.granule,
            self.serial,
            self.number,
            0,
            len(self.lacing),
        )
        page = head + self.lacing + self.body
        return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def without_tags(data: bytes) -> bytes:
    """The voice message with an empty comment header: no program, no title, no name.

    Raises Damaged, NotAccepted where it is no single stream of Opus.
    """
    pages = list(_pages(data))
    if len({each.serial for each in pages}) != 1 or not pages[0].body.startswith(b"OpusHead"):
        raise NotAccepted(found="ogg")
    behind = 1
    while behind < len(pages) and not pages[behind].ends_packet:
        behind += 1
    if behind >= len(pages) or not pages[1].body.startswith(b"OpusTags"):
        raise Damaged
    tags = replace(pages[1], kind=0, granule=0, number=1, lacing=bytes([len(_TAGS)]), body=_TAGS)
    sound = [replace(each, number=at) for at, each in enumerate(pages[behind + 1 :], start=2)]
    return b"".join(each.packed() for each in (replace(pages[0], number=0), tags, *sound))


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        try:
            head = _HEADER.unpack_from(data, at)
        except struct.error:
            raise Damaged from None
        sign, version, kind, granule, serial, number, _sum, count = head
        lacing = data[at + _HEADER.size : at + _HEADER.size + count]
        start = at + _HEADER.size + count
        at = start + sum(lacing)
        if sign != b"OggS" or version != 0 or len(lacing) < count or at > len(data):
            raise Damaged
        yield _Page(kind, granule, serial, number, lacing, data[start:at])


def _checksum(page: bytes) -> int:
    """The page's own check sum (RFC 3533 §6), its field counted as zero."""
    found = 0
    for each in page:
        found = (found << 8) & 0xFFFFFFFF ^ _TABLE[found >> 24 ^ each]
    return found


def _row(value: int) -> int:
    found = value << 24
    for _ in range(8):
        found = found << 1 ^ (_POLYNOMIAL if found & 0x80000000 else 0)
    return found & 0xFFFFFFFF


_TABLE = [_row(value) for value in range(256)]

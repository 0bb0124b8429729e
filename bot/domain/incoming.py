"""What a person did in the chat, as plain values: wrote, sent a file, tapped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrote:
    """Words in a message."""

    words: str
    message_id: int


@dataclass(frozen=True)
class Sent:
    """A file in a message, as Telegram describes it; what it really is, its content will tell."""

    kind: str  # document, photo, voice, audio, video
    file_id: str
    message_id: int
    name: str | None = None
    size: int | None = None  # bytes
    caption: str | None = None
    album: str | None = None  # the same for all files of one album

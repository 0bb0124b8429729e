"""Enclosures: photos, documents and voice messages that participants send with their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST = 5
"""Files that go with one contribution."""
LARGEST = 10 * 1024 * 1024
"""Bytes of one of them."""


class EnclosureKind(StrEnum):
    """What a person would call it."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"


class EnclosureState(StrEnum):
    """Where an enclosure stands."""

    ASKED = "asked"  # a voice, which its speaker has not yet said twice to be kept
    AWAITED = "awaited"  # Telegram has it, we have not
    KEPT = "kept"
    REFUSED = "refused"


TEXT_KEYS = tuple(
    f"{start}{each}"
    for start in ("enclosure.kind.", "enclosure.count.", "button.enclosure_")
    for each in EnclosureKind
)


@dataclass(frozen=True)
class Origin:
    """Where Telegram has a file: sealed until it was fetched, and then gone."""

    bot_id: int
    file_id: str
    name: str  # claimed: what the phone records has none of its own
    message_id: int  # that it came with

    def to_json(self) -> dict[str, Any]:
        return {
            "bot": self.bot_id,
            "file": self.file_id,
            "name": self.name,
            "message": self.message_id,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Origin:
        return cls(kept["bot"], kept["file"], kept["name"], kept["message"])


@dataclass(frozen=True)
class Enclosure:
    """A file of a participant, under the handle whose keys seal it.

    `stored` names what is kept of it, `shown` what officers see first where that is another file;
    both lie sealed in the store of files. `origin` and `text` are None where there are none, or
    where the keys are gone.
    """

    id: int
    consultation_id: int
    handle: str
    contribution_id: int | None
    kind: EnclosureKind
    state: EnclosureState
    extension: str = ""
    stored: str | None = None
    shown: str | None = None
    origin: Origin | None = None
    text: str | None = None
    attempts: int = 0

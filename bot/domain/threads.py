"""What the secretariat asks about a status update, and the institution's answers: a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """Who speaks in a thread, or is waited for; the values are stable."""

    INSTITUTION = "institution"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True)
class Said:
    """One message of a thread."""

    side: Side
    words: str
    language: str
    said_at: datetime


@dataclass(frozen=True)
class Thread:
    """A thread with what it is about; `open` while its report waits for review.

    `seat_id` is the officer who asked last.
    """

    status_update_id: int
    number: str
    assignment_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    institution_id: int
    names: Mapping[str, str]
    waits_for: Side
    seat_id: int
    said_at: datetime
    open: bool

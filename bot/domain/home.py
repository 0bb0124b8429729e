"""What waits for a person: how much of each kind, and what is most urgent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.screens import Text

SOON = timedelta(days=30)
"""What is due within this time counts as due on the home screen."""


class Waiting(StrEnum):
    """The lists of an institution's assignments, the most urgent first."""

    OVERDUE = "overdue"
    RETURNED = "returned"
    DUE = "due"
    UNCLEARED = "uncleared"  # waiting for the own validator
    SUBMITTED = "submitted"  # waiting for the secretariat
    ALL = "all"


@dataclass(frozen=True)
class Counts:
    """How many assignments stand in each list."""

    overdue: int = 0
    returned: int = 0
    due: int = 0
    uncleared: int = 0
    submitted: int = 0
    all: int = 0

    def of(self, which: Waiting) -> int:
        """How many stand in that list."""
        count: int = getattr(self, which.value)
        return count


@dataclass(frozen=True)
class Entry:
    """One assignment in a list: `waiting` says why it stands where it does."""

    assignment_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    status: str | None
    due_on: date | None  # while a report is owed
    waiting: Waiting


@dataclass(frozen=True)
class Draft:
    """A report that was begun, or another conversation: `flow` is its name.

    One about an item in the institution's hands has its `code`, any other a `title`.
    """

    conversation_id: int
    code: str
    flow: str
    title: Text | None = None

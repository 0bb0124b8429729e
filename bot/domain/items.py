"""Items and assignments as they are read: what is tracked, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Part(StrEnum):
    """An institution's part in an item."""

    LEAD = "lead"
    CONTRIBUTING = "contributing"


class AssignmentState(StrEnum):
    """Where an assignment stands: a draft until it is announced."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    DISOWNED = "disowned"  # "not ours": with the secretariat again
    ENDED = "ended"


class ReportState(StrEnum):
    """Where a status update stands on its way into the record.

    The first two are the institution's own affair: it has not given its word yet.
    """

    UNCLEARED = "uncleared"  # waits for the validator's clearance
    RETURNED_INSIDE = "returned_inside"  # by the validator
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


UNDECIDED = frozenset({ReportState.UNCLEARED, ReportState.SUBMITTED})
"""Nobody has decided on it: its institution may still amend it or take it back."""


@dataclass(frozen=True)
class ItemText:
    """The current words of an item in one language."""

    language: str
    words: str


@dataclass(frozen=True)
class Item:
    """One item with its document; `code` is how people call it: `140.7`."""

    id: int
    code: str
    kind: str
    position: str | None
    restricted: bool
    priority: bool
    document_id: int
    symbol: str
    mechanism: str
    cycle: int | None
    ordinal: int
    cluster_id: int | None
    recommending: tuple[str, ...]


@dataclass(frozen=True)
class Assignment:
    """An item in an institution's hands, with the institution's last word on it."""

    id: int
    item_id: int
    institution_id: int
    part: Part
    state: AssignmentState
    due_on: date | None
    status: str | None
    as_of: date | None
    reported_at: datetime | None
    report_state: ReportState | None
    last_status_update_id: int | None
    unchanged_in_a_row: int
    answered_due_on: date | None = None
    uncleared_id: int | None = None
    uncleared_state: ReportState | None = None
    uncleared_due_on: date | None = None
    clearance_chosen: bool = False

    @property
    def owed(self) -> bool:
        """Whether a report is due: a new due date asks anew, whatever was said before it."""
        return self.due_on is not None and self.answered_due_on != self.due_on

    @property
    def waits_inside(self) -> bool:
        """Whether what was sent last waits for the validator's clearance."""
        return self.uncleared_state is ReportState.UNCLEARED

    @property
    def returned(self) -> bool:
        """Whether the last report came back, and no other was sent since."""
        if self.uncleared_id is not None:
            return self.uncleared_state is ReportState.RETURNED_INSIDE
        return self.report_state is ReportState.RETURNED


@dataclass(frozen=True)
class LastWord:
    """What an institution said last of an item; the default is that it said nothing yet."""

    status: str | None = None
    as_of: date | None = None
    reported_at: datetime | None = None
    report_state: ReportState | None = None
    last_status_update_id: int | None = None
    unchanged_in_a_row: int = 0
    answered_due_on: date | None = None


@dataclass(frozen=True)
class Inside:
    """What an institution has sent last, where that is not its word; the default: nothing such."""

    uncleared_id: int | None = None
    uncleared_state: ReportState | None = None
    uncleared_due_on: date | None = None


def best_text(texts: tuple[ItemText, ...], language: str, default_language: str) -> ItemText | None:
    """The text in the reader's language, else the country's, else English, else any."""
    by_language = {each.language: each for each in texts}
    for wanted in (language, default_language, "en"):
        if wanted in by_language:
            return by_language[wanted]
    return texts[0] if texts else None

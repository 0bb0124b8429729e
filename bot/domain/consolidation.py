"""The State's status of an item, made of its institutions' reports; and where those contradict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.errors import Refused
from bot.domain.items import Part, ReportState
from bot.domain.status import DEFAULT, Status, Vocabulary

_OPEN = {Status.NOT_STARTED, Status.PLANNED}
_DONE = {Status.IMPLEMENTED, Status.CONTINUOUS}
LONGEST_SENTENCE = 2_000
"""Characters in the sentence for the report."""


class NothingApproved(Refused):
    """No institution's report on the item is approved yet: there is nothing to consolidate."""

    key = "error.nothing_approved"
    final = True


class NoFileBehind(Refused):
    """That status is said with a stored file, and no report that it rests on has one; `status`."""

    key = "error.no_file_behind"


class MarkedAlready(Refused):
    """The contradiction of these two reports is marked already."""

    key = "error.contradiction_marked"
    final = True


class Outcome(StrEnum):
    """What ended a contradiction."""

    CONSOLIDATED = "consolidated"
    UNMARKED = "unmarked"


@dataclass(frozen=True)
class Word:
    """A report of one institution on an item, with the note it was approved with."""

    status_update_id: int
    number: str
    assignment_id: int
    institution_id: int
    names: Mapping[str, str]
    part: Part
    state: ReportState
    status: str
    as_of: date
    measures: str
    language: str
    note: str | None = None
    note_language: str | None = None


@dataclass(frozen=True)
class Consolidation:
    """One version of an item's consolidated status, and the status updates that it rests on."""

    id: int
    item_id: int
    version: int
    status: str
    as_of: date
    sentence: str
    language: str
    at: datetime
    sources: tuple[int, ...] = ()

    def stale(self, approved: Sequence[Word]) -> bool:
        """Whether an institution's last approved report, of `approved`, came only after it."""
        return any(each.status_update_id not in self.sources for each in approved)


@dataclass(frozen=True)
class Contradiction:
    """Two reports on one item that cannot both hold, as an officer marked them, and why.

    `one` and `other` are the numbers of the reports, with their institutions' names by language.
    """

    id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    one: str
    one_names: Mapping[str, str]
    one_status: str
    one_state: ReportState
    other: str
    other_names: Mapping[str, str]
    other_status: str
    other_state: ReportState
    words: str
    language: str
    marked_at: datetime


def far_apart(one: str, other: str, vocabulary: Vocabulary = DEFAULT) -> bool:
    """Whether one of these statuses says that nothing is done yet, the other that all is."""
    meanings = {vocabulary.counts_as(one), vocabulary.counts_as(other)}
    return bool(meanings & _OPEN) and bool(meanings & _DONE)


def suggested(words: Sequence[Word], vocabulary: Vocabulary) -> list[tuple[Word, Word]]:
    """The pairs of institutions whose statuses are far apart; for an officer to look at."""
    return [
        (one, other)
        for place, one in enumerate(words)
        for other in words[place + 1 :]
        if one.institution_id != other.institution_id
        and far_apart(one.status, other.status, vocabulary)
    ]

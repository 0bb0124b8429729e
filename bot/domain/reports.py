"""Status updates as they are sent, kept and acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.errors import Refused
from bot.domain.figures import Figure
from bot.domain.items import ReportState

LONGEST_TEXT = 20_000
"""Characters in what was done, and in what remains; some ten pages."""

UNCHANGED_IN_A_ROW = 2
"""After so many confirmations that nothing changed, a sentence is asked for."""


class Keeps(StrEnum):
    """Which of its files the record keeps of a report that is withdrawn."""

    ALL = "all"
    WHAT_WAS_CLEARED = "cleared"  # those of its earlier versions
    NOTHING = "nothing"  # it was never the institution's word


class ReportKind(StrEnum):
    """How a status update came to be."""

    REPORT = "report"
    UNCHANGED = "unchanged"  # a dated confirmation of the last one
    RECORDED = "recorded"  # by the secretariat, from a letter, an e-mail, a meeting


class EvidenceState(StrEnum):
    """Where a piece of evidence stands; links are stored from the start."""

    AWAITED = "awaited"
    STORED = "stored"
    REFUSED = "refused"
    DROPPED = "dropped"  # taken back before it was the institution's word: to be removed
    REDACTED = "redacted"  # destroyed for good; that there was one, and why it went, stays


class AssignmentClosed(Refused):
    """The assignment was ended, or given back to the secretariat."""

    key = "error.assignment_closed"
    final = True


class AlreadyDecided(Refused):
    """The status update is approved, returned or withdrawn already."""

    key = "error.already_decided"
    final = True


class AmendedMeanwhile(Refused):
    """A newer version of the status update is there; values: `number` and `version`."""

    key = "error.amended_meanwhile"
    final = True


class NothingAmended(Refused):
    """The new version says what the last one did."""

    key = "error.nothing_amended"


class NotTheirWord(Refused):
    """It was not cleared: words and files are its institution's own affair; values: `number`."""

    key = "error.not_their_word"


class NothingToConfirm(Refused):
    """There is no earlier report that could be unchanged, or it was returned."""

    key = "error.nothing_to_confirm"
    final = True


class SentenceNeeded(Refused):
    """Nothing changed twice in a row: say in a sentence why it stands still."""

    key = "error.sentence_needed"


class DayInFuture(Refused):
    """No report can be as of a day that has not come; values: `day`."""

    key = "date.future"


class NoWords(Refused):
    """A report says in words what was done."""

    key = "error.no_words"


class EvidenceMissing(Refused):
    """That status is said with a stored file; values: `status`."""

    key = "error.evidence_missing"


class FileNeeded(EvidenceMissing):
    """The same where no file can be sent: no change is said, a workbook came, words are amended."""

    key = "error.file_needed"


class EvidenceOnItsWay(Refused):
    """The file that the status needs is being fetched, and not stored yet; values: `status`."""

    key = "error.evidence_on_its_way"


class TooLong(Refused):
    """A text over the limit; values: `limit` and `count` over it, in characters."""

    key = "error.text_too_long"


@dataclass(frozen=True)
class StatusUpdateDraft:
    """What an institution is about to report on an assignment.

    `also` are further assignments of the same institution that the same report holds for;
    `conversation_id` is where its evidence was gathered.
    """

    assignment_id: int
    status: str
    measures: str
    language: str
    as_of: date
    remaining: str | None = None
    figures: tuple[Figure, ...] = ()
    also: tuple[int, ...] = ()
    conversation_id: int | None = None


@dataclass(frozen=True)
class EvidenceCounts:
    """How many pieces of evidence there are; `files` are the stored ones."""

    files: int = 0
    awaited: int = 0
    links: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Acknowledged:
    """One status update of a receipt: its number, and the code of its item."""

    status_update_id: int
    number: str
    code: str
    restricted: bool = False
    uncleared: bool = False  # it waits for the institution's validator


@dataclass(frozen=True)
class Receipt:
    """What was committed: the first status update and those of the siblings."""

    kind: ReportKind
    assignment_id: int
    updates: tuple[Acknowledged, ...]
    status: str
    as_of: date
    measures: str
    language: str
    evidence: EvidenceCounts = EvidenceCounts()
    clears: bool = True  # whether there is a validator who may clear what waits
    version: int = 1


@dataclass(frozen=True)
class StatusUpdate:
    """A status update as it is kept; `author` is the name of who sent it."""

    id: int
    number: str
    assignment_id: int
    seat_id: int | None
    kind: ReportKind
    state: ReportState
    status: str
    previous_status: str | None
    as_of: date
    measures: str
    remaining: str | None
    language: str
    source: str | None
    source_on: date | None
    submitted_at: datetime
    due_on: date | None = None  # when the answer was due as it was sent
    version: int = 1
    amended_at: datetime | None = None
    amended_by: int | None = None  # the seat that made the newest version
    decided_at: datetime | None = None
    needs_clearance: bool = False
    cleared_at: datetime | None = None
    cleared_by: int | None = None
    figures: tuple[Figure, ...] = field(default=(), compare=False)

    @property
    def is_word(self) -> bool:
        """Whether it is its institution's word: it is cleared, or need not be."""
        return not self.needs_clearance or self.cleared_at is not None


@dataclass(frozen=True)
class ApprovedReport:
    """An approved status update as observers read it; `names` are the institution's by language.

    `note` is the secretariat's, with which it was approved. Neither who wrote it, nor where it came
    from, nor what was said before it or about it: none of that was approved.
    """

    id: int
    number: str
    item_id: int
    code: str
    symbol: str
    names: Mapping[str, str]
    status: str
    as_of: date
    measures: str
    remaining: str | None
    language: str
    note: str | None = None
    note_language: str | None = None


@dataclass(frozen=True)
class Needing:
    """An item that needs a law or a budget, with what was approved on it last, if anything was."""

    item_id: int
    code: str
    symbol: str
    status: str | None
    as_of: date | None


@dataclass(frozen=True)
class EvidencePiece:
    """A file or a link of a status update, as it is listed."""

    id: int
    kind: str
    state: EvidenceState
    name: str | None
    caption: str | None
    url: str | None
    sha256: str | None
    size: int | None


def joined(parts: tuple[str, ...] | list[str]) -> str:
    """A text that came in several messages."""
    return "\n\n".join(part.strip() for part in parts if part.strip())


def fitting(words: str) -> str:
    """What somebody wrote, without blanks around it; raises NoWords or TooLong."""
    said = words.strip()
    if not said:
        raise NoWords
    require_fits(said)
    return said


def require_fits(words: str) -> None:
    """Raise TooLong for a text over the limit."""
    if len(words) > LONGEST_TEXT:
        raise TooLong(limit=LONGEST_TEXT, count=len(words) - LONGEST_TEXT)


@dataclass(frozen=True)
class Reported:
    """A status update with its item, as a list of an institution's reports shows it."""

    id: int
    number: str
    code: str
    symbol: str
    restricted: bool
    status: str
    as_of: date

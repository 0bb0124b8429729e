"""Redaction: what can be destroyed for good, why, and what then stands in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.errors import Refused

LONGEST_WHY = 1_000
"""Characters that say more than the reason; they stay in the audit, where they can be erased."""


class Reason(StrEnum):
    """Why something was destroyed; the reason stays for ever."""

    VICTIM = "victim"  # somebody could be recognised, and harmed
    PERSONAL = "personal"  # names, or other things about people, that need not be here
    CONFIDENTIAL = "confidential"  # secret by law or by agreement
    ORDERED = "ordered"  # by a court or an authority
    MISTAKE = "mistake"  # it never belonged here


class Part(StrEnum):
    """What can be destroyed: one text, one file, figures, or all of a status update."""

    MEASURES = "measures"
    REMAINING = "remaining"
    SOURCE = "source"
    FIGURES = "figures"
    FILE = "file"
    VERSION = "version"  # the words of an older one
    COMMENT = "comment"  # the secretariat's, of a review
    THREAD = "thread"  # one message of a thread about it
    CONTRADICTION = "contradiction"  # what an officer wrote about one with another report
    EVERYTHING = "everything"  # of a status update
    QUESTION = "question"  # an institution's, outside any report
    ANSWER = "answer"  # the secretariat's, to such a question
    RESPONSE = "response"  # to a request that is not for status
    SENTENCE = "sentence"  # of a version of the State's status of an item
    ASSESSMENT = "assessment"  # an observer's, in one of its versions
    GRADE_NOTE = "grade_note"  # what a committee said of its grade
    INSIDE = "inside"  # what a validator wrote of a report of the own institution
    NOT_OURS = "not_ours"  # why an institution gave an item back
    TASK = "task"  # what an institution asked one of its units
    UNIT_ANSWER = "unit_answer"  # what the unit said
    EXTENSION = "extension"  # why more time is needed
    EXCUSE = "excuse"  # why no answer is needed
    LATER = "later"  # why somebody put a reminder off
    REQUEST = "request"  # what was asked, in every language, with its file
    OUTCOME_NOTE = "outcome_note"  # what was made of a comment on a chapter
    ANNOUNCEMENT = "announcement"  # in every language, with its file
    ACTIVITY = "activity"  # of a plan: what is to be done, and with whose money
    ACTIVITY_NOTE = "activity_note"  # what became of it
    INDICATOR = "indicator"  # its name and its unit
    VALUE = "value"  # of an indicator, with its groups
    HEADING = "heading"  # of a chapter
    DRAFT = "draft"  # of a chapter, as text or as a file
    SAID = "said"  # a question in a dialogue
    SAID_BACK = "said_back"  # the answer to it
    WISH = "wish"  # why something is asked of a second coordinator


class Kind(StrEnum):
    """What the parts belong to; the first word of a redaction's subject."""

    STATUS_UPDATE = "su"
    QUESTION = "question"
    RESPONSE = "response"
    ITEM = "item"
    ASSIGNMENT = "assignment"
    ASKED = "request_item"  # what one institution was asked
    REQUEST = "request"
    BROADCAST = "broadcast"
    ACTIVITY = "activity"
    CHAPTER = "chapter"
    DIALOGUE_QUESTION = "dialogue_q"
    APPROVAL = "approval"


BLIND = frozenset({Part.INSIDE, Part.TASK, Part.UNIT_ANSWER})
"""What stays inside an institution: who redacts it sees that it is there, not what it says."""


class AlreadyRedacted(Refused):
    """It is gone already, or there is nothing there."""

    key = "error.already_redacted"
    final = True


@dataclass(frozen=True)
class Target:
    """One part that can be destroyed; `place` is its row, or the number of the version.

    `words` are what it says, or the name of a file; `at` is when it came. Who redacts what is
    `unseen` knows that it is there: of nothing that is its institution's word.
    """

    part: Part
    place: int
    words: str = ""
    at: datetime | None = None
    unseen: bool = False


@dataclass(frozen=True)
class About:
    """What is redacted, or something of it: how it is called, and whose it is.

    What its institution has not cleared is `unread`, and can be destroyed unseen.
    """

    kind: Kind
    id: int
    number: str | None  # of a status update
    code: str | None  # of the item; None: a request about no item
    symbol: str | None
    restricted: bool
    institution_id: int | None
    names: Mapping[str, str]
    item_id: int | None
    seat_id: int | None  # who wrote it
    unread: bool = False

    @property
    def subject(self) -> str:
        """As it stands in the table of redactions: `su:42`."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Redaction:
    """What was destroyed, when and why; `settled` once no byte of it is left."""

    id: int
    subject: str
    part: Part
    place: int
    reason: Reason
    seat_id: int
    at: datetime
    settled: bool


# -- What stands in place of redacted words --------------------------------------------------------

_MARK = re.compile(r"⟦redacted (\d{4}-\d{2}-\d{2}) ([a-z_]+)⟧")


@dataclass(frozen=True)
class Mark:
    """Stands where words stood: the day on which they were destroyed, and why.

    It is a text like the one that it replaces, so that whatever showed that one shows this; the
    text layer puts it into the reader's language.
    """

    on: date
    reason: Reason

    def written(self) -> str:
        """The mark as it stands in a column: `⟦redacted 2026-05-04 victim⟧`."""
        return f"⟦redacted {self.on.isoformat()} {self.reason}⟧"

    @classmethod
    def read(cls, words: str) -> Mark | None:
        """The mark that these words are; None: somebody wrote them."""
        found = _MARK.fullmatch(words.strip()) if "⟦" in words else None
        if found is None or found[2] not in set(Reason):
            return None
        try:
            return cls(date.fromisoformat(found[1]), Reason(found[2]))
        except ValueError:
            return None


def disarmed(words: str) -> str:
    """What somebody writes, so that it is never taken for a mark of ours."""
    return words.replace("⟦redacted", "[redacted")


# -- Finding the words again -----------------------------------------------------------------------


def plain(words: str) -> str:
    """Words without regard to blanks and breaks between them: texts of several messages are joined
    with empty lines in the record, and without on a review screen.
    """
    return " ".join(words.split())


def stretches(words: str) -> set[str]:
    """The text as it was shown while it came: each paragraph, and what there was up to each."""
    parts = [each for each in words.split("\n\n") if each.strip()]
    sums = ["\n".join(parts[: count + 1]) for count in range(len(parts))]
    return {plain(each) for each in (words, *parts, *sums)} - {""}

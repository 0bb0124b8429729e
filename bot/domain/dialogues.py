"""A live dialogue: questions while the State is examined, who answers within minutes, promises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.figures import Figure
from bot.domain.people import Role
from bot.domain.reports import ApprovedReport
from bot.domain.search import Wanted, wanted


class Part(StrEnum):
    """What somebody is in a dialogue; the secretariat is of every delegation."""

    DELEGATION = "delegation"  # in the room: gets every cleared answer
    ON_CALL = "on_call"  # at home: is asked at once, at any hour


class QuestionState(StrEnum):
    """Where a question stands."""

    TYPED = "typed"  # with the officer
    ASKED = "asked"  # people on call are asked
    DRAFTED = "drafted"  # an answer was written and waits for its clearance
    DELIVERED = "delivered"  # the delegation has the cleared answer, or what is on record
    PROMISED = "promised"  # in writing, until a day


WAITING = (QuestionState.ASKED, QuestionState.DRAFTED)  # for people on call, or for who clears
OPEN = (QuestionState.TYPED, *WAITING)
TEXT_KEYS = tuple(f"dialogue.state.{each}" for each in QuestionState)


@dataclass(frozen=True)
class Dialogue:
    """A dialogue of the State with a committee or a working group."""

    id: int
    title: str
    language: str
    opened_by: int | None
    opened_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True)
class DialogueQuestion:
    """A question that was asked of the State, as far as its answer has come.

    `code`, `symbol` and `restricted` are the item's, `names` the institution's by language.
    """

    id: int
    dialogue_id: int
    words: str
    language: str
    typed_by: int
    typed_at: datetime
    item_id: int | None
    code: str | None
    symbol: str | None
    restricted: bool
    institution_id: int | None
    names: Mapping[str, str]
    state: QuestionState
    answer: str | None
    answer_language: str | None
    version: int
    drafted_by: int | None
    cleared_by: int | None
    status_update_id: int | None
    settled_at: datetime | None
    promised_until: date | None
    request_id: int | None
    waits_since: datetime | None
    rungs: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_answered(self) -> bool:
        """Whether somebody's answer waits for its clearance, or was given to the delegation."""
        if self.state is QuestionState.DELIVERED:
            return self.status_update_id is None
        return self.state is QuestionState.DRAFTED

    @property
    def is_promised_by_nobody(self) -> bool:
        """Whether it is promised in writing without an institution that is to keep it."""
        return self.state is QuestionState.PROMISED and self.institution_id is None


@dataclass(frozen=True)
class OnRecord:
    """What an institution had approved last of the item."""

    report: ApprovedReport
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Source:
    """Where an answer comes from: the institution, the role of who wrote it, and when it came."""

    names: Mapping[str, str]
    role: Role
    at: datetime


# -- The ladder in minutes -------------------------------------------------------------------------


class Hears(StrEnum):
    """Whom a rung reaches."""

    ON_CALL = "on_call"  # who is waited for and has not opened it
    OFFICER = "officer"


@dataclass(frozen=True)
class Rung:
    """So long after people were asked, somebody hears of it again."""

    after: timedelta
    hears: Hears


LADDER = (
    Rung(timedelta(minutes=3), Hears.ON_CALL),
    Rung(timedelta(minutes=6), Hears.ON_CALL),
    Rung(timedelta(minutes=10), Hears.OFFICER),
)


def due_rungs(since: datetime, now: datetime, behind: int) -> tuple[Rung, ...]:
    """The rungs whose minute has come, beyond those `behind`: the last for each who hears.

    Whatever the bot missed while it was down is so made up for once.
    """
    last = {each.hears: each for each in LADDER[behind:] if since + each.after <= now}
    return tuple(last.values())


def rungs_behind(since: datetime, now: datetime) -> int:
    """How many rungs' minutes have come."""
    return sum(1 for each in LADDER if since + each.after <= now)


def next_rung_at(since: datetime, behind: int) -> datetime | None:
    """When the next rung is due; None above the last."""
    return since + LADDER[behind].after if behind < len(LADDER) else None


# -- Finding the item ------------------------------------------------------------------------------

_CODE = re.compile(r"(?<![\w.])\d+(?:[.\-/]\d+)+(?![\w])")
_LONG = 5  # letters; shorter words say little about a subject


def attempts(words: str) -> Iterator[Wanted]:
    """What to look for, the surest first: as written, the numbers inside, the longest words."""
    yield wanted(words)
    for code in dict.fromkeys(_CODE.findall(words)):
        yield wanted(code)
    telling = [each for each in re.findall(r"[^\W\d_]+", words) if len(each) >= _LONG]
    longest = sorted(dict.fromkeys(telling), key=len, reverse=True)
    for count in (3, 2):
        if len(longest) >= count:
            yield wanted(" ".join(longest[:count]))
    for word in longest[:3]:
        yield wanted(word)

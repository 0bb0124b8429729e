"""Requests: what the secretariat asks institutions for, and where each answer stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.days import months_later
from bot.domain.figures import Figure
from bot.domain.items import Assignment, AssignmentState, ReportState
from bot.domain.ladder import Ladder
from bot.domain.screens import Attachment
from bot.domain.work_calendar import WorkCalendar

UNDO = timedelta(minutes=2)
"""So long a request or a broadcast can be undone before it goes out."""


class RequestKind(StrEnum):
    """What is asked for; stable codes."""

    STATUS = "status"  # of assigned items
    POSITION = "position"  # support or note a fresh recommendation
    QUESTION = "question"  # an answer to a list of issues or a communication
    DATA = "data"  # figures of an indicator
    COMMENT = "comment"  # on a draft


ABOUT_ITEMS = frozenset({RequestKind.STATUS, RequestKind.POSITION, RequestKind.QUESTION})
"""These ask about items; the others ask institutions alone."""


class RequestState(StrEnum):
    """Where a request stands."""

    PLANNED = "planned"  # can be undone
    OPEN = "open"
    CLOSED = "closed"
    UNDONE = "undone"


class ItemState(StrEnum):
    """What became of one thing that was asked of one institution."""

    ASKED = "asked"
    UNCLEARED = "uncleared"  # the answer waits for the institution's validator
    ANSWERED = "answered"
    EXCUSED = "excused"
    ENDED = "ended"  # no longer theirs, no longer due, or asked anew


UNSETTLED = frozenset({ItemState.ASKED, ItemState.UNCLEARED})
"""The secretariat has no answer yet; who waits for clearance is reminded no more."""


class Stand(StrEnum):
    """How it is shown: what was asked, as far as the institution has come with it."""

    ASKED = "asked"
    SEEN = "seen"
    STARTED = "started"
    OVERDUE = "overdue"
    UNCLEARED = "uncleared"
    ANSWERED = "answered"
    EXCUSED = "excused"
    ENDED = "ended"


class Repeats(StrEnum):
    """How often a request is asked anew."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SIX_MONTHLY = "six_monthly"
    BEFORE_DEADLINE = "before_deadline"  # once before each that the calendar has for its document


MONTHS = {Repeats.MONTHLY: 1, Repeats.QUARTERLY: 3, Repeats.SIX_MONTHLY: 6}
AHEAD = timedelta(days=30)
"""So long before its due day a request is asked anew, but never before the former one was due."""

LEAST_TIME = timedelta(days=7)
"""So long institutions have at least, where asking anew comes late."""

BEFOREHAND = timedelta(days=1)
"""So long officers can undo what is asked anew by itself."""


TEXT_KEYS = (
    *(f"request.kind.{each}" for each in RequestKind),
    *(f"request.state.{each}" for each in RequestState),
    *(f"request.stand.{each}" for each in Stand),
    *(f"request.repeats.{each}" for each in Repeats),
)


@dataclass(frozen=True)
class Audience:
    """Whom a request is meant for: items of a selection or by id, and institutions.

    Without institutions, everybody who holds the items; without items, the institutions alone.
    Where `assignments` are named, those of them alone, and none that is asked already.
    """

    selection: str | None = None
    items: tuple[int, ...] = ()
    institutions: tuple[int, ...] = ()
    assignments: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "selection": self.selection,
            "items": list(self.items),
            "institutions": list(self.institutions),
            "assignments": list(self.assignments),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Audience:
        return cls(
            kept["selection"],
            tuple(kept["items"]),
            tuple(kept["institutions"]),
            tuple(kept["assignments"]),
        )


@dataclass(frozen=True)
class RequestText:
    """How a request is worded in one language."""

    language: str
    title: str
    message: str


@dataclass(frozen=True)
class Request:
    """A request as it is kept; `announced` ones follow the due dates of announced assignments."""

    id: int
    kind: RequestKind
    state: RequestState
    announced: bool
    audience: Audience
    due_on: date | None
    ladder: Ladder
    indicator: str | None
    attachment: str | None
    attachment_name: str | None
    repeats: Repeats | None
    asked_by: int | None
    created_at: datetime
    sends_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None
    series_id: int | None = None  # the first of those that repeat
    turn: int = 0  # which of them it is
    repeats_on: date | None = None  # the next is planned on that day
    deadline_id: int | None = None  # the one of the calendar that it comes before
    indicator_id: int | None = None  # of a plan: what is answered becomes its values
    report_id: int | None = None  # in preparation, that it is asked for
    chapter_id: int | None = None  # of that report, that is commented on

    @property
    def attached(self) -> Attachment | None:
        """The file that goes with it."""
        if self.attachment is None:
            return None
        return Attachment(self.attachment, self.attachment_name or "attachment")


@dataclass(frozen=True)
class RequestItem:
    """What one institution is asked, and where its answer stands."""

    id: int
    request_id: int
    institution_id: int
    item_id: int | None
    assignment_id: int | None
    state: ItemState
    due_on: date
    asked_at: datetime
    since: datetime
    seen_at: datetime | None = None
    started_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """Something that was asked of an institution, as lists show it; `code` None: no item.

    `indicator` is of a request for data; `titles` are how the request is called, by language.
    """

    id: int
    request_id: int
    institution_id: int
    names: Mapping[str, str]
    assignment_id: int | None
    item_id: int | None
    code: str | None
    symbol: str | None
    restricted: bool
    state: ItemState
    due_on: date
    seen_at: datetime | None
    started_at: datetime | None
    reason: str | None
    kind: RequestKind
    indicator: str | None
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What an institution answered beside reports; of several, the newest counts."""

    id: int
    request_item_id: int
    seat_id: int | None
    choice: str | None
    words: str
    figures: tuple[Figure, ...]
    language: str
    source: str | None
    source_on: date | None
    at: datetime


@dataclass(frozen=True)
class Asked:
    """Of whom something is asked, and about what: an item, an assignment, or neither."""

    institution_id: int
    item_id: int | None = None
    assignment_id: int | None = None


def stand(item: RequestItem | Listed, today: date) -> Stand:
    """How it stands today: what is settled as it was settled, else overdue, else how far it is."""
    if item.state is not ItemState.ASKED:
        return Stand(item.state.value)
    if item.due_on < today:
        return Stand.OVERDUE
    if item.started_at is not None:
        return Stand.STARTED
    return Stand.ASKED if item.seen_at is None else Stand.SEEN


@dataclass(frozen=True)
class Extension:
    """More time that an institution asks for."""

    id: int
    request_item_id: int
    seat_id: int
    until_on: date
    reason: str
    language: str
    granted: bool | None


# -- Asking anew -----------------------------------------------------------------------------------


def due_in_turn(first: date, repeats: Repeats, turn: int) -> date:
    """When the one so many turns after the first is due, on the first one's day of the month."""
    return months_later(first, MONTHS[repeats] * turn)


def planned_on(first: date, repeats: Repeats, turn: int) -> date:
    """The day on which it is planned."""
    former = due_in_turn(first, repeats, turn - 1)
    return max(due_in_turn(first, repeats, turn) - AHEAD, former)


def next_turn(first: date, repeats: Repeats, turn: int, today: date) -> int:
    """Which of a series comes after that turn: the latest that should be planned by today.

    Those that were missed while nobody looked are left out.
    """
    turn += 1
    while planned_on(first, repeats, turn + 1) <= today:
        turn += 1
    return turn


# -- Asking anew before deadlines ------------------------------------------------------------------

WHENEVER = date(9999, 1, 1)
"""When the next is planned of what is asked before each deadline: the calendar says."""

BEFORE_DEADLINE = timedelta(weeks=4)
"""So long before a deadline institutions answer, where they are asked anew before each."""


@dataclass(frozen=True)
class Turn:
    """One asking before a deadline: planned on a day, due on another."""

    deadline_id: int
    deadline: date
    planned_on: date
    due_on: date


def turn_before(deadline_id: int, day: date, calendar: WorkCalendar) -> Turn:
    """When institutions are asked before a deadline, and by when they answer."""
    due_on = calendar.working_day_before(day - BEFORE_DEADLINE)
    return Turn(deadline_id, day, due_on - AHEAD, due_on)


def comes_before(due_on: date, turns: Iterable[Turn]) -> Turn | None:
    """The deadline that a request with that due day serves already: the nearest one in reach."""
    served = [each for each in turns if each.planned_on <= due_on <= each.deadline]
    return min(served, key=lambda each: (each.deadline, each.deadline_id), default=None)


def next_before(
    turns: Iterable[Turn],
    served: Collection[int],
    former_due_on: date,
    today: date,
    *,
    soonest: date,
) -> Turn | None:
    """The turn to plan today: not served, its day has come, the former was due, time is left.

    `soonest` is the earliest day by which institutions can be asked to answer. Of several, the one
    of the nearest deadline.
    """
    fitting = [
        each
        for each in turns
        if each.deadline_id not in served
        and max(each.planned_on, former_due_on) <= today
        and soonest <= each.deadline
    ]
    return min(fitting, key=lambda each: (each.deadline, each.deadline_id), default=None)


# -- Following what is assigned --------------------------------------------------------------------


class Follow(StrEnum):
    """What has to become of what is asked, so that it is in line with an assignment."""

    NOTHING = "nothing"
    ASK = "ask"
    ASK_AGAIN = "ask_again"  # another day, or the answer was returned or withdrawn
    UNCLEARED = "uncleared"
    ANSWERED = "answered"
    END = "end"


def follow(assignment: Assignment, last: RequestItem | None) -> Follow:
    """What an assignment as it stands now means for what was asked of it last."""
    asked = last is not None and last.state in UNSETTLED
    announced = assignment.state is AssignmentState.ANNOUNCED and assignment.due_on is not None
    if not announced:
        return Follow.END if asked else Follow.NOTHING
    if not assignment.owed and assignment.report_state is not ReportState.RETURNED:
        return Follow.ANSWERED if asked else Follow.NOTHING
    if assignment.waits_inside and assignment.uncleared_due_on == assignment.due_on:
        waiting = last is not None and last.state is ItemState.ASKED
        return Follow.UNCLEARED if waiting else Follow.NOTHING
    if last is None:
        return Follow.ASK
    same_day = last.due_on == assignment.due_on
    if same_day and last.state in (ItemState.ASKED, ItemState.EXCUSED):
        return Follow.NOTHING
    return Follow.ASK_AGAIN


# -- Before it goes out ----------------------------------------------------------------------------


class LeftOut(StrEnum):
    """Why a message reaches nobody in an institution, or one person not."""

    NO_SEAT = "no_seat"
    NEVER_STARTED = "never_started"
    UNREACHABLE = "unreachable"


TEXT_KEYS += tuple(f"left_out.{each}" for each in LeftOut)


@dataclass(frozen=True)
class Preview:
    """What sending would do: how many people it reaches in how many institutions, about how much.

    `left_out` by institution's names, `other_language` counts people: those who get a text that is
    not in their language, by that language.
    """

    items: int
    institutions: int
    people: int
    left_out: tuple[tuple[Mapping[str, str], LeftOut], ...] = ()
    other_language: Mapping[str, int] = field(default_factory=dict)

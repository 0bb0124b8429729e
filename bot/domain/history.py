"""The history of an item, from its import to today: what happened, to whom, by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from bot.domain.figures import Figure
from bot.domain.people import Role
from bot.domain.reports import EvidencePiece

Fact: TypeAlias = str | int | date | datetime | None


class Topic(StrEnum):
    """What an event is about, to choose by."""

    ITEM = "item"  # imported, worded anew, another position
    ASSIGNMENTS = "assignments"
    REQUESTS = "requests"  # and reminders, more time
    REPORTS = "reports"  # versions, reviews, redactions, publication
    PLANS = "plans"  # activities for it
    BESIDE = "beside"  # observers' assessments, committees' grades
    QUESTIONS = "questions"  # and what units were asked
    PEOPLE = "people"  # seats that began and ended


LETTERS = {
    Topic.ITEM: "i",
    Topic.ASSIGNMENTS: "a",
    Topic.REQUESTS: "q",
    Topic.REPORTS: "r",
    Topic.PLANS: "l",
    Topic.BESIDE: "b",
    Topic.QUESTIONS: "w",
    Topic.PEOPLE: "p",
}
"""Short names, for buttons."""


@dataclass(frozen=True)
class Event:
    """One thing that happened; `what` is the end of its text's key, `facts` that text's values.

    `words` are what somebody wrote, with the `figures` and the `pieces` of evidence of a report;
    `institution_id` whose matter it was, `seat_id` who did it.
    """

    at: datetime
    topic: Topic
    what: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    words: str | None = None
    language: str | None = None
    institution_id: int | None = None
    seat_id: int | None = None
    figures: tuple[Figure, ...] = ()
    pieces: tuple[EvidencePiece, ...] = ()


@dataclass(frozen=True)
class Doer:
    """Who did something: a role in an institution, and the person's name."""

    role: Role
    institution_id: int | None
    name: str


@dataclass(frozen=True)
class Scope:
    """What a reader sees: of these institutions (None: of all), inside these alone (units)."""

    institutions: tuple[int, ...] | None
    inside: tuple[int, ...] = ()


def in_order(events: Sequence[Event]) -> list[Event]:
    """The events, the newest first; of one moment in the order in which they usually come."""
    places = {topic: place for place, topic in enumerate(Topic)}
    ordered = sorted(
        enumerate(events), key=lambda each: (each[1].at, places[each[1].topic], each[0])
    )
    return [event for _, event in reversed(ordered)]

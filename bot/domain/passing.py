"""Passing inside: an institution asks its units, they answer, the institution reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Refused


class PassState(StrEnum):
    """What has become of a question to a unit."""

    PASSED = "passed"
    ANSWERED = "answered"
    RETURNED = "returned"  # the answer was not enough: the unit is asked again
    WITHDRAWN = "withdrawn"


WAITING = frozenset({PassState.PASSED, PassState.RETURNED})
"""The unit owes an answer."""


class AlreadyPassed(Refused):
    """The unit has it already and has not answered."""

    key = "error.already_passed"
    final = True


class PassClosed(Refused):
    """It was taken back, or answered, meanwhile."""

    key = "error.pass_closed"
    final = True


@dataclass(frozen=True)
class Unit:
    """A part of an institution: a court, a prison, a department."""

    id: int
    institution_id: int
    name: str
    language: str


@dataclass(frozen=True)
class Pass:
    """What a unit was asked about an assignment, and what it has answered."""

    id: int
    assignment_id: int
    institution_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    unit_id: int
    unit: str
    unit_language: str
    state: PassState
    passed_by: int
    passed_at: datetime
    words: str
    language: str
    answer: str | None
    answer_language: str | None
    answered_at: datetime | None

"""Implementation status: the vocabulary, what each status counts as, and what is offered first.

There is no United Nations standard (FORMATS.md §3). The values are stable codes: they are stored,
exported and part of text keys (`status.in_progress`).
"""

from __future__ import annotations

from enum import StrEnum

from bot.domain.errors import Refused


class Status(StrEnum):
    """Where the implementation of an item stands, in its institution's own assessment."""

    NOT_STARTED = "not_started"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    PARTIALLY_IMPLEMENTED = "partially_implemented"
    IMPLEMENTED = "implemented"
    CONTINUOUS = "continuous"
    NO_INFORMATION = "no_information"


class CountsAs(StrEnum):
    """What a status counts as where statuses are added up."""

    OPEN = "open"
    UNDER_WAY = "under_way"
    DONE = "done"
    UNKNOWN = "unknown"


class NoStatus(Refused):
    """What was given is no status of the vocabulary."""

    key = "error.no_status"


TEXT_KEYS = tuple(f"status.{each}" for each in Status)

_COUNTS_AS = {
    Status.NOT_STARTED: CountsAs.OPEN,
    Status.PLANNED: CountsAs.OPEN,
    Status.IN_PROGRESS: CountsAs.UNDER_WAY,
    Status.PARTIALLY_IMPLEMENTED: CountsAs.UNDER_WAY,
    Status.IMPLEMENTED: CountsAs.DONE,
    Status.CONTINUOUS: CountsAs.DONE,
    Status.NO_INFORMATION: CountsAs.UNKNOWN,
}

_AHEAD = (
    Status.PLANNED,
    Status.IN_PROGRESS,
    Status.PARTIALLY_IMPLEMENTED,
    Status.IMPLEMENTED,
)
# What an institution most often says next, by what it said last; four fit on two rows.
_OFFERED_FIRST: dict[Status | None, tuple[Status, ...]] = {
    None: _AHEAD,
    Status.NOT_STARTED: _AHEAD,
    Status.PLANNED: _AHEAD,
    Status.NO_INFORMATION: _AHEAD,
    Status.IN_PROGRESS: (
        Status.IN_PROGRESS,
        Status.PARTIALLY_IMPLEMENTED,
        Status.IMPLEMENTED,
        Status.CONTINUOUS,
    ),
    Status.PARTIALLY_IMPLEMENTED: (
        Status.PARTIALLY_IMPLEMENTED,
        Status.IMPLEMENTED,
        Status.CONTINUOUS,
        Status.IN_PROGRESS,
    ),
    Status.IMPLEMENTED: (
        Status.IMPLEMENTED,
        Status.CONTINUOUS,
        Status.PARTIALLY_IMPLEMENTED,
        Status.IN_PROGRESS,
    ),
    Status.CONTINUOUS: (
        Status.CONTINUOUS,
        Status.IMPLEMENTED,
        Status.PARTIALLY_IMPLEMENTED,
        Status.IN_PROGRESS,
    ),
}
FIRST = 4
"""So many statuses are offered before "More…"."""


def counts_as(status: Status) -> CountsAs:
    """What the status counts as in totals."""
    return _COUNTS_AS[status]


def offered(last: str | None) -> tuple[Status, ...]:
    """Every status, the `FIRST` most likely next ones in front; `last` may be an old code."""
    known = Status(last) if last in set(Status) else None
    first = _OFFERED_FIRST[known]
    return (*first, *(each for each in Status if each not in first))


def require(code: str) -> Status:
    """The status of that code; raises NoStatus."""
    try:
        return Status(code)
    except ValueError:
        raise NoStatus from None


def is_step_back(last: str | None, now: Status) -> bool:
    """Whether less is implemented than was said last time, so that the reader expects a reason."""
    if last not in set(Status):
        return False
    before = _RANK.get(Status(last))
    after = _RANK.get(now)
    return before is not None and after is not None and after < before


_RANK = {
    Status.NOT_STARTED: 0,
    Status.PLANNED: 1,
    Status.IN_PROGRESS: 2,
    Status.PARTIALLY_IMPLEMENTED: 3,
    Status.IMPLEMENTED: 4,
    Status.CONTINUOUS: 4,
}

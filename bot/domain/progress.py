"""Whose progress is shown to whom, and by what it can be told apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from bot.domain.filters import NOT_REPORTED
from bot.domain.items import Part
from bot.domain.people import Actor
from bot.domain.permissions import READS
from bot.domain.status import Vocabulary

PERIODS = 12  # that a picture shows: a year by months, or three years by quarters


class Subject(StrEnum):
    """What progress is told apart by; stable codes."""

    STATUS = "status"
    INSTITUTION = "institution"
    MECHANISM = "mechanism"
    THEME = "theme"
    SDG = "sdg"
    TIME = "time"  # how the shares of the statuses went
    ANSWERS = "answers"  # how much institutions answer, and how long ago they reported


TOLD_APART = (
    *(Subject.STATUS, Subject.INSTITUTION, Subject.MECHANISM, Subject.THEME, Subject.SDG),
)
"""The subjects that count items as they stand today."""


@dataclass(frozen=True)
class Scope:
    """Whose items count, and which words on them.

    `institution_ids` None is every item; else only what these institutions answer for, by their own
    words. `approved` leaves out what the secretariat has not approved, and restricted items.
    """

    institution_ids: tuple[int, ...] | None = None
    approved: bool = False

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What there is to tell apart: a single institution is not told apart from others.

        What institutions were asked is no affair of observers.
        """
        alone = self.institution_ids is not None and len(self.institution_ids) < 2
        left_out = {Subject.INSTITUTION} if alone else set()
        left_out |= {Subject.ANSWERS} if self.approved else set()
        return tuple(each for each in Subject if each not in left_out)


def scope_of(actor: Actor) -> Scope:
    """The secretariat sees all, who reports their institutions', observers what is approved."""
    if actor.is_secretariat:
        return Scope()
    ids = tuple(sorted(actor.institutions(READS)))
    return Scope(ids) if ids else Scope(approved=True)


def shown_statuses(vocabulary: Vocabulary, counted: Collection[str]) -> list[str]:
    """The codes in their order: what can be said, what was said, and last where nothing was."""
    told = [each.code for each in vocabulary.entries if not each.ended or each.code in counted]
    unknown = sorted(code for code in counted if code not in vocabulary.codes)
    return list(dict.fromkeys([*told, NOT_REPORTED, *unknown]))


# -- Over time -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A month or a quarter, by its first day; it ends at `until`."""

    first: date
    until: datetime
    quarter: bool


def periods(begin: date, today: date, zone: tzinfo) -> list[Period]:
    """The last months since `begin`, today's among them; quarters where months are too many."""
    months = 12 * (today.year - begin.year) + today.month - begin.month + 1
    step = 1 if months <= PERIODS else 3
    last = 12 * today.year + today.month - 1
    last -= last % step
    first = max(12 * begin.year + begin.month - 1, last - step * (PERIODS - 1))
    first -= first % step
    return [
        Period(_day(at), datetime.combine(_day(at + step), time(), zone), step > 1)
        for at in range(first, last + 1, step)
    ]


def _day(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Held:
    """An assignment of an item, with what was approved last by the end of each period."""

    item_id: int
    part: Part
    approved: Mapping[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """Items with the first and the last period in which they count, who holds them, and what the
    State's own status of them was from which period on.
    """

    items: Mapping[int, tuple[int, int]]
    held: Sequence[Held]
    consolidated: Mapping[int, Mapping[int, str]]


def over_time(past: Past, count: int) -> Iterator[tuple[int, str]]:
    """Of each period the status of each item at its end, as pairs; by what was approved then.

    The State's own status counts before the lead's word, that before another's, then the newest.
    """
    latest: dict[int, tuple[int, str]] = {}  # place of an assignment → its last word
    state: dict[int, str] = {}
    for period in range(count):
        words: dict[int, tuple[bool, int, str]] = {}
        for place, held in enumerate(past.held):
            if period in held.approved:
                latest[place] = held.approved[period]
            if place in latest:
                own = (held.part is Part.LEAD, *latest[place])
                words[held.item_id] = max(own, words.get(held.item_id, own))
        for item, by_period in past.consolidated.items():
            if period in by_period:
                state[item] = by_period[period]
        for item, (first, last) in past.items.items():
            if first <= period <= last:
                word = words.get(item)
                yield period, state.get(item) or (word[2] if word else NOT_REPORTED)

"""What came of a consultation, as the secretariat says it to everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.contributions import Outcome
from bot.domain.small_groups import WROTE, Figures, rounded

LONGEST_SUMMARY = 3500
OUTCOMES = (Outcome.TAKEN_UP, Outcome.PARTLY, Outcome.NOT)


@dataclass(frozen=True)
class Numbers:
    """How many people, at least, took part and wrote, and what became of contributions.

    They are as they were when the summary was published, rounded (`bot.domain.small_groups`), so
    that they can stay when everything that was said is erased.
    """

    people: int
    groups: Mapping[str, int]
    writers: int
    outcomes: Mapping[str, int]

    @classmethod
    def of(cls, figures: Figures, became: Iterable[Outcome]) -> Numbers:
        """The numbers of today."""
        every = list(became)
        outcomes = {each.value: rounded(every.count(each)) for each in OUTCOMES}
        return cls(
            figures.people("group"),
            figures.of("group"),
            figures.people(WROTE),
            {each: n for each, n in outcomes.items() if n},
        )

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Numbers:
        return cls(**kept)


@dataclass(frozen=True)
class Summary:
    """A summary in the language that it was written in."""

    consultation_id: int
    language: str
    words: str
    numbers: Numbers
    published_on: date


@dataclass(frozen=True)
class PublicSummary:
    """A summary as it stands in the public snapshot: of what, from when."""

    code: str
    title: str
    title_language: str
    last_day: date
    summary: Summary

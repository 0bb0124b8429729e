"""Feedback on a meeting: how it was for those who came, in a few steps and maybe words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_COMMENT = 1000

GIVEN = "feedback"
"""So those who gave feedback are counted, beside what they chose."""


class Felt(StrEnum):
    """How the meeting was."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    VERY_POOR = "very_poor"


class Degree(StrEnum):
    """How far something was so."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


CHOICES: Mapping[str, tuple[StrEnum, ...]] = {
    "felt": tuple(Felt),
    "could_say": tuple(Degree),
    "accessible": tuple(Degree),
}
"""What is asked, by the trait that it is counted as."""

TEXT_KEYS = (
    *(f"feedback.felt.{each}" for each in Felt),
    *(f"feedback.degree.{each}" for each in Degree),
    *(f"feedback.of.{each}" for each in CHOICES),
)


@dataclass(frozen=True)
class Feedback:
    """What one participant said of a meeting; `chosen` are codes by trait."""

    chosen: Mapping[str, str]
    comment: str = ""
    language: str | None = None  # of the comment

    @property
    def is_empty(self) -> bool:
        return not (self.chosen or self.comment)

    @property
    def counted(self) -> dict[tuple[str, str], int]:
        """What it adds to the counts: (trait, value) → 1; codes, never words."""
        return {(GIVEN, "given"): 1} | dict.fromkeys(self.chosen.items(), 1)

    def to_json(self) -> dict[str, Any]:
        return {"chosen": dict(self.chosen), "comment": self.comment, "language": self.language}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Feedback:
        return cls(kept["chosen"], kept["comment"], kept["language"])

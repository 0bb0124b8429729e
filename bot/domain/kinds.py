"""What kinds of items there are, and what a State may answer to a review's recommendation.

The values of these enums are stable codes: they are stored, exported and part of text keys.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kind of an item (FORMATS.md §1.0)."""

    RECOMMENDATION = "recommendation"
    CONCERN = "concern"
    PLEDGE = "pledge"
    QUESTION = "question"
    ARTICLE = "article"
    VIEW = "view"
    COMMUNICATION = "communication"

    @property
    def restricted_by_default(self) -> bool:
        """Whether chat shows symbol and number only, because a person stands behind the item."""
        return self in _RESTRICTED


_RESTRICTED = frozenset({Kind.VIEW, Kind.COMMUNICATION})


class Position(StrEnum):
    """The State's position on a recommendation of its review; other items have none."""

    SUPPORTED = "supported"
    NOTED = "noted"
    SUPPORTED_NOTED = "supported_noted"
    PENDING = "pending"

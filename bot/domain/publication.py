"""What is public: approved answers that the secretariat lets anybody read, private by default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.items import Part

NO_ANSWER = "no_answer"
"""Stands for a status where nothing of an item is public."""


@dataclass(frozen=True)
class Counts:
    """How many approved status updates are public, and how many wait to be decided about."""

    public: int
    undecided: int


@dataclass(frozen=True)
class Offered:
    """An approved status update about which it is decided; `public` None: not yet."""

    id: int
    number: str
    code: str
    symbol: str
    restricted: bool
    names: Mapping[str, str]
    status: str
    as_of: date
    measures: str
    remaining: str | None
    language: str
    public: bool | None


@dataclass(frozen=True)
class Answer:
    """What an institution said last of an item in public; `institution` is its name by language."""

    number: str
    institution: Mapping[str, str]
    part: Part
    status: str
    as_of: date
    measures: str
    remaining: str
    language: str


@dataclass(frozen=True)
class PublicItem:
    """An item as anybody may read it; `texts` by language, the lead's answer first."""

    id: int
    paragraph: str
    kind: str
    position: str | None
    states: tuple[str, ...]
    texts: Mapping[str, str]
    themes: tuple[str, ...]
    groups: tuple[str, ...]
    sdgs: tuple[str, ...]
    answers: tuple[Answer, ...]
    consolidated: str | None = None

    @property
    def status(self) -> str:
        """Where it stands: as the State has consolidated it, else by the first public answer.

        Where no answer is public nothing is, the consolidated status neither.
        """
        if not self.answers:
            return NO_ANSWER
        return self.consolidated or self.answers[0].status


@dataclass(frozen=True)
class Document:
    """A source document with its items."""

    symbol: str
    mechanism: str
    title: str | None
    items: tuple[PublicItem, ...]


def by_status(items: Iterable[PublicItem]) -> Counter[str]:
    """How many items stand at each status."""
    return Counter(each.status for each in items)

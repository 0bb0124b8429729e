"""Independent assessments: what an observer's institution thinks of an item.

They stand beside the State's answer and are never merged with it: nothing that adds up statuses
looks at them. They are the institution's, so the State's secretariat cannot change them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.errors import Refused
from bot.domain.items import Item
from bot.domain.people import Actor
from bot.domain.permissions import READS, may_read_approved, require
from bot.domain.reports import fitting

LONGEST_SOURCE = 500


class NotIndependent(Refused):
    """Who answers for an item reports on it; an assessment beside that is for others to give."""

    key = "error.not_independent"


class SourceTooLong(Refused):
    """A source is a link or a title; values: `limit`, in characters."""

    key = "error.source_too_long"


@dataclass(frozen=True)
class AssessmentDraft:
    """What an observer is about to publish on an item; without a status, words alone.

    It is given in the name of `institution_id`; None: of the only one that the observer sits in.
    """

    item_id: int
    words: str
    language: str
    as_of: date
    status: str | None = None
    source: str | None = None
    institution_id: int | None = None

    def checked(self) -> AssessmentDraft:
        """The draft without blanks around its words; raises NoWords, TooLong or SourceTooLong."""
        source = (self.source or "").strip() or None
        if source is not None and len(source) > LONGEST_SOURCE:
            raise SourceTooLong(limit=LONGEST_SOURCE)
        words = fitting(self.words)
        return replace(self, words=words, source=source)


@dataclass(frozen=True)
class Assessment:
    """One version of an assessment; `names` are its institution's by language."""

    id: int
    item_id: int
    institution_id: int
    names: Mapping[str, str]
    version: int
    current: bool
    status: str | None
    as_of: date
    words: str
    language: str
    source: str | None
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def stands(self) -> bool:
        """Whether it is what its institution says now."""
        return self.current and self.withdrawn_at is None


def may_see(actor: Actor, item: Item, held_by: frozenset[int]) -> bool:
    """Who reads what stands beside the answer on an item, which `held_by` answer for.

    The secretariat, observers unless it is restricted, and the institutions concerned.
    """
    if actor.is_secretariat:
        return True
    if may_read_approved(actor) and not item.restricted:
        return True
    return bool(held_by & set(actor.institutions(READS)))


def independent(institution_ids: Iterable[int], held_by: frozenset[int]) -> tuple[int, ...]:
    """Those that do not answer for the item themselves; raises NotIndependent where all do."""
    found = tuple(each for each in institution_ids if each not in held_by)
    if not found:
        raise NotIndependent
    return found


def require_seen(actor: Actor, item: Item, held_by: frozenset[int]) -> None:
    """Raise NotAllowed for who may not read what stands beside the answer."""
    require(may_see(actor, item, held_by))

"""Whose progress is shown to whom, and by what it can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.people import Actor
from bot.domain.permissions import READS


class Subject(StrEnum):
    """What progress is told apart by; stable codes."""

    STATUS = "status"
    INSTITUTION = "institution"
    MECHANISM = "mechanism"
    THEME = "theme"
    SDG = "sdg"


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
        """What there is to tell apart: a single institution is not told apart from others."""
        alone = self.institution_ids is not None and len(self.institution_ids) < 2
        return tuple(each for each in Subject if not (alone and each is Subject.INSTITUTION))


def scope_of(actor: Actor) -> Scope:
    """The secretariat sees all, who reports their institutions', observers what is approved."""
    if actor.is_secretariat:
        return Scope()
    ids = tuple(sorted(actor.institutions(READS)))
    return Scope(ids) if ids else Scope(approved=True)

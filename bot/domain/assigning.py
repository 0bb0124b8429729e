"""Who is to answer for which item: what has to change so that it is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bot.domain.items import Assignment, AssignmentState, Part


@dataclass(frozen=True)
class Target:
    """An institution's part in an item, and until when it is to report."""

    part: Part
    due_on: date | None


Targets: TypeAlias = Mapping[int, Mapping[int, Target]]
"""By item, by institution."""


@dataclass(frozen=True)
class Step:
    """An assignment that there is, and what it is to become."""

    assignment: Assignment
    target: Target


@dataclass(frozen=True)
class Plan:
    """What has to be done: `new` are items and institutions, `again` assignments that had ended.

    `settled` were given back by their institutions, which assigning the item anew decides.
    """

    new: tuple[tuple[int, int, Target], ...]
    again: tuple[Step, ...]
    changed: tuple[Step, ...]
    removed: tuple[Assignment, ...]
    settled: tuple[Assignment, ...]
    demoted: int
    unchanged: int

    @property
    def empty(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.new or self.again or self.changed or self.removed)


_OPEN = (AssignmentState.DRAFT, AssignmentState.ANNOUNCED)


def plan(existing: Sequence[Assignment], targets: Targets, *, exact: bool = False) -> Plan:
    """What makes the targets true; with `exact`, other institutions lose these items.

    An item has one lead: who leads now and is no target contributes from then on.
    """
    known = {(each.item_id, each.institution_id): each for each in existing}
    new, again, changed, unchanged = [], [], [], 0
    for item_id, wanted in targets.items():
        for institution_id, target in wanted.items():
            held = known.get((item_id, institution_id))
            if held is None:
                new.append((item_id, institution_id, target))
            elif held.state not in _OPEN:
                again.append(Step(held, target))
            elif (held.part, held.due_on) != (target.part, target.due_on):
                changed.append(Step(held, target))
            else:
                unchanged += 1
    others = [
        each
        for each in existing
        if each.item_id in targets and each.institution_id not in targets[each.item_id]
    ]
    open_others = [each for each in others if each.state in _OPEN]
    demoted = [] if exact else [each for each in open_others if _loses_the_lead(each, targets)]
    changed += [Step(each, Target(Part.CONTRIBUTING, each.due_on)) for each in demoted]
    return Plan(
        tuple(new),
        tuple(again),
        tuple(changed),
        tuple(open_others) if exact else (),
        tuple(each for each in others if each.state is AssignmentState.DISOWNED),
        len(demoted),
        unchanged,
    )


def _loses_the_lead(held: Assignment, targets: Targets) -> bool:
    leads = any(each.part is Part.LEAD for each in targets[held.item_id].values())
    return leads and held.part is Part.LEAD


@dataclass(frozen=True)
class Assigned:
    """What assigning did, in numbers of assignments; `told` were known to their institutions."""

    items: int
    drafts: int
    changed: int
    unchanged: int
    demoted: int
    told: int


@dataclass(frozen=True)
class Waiting:
    """An institution whose drafts wait, because nobody there could be told."""

    names: Mapping[str, str]
    drafts: int
    invited: bool


@dataclass(frozen=True)
class Preview:
    """What announcing would do: to how many people, and what stays a draft.

    `mark` stands for exactly the drafts that would be announced, `waiting_mark` for the others.
    """

    drafts: int
    institutions: int
    people: int
    waiting: tuple[Waiting, ...]
    mark: str
    waiting_mark: str


@dataclass(frozen=True)
class Announced:
    """What was announced, and to how many people."""

    assignments: int
    people: int

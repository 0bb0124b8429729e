"""The assignment workbook: asked for; what it would change when it is back, and changing it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain import permissions
from bot.domain.assigning import Target
from bot.domain.errors import Outdated
from bot.domain.items import Part
from bot.domain.people import Act
from bot.domain.selection import Selection
from bot.services import assignments as assigning
from bot.services import books
from bot.services import clusters as arranging
from storage import assignments, jobs
from storage import assignments_book as queries
from storage.assignments_book import Row
from storage.database import Transaction

MAKE, READ = "assignments_book", "assignments_read"
FIELDS = ("lead", "contributing", "due", "cluster")


@dataclass(frozen=True)
class Wish:
    """What a row of the workbook says of an item, by ids; fields outside `given` say nothing."""

    item_id: int
    lead: int | None
    contributing: tuple[int, ...]
    due: date | None
    cluster: int | None
    given: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """The wish as plain JSON values."""
        return {
            "item": self.item_id,
            "lead": self.lead,
            "contributing": list(self.contributing),
            "due": None if self.due is None else self.due.isoformat(),
            "cluster": self.cluster,
            "given": sorted(self.given),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Wish:
        """The wish that `to_json` packed."""
        return cls(
            kept["item"],
            kept["lead"],
            tuple(kept["contributing"]),
            None if kept["due"] is None else date.fromisoformat(kept["due"]),
            kept["cluster"],
            frozenset(kept["given"]),
        )

    def changes(self, now: Row) -> tuple[str, ...]:
        """Which fields of the item would change.

        The cluster of a restricted one is not told, so that an empty cell says nothing.
        """
        untold = now.restricted and self.cluster is None
        said = {
            "lead": self.lead != now.lead,
            "contributing": set(self.contributing) != set(now.contributing),
            "due": self.due != now.due,
            "cluster": self.cluster != now.cluster and not untold,
        }
        return tuple(each for each in FIELDS if each in self.given and said[each])


@dataclass(frozen=True)
class Difference:
    """What a workbook would change: an item as it is now, the wish, and the fields that differ."""

    now: Row
    wish: Wish
    fields: tuple[str, ...]


async def ask(tx: Transaction, act: Act, wanted: Selection, *, language: str) -> int:
    """Plan the workbook of what is selected; gives its job."""
    permissions.require(permissions.may_arrange(act.actor))
    return await books.ask(tx, act, MAKE, wanted, language=language)


async def differences(tx: Transaction, wishes: Sequence[Wish]) -> list[Difference]:
    """What the wishes would change now, item by item."""
    standing = await queries.standing(tx, [each.item_id for each in wishes])
    now = {each.id: each for each in standing}
    return [
        Difference(now[each.item_id], each, fields)
        for each in wishes
        if each.item_id in now and (fields := each.changes(now[each.item_id]))
    ]


def counts(found: Sequence[Difference]) -> Counter[str]:
    """How many items would change in each field."""
    return Counter(field for each in found for field in each.fields)


def mark(found: Sequence[Difference]) -> str:
    """Stands for exactly these differences: whoever changes one of the items changes it."""
    said = [(each.now.id, each.now.lead, each.now.contributing, str(each.now.due), each.now.cluster,
             each.fields) for each in found]  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def apply(tx: Transaction, act: Act, job_id: int) -> int:
    """Make the previewed changes, all or none; gives how many items changed.

    Raises Outdated where the job is done already, or an item has changed since the preview.
    """
    permissions.require(permissions.may_arrange(act.actor))
    job = await books.waiting(tx, job_id, READ)
    assert job.result is not None
    wishes = [Wish.from_json(each) for each in job.result["wishes"]]
    await assignments.lock_items(tx, [each.item_id for each in wishes])
    found = await differences(tx, wishes)
    if mark(found) != job.result["mark"]:
        raise Outdated
    targets, emptied = await _targets(tx, found)
    if targets:
        await assigning.aim(tx, act, targets, exact=True)
    for assignment_id in emptied:
        await assigning.take_back(tx, act, assignment_id)
    for cluster, item_ids in _clustered(found).items():
        await arranging.put(tx, act, item_ids, cluster)
    await jobs.change(tx, job_id, state=jobs.DONE, result=None, finished_at=act.now)
    return len(found)


async def discard(tx: Transaction, act: Act, job_id: int) -> None:
    """Change nothing of it."""
    permissions.require(permissions.may_arrange(act.actor))
    await books.discard(tx, act, await books.waiting(tx, job_id, READ), "assignments_book")


async def _targets(
    tx: Transaction, found: Sequence[Difference]
) -> tuple[dict[int, dict[int, Target]], list[int]]:
    """Who is to answer for each item that changes hands or dates; and what nobody is to keep."""
    moved = [each for each in found if set(each.fields) & {"lead", "contributing", "due"}]
    held = await assignments.of_items(tx, [each.now.id for each in moved])
    dates = {(each.item_id, each.institution_id): each.due_on for each in held}
    open_ids = {
        (each.item_id, each.institution_id): each.id
        for each in held
        if each.state in assigning.OPEN
    }
    targets: dict[int, dict[int, Target]] = {}
    emptied: list[int] = []
    for each in moved:
        wanted = _wanted(each, dates)
        if wanted:
            targets[each.now.id] = wanted
        else:
            emptied += [id_ for (item_id, _), id_ in open_ids.items() if item_id == each.now.id]
    return targets, emptied


def _wanted(
    difference: Difference, dates: Mapping[tuple[int, int], date | None]
) -> dict[int, Target]:
    """The item's institutions with their parts; where no date is changed, each keeps its own."""
    now, wish, fields = difference.now, difference.wish, difference.fields
    lead = wish.lead if "lead" in fields else now.lead
    contributing = wish.contributing if "contributing" in fields else now.contributing
    due = wish.due if "due" in fields else now.due

    def target(institution_id: int, part: Part) -> Target:
        known = (now.id, institution_id) in dates and institution_id in (
            now.lead,
            *now.contributing,
        )
        own = dates[now.id, institution_id] if known and "due" not in fields else due
        return Target(part, own)

    wanted = {each: target(each, Part.CONTRIBUTING) for each in contributing}
    if lead is not None:
        wanted[lead] = target(lead, Part.LEAD)
    return wanted


def _clustered(found: Sequence[Difference]) -> dict[int | None, list[int]]:
    clustered: dict[int | None, list[int]] = {}
    for each in found:
        if "cluster" in each.fields:
            clustered.setdefault(each.wish.cluster, []).append(each.now.id)
    return clustered

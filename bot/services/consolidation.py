"""Consolidating: the State's status of an item, and contradictions between its institutions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain import permissions
from bot.domain.consolidation import (
    LONGEST_SENTENCE,
    Consolidation,
    Contradiction,
    NoFileBehind,
    NothingApproved,
)
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.people import Act
from bot.domain.reports import DayInFuture, TooLong, fitting
from bot.domain.status import called
from bot.services import audit
from storage import assignments, evidence, statuses
from storage import consolidations as queries
from storage.database import Transaction


@dataclass(frozen=True)
class Wanted:
    """What an officer is about to consolidate, and what they had before their eyes.

    `sources` are the approved status updates that they read, `after` the version that there was.
    """

    item_id: int
    status: str
    as_of: date
    sentence: str
    language: str
    sources: tuple[int, ...]
    after: int = 0


async def consolidate(tx: Transaction, act: Act, wanted: Wanted) -> Consolidation:
    """The item has a new version of its consolidated status; its contradictions are resolved.

    It rests on what the officer read: a report approved meanwhile makes it stale at once. Raises
    Outdated where a colleague has consolidated meanwhile, NothingApproved, NoFileBehind,
    DayInFuture, NoStatus, StatusEnded, NoWords or TooLong.
    """
    permissions.require(permissions.may_consolidate(act.actor))
    seat = permissions.secretariat_seat(act.actor)
    chosen = (await statuses.vocabulary(tx)).require(wanted.status)
    sentence = fitting(wanted.sentence)
    if len(sentence) > LONGEST_SENTENCE:
        raise TooLong(limit=LONGEST_SENTENCE, count=len(sentence) - LONGEST_SENTENCE)
    if wanted.as_of > act.today:
        raise DayInFuture(day=wanted.as_of)
    if not await assignments.lock_items(tx, [wanted.item_id]):
        raise NotFound
    before = await queries.current(tx, wanted.item_id)
    if wanted.after != (0 if before is None else before.version):
        raise Outdated
    sources = await _sources(tx, wanted)
    if chosen.evidence_required and not await evidence.files_behind(tx, sources):
        raise NoFileBehind(status=called(chosen.code))
    await queries.add(
        tx,
        wanted.item_id,
        version=wanted.after + 1,
        status=chosen.code,
        as_of=wanted.as_of,
        sentence=sentence,
        language=wanted.language,
        sources=sources,
        seat_id=seat.id,
        now=act.now,
    )
    resolved = await queries.resolve_all(tx, wanted.item_id, seat_id=seat.id, now=act.now)
    made = existing(await queries.current(tx, wanted.item_id))
    await audit.record(
        tx,
        act,
        "item.consolidate",
        f"item:{wanted.item_id}",
        seat_id=seat.id,
        facts={
            "version": made.version,
            "status": chosen.code,
            "as_of": wanted.as_of,
            "rests_on": list(made.sources),
            "contradictions": resolved,
        },
        words=sentence,
    )
    return made


async def _sources(tx: Transaction, wanted: Wanted) -> list[int]:
    """What was read, as far as it is an approved report on the item."""
    approved = await queries.approved_of(tx, wanted.item_id, wanted.sources)
    if not approved:
        raise NothingApproved
    return approved


async def mark(
    tx: Transaction, act: Act, pair: tuple[int, int], words: str, *, language: str
) -> int:
    """Two institutions' reports on one item contradict each other; gives the mark's id.

    No institution is told: neither may know what another says before it is approved. Raises
    MarkedAlready, NoWords or TooLong; NotFound where they are not of one item and two institutions,
    or one of them stands no more.
    """
    permissions.require(permissions.may_consolidate(act.actor))
    seat = permissions.secretariat_seat(act.actor)
    why = fitting(words)
    one, other = [existing(await queries.word(tx, each)) for each in pair]
    items = {await queries.item_of(tx, each) for each in pair}
    item_id = items.pop()
    if items or item_id is None or one.institution_id == other.institution_id:
        raise NotFound
    marked = await queries.mark(tx, item_id, pair, why, language, seat_id=seat.id, now=act.now)
    await audit.record(
        tx,
        act,
        "contradiction.mark",
        f"item:{item_id}",
        seat_id=seat.id,
        facts={"contradiction": marked, "reports": [one.number, other.number]},
        words=why,
    )
    return marked


async def unmark(tx: Transaction, act: Act, contradiction_id: int) -> Contradiction:
    """They do not contradict each other after all. Raises Outdated where that is settled."""
    permissions.require(permissions.may_consolidate(act.actor))
    seat = permissions.secretariat_seat(act.actor)
    found = await queries.contradiction(tx, contradiction_id)
    if found is None or not await queries.resolve(
        tx, contradiction_id, seat_id=seat.id, now=act.now
    ):
        raise Outdated
    await audit.record(
        tx,
        act,
        "contradiction.unmark",
        f"item:{found.item_id}",
        seat_id=seat.id,
        facts={"contradiction": found.id, "reports": [found.one, found.other]},
    )
    return found


async def is_stale(tx: Transaction, item_id: int) -> bool:
    """Whether the item is consolidated and a report was approved since."""
    current = await queries.current(tx, item_id)
    return current is not None and current.stale(await queries.approved_words(tx, item_id))

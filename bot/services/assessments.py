"""Independent assessments: given and taken back by observers, told to the State's institutions."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import permissions
from bot.domain.assessments import (
    Assessment,
    AssessmentDraft,
    independent,
    require_seen,
)
from bot.domain.errors import NotAllowed, NotFound, Outdated, existing
from bot.domain.items import Item
from bot.domain.people import Act, Actor, Role
from bot.domain.permissions import READS
from bot.domain.reports import DayInFuture
from bot.domain.views import assessments as views
from bot.services import audit
from bot.services.notices import officers, tell
from storage import assessments as queries
from storage import items, people, statuses
from storage.database import Transaction


async def assessable(tx: Transaction, actor: Actor, item_id: int) -> tuple[Item, tuple[int, ...]]:
    """The item that an observer assesses, and the institutions in whose names they may do so.

    Refuses with NotAllowed, NotFound (restricted items are not there for observers) or
    NotIndependent.
    """
    observed = permissions.observes_for(actor)
    permissions.require(bool(observed))
    found = existing(await items.get(tx, item_id))
    if found.restricted:
        raise NotFound
    return found, independent(observed, await queries.holders(tx, item_id))


async def assessable_for(
    tx: Transaction, actor: Actor, item_id: int, institution_id: int | None
) -> tuple[Item, int]:
    """As `assessable`, in the name of that institution; None: of the only one that there is."""
    found, observed = await assessable(tx, actor, item_id)
    if institution_id is None and len(observed) == 1:
        return found, observed[0]
    if institution_id is None or institution_id not in observed:
        raise NotAllowed
    return found, institution_id


async def give(tx: Transaction, act: Act, draft: AssessmentDraft) -> Assessment:
    """Publish an assessment, or another version of it, beside the State's answer.

    Refuses as `assessable_for` does, and with NoWords, TooLong, SourceTooLong, DayInFuture,
    NoStatus or StatusEnded.
    """
    item, institution_id = await assessable_for(tx, act.actor, draft.item_id, draft.institution_id)
    seat = act.actor.seat({Role.OBSERVER}, institution_id)
    assert seat is not None
    checked = draft.checked()
    if checked.as_of > act.today:
        raise DayInFuture(day=checked.as_of)
    if checked.status is not None:
        (await statuses.vocabulary(tx)).require(checked.status)
    given = await queries.add(tx, checked, institution_id, seat.id, now=act.now)
    found = existing(await queries.get(tx, given))
    await _tell(tx, act, item, found)
    facts = {"item": item.id, "institution": institution_id, "version": found.version}
    await audit.record(
        tx,
        act,
        "assessment.give",
        f"assessment:{given}",
        seat_id=seat.id,
        facts=facts | ({"status": checked.status} if checked.status else {}),
    )
    return found


async def withdraw(tx: Transaction, act: Act, assessment_id: int) -> Assessment:
    """Take back what the own institution published; it stays in the record, and stands no more.

    Raises NotFound, NotAllowed, or Outdated where it does not stand.
    """
    found = await get(tx, act.actor, assessment_id)
    permissions.require(permissions.may_withdraw_assessment(act.actor, found.institution_id))
    if not await queries.withdraw(tx, found.id, now=act.now):
        raise Outdated
    withdrawn = replace(found, withdrawn_at=act.now)
    await _tell(tx, act, existing(await items.get(tx, found.item_id)), withdrawn)
    facts = {"item": found.item_id, "institution": found.institution_id}
    subject = f"assessment:{found.id}"
    await audit.record(tx, act, "assessment.withdraw", subject, facts=facts)
    return withdrawn


async def get(tx: Transaction, actor: Actor, assessment_id: int) -> Assessment:
    """One version, for who may read what stands beside the answer on its item; raises NotFound.

    So it does where the item was restricted since.
    """
    found = existing(await queries.get(tx, assessment_id))
    if (await seen(tx, actor, found.item_id)).restricted:
        raise NotFound
    return found


async def seen(tx: Transaction, actor: Actor, item_id: int) -> Item:
    """The item, for who may read what stands beside the answer on it; raises NotFound."""
    found = existing(await items.get(tx, item_id))
    try:
        require_seen(actor, found, await queries.holders(tx, item_id))
    except NotAllowed:
        raise NotFound from None
    return found


async def _tell(tx: Transaction, act: Act, item: Item, given: Assessment) -> None:
    """The institutions concerned and the secretariat learn of it, without a sound."""
    told = {each.id: each for each in await officers(tx, act)}
    for institution_id in await queries.holders(tx, item.id):
        found = await people.seated(tx, now=act.now, roles=READS, institution_id=institution_id)
        told |= {each.person.id: each.person for each in found}
    step = "withdrawn" if given.withdrawn_at else "given"
    for person_id, person in sorted(told.items()):
        key = f"assessment:{given.id}:{step}:{person_id}"
        shown = views.told(item, given, person.language)
        await tell(tx, act, person_id, shown, key, subject=f"assessed:{item.id}", silent=True)

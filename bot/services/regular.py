"""Regular exports as acts: asked for, addressed, stopped; made when an occurrence is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from bot.domain import regular as rules
from bot.domain.deadlines import DeadlineState
from bot.domain.errors import NotFound, existing
from bot.domain.exports import ExportKind, require_suits
from bot.domain.filters import Filter
from bot.domain.people import Act, Actor
from bot.domain.permissions import may_export, require, secretariat_seat
from bot.domain.regular import MOST, Regular, Rhythm, TooManyRegular
from bot.domain.views import regular as views
from bot.domain.work_calendar import Policy
from bot.services import audit, exports, reminders
from bot.services.notices import tell
from storage import deadlines, jobs, people, seats
from storage import regular as queries
from storage.database import Transaction


async def add(
    tx: Transaction, act: Act, kind: ExportKind, chosen: Filter, rhythm: Rhythm
) -> Regular:
    """An export that comes to the actor by that rhythm; the same one asked for twice is one.

    Refuses with DocumentNeeded, ReportNeeded or TooManyRegular.
    """
    require(exports.may_take(act.actor, kind))
    require_suits(kind, chosen)
    seat = secretariat_seat(act.actor)
    new = Regular(
        *(0, seat.person_id, seat.id, kind, chosen, rhythm), to_all=False, dealt_with=_today(act)
    )
    own = await queries.of(tx, seat.person_id, to_all_too=False)
    for each in own:
        if (each.kind, each.filters, each.rhythm) == (kind, chosen, rhythm):
            return each
    if len(own) >= MOST:
        raise TooManyRegular(limit=MOST)
    made = replace(new, id=await queries.add(tx, new, now=act.now))
    facts = {"kind": kind.value, "rhythm": rhythm.value}
    await audit.record(tx, act, "regular_export.add", _subject(made), facts=facts)
    return made


async def seen(tx: Transaction, act: Act, regular_id: int) -> Regular:
    """One that comes to the actor, or to all of the secretariat; raises NotFound."""
    require(may_export(act.actor))
    found = existing(await queries.get(tx, regular_id))
    if found.person_id == act.actor.person_id:
        return found
    if not found.to_all or not exports.may_take(act.actor, found.kind):
        raise NotFound
    return found


async def listed(tx: Transaction, act: Act) -> list[Regular]:
    """Those that come to the actor, and to all of the secretariat who may take them."""
    require(may_export(act.actor))
    person_id = act.actor.person_id
    if person_id is None:
        return []
    return [
        each
        for each in await queries.of(tx, person_id)
        if each.person_id == person_id or exports.may_take(act.actor, each.kind)
    ]


async def address(tx: Transaction, act: Act, regular_id: int, *, to_all: bool) -> Regular:
    """It comes to all of the secretariat who may take it, or only to who asked, the actor."""
    found = await seen(tx, act, regular_id)
    require(found.person_id == act.actor.person_id)
    if await queries.address(tx, regular_id, to_all=to_all):
        facts = {"to_all": to_all}
        await audit.record(tx, act, "regular_export.address", _subject(found), facts=facts)
    return replace(found, to_all=to_all)


async def stop(tx: Transaction, act: Act, regular_id: int) -> None:
    """It comes no more: whoever it comes to stops it."""
    found = await seen(tx, act, regular_id)
    if await queries.end(tx, regular_id, now=act.now):
        await audit.record(tx, act, "regular_export.stop", _subject(found))


def _today(act: Act) -> date:
    """The day where the actor is: what was due on it has come, or is of no use any more."""
    own = None if act.actor.person is None else act.actor.person.timezone
    return act.now.astimezone(ZoneInfo(own) if own else act.zone).date()


# -- When it is due --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """What is to be done with one; `day` None: nobody may have it any more."""

    regular: Regular
    day: date | None


async def due(tx: Transaction, act: Act, policy: Policy) -> list[Due]:
    """What is due now, and what has lost whoever asked for it."""
    live = await queries.live(tx)
    if not live:
        return []
    ids = sorted({each.person_id for each in live})
    calendars = await reminders.calendars_of(tx, act, policy, ids)
    days = [each.day for each in await deadlines.every(tx) if each.state is DeadlineState.OPEN]
    found = []
    for each in live:
        if await _is_over(tx, act, each):
            found.append(Due(each, None))
        elif await _may(tx, act, each):
            day = rules.due(each, calendars[each.person_id], days, act.now)
            found += [] if day is None else [Due(each, day)]
    return found


async def _may(tx: Transaction, act: Act, regular: Regular) -> bool:
    held = await seats.live_of(tx, regular.person_id, now=act.now)
    person = existing(await people.get(tx, regular.person_id))
    return exports.may_take(Actor(person, held), regular.kind)


async def _is_over(tx: Transaction, act: Act, regular: Regular) -> bool:
    """Whether whoever asked has no seat left that takes it; a suspended one may come back."""
    held = await seats.of(tx, regular.person_id)
    kept = tuple(each for each in held if not each.has_ended(act.now))
    person = existing(await people.get(tx, regular.person_id))
    return not exports.may_take(Actor(person, kept), regular.kind)


async def carry_out(tx: Transaction, act: Act, one: Due) -> None:
    """Order the export, or say that nothing passes its filter; end what nobody may have."""
    found = one.regular
    if one.day is None:
        if await queries.end(tx, found.id, now=act.now):
            await audit.record(tx, act, "regular_export.end", _subject(found))
        return
    if not await queries.deal(tx, found, one.day):
        return
    person = existing(await people.get(tx, found.person_id))
    counted, count = await exports.holds(tx, act, found.kind, found.filters)
    facts = {"day": one.day, "kind": found.kind.value, counted: count}
    await audit.record(tx, act, "regular_export.run", _subject(found), facts=facts)
    if not count:
        shown = views.nothing(found)
        hearing = await exports.takers(tx, act, found.kind) if found.to_all else [person]
        for each in hearing:
            key = f"{_subject(found)}:{one.day}:{each.id}"
            await tell(tx, act, each.id, shown, key, silent=True)
        return
    await jobs.plan(
        tx,
        exports.EXPORT,
        exports.arguments(found.kind, found.filters, person.language)
        | {"regular": found.id, "rhythm": found.rhythm.value, "to_all": found.to_all},
        person_id=found.person_id,
        seat_id=found.seat_id,
        now=act.now,
    )


async def next_days(
    tx: Transaction, act: Act, policy: Policy, every: Sequence[Regular]
) -> dict[int, date | None]:
    """When each comes next, by id."""
    calendars = await reminders.calendars_of(tx, act, policy, [each.person_id for each in every])
    days = [each.day for each in await deadlines.every(tx) if each.state is DeadlineState.OPEN]
    return {
        each.id: rules.next_day(each, calendars[each.person_id], days, act.today) for each in every
    }


def _subject(regular: Regular) -> str:
    return f"regular_export:{regular.id}"

"""Reminding: rungs are planned for people as things stand, and sent when their moment has come.

Both are done by a tick, in short transactions. What stops a ladder – an answer, an excuse, the end
of a seat – stops it in the transaction of its own act (`bot.services.requests`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.ladder import (
    Due,
    Ladder,
    Planned,
    PutOff,
    Reaches,
    Reminded,
    Skipped,
    decide,
    plan,
)
from bot.domain.people import REPORTING, SECRETARIAT, Act, Actor, Person, Role
from bot.domain.reports import fitting
from bot.domain.requests import Listed, Request, RequestItem
from bot.domain.views import absences as absence_views
from bot.domain.views import reminders as views
from bot.domain.work_calendar import Policy, WorkCalendar
from bot.services import audit
from bot.services.notices import tell
from storage import absences, digests, outbox, people
from storage import reminders as queries
from storage import requests as request_queries
from storage.database import Transaction
from storage.outbox import Message
from storage.people import Seated
from storage.reminders import Key, Reminder


class LeaveOver(Refused):
    """Leave has to end after it begins, and not before today."""

    key = "error.leave_over"


ITEMS_AT_ONCE, PEOPLE_AT_ONCE = 25, 5
"""So many items are planned, or people reminded, in one transaction: nobody's tap waits long."""

_ROLES = REPORTING | {Role.VALIDATOR} | SECRETARIAT


# -- Planning --------------------------------------------------------------------------------------


async def plan_stale(tx: Transaction, act: Act, policy: Policy) -> int:
    """Plan the rungs of items that have changed; gives how many items, 0 when all are planned.

    What was sent stays as it is. A rung that lies before the person could be asked, or that others
    have had by now, is on record as past; a planned one that no longer fits as moved. One that was
    skipped only because nothing was owed is planned again; of those that did not reach somebody who
    can be reached again, the latest of each item.
    """
    items = await request_queries.stale(tx, limit=ITEMS_AT_ONCE)
    if not items:
        return 0
    ids = [each.id for each in items]
    ladders = await request_queries.ladders(tx, [each.request_id for each in items])
    there = await _there(tx, act, policy, {each.institution_id for each in items})
    rows = await queries.of_items(tx, ids)
    went = {each.key.rung for each in rows if each.state == queries.SENT}
    wanted: dict[Key, _Wanted] = {}
    plans: dict[tuple[Ladder, date, int], list[Planned]] = {}  # alike for many items
    for item in items:
        ladder, house = ladders[item.request_id], item.institution_id
        remindable = [each for each in there if each.may_be_reminded_of(item)]
        since = {each.reminded.person_id: max(each.since, item.since) for each in remindable}
        if (ladder, item.due_on, house) not in plans:
            those = [each.reminded for each in remindable]
            plans[ladder, item.due_on, house] = plan(ladder, item.due_on, those)
        for each in plans[ladder, item.due_on, house]:
            key = _key(item, each)
            early = each.at <= since[each.person_id]
            had = key.rung in went and each.at <= act.now
            wanted[key] = _Wanted(each.at, each.rung.asks_first, early=early, had=had)
    reached = {each.reminded.person_id for each in there if each.seated.reachable}
    missed = _latest_missed([each for each in rows if each.person_id in reached])
    await _settle(tx, wanted, rows, missed, now=act.now)
    await request_queries.mark_fresh(tx, ids)
    return len(items)


@dataclass(frozen=True)
class _Wanted:
    """A rung of the plan: `early` lies before the person was asked, `had` others have by now."""

    at: datetime
    asks_first: bool
    early: bool
    had: bool

    @property
    def past(self) -> bool:
        """Whether it comes too late for the person."""
        return self.early or self.had

    def is_due_again(self, known: Reminder, missed: Collection[int]) -> bool:
        """Whether that skipped rung is owed after all."""
        if known.id in missed:
            return not self.early
        return known.reason in _NOT_OWED and not self.past


def _latest_missed(rows: Sequence[Reminder]) -> set[int]:
    """The latest rung of each item that a person missed while no message reached them."""
    latest: dict[tuple[int, int], Reminder] = {}
    for each in rows:
        which = (each.person_id, each.request_item_id)
        if each.state == queries.SENT or each.reason == Skipped.UNREACHABLE:
            latest[which] = max(each, latest.get(which, each), key=lambda one: one.rank)
    return {each.id for each in latest.values() if each.reason == Skipped.UNREACHABLE}


async def _settle(
    tx: Transaction,
    wanted: Mapping[Key, _Wanted],
    rows: Sequence[Reminder],
    missed: Collection[int],
    *,
    now: datetime,
) -> None:
    """Make the planned rows those that are wanted; `missed` are owed though others had them."""
    known = {each.key: each for each in rows}
    new = [
        queries.New(key, each.at, each.asks_first, Skipped.PAST if each.past else None)
        for key, each in wanted.items()
        if key not in known
    ]
    await queries.add(tx, new, now=now)
    planned = [each for each in rows if each.state in (queries.PLANNED, queries.HELD)]
    moved = {
        each.id: wanted[each.key].at
        for each in planned
        if each.key in wanted and each.at != wanted[each.key].at
    }
    await queries.move(tx, moved)
    again = {
        each.id: wanted[each.key].at
        for each in rows
        if each.key in wanted and wanted[each.key].is_due_again(each, missed)
    }
    await queries.plan_again(tx, again)
    gone = [
        each.id for each in planned if each.key not in wanted and each.reaches != queries.SNOOZED
    ]
    await queries.skip(tx, gone, Skipped.MOVED, now=now)


_NOT_OWED = frozenset(
    {Skipped.ANSWERED, Skipped.UNCLEARED, Skipped.EXCUSED, Skipped.ENDED, Skipped.MOVED}
)
"""Why a rung was skipped that is planned again once it is owed: an answer may be returned."""


def _key(item: RequestItem, planned: Planned) -> Key:
    rung = planned.rung
    return Key(item.id, planned.person_id, item.due_on, rung.days, rung.reaches.value)


@dataclass(frozen=True)
class _There:
    """Somebody in a seat, who may be reminded since then of what their institution owes."""

    seated: Seated
    calendar: WorkCalendar

    @property
    def reminded(self) -> Reminded:
        return Reminded(self.seated.person.id, self.seated.seat.role, self.calendar)

    @property
    def since(self) -> datetime:
        return self.seated.seat.from_at

    def may_be_reminded_of(self, item: RequestItem) -> bool:
        """Whether it is their institution's, or they are the secretariat."""
        return self.seated.seat.institution_id in (None, item.institution_id)


async def _there(
    tx: Transaction, act: Act, policy: Policy, institution_ids: Iterable[int]
) -> list[_There]:
    """Who sits there or in the secretariat and has ever opened the chat, with days and hours."""
    seated = await people.seated(
        tx, now=act.now, roles=_ROLES, institution_ids=institution_ids, coming_too=True
    )
    calendars = await calendars_of(tx, act, policy, [each.person.id for each in seated])
    return [_There(each, calendars[each.person.id]) for each in seated if each.started]


async def calendars_of(
    tx: Transaction, act: Act, policy: Policy, person_ids: Sequence[int]
) -> dict[int, WorkCalendar]:
    """The days and hours of these people, leave included."""
    habits = await absences.habits(tx, person_ids)
    leave = await absences.leave_of(tx, person_ids, after=act.today - _LOOKED_BACK)
    free = await absences.free(tx)
    return {
        each: policy.calendar(
            zone=own.zone,
            weekend=own.weekend,
            hours=own.hours,
            leave=leave.get(each, ()),
            holidays=free,
        )
        for each, own in habits.items()
    }


_LOOKED_BACK = timedelta(days=30)  # leave that ended before cannot hold anything up any more


async def dates(
    tx: Transaction, act: Act, policy: Policy, request: Request
) -> list[tuple[str, list[datetime]]]:
    """When each person would be reminded of a request, by name; nothing is changed."""
    items = await request_queries.open_items(tx, request.id)
    there = await _there(tx, act, policy, {each.institution_id for each in items})
    found: dict[str, set[datetime]] = {}
    names = {each.reminded.person_id: each.seated.person.name for each in there}
    for item in items:
        those = [each.reminded for each in there if each.may_be_reminded_of(item)]
        for rung in plan(request.ladder, item.due_on, those):
            if rung.at > act.now:
                found.setdefault(names[rung.person_id], set()).add(rung.at)
    return [(name, sorted(found[name])) for name in sorted(found)]


@dataclass(frozen=True)
class Work:
    """What there is to do now: requests to ask anew or to send, items to plan, people to remind."""

    anew: bool
    requests: bool
    items: bool
    people: bool


async def work(tx: Transaction, act: Act) -> Work:
    """Whether there is anything to do, in a read-only look."""
    return Work(
        anew=bool(await request_queries.to_repeat(tx, today=act.today)),
        requests=bool(await request_queries.to_open(tx, now=act.now)),
        items=await request_queries.any_stale(tx),
        people=await queries.any_due(tx, now=act.now),
    )


# -- When the moment has come ----------------------------------------------------------------------


async def people_due(tx: Transaction, act: Act) -> list[int]:
    """The people whose moment has come, those who wait longest first."""
    return await queries.people_due(tx, now=act.now)


async def remind(tx: Transaction, act: Act, policy: Policy, person_ids: Sequence[int]) -> None:
    """Remind these people of what is due, each in one message.

    Who may not be reminded now waits until they may. What only an officer may send is held, and the
    officers are asked.
    """
    seated: dict[int, list[Seated]] = {}
    for each in await people.seated(tx, now=act.now, roles=_ROLES, person_ids=person_ids):
        seated.setdefault(each.person.id, []).append(each)
    calendars = await calendars_of(tx, act, policy, person_ids)
    due = await queries.due_for(tx, person_ids, now=act.now)
    ids = sorted({each.request_item_id for rungs in due.values() for each in rungs})
    shown = {each.id: each for each in await request_queries.listed_ones(tx, ids)}
    houses = {each.institution_id for each in shown.values()}
    called_for = any(one.seat.role in SECRETARIAT for held in seated.values() for one in held)
    validate = any(one.seat.role is Role.VALIDATOR for held in seated.values() for one in held)
    known = _Known(
        shown,
        await queries.latest_sent(tx, person_ids, ids),
        await queries.last_messages(tx, person_ids),
        await focal_points(tx, act, houses) if validate else {},
        await queries.snoozes(tx, ids) if called_for else {},
    )
    sayings: list[_Saying] = []
    for person_id in person_ids:
        rungs = due.get(person_id, [])
        rungs = await _still_theirs(tx, act, known, rungs, seated.get(person_id, ()))
        if rungs:
            person = seated[person_id][0].person
            told = await _settled(tx, act, known, person, rungs, calendar=calendars[person_id])
            if told:
                sayings.append(_saying(act, known, seated[person_id], told))
    await _say(tx, act, known, sayings)


@dataclass(frozen=True)
class _Known:
    """What is looked up for several people at once.

    What is asked by id, the longest due first; the highest rung that was sent, by person and item;
    the last message, by person; who reports, by institution; who has put it off, by what is asked.
    """

    shown: Mapping[int, Listed]
    latest: Mapping[tuple[int, int], tuple[date, int]]
    last: Mapping[int, int]
    focal_points: Mapping[int, str]
    put_off: Mapping[int, Sequence[PutOff]]

    def shown_in(self, rungs: Sequence[Reminder]) -> list[Listed]:
        """What these rungs are about, the longest due first."""
        ids = {each.request_item_id for each in rungs}
        return [each for each in self.shown.values() if each.id in ids]


async def _still_theirs(
    tx: Transaction,
    act: Act,
    known: _Known,
    rungs: Sequence[Reminder],
    seated: Sequence[Seated],
) -> list[Reminder]:
    """The rungs that reach the person in a seat they hold now; the others are skipped."""
    if any(each.unreachable_reason for each in seated):
        await queries.skip(tx, [each.id for each in rungs], Skipped.UNREACHABLE, now=act.now)
        return []
    theirs = {one.seat.institution_id for one in seated}
    kept = [
        each
        for each in rungs
        if None in theirs or known.shown[each.request_item_id].institution_id in theirs
    ]
    lost = {each.id for each in rungs} - {each.id for each in kept}
    await queries.skip(tx, sorted(lost), Skipped.ENDED, now=act.now)
    return kept


async def _settled(
    tx: Transaction,
    act: Act,
    known: _Known,
    person: Person,
    rungs: Sequence[Reminder],
    *,
    calendar: WorkCalendar,
) -> list[Reminder]:
    """Skip, put off or hold what is not to be said now; gives what is."""
    late = [
        each
        for each in rungs
        if each.rank < known.latest.get((person.id, each.request_item_id), each.rank)
    ]
    await queries.skip(tx, [each.id for each in late], Skipped.OVERTAKEN, now=act.now)
    rungs = [each for each in rungs if each not in late]
    due = [Due(each.id, each.request_item_id, each.rank) for each in rungs]
    decision = decide(due, calendar, act.now)
    if decision.until is not None:
        await queries.put_off(tx, [each.id for each in rungs], decision.until)
        return []
    if not decision.send:  # no day is near on which they may be reminded
        await queries.skip(tx, [each.id for each in rungs], Skipped.UNREACHABLE, now=act.now)
        return []
    await queries.skip(tx, decision.overtaken, Skipped.OVERTAKEN, now=act.now)
    sent = [each for each in rungs if each.id in decision.send]
    held = [each for each in sent if each.asks_first]
    await queries.hold(tx, [each.id for each in held])
    if held:
        await _ask_officers(tx, act, known.shown_in(held), min(each.id for each in held))
    return [each for each in sent if not each.asks_first]


@dataclass(frozen=True)
class _Saying:
    """One person's message, and the rungs that it is about."""

    message: Message
    person: Person
    rungs: Sequence[int]


def _saying(act: Act, known: _Known, seated: Sequence[Seated], told: Sequence[Reminder]) -> _Saying:
    """One message for everything."""
    person = seated[0].person
    reader = Actor(person, tuple(each.seat for each in seated))
    shown = known.shown_in(told)
    first = min(each.id for each in told)
    if {each.reaches for each in told} == {Reaches.SECRETARIAT.value}:
        screen = views.call_list(shown, known.put_off, language=person.language, today=act.today)
    elif all(permissions.only_validates(reader, each.institution_id) for each in shown):
        points = known.focal_points
        screen = views.of_validator(shown, first, points, language=person.language)
    else:
        screen = views.reminder(shown, first, language=person.language, today=act.today)
    message = Message(
        key=f"reminder:{first}",
        screen=screen,
        person_id=person.id,
        bot_id=act.bot_id,
        subject=views.subject(shown),
    )
    return _Saying(message, person, [each.id for each in told])


async def focal_points(tx: Transaction, act: Act, institution_ids: Iterable[int]) -> dict[int, str]:
    """Who reports for these institutions, by institution: a focal point, else an alternate."""
    found: dict[int, Seated] = {}
    houses = set(institution_ids)
    for each in await people.seated(tx, now=act.now, roles=REPORTING, institution_ids=houses):
        house = each.seat.institution_id
        if house is None:
            continue
        first = found.setdefault(house, each)
        if first.seat.role is not Role.FOCAL_POINT and each.seat.role is Role.FOCAL_POINT:
            found[house] = each
    return {house: each.person.name for house, each in found.items()}


async def _say(tx: Transaction, act: Act, known: _Known, sayings: Sequence[_Saying]) -> None:
    """Plan the messages; each takes the place of the person's last reminder."""
    await outbox.add_many(tx, [each.message for each in sayings], now=act.now)
    rows = await outbox.find_many(tx, [each.message.key for each in sayings])
    messages = {rung: rows[each.message.key] for each in sayings for rung in each.rungs}
    await queries.mark_sent(tx, messages, now=act.now)
    for each in sayings:
        last = known.last.get(each.person.id)
        if last is not None:
            key = f"{each.message.key}:replaces:{last}"
            await tell(tx, act, each.person.id, views.replaced(), key, edits=last, silent=True)


async def _ask_officers(tx: Transaction, act: Act, shown: Sequence[Listed], first: int) -> None:
    """The officers decide whether a validator is reminded; each hears of it once."""
    for each in await people.seated(tx, now=act.now, roles=SECRETARIAT):
        screen = views.may_validator_be_reminded(shown, first, language=each.person.language)
        await tell(tx, act, each.person.id, screen, f"held:{first}:{each.person.id}", silent=True)


# -- What people do with a reminder ----------------------------------------------------------------


async def snooze(
    tx: Transaction, act: Act, policy: Policy, reminder_id: int, *, until_on: date, reason: str
) -> int:
    """Remind the person of the same things on that day instead; the secretariat sees the reason.

    What would come before it is skipped. Gives how many things wait; raises NotFound where none is
    asked any more, NoWords without a reason.
    """
    assert act.actor.person is not None
    person = act.actor.person
    ids = await queries.items_of_bundle(tx, reminder_id, person.id)
    if not ids:
        raise NotFound
    why = fitting(reason)
    calendar = (await calendars_of(tx, act, policy, [person.id]))[person.id]
    morning = calendar.morning(until_on)
    at = calendar.next_allowed(morning) or morning
    items = await request_queries.of_ids(tx, ids)
    await queries.skip_before(tx, ids, person.id, at, Skipped.SNOOZED, now=act.now)
    new = [
        queries.New(
            Key(each.id, person.id, each.due_on, (until_on - each.due_on).days, queries.SNOOZED), at
        )
        for each in items
    ]
    await queries.add(tx, new, now=act.now)
    entry = await audit.record(
        tx,
        act,
        "reminder.snooze",
        f"reminder:{reminder_id}",
        facts={"items": ids, "until_on": until_on},
        words=why,
    )
    await queries.say_why(tx, [each.key for each in new], entry)
    return len(ids)


async def let_validators_be_reminded(
    tx: Transaction, act: Act, reminder_id: int, *, wanted: bool
) -> int:
    """An officer says whether validators hear of what their institutions owe; gives of how much."""
    permissions.require(permissions.may_ask(act.actor))
    ids = await queries.held_with(tx, reminder_id)
    if not ids:
        raise Outdated
    if wanted:
        await queries.release(tx, ids, now=act.now)
        tx.wakes.add(request_queries.WAKES)
    else:
        await queries.skip(tx, ids, Skipped.DECLINED, now=act.now)
    name = "reminder.release" if wanted else "reminder.decline"
    await audit.record(tx, act, name, f"reminder:{reminder_id}", facts={"reminders": ids})
    return len(ids)


# -- Leave -----------------------------------------------------------------------------------------


async def go_away(
    tx: Transaction, act: Act, *, from_on: date, until_on: date, deputy_id: int | None
) -> list[str]:
    """The person is away: reminders go to those who are there, else to the deputy.

    The deputy is somebody of one of their institutions, and is told; raises NotAllowed for anybody
    else. Gives the names of those who are reminded meanwhile.
    """
    assert act.actor.person is not None
    if until_on < from_on or until_on < act.today:
        raise LeaveOver
    if deputy_id is not None:
        colleagues = {each.person.id for each in await colleagues_of(tx, act)}
        permissions.require(deputy_id in colleagues)
    leave_id = await absences.add_leave(
        tx,
        act.actor.person.id,
        from_on=from_on,
        until_on=until_on,
        deputy_id=deputy_id,
        now=act.now,
    )
    await plan_anew(tx, act)
    await audit.record(
        tx,
        act,
        "leave.add",
        f"person:{act.actor.person.id}",
        facts={"from_on": from_on, "until_on": until_on, "deputy": deputy_id or 0},
    )
    if deputy_id is not None:
        shown = absence_views.stands_in(act.actor.person.name, from_on, until_on)
        await tell(tx, act, deputy_id, shown, f"leave:{leave_id}:deputy", silent=True)
    return await _reminded_instead(tx, act, from_on, deputy_id)


async def _reminded_instead(
    tx: Transaction, act: Act, day: date, deputy_id: int | None
) -> list[str]:
    """Who hears that day what the actor would, as `bot.domain.ladder.plan` has it; their names."""
    fellows = await _fellows(tx, act)
    deputies = [each for each in await colleagues_of(tx, act) if each.person.id == deputy_id]
    ids = {each.person.id for each in (*fellows, *deputies)}
    leave = await absences.leave_of(tx, ids, after=day)
    away = {each for each, found in leave.items() if any(one.covers(day) for one in found)}
    there = [each for each in fellows if each.person.id not in away]
    standing_in = [each for each in deputies if each.person.id not in away]
    return [each.name for each in people.each_once(there or standing_in)]


async def _fellows(tx: Transaction, act: Act) -> list[Seated]:
    """The others who are reminded of the same as the actor."""
    kinds = (REPORTING, {Role.VALIDATOR}, SECRETARIAT)
    own = {
        (kind, seat.institution_id)
        for seat in act.actor.seats
        for kind in map(frozenset, kinds)
        if seat.role in kind and seat.unit_id is None
    }
    return [
        each
        for kind, house in own
        for each in await people.seated(tx, now=act.now, roles=kind, institution_id=house)
        if each.seat.institution_id == house
        and each.person.id != act.actor.person_id
        and each.reachable
    ]


async def come_back(tx: Transaction, act: Act) -> None:
    """The person is there again, earlier than they had said."""
    assert act.actor.person is not None
    if not await absences.end_leave(tx, act.actor.person.id, on=act.today):
        raise Outdated
    await plan_anew(tx, act)
    await audit.record(tx, act, "leave.end", f"person:{act.actor.person.id}")


async def plan_anew(tx: Transaction, act: Act) -> None:
    """The actor's days or hours have changed: what they are sent by itself is planned again."""
    assert act.actor.person is not None
    if act.actor.is_secretariat:
        await request_queries.mark_stale(tx)
    else:
        roles = REPORTING | {Role.VALIDATOR}
        held = {each.institution_id for each in act.actor.seats if each.role in roles}
        houses = sorted(each for each in held if each is not None)
        await request_queries.mark_stale(tx, institution_ids=houses)
    await digests.plan_anew(tx, [act.actor.person.id], now=act.now)


# -- The secretariat's own free days ---------------------------------------------------------------


class FreeAlready(Refused):
    """The day is free as it is."""

    key = "error.free_already"


async def add_free_day(tx: Transaction, act: Act, day: date, name: str) -> None:
    """Nobody is reminded on that day; raises FreeAlready."""
    permissions.require(permissions.may_ask(act.actor))
    if not await absences.add_free_day(tx, day, fitting(name)[:LONGEST_NAME]):
        raise FreeAlready
    await _replan_everybody(tx, act, "free_day.add", day)


async def remove_free_day(tx: Transaction, act: Act, day: date) -> None:
    """The day is like any other again; raises Outdated where it is."""
    permissions.require(permissions.may_ask(act.actor))
    if not await absences.remove_free_day(tx, day):
        raise Outdated
    await _replan_everybody(tx, act, "free_day.remove", day)


LONGEST_NAME = 200


async def _replan_everybody(tx: Transaction, act: Act, what: str, day: date) -> None:
    await request_queries.mark_stale(tx)
    await audit.record(tx, act, what, f"day:{day}")


def houses_of(act: Act) -> list[int]:
    """The institutions in which the actor holds a seat."""
    held = (each.institution_id for each in act.actor.seats)
    return list(dict.fromkeys(each for each in held if each is not None))


async def colleagues_of(tx: Transaction, act: Act) -> list[Seated]:
    """Who could stand in for the actor: others who report for the same institutions, each once."""
    found: dict[int, Seated] = {}
    for house in houses_of(act):
        for each in await people.seated(tx, now=act.now, roles=REPORTING, institution_id=house):
            if each.person.id != act.actor.person_id and each.started:
                found.setdefault(each.person.id, each)
    return list(found.values())

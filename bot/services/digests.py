"""Digests: once a week, what is open for a person – unless they are reminded that very day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from bot.domain.digests import (
    Audience,
    Digest,
    Figure,
    Outcome,
    Response,
    next_digest,
    week_of,
)
from bot.domain.errors import NotAllowed
from bot.domain.people import REPORTING, SECRETARIAT, Act, Actor
from bot.domain.permissions import READS
from bot.domain.requests import RequestKind
from bot.domain.views import digests as views
from bot.domain.work_calendar import Policy, WorkCalendar
from bot.services import audit, reminders
from bot.services.home import institutions_of
from bot.services.notices import tell
from storage import desk, digests, home, jobs, people, requests, seats, status_updates
from storage import reminders as rungs
from storage.database import Transaction
from storage.digests import Row

PICTURE = jobs.DIGEST
"""The kind of job that draws the figures of a digest."""

PEOPLE_AT_ONCE = 20
"""So many people are told in one transaction: nobody's tap waits long."""

_LATER = timedelta(days=28)  # who is there on no day at all is looked at again
_ANSWERED_WITHIN = timedelta(days=7)
_RESPONSES_OF = timedelta(days=90)


async def choose(tx: Transaction, act: Act, *, weekday: int | None, off: bool) -> None:
    """The person wants the digest on that weekday (None: the first working day), or not at all."""
    if act.actor.person is None:
        raise NotAllowed
    person_id = act.actor.person.id
    await digests.choose(tx, person_id, weekday=weekday, off=off, now=act.now)
    facts = {"weekday": -1 if weekday is None else weekday, "off": off}
    await audit.record(tx, act, "person.digest", f"person:{person_id}", facts=facts)


async def picture_sent(tx: Transaction, act: Act, job_id: int, *, sha256: str) -> None:
    """Record that the picture of a digest left."""
    await audit.record(tx, act, "export.digest", f"job:{job_id}", facts={"file": sha256})


async def send_due(tx: Transaction, act: Act, policy: Policy) -> int:
    """Plan or send the digests whose moment has come; gives of how many people, 0 when of none."""
    due = await digests.due(tx, now=act.now, limit=PEOPLE_AT_ONCE)
    if not due:
        return 0
    ids = [each.person_id for each in due]
    calendars = await reminders.calendars_of(tx, act, policy, ids)
    reachable = {
        each.person.id
        for each in await people.seated(tx, now=act.now)
        if each.started and each.unreachable_reason is None
    }
    secretariat = _Secretariat(tx, act)
    for row in due:
        calendar = calendars[row.person_id]
        this = week_of(calendar.day_of(act.now), calendar.weekend)
        known = replace(row, week=row.week or this)  # whoever is new hears from next week on
        at = None if row.off else _next(known, calendar, act.now)
        if at != act.now:
            await digests.wait(tx, row.person_id, at, week=known.week)
            continue
        if row.person_id in reachable:
            outcome = await _tell(tx, act, row, calendar, secretariat)
        else:
            outcome = Outcome.UNREACHABLE
        following = _next(replace(row, week=this), calendar, act.now)
        await digests.settle(tx, row.person_id, this, outcome, next_at=following, now=act.now)
    return len(due)


def _next(row: Row, calendar: WorkCalendar, now: datetime) -> datetime:
    found = next_digest(row.weekday, calendar, since=row.week, now=now)
    return now + _LATER if found is None else found


async def _tell(
    tx: Transaction, act: Act, row: Row, calendar: WorkCalendar, secretariat: _Secretariat
) -> Outcome:
    person = await people.get(tx, row.person_id)
    assert person is not None
    if await _is_reminded(tx, person.id, calendar, act.now):
        return Outcome.REMINDED
    actor = Actor(person, await seats.live_of(tx, person.id, now=act.now), "tick")
    digest = await _digest(tx, act, actor, secretariat)
    if digest is None or digest.empty:
        return Outcome.NOTHING
    today = calendar.day_of(act.now)
    key = f"digest:{person.id}:{week_of(today, calendar.weekend)}"
    await tell(tx, act, person.id, views.digest(digest, person.language), key)
    groups = views.groups(digest, person.language)
    picture = views.to_draw(views.title(digest), groups, person.language, as_of=today)
    await jobs.plan(tx, PICTURE, picture, person_id=person.id, seat_id=actor.seat_id, now=act.now)
    return Outcome.SENT


async def _is_reminded(
    tx: Transaction, person_id: int, calendar: WorkCalendar, now: datetime
) -> bool:
    """Whether the person is reminded on that day: then they hear of it already."""
    today = calendar.day_of(now)
    start, end = (
        datetime.combine(day, time(), calendar.zone) for day in (today, today + timedelta(days=1))
    )
    return await rungs.reminded_between(tx, person_id, start, end)


# -- What it says ----------------------------------------------------------------------------------


async def _digest(
    tx: Transaction, act: Act, actor: Actor, secretariat: _Secretariat
) -> Digest | None:
    """What is open for a person by their seats; None for who only reads."""
    if actor.seat(SECRETARIAT):
        return await secretariat.digest()
    if actor.seat(READS) is None:
        return None
    held = institutions_of(actor)
    counts = await home.counts(tx, held, today=act.today)
    asked = await requests.count_for(tx, held, but=RequestKind.STATUS)
    open_ones = {"overdue": counts.overdue, "returned": counts.returned, "due": counts.due}
    if actor.seat(REPORTING) is None:
        figures = {**open_ones, "asked": asked, "submitted": counts.submitted}
        return Digest(Audience.VALIDATING, _figures(figures))
    assert actor.person is not None
    begun = await home.drafts(tx, actor.person.id, [each.id for each in actor.seats])
    figures = {**open_ones, "drafts": len(begun), "asked": asked}
    return Digest(Audience.REPORTING, _figures(figures))


@dataclass
class _Secretariat:
    """The secretariat's digest, counted once for everybody in it."""

    tx: Transaction
    act: Act
    _counted: list[Digest] = field(default_factory=list)

    async def digest(self) -> Digest:
        if not self._counted:
            self._counted.append(await self._count())
        return self._counted[0]

    async def _count(self) -> Digest:
        tx, act = self.tx, self.act
        week_ago = act.now - _ANSWERED_WITHIN
        counts = await desk.counts(tx, today=act.today, now=act.now)
        arrived = await status_updates.arrived_since(tx, week_ago)
        figures = {
            "answered": arrived.reports + await requests.answered_else(tx, since=week_ago),
            "overdue": counts.overdue + await requests.overdue_else(tx, today=act.today),
            "unreachable": counts.unreachable,
            "to_review": counts.to_review,
            "unassigned": counts.unassigned,
        }
        taken = await requests.median_days_of_institutions(tx, since=act.now - _RESPONSES_OF)
        responses = tuple(Response(names, round(days)) for names, days in taken)
        return Digest(Audience.SECRETARIAT, _figures(figures), responses)


def _figures(counts: dict[str, int]) -> tuple[Figure, ...]:
    return tuple(Figure(what, count) for what, count in counts.items())

"""Consultations: announced, changed, closed, cancelled; who takes part, in numbers; their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from bot.domain import permissions
from bot.domain.consultations import (
    A_DAY,
    BEGUN_KEPT,
    CHILDREN_COME,
    HELD,
    KEPT_LONGEST,
    SEATED,
    TAKING_PART,
    WORDS,
    Consultation,
    ConsultationState,
    Invited,
    SignUpState,
    Standing,
    Wanted,
    new_code,
)
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.people import Act
from bot.domain.screens import Screen
from bot.domain.small_groups import Figures, rounded
from bot.domain.views import participants as told
from bot.services import audit, erasure, notices, subscriptions, waiting
from storage import consultations as queries
from storage import contributions, invites, jobs, sign_ups
from storage import waiting as seats
from storage.database import Database, Transaction
from storage.outbox import BULK
from storage.sign_ups import AT_ONCE

POSTER, CALENDAR = "consultation_poster", "consultation_calendar"
REMINDED_FROM = time(9)
"""When participants are reminded on the day before a meeting, and asked how it was on the day
after, by the country's clocks."""


class ConsultationPast(Refused):
    """A consultation cannot close on a day that has passed; values: `day`."""

    key = "error.consultation_past"


class ClosesTooLate(Refused):
    """Nobody signs up after the last day; values: `day`."""

    key = "error.consultation_closes_late"


class KeptTooShort(Refused):
    """What participants said is needed while more is said; values: `day`."""

    key = "error.consultation_kept_short"


class TooFewSeats(Refused):
    """There are fewer seats than people who have one; values: `taken`."""

    key = "error.too_few_seats"


class TooManyKept(Refused):
    """More seats are kept for groups than there are; values: `kept`."""

    key = "error.too_many_kept"


class NoGroups(Refused):
    """It is for groups, and none is named."""

    key = "error.no_groups_invited"


class KeptTooLong(Refused):
    """Nothing is kept for ever; values: `day`."""

    key = "error.consultation_kept_long"


# -- Announcing ------------------------------------------------------------------------------------


async def announce(tx: Transaction, act: Act, wanted: Wanted) -> int:
    """Open a consultation; gives its id.

    Raises ConsultationPast, ClosesTooLate, KeptTooShort, KeptTooLong.
    """
    permissions.require(permissions.may_consult(act.actor))
    _require_fits(act, wanted)
    seat = permissions.secretariat_seat(act.actor)
    consultation_id = await queries.add(tx, new_code(), wanted, seat_id=seat.id, now=act.now)
    tx.safe.open(consultation_id)
    await invites.settle(tx, consultation_id, wanted.coded)
    await plan_calendar(tx, act, consultation_id, wanted)
    await audit.record(
        tx,
        act,
        "consultation.announce",
        f"consultation:{consultation_id}",
        facts=_facts(wanted),
        words=wanted.title,
    )
    return consultation_id


async def change(tx: Transaction, act: Act, consultation_id: int, wanted: Wanted) -> None:
    """Put it down anew, and tell who takes part; raises as `announce`, and Outdated.

    Those who agreed to be kept until an earlier day are kept until that day.
    """
    await seats.lock(tx, consultation_id)
    found = await get(tx, act, consultation_id)
    if found.state is not ConsultationState.OPEN:
        raise Outdated
    _require_fits(act, wanted)
    await queries.change(tx, consultation_id, wanted)
    changed = [name for name in WORDS if getattr(wanted, name) != getattr(found.wanted, name)]
    await invites.settle(tx, consultation_id, wanted.coded)
    await queries.outdate(tx, consultation_id, wanted.language, changed)
    await plan_calendar(tx, act, consultation_id, wanted)
    await _require_seats(tx, consultation_id, wanted)
    await sign_ups.keep_no_longer(tx, consultation_id, wanted.kept_until)
    await contributions.keep_no_longer(tx, consultation_id, wanted.kept_until)
    await waiting.fill(tx, act, consultation_id)
    if _concerns_participants(found.wanted, wanted):
        await _tell(tx, act, consultation_id, told.news(found.code))
    await audit.record(
        tx,
        act,
        "consultation.change",
        f"consultation:{consultation_id}",
        facts=_facts(wanted),
        words=wanted.title,
    )


async def close(tx: Transaction, act: Act, consultation_id: int) -> None:
    """Nobody signs up any more; words are taken as before. Raises Outdated."""
    await get(tx, act, consultation_id)
    await _close(tx, act, consultation_id)


async def end_words(tx: Transaction, act: Act, consultation_id: int) -> None:
    """Nobody contributes any more, from now on: whoever signed up is told. Raises Outdated."""
    found = await get(tx, act, consultation_id)
    if found.takes_sign_ups(act.today) or not found.takes_contributions(act.today):
        raise Outdated
    await queries.end_words(tx, consultation_id, until=act.today - A_DAY)
    await erasure.of_marks(tx, act, consultation_id)
    await _tell(tx, act, consultation_id, told.news(found.code))
    await audit.record(tx, act, "consultation.end_words", f"consultation:{consultation_id}")


async def cancel(tx: Transaction, act: Act, consultation_id: int) -> None:
    """It does not take place: whoever signed up is told. Raises Outdated, also once it has."""
    found = await get(tx, act, consultation_id)
    if not found.is_ahead(act.today):
        raise Outdated
    to = ConsultationState.CANCELLED
    if not await queries.move(tx, consultation_id, from_=HELD, to=to):
        raise Outdated
    await erasure.of_marks(tx, act, consultation_id)
    await _tell(tx, act, consultation_id, told.news(found.code))
    await audit.record(tx, act, "consultation.cancel", f"consultation:{consultation_id}")


def _require_fits(act: Act, wanted: Wanted) -> None:
    first = min(wanted.last_day, wanted.closes_on, wanted.words_until)
    if first < act.today:
        raise ConsultationPast(day=first)
    if wanted.closes_on > wanted.last_day:
        raise ClosesTooLate(day=wanted.last_day)
    needed = max(wanted.last_day, wanted.words_until)
    if wanted.kept_until < needed:
        raise KeptTooShort(day=needed)
    if wanted.invited is Invited.GROUPS and not wanted.groups:
        raise NoGroups
    if wanted.seats is not None and sum(wanted.pools.values()) > wanted.seats:
        raise TooManyKept(kept=sum(wanted.pools.values()))
    if wanted.kept_until > wanted.last_day + KEPT_LONGEST:
        raise KeptTooLong(day=wanted.last_day + KEPT_LONGEST)


async def _require_seats(tx: Transaction, consultation_id: int, wanted: Wanted) -> None:
    """Nobody loses a seat because there are fewer; the consultation is locked."""
    taken = sum((await seats.taken(tx, consultation_id)).values())
    if wanted.seats is not None and taken > wanted.seats:
        raise TooFewSeats(taken=taken)


async def plan_calendar(tx: Transaction, act: Act, consultation_id: int, wanted: Wanted) -> None:
    """A meeting can be taken into a calendar, in each language that it is said in."""
    if wanted.starts_at is not None:
        arguments = {"consultation": consultation_id}
        await jobs.plan(tx, CALENDAR, arguments, person_id=None, seat_id=None, now=act.now)


def _facts(wanted: Wanted) -> dict[str, str | date]:
    return {
        "form": wanted.form.value,
        "day": wanted.last_day,
        "closes": wanted.closes_on,
        "words_until": wanted.words_until,
        "kept_until": wanted.kept_until,
        "invited": wanted.invited.value,
    }


def _concerns_participants(before: Wanted, after: Wanted) -> bool:
    """Whether somebody who has signed up would want to know."""
    names = ("form", "starts_at", "last_day", "place", "closes_on", "words_until", "kept_until")
    return any(getattr(before, name) != getattr(after, name) for name in names)


async def _tell(
    tx: Transaction,
    act: Act,
    consultation_id: int,
    said: Screen,
    *,
    to: Sequence[SignUpState] = TAKING_PART,
) -> int:
    """Tell everybody who takes part; their chats are looked up when it is sent. Gives how many."""
    handles = await sign_ups.handles(tx, consultation_id, to)
    return await _tell_those(tx, act, consultation_id, said, handles)


async def _tell_those(
    tx: Transaction, act: Act, consultation_id: int, said: Screen, handles: Sequence[str]
) -> int:
    key = f"consultation:{consultation_id}:{act.stamp}"
    return await notices.tell_participants(tx, act, handles, said, key, lane=BULK)


async def ask_for_poster(
    tx: Transaction,
    act: Act,
    consultation_id: int,
    language: str,
    link: str,
    *,
    door: str = "",
) -> int:
    """Plan the poster in that language, with the public `link`. Gives the job.

    With the code at the `door` it is what hangs there on the day of the meeting.
    """
    await get(tx, act, consultation_id)
    arguments = {"consultation": consultation_id, "language": language, "link": link}
    if door:
        arguments["door"] = door
    person, seat = act.actor.person_id, act.actor.seat_id
    return await jobs.plan(tx, POSTER, arguments, person_id=person, seat_id=seat, now=act.now)


async def poster_made(tx: Transaction, act: Act, consultation_id: int, language: str) -> None:
    """Record that a poster was handed out."""
    subject, facts = f"consultation:{consultation_id}", {"language": language}
    await audit.record(tx, act, "consultation.poster", subject, facts=facts)


# -- Looking ---------------------------------------------------------------------------------------


async def get(tx: Transaction, act: Act, consultation_id: int) -> Consultation:
    """A consultation, for the secretariat; raises NotFound."""
    permissions.require(permissions.may_consult(act.actor))
    found = await queries.get(tx, consultation_id)
    if found is None:
        raise NotFound
    return found


async def standing(tx: Transaction, act: Act, consultation_id: int) -> Standing:
    """How many take part, and what can be said of them."""
    permissions.require(permissions.may_consult(act.actor))
    figures = await queries.figures(tx, consultation_id)
    states = await queries.states(tx, consultation_id)
    _at, erased = await queries.erased(tx, consultation_id)
    return Standing(
        figures.people("group"),
        rounded(states.get(SignUpState.WAITING, 0)),
        rounded(await queries.unreached(tx, consultation_id)),
        figures.of("group"),
        figures.of("region"),
        figures.of("language"),
        figures.of("access"),
        figures.people(CHILDREN_COME),
        erased,
    )


async def figures(tx: Transaction, act: Act, consultation_id: int) -> Figures:
    """What can be said of who takes part, came and contributed, by trait."""
    permissions.require(permissions.may_consult(act.actor))
    return await queries.figures(tx, consultation_id)


# -- What time does --------------------------------------------------------------------------------


async def follow(database: Database, act: Act) -> None:
    """Close what closes, erase what is kept no longer, marks with it; in short transactions."""
    begun_before = act.today - BEGUN_KEPT
    tomorrow = act.today + timedelta(days=1)
    async with database.read() as tx:
        to_close = await queries.to_close(tx, today=act.today)
        to_unmark = [
            each.id
            for each in await queries.with_marks(tx)
            if not each.takes_contributions(act.today)
        ]
        to_erase = await queries.to_erase(tx, today=act.today)
        over = await sign_ups.over(tx, today=act.today, begun_before=begun_before)
        to_remind = await queries.to_remind(tx, tomorrow=tomorrow)
        to_ask = await queries.to_ask(tx, today=act.today)
    if act.now.astimezone(act.zone).time() >= REMINDED_FROM:
        for each in to_remind:
            async with database.write() as tx:
                await _remind(tx, act, each, tomorrow)
        for each in to_ask:
            await _ask_how_it_was(database, act, each)
    for each in to_close:
        async with database.write() as tx:
            await _close(tx, act, each)
    for each in to_unmark:
        async with database.write() as tx:
            await erasure.of_marks(tx, act, each)
    for each in to_erase:
        async with database.write() as tx:
            await erasure.of_consultation(tx, act, each)
    while over:
        async with database.write() as tx:
            over = await sign_ups.over(tx, today=act.today, begun_before=begun_before)
            await seats.lock(tx, *(each.consultation_id for each in over))
            for gone in over:
                await erasure.of_sign_up(tx, act, gone)
    await _erase_words(database, act)
    await subscriptions.follow(database, act)


async def _erase_words(database: Database, act: Act) -> None:
    """Erase what was left with no way back and is kept no longer."""
    async with database.read() as tx:
        over = await contributions.over(tx, today=act.today, limit=AT_ONCE)
    while over:
        async with database.write() as tx:
            await seats.lock(tx, *(each.consultation_id for each in over))
            for each in over:
                await erasure.of_contribution(tx, act, each)
            over = await contributions.over(tx, today=act.today, limit=AT_ONCE)


async def _remind(tx: Transaction, act: Act, consultation_id: int, day: date) -> None:
    """Tell who has a seat that the meeting is tomorrow, once."""
    found = await queries.get(tx, consultation_id)
    if found is None or not await queries.note_reminded(tx, consultation_id, day):
        return
    people = await _tell(tx, act, consultation_id, told.tomorrow(found.code), to=SEATED)
    subject, facts = f"consultation:{consultation_id}", {"people": people}
    await audit.record(tx, act, "consultation.remind", subject, facts=facts)


async def _ask_how_it_was(database: Database, act: Act, consultation_id: int) -> None:
    """Tell those who came that there is news, once; who had a seat, where nobody was noted."""
    async with database.read() as tx:
        handles = await sign_ups.who_came(tx, consultation_id)
        handles = handles or await sign_ups.handles(tx, consultation_id, [SignUpState.CONFIRMED])
    async with database.write() as tx:
        found = await queries.get(tx, consultation_id)
        if found is None or not found.takes_feedback(act.today):
            return
        if not await queries.note_asked(tx, consultation_id, act.today):
            return
        said = told.how_was_it(found.code)
        people = await _tell_those(tx, act, consultation_id, said, handles)
        subject, facts = f"consultation:{consultation_id}", {"people": people}
        await audit.record(tx, act, "consultation.ask_feedback", subject, facts=facts)


async def _close(tx: Transaction, act: Act, consultation_id: int) -> None:
    to = ConsultationState.CLOSED
    if not await queries.move(tx, consultation_id, from_=[ConsultationState.OPEN], to=to):
        raise Outdated
    await audit.record(tx, act, "consultation.close", f"consultation:{consultation_id}")

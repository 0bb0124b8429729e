"""What follows when a seat begins, ends, is suspended or restored: who hears of it, what stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain.errors import existing
from bot.domain.ladder import Skipped
from bot.domain.people import Act, Person, Role, Seat
from bot.domain.screens import Screen, Value
from bot.domain.views.people import place
from bot.services.notices import tell
from storage import institutions, outbox, people, reminders, requests, seats, units
from storage.database import Transaction

MENU = "menu"
"""Woken where somebody's commands may have changed: a seat, a language, a new account."""


async def changed(tx: Transaction, seat: Seat) -> None:
    """Menus and reminders follow the seats that there are now."""
    tx.wakes.add(MENU)
    there = None if seat.institution_id is None else [seat.institution_id]
    await requests.mark_stale(tx, institution_ids=there)


async def lost(tx: Transaction, seat: Seat, *, now: datetime) -> None:
    """The seat gives no access any more; without another, nothing is sent to the person either."""
    await changed(tx, seat)
    if not await seats.live_of(tx, seat.person_id, now=now):
        await outbox.drop_recipient(tx, seat.person_id, "seat_ended", now=now)


async def ended(tx: Transaction, seat: Seat, *, now: datetime) -> None:
    """The seat is over: nobody is reminded by it, unless another one there still calls for it."""
    held = await seats.live_of(tx, seat.person_id, now=now)
    if all(each.institution_id != seat.institution_id or each.unit_id for each in held):
        await reminders.stop_for(tx, seat.person_id, seat.institution_id, Skipped.ENDED, now=now)
    await lost(tx, seat, now=now)


async def announce(
    tx: Transaction,
    act: Act,
    seat: Seat,
    event: str,
    shows: Callable[[Value], Screen],
    *,
    but: Iterable[int] = (),
) -> None:
    """The institution's other people and all coordinators hear what has become of a seat.

    `shows` makes the screen from the institution's name. Who acts hears it by their own screen.
    """
    names = await institution_names(tx, seat.institution_id)
    unit = await unit_name(tx, seat.unit_id)
    hearing = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    if seat.institution_id is not None:
        hearing += await people.seated(tx, now=act.now, institution_id=seat.institution_id)
    deaf = {act.actor.person_id, *but}
    for listener in people.each_once(hearing):
        if listener.id not in deaf:
            key = f"seat:{seat.id}:{event}:{act.stamp}:{listener.id}"
            await tell(tx, act, listener.id, shows(place(names, unit, listener.language)), key)


async def institution_names(tx: Transaction, institution_id: int | None) -> dict[str, str]:
    """What the institution is called, by language; the secretariat has no names of its own."""
    if institution_id is None:
        return {}
    institution = await institutions.get(tx, institution_id)
    return dict(institution.names) if institution else {}


async def unit_name(tx: Transaction, unit_id: int | None) -> str | None:
    """What the unit is called in its institution."""
    unit = None if unit_id is None else await units.get(tx, unit_id)
    return None if unit is None else unit.name


async def person(tx: Transaction, person_id: int) -> Person:
    """The person of that id; NotFound where there is none."""
    return existing(await people.get(tx, person_id))

"""Seats of a consultation: the last one goes to one person, a freed one to whoever comes next."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.domain.consultations import Card, Consultation, SignUp, SignUpState
from bot.domain.quotas import OFFERED_FOR, Reason
from bot.services import consultations, erasure, sign_ups, waiting
from storage import sign_ups as kept
from storage import waiting as seats
from storage.database import Database, is_away
from storage.tables import outbox
from storage.tables import sign_ups as table
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    BOT,
    LAST_DAY,
    announced,
    nobody,
    officer,
    tick,
    wanted,
)

CONFIRMED, WAITING, OFFERED, LAPSED = (
    SignUpState.CONFIRMED,
    SignUpState.WAITING,
    SignUpState.OFFERED,
    SignUpState.LAPSED,
)


async def joins(
    database: Database, clock: FrozenClock, found: Consultation, chat_id: int, **answers: Any
) -> SignUp:
    async with database.write() as tx:
        begun = await sign_ups.agree(tx, nobody(clock), Card(chat_id, BOT, "en"), found)
        return await sign_ups.send(tx, nobody(clock), begun, found, answers)


async def now(database: Database, one: SignUp) -> SignUp:
    async with database.read() as tx:
        return await kept.again(tx, one)


async def news(database: Database, one: SignUp) -> int:
    async with database.read() as tx:
        theirs = select(func.count()).where(outbox.c.sign_up == one.handle)
        return int(await tx.value(theirs))


async def test_who_finds_no_seat_waits_and_reads_why(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=1)
    first = await joins(database, clock, found, 1)
    second, third = [await joins(database, clock, found, each) for each in (2, 3)]
    assert [each.state for each in (first, second, third)] == [CONFIRMED, WAITING, WAITING]
    async with database.read() as tx:
        assert await waiting.stands(tx, nobody(clock), found, first) is None
        assert await waiting.stands(tx, nobody(clock), found, third) == (2, Reason.FULL)


async def test_a_freed_seat_is_offered_to_the_next_and_taken(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=1)
    first, second, third = [await joins(database, clock, found, each) for each in (1, 2, 3)]
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), first, found)
    second, third = await now(database, second), await now(database, third)
    assert (second.state, third.state) == (OFFERED, WAITING)
    assert second.offered_until == clock.now() + OFFERED_FOR
    assert await news(database, second) == 1
    async with database.write() as tx:
        assert (await waiting.take(tx, nobody(clock), found, second)).state is CONFIRMED
        assert (await waiting.take(tx, nobody(clock), found, second)).state is CONFIRMED
        with pytest.raises(waiting.OfferOver):
            await waiting.take(tx, nobody(clock), found, third)


async def test_an_offer_that_nobody_takes_goes_on_and_is_not_made_again_unasked(
    database: Database, clock: FrozenClock
) -> None:
    """Whoever has blocked the bot holds a seat for a day, and no longer."""
    found = await announced(database, clock, seats=1)
    first, second, third = [await joins(database, clock, found, each) for each in (1, 2, 3)]
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), first, found)
    clock.move(hours=24)
    async with database.write() as tx:
        with pytest.raises(waiting.OfferOver):
            await waiting.take(tx, nobody(clock), found, second)
    await waiting.follow(database, tick(clock))
    assert (await now(database, second)).state is LAPSED
    assert (await now(database, third)).state is OFFERED
    clock.move(hours=24)
    for _ in range(2):
        await waiting.follow(database, tick(clock))
    states = [(await now(database, each)).state for each in (second, third)]
    assert states == [LAPSED, LAPSED]
    async with database.write() as tx:
        again = await waiting.ask_again(tx, nobody(clock), found, third)
    assert again.state is OFFERED, "a seat is free"


async def test_forgetting_a_seat_frees_it(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock, seats=1)
    await joins(database, clock, found, 1)
    second = await joins(database, clock, found, 2)
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, 1)
    await erasure.destroy_keys(database, tick(clock))
    assert (await now(database, second)).state is OFFERED


async def test_kept_seats_go_to_their_group_and_on_their_day_to_anybody(
    database: Database, clock: FrozenClock
) -> None:
    released = date(2026, 5, 20)
    found = await announced(database, clock, seats=3, pools={"women": 2}, released_on=released)
    first, second = [await joins(database, clock, found, each) for each in (1, 2)]
    third = await joins(database, clock, found, 3, group="women")
    assert [each.state for each in (first, second, third)] == [CONFIRMED, WAITING, CONFIRMED]
    async with database.read() as tx:
        assert await waiting.stands(tx, nobody(clock), found, second) == (1, Reason.KEPT)
    clock.move(days=15)
    await waiting.follow(database, tick(clock))
    assert (await now(database, second)).state is WAITING, "one day early"
    clock.move(days=1)
    await waiting.follow(database, tick(clock))
    assert (await now(database, second)).state is OFFERED


async def test_on_the_day_of_release_nobody_new_is_before_who_waits(
    database: Database, clock: FrozenClock
) -> None:
    """The seat is free from midnight, and a newcomer comes before the tick does."""
    found = await announced(
        database, clock, seats=1, pools={"women": 1}, released_on=date(2026, 5, 20)
    )
    first = await joins(database, clock, found, 1)
    clock.move(days=16)
    second = await joins(database, clock, found, 2)
    assert (await now(database, first)).state is OFFERED
    assert second.state is WAITING


async def test_changing_the_group_on_the_card_changes_no_seat(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(
        database, clock, seats=2, pools={"women": 1}, released_on=date(2026, 5, 20)
    )
    third = await joins(database, clock, found, 3, group="women")
    await joins(database, clock, found, 1)
    third = await joins(database, clock, found, 3, group="older")
    async with database.read() as tx:
        assert await seats.taken(tx, found.id) == Counter({"women": 1, None: 1})
    assert third.state is CONFIRMED


async def test_fewer_seats_than_people_who_have_one_are_refused_and_more_are_offered(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=2)
    _first, _second, third = [await joins(database, clock, found, each) for each in (1, 2, 3)]
    async with database.write() as tx:
        act = await officer(tx, clock)
        with pytest.raises(consultations.TooFewSeats):
            async with tx.savepoint():
                await consultations.change(tx, act, found.id, replace(found.wanted, seats=1))
        await consultations.change(tx, act, found.id, replace(found.wanted, seats=3))
    assert (await now(database, third)).state is OFFERED
    async with database.write() as tx:
        many = replace(found.wanted, pools={"women": 4})
        with pytest.raises(consultations.TooManyKept):
            await consultations.change(tx, act, found.id, many)


async def test_after_the_last_day_nothing_is_offered_any_more(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=1)
    first, second = [await joins(database, clock, found, each) for each in (1, 2)]
    clock.move(days=29)
    async with database.write() as tx:
        with pytest.raises(sign_ups.TooLateToCancel):
            await sign_ups.cancel(tx, nobody(clock), first, found)
        await erasure.of_sign_up(tx, nobody(clock), first)
    assert clock.now().date() > LAST_DAY
    assert (await now(database, second)).state is WAITING


async def test_two_people_who_tap_for_the_last_seat_never_both_get_it(
    open_database: Callable[[], Database], clock: FrozenClock
) -> None:
    """Each through a connection of their own, as two processes would."""
    one, other = open_database(), open_database()
    for round_ in range(5):
        found = await announced(one, clock, seats=1)
        both = await asyncio.gather(
            *(
                joins(each, clock, found, 10 * round_ + n)
                for n, each in enumerate((one, other), start=1)
            )
        )
        assert Counter(each.state for each in both) == {CONFIRMED: 1, WAITING: 1}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_two_thousand_come_for_two_hundred_seats(
    database: Database, clock: FrozenClock, record_property: Callable[[str, object], None]
) -> None:
    """Two hundred are in, the others wait in the order in which they came; every one is told."""
    found = await announced(database, clock, seats=200, kept_until=LAST_DAY + timedelta(days=1))
    begun, cpu = time.perf_counter(), time.process_time()
    came: list[SignUp] = []

    async def comes(chat_id: int) -> None:
        for _ in range(5):
            try:
                came.append(await joins(database, clock, found, chat_id))
            except Exception as error:
                if not is_away(error):
                    raise
            else:
                return

    for first in range(1, 2001, 40):
        await asyncio.gather(*(comes(each) for each in range(first, first + 40)))
    took, worked = time.perf_counter() - begun, time.process_time() - cpu
    states = Counter(each.state for each in came)
    assert states == {CONFIRMED: 200, WAITING: 1800}
    async with database.read() as tx:
        ranks = {row["handle"]: row["rank"] for row in await tx.rows(select(table))}
        line = await seats.line(tx, found.id)
    assert sorted(ranks.values()) == list(range(1, 2001)), "each has a place of their own"
    seated = [ranks[each.handle] for each in came if each.state is CONFIRMED]
    assert max(seated) == 200, "nobody who came later is in"
    assert [each.rank for each in line] == list(range(201, 2001))
    server = database.url.get_backend_name()
    record_property(f"2,000 sign-ups for 200 seats on {server}, s", round(took))
    record_property("of that, seconds of CPU", round(worked))


def test_the_day_of_release_is_the_countrys() -> None:
    held = wanted(seats=1, pools={"women": 1}, released_on=date(2026, 5, 20))
    quota = held.quota(ZoneInfo("Pacific/Auckland"))
    assert quota is not None
    assert quota.kept(datetime(2026, 5, 19, 11, 59, tzinfo=UTC)) == {"women": 1}
    assert quota.kept(datetime(2026, 5, 19, 12, 0, tzinfo=UTC)) == {}

"""Seats of a consultation: the last one goes to one person, a freed one to whoever comes next."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.domain.consultations import Card, Consultation, Group, SignUp, SignUpState
from bot.domain.quotas import OFFERED_FOR, Reason, next_in_line
from bot.services import consultations, erasure, sign_ups, waiting
from storage import sign_ups as kept_rows
from storage import waiting as seats
from storage.database import Database, Transaction, is_away
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

PEOPLE, SEATS = 2_000, 200
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
        return await sign_ups.send(tx, nobody(clock), begun, answers)


async def now(database: Database, one: SignUp) -> SignUp:
    async with database.read() as tx:
        return await kept_rows.again(tx, one)


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
        await sign_ups.cancel(tx, nobody(clock), first)
    second, third = await now(database, second), await now(database, third)
    assert (second.state, third.state) == (OFFERED, WAITING)
    assert second.offered_until == clock.now() + OFFERED_FOR
    assert await news(database, second) == 1
    async with database.write() as tx:
        assert (await waiting.take(tx, nobody(clock), second)).state is CONFIRMED
        assert (await waiting.take(tx, nobody(clock), second)).state is CONFIRMED
        with pytest.raises(waiting.OfferOver):
            await waiting.take(tx, nobody(clock), third)


async def test_an_offer_that_nobody_takes_goes_on_and_is_not_made_again_unasked(
    database: Database, clock: FrozenClock
) -> None:
    """Whoever has blocked the bot holds a seat for a day, and no longer."""
    found = await announced(database, clock, seats=1)
    first, second, third = [await joins(database, clock, found, each) for each in (1, 2, 3)]
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), first)
    clock.move(hours=24)
    async with database.write() as tx:
        with pytest.raises(waiting.OfferOver):
            await waiting.take(tx, nobody(clock), second)
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


# -- Parties ---------------------------------------------------------------------------------------


async def party(
    database: Database, clock: FrozenClock, found: Consultation, chat_id: int, children: int
) -> SignUp:
    """So many children come with their school, or as many as it says now."""
    answers = {"group": Group.CHILDREN.value, "organisation": "School", "children": children}
    return await joins(database, clock, found, chat_id, **answers)


async def seats_of(database: Database, one: SignUp) -> tuple[SignUpState, int, int]:
    stands = await now(database, one)
    return stands.state, stands.size, stands.more


async def test_a_party_that_grows_takes_what_is_free_and_else_keeps_what_it_has(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=6)
    school = await party(database, clock, found, 1, 1)
    school = await party(database, clock, found, 1, 3)
    assert (school.state, school.size, school.more) == (CONFIRMED, 4, 0)
    alone = await joins(database, clock, found, 2)
    school = await party(database, clock, found, 1, 5)
    assert (school.state, school.size, school.more) == (CONFIRMED, 4, 2)
    late = await joins(database, clock, found, 3)
    assert late.state is WAITING, "one is free, and the school was before"
    async with database.read() as tx:
        assert await waiting.stands(tx, nobody(clock), found, school) == (1, Reason.FEW)
        assert await waiting.stands(tx, nobody(clock), found, late) == (2, Reason.AHEAD)
        assert await news(database, school) == 0, "who asks reads it in the answer"
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), alone)
    assert await seats_of(database, school) == (CONFIRMED, 6, 0)
    assert await news(database, school) == 1
    assert (await now(database, late)).state is WAITING


async def test_a_party_that_waits_for_more_can_give_that_up_and_those_behind_come_in(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=6)
    school = await party(database, clock, found, 1, 3)
    school = await party(database, clock, found, 1, 5)
    assert (school.size, school.more) == (6, 0)
    school = await party(database, clock, found, 1, 3)
    first, second = [await joins(database, clock, found, each) for each in (2, 3)]
    assert (first.state, second.state) == (CONFIRMED, CONFIRMED)
    school = await party(database, clock, found, 1, 4)
    third = await joins(database, clock, found, 4)
    assert (school.size, school.more, third.state) == (4, 1, WAITING)
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), school)
    assert await seats_of(database, school) == (SignUpState.CANCELLED, 4, 0)
    assert (await now(database, third)).state is OFFERED
    back = await party(database, clock, found, 1, 4)
    assert (back.state, back.size, back.more) == (WAITING, 5, 0)


async def test_a_party_that_was_offered_seats_and_grew_takes_those_and_waits_for_the_others(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=4)
    first, second = [await joins(database, clock, found, each) for each in (1, 2)]
    school = await party(database, clock, found, 3, 2)
    assert (school.state, school.size) == (WAITING, 3)
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), first)
    assert (await now(database, school)).state is OFFERED
    school = await party(database, clock, found, 3, 3)
    assert (school.state, school.size, school.more) == (OFFERED, 3, 1)
    async with database.write() as tx:
        school = await waiting.take(tx, nobody(clock), school)
    assert (school.state, school.size, school.more) == (CONFIRMED, 3, 1)
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), second)
    assert await seats_of(database, school) == (CONFIRMED, 4, 0)


async def test_an_offer_to_a_party_that_grew_lapses_as_a_whole(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=3)
    first, second = [await joins(database, clock, found, each) for each in (1, 2)]
    school = await party(database, clock, found, 3, 1)
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), first)
    await party(database, clock, found, 3, 2)
    assert await seats_of(database, school) == (OFFERED, 2, 1)
    clock.move(hours=24)
    await waiting.follow(database, tick(clock))
    assert await seats_of(database, school) == (LAPSED, 3, 0)
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), second)
        school = await waiting.ask_again(tx, nobody(clock), found, school)
    assert (school.state, school.size) == (OFFERED, 3)


async def test_a_party_larger_than_the_room_is_refused_and_holds_up_nobody(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, seats=5)
    with pytest.raises(waiting.NotSoMany):
        await party(database, clock, found, 1, 5)
    school = await party(database, clock, found, 1, 4)
    assert school.state is CONFIRMED
    with pytest.raises(waiting.NotSoMany):
        await party(database, clock, found, 1, 5)
    assert await seats_of(database, school) == (CONFIRMED, 5, 0)
    other = await party(database, clock, found, 2, 3)
    async with database.write() as tx:
        await sign_ups.cancel(tx, nobody(clock), school)
        act = await officer(tx, clock)
        clock.move(hours=24)
    await waiting.follow(database, tick(clock))
    async with database.write() as tx:
        await consultations.change(tx, act, found.id, replace(found.wanted, seats=3))
        other = await waiting.ask_again(tx, nobody(clock), found, other)
    assert other.state is WAITING, "there are three seats now"
    assert (await joins(database, clock, found, 3)).state is CONFIRMED


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_no_seat_is_given_twice_none_is_taken_away_and_none_stays_empty(
    database: Database, clock: FrozenClock, seed: int
) -> None:
    chance = random.Random(seed)
    held = {"children": 4}
    released = date(2026, 5, 9)
    found = await announced(database, clock, seats=12, pools=held, released_on=released)
    people: dict[int, SignUp] = {}
    for _ in range(50):
        chat = chance.randrange(1, 14)
        one = people.get(chat)
        before = {each: await now(database, kept) for each, kept in people.items()}
        match chance.choice(["come", "come", "come", "cancel", "take", "again", "time"]):
            case "come" if chat % 2:
                people[chat] = await party(database, clock, found, chat, chance.randrange(6))
            case "come":
                people[chat] = await joins(database, clock, found, chat)
            case "time":
                clock.move(hours=chance.choice([1, 23]))
                await waiting.follow(database, tick(clock))
                chat = 0
            case act if one is not None:
                async with database.write() as tx:
                    with suppress(waiting.OfferOver):
                        await _does(tx, clock, found, act, one)
        async with database.read() as tx:
            taken, line = await seats.taken(tx, found.id), await seats.line(tx, found.id)
            quota = found.wanted.quota(nobody(clock).zone)
            assert sum(taken.values()) <= 12
            assert next_in_line(quota, taken, line, clock.now()) == [], "a seat is free"
            for each, kept in people.items():
                stands = await kept_rows.again(tx, kept)
                if each != chat and each in before and before[each].state is CONFIRMED:
                    assert stands.state is CONFIRMED
                    assert stands.size >= before[each].size


async def _does(
    tx: Transaction, clock: FrozenClock, found: Consultation, act: str, one: SignUp
) -> None:
    if act == "cancel":
        await sign_ups.cancel(tx, nobody(clock), one)
    elif act == "take":
        await waiting.take(tx, nobody(clock), one)
    else:
        await waiting.ask_again(tx, nobody(clock), found, one)


# -- The secretariat -------------------------------------------------------------------------------


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
            await sign_ups.cancel(tx, nobody(clock), first)
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
    """They are in in the order in which they came, schools with so many children among them.

    The others wait; every one can read at which place, and why. Not one seat stays empty that
    whoever comes next could have.
    """
    found = await announced(database, clock, seats=SEATS, kept_until=LAST_DAY + timedelta(days=1))
    begun, cpu = time.perf_counter(), time.process_time()
    chance = random.Random(SEATS)
    children = {
        chat: chance.randrange(1, 9) for chat in range(1, PEOPLE + 1) if not chance.randrange(9)
    }
    came: list[SignUp] = []

    async def comes(chat_id: int) -> None:
        for _ in range(5):
            try:
                if chat_id in children:
                    one = await party(database, clock, found, chat_id, children[chat_id])
                else:
                    one = await joins(database, clock, found, chat_id)
                came.append(one)
            except Exception as error:
                if not is_away(error):
                    raise
            else:
                return

    for first in range(1, PEOPLE + 1, 40):
        await asyncio.gather(*(comes(each) for each in range(first, first + 40)))
    took, worked = time.perf_counter() - begun, time.process_time() - cpu
    async with database.read() as tx:
        ranks = {row["handle"]: row["rank"] for row in await tx.rows(select(table))}
        line = await seats.line(tx, found.id)
        taken = sum((await seats.taken(tx, found.id)).values())
    assert sorted(ranks.values()) == list(range(1, PEOPLE + 1)), "each has a place of their own"
    came.sort(key=lambda each: ranks[each.handle])
    together = list(accumulate(each.size for each in came))
    fit = sum(1 for each in together if each <= SEATS)
    assert any(each.size > 1 for each in came[:fit]), "schools are in"
    assert [each.state for each in came] == [CONFIRMED] * fit + [WAITING] * (PEOPLE - fit)
    assert [each.rank for each in line] == list(range(fit + 1, PEOPLE + 1))
    assert taken == together[fit - 1]
    empty = SEATS - taken
    assert empty < came[fit].size, "whoever comes next needs more than are free"
    for place in range(1, PEOPLE + 1 - fit, 90):
        one = came[fit + place - 1]
        few = Reason.FEW if one.size > empty else Reason.AHEAD
        async with database.read() as tx:
            why = await waiting.stands(tx, nobody(clock), found, one)
        assert why == (place, few if empty else Reason.FULL)
    if empty:  # so many of the school can come
        card = came[fit].card
        assert card is not None
        assert (await party(database, clock, found, card.chat_id, empty - 1)).state is OFFERED
    async with database.read() as tx:
        assert sum((await seats.taken(tx, found.id)).values()) == SEATS
    server = database.url.get_backend_name()
    record_property(f"{PEOPLE} sign-ups for {SEATS} seats on {server}, s", round(took))
    record_property("of that, seconds of CPU", round(worked))


def test_the_day_of_release_is_the_countrys() -> None:
    held = wanted(seats=1, pools={"women": 1}, released_on=date(2026, 5, 20))
    quota = held.quota(ZoneInfo("Pacific/Auckland"))
    assert quota is not None
    assert quota.kept(datetime(2026, 5, 19, 11, 59, tzinfo=UTC)) == {"women": 1}
    assert quota.kept(datetime(2026, 5, 19, 12, 0, tzinfo=UTC)) == {}

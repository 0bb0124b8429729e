"""Who came to a meeting: noted once, sealed, told in numbers that tell of nobody."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.consultations import (
    FEWEST,
    Consultation,
    Group,
    SignUp,
    SignUpState,
)
from bot.domain.errors import NotAllowed, Outdated
from bot.services import attendance, erasure
from bot.services import sign_ups as service
from storage import consultations as queries
from storage import sign_ups as kept
from storage.database import Database
from storage.tables import audit, sign_ups
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    CHAT,
    LAST_DAY,
    meeting,
    nobody,
    officer,
    signed_up,
    tick,
)

TO_THE_DAY = {"days": (LAST_DAY - date(2026, 5, 4)).days}


async def came(database: Database, found: Consultation) -> dict[str, int]:
    async with database.read() as tx:
        return (await queries.counts(tx, found.id)).get("came", {})


async def again(database: Database, sent: SignUp) -> SignUp:
    async with database.read() as tx:
        return await kept.again(tx, sent)


async def here(
    database: Database, clock: FrozenClock, found: Consultation, sent: SignUp, code: str = ""
) -> SignUp:
    async with database.write() as tx:
        words = code or attendance.code_of(tx, found)
        attendance.require_door(tx, nobody(clock), found, words)
        return await attendance.check_in(tx, nobody(clock), found, sent)


async def test_whoever_has_a_seat_is_noted_once_and_the_row_looks_the_same(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    async with database.read() as tx:
        before = await tx.row(select(sign_ups))
    clock.move(**TO_THE_DAY)
    first = await here(database, clock, found, sent)
    second = await here(database, clock, found, sent)
    assert (first.came, second.came) == (True, True)
    assert await came(database, found) == {Group.LGBTI: 1}
    async with database.read() as tx:
        after = await tx.row(select(sign_ups))
        told = await tx.rows(select(audit).where(audit.c.act == "sign_up.check_in"))
    assert before is not None
    assert after is not None
    assert len(before["attended"]) == len(after["attended"])
    open_ones = [each for each in before if each not in ("sealed", "attended")]
    assert [before[each] for each in open_ones] == [after[each] for each in open_ones]
    at = [each["at"].astimezone(nobody(clock).zone) for each in told]
    assert [(each.hour, each.minute) for each in at] == [(0, 0)], "once, and to the day"
    assert [each["facts"] for each in told] == [{}], "not who"


@pytest.mark.parametrize("days", [-1, 1])
async def test_the_code_lives_on_the_day_alone(
    database: Database, clock: FrozenClock, days: int
) -> None:
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    clock.move(days=TO_THE_DAY["days"] + days)
    with pytest.raises(attendance.NotThatDay):
        await here(database, clock, found, sent)


async def test_the_day_is_the_countrys(database: Database, clock: FrozenClock) -> None:
    """Maravia is two hours ahead of UTC in May and June."""
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    act = nobody(clock)
    until = datetime.combine(LAST_DAY, datetime.min.time(), act.zone) - clock.now()
    clock.move(hours=until.total_seconds() / 3600 - 0.1)
    with pytest.raises(attendance.NotThatDay):
        await here(database, clock, found, sent)
    clock.move(hours=0.2)
    assert (await here(database, clock, found, sent)).came


async def test_a_code_is_its_meetings_and_its_days_and_can_be_typed_in_any_way(
    database: Database, clock: FrozenClock
) -> None:
    one, other = [await meeting(database, clock) for _ in range(2)]
    sent = await signed_up(database, clock, one)
    clock.move(**TO_THE_DAY)
    async with database.read() as tx:
        code, others = (attendance.code_of(tx, each) for each in (one, other))
        assert tx.safe.door(one.id, LAST_DAY + timedelta(days=1)) != code
    assert code != others
    for wrong in (others, code[:5], "", code + "a"):
        with pytest.raises(attendance.NotAtTheDoor):
            await here(database, clock, one, sent, wrong or " ")
    typed = f" {code[:3].upper()}-{code[3:].upper()} "
    assert (await here(database, clock, one, sent, typed)).came


async def test_whoever_waits_stays_as_they_are_until_somebody_lets_them_in(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock, seats=1)
    sent = await signed_up(database, clock, found)
    late = await signed_up(database, clock, found, CHAT + 1)
    clock.move(**TO_THE_DAY)
    waits = await here(database, clock, found, late)
    assert (waits.state, waits.came) == (SignUpState.WAITING, False)
    async with database.write() as tx:
        act = await officer(tx, clock)
        seen, before = await attendance.mark(tx, act, found.id, late.number)
        assert (seen.state, before) == (SignUpState.WAITING, False)
        await attendance.let_in(tx, act, found.id, late.number)
    inside = await again(database, late)
    assert (inside.state, inside.came) == (SignUpState.CONFIRMED, True)
    third = await signed_up(database, clock, found, CHAT + 2)
    async with database.write() as tx:
        with pytest.raises(attendance.NoSeatEmpty):
            await attendance.let_in(tx, act, found.id, third.number)
        with pytest.raises(Outdated):
            await attendance.let_in(tx, act, found.id, sent.number)


async def test_an_officer_notes_a_number_and_takes_it_back(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    async with database.write() as tx:
        act = await officer(tx, clock)
        with pytest.raises(attendance.NotThatDay):
            await attendance.mark(tx, act, found.id, sent.number)
    clock.move(days=TO_THE_DAY["days"] + 1)
    async with database.write() as tx:
        act = await officer(tx, clock)
        assert (await attendance.mark(tx, act, found.id, sent.number))[1] is False
        assert (await attendance.mark(tx, act, found.id, sent.number))[1] is True
        with pytest.raises(attendance.NobodyOfNumber):
            await attendance.mark(tx, act, found.id, sent.number + 1)
        with pytest.raises(NotAllowed):
            await attendance.mark(tx, nobody(clock), found.id, sent.number)
    assert await came(database, found) == {Group.LGBTI: 1}
    async with database.write() as tx:
        await attendance.unmark(tx, act, found.id, sent.number)
        with pytest.raises(Outdated):
            await attendance.unmark(tx, act, found.id, sent.number)
    assert await came(database, found) == {}
    assert not (await again(database, sent)).came


async def test_a_card_that_is_saved_meanwhile_takes_no_mark_away(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    clock.move(**TO_THE_DAY)
    async with database.write() as tx:
        act = await officer(tx, clock)
        await attendance.mark(tx, act, found.id, sent.number)
        await service.remember(tx, sent, 99)
    assert (await again(database, sent)).came


async def test_who_is_noted_by_two_at_once_is_counted_once(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    people = [await signed_up(database, clock, found, CHAT + each) for each in range(6)]
    clock.move(**TO_THE_DAY)
    async with database.write() as tx:
        act = await officer(tx, clock)

    async def noted(each: SignUp) -> None:
        async with database.write() as tx:
            await attendance.mark(tx, act, found.id, each.number)

    both = [here(database, clock, found, each) for each in people]
    await asyncio.gather(*both, *map(noted, people))
    assert await came(database, found) == {Group.LGBTI: 6}


@pytest.mark.parametrize("how", ["cancel", "forget", "change"])
async def test_the_count_follows_whoever_cancels_is_forgotten_or_says_another_group(
    database: Database, clock: FrozenClock, how: str
) -> None:
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    await signed_up(database, clock, found, CHAT + 1)
    clock.move(**TO_THE_DAY)
    sent = await here(database, clock, found, sent)
    async with database.write() as tx:
        act = nobody(clock)
        if how == "cancel":
            await service.cancel(tx, act, sent)
        elif how == "forget":
            await erasure.of_sign_up(tx, act, sent)
        else:
            await service.send(tx, act, sent, {"group": Group.WOMEN.value})
    expected = {Group.WOMEN: 1} if how == "change" else {}
    assert await came(database, found) == expected
    if how == "cancel":
        back = await signed_up(database, clock, found)
        assert not back.came, "whoever signs up again comes again"
        assert await came(database, found) == {}


async def test_the_end_of_a_consultation_takes_the_counts(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    sent = await signed_up(database, clock, found)
    clock.move(**TO_THE_DAY)
    await here(database, clock, found, sent)
    async with database.write() as tx:
        await erasure.of_consultation(tx, tick(clock), found.id)
    assert await came(database, found) == {}


async def test_groups_are_told_once_nobody_is_noted_any_more(
    database: Database, clock: FrozenClock
) -> None:
    found = await meeting(database, clock)
    people = [
        await signed_up(database, clock, found, CHAT + n, group=group)
        for n, group in enumerate([Group.WOMEN] * FEWEST + [Group.OLDER] * FEWEST)
    ]
    clock.move(**TO_THE_DAY)
    for each in people:
        await here(database, clock, found, each)
    async with database.write() as tx:
        act = await officer(tx, clock)
        assert (await attendance.attendance(tx, act, found)).groups is None
    clock.move(days=2)
    async with database.write() as tx:
        act = await officer(tx, clock)
        told = await attendance.attendance(tx, act, found)
    assert (told.people, told.groups) == (10, {Group.OLDER: 5, Group.WOMEN: 5})

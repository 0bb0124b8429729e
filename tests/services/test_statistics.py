"""What people say of themselves is counted, and told of nobody; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.errors import NotFound
from bot.domain.people import FEWEST, Actor, Gender, Level, Role
from bot.services import people
from bot.services.people import Chat
from storage import seats
from storage.seats import Said
from storage.tables import audit
from storage.tables import seats as rows
from tests.services.conftest import Ministry


async def said(ministry: Ministry, who: Chat) -> Said:
    person = (await ministry.actor(who)).person
    assert person is not None
    return await seats.said(ministry.tx, person.id, now=ministry.now)


async def says(
    ministry: Ministry, who: Chat, *, gender: Gender | None = None, level: Level | None = None
) -> None:
    act = ministry.act(await ministry.actor(who))
    await people.say_for_statistics(ministry.tx, act, gender=gender, level=level)


async def test_one_says_what_one_likes_and_removes_it_at_once(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    assert await said(ministry, omar) == Said(None, None)
    await says(ministry, omar, gender=Gender.MAN)
    await says(ministry, omar, level=Level.TECHNICAL)
    assert await said(ministry, omar) == Said(Gender.MAN, Level.TECHNICAL)
    await people.say_nothing_for_statistics(ministry.tx, ministry.act(await ministry.actor(omar)))
    assert await said(ministry, omar) == Said(None, None)


async def test_few_are_not_counted(ministry: Ministry) -> None:
    """A number that goes from nothing to one would tell who has just said so."""
    crowd = [await ministry.seated(f"Person {n}", Role.ALTERNATE) for n in range(FEWEST)]
    for each in crowd[:-1]:
        await says(ministry, each, gender=Gender.WOMAN)
    assert await seats.counted(ministry.tx, now=ministry.now) == ({}, {})
    await says(ministry, crowd[-1], gender=Gender.MAN)
    genders, levels = await seats.counted(ministry.tx, now=ministry.now)
    assert genders == {Gender.WOMAN: FEWEST - 1, Gender.MAN: 1}
    assert levels == {}


async def test_what_was_said_goes_with_the_seat(ministry: Ministry) -> None:
    amina = ministry.act(await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR)))
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    await says(ministry, omar, gender=Gender.MAN, level=Level.POLICY)
    await people.end_seat(ministry.tx, amina, await ministry.seat_of(omar, Role.FOCAL_POINT))
    kept = await ministry.tx.rows(select(rows.c.gender, rows.c.level))
    assert [dict(each) for each in kept] == [{"gender": None, "level": None}] * 2


async def test_a_successor_has_said_nothing(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    await says(ministry, omar, gender=Gender.MAN)
    act = ministry.act(await ministry.actor(omar))
    token = await people.offer_seat(
        ministry.tx, act, await ministry.seat_of(omar, Role.FOCAL_POINT)
    )
    invitation, _ = await ministry.accepts(rim, token)
    await people.confirm(ministry.tx, act, invitation)
    assert await said(ministry, rim) == Said(None, None)


async def test_the_record_does_not_tell_what_was_said(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    await says(ministry, omar, gender=Gender.OTHER, level=Level.POLICY)
    entry = await ministry.tx.row(select(audit).where(audit.c.act == "person.statistics"))
    assert entry is not None
    assert entry["facts"] == {}
    assert entry["words_digest"] is None


async def test_nobody_without_a_seat_is_counted(ministry: Ministry) -> None:
    with pytest.raises(NotFound):
        await people.say_for_statistics(
            ministry.tx, ministry.act(Actor(None, ())), gender=Gender.MAN
        )

"""What nobody does alone: a second coordinator agrees, or a day passes that all were told of."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.domain.approvals import (
    DELAY,
    VALID_FOR,
    Approval,
    AskedAlready,
    Kind,
    NeedsSecond,
    OwnRequest,
    Protection,
    State,
)
from bot.domain.errors import NotAllowed, NotFound, Outdated, Refused
from bot.domain.people import COMMAND_LINE, TICK, Actor, Person, Role
from bot.services import approvals, people
from bot.services.handed_out import LINKS
from bot.services.people import Chat
from storage import approvals as queries
from storage import items, jobs, seats
from storage.database import Database
from storage.tables import audit
from tests import maravia
from tests.conftest import FrozenClock, undone
from tests.services.conftest import Ministry

WHAT = {"what": "audit"}


async def ask(
    ministry: Ministry, chat: Chat, kind: Kind = Kind.LOWER, **arguments: Any
) -> Approval:
    act = ministry.act(await ministry.actor(chat))
    wanted = arguments or (WHAT if kind is Kind.LOWER else {})
    reason = "An inspection asks for it."
    return await approvals.ask(ministry.tx, act, kind, wanted, reason=reason, language="en")


async def tick(ministry: Ministry) -> None:
    act = ministry.act(TICK)
    for approval_id in await approvals.due(ministry.tx, act):
        await approvals.follow(ministry.tx, act, approval_id)


async def lowered(ministry: Ministry) -> bool:
    return await approvals.may_leave(ministry.tx, Protection.AUDIT)


async def test_a_second_coordinator_agrees_and_it_is_done_once(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen = await ministry.seated("Chen", Role.COORDINATOR)
    officer = await ministry.seated("Omar", Role.OFFICER)
    asked = await ask(ministry, amina)
    assert (asked.state, asked.opens_at) == (State.WAITING, None)
    assert [await ministry.told(each, "approval.asked") for each in (amina, chen, officer)] == [
        0,
        1,
        0,
    ]
    with pytest.raises(AskedAlready):
        await ask(ministry, chen)
    with pytest.raises(OwnRequest):
        await approvals.agree(ministry.tx, ministry.act(await ministry.actor(amina)), asked.id)
    with pytest.raises(NotAllowed):
        await approvals.agree(ministry.tx, ministry.act(await ministry.actor(officer)), asked.id)
    assert not await lowered(ministry)
    by_chen = ministry.act(await ministry.actor(chen))
    done = await approvals.agree(ministry.tx, by_chen, asked.id)
    assert done.state is State.DONE
    assert await lowered(ministry)
    assert [await ministry.told(each, "approval.agreed") for each in (amina, officer)] == [1, 1]
    for act in (approvals.agree, approvals.refuse):
        with pytest.raises(Outdated):
            await act(ministry.tx, by_chen, asked.id)
    await approvals.raise_again(ministry.tx, by_chen, Protection.AUDIT)
    assert not await lowered(ministry)
    acts = await ministry.tx.values(select(audit.c.act).order_by(audit.c.number.desc()).limit(4))
    assert acts == ["protection.raise", "protection.lower", "approval.open", "approval.ask"]


async def test_another_seat_of_the_same_person_is_no_second_coordinator(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    asked = await ask(ministry, amina)
    assert asked.opens_at == ministry.now + DELAY, "nobody else is there to ask"
    found = await ministry.actor(amina)
    assert found.person is not None
    await seats.add(ministry.tx, found.person.id, Role.COORDINATOR, None, now=ministry.now)
    with pytest.raises(OwnRequest):
        await approvals.agree(ministry.tx, ministry.act(await ministry.actor(amina)), asked.id)


async def test_the_only_coordinator_waits_a_day_that_all_of_the_secretariat_was_told_of(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    officer = await ministry.seated("Omar", Role.OFFICER)
    await ask(ministry, amina)
    assert await ministry.told(officer, "approval.announced") == 1
    ministry.clock.move(hours=23, minutes=59)
    await tick(ministry)
    assert not await lowered(ministry)
    ministry.clock.move(minutes=1)
    await tick(ministry)
    assert await lowered(ministry)
    assert await ministry.told(officer, "approval.opened") == 1


async def test_an_officer_may_stop_what_opens_by_itself(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    officer = await ministry.seated("Omar", Role.OFFICER)
    asked = await ask(ministry, amina)
    await approvals.refuse(ministry.tx, ministry.act(await ministry.actor(officer)), asked.id)
    ministry.clock.move(days=2)
    await tick(ministry)
    assert not await lowered(ministry)
    assert await ministry.told(amina, "approval.refused") == 1


async def test_a_second_coordinator_who_comes_meanwhile_is_asked_instead(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    await ask(ministry, amina)
    chen = await ministry.seated("Chen", Role.COORDINATOR)
    ministry.clock.move(hours=25)
    await tick(ministry)
    assert not await lowered(ministry)
    assert await ministry.told(chen, "approval.asked") == 1


async def test_what_nobody_decides_on_is_over_after_a_week(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen = await ministry.seated("Chen", Role.COORDINATOR)
    asked = await ask(ministry, amina)
    ministry.clock.move(days=VALID_FOR.days)
    with pytest.raises(Outdated):
        await approvals.agree(ministry.tx, ministry.act(await ministry.actor(chen)), asked.id)
    await tick(ministry)
    assert await ministry.told(amina, "approval.expired") == 1
    await ask(ministry, amina)  # it may be asked for again


async def test_names_leave_once_for_who_asked_and_nobody_else(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen = await ministry.seated("Chen", Role.COORDINATOR)
    by_amina, by_chen = [ministry.act(await ministry.actor(each)) for each in (amina, chen)]
    asked = await ask(ministry, amina, Kind.NAMES)
    assert not await approvals.may_name(ministry.tx, by_amina)
    await approvals.agree(ministry.tx, by_chen, asked.id)
    assert await approvals.may_name(ministry.tx, by_amina)
    assert not await approvals.may_name(ministry.tx, by_chen)
    assert (await approvals.use(ministry.tx, by_amina, Kind.NAMES)).id == asked.id
    assert not await approvals.may_name(ministry.tx, by_amina)
    with pytest.raises(NeedsSecond):
        await approvals.use(ministry.tx, by_amina, Kind.NAMES)
    assert await approvals.may_name(ministry.tx, ministry.act(COMMAND_LINE))


async def test_an_item_s_restriction_is_lifted_by_two_and_set_by_one(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen = await ministry.seated("Chen", Role.COORDINATOR)
    by_amina, by_chen = [ministry.act(await ministry.actor(each)) for each in (amina, chen)]
    item = await maravia.item(ministry.tx, "140.7", {"en": "Ratify it."})
    with pytest.raises(NotFound):
        await ask(ministry, amina, Kind.UNRESTRICT, item=item)
    await approvals.restrict(ministry.tx, by_amina, item)
    asked = await ask(ministry, amina, Kind.UNRESTRICT, item=item)
    await approvals.agree(ministry.tx, by_chen, asked.id)
    found = await items.get(ministry.tx, item)
    assert found is not None
    assert not found.restricted


async def test_a_coordinator_is_invited_only_with_a_second_one_s_word(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen = await ministry.seated("Chen", Role.COORDINATOR)
    by_amina, by_chen = [ministry.act(await ministry.actor(each)) for each in (amina, chen)]
    with pytest.raises(NeedsSecond):
        await people.invite(ministry.tx, by_amina, Role.COORDINATOR, None)
    person_id = by_amina.actor.person_id
    job = await jobs.plan(
        ministry.tx, LINKS, {"names": ["Rim"]}, person_id=person_id, seat_id=None, now=ministry.now
    )
    await jobs.change(ministry.tx, job, state=jobs.WAITING)
    asked = await ask(ministry, amina, Kind.INVITE, job=job)
    with pytest.raises(NeedsSecond):
        await people.invite(ministry.tx, by_amina, Role.COORDINATOR, None, approval_id=asked.id)
    await approvals.agree(ministry.tx, by_chen, asked.id)
    planned = await jobs.get(ministry.tx, job)
    assert planned is not None
    assert planned.state == jobs.PLANNED
    with pytest.raises(NeedsSecond):
        await people.invite(ministry.tx, by_chen, Role.COORDINATOR, None, approval_id=asked.id)
    await people.invite(ministry.tx, by_amina, Role.COORDINATOR, None, approval_id=asked.id)
    await approvals.use(ministry.tx, by_amina, Kind.INVITE, asked.id)
    with pytest.raises(NeedsSecond):
        await people.invite(ministry.tx, by_amina, Role.COORDINATOR, None, approval_id=asked.id)


async def test_the_operator_s_link_for_a_coordinator_is_told_to_those_there_are(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    await people.invite(ministry.tx, ministry.act(COMMAND_LINE), Role.COORDINATOR, None)
    assert await ministry.told(amina, "approval.invited_at_shell") == 1


async def test_two_who_agree_at_once_open_it_once(database: Database, clock: FrozenClock) -> None:
    async with database.write() as tx:
        ministry = Ministry(tx, clock, 0)
        chats = [
            await ministry.seated(name, Role.COORDINATOR) for name in ("Amina", "Chen", "Dana")
        ]
        actors = [await ministry.actor(each) for each in chats]
        asked = await ask(ministry, chats[0])

    async def agree(actor: Actor) -> bool:
        try:
            async with database.write() as tx:
                act = maravia.act(actor, clock.now(), bot_id=77)
                await approvals.agree(tx, act, asked.id)
        except Outdated:
            return False
        return True

    assert sorted(await asyncio.gather(*map(agree, actors[1:]))) == [False, True]
    async with database.read() as tx:
        acts = await tx.values(select(audit.c.act).where(audit.c.act == "protection.lower"))
    assert len(acts) == 1


# -- Whatever the order ----------------------------------------------------------------------------

WHO = st.integers(0, 3)  # three coordinators at most, and an officer
STEPS = st.one_of(
    st.tuples(st.just("ask"), WHO),
    st.tuples(st.just("agree"), WHO),
    st.tuples(st.just("refuse"), WHO),
    st.tuples(st.just("begin"), WHO),
    st.tuples(st.just("end"), WHO),
    st.tuples(st.just("wait"), st.sampled_from([1, 12, 24, 25, 24 * 8])),
    st.tuples(st.just("tick"), st.just(0)),
    st.tuples(st.just("use"), WHO),
)


ALONE = (("end", 1), ("end", 2))


class Story:
    """Four people of a secretariat, and what was announced when, as an onlooker notes it."""

    def __init__(self, ministry: Ministry) -> None:
        self.ministry = ministry
        self.people: list[int] = []

    async def begins(self) -> None:
        for n in range(4):
            role = Role.OFFICER if n == 3 else Role.COORDINATOR
            actor = await maravia.somebody(self.ministry.tx, f"P{n}", role, None, bot_id=77)
            assert actor.person is not None
            self.people.append(actor.person.id)

    async def actor(self, who: int) -> Actor:
        person_id = self.people[who]
        live = await seats.live_of(self.ministry.tx, person_id, now=self.ministry.now)
        return Actor(Person(person_id, "P", "en"), live)

    async def coordinators(self) -> set[int]:
        held = [await self.actor(n) for n in range(4)]
        return {
            each.person_id
            for each in held
            if each.person_id and each.seat({Role.COORDINATOR}) is not None
        }

    async def does(self, what: str, value: int) -> None:
        tx, clock = self.ministry.tx, self.ministry.clock
        if what == "wait":
            clock.move(hours=value)
        elif what == "tick":
            await tick(self.ministry)
        elif what == "begin":
            role = Role.OFFICER if value == 3 else Role.COORDINATOR
            if not (await self.actor(value)).seats:
                await seats.add(tx, self.people[value], role, None, now=clock.now())
        elif what == "end":
            for seat in (await self.actor(value)).seats:
                await seats.end(tx, seat.id, now=clock.now())
        else:
            await self.acts(what, await self.actor(value))

    async def acts(self, what: str, actor: Actor) -> None:
        tx, act = self.ministry.tx, self.ministry.act(actor)
        open_ones = await queries.undecided(tx)
        if what == "ask":
            await approvals.ask(tx, act, Kind.NAMES, {}, reason="Why.", language="en")
        elif what == "use":
            await approvals.use(tx, act, Kind.NAMES)
        elif open_ones and what == "agree":
            await approvals.agree(tx, act, open_ones[0].id)
        elif open_ones:
            await approvals.refuse(tx, act, open_ones[0].id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=[("ask", 0), ("agree", 0), ("agree", 3), ("agree", 1), ("use", 0), ("use", 0)])
@example(steps=[("ask", 0), ("end", 0), ("agree", 1), ("begin", 0), ("agree", 1)])
@example(steps=[*ALONE, ("ask", 0), ("wait", 12), ("tick", 0), ("wait", 12), ("tick", 0)])
@example(steps=[*ALONE, ("ask", 0), ("begin", 1), ("wait", 25), ("tick", 0), ("tick", 0)])
@example(steps=[("ask", 0), *ALONE, ("tick", 0), ("end", 0), ("wait", 25), ("tick", 0)])
@example(steps=[("ask", 0), ("wait", 192), ("agree", 1), ("tick", 0), ("ask", 0), ("agree", 2)])
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
async def test_nothing_opens_without_a_second_person_or_the_day_that_was_announced(
    database: Database, clock: FrozenClock, steps: list[tuple[str, int]]
) -> None:
    clock.ahead = timedelta(0)
    async with undone(database) as tx:
        story = Story(Ministry(tx, clock, 0))
        await story.begins()
        before: dict[int, Approval] = {}
        used: set[int] = set()
        for what, value in steps:
            among = await story.coordinators()
            try:
                async with tx.savepoint():
                    await story.does(what, value)
            except Refused:
                continue
            for each in await _every(tx):
                was = before.get(each.id)
                if each.state is State.APPROVED and (was is None or was.state is State.WAITING):
                    await _opened_rightly(story, each, was, among, (what, value))
                if each.state is State.DONE and each.id not in used:
                    assert was is not None
                    assert was.state is State.APPROVED, "used before it was open"
                    assert (what, story.people[value]) == ("use", each.asker)
                    used.add(each.id)
                before[each.id] = each


async def _opened_rightly(
    story: Story, now: Approval, was: Approval | None, among: set[int], step: tuple[str, int]
) -> None:
    what, value = step
    assert was is not None, "opened as soon as it was asked for"
    assert now.asker in among, "who asked coordinates no more"
    if what == "agree":
        assert story.people[value] != now.asker
        assert story.people[value] in among
    else:
        assert what == "tick"
        assert among == {now.asker}, "there was somebody to ask"
        announced = was.opens_at
        assert announced is not None
        assert announced <= story.ministry.now
        assert announced - DELAY >= now.asked_at
    assert story.ministry.now < now.asked_at + VALID_FOR


async def _every(tx: Any) -> list[Approval]:
    found = [await queries.get(tx, n) for n in range(1, 15)]
    return [each for each in found if each is not None]

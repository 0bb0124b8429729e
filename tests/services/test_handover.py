"""A seat goes from one person to the next, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot.domain.approvals import Kind, NeedsSecond
from bot.domain.errors import NotAllowed, NotFound, Outdated, Refused
from bot.domain.ladder import Reaches, Skipped
from bot.domain.people import COMMAND_LINE, TICK, Actor, Role, Seat
from bot.services import approvals, people, questions
from bot.services.people import (
    AlreadySeated,
    AnotherConfirms,
    Chat,
    HandoverOver,
    HandoverWaits,
    LinkExpired,
    LinkUsed,
    OwnHandover,
    SuccessorSeated,
)
from storage import approvals as approval_queries
from storage import conversations, evidence, invitations, reminders, seats
from storage.questions import get as get_question
from storage.reminders import Key, New
from storage.tables import audit, draft_messages, outbox, request_items, requests
from storage.tables import evidence as pieces
from storage.tables import reminders as rungs
from tests import maravia
from tests.conftest import said_since
from tests.services.conftest import BOT, Ministry


async def offers(ministry: Ministry, who: Chat, role: Role, *, by: Chat | None = None) -> str:
    """A link to take over the seat of `who`, made by themselves unless by somebody else."""
    seat = await ministry.seat_of(who, role)
    actor = await ministry.actor(by or who)
    return await people.offer_seat(ministry.tx, ministry.act(actor), seat)


async def confirms(ministry: Ministry, who: Chat, invitation_id: int) -> Seat:
    return await people.confirm(ministry.tx, ministry.act(await ministry.actor(who)), invitation_id)


async def hands_over(ministry: Ministry, old: Chat, new: Chat, role: Role) -> Seat:
    invitation, seat = await ministry.accepts(new, await offers(ministry, old, role))
    assert seat is None
    return await confirms(ministry, old, invitation)


async def draft(ministry: Ministry, who: Chat, role: Role, subject: str = "assignment:1") -> int:
    """A report that was begun, with a file and a message that became an answer."""
    person = (await ministry.actor(who)).person
    assert person is not None
    begun = await conversations.begin(
        ministry.tx,
        bot_id=BOT,
        chat_id=who.chat_id,
        person_id=person.id,
        seat_id=await ministry.seat_of(who, role),
        flow="status_update",
        flow_version=1,
        subject=subject,
        state={},
        now=ministry.now,
    )
    await evidence.add_link(
        ministry.tx, begun.id, "https://example.org/bill", person_id=person.id, now=ministry.now
    )
    await conversations.note_message(
        ministry.tx, BOT, who.chat_id, 5, conversation_id=begun.id, step="measures", part=0
    )
    return begun.id


async def reminder(ministry: Ministry, who: Chat) -> None:
    """Something is asked of the ministry, and this person is to be reminded of it."""
    person = (await ministry.actor(who)).person
    assert person is not None
    now = ministry.now
    request_id = await ministry.tx.value(
        insert(requests)
        .values(kind="data", state="open", audience={}, ladder=[], created_at=now)
        .returning(requests.c.id)
    )
    item_id = await ministry.tx.value(
        insert(request_items)
        .values(
            request_id=request_id,
            institution_id=ministry.institution_id,
            state="asked",
            due_on=now.date(),
            asked_at=now,
            since=now,
            stale=False,
        )
        .returning(request_items.c.id)
    )
    key = Key(item_id, person.id, now.date(), -7, Reaches.INSTITUTION.value)
    await reminders.add(ministry.tx, [New(key, now + timedelta(days=1))], now=now)


# -- What happens ----------------------------------------------------------------------------------


async def test_the_old_seat_ends_when_the_new_one_begins(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    invitation, _ = await ministry.accepts(rim, await offers(ministry, omar, Role.FOCAL_POINT))
    assert (await ministry.actor(rim)).seats == ()
    assert len((await ministry.actor(omar)).seats) == 1
    seat = await confirms(ministry, omar, invitation)
    assert (await ministry.actor(omar)).seats == ()
    (held,) = (await ministry.actor(rim)).seats
    assert (held.id, held.role, held.institution_id) == (
        seat.id,
        Role.FOCAL_POINT,
        ministry.institution_id,
    )


async def test_drafts_with_their_evidence_are_the_successor_s(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    begun = await draft(ministry, omar, Role.FOCAL_POINT)
    old = await conversations.get(ministry.tx, begun)
    seat = await hands_over(ministry, omar, rim, Role.FOCAL_POINT)
    moved = await conversations.get(ministry.tx, begun)
    assert old is not None
    assert moved is not None
    assert (moved.seat_id, moved.person_id, moved.chat_id) == (
        seat.id,
        seat.person_id,
        rim.chat_id,
    )
    assert not moved.active
    assert moved.nonce != old.nonce, "the buttons in the old chat mean nothing any more"
    assert await ministry.count(draft_messages) == 0, "nor do its messages change the draft"
    owner = await ministry.tx.value(select(pieces.c.person_id))
    assert owner == seat.person_id
    assert (await evidence.counts_of_draft(ministry.tx, begun)).links == 1


async def test_a_draft_of_another_seat_stays_where_it_is(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    await ministry.accepts(omar, await ministry.invites(COMMAND_LINE, Role.VALIDATOR))
    begun = await draft(ministry, omar, Role.VALIDATOR)
    await hands_over(ministry, omar, rim, Role.FOCAL_POINT)
    kept = await conversations.get(ministry.tx, begun)
    assert kept is not None
    assert kept.seat_id == await ministry.seat_of(omar, Role.VALIDATOR)
    assert [each.role for each in (await ministry.actor(omar)).seats] == [Role.VALIDATOR]


async def test_open_questions_go_on_and_answered_ones_stay(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    item = await maravia.item(ministry.tx, "140.7", {"en": "Ratify."})
    held = await maravia.assignment(ministry.tx, item, ministry.institution_id)
    act = ministry.act(await ministry.actor(omar))
    first, second = [
        await questions.ask(ministry.tx, act, held, words, language="en")
        for words in ("May we?", "Must we?")
    ]
    officer = ministry.act(await ministry.actor(amina))
    await questions.answer(ministry.tx, officer, first, "Yes.", language="en")
    old = await ministry.seat_of(omar, Role.FOCAL_POINT)
    seat = await hands_over(ministry, omar, rim, Role.FOCAL_POINT)
    asked = [await get_question(ministry.tx, each) for each in (first, second)]
    assert [each.asked_by for each in asked if each] == [old, seat.id]
    await questions.answer(ministry.tx, officer, second, "No.", language="en")
    assert await ministry.told(rim, "question.answered") == 1


async def test_reminders_follow_the_seat(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    await reminder(ministry, omar)
    await hands_over(ministry, omar, rim, Role.FOCAL_POINT)
    row = await ministry.tx.row(select(rungs.c.state, rungs.c.reason))
    assert row is not None
    assert tuple(row.values()) == (reminders.SKIPPED, Skipped.ENDED.value)
    assert await ministry.tx.value(select(request_items.c.stale)), "to be planned anew"


async def test_who_keeps_another_seat_there_is_reminded_by_it(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    await ministry.accepts(omar, await ministry.invites(COMMAND_LINE, Role.ALTERNATE))
    await reminder(ministry, omar)
    await hands_over(ministry, omar, rim, Role.FOCAL_POINT)
    assert await ministry.tx.value(select(rungs.c.state)) == reminders.PLANNED
    assert await ministry.tx.value(select(request_items.c.stale))


@pytest.mark.parametrize("leave", [people.end_seat, people.suspend_seat])
async def test_reminders_are_planned_anew_when_a_seat_changes(
    ministry: Ministry, leave: Any
) -> None:
    amina = ministry.act(await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR)))
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    await reminder(ministry, omar)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    await leave(ministry.tx, amina, seat)
    assert await ministry.tx.value(select(request_items.c.stale))
    ended = leave is people.end_seat
    state = await ministry.tx.value(select(rungs.c.state))
    assert state == (reminders.SKIPPED if ended else reminders.PLANNED)


async def test_nothing_is_taken_over_silently(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    bilal = await ministry.seated("Bilal", Role.COORDINATOR)
    vera = await ministry.seated("Vera", Role.VALIDATOR)
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    assert [await ministry.told(each, "handover.offered") for each in (amina, bilal)] == [1, 1]
    invitation, _ = await ministry.accepts(rim, token)
    assert await ministry.told(omar, "handover.confirm_own") == 1
    assert [await ministry.told(each, "handover.wants") for each in (amina, bilal)] == [1, 1]
    await confirms(ministry, omar, invitation)
    hearing = (amina, bilal, vera)
    assert [await ministry.told(each, "handover.taken_over") for each in hearing] == [1, 1, 1]
    assert await ministry.told(omar, "handover.handed_over") == 0, "their own screen says it"
    assert await ministry.told(rim, "handover.brief") == 1
    assert await ministry.told(rim, "handover.taken_over") == 0


async def test_what_was_planned_for_the_old_holder_is_not_sent(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    invitation, _ = await ministry.accepts(rim, await offers(ministry, omar, Role.FOCAL_POINT))
    assert await ministry.told(omar, "handover.confirm_own") == 1
    await confirms(ministry, omar, invitation)
    assert await ministry.told(omar, "handover.confirm_own") == 0


async def test_one_entry_tells_of_the_handover_without_a_name(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    await draft(ministry, omar, Role.FOCAL_POINT)
    old = await ministry.seat_of(omar, Role.FOCAL_POINT)
    seat = await hands_over(ministry, omar, rim, Role.FOCAL_POINT)
    rows = await ministry.tx.rows(select(audit).order_by(audit.c.number))
    acts = [each["act"] for each in rows]
    assert acts[-3:] == ["seat.offer", "invitation.accept", "seat.hand_over"]
    assert rows[-1]["subject"] == f"seat:{seat.id}"
    assert rows[-1]["facts"] == {
        "from": old,
        "role": "focal_point",
        "institution": ministry.institution_id,
        "drafts": 1,
        "questions": 0,
    }
    assert "Omar" not in str([dict(each) for each in rows])


async def test_newcomers_and_requests_of_an_officer_go_to_the_next(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen, dora = await ministry.seated("Chen", Role.OFFICER), ministry.chat("Dora")
    token = await ministry.invites(await ministry.actor(chen), Role.FOCAL_POINT)
    waiting, _ = await ministry.accepts(ministry.chat("Omar"), token)
    await ministry.tx.execute(
        insert(requests).values(
            kind="data",
            state="open",
            audience={},
            ladder=[],
            created_at=ministry.now,
            asked_by=await ministry.seat_of(chen, Role.OFFICER),
        )
    )
    invitation, _ = await ministry.accepts(dora, await offers(ministry, chen, Role.OFFICER))
    seat = await confirms(ministry, amina, invitation)
    assert await ministry.tx.value(select(requests.c.asked_by)) == seat.id
    assert await ministry.told(dora, "people.confirm") == 1
    await confirms(ministry, dora, waiting)


async def test_the_only_coordinator_hands_over_a_day_after_all_were_told(
    ministry: Ministry,
) -> None:
    amina, bilal = await ministry.seated("Amina", Role.COORDINATOR), ministry.chat("Bilal")
    omar = await ministry.seated("Omar", Role.OFFICER)
    offered = await offers(ministry, amina, Role.COORDINATOR)
    invitation, _ = await ministry.accepts(bilal, offered)
    with pytest.raises(NeedsSecond):
        await confirms(ministry, amina, invitation)
    await asks(ministry, amina, invitation)
    assert await ministry.told(omar, "approval.announced") == 1
    with pytest.raises(NeedsSecond):
        await confirms(ministry, amina, invitation)
    ministry.clock.move(hours=24)
    await tick(ministry)
    assert await ministry.told(amina, "approval.opened") == 1
    await confirms(ministry, amina, invitation)
    assert (await ministry.actor(bilal)).is_secretariat
    assert not (await ministry.actor(amina)).is_secretariat
    assert await approval_queries.undecided(ministry.tx) == []


async def test_what_was_agreed_to_for_one_successor_is_not_for_another(ministry: Ministry) -> None:
    amina, bilal = await ministry.seated("Amina", Role.COORDINATOR), ministry.chat("Bilal")
    offered = await offers(ministry, amina, Role.COORDINATOR)
    invitation, _ = await ministry.accepts(bilal, offered)
    await asks(ministry, amina, invitation)
    actor = await ministry.actor(amina)
    await people.refuse(ministry.tx, ministry.act(actor), invitation)
    ministry.clock.move(hours=24)
    await tick(ministry)
    assert await ministry.told(amina, "approval.expired") == 1
    other, _ = await ministry.accepts(
        ministry.chat("Dora"), await offers(ministry, amina, Role.COORDINATOR)
    )
    with pytest.raises(NeedsSecond):
        await confirms(ministry, amina, other)


async def asks(ministry: Ministry, who: Chat, invitation_id: int) -> None:
    """Ask for the handover of the only coordinator's seat, as there is nobody to agree."""
    act, wanted = ministry.act(await ministry.actor(who)), {"invitation": invitation_id}
    await approvals.ask(
        ministry.tx, act, Kind.SUCCEED, wanted, reason="I leave in June.", language="en"
    )


async def tick(ministry: Ministry) -> None:
    act = ministry.act(TICK)
    for approval_id in await approvals.due(ministry.tx, act):
        await approvals.follow(ministry.tx, act, approval_id)


async def test_a_coordinator_s_seat_goes_on_only_as_another_coordinator_agrees(
    ministry: Ministry,
) -> None:
    """One alone could have put anybody in their place, and in the place of a colleague."""
    amina, chen = [await ministry.seated(name, Role.COORDINATOR) for name in ("Amina", "Chen")]
    bilal = ministry.chat("Bilal")
    offered = await offers(ministry, amina, Role.COORDINATOR)
    invitation, _ = await ministry.accepts(bilal, offered)
    assert await ministry.told(chen, "handover.confirm") == 1
    assert await ministry.told(amina, "handover.confirm") == 0
    with pytest.raises(AnotherConfirms):
        await confirms(ministry, amina, invitation)
    await confirms(ministry, chen, invitation)
    assert (await ministry.actor(bilal)).is_secretariat


async def test_a_link_of_the_command_line_hands_over_at_once(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    token = await people.offer_seat(ministry.tx, ministry.act(COMMAND_LINE), seat)
    _, held = await ministry.accepts(rim, token)
    assert held is not None
    assert (await ministry.actor(omar)).seats == ()


async def test_a_lost_phone_s_seat_is_handed_over_and_the_phone_hears_nothing(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    actor = await ministry.actor(amina)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    await people.suspend_seat(ministry.tx, ministry.act(actor), seat)
    invitation, _ = await ministry.accepts(
        rim, await offers(ministry, omar, Role.FOCAL_POINT, by=amina)
    )
    await confirms(ministry, amina, invitation)
    assert await ministry.told(omar, "handover.") == 0
    assert len((await ministry.actor(rim)).seats) == 1


# -- Who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
async def test_who_holds_a_seat_may_hand_it_over(ministry: Ministry, role: Role) -> None:
    holder = await ministry.seated("Somebody", role)
    if role is Role.OBSERVER:
        with pytest.raises(NotAllowed):
            await offers(ministry, holder, role)
        return
    await offers(ministry, holder, role)


@pytest.mark.parametrize("own", list(Role))
@pytest.mark.parametrize("role", [each for each in Role if each is not Role.OBSERVER])
async def test_others_hand_it_over_only_where_they_may_invite(
    ministry: Ministry, own: Role, role: Role
) -> None:
    holder = await ministry.seated("Holder", role)
    other = await ministry.seated("Other", own)
    secretariat = role in (Role.COORDINATOR, Role.OFFICER)
    if own is Role.COORDINATOR or (own is Role.OFFICER and not secretariat):
        await offers(ministry, holder, role, by=other)
        return
    with pytest.raises(NotAllowed):
        await offers(ministry, holder, role, by=other)


async def test_an_officer_lets_nobody_into_the_secretariat_by_handing_over(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    chen = await ministry.seated("Chen", Role.OFFICER)
    token = await offers(ministry, chen, Role.OFFICER)
    invitation, _ = await ministry.accepts(ministry.chat("Mallory"), token)
    with pytest.raises(NotAllowed):
        await confirms(ministry, chen, invitation)
    assert await ministry.told(chen, "handover.confirm") == 0
    assert await ministry.told(amina, "handover.confirm") == 1
    await confirms(ministry, amina, invitation)


async def test_nobody_but_the_leaver_and_the_secretariat_decides(ministry: Ministry) -> None:
    vera = await ministry.seated("Vera", Role.VALIDATOR)
    rim = await ministry.seated("Rim", Role.ALTERNATE)
    omar, ines = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Ines")
    invitation, _ = await ministry.accepts(ines, await offers(ministry, omar, Role.FOCAL_POINT))
    for who in (vera, rim, ines):
        act = ministry.act(await ministry.actor(who))
        for decide in (people.confirm, people.refuse, people.stop_handover):
            with pytest.raises(NotAllowed):
                await decide(ministry.tx, act, invitation)


async def test_the_holder_does_not_decide_on_a_link_that_the_secretariat_made(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    token = await offers(ministry, omar, Role.FOCAL_POINT, by=amina)
    assert await ministry.told(omar, "handover.offered") == 1
    invitation, _ = await ministry.accepts(ministry.chat("Rim"), token)
    with pytest.raises(NotAllowed):
        await confirms(ministry, omar, invitation)
    await confirms(ministry, amina, invitation)
    assert await ministry.told(omar, "handover.handed_over") == 1


# -- Stopping --------------------------------------------------------------------------------------


@pytest.mark.parametrize("used", [False, True])
async def test_a_coordinator_can_stop_what_the_holder_began(ministry: Ministry, used: bool) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    if used:
        await ministry.accepts(rim, token)
    (pending,) = await invitations.to_take_over(
        ministry.tx, await ministry.seat_of(omar, Role.FOCAL_POINT)
    )
    await people.stop_handover(ministry.tx, ministry.act(await ministry.actor(amina)), pending.id)
    assert await ministry.told(omar, "handover.stopped") == 1
    assert len((await ministry.actor(omar)).seats) == 1
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Ines"), token)
    with pytest.raises((Outdated, NotFound)):
        await confirms(ministry, omar, pending.id)


async def test_an_officer_takes_the_link_to_the_own_seat_back(ministry: Ministry) -> None:
    chen = await ministry.seated("Chen", Role.OFFICER)
    token = await offers(ministry, chen, Role.OFFICER)
    (pending,) = await invitations.to_take_over(
        ministry.tx, await ministry.seat_of(chen, Role.OFFICER)
    )
    await people.stop_handover(ministry.tx, ministry.act(await ministry.actor(chen)), pending.id)
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Dora"), token)


async def test_only_a_handover_is_stopped_so(ministry: Ministry) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    await ministry.invites(amina, Role.FOCAL_POINT)
    (waiting,) = await invitations.in_state(ministry.tx, invitations.OPEN)
    with pytest.raises(NotFound):
        await people.stop_handover(ministry.tx, ministry.act(amina), waiting.id)


# -- Refusals --------------------------------------------------------------------------------------


async def test_the_holder_s_own_tap_leaves_the_link_unused(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    with pytest.raises(OwnHandover):
        await ministry.opens(omar, token)
    await ministry.accepts(ministry.chat("Rim"), token)


async def test_who_has_that_very_seat_takes_nothing_over(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    rim = await ministry.seated("Rim", Role.FOCAL_POINT)
    with pytest.raises(AlreadySeated):
        await ministry.opens(rim, await offers(ministry, omar, Role.FOCAL_POINT))


async def test_who_gets_that_very_seat_meanwhile_takes_nothing_over(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    invitation, _ = await ministry.accepts(rim, await offers(ministry, omar, Role.FOCAL_POINT))
    await ministry.accepts(rim, await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT))
    with pytest.raises(SuccessorSeated):
        await confirms(ministry, omar, invitation)
    assert len((await ministry.actor(omar)).seats) == 1


async def test_a_link_is_used_once(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    await ministry.accepts(rim, token)
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Mallory"), token)
    with pytest.raises(LinkUsed):
        await ministry.opens(omar, token)
    with pytest.raises(HandoverWaits):
        await offers(ministry, omar, Role.FOCAL_POINT)


async def test_a_link_that_was_used_stays_harmless_to_its_user(ministry: Ministry) -> None:
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    invitation, _ = await ministry.accepts(rim, token)
    await confirms(ministry, omar, invitation)
    again, _person = await ministry.opens(rim, token)
    assert again.state == invitations.CONFIRMED
    with pytest.raises(LinkUsed):
        await ministry.opens(omar, token)


async def test_a_new_link_makes_the_earlier_one_void(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    first = await offers(ministry, omar, Role.FOCAL_POINT)
    await ministry.opens(ministry.chat("Mallory"), first)
    second = await offers(ministry, omar, Role.FOCAL_POINT)
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Rim"), first)
    await ministry.accepts(ministry.chat("Rim"), second)


async def test_a_link_expires(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    ministry.clock.move(days=14)
    with pytest.raises(LinkExpired):
        await ministry.opens(ministry.chat("Rim"), token)


async def test_the_seat_ended_before_the_link_was_opened(ministry: Ministry) -> None:
    amina = ministry.act(await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR)))
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    await people.end_seat(ministry.tx, amina, seat)
    with pytest.raises(HandoverOver):
        await ministry.opens(ministry.chat("Rim"), token)
    with pytest.raises(NotFound):
        await people.offer_seat(ministry.tx, amina, seat)


async def test_the_seat_ended_while_the_successor_waited(ministry: Ministry) -> None:
    amina = ministry.act(await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR)))
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    invitation, _ = await ministry.accepts(rim, token)
    before = await ministry.tx.value(select(func.max(outbox.c.id)))
    await people.end_seat(ministry.tx, amina, await ministry.seat_of(omar, Role.FOCAL_POINT))
    assert "error.handover_over" in str(await said_since(ministry.tx, before))
    with pytest.raises(Refused):
        await people.confirm(ministry.tx, amina, invitation)
    assert (await ministry.actor(rim)).seats == ()


async def test_a_seat_that_ended_otherwise_is_not_taken_over(ministry: Ministry) -> None:
    """Even where the end did not come through the service: an end in the future, say."""
    omar, rim = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Rim")
    token = await offers(ministry, omar, Role.FOCAL_POINT)
    invitation, _ = await ministry.accepts(rim, token)
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    await seats.end(ministry.tx, await ministry.seat_of(omar, Role.FOCAL_POINT), now=ministry.now)
    with pytest.raises(HandoverOver):
        await confirms(ministry, amina, invitation)
    assert (await ministry.actor(rim)).seats == ()


async def test_nothing_of_a_handover_is_open_to_strangers(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    with pytest.raises(NotAllowed):
        await people.offer_seat(ministry.tx, ministry.act(Actor(None, ())), seat)

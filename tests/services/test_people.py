"""Seats from the invitation to their end, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.approvals import NeedsSecond
from bot.domain.errors import NotAllowed, NotFound, Outdated, Refused
from bot.domain.people import COMMAND_LINE, SECRETARIAT, Actor, Role
from bot.services import people
from bot.services.people import (
    AlreadySeated,
    Designation,
    LastCoordinator,
    LinkExpired,
    LinkUnknown,
    LinkUsed,
)
from storage import accounts, conversations, invitations
from storage import outbox as outbox_queries
from storage import people as queries
from storage.tables import accounts as account_rows
from storage.tables import audit
from storage.tables import invitations as invitation_rows
from storage.tables import people as person_rows
from tests.services.conftest import BOT, Ministry

# -- Invitations -----------------------------------------------------------------------------------


async def test_nothing_opens_before_the_inviter_confirms(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar = ministry.chat("Omar")
    token = await ministry.invites(await ministry.actor(amina), Role.FOCAL_POINT)
    invitation, seat = await ministry.accepts(omar, token)
    assert seat is None
    assert (await ministry.actor(omar)).seats == ()
    assert await ministry.told(amina, "people.confirm") == 1
    await people.confirm(ministry.tx, ministry.act(await ministry.actor(amina)), invitation)
    (held,) = (await ministry.actor(omar)).seats
    assert held.role is Role.FOCAL_POINT
    assert held.institution_id == ministry.institution_id
    assert await ministry.told(omar, "people.welcome") == 1


async def test_a_link_of_the_command_line_opens_at_once(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    assert (await ministry.actor(amina)).is_secretariat


async def test_a_link_of_the_command_line_waits_once_there_is_a_coordinator(
    ministry: Ministry,
) -> None:
    """Once a stranger who opened a second link was let in at once, as a coordinator even."""
    first = await ministry.invites(COMMAND_LINE, Role.COORDINATOR, confirmed=False)
    second = await ministry.invites(COMMAND_LINE, Role.COORDINATOR, confirmed=False)
    amina, mallory = ministry.chat("Amina"), ministry.chat("Mallory")
    assert (await ministry.accepts(amina, first))[1] is not None
    invitation, seat = await ministry.accepts(mallory, second)
    assert seat is None
    assert await ministry.told(amina, "people.confirm") == 1
    await people.confirm(ministry.tx, ministry.act(await ministry.actor(amina)), invitation)
    assert (await ministry.actor(mallory)).is_secretariat


async def test_who_comes_in_unconfirmed_can_be_put_out_by_who_hears_of_it(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    await ministry.seated("Mallory", Role.COORDINATOR)
    assert await ministry.told(amina, "people.by_operator") == 1
    assert await ministry.told(amina, "people.seat.begun") == 1, "once, not twice"


async def test_only_the_operator_confirms_beforehand(ministry: Ministry) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    with pytest.raises(NotAllowed):
        await ministry.invites(amina, Role.FOCAL_POINT, confirmed=True)


async def test_a_link_is_taken_back_by_the_link(ministry: Ministry) -> None:
    token = await ministry.invites(COMMAND_LINE, Role.COORDINATOR)
    await people.revoke_link(ministry.tx, ministry.act(COMMAND_LINE), token)
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Mallory"), token)
    with pytest.raises(LinkUsed):
        await people.revoke_link(ministry.tx, ministry.act(COMMAND_LINE), token)
    with pytest.raises(LinkUnknown):
        await people.revoke_link(ministry.tx, ministry.act(COMMAND_LINE), people.new_token())


async def test_the_link_itself_is_kept_nowhere(ministry: Ministry) -> None:
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT, invitee="Omar")
    assert len(token) >= 22  # 128 bits
    rows = await ministry.tx.rows(select(invitation_rows))
    assert token not in str([dict(each) for each in rows])


async def test_a_guessed_link_is_unknown_and_leaves_nothing_behind(ministry: Ministry) -> None:
    with pytest.raises(LinkUnknown):
        await ministry.opens(ministry.chat("Mallory"), people.new_token())
    assert await ministry.count(person_rows) == 0


async def test_a_link_works_for_fourteen_days(ministry: Ministry) -> None:
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT)
    ministry.clock.move(days=14, seconds=-1)
    await ministry.opens(ministry.chat("Early"), token)
    ministry.clock.move(seconds=1)
    with pytest.raises(LinkExpired):
        await ministry.opens(ministry.chat("Late"), token)


async def test_an_opened_link_that_expires_meanwhile_cannot_be_accepted(
    ministry: Ministry,
) -> None:
    omar = ministry.chat("Omar")
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT)
    invitation, _person = await ministry.opens(omar, token)
    ministry.clock.move(days=15)
    with pytest.raises(LinkExpired):
        await people.accept(
            ministry.tx, ministry.act(await ministry.actor(omar)), omar, invitation.id
        )


async def test_who_opens_a_link_first_does_not_keep_it_from_the_right_person(
    ministry: Ministry,
) -> None:
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT)
    mallory, omar = ministry.chat("Mallory"), ministry.chat("Omar")
    invitation, _person = await ministry.opens(mallory, token)
    _id, seat = await ministry.accepts(omar, token)
    assert seat is not None
    with pytest.raises(Refused):
        await people.accept(
            ministry.tx, ministry.act(await ministry.actor(mallory)), mallory, invitation.id
        )
    assert (await ministry.actor(mallory)).seats == ()


async def test_a_used_link_is_refused_to_others_and_harmless_to_its_user(
    ministry: Ministry,
) -> None:
    omar = ministry.chat("Omar")
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT)
    await ministry.accepts(omar, token)
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Mallory"), token)
    invitation, _person = await ministry.opens(omar, token)
    assert invitation.state == invitations.CONFIRMED
    assert len((await ministry.actor(omar)).seats) == 1


async def test_nobody_gets_the_same_seat_twice(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT)
    with pytest.raises(AlreadySeated):
        await ministry.opens(omar, token)
    await ministry.accepts(ministry.chat("Rim"), token)


async def test_two_links_for_one_seat_make_one_seat(ministry: Ministry) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    omar = ministry.chat("Omar")
    used = [
        (await ministry.accepts(omar, await ministry.invites(amina, Role.FOCAL_POINT)))[0]
        for _ in range(2)
    ]
    for invitation in used:
        await people.confirm(ministry.tx, ministry.act(amina), invitation)
    assert len((await ministry.actor(omar)).seats) == 1
    assert not await invitations.in_state(ministry.tx, invitations.REDEEMED)


async def test_a_person_may_hold_two_seats(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    await ministry.accepts(omar, await ministry.invites(COMMAND_LINE, Role.OFFICER))
    assert {each.role for each in (await ministry.actor(omar)).seats} == {
        Role.FOCAL_POINT,
        Role.OFFICER,
    }


async def test_of_somebody_who_says_not_me_nothing_is_kept(ministry: Ministry) -> None:
    mallory = ministry.chat("Mallory")
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT)
    invitation, _person = await ministry.opens(mallory, token)
    actor = await ministry.actor(mallory)
    assert await people.decline(ministry.tx, ministry.act(actor), invitation.id)
    assert await ministry.count(person_rows) == 0
    assert await ministry.count(account_rows) == 0
    await ministry.accepts(ministry.chat("Omar"), token)


async def test_somebody_with_a_seat_is_kept_when_they_say_not_me(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    token = await ministry.invites(COMMAND_LINE, Role.VALIDATOR)
    invitation, _person = await ministry.opens(omar, token)
    actor = await ministry.actor(omar)
    assert not await people.decline(ministry.tx, ministry.act(actor), invitation.id)
    assert len((await ministry.actor(omar)).seats) == 1


async def test_of_somebody_who_is_refused_nothing_is_kept_but_the_used_link(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    mallory = ministry.chat("Mallory")
    token = await ministry.invites(await ministry.actor(amina), Role.FOCAL_POINT)
    invitation, _seat = await ministry.accepts(mallory, token)
    await people.refuse(ministry.tx, ministry.act(await ministry.actor(amina)), invitation)
    assert await accounts.person_of_chat(ministry.tx, BOT, mallory.chat_id) is None
    row_id = await outbox_queries.find(ministry.tx, f"invitation:{invitation}:refused")
    assert row_id is not None
    told = await outbox_queries.load(ministry.tx, row_id)
    assert told is not None
    assert (told.chat_id, told.language) == (mallory.chat_id, "en")
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Omar"), token)


async def test_one_decision_is_enough(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    actor = await ministry.actor(amina)
    invitation, _seat = await ministry.accepts(
        ministry.chat("Omar"), await ministry.invites(actor, Role.FOCAL_POINT)
    )
    await people.confirm(ministry.tx, ministry.act(actor), invitation)
    for decide in (people.confirm, people.refuse):
        with pytest.raises(Outdated):
            await decide(ministry.tx, ministry.act(actor), invitation)


async def test_once_the_inviter_has_left_every_coordinator_is_asked(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    bilal = await ministry.seated("Bilal", Role.COORDINATOR)
    officer = await ministry.seated("Chen", Role.OFFICER)
    token = await ministry.invites(await ministry.actor(officer), Role.FOCAL_POINT)
    seat = await ministry.seat_of(officer, Role.OFFICER)
    await people.end_seat(ministry.tx, ministry.act(await ministry.actor(amina)), seat)
    await ministry.accepts(ministry.chat("Omar"), token)
    assert await ministry.told(amina, "people.confirm") == 1
    assert await ministry.told(bilal, "people.confirm") == 1


@pytest.mark.parametrize("leave", [people.end_seat, people.suspend_seat])
async def test_who_waits_for_an_inviter_who_leaves_waits_for_the_coordinators(
    ministry: Ministry, leave: Any
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    officer = await ministry.seated("Chen", Role.OFFICER)
    token = await ministry.invites(await ministry.actor(officer), Role.FOCAL_POINT)
    await ministry.accepts(ministry.chat("Omar"), token)
    assert await ministry.told(amina, "people.confirm") == 0
    seat = await ministry.seat_of(officer, Role.OFFICER)
    await leave(ministry.tx, ministry.act(await ministry.actor(amina)), seat)
    assert await ministry.told(amina, "people.confirm") == 1


async def test_the_designation_goes_from_the_invitation_to_the_seat(ministry: Ministry) -> None:
    letter = "ab" * 32
    designation = Designation("The Minister of Justice", date(2026, 5, 3), letter)
    token = await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT, designation=designation)
    _id, seat = await ministry.accepts(ministry.chat("Omar"), token)
    assert seat is not None
    kept = await queries.designation(ministry.tx, seat.id)
    assert (kept.by, kept.on, kept.letter) == ("The Minister of Justice", date(2026, 5, 3), letter)


# -- Who may invite --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("own", list(Role))
async def test_who_may_invite_whom(ministry: Ministry, own: Role, role: Role) -> None:
    actor = await ministry.actor(await ministry.seated("Somebody", own))
    allowed = own is Role.COORDINATOR or (own is Role.OFFICER and role not in SECRETARIAT)
    if allowed and role is not Role.COORDINATOR:
        await ministry.invites(actor, role)
        return
    with pytest.raises(NeedsSecond if allowed else NotAllowed):
        await ministry.invites(actor, role)


async def test_an_officer_decides_on_nobody_who_comes_to_the_secretariat(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    officer = await ministry.actor(await ministry.seated("Chen", Role.OFFICER))
    token = await ministry.invites(await ministry.actor(amina), Role.OFFICER)
    invitation, _seat = await ministry.accepts(ministry.chat("Rim"), token)
    for decide in (people.confirm, people.refuse):
        with pytest.raises(NotAllowed):
            await decide(ministry.tx, ministry.act(officer), invitation)


async def test_an_officer_touches_no_seat_of_the_secretariat(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    bilal = await ministry.seated("Bilal", Role.COORDINATOR)
    officer = await ministry.actor(await ministry.seated("Chen", Role.OFFICER))
    seat = await ministry.seat_of(bilal, Role.COORDINATOR)
    for act in (people.end_seat, people.suspend_seat):
        with pytest.raises(NotAllowed):
            await act(ministry.tx, ministry.act(officer), seat)
    await people.suspend_seat(ministry.tx, ministry.act(await ministry.actor(amina)), seat)
    with pytest.raises(NotAllowed):
        await people.restore_seat(ministry.tx, ministry.act(officer), seat)


async def test_a_secretariat_seat_has_no_institution_and_every_other_has_one(
    ministry: Ministry,
) -> None:
    for role, there in ((Role.OFFICER, ministry.institution_id), (Role.VALIDATOR, None)):
        with pytest.raises(NotFound):
            await people.invite(ministry.tx, ministry.act(COMMAND_LINE), role, there)


# -- The end of a seat, and lost phones ------------------------------------------------------------


async def test_the_last_coordinator_cannot_go(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    seat = await ministry.seat_of(amina, Role.COORDINATOR)
    actor = await ministry.actor(amina)
    for act in (people.end_seat, people.suspend_seat):
        with pytest.raises(LastCoordinator):
            await act(ministry.tx, ministry.act(actor), seat)
    await ministry.seated("Bilal", Role.COORDINATOR)
    await people.end_seat(ministry.tx, ministry.act(actor), seat)


async def test_a_suspended_coordinator_is_nobody_who_could_let_others_in(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    bilal = await ministry.seated("Bilal", Role.COORDINATOR)
    actor = await ministry.actor(amina)
    seat = await ministry.seat_of(bilal, Role.COORDINATOR)
    await people.suspend_seat(ministry.tx, ministry.act(actor), seat)
    own = await ministry.seat_of(amina, Role.COORDINATOR)
    with pytest.raises(LastCoordinator):
        await people.end_seat(ministry.tx, ministry.act(actor), own)


async def test_access_ends_the_second_the_seat_ends(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    await people.end_seat(ministry.tx, ministry.act(await ministry.actor(amina)), seat)
    assert (await ministry.actor(omar)).seats == ()
    assert await ministry.told(omar, "people.seat_ended") == 1
    for act in (people.end_seat, people.suspend_seat, people.restore_seat):
        with pytest.raises(NotFound):
            await act(ministry.tx, ministry.act(await ministry.actor(amina)), seat)


async def test_a_lost_phone_is_lost_for_every_seat_and_nothing_is_sent_to_it(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    await ministry.accepts(omar, await ministry.invites(COMMAND_LINE, Role.VALIDATOR))
    actor = await ministry.actor(amina)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    await people.suspend_seat(ministry.tx, ministry.act(actor), seat)
    assert (await ministry.actor(omar)).seats == ()
    await ministry.seated("Rim", Role.ALTERNATE)
    assert await ministry.told(omar, "people.") == 0
    with pytest.raises(Outdated):
        await people.suspend_seat(ministry.tx, ministry.act(actor), seat)
    await people.restore_seat(ministry.tx, ministry.act(actor), seat)
    assert [each.role for each in (await ministry.actor(omar)).seats] == [Role.FOCAL_POINT]
    with pytest.raises(Outdated):
        await people.restore_seat(ministry.tx, ministry.act(actor), seat)


async def test_a_seat_that_ends_while_its_phone_is_lost_tells_the_phone_nothing(
    ministry: Ministry,
) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    await people.suspend_seat(ministry.tx, ministry.act(amina), seat)
    await people.end_seat(ministry.tx, ministry.act(amina), seat)
    assert await ministry.told(omar, "people.") == 0


async def test_drafts_stay_when_a_seat_ends_and_go_on_in_the_next(ministry: Ministry) -> None:
    """Found by trying: the draft of an ended seat kept its author from ever reporting again."""
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    seat = await ministry.seat_of(omar, Role.FOCAL_POINT)
    person = (await ministry.actor(omar)).person
    assert person is not None
    draft = await conversations.begin(
        ministry.tx,
        bot_id=BOT,
        chat_id=omar.chat_id,
        person_id=person.id,
        seat_id=seat,
        flow="status_update",
        flow_version=1,
        subject="assignment:1",
        state={},
        now=ministry.now,
    )
    await people.suspend_seat(ministry.tx, ministry.act(amina), seat)
    await people.end_seat(ministry.tx, ministry.act(amina), seat)
    kept = await conversations.get(ministry.tx, draft.id)
    assert kept is not None
    assert kept.seat_id == seat
    ministry.clock.move(days=1)
    await ministry.accepts(omar, await ministry.invites(COMMAND_LINE, Role.VALIDATOR))
    taken_up = await conversations.get(ministry.tx, draft.id)
    assert taken_up is not None
    assert taken_up.seat_id == await ministry.seat_of(omar, Role.VALIDATOR)


async def test_the_institution_and_all_coordinators_hear_of_every_change(
    ministry: Ministry,
) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    bilal = await ministry.seated("Bilal", Role.COORDINATOR)
    officer = await ministry.seated("Chen", Role.OFFICER)
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    rim = await ministry.seated("Rim", Role.ALTERNATE)
    actor = await ministry.actor(amina)
    seat = await ministry.seat_of(rim, Role.ALTERNATE)
    for act, event in (
        (people.suspend_seat, "suspended"),
        (people.restore_seat, "restored"),
        (people.end_seat, "ended"),
    ):
        ministry.clock.move(minutes=1)
        await act(ministry.tx, ministry.act(actor), seat)
        key = f"people.seat.{event}"
        heard = {each: await ministry.told(each, key) for each in (amina, bilal, omar, rim)}
        assert heard == {amina: 0, bilal: 1, omar: 1, rim: 0}, event
        assert await ministry.told(officer, key) == 0
    assert await ministry.told(omar, "people.seat.begun") == 1


async def test_an_unused_invitation_can_be_taken_back(ministry: Ministry) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    token = await ministry.invites(amina, Role.FOCAL_POINT)
    (waiting,) = await invitations.in_state(ministry.tx, invitations.OPEN)
    await people.revoke(ministry.tx, ministry.act(amina), waiting.id)
    with pytest.raises(LinkUsed):
        await ministry.opens(ministry.chat("Omar"), token)


async def test_who_had_opened_an_invitation_that_is_taken_back_is_forgotten(
    ministry: Ministry,
) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    omar = ministry.chat("Omar")
    invitation, _person = await ministry.opens(omar, await ministry.invites(amina, Role.OBSERVER))
    await people.revoke(ministry.tx, ministry.act(amina), invitation.id)
    assert await accounts.person_of_chat(ministry.tx, BOT, omar.chat_id) is None


async def test_an_officer_takes_no_invitation_to_the_secretariat_back(ministry: Ministry) -> None:
    officer = await ministry.actor(await ministry.seated("Chen", Role.OFFICER))
    await ministry.invites(COMMAND_LINE, Role.COORDINATOR)
    (waiting,) = await invitations.in_state(ministry.tx, invitations.OPEN)
    with pytest.raises(NotAllowed):
        await people.revoke(ministry.tx, ministry.act(officer), waiting.id)


async def test_every_act_leaves_one_entry_without_a_name(ministry: Ministry) -> None:
    amina = await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR))
    token = await ministry.invites(amina, Role.FOCAL_POINT, invitee="Omar Khalil")
    invitation, _seat = await ministry.accepts(ministry.chat("Omar"), token)
    seat = await people.confirm(ministry.tx, ministry.act(amina), invitation)
    await people.suspend_seat(ministry.tx, ministry.act(amina), seat.id)
    await people.restore_seat(ministry.tx, ministry.act(amina), seat.id)
    await people.end_seat(ministry.tx, ministry.act(amina), seat.id)
    rows = await ministry.tx.rows(select(audit.c.act, audit.c.facts).order_by(audit.c.number))
    assert [each["act"] for each in rows][3:] == [
        "invitation.make",
        "invitation.accept",
        "seat.begin",
        "seat.suspend",
        "seat.restore",
        "seat.end",
    ]
    assert "Omar" not in str([dict(each) for each in rows])


async def test_coordinators_hear_once_a_day_that_somebody_guesses(ministry: Ministry) -> None:
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    for _ in range(3):
        await people.warn_of_guessing(ministry.tx, ministry.act(Actor(None, ())))
    assert await ministry.told(amina, "people.guessing") == 1
    ministry.clock.move(days=1)
    await people.warn_of_guessing(ministry.tx, ministry.act(Actor(None, ())))
    assert await ministry.told(amina, "people.guessing") == 2


async def test_menus_follow_seats_and_languages(ministry: Ministry) -> None:
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    await ministry.accepts(omar, await ministry.invites(COMMAND_LINE, Role.OFFICER))
    await people.set_language(ministry.tx, ministry.act(await ministry.actor(omar)), "ar")
    (menu,) = await accounts.menus(ministry.tx, BOT, now=ministry.now)
    assert (menu.language, set(menu.roles), menu.told) == (
        "ar",
        {Role.FOCAL_POINT, Role.OFFICER},
        None,
    )
    await accounts.note_menu(ministry.tx, BOT, omar.chat_id, "told")
    (menu,) = await accounts.menus(ministry.tx, BOT, now=ministry.now + timedelta(days=1))
    assert menu.told == "told"

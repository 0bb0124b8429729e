"""Seats from the invitation to their end: who is let in, by whom, and who hears of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.approvals import Kind, NeedsSecond
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.people import (
    NO_BOT,
    REPORTING,
    SECRETARIAT,
    Act,
    Actor,
    Gender,
    Level,
    Person,
    Role,
    Seat,
)
from bot.domain.permissions import (
    may_decide,
    may_hand_over,
    may_invite,
    may_invite_to_unit,
    may_manage_people,
    require,
)
from bot.domain.screens import Screen, Value
from bot.domain.views import approvals as approval_views
from bot.domain.views import handover as handover_views
from bot.domain.views import people as views
from bot.domain.work_calendar import Hours
from bot.services import approvals, audit, handover, reminders
from bot.services import seats as consequences
from bot.services.notices import tell
from bot.services.seats import MENU
from storage import (
    absences,
    accounts,
    conversations,
    invitations,
    outbox,
    people,
    seats,
    units,
)
from storage.audit import Fact
from storage.database import Transaction
from storage.invitations import Invitation
from storage.outbox import Message

VALID_FOR = timedelta(days=14)
TOKEN_BYTES = 16  # 128 random bits


class LinkUnknown(Refused):
    """No invitation has this link: mistyped or guessed."""

    key = "error.link_unknown"


class LinkUsed(Refused):
    """The link was used, by this person or another."""

    key = "error.link_used"


class LinkExpired(Refused):
    """The link was not used in time."""

    key = "error.link_expired"


class AlreadySeated(Refused):
    """The person holds this very seat; the link stays unused."""

    key = "error.already_seated"


class OwnHandover(Refused):
    """Who hands a seat over has opened their own link; it stays unused."""

    key = "error.handover_own"


class HandoverOver(Refused):
    """The seat that was to be taken over has ended by other ways."""

    key = "error.handover_over"


class HandoverWaits(Refused):
    """Somebody has used the link already: they are confirmed or refused first."""

    key = "error.handover_waits"


class SuccessorSeated(Refused):
    """The successor holds that very seat by now, so that there is nothing to take over."""

    key = "error.successor_seated"


class LastCoordinator(Refused):
    """Somebody has to be left who can let others in."""

    key = "error.last_coordinator"


class AnotherConfirms(Refused):
    """Nobody brings a new coordinator in alone where there is another one to agree."""

    key = "error.another_confirms"


class NoHoursLeft(Refused):
    """The quiet hours leave less than two hours of the day."""

    key = "error.no_hours_left"


@dataclass(frozen=True)
class Chat:
    """The private chat somebody writes from, as Telegram describes its owner."""

    chat_id: int
    telegram_name: str
    username: str | None
    language: str


@dataclass(frozen=True)
class Designation:
    """Who sent this person, and by which letter (A/HRC/50/64: focal points are designated)."""

    by: str | None = None
    on: date | None = None
    letter: str | None = None  # SHA-256


def new_token() -> str:
    """The payload of a new deep link: 128 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def deep_link(bot_name: str, token: str) -> str:
    """The link that opens the bot with that payload."""
    return f"https://t.me/{bot_name}?start={token}"


async def invite(
    tx: Transaction,
    act: Act,
    role: Role,
    institution_id: int | None,
    *,
    invitee: str | None = None,
    designation: Designation | None = None,
    token: str | None = None,
    unit_id: int | None = None,
    confirmed: bool = False,
    approval_id: int | None = None,
) -> str:
    """Make a single-use invitation; gives the payload of its deep link, which is kept nowhere.

    `token` is one that `new_token` made, where its link had to be written down before. Into a unit
    the institution's focal points invite, too. Who uses the link of the operator waits for a
    coordinator, where there is one, unless it is `confirmed` beforehand. Inviting a coordinator
    needs a second one, who agreed by `approval_id` (else NeedsSecond); of the operator's link the
    coordinators are told.
    """
    require(not confirmed or act.actor.channel == "command")
    token = token or new_token()
    if unit_id is None or institution_id is None:
        require(may_invite(act.actor, role))
    else:
        require(role in REPORTING and may_invite_to_unit(act.actor, institution_id))
        await _require_unit(tx, unit_id, institution_id)
    if role is Role.COORDINATOR and act.actor.channel != "command":
        await _require_second(tx, act, approval_id)
    if (institution_id is None) != (role in SECRETARIAT):
        raise NotFound
    designated = designation or Designation()
    inviter = act.actor.seat(SECRETARIAT)
    if inviter is None and unit_id is not None:
        inviter = act.actor.seat(REPORTING, institution_id)
    invitation_id = await invitations.add(
        tx,
        digest=_digest(token),
        role=role,
        institution_id=institution_id,
        invitee=invitee,
        designated_by=designated.by,
        designated_on=designated.on,
        letter=designated.letter,
        invited_by=inviter.id if inviter else None,
        unit_id=unit_id,
        opens_at_once=confirmed,
        expires_at=act.now + VALID_FOR,
        now=act.now,
    )
    facts: dict[str, Fact] = {"role": role.value, "institution": institution_id or 0}
    if confirmed:
        facts["confirmed"] = True
    await audit.record(tx, act, "invitation.make", f"invitation:{invitation_id}", facts=facts)
    if role is Role.COORDINATOR and act.actor.channel == "command":
        await _tell_coordinators(tx, act, invitation_id)
    return token


async def _require_second(tx: Transaction, act: Act, approval_id: int | None) -> None:
    if approval_id is None or await approvals.allowed(tx, act, Kind.INVITE, approval_id) is None:
        raise NeedsSecond


async def _tell_coordinators(tx: Transaction, act: Act, invitation_id: int) -> None:
    """The operator holds the machine and needs nobody; but it is announced."""
    if act.bot_id == NO_BOT:
        return
    held = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    for each in people.each_once(held):
        key = f"invitation:{invitation_id}:at_shell:{each.id}"
        await tell(tx, act, each.id, approval_views.invited_at_shell(), key)


async def offer_seat(tx: Transaction, act: Act, seat_id: int) -> str:
    """Make a single-use link by which a successor takes a seat over; gives its payload.

    An earlier link to it that nobody has used is void. Nothing changes before the successor is
    confirmed; the holder and all coordinators know of it until then. Raises HandoverWaits while
    somebody who has used a link waits.
    """
    seat = await seats.get(tx, seat_id)
    if seat is None or seat.has_ended(act.now):
        raise NotFound
    require(may_hand_over(act.actor, seat))
    for earlier in await invitations.to_take_over(tx, seat.id):
        if earlier.state == invitations.REDEEMED:
            raise HandoverWaits
        await _void(tx, act, earlier)
    own = seat if act.actor.holds(seat.id) else act.actor.seat(SECRETARIAT)
    token = new_token()
    invitation_id = await invitations.add(
        tx,
        digest=_digest(token),
        role=seat.role,
        institution_id=seat.institution_id,
        invitee=None,
        designated_by=None,
        designated_on=None,
        letter=None,
        invited_by=own.id if own else None,
        takes_over=seat.id,
        unit_id=seat.unit_id,
        expires_at=act.now + VALID_FOR,
        now=act.now,
    )
    facts = {"invitation": invitation_id}
    await audit.record(tx, act, "seat.offer", f"seat:{seat.id}", facts=facts)
    await _tell_of_offer(tx, act, seat, invitation_id)
    return token


async def stop_handover(tx: Transaction, act: Act, invitation_id: int) -> None:
    """Take the link back, or refuse who has used it; the holder keeps the seat and is told."""
    invitation = await invitations.get(tx, invitation_id)
    if invitation is None or invitation.takes_over is None:
        raise NotFound
    if invitation.state == invitations.OPEN:
        await revoke(tx, act, invitation.id)
    else:
        await refuse(tx, act, invitation.id)


async def open_link(tx: Transaction, act: Act, chat: Chat, token: str) -> tuple[Invitation, Person]:
    """Somebody opened a deep link: the invitation is held for them until they accept it.

    Whoever opens it before that holds it next. Who has used it may open it again: it is given as it
    stands and does nothing more. Raises LinkUnknown, LinkUsed, LinkExpired or AlreadySeated; of a
    handover also HandoverOver and OwnHandover.
    """
    invitation = await invitations.by_digest(tx, _digest(token))
    if invitation is None:
        raise LinkUnknown
    await _require_open_seat(tx, act, invitation)
    if invitation.state == invitations.EXPIRED:
        raise LinkExpired
    if invitation.state != invitations.OPEN:
        if act.actor.person is None or act.actor.person_id != invitation.person_id:
            raise LinkUsed
        return invitation, act.actor.person
    if invitation.expires_at <= act.now:
        raise LinkExpired
    if _held(act.actor, invitation) is not None:
        raise AlreadySeated
    person = act.actor.person
    if person is None:
        person = await people.add(tx, chat.telegram_name[:200], chat.language, now=act.now)
        await accounts.link(tx, act.bot_id, chat.chat_id, person.id, username=chat.username)
        tx.wakes.add(MENU)
    await invitations.change(tx, invitation.id, person_id=person.id)
    return invitation, person


async def accept(tx: Transaction, act: Act, chat: Chat, invitation_id: int) -> Seat | None:
    """The invited person accepts; gives the seat when it is open at once.

    So it is by a link of the command line that was confirmed beforehand, or while there is no
    coordinator to ask. Otherwise nothing opens until the inviter (of such a link: a coordinator),
    shown the Telegram name, confirms.
    """
    invitation = await _held_by(tx, act, invitation_id)
    await _require_open_seat(tx, act, invitation)
    if _held(act.actor, invitation) is not None:
        raise AlreadySeated
    await invitations.change(
        tx,
        invitation.id,
        state=invitations.REDEEMED,
        telegram_name=chat.telegram_name[:200],
        redeemed_at=act.now,
    )
    await audit.record(tx, act, "invitation.accept", f"invitation:{invitation.id}")
    if invitation.opens_at_once or await _nobody_to_ask(tx, act, invitation):
        return await _seat(tx, act, invitation, confirmed_by=None)
    redeemed = replace(invitation, telegram_name=chat.telegram_name)
    await _ask_for_confirmation(tx, act, redeemed)
    return None


async def decline(tx: Transaction, act: Act, invitation_id: int) -> bool:
    """The person says "not me": the invitation is open for the right person again.

    Nothing is kept of somebody who has nothing else to do here; True if so.
    """
    invitation = await _held_by(tx, act, invitation_id)
    assert invitation.person_id is not None
    await invitations.change(tx, invitation.id, person_id=None)
    await audit.record(tx, act, "invitation.decline", f"invitation:{invitation.id}")
    return await people.forget_stranger(tx, invitation.person_id)


async def confirm(tx: Transaction, act: Act, invitation_id: int) -> Seat:
    """The inviter has recognised the newcomer: the seat begins this second.

    Of a handover, the old seat ends in the same second, and all that it held is the new one's.
    Raises AnotherConfirms where who has made the link to a coordinator's seat is not the only one,
    and NeedsSecond where they are, until a day has passed that the secretariat was told of.
    """
    invitation = await _to_decide(tx, act, invitation_id)
    assert invitation.person_id is not None
    made_it = invitation.invited_by is not None and act.actor.holds(invitation.invited_by)
    if made_it and await _others_who_agree(tx, act, invitation):
        raise AnotherConfirms
    if made_it and invitation.takes_over is not None and invitation.role is Role.COORDINATOR:
        wanted = {"invitation": invitation.id}
        agreed = await approvals.allowed(tx, act, Kind.SUCCEED, arguments=wanted)
        if agreed is None:
            raise NeedsSecond
        await approvals.use(tx, act, Kind.SUCCEED, agreed.id)
    newcomer = Actor(None, await seats.live_of(tx, invitation.person_id, now=act.now))
    held = _held(newcomer, invitation)
    if held is not None and invitation.takes_over is not None:
        raise SuccessorSeated
    if held is not None:  # they had used two links for the same seat
        await invitations.change(
            tx, invitation.id, state=invitations.CONFIRMED, telegram_name=None, decided_at=act.now
        )
        await audit.record(tx, act, "invitation.settle", f"invitation:{invitation.id}")
        return held
    own = (
        next((each for each in act.actor.seats if each.id == invitation.left_by), None)
        or act.actor.seat(SECRETARIAT)
        or act.actor.seat(REPORTING, invitation.institution_id)
    )
    return await _seat(tx, act, invitation, confirmed_by=own.id if own else None)


async def refuse(tx: Transaction, act: Act, invitation_id: int) -> None:
    """It is not the person who was meant: nothing opens, and the link stays used.

    They are told, and then nothing is kept of somebody who has nothing else to do here.
    """
    invitation = await _to_decide(tx, act, invitation_id)
    assert invitation.person_id is not None
    await invitations.change(
        tx,
        invitation.id,
        state=invitations.REFUSED,
        person_id=None,
        telegram_name=None,
        decided_at=act.now,
    )
    await audit.record(tx, act, "invitation.refuse", f"invitation:{invitation.id}")
    shown = (
        views.refused(by_inviter=invitation.unit_id is not None)
        if invitation.takes_over is None
        else handover_views.refused()
    )
    await _dismiss(tx, act, invitation, shown)
    await _tell_holder_of_stop(tx, act, invitation)


async def revoke(tx: Transaction, act: Act, invitation_id: int) -> None:
    """Take an unused invitation back; who leaves a seat may do so with their own link."""
    invitation = await invitations.get(tx, invitation_id)
    if invitation is None or invitation.state != invitations.OPEN:
        raise NotFound
    require(_may_take_back(act.actor, invitation))
    await _void(tx, act, invitation)
    await audit.record(tx, act, "invitation.revoke", f"invitation:{invitation.id}")
    await _tell_holder_of_stop(tx, act, invitation)


async def revoke_link(tx: Transaction, act: Act, token: str) -> None:
    """Take the invitation of that link back; raises LinkUnknown, or LinkUsed where it is late."""
    invitation = await invitations.by_digest(tx, _digest(token))
    if invitation is None:
        raise LinkUnknown
    if invitation.state != invitations.OPEN:
        raise LinkUsed
    await revoke(tx, act, invitation.id)


async def end_seat(tx: Transaction, act: Act, seat_id: int) -> None:
    """End a seat: access ends this second; drafts and history stay with the institution."""
    seat = await _seat_to_change(tx, act, seat_id)
    if not await seats.end(tx, seat.id, now=act.now):
        raise Outdated
    await _give_up_handovers(tx, act, seat)
    await audit.record(tx, act, "seat.end", f"seat:{seat.id}")
    await consequences.ended(tx, seat, now=act.now)
    await _announce(tx, act, seat, "ended")
    await _ask_others_to_confirm(tx, act, seat)
    if seat.suspended_at is not None:
        return  # nothing is sent to a lost phone
    await tell(tx, act, seat.person_id, views.seat_ended(), f"seat:{seat.id}:ended:self")


async def suspend_seat(tx: Transaction, act: Act, seat_id: int) -> None:
    """For a lost phone: no access until it is restored, and nothing is sent to the phone.

    The phone is lost for the person's other seats too, as far as the actor may suspend them.
    """
    seat = await _seat_to_change(tx, act, seat_id)
    if seat.suspended_at is not None:
        raise Outdated
    others = [
        each
        for each in await seats.live_of(tx, seat.person_id, now=act.now)
        if each.id != seat.id
        and may_invite(act.actor, each.role)
        and not await _is_last_coordinator(tx, each, now=act.now)
    ]
    for each in (seat, *others):
        await seats.suspend(tx, each.id, at=act.now)
        await audit.record(tx, act, "seat.suspend", f"seat:{each.id}")
    for each in (seat, *others):
        await consequences.lost(tx, each, now=act.now)
    for each in (seat, *others):
        await _announce(tx, act, each, "suspended")
        await _ask_others_to_confirm(tx, act, each)


async def restore_seat(tx: Transaction, act: Act, seat_id: int) -> None:
    """The phone was found: the seat gives access again."""
    require(may_manage_people(act.actor))
    seat = await seats.get(tx, seat_id)
    if seat is None or seat.has_ended(act.now):
        raise NotFound
    require(may_invite(act.actor, seat.role))
    if seat.suspended_at is None:
        raise Outdated
    await seats.suspend(tx, seat.id, at=None)
    await consequences.changed(tx, seat)
    await audit.record(tx, act, "seat.restore", f"seat:{seat.id}")
    await _announce(tx, act, seat, "restored")


async def set_language(tx: Transaction, act: Act, language: str) -> None:
    """The person chose a language."""
    await _change_self(tx, act, "language", language)
    tx.wakes.add(MENU)


async def set_new_message_each_time(tx: Transaction, act: Act, wanted: bool) -> None:
    """Whether screens are new messages each time, or change in place."""
    await _change_self(tx, act, "always_new_message", wanted)


async def say_for_statistics(
    tx: Transaction, act: Act, *, gender: Gender | None = None, level: Level | None = None
) -> None:
    """The person says what is to be counted of them; what is None stays as it was."""
    if not act.actor.seats:
        raise NotFound
    said = {"gender": gender, "level": level}
    kept: dict[str, str | None] = {name: each.value for name, each in said.items() if each}
    await _say(tx, act, kept)


async def say_nothing_for_statistics(tx: Transaction, act: Act) -> None:
    """What the person had said of themselves is gone at once."""
    await _say(tx, act, {"gender": None, "level": None})


async def set_timezone(tx: Transaction, act: Act, zone: str | None) -> None:
    """Where the person is; None: where the country is."""
    await _change_self(tx, act, "timezone", zone)
    await reminders.plan_anew(tx, act)


async def set_weekend(tx: Transaction, act: Act, weekdays: frozenset[int] | None) -> None:
    """The days of the person's weekend, Monday is 0; None: the country's."""
    await _change_self(tx, act, "weekend", None if weekdays is None else sorted(weekdays))
    await reminders.plan_anew(tx, act)


async def set_hours(tx: Transaction, act: Act, hours: Hours | None) -> None:
    """When the person is not disturbed, and when reminded; None: as the country has it.

    Raises NoHoursLeft where less than two hours of the day are left to remind anybody.
    """
    if hours is not None and not hours.leave_enough:
        raise NoHoursLeft
    await _change_self(tx, act, "hours", None if hours is None else absences.pack(hours))
    await reminders.plan_anew(tx, act)


async def reread(tx: Transaction, person: Person) -> Person:
    """The person as they stand in the database now."""
    return await consequences.person(tx, person.id)


async def warn_of_guessing(tx: Transaction, act: Act) -> None:
    """Tell every coordinator, once a day, that somebody tries links until one fits."""
    for each in await people.seated(tx, now=act.now, roles=[Role.COORDINATOR]):
        key = f"guessing:{act.now.date()}:{each.person.id}"
        await tell(tx, act, each.person.id, views.guessing(), key)


# -- inside ----------------------------------------------------------------------------------------


def _digest(token: str) -> str:
    """128 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _change_self(tx: Transaction, act: Act, name: str, value: object) -> None:
    if act.actor.person is None:
        raise NotFound
    await people.change(tx, act.actor.person.id, **{name: value})
    await audit.record(tx, act, f"person.{name}", f"person:{act.actor.person.id}")


async def _say(tx: Transaction, act: Act, said: dict[str, str | None]) -> None:
    """The record tells that something was said or removed, not what."""
    if act.actor.person is None:
        raise NotFound
    if said:
        await seats.say(tx, act.actor.person.id, now=act.now, **said)
    await audit.record(tx, act, "person.statistics", f"person:{act.actor.person.id}")


async def _held_by(tx: Transaction, act: Act, invitation_id: int) -> Invitation:
    """The invitation that this very person has opened and may accept or decline."""
    invitation = await invitations.get(tx, invitation_id)
    if invitation is None or invitation.person_id is None:
        raise NotFound
    if invitation.person_id != act.actor.person_id:
        raise NotFound
    if invitation.state == invitations.EXPIRED:
        raise LinkExpired
    if invitation.state != invitations.OPEN:
        raise LinkUsed
    if invitation.expires_at <= act.now:
        raise LinkExpired
    return invitation


def _held(actor: Actor, invitation: Invitation) -> Seat | None:
    """The seat to which the invitation invites, where the actor has it already."""
    wanted = (invitation.role, invitation.institution_id, invitation.unit_id)
    return next(
        (each for each in actor.seats if (each.role, each.institution_id, each.unit_id) == wanted),
        None,
    )


def _may_decide(actor: Actor, invitation: Invitation) -> bool:
    return may_decide(
        actor, invitation.role, left_by=invitation.left_by, unit_of=invitation.unit_of
    )


async def _require_unit(tx: Transaction, unit_id: int, institution_id: int) -> None:
    unit = await units.get(tx, unit_id)
    if unit is None or unit.institution_id != institution_id:
        raise NotFound


async def _to_decide(tx: Transaction, act: Act, invitation_id: int) -> Invitation:
    invitation = await invitations.get(tx, invitation_id)
    if invitation is None or invitation.state == invitations.OPEN:
        raise NotFound
    require(_may_decide(act.actor, invitation))
    if invitation.state != invitations.REDEEMED:
        raise Outdated
    return invitation


async def _nobody_to_ask(tx: Transaction, act: Act, invitation: Invitation) -> bool:
    """Whether the operator has invited and no coordinator is there: so the first one gets in."""
    if invitation.invited_by is not None:
        return False
    return not await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])


async def _others_who_agree(
    tx: Transaction, act: Act, invitation: Invitation
) -> list[people.Seated]:
    """Who confirms the successor of a coordinator instead of who has made the link, if anybody."""
    if invitation.takes_over is None or invitation.role is not Role.COORDINATOR:
        return []
    own = None if invitation.invited_by is None else await seats.get(tx, invitation.invited_by)
    coordinators = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    return [each for each in coordinators if own is None or each.person.id != own.person_id]


async def _ask_for_confirmation(tx: Transaction, act: Act, invitation: Invitation) -> None:
    """Ask the inviter, or every coordinator where nobody invited who may decide, or still may.

    Where who leaves is asked, the coordinators see the name too, and can stop it.
    """
    assert invitation.person_id is not None
    coordinators = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    asked = coordinators
    if invitation.invited_by is not None:
        inviting = await people.seated(tx, now=act.now, seat_id=invitation.invited_by)
        asked = [
            each for each in inviting if _may_decide(Actor(each.person, (each.seat,)), invitation)
        ] or coordinators
        asked = await _others_who_agree(tx, act, invitation) or asked
    names = await consequences.institution_names(tx, invitation.institution_id)
    unit = await consequences.unit_name(tx, invitation.unit_id)
    username = await accounts.username_of(tx, act.bot_id, invitation.person_id)
    leaver = await _leaver(tx, invitation)
    for each in asked:
        shown = views.confirmation(
            invitation_id=invitation.id,
            telegram_name=invitation.telegram_name or "",
            username=username,
            invitee=invitation.invitee,
            before=None if leaver is None else leaver.name,
            own=leaver is not None and leaver.id == each.person.id,
            role=invitation.role,
            institution=views.place(names, unit, each.person.language),
        )
        key = f"invitation:{invitation.id}:confirm:{each.person.id}"
        await tell(tx, act, each.person.id, shown, key)
    if leaver is None or invitation.left_by is None:
        return
    for each in coordinators:
        if each.person.id in {one.person.id for one in asked}:
            continue
        shown = handover_views.wants(
            invitation.id,
            name=invitation.telegram_name or "",
            before=leaver.name,
            role=invitation.role,
            institution=views.place(names, unit, each.person.language),
        )
        await tell(
            tx, act, each.person.id, shown, f"invitation:{invitation.id}:wants:{each.person.id}"
        )


async def _ask_others_to_confirm(tx: Transaction, act: Act, inviter: Seat) -> None:
    """Newcomers whom this seat was asked about wait for somebody else from now on."""
    for each in await invitations.in_state(tx, invitations.REDEEMED):
        if each.invited_by == inviter.id:
            await _ask_for_confirmation(tx, act, each)


async def _seat(
    tx: Transaction, act: Act, invitation: Invitation, *, confirmed_by: int | None
) -> Seat:
    assert invitation.person_id is not None
    old = await _leave(tx, act, invitation)
    seat = await seats.add(
        tx,
        invitation.person_id,
        invitation.role,
        invitation.institution_id,
        designated_by=invitation.designated_by,
        designated_on=invitation.designated_on,
        letter=invitation.letter,
        confirmed_by=confirmed_by,
        unit_id=invitation.unit_id,
        now=act.now,
    )
    await invitations.change(
        tx,
        invitation.id,
        state=invitations.CONFIRMED,
        seat_id=seat.id,
        telegram_name=None,
        decided_at=act.now,
    )
    await conversations.follow_seat(tx, seat)
    if old is not None:
        await handover.take_over(tx, act, old, seat)
        await _ask_others_to_confirm(tx, act, seat)
        return seat
    facts = {"role": seat.role.value, "institution": seat.institution_id or 0}
    await audit.record(tx, act, "seat.begin", f"seat:{seat.id}", facts=facts)
    await consequences.changed(tx, seat)
    if confirmed_by is None:
        await _announce_unconfirmed(tx, act, seat)
        return seat
    await _announce(tx, act, seat, "begun")
    shown = views.welcome(in_unit=seat.unit_id is not None)
    await tell(tx, act, seat.person_id, shown, f"seat:{seat.id}:welcome")
    return seat


async def _leave(tx: Transaction, act: Act, invitation: Invitation) -> Seat | None:
    """End the seat that is taken over, if one is; raises HandoverOver where it has ended before."""
    if invitation.takes_over is None:
        return None
    old = await seats.get(tx, invitation.takes_over)
    if old is None or not await seats.end(tx, old.id, now=act.now):
        raise HandoverOver
    return old


async def _seat_to_change(tx: Transaction, act: Act, seat_id: int) -> Seat:
    require(may_manage_people(act.actor))
    seat = await seats.get(tx, seat_id)
    if seat is None or seat.has_ended(act.now):
        raise NotFound
    require(may_invite(act.actor, seat.role))
    if await _is_last_coordinator(tx, seat, now=act.now):
        raise LastCoordinator
    return seat


async def _is_last_coordinator(tx: Transaction, seat: Seat, *, now: datetime) -> bool:
    if seat.role is not Role.COORDINATOR:
        return False
    coordinators = await people.seated(tx, now=now, roles=[Role.COORDINATOR])
    return all(each.person.id == seat.person_id for each in coordinators)


async def _announce(
    tx: Transaction, act: Act, seat: Seat, event: str, *, but: Iterable[int] = ()
) -> None:
    """Everybody concerned hears of every change of a seat, but the person of the seat."""
    person = await consequences.person(tx, seat.person_id)

    def shows(institution: Value) -> Screen:
        return views.seat_changed(event, name=person.name, role=seat.role, institution=institution)

    await consequences.announce(tx, act, seat, event, shows, but=[seat.person_id, *but])


async def _announce_unconfirmed(tx: Transaction, act: Act, seat: Seat) -> None:
    """Nobody has recognised the newcomer: the coordinators can end the seat where they hear."""
    person = await consequences.person(tx, seat.person_id)
    names = await consequences.institution_names(tx, seat.institution_id)
    unit = await consequences.unit_name(tx, seat.unit_id)
    found = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    coordinators = [each for each in people.each_once(found) if each.id != seat.person_id]
    for each in coordinators:
        shown = views.unconfirmed(
            seat.id,
            name=person.name,
            role=seat.role,
            institution=views.place(names, unit, each.language),
        )
        await tell(tx, act, each.id, shown, f"seat:{seat.id}:begun:{act.stamp}:{each.id}")
    await _announce(tx, act, seat, "begun", but=[each.id for each in coordinators])


# -- Handovers -------------------------------------------------------------------------------------


async def _require_open_seat(tx: Transaction, act: Act, invitation: Invitation) -> None:
    """Refuse a handover whose seat has ended by other ways, or that its holder opens."""
    if invitation.takes_over is None or invitation.state == invitations.CONFIRMED:
        return
    seat = await seats.get(tx, invitation.takes_over)
    if seat is None or seat.has_ended(act.now):
        raise HandoverOver
    if invitation.state == invitations.OPEN and seat.person_id == act.actor.person_id:
        raise OwnHandover


def _may_take_back(actor: Actor, invitation: Invitation) -> bool:
    """Who may decide on the newcomer may take the link back, and so may who made it."""
    left_by = invitation.left_by
    own = left_by is not None and actor.holds(left_by)
    return own or _may_decide(actor, invitation)


async def _leaver(tx: Transaction, invitation: Invitation) -> Person | None:
    if invitation.takes_over is None:
        return None
    seat = await seats.get(tx, invitation.takes_over)
    return None if seat is None else await consequences.person(tx, seat.person_id)


async def _void(tx: Transaction, act: Act, invitation: Invitation) -> None:
    """An unused link works no more; nothing is kept of somebody who had only looked at it."""
    await invitations.change(
        tx, invitation.id, state=invitations.REVOKED, person_id=None, decided_at=act.now
    )
    if invitation.person_id is not None:
        await people.forget_stranger(tx, invitation.person_id)


async def _dismiss(tx: Transaction, act: Act, invitation: Invitation, shown: Screen) -> None:
    """Tell somebody that they are not let in, and keep nothing of who has nothing else here."""
    assert invitation.person_id is not None
    person = await consequences.person(tx, invitation.person_id)
    chat_id = await accounts.chat_of(tx, act.bot_id, person.id)
    forgotten = await people.forget_stranger(tx, person.id)
    told = Message(
        key=f"invitation:{invitation.id}:refused",
        screen=shown,
        person_id=None if forgotten else person.id,
        chat_id=chat_id if forgotten else None,
        language=person.language,
        bot_id=act.bot_id,
    )
    await outbox.add(tx, told, now=act.now)


async def _give_up_handovers(tx: Transaction, act: Act, seat: Seat) -> None:
    """The seat has ended: nobody can take it over any more."""
    for each in await invitations.to_take_over(tx, seat.id):
        if each.state == invitations.OPEN:
            await _void(tx, act, each)
            continue
        await invitations.change(
            tx,
            each.id,
            state=invitations.REFUSED,
            person_id=None,
            telegram_name=None,
            decided_at=act.now,
        )
        await _dismiss(tx, act, each, handover_views.over())


async def _tell_of_offer(tx: Transaction, act: Act, seat: Seat, invitation_id: int) -> None:
    """The coordinators and the holder know that there is a link, but who has made it knows."""
    names = await consequences.institution_names(tx, seat.institution_id)
    unit = await consequences.unit_name(tx, seat.unit_id)
    leaver = await consequences.person(tx, seat.person_id)
    hearing = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    stopping = {each.person.id for each in hearing}
    hearing += await people.seated(tx, now=act.now, seat_id=seat.id)
    for listener in people.each_once(hearing):
        if listener.id == act.actor.person_id:
            continue
        shown = handover_views.offered(
            leaver.name,
            seat.role,
            views.place(names, unit, listener.language),
            invitation_id,
            may_stop=listener.id in stopping,
        )
        await tell(tx, act, listener.id, shown, f"invitation:{invitation_id}:made:{listener.id}")


async def _tell_holder_of_stop(tx: Transaction, act: Act, invitation: Invitation) -> None:
    """Somebody else has stopped it: the holder keeps the seat, and knows."""
    if invitation.takes_over is None:
        return
    names = await consequences.institution_names(tx, invitation.institution_id)
    unit = await consequences.unit_name(tx, invitation.unit_id)
    for each in await people.seated(tx, now=act.now, seat_id=invitation.takes_over):
        if each.person.id == act.actor.person_id:
            continue
        shown = handover_views.stopped(
            role=invitation.role, institution=views.place(names, unit, each.person.language)
        )
        await tell(tx, act, each.person.id, shown, f"invitation:{invitation.id}:stopped")

"""Seats from the invitation to their end: who is let in, by whom, and who hears of it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.people import SECRETARIAT, Act, Actor, Person, Role, Seat
from bot.domain.permissions import may_invite, may_manage_people, require
from bot.domain.views import people as views
from bot.domain.work_calendar import Hours
from bot.services import audit, reminders
from bot.services.notices import tell
from storage import (
    absences,
    accounts,
    conversations,
    institutions,
    invitations,
    outbox,
    people,
    seats,
)
from storage.database import Transaction
from storage.invitations import Invitation
from storage.outbox import Message

MENU = "menu"
"""Woken where somebody's commands may have changed: a seat, a language, a new account."""

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


class LastCoordinator(Refused):
    """Somebody has to be left who can let others in."""

    key = "error.last_coordinator"


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
) -> str:
    """Make a single-use invitation; gives the payload of its deep link, which is kept nowhere.

    `token` is one that `new_token` made, where its link had to be written down before.
    """
    token = token or new_token()
    require(may_invite(act.actor, role))
    if (institution_id is None) != (role in SECRETARIAT):
        raise NotFound
    designated = designation or Designation()
    inviter = act.actor.seat(SECRETARIAT)
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
        expires_at=act.now + VALID_FOR,
        now=act.now,
    )
    facts = {"role": role.value, "institution": institution_id or 0}
    await audit.record(tx, act, "invitation.make", f"invitation:{invitation_id}", facts=facts)
    return token


async def open_link(tx: Transaction, act: Act, chat: Chat, token: str) -> tuple[Invitation, Person]:
    """Somebody opened a deep link: the invitation is held for them until they accept it.

    Whoever opens it before that holds it next. Who has used it may open it again: it is given as it
    stands and does nothing more. Raises LinkUnknown, LinkUsed, LinkExpired or AlreadySeated.
    """
    invitation = await invitations.by_digest(tx, _digest(token))
    if invitation is None:
        raise LinkUnknown
    if invitation.state == invitations.EXPIRED:
        raise LinkExpired
    if invitation.state != invitations.OPEN:
        if act.actor.person is None or act.actor.person_id != invitation.person_id:
            raise LinkUsed
        return invitation, act.actor.person
    if invitation.expires_at <= act.now:
        raise LinkExpired
    if act.actor.seat({invitation.role}, invitation.institution_id) is not None:
        raise AlreadySeated
    person = act.actor.person
    if person is None:
        person = await people.add(tx, chat.telegram_name[:200], chat.language, now=act.now)
        await accounts.link(tx, act.bot_id, chat.chat_id, person.id, username=chat.username)
        tx.wakes.add(MENU)
    await invitations.change(tx, invitation.id, person_id=person.id)
    return invitation, person


async def accept(tx: Transaction, act: Act, chat: Chat, invitation_id: int) -> Seat | None:
    """The invited person accepts; gives the seat when it is open at once (command line).

    Otherwise nothing opens until the inviter, shown the Telegram name, confirms.
    """
    invitation = await _held_by(tx, act, invitation_id)
    if act.actor.seat({invitation.role}, invitation.institution_id) is not None:
        raise AlreadySeated
    await invitations.change(
        tx,
        invitation.id,
        state=invitations.REDEEMED,
        telegram_name=chat.telegram_name[:200],
        redeemed_at=act.now,
    )
    await audit.record(tx, act, "invitation.accept", f"invitation:{invitation.id}")
    if invitation.invited_by is None:
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
    """The secretariat has recognised the newcomer: the seat begins this second."""
    invitation = await _to_decide(tx, act, invitation_id)
    assert invitation.person_id is not None
    newcomer = Actor(None, await seats.live_of(tx, invitation.person_id, now=act.now))
    held = newcomer.seat({invitation.role}, invitation.institution_id)
    if held is not None:  # they had used two links for the same seat
        await invitations.change(
            tx, invitation.id, state=invitations.CONFIRMED, telegram_name=None, decided_at=act.now
        )
        await audit.record(tx, act, "invitation.settle", f"invitation:{invitation.id}")
        return held
    own = act.actor.seat(SECRETARIAT)
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
    person = await _person(tx, invitation.person_id)
    chat_id = await accounts.chat_of(tx, act.bot_id, person.id)
    forgotten = await people.forget_stranger(tx, person.id)
    told = Message(
        key=f"invitation:{invitation.id}:refused",
        screen=views.refused(),
        person_id=None if forgotten else person.id,
        chat_id=chat_id if forgotten else None,
        language=person.language,
        bot_id=act.bot_id,
    )
    await outbox.add(tx, told, now=act.now)


async def revoke(tx: Transaction, act: Act, invitation_id: int) -> None:
    """Take an unused invitation back."""
    require(may_manage_people(act.actor))
    invitation = await invitations.get(tx, invitation_id)
    if invitation is None or invitation.state != invitations.OPEN:
        raise NotFound
    require(may_invite(act.actor, invitation.role))
    await invitations.change(
        tx, invitation.id, state=invitations.REVOKED, person_id=None, decided_at=act.now
    )
    await audit.record(tx, act, "invitation.revoke", f"invitation:{invitation.id}")
    if invitation.person_id is not None:
        await people.forget_stranger(tx, invitation.person_id)


async def end_seat(tx: Transaction, act: Act, seat_id: int) -> None:
    """End a seat: access ends this second; drafts and history stay with the institution."""
    seat = await _seat_to_change(tx, act, seat_id)
    await seats.end(tx, seat.id, now=act.now)
    await audit.record(tx, act, "seat.end", f"seat:{seat.id}")
    await _lose_access(tx, seat, now=act.now)
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
    await _lose_access(tx, seat, now=act.now)
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
    tx.wakes.add(MENU)
    await audit.record(tx, act, "seat.restore", f"seat:{seat.id}")
    await _announce(tx, act, seat, "restored")


async def set_language(tx: Transaction, act: Act, language: str) -> None:
    """The person chose a language."""
    await _change_self(tx, act, "language", language)
    tx.wakes.add(MENU)


async def set_new_message_each_time(tx: Transaction, act: Act, wanted: bool) -> None:
    """Whether screens are new messages each time, or change in place."""
    await _change_self(tx, act, "always_new_message", wanted)


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
    return await _person(tx, person.id)


async def warn_of_guessing(tx: Transaction, act: Act) -> None:
    """Tell every coordinator, once a day, that somebody tries links until one fits."""
    for each in await people.seated(tx, now=act.now, roles=[Role.COORDINATOR]):
        key = f"guessing:{act.now.date()}:{each.person.id}"
        await tell(tx, act, each.person.id, views.guessing(), key)


# -- inside ----------------------------------------------------------------------------------------


def _digest(token: str) -> str:
    """128 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _person(tx: Transaction, person_id: int) -> Person:
    found = await people.get(tx, person_id)
    if found is None:
        raise NotFound
    return found


async def _change_self(tx: Transaction, act: Act, name: str, value: object) -> None:
    if act.actor.person is None:
        raise NotFound
    await people.change(tx, act.actor.person.id, **{name: value})
    await audit.record(tx, act, f"person.{name}", f"person:{act.actor.person.id}")


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


async def _to_decide(tx: Transaction, act: Act, invitation_id: int) -> Invitation:
    require(may_manage_people(act.actor))
    invitation = await invitations.get(tx, invitation_id)
    if invitation is None or invitation.state == invitations.OPEN:
        raise NotFound
    require(may_invite(act.actor, invitation.role))
    if invitation.state != invitations.REDEEMED:
        raise Outdated
    return invitation


async def _ask_for_confirmation(tx: Transaction, act: Act, invitation: Invitation) -> None:
    """Ask the inviter, or every coordinator once the inviter's seat gives no access any more."""
    assert invitation.invited_by is not None
    assert invitation.person_id is not None
    asked = await people.seated(tx, now=act.now, seat_id=invitation.invited_by)
    asked = asked or await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    names = await _institution_names(tx, invitation.institution_id)
    username = await accounts.username_of(tx, act.bot_id, invitation.person_id)
    for each in asked:
        shown = views.confirmation(
            invitation_id=invitation.id,
            telegram_name=invitation.telegram_name or "",
            username=username,
            invitee=invitation.invitee,
            role=invitation.role,
            institution=views.name_for(names, each.person.language),
        )
        key = f"invitation:{invitation.id}:confirm:{each.person.id}"
        await tell(tx, act, each.person.id, shown, key)


async def _ask_others_to_confirm(tx: Transaction, act: Act, inviter: Seat) -> None:
    """Newcomers whom this seat was asked about wait for somebody else from now on."""
    for each in await invitations.in_state(tx, invitations.REDEEMED):
        if each.invited_by == inviter.id:
            await _ask_for_confirmation(tx, act, each)


async def _seat(
    tx: Transaction, act: Act, invitation: Invitation, *, confirmed_by: int | None
) -> Seat:
    assert invitation.person_id is not None
    seat = await seats.add(
        tx,
        invitation.person_id,
        invitation.role,
        invitation.institution_id,
        designated_by=invitation.designated_by,
        designated_on=invitation.designated_on,
        letter=invitation.letter,
        confirmed_by=confirmed_by,
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
    await conversations.follow_seat(tx, seat.person_id, seat.institution_id, seat.id)
    facts = {"role": seat.role.value, "institution": seat.institution_id or 0}
    await audit.record(tx, act, "seat.begin", f"seat:{seat.id}", facts=facts)
    tx.wakes.add(MENU)
    await _announce(tx, act, seat, "begun")
    if confirmed_by is not None:
        await tell(tx, act, seat.person_id, views.welcome(), f"seat:{seat.id}:welcome")
    return seat


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


async def _lose_access(tx: Transaction, seat: Seat, *, now: datetime) -> None:
    """What was planned for the person goes, unless another seat still entitles them to it."""
    tx.wakes.add(MENU)
    if not await seats.live_of(tx, seat.person_id, now=now):
        await outbox.drop_recipient(tx, seat.person_id, "seat_ended", now=now)


async def _announce(tx: Transaction, act: Act, seat: Seat, event: str) -> None:
    """The institution's other seats and all other coordinators hear of every change of a seat."""
    person = await _person(tx, seat.person_id)
    names = await _institution_names(tx, seat.institution_id)
    hearing = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    if seat.institution_id is not None:
        hearing += await people.seated(tx, now=act.now, institution_id=seat.institution_id)
    for listener in {each.person.id: each.person for each in hearing}.values():
        if listener.id in (seat.person_id, act.actor.person_id):
            continue
        shown = views.seat_changed(
            event,
            name=person.name,
            role=seat.role,
            institution=views.name_for(names, listener.language),
        )
        moment = int(act.now.timestamp())
        key = f"seat:{seat.id}:{event}:{moment}:{listener.id}"
        await tell(tx, act, listener.id, shown, key)


async def _institution_names(tx: Transaction, institution_id: int | None) -> dict[str, str]:
    if institution_id is None:
        return {}
    institution = await institutions.get(tx, institution_id)
    return dict(institution.names) if institution else {}

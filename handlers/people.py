"""The secretariat's people: who holds which seat, who waits, who never started; invite and end."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.domain.people import SECRETARIAT
from bot.domain.permissions import may_manage_people, require
from bot.domain.views import people as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import people as service
from handlers.turn import Turn
from storage import institutions, invitations, people
from storage.people import Seated

PAGE = LIST_LENGTH


async def overview(turn: Turn, _argument: str) -> None:
    """Counts, and the ways to everybody."""
    require(may_manage_people(turn.actor))
    seated = await people.seated(turn.tx, now=turn.now, suspended_too=True)
    waiting = await invitations.in_state(turn.tx, invitations.REDEEMED)
    unused = await invitations.in_state(turn.tx, invitations.OPEN)
    await turn.show(
        views.overview(
            seats=len(seated),
            institutions=len({each.seat.institution_id for each in seated}),
            waiting=len(waiting),
            unused=len(unused),
            unreachable=sum(1 for each in seated if each.unreachable_reason),
        )
    )


async def waiting(turn: Turn, _argument: str) -> None:
    """Newcomers who wait to be confirmed."""
    require(may_manage_people(turn.actor))
    found = await invitations.in_state(turn.tx, invitations.REDEEMED)
    names = {each.id: each.names for each in await institutions.every(turn.tx)}
    await turn.show(
        views.waiting_list(
            [
                (
                    each.id,
                    each.telegram_name or "",
                    each.role,
                    views.name_for(names.get(each.institution_id or 0, {}), turn.language),
                )
                for each in found[:PAGE]
            ],
            more=len(found) > PAGE,
        )
    )


async def confirm_all(turn: Turn, _argument: str) -> None:
    """Confirm everybody on the shown list of newcomers."""
    require(may_manage_people(turn.actor))
    for each in (await invitations.in_state(turn.tx, invitations.REDEEMED))[:PAGE]:
        await service.confirm(turn.tx, turn.actor, each.id, bot_id=turn.bot_id, now=turn.now)
    await overview(turn, "")


async def unused(turn: Turn, _argument: str) -> None:
    """Invitations that nobody has used: these people never started."""
    require(may_manage_people(turn.actor))
    found = await invitations.in_state(turn.tx, invitations.OPEN)
    names = {each.id: each.names for each in await institutions.every(turn.tx)}
    await turn.show(
        views.unused_list(
            [
                (
                    each.id,
                    each.invitee or "",
                    each.role,
                    views.name_for(names.get(each.institution_id or 0, {}), turn.language),
                    each.expires_at,
                )
                for each in found[:PAGE]
            ]
        )
    )


async def revoke(turn: Turn, argument: str) -> None:
    """Take an unused invitation back."""
    await service.revoke(turn.tx, turn.actor, _id(argument), now=turn.now)
    await unused(turn, "")


async def seats(turn: Turn, argument: str) -> None:
    """Everybody with a seat, by institution; `argument` is the page, or `unreachable`."""
    require(may_manage_people(turn.actor))
    found = await people.seated(turn.tx, now=turn.now, suspended_too=True)
    if argument == "unreachable":
        found = [each for each in found if each.unreachable_reason]
    page = int(argument) if argument.isdecimal() else 0
    shown = found[page * PAGE : (page + 1) * PAGE]
    await turn.show(
        views.seat_list(
            [_line(each, turn.language) for each in shown],
            page=page,
            more=len(found) > (page + 1) * PAGE,
        )
    )


async def seat(turn: Turn, argument: str) -> None:
    """One seat: who, since when, designated by whom, and what can be done."""
    found = await _seated(turn, argument)
    designation = await people.designation(turn.tx, found.seat.id)
    await turn.show(
        views.seat(
            _line(found, turn.language),
            since=found.seat.from_at.astimezone(turn.timezone).date(),
            suspended=found.seat.suspended_at is not None,
            designated_by=designation.by,
            designated_on=designation.on,
        )
    )


async def ask_to_end(turn: Turn, argument: str) -> None:
    """Ending a seat is asked once more: it cannot be undone."""
    found = await _seated(turn, argument)
    await turn.show(views.ask_to_end(_line(found, turn.language)))


async def end(turn: Turn, argument: str) -> None:
    """End the seat."""
    await service.end_seat(turn.tx, turn.actor, _id(argument), bot_id=turn.bot_id, now=turn.now)
    await seats(turn, "")


async def suspend(turn: Turn, argument: str) -> None:
    """Lost phone: one tap, and nothing is open on it any more."""
    await service.suspend_seat(turn.tx, turn.actor, _id(argument), bot_id=turn.bot_id, now=turn.now)
    await seat(turn, argument)


async def restore(turn: Turn, argument: str) -> None:
    """The phone was found."""
    await service.restore_seat(turn.tx, turn.actor, _id(argument), bot_id=turn.bot_id, now=turn.now)
    await seat(turn, argument)


async def invite(turn: Turn, _argument: str) -> None:
    """Invite one person or several."""
    require(may_manage_people(turn.actor))
    own = turn.actor.seat(SECRETARIAT)
    await turn.desk.runner.begin(turn, "invite", seat_id=own.id if own else None)


async def _seated(turn: Turn, argument: str) -> Seated:
    require(may_manage_people(turn.actor))
    found = await people.seated(turn.tx, now=turn.now, seat_id=_id(argument), suspended_too=True)
    if not found:
        raise NotFound
    return found[0]


def _line(seated: Seated, language: str) -> views.Line:
    return views.Line(
        seated.seat.id,
        seated.person.name,
        seated.seat.role,
        views.name_for(seated.institution_names or {}, language),
        seated.unreachable_reason,
    )


def _id(argument: str) -> int:
    if not argument.isdecimal():
        raise NotFound
    return int(argument)


ACTS = {
    "people": overview,
    "people_waiting": waiting,
    "confirm_all": confirm_all,
    "people_unused": unused,
    "revoke": revoke,
    "seats": seats,
    "seat": seat,
    "seat_ask_end": ask_to_end,
    "seat_end": end,
    "seat_suspend": suspend,
    "seat_restore": restore,
    "invite": invite,
}
COMMANDS = {"people": "people"}

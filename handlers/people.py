"""The secretariat's people: who holds which seat, who waits, who never started; invite and end."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.domain.errors import NotFound
from bot.domain.people import SECRETARIAT
from bot.domain.permissions import may_hand_over, may_invite, may_manage_people, require
from bot.domain.screens import Attachment, Text, text
from bot.domain.views import people as views
from bot.domain.views.common import LIST_LENGTH
from bot.exchange.inspect import KINDS
from bot.services import opened
from bot.services import people as service
from bot.services import unreachable as absence
from handlers.card import number
from handlers.home import page_number
from handlers.turn import Turn
from storage import files, institutions, invitations, people
from storage import seats as seat_queries
from storage.invitations import Invitation
from storage.people import Seated

PAGE = LIST_LENGTH
EXTENSIONS = {kind.media_type: kind.extension for kind in KINDS.values()}


async def overview(turn: Turn, _argument: str) -> None:
    """Counts, and the ways to everybody."""
    require(may_manage_people(turn.actor))
    seated = await people.seated(turn.tx, now=turn.now, suspended_too=True, units_too=True)
    waiting = await _newcomers(turn)
    unused = await invitations.in_state(turn.tx, invitations.OPEN)
    genders, levels = await seat_queries.counted(turn.tx, now=turn.now)
    await turn.show(
        views.overview(
            seats=len(seated),
            institutions=len({each.seat.institution_id for each in seated} - {None}),
            houses=len(await institutions.every(turn.tx)),
            waiting=len(waiting),
            unused=len(unused),
            unreachable=sum(1 for each in seated if each.unreachable_reason),
            genders=genders,
            levels=levels,
        )
    )


async def waiting(turn: Turn, _argument: str) -> None:
    """Newcomers who wait to be confirmed."""
    require(may_manage_people(turn.actor))
    found = await _newcomers(turn)
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
            mark=_mark(found[:PAGE]),
            instead=await _leavers(turn, found[:PAGE]),
        )
    )


async def confirm_all(turn: Turn, argument: str) -> None:
    """Confirm everybody on the shown list of newcomers; if it has changed, it is shown anew."""
    require(may_manage_people(turn.actor))
    shown = (await _newcomers(turn))[:PAGE]
    if argument != _mark(shown):
        turn.toast = text("error.outdated")
        await waiting(turn, "")
        return
    for each in shown:
        await service.confirm(turn.tx, turn.act, each.id)
    await overview(turn, "")


async def _newcomers(turn: Turn) -> list[Invitation]:
    """Who waits for a decision that this officer may take."""
    found = await invitations.in_state(turn.tx, invitations.REDEEMED)
    return [each for each in found if may_invite(turn.actor, each.role)]


async def _leavers(turn: Turn, newcomers: list[Invitation]) -> dict[int, str]:
    """Whose seat each of them takes over, by invitation."""
    found = {}
    for each in newcomers:
        if each.takes_over is not None:
            (held,) = await people.seated(
                turn.tx, now=turn.now, seat_id=each.takes_over, suspended_too=True
            ) or (None,)
            if held is not None:
                found[each.id] = held.person.name
    return found


def _mark(newcomers: list[Invitation]) -> str:
    """Names a list of newcomers, so that nobody is confirmed whom nobody has seen."""
    ids = ",".join(str(each.id) for each in newcomers)
    return hashlib.sha256(ids.encode()).hexdigest()[:16]


async def unused(turn: Turn, argument: str) -> None:
    """Invitations that nobody has used: these people never started."""
    require(may_manage_people(turn.actor))
    page = page_number(argument)
    every = await invitations.in_state(turn.tx, invitations.OPEN)
    found = every[page * PAGE :]
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
            ],
            page=page,
            more=len(found) > PAGE,
            leavers=await _leavers(turn, found[:PAGE]),
        )
    )


async def revoke(turn: Turn, argument: str) -> None:
    """Take an unused invitation back."""
    await service.revoke(turn.tx, turn.act, number(argument))
    await unused(turn, "")


async def seats(turn: Turn, argument: str) -> None:
    """Everybody with a seat, by institution; `argument` is the page."""
    require(may_manage_people(turn.actor))
    found = await people.seated(turn.tx, now=turn.now, suspended_too=True, units_too=True)
    await _list(turn, text("people.list"), found, "seats", page_number(argument))


async def unreachable(turn: Turn, argument: str) -> None:
    """Those of them who blocked the bot or left Telegram."""
    require(may_manage_people(turn.actor))
    found = await people.seated(turn.tx, now=turn.now, suspended_too=True, units_too=True)
    away = [each for each in found if each.unreachable_reason]
    await _list(turn, text("people.list_away"), away, "seats_away", page_number(argument))


async def _list(turn: Turn, heading: Text, found: list[Seated], act: str, page: int) -> None:
    shown = found[page * PAGE : (page + 1) * PAGE]
    there = await _there(turn, shown)
    await turn.show(
        views.seat_list(
            heading,
            [_line(each, turn.language, there) for each in shown],
            act=act,
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
            _line(found, turn.language, await _there(turn, [found])),
            since=found.seat.from_at.astimezone(turn.timezone).date(),
            suspended=found.seat.suspended_at is not None,
            designated_by=designation.by,
            designated_on=designation.on,
            has_letter=designation.letter is not None,
            hands_over=may_hand_over(turn.actor, found.seat),
            institution_id=found.seat.institution_id,
        )
    )


async def letter(turn: Turn, argument: str) -> None:
    """The letter by which the person was designated, sent to the chat."""
    found = await _seated(turn, argument)
    designation = await people.designation(turn.tx, found.seat.id)
    if designation.letter is None:
        raise NotFound
    media_type = await files.media_type(turn.tx, designation.letter)
    ending = EXTENSIONS.get(media_type or "", "bin")
    attachment = Attachment(designation.letter, f"designation-{found.seat.id}.{ending}")
    shown = views.letter(_line(found, turn.language), attachment)
    await opened.files(turn.tx, turn.act, f"seat:{found.seat.id}", shown)
    await turn.show(shown)


async def ask_to_end(turn: Turn, argument: str) -> None:
    """Ending a seat is asked once more: it cannot be undone."""
    found = await _seated(turn, argument)
    require(may_invite(turn.actor, found.seat.role))
    await turn.show(views.ask_to_end(_line(found, turn.language)))


async def end(turn: Turn, argument: str) -> None:
    """End the seat."""
    await service.end_seat(turn.tx, turn.act, number(argument))
    await seats(turn, "")


async def suspend(turn: Turn, argument: str) -> None:
    """Lost phone: one tap, and nothing is open on it any more."""
    await service.suspend_seat(turn.tx, turn.act, number(argument))
    await seat(turn, argument)


async def restore(turn: Turn, argument: str) -> None:
    """The phone was found."""
    await service.restore_seat(turn.tx, turn.act, number(argument))
    await seat(turn, argument)


async def invite(turn: Turn, argument: str) -> None:
    """`invite`, `invite:3`: invite one person or several, to that institution."""
    require(may_manage_people(turn.actor))
    own = turn.actor.seat(SECRETARIAT)
    chosen: dict[str, Any] = {}
    if argument:
        institution = await institutions.get(turn.tx, number(argument))
        if institution is None:
            raise NotFound
        named = text("button.institution", name=institution.name(turn.language))
        chosen = {"labels": {"institution": named}, "institution": institution.id}
    await turn.desk.runner.begin(
        turn, "invite", subject="invite", seat_id=own.id if own else None, **chosen
    )


async def _seated(turn: Turn, argument: str) -> Seated:
    require(may_manage_people(turn.actor))
    found = await people.seated(turn.tx, now=turn.now, seat_id=number(argument), suspended_too=True)
    if not found:
        raise NotFound
    return found[0]


async def _there(turn: Turn, shown: list[Seated]) -> absence.Colleagues:
    """Who can be told where some of those that are shown cannot be reached."""
    houses = {each.seat.institution_id for each in shown if each.unreachable_reason}
    if not houses:
        return {}
    known = {each for each in houses if each is not None}
    return absence.by_place(await people.seated(turn.tx, now=turn.now, institution_ids=known))


def _line(seated: Seated, language: str, there: absence.Colleagues | None = None) -> views.Line:
    return views.Line(
        seated.seat.id,
        seated.person.name,
        seated.seat.role,
        views.place(seated.institution_names or {}, seated.unit, language),
        seated.unreachable_reason,
        absence.instead(there or {}, seated),
    )


ACTS = {
    "people": overview,
    "people_waiting": waiting,
    "confirm_all": confirm_all,
    "people_unused": unused,
    "revoke": revoke,
    "seats": seats,
    "seats_away": unreachable,
    "seat_letter": letter,
    "seat": seat,
    "seat_ask_end": ask_to_end,
    "seat_end": end,
    "seat_suspend": suspend,
    "seat_restore": restore,
    "invite": invite,
}
COMMANDS = {"people": "people"}

"""Handing a seat over: the link, what has become of it, and what a successor looks up."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.domain.people import SECRETARIAT, Seat
from bot.domain.permissions import (
    READS,
    may_decide,
    may_hand_over,
    may_manage_people,
    require,
)
from bot.domain.screens import Value
from bot.domain.views import handover as views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for, place
from bot.services import handover, people, seats
from bot.services.home import institutions_of
from handlers.card import number
from handlers.home import page_beside
from handlers.turn import Turn
from storage import invitations, status_updates
from storage import seats as queries


async def hand_over(turn: Turn, argument: str) -> None:
    """`/handover`, `handover:5`: what it means, and what has become of it so far."""
    if argument:
        await _show(turn, await _seat(turn, argument))
        return
    held = [each for each in turn.actor.seats if may_hand_over(turn.actor, each)]
    if not held:
        await turn.show(views.nothing())
    elif len(held) == 1:
        await _show(turn, held[0])
    else:
        await turn.show(
            views.choose(
                [
                    (
                        each.id,
                        each.role,
                        await _place(turn, each),
                    )
                    for each in held
                ]
            )
        )


async def make(turn: Turn, argument: str) -> None:
    """`handover_make:5`: the link, to be forwarded."""
    seat = await _seat(turn, argument)
    token = await people.offer_seat(turn.tx, turn.act, seat.id)
    url = people.deep_link(turn.desk.bot_name, token)
    until = turn.now + people.VALID_FOR
    await turn.show(views.link(url, seat.role, await _place(turn, seat), until))


async def stop(turn: Turn, argument: str) -> None:
    """`handover_stop:7`: the link is void, or who has used it is refused."""
    await people.stop_handover(turn.tx, turn.act, number(argument))
    await turn.show(views.stopped_here())


async def who(turn: Turn, argument: str) -> None:
    """`who:0`: the people of the own institutions, and the secretariat."""
    require(turn.actor.seat(READS | SECRETARIAT) is not None)
    page = page_beside(turn, argument)
    found = []
    for institution_id in (*institutions_of(turn.actor), None):
        names = await seats.institution_names(turn.tx, institution_id)
        found += [
            (views.Named(each.person.name, each.seat.role), name_for(names, turn.language))
            for each in await handover.others(turn.tx, turn.act, turn.person.id, institution_id)
        ]
    await turn.show(views.who(found, page))


async def reported(turn: Turn, argument: str) -> None:
    """`reported:0`: what the own institutions have reported, the newest first."""
    held = institutions_of(turn.actor)
    require(bool(held))
    page = page_beside(turn, argument)
    found = await status_updates.of_institutions(
        turn.tx, held, limit=LIST_LENGTH + 1, offset=page * LIST_LENGTH
    )
    await turn.show(views.reported(found[:LIST_LENGTH], page, more=len(found) > LIST_LENGTH))


async def _seat(turn: Turn, argument: str) -> Seat:
    """The seat that a button names, if this person may hand it over."""
    seat = await queries.get(turn.tx, number(argument))
    if seat is None or seat.has_ended(turn.now) or not may_hand_over(turn.actor, seat):
        raise NotFound
    return seat


async def _place(turn: Turn, seat: Seat) -> Value:
    names = await seats.institution_names(turn.tx, seat.institution_id)
    return place(names, await seats.unit_name(turn.tx, seat.unit_id), turn.language)


async def _show(turn: Turn, seat: Seat) -> None:
    holder = None
    if not turn.actor.holds(seat.id):
        require(may_manage_people(turn.actor))
        holder = (await seats.person(turn.tx, seat.person_id)).name
    pending = await invitations.to_take_over(turn.tx, seat.id)
    await turn.show(
        views.ask(
            seat.id,
            seat.role,
            await _place(turn, seat),
            holder,
            _pending(turn, pending[-1]) if pending else None,
        )
    )


def _pending(turn: Turn, invitation: invitations.Invitation) -> views.Pending:
    used = invitation.state == invitations.REDEEMED
    return views.Pending(
        invitation.id,
        invitation.expires_at,
        (invitation.telegram_name or "") if used else None,
        may_decide(
            turn.actor,
            invitation.role,
            left_by=invitation.left_by,
            unit_of=invitation.unit_of,
        ),
    )


ACTS = {
    "handover": hand_over,
    "handover_make": make,
    "handover_stop": stop,
    "who": who,
    "reported": reported,
}
COMMANDS = {"handover": "handover"}

"""The way in: deep link, invitation, waiting, confirmation; and what a stranger is told."""

from __future__ import annotations

from bot import logs, texts
from bot.domain.approvals import Kind, NeedsSecond
from bot.domain.errors import NotFound, Refused
from bot.domain.screens import message
from bot.domain.views import handover as handover_views
from bot.domain.views import people as views
from bot.services import people, unreachable
from bot.services import seats as seat_service
from bot.services.people import Chat, LinkUnknown
from handlers import participants
from handlers.card import number
from handlers.links import act_of
from handlers.turn import Turn
from storage import institutions, invitations, seats
from storage.invitations import Invitation

log = logs.get(__name__)

TO_ITEM = "item-"
"""So begins the payload of a link that a workbook has to an item's card."""


class TooManyLinks(Refused):
    """Too many links that nobody made were tried from this chat."""

    key = "error.too_many_links"


STARTED = "started"
"""So somebody comes who pressed Start, or chose a language, and has written nothing."""


async def start(turn: Turn, payload: str) -> None:
    """`/start`, with the payload of a deep link or without."""
    await unreachable.back(turn.tx, turn.act, turn.chat_id)
    if payload.startswith(TO_ITEM) and turn.actor.seats:
        await turn.go(turn, f"item:{payload.removeprefix(TO_ITEM)}")
    elif (act := act_of(payload)) is not None:
        await turn.go(turn, act)
    elif payload:
        await _open(turn, payload)
    else:
        await _where_they_belong(turn)


async def _open(turn: Turn, payload: str) -> None:
    """A link was opened; who tries many that nobody made is stopped, and the secretariat told."""
    guesses = turn.desk.guesses
    if guesses.spent(turn.chat_id, turn.now):
        raise TooManyLinks
    try:
        invitation, person = await people.open_link(turn.tx, turn.act, _chat(turn), payload)
    except LinkUnknown as unknown:
        if guesses.note(turn.chat_id, turn.now):
            log.warning("onboarding.guessing")
            await people.warn_of_guessing(turn.tx, turn.act)
        await turn.show(message(unknown.text))
        return
    turn.introduce(person)
    if invitation.state == invitations.OPEN:
        await _show_invitation(turn, invitation)
    else:
        await _where_they_belong(turn)


async def accept(turn: Turn, argument: str) -> None:
    """Accept the invitation."""
    seat = await people.accept(turn.tx, turn.act, _chat(turn), number(argument))
    if seat is None:
        await _show_waiting(turn, await invitations.get(turn.tx, number(argument)))
        return
    turn.take_seat(seat)
    await turn.go(turn, "home")


async def not_me(turn: Turn, argument: str) -> None:
    """Say that the invitation is for somebody else."""
    forgotten = await people.decline(turn.tx, turn.act, number(argument))
    if forgotten:
        turn.forget()
    await turn.show(views.declined(forgotten=forgotten))


async def speak(turn: Turn, argument: str) -> None:
    """A language was chosen: `fr`, or `fr:17` on invitation 17."""
    language, _, invitation_id = argument.partition(":")
    if language not in turn.desk.country.languages:
        raise NotFound
    if turn.actor.person is not None:
        await people.set_language(turn.tx, turn.act, language)
        turn.introduce(await people.reread(turn.tx, turn.actor.person))
    turn.language = language
    if not invitation_id:
        await _where_they_belong(turn)
        return
    invitation = await invitations.get(turn.tx, number(invitation_id))
    if invitation is None or turn.actor.person is None:
        raise NotFound
    if invitation.person_id != turn.actor.person_id:
        raise NotFound
    if invitation.state == invitations.OPEN:
        await _show_invitation(turn, invitation)
    else:
        await _where_they_belong(turn)


async def stranger(turn: Turn, argument: str) -> None:
    """Somebody without a live seat: waiting, suspended, ended, or unknown."""
    if turn.actor.seats:
        await turn.go(turn, "home")
        return
    person = turn.actor.person
    if person is None:
        await _unknown(turn, started=argument == STARTED)
        return
    held = [each for each in await seats.of(turn.tx, person.id) if not each.has_ended(turn.now)]
    accepted = await invitations.waiting_for(turn.tx, person.id)
    if accepted is not None:
        await _show_waiting(turn, accepted)
    elif held:
        await turn.show(views.suspended())
    elif await seats.of(turn.tx, person.id):
        await turn.show(views.without_seat())
    else:
        await turn.show(views.stranger())


async def _unknown(turn: Turn, *, started: bool) -> None:
    """Nobody of the network; who takes part in consultations here is led to that.

    In discreet mode it is said that what was written, and is not understood, stands there still.
    """
    chosen = turn.language
    known = await participants.speak_as_known(turn)
    if turn.tapped is not None:  # the language, maybe
        turn.language = chosen
    turn.unsaved = not started
    stays = turn.unsaved and turn.typed is not None and await turn.is_discreet()
    await turn.show(views.stranger(known=known, stays=stays))


async def confirm(turn: Turn, argument: str) -> None:
    """The inviter knows the newcomer; who hands a seat over has none from now on.

    The only coordinator says why they hand theirs over, and waits for a day.
    """
    try:
        async with turn.tx.savepoint():
            begun = await people.confirm(turn.tx, turn.act, number(argument))
    except NeedsSecond:
        wanted = {"invitation": number(argument)}
        kind = Kind.SUCCEED.value
        await turn.desk.runner.begin(
            turn, "approval", subject=f"approval:{kind}", kind=kind, arguments=wanted
        )
        return
    held = await seats.live_of(turn.tx, turn.person.id, now=turn.now)
    if {each.id for each in turn.actor.seats} <= {each.id for each in held}:
        await turn.show(views.decided(confirmed=True))
        return
    names = await seat_service.institution_names(turn.tx, begun.institution_id)
    unit = await seat_service.unit_name(turn.tx, begun.unit_id)
    successor = await seat_service.person(turn.tx, begun.person_id)
    place = views.place(names, unit, turn.language)
    await turn.show(
        handover_views.handed_over_here(successor.name, begun.role, place, gone=not held)
    )


async def refuse(turn: Turn, argument: str) -> None:
    """The inviter does not know the newcomer."""
    await people.refuse(turn.tx, turn.act, number(argument))
    await turn.show(views.decided(confirmed=False))


async def _show_waiting(turn: Turn, accepted: Invitation | None) -> None:
    if accepted is not None and accepted.left_by is not None:
        await turn.show(handover_views.waiting())
        return
    await turn.show(views.waiting(for_inviter=accepted is not None and bool(accepted.unit_id)))


async def _where_they_belong(turn: Turn) -> None:
    await turn.go(turn, "home" if turn.actor.seats else f"stranger:{STARTED}")


async def _show_invitation(turn: Turn, invitation: Invitation) -> None:
    names = {}
    if invitation.institution_id is not None:
        institution = await institutions.get(turn.tx, invitation.institution_id)
        names = dict(institution.names) if institution else {}
    others = [
        (code, texts.own_name(code))
        for code in turn.desk.country.languages
        if code != turn.language
    ]
    await turn.show(
        views.invitation(
            invitation.id,
            role=invitation.role,
            institution=views.place(
                names, await seat_service.unit_name(turn.tx, invitation.unit_id), turn.language
            ),
            languages=others,
            takes_over=invitation.takes_over is not None,
            in_unit=invitation.unit_id is not None,
        )
    )


def _chat(turn: Turn) -> Chat:
    return Chat(turn.chat_id, turn.telegram_name, turn.username, turn.language)


ACTS = {
    "start": start,
    "accept": accept,
    "not_me": not_me,
    "speak": speak,
    "stranger": stranger,
    "confirm": confirm,
    "refuse": refuse,
}
COMMANDS = {"start": "start"}
OPEN_ACTS = {"start", "accept", "not_me", "speak", "stranger"}

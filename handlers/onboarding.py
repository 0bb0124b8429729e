"""The way in: deep link, invitation, waiting, confirmation; and what a stranger is told."""

from __future__ import annotations

from bot import texts
from bot.domain.errors import NotFound
from bot.domain.views import people as views
from bot.services import people
from bot.services.people import Chat
from handlers.turn import Turn
from storage import accounts, institutions, invitations
from storage.invitations import Invitation


async def start(turn: Turn, payload: str) -> None:
    """`/start`, with the payload of a deep link or without."""
    await accounts.mark_reachable(turn.tx, turn.bot_id, turn.chat_id)
    if payload:
        invitation, person = await people.open_link(
            turn.tx, turn.actor, _chat(turn), payload, now=turn.now
        )
        turn.introduce(person)
        await _show_invitation(turn, invitation)
    elif turn.actor.seats:
        await turn.go(turn, "home")
    else:
        await stranger(turn, "")


async def accept(turn: Turn, argument: str) -> None:
    """Accept the invitation."""
    seat = await people.accept(turn.tx, turn.actor, _chat(turn), _id(argument), now=turn.now)
    if seat is None:
        await turn.show(views.waiting())
        return
    turn.take_seat(seat)
    await turn.go(turn, "home")


async def not_me(turn: Turn, argument: str) -> None:
    """Say that the invitation is for somebody else."""
    await people.decline(turn.tx, turn.actor, _id(argument), now=turn.now)
    await turn.show(views.declined())


async def speak(turn: Turn, argument: str) -> None:
    """A language was chosen: `fr`, or `fr:17` on invitation 17."""
    language, _, invitation_id = argument.partition(":")
    if language not in turn.desk.country.languages:
        raise NotFound
    if turn.actor.person is not None:
        await people.set_language(turn.tx, turn.actor, language, now=turn.now)
    turn.language = language
    if not invitation_id:
        await turn.go(turn, "home" if turn.actor.seats else "stranger")
        return
    invitation = await invitations.get(turn.tx, _id(invitation_id))
    if invitation is None or invitation.person_id != turn.actor.person_id:
        raise NotFound
    await _show_invitation(turn, invitation)


async def stranger(turn: Turn, _argument: str) -> None:
    """Somebody without a live seat: waiting for confirmation, or unknown."""
    person = turn.actor.person
    if person is not None and await invitations.waiting_for(turn.tx, person.id) is not None:
        await turn.show(views.waiting())
        return
    await turn.show(views.stranger())


async def confirm(turn: Turn, argument: str) -> None:
    """The secretariat knows the newcomer."""
    await people.confirm(turn.tx, turn.actor, _id(argument), bot_id=turn.bot_id, now=turn.now)
    await turn.show(views.decided(confirmed=True))


async def refuse(turn: Turn, argument: str) -> None:
    """The secretariat does not know the newcomer."""
    await people.refuse(turn.tx, turn.actor, _id(argument), bot_id=turn.bot_id, now=turn.now)
    await turn.show(views.decided(confirmed=False))


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
            institution=views.name_for(names, turn.language),
            languages=others,
        )
    )


def _chat(turn: Turn) -> Chat:
    return Chat(turn.bot_id, turn.chat_id, turn.telegram_name, turn.username, turn.language)


def _id(argument: str) -> int:
    if not argument.isdecimal():
        raise NotFound
    return int(argument)


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

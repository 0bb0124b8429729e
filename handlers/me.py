"""What everybody can ask about themselves: seats, language, screens, privacy, help."""

from __future__ import annotations

from bot import texts
from bot.domain.people import SECRETARIAT, Role
from bot.domain.permissions import may_hand_over
from bot.domain.views import me as views
from bot.domain.views.people import place
from bot.services import people
from bot.services.seats import unit_name
from handlers.turn import Turn
from storage import institutions


async def me(turn: Turn, _argument: str) -> None:
    """`/me`: the seats one holds, and how screens are shown."""
    held = []
    for seat in turn.actor.seats:
        names = {}
        if seat.institution_id is not None:
            institution = await institutions.get(turn.tx, seat.institution_id)
            names = dict(institution.names) if institution else {}
        since = seat.from_at.astimezone(turn.timezone).date()
        unit = await unit_name(turn.tx, seat.unit_id)
        held.append((seat.role, place(names, unit, turn.language), since))
    await turn.show(
        views.me(
            turn.person.name,
            held,
            always_new_message=turn.person.always_new_message,
            hands_over=any(may_hand_over(turn.actor, seat) for seat in turn.actor.seats),
        )
    )


async def screens(turn: Turn, argument: str) -> None:
    """Screens change in place (`0`), or are a new message each time (`1`)."""
    await people.set_new_message_each_time(turn.tx, turn.act, wanted=argument == "1")
    turn.introduce(await people.reread(turn.tx, turn.person))
    await me(turn, "")


async def language(turn: Turn, _argument: str) -> None:
    """`/language`: choose one."""
    choices = [(code, texts.own_name(code)) for code in turn.desk.country.languages]
    await turn.show(views.languages(choices))


async def help_(turn: Turn, _argument: str) -> None:
    """`/help`: what one can do here, by role."""
    if turn.actor.seat(SECRETARIAT):
        role = "secretariat"
    elif turn.actor.seat(frozenset(Role)) is None and turn.actor.units:
        role = "unit"
    elif turn.actor.seats:
        role = str(turn.actor.seats[0].role)
    else:
        role = "stranger"
    await turn.show(views.help_(role))


async def privacy(turn: Turn, _argument: str) -> None:
    """`/privacy`: what is kept, who sees it, what does not belong here."""
    await turn.show(views.privacy())


ACTS = {"me": me, "screens": screens, "language": language, "help": help_, "privacy": privacy}
COMMANDS = {"me": "me", "language": "language", "help": "help", "privacy": "privacy"}
OPEN_ACTS = {"language", "help", "privacy"}

"""What everybody can ask about themselves: seats, language, screens, privacy, help."""

from __future__ import annotations

from bot import texts
from bot.domain.commands import in_help
from bot.domain.errors import NotFound
from bot.domain.people import SECRETARIAT, Gender, Level, Role
from bot.domain.permissions import may_hand_over
from bot.domain.views import me as views
from bot.domain.views.people import place
from bot.services import people
from bot.services.seats import unit_name
from handlers.turn import Turn
from storage import institutions, seats


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
    """`/help`: what one can do here, by role; who waits for a seat, or lost it, hears of that."""
    if turn.actor.person is not None and not turn.actor.seats:
        await turn.go(turn, "stranger")
        return
    if turn.actor.seat(SECRETARIAT):
        role = "secretariat"
    elif turn.actor.seat(frozenset(Role)) is None and turn.actor.units:
        role = views.UNIT
    elif turn.actor.seats:
        role = str(turn.actor.seats[0].role)
    else:
        role = views.STRANGER
    roles = [each.role for each in turn.actor.seats if each.unit_id is None]
    await turn.show(views.help_(role, in_help(roles, in_unit=bool(turn.actor.units))))


async def privacy(turn: Turn, _argument: str) -> None:
    """`/privacy`: what is kept, who sees it, what does not belong here."""
    await turn.show(views.privacy())


async def statistics(turn: Turn, _argument: str) -> None:
    """`statistics`: what one may say of oneself to be counted."""
    said = await seats.said(turn.tx, turn.person.id, now=turn.now)
    await turn.show(views.statistics(said.gender, said.level))


async def say(turn: Turn, argument: str) -> None:
    """`statistics_say:woman`: that is counted from now on."""
    if argument in set(Gender):
        await people.say_for_statistics(turn.tx, turn.act, gender=Gender(argument))
    elif argument in set(Level):
        await people.say_for_statistics(turn.tx, turn.act, level=Level(argument))
    else:
        raise NotFound
    await statistics(turn, "")


async def say_nothing(turn: Turn, _argument: str) -> None:
    """`statistics_remove`: nothing is counted any more."""
    await people.say_nothing_for_statistics(turn.tx, turn.act)
    await statistics(turn, "")


ACTS = {
    "me": me,
    "screens": screens,
    "language": language,
    "help": help_,
    "privacy": privacy,
    "statistics": statistics,
    "statistics_say": say,
    "statistics_remove": say_nothing,
}
COMMANDS = {"me": "me", "language": "language", "help": "help", "privacy": "privacy"}
OPEN_ACTS = {"language", "help", "privacy"}
BESIDE_ACTS = {"help", "privacy"}

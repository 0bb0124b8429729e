"""The day of a meeting: the code at the door, and whoever comes."""

from __future__ import annotations

from bot import texts
from bot.domain.consultations import Consultation
from bot.domain.errors import NotFound, Refused
from bot.domain.screens import Screen, message, text
from bot.domain.views import consultations as officers
from bot.domain.views import door as views
from bot.services import attendance as service
from bot.services import consultations
from bot.services import sign_ups as participants
from bot.services.people import deep_link
from handlers.card import number
from handlers.flows import door as flow
from handlers.participants import by_code, own
from handlers.turn import Turn
from storage import sign_ups

# -- For the secretariat ---------------------------------------------------------------------------


async def door(turn: Turn, argument: str) -> None:
    """`door:5`: the code at the door of that meeting; on the day after, whoever came alone."""
    found = await service.at_the_door(turn.tx, turn.act, number(argument))
    came = await service.attendance(turn.tx, turn.act, found)
    if not found.has_code(turn.today):
        await turn.show(views.day_after(found, came))
        return
    code = service.code_of(turn.tx, found)
    url = link_to(turn, found, code)
    await turn.show(views.door(found, code, url, came, today=turn.today))


async def poster(turn: Turn, argument: str) -> None:
    """`door_poster:5`: in which language; `door_poster:5:fr` makes what hangs at the door."""
    consultation_id, _, language = argument.partition(":")
    found, code = await service.with_code(turn.tx, turn.act, number(consultation_id))
    languages = turn.desk.country.languages
    if language not in languages:
        named = [(each, texts.own_name(each)) for each in languages]
        back = f"door:{found.id}"
        await turn.show(officers.poster_languages(f"door_poster:{found.id}", named, back=back))
        return
    link = link_to(turn, found, code)
    await consultations.ask_for_poster(
        turn.tx, turn.act, found.id, language, link, door=code.upper()
    )
    await turn.remark(text("consultation.poster_making"))


def link_to(turn: Turn, found: Consultation, code: str) -> str:
    """The link at the door."""
    return deep_link(turn.desk.consultation_bot, flow.payload_of(found, code))


async def mark(turn: Turn, argument: str) -> None:
    """`door_mark:5`: somebody without a phone came; by which number?"""
    found = await service.at_the_door(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn, flow.MARK, subject=f"consultation:{found.id}", consultation=found.id
    )


async def let_in(turn: Turn, argument: str) -> None:
    """`door_let_in:5:4312`: whoever waits gets a seat that stayed empty."""
    consultation_id, _, theirs = argument.partition(":")
    found = await service.at_the_door(turn.tx, turn.act, number(consultation_id))
    await service.let_in(turn.tx, turn.act, found.id, number(theirs))
    await flow.go_on(turn, found.id)
    await turn.show(views.let_in(found, number(theirs)))


async def unmark(turn: Turn, argument: str) -> None:
    """`door_unmark:5:4312`: another number was meant."""
    consultation_id, _, theirs = argument.partition(":")
    found = await service.at_the_door(turn.tx, turn.act, number(consultation_id))
    await service.unmark(turn.tx, turn.act, found.id, number(theirs))
    await flow.go_on(turn, found.id)
    await turn.show(views.unmarked(found, number(theirs)))


# -- For participants ------------------------------------------------------------------------------


async def here(turn: Turn, code: str) -> None:
    """`here:CODE`: somebody is here, and writes the code at the door."""
    found, kept = await own(turn, code)
    if not kept.is_in:
        raise NotFound
    await turn.desk.participants.begin(turn, kept, flow.HERE, {"code": found.code})


async def opened(turn: Turn, argument: str) -> None:
    """`at_door:CODE:ABC234`: the link at the door was opened."""
    turn.step_apart()
    code, _, door_code = argument.partition(":")
    found = await by_code(turn, code)
    kept = await sign_ups.of(turn.tx, found.id, turn.bot_id, turn.chat_id)
    if kept is None or kept.card is None:
        await turn.show(_passing(turn, found, door_code) or views.nobody(found, today=turn.today))
        return
    turn.step_apart(kept)
    shown = _passing(turn, found, door_code)
    if shown is None and kept.is_in:
        turn.sign_up = await service.check_in(turn.tx, turn.act, found, kept)
        shown = await flow.noted(turn, found, kept)
    await participants.remember(turn.tx, turn.sign_up or kept, turn.typed)
    await turn.show(shown or views.nobody(found, today=turn.today))


def _passing(turn: Turn, found: Consultation, door_code: str) -> Screen | None:
    """None for the code at the door; else what is wrong with this one."""
    try:
        flow.require_door(turn, found, door_code)
    except Refused as refused:
        return message(refused.text)
    return None


ACTS = {
    "door": door,
    "door_poster": poster,
    "door_mark": mark,
    "door_let_in": let_in,
    "door_unmark": unmark,
    "here": here,
    "at_door": opened,
}
OPEN_ACTS = {"here", "at_door"}

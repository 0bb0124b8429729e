"""Consultations, as the secretariat sees them: announced, changed, closed, counted."""

from __future__ import annotations

from bot import texts
from bot.domain import permissions
from bot.domain.screens import text
from bot.domain.views import consultations as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import announcing, contributed
from bot.services import consultations as service
from handlers.card import number
from handlers.flows.consultation import NAME, PAYLOAD, answers_of, labels_of, link_to
from handlers.home import page_number
from handlers.turn import Turn
from storage import consultations as queries


async def listed(turn: Turn, argument: str) -> None:
    """`consultations:0`: a page of open ones."""
    await _page(turn, page_number(argument), past=False)


async def past(turn: Turn, argument: str) -> None:
    """`consultations_past:0`: a page of those that are over."""
    await _page(turn, page_number(argument), past=True)


async def _page(turn: Turn, page: int, *, past: bool) -> None:
    permissions.require(permissions.may_consult(turn.actor))
    total = await queries.count(turn.tx, past=past)
    shown = await queries.page(turn.tx, past=past, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    await turn.show(views.listed(total, page, shown, past=past))


async def one(turn: Turn, argument: str) -> None:
    """`consulting:5`: one of them, with who takes part in numbers."""
    found = await service.get(turn.tx, turn.act, number(argument))
    standing = await service.standing(turn.tx, turn.act, found.id)
    written = await contributed.count(turn.tx, turn.act, found.id)
    await turn.show(views.one(found, standing, written))


async def announce(turn: Turn, _argument: str) -> None:
    """A new consultation."""
    permissions.require(permissions.may_consult(turn.actor))
    await turn.desk.runner.begin(turn, NAME)


async def change(turn: Turn, argument: str) -> None:
    """`consultation_change:5`: the same questions, answered."""
    found = await service.get(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn,
        NAME,
        subject=f"consultation:{found.id}",
        labels=labels_of(found, turn.language),
        **answers_of(found),
    )


async def close(turn: Turn, argument: str) -> None:
    """`consultation_close:5`: nobody signs up any more."""
    await service.close(turn.tx, turn.act, number(argument))
    turn.toast = text("consultation.closed")
    await one(turn, argument)


async def cancel(turn: Turn, argument: str) -> None:
    """`consultation_cancel:5`: it does not take place; asked once more before everybody is told."""
    consultation_id, _, sure = argument.partition(":")
    found = await service.get(turn.tx, turn.act, number(consultation_id))
    if not sure:
        await turn.show(views.ask_to_cancel(found))
        return
    await service.cancel(turn.tx, turn.act, found.id)
    turn.toast = text("consultation.cancelled")
    await one(turn, consultation_id)


async def link(turn: Turn, argument: str) -> None:
    """`consultation_link:5`: its public link."""
    found = await service.get(turn.tx, turn.act, number(argument))
    await turn.show(views.link(found, link_to(turn, found)))


async def poster(turn: Turn, argument: str) -> None:
    """`consultation_poster:5`: in which language; `consultation_poster:5:fr` makes it.

    `consultation_poster:5:fr:women` has the code of that group in its link.
    """
    consultation_id, _, rest = argument.partition(":")
    language, _, group = rest.partition(":")
    found = await service.get(turn.tx, turn.act, number(consultation_id))
    languages = turn.desk.country.languages
    if language not in languages:
        named = [(each, texts.own_name(each)) for each in languages]
        await turn.show(views.poster_languages(found, named, group))
        return
    payload = f"{PAYLOAD}{found.code}"
    if group:
        payload += f"-{await announcing.code_of(turn.tx, turn.act, found.id, group)}"
    await service.ask_for_poster(turn.tx, turn.act, found.id, language, payload)
    await turn.remark(text("consultation.poster_making"))


ACTS = {
    "consultations": listed,
    "consultations_past": past,
    "consulting": one,
    "announce_consultation": announce,
    "consultation_change": change,
    "consultation_close": close,
    "consultation_cancel": cancel,
    "consultation_link": link,
    "consultation_poster": poster,
}
COMMANDS = {"consultations": "consultations"}

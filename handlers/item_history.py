"""The history of an item from its import to today: on a screen, and in a file."""

from __future__ import annotations

from bot.domain.errors import NotFound, existing
from bot.domain.history import LETTERS
from bot.domain.screens import Value
from bot.domain.views import item_history as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import history as service
from bot.services import opened
from handlers.card import number
from handlers.home import page_number
from handlers.turn import Turn
from storage import institutions, items

_TOPICS = {letter: topic for topic, letter in LETTERS.items()}


async def item_history(turn: Turn, argument: str) -> None:
    """`item_history:5:-:0`: a page of all; `item_history:5:r:0` of reports alone."""
    item_id, _, rest = argument.partition(":")
    letter, _, page = rest.partition(":")
    if letter not in ("", views.ALL, *_TOPICS):
        raise NotFound
    found = await service.of_item(turn.tx, turn.actor, number(item_id))
    item = existing(await items.get(turn.tx, found.item_id))
    if item.restricted and not await opened.restricted_words(turn.tx, turn.act, item.id):
        found = found.bare
    topic = _TOPICS.get(letter)
    chosen = [each for each in found.events if topic in (None, each.topic)]
    back = f"about:{item.id}" if turn.actor.is_secretariat else f"item:{item.id}"
    await turn.show(
        views.history(
            item_code(item),
            item.id,
            chosen,
            page_number(page),
            topic,
            present={each.topic for each in found.events},
            names=await _names(turn),
            doers=found.doers,
            scope=found.scope,
            back=back,
        )
    )


async def history_file(turn: Turn, argument: str) -> None:
    """`history_file:5`: the whole of it as a document, made by the worker."""
    item_id = number(argument)
    await service.ask(turn.tx, turn.act, item_id, language=turn.language)
    item = existing(await items.get(turn.tx, item_id))
    await turn.show(views.making(item_code(item)))


async def _names(turn: Turn) -> dict[int, Value]:
    return {
        each.id: name_for(each.names, turn.language) for each in await institutions.every(turn.tx)
    }


ACTS = {"item_history": item_history, "history_file": history_file}

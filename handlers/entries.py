"""The record of an item: who did what, when, as the audit tells it."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.views import record as views
from bot.domain.views.common import LIST_LENGTH
from handlers.card import number
from handlers.home import page_number
from handlers.turn import Turn
from storage import items
from storage import record as queries


async def record(turn: Turn, argument: str) -> None:
    """`audit:5:0`: a page of the entries about an item; the whole audit stays on the machine."""
    permissions.require(permissions.may_arrange(turn.actor))
    item_id, _, page = argument.partition(":")
    item, at = existing(await items.get(turn.tx, number(item_id))), page_number(page)
    told = await queries.of_item(turn.tx, item.id, limit=LIST_LENGTH + 1, offset=at * LIST_LENGTH)
    shown, more = told[:LIST_LENGTH], len(told) > LIST_LENGTH
    await turn.show(views.record(item, at, shown, more=more, language=turn.language))


ACTS = {"audit": record}

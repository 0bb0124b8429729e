"""What observers see: the record as far as it is approved, and nothing of restricted items."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.filters import STATUSES
from bot.domain.items import Item
from bot.domain.progress import Scope, Subject
from bot.domain.reports import ApprovedReport, EvidenceState
from bot.domain.views import approved as views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for
from handlers.card import number, siblings, words_of
from handlers.home import beginnings, page_number
from handlers.turn import Turn
from storage import approved as queries
from storage import cards, consolidations, evidence, figures, items, progress


async def home(turn: Turn) -> None:
    """The observer's first screen."""
    permissions.require(permissions.may_read_approved(turn.actor))
    scope = Scope(approved=True)
    counted = {
        each.status: each.count for each in await progress.by(turn.tx, Subject.STATUS, scope)
    }
    in_order = [(status, counted[status]) for status in STATUSES if status in counted]
    newest = await queries.newest(turn.tx, limit=views.NEWEST + 1)
    titles = await beginnings(turn, [each.item_id for each in newest])
    await turn.show(views.home(sum(counted.values()), in_order, _shown(turn, newest), titles))


async def listed(turn: Turn, argument: str) -> None:
    """`approved:0`: a page of the approved reports of all institutions."""
    permissions.require(permissions.may_read_approved(turn.actor))
    page = page_number(argument)
    found = await queries.newest(turn.tx, limit=LIST_LENGTH + 1, offset=page * LIST_LENGTH)
    titles = await beginnings(turn, [each.item_id for each in found])
    await turn.show(views.listed(page, _shown(turn, found), titles))


async def card(turn: Turn, argument: str) -> None:
    """`approved_item:5`: an item and what is approved of it."""
    item = await _item(turn, argument)
    holders = [
        views.Holder(name_for(each.names, turn.language), each.part, each.status, each.as_of)
        for each in await cards.answers(turn.tx, [item.id], own=())
    ]
    last = await queries.last_of_each(turn.tx, item.id, limit=views.INSTITUTIONS)
    await turn.show(
        views.card(
            item,
            await words_of(turn, item),
            holders,
            await siblings(turn, item.id),
            last=_shown(turn, last),
            total=await queries.count_of_item(turn.tx, item.id),
            consolidated=await consolidations.current(turn.tx, item.id),
        )
    )


async def history(turn: Turn, argument: str) -> None:
    """`approved_of:5:0`: a page of the approved reports on an item."""
    item_id, _, page = argument.partition(":")
    item = await _item(turn, item_id)
    at = page_number(page)
    found = await queries.of_item(turn.tx, item.id, limit=LIST_LENGTH, offset=at * LIST_LENGTH)
    total = await queries.count_of_item(turn.tx, item.id)
    await turn.show(views.history(item, total, at, _shown(turn, found)))


async def report(turn: Turn, argument: str) -> None:
    """`approved_report:42`: one approved report in full."""
    permissions.require(permissions.may_read_approved(turn.actor))
    found = existing(await queries.get(turn.tx, number(argument)))
    pieces = [
        each
        for each in await evidence.of_report(turn.tx, found.id)
        if each.state is EvidenceState.STORED
    ]
    item = await _item(turn, str(found.item_id))
    [shown] = _shown(turn, [found])
    words = await words_of(turn, item)
    await turn.show(views.report(shown, words, await figures.of(turn.tx, found.id), pieces))


async def _item(turn: Turn, argument: str) -> Item:
    permissions.require(permissions.may_read_approved(turn.actor))
    found = await items.get(turn.tx, number(argument))
    if found is None or found.restricted:
        raise NotFound
    return found


def _shown(turn: Turn, found: Sequence[ApprovedReport]) -> list[views.Shown]:
    return [views.Shown(each, name_for(each.names, turn.language)) for each in found]


ACTS = {
    "approved": listed,
    "approved_item": card,
    "approved_of": history,
    "approved_report": report,
}
COMMANDS = {"approved": "approved"}

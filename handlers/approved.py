"""What observers see: the record as far as it is approved, and nothing of restricted items."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.filters import NOT_REPORTED
from bot.domain.institutions import PARLIAMENT
from bot.domain.items import Item
from bot.domain.people import Role
from bot.domain.progress import Scope, Subject
from bot.domain.reports import ApprovedReport, EvidenceState
from bot.domain.screens import Text
from bot.domain.selection import Need
from bot.domain.views import approved as views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services import opened
from handlers.card import beside, number, siblings, words_of
from handlers.home import beginnings, page_number
from handlers.turn import Turn
from storage import approved as queries
from storage import (
    cards,
    consolidations,
    conversations,
    evidence,
    figures,
    institutions,
    items,
    progress,
    statuses,
)


async def home(turn: Turn) -> None:
    """The observer's first screen."""
    permissions.require(permissions.may_read_approved(turn.actor))
    scope = Scope(approved=True)
    counted = {
        each.status: each.count for each in await progress.by(turn.tx, Subject.STATUS, scope)
    }
    codes = (*(await statuses.vocabulary(turn.tx)).codes, NOT_REPORTED)
    in_order = [(status, counted[status]) for status in codes if status in counted]
    newest = await queries.newest(turn.tx, limit=views.NEWEST + 1)
    titles = await beginnings(turn, [each.item_id for each in newest])
    needs = await _needs(turn) if await _is_of_parliament(turn) else None
    first = [] if not needs else await queries.needing(turn.tx, list(needs), limit=views.NEWEST)
    titles |= await beginnings(turn, [each.item_id for each in first])
    await turn.show(
        views.home(
            await _begun(turn),
            sum(counted.values()),
            in_order,
            _shown(turn, newest),
            titles,
            needs=needs,
            needing=first,
        )
    )


async def _begun(turn: Turn) -> list[tuple[int, Text]]:
    """The assessments that were begun and not published: their conversations and titles."""
    seats = tuple(seat.id for seat in turn.actor.seats)
    found = []
    for draft in await conversations.drafts_of(turn.tx, turn.person.id, seats):
        title = await turn.desk.runner.title(turn, draft)
        if title is not None:
            found.append((draft.id, title))
    return found[:LIST_LENGTH]


async def needs(turn: Turn, argument: str) -> None:
    """`needs:budget:0`: a page of the items that need it, with what is approved on each."""
    permissions.require(permissions.may_read_approved(turn.actor))
    name, _, page = argument.partition(":")
    if name not in set(views.OF_PARLIAMENT):
        raise NotFound
    at, need = page_number(page), Need(name)
    found = await queries.needing(turn.tx, [need], limit=LIST_LENGTH, offset=at * LIST_LENGTH)
    titles = await beginnings(turn, [each.item_id for each in found])
    total = await queries.count_needing(turn.tx, need)
    await turn.show(views.needing(need, total, at, found, titles))


async def _is_of_parliament(turn: Turn) -> bool:
    """Whether the observer sits for a parliament or a committee of one."""
    for institution_id in turn.actor.institutions({Role.OBSERVER}):
        found = await institutions.get(turn.tx, institution_id)
        if found is not None and found.kind == PARLIAMENT:
            return True
    return False


async def _needs(turn: Turn) -> dict[Need, int]:
    """How many items need a law, how many a budget; only what some need."""
    counted = {each: await queries.count_needing(turn.tx, each) for each in views.OF_PARLIAMENT}
    return {need: count for need, count in counted.items() if count}


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
            beside=await beside(turn, item),
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
    await opened.report(turn.tx, turn.act, found.number)
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
    "needs": needs,
}
COMMANDS = {"approved": "approved"}

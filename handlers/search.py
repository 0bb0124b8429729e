"""Looking for an item by its number or by words, and for a report by its number."""

from __future__ import annotations

from bot.domain.people import REPORTING
from bot.domain.screens import Text, Value, Words
from bot.domain.views import home as views
from bot.domain.views.common import LIST_LENGTH, item_code
from bot.services import dialogues
from bot.services import search as service
from handlers.home import beginnings, page_number
from handlers.turn import Turn
from storage import conversations, items
from storage.search import Hit

QUERY_BYTES = 40
"""So much of a query fits into a button beside the page; a longer one finds a little more."""


async def search(turn: Turn, argument: str) -> None:
    """`search:torture`: what plain words find; a single hit is shown at once."""
    await _show(turn, argument, 0)


async def found(turn: Turn, argument: str) -> None:
    """`found:1:torture`: another page of what was found."""
    page, _, query = argument.partition(":")
    await _show(turn, query, page_number(page))


async def _show(turn: Turn, words: str, page: int) -> None:
    if not words.strip():
        await turn.show(views.which())
        return
    query = _fitting(words)
    result = await service.find(turn.tx, turn.actor, query)
    if result.report_id is not None:
        await turn.go(turn, f"su:{result.report_id}")
        return
    acts = [*(views.place_act(each) for each in result.places), *map(_act, result.hits)]
    if len(acts) == 1:
        await turn.go(turn, acts[0])
        return
    if not acts:
        await _show_nothing(turn, " ".join(words.split()))
        return
    shown = result.hits[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    titles = await beginnings(turn, [each.item_id for each in shown if not each.restricted])
    hits: list[tuple[str, Value, Words | None]] = [
        (_act(each), item_code(each), titles.get(each.item_id)) for each in shown
    ]
    places = () if page else result.places
    more = (page + 1) * LIST_LENGTH < len(result.hits)
    await turn.show(views.found(query, len(acts), page, hits, places, more=more))


async def _show_nothing(turn: Turn, said: str) -> None:
    """What the words may have been for, where they find nothing."""
    if turn.actor.is_secretariat and not await items.are_there(turn.tx):
        await turn.show(views.nothing_yet())
        return
    reports = turn.actor.seat(REPORTING) is not None
    asked = await dialogues.last_asked(turn.tx, turn.act)
    rests = await _resting(turn)
    await turn.show(views.nothing_found(said, reports=reports, asked=asked, rests=rests))


async def _resting(turn: Turn) -> tuple[int, Text] | None:
    """The conversation that was left last, and its title."""
    seats = tuple(seat.id for seat in turn.actor.seats)
    for draft in (await conversations.drafts_of(turn.tx, turn.person.id, seats))[:1]:
        title = await turn.desk.runner.title(turn, draft)
        return None if title is None else (draft.id, title)
    return None


def _act(hit: Hit) -> str:
    return f"card:{hit.assignment_id}" if hit.assignment_id else f"item:{hit.item_id}"


def _fitting(query: str) -> str:
    """The query, cut where a button's data would grow too long."""
    plain = " ".join(query.split())
    while len(plain.encode()) > QUERY_BYTES:
        plain = plain[:-1]
    return plain.strip()


ACTS = {"search": search, "found": found}
COMMANDS = {"find": "search"}

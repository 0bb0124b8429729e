"""Looking for an item by its number or by words, and for a report by its number."""

from __future__ import annotations

from bot.domain.people import REPORTING
from bot.domain.screens import Value, Words
from bot.domain.views import home as views
from bot.domain.views.common import LIST_LENGTH, item_code
from bot.services import dialogues
from bot.services import search as service
from handlers.home import beginnings, page_number
from handlers.turn import Turn
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
    query = _fitting(words)
    result = await service.find(turn.tx, turn.actor, query)
    if result.report_id is not None:
        await turn.go(turn, f"su:{result.report_id}")
        return
    if len(result.hits) == 1:
        await turn.go(turn, _act(result.hits[0]))
        return
    if not result.hits:
        reports = turn.actor.seat(REPORTING) is not None
        asked = await dialogues.last_asked(turn.tx, turn.act)
        said = " ".join(words.split())
        await turn.show(views.nothing_found(said, reports=reports, asked=asked))
        return
    shown = result.hits[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    titles = await beginnings(turn, [each.item_id for each in shown if not each.restricted])
    hits: list[tuple[str, Value, Words | None]] = [
        (_act(each), item_code(each), titles.get(each.item_id)) for each in shown
    ]
    await turn.show(views.found(query, len(result.hits), page, hits))


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

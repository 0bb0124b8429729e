"""What contributors have reported on an item that the own institution leads on."""

from __future__ import annotations

from bot.domain.screens import Code
from bot.domain.views import contributions as views
from bot.domain.views import history as history_views
from bot.domain.views.common import item_code
from bot.services import contributions as service
from handlers.card import number, visible
from handlers.home import page_number
from handlers.turn import Turn
from storage import evidence


async def listed(turn: Turn, argument: str) -> None:
    """`contributions:17`: the last cleared report of each contributor to the item."""
    own, item = await visible(turn, argument)
    words = await service.of(turn.tx, turn.actor, own)
    await turn.show(views.listed(item_code(item), own.id, words, turn.language))


async def report(turn: Turn, argument: str) -> None:
    """`contribution:42`: one of them in full."""
    found = await service.get(turn.tx, turn.actor, number(argument))
    pieces = await evidence.of_report(turn.tx, found.said.id)
    await turn.show(views.report(found.word, found.said, pieces, found.own.id, turn.language))


async def files(turn: Turn, argument: str) -> None:
    """`contribution_files:42:0`: a page of the stored files of one of them."""
    report_id, _, page = argument.partition(":")
    found = await service.get(turn.tx, turn.actor, number(report_id))
    pieces = await evidence.of_report(turn.tx, found.said.id)
    act = f"contribution_files:{found.said.id}"
    shown = history_views.files(Code(found.said.number), act, pieces, page_number(page))
    await turn.show(shown)


ACTS = {
    "contributions": listed,
    "contribution": report,
    "contribution_files": files,
}

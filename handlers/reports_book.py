"""My workbook: an institution's assignments taken as Excel, filled in, sent back, reported."""

from __future__ import annotations

from bot.domain.incoming import Sent
from bot.domain.permissions import require
from bot.domain.views import reports_book as views
from bot.exchange.inspect import MAX_SIZE
from bot.exchange.refusals import TooLarge
from bot.services import exports, reports_preview
from bot.services import reports_book as service
from handlers.card import number
from handlers.home import page_number
from handlers.turn import Turn
from storage import reports_book as queries

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
"""So called, or without a name, a document may be a workbook; what it is, its content tells."""


async def offer(turn: Turn, _argument: str) -> None:
    """What `/export` is for who reports."""
    require(service.may_take(turn.actor))
    own = service.reports_for(turn.actor)
    await turn.show(views.offer(await queries.count(turn.tx, own)))


async def take(turn: Turn, _argument: str) -> None:
    """`reports_book`: the workbook, made while others are served."""
    await service.ask(turn.tx, turn.act, language=turn.language)
    await turn.show(views.making())


def may_be(turn: Turn, sent: Sent) -> bool:
    """Whether a file may be the workbook of somebody who reports."""
    name = (sent.name or "").lower()
    called = not name or name.endswith(ENDINGS)
    return sent.kind == "document" and called and service.may_take(turn.actor)


async def receive(turn: Turn, sent: Sent) -> None:
    """A file that may be the workbook: it is read, and then known."""
    if sent.size is not None and sent.size > MAX_SIZE:
        raise TooLarge(limit=MAX_SIZE // 1024**2)
    await service.receive(turn.tx, turn.act, file_id=sent.file_id, name=sent.name or "")
    await turn.show(views.received())


async def look(turn: Turn, argument: str) -> None:
    """`reports_look:9:1`: a page of the reports that would be sent."""
    job_id, page = _place(argument)
    found = await reports_preview.reports(turn.tx, turn.act, job_id, page, language=turn.language)
    await turn.show(views.reports(job_id, page, found.rows, found.sent, found.left))


async def look_left(turn: Turn, argument: str) -> None:
    """`reports_left:9:1`: a page of the rows that would not be sent."""
    job_id, page = _place(argument)
    found = await reports_preview.left(turn.tx, turn.act, job_id, page)
    await turn.show(views.left(job_id, page, found.rows, found.left, found.sent))


def _place(argument: str) -> tuple[int, int]:
    job_id, _, page = argument.partition(":")
    return number(job_id), page_number(page)


async def send(turn: Turn, argument: str) -> None:
    """`reports_send:9`: send what the preview showed."""
    job_id = number(argument)
    rows = await service.ask_to_send(turn.tx, turn.act, job_id)
    row = await turn.show(views.sending(0, rows))
    await exports.shown_in(turn.tx, job_id, row)


async def drop(turn: Turn, argument: str) -> None:
    """`reports_drop:9`: send nothing."""
    await service.discard(turn.tx, turn.act, number(argument))
    await turn.show(views.discarded())


ACTS = {
    "reports_offer": offer,
    "reports_book": take,
    "reports_look": look,
    "reports_left": look_left,
    "reports_send": send,
    "reports_drop": drop,
}

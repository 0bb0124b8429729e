"""What was reported before: the list, one report in full, its files."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.items import ReportState
from bot.domain.screens import Code, Words
from bot.domain.views import history as views
from bot.domain.views.common import LIST_LENGTH, item_code
from bot.services import opened, status_updates
from handlers.card import number, visible
from handlers.home import page_number
from handlers.turn import Turn
from storage import evidence, threads
from storage import status_updates as queries

UNDECIDED = (ReportState.UNCLEARED, ReportState.SUBMITTED)


async def history(turn: Turn, argument: str) -> None:
    """`history:17:0`: a page of an assignment's reports."""
    subject, _, page = argument.partition(":")
    assignment, item = await visible(turn, subject)
    at = page_number(page)
    total = await queries.count_of(turn.tx, assignment.id)
    updates = await queries.of_assignment(
        turn.tx, assignment.id, limit=LIST_LENGTH, offset=at * LIST_LENGTH
    )
    code = item_code(item)
    may_read = permissions.may_read
    hidden = {each.id for each in updates if not may_read(turn.actor, assignment, each)}
    await turn.show(
        views.history(code, assignment.id, total, at, updates, hidden=hidden),
        subject=f"assignment:{assignment.id}",
    )


async def report(turn: Turn, argument: str) -> None:
    """`su:42`: one report in full; to observers what was approved of it."""
    if permissions.reads_approved_only(turn.actor):
        await turn.go(turn, f"approved_report:{number(argument)}")
        return
    found = await status_updates.get_own(turn.tx, turn.actor, number(argument))
    _assignment, item = await visible(turn, str(found.assignment_id))
    mine = found.seat_id in {seat.id for seat in turn.actor.seats}
    said = await queries.last_comment(turn.tx, found.id)
    written = Words(said.words, said.language) if said is not None and said.words else None
    approved = found.state is ReportState.APPROVED
    await opened.report(turn.tx, turn.act, found.number)
    await turn.show(
        views.report(
            found,
            item_code(item),
            await evidence.of_report(turn.tx, found.id),
            may_withdraw=mine and found.state in UNDECIDED,
            comment=None if approved else written,
            note=written if approved else None,
            asked=await threads.get(turn.tx, found.id) is not None,
        ),
        subject=f"assignment:{found.assignment_id}",
    )


async def files(turn: Turn, argument: str) -> None:
    """`files:42`, `files:42:1`: a page of the stored files of a report, sent to the chat."""
    report_id, _, page = argument.partition(":")
    found = await status_updates.get_own(turn.tx, turn.actor, number(report_id))
    pieces = await evidence.of_report(turn.tx, found.id)
    number_ = Code(found.number)
    shown = views.files(number_, f"files:{found.id}", pieces, page_number(page))
    await opened.files(turn.tx, turn.act, found.number, shown)
    await turn.show(shown)


ACTS = {"history": history, "su": report, "files": files}

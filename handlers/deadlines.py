"""The reporting calendar: what is due to whom and when; calendar files in and out."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.deadlines import Deadline, DeadlineState
from bot.domain.errors import existing
from bot.domain.screens import Text, text
from bot.domain.views import deadlines as views
from bot.domain.views import requests as request_views
from bot.domain.views.common import LIST_LENGTH
from bot.services import calendar_import
from bot.services import deadlines as service
from bot.services.requests import best_worded
from handlers.card import number
from handlers.flows.deadline import NO_DOCUMENT, labels
from handlers.home import page_number
from handlers.turn import Turn
from storage import deadlines as queries
from storage import national_reports, requests

MOST_REQUESTS = 8


async def calendar(turn: Turn, argument: str) -> None:
    """`calendar:0`: a page of what is open; whoever only answers gets the file of their days."""
    if not permissions.may_ask(turn.actor):
        await take_file(turn, "")
        return
    await _page(turn, page_number(argument), closed=False)


async def closed(turn: Turn, argument: str) -> None:
    """`calendar_closed:0`: a page of what is done or dropped."""
    permissions.require(permissions.may_ask(turn.actor))
    await _page(turn, page_number(argument), closed=True)


async def _page(turn: Turn, page: int, *, closed: bool) -> None:
    total = await queries.count(turn.tx, closed=closed)
    shown = await queries.page(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH, closed=closed)
    await turn.show(views.calendar(total, page, shown, today=turn.today, closed=closed))


async def one(turn: Turn, argument: str) -> None:
    """`deadline:5`: one deadline."""
    found = await _deadline(turn, argument)
    asked = None if found.request_id is None else await _request_title(turn, found.request_id)
    report = await national_reports.of_deadline(turn.tx, found.id)
    report_id = None if report is None else report.id
    await turn.show(views.one(found, asked, today=turn.today, report_id=report_id))


async def add(turn: Turn, _argument: str) -> None:
    """A new deadline."""
    permissions.require(permissions.may_ask(turn.actor))
    await turn.desk.runner.begin(turn, "deadline")


async def change(turn: Turn, argument: str) -> None:
    """`deadline_change:5`: the same questions, answered."""
    found = await _deadline(turn, argument)
    answers: dict[str, Any] = {
        "deadline": found.id,
        "kind": found.kind.value,
        "title": found.title,
        "document": found.document_id or NO_DOCUMENT,
        "day": found.day.isoformat() if found.rule is None else found.rule.code,
        "warnings": list(found.warnings),
    }
    if found.until is not None:
        answers["until"] = found.until.isoformat()
    await turn.desk.runner.begin(
        turn, "deadline", subject=f"deadline:{found.id}", labels=labels(found), **answers
    )


async def done(turn: Turn, argument: str) -> None:
    """`deadline_done:5`: it was met."""
    await service.close(turn.tx, turn.act, number(argument), DeadlineState.DONE)
    turn.toast = text("deadline.now_done")
    await one(turn, argument)


async def drop(turn: Turn, argument: str) -> None:
    """`deadline_drop:5`: it does not count any more."""
    await service.close(turn.tx, turn.act, number(argument), DeadlineState.DROPPED)
    turn.toast = text("deadline.now_dropped")
    await one(turn, argument)


async def reopen(turn: Turn, argument: str) -> None:
    """`deadline_reopen:5`: it is open after all."""
    await service.reopen(turn.tx, turn.act, number(argument))
    await one(turn, argument)


async def link(turn: Turn, argument: str) -> None:
    """`deadline_link:5`: the newest requests, to say which one it was turned into."""
    found = await _deadline(turn, argument)
    newest = await requests.page(turn.tx, limit=MOST_REQUESTS)
    named = [(each, await _request_title(turn, each.id)) for each in newest]
    shown = [(each, title) for each, title in named if title is not None]
    await turn.show(views.requests(found, shown))


async def linked(turn: Turn, argument: str) -> None:
    """`deadline_request:5:12`: it is that one."""
    which, _, request = argument.partition(":")
    await service.link(turn.tx, turn.act, number(which), number(request))
    await one(turn, which)


# -- Files -----------------------------------------------------------------------------------------


async def take_file(turn: Turn, _argument: str) -> None:
    """The calendar file comes in a moment."""
    await service.ask_for_file(turn.tx, turn.act, language=turn.language)
    await turn.show(views.making())


async def how_to(turn: Turn, _argument: str) -> None:
    """How deadlines come in from a file."""
    permissions.require(permissions.may_ask(turn.actor))
    await turn.show(views.how_to(), subject=calendar_import.HOW)


async def template(turn: Turn, _argument: str) -> None:
    """The empty table, as a file."""
    await service.ask_for_template(turn.tx, turn.act, language=turn.language)


async def apply(turn: Turn, argument: str) -> None:
    """`calendar_apply:9`: make the changes that the preview showed."""
    did = await calendar_import.apply(turn.tx, turn.act, number(argument))
    await turn.show(views.applied(did.counts))


async def discard(turn: Turn, argument: str) -> None:
    """`calendar_discard:9`: change nothing."""
    await calendar_import.discard(turn.tx, turn.act, number(argument))
    await turn.show(views.discarded())


# -- Inside ----------------------------------------------------------------------------------------


async def _deadline(turn: Turn, argument: str) -> Deadline:
    permissions.require(permissions.may_ask(turn.actor))
    return existing(await queries.get(turn.tx, number(argument)))


async def _request_title(turn: Turn, request_id: int) -> Text | None:
    request = await requests.get(turn.tx, request_id)
    if request is None:
        return None
    worded = best_worded(await requests.texts(turn.tx, request_id), turn.language)
    return request_views.title_of(request, worded)


ACTS = {
    "calendar": calendar,
    "calendar_closed": closed,
    "deadline": one,
    "deadline_add": add,
    "deadline_change": change,
    "deadline_done": done,
    "deadline_drop": drop,
    "deadline_reopen": reopen,
    "deadline_link": link,
    "deadline_request": linked,
    "calendar_file": take_file,
    "calendar_how": how_to,
    "calendar_template": template,
    "calendar_apply": apply,
    "calendar_discard": discard,
}
COMMANDS = {"calendar": "calendar"}

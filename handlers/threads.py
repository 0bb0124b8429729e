"""Threads on reports: what the secretariat asks about them, what institutions answer."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.incoming import Wrote
from bot.domain.people import REPORTING
from bot.domain.reports import AlreadyDecided
from bot.domain.threads import Side
from bot.domain.views import threads as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import threads as service
from handlers.card import number
from handlers.flows import threads as flows
from handlers.home import page_number
from handlers.turn import Turn
from storage import threads


async def listed(turn: Turn, argument: str) -> None:
    """`threads:0`: open threads; an institution's people see those that wait for their answer."""
    page = page_number(argument)
    among = None if turn.actor.is_secretariat else turn.actor.institutions(REPORTING)
    permissions.require(among is None or bool(among))
    found = await threads.open_ones(turn.tx, among, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    total = await threads.count_open(turn.tx, among)
    side = Side.SECRETARIAT if among is None else Side.INSTITUTION
    await turn.show(views.listed(total, page, found, side=side, language=turn.language))


async def thread(turn: Turn, argument: str) -> None:
    """`thread:42`: all that was said about a report; a reply goes on."""
    found, _assignment = await service.visible(turn.tx, turn.act, number(argument))
    said = await threads.words_of(turn.tx, found.status_update_id)
    side = Side.SECRETARIAT if turn.actor.is_secretariat else Side.INSTITUTION
    await turn.show(
        views.thread(found, said, side=side), subject=f"thread:{found.status_update_id}"
    )


async def ask(turn: Turn, argument: str) -> None:
    """`thread_ask:42`: the question is asked for."""
    permissions.require(permissions.may_review(turn.actor))
    report_id = number(argument)
    await turn.desk.runner.begin(
        turn, "thread_ask", subject=f"report:{report_id}", report=report_id
    )


async def answer(turn: Turn, argument: str) -> None:
    """`thread_answer:42`: the answer is asked for."""
    found, assignment = await service.visible(turn.tx, turn.act, number(argument))
    permissions.require(permissions.may_report(turn.actor, assignment))
    seat = turn.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    await turn.desk.runner.begin(
        turn,
        "thread_answer",
        subject=f"assignment:{assignment.id}",
        seat_id=seat.id,
        report=found.status_update_id,
    )


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a message of a thread go to the other side, or are kept."""
    report_id = number(argument)
    send = flows.ask if turn.actor.is_secretariat else flows.answer
    try:
        async with turn.tx.savepoint():
            shown = await send(turn, report_id, wrote.words)
    except AlreadyDecided as decided:
        await _keep(turn, report_id, wrote.words, decided)
    else:
        await turn.show(shown)


async def _keep(turn: Turn, report_id: int, words: str, decided: AlreadyDecided) -> None:
    """The report waits no more: what was written is kept, as in the thread's conversations."""
    found, assignment = await service.visible(turn.tx, turn.act, report_id)
    answers = {"report": found.status_update_id, "words": words.strip()}
    if turn.actor.is_secretariat:
        name, subject, seat_id = flows.ASK.name, f"report:{report_id}", None
    else:
        seat = turn.actor.seat(REPORTING, assignment.institution_id)
        assert seat is not None
        name, subject, seat_id = flows.ANSWER.name, f"assignment:{assignment.id}", seat.id
    await turn.desk.runner.keep(turn, name, decided, subject=subject, seat_id=seat_id, **answers)


ACTS = {
    "threads": listed,
    "thread": thread,
    "thread_ask": ask,
    "thread_answer": answer,
}
REPLIES = {"thread": reply}

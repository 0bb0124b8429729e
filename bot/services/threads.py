"""A thread on a status update: the secretariat asks, the institution answers, both in the chat."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.items import Assignment, ReportState
from bot.domain.people import REPORTING, Act
from bot.domain.reports import AlreadyDecided, fitting
from bot.domain.screens import Words
from bot.domain.threads import Side, Thread
from bot.domain.views import threads as views
from bot.services import audit
from bot.services.notices import officers, reporters, tell
from storage import assignments, status_updates
from storage import reviews as review_queries
from storage import threads as queries
from storage.database import Transaction


async def ask(
    tx: Transaction, act: Act, status_update_id: int, words: str, *, language: str
) -> Thread:
    """Ask the institution about its report, which goes on waiting for review.

    Its focal points and the author are told. Raises AlreadyDecided where the report waits no more.
    """
    permissions.require(permissions.may_review(act.actor))
    seat = permissions.secretariat_seat(act.actor)
    asking = fitting(words)
    report = existing(await review_queries.get(tx, status_update_id))
    await _waiting(tx, status_update_id)
    said = await queries.say(
        tx, status_update_id, Side.SECRETARIAT, asking, language, seat_id=seat.id, now=act.now
    )
    thread = existing(await queries.get(tx, status_update_id))
    shown = views.asked(thread, asking, language)
    for person_id in await reporters(tx, act, report):
        key = f"thread:{said}:{person_id}"
        await tell(tx, act, person_id, shown, key, subject=f"thread:{status_update_id}")
    await _trace(tx, act, "ask", thread, seat_id=seat.id, words=asking)
    return thread


async def answer(
    tx: Transaction, act: Act, status_update_id: int, words: str, *, language: str
) -> Thread:
    """Answer the secretariat; the officer who asked last is told, or all of them.

    Raises AlreadyDecided where the report waits no more, NotFound where nothing was asked.
    """
    thread, assignment = await visible(tx, act, status_update_id)
    permissions.require(permissions.may_report(act.actor, assignment))
    seat = act.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    answered = fitting(words)
    await _waiting(tx, status_update_id)
    said = await queries.say(
        tx, status_update_id, Side.INSTITUTION, answered, language, seat_id=seat.id, now=act.now
    )
    quoted = Words(answered, language, limit=views.LONGEST)
    for officer in await officers(tx, act, seat_id=thread.seat_id):
        key = f"thread:{said}:{officer.id}"
        shown = views.answered(thread, quoted, officer.language)
        await tell(tx, act, officer.id, shown, key, subject=f"thread:{status_update_id}")
    await _trace(tx, act, "answer", thread, seat_id=seat.id, words=answered)
    return thread


async def visible(tx: Transaction, act: Act, status_update_id: int) -> tuple[Thread, Assignment]:
    """The thread and its assignment: for the secretariat and the institution. Raises NotFound."""
    thread = existing(await queries.get(tx, status_update_id))
    assignment = existing(await assignments.get(tx, thread.assignment_id))
    if not permissions.may_see(act.actor, assignment):
        raise NotFound
    return thread, assignment


async def _waiting(tx: Transaction, status_update_id: int) -> None:
    """The report waits for review, and nobody decides on it before this transaction ends."""
    await status_updates.lock(tx, status_update_id)
    report = existing(await status_updates.get(tx, status_update_id))
    if report.state is not ReportState.SUBMITTED:
        raise AlreadyDecided


async def _trace(
    tx: Transaction, act: Act, name: str, thread: Thread, *, seat_id: int, words: str
) -> None:
    await audit.record(
        tx,
        act,
        f"thread.{name}",
        thread.number,
        seat_id=seat_id,
        facts={"assignment": thread.assignment_id},
        words=words,
    )

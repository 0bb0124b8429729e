"""The secretariat's review: a report is approved, or returned with a comment."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.items import ReportState
from bot.domain.people import SECRETARIAT, Act, Actor
from bot.domain.reports import fitting
from bot.domain.review import Waiting
from bot.domain.views import review as views
from bot.services import audit, requests
from bot.services.notices import reporters, tell
from storage import reviews as queries
from storage import status_updates
from storage.database import Transaction


async def approve(tx: Transaction, act: Act, status_update_id: int) -> Waiting:
    """The report enters the record. Raises Outdated where another officer was faster."""
    report = await _decide(tx, act, status_update_id, ReportState.APPROVED)
    await queries.add(tx, status_update_id, _seat(act.actor), ReportState.APPROVED, now=act.now)
    await audit.record(
        tx,
        act,
        "review.approve",
        report.number,
        seat_id=_seat(act.actor),
        facts={"assignment": report.assignment_id},
    )
    return report


async def return_(
    tx: Transaction, act: Act, status_update_id: int, comment: str, *, language: str
) -> Waiting:
    """The report goes back: who sent it and the institution's focal points get the comment.

    Raises Outdated where another officer was faster, or the report was withdrawn.
    """
    words = fitting(comment)
    report = await _decide(tx, act, status_update_id, ReportState.RETURNED)
    await queries.add(
        tx,
        status_update_id,
        _seat(act.actor),
        ReportState.RETURNED,
        comment=words,
        language=language,
        now=act.now,
    )
    await requests.follow(tx, act, [report.assignment_id])
    shown = views.returned_to(report, words, language)
    for person_id in await reporters(tx, act, report):
        key = f"returned:{report.number}:{person_id}"
        await tell(tx, act, person_id, shown, key, subject=f"assignment:{report.assignment_id}")
    await audit.record(
        tx,
        act,
        "review.return",
        report.number,
        seat_id=_seat(act.actor),
        facts={"assignment": report.assignment_id},
        words=words,
    )
    return report


async def _decide(
    tx: Transaction, act: Act, status_update_id: int, decision: ReportState
) -> Waiting:
    permissions.require(permissions.may_review(act.actor))
    report = existing(await queries.get(tx, status_update_id))
    if not await status_updates.decide(tx, status_update_id, decision, now=act.now):
        raise Outdated
    return report


def _seat(actor: Actor) -> int:
    seat = actor.seat(SECRETARIAT)
    assert seat is not None
    return seat.id

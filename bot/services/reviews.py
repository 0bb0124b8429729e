"""The secretariat's review: a report is approved, or returned with a comment."""

from __future__ import annotations

from datetime import datetime

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.items import ReportState
from bot.domain.people import REPORTING, SECRETARIAT, Act, Actor
from bot.domain.reports import AmendedMeanwhile, fitting
from bot.domain.review import Waiting
from bot.domain.screens import Code
from bot.domain.views import review as views
from bot.services import audit, requests
from bot.services.notices import tell
from storage import people, seats, status_updates
from storage import reviews as queries
from storage.database import Transaction


async def approve(
    tx: Transaction, act: Act, status_update_id: int, *, version: int | None = None
) -> Waiting:
    """The report enters the record, in the `version` that the officer saw (None: as it stands).

    Raises Outdated where another officer was faster, AmendedMeanwhile where a newer version came.
    """
    report = await _decide(tx, act, status_update_id, ReportState.APPROVED, version=version)
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
    for person_id in await _hearing(tx, report, now=act.now):
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
    tx: Transaction,
    act: Act,
    status_update_id: int,
    decision: ReportState,
    *,
    version: int | None = None,
) -> Waiting:
    permissions.require(permissions.may_review(act.actor))
    report = existing(await queries.get(tx, status_update_id))
    if not await status_updates.decide(
        tx, status_update_id, decision, version=version, now=act.now
    ):
        said = existing(await status_updates.get(tx, status_update_id))
        if said.state is ReportState.SUBMITTED:
            raise AmendedMeanwhile(number=Code(said.number), version=said.version)
        raise Outdated
    return report


async def _hearing(tx: Transaction, report: Waiting, *, now: datetime) -> list[int]:
    """The institution's focal points and alternates, and the author while their seat lives."""
    seated = await people.seated(tx, now=now, roles=REPORTING, institution_id=report.institution_id)
    hearing = {each.person.id for each in seated}
    sent = await status_updates.get(tx, report.status_update_id)
    if sent is not None and sent.seat_id is not None:
        author = await seats.get(tx, sent.seat_id)
        own = author is not None and author.institution_id == report.institution_id
        if author is not None and own and author.live(now):
            hearing.add(author.person_id)
    return sorted(hearing)


def _seat(actor: Actor) -> int:
    seat = actor.seat(SECRETARIAT)
    assert seat is not None
    return seat.id

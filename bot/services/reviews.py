"""The secretariat's review: a report is approved, or returned with a comment."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.items import ReportState
from bot.domain.people import Act, Actor
from bot.domain.reports import AmendedMeanwhile, fitting
from bot.domain.review import OPEN_FOR, OpenedBy, Queue, Waiting
from bot.domain.screens import Code
from bot.domain.views import review as views
from bot.services import audit, plans, requests
from bot.services.notices import reporters, tell
from storage import assignments, figures, status_updates
from storage import reviews as queries
from storage.database import Transaction


async def approve(
    tx: Transaction,
    act: Act,
    status_update_id: int,
    *,
    version: int | None = None,
    note: str | None = None,
    language: str | None = None,
) -> Waiting:
    """The report enters the record, with the secretariat's note beside it where there is one.

    The institution's words stay as they are; its people are told of a note without a sound.
    `version` is the one that the officer saw (None: as it stands). Raises Outdated where another
    officer was faster, or the report was withdrawn, AmendedMeanwhile where a newer version came.
    """
    words = None if note is None else fitting(note)
    report = await _decide(tx, act, status_update_id, ReportState.APPROVED, version=version)
    await queries.add(
        tx,
        status_update_id,
        _seat(act.actor),
        ReportState.APPROVED,
        comment=words,
        language=language if words else None,
        now=act.now,
    )
    if words is not None:
        shown = views.noted_to(report, words, language)
        about = f"assignment:{report.assignment_id}"
        for person_id in await reporters(tx, act, report):
            key = f"noted:{report.number}:{person_id}"
            await tell(tx, act, person_id, shown, key, subject=about, silent=True)
    values = await plans.take_report(
        tx,
        act,
        report.item_id,
        report.institution_id,
        await figures.of(tx, status_update_id),
        status_update_id=status_update_id,
        seat_id=_seat(act.actor),
    )
    await audit.record(
        tx,
        act,
        "review.approve",
        report.number,
        seat_id=_seat(act.actor),
        facts={
            "assignment": report.assignment_id,
            "noted": words is not None,
            "values": values,
        },
        words=words,
    )
    return report


async def return_(
    tx: Transaction,
    act: Act,
    status_update_id: int,
    comment: str,
    *,
    language: str,
    version: int | None = None,
) -> Waiting:
    """The report goes back: who sent it and the institution's focal points get the comment.

    `version` is the one that the comment is about (None: as it stands). Raises as `approve`.
    """
    words = fitting(comment)
    report = await _decide(tx, act, status_update_id, ReportState.RETURNED, version=version)
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


async def narrow(tx: Transaction, act: Act, narrowed: Queue) -> None:
    """The officer's own queue is narrowed from now on, until they change it: no act to trace."""
    permissions.require(permissions.may_review(act.actor))
    assert act.actor.person_id is not None
    await queries.narrow(tx, act.actor.person_id, narrowed)


async def queue_of(tx: Transaction, act: Act) -> Queue:
    """What the officer's queue is narrowed to; everything where that is no more."""
    assert act.actor.person_id is not None
    narrowed = Queue.read(await queries.queue_of(tx, act.actor.person_id))
    for by in narrowed.by:
        if await queries.value_named(tx, narrowed, by) is None:
            narrowed = narrowed.narrowed(by, None)
    return narrowed


async def open_(
    tx: Transaction, act: Act, item_id: int, status_update_id: int | None = None
) -> OpenedBy | None:
    """The officer has a report on the item open now, or its consolidation.

    Gives the colleague who has something of the item open, too, if there is one.
    """
    permissions.require(permissions.may_review(act.actor))
    assert act.actor.person_id is not None
    since = act.now - OPEN_FOR
    other = await queries.opened_by_others(tx, item_id, but=act.actor.person_id, since=since)
    await queries.open_(tx, act.actor.person_id, item_id, status_update_id, now=act.now)
    return other


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
    await assignments.lock(tx, [report.assignment_id])
    if not await status_updates.decide(
        tx, status_update_id, decision, version=version, now=act.now
    ):
        said = existing(await status_updates.get(tx, status_update_id))
        if said.state is ReportState.SUBMITTED:
            raise AmendedMeanwhile(number=Code(said.number), version=said.version)
        raise Outdated
    return report


def _seat(actor: Actor) -> int:
    return permissions.secretariat_seat(actor).id

"""Comments of institutions on the chapters of a report in preparation: what became of each."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.national_reports import Comment, NationalReport, Outcome
from bot.domain.people import Act
from bot.domain.reports import fitting
from bot.services import audit
from storage import chapter_comments as queries
from storage import national_reports as reports
from storage.audit import Fact
from storage.database import Transaction


async def listed(tx: Transaction, act: Act, report_id: int) -> list[Comment]:
    """Every comment on the chapters of a report."""
    permissions.require(permissions.may_prepare_report(act.actor))
    existing(await reports.get(tx, report_id))
    return await queries.of_report(tx, report_id)


async def one(
    tx: Transaction, act: Act, answer_id: int, number: int
) -> tuple[NationalReport, Comment]:
    """One comment of an answer, with its report; raises NotFound."""
    permissions.require(permissions.may_prepare_report(act.actor))
    report_id, found = existing(await queries.of_answer(tx, answer_id))
    report = existing(await reports.get(tx, report_id))
    return report, existing(next((each for each in found if each.part == number), None))


async def settle(
    tx: Transaction,
    act: Act,
    answer_id: int,
    number: int,
    outcome: Outcome,
    *,
    note: str | None = None,
    language: str | None = None,
) -> None:
    """Say what became of a comment, with a note if there is one; it can be said anew."""
    report, _ = await one(tx, act, answer_id, number)
    seat = permissions.secretariat_seat(act.actor)
    why = None if note is None else fitting(note)
    await queries.settle(
        tx,
        answer_id,
        number,
        outcome,
        note=why,
        language=None if why is None else language,
        seat_id=seat.id,
        now=act.now,
    )
    facts: dict[str, Fact] = {"report": report.id, "part": number, "outcome": outcome.value}
    subject = f"answer:{answer_id}"
    await audit.record(tx, act, "comment.settle", subject, facts=facts, words=why)

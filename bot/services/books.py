"""What two-way workbooks have in common: asked for; come back, they wait, and may be dropped."""

from __future__ import annotations

from bot.domain.errors import NotFound, Outdated
from bot.domain.people import Act
from bot.domain.selection import Selection
from bot.services import audit
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job


async def ask(tx: Transaction, act: Act, kind: str, wanted: Selection, *, language: str) -> int:
    """Plan a workbook of what is selected; gives its job."""
    return await jobs.plan(
        tx,
        kind,
        {"selection": wanted.code, "language": language},
        person_id=act.actor.person_id,
        seat_id=act.actor.seat_id,
        now=act.now,
    )


async def waiting(tx: Transaction, job_id: int, kind: str) -> Job:
    """The job of a workbook that waits for a decision; raises NotFound or Outdated."""
    job = await jobs.get(tx, job_id)
    if job is None or job.kind != kind:
        raise NotFound
    if job.state != jobs.WAITING or job.result is None:
        raise Outdated
    return job


async def discard(tx: Transaction, act: Act, job: Job, what: str) -> None:
    """Nothing of it is wanted; recorded as `<what>.discard`."""
    await jobs.change(tx, job.id, state=jobs.CANCELLED, result=None, finished_at=act.now)
    await audit.record(tx, act, f"{what}.discard", f"job:{job.id}")

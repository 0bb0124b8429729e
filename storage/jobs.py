"""Long work as rows: planned, running, done; what a crash cut off is planned again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, exists, insert, literal, select, update

from storage.database import Transaction
from storage.tables import jobs, outbox

PLANNED, RUNNING, WAITING, DONE, FAILED, CANCELLED = (
    "planned",
    "running",
    "waiting",  # for a person to decide
    "done",
    "failed",
    "cancelled",
)


WAKES = "jobs"
"""What a commit with work to do wakes."""

DIGEST = "digest"
"""The kind of job for which nobody waits: the picture of a digest."""


@dataclass(frozen=True)
class Job:
    """One piece of long work; `arguments` and `result` are plain JSON."""

    id: int
    kind: str
    state: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any] | None
    reason: str | None
    person_id: int | None
    seat_id: int | None
    sha256: str | None
    done: int
    total: int | None
    attempts: int


_COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]


async def plan(
    tx: Transaction,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    person_id: int | None,
    seat_id: int | None,
    now: datetime,
) -> int:
    """Plan a job and wake the worker; gives its id."""
    result = await tx.execute(
        insert(jobs).values(
            kind=kind,
            state=PLANNED,
            arguments=dict(arguments),
            person_id=person_id,
            seat_id=seat_id,
            planned_at=now,
        )
    )
    tx.wakes.add(WAKES)
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, job_id: int) -> Job | None:
    """The job of that id; locked until the transaction ends."""
    row = await tx.row(select(*_COLUMNS).where(jobs.c.id == job_id).with_for_update())
    return None if row is None else Job(**row)


async def take(tx: Transaction) -> Job | None:
    """The oldest planned job, now running; None if there is none.

    What nobody waits for comes after everything else.
    """
    statement = (
        select(*_COLUMNS)
        .where(jobs.c.state == PLANNED)
        .order_by(jobs.c.kind == DIGEST, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = await tx.row(statement)
    if row is None:
        return None
    taken = {**row, "state": RUNNING, "attempts": row["attempts"] + 1}
    await change(tx, row["id"], state=RUNNING, attempts=taken["attempts"])
    return Job(**taken)


async def change(tx: Transaction, job_id: int, **values: Any) -> None:
    """Change a job's columns; planning it again wakes the worker."""
    await tx.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
    if values.get("state") == PLANNED:
        tx.wakes.add("jobs")


async def recover(tx: Transaction) -> int:
    """Plan again what was running when the program ended; gives how many."""
    result = await tx.execute(update(jobs).where(jobs.c.state == RUNNING).values(state=PLANNED))
    return result.rowcount


async def with_old_files(
    tx: Transaction,
    kinds: Collection[str],
    states: Collection[str],
    *,
    before: datetime,
    limit: int = 200,
) -> list[tuple[int, str]]:
    """Jobs that ended so before that moment and name a file still, by id and SHA-256.

    One whose file is still to be sent is left out.
    """
    key = literal("job:").concat(cast(jobs.c.id, String)).concat(":")
    on_its_way = exists().where(
        outbox.c.state.in_(("planned", "sending")), outbox.c.key.startswith(key)
    )
    statement = (
        select(jobs.c.id, jobs.c.sha256)
        .where(
            jobs.c.kind.in_(kinds),
            jobs.c.state.in_(states),
            jobs.c.finished_at < before,
            jobs.c.sha256.is_not(None),
            ~on_its_way,
        )
        .order_by(jobs.c.id)
        .limit(limit)
    )
    return [(row["id"], row["sha256"]) for row in await tx.rows(statement)]


async def with_files_since(
    tx: Transaction, kinds: Collection[str], moment: datetime
) -> list[tuple[int, str]]:
    """Jobs of these kinds that were asked for since then and name a file, by id and SHA-256."""
    statement = (
        select(jobs.c.id, jobs.c.sha256)
        .where(jobs.c.kind.in_(kinds), jobs.c.planned_at >= moment, jobs.c.sha256.is_not(None))
        .order_by(jobs.c.id)
    )
    return [(row["id"], row["sha256"]) for row in await tx.rows(statement)]


async def open_ones(tx: Transaction, person_id: int, kind: str) -> list[Job]:
    """The person's jobs of a kind that are planned or running, locked until the end."""
    statement = (
        select(*_COLUMNS)
        .where(
            jobs.c.person_id == person_id,
            jobs.c.kind == kind,
            jobs.c.state.in_([PLANNED, RUNNING]),
        )
        .order_by(jobs.c.id)
        .with_for_update()
    )
    return [Job(**row) for row in await tx.rows(statement)]


async def latest(tx: Transaction, person_id: int, kind: str) -> Job | None:
    """The person's newest job of a kind."""
    statement = (
        select(*_COLUMNS)
        .where(jobs.c.person_id == person_id, jobs.c.kind == kind)
        .order_by(jobs.c.id.desc())
        .limit(1)
    )
    row = await tx.row(statement)
    return None if row is None else Job(**row)


async def left_behind(tx: Transaction, kind: str, *, before: datetime) -> list[int]:
    """Jobs of a kind that wait although nobody asked in chat, planned before that moment."""
    statement = select(jobs.c.id).where(
        jobs.c.kind == kind,
        jobs.c.state == WAITING,
        jobs.c.person_id.is_(None),
        jobs.c.planned_at < before,
    )
    return await tx.values(statement)


async def remove(tx: Transaction, job_id: int) -> None:
    """Forget a job that left nothing behind."""
    await tx.execute(delete(jobs).where(jobs.c.id == job_id))

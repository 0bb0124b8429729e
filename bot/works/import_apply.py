"""Applies an import that an officer has confirmed, and looks for siblings afterwards."""

from __future__ import annotations

from bot.domain.views import imports as views
from bot.services import imports as service
from bot.works import Tools
from storage import imports, jobs
from storage.jobs import Job


async def run(job: Job, tools: Tools) -> None:
    """One transaction: the rows, the audit entry, the job's end and what the officer is told."""
    async with tools.database.write() as tx:
        act = await tools.act(tx, job)
        did = await service.apply(tx, act, job)
        touched = await imports.touched_items(tx, job.id)
        await service.finish(tx, job, now=act.now)
        await tools.tell(tx, job, views.applied(job.id, did), step="applied")
        if touched:
            await jobs.plan(
                tx,
                service.SIBLINGS,
                {"items": touched},
                person_id=job.person_id,
                seat_id=job.seat_id,
                now=act.now,
            )

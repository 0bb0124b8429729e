"""Writes the meeting of a consultation as a calendar file, which participants can take."""

from __future__ import annotations

from bot.exchange.calendar_files import write_meeting
from bot.works import Tools
from storage import consultations, jobs
from storage.jobs import Job

ICS = "text/calendar"


async def run(job: Job, tools: Tools) -> None:
    """Write the calendar file of `job.arguments["consultation"]` and keep it there."""
    consultation_id = job.arguments["consultation"]
    async with tools.database.read() as tx:
        found = await consultations.get(tx, consultation_id)
    now = tools.clock.now()
    if found is None or found.wanted.starts_at is None:
        async with tools.database.write() as tx:
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=now)
        return
    written = write_meeting(
        f"{found.code}@focal-point",
        title=found.wanted.title,
        starts_at=found.wanted.starts_at,
        place=found.wanted.place,
        made_at=now,
    )
    async with tools.keep(written, ICS) as (tx, kept):
        await consultations.put_calendar(tx, consultation_id, kept.sha256)
        await jobs.change(tx, job.id, state=jobs.DONE, finished_at=now)

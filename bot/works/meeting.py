"""Writes the meeting of a consultation as calendar files, which participants can take."""

from __future__ import annotations

from bot.exchange.calendar_files import write_meeting
from bot.works import Tools
from storage import consultations, jobs
from storage.jobs import Job

ICS = "text/calendar"


async def run(job: Job, tools: Tools) -> None:
    """Write the calendar file of `job.arguments["consultation"]` in each language it is said in."""
    consultation_id = job.arguments["consultation"]
    now = tools.clock.now()
    async with tools.database.read() as tx:
        languages = sorted(await consultations.said(tx, consultation_id))
        said = {
            each: await consultations.get(tx, consultation_id, language=each) for each in languages
        }
    for language, found in said.items():
        if found is None or found.wanted.starts_at is None:
            continue
        written = write_meeting(
            f"{found.code}@focal-point",
            title=found.wanted.title,
            starts_at=found.wanted.starts_at,
            place=found.wanted.place,
            made_at=now,
        )
        async with tools.keep(written, ICS) as (tx, kept):
            await consultations.put_calendar(tx, consultation_id, language, kept.sha256)
    async with tools.database.write() as tx:
        await jobs.change(tx, job.id, state=jobs.DONE, finished_at=now)

"""Sends the reports of a workbook whose preview was wanted: a few at a time, each once.

How far it is stands with each batch in one commit, so that whatever ends the program, it goes on
behind the last report that was sent.
"""

from __future__ import annotations

from bot.domain.permissions import require
from bot.domain.reports_book import Filled
from bot.domain.views import reports_book as views
from bot.services import reports_book as service
from bot.services.reports_book import Outcome
from bot.works import Tools
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job

BATCH = 10  # reports in one transaction: nobody's tap waits long


async def run(job: Job, tools: Tools) -> None:
    """Send the rows of `job.result` from `job.done` on; the last batch brings the receipt."""
    while not await batch(job.id, tools):
        pass


async def batch(job_id: int, tools: Tools) -> bool:
    """Send some more in one transaction; gives whether nothing is left to send."""
    async with tools.database.write() as tx:
        job = await jobs.get(tx, job_id)
        assert job is not None
        if job.state != jobs.RUNNING or job.result is None:
            return True
        act = await tools.act(tx, job)
        rows = job.result["rows"]
        some = [Filled.from_json(each) for each in rows[job.done : job.done + BATCH]]
        outcomes = [Outcome.from_json(each) for each in job.arguments["outcomes"]]
        if not outcomes:
            require(service.may_take(act.actor))
        person = act.actor.person
        language = person.language if person else tools.settings.default_language
        for each in some:
            outcome = await service.send(tx, act, each, language=language)
            outcomes += [] if outcome is None else [outcome]
        done = job.done + len(some)
        kept = {**job.arguments, "outcomes": [each.to_json() for each in outcomes]}
        await jobs.change(tx, job.id, done=done, arguments=kept)
        await _tell_how_far(tx, tools, job, done=done)
        if done < len(rows):
            return False
        clears = await service.finish(tx, act, job, outcomes)
        left = [
            views.NotSent(each.sheet, each.row, None, each.why)
            for each in outcomes
            if each.why is not None
        ]
        sent = [each.sent for each in outcomes if each.sent is not None]
        await tools.tell(tx, job, views.sent(sent, left, clears=clears), step="sent")
        return True


async def _tell_how_far(tx: Transaction, tools: Tools, job: Job, *, done: int) -> None:
    """In the message of the tap, where that is known."""
    row = job.arguments.get("screen")
    if row is not None and job.total is not None:
        shown = views.sending(done, job.total)
        await tools.tell(tx, job, shown, step=f"{done}", edits=row)

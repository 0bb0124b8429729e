"""Takes up planned jobs one after another; what a crash cut off is taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot import logs
from bot.domain.errors import Refused
from bot.domain.views import jobs as views
from bot.works import Tools
from storage import jobs
from storage.jobs import Job
from storage.vault import StoreUnavailable

log = logs.get(__name__)

Work = Callable[[Job, Tools], Awaitable[None]]

TRIES = 3
LOOK_EVERY = 30.0  # seconds between looks when nothing wakes it


class Worker:
    """Runs jobs by their kind, from the rows of the table `jobs`.

    A work ends its own job in its last transaction. One that raises Refused is told to whoever
    asked; one that fails otherwise is tried again, three times in all.
    """

    def __init__(self, works: Mapping[str, Work], tools: Tools) -> None:
        self._works = works
        self._tools = tools
        self._called = asyncio.Event()
        tools.database.subscribe("jobs", self._called.set)

    async def run(self) -> None:
        """Work until cancelled."""
        now = self._tools.clock.now()
        await self._tools.jobs.sweep(before=now)
        with suppress(StoreUnavailable):  # the sweep of the schedule comes back for it
            await self._tools.vault.sweep(before=now)
        async with self._tools.database.write() as tx:
            await jobs.recover(tx)
        while True:
            self._called.clear()
            try:
                while (job := await self._take()) is not None:
                    await self._do(job)
            except Exception as error:  # noqa: BLE001 - the database is away: look again later
                log.warning("worker.failed", error=type(error).__name__)
            await self._sleep()

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._called.wait(), LOOK_EVERY)
        except TimeoutError:
            return

    async def _take(self) -> Job | None:
        async with self._tools.database.write() as tx:
            return await jobs.take(tx)

    async def _do(self, job: Job) -> None:
        log.info("worker.started", job=job.id, kind=job.kind)
        try:
            await self._works[job.kind](job, self._tools)
        except Refused as refused:
            await self._fail(job, refused)
        except Exception as error:
            log.warning(
                "worker.job_failed",
                job=job.id,
                kind=job.kind,
                attempts=job.attempts,
                error=type(error).__name__,
                exc_info=error,
            )
            if job.attempts >= TRIES:
                await self._fail(job, None)
            else:
                async with self._tools.database.write() as tx:
                    await jobs.change(tx, job.id, state=jobs.PLANNED)
        else:
            log.info("worker.finished", job=job.id, kind=job.kind)

    async def _fail(self, job: Job, refused: Refused | None) -> None:
        reason = refused.key if refused else "error.job_failed"
        async with self._tools.database.write() as tx:
            await jobs.change(
                tx,
                job.id,
                state=jobs.FAILED,
                reason=reason[:60],
                finished_at=self._tools.clock.now(),
            )
            shown = views.failed(refused.text if refused else None)
            await self._tools.tell(tx, job, shown, step="failed")

"""Keeps the message up to date that tells how far a job is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.screens import Screen
from bot.works import Tools
from storage import jobs
from storage.database import Transaction
from storage.jobs import Job

LOOK_EVERY = 3.0  # seconds between two edits of the message

R = TypeVar("R")


class JobCancelled(Exception):
    """Whoever asked for it does not want it any more."""


class Telling:
    """Tells in the message of the outbox row `row` how far the job is; None: in none."""

    def __init__(
        self, job: Job, tools: Tools, shown: Callable[[float], Screen], row: int | None
    ) -> None:
        self._job = job
        self._tools = tools
        self._shown = shown
        self._row = row
        self._done, self._total = 0, 0

    def note(self, done: int, total: int) -> None:
        """So much of it is done now."""
        self._done, self._total = done, total

    async def during(self, work: Awaitable[R]) -> R:
        """What the work gives, while it is told how far it is; raises JobCancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch())
                made = await work
                watching.cancel()
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return made

    async def _watch(self) -> None:
        """Tell every few seconds; raises JobCancelled when nobody wants it any more."""
        told = -1
        while True:
            await asyncio.sleep(LOOK_EVERY)
            async with self._tools.database.write() as tx:
                if await is_cancelled(tx, self._job):
                    raise JobCancelled
                if self._total and told != self._done:
                    told = self._done
                    await jobs.change(tx, self._job.id, done=told, total=self._total)
                    await self._tell(tx, told / self._total)

    async def _tell(self, tx: Transaction, share: float) -> None:
        step = f"{self._job.attempts}:{self._done}"
        if self._row is not None:
            await self._tools.tell(tx, self._job, self._shown(share), step=step, edits=self._row)


async def is_cancelled(tx: Transaction, job: Job) -> bool:
    """Whether the job was cancelled meanwhile; it is locked until the transaction ends."""
    now = await jobs.get(tx, job.id)
    return now is None or now.state == jobs.CANCELLED

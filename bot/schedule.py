"""The few ticks there are: what is done because time has passed, not because somebody acted.

APScheduler only ticks; what a tick does is a function of the moment, and runs without it. Files are
aged by the machine's own clock, which nobody moves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import logs
from bot.clock import Clock
from bot.domain.people import TICK, Act
from bot.domain.work_calendar import Policy
from bot.jobs import Jobs
from bot.services import audit, digests, handed_out, imports, reminders, requests
from storage import digests as digest_queries
from storage import files, inbox, invitations
from storage.database import Database
from storage.vault import Vault

log = logs.get(__name__)

FINISHED_KEPT = timedelta(days=30)  # ids of updates that were dealt with; Telegram keeps them a day
STAGED_KEPT = timedelta(days=1)  # files that an interrupted act left half-way

Work = Callable[[datetime], Awaitable[None]]


@dataclass(frozen=True)
class Tick:
    """Something to do every so often."""

    every: timedelta
    work: Work


class Schedule:
    """Runs every tick soon after `start`, then at its pace; one that fails does not end the others.

    Ticks that were missed while the machine slept are made up for once.
    """

    def __init__(self, clock: Clock, ticks: Mapping[str, Tick]) -> None:
        self._clock = clock
        self._ticks = dict(ticks)
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Tick until `stop`."""
        soon = Clock().now() + timedelta(seconds=1)
        for name, each in self._ticks.items():
            self._scheduler.add_job(
                self._run,
                "interval",
                seconds=each.every.total_seconds(),
                args=[name],
                id=name,
                next_run_time=soon,
                misfire_grace_time=None,
                coalesce=True,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Do everything once, now: the clock was moved."""
        for name in self._ticks:
            await self._run(name)

    async def _run(self, name: str) -> None:
        try:
            await self._ticks[name].work(self._clock.now())
        except Exception as error:
            log.exception("schedule.tick_failed", tick=name, error=type(error).__name__)


def house_ticks(
    database: Database, bot_id: int, policy: Policy, vault: Vault, jobs: Jobs
) -> dict[str, Tick]:
    """What the house does by itself; the names are shown in logs."""

    async def purge(now: datetime) -> None:
        await purge_inbox(database, bot_id, now)

    async def expire(now: datetime) -> None:
        await expire_invitations(database, Act(TICK, bot_id, policy.zone, now))

    async def remind(now: datetime) -> None:
        await ask_and_remind(database, Act(TICK, bot_id, policy.zone, now), policy)

    async def digest(now: datetime) -> None:
        await send_digests(database, Act(TICK, bot_id, policy.zone, now), policy)

    async def wake_evidence(_now: datetime) -> None:
        async with database.write() as tx:
            tx.wakes.add("evidence")

    async def sweep(now: datetime) -> None:
        await sweep_files(vault, jobs, Clock().now())
        await remove_files(database, vault, Act(TICK, bot_id, policy.zone, now))

    async def sweep_imports(now: datetime) -> None:
        async with database.write() as tx:
            await imports.sweep(tx, now=now)

    return {
        "digest": Tick(timedelta(minutes=1), digest),
        "evidence": Tick(timedelta(minutes=5), wake_evidence),
        "expire": Tick(timedelta(hours=1), expire),
        "remind": Tick(timedelta(seconds=10), remind),
        "purge": Tick(timedelta(hours=6), purge),
        "sweep": Tick(timedelta(hours=6), sweep),
        "sweep_imports": Tick(timedelta(hours=6), sweep_imports),
    }


async def ask_and_remind(database: Database, act: Act, policy: Policy) -> None:
    """Send requests whose time has come, plan reminders of what has changed, remind who is due.

    Each in short transactions, and none at all where there is nothing to do.
    """
    async with database.read() as tx:
        work = await reminders.work(tx, act)
    if work.requests:
        async with database.write() as tx:
            await requests.open_due(tx, act)
    while work.requests or work.items:
        async with database.write() as tx:
            if not await reminders.plan_stale(tx, act, policy):
                break
    while work.people or work.items:
        async with database.write() as tx:
            if not await reminders.remind_due(tx, act, policy):
                break


async def send_digests(database: Database, act: Act, policy: Policy) -> None:
    """Send the digests whose moment has come, in short transactions; none where none is due."""
    async with database.read() as tx:
        due = await digest_queries.due(tx, now=act.now, limit=1)
    while due:
        async with database.write() as tx:
            if not await digests.send_due(tx, act, policy):
                break


async def purge_inbox(database: Database, bot_id: int, now: datetime) -> None:
    """Drop bodies that were set aside a week ago, and the ids of what was finished long ago."""
    async with database.write() as tx:
        bodies = await inbox.purge(tx, now=now)
        rows = await inbox.forget_before(tx, bot_id, before=now - FINISHED_KEPT)
    if bodies or rows:
        log.info("schedule.purged", count=bodies, rows=rows)


async def expire_invitations(database: Database, act: Act) -> None:
    """Close the links that nobody used in time."""
    async with database.write() as tx:
        for expired in await invitations.expire(tx, now=act.now):
            await audit.record(tx, act, "invitation.expire", f"invitation:{expired}")


async def sweep_files(vault: Vault, jobs: Jobs, now: datetime) -> None:
    """Remove what interrupted uploads and crashed jobs left more than a day before `now`."""
    staged = await vault.sweep(before=now - STAGED_KEPT)
    rooms = await jobs.sweep(before=now - STAGED_KEPT)
    if staged or rooms:
        log.info("schedule.swept", count=staged, rows=rooms)


async def remove_files(database: Database, vault: Vault, act: Act) -> None:
    """Remove files that were made for somebody a while ago, and what nothing names any more.

    The bytes go first: should this end midway, the rows still say what is to be removed.
    """
    async with vault.naming:
        async with database.write() as tx:
            let_go = await handed_out.let_go(tx, act)
        async with database.read() as tx:
            unnamed = await files.nobodys(tx)
        for sha256 in unnamed:
            await vault.delete(sha256)
        if unnamed:
            async with database.write() as tx:
                await files.forget(tx, unnamed)
    if let_go or unnamed:
        log.info("schedule.files_removed", count=let_go, rows=len(unnamed))

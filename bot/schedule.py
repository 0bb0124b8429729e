"""The few ticks there are: what is done because time has passed, not because somebody acted.

APScheduler only ticks; what a tick does is a function of the moment, and runs without it. Files are
aged by the machine's own clock, which nobody moves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import logs
from bot.clock import Clock
from bot.domain.people import TICK, Act
from bot.domain.work_calendar import Policy
from bot.jobs import Jobs
from bot.keys import KeyRing
from bot.services import (
    approvals,
    audit,
    boards,
    broadcasts,
    clearance,
    consultation_files,
    consultations,
    deadlines,
    dialogues,
    digests,
    discretion,
    erasure,
    handed_out,
    imports,
    regular,
    reminders,
    requests,
    unreachable,
    waiting,
)
from storage import dialogues as dialogue_queries
from storage import digests as digest_queries
from storage import files, hidings, inbox, invitations, outbox, quotes, sign_ups
from storage.database import Database
from storage.vault import Vault

log = logs.get(__name__)

FINISHED_KEPT = timedelta(days=30)  # ids of updates that were dealt with; Telegram keeps them a day
QUOTES_KEPT = timedelta(days=60)  # what messages show; Telegram deletes none after two days
STAGED_KEPT = timedelta(days=1)  # files that an interrupted act left half-way

PAINTERS = {broadcasts.BOARD: broadcasts.paint}
"""Who paints the boards of which deliveries, by the first word of their keys."""

Work = Callable[[datetime], Awaitable[object]]


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
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Tick until `stop`."""
        soon = Clock().now() + timedelta(seconds=1)
        for name, each in self._ticks.items():
            self._scheduler.add_job(
                self._run_until_stopped,
                "interval",
                seconds=each.every.total_seconds(),
                args=[name],
                id=name,
                next_run_time=soon,
                misfire_grace_time=None,
                coalesce=True,
            )
        self._scheduler.start()

    def hurry(self) -> None:
        """Everything is to tick now rather than at its pace: somebody moved the clock."""
        for each in self._scheduler.get_jobs():
            each.modify(next_run_time=Clock().now())

    async def stop(self) -> None:
        """Tick no more; what runs is cut off, and has let go of the database when this returns."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)  # cancels, and waits for nobody
        if self._running:
            await asyncio.wait(self._running)

    async def tick(self) -> None:
        """Do everything once, now: the clock was moved."""
        for name in self._ticks:
            await self._run(name)

    async def _run_until_stopped(self, name: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        with suppress(asyncio.CancelledError):  # the next start finds what is left
            await self._run(name)

    async def _run(self, name: str) -> None:
        try:
            await self._ticks[name].work(self._clock.now())
        except Exception as error:
            log.exception("schedule.tick_failed", tick=name, error=type(error).__name__)


def house_ticks(
    database: Database, bot_id: int, policy: Policy, vault: Vault, jobs: Jobs, *, keys: KeyRing
) -> dict[str, Tick]:
    """What the house does by itself; the names are shown in logs."""

    def act(now: datetime) -> Act:
        return Act(TICK, bot_id, policy.zone, now)

    works: dict[str, tuple[timedelta, Work]] = {
        "broadcasts": (_often(2), lambda now: broadcasts.follow(database, act(now))),
        "boards": (_often(3), lambda now: boards.follow(database, act(now), PAINTERS)),
        "remind": (_often(10), lambda now: ask_and_remind(database, act(now), policy)),
        "call_again": (_often(15), lambda now: call_who_is_late(database, act(now))),
        "clearance": (_often(10), lambda now: clearance.follow(database, act(now), policy)),
        "unreachable": (_often(15), lambda now: unreachable.follow(database, act(now))),
        "approvals": (_often(60), lambda now: follow_approvals(database, act(now))),
        "digest": (_often(60), lambda now: send_digests(database, act(now), policy)),
        "regular": (_often(60), lambda now: order_regular(database, act(now), policy)),
        "deadlines": (_often(300), lambda now: warn_of_deadlines(database, act(now), policy)),
        "before": (_often(300), lambda now: ask_before_deadlines(database, act(now), policy)),
        "evidence": (_often(300), lambda _now: wake_evidence(database)),
        "expire": (timedelta(hours=1), lambda now: expire_invitations(database, act(now))),
        "seal": (_often(600), lambda now: audit.seal_day(database, keys, act(now))),
        "consultations": (_often(300), lambda now: consultations.follow(database, act(now))),
        "consultation_files": (
            _often(30),
            lambda now: take_consultation_files(database, vault, act(now)),
        ),
        "seats": (_often(10), lambda now: waiting.follow(database, act(now))),
        "hide": (_often(10), lambda now: discretion.follow(database, act(now))),
        "erase": (_often(2), lambda now: erasure.destroy_keys(database, act(now))),
        "keys": (_often(600), lambda _now: destroy_spent_keys(database)),
        "purge": (timedelta(hours=6), lambda now: purge_inbox(database, now)),
        "sweep": (timedelta(hours=6), lambda _now: sweep_files(vault, jobs, Clock().now())),
        "sweep_named": (timedelta(hours=6), lambda now: remove_files(database, vault, act(now))),
        "sweep_imports": (timedelta(hours=6), lambda now: sweep_imports(database, now)),
    }
    return {name: Tick(every, work) for name, (every, work) in works.items()}


def _often(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


async def ask_and_remind(database: Database, act: Act, policy: Policy) -> None:
    """Ask anew, send requests whose time has come, plan reminders anew, remind who is due.

    Each in short transactions, and none at all where there is nothing to do.
    """
    async with database.read() as tx:
        work = await reminders.work(tx, act)
    if work.anew:
        async with database.write() as tx:
            await requests.repeat_due(tx, act, policy)
    if work.requests:
        async with database.write() as tx:
            await requests.open_due(tx, act)
    while work.requests or work.items:
        async with database.write() as tx:
            if not await reminders.plan_stale(tx, act, policy):
                break
    if not (work.people or work.items):
        return
    async with database.read() as tx:
        due = await reminders.people_due(tx, act)
    for first in range(0, len(due), reminders.PEOPLE_AT_ONCE):
        async with database.write() as tx:
            some = due[first : first + reminders.PEOPLE_AT_ONCE]
            await reminders.remind(tx, act, policy, some)


async def follow_approvals(database: Database, act: Act) -> None:
    """Open, announce or end what waits for a second coordinator, each in its own transaction."""
    async with database.read() as tx:
        due = await approvals.due(tx, act)
    for approval_id in due:
        async with database.write() as tx:
            await approvals.follow(tx, act, approval_id)


async def order_regular(database: Database, act: Act, policy: Policy) -> None:
    """Order the regular exports that are due, each in a transaction of its own."""
    async with database.read() as tx:
        found = await regular.due(tx, act, policy)
    for each in found:
        async with database.write() as tx:
            await regular.carry_out(tx, act, each)


async def warn_of_deadlines(database: Database, act: Act, policy: Policy) -> None:
    """Warn the secretariat of what comes, on the morning of a working day."""
    async with database.read() as tx:
        due = await deadlines.to_warn(tx, act, policy)
    if due:
        async with database.write() as tx:
            await deadlines.warn(tx, act, policy)


async def ask_before_deadlines(database: Database, act: Act, policy: Policy) -> None:
    """Ask anew what is asked before each deadline of the calendar, where its time has come."""
    async with database.read() as tx:
        due = await requests.before_deadlines_due(tx, act, policy)
    if due:
        async with database.write() as tx:
            await requests.repeat_before_deadlines(tx, act, policy)


async def call_who_is_late(database: Database, act: Act) -> None:
    """Call those on call again who have not opened a question of a live dialogue.

    One look into an index where nobody is waited for.
    """
    async with database.read() as tx:
        due = await dialogue_queries.due(tx, now=act.now)
    for question_id in due:
        async with database.write() as tx:
            await dialogues.climb(tx, act, question_id)


async def wake_evidence(database: Database) -> None:
    """Look again for files that could not be fetched."""
    async with database.write() as tx:
        tx.wakes.add("evidence")


async def sweep_imports(database: Database, now: datetime) -> None:
    """Remove what imports at the shell left when they were killed."""
    async with database.write() as tx:
        await imports.sweep(tx, now=now)


async def send_digests(database: Database, act: Act, policy: Policy) -> None:
    """Send the digests whose moment has come, in short transactions; none where none is due."""
    async with database.read() as tx:
        due = await digest_queries.any_due(tx, now=act.now)
    while due:
        async with database.write() as tx:
            if not await digests.send_due(tx, act, policy):
                break


async def purge_inbox(database: Database, now: datetime) -> None:
    """Drop bodies that were set aside a week ago, and the ids of what was finished long ago.

    So, too, by which words messages are found when these are redacted.
    """
    async with database.write() as tx:
        bodies = await inbox.purge(tx, now=now)
        rows = await inbox.forget_before(tx, before=now - FINISHED_KEPT)
        await quotes.forget_before(tx, now - QUOTES_KEPT)
    if bodies or rows:
        log.info("schedule.purged", count=bodies, rows=rows)


async def destroy_spent_keys(database: Database) -> None:
    """Destroy the keys of envelopes that have all arrived: no copy of them opens any more."""
    async with database.read() as tx:
        named = await inbox.keys(tx) | await outbox.keys(tx)
        named |= await sign_ups.keys(tx) | await hidings.keys(tx)
        spent = tx.envelopes.spent(named)
    for each in spent:
        tx.envelopes.destroy(each)
    if spent:
        log.info("schedule.keys_destroyed", count=len(spent))


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


async def take_consultation_files(database: Database, vault: Vault, act: Act) -> None:
    """Remove files about participants as soon as they were sent, or will not be any more."""
    if await consultation_files.sent(database, act):
        await remove_files(database, vault, act)


async def remove_files(database: Database, vault: Vault, act: Act) -> None:
    """Remove files that were made for somebody a while ago, and what nothing names any more."""
    async with vault.naming:
        async with database.write() as tx:
            let_go = await handed_out.let_go(tx, act)
        unnamed = await files.sweep(database, vault)
    if let_go or unnamed:
        log.info("schedule.files_removed", count=let_go, rows=unnamed)

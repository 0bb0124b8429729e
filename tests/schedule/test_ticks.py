"""What time does by itself; ticks run without a scheduler, and with it."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.domain.people import COMMAND_LINE, TICK, Role
from bot.jobs import Jobs
from bot.schedule import (
    STAGED_KEPT,
    Schedule,
    Tick,
    expire_invitations,
    purge_inbox,
    sweep_files,
)
from bot.services import people
from bot.services.people import Chat, LinkExpired
from storage import inbox
from storage.database import Database
from storage.inbox import RawUpdate
from storage.vault import Vault
from tests import maravia
from tests.conftest import FrozenClock

BOT = 77


async def test_set_aside_bodies_go_after_a_week_and_finished_rows_after_a_month(
    database: Database, clock: FrozenClock
) -> None:
    async with database.write() as tx:
        updates = [RawUpdate(1, 5, b"{}"), RawUpdate(2, 5, b"{}")]
        await inbox.store(tx, BOT, updates, now=clock.now())
        await inbox.set_aside(tx, BOT, 1, "handler", now=clock.now())
        await inbox.finish(tx, BOT, 2, now=clock.now())

    async def state() -> tuple[dict[str, int], int]:
        async with database.write() as tx:
            return await inbox.counts(tx), await inbox.purge(tx, now=clock.now())

    await purge_inbox(database, clock.move(days=6))
    async with database.read() as tx:
        assert await inbox.counts(tx) == {"aside": 1, "done": 1}
    await purge_inbox(database, clock.move(days=2))
    assert await state() == ({"aside": 1, "done": 1}, 0), "the body is gone already"
    await purge_inbox(database, clock.move(days=23))
    assert (await state())[0] == {"aside": 1}


async def test_a_link_that_nobody_used_in_time_is_closed(
    database: Database, clock: FrozenClock
) -> None:
    async with database.write() as tx:
        token = await people.invite(
            tx, maravia.act(COMMAND_LINE, clock.now()), Role.COORDINATOR, None
        )
    later = clock.move(days=people.VALID_FOR.days, seconds=1)
    await expire_invitations(database, maravia.act(TICK, later))
    chat = Chat(5, "Amal", None, "en")
    with pytest.raises(LinkExpired):
        async with database.write() as tx:
            await people.open_link(tx, maravia.act(COMMAND_LINE, later), chat, token)


async def test_what_interrupted_acts_left_is_swept_and_what_is_new_stays(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "files")
    old, new = tmp_path / "files/incoming/old", tmp_path / "files/incoming/new"
    room = tmp_path / "jobs/job-left"
    room.mkdir(parents=True)
    for file in (old, new):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    now = Clock().now()
    before = (now - STAGED_KEPT - timedelta(minutes=1)).timestamp()
    os.utime(old, (before, before))
    os.utime(room, (before, before))
    await sweep_files(vault, Jobs({}, tmp_path / "jobs"), now)
    assert new.exists()
    assert not old.exists()
    assert not room.exists()


async def test_a_tick_that_fails_does_not_end_the_others(clock: FrozenClock) -> None:
    done: list[datetime] = []

    async def fails(_now: datetime) -> None:
        raise RuntimeError

    async def works(now: datetime) -> None:
        done.append(now)

    hourly = timedelta(hours=1)
    schedule = Schedule(clock, {"fails": Tick(hourly, fails), "works": Tick(hourly, works)})
    await schedule.tick()
    assert done == [clock.now()]


async def test_the_scheduler_ticks_soon_after_the_start(clock: FrozenClock) -> None:
    ticked = asyncio.Event()

    async def work(_now: datetime) -> None:
        ticked.set()

    schedule = Schedule(clock, {"work": Tick(timedelta(hours=1), work)})
    schedule.start()
    async with asyncio.timeout(10):
        await ticked.wait()
    await schedule.stop()


async def test_whoever_moves_the_clock_need_not_wait_for_the_next_tick(clock: FrozenClock) -> None:
    ticked: asyncio.Queue[datetime] = asyncio.Queue()
    schedule = Schedule(clock, {"work": Tick(timedelta(hours=1), ticked.put)})
    schedule.start()
    async with asyncio.timeout(10):
        await ticked.get()
        later = clock.move(days=1)
        schedule.hurry()
        assert await ticked.get() == later
    await schedule.stop()


async def test_a_tick_that_the_end_of_the_program_cuts_off_is_waited_for_and_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun, over = asyncio.Event(), asyncio.Event()

    async def works(_now: datetime) -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)  # as a statement runs to its end
            over.set()

    schedule = Schedule(Clock(), {"slow": Tick(timedelta(hours=1), works)})
    schedule.start()
    await asyncio.wait_for(begun.wait(), 5)
    await schedule.stop()
    assert over.is_set()
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []

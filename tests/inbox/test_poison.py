"""Updates that cannot be handled: set aside alone, after their tries, with a word to the person."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import OperationalError
from telegram import Update

from bot import inbox as room
from bot.inbox import After
from storage import inbox
from storage.database import Transaction
from storage.inbox import RawUpdate
from storage.tables import inbox as rows
from tests.inbox.at_work import Desk, typed


async def test_an_update_that_fails_three_times_is_set_aside_and_the_person_told(
    desk: Desk,
) -> None:
    await desk.takes(typed(1, 5, "raise"), typed(2, 5))
    assert desk.work.began == [1, 1, 1, 2]
    assert desk.work.apologies == [1]
    assert await desk.states() == {1: "aside", 2: "done"}
    assert await desk.keys() == {"apology:1": 1, "receipt:2": 1}  # and no half of what failed
    assert (await desk.row(1))["body"] is not None


async def test_an_update_that_fails_once_succeeds_at_the_second_try(desk: Desk) -> None:
    await desk.takes(typed(1, 5, "twice"), typed(2, 5))
    assert desk.work.began == [1, 1, 2]
    assert await desk.states() == {1: "done", 2: "done"}


async def test_an_update_that_nobody_can_parse_is_kept_aside_and_stops_nobody(desk: Desk) -> None:
    broken = {"update_id": 1, "message": {"chat": {"id": 5}, "date": "yesterday"}}
    await desk.takes(broken, typed(2, 5), {"update_id": 3, "message": [1, 2]})
    assert await desk.states() == {1: "aside", 2: "done", 3: "aside"}
    assert (await desk.row(1))["reason"] == "unparseable"


async def test_the_attempt_is_committed_before_the_handler_starts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise an update that kills the process would be tried for ever."""
    monkeypatch.setattr(room, "IDLE_LIMIT", 10.0)  # this handler looks through another connection
    seen: list[int] = []

    async def look(tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        seen.append((await desk.row(1))["attempts"])
        raise RuntimeError("poison")

    desk.inbox = desk.another(handle=look)
    await desk.takes(typed(1, 5))
    assert seen == [1, 2, 3]


async def test_an_update_whose_tries_ended_with_the_process_is_set_aside_and_the_person_told(
    desk: Desk,
) -> None:
    """Whoever sent what kills the process once got no word."""
    await store_begun(desk, 1, chat_id=5, attempts=3)
    await desk.inbox.start()
    await desk.inbox.settle()
    assert desk.work.began == []
    assert desk.work.apologies == [1]
    assert (await desk.row(1))["reason"] == "tries"


async def test_what_was_under_way_when_the_process_died_runs_alone(desk: Desk) -> None:
    """Beside a poison that kills the process, innocent updates lost their tries and were set aside.

    Each then runs alone: while it runs, no other has begun.
    """
    for number in range(1, 9):
        await store_begun(desk, number, chat_id=number, attempts=1, words="slow")
    begun_beside: list[int] = []
    as_told = desk.work.handle

    async def handle(tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        begun = or_(rows.c.attempts > 1, (rows.c.attempts > 0) & (rows.c.update_id == 20))
        beside = begun & (rows.c.state == "pending") & (rows.c.update_id != update.update_id)
        begun_beside.append(await tx.value(select(func.count()).where(beside)))
        return await as_told(tx, update, now=now)

    desk.inbox = desk.another(handle=handle)
    await desk.inbox.start()
    await desk.inbox.receive([typed(20, 20, "slow")])
    await desk.inbox.settle()
    assert begun_beside == [0] * 9
    assert sorted(desk.work.ended) == [*range(1, 9), 20]
    assert set((await desk.states()).values()) == {"done"}


async def test_what_died_with_the_process_twice_is_tried_again_behind_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program killed three times a second set aside what was first in its line each time."""
    monkeypatch.setattr(room, "DEATH_PAUSE", 0.5)
    await store_begun(desk, 1, chat_id=1, attempts=2)
    await store_begun(desk, 2, chat_id=2, attempts=1)
    await store_begun(desk, 3, chat_id=3, attempts=0)
    await desk.inbox.start()
    await desk.inbox.receive([typed(4, 4), typed(5, 1)])
    await desk.inbox.settle()
    assert sorted(desk.work.ended[:3]) == [2, 3, 4]
    assert desk.work.ended[3:] == [1, 5]


@pytest.mark.alone
async def test_a_handler_that_waits_for_anything_but_the_transaction_is_ended_soon(
    desk: Desk,
) -> None:
    """It holds the one writer of SQLite: everybody waited for the whole time limit, three times."""
    begun = asyncio.get_running_loop().time()
    await desk.takes(typed(1, 5, "hang"), *[typed(n, 5 + n) for n in range(2, 12)])
    took = asyncio.get_running_loop().time() - begun
    assert await desk.states() == {1: "aside", **dict.fromkeys(range(2, 12), "done")}
    assert desk.work.began.count(1) == 3
    assert took < 5


async def test_waiting_for_the_writer_is_no_fault_of_the_update(desk: Desk) -> None:
    """While another wrote for longer than the limit, whoever waited behind it was set aside."""
    one_begins = asyncio.Event()

    async def handle(tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        one_begins.set()
        return await desk.work.handle(tx, update, now=now)

    desk.inbox = desk.another(handle=handle, time_limit=1.5)
    await desk.inbox.receive([typed(1, 1, "slow"), typed(2, 2)])
    await one_begins.wait()
    async with desk.database.write():  # behind the turn of chat 2, before its handler
        await asyncio.sleep(2)
    await desk.inbox.settle()
    assert await desk.states() == {1: "done", 2: "done"}
    assert desk.work.began == [1, 2]


async def test_a_database_that_is_away_costs_an_update_no_try(desk: Desk) -> None:
    """A full disk, met in the handler's transaction three times, once set reports aside."""
    failures = 4

    async def handle(tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise away(desk)
        return []

    desk.inbox = desk.another(handle=handle, away_pause=0.01)
    await desk.takes(typed(1, 5))
    assert await desk.states() == {1: "done"}
    assert desk.work.apologies == []


def away(desk: Desk) -> Exception:
    """What the driver says when it cannot write."""
    if not desk.database.is_sqlite:
        return ConnectionResetError()
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("insert", {}, full)


async def test_a_mistaken_statement_is_the_updates_own_fault(desk: Desk) -> None:
    async def handle(tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        await tx.execute(text("SELECT nothing FROM nowhere"))
        return []

    desk.inbox = desk.another(handle=handle)
    await desk.takes(typed(1, 5))
    assert await desk.states() == {1: "aside"}


async def test_what_is_set_aside_loses_its_body_after_seven_days(desk: Desk) -> None:
    await desk.takes(typed(1, 5, "raise"))
    for days, kept in ((6, True), (2, False)):
        now = desk.clock.move(days=days)
        async with desk.database.write() as tx:
            await inbox.purge(tx, now=now)
        assert ((await desk.row(1))["body"] is not None) is kept


async def store_begun(
    desk: Desk, update_id: int, *, chat_id: int, attempts: int, words: str = "hello"
) -> None:
    """As the database is left by a process that was killed while it handled the update."""
    update = RawUpdate(update_id, chat_id, json.dumps(typed(update_id, chat_id, words)).encode())
    received = desk.clock.now() - timedelta(seconds=1)
    async with desk.database.write() as tx:
        await inbox.store(tx, 77, [update], now=received)
        tried = rows.update().where(rows.c.update_id == update_id).values(attempts=attempts)
        await tx.execute(tried)

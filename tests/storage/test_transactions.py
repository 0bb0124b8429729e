"""What the store promises to everyone who opens a transaction."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from storage.database import Database, Transaction
from storage.tables import counters, inbox
from tests.conftest import undone

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


async def add(database: Database, *names: str) -> None:
    """Add rows in one transaction, one statement each."""
    async with database.write() as tx:
        for name in names:
            await tx.execute(insert(counters).values(name=name, value=1))


async def names_in(database: Database) -> set[str]:
    async with database.read() as tx:
        return set(await tx.values(select(counters.c.name)))


async def test_fifty_writers_at_once_all_get_through(
    open_database: Callable[[], Database], record_property: Callable[[str, object], None]
) -> None:
    """Half of them in another process's place: none ever meets "database is locked"."""
    databases = open_database(), open_database()

    async def write_ten_times(writer: int) -> None:
        for n in range(10):
            await add(databases[writer % 2], f"{writer}/{n}/a", f"{writer}/{n}/b")

    begun = time.perf_counter()
    await asyncio.gather(*(write_ten_times(writer) for writer in range(50)))
    took = time.perf_counter() - begun
    kind = databases[0].url.get_backend_name()
    record_property(f"50 writers on {kind}, transactions/s", round(500 / took))
    assert len(await names_in(databases[0])) == 1000


async def written_or_not(database: Database, work: asyncio.Task[None], names: set[str]) -> bool:
    """Whether the cancelled work was committed: whole or not at all, and the lock is free."""
    await asyncio.wait([work], timeout=20)
    assert work.done()
    async with asyncio.timeout(20):
        await add(database, f"after {min(names)}")
    kept = names & await names_in(database)
    assert kept in (set(), names)
    assert kept or work.cancelled()
    return bool(kept)


class CancelledAt:
    """Awaits `work`, and cancels the task that does so at its n-th suspension."""

    def __init__(self, suspension: int, work: Coroutine[Any, Any, None]) -> None:
        self._left = suspension
        self._work = work

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._work.__await__()
        with suppress(StopIteration):
            waiting_for = next(steps)
            while True:
                self._left -= 1
                if self._left == 0 and (task := asyncio.current_task()):
                    task.cancel()
                try:
                    answer = yield waiting_for
                except BaseException as error:  # noqa: BLE001 - handed on as it is
                    waiting_for = steps.throw(error)
                else:
                    waiting_for = steps.send(answer)

    async def run(self) -> None:
        await self


async def test_a_transaction_cancelled_at_any_point_keeps_no_lock_and_no_half(
    database: Database,
) -> None:
    """At each suspension in turn, from the first until there are no more."""
    outcomes: list[bool] = []
    cancelled = True
    while cancelled:
        point = len(outcomes) + 1
        names = {f"{point}/a", f"{point}/b", f"{point}/c"}
        work = asyncio.create_task(CancelledAt(point, add(database, *sorted(names))).run())
        outcomes.append(await written_or_not(database, work, names))
        cancelled = work.cancelled()
    opening, statements, commit, uncancelled = 1, 3, 1, 1
    assert outcomes == [False] * (opening + statements) + [True] * (commit + uncancelled)


async def test_transactions_cancelled_at_random_times_keep_no_lock_and_no_half(
    database: Database,
) -> None:
    chance = random.Random(7)
    outcomes = []
    for attempt in range(100):
        names = {f"{attempt}/a", f"{attempt}/b", f"{attempt}/c"}
        work = asyncio.create_task(add(database, *sorted(names)))
        await asyncio.sleep(chance.uniform(0, 0.012))
        work.cancel()
        outcomes.append(await written_or_not(database, work, names))
    assert {True, False} == set(outcomes)


async def test_a_crowd_of_which_half_is_cancelled_lets_the_other_half_through(
    database: Database,
) -> None:
    tasks = [asyncio.create_task(add(database, f"{n}/a", f"{n}/b")) for n in range(40)]
    await asyncio.sleep(0.01)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.wait(tasks, timeout=20)
    kept = await names_in(database)
    assert {f"{n}/{part}" for n in range(1, 40, 2) for part in "ab"} <= kept
    assert all((f"{n}/a" in kept) == (f"{n}/b" in kept) for n in range(40))


async def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    count = select(func.count()).select_from(counters)
    await add(database, "before")
    async with database.read() as tx:
        assert await tx.value(count) == 1
        await add(database, "meanwhile")
        assert await tx.value(count) == 1
    async with database.read() as tx:
        assert await tx.value(count) == 2


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        async with database.read() as tx:
            await tx.execute(insert(counters).values(name="forbidden", value=1))
    assert await names_in(database) == set()


async def test_what_raises_is_rolled_back(database: Database) -> None:
    async with undone(database) as tx:
        await tx.execute(insert(counters).values(name="undone", value=1))
    assert await names_in(database) == set()


async def test_a_savepoint_is_undone_alone(database: Database) -> None:
    async def add_two(tx: Transaction, *names: str) -> None:
        async with tx.savepoint():
            for name in names:
                await tx.execute(insert(counters).values(name=name, value=1))

    async with database.write() as tx:
        await add_two(tx, "kept", "kept too")
        with pytest.raises(DBAPIError):
            await add_two(tx, "undone", "kept")
        await add_two(tx, "kept after", "and this")
    assert await names_in(database) == {"kept", "kept too", "kept after", "and this"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_syncs_every_commit_and_overwrites_what_is_deleted(
    database: Database,
) -> None:
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": 0}
    async with database.write() as tx:
        for name, value in {**settings, "secure_delete": 1}.items():
            assert await tx.value(text(f"PRAGMA {name}")) == value, name
    async with database.read() as tx:
        for name, value in {**settings, "query_only": 1}.items():
            assert await tx.value(text(f"PRAGMA {name}")) == value, name


# -- Waking ----------------------------------------------------------------------------------------


async def test_a_commit_wakes_those_who_asked_and_nobody_else(database: Database) -> None:
    woken: list[str] = []
    database.subscribe("outbox", lambda: woken.append("outbox"))
    database.subscribe("outbox", lambda: woken.append("outbox too"))
    database.subscribe("audit", lambda: woken.append("audit"))
    async with database.write() as tx:
        await tx.execute(insert(counters).values(name="a", value=1))
        tx.wakes.add("outbox")
        assert woken == []
    assert woken == ["outbox", "outbox too"]


async def test_who_is_woken_finds_what_was_committed(
    database: Database, open_database: Callable[[], Database]
) -> None:
    other = open_database()
    looks: list[asyncio.Task[set[str]]] = []
    database.subscribe("outbox", lambda: looks.append(asyncio.create_task(names_in(other))))
    async with database.write() as tx:
        await tx.execute(insert(counters).values(name="a", value=1))
        tx.wakes.add("outbox")
    assert await looks[0] == {"a"}


async def test_a_rollback_wakes_nobody(database: Database) -> None:
    woken: list[str] = []
    database.subscribe("outbox", lambda: woken.append("outbox"))
    async with undone(database) as tx:
        tx.wakes.add("outbox")
    assert woken == []


async def test_who_is_cancelled_while_committing_still_wakes_the_others(
    database: Database,
) -> None:
    """A committed message that woke no sender would lie there until the next one."""
    woken = 0

    def wake() -> None:
        nonlocal woken
        woken += 1

    async def write(name: str) -> None:
        async with database.write() as tx:
            await tx.execute(insert(counters).values(name=name, value=1))
            tx.wakes.add("outbox")
            asyncio.get_running_loop().call_soon(work.cancel)

    database.subscribe("outbox", wake)
    for n in range(20):
        work = asyncio.create_task(write(str(n)))
        await asyncio.wait([work])
        assert work.cancelled()
    assert woken == len(await names_in(database)) == 20


# -- Values ----------------------------------------------------------------------------------------


async def received(database: Database, **values: object) -> dict[str, object]:
    """A row of the inbox, written and read again."""
    row = {"bot_id": 1, "update_id": 1, "state": "pending", "received_at": NOON} | values
    async with database.write() as tx:
        await tx.execute(insert(inbox).values(row))
    async with database.read() as tx:
        kept = await tx.row(select(inbox))
    assert kept is not None
    return dict(kept)


async def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a moment without a time zone"):
        await received(database, received_at=datetime(2026, 5, 4, 12, 0))  # noqa: DTZ001


async def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    in_suva = datetime(2026, 5, 5, 0, 0, 0, 123456, tzinfo=timezone(timedelta(hours=12)))
    kept = (await received(database, received_at=in_suva))["received_at"]
    assert isinstance(kept, datetime)
    assert kept == in_suva
    assert kept.tzinfo is UTC


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**53) - 1, -(2**63)])
async def test_a_long_id_of_telegram_is_kept_to_the_last_digit(
    database: Database, number: int
) -> None:
    kept = await received(database, chat=number, bot_id=number)
    assert (kept["chat"], kept["bot_id"]) == (number, number)


async def test_bytes_are_kept_as_they_came(database: Database) -> None:
    body = b'\0{"text": "\\u0000 \xff\xfe"}\0' + bytes(range(256))
    assert (await received(database, body=body))["body"] == body

"""Numbers of status updates and audit entries have neither gaps nor doubles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from storage.counters import next_number
from storage.database import Database
from tests.conftest import undone


async def test_numbers_go_up_by_one_in_each_series(database: Database) -> None:
    async with database.write() as tx:
        assert [await next_number(tx, "SU-2026") for _ in range(3)] == [1, 2, 3]
        assert await next_number(tx, "SU-2027") == 1
    async with database.write() as tx:
        assert await next_number(tx, "SU-2026") == 4


async def test_a_number_that_was_not_committed_is_given_again(database: Database) -> None:
    async with undone(database) as tx:
        assert await next_number(tx, "SU-2026") == 1
    async with database.write() as tx:
        assert await next_number(tx, "SU-2026") == 1


async def test_many_who_ask_at_once_in_two_processes_get_every_number_once(
    open_database: Callable[[], Database],
) -> None:
    """The very first number too, which two transactions both find missing."""

    async def take(database: Database) -> int:
        async with database.write() as tx:
            return await next_number(tx, "SU-2026")

    processes = open_database(), open_database()
    numbers = await asyncio.gather(*(take(processes[n % 2]) for n in range(60)))
    assert sorted(numbers) == list(range(1, 61))

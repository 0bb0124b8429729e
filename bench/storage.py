"""Transactions a second at full durability, SQLite beside PostgreSQL.

Run as `python -m bench.storage [postgresql+asyncpg://…]`; it makes a database of its own there.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias
from zoneinfo import ZoneInfo

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, insert, make_url, select

from bot.domain.people import COMMAND_LINE, NO_BOT, Act
from bot.services import audit
from storage import migrate
from storage.database import Database, Transaction
from storage.tables import inbox

TRANSACTIONS = 1000
WRITERS = (1, 8, 50)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
BY_OPERATOR = Act(COMMAND_LINE, NO_BOT, ZoneInfo("UTC"), NOW)

Work: TypeAlias = Callable[[Transaction, int], Awaitable[None]]


async def read_and_insert(tx: Transaction, number: int) -> None:
    """What receiving an update takes: look, then keep 1 kB."""
    await tx.row(select(inbox).where(inbox.c.bot_id == 1, inbox.c.update_id == number))
    row = {"bot_id": 1, "update_id": number, "body": bytes(1000), "state": "pending"}
    await tx.execute(insert(inbox).values(**row, received_at=NOW))


async def and_record(tx: Transaction, number: int) -> None:
    """The same with an audit entry."""
    await read_and_insert(tx, number)
    await audit.record(tx, BY_OPERATOR, "bench.insert", f"update:{number}")


async def measured(
    database: Database, work: Work, writers: int, first: int
) -> tuple[float, list[float]]:
    """Transactions a second, and the milliseconds of each, the shortest first."""
    numbers = iter(range(first, first + TRANSACTIONS))
    took: list[float] = []

    async def write() -> None:
        for number in numbers:
            begun = time.perf_counter()
            async with database.write() as tx:
                await work(tx, number)
            took.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(writers)))
    return TRANSACTIONS / (time.perf_counter() - begun), sorted(took)


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[URL]:
    """A database in a folder of its own."""
    with TemporaryDirectory() as folder:
        yield URL.create("sqlite+aiosqlite", database=str(Path(folder) / "bench.db"))


@asynccontextmanager
async def on_postgresql(server: URL) -> AsyncIterator[URL]:
    """A database of its own on that server."""
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    await connection.execute("CREATE DATABASE focalpoint_bench")
    try:
        yield server.set(database="focalpoint_bench")
    finally:
        await connection.execute("DROP DATABASE focalpoint_bench WITH (FORCE)")
        await connection.close()


async def fill(table: Table, url: URL) -> None:
    """Measure every kind of work with every number of writers."""
    await migrate.upgrade(url)
    database = Database(url, audit_key=bytes(32))
    first = 0
    for work in (read_and_insert, and_record):
        for writers in WRITERS:
            rate, took = await measured(database, work, writers, first)
            first += TRANSACTIONS
            half, most = took[len(took) // 2], took[len(took) * 99 // 100]
            figures = (f"{rate:,.0f}", f"{half:.1f}", f"{most:.1f}")
            table.add_row(url.get_backend_name(), work.__name__, str(writers), *figures)
    await database.close()


async def main() -> None:
    """Measure what there is and print one table."""
    table = Table("database", "work", "writers", "a second", "median ms", "p99 ms")
    async with on_sqlite() as url:
        await fill(table, url)
    if len(sys.argv) > 1:
        async with on_postgresql(make_url(sys.argv[1])) as url:
            await fill(table, url)
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())

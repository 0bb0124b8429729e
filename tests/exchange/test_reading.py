"""What an export costs in statements and memory, however much there is to read; seconds are shown
by `make bench`.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.domain.filters import EVERYTHING
from storage import exports
from storage.database import Database
from storage.exports import PAGE, Records
from tests.record import fill

REPORTS = 2_600


@pytest.fixture
async def record(database: Database) -> Database:
    async with database.write() as tx:
        await fill(tx, documents=6, items_each=100, updates=REPORTS)
    return database


@contextmanager
def asked(connection: Connection) -> Iterator[list[int]]:
    """How many values each statement of the block takes."""
    found: list[int] = []

    def note(_connection: Connection, _cursor: Any, _sql: str, values: Any, *_others: Any) -> None:
        found.append(len(values))

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


async def test_a_page_of_reports_takes_four_statements_of_a_few_values(record: Database) -> None:
    """Five hundred keys in each of them cost more than the rows that they found."""

    def read(connection: Connection) -> tuple[int, list[int]]:
        with asked(connection) as found:
            return len([*Records(connection, EVERYTHING).every_version()]), found

    async with record.read() as tx:
        rows, values = await tx.run(read)
    assert rows >= REPORTS
    assert len(values) <= 1 + 4 * (REPORTS // PAGE + 1)
    assert max(values) < 10


async def test_what_is_narrowed_is_read_by_the_keys_of_its_rows(record: Database) -> None:
    """Between the first and the last of a page may stand all that does not pass."""

    def read(connection: Connection) -> tuple[int, list[int]]:
        records = Records(connection, EVERYTHING, only=range(1, 60))
        with asked(connection) as found:
            return len([*records.every_version()]), found

    async with record.read() as tx:
        rows, values = await tx.run(read)
    assert 0 < rows < REPORTS
    assert max(values) >= rows


async def test_memory_does_not_grow_with_the_rows(record: Database) -> None:
    def read(records: Records) -> tuple[int, int]:
        begun, peaks = tracemalloc.get_traced_memory()[0], []
        for place, _ in enumerate(records.every_version(), 1):
            if place in {2 * PAGE, 5 * PAGE}:  # two pages are in memory where they meet
                peaks.append(tracemalloc.get_traced_memory()[1] - begun)
                tracemalloc.reset_peak()
        early, late = peaks
        return early, late

    async with record.read() as tx:
        tracemalloc.start()
        early, late = await exports.on_snapshot(tx, EVERYTHING, UTC, read)
        tracemalloc.stop()
    assert late < 1.2 * early

"""What is looked for again and again is found by an index, however much there is (SQLite)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC

import pytest
from sqlalchemy import URL

from bot.domain.filters import EVERYTHING
from storage import conversations, digests, reminders, requests
from storage.database import Database, Transaction
from storage.exports import on_snapshot
from tests.conftest import AUDIT_KEY
from tests.looks import looks
from tests.maravia import LONG_AGO
from tests.record import fill


@pytest.fixture
async def tx(sqlite: URL) -> AsyncIterator[Transaction]:
    """PostgreSQL reads small tables as a whole, whatever indexes they have."""
    database = Database(sqlite)
    async with database.read() as tx:
        yield tx
    await database.close()


async def test_every_update_finds_its_chat_s_conversation_by_an_index(tx: Transaction) -> None:
    """Found by EXPLAIN: `active` alone is no condition that SQLite knows from `active = 1`."""
    async with looks(tx) as found:
        await conversations.active(tx, 1, 1001)
    assert "USING INDEX ix_conversations_active" in found[0]


async def test_a_tick_with_nothing_to_do_reads_no_reminders_and_no_items(tx: Transaction) -> None:
    async with looks(tx) as found:
        await requests.any_stale(tx)
        await requests.stale(tx, limit=25)
        await reminders.any_due(tx, now=LONG_AGO)
        await digests.any_due(tx, now=LONG_AGO)
    assert "ix_request_items_stale" in found[0]
    assert "ix_request_items_stale" in found[1]
    assert "ix_reminders_due" in found[2]
    assert "SCAN" not in found[3]


async def test_what_a_page_of_items_says_is_not_looked_for_among_all_reports(
    tx: Transaction,
) -> None:
    """A page of 500 items read all that was ever approved, for each page again."""
    async with looks(tx) as found:
        await on_snapshot(tx, EVERYTHING, UTC, lambda records: records.written([1, 2]))
        await on_snapshot(tx, EVERYTHING, UTC, lambda records: records.approved([1, 2]))
    assert any("ix_status_updates_assignment_id" in each for each in found)
    assert not any("ix_status_updates_state" in each for each in found)


async def test_the_files_of_a_page_of_rows_are_not_looked_for_among_all_files(sqlite: URL) -> None:
    """A page of 500 reports read all that is stored, for each page again."""
    database = Database(sqlite, audit_key=AUDIT_KEY)
    async with database.write() as tx:
        await fill(tx, updates=60)
    async with database.read() as tx, looks(tx) as found:
        await on_snapshot(tx, EVERYTHING, UTC, lambda records: [*records.every_version()])
        await on_snapshot(tx, EVERYTHING, UTC, lambda records: [*records.recommendations()])
    await database.close()
    assert any("ix_evidence_status_update_id" in each for each in found)
    assert not any("ix_evidence_awaited" in each for each in found)

"""What may stand in an entry, and that the chain neither forks nor gapes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import URL, select

from bot.domain.people import Role
from bot.keys import Head
from bot.services import audit
from storage.audit import NoFact, export, head, verify
from storage.database import Database
from storage.tables import audit as entries
from storage.tables import audit_words
from tests.audit.conftest import BY_FOCAL_POINT, BY_OPERATOR, LENGTH
from tests.conftest import AUDIT_KEY, undone


async def test_an_untouched_chain_verifies(database: Database, chain: Head) -> None:
    async with database.read() as tx:
        assert await verify(tx, AUDIT_KEY, chain) == []


async def test_another_key_verifies_nothing(database: Database, chain: Head) -> None:
    """A chain that somebody recomputed without the key outside the database is found out."""
    async with database.read() as tx:
        assert len(await verify(tx, bytes(32), chain)) >= LENGTH


async def test_an_entry_names_who_by_ids_and_keeps_facts_as_codes(database: Database) -> None:
    async with database.write() as tx:
        number = await audit.record(
            tx,
            BY_FOCAL_POINT,
            "seat.grant",
            "seat:9",
            facts={
                "role": Role.VALIDATOR,
                "at": datetime(2026, 5, 4, 9, 0, tzinfo=UTC),
                "on": date(2026, 5, 4),
                "chat": 2**60,
                "again": False,
                "documents": ["A/HRC/40/6", "CCPR/C/MRV/CO/4"],
            },
        )
    async with database.read() as tx:
        row = await tx.row(select(entries).where(entries.c.number == number))
    assert row is not None
    assert (row["person_id"], row["seat_id"], row["channel"]) == (3, 7, "chat")
    assert row["facts"] == {
        "role": "validator",
        "at": "2026-05-04T09:00:00+00:00",
        "on": "2026-05-04",
        "chat": 2**60,
        "again": False,
        "documents": ["A/HRC/40/6", "CCPR/C/MRV/CO/4"],
    }


@pytest.mark.parametrize(
    "fact",
    [
        "Bill 12, passed",
        "Zoë",
        "x" * 121,
        "line\nbreak",
        1.5,
        None,
        {"a": 1},
        ["in_progress", "said: «no»"],
        [["nested"]],
        datetime(2026, 5, 4, 9, 0),  # noqa: DTZ001 - naive on purpose
        b"bytes",
    ],
)
async def test_what_may_be_a_name_or_a_text_is_no_fact(database: Database, fact: Any) -> None:
    with pytest.raises(NoFact) as refusal:
        async with database.write() as tx:
            await audit.record(tx, BY_FOCAL_POINT, "a.b", "item:1", facts={"status": fact})
    assert str(refusal.value) == "status"
    async with database.read() as tx:
        assert await head(tx) is None


@pytest.mark.parametrize(("act", "subject"), [("Submit it", "item:1"), ("a.b", "Amina Daoud")])
async def test_acts_and_subjects_are_codes_too(database: Database, act: str, subject: str) -> None:
    with pytest.raises(NoFact):
        async with database.write() as tx:
            await audit.record(tx, BY_FOCAL_POINT, act, subject)


async def test_recording_without_the_key_is_refused(database_url: URL) -> None:
    keyless = Database(database_url)
    with pytest.raises(RuntimeError):
        async with keyless.write() as tx:
            await audit.record(tx, BY_OPERATOR, "a.b", "item:1")
    await keyless.close()


async def test_an_act_that_is_rolled_back_leaves_no_gap(database: Database, chain: Head) -> None:
    async with undone(database) as tx:
        await audit.record(tx, BY_OPERATOR, "a.b", "item:1")
    async with database.write() as tx:
        number = await audit.record(tx, BY_OPERATOR, "a.b", "item:1")
        assert number == chain.count + 1
        assert await verify(tx, AUDIT_KEY, chain) == []


async def test_many_acts_at_once_in_two_processes_make_one_chain(
    open_database: Callable[[], Database],
) -> None:
    processes = open_database(), open_database()

    async def act(n: int) -> None:
        async with processes[n % 2].write() as tx:
            await audit.record(tx, BY_OPERATOR, "a.b", f"item:{n}")
            await audit.record(tx, BY_OPERATOR, "a.c", f"item:{n}")

    await asyncio.gather(*(act(n) for n in range(40)))
    async with processes[0].read() as tx:
        end = await head(tx)
        assert end is not None
        assert end.count == 80
        assert await verify(tx, AUDIT_KEY, end) == []


async def test_erased_words_are_gone_and_the_chain_holds(database: Database, chain: Head) -> None:
    async with database.write() as tx:
        assert await audit.erase_words(tx, BY_FOCAL_POINT, 3)
    async with database.write() as tx:
        assert not await audit.erase_words(tx, BY_FOCAL_POINT, 3)
        assert not await audit.erase_words(tx, BY_FOCAL_POINT, 4)
    async with database.read() as tx:
        row = await tx.row(select(audit_words).where(audit_words.c.number == 3))
        assert row is not None
        assert (row["words"], row["salt"]) == (None, "")
        assert await verify(tx, AUDIT_KEY, chain) == []


async def test_the_export_holds_every_entry_as_a_line_of_json(
    database: Database, chain: Head
) -> None:
    async with database.read() as tx:
        lines = [json.loads(line) async for line in export(tx, words=True)]
        bare = [json.loads(line) async for line in export(tx, words=False)]
    assert [line["number"] for line in lines] == list(range(1, LENGTH + 1))
    assert lines[-1]["hash"] == chain.hash
    assert lines[2] == {
        "number": 3,
        "at": "2026-05-04T09:03:00.000003+00:00",
        "act": "status_update.submit",
        "person_id": 3,
        "seat_id": 7,
        "channel": "chat",
        "subject": "assignment:3",
        "facts": {"as_of": "2026-05-03", "figures": 3, "status": "in_progress"},
        "words_digest": lines[2]["words_digest"],
        "hash": lines[2]["hash"],
        "words": "Bill 12 passed its first reading.",
        "salt": lines[2]["salt"],
    }
    assert "words" not in bare[2]
    assert "salt" not in bare[2]

"""Whatever is done to the chain behind the bot's back is found, and named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Executable, delete, func, select, text, update

from bot.keys import Head
from bot.services.audit import record
from storage.audit import Fault, Finding, verify
from storage.database import Database
from storage.tables import audit, audit_words, counters
from tests.audit.conftest import BEGUN, BY_OPERATOR, LENGTH
from tests.conftest import AUDIT_KEY, undone

numbers = st.integers(1, LENGTH)
with_a_database = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def found(database: Database, end: Head | None, *steps: Executable) -> Sequence[Finding]:
    async with undone(database) as tx:
        for step in steps:
            await tx.execute(step)
        return await verify(tx, AUDIT_KEY, end)


def one(fault: Fault, number: int) -> Finding:
    return Finding(fault, number, number)


CHANGES: dict[str, Any] = {
    "at": BEGUN - timedelta(days=1),
    "act": "status_update.withdraw",
    "person_id": 4,
    "seat_id": None,
    "channel": "tick",
    "subject": "assignment:99",
    "facts": {"status": "implemented"},
    "words_digest": "0" * 64,
    "hash": "0" * 64,
}


@with_a_database
@given(number=numbers, column=st.sampled_from(sorted(CHANGES)))
async def test_a_changed_entry_is_named_and_no_other(
    database: Database, chain: Head, number: int, column: str
) -> None:
    change = update(audit).where(audit.c.number == number).values({column: CHANGES[column]})
    findings = [each for each in await found(database, chain, change) if "words" not in each.fault]
    expected = [one(Fault.CHANGED, number)]
    if column == "hash" and number == LENGTH:
        expected.append(one(Fault.END_LOST, number))
    assert findings == expected


@with_a_database
@given(number=st.integers(1, LENGTH - 1))
async def test_a_removed_entry_is_named(database: Database, chain: Head, number: int) -> None:
    findings = await found(database, chain, delete(audit).where(audit.c.number == number))
    assert findings == [one(Fault.REMOVED, number), one(Fault.UNPROVED, number + 1)]


@with_a_database
@given(pair=st.lists(numbers, min_size=2, max_size=2, unique=True))
async def test_two_swapped_entries_are_named(
    database: Database, chain: Head, pair: list[int]
) -> None:
    async with undone(database) as tx:
        for old, new in ((pair[0], 999), (pair[1], pair[0]), (999, pair[1])):
            for table in (audit, audit_words):
                await tx.execute(update(table).where(table.c.number == old).values(number=new))
        findings = await verify(tx, AUDIT_KEY, chain)
    moved = [each for each in findings if each.fault is not Fault.END_LOST]
    assert moved == [one(Fault.MOVED, number) for number in sorted(pair)]


@with_a_database
@given(left=st.integers(0, LENGTH - 1))
async def test_a_cut_tail_is_found_even_with_its_counter(
    database: Database, chain: Head, left: int
) -> None:
    findings = await found(
        database,
        chain,
        delete(audit).where(audit.c.number > left),
        update(counters).values(value=left),
    )
    assert (
        findings
        == [
            one(Fault.END_LOST, LENGTH),
            Finding(Fault.REMOVED, left + 1, LENGTH),
        ][:: 1 if left + 1 == LENGTH else -1]
    )


async def test_a_tail_cut_and_grown_again_by_the_bot_itself_is_found(
    database: Database, chain: Head
) -> None:
    """The new entries are genuine and the chain is long enough: only the outside end tells."""
    async with undone(database) as tx:
        await tx.execute(delete(audit).where(audit.c.number > 7))
        await tx.execute(delete(audit_words).where(audit_words.c.number > 7))
        await tx.execute(update(counters).values(value=7))
        for n in range(8):
            await record(tx, BY_OPERATOR, "item.add", f"item:{n}")
        assert await verify(tx, AUDIT_KEY, chain) == [one(Fault.END_LOST, LENGTH)]


async def test_a_cut_tail_is_found_by_its_counter_alone(database: Database, chain: Head) -> None:
    findings = await found(database, None, delete(audit).where(audit.c.number > 8))
    assert findings == [one(Fault.END_UNKNOWN, 8), Finding(Fault.REMOVED, 9, 10)]


async def test_without_an_end_outside_the_database_nothing_is_called_complete(
    database: Database, chain: Head
) -> None:
    assert await found(database, None) == [one(Fault.END_UNKNOWN, LENGTH)]


async def test_changed_words_are_named(database: Database, chain: Head) -> None:
    change = update(audit_words).where(audit_words.c.number == 6).values(words="Bill 12 failed.")
    assert await found(database, chain, change) == [one(Fault.WORDS_CHANGED, 6)]


@pytest.mark.parametrize(
    "removal",
    [
        delete(audit_words).where(audit_words.c.number == 6),
        update(audit_words).where(audit_words.c.number == 6).values(words=None, salt=""),
    ],
)
async def test_words_that_went_without_an_act_are_named(
    database: Database, chain: Head, removal: Executable
) -> None:
    assert await found(database, chain, removal) == [one(Fault.WORDS_REMOVED, 6)]


async def test_words_put_into_somebodys_mouth_are_named(database: Database, chain: Head) -> None:
    addition = audit_words.insert().values(number=4, salt="0" * 32, words="I resign.")
    assert await found(database, chain, addition) == [one(Fault.WORDS_CHANGED, 4)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@with_a_database
@given(
    number=st.sampled_from([3, 6, 9, LENGTH]),  # all but the last have words
    column=st.sampled_from([*CHANGES, "words", "salt"]),
    place=st.integers(0, 10_000),
    flip=st.integers(1, 255),
)
async def test_one_flipped_byte_anywhere_is_named(
    database: Database, chain: Head, *, number: int, column: str, place: int, flip: int
) -> None:
    """In SQLite's file any byte may stand anywhere, even what is neither text nor JSON."""
    assume(number != LENGTH or not column.startswith(("words", "salt")))
    table = "audit_words" if column in {"words", "salt"} else "audit"
    look = text(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE number = {number}")
    change = f"UPDATE {table} SET {column} = CAST(:flipped AS TEXT) WHERE number = {number}"
    async with undone(database) as tx:
        flipped = bytearray(await tx.value(look))
        flipped[place % len(flipped)] ^= flip
        await tx.execute(text(change), {"flipped": bytes(flipped)})
        assert await tx.value(look) == flipped or column.endswith("_id")
        findings = await verify(tx, AUDIT_KEY, chain)
    assert number in {each.first for each in findings}


async def test_a_hundred_changed_entries_are_all_named(database: Database, chain: Head) -> None:
    """Too many to ask where each came from, but none is left out."""
    async with undone(database) as tx:
        for n in range(100):
            await record(tx, BY_OPERATOR, "item.add", f"item:{n}")
        await tx.execute(update(audit).where(audit.c.number > 10).values(channel="chat"))
        findings = await verify(tx, AUDIT_KEY, chain)
        assert await tx.value(select(func.max(audit.c.number))) == 110
    assert findings == [one(Fault.CHANGED, number) for number in range(11, 111)]

"""What is under way can be read by nobody who has the database alone, or comes too late."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.screens import message
from bot.keys import KeyRing
from bot.schedule import destroy_spent_keys
from storage import envelopes, inbox, outbox
from storage.database import Database
from storage.envelopes import SPENT_AFTER, Envelopes, Sealed
from storage.inbox import RawUpdate
from storage.outbox import Message
from storage.tables import inbox as inbox_rows
from storage.tables import outbox as outbox_rows
from tests.conftest import FrozenClock

BOT, CHAT = 77, 5_000_000_123
WORDS = "they came to my house"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """The ring that the `database` seals with."""
    return KeyRing(tmp_path / "ring")


async def stranger_writes(database: Database, clock: FrozenClock) -> None:
    """A stranger's update waits, and so does an answer to them."""
    body = json.dumps({"update_id": 1, "message": {"chat": {"id": CHAT}, "text": WORDS}}).encode()
    answer = Message("reply:1", message("error.not_understood"), None, BOT, chat_id=CHAT)
    async with database.write() as tx:
        await inbox.store(tx, BOT, [RawUpdate(1, CHAT, body)], now=clock.now())
        await outbox.add(tx, answer, now=clock.now())


async def test_the_tables_hold_neither_chat_nor_words_of_a_stranger(
    database: Database, clock: FrozenClock
) -> None:
    await stranger_writes(database, clock)
    async with database.read() as tx:
        rows = [*await tx.rows(select(inbox_rows)), *await tx.rows(select(outbox_rows))]
    kept = b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in rows
        for value in row.values()
    )
    assert len(rows) == 2
    for secret in (str(CHAT).encode(), WORDS.encode(), b"error.not_understood"):
        assert secret not in kept


async def test_it_is_opened_to_be_handled_and_to_be_sent(
    database: Database, clock: FrozenClock
) -> None:
    await stranger_writes(database, clock)
    async with database.write() as tx:
        mark = tx.envelopes.mark(BOT, CHAT)
        pending = await inbox.take_turn(tx, BOT, mark)
        row_id = await outbox.find(tx, "reply:1")
        assert row_id is not None
        going = await outbox.load(tx, row_id)
    assert pending is not None
    assert pending.body is not None
    assert WORDS.encode() in pending.body
    assert going is not None
    assert going.chat_id == CHAT
    assert going.payload is not None


async def test_the_key_goes_once_all_that_it_sealed_has_arrived(
    database: Database, clock: FrozenClock, ring: KeyRing
) -> None:
    await stranger_writes(database, clock)
    (key,) = ring.names(envelopes.PREFIX)
    _age(ring, key)
    await destroy_spent_keys(database)
    assert ring.names(envelopes.PREFIX) == [key], "an update and an answer still wait"

    async with database.write() as tx:
        row_id = await outbox.find(tx, "reply:1")
        assert row_id is not None
        going = await outbox.load(tx, row_id)
        assert going is not None
        await inbox.finish(tx, BOT, 1, now=clock.now())
        await outbox.claim(tx, going, today=clock.now().date())
        await outbox.mark_sent(tx, going, message_id=9, now=clock.now())
    await destroy_spent_keys(database)
    assert ring.names(envelopes.PREFIX) == []


async def test_a_key_of_this_hour_is_left(
    database: Database, clock: FrozenClock, ring: KeyRing
) -> None:
    """Another process may be about to commit what it sealed with it."""
    await stranger_writes(database, clock)
    async with database.write() as tx:
        await inbox.finish(tx, BOT, 1, now=clock.now())
        await outbox.drop(tx, "reply:1", "superseded", now=clock.now())
    await destroy_spent_keys(database)
    assert len(ring.names(envelopes.PREFIX)) == 1


async def test_what_has_lost_its_key_is_opened_no_more(
    database: Database, clock: FrozenClock, ring: KeyRing
) -> None:
    await stranger_writes(database, clock)
    async with database.write() as tx:
        (key,) = ring.names(envelopes.PREFIX)
        tx.envelopes.destroy(key)
        pending = await inbox.take_turn(tx, BOT, tx.envelopes.mark(BOT, CHAT))
        row_id = await outbox.find(tx, "reply:1")
        assert row_id is not None
        going = await outbox.load(tx, row_id)
    assert pending is not None
    assert pending.body is None
    assert going is not None
    assert (going.chat_id, going.payload) == (None, None)


def test_a_mark_is_of_one_bot_and_one_ring(ring: KeyRing, tmp_path: Path) -> None:
    marks = Envelopes(ring)
    assert marks.mark(BOT, CHAT) == Envelopes(ring).mark(BOT, CHAT)
    other = Envelopes(KeyRing(tmp_path / "other"))
    assert len({marks.mark(BOT, CHAT), marks.mark(BOT + 1, CHAT), other.mark(BOT, CHAT)}) == 3
    assert marks.mark(BOT, None) is None


def test_an_envelope_opens_for_what_it_was_sealed_for_alone(ring: KeyRing) -> None:
    sealer = Envelopes(ring)
    sealed = sealer.seal(b"words", context="inbox:77:1")
    assert sealer.open(sealed, context="inbox:77:1") == b"words"
    assert sealer.open(sealed, context="inbox:77:2") is None
    altered = Sealed(sealed.key, sealed.content[:-1] + bytes([sealed.content[-1] ^ 1]))
    assert sealer.open(altered, context="inbox:77:1") is None


def _age(ring: KeyRing, name: str) -> None:
    """Make the key's file as old as one that no process takes any more."""
    path = ring._path(name)
    old = time.time() - SPENT_AFTER - 60
    os.utime(path, (old, old))

"""The chain's end is remembered outside the database soon after each commit, and never forged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL, delete, update

from bot.keys import Head, KeyMissing, KeyRing
from bot.services import audit
from bot.services.audit import AuditChanged, HeadKeeper, NothingLost
from storage import audit as chain_of
from storage.audit import Fault, Finding, verify
from storage.database import Database
from storage.tables import audit as entries
from storage.tables import counters
from tests.audit.conftest import BY_OPERATOR
from tests.conftest import AUDIT_KEY, undone


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


@pytest.fixture
async def keeper(database: Database, keys: KeyRing) -> AsyncIterator[HeadKeeper]:
    keeper = HeadKeeper(database, keys)
    keeper.start()
    yield keeper
    await keeper.stop()


async def act(database: Database, times: int = 1, *, subject: str = "item:1") -> None:
    for _ in range(times):
        async with database.write() as tx:
            await audit.record(tx, BY_OPERATOR, "item.add", subject)


async def remembered(keys: KeyRing, count: int) -> Head:
    """The end outside the database, once it stands at that count."""
    for _ in range(1000):
        head = keys.read_head()
        if head is not None and head.count == count:
            return head
        await asyncio.sleep(0.01)
    raise AssertionError(f"the end outside is {head}, not at {count}")


async def test_the_end_outside_follows_every_commit(
    database: Database, keys: KeyRing, keeper: HeadKeeper
) -> None:
    for count in (3, 6, 9):
        await act(database, times=3)
        head = await remembered(keys, count)
        async with database.read() as tx:
            assert await chain_of.head(tx) == head
            assert await verify(tx, AUDIT_KEY, head) == []


async def test_what_is_rolled_back_is_not_remembered(
    database: Database, keys: KeyRing, keeper: HeadKeeper
) -> None:
    async with undone(database) as tx:
        await audit.record(tx, BY_OPERATOR, "item.add", "item:1")
    await keeper.stop()
    assert keys.read_head() is None


async def test_after_a_crash_the_start_catches_up(database: Database, keys: KeyRing) -> None:
    await act(database, times=4)
    keeper = HeadKeeper(database, keys)
    keeper.start()
    await remembered(keys, 4)
    await keeper.stop()


async def test_a_tail_cut_while_the_bot_was_down_is_not_covered_up(
    database: Database, keys: KeyRing
) -> None:
    await act(database, times=6)
    await HeadKeeper(database, keys).write()
    before = keys.read_head()
    async with database.write() as tx:
        await tx.execute(delete(entries).where(entries.c.number > 4))
        await tx.execute(update(counters).values(value=4))
    await act(database, times=5, subject="item:2")
    await HeadKeeper(database, keys).write()
    assert keys.read_head() == before
    async with database.read() as tx:
        findings = await verify(tx, AUDIT_KEY, keys.read_head())
    assert [(each.fault, each.first) for each in findings] == [(Fault.END_LOST, 6)]


async def test_a_key_folder_that_was_away_is_caught_up_with(
    database: Database,
    keys: KeyRing,
    keeper: HeadKeeper,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.services.audit.PAUSE_AFTER_FAILURE", 0.02)
    (tmp_path / "keys").rename(tmp_path / "away")
    await act(database, times=2)
    await asyncio.sleep(0.1)
    (tmp_path / "away").rename(tmp_path / "keys")
    await remembered(keys, 2)


async def test_an_end_that_another_process_wrote_meanwhile_stays(
    database: Database, tmp_path: Path
) -> None:
    newer = Head("f" * 64, 99)

    class SharedKeyRing(KeyRing):
        def write_head(self, head: Head, chain: str = "audit", *, restoring: bool = False) -> None:
            super().write_head(newer)
            super().write_head(head)

    keys = SharedKeyRing(tmp_path / "keys")
    await act(database)
    await HeadKeeper(database, keys).stop()
    assert keys.read_head() == newer


async def test_the_whole_chain_is_verified_against_its_key_and_end(
    database_url: URL, keys: KeyRing
) -> None:
    database = Database(database_url, audit_key=keys.get("audit"))
    await act(database, times=3)
    await HeadKeeper(database, keys).write()
    await act(database, times=2)
    assert await audit.verify(database, keys) == []
    keys.destroy("audit")
    with pytest.raises(KeyMissing):
        await audit.verify(database, keys)
    await database.close()


async def _restore(database: Database, last: int) -> None:
    """An older copy in the place of the database: it ends with entry `last`."""
    async with database.write() as tx:
        await tx.execute(delete(entries).where(entries.c.number > last))
        await tx.execute(update(counters).values(value=last))


@pytest.fixture
async def whole(database_url: URL, keys: KeyRing) -> AsyncIterator[Database]:
    """A database with nine entries, the last of which the key folder remembers."""
    database = Database(database_url, audit_key=keys.get("audit"))
    await act(database, times=9)
    await HeadKeeper(database, keys).write()
    yield database
    await database.close()


async def test_an_older_backup_is_accepted_once_and_told_for_ever(
    whole: Database, keys: KeyRing
) -> None:
    """Once `verify` was red for ever after an honest restore."""
    await _restore(whole, 6)
    assert await audit.verify(whole, keys) != []
    lost = Finding(Fault.RESTORED, 7, 9)
    assert await audit.accept_restored(whole, keys, BY_OPERATOR) == lost
    await act(whole, times=5)
    await HeadKeeper(whole, keys).write()
    assert await audit.verify(whole, keys) == []
    async with whole.read() as tx:
        assert await chain_of.restored(tx) == [lost]
    with pytest.raises(NothingLost):
        await audit.accept_restored(whole, keys, BY_OPERATOR)


async def test_a_backup_that_has_grown_again_is_accepted_too(
    whole: Database, keys: KeyRing
) -> None:
    await _restore(whole, 6)
    await act(whole, times=8, subject="item:2")
    assert await audit.accept_restored(whole, keys, BY_OPERATOR) == Finding(Fault.RESTORED, 9, 9)
    assert await audit.verify(whole, keys) == []


async def test_what_was_changed_is_not_accepted_as_a_backup(whole: Database, keys: KeyRing) -> None:
    await _restore(whole, 6)
    before = keys.read_head()
    async with whole.write() as tx:
        await tx.execute(update(entries).where(entries.c.number == 3).values(act="item.nothing"))
    with pytest.raises(AuditChanged):
        await audit.accept_restored(whole, keys, BY_OPERATOR)
    assert keys.read_head() == before

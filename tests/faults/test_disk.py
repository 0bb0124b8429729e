"""Fault 11: disk full, read-only folder. Nothing is acknowledged, and it recovers by itself."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import insert, select
from telegram import Bot, Update, User

from bot import inbox
from bot.inbox import After, Inbox
from bot.keys import KeyRing
from storage.database import UNAVAILABLE, Database, Transaction
from storage.tables import inbox as inbox_rows
from storage.tables import outbox
from tests.conftest import FrozenClock, sqlite_url

pytestmark = pytest.mark.faults

BOT_ID = 77


class Disk(Protocol):
    """A place for the database, which can be made full or read-only."""

    name: str
    folder: Path

    def fill(self) -> None: ...

    def free(self) -> None: ...

    def forbid(self) -> None: ...

    def allow(self) -> None: ...


class TinyDisk:
    """A file system of its own, of 3 MB; only root can make one."""

    name = "tmpfs of 3 MB"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass

    def free(self) -> None:
        self._filler.unlink()

    def forbid(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)

    def allow(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)


class LimitedFiles:
    """The ordinary disk, on which no file of this process may grow, or none may be changed."""

    name = "RLIMIT_FSIZE and permissions"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._usual = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        largest = max(file.stat().st_size for file in self.folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, self._usual[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._usual)

    def forbid(self) -> None:
        self._permit(file=0o400, folder=0o500)

    def allow(self) -> None:
        self._permit(file=0o600, folder=0o700)

    def _permit(self, *, file: int, folder: int) -> None:
        for each in self.folder.iterdir():
            each.chmod(file)
        self.folder.chmod(folder)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Disk | None]:
    """A file system of its own, or None where this process may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    yield TinyDisk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disk(
    tiny_disk: Disk | None, tmp_path: Path, record_property: Callable[[str, object], None]
) -> Disk:
    disk = tiny_disk or LimitedFiles(tmp_path / "disk")
    record_property("fault 11 by", disk.name)
    return disk


@pytest.fixture
def path(disk: Disk, migrated_sqlite: Path) -> Path:
    """A database on that disk."""
    return Path(shutil.copyfile(migrated_sqlite, disk.folder / "focalpoint.db"))


@pytest.fixture
async def on_disk(path: Path) -> AsyncIterator[Database]:
    ring = KeyRing(path.parent / "keys")
    database = Database(sqlite_url(path), ring=ring)
    yield database
    await database.close()


@pytest.fixture
def receiver(on_disk: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """An inbox that answers each update with a receipt."""
    monkeypatch.setattr(inbox, "RETRY_PAUSES", (0.01, 0.02))
    bot = Bot(f"{BOT_ID}:x")
    bot._bot_user = User(BOT_ID, "Focal Point", is_bot=True)
    return Inbox(on_disk, bot, clock, handle=acknowledge, apologise=acknowledge)


def report(update_id: int) -> dict[str, Any]:
    """A long text in Arabic, from a chat of its own: some 24 kB."""
    chat = {"id": 1000 + update_id, "type": "private", "first_name": "A"}
    sender = {"id": 1000 + update_id, "is_bot": False, "first_name": "A"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": "تقرير" * 800}
    return {"update_id": update_id, "message": message}


async def acknowledge(tx: Transaction, update: Update, *, now: datetime) -> list[After]:
    """What handlers do: a receipt in the transaction of the update."""
    receipt = {"key": f"receipt:{update.update_id}", "bot_id": BOT_ID, "lane": "reply"}
    moments = {"created_at": now, "due_at": now}
    await tx.execute(insert(outbox).values(**receipt, **moments, state="planned"))
    return []


async def is_taken(receiver: Inbox, update_id: int) -> bool:
    """Whether Telegram would be told that the update was received."""
    try:
        await receiver.receive([report(update_id)])
    except UNAVAILABLE:
        return False
    return True


async def ids(database: Database, column: Any) -> list[Any]:
    async with database.read() as tx:
        return await tx.values(select(column).order_by(column))


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    answer: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return answer


async def test_a_full_disk_acknowledges_nothing_and_loses_nothing(
    disk: Disk,
    receiver: Inbox,
    on_disk: Database,
    path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    taken = [n for n in range(1, 4) if await is_taken(receiver, n)]
    await receiver.settle()
    assert taken == [1, 2, 3]

    disk.fill()
    refused: list[int] = []
    while len(refused) < 5:
        n = len(taken) + len(refused) + 1
        (taken if await is_taken(receiver, n) else refused).append(n)
    assert await ids(on_disk, inbox_rows.c.update_id) == taken

    disk.free()
    assert all([await is_taken(receiver, n) for n in refused])
    await receiver.settle()
    async with on_disk.read() as tx:
        states = await tx.rows(select(inbox_rows.c.update_id, inbox_rows.c.state))
    everything = sorted(taken + refused)
    assert {row["update_id"]: row["state"] for row in states} == dict.fromkeys(everything, "done")
    assert sorted(await ids(on_disk, outbox.c.key)) == sorted(f"receipt:{n}" for n in everything)
    assert integrity(path) == "ok"
    record_property("fault 11, taken although full, refused", (len(taken) - 3, len(refused)))


async def test_a_transaction_that_meets_a_full_disk_keeps_no_lock_and_no_half(
    disk: Disk, on_disk: Database, path: Path
) -> None:
    async def write(update_id: int, size: int) -> None:
        row = {"update_id": update_id, "state": "pending", "body": bytes(size)}
        now = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
        async with on_disk.write() as tx:
            for part in range(3):
                await tx.execute(insert(inbox_rows).values(**row, bot_id=part, received_at=now))

    await write(1, 10)
    disk.fill()
    for _ in range(5):
        with pytest.raises(UNAVAILABLE):
            await write(2, 400_000)
    disk.free()
    await write(3, 100_000)
    assert await ids(on_disk, inbox_rows.c.update_id) == [1, 1, 1, 3, 3, 3]
    assert integrity(path) == "ok"


async def test_a_read_only_folder_acknowledges_nothing_and_heals_alone(
    disk: Disk, receiver: Inbox, on_disk: Database, path: Path
) -> None:
    """The program starts on it, and goes on once the folder can be written, without a restart."""
    disk.forbid()
    threads = threading.active_count()
    refused = [await is_taken(receiver, n % 3 + 1) for n in range(15)]
    left_open = threading.active_count() - threads
    disk.allow()
    assert refused == [False] * 15
    assert left_open < 5  # a connection that could not be set up is closed again
    assert [await is_taken(receiver, n) for n in range(1, 4)] == [True, True, True]
    await receiver.settle()
    assert await ids(on_disk, outbox.c.key) == ["receipt:1", "receipt:2", "receipt:3"]
    assert integrity(path) == "ok"

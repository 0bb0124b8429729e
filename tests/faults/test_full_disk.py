"""Fault 11 under the whole running bot: a full disk, a folder that cannot be written any more."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.conftest import missing
from tests.faults.crowd import Crowd
from tests.faults.nursery import Nursery

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


class TinyDisk:
    """A file system of its own, of 16 MB, for the data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue

    def free(self) -> None:
        (self.folder / "filler").unlink()

    def forbid(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)

    def allow(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)


class Seal:
    """Makes a database read-only for those, too, who hold it open: no mount and no mode does that.

    Its file of shared memory stays as it is: that one holds nothing that would be kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sealed: list[Path] = []

    def forbid(self) -> None:
        self._sealed = [self.folder / "focalpoint.db", self.folder / "focalpoint.db-wal"]
        self._sealed.append(self.folder)
        subprocess.run(["chattr", "+i", *self._sealed], check=True)

    def allow(self) -> None:
        if self._sealed:
            subprocess.run(["chattr", "-i", *self._sealed], check=True)
        self._sealed = []


def can_seal(path: Path) -> bool:
    """Whether an open file here can be made read-only: as root, on a file system that heeds it."""
    with path.open("wb", buffering=0) as opened:
        try:
            if subprocess.run(["chattr", "+i", path], check=False, capture_output=True).returncode:
                return False
            opened.write(b"1")
        except PermissionError:
            return True
        finally:
            subprocess.run(["chattr", "-i", path], check=False, capture_output=True)
    return False


@pytest.fixture
def seal(tmp_path: Path) -> Iterator[Seal]:
    """For a folder of data on the ordinary disk."""
    if not shutil.which("chattr") or not can_seal(tmp_path / "tried"):
        missing("mount", "open files cannot be made read-only here")
    seal = Seal(tmp_path / "data")
    yield seal
    seal.allow()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[TinyDisk]:
    """Only root can make one."""
    folder = tmp_path / "data"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        missing("mount", "no file system of its own can be mounted here")
    yield TinyDisk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
async def crowd(disk: TinyDisk, sandbox: Sandbox, tmp_path: Path) -> Crowd:
    """Ten people; the bot's data lies on the small disk."""
    return await Crowd.gather(sandbox, tmp_path, 10)


async def test_a_full_disk_loses_nothing_and_the_bot_recovers_by_itself(
    disk: TinyDisk,
    crowd: Crowd,
    bots: Nursery,
    record_property: Callable[[str, object], None],
) -> None:
    bot = await bots.bot(crowd.told)
    crowd.burst(10, random.Random(1))
    await crowd.rest()
    answered = sum(crowd.answers().values())

    disk.fill()
    chance = random.Random(2)
    for _ in range(60):
        crowd.burst(1, chance)
        await asyncio.sleep(0.05)
    unconfirmed = crowd.bot.mailbox.pending()
    receipts = sum(crowd.answers().values()) - answered
    acknowledged = 60 - unconfirmed
    assert crowd.lost() == set()
    assert unconfirmed > 0
    assert receipts <= acknowledged

    disk.free()
    await crowd.rest(within=90)
    await bot.kill()
    assert_all_done_once(crowd)
    record_property(
        "fault 11, full: sent meanwhile, acknowledged, receipts", (60, acknowledged, receipts)
    )


async def test_a_folder_that_cannot_be_written_acknowledges_nothing(
    disk: TinyDisk,
    crowd: Crowd,
    bots: Nursery,
    record_property: Callable[[str, object], None],
) -> None:
    """Started on it, the bot ends or waits; whoever starts it later finds everything there."""
    disk.forbid()
    crowd.burst(30, random.Random(3))
    for _ in range(3):
        bot = await bots.bot(crowd.told, wait=False)
        await asyncio.sleep(1)
        await bot.kill()
    assert crowd.bot.mailbox.pending() == len(crowd.bot.mailbox.seen)
    assert crowd.answers() == {}

    disk.allow()
    bot = await bots.bot(crowd.told)
    await crowd.rest(within=60)
    await bot.kill()
    assert_all_done_once(crowd)
    record_property("fault 11, read-only: sent meanwhile, acknowledged, receipts", (30, 0, 0))


async def test_a_folder_that_turns_read_only_under_the_bot_loses_nothing_and_heals_alone(
    seal: Seal,
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Nothing can be written although the bot holds its files open; it goes on by itself."""
    crowd = await Crowd.gather(sandbox, tmp_path, 10)
    bot = await bots.bot(crowd.told)
    crowd.burst(10, random.Random(4))
    await crowd.rest()
    answered = crowd.answers()

    seal.forbid()
    chance = random.Random(5)
    for _ in range(30):
        crowd.burst(1, chance)
        await asyncio.sleep(0.1)
    assert crowd.bot.mailbox.pending() == 30
    assert crowd.answers() == answered
    assert bot.lives

    seal.allow()
    await crowd.rest(within=60)
    assert bot.lives
    await bot.kill()
    assert_all_done_once(crowd)
    record_property(
        "fault 11, read-only while running: sent meanwhile, acknowledged, receipts", (30, 0, 0)
    )


def assert_all_done_once(crowd: Crowd) -> None:
    assert crowd.lost() == set()
    assert crowd.effects() == dict.fromkeys(crowd.sent, 1)
    assert crowd.states("inbox") == {"done": len(crowd.bot.mailbox.seen)}
    assert crowd.integrity() == "ok"
    assert all(crowd.answers()[chat] >= asked for chat, asked in crowd.asked.items())

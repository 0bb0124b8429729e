"""The store keeps bytes under their hash, once, privately, and whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.vault import NotStored, Stored, StoreUnwritable, Vault

WORDS = b"The prison inspection bill passed its first reading."
NAME = hashlib.sha256(WORDS).hexdigest()


@pytest.fixture(params=["folder", "bucket"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    return Vault.open(tmp_path / "files", "memory:///" if request.param == "bucket" else None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def files_in(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_bytes_come_back_as_they_were_put(vault: Vault) -> None:
    assert await vault.put(WORDS) == Stored(NAME, len(WORDS))
    assert await vault.read(NAME) == WORDS
    assert await vault.exists(NAME)
    assert await vault.verify(NAME)


async def test_a_path_and_a_stream_give_the_same_name_as_the_bytes(
    vault: Vault, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(WORDS)

    assert await vault.put(sent) == Stored(NAME, len(WORDS))
    assert await vault.put(in_pieces(WORDS[:7], b"", WORDS[7:])) == Stored(NAME, len(WORDS))
    assert [each async for each in vault.hashes()] == [NAME]
    assert sent.read_bytes() == WORDS


async def test_the_same_content_put_many_times_at_once_is_kept_once(
    vault: Vault, folder: Path
) -> None:
    stored = await asyncio.gather(*(vault.put(WORDS) for _ in range(20)))

    assert set(stored) == {Stored(NAME, len(WORDS))}
    assert [each async for each in vault.hashes()] == [NAME]
    assert list((folder / "incoming").iterdir()) == []


async def test_a_large_file_streams_through(vault: Vault) -> None:
    piece = os.urandom(1024 * 1024)
    stored = await vault.put(in_pieces(*[piece] * 24))

    assert stored == Stored(hashlib.sha256(piece * 24).hexdigest(), 24 * len(piece))
    assert await vault.read(stored.sha256) == piece * 24


async def test_an_empty_file_has_a_name_too(vault: Vault) -> None:
    assert await vault.put(b"") == Stored(hashlib.sha256().hexdigest(), 0)
    assert await vault.read(hashlib.sha256().hexdigest()) == b""


async def test_a_deleted_file_is_gone(vault: Vault) -> None:
    await vault.put(WORDS)

    assert await vault.delete(NAME)
    assert not await vault.delete(NAME)
    assert not await vault.exists(NAME)
    with pytest.raises(NotStored):
        await vault.read(NAME)
    with pytest.raises(NotStored):
        await vault.verify(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", NAME.upper(), NAME[:-1], NAME + "/.."])
async def test_what_is_no_hash_names_no_file(vault: Vault, name: str) -> None:
    for act in (vault.read, vault.exists, vault.delete, vault.verify):
        with pytest.raises(ValueError, match="SHA-256"):
            await act(name)


async def test_a_stream_that_breaks_off_leaves_nothing(vault: Vault, folder: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield WORDS
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await vault.put(broken())

    assert files_in(folder) == []
    assert [each async for each in vault.hashes()] == []


async def test_a_cancelled_put_leaves_nothing(vault: Vault, folder: Path) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield WORDS
            started.set()
            await asyncio.sleep(0.01)

    putting = asyncio.create_task(vault.put(endless()))
    await started.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting

    assert files_in(folder) == []


# -- The folder ------------------------------------------------------------------------------------


async def test_only_the_owner_may_read_what_is_kept(folder: Path) -> None:
    await Vault.open(folder).put(WORDS)
    kept = folder / "kept" / NAME[:2] / NAME[2:4] / NAME

    assert files_in(folder) == [kept]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for each in (folder, folder / "incoming", *kept.parents[:3]):
        assert stat.S_IMODE(each.stat().st_mode) == 0o700


async def test_a_large_file_is_read_in_chunks(folder: Path) -> None:
    vault = Vault.open(folder)
    stored = await vault.put(bytes(24 * 1024 * 1024))

    assert max([len(chunk) async for chunk in vault.open_file(stored.sha256)]) < 4 * 1024 * 1024


async def test_altered_bytes_are_found_out(folder: Path) -> None:
    vault = Vault.open(folder)
    await vault.put(WORDS)
    (folder / "kept" / NAME[:2] / NAME[2:4] / NAME).write_bytes(WORDS.upper())

    assert not await vault.verify(NAME)


async def test_putting_a_file_again_mends_a_cut_one(folder: Path) -> None:
    vault = Vault.open(folder)
    await vault.put(WORDS)
    (folder / "kept" / NAME[:2] / NAME[2:4] / NAME).write_bytes(WORDS[:9])

    await vault.put(WORDS)

    assert await vault.verify(NAME)


async def test_the_file_and_its_folders_are_synced_before_put_returns(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power may fail the moment after the row that names the file commits."""
    synced: list[Path] = []
    really = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        really(descriptor)

    vault = Vault.open(folder)
    monkeypatch.setattr("os.fsync", noting)
    await vault.put(WORDS)

    kept = folder / "kept"
    assert synced[0].parent == folder / "incoming"
    assert synced[1:] == [kept / NAME[:2] / NAME[2:4], kept / NAME[:2], kept]


DIES = """
import asyncio, os, sys
from pathlib import Path
from storage.vault import Vault

async def dying():
    yield b"half of a file"
    os.kill(os.getpid(), 9)
    yield b"the rest"

asyncio.run(Vault.open(Path(sys.argv[1])).put(dying()))
"""


async def test_a_put_killed_midway_leaves_a_staged_file_that_the_sweep_removes(
    folder: Path,
) -> None:
    dying = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, str(folder))
    assert await dying.wait() == -9
    vault = Vault.open(folder)
    now = datetime.now(UTC)

    assert [each.parent for each in files_in(folder)] == [folder / "incoming"]
    assert [each async for each in vault.hashes()] == []
    assert await vault.sweep(before=now - timedelta(hours=1)) == 0
    assert await vault.sweep(before=now + timedelta(hours=1)) == 1
    assert files_in(folder) == []


async def test_the_sweep_leaves_what_is_just_being_put(folder: Path) -> None:
    """By a command at the shell, say, while the bot starts."""
    vault, other = Vault.open(folder), Vault.open(folder)
    swept: list[int] = []

    async def source() -> AsyncIterator[bytes]:
        yield b"half of a file"
        swept.append(await other.sweep(before=datetime.now(UTC) + timedelta(hours=1)))

    async def before(made: Stored) -> None:
        assert not await vault.exists(made.sha256)
        swept.append(await other.sweep(before=datetime.now(UTC) + timedelta(hours=1)))

    kept = await vault.put(source(), before=before)
    assert swept == [0, 0]
    assert await vault.read(kept.sha256) == b"half of a file"


async def test_a_store_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")

    with pytest.raises(StoreUnwritable):
        Vault.open(tmp_path / "files")

"""The store of files: bytes kept under their SHA-256, in a private folder or behind an S3 address.

A file is never named by its sender. `put` returns only when the bytes outlive a power cut, so that
the row that names them may commit; whatever ends it earlier leaves at most a staged file, which
`sweep` removes.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from bot.tasks import uninterrupted

R = TypeVar("R")

_CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StoreUnavailable(Exception):
    """The store cannot be used now, and nothing of what was asked happened; later it may work."""


class StoreFull(StoreUnavailable):
    """No room is left, or a quota is used up."""


class StoreUnwritable(StoreUnavailable):
    """The folder or bucket refuses to be written."""


class NotStored(Exception):
    """No file of this SHA-256 is in the store."""


@dataclass(frozen=True)
class Stored:
    """A file in the store: its SHA-256 in lower-case hexadecimal and its size in bytes."""

    sha256: str
    size: int


Before = Callable[[Stored], Awaitable[None]]


class Vault:
    """The store; this class keeps its files in a bucket, `_FolderVault` in a folder."""

    def __init__(self, store: ObjectStore, incoming: Path) -> None:
        self._store = store
        self._incoming = incoming
        self.naming = asyncio.Lock()
        """Held from a `put` to the commit that names the file, and while unnamed ones go."""

    @classmethod
    def open(cls, folder: Path, url: str | None = None, **options: Any) -> Vault:
        """The store in `folder`, or behind `url` (`s3://bucket/prefix`) and staged in `folder`.

        `options` are obstore's for that kind of storage (`endpoint`, `region`, …). Raises
        StoreUnavailable where the folder can be neither found nor made.
        """
        with _typed_errors():
            _make_private(folder)
            _sync_folder(folder.parent)
            if url is not None:
                return Vault(from_url(url, **options), folder / "incoming")
            _make_private(folder / "kept")
            _sync_folder(folder)
            return _FolderVault(folder / "kept", folder / "incoming")

    async def put(
        self, source: Path | bytes | AsyncIterable[bytes], *, before: Before | None = None
    ) -> Stored:
        """Keep the bytes and say under which name; the same content is kept once.

        `before` is awaited once the name is known and before the store has it. Raises StoreFull or
        StoreUnwritable, and then nothing stays behind.
        """
        staged = _Staged(self._incoming)
        try:
            with _typed_errors():
                await _in_thread(staged.open)
            async for chunk in _chunks(source):
                with _typed_errors():
                    await _in_thread(staged.write, chunk)
            with _typed_errors():
                await _in_thread(staged.finish)
            if before is not None:
                await before(staged.stored)
            with _typed_errors():
                await self._keep(staged)
            return staged.stored
        finally:
            await _in_thread(staged.discard)

    async def open_file(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of at least 1 MiB, save the last; raises NotStored."""
        try:
            with _typed_reading():
                found = await obstore.get_async(self._store, _key(sha256))
                async for chunk in found.stream(min_chunk_size=_CHUNK):
                    yield bytes(chunk)
        except FileNotFoundError:
            raise NotStored(sha256) from None

    async def read(self, sha256: str) -> bytes:
        """All the bytes at once; raises NotStored."""
        return b"".join([chunk async for chunk in self.open_file(sha256)])

    async def exists(self, sha256: str) -> bool:
        """Whether the file is in the store."""
        return await self._size(sha256) is not None

    async def verify(self, sha256: str) -> bool:
        """Whether the stored bytes still have the hash that names them; raises NotStored."""
        digest = hashlib.sha256()
        async for chunk in self.open_file(sha256):
            digest.update(chunk)
        return digest.hexdigest() == sha256

    async def delete(self, sha256: str) -> bool:
        """Remove the file for good; False if it was not there."""
        with _typed_errors():
            if not await self.exists(sha256):
                return False
            await self._drop(sha256)
            return True

    async def hashes(self) -> AsyncIterator[str]:
        """The name of every stored file, in no order."""
        with _typed_reading():
            async for batch in obstore.list(self._store):
                for each in batch:
                    if _SHA256.fullmatch(name := each["path"].rpartition("/")[2]):
                        yield name

    async def sweep(self, *, before: datetime) -> int:
        """Remove what interrupted `put`s left staged before that moment; how many there were.

        What is just being put, by another process too, stays.
        """
        with _typed_errors():
            return await _in_thread(_sweep, self._incoming, before)

    async def _size(self, sha256: str) -> int | None:
        try:
            with _typed_reading():
                return (await obstore.head_async(self._store, _key(sha256)))["size"]
        except FileNotFoundError:
            return None

    async def _keep(self, staged: _Staged) -> None:
        if await self._size(staged.stored.sha256) != staged.stored.size:
            await obstore.put_async(self._store, _key(staged.stored.sha256), staged.path)

    async def _drop(self, sha256: str) -> None:
        await obstore.delete_async(self._store, _key(sha256))


class _FolderVault(Vault):
    """The store in a folder of this machine: a file counts once it and its folders are synced."""

    def __init__(self, folder: Path, incoming: Path) -> None:
        super().__init__(LocalStore(folder), incoming)
        self._folder = folder

    async def _keep(self, staged: _Staged) -> None:
        await _in_thread(self._move_in, staged)

    async def _drop(self, sha256: str) -> None:
        await _in_thread(self._remove, self._folder / _key(sha256))

    def _move_in(self, staged: _Staged) -> None:
        target = self._folder / _key(staged.stored.sha256)
        _make_private(target.parent.parent)
        _make_private(target.parent)
        if not target.exists() or target.stat().st_size != staged.stored.size:
            staged.path.replace(target)
        # Another `put` may have made these a moment ago and not synced them yet: sync them always.
        for folder in (target.parent, target.parent.parent, self._folder):
            _sync_folder(folder)

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)


class _Staged:
    """A file on its way into the store: written, hashed and synced under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digest = hashlib.sha256()
        self._size = 0
        self._descriptor: int | None = None
        self._path: Path | None = None

    @property
    def path(self) -> Path:
        assert self._path is not None
        return self._path

    @property
    def stored(self) -> Stored:
        return Stored(self._digest.hexdigest(), self._size)

    def open(self) -> None:
        _make_private(self._folder)
        self._descriptor, name = tempfile.mkstemp(dir=self._folder)  # with mode 0600
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)  # until it ends, be it that it is killed
        self._path = Path(name)

    def write(self, chunk: bytes) -> None:
        assert self._descriptor is not None
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._digest.update(chunk)
        self._size += len(chunk)

    def finish(self) -> None:
        assert self._descriptor is not None
        os.fsync(self._descriptor)

    def discard(self) -> None:
        """Close the file and remove it if it is still here."""
        with suppress(OSError):  # closing a file on a full disk may fail once more
            self._close()
        if self._path is not None:
            with suppress(OSError):  # a folder that became read-only: the sweep comes back for it
                self._path.unlink()

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


def _key(sha256: str) -> str:
    """The place of a file: `ab/cd/abcd…`; raises ValueError for what is no SHA-256."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


async def _chunks(source: Path | bytes | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, Path):
        with source.open("rb") as file:
            while chunk := await _in_thread(file.read, _CHUNK):
                yield chunk
    else:
        async for chunk in source:
            yield chunk


async def _in_thread(function: Callable[..., R], *arguments: Any) -> R:
    """The result of a blocking call; a cancellation waits for its end: nothing runs on behind."""
    return await uninterrupted(asyncio.to_thread(function, *arguments))


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = StoreFull if error.errno in _FULL else StoreUnwritable
        raise kind(errno.errorcode.get(error.errno or 0, "unknown")) from error
    except BaseError as error:
        raise StoreUnwritable(type(error).__name__) from error


@contextmanager
def _typed_reading() -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        raise StoreUnavailable(type(error).__name__) from error


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(incoming: Path, before: datetime) -> int:
    if not incoming.exists():
        return 0
    swept = 0
    for each in incoming.iterdir():
        with suppress(FileNotFoundError, BlockingIOError), each.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)  # else its `put` goes on
            if datetime.fromtimestamp(each.stat().st_mtime, UTC) < before:
                each.unlink()
                swept += 1
    return swept

"""The key ring: secrets in files of their own, outside the database and its backups.

A key is made when it is first asked for and is gone for good once destroyed; what it sealed goes
with it, in old backups too. Beside the keys lie the heads of chains: how long a chain is and how it
ends, so that a chain whose tail was cut is found out; and files to which lines are only ever added.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.clock import Clock

KEY_SIZE = 32

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NONCE_SIZE = 12
_STAGED = "staged.new"
_SEALED_1 = b"\x01"  # AES-256-GCM: this mark, the nonce, then the ciphertext with its tag


class KeyMissing(Exception):
    """There is no key of this name, or no longer."""


class KeyDamaged(Exception):
    """The file of a key or head is not what was written there."""


class Unsealable(Exception):
    """Sealed with another key, for another context, or altered since."""


class HeadGoesBack(Exception):
    """A head would name a shorter chain than it does now."""


@dataclass(frozen=True)
class Head:
    """How a chain ends: its last hash (64 hexadecimal digits) and how many entries it has."""

    hash: str
    count: int


class KeyRing:
    """The keys and heads in one private folder; every change is on disk when a method returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    # -- Keys --------------------------------------------------------------------------------------

    def get(self, name: str) -> bytes:
        """The key of that name, 32 bytes; made now if there is none."""
        try:
            return self.existing(name)
        except KeyMissing:
            return self._make(name)

    def existing(self, name: str) -> bytes:
        """The key of that name; raises KeyMissing where making a new one would hide a loss."""
        try:
            key = self._path(name).read_bytes()
        except FileNotFoundError:
            raise KeyMissing(name) from None
        if len(key) != KEY_SIZE:
            raise KeyDamaged(name)
        return key

    def destroy(self, name: str) -> bool:
        """Overwrite and remove the key for good; False if there was none."""
        path = self._path(name)
        with self._changing():
            if not path.exists():
                return False
            with path.open("r+b", buffering=0) as file:
                file.write(secrets.token_bytes(KEY_SIZE))
                os.fsync(file.fileno())
            path.unlink()
            return True

    def names(self, prefix: str = "", *, older_than: float = 0.0) -> list[str]:
        """The keys whose names begin so, made at least `older_than` seconds ago, in order.

        Files are aged by the machine's own clock.
        """
        found, now = [], Clock().now().timestamp()
        for path in self._folder.glob(f"{prefix}*.key"):
            with suppress(FileNotFoundError):  # destroyed meanwhile
                if now - path.stat().st_mtime >= older_than:
                    found.append(path.stem)
        return sorted(found)

    def inner(self, name: str) -> KeyRing:
        """A ring of its own in a folder of this one."""
        if not _NAME.fullmatch(name):
            raise ValueError("a ring's name is 1 to 64 of a-z 0-9 _ -")
        return KeyRing(self._folder / name)

    def dissolve(self) -> int:
        """Destroy every key of the ring, then its folder; gives how many keys there were."""
        count = sum(self.destroy(name) for name in self.names())
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder)
        return count

    # -- Heads -------------------------------------------------------------------------------------

    def read_head(self, chain: str = "audit") -> Head | None:
        """How the chain ended when its head was last written; None if it never was."""
        try:
            packed = json.loads(self._path(chain, "head").read_bytes())
            return _checked(Head(packed["hash"], packed["count"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise KeyDamaged(chain) from None

    def write_head(self, head: Head, chain: str = "audit", *, restoring: bool = False) -> None:
        """Remember how the chain ends; raises HeadGoesBack, but for `restoring` an older backup."""
        packed = json.dumps({"hash": _checked(head).hash, "count": head.count}).encode()
        with self._changing():
            before = None if restoring else self.read_head(chain)
            if before is not None and head.count < before.count:
                raise HeadGoesBack(chain)
            self._write(self._path(chain, "head"), packed)

    # -- Lines -------------------------------------------------------------------------------------

    def read_lines(self, name: str) -> list[bytes]:
        """The whole lines of a file to which lines are only ever added; none where it is not there.

        What a crash left of a line counts as none.
        """
        try:
            return self._path(name, "lines").read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return []

    def add_line(self, name: str, line: bytes) -> None:
        """Add a line to the file's end; what stands there is not touched (`chattr +a` holds)."""
        path = self._path(name, "lines")
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        with self._changing():
            descriptor = os.open(path, flags, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
                os.write(descriptor, (b"\n" if torn else b"") + line + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    # -- Files -------------------------------------------------------------------------------------

    def _path(self, name: str, kind: str = "key") -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("a key's name is 1 to 64 of a-z 0-9 _ -")
        return self._folder / f"{name}.{kind}"

    def _make(self, name: str) -> bytes:
        with self._changing():
            if not self._path(name).exists():  # another process may have been quicker
                self._write(self._path(name), secrets.token_bytes(KEY_SIZE))
        return self.existing(name)

    def _write(self, path: Path, content: bytes) -> None:
        """Put a file of that content in place, whole or not at all."""
        staged = path.with_name(_STAGED)
        staged.unlink(missing_ok=True)  # one that a crash left
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        staged.replace(path)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time changes the folder, and the change is on disk at the end."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


SEALED_START = 1 + _NONCE_SIZE
"""So many bytes of what is sealed are others each time, whatever is sealed."""


def seal(key: bytes, plain: bytes, *, context: str) -> bytes:
    """The bytes encrypted and authenticated (AES-256-GCM), bound to `context`: 29 bytes longer."""
    nonce = secrets.token_bytes(_NONCE_SIZE)
    return _SEALED_1 + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(key: bytes, sealed: bytes, *, context: str) -> bytes:
    """The bytes that `seal` sealed with this key and context; raises Unsealable."""
    nonce, ciphertext = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
    if sealed[:1] != _SEALED_1 or len(nonce) != _NONCE_SIZE:
        raise Unsealable
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, context.encode())
    except InvalidTag:
        raise Unsealable from None


def _checked(head: Head) -> Head:
    """The head itself; raises ValueError if it cannot be the head of a chain."""
    if not _HASH.fullmatch(head.hash) or type(head.count) is not int or head.count < 0:
        raise ValueError("a head is 64 hexadecimal digits and a count")
    return head

"""A folder belongs to one process at a time: a file in it that the process holds until its end."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"


class FolderInUse(Exception):
    """Another process holds the folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder is this process's until the end; raises FolderInUse. Makes the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse from None
        yield


def is_held(folder: Path) -> bool:
    """Whether a process holds the folder now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with held(folder):
            return False
    except FolderInUse:
        return True

"""Long work in another process: imports and exports, with progress, a limit and a private folder.

A job is a function by name, from a list that the program fixes when it starts. It gets one mapping
of plain values and a folder to write in, opens what it needs by itself (the database read-only,
from an address in its environment), and gives back plain values.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.exchange.confined import (
    MEGABYTE,
    Crashed,
    Limits,
    OnProgress,
    TookTooLong,
    TooMuchMemory,
    run_named,
)
from bot.tasks import uninterrupted

__all__ = ["ARCHIVE", "EXPORT", "Crashed", "Jobs", "OnProgress", "TooMuchMemory", "TookTooLong"]

# Our own work on our own data: it may reach a database server and write what chat can carry.
EXPORT = Limits(memory=1500 * MEGABYTE, cpu=900, wall=1800.0, written=2000 * MEGABYTE, network=True)
# All evidence of ten years, from a bucket: as large as the disk is, and it may take half a day.
ARCHIVE = Limits(memory=500 * MEGABYTE, cpu=14_400, wall=43_200.0, written=1 << 50, network=True)

_PLACE = re.compile(r"[a-z_][\w.]*:[a-z_]\w*")
_PREFIX = "job-"


class Jobs:
    """Runs the listed jobs, two at a time at most: the bot's own process needs a processor too."""

    def __init__(
        self,
        registry: Mapping[str, str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        at_once: int = 2,
    ) -> None:
        """`registry` maps a job's name to its function (`bot.exchange.workbook:export`).

        `folder` holds the private folders of running jobs; `environment` is all that a job sees of
        ours: the address of the database, the folder of the keys.
        """
        if wrong := [place for place in registry.values() if not _PLACE.fullmatch(place)]:
            raise ValueError(f"not module:function: {', '.join(wrong)}")
        self._registry = dict(registry)
        self._folder = folder
        self._environment = dict(environment or {})
        self._slots = asyncio.Semaphore(at_once)

    async def run(
        self,
        job: str,
        arguments: Mapping[str, Any],
        folder: Path,
        *,
        on_progress: OnProgress | None = None,
        limits: Limits = EXPORT,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """What the job's function gives for `(arguments, folder)`; KeyError if it is not listed.

        `environment` is what this job sees of ours beside what all of them do.
        `on_progress(done, total)` is called in this process. Raises the job's own Refused, or
        TookTooLong, TooMuchMemory, Crashed. A cancellation kills the process at once.
        """
        module, _, name = self._registry[job].partition(":")
        async with self._slots:
            result = await run_named(
                module,
                name,
                (dict(arguments), str(folder)),
                limits=limits,
                on_progress=on_progress,
                environment={**self._environment, **(environment or {}), "TMPDIR": str(folder)},
            )
        if not isinstance(result, dict):
            raise Crashed("no mapping")
        return result

    @asynccontextmanager
    async def room(self) -> AsyncIterator[Path]:
        """A private folder for one job's files; gone with all of them at the end."""
        room = await asyncio.to_thread(self._make_room)
        try:
            yield room
        finally:
            await uninterrupted(asyncio.to_thread(shutil.rmtree, room, ignore_errors=True))

    async def sweep(self, *, before: datetime) -> int:
        """Remove the rooms that crashes left before that moment; how many there were."""
        return await asyncio.to_thread(self._remove_rooms, before)

    def _make_room(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._folder)).absolute()  # mode 0700

    def _remove_rooms(self, before: datetime) -> int:
        rooms = [
            room
            for room in self._folder.glob(f"{_PREFIX}*")
            if datetime.fromtimestamp(room.stat().st_mtime, UTC) < before
        ]
        for room in rooms:
            shutil.rmtree(room, ignore_errors=True)
        return len(rooms)


def file_in(room: Path, name: str) -> Path:
    """The file that a job says it wrote: a plain one in its room; raises Crashed otherwise."""
    path = room / name
    if path.parent != room or path.is_symlink() or not path.is_file():
        raise Crashed("no file in its room")
    return path

"""Writes the audit for the operator: a line of JSON an entry, streamed from one snapshot."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.people import COMMAND_LINE
from bot.services import audit as service
from bot.works import Tools
from storage import audit

FLUSHED = 2000  # lines written at once


@dataclass(frozen=True)
class Made:
    """An audit that was written: its digest, how many entries, and the hash of the last one."""

    sha256: str
    entries: int
    hash: str | None


async def write_out(tools: Tools, target: Path, *, words: bool) -> Made:
    """Write every entry to `target`, as `storage.audit.export` describes them.

    What stood there before goes only once the new one is whole and its trace is kept.
    """
    unfinished = target.with_name(f".{target.name}.part")
    try:
        made = await _written(tools, unfinished, words=words)
        async with tools.database.write() as tx:
            act = tools.by(COMMAND_LINE)
            await service.handed_out(tx, act, entries=made.entries, sha256=made.sha256, words=words)
        await asyncio.to_thread(unfinished.replace, target)
    finally:
        await asyncio.to_thread(unfinished.unlink, missing_ok=True)
    return made


async def _written(tools: Tools, path: Path, *, words: bool) -> Made:
    digest, entries = hashlib.sha256(), 0
    with path.open("wb") as file:
        async with tools.database.read() as tx:
            head = await audit.head(tx)
            page: list[str] = []
            async for line in audit.export(tx, words=words):
                page.append(f"{line}\n")
                entries += 1
                if len(page) == FLUSHED:
                    _write(file, digest, page)
            _write(file, digest, page)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    return Made(digest.hexdigest(), entries, None if head is None else head.hash)


def _write(file: BinaryIO, digest: Any, page: list[str]) -> None:
    written = "".join(page).encode()
    file.write(written)
    digest.update(written)
    page.clear()

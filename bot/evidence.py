"""Files that people sent: fetched from when the message arrives, looked at, hashed and stored."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from telegram import Bot

from bot import logs
from bot.clock import Clock
from bot.domain.errors import Refused
from bot.domain.people import TICK, Act
from bot.exchange import reports_work
from bot.exchange.confined import confined
from bot.exchange.inspect import MAX_SIZE, FileKind, inspect
from bot.exchange.refusals import FilledWorkbook, TooLarge
from bot.fetcher import Fetcher
from bot.services import evidence as service
from bot.services.evidence import MEGABYTE
from bot.wire.download import streamed
from storage import evidence, files, redactions
from storage.database import Database
from storage.evidence import Awaited
from storage.vault import Vault

log = logs.get(__name__)

AT_ONCE = 3
Look = Callable[[Path, str], Awaitable[FileKind]]


async def look(path: Path, name: str) -> FileKind:
    """What kind of file came; refuses as `inspect`, and the workbook that reports come back in."""
    kind = await inspect(path, name)
    if kind.extension == "xlsx" and await confined(reports_work.recognises, str(path)):
        raise FilledWorkbook
    return kind


class Evidence(Fetcher[Awaited]):
    """Fetches what is awaited and removes what nothing names any more."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        vault: Vault,
        clock: Clock,
        zone: ZoneInfo,
        *,
        look: Look = look,
    ) -> None:
        super().__init__(database, clock, what="evidence", wake="evidence", largest=MAX_SIZE)
        self._bot = bot
        self._vault = vault
        self._zone = zone
        self._look = look

    async def tick(self) -> int:
        """Fetch everything that is due now, then tidy; gives how many files were tried."""
        tried = 0
        while True:
            async with self._database.read() as tx:
                due = await evidence.due(tx, self._bot.id, now=self._clock.now(), limit=AT_ONCE)
            if not due:
                break
            await asyncio.gather(
                *(self._settled(each, self._fetch(each)) for each in _each_file_once(due))
            )
            tried += len(due)
        while await self.tidy():
            pass
        await self.settle_redactions()
        return tried

    async def settle_redactions(self) -> bool:
        """Leave no byte of what was redacted; False while somebody still reads what there was.

        Files that nothing names any more go first, then what SQLite's log still holds: should this
        end midway, the redactions say that it is to be done again.
        """
        async with self._database.read() as tx:
            ids = await redactions.unsettled(tx)
        if not ids:
            return True
        async with self._vault.naming:
            await files.sweep(self._database, self._vault)
        if not await self._database.forget_removed():
            return False
        async with self._database.write() as tx:
            await redactions.settle(tx, ids, now=self._clock.now())
        log.info("redaction.settled", count=len(ids))
        return True

    async def tidy(self) -> int:
        """Remove evidence of dropped drafts, and of withdrawn reports what was never sent.

        Gives how many pieces. The bytes go first: should this end midway, the rows still say what
        is to be removed.
        """
        async with self._vault.naming:
            async with self._database.read() as tx:
                gone = await evidence.abandoned(tx)
                unnamed = await files.unnamed_but_by(tx, gone)
            if not gone:
                return 0
            for sha256 in unnamed:
                await self._vault.delete(sha256)
            async with self._database.write() as tx:
                await evidence.forget(tx, gone)
                await files.forget(tx, unnamed)
        log.info("evidence.removed", count=len(gone), counts=f"{len(unnamed)}")
        return len(gone)

    async def _next_due(self) -> datetime | None:
        async with self._database.read() as tx:
            return await evidence.next_due(tx, self._bot.id)

    async def _fetch(self, awaited: Awaited) -> None:
        with tempfile.TemporaryDirectory(prefix="focalpoint-") as folder:
            path = Path(folder) / "file"
            await self._download(awaited, path)
            kind = await self._look(path, _claimed_name(awaited))
            await self._store(awaited, path, kind)

    async def _download(self, awaited: Awaited, path: Path) -> None:
        """Stream the file to `path`; raises TooLarge as soon as it is."""
        size = 0
        async with streamed(self._bot, awaited.file_id) as chunks:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MAX_SIZE:
                        raise TooLarge(limit=MAX_SIZE // MEGABYTE)
                    out.write(chunk)

    async def _store(self, awaited: Awaited, path: Path, kind: FileKind) -> None:
        """The bytes are synced before the row that names them commits."""
        async with self._vault.naming:
            kept = await self._vault.put(path)
            async with self._database.write() as tx:
                counted = await service.stored(
                    tx, self._act(), awaited, kind, sha256=kept.sha256, size=kept.size
                )
                needed = counted or await files.is_named(tx, kept.sha256)
            if not needed:
                await self._vault.delete(kept.sha256)

    async def _refuse(self, awaited: Awaited, refusal: Refused) -> None:
        async with self._database.write() as tx:
            await service.refused(tx, self._act(), awaited, refusal)

    def _act(self) -> Act:
        return Act(TICK, self._bot.id, self._zone, self._clock.now())

    async def _try_again(self, awaited: Awaited, reason: str, at: datetime) -> None:
        async with self._database.write() as tx:
            await evidence.mark_failed(tx, awaited, reason, next_try_at=at)


def _each_file_once(due: list[Awaited]) -> list[Awaited]:
    """Copies of a file, for the siblings of a report, are stored together with it."""
    return list({each.file_id: each for each in reversed(due)}.values())


def _claimed_name(awaited: Awaited) -> str:
    """The name under which it came; what the phone records or shoots has none."""
    return awaited.name or _NAMELESS.get(awaited.kind, awaited.kind)


_NAMELESS = {"photo": "photo.jpg", "voice": "voice.ogg", "audio": "audio.mp3", "video": "video.mp4"}

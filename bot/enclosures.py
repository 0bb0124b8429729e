"""Files of participants: fetched, stripped of what tells who made them, sealed, stored.

Their bytes are on no disk before they are sealed: they are held in memory, here and in the process
that strips them.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from telegram import Bot

from bot import logs
from bot.clock import Clock
from bot.domain.enclosures import LARGEST, Enclosure
from bot.domain.errors import Refused
from bot.domain.people import TICK, Act
from bot.exchange.confined import Limits, confined
from bot.exchange.nameless import nameless
from bot.exchange.refusals import TooLarge
from bot.fetcher import Fetcher
from bot.keys import KeyMissing
from bot.services import enclosures as service
from bot.wire.download import streamed
from storage import enclosures, files
from storage.database import Database
from storage.enclosures import REMOVED
from storage.vault import Vault

log = logs.get(__name__)

MEGABYTE = 1024 * 1024
LIMITS = Limits(memory=700 * MEGABYTE, cpu=60, wall=180, frame=64 * MEGABYTE)
AT_ONCE = 2


class Enclosures(Fetcher[Enclosure]):
    """Fetches what is awaited, by the bot that was sent it, and removes what nothing names."""

    def __init__(
        self,
        database: Database,
        bots: Mapping[int, Bot],
        vault: Vault,
        clock: Clock,
        *,
        house: int,
        zone: ZoneInfo,
    ) -> None:
        """`bots` by their ids; `house` is the id of the one by which officers are told."""
        super().__init__(database, clock, what="enclosures", wake=REMOVED, largest=LARGEST)
        self._bots = bots
        self._house = house
        self._vault = vault
        self._zone = zone

    async def tick(self) -> int:
        """Fetch everything that is due now, then sweep; gives how many files were tried."""
        tried = 0
        while True:
            async with self._database.read() as tx:
                due = await enclosures.due(tx, now=self._clock.now(), limit=AT_ONCE)
            if not due:
                break
            await asyncio.gather(*(self._settled(each, self._fetch(each)) for each in due))
            tried += len(due)
        async with self._vault.naming:
            while await files.sweep(self._database, self._vault):
                pass
        return tried

    async def _next_due(self) -> datetime | None:
        async with self._database.read() as tx:
            return await enclosures.next_due(tx)

    async def _fetch(self, awaited: Enclosure) -> None:
        try:
            data = await self._download(awaited)
            claimed = "" if awaited.origin is None else awaited.origin.name
            encoded = base64.b64encode(data).decode()
            await self._store(awaited, await confined(nameless, encoded, claimed, limits=LIMITS))
        except KeyMissing:
            log.info("enclosures.erased", id=awaited.id)  # and its row with it, or soon

    async def _download(self, awaited: Enclosure) -> bytes:
        """The file as it was sent; raises TooLarge as soon as it is."""
        if awaited.origin is None:  # its keys are gone
            raise KeyMissing(awaited.handle)
        data = bytearray()
        async with streamed(self._bots[awaited.origin.bot_id], awaited.origin.file_id) as pieces:
            async for piece in pieces:
                data += piece
                if len(data) > LARGEST:
                    raise TooLarge(limit=LARGEST // MEGABYTE)
        return bytes(data)

    async def _store(self, awaited: Enclosure, found: Mapping[str, Any]) -> None:
        """Seal and keep it, unless it was taken back meanwhile: then nothing names what was put."""
        kept = {each: base64.b64decode(found[each]) for each in ("kept", "shown") if each in found}
        async with self._database.read() as tx:
            sealed = {each: enclosures.seal_content(tx, awaited, kept[each]) for each in kept}
        async with self._vault.naming:
            put = {each: await self._vault.put(sealed[each]) for each in sealed}
            async with self._database.write() as tx:
                for each in put.values():
                    now, kind = self._morning(), "application/octet-stream"
                    await files.add(tx, each.sha256, size=each.size, media_type=kind, now=now)
                shown = put.get("shown")
                await service.stored(
                    tx,
                    self._act(),
                    awaited,
                    extension=found["extension"],
                    stored=put["kept"].sha256,
                    shown=None if shown is None else shown.sha256,
                    text=found.get("text"),
                )

    async def _refuse(self, awaited: Enclosure, refusal: Refused) -> None:
        async with self._database.write() as tx:
            await service.refused(tx, self._act(), awaited, refusal)

    async def _try_again(self, awaited: Enclosure, reason: str, at: datetime) -> None:
        async with self._database.write() as tx:
            await enclosures.try_again(tx, awaited, at)

    def _act(self) -> Act:
        return Act(TICK, self._house, self._zone, self._clock.now())

    def _morning(self) -> datetime:
        """The beginning of today: of what participants do, no time of day is kept."""
        return datetime.combine(self._act().today, time(), self._zone)

"""Files of participants: fetched, stripped of what tells who made them, sealed, stored.

Their bytes are on no disk before they are sealed: they are held in memory, here and in the process
that strips them.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot import logs
from bot.clock import Clock
from bot.domain.enclosures import LARGEST, Enclosure
from bot.domain.errors import Refused
from bot.domain.people import TICK, Act
from bot.exchange.confined import Crashed, Limits, TookTooLong, TooMuchMemory, confined
from bot.exchange.nameless import nameless
from bot.exchange.refusals import Damaged, TooLarge, UnpacksTooBig
from bot.keys import KeyMissing
from bot.services import enclosures as service
from bot.services.evidence import Unavailable
from bot.wire.download import streamed
from storage import enclosures, files
from storage.database import Database
from storage.enclosures import REMOVED
from storage.vault import StoreUnavailable, Vault

log = logs.get(__name__)

MEGABYTE = 1024 * 1024
LIMITS = Limits(memory=700 * MEGABYTE, cpu=60, wall=180, frame=64 * MEGABYTE)
AT_ONCE = 2
PAUSES = (5, 15, 60, 300, 900, 3600)  # seconds before each further try
PATIENCE = 6  # tries for a file that Telegram does not find or that breaks whoever looks at it
PULSE = 60.0  # seconds: no wake-up is needed for a retry that is due


class Enclosures:
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
        self._database = database
        self._bots = bots
        self._house = house
        self._vault = vault
        self._clock = clock
        self._zone = zone
        self._called = asyncio.Event()
        database.subscribe(REMOVED, self._called.set)

    async def run(self) -> None:
        """Fetch and sweep whenever something was sent or taken back, and retry; until cancelled."""
        while True:
            self._called.clear()
            pause = PULSE
            try:
                await self.tick()
                pause = await self._pause()
            except Exception as error:  # a tick loop outlives whatever a tick meets
                log.exception("enclosures.tick_failed", error=type(error).__name__)
            try:
                async with asyncio.timeout(pause):
                    await self._called.wait()
            except TimeoutError:
                pass

    async def tick(self) -> int:
        """Fetch everything that is due now, then sweep; gives how many files were tried."""
        tried = 0
        while True:
            async with self._database.read() as tx:
                due = await enclosures.due(tx, now=self._clock.now(), limit=AT_ONCE)
            if not due:
                break
            await asyncio.gather(*map(self._fetch, due))
            tried += len(due)
        async with self._vault.naming:
            while await files.sweep(self._database, self._vault):
                pass
        return tried

    async def _pause(self) -> float:
        """Seconds until the next retry, a tick at most."""
        async with self._database.read() as tx:
            due = await enclosures.next_due(tx)
        left = PULSE if due is None else (due - self._clock.now()).total_seconds()
        return min(max(left, 1.0), PULSE)

    async def _fetch(self, awaited: Enclosure) -> None:
        """Try once: the file is stored, refused, or tried again later."""
        try:
            data = await self._download(awaited)
            claimed = "" if awaited.origin is None else awaited.origin.name
            encoded = base64.b64encode(data).decode()
            found = await confined(nameless, encoded, claimed, limits=LIMITS)
            await self._store(awaited, found)
        except KeyMissing:
            log.info("enclosures.erased", id=awaited.id)  # and its row with it, or soon
        except (TookTooLong, TooMuchMemory):
            await self._refuse(awaited, UnpacksTooBig())
        except Crashed as crashed:
            await self._later(awaited, "crashed", crashed, at_last=Damaged())
        except Refused as refused:
            await self._refuse(awaited, refused)
        except BadRequest as bad:
            if "too big" in str(bad).lower():
                await self._refuse(awaited, TooLarge(limit=LARGEST // MEGABYTE))
            else:
                await self._later(awaited, "not_found", bad, at_last=Unavailable())
        except (TelegramError, httpx.HTTPError, TimeoutError) as error:
            await self._later(awaited, "unreached", error)
        except (StoreUnavailable, OSError) as error:
            await self._later(awaited, "store", error)

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
        log.info("enclosures.refused", id=awaited.id, reason=refusal.key)
        async with self._database.write() as tx:
            await service.refused(tx, self._act(), awaited, refusal)

    async def _later(
        self, awaited: Enclosure, reason: str, error: Exception, *, at_last: Refused | None = None
    ) -> None:
        """Try again after a growing pause; with `at_last`, refuse once patience is at its end."""
        if at_last is not None and awaited.attempts + 1 >= PATIENCE:
            await self._refuse(awaited, at_last)
            return
        pause = PAUSES[min(awaited.attempts, len(PAUSES) - 1)]
        log.warning(
            "enclosures.try_again",
            id=awaited.id,
            reason=reason,
            error=type(error).__name__,
            attempts=awaited.attempts + 1,
            retry_after=pause,
        )
        async with self._database.write() as tx:
            again = self._clock.now() + timedelta(seconds=pause)
            await enclosures.try_again(tx, awaited, again)

    def _act(self) -> Act:
        return Act(TICK, self._house, self._zone, self._clock.now())

    def _morning(self) -> datetime:
        """The beginning of today: of what participants do, no time of day is kept."""
        return datetime.combine(self._act().today, time(), self._zone)

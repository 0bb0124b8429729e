"""Fetching files that people sent, with patience: what evidence and enclosures have in common."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import httpx
from telegram.error import BadRequest, TelegramError

from bot import logs
from bot.clock import Clock
from bot.domain.errors import Refused
from bot.exchange.confined import Crashed, TookTooLong, TooMuchMemory
from bot.exchange.refusals import Damaged, TooLarge, UnpacksTooBig
from bot.services.evidence import MEGABYTE, Unavailable
from bot.wire.request import TooManyRequests
from storage.database import Database
from storage.vault import StoreUnavailable

log = logs.get(__name__)

PAUSES = (5, 15, 60, 300, 900, 3600)  # seconds before each further try
PULSE = 60.0  # seconds: no wake-up is needed for a retry that is due
PATIENCE = 6
"""So many tries for a file that Telegram does not find or that breaks whoever looks at it."""


class Wanted(Protocol):
    """A file that Telegram has and the store has not."""

    @property
    def id(self) -> int: ...

    @property
    def attempts(self) -> int: ...


W = TypeVar("W", bound=Wanted)


class Fetcher(ABC, Generic[W]):
    """Fetches whenever `wake` is woken, and again after growing pauses; `what` is named in logs."""

    def __init__(
        self, database: Database, clock: Clock, *, what: str, wake: str, largest: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._what = what
        self._largest = largest
        self._called = asyncio.Event()
        database.subscribe(wake, self._called.set)

    async def run(self) -> None:
        """Fetch and tidy whenever something was sent or dropped, and retry; until cancelled."""
        while True:
            self._called.clear()
            pause = PULSE
            try:
                await self.tick()
                pause = await self._pause()
            except Exception as error:  # a tick loop outlives whatever a tick meets
                log.exception("fetcher.tick_failed", kind=self._what, error=type(error).__name__)
            try:
                async with asyncio.timeout(pause):
                    await self._called.wait()
            except TimeoutError:
                pass

    @abstractmethod
    async def tick(self) -> int:
        """Fetch everything that is due now, then tidy; gives how many files were tried."""

    @abstractmethod
    async def _next_due(self) -> datetime | None:
        """When something is to be tried again."""

    @abstractmethod
    async def _refuse(self, awaited: W, refusal: Refused) -> None:
        """Nothing is kept of it; whoever sent it is told why."""

    @abstractmethod
    async def _try_again(self, awaited: W, reason: str, at: datetime) -> None:
        """Note that a try was in vain."""

    async def _settled(self, awaited: W, fetching: Awaitable[None]) -> None:
        """Try once: it is done, refused, or tried again later."""
        try:
            await fetching
        except (TookTooLong, TooMuchMemory):
            await self._refused(awaited, UnpacksTooBig())
        except Crashed as crashed:
            await self._later(awaited, "crashed", crashed, at_last=Damaged())
        except Refused as refused:
            await self._refused(awaited, refused)
        except BadRequest as bad:
            if "too big" in str(bad).lower():
                await self._refused(awaited, TooLarge(limit=self._largest // MEGABYTE))
            else:
                await self._later(awaited, "not_found", bad, at_last=Unavailable())
        except (TelegramError, httpx.HTTPError, TimeoutError) as error:
            await self._later(awaited, "unreached", error)
        except (StoreUnavailable, OSError) as error:
            await self._later(awaited, "store", error)

    async def _refused(self, awaited: W, refusal: Refused) -> None:
        log.info("fetcher.refused", kind=self._what, id=awaited.id, reason=refusal.key)
        await self._refuse(awaited, refusal)

    async def _later(
        self, awaited: W, reason: str, error: Exception, *, at_last: Refused | None = None
    ) -> None:
        """Try again after a growing pause; with `at_last`, refuse once patience is at its end."""
        if at_last is not None and awaited.attempts + 1 >= PATIENCE:
            await self._refused(awaited, at_last)
            return
        pause = PAUSES[min(awaited.attempts, len(PAUSES) - 1)]
        if isinstance(error, TooManyRequests):
            pause = max(pause, int(error.seconds) + 1)
        log.warning(
            "fetcher.try_again",
            kind=self._what,
            id=awaited.id,
            reason=reason,
            error=type(error).__name__,
            attempts=awaited.attempts + 1,
            retry_after=pause,
        )
        await self._try_again(awaited, reason, self._clock.now() + timedelta(seconds=pause))

    async def _pause(self) -> float:
        """Seconds until the next retry, a tick at most."""
        due = await self._next_due()
        left = PULSE if due is None else (due - self._clock.now()).total_seconds()
        return min(max(left, 1.0), PULSE)

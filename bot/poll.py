"""Long polling: raw updates into the inbox, confirmed only once they are committed."""

from __future__ import annotations

import asyncio

from bot import logs
from bot.clock import Clock
from bot.inbox import Inbox
from bot.wire.polling import AnotherReceiver, CannotPoll, RawPoller

log = logs.get(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between tries while something is away


class Poll:
    """Asks for updates until cancelled.

    The offset is never kept: after a restart Telegram sends again what was not confirmed, and the
    inbox knows what it has. Another poller, or a webhook set elsewhere, ends it with
    AnotherReceiver: two receivers would each get half of what people send.
    """

    def __init__(self, poller: RawPoller, inbox: Inbox, clock: Clock) -> None:
        self._poller = poller
        self._inbox = inbox
        self._clock = clock
        self.last_success: float | None = None  # ticks; its age is a health sign

    async def run(self) -> None:
        """Receive for ever; safe to cancel at any moment."""
        offset: int | None = None
        failures = 0
        while True:
            try:
                updates = await self._poller.next(offset)
                if updates:
                    await self._inbox.receive(updates)
                    offset = max(int(each["update_id"]) for each in updates) + 1
            except AnotherReceiver:
                log.error("poll.another_receiver")  # noqa: TRY400 - the event says it all
                raise
            except CannotPoll as cannot:
                failures += 1
                log.warning("poll.failed", reason=cannot.reason, tries=failures)
                await asyncio.sleep(cannot.retry_after or _pause(failures))
            except Exception as error:  # noqa: BLE001 - disk full, say: unconfirmed, so not lost
                failures += 1
                log.warning("poll.not_stored", error=type(error).__name__, tries=failures)
                await asyncio.sleep(_pause(failures))
            else:
                failures = 0
                self.last_success = self._clock.ticks()


def _pause(failures: int) -> float:
    return PAUSES[min(failures, len(PAUSES)) - 1]

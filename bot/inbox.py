"""Telegram → disk → handlers: every update committed before it is acknowledged, in order per chat."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from telegram import Bot, Update

from bot import logs
from bot.clock import Clock
from bot.tasks import Tasks
from bot.wire import updates as raw
from storage import inbox
from storage.database import Database, Transaction
from storage.inbox import Pending, RawUpdate

log = logs.get(__name__)

STRANGER_UPDATES_A_MINUTE = 20
RETRY_PAUSES = (0.2, 1.0)  # seconds before the second and the third try

After = Callable[[], Awaitable[None]]


class Handle(Protocol):
    """Handle one update inside the transaction; gives what is to be done after the commit."""

    async def __call__(self, tx: Transaction, update: Update, *, now: datetime) -> list[After]: ...


class Inbox:
    """Takes raw updates, commits them, and runs them: one at a time per chat, chats side by side.

    The chat's turn comes first and the slot second, so that one flooding chat delays no other
    (FAULTS.md 6). `handle` runs in one transaction that also finishes the update; `apologise` is
    called with an update that failed for good.
    """

    def __init__(
        self,
        database: Database,
        bot: Bot,
        clock: Clock,
        *,
        handle: Handle,
        apologise: Handle,
        slots: int = 16,
        tries: int = 3,
        time_limit: float = 20.0,
    ) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock
        self._handle = handle
        self._apologise = apologise
        self._slots = asyncio.Semaphore(slots)
        self._tries = tries
        self._time_limit = time_limit
        self._at_work: set[int | None] = set()
        self._called: set[int | None] = set()
        self._strangers: dict[int, deque[float]] = {}
        self._tasks = Tasks()
        self._stopping = False

    async def start(self) -> None:
        """Go on with everything that was stored and not finished."""
        async with self._database.read() as tx:
            chats = await inbox.waiting_chats(tx, self._bot.id)
        for chat in chats:
            self._call(chat)

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Commit raw updates; once this returns, Telegram may forget them."""
        now = self._clock.now()
        async with self._database.write() as tx:
            kept = [each for each in map(_packed, updates) if await self._admits(tx, each, now)]
            chats = await inbox.store(tx, self._bot.id, kept, now=now)
        for chat in chats:
            self._call(chat)

    async def settle(self) -> None:
        """Wait until nothing is under way (tests, orderly stop)."""
        await self._tasks.finish()

    async def stop(self) -> None:
        """Let what runs end, start nothing more; the rest waits on disk."""
        self._stopping = True
        await self._tasks.finish()

    async def _admits(self, tx: Transaction, update: RawUpdate, now: datetime) -> bool:
        """Whether the update may be stored: chats without a seat have 20 a minute."""
        if update.chat_id is None:
            return True
        ticks = self._clock.ticks()
        recent = self._strangers.setdefault(update.chat_id, deque())
        while recent and recent[0] < ticks - 60:
            recent.popleft()
        if len(recent) >= STRANGER_UPDATES_A_MINUTE and not await inbox.is_seated(
            tx, self._bot.id, update.chat_id, now=now
        ):
            return False
        recent.append(ticks)
        while len(recent) > STRANGER_UPDATES_A_MINUTE:
            recent.popleft()
        self._forget_quiet_strangers(ticks)
        return True

    def _forget_quiet_strangers(self, ticks: float) -> None:
        if len(self._strangers) > 10_000:
            self._strangers = {
                chat: recent for chat, recent in self._strangers.items() if recent[-1] > ticks - 60
            }

    def _call(self, chat: int | None) -> None:
        if self._stopping:
            return
        self._called.add(chat)
        if chat not in self._at_work:
            self._at_work.add(chat)
            self._tasks.start(self._work(chat), name=f"inbox {chat}")

    async def _work(self, chat: int | None) -> None:
        """Handle the chat's updates one after another until none is left."""
        try:
            while chat in self._called:
                self._called.discard(chat)
                while not self._stopping and await self._next(chat):
                    pass
        except Exception as error:  # the database is away; what is stored waits for the next call
            log.error("inbox.turn_failed", error=type(error).__name__)
            await asyncio.sleep(1)
            self._called.add(chat)
        finally:
            self._at_work.discard(chat)
            if chat in self._called:
                self._call(chat)

    async def _next(self, chat: int | None) -> bool:
        async with self._slots:
            async with self._database.write() as tx:
                pending = await inbox.take_turn(tx, self._bot.id, chat)
            if pending is None:
                return False
            if pending.attempts > self._tries:
                await self._give_up(pending, "tries")
                return True
            failed = not await self._try(pending)
        if failed:
            await asyncio.sleep(RETRY_PAUSES[min(pending.attempts, len(RETRY_PAUSES)) - 1])
        return True

    async def _try(self, pending: Pending) -> bool:
        """Handle the update once; True when its turn is over, one way or the other."""
        try:
            update = Update.de_json(json.loads(pending.body), self._bot)
        except Exception:
            await self._give_up(pending, "unparseable")
            return True
        try:
            after = await self._run(self._handle, pending, update)
        except Exception as error:
            log.warning(
                "inbox.failed",
                update_id=pending.update_id,
                attempt=pending.attempts,
                error=type(error).__name__,
                exc_info=error,
            )
            if pending.attempts < self._tries:
                return False
            await self._give_up(pending, "handler", update)
            return True
        for act in after:
            self._tasks.start(_ignoring_failure(act), name="inbox after")
        return True

    async def _run(self, handle: Handle, pending: Pending, update: Update) -> list[After]:
        now = self._clock.now()
        async with asyncio.timeout(self._time_limit), self._database.write() as tx:
            after = await handle(tx, update, now=now)
            if not await inbox.finish(tx, pending.bot_id, pending.update_id, now=now):
                raise RuntimeError("the update was finished by somebody else")
        return after

    async def _give_up(self, pending: Pending, reason: str, update: Update | None = None) -> None:
        """Set the update aside, tell the operator, and tell the person where there is one."""
        log.error("inbox.set_aside", update_id=pending.update_id, reason=reason)
        now = self._clock.now()
        async with self._database.write() as tx:
            await inbox.set_aside(tx, pending.bot_id, pending.update_id, reason, now=now)
        if update is None:
            return
        try:
            async with asyncio.timeout(self._time_limit), self._database.write() as tx:
                await self._apologise(tx, update, now=now)
        except Exception as error:
            log.error("inbox.no_apology", update_id=pending.update_id, error=type(error).__name__)


async def _ignoring_failure(act: After) -> None:
    """Answers to taps and typing signs are a courtesy: a failure changes nothing."""
    try:
        await act()
    except Exception as error:
        log.debug("inbox.courtesy_failed", error=type(error).__name__)


def _packed(update: Mapping[str, Any]) -> RawUpdate:
    return RawUpdate(int(update["update_id"]), raw.chat_id(update), json.dumps(update).encode())

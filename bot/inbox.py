"""Telegram → disk → handlers: each update committed before it is acknowledged, in chat order."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from telegram import Bot, Update

from bot import logs
from bot.clock import Clock
from bot.tasks import Tasks
from bot.wire import updates as raw
from storage import inbox
from storage.database import Database, Transaction, is_away
from storage.inbox import Pending, RawUpdate

log = logs.get(__name__)

STRANGER_UPDATES_A_MINUTE = 20
RETRY_PAUSES = (0.2, 1.0)  # seconds before the second and the third try
IDLE_LIMIT = 0.1  # seconds that a handler may wait for anything but its transaction

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
        away_pause: float = 1.0,
    ) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock
        self._handle = handle
        self._apologise = apologise
        self._slots = asyncio.Semaphore(slots)
        self._tries = tries
        self._time_limit = time_limit
        self._away_pause = away_pause
        self._at_work: set[int | None] = set()
        self._called: set[int | None] = set()
        self._excused: Counter[int] = Counter()  # tries that failed by no fault of the update
        self._quota = Quota(STRANGER_UPDATES_A_MINUTE)
        self._tasks = Tasks()
        self._open = True
        self._stopping = False

    async def start(self) -> None:
        """Go on with everything that was stored and not finished.

        What was under way when the program ended runs first and alone, for one of it may have
        ended the program: so the others behind it lose no try when it does so again.
        """
        async with self._database.read() as tx:
            chats = await inbox.waiting_chats(tx, self._bot.id)
            begun = await inbox.begun_chats(tx, self._bot.id)
        self._called.update(chats)
        self._open = False
        self._tasks.start(self._resume(begun), name="inbox start")

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Commit raw updates; once this returns, Telegram may forget them."""
        now, ticks = self._clock.now(), self._clock.ticks()
        async with self._database.write() as tx:
            fresh = await inbox.unknown(tx, self._bot.id, [_packed(each) for each in updates])
            admitted = await self._admitted(tx, fresh, now=now, ticks=ticks)
            await inbox.store(tx, self._bot.id, admitted, now=now)
        for each in admitted:
            self._quota.take(each.chat_id, ticks)
        for chat in dict.fromkeys(each.chat_id for each in admitted):
            self._call(chat)

    async def settle(self) -> None:
        """Wait until nothing is under way (tests, orderly stop)."""
        await self._tasks.finish()

    async def stop(self) -> None:
        """Let what runs end, start nothing more; the rest waits on disk."""
        self._stopping = True
        await self._tasks.finish()

    async def _admitted(
        self, tx: Transaction, fresh: Sequence[RawUpdate], *, now: datetime, ticks: float
    ) -> list[RawUpdate]:
        """Those that may be stored: chats without a seat have 20 a minute."""
        admitted: list[RawUpdate] = []
        here: Counter[int | None] = Counter()
        seated: dict[int, bool] = {}
        for each in fresh:
            chat = each.chat_id
            here[chat] += 1
            if chat is not None and here[chat] > self._quota.left(chat, ticks):
                if chat not in seated:
                    seated[chat] = await inbox.is_seated(tx, self._bot.id, chat, now=now)
                if not seated[chat]:
                    continue
            admitted.append(each)
        if len(admitted) < len(fresh):
            log.warning("inbox.not_admitted", count=len(fresh) - len(admitted))
        return admitted

    async def _resume(self, begun: Sequence[int | None]) -> None:
        for chat in begun:
            if self._stopping:
                return
            try:
                await self._next(chat)
            except Exception as error:  # as in `_work`, which tries again
                log.exception("inbox.turn_failed", error=type(error).__name__)
        self._open = True
        for chat in tuple(self._called):
            self._call(chat)

    def _call(self, chat: int | None) -> None:
        if self._stopping:
            return
        self._called.add(chat)
        if self._open and chat not in self._at_work:
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
            log.exception("inbox.turn_failed", error=type(error).__name__)
            await asyncio.sleep(self._away_pause)
            self._called.add(chat)
        finally:
            self._at_work.discard(chat)
            if chat in self._called:
                self._call(chat)

    async def _next(self, chat: int | None) -> bool:
        """Give the chat's next update a try; False if there is none."""
        async with self._slots:
            async with self._database.write() as tx:
                pending = await inbox.take_turn(tx, self._bot.id, chat)
            if pending is None:
                return False
            over = await self._try(pending, pending.attempts - self._excused[pending.update_id])
        if over:
            del self._excused[pending.update_id]
        else:
            await asyncio.sleep(RETRY_PAUSES[min(pending.attempts, len(RETRY_PAUSES)) - 1])
        return True

    async def _try(self, pending: Pending, attempt: int) -> bool:
        """Handle the update once; True when its turn is over, one way or the other.

        Raises what says that the database is away, which is no fault of the update.
        """
        try:
            update = Update.de_json(raw.storable(json.loads(pending.body)), self._bot)
        except Exception:
            await self._give_up(pending, "unparseable")
            return True
        if attempt > self._tries:  # the last try ended with the process
            await self._give_up(pending, "tries", update)
            return True
        try:
            after = await self._run(self._handle, pending, update)
        except Exception as error:
            if is_away(error):
                self._excused[pending.update_id] += 1
                raise
            log.warning(
                "inbox.failed",
                update_id=pending.update_id,
                attempt=attempt,
                error=type(error).__name__,
                exc_info=error,
            )
            if attempt < self._tries:
                return False
            await self._give_up(pending, "handler", update)
            return True
        for act in after:
            self._tasks.start(_ignoring_failure(act), name="inbox after")
        return True

    async def _run(self, handle: Handle, pending: Pending, update: Update) -> list[After]:
        now = self._clock.now()
        async with self._limited() as tx:
            after = await handle(tx, update, now=now)
            if not await inbox.finish(tx, pending.bot_id, pending.update_id, now=now):
                raise RuntimeError("the update was finished by somebody else")
        return after

    @asynccontextmanager
    async def _limited(self) -> AsyncIterator[Transaction]:
        """A transaction with an end: the clock runs once it has begun, not while it waits."""
        async with (
            self._database.write(idle_limit=IDLE_LIMIT) as tx,
            asyncio.timeout(self._time_limit),
        ):
            yield tx

    async def _give_up(self, pending: Pending, reason: str, update: Update | None = None) -> None:
        """Set the update aside, tell the operator, and tell the person where there is one."""
        log.error("inbox.set_aside", update_id=pending.update_id, reason=reason)
        now = self._clock.now()
        async with self._database.write() as tx:
            await inbox.set_aside(tx, pending.bot_id, pending.update_id, reason, now=now)
        if update is None:
            return
        try:
            async with self._limited() as tx:
                await self._apologise(tx, update, now=now)
        except Exception:
            log.exception("inbox.no_apology", update_id=pending.update_id)


class Quota:
    """How many updates of each chat were stored within the last minute."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: dict[int, deque[float]] = {}

    def left(self, chat: int, ticks: float) -> int:
        """How many more the chat may have now."""
        taken = self._taken.get(chat, ())
        return self._limit - sum(1 for each in taken if each > ticks - 60)

    def take(self, chat: int | None, ticks: float) -> None:
        """One of the chat's was stored."""
        if chat is None:
            return
        self._taken.setdefault(chat, deque(maxlen=self._limit)).append(ticks)
        if len(self._taken) > 10_000:
            self._taken = {
                each: taken for each, taken in self._taken.items() if taken[-1] > ticks - 60
            }


async def _ignoring_failure(act: After) -> None:
    """Answers to taps and typing signs are a courtesy: a failure changes nothing."""
    try:
        await act()
    except Exception as error:
        log.debug("inbox.courtesy_failed", error=type(error).__name__)


def _packed(update: Mapping[str, Any]) -> RawUpdate:
    return RawUpdate(int(update["update_id"]), raw.chat_id(update), json.dumps(update).encode())

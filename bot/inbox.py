"""Telegram → disk → handlers: each update committed before it is acknowledged, in chat order."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from operator import itemgetter
from typing import Any, Protocol

from telegram import Bot, Update

from bot import logs
from bot.clock import Clock
from bot.tasks import Tasks
from bot.wire import updates as raw
from storage import inbox, sign_ups
from storage.database import Database, Transaction, is_away
from storage.inbox import Pending, RawUpdate

log = logs.get(__name__)

STRANGER_UPDATES_A_MINUTE = 20
PARTICIPANT_UPDATES_A_MINUTE = 60  # a card has many rows, and no seat says whose chat it is
RETRY_PAUSES = (0.2, 1.0)  # seconds before the second and the third try
DEATH_PAUSE = 2.0  # seconds to live before what died with the program twice is tried again
IDLE_LIMIT = 0.02  # seconds that a handler may wait for anything but its transaction

After = Callable[[], Awaitable[None]]


class Handle(Protocol):
    """Handle one update inside the transaction; gives what is to be done after the commit."""

    async def __call__(self, tx: Transaction, update: Update, *, now: datetime) -> list[After]: ...


class Inbox:
    """Takes raw updates, commits them, and runs them: one at a time per chat, chats side by side.

    The chat's turn comes first and the slot second, so that one flooding chat delays no other
    (FAULTS.md 6). `handle` runs in one transaction that also finishes the update; `apologise` is
    called with an update that failed for good. On SQLite one slot is as fast as many, for there is
    one writer; and so few updates are under way when the program is killed.
    """

    def __init__(
        self,
        database: Database,
        bot: Bot,
        clock: Clock,
        *,
        handle: Handle,
        apologise: Handle,
        slots: int | None = None,
        tries: int = 3,
        time_limit: float = 20.0,
        away_pause: float = 1.0,
    ) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock
        self._handle = handle
        self._apologise = apologise
        self._slots = slots or (1 if database.is_sqlite else 8)
        self._free = asyncio.Semaphore(self._slots)
        self._tries = tries
        self._time_limit = time_limit
        self._away_pause = away_pause
        self._at_work: set[int | None] = set()
        self._called: set[int | None] = set()
        self._excused: Counter[int] = Counter()  # tries that failed by no fault of the update
        self._quota = Quota()
        self._tasks = Tasks()
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Go on with everything that was stored and not finished.

        What was under way when the program ended may have ended it: it is tried behind the others
        and alone, so that none of them loses a try when it does so again.
        """
        async with self._database.read() as tx:
            chats = await inbox.waiting_chats(tx, self._bot.id)
            begun = await inbox.begun(tx, self._bot.id)
        self._at_work.update(begun)
        for chat in chats:
            self._call(chat)
        if begun:
            self._tasks.start(self._resume(begun), name="inbox resume")

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Commit raw updates; once this returns, Telegram may forget them."""
        now, ticks = self._clock.now(), self._clock.ticks()
        async with self._database.write() as tx:
            fresh = await inbox.unknown(tx, self._bot.id, [_packed(each) for each in updates])
            admitted = await self._admitted(tx, fresh, now=now, ticks=ticks)
            chats = await inbox.store(tx, self._bot.id, admitted, now=now)
        for each in admitted:
            self._quota.take(each.chat_id, ticks)
        for chat in chats:
            self._call(chat)

    async def settle(self) -> None:
        """Wait until nothing is under way (tests, orderly stop)."""
        await self._tasks.finish()

    async def stop(self) -> None:
        """Let what runs end, start nothing more; the rest waits on disk."""
        self._stopping.set()
        await self._tasks.finish()

    async def _admitted(
        self, tx: Transaction, fresh: Sequence[RawUpdate], *, now: datetime, ticks: float
    ) -> list[RawUpdate]:
        """Those that may be stored: chats without a seat have 20 a minute, participants 60."""
        admitted: list[RawUpdate] = []
        here: Counter[int | None] = Counter()
        limits: dict[int, float] = {}
        for each in fresh:
            chat = each.chat_id
            here[chat] += 1
            if chat is not None:
                stored = self._quota.taken(chat, ticks) + here[chat]
                if stored > STRANGER_UPDATES_A_MINUTE and chat not in limits:
                    limits[chat] = await self._limit(tx, chat, now=now)
                if stored > limits.get(chat, STRANGER_UPDATES_A_MINUTE):
                    continue
            admitted.append(each)
        if len(admitted) < len(fresh):
            log.warning("inbox.not_admitted", count=len(fresh) - len(admitted))
        return admitted

    async def _limit(self, tx: Transaction, chat: int, *, now: datetime) -> float:
        """How many updates of a chat may be stored in a minute."""
        if await inbox.is_seated(tx, self._bot.id, chat, now=now):
            return math.inf
        if await sign_ups.of_chat(tx, self._bot.id, chat):
            return PARTICIPANT_UPDATES_A_MINUTE
        return STRANGER_UPDATES_A_MINUTE

    async def _resume(self, begun: Mapping[int | None, int]) -> None:
        """Try what died with the program, chat by chat; twice is suspicious, and waits a while.

        Otherwise a program that is killed again and again would give up what it could have done.
        """
        for chat, attempts in sorted(begun.items(), key=itemgetter(1)):
            if attempts == self._tries - 1:
                await self._pause(DEATH_PAUSE)
            if not self._stopping.is_set():
                try:
                    async with self._alone():
                        await self._turn(chat)
                except Exception:  # as in `_work`, which goes on with the chat
                    log.exception("inbox.turn_failed")
            self._at_work.discard(chat)
            self._call(chat)

    def _call(self, chat: int | None) -> None:
        if self._stopping.is_set():
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
                while not self._stopping.is_set() and await self._next(chat):
                    pass
        except Exception as error:  # the database is away; what is stored waits for the next call
            log.exception("inbox.turn_failed", error=type(error).__name__)
            await self._pause(self._away_pause)
            self._called.add(chat)
        finally:
            self._at_work.discard(chat)
            if chat in self._called:
                self._call(chat)

    async def _next(self, chat: int | None) -> bool:
        """Give the chat's next update a try, in a slot; False if there is none."""
        async with self._free:
            tried = await self._turn(chat)
        if tried:  # in vain
            await self._pause(RETRY_PAUSES[min(tried, len(RETRY_PAUSES)) - 1])
        return tried is not None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """All slots at once."""
        async with AsyncExitStack() as held:
            for _ in range(self._slots):
                await held.enter_async_context(self._free)
            yield

    async def _pause(self, seconds: float) -> None:
        """Wait, unless the inbox is to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _turn(self, chat: int | None) -> int | None:
        """Try the chat's next update: 0 when it is over, else its tries in vain; None if none."""
        async with self._database.write() as tx:
            pending = await inbox.take_turn(tx, self._bot.id, chat)
        if pending is None:
            return None
        attempt = pending.attempts - self._excused[pending.update_id]
        if not await self._try(pending, attempt):
            return attempt
        del self._excused[pending.update_id]
        return 0

    async def _try(self, pending: Pending, attempt: int) -> bool:
        """Handle the update once; True when its turn is over, one way or the other.

        Raises what says that the database is away, which is no fault of the update.
        """
        if pending.body is None:
            await self._give_up(pending, "sealed")
            return True
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
    """How many updates of each chat were stored within the last minute; of more it knows no end."""

    def __init__(self) -> None:
        self._taken: dict[int, deque[float]] = {}

    def taken(self, chat: int, ticks: float) -> int:
        """How many of the chat's there were."""
        return sum(1 for each in self._taken.get(chat, ()) if each > ticks - 60)

    def take(self, chat: int | None, ticks: float) -> None:
        """One of the chat's was stored."""
        if chat is None:
            return
        self._taken.setdefault(chat, deque(maxlen=PARTICIPANT_UPDATES_A_MINUTE)).append(ticks)
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

"""Disk → Telegram: what is planned goes out, paced, retried and accounted for.

    commit wakes → its chat's turn → `sending` committed → call → what became of it committed

One process sends for a bot. Retries are timed on the monotonic clock and in memory: what was held
when the program ends is tried at once when it starts again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, tzinfo
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from prometheus_client import Counter, Gauge, Histogram
from telegram import Bot
from telegram.error import TelegramError

from bot import logs
from bot.clock import Clock
from bot.domain import screens
from bot.tasks import Tasks
from bot.texts import Texts
from bot.wire.calls import UPLOAD_LIMIT, Calls
from bot.wire.outcome import (
    Blocked,
    Failed,
    Gone,
    Migrated,
    NotSent,
    Outcome,
    Refused,
    Sent,
    Unknown,
    outcome,
)
from bot.wire.pacing import Pacer
from bot.wire.render import Rendered, render
from bot.wire.turns import Turns
from storage import enclosures, outbox
from storage.database import Database, Transaction
from storage.outbox import BULK, Outgoing, Waiting

log = logs.get(__name__)

LOOK_EVERY = 2.0  # seconds between full looks at the table: other processes plan messages too
LOOK_AHEAD = timedelta(hours=1)
INCREMENTAL_FROM = 500  # rows waiting, from which a wake reads only newer ones
DOUBTFUL_TRIES = 3  # a reply without an answer is sent so often at most
REFUSED_TRIES = 8  # a row is poison when Telegram fails on it so often while others get through
LONGEST_PAUSE = 10.0  # seconds between two tries of one row

OpenFile: TypeAlias = Callable[[str], Awaitable[bytes]]
Settle: TypeAlias = Callable[[Transaction], Awaitable[None]]

WAITING = Gauge("focalpoint_outbox_waiting", "Rows that are planned and due within the hour")
ROWS = Counter("focalpoint_outbox_rows", "Rows by what became of them", ["lane", "state"])
CALLS = Counter("focalpoint_outbox_calls", "Calls to Telegram by their outcome", ["outcome"])
CALL_SECONDS = Histogram("focalpoint_outbox_call_seconds", "How long calls to Telegram take")


@dataclass
class _Trouble:
    """What memory holds about a row that was tried in vain."""

    doubts: int = 0
    refusals: int = 0
    successes_seen: int = 0


@dataclass(frozen=True)
class _Final:
    """The row is done; `settle` writes down how."""

    state: str
    settle: Settle
    reason: str | None = None


@dataclass(frozen=True)
class _Again:
    """The row waits that many seconds for its next try."""

    seconds: float
    settle: Settle


class Outbox:
    """Sends the outbox rows of one bot, which is initialised: `run()` until `stop()`.

    `open_file` gives the bytes of a stored file by its SHA-256; `timezone` is for readers who have
    none of their own. Up to `slots` calls are in flight, one per chat.
    """

    def __init__(
        self,
        database: Database,
        bot: Bot,
        texts: Texts,
        clock: Clock,
        *,
        open_file: OpenFile | None = None,
        timezone: tzinfo = UTC,
        rate: float = 25.0,
        burst: int = 3,
        slots: int = 12,
    ) -> None:
        self._database = database
        self._bot = bot
        self._texts = texts
        self._clock = clock
        self._open_file = open_file
        self._timezone = timezone
        self._pacer = Pacer(rate, burst=burst)
        self._slots = slots
        self._turns = Turns()
        self._calls = Calls(bot)
        self._tasks = Tasks()
        self._in_flight = 0
        self._trouble: dict[int, _Trouble] = {}
        self._successes = 0
        self._newest = 0
        self._look_at = 0.0
        self._woken = True
        self._event = asyncio.Event()
        self._recovered = asyncio.Event()
        self._stopping = False
        database.subscribe("outbox", self._wake)

    # -- The loop ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Settle what was in flight when the program ended, then send until `stop()`."""
        await self._persist(self._recover)
        self._recovered.set()
        while not self._stopping:
            self._event.clear()
            try:
                await self._look()
                pause = self._start_calls()
            except Exception:  # the database is away: what is planned waits for it
                log.exception("outbox.look_failed")
                pause = 1.0
            await self._sleep(pause)
        await self._tasks.finish()

    async def stop(self, *, patience: float = 10.0) -> None:
        """Start nothing more; calls in flight have `patience` seconds, the rest is on disk."""
        self._stopping = True
        self._event.set()
        try:
            async with asyncio.timeout(patience):
                await self._tasks.finish()
        except TimeoutError:
            await self._tasks.stop()

    async def settle(self) -> None:
        """Wait until nothing is due any more (the demo, the tests); `run` must be running."""
        await self._recovered.wait()
        while True:
            await self._tasks.finish()
            async with self._database.read() as tx:
                due = await self._read(tx, ahead=timedelta())
            if not due and not self._in_flight:
                return
            await asyncio.sleep(0.01)

    def _wake(self) -> None:
        self._woken = True
        self._event.set()

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return

    async def _recover(self, tx: Transaction) -> None:
        found = await outbox.recover(tx, self._bot.id, now=self._clock.now())
        if found.planned or found.unknown:
            log.warning("outbox.recovered", count=found.planned, unknown=found.unknown)

    async def _look(self) -> None:
        """Read what has been planned: all of it every two seconds, what is newer when woken."""
        ticks = self._clock.ticks()
        full = ticks >= self._look_at or len(self._turns) < INCREMENTAL_FROM
        if not self._woken and ticks < self._look_at:
            return
        self._woken = False
        idle = self._turns.idle() if full else frozenset()
        async with self._database.read() as tx:
            rows = await self._read(tx, after=0 if full else self._newest)
        now = self._clock.now()
        if full:
            self._look_at = ticks + LOOK_EVERY
            self._turns.forget(idle - {row.id for row in rows})
        self._turns.add(rows, now=now)
        self._newest = max((row.id for row in rows), default=self._newest)
        WAITING.set(len(self._turns))

    async def _read(
        self, tx: Transaction, *, ahead: timedelta = LOOK_AHEAD, after: int = 0
    ) -> list[Waiting]:
        return await outbox.waiting(
            tx, self._bot.id, now=self._clock.now(), ahead=ahead, after=after
        )

    def _start_calls(self) -> float:
        """Start every call whose time has come; seconds until there may be another."""
        while self._in_flight < self._slots:
            now, ticks = self._clock.now(), self._clock.ticks()
            if wait := self._pacer.wait(ticks):
                return min(wait, self._until_look(ticks))
            row = self._turns.next(now=now, ticks=ticks)
            if row is None:
                event = self._turns.next_event(now=now, ticks=ticks)
                return min(self._until_look(ticks), LOOK_EVERY if event is None else event)
            if wait := self._pacer.wait_for(row.chat, ticks):
                self._turns.hold(row, ticks + wait)
                continue
            self._pacer.take(row.chat, ticks)
            self._in_flight += 1
            self._tasks.start(self._work(row), name=f"outbox {row.id}")
        return self._until_look(self._clock.ticks())

    def _until_look(self, ticks: float) -> float:
        return max(0.0, self._look_at - ticks)

    # -- One row -----------------------------------------------------------------------------------

    async def _work(self, row: Any) -> None:
        """Send one row and give its chat free, or hold the chat until the next try."""
        hold: float | None = 1.0
        try:
            hold = await self._send(row.id)
        except Exception:  # the database is away
            log.exception("outbox.row_failed", outbox=row.id)
        finally:
            self._in_flight -= 1
            if hold is None:
                self._trouble.pop(row.id, None)
                self._turns.done(row)
            else:
                self._turns.hold(row, self._clock.ticks() + hold)
            self._event.set()

    async def _send(self, row_id: int) -> float | None:
        """Try a row once; seconds until its next try, or None when it is done."""
        async with self._database.read() as tx:
            row = await outbox.load(tx, row_id)
        if row is None:
            return None
        plan = await self._plan(row)
        if isinstance(plan, Failed):
            verdict: _Final | _Again = self._failure(row, plan.code)
        else:
            parts, file = plan
            claimed = await self._claim(row, parts)
            if claimed is None:
                return None
            verdict = self._verdict(row, await self._call(claimed, parts, file))
        await self._persist(verdict.settle)
        if isinstance(verdict, _Again):
            return verdict.seconds
        ROWS.labels(row.lane, verdict.state).inc()
        if verdict.state in ("failed", "unknown"):
            log.warning(
                "outbox.not_delivered", outbox=row.id, status=verdict.state, reason=verdict.reason
            )
        return None

    async def _claim(self, row: Outgoing, parts: list[Rendered]) -> Outgoing | None:
        """Commit that the row is in flight; gives it as it is to be sent, None: planned no more."""
        today = self._clock.now().astimezone(self._zone_of(row)).date()
        packed = [part.to_json() for part in parts]
        try:
            async with self._database.write() as tx:
                claimed = await outbox.claim(tx, row, packed, today=today)
        except Exception:  # committed or not: nothing has been sent
            await self._persist(lambda tx: outbox.put_back(tx, row, "interrupted"))
            raise
        if claimed is None:
            return None
        self._turns.add(claimed.further, now=self._clock.now())
        return replace(row, silent=claimed.silent)

    def _zone_of(self, row: Outgoing) -> tzinfo:
        """The recipient's time zone, or the country's."""
        return ZoneInfo(row.timezone) if row.timezone else self._timezone

    async def _persist(self, settle: Settle) -> None:
        """Commit what became of a call, trying until the database takes it.

        Given up only when the program stops: the row then stays in `sending`, as after a crash.
        """
        while True:
            try:
                async with self._database.write() as tx:
                    await settle(tx)
            except Exception:
                log.exception("outbox.not_recorded")
                if self._stopping:
                    return
                await asyncio.sleep(0.5)
            else:
                return

    # -- What is to be called ----------------------------------------------------------------------

    async def _plan(self, row: Outgoing) -> tuple[list[Rendered], bytes | None] | Failed:
        """The parts of a row and the file of the first; a code where it cannot be sent at all."""
        if row.chat_id is None:
            return Failed("no_account")
        if row.only_takes_buttons or (row.is_deletion and row.payload is None):
            return [], None
        try:
            parts = self._rendered(row)
        except Exception:  # whatever a stored screen holds, the others go on
            log.exception("outbox.not_rendered", outbox=row.id)
            return Failed("render")
        file = await self._file(parts[0])
        return file if isinstance(file, Failed) else (parts, file)

    def _rendered(self, row: Outgoing) -> list[Rendered]:
        assert row.payload is not None
        if "html" in row.payload:
            return [Rendered.from_json(row.payload)]
        language = row.language if row.language in self._texts.languages else None
        parts = render(
            screens.from_json(row.payload.get("of", row.payload)),
            language or self._texts.languages[0],
            self._texts,
            timezone=self._zone_of(row),
        )
        return [parts[row.payload["part"] - 1]] if "part" in row.payload else parts

    async def _file(self, part: Rendered) -> bytes | Failed | None:
        """The file of a part, checked before it is read: it must not fill the memory."""
        if part.attachment is None:
            return None
        async with self._database.read() as tx:
            size = await outbox.stored_size(tx, part.attachment.stored)
        if size is not None and size > UPLOAD_LIMIT:
            return Failed("too_large")
        if self._open_file is None:
            return Failed("file_missing")
        try:
            data = await self._open_file(part.attachment.stored)
        except Exception:
            log.exception("outbox.file_missing")
            return Failed("file_missing")
        if part.attachment.enclosure is not None:
            async with self._database.read() as tx:
                opened = await enclosures.open_content(tx, part.attachment.enclosure, data)
            if opened is None:
                return Failed("file_missing")  # erased meanwhile
            data = opened
        return Failed("too_large") if len(data) > UPLOAD_LIMIT else data

    # -- The call ----------------------------------------------------------------------------------

    async def _call(self, row: Outgoing, parts: list[Rendered], file: bytes | None) -> Outcome:
        """Make the call and decide what became of it; never raises."""
        if wait := self._pacer.gate(self._clock.ticks()):
            return Refused(wait, "gate")  # closed since this row was chosen
        await asyncio.sleep(self._pacer.start(self._clock.ticks()))
        with CALL_SECONDS.time():
            try:
                found = await self._calls.make(row, parts, file)
            except TelegramError as error:
                found = outcome(error)
            except Exception:  # before the call or after it: nobody knows
                log.exception("outbox.call_failed", outbox=row.id)
                found = Unknown("error")
        CALLS.labels(type(found).__name__.lower()).inc()
        return found

    # -- What became of it -------------------------------------------------------------------------

    def _verdict(self, row: Outgoing, found: Outcome) -> _Final | _Again:
        now = self._clock.now()
        self._note_reach(found)
        match found:
            case Sent(message_id):
                return _Final(
                    "sent", lambda tx: outbox.mark_sent(tx, row, message_id=message_id, now=now)
                )
            case Blocked(reason):
                return self._failure(row, reason, unreachable=True)
            case Failed(code):
                return self._failure(row, code)
            case Gone():
                return self._failure(row, "gone")
            case Migrated(chat_id):
                return self._move(row, chat_id)
            case Unknown(reason):
                return self._doubt(row, reason)
            case Refused() | NotSent():
                return self._try_again(row, found)

    def _note_reach(self, found: Outcome) -> None:
        ticks = self._clock.ticks()
        match found:
            case Refused(reason="gate"):
                pass
            case Refused(retry_after=float(seconds)):
                self._pacer.halt(seconds, ticks)
            case Refused() | NotSent():
                self._pacer.in_vain(ticks)
            case Unknown():
                pass
            case _:
                self._pacer.got_through()
                self._successes += 1

    def _failure(self, row: Outgoing, reason: str, *, unreachable: bool = False) -> _Final:
        now = self._clock.now()
        return _Final(
            "failed",
            lambda tx: outbox.mark_failed(tx, row, reason, now=now, unreachable=unreachable),
            reason,
        )

    def _move(self, row: Outgoing, chat_id: int) -> _Final | _Again:
        if row.attempts >= REFUSED_TRIES or row.chat_id is None:
            return self._failure(row, "migrated")
        old = row.chat_id

        async def settle(tx: Transaction) -> None:
            await outbox.migrate(tx, row.bot_id, old=old, new=chat_id)
            await outbox.put_back(tx, row, "migrated")

        return _Again(0.0, settle)

    def _doubt(self, row: Outgoing, reason: str) -> _Final | _Again:
        """No answer: bulk is never sent twice; the rest at least once, and not for ever."""
        trouble = self._trouble.setdefault(row.id, _Trouble())
        trouble.doubts += 1
        repeatable = row.target is not None  # an edit in place or a deletion
        if (row.lane == BULK and not repeatable) or trouble.doubts >= DOUBTFUL_TRIES:
            now = self._clock.now()
            return _Final(
                "unknown", lambda tx: outbox.mark_unknown(tx, row, reason, now=now), reason
            )
        return _Again(_pause(trouble.doubts), lambda tx: outbox.put_back(tx, row, reason))

    def _try_again(self, row: Outgoing, found: Refused | NotSent) -> _Final | _Again:
        """Not sent: once more, unless Telegram fails on this row while others get through."""
        trouble = self._trouble.setdefault(row.id, _Trouble())
        seconds = found.retry_after if isinstance(found, Refused) else None
        if isinstance(found, Refused) and seconds is None:
            trouble.refusals += self._successes > trouble.successes_seen
            if trouble.refusals >= REFUSED_TRIES:
                return self._failure(row, found.reason)
        trouble.successes_seen = self._successes
        wait = _pause(row.attempts + 1) if seconds is None else seconds
        return _Again(wait, lambda tx: outbox.put_back(tx, row, found.reason))


def _pause(tries: int) -> float:
    """Half a second after the first try in vain, then twice as long each time."""
    return min(0.5 * 2.0 ** min(tries - 1, 10), LONGEST_PAUSE)

"""A broadcast at a Bot API server that refuses more than 30 messages a second, 1 in a chat.

The bot, in a process of its own, beside python-telegram-bot's `AIORateLimiter`; and from tap to
reply while a broadcast to thousands goes out. All is read in the server's own journal.
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, func, insert, select, text
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bench import country, reminders, taps
from bench.country import Size
from bench.taps import Stage, Waits
from bot.clock import Clock
from bot.domain.broadcasts import Draft, Segment
from bot.domain.people import COMMAND_LINE, TICK, Act, Role
from bot.keys import KeyRing
from bot.sandbox.world import Chat
from bot.services import broadcasts
from bot.settings import Settings
from storage import migrate
from storage.database import Database
from storage.tables import accounts, outbox, people, seats

WORDS = "The hearing is on Monday."
RATE = 25.0  # messages a second
RETRIES = 5  # of the rate limiter: none by default, and then what is refused is lost
AT_ONCE = 12  # calls in flight, of either
TAPPING = 24  # people
PAUSE = 0.2  # seconds between two acts of anybody, so that no chat gets more than one a second
PATIENCE = 120.0  # seconds without a message, after which nothing more is awaited
SOON = timedelta(seconds=5)  # so that people tap already when it opens
READERS = Segment(roles=(Role.OBSERVER,))


@dataclass(frozen=True)
class Sent:
    """What the server saw of a broadcast: messages a second, refusals, people who got none."""

    rate: float
    refusals: int
    never: int


async def ours(count: int) -> Sent:
    """The bot, with its broadcast service and its outbox."""
    async with taps.stage(1) as on:
        on.sandbox.faults.enforce_rates()
        with TemporaryDirectory() as folder:
            told = await taps.focal_point(on, Path(folder), Size(20, 2, 20)) | {"rate": RATE}
            chats = _open_chats(on, count)
            await _announce(told, on, chats)
            async with taps.at_work(taps.run_focal_point, told):
                await _is_over(on, count)
        return _found(on, chats)


async def rate_limiter(count: int) -> Sent:
    """python-telegram-bot's rate limiter with its own rates, and retries as bots set them."""
    async with taps.stage(1) as on:
        on.sandbox.faults.enforce_rates()
        chats = _open_chats(on, count)
        told = (on.sandbox.token, on.sandbox.base_url, chats)
        async with taps.at_work(_run_rate_limiter, *told):
            await _is_over(on, count)
        return _found(on, chats)


def _run_rate_limiter(token: str, base_url: str, chats: Sequence[int]) -> None:
    taps.end_with_parent()

    async def send(bot: ExtBot[int], waiting: Iterator[int]) -> None:
        for chat in waiting:
            try:
                await bot.send_message(chat, WORDS)
            except TelegramError:
                continue

    async def live() -> None:
        limiter = AIORateLimiter(max_retries=RETRIES)
        async with ExtBot(token, base_url=base_url, rate_limiter=limiter) as bot:
            waiting = iter(chats)
            await asyncio.gather(*(send(bot, waiting) for _ in range(AT_ONCE)))
            await bot.get_me()  # the end, in the journal

    asyncio.run(live())


async def taps_meanwhile(count: int, seconds: float) -> tuple[Waits, int]:
    """Milliseconds from tap to reply while a broadcast opens and goes out; refusals of all calls.

    Each opens the home and taps a button of it; only the taps count.
    """
    async with taps.stage(TAPPING) as on:
        with TemporaryDirectory() as folder:
            told = await taps.focal_point(on, Path(folder), Size(500, 20, 1_000)) | {"rate": RATE}
            async with taps.at_work(taps.run_focal_point, told):
                *tapping, _coordinator = list(on.chats)
                for chat in on.chats:
                    await on.is_answered(chat, 0)
                await asyncio.sleep(3)  # each chat has its whole allowance again
                on.sandbox.faults.enforce_rates()
                await _announce(told, on, _open_chats(on, count), after=SOON)
                waits: list[float] = []
                end = time.monotonic() + SOON.total_seconds() + seconds
                while time.monotonic() < end:
                    for chat in tapping:
                        await on.types(chat, "/home")
                        await asyncio.sleep(PAUSE)
                    for chat in tapping:
                        waits.append(await on.taps(chat, "Overdue"))
                        await asyncio.sleep(PAUSE)
        got = sum(each.accepted for each in _calls(on))
        if not TAPPING < got < count:
            raise RuntimeError(f"{got} of {count} were sent: the taps were not during a broadcast")
        return Waits(tuple(sorted(waits))), _refusals(on)


async def planning(place: AbstractAsyncContextManager[URL], count: int) -> reminders.Found:
    """What it costs to open a broadcast and to plan all its messages, tick by tick."""
    async with place as url:
        await migrate.upgrade(url)
        database = reminders.Timed(url)
        await _seat(database, 1, range(1, count + 1))
        async with database.write() as tx:
            await tx.execute(text("ANALYZE"))  # as PostgreSQL does by itself within minutes
        act = Act(COMMAND_LINE, 1, reminders.ZONE, Clock().now())
        await _plan(database, act, SOON)
        database.held.clear()
        begun, tick = time.perf_counter(), replace(act, actor=TICK, now=act.now + SOON)
        for _ in range(math.ceil(count / broadcasts.AT_ONCE)):
            await broadcasts.follow(database, tick)
        whole, held = time.perf_counter() - begun, sorted(database.held)
        async with database.read() as tx:
            planned = await tx.value(select(func.count()).select_from(outbox))
        await database.close()
        if planned != count:
            raise RuntimeError(f"{planned} of {count} are planned")
        return reminders.Found(whole, held[len(held) // 2], held[-1])


# -- Inside ----------------------------------------------------------------------------------------


def _open_chats(on: Stage, count: int) -> list[int]:
    """So many people who have started the bot long ago; their chats."""
    world = on.sandbox.world
    chats = []
    for number in range(count):
        who = world.add_person(f"Reader {number}", language="en")
        key = f"{on.bot.id}.{who.id}"
        world.chats[key] = Chat(key, who.id, "private", who.name, {on.bot.id}, {who.id: who})
        chats.append(who.id)
    return chats


async def _announce(
    told: dict[str, Any], on: Stage, chats: Sequence[int], *, after: timedelta = timedelta()
) -> None:
    """Seat the people of these chats and plan a broadcast to them."""
    settings = Settings.isolated(**told)
    database = Database(settings.database_url, audit_key=KeyRing(settings.keys).get("audit"))
    await _seat(database, on.bot.id, chats)
    await _plan(database, Act(COMMAND_LINE, on.bot.id, settings.zone, Clock().now()), after)
    await database.close()


async def _seat(database: Database, bot_id: int, chats: Sequence[int]) -> None:
    now = Clock().now()
    person = {"name": "Reader", "language": "en", "created_at": now}
    account = {"bot_id": bot_id}
    seat = {"role": Role.OBSERVER.value, "from_at": country.NOW}
    async with database.write() as tx:
        first = 1 + max(await tx.values(select(people.c.id)), default=0)
        own = dict(enumerate(chats, first))
        await tx.execute(insert(people), [person | {"id": each} for each in own])
        rows = [account | {"chat_id": chat, "person_id": each} for each, chat in own.items()]
        await tx.execute(insert(accounts), rows)
        await tx.execute(insert(seats), [seat | {"person_id": each} for each in own])


async def _plan(database: Database, act: Act, after: timedelta) -> None:
    async with database.write() as tx:
        await broadcasts.plan(
            tx, act, Draft(READERS, {"en": WORDS}, "en", sends_at=act.now + after)
        )


async def _is_over(on: Stage, count: int) -> None:
    """Everybody has it, or the bot has told that it is at the end, or nothing comes any more."""
    seen, since = 0, time.monotonic()
    while time.monotonic() < since + PATIENCE:
        await asyncio.sleep(0.5)
        calls = _calls(on)
        if sum(each.accepted for each in calls) >= count:
            return
        if calls and on.sandbox.journal.entries[-1].method == "getMe":
            return
        if len(calls) > seen:
            seen, since = len(calls), time.monotonic()


def _calls(on: Stage) -> list[Any]:
    entries = on.sandbox.journal.entries
    return [each for each in entries if WORDS in str(each.parameters.get("text"))]


def _refusals(on: Stage) -> int:
    return sum(each.status == 429 for each in on.sandbox.journal.entries)


def _found(on: Stage, chats: Sequence[int]) -> Sent:
    moments = [each.at for each in _calls(on) if each.accepted]
    got = {int(str(each.chat)) for each in _calls(on) if each.accepted}
    rate = (len(moments) - 1) / (moments[-1] - moments[0]) if len(moments) > 1 else math.nan
    return Sent(rate, _refusals(on), len(set(chats) - got))


def rows_of(*, quick: bool) -> Iterator[tuple[str, str, str]]:
    """For a table: what, messages a second or the median, the rest."""
    count, many, seconds = (100, 1_000, 10) if quick else (1_500, 5_000, 90)
    for who, sent in (
        (f"broadcast to {count:,}, at {RATE:.0f} a second", asyncio.run(ours(count))),
        (f"  PTB's AIORateLimiter, {RETRIES} retries", asyncio.run(rate_limiter(count))),
    ):
        rest = f"{sent.refusals} refusals, {sent.never} never sent"
        yield who, f"{sent.rate:.1f} a second", rest
    for name, place in reminders.places():
        found = asyncio.run(planning(place, many))
        yield f"{name}: a broadcast to {many:,} planned", f"{found.whole:.1f} s", found.held
    waits, refusals = asyncio.run(taps_meanwhile(many, seconds))
    rest = f"p99 {waits.p99:.0f} ms, {refusals} refusals"
    yield f"{len(waits.values)} taps while one goes to {many:,}", f"{waits.median:.0f} ms", rest


def main() -> None:
    """Measure and say so."""
    table = Table("broadcasts", "figure", "")
    for row in rows_of(quick="--quick" in sys.argv):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()

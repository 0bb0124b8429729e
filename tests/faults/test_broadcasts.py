"""Faults 3, 7 and 8: a broadcast while calls time out, Telegram refuses, people block the bot.

The board is compared with the sandbox's own journal.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.domain.broadcasts import BroadcastState, Deliveries, Draft, Segment
from bot.domain.people import COMMAND_LINE, TICK, Act
from bot.sandbox.faults import Entry
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Chat
from bot.services import boards, broadcasts
from bot.texts import Texts
from bot.wire.request import Request
from storage import broadcasts as queries
from storage.database import Database
from storage.tables import accounts, people, seats
from tests.faults.crowd import Crowd
from tests.faults.crowd import until as happens
from tests.faults.nursery import Nursery
from tests.outbox.conftest import House, until

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]

ZONE = ZoneInfo("UTC")
WORDS = "The hearing is on Monday."


class Hall(House):
    """A house whose people hold seats, and what is announced to them."""

    broadcast_id = 0

    def act(self, actor: Any = TICK) -> Act:
        return Act(actor, self.bot.id, ZONE, self.clock.now())

    async def announces(self, count: int) -> list[int]:
        """To so many people, at once; their ids."""
        crowd, act = await self.crowd(count), self.act(COMMAND_LINE)
        async with self.database.write() as tx:
            rows = [{"person_id": each, "role": "officer", "from_at": act.now} for each in crowd]
            await tx.execute(insert(seats), rows)
            draft = Draft(Segment(), {"en": WORDS}, "en", sends_at=act.now)
            self.broadcast_id = await broadcasts.plan(tx, act, draft)
        return crowd

    async def counted(self) -> Deliveries:
        """What the board says at the end, when it has closed."""
        await broadcasts.follow(self.database, self.act())
        async with self.database.read() as tx:
            found = await queries.get(tx, self.broadcast_id)
            assert found is not None
            assert found.state is BroadcastState.CLOSED
            return await boards.count(tx, broadcasts.prefix_of(self.broadcast_id))

    @property
    def calls(self) -> list[Entry]:
        """The journal's calls of the broadcast."""
        entries = self.sandbox.journal.entries
        return [each for each in entries if WORDS in str(each.parameters.get("text"))]


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[None]]:
    """A bot of little patience, so that time-outs take no time."""
    async with ExtBot(
        sandbox.token,
        base_url=sandbox.base_url,
        base_file_url=sandbox.base_file_url,
        request=Request(direct=True, read_timeout=0.5),
        get_updates_request=Request(direct=True, pool=1),
    ) as running:
        yield running


@pytest.fixture
def hall(database: Database, sandbox: Sandbox, bot: ExtBot[None]) -> Hall:
    made = Hall(database, sandbox, bot, Texts.load())
    sandbox.journal.clear()
    return made


async def test_what_times_out_arrives_once_or_is_listed_as_unknown(
    hall: Hall, record_property: Callable[[str, object], None]
) -> None:
    """Fault 3: before the effect and after it, which nobody can tell apart."""
    chance = random.Random(3)
    crowd = await hall.announces(80)
    struck = chance.sample(crowd, 30)
    for each in struck:
        after = chance.random() < 0.5
        hall.sandbox.faults.times_out(after=after, seconds=1.0, chat=(await hall.chat(each)).id)
    await hall.sends_all(rate=100.0, within=60)

    called = Counter(each.chat for each in hall.calls)
    assert set(called.values()) == {1}, "bulk is called once"
    arrived = sum(each.accepted for each in hall.calls)
    counts = await hall.counted()
    assert (counts.sent, counts.unknown, counts.total) == (50, 30, 80)
    async with hall.database.read() as tx:
        listed = await broadcasts.missed(tx, hall.act(COMMAND_LINE), hall.broadcast_id)
    assert {each.person_id for each in listed} == set(struck)
    assert {each.reason for each in listed} == {None}
    record_property("fault 3: time-outs, arrived, lost and not told", (30, arrived, 0))


async def test_a_storm_of_429_delays_a_broadcast_and_loses_nothing(
    hall: Hall, record_property: Callable[[str, object], None]
) -> None:
    """Fault 7: ideal is the pace of 25 a second and the three seconds of the storm."""
    count, rate, storm = 150, 25.0, 3
    async with asyncio.timeout(120), hall.sending(rate=rate) as sender:
        await hall.announces(count)
        await until(lambda: _accepted(hall, 40), within=60)
        hall.sandbox.faults.too_many_for(float(storm), retry_after=storm)
        await sender.settle()
    counts = await hall.counted()
    assert (counts.sent, counts.total) == (count, count)
    accepted = [each for each in hall.calls if each.accepted]
    assert Counter(each.chat for each in accepted).most_common(1)[0][1] == 1
    assert len(accepted) == count
    refused = [each for each in hall.calls if not each.accepted]
    assert 1 <= len(refused) <= 12, "those in flight when it broke"
    gate = (refused[0].at + 0.5, refused[0].at + storm)
    assert not [each for each in hall.calls if gate[0] < each.at < gate[1]]
    took = accepted[-1].at - accepted[0].at
    ideal = (count - 1) / rate + storm
    record_property("fault 7: 429 storm in a broadcast, times the ideal", round(took / ideal, 3))
    assert took >= 0.9 * ideal, "faster than Telegram allows"


async def test_an_outage_delays_a_broadcast_and_the_board_is_right_at_the_end(
    hall: Hall, record_property: Callable[[str, object], None]
) -> None:
    """5xx for everybody, on top of people who have blocked the bot and of calls that time out."""
    count, rate, outage = 150, 25.0, 6.0
    chance = random.Random(9)
    crowd = await hall.announces(count)
    struck = [await hall.chat(each) for each in chance.sample(crowd, 30)]
    for chat in struck[:15]:
        chat.blocked = True
    for number, chat in enumerate(struck[15:]):
        hall.sandbox.faults.times_out(after=number % 2 == 0, seconds=1.0, chat=chat.id)
    async with asyncio.timeout(90), hall.sending(rate=rate) as sender:
        await until(lambda: _accepted(hall, 30), within=20)
        hall.sandbox.faults.fails(502, times=math.inf).until = time.monotonic() + outage
        await sender.settle()
    calls = hall.calls
    told = Counter(each.status for each in calls)
    last = {each.chat: each for each in calls}
    ends = Counter(each.status for each in last.values())
    accepted = Counter(each.chat for each in calls if each.accepted)
    assert ends == {200: count - 30, 403: 15, None: 15}, "nobody ends with an error"
    assert set(accepted.values()) == {1}, "nobody got it twice"
    assert told - ends == {502: told[502]}, "only what the server refused was called again"

    counts = await hall.counted()
    assert (counts.sent, counts.unknown, counts.failed) == (ends[200], ends[None], ends[403])
    assert counts.reasons == {"blocked": ends[403]}
    assert (counts.waiting, counts.total) == (0, count)
    async with hall.database.read() as tx:
        listed = await broadcasts.missed(tx, hall.act(COMMAND_LINE), hall.broadcast_id)
    assert {(await hall.chat(each.person_id)).id for each in listed} == {each.id for each in struck}

    refused = [each.at for each in calls if each.status == 502]
    assert 1 <= len(refused) <= 40, "after a few in vain there are pauses"
    again = min(each.at for each in calls if each.status == 200 and each.at > refused[-1])
    late = again - refused[0] - outage
    record_property("an outage: calls in vain, seconds until it went on", (told[502], round(late)))


async def test_a_third_who_block_in_the_middle_slow_nobody_down(
    hall: Hall, record_property: Callable[[str, object], None]
) -> None:
    """Fault 8: each is called once, and the board equals the journal."""
    count, rate = 200, 25.0
    chats = [await hall.chat(each) for each in await hall.announces(count)]
    async with asyncio.timeout(120), hall.sending(rate=rate) as sender:
        await until(lambda: _accepted(hall, count // 4), within=60)
        behind = {each.chat for each in hall.calls}
        waiting = [chat for chat in chats if str(chat.id) not in behind]
        for chat in random.Random(8).sample(waiting, round(0.3 * len(waiting))):
            chat.blocked = True
        await sender.settle()
    calls = hall.calls
    assert Counter(each.chat for each in calls).most_common(1)[0][1] == 1, "nobody twice"
    refused = [each for each in calls if not each.accepted]
    assert {each.status for each in refused} == {403}
    counts = await hall.counted()
    assert counts.sent == len(calls) - len(refused)
    assert counts.reasons == {"blocked": len(refused)}
    assert counts.total == count == len(calls)
    async with hall.database.read() as tx:
        away = await tx.value(
            select(func.count())
            .select_from(accounts)
            .where(accounts.c.unreachable_since.is_not(None))
        )
    assert away == len(refused) > 0
    before, after = _pace(calls[: count // 4]), _pace(calls[count // 3 :])
    record_property("fault 8: calls a second before and after", (round(before), round(after)))


async def _accepted(hall: Hall, count: int) -> bool:
    return sum(each.accepted for each in hall.calls) >= count


def _pace(calls: list[Entry]) -> float:
    return (len(calls) - 1) / (calls[-1].at - calls[0].at)


# -- kill -9 ---------------------------------------------------------------------------------------

MANY = 5_000
KILLS = 12
IN_FLIGHT = 12


async def test_kill_nine_in_the_middle_of_five_thousand(
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Fault 3: everybody gets at most one, the rest resume, ambiguous ones are listed."""
    chance = random.Random(5)
    crowd = await Crowd.gather(sandbox, tmp_path, 0)
    told = crowd.told | {"pace": 1000}
    await _announce(crowd, MANY)
    for _ in range(KILLS):
        bot = await bots.bot(told)
        await asyncio.sleep(chance.uniform(0.2, 2.5))
        await bot.kill()
    await bots.bot(told)
    await happens(lambda: crowd.states("broadcasts")["closed"] == 1, within=300)
    await crowd.rest()

    calls = [each for each in sandbox.journal.entries if WORDS in str(each.parameters.get("text"))]
    got = Counter(int(str(each.chat)) for each in calls if each.accepted)
    states = {
        int(row[0]): row[1]
        for row in crowd.rows("SELECT person_id, state FROM outbox WHERE key LIKE 'broadcast:1:%'")
    }
    assert len(states) == MANY, "all are planned, and once"
    assert set(got.values()) == {1}, "nobody got it twice"
    assert set(states.values()) <= {"sent", "unknown"}
    unknown = {each for each, state in states.items() if state == "unknown"}
    assert set(states) - set(got) <= unknown, "who did not get it is listed"
    assert len(unknown) <= KILLS * IN_FLIGHT
    assert crowd.integrity() == "ok"
    record_property(
        "kill -9 in 5,000: kills, arrived, twice, unknown, of them arrived",
        (KILLS, len(got), 0, len(unknown), len(unknown & set(got))),
    )


async def _announce(crowd: Crowd, count: int) -> None:
    """So many officers with an open chat, and a broadcast to them that is due; no bot runs yet."""
    database = Database(crowd.settings.database_url, audit_key=bytes(32))
    world, bot = crowd.sandbox.world, crowd.bot
    async with database.write() as tx:
        now = Clock().now() - timedelta(seconds=1)
        found = []
        for number in range(count):
            who = world.add_person(f"Person {number}")
            key = f"{bot.id}.{who.id}"
            world.chats[key] = Chat(key, who.id, "private", who.name, {bot.id}, {who.id: who})
            found.append(who.id)
        rows = [{"id": each, "name": "P", "language": "en", "created_at": now} for each in found]
        await tx.execute(insert(people), rows)
        chats = [{"bot_id": bot.id, "chat_id": each, "person_id": each} for each in found]
        await tx.execute(insert(accounts), chats)
        held = [{"person_id": each, "role": "officer", "from_at": now} for each in found]
        await tx.execute(insert(seats), held)
        await queries.add(
            tx,
            Segment(),
            {"en": WORDS},
            default_language="en",
            planned_by=None,
            sends_at=now,
            now=now,
        )
    await database.close()

"""Fault 6: one chat floods 1,000 updates. Others are answered within a second; order is kept."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox import people as hands
from bot.sandbox.server import Sandbox
from tests.faults.crowd import Crowd, until
from tests.faults.nursery import Nursery

FLOOD = 1000

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(300),
]


async def answered_in(crowd: Crowd, chat: int) -> float:
    """Seconds from a note of the chat to the answer on its phone."""
    before = crowd.answers()[chat]
    begun = time.monotonic()
    crowd.notes(chat)
    while crowd.answers()[chat] == before:  # noqa: ASYNC110 - the journal sets no event
        await asyncio.sleep(0.005)
    return time.monotonic() - begun


async def others_wait(crowd: Crowd, others: list[int]) -> list[float]:
    """How long others wait for their answers while the flood is being worked off."""
    waited: list[float] = []
    chance = random.Random(6)
    for _ in range(40):
        waited.append(await answered_in(crowd, chance.choice(others)))
        await asyncio.sleep(0.1)
    assert crowd.states("inbox")["pending"] > 0, "the flood was over before the others were done"
    return sorted(waited)


async def test_a_seated_person_who_floods_delays_nobody_and_is_done_in_order(
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    crowd = await Crowd.gather(sandbox, tmp_path, 20)
    flooding, *others = crowd.chats
    bot = await bots.bot(crowd.told)
    await crowd.rest()
    flood = [crowd.notes(flooding) for _ in range(FLOOD)]
    waited = await others_wait(crowd, others)
    await until(lambda: crowd.states("inbox")["pending"] == 0, within=120)
    await bot.kill()

    assert crowd.order()[flooding] == flood
    assert crowd.effects() == dict.fromkeys(crowd.sent, 1)
    assert crowd.lost() == set()
    assert waited[-1] < 1.0
    record_property("fault 6, seated: longest wait of another, ms", round(1000 * waited[-1]))
    record_property("fault 6, seated: median wait, ms", round(1000 * waited[len(waited) // 2]))


async def test_a_stranger_who_floods_is_stored_twenty_times_a_minute(
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    crowd = await Crowd.gather(sandbox, tmp_path, 10)
    bot = await bots.bot(crowd.told)
    await crowd.rest()
    who = sandbox.world.add_person("A stranger", language="en")
    place = hands.start(sandbox.world, who, crowd.bot)
    before = sum(crowd.states("inbox").values())
    for number in range(FLOOD):
        hands.says(sandbox.world, who, place, f"flood {number}")
    waited = [await answered_in(crowd, chat) for chat in crowd.chats]
    await until(lambda: not crowd.bot.mailbox.pending())
    await bot.kill()

    stored = sum(crowd.states("inbox").values()) - before - len(waited)
    assert stored == 20
    assert max(waited) < 1.0
    record_property("fault 6, stranger: stored, longest wait, ms", (stored, 1000 * max(waited)))

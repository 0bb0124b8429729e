"""Fault 4: each update ten times, shuffled. As if once, in order, one audit entry."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.faults.crowd import Crowd
from tests.faults.nursery import Nursery

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


async def test_each_update_ten_times_shuffled_is_as_if_once(
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    sandbox.faults.repeats(10)
    sandbox.faults.shuffles(4)
    crowd = await Crowd.gather(sandbox, tmp_path, 30)
    crowd.burst(150, random.Random(4))
    bot = await bots.bot(crowd.told)
    crowd.burst(50, random.Random(5))
    await crowd.rest()
    sandbox.faults.replay(200)
    await crowd.rest()
    await bot.kill()

    copies = 10 * len(crowd.bot.mailbox.seen) + 200
    assert crowd.effects() == dict.fromkeys(crowd.sent, 1)
    assert crowd.answers() == crowd.asked
    assert crowd.states("inbox") == {"done": len(crowd.bot.mailbox.seen)}
    assert await crowd.audit_findings() == []
    record_property("fault 4: deliveries, effects", (copies, len(crowd.effects())))


async def test_what_lies_in_store_when_the_chats_turn_comes_runs_in_order(
    sandbox: Sandbox, bots: Nursery, tmp_path: Path
) -> None:
    """Shuffled and ten times each, but all there before the first is handled."""
    sandbox.faults.repeats(6)
    sandbox.faults.shuffles(4)
    crowd = await Crowd.gather(sandbox, tmp_path, 3)
    crowd.burst(13, random.Random(4))  # with the three starts 96 copies: one batch of a hundred
    bot = await bots.bot(crowd.told)
    await crowd.rest()
    await bot.kill()
    assert crowd.order() == {chat: sorted(notes) for chat, notes in crowd.order().items()}
    assert len(crowd.effects()) == 13

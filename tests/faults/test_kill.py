"""Fault 1: `kill -9` in a burst of updates. What was acknowledged is stored and answered, once."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.faults.crowd import Crowd
from tests.faults.nursery import Nursery

KILLS = 100
PEOPLE = 40
BURST = 6

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_burst_survives_a_hundred_kills(
    mode: str,
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(1)
    webhook = {
        "mode": "webhook",
        "webhook_url": "https://127.0.0.1/hook",
        "webhook_listen": f"127.0.0.1:{free_port()}",
        "webhook_secret": "0123456789abcdef",
    }
    more = webhook if mode == "webhook" else {}
    crowd = await Crowd.gather(sandbox, tmp_path, PEOPLE, **more)
    for kill in range(KILLS):
        crowd.burst(BURST, chance)
        bot = await bots.bot(crowd.told, wait=kill % 4 > 0)  # each fourth dies while it starts
        await asyncio.sleep(chance.uniform(0, 0.25))
        crowd.burst(BURST // 2, chance)
        await asyncio.sleep(chance.uniform(0, 0.1) if kill % 20 else chance.uniform(2.0, 2.5))
        await bot.kill()
        assert crowd.lost() == set()
        assert crowd.rows("PRAGMA quick_check") == [("ok",)]
    bot = await bots.bot(crowd.told)
    await crowd.rest()
    await bot.kill()

    assert crowd.lost() == set()
    assert crowd.integrity() == "ok"
    assert crowd.log("inbox.set_aside") == []
    assert crowd.states("inbox") == {"done": len(crowd.bot.mailbox.seen)}
    assert crowd.effects() == dict.fromkeys(crowd.sent, 1)
    assert await crowd.audit_findings() == []
    answers = crowd.answers()
    assert all(answers[chat] >= asked for chat, asked in crowd.asked.items())
    again = sum(answers.values()) - sum(crowd.asked.values())
    record_property(
        f"fault 1, {mode}: kills, updates, lost, twice, answers sent again",
        (KILLS, sum(crowd.asked.values()), 0, 0, again),
    )

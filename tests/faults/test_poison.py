"""Fault 5: a poison update (raises, hangs, kills its worker) fails alone and is reported."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.faults.crowd import Crowd, until
from tests.faults.nursery import BotProcess, Nursery

ROUNDS = 2  # each without the poison, then with it, so that noise of the machine hits both
NOTES = 150  # a round
PACE = 0.06  # seconds between notes, whoever writes them; longer where the machine is slow

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]


async def pace_of(crowd: Crowd) -> float:
    """Seconds between notes that leave the machine time to breathe: a queue would hide all else."""
    begun = time.monotonic()
    for chat in list(crowd.chats)[:30]:
        crowd.notes(chat)
    await crowd.rest()
    return max(PACE, 2 * (time.monotonic() - begun) / 30)


async def waits(crowd: Crowd, poison: str | None, *, pace: float) -> list[float]:
    """Seconds from each note to its answer, over some seconds of work.

    With a poison, one person sends it in the middle of that.
    """
    *others, villain = crowd.chats
    asked: dict[int, list[float]] = defaultdict(list)
    crowd.sandbox.journal.clear()
    for number in range(NOTES):
        if number == NOTES // 3 and poison:
            crowd.types(villain, f"/poison {poison}")
        chat = others[number % len(others)]  # each below the pace of one chat
        asked[chat].append(time.monotonic())
        crowd.notes(chat)
        await asyncio.sleep(pace)
    await crowd.rest()
    answered = {chat: crowd.sandbox.journal.accepted("sendMessage", chat) for chat in asked}
    return [
        answer.at - moment
        for chat, moments in asked.items()
        for moment, answer in zip(moments, answered[chat], strict=True)
    ]


def p99(waited: list[float]) -> float:
    return sorted(waited)[len(waited) * 99 // 100]


@pytest.mark.parametrize("poison", ["raise", "hang"])
async def test_a_poison_is_set_aside_after_three_tries_and_others_hardly_wait(
    poison: str,
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    crowd = await Crowd.gather(sandbox, tmp_path, 40)
    villain = list(crowd.chats)[-1]
    bot = await bots.bot(crowd.told)
    await crowd.rest()
    pace = await pace_of(crowd)
    usual: list[float] = []
    with_poison: list[float] = []
    ratios: list[float] = []
    for _ in range(ROUNDS):
        quiet = await waits(crowd, None, pace=pace)
        beside = await waits(crowd, poison, pace=pace)
        ratios.append(round(p99(beside) / p99(quiet), 2))
        usual += quiet
        with_poison += beside
    after = crowd.notes(villain)
    await crowd.rest()
    await bot.kill()

    aside = crowd.rows("SELECT attempts, reason FROM inbox WHERE state = 'aside'")
    assert aside == [(3, "handler")] * ROUNDS
    assert [entry["reason"] for entry in crowd.log("inbox.set_aside")] == ["handler"] * ROUNDS
    assert crowd.answers()[villain] == 2  # an apology for the last poison, and the note after it
    assert crowd.effects()[after] == 1
    assert crowd.rows("SELECT count(*) FROM audit WHERE act = 'test.poison'") == [(0,)]
    without, within = p99(usual), p99(with_poison)
    record_property(
        f"fault 5, {poison}: p99 of others with one among {NOTES} and without, pace, ms",
        (round(1000 * within), round(1000 * without), round(1000 * pace)),
    )
    record_property(
        f"fault 5, {poison}: ratio, limit 2; of each round",
        (round(within / without, 2), *ratios),
    )


async def test_a_poison_that_kills_the_process_is_set_aside_and_takes_nobody_along(
    sandbox: Sandbox,
    bots: Nursery,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    crowd = await Crowd.gather(sandbox, tmp_path, 20)
    *others, villain = crowd.chats
    crowd.types(villain, "/poison kill")
    deaths = 0
    for _ in range(6):
        for chat in others:
            crowd.notes(chat)
        bot = await bots.bot(crowd.told, wait=False)

        def decided(bot: BotProcess = bot) -> bool:
            return not bot.lives or crowd.states("inbox")["aside"] == 1

        await until(decided, within=60)
        if bot.lives:
            break
        deaths += 1
    after = crowd.notes(villain)
    await crowd.rest()
    await bot.kill()

    assert deaths == 3
    assert crowd.effects() == dict.fromkeys(crowd.sent, 1)
    assert crowd.effects()[after] == 1
    assert crowd.states("inbox")["aside"] == 1
    assert [entry["reason"] for entry in crowd.log("inbox.set_aside")] == ["tries"]
    assert crowd.answers()[villain] >= crowd.asked[villain]
    record_property("fault 5, kill: deaths of the process, notes lost", (deaths, 0))


async def test_an_update_that_nobody_can_parse_stops_nobody(
    sandbox: Sandbox, bots: Nursery, tmp_path: Path
) -> None:
    crowd = await Crowd.gather(sandbox, tmp_path, 3)
    sandbox.faults.inject('{"update_id": $id, "message": {"date": "yesterday", "chat": 5}}')
    sandbox.faults.inject('{"update_id": $id, "message": null}')
    sandbox.faults.inject('{"update_id": $id}')
    sandbox.faults.inject('{"update_id": $id, "something_new": {"chat": {"id": 5}}}')
    crowd.burst(10, random.Random(1))
    bot = await bots.bot(crowd.told)
    await crowd.rest()
    await bot.kill()
    assert crowd.effects() == dict.fromkeys(crowd.sent, 1)
    assert [entry["reason"] for entry in crowd.log("inbox.set_aside")] == ["unparseable"]

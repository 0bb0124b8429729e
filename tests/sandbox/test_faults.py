"""The sandbox misbehaves exactly as told, and its journal tells what took effect."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from bot.sandbox import Network, Phone, Sandbox
from tests.sandbox.conftest import Api


async def test_429_comes_as_often_as_asked(api: Api, someone: Phone, sandbox: Sandbox) -> None:
    sandbox.faults.too_many(3, times=2)
    for _ in range(2):
        response = await api.raw("sendMessage", json={"chat_id": someone.id, "text": "a"})
        assert response.status_code == 429
        assert response.json()["parameters"] == {"retry_after": 3}
    assert await api("sendMessage", chat_id=someone.id, text="a")
    journal = sandbox.journal
    assert [each.status for each in journal.refused("sendMessage")] == [429, 429]
    assert len(journal.accepted("sendMessage", someone.id)) == 1


async def test_a_flood_wait_ends_by_itself(api: Api, someone: Phone, sandbox: Sandbox) -> None:
    sandbox.faults.too_many_for(0.3, retry_after=1)
    told = await api.refused("sendMessage", chat_id=someone.id, text="a")
    assert told == "Too Many Requests: retry after 1"
    await asyncio.sleep(0.3)
    assert await api("sendMessage", chat_id=someone.id, text="a")


async def test_faults_strike_only_their_method_and_chat(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    sandbox.faults.fails(502, method="sendPhoto")
    sandbox.faults.forbidden(chat=someone.id + 1)
    assert await api("sendMessage", chat_id=someone.id, text="a")
    sandbox.faults.clear()
    sandbox.faults.fails(500, method="sendmessage")
    told = await api.refused("sendMessage", chat_id=someone.id, text="a")
    assert told == "Internal Server Error"


@pytest.mark.parametrize("after", [False, True])
async def test_a_time_out_before_and_after_the_effect(
    api: Api, someone: Phone, sandbox: Sandbox, after: bool
) -> None:
    sandbox.faults.times_out(after=after, method="sendMessage")
    with pytest.raises(httpx.ReadTimeout):
        await api.raw("sendMessage", json={"chat_id": someone.id, "text": "a"}, timeout=0.2)
    await someone.looks()
    assert len(someone.received) == after
    (entry,) = sandbox.journal.entries
    assert (entry.accepted, entry.status) == (after, None)


@pytest.mark.parametrize("after", [False, True])
async def test_a_dropped_connection_before_and_after_the_effect(
    api: Api, someone: Phone, sandbox: Sandbox, after: bool
) -> None:
    sandbox.faults.drops(after=after)
    with pytest.raises(httpx.RemoteProtocolError):
        await api.raw("sendMessage", json={"chat_id": someone.id, "text": "a"})
    await someone.looks()
    assert len(someone.received) == after


async def test_latency(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.latency(0.2)
    began = time.monotonic()
    await asyncio.gather(*(api("getMe") for _ in range(5)))
    assert time.monotonic() - began >= 0.2


async def test_a_chat_takes_a_short_burst_and_then_one_a_second(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    sandbox.faults.enforce_rates(burst=3)
    for _ in range(3):
        await api("sendMessage", chat_id=someone.id, text="a")
    response = await api.raw("sendMessage", json={"chat_id": someone.id, "text": "a"})
    assert response.json()["parameters"] == {"retry_after": 1}
    await asyncio.sleep(1.05)
    assert await api("sendMessage", chat_id=someone.id, text="a")


async def test_no_second_takes_more_than_thirty(
    api: Api, network: Network, sandbox: Sandbox
) -> None:
    sandbox.faults.enforce_rates(per_second=30, burst=100)
    network.patience = 0.01
    phone = await network.phone("Amal")
    await phone.starts()
    answers = [
        await api.raw("sendMessage", json={"chat_id": phone.id, "text": "a"}) for _ in range(60)
    ]
    times = [each.at for each in sandbox.journal.accepted("sendMessage")]
    assert len([each for each in answers if each.status_code == 429]) == 60 - len(times)
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[30:], strict=False))


async def test_updates_come_many_times_and_in_any_order(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    last = (await api.updates())[-1]["update_id"]
    sandbox.faults.repeats(10)
    sandbox.faults.shuffles(seed=1)
    for text in "abc":
        await someone.types(text)
    seen: list[str] = []
    offset = last + 1
    while batch := await api.updates(offset=offset, limit=7):
        seen += [each["message"]["text"] for each in batch]
        offset = max(offset, *(each["update_id"] + 1 for each in batch))
    assert sorted(seen) == ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    assert seen != sorted(seen)


async def test_a_late_update_comes_after_newer_ones_were_confirmed(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    last = (await api.updates())[-1]["update_id"]
    sandbox.faults.late(0.6)
    await someone.types("late")
    await someone.types("prompt")
    prompt = (await api.updates(offset=last + 1))[-1]
    assert prompt["message"]["text"] == "prompt"
    (late,) = await api.updates(offset=prompt["update_id"] + 1, timeout=5)
    assert late["message"]["text"] == "late"
    assert late["update_id"] < prompt["update_id"]


async def test_confirmed_updates_can_be_replayed(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    (first,) = await api.updates()
    assert await api.updates(offset=first["update_id"] + 1) == []
    sandbox.faults.replay(1)
    assert await api.updates(offset=first["update_id"] + 1) == [first]


async def test_unparseable_updates_are_injected_as_they_are(api: Api, sandbox: Sandbox) -> None:
    number = sandbox.faults.inject('{"update_id": $id, "message": {"message_id": "\\u0000"}}')
    (update,) = await api.updates()
    assert update == {"update_id": number, "message": {"message_id": "\x00"}}
    sandbox.faults.inject("{broken")
    assert (await api.raw("getUpdates")).content.endswith(b"{broken]}")


async def test_faults_and_journal_work_from_another_process(
    api: Api, someone: Phone, network: Network
) -> None:
    await network.misbehaves("too_many", retry_after=7, times="always", method="sendMessage")
    for _ in range(3):
        told = await api.refused("sendMessage", chat_id=someone.id, text="a")
        assert told == "Too Many Requests: retry after 7"
    await network.misbehaves("clear")
    await api("sendMessage", chat_id=someone.id, text="a")
    entries = await network.journal("sendMessage")
    assert [each["status"] for each in entries] == [429, 429, 429, 200]
    with pytest.raises(AssertionError, match="no such fault"):
        await network.misbehaves("__init__")

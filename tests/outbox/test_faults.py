"""The sender and a Telegram that misbehaves: what arrives, what is shown as unknown, what fails."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from telegram.ext import ExtBot

from bot.domain.screens import Attachment
from bot.sandbox import Sandbox
from bot.wire.request import Request
from storage import outbox
from storage.database import Transaction
from storage.outbox import Outgoing, Payload
from storage.tables import accounts
from tests.outbox.conftest import House, say, until

pytestmark = pytest.mark.faults


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[None]]:
    """A bot of little patience, so that time-outs take no time."""
    async with ExtBot(
        sandbox.token,
        base_url=sandbox.base_url,
        base_file_url=sandbox.base_file_url,
        request=Request(direct=True, read_timeout=0.3),
        get_updates_request=Request(direct=True, pool=1),
    ) as running:
        yield running


def accepted_texts(house: House) -> Counter[str]:
    hidden = dict.fromkeys(map(ord, "\u2068\u2069"))
    sent = house.sandbox.journal.accepted("sendMessage")
    return Counter(str(entry.parameters["text"]).translate(hidden) for entry in sent)


# -- Too many requests -----------------------------------------------------------------------------


async def test_a_429_storm_loses_nothing_and_nothing_new_is_sent_while_it_lasts(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    """FAULTS.md 7. In flight when the first 429 comes are at most twelve calls."""
    people = await house.crowd(40)
    async with house.database.write() as tx:
        messages = [house.message(f"b:{each}", each, lane="bulk") for each in people]
        await outbox.add_many(tx, messages, now=house.clock.now())
    start = time.monotonic()
    async with asyncio.timeout(30), house.sending(rate=20.0) as sender:
        await until(lambda: _sent(house, 10))
        house.sandbox.faults.too_many_for(2.0, retry_after=2)
        await sender.settle()
    elapsed = time.monotonic() - start
    assert accepted_texts(house) == Counter({f"b:{each}": 1 for each in people})
    assert await house.states("b:") == {"sent": 40}
    refused = house.sandbox.journal.refused("sendMessage")
    assert 1 <= len(refused) <= 12
    gate = [refused[0].at + 0.3, refused[0].at + 2.0]
    new = [each for each in house.sandbox.journal.entries if gate[0] < each.at < gate[1]]
    assert new == []
    ideal = 39 / 20 + 2.0
    record_property("429 storm, times the ideal", round(elapsed / ideal, 2))


async def test_a_row_chosen_before_a_429_is_not_called_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its turn and its call a row is committed; the gate may have closed meanwhile."""
    amal, bao = await house.person(), await house.person("Bao")
    slow = asyncio.Event()
    claim = outbox.claim

    async def late_claim(
        tx: Transaction, row: Outgoing, parts: Sequence[Payload] = (), *, today: date
    ) -> Any:
        taken = await claim(tx, row, parts, today=today)
        if row.key == "late":
            await slow.wait()
        return taken

    monkeypatch.setattr(outbox, "claim", late_claim)
    async with house.sending() as sender:
        await house.says("late", amal, lane="bulk")
        await asyncio.sleep(0.1)
        sender._pacer.halt(0.5, time.monotonic())
        slow.set()
        await asyncio.sleep(0.3)
        assert house.sandbox.journal.entries == []
        await house.says("b", bao)
        await sender.settle()
    assert accepted_texts(house) == {"late": 1, "b": 1}


async def _sent(house: House, count: int) -> bool:
    return len(house.sandbox.journal.accepted("sendMessage")) >= count


async def test_against_enforced_rates_everything_arrives_once(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    """None is refused where the machine keeps time; what is refused goes later."""
    house.sandbox.faults.enforce_rates(per_second=30, per_chat=1.0, burst=3)
    people = await house.crowd(60)
    chatty = people[0]
    await house.plan(*(house.message(f"c:{n}", chatty) for n in range(4)))
    async with house.database.write() as tx:
        messages = [house.message(f"b:{each}", each, lane="bulk") for each in people]
        await outbox.add_many(tx, messages, now=house.clock.now())
    start = time.monotonic()
    await house.sends_all(rate=25.0)
    elapsed = time.monotonic() - start
    record_property("messages a second at 25", round(64 / elapsed, 1))
    record_property("refused at 25 a second", len(house.sandbox.journal.refused()))
    assert len(accepted_texts(house)) == len(house.sandbox.journal.accepted("sendMessage")) == 64


# -- Time-outs -------------------------------------------------------------------------------------


async def test_replies_without_an_answer_arrive_at_least_once_and_bulk_at_most_once(
    house: House,
) -> None:
    """FAULTS.md 3: a time-out before or after the effect cannot be told apart."""
    people = await house.crowd(12)
    for each in people:
        await house.plan(
            house.message(f"r:{each}", each), house.message(f"b:{each}", each, lane="bulk")
        )
    struck = random.Random(7)
    for chat in [await house.chat(each) for each in people]:
        house.sandbox.faults.times_out(
            after=struck.random() < 0.5, seconds=0.6, times=struck.randint(1, 2), chat=chat.id
        )
    await house.sends_all()
    arrived = accepted_texts(house)
    assert all(arrived[f"r:{each}"] >= 1 for each in people)
    assert all(arrived[f"b:{each}"] <= 1 for each in people)
    bulk = {row["key"]: row["state"] for row in await house.rows("b:")}
    assert all(bulk[key] == "unknown" for key in bulk if not arrived[key])
    assert set(bulk.values()) <= {"sent", "unknown"}
    assert await house.states("r:") == {"sent": 12}
    calls = Counter(entry.parameters["text"] for entry in house.sandbox.journal.entries)
    assert all(count == 1 for text, count in calls.items() if "b:" in str(text))


async def test_bulk_without_an_answer_is_unknown_and_called_once(house: House) -> None:
    amal = await house.person()
    house.sandbox.faults.times_out(after=True, seconds=0.6)
    row_id = await house.says("b", amal, lane="bulk")
    await house.sends_all()
    row = await house.row(row_id)
    assert (row["state"], row["reason"], row["screen"]) == ("unknown", "no_answer", None)
    assert accepted_texts(house) == {"b": 1}


async def test_a_reply_that_never_gets_an_answer_is_not_sent_for_ever(house: House) -> None:
    amal = await house.person()
    house.sandbox.faults.drops(after=True, times=100)
    row_id = await house.says("r", amal)
    await house.sends_all()
    assert (await house.row(row_id))["state"] == "unknown"
    assert accepted_texts(house) == {"r": 3}


async def test_an_edit_without_an_answer_is_repeated_even_in_bulk(house: House) -> None:
    amal = await house.person()
    board = await house.says("board", amal, "0", lane="bulk")
    await house.sends_all()
    house.sandbox.faults.drops(after=True)
    edit = await house.says("board:1", amal, "1", lane="bulk", edits=board)
    await house.sends_all()
    assert (await house.row(edit))["state"] == "sent"
    assert await house.heard(amal) == ["1"]


# -- Killed ----------------------------------------------------------------------------------------


async def test_what_was_in_flight_when_killed_is_said_again_or_shown_as_unknown(
    house: House,
) -> None:
    """FAULTS.md 3: rows left in `sending`; only bulk is left in doubt."""
    people = await house.crowd(4)
    first = await house.says("first", people[3], "0")
    await house.sends_all()
    rows = {
        lane: await house.says(lane, person, lane=lane)
        for lane, person in zip(("reply", "notice", "bulk"), people, strict=False)
    }
    edit = await house.says("edit", people[3], "1", edits=first, lane="bulk")
    await house.leaves_in_flight(*rows.values(), edit)
    await house.sends_all()
    states = {lane: (await house.row(row_id))["state"] for lane, row_id in rows.items()}
    assert states == {"reply": "sent", "notice": "sent", "bulk": "unknown"}
    assert (await house.row(rows["bulk"]))["screen"] is None
    assert (await house.row(edit))["state"] == "sent"
    assert await house.heard(people[2]) == []


async def test_a_stop_in_the_middle_loses_nothing_and_the_rest_is_sent_later(house: House) -> None:
    people = await house.crowd(30)
    await house.plan(*(house.message(f"r:{each}", each) for each in people))
    house.sandbox.faults.latency(0.15)
    for _ in range(4):
        async with house.sending(rate=60.0):
            await asyncio.sleep(0.2)
    house.sandbox.faults.clear()
    await house.sends_all()
    arrived = accepted_texts(house)
    assert set(arrived) == {f"r:{each}" for each in people}
    assert await house.states("r:") == {"sent": 30}


async def test_calls_cut_off_by_a_stop_never_send_bulk_twice(house: House) -> None:
    people = await house.crowd(20)
    await house.plan(*(house.message(f"b:{each}", each, lane="bulk") for each in people))
    house.sandbox.faults.latency(0.4)  # longer than the patience of a stop
    async with house.sending():
        await until(lambda: _states_have(house, "sending"))
    house.sandbox.faults.clear()
    await house.sends_all()
    states = await house.states("b:")
    assert set(states) == {"sent", "unknown"}
    assert sum(states.values()) == 20
    assert max(accepted_texts(house).values()) == 1


async def _states_have(house: House, state: str) -> bool:
    return state in await house.states()


# -- Failures of the server ------------------------------------------------------------------------


async def test_an_outage_delays_and_loses_nothing(house: House) -> None:
    people = await house.crowd(10)
    outage = house.sandbox.faults.fails(502, times=math.inf)
    outage.until = time.monotonic() + 2.0
    for n in range(3):
        await house.plan(*(house.message(f"{each}:{n}", each) for each in people))
    await house.sends_all()
    for each in people:
        assert await house.heard(each) == [f"{each}:{n}" for n in range(3)]


async def test_a_row_on_which_telegram_always_fails_gives_its_chat_free(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others get through, so it is this row that is poison."""
    monkeypatch.setattr("bot.outbox._pause", lambda _: 0.05)
    amal, bao = await house.person(), await house.person("Bao")
    house.sandbox.faults.fails(500, times=math.inf, chat=(await house.chat(amal)).id)
    poison = await house.says("poison", amal)
    await house.says("next", amal)
    async with asyncio.timeout(60), house.sending(burst=1000) as sender:
        for n in itertools.count():
            await house.says(f"b:{n}", bao)
            if (await house.row(poison))["state"] == "failed":
                house.sandbox.faults.clear()
                break
            await asyncio.sleep(0.02)
        await sender.settle()
    row = await house.row(poison)
    assert (row["state"], row["reason"]) == ("failed", "server_500")
    assert await house.heard(amal) == ["next"]


async def test_a_row_that_waits_for_its_next_try_keeps_the_order_of_its_chat(house: House) -> None:
    amal, bao = await house.person(), await house.person("Bao")
    house.sandbox.faults.fails(502, times=2, chat=(await house.chat(amal)).id)
    await house.plan(*(house.message(f"a:{n}", amal) for n in range(3)))
    await house.plan(house.message("b", bao))
    await house.sends_all()
    assert await house.heard(amal) == ["a:0", "a:1", "a:2"]
    order = [str(entry.parameters["text"]) for entry in house.sandbox.journal.accepted()]
    assert "b" in order[0]


# -- People who cannot be reached ------------------------------------------------------------------


async def test_who_blocked_the_bot_is_marked_and_delays_nobody(house: House) -> None:
    """FAULTS.md 8: no retry, and the totals are those of the server's journal."""
    people = await house.crowd(20)
    for each in people[::3]:
        (await house.chat(each)).blocked = True
    gone = await house.chat(people[1])
    gone.people[gone.id].deactivated = True
    woken: list[None] = []
    house.database.subscribe("unreachable", lambda: woken.append(None))
    await house.plan(*(house.message(f"b:{each}", each, lane="bulk") for each in people))
    await house.sends_all()
    assert await house.states("b:") == {"sent": 12, "failed": 8}
    journal = house.sandbox.journal
    assert len(journal.accepted("sendMessage")) == 12
    assert len(journal.refused("sendMessage")) == 8
    assert len(woken) == 8
    async with house.database.read() as tx:
        reasons = await tx.values(
            select(accounts.c.unreachable_reason).where(accounts.c.unreachable_since.is_not(None))
        )
        failures = await outbox.failures(tx, "b:")
    assert Counter(reasons) == {"blocked": 7, "deactivated": 1}
    assert {each.person_id for each in failures} == {*people[::3], people[1]}
    assert {row["attempts"] for row in await house.rows("b:")} == {1}


async def test_somebody_who_never_pressed_start_is_unreachable(house: House) -> None:
    amal = await house.person(started=False)
    row_id = await house.says("a", amal)
    await house.sends_all()
    assert (await house.row(row_id))["reason"] == "never_started"


async def test_only_failed_deliveries_are_tried_again(house: House) -> None:
    """ "Retry failed only": the caller composes the message anew, for its payload has gone."""
    people = await house.crowd(3)
    blocked = await house.chat(people[0])
    blocked.blocked = True
    house.sandbox.faults.times_out(after=True, seconds=0.6, chat=(await house.chat(people[1])).id)
    messages = [house.message(f"b:{each}", each, "word " * 1200, lane="bulk") for each in people]
    await house.plan(*messages)
    await house.sends_all()
    assert await house.states("b:") == {"sent": 1, "failed": 1, "unknown": 1}
    blocked.blocked = False
    before = len(house.sandbox.journal.accepted("sendMessage"))
    async with house.database.write() as tx:
        assert await outbox.retry(tx, messages, now=house.clock.now()) == 1
    await house.sends_all()
    assert await house.states("b:") == {"sent": 2, "unknown": 1}
    assert len(house.sandbox.journal.accepted("sendMessage")) == before + 2
    async with house.database.read() as tx:
        assert (
            await tx.value(
                select(accounts.c.unreachable_since).where(accounts.c.person_id == people[0])
            )
            is None
        )


async def test_of_a_message_in_parts_only_those_that_failed_are_tried_again(house: House) -> None:
    amal = await house.person()
    files = tuple(Attachment(name * 64, f"{name}.txt") for name in "ab")
    house.files["a" * 64] = b"the first file"
    screen = replace(say("Both files, please."), attachments=files)
    message = house.message("b:1", amal, screen=screen, lane="bulk")
    await house.plan(message)
    await house.sends_all()
    assert await house.states("b:") == {"failed": 1}
    assert len(house.sandbox.journal.accepted("sendDocument")) == 1
    house.files["b" * 64] = b"the second file"
    async with house.database.write() as tx:
        assert await outbox.retry(tx, [message], now=house.clock.now()) == 1
        assert await outbox.retry(tx, [message], now=house.clock.now()) == 0
    await house.sends_all()
    assert await house.states("b:") == {"sent": 1}
    assert len(house.sandbox.journal.accepted("sendDocument")) == 2
    assert await house.heard(amal) == ["", "", "Both files, please."]


async def test_an_undone_broadcast_sends_nothing_more(house: House) -> None:
    people = await house.crowd(5)
    await house.plan(*(house.message(f"broadcast:7:{each}", each, lane="bulk") for each in people))
    await house.says("broadcast:71:x", people[0])
    async with house.database.write() as tx:
        assert await outbox.drop(tx, "broadcast:7:", "undone", now=house.clock.now()) == 5
    await house.sends_all()
    assert await house.states("broadcast:7:") == {"dropped": 5}
    assert await house.states("broadcast:71:") == {"sent": 1}
    assert len(house.sandbox.journal.accepted()) == 1


# -- Latency ---------------------------------------------------------------------------------------


async def test_a_reply_overtakes_a_broadcast(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    people = await house.crowd(120)
    async with house.database.write() as tx:
        messages = [house.message(f"b:{each}", each, lane="bulk") for each in people[20:]]
        await outbox.add_many(tx, messages, now=house.clock.now())
    waits, overtaken_by = [], []
    async with house.sending(rate=25.0):
        await asyncio.sleep(0.5)
        for each in people[:20]:
            start = time.monotonic()
            await house.says(f"r:{each}", each)
            await until(lambda each=each: house.heard(each))  # type: ignore[misc]
            (entry,) = house.sandbox.journal.accepted(chat=(await house.chat(each)).id)
            waits.append(entry.at - start)
            overtaken_by.append(_bulk_between(house, start, entry.at))
    waits.sort()
    record_property("reply during a broadcast, median ms", round(waits[10] * 1000))
    record_property("reply during a broadcast, worst ms", round(waits[-1] * 1000))
    assert max(overtaken_by) <= 12  # what was in flight when the reply was planned


def _bulk_between(house: House, start: float, end: float) -> int:
    """How many bulk messages were accepted between two moments."""
    sent = house.sandbox.journal.accepted("sendMessage")
    bulk = [each for each in sent if each.parameters["text"].startswith("b:")]
    return sum(1 for each in bulk if start < each.at < end)

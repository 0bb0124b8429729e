"""Order per chat, chats side by side, duplicates, and who may have how much stored."""

from __future__ import annotations

import random

import pytest
from sqlalchemy.exc import DBAPIError

from tests.inbox.at_work import Desk, typed


async def test_a_chats_updates_run_one_after_another_in_their_order(desk: Desk) -> None:
    await desk.seat(5)
    await desk.takes(*[typed(n, 5, "slow") for n in (3, 1, 2, 5, 4)])
    assert desk.work.ended == [1, 2, 3, 4, 5]
    assert desk.work.most_at_once == 1


async def test_a_late_update_runs_once_as_late(desk: Desk) -> None:
    await desk.takes(typed(10, 5))
    await desk.takes(typed(9, 5), typed(10, 5))
    assert desk.work.ended == [10, 9]


async def test_an_update_that_comes_ten_times_shuffled_has_one_effect(desk: Desk) -> None:
    updates = [typed(n, 5 + n % 3) for n in range(1, 31)] * 10
    random.Random(4).shuffle(updates)
    for start in range(0, len(updates), 7):
        await desk.inbox.receive(updates[start : start + 7])
    await desk.inbox.settle()
    assert sorted(desk.work.ended) == list(range(1, 31))
    assert await desk.keys() == {f"receipt:{n}": 1 for n in range(1, 31)}


async def test_a_finished_update_keeps_its_id_and_nothing_else(desk: Desk) -> None:
    await desk.takes(typed(1, 5, "what nobody else should read"))
    row = await desk.row(1)
    assert row["state"] == "done"
    assert (row["body"], row["chat"], row["sealed_with"]) == (None, None, None)


async def test_an_update_of_no_chat_is_handled_too(desk: Desk) -> None:
    await desk.takes({"update_id": 1, "poll_answer": {"option_ids": []}}, typed(2, 5))
    assert (await desk.states())[2] == "done"


async def test_what_waits_on_disk_is_handled_after_a_restart(desk: Desk) -> None:
    await desk.inbox.stop()
    await desk.inbox.receive([typed(n, n % 4) for n in range(1, 13)])
    assert desk.work.began == []
    again = desk.another()
    await again.start()
    await again.settle()
    assert sorted(desk.work.ended) == list(range(1, 13))


# -- Strangers -------------------------------------------------------------------------------------


async def test_a_chat_without_a_seat_stores_twenty_updates_a_minute(desk: Desk) -> None:
    await desk.seat(6)
    await desk.takes(*[typed(n, 5 + n % 2) for n in range(1, 61)])
    stored = await desk.states()
    assert len([n for n in stored if n % 2 == 0]) == 20  # the stranger's, chat 5
    assert len([n for n in stored if n % 2 == 1]) == 30

    desk.clock.move(seconds=61)
    await desk.takes(typed(62, 5))
    assert 62 in await desk.states()


async def test_copies_of_an_update_do_not_use_up_a_strangers_twenty(desk: Desk) -> None:
    """Ten copies of each of three updates once filled the minute, and the third was dropped."""
    updates = [typed(n, 5) for n in (1, 2, 3)]
    for each in updates:
        await desk.takes(*[each] * 10)
    assert await desk.states() == {1: "done", 2: "done", 3: "done"}


async def test_what_could_not_be_stored_does_not_use_up_a_strangers_twenty(desk: Desk) -> None:
    """While the disk was full each try was counted; the update was then dropped unseen."""
    for _ in range(30):
        with pytest.raises((OverflowError, DBAPIError)):
            await desk.inbox.receive([typed(1, 5), typed(2**63, 5)])
    await desk.takes(typed(1, 5))
    assert await desk.states() == {1: "done"}

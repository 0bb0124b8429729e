"""What whoever watches is told: health as a status, numbers for Prometheus."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.web import SILENCE, Listener, Watched, watch
from storage import inbox
from storage.database import Database
from storage.inbox import RawUpdate
from tests.conftest import FrozenClock

BOT = 77


class Ears:
    """When updates were last received."""

    heard: float | None = None


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def address(database: Database, clock: FrozenClock, ears: Ears) -> AsyncIterator[str]:
    watched = Watched(database, clock, lambda: ears.heard, clock.ticks(), polling=True)
    listener = Listener(watch(watched), "127.0.0.1:0")
    listener.start()
    yield f"http://127.0.0.1:{listener.port}"
    await listener.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def test_a_bot_that_hears_is_well(
    http: httpx.AsyncClient, address: str, clock: FrozenClock, ears: Ears
) -> None:
    clock.move(hours=1)
    ears.heard = clock.ticks() - 3
    response = await http.get(f"{address}/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "well": True,
        "database": True,
        "silent_for": 3.0,
        "pending": 0,
        "waiting": 0,
    }


async def test_a_bot_that_has_heard_nothing_for_long_is_not_well(
    http: httpx.AsyncClient, address: str, clock: FrozenClock
) -> None:
    clock.move(seconds=SILENCE)
    response = await http.get(f"{address}/healthz")
    assert response.status_code == 503
    assert response.json()["silent_for"] == SILENCE


async def test_waiting_updates_are_counted(
    http: httpx.AsyncClient, address: str, database: Database, clock: FrozenClock
) -> None:
    async with database.write() as tx:
        updates = [RawUpdate(number, 5, b"{}") for number in (1, 2, 3)]
        await inbox.store(tx, BOT, updates, now=clock.now())
    assert (await http.get(f"{address}/healthz")).json()["pending"] == 3
    metrics = await http.get(f"{address}/metrics")
    assert 'focalpoint_inbox_updates{state="pending"} 3.0' in metrics.text
    assert metrics.headers["Content-Type"].startswith("text/plain")


async def test_a_database_that_takes_no_writes_is_not_well(
    http: httpx.AsyncClient, address: str, database: Database
) -> None:
    async with database.write() as tx:
        await tx.run(lambda connection: connection.exec_driver_sql("DROP TABLE counters"))
    response = await http.get(f"{address}/healthz")
    assert response.status_code == 503
    assert response.json()["database"] is False

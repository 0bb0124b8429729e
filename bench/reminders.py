"""What reminding costs: 5,000 items planned, a tick with nothing due, 1,000 people due at once."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Table, func, make_url, select

from bench import country, storage
from bench.country import Size
from bot.domain.ladder import Ladder, Reaches, Rung
from bot.domain.people import TICK, Act
from bot.domain.requests import Audience
from bot.domain.work_calendar import Policy
from bot.schedule import ask_and_remind
from storage import migrate
from storage.database import Database, Transaction
from storage.tables import (
    accounts,
    assignments,
    institutions,
    items,
    outbox,
    people,
    reminders,
    request_items,
    requests,
    seats,
    source_documents,
)

ZONE = ZoneInfo("Africa/Dakar")
POLICY = Policy(ZONE)
ASKED = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
DUE_ON = date(2026, 11, 30)
MORNING = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)  # of the first rung
LADDER: Ladder = (
    *(Rung(days) for days in (-14, -3, 0)),
    Rung(7, Reaches.VALIDATOR, asks_first=True),
    Rung(14, Reaches.SECRETARIAT),
)
HOUSES, REPORTING, OFFICERS = 200, 5, 4


@dataclass(frozen=True)
class Found:
    """Seconds of the whole, and of its transactions: the one in the middle and the longest."""

    whole: float
    median: float
    longest: float

    @property
    def held(self) -> str:
        """How long the transactions were, for a table."""
        return f"transactions {1000 * self.median:.0f} ms, at most {1000 * self.longest:.0f} ms"


@dataclass(frozen=True)
class Figures:
    """What was measured on one database; `idle` are seconds of ticks, the shortest first."""

    planned: int
    planning: Found
    idle: tuple[float, ...]
    people: int
    reminding: Found


class Timed(Database):
    """Knows how long each of its transactions held the writer."""

    def __init__(self, url: URL) -> None:
        super().__init__(url, audit_key=bytes(32))
        self.held: list[float] = []

    @asynccontextmanager
    async def write(self, *, idle_limit: float | None = None) -> AsyncIterator[Transaction]:
        async with super().write(idle_limit=idle_limit) as tx:
            begun = time.perf_counter()
            yield tx
        self.held.append(time.perf_counter() - begun)


def places() -> Iterator[tuple[str, AbstractAsyncContextManager[URL]]]:
    """The databases to measure: SQLite, and PostgreSQL where FOCALPOINT_TEST_POSTGRES names one."""
    yield "SQLite", storage.on_sqlite()
    server = os.environ.get("FOCALPOINT_TEST_POSTGRES")
    if server:
        yield "PostgreSQL", storage.on_postgresql(make_url(server))


async def measure(place: AbstractAsyncContextManager[URL], *, count: int) -> Figures:
    """Plan the reminders of so many items, look when nothing is due, remind everybody at once."""
    async with place as url:
        await migrate.upgrade(url)
        database = Timed(url)
        try:
            await _settle(database, count)
            return await _measured(database)
        finally:
            await database.close()


async def _measured(database: Timed) -> Figures:
    planning = await _tick(database, ASKED)
    idle = [(await _tick(database, ASKED + timedelta(seconds=n))).whole for n in range(60)]
    reminding = await _tick(database, MORNING)
    async with database.read() as tx:
        planned = int(await tx.value(select(func.count()).select_from(reminders)))
        told = int(await tx.value(select(func.count()).select_from(outbox)))
    return Figures(planned, planning, tuple(sorted(idle)), told, reminding)


async def _tick(database: Timed, now: datetime) -> Found:
    database.held.clear()
    begun = time.perf_counter()
    await ask_and_remind(database, Act(TICK, 1, ZONE, now), POLICY)
    held = sorted(database.held) or [0.0]
    return Found(time.perf_counter() - begun, held[len(held) // 2], held[-1])


async def _settle(database: Database, count: int) -> None:
    size = Size(count, HOUSES, 0)
    here = HOUSES * (REPORTING + 1)
    chats = range(1, here + OFFICERS + 1)
    tables: list[tuple[Table, Iterator[dict[str, Any]]]] = [
        (institutions, country.institutions_of(size)),
        (people, country.people_of(chats)),
        (accounts, country.accounts_of(1, chats)),
        (seats, _seats()),
        (source_documents, country.documents_of(size)),
        (items, country.items_of(size)),
        (assignments, _assignments(count)),
        (requests, iter([_request()])),
        (request_items, _asked(count)),
    ]
    for table, rows in tables:
        await country.fill(database, table, rows)


def _seats() -> Iterator[dict[str, Any]]:
    for number in range(HOUSES * (REPORTING + 1)):
        role = "focal_point" if number < HOUSES * REPORTING else "validator"
        seat = {"person_id": number + 1, "institution_id": number % HOUSES + 1, "role": role}
        yield {**seat, "from_at": country.NOW}
    for number in range(OFFICERS):
        seat = {"person_id": HOUSES * (REPORTING + 1) + number + 1, "institution_id": None}
        yield {**seat, "role": "officer", "from_at": country.NOW}


def _assignments(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {
            "id": number,
            "item_id": number,
            "institution_id": number % HOUSES + 1,
            "part": "lead",
            "state": "announced",
            "due_on": DUE_ON,
            "assigned_at": country.NOW,
            "announced_at": country.NOW,
        }


def _request() -> dict[str, Any]:
    return {
        "id": 1,
        "kind": "status",
        "state": "open",
        "audience": Audience().to_json(),
        "due_on": DUE_ON,
        "ladder": [each.to_json() for each in LADDER],
        "created_at": ASKED,
        "opened_at": ASKED,
    }


def _asked(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {
            "request_id": 1,
            "institution_id": number % HOUSES + 1,
            "item_id": number,
            "assignment_id": number,
            "state": "asked",
            "due_on": DUE_ON,
            "asked_at": ASKED,
            "since": ASKED,
        }

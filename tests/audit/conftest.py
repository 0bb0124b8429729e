"""A chain of ten entries, some with words, as the services write it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.people import COMMAND_LINE, Actor, Person, Role, Seat
from bot.keys import Head
from bot.services import audit
from storage.audit import head
from storage.database import Database
from tests import maravia

BEGUN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SEAT = Seat(7, 3, Role.FOCAL_POINT, 2, BEGUN)
FOCAL_POINT = Actor(Person(3, "Amina Daoud", "en"), (SEAT,))
BY_FOCAL_POINT = maravia.act(FOCAL_POINT, BEGUN)
BY_OPERATOR = maravia.act(COMMAND_LINE, BEGUN)
LENGTH = 10


@pytest.fixture
async def chain(database: Database) -> Head:
    """How the chain of ten entries ends."""
    for n in range(1, LENGTH + 1):
        async with database.write() as tx:
            await audit.record(
                tx,
                maravia.act(FOCAL_POINT, BEGUN + timedelta(minutes=n, microseconds=n)),
                "status_update.submit",
                f"assignment:{n}",
                facts={"status": "in_progress", "as_of": date(2026, 5, n), "figures": n},
                words="Bill 12 passed its first reading." if n % 3 == 0 else None,
            )
    async with database.read() as tx:
        end = await head(tx)
    assert end is not None
    assert end.count == LENGTH
    return end

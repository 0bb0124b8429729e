"""Acts on one consultation at the same moment: none is undone because two waited for each other."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot.sandbox.phone import Phone, plain
from storage import sign_ups
from storage.database import Transaction
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced
from tests.journeys.test_door import on_the_day, signed_up, the_door

PEOPLE = 12
WIDE = 0.02  # seconds that whoever has touched a sign-up stays in their transaction

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]


async def deadlocks(network: JourneyNetwork) -> int:
    """How often the server undid one act for another."""
    here = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    async with network.database.read() as tx:
        return int(await tx.value(here))


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever saves a sign-up takes a while to go on: what can meet, meets."""
    save = sign_ups.save

    async def saves(tx: Transaction, kept: Any) -> None:
        await save(tx, kept)
        await tx.execute(select(func.pg_sleep(WIDE)))

    monkeypatch.setattr(sign_ups, "save", saves)


def number_of(phone: Phone) -> str:
    found = re.search(r"Participant (\d+)", plain(phone.last.text))
    assert found, phone.transcript(2)
    return found[1]


@pytest.mark.usefixtures("slowly")
async def test_a_code_is_typed_at_the_door_while_an_officer_notes_the_same_number(
    network: JourneyNetwork,
) -> None:
    """The one held the sign-up and wanted the consultation, the other the reverse."""
    officer, link = await announced(network, by_meeting=True)
    people = [await signed_up(network, link, f"Person {n}") for n in range(PEOPLE)]
    numbers = [number_of(each) for each in people]
    await on_the_day(network)
    code, _at_door = await the_door(officer)
    for each in people:
        await each.types("/mine")
        await each.taps("Child rights report", "I am here")
    before = await deadlocks(network)
    for each, number in zip(people, numbers, strict=True):
        await officer.types("/consultations")
        await officer.taps("Child rights report", "At the door", "Note a number")
        await asyncio.gather(each.types(code), officer.types(number))
    assert await deadlocks(network) == before
    for each in people:
        assert "noted" in plain(each.last.text)

"""Answers that come while a tick reminds: no reminder after the answer, nothing waits for ever."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import URL, select

from bot.domain.people import TICK, Act, Actor, Role
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import Audience, RequestKind
from bot.domain.work_calendar import Policy
from bot.schedule import ask_and_remind
from bot.services import reminders, requests
from bot.services import status_updates as reporting
from bot.services.requests import Wanted
from storage import requests as request_queries
from storage.database import Database
from storage.tables import outbox, request_items
from storage.tables import reminders as reminder_table
from tests import maravia
from tests.conftest import AUDIT_KEY

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MORNING = datetime(2026, 5, 15, 9, 0, tzinfo=UTC)
POLICY = Policy(maravia.ZONE)
TICKING = Act(TICK, 1, maravia.ZONE, MORNING)


class House:
    """Justice, asked for its four items, and what its people do with them."""

    def __init__(self, database: Database, amal: Actor, assignments: list[int]) -> None:
        self.database = database
        self.amal = maravia.act(amal, MORNING)
        self.assignments = assignments

    def draft(self, *assignment_ids: int) -> StatusUpdateDraft:
        first, *others = assignment_ids
        return StatusUpdateDraft(
            first, "in_progress", "Bill 12 passed.", "en", self.amal.today, also=tuple(others)
        )

    async def reports(self, *assignment_ids: int) -> None:
        async with self.database.write() as tx:
            await reporting.submit(tx, self.amal, self.draft(*assignment_ids))

    async def tick(self) -> None:
        await ask_and_remind(self.database, TICKING, POLICY)

    async def answered_but_reminded(self) -> list[int]:
        """Rungs of what is answered that are planned, or whose message is on its way."""
        async with self.database.read() as tx:
            return await tx.values(
                select(reminder_table.c.id)
                .join(request_items, request_items.c.id == reminder_table.c.request_item_id)
                .outerjoin(outbox, outbox.c.id == reminder_table.c.outbox_id)
                .where(
                    request_items.c.state == "answered",
                    (reminder_table.c.state == "planned") | (outbox.c.state == "planned"),
                )
            )

    async def to_be_told(self) -> list[str | None]:
        """What the messages that are on their way to Amal are about."""
        async with self.database.read() as tx:
            return await tx.values(
                select(outbox.c.subject).where(
                    outbox.c.key.startswith("reminder:"),
                    outbox.c.state == "planned",
                    outbox.c.edits.is_(None),
                )
            )


async def justice(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        officer = maravia.act(await maravia.somebody(tx, "Otto", Role.OFFICER, None), NOW)
        audience = Audience(None, tuple(sample.items.values()))
        wanted = Wanted(RequestKind.STATUS, audience, date(2026, 5, 29))
        await requests.send_now(tx, officer, await requests.plan(tx, officer, wanted))
    return House(database, amal, list(sample.assignments.values()))


@pytest.fixture
async def at_once(postgres: URL) -> AsyncIterator[House]:
    """On a server, where transactions run side by side."""
    database = Database(postgres, audit_key=AUDIT_KEY)
    yield await justice(database)
    await database.close()


@pytest.mark.postgres
async def test_a_tick_leaves_out_what_is_being_answered_at_this_moment(at_once: House) -> None:
    await ask_and_remind(at_once.database, replace(TICKING, now=NOW), POLICY)
    first, *others = at_once.assignments
    async with at_once.database.write() as tx:
        await reporting.submit(tx, at_once.amal, at_once.draft(first, *others[:-1]))
        await asyncio.wait_for(at_once.tick(), 20)
    assert await at_once.to_be_told() == [f"assignment:{others[-1]}"]
    await at_once.tick()
    assert await at_once.answered_but_reminded() == []


@pytest.mark.postgres
async def test_an_answer_that_meets_a_tick_takes_its_message_back(at_once: House) -> None:
    await ask_and_remind(at_once.database, replace(TICKING, now=NOW), POLICY)
    async with at_once.database.write() as tx:
        people = await reminders.people_due(tx, TICKING)
        await reminders.remind(tx, TICKING, POLICY, people)
        answering = asyncio.create_task(at_once.reports(*at_once.assignments))
        await asyncio.sleep(0.3)
        assert not answering.done(), "it waits for the tick"
    await asyncio.wait_for(answering, 20)
    assert await at_once.answered_but_reminded() == []
    assert await at_once.to_be_told() == []


@pytest.mark.postgres
async def test_what_is_answered_while_it_is_planned_stays_unplanned(at_once: House) -> None:
    first, *others = at_once.assignments
    async with at_once.database.write() as tx:
        await reporting.submit(tx, at_once.amal, at_once.draft(first))
        await asyncio.wait_for(at_once.tick(), 20)
    async with at_once.database.write() as tx:
        assert not await request_queries.any_stale(tx), "what was left out is answered"
    async with at_once.database.write() as tx:
        await request_queries.mark_stale(tx)
    async with at_once.database.write() as tx:
        await reminders.plan_stale(tx, TICKING, POLICY)
        answering = asyncio.create_task(at_once.reports(*others))
        await asyncio.sleep(0.3)
    await asyncio.wait_for(answering, 20)
    assert await at_once.answered_but_reminded() == []


async def test_answers_in_any_order_and_ticks_never_wait_for_each_other_in_a_ring(
    database: Database,
) -> None:
    there = await justice(database)
    await ask_and_remind(database, replace(TICKING, now=NOW), POLICY)
    chance = random.Random(7)
    assignments = list(there.assignments)
    for _ in range(6):
        chance.shuffle(assignments)
        await asyncio.wait_for(
            asyncio.gather(
                there.tick(),
                there.reports(*assignments),
                there.tick(),
            ),
            30,
        )
        assert await there.answered_but_reminded() == []
        assert await there.to_be_told() == []
        async with database.write() as tx:  # owed again, on another day
            day = date(2026, 5, 20) + timedelta(days=chance.randint(0, 8))
            officer = maravia.act(there.amal.actor, MORNING)
            await requests.follow(tx, officer, assignments)
            found = await request_queries.last_of_assignments(tx, assignments)
            due = {each.id: day for each in found.values()}
            await request_queries.ask_again(tx, due, now=NOW)

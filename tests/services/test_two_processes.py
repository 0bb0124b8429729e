"""Two processes at one act, on a server: whoever comes second waits, and finds it done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import URL, func, select, update

from bot.domain.broadcasts import BroadcastState, Draft, Segment
from bot.domain.errors import Outdated, Refused
from bot.domain.people import TICK, Act, Role
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import Audience, ItemState, RequestKind, RequestText
from bot.domain.work_calendar import Policy
from bot.services import answers, broadcasts, dialogues, digests, requests
from bot.services import status_updates as reporting
from bot.services.answers import AnswerDraft
from bot.services.requests import Wanted
from storage import requests as request_queries
from storage.database import Database, Transaction
from storage.tables import assignments, audit, jobs, outbox
from storage.tables import digests as digest_table
from storage.tables import requests as request_table
from tests import maravia
from tests.conftest import AUDIT_KEY

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DUE, LATER = date(2026, 5, 29), date(2026, 6, 12)
POLICY = Policy(maravia.ZONE)
TICKING = Act(TICK, 1, maravia.ZONE, NOW)


@pytest.fixture
async def database(postgres: URL) -> AsyncIterator[Database]:
    """On a server, where transactions run side by side."""
    database = Database(postgres, audit_key=AUDIT_KEY)
    yield database
    await database.close()


async def one_after_the_other(
    database: Database,
    first: Callable[[Transaction], Awaitable[object]],
    second: Callable[[Transaction], Awaitable[object]],
) -> bool:
    """The second begins before the first has committed; False where it was refused."""

    async def follows() -> bool:
        with suppress(Refused):
            async with database.write() as tx:
                await second(tx)
            return True
        return False

    async with database.write() as tx:
        await first(tx)
        following = asyncio.create_task(follows())
        await asyncio.wait({following}, timeout=0.3)
    return await asyncio.wait_for(following, 20)


async def traces(database: Database, name: str) -> int:
    async with database.read() as tx:
        return int(await tx.value(select(func.count()).where(audit.c.act == name)))


class House:
    """Justice with a focal point, an officer, and whatever is asked of it."""

    def __init__(self, sample: maravia.Sample, officer: Act, amal: Act) -> None:
        self.sample = sample
        self.officer = officer
        self.amal = amal


async def house(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        officer = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
    return House(sample, maravia.act(officer, NOW), maravia.act(amal, NOW))


async def asked(database: Database, there: House, kind: RequestKind) -> int:
    """The first thing that is asked of Justice."""
    audience = (
        Audience(items=tuple(there.sample.items.values()))
        if kind is RequestKind.STATUS
        else Audience(institutions=(there.sample.institution_id,))
    )
    words = (RequestText("en", "Courts", "How many courts are there?"),)
    async with database.write() as tx:
        request = await requests.plan(tx, there.officer, Wanted(kind, audience, DUE, words))
        await requests.send_now(tx, there.officer, request)
        return (await request_queries.open_of_request(tx, request))[0]


async def wished(
    database: Database, there: House, request_item_id: int
) -> tuple[int, StatusUpdateDraft]:
    """Justice asks for more time, and has a report ready."""
    async with database.write() as tx:
        found = await request_queries.get_item(tx, request_item_id)
        assert found is not None
        assert found.assignment_id is not None
        wish = await requests.ask_for_time(
            tx, there.amal, found.id, until_on=LATER, reason="We are counting.", language="en"
        )
    words = "Bill 12 passed."
    today = there.amal.today
    return wish, StatusUpdateDraft(found.assignment_id, "in_progress", words, "en", today)


async def state(database: Database, request_item_id: int) -> ItemState:
    async with database.read() as tx:
        found = await request_queries.get_item(tx, request_item_id)
    assert found is not None
    return found.state


async def test_what_is_answered_at_this_moment_is_not_excused_on_record(
    database: Database,
) -> None:
    there = await house(database)
    item = await asked(database, there, RequestKind.QUESTION)
    excused = await one_after_the_other(
        database,
        lambda tx: answers.answer(tx, there.amal, AnswerDraft(item, "Twelve.", "en")),
        lambda tx: requests.excuse(tx, there.officer, item, "They told us by phone."),
    )
    assert not excused
    assert await state(database, item) is ItemState.ANSWERED
    assert await traces(database, "request.excuse") == 0


async def test_more_time_does_not_ask_anew_what_is_answered_at_this_moment(
    database: Database,
) -> None:
    there = await house(database)
    item = await asked(database, there, RequestKind.QUESTION)
    async with database.write() as tx:
        wish = await requests.ask_for_time(
            tx, there.amal, item, until_on=LATER, reason="We are counting.", language="en"
        )
    given = await one_after_the_other(
        database,
        lambda tx: answers.answer(tx, there.amal, AnswerDraft(item, "Twelve.", "en")),
        lambda tx: requests.decide_time(tx, there.officer, wish, granted=True),
    )
    assert not given
    assert await state(database, item) is ItemState.ANSWERED


async def test_more_time_and_a_report_never_wait_for_each_other_in_a_ring(
    database: Database,
) -> None:
    there = await house(database)
    item = await asked(database, there, RequestKind.STATUS)
    wish, draft = await wished(database, there, item)

    async def report() -> None:
        async with database.write() as tx:
            await reporting.submit(tx, there.amal, draft)

    async def grant() -> None:
        with suppress(Outdated):
            async with database.write() as tx:
                await requests.decide_time(tx, there.officer, wish, granted=True)

    await asyncio.wait_for(asyncio.gather(report(), grant()), 20)
    assert await traces(database, "status_update.submit") == 1


async def test_a_report_that_comes_while_more_time_is_given_answers_what_was_asked(
    database: Database,
) -> None:
    """It had read the day before the grant, was kept under it, and was asked for once more."""
    there = await house(database)
    item = await asked(database, there, RequestKind.STATUS)
    wish, draft = await wished(database, there, item)
    assert await one_after_the_other(
        database,
        lambda tx: requests.decide_time(tx, there.officer, wish, granted=True),
        lambda tx: reporting.submit(tx, there.amal, draft),
    )
    assert await state(database, item) is ItemState.ANSWERED
    async with database.read() as tx:
        kept = await tx.value(
            select(assignments.c.answered_due_on).where(assignments.c.id == draft.assignment_id)
        )
    assert kept == LATER


async def test_a_promise_that_two_officers_ask_for_becomes_one_request(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        dialogue = await dialogues.begin(tx, there.officer, "Committee", "en")
        question, _ = await dialogues.type_question(
            tx, there.officer, dialogue, "What of 140.7?", language="en"
        )
        await dialogues.of_institution(tx, there.officer, question, there.sample.institution_id)
        await dialogues.promise(tx, there.officer, question, DUE)
    assert not await one_after_the_other(
        database,
        lambda tx: dialogues.ask_promises(tx, there.officer, dialogue),
        lambda tx: dialogues.ask_promises(tx, there.officer, dialogue),
    )
    async with database.read() as tx:
        assert await tx.value(select(func.count()).select_from(request_table)) == 1


async def test_a_rung_of_a_live_question_is_climbed_once(database: Database) -> None:
    there = await house(database)
    async with database.write() as tx:
        dialogue = await dialogues.begin(tx, there.officer, "Committee", "en")
        question, _ = await dialogues.type_question(
            tx, there.officer, dialogue, "What of 140.7?", language="en"
        )
        await dialogues.ask(tx, there.officer, question)
    late = replace(TICKING, now=NOW + timedelta(minutes=30))
    await one_after_the_other(
        database,
        lambda tx: dialogues.climb(tx, late, question),
        lambda tx: dialogues.climb(tx, late, question),
    )
    assert await traces(database, "dialogue.call_again") == 1


async def test_a_late_rung_leaves_alone_what_was_drafted_at_this_moment(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        dialogue = await dialogues.begin(tx, there.officer, "Committee", "en")
        question, _ = await dialogues.type_question(
            tx, there.officer, dialogue, "What of 140.7?", language="en"
        )
        await dialogues.ask(tx, there.officer, question)
    late = NOW + timedelta(minutes=30)
    amal = replace(there.amal, now=late)
    await one_after_the_other(
        database,
        lambda tx: dialogues.draft(tx, amal, question, "It was in force.", language="en"),
        lambda tx: dialogues.climb(tx, replace(TICKING, now=late), question),
    )
    assert await traces(database, "dialogue.call_again") == 0


async def test_a_broadcast_that_is_sent_once_more_at_this_moment_is_not_closed(
    database: Database,
) -> None:
    there = await house(database)
    meant = Draft(Segment(), {"en": "The review is on 4 June."}, "en")
    async with database.write() as tx:
        broadcast = await broadcasts.plan(tx, there.officer, meant)
        await broadcasts.send_now(tx, there.officer, broadcast)
        await tx.execute(
            update(outbox)
            .where(outbox.c.key.startswith(broadcasts.prefix_of(broadcast)))
            .values(state="failed", reason="server_500", screen=None)
        )
    following = []
    async with database.write() as tx:
        await broadcasts.retry(tx, there.officer, broadcast)
        following.append(asyncio.create_task(broadcasts.follow(database, TICKING)))
        await asyncio.wait(following, timeout=0.3)
    await asyncio.wait_for(following[0], 20)
    async with database.read() as tx:
        found = await broadcasts.get(tx, there.officer, broadcast)
    assert found.state is BroadcastState.SENDING


async def test_a_weekly_summary_and_its_picture_are_planned_once(database: Database) -> None:
    there = await house(database)
    await asked(database, there, RequestKind.QUESTION)
    async with database.write() as tx:
        await tx.execute(update(digest_table).values(week=date(2026, 4, 27), next_at=NOW))
    await one_after_the_other(
        database,
        lambda tx: digests.send_due(tx, TICKING, POLICY),
        lambda tx: digests.send_due(tx, TICKING, POLICY),
    )
    async with database.read() as tx:
        told = await tx.values(select(outbox.c.key).where(outbox.c.key.startswith("digest:")))
        drawn = await tx.value(select(func.count()).where(jobs.c.kind == digests.PICTURE))
    assert told
    assert drawn == len(told)

"""Lists by urgency, search, and how fast they are for a country of ten years."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from bot.domain.home import Waiting
from bot.domain.items import Part
from bot.domain.people import Role
from bot.domain.progress import Scope, Subject
from bot.domain.search import wanted
from bot.services import search as service
from storage import approved, cards, desk, home, progress, search, status_updates
from storage import threads as thread_queries
from storage.database import Database, Transaction
from storage.tables import (
    assignments,
    conversations,
    institutions,
    item_texts,
    items,
    threads,
)
from storage.tables import status_updates as status_update_table
from tests import maravia
from tests.maravia import codes

TODAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


async def entries(tx: Transaction, institution_id: int, which: Waiting) -> list[str]:
    found = await home.entries(tx, [institution_id], which, today=TODAY, limit=8)
    return codes(found)


async def test_lists_hold_what_they_say_the_most_urgent_first(database: Database) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(
            tx,
            {
                "140.7": TODAY - timedelta(days=1),
                "140.9": TODAY - timedelta(days=9),
                "140.12": TODAY + timedelta(days=30),
                "140.15": TODAY + timedelta(days=31),
            },
        )
        where = sample.institution_id
        assert await entries(tx, where, Waiting.OVERDUE) == ["140.9", "140.7"]
        assert await entries(tx, where, Waiting.DUE) == ["140.12"]
        assert await entries(tx, where, Waiting.ALL) == ["140.9", "140.7", "140.12", "140.15"]
        await tx.execute(
            update(assignments)
            .where(assignments.c.id == sample.assignments["140.9"])
            .values(report_state="returned")
        )
        await tx.execute(
            update(assignments)
            .where(assignments.c.id == sample.assignments["140.12"])
            .values(report_state="submitted", answered_due_on=TODAY + timedelta(days=30))
        )
        counts = await home.counts(tx, [where], today=TODAY)
        assert (counts.overdue, counts.returned, counts.due, counts.submitted, counts.all) == (
            1,
            1,
            0,
            1,
            4,
        )
        assert await entries(tx, where, Waiting.ALL) == ["140.7", "140.9", "140.15", "140.12"]


async def test_a_new_due_date_asks_anew(database: Database) -> None:
    """Regression: an old report must not answer a due date that was set after it."""
    async with database.write() as tx:
        sample = await maravia.justice(tx, {"140.7": TODAY})
        await tx.execute(update(assignments).values(answered_due_on=TODAY))
        assert await entries(tx, sample.institution_id, Waiting.DUE) == []
        answered = await home.entries(
            tx, [sample.institution_id], Waiting.ALL, today=TODAY, limit=8
        )
        assert {each.due_on for each in answered} == {None}
        await tx.execute(update(assignments).values(due_on=TODAY + timedelta(days=5)))
        assert "140.7" in await entries(tx, sample.institution_id, Waiting.DUE)


async def test_of_nobody_there_is_nothing(database: Database) -> None:
    async with database.read() as tx:
        counts = await home.counts(tx, [], today=TODAY)
        assert counts.all == 0
        assert await home.drafts(tx, 1, []) == []


async def test_drafts_of_other_seats_are_not_shown(database: Database) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        row: dict[str, Any] = {
            "bot_id": 1,
            "chat_id": 7,
            "person_id": amal.person_id,
            "seat_id": amal.seat_id,
            "flow": "status_update",
            "flow_version": 1,
            "state": {},
            "nonce": "a",
            "subject": f"assignment:{sample.assignments['140.9']}",
            "active": False,
            "started_at": NOW,
            "touched_at": NOW,
        }
        await tx.execute(insert(conversations).values(**row))
        assert amal.person_id is not None
        assert amal.seat_id is not None
        assert codes(await home.drafts(tx, amal.person_id, [amal.seat_id])) == ["140.9"]
        assert await home.drafts(tx, amal.person_id, [amal.seat_id + 1]) == []


# -- Search ----------------------------------------------------------------------------------------


async def test_numbers_and_words_find_their_items(database: Database) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        among = [sample.institution_id]

        async def found(query: str) -> list[str]:
            return codes(await search.find(tx, wanted(query), among))

        assert await found("140.7") == ["140.7"]
        assert await found("140.1") == ["140.12", "140.15"]
        assert await found("TORTURE") == ["140.7", "140.15"]
        assert await found("optional torture") == ["140.7"]
        assert await found("مناهضه التعذيب") == ["140.7"]
        assert await found("100%") == []
        assert await found("_") == []
        assert await found("") == []


async def test_an_institution_finds_its_own_the_secretariat_everything(
    database: Database,
) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        other = await maravia.justice_elsewhere(tx)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        omar = await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, other)
        nadia = await maravia.somebody(tx, "Nadia", Role.OFFICER, None)
        watcher = await maravia.somebody(tx, "W", Role.OBSERVER, sample.institution_id)
        assert codes((await service.find(tx, amal, "140.7")).hits) == ["140.7"]
        assert codes((await service.find(tx, nadia, "140.7")).hits) == ["140.7"]
        assert (await service.find(tx, omar, "140.7")).hits == ()
        assert (await service.find(tx, omar, "SU-2026-0001")).report_id is None
        await maravia.item(tx, "140.71", {"en": "Whose torture?"}, restricted=True, kind="view")
        assert codes((await service.find(tx, watcher, "140.7")).hits) == ["140.7"]
        assert codes((await service.find(tx, watcher, "140.71")).hits) == []
        assert codes((await service.find(tx, watcher, "torture")).hits) == ["140.7", "140.15"]


async def test_restricted_items_are_found_by_number_alone(database: Database) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        secret = await maravia.item(
            tx, "812", {"en": "The complaint of X"}, symbol="CCPR/C/140/D/812", restricted=True
        )
        await maravia.assignment(tx, secret, sample.institution_id)
        assert await search.find(tx, wanted("complaint"), None) == []
        assert codes(await search.find(tx, wanted("812"), None)) == ["812"]


async def test_siblings_and_cluster_mates_are_offered(database: Database) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        await maravia.alike(tx, sample.items["140.9"], sample.items["140.7"])
        mates = await cards.mates(tx, sample.institution_id, sample.items["140.9"], None)
        assert codes(mates) == ["140.7"]
        cluster = await tx.value(
            select(items.c.cluster_id).where(items.c.id == sample.items["140.7"])
        )
        mates = await cards.mates(tx, sample.institution_id, sample.items["140.7"], cluster)
        assert codes(mates) == ["140.9", "140.12", "140.15"]


async def test_siblings_come_with_what_the_reader_may_know_was_said(database: Database) -> None:
    """The own last word, whatever became of it; of others the last approved one; or all of it."""
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        other = await maravia.justice_elsewhere(tx)
        item_id = sample.items["140.7"]
        ours = sample.assignments["140.7"]
        theirs = await maravia.assignment(tx, item_id, other, part=Part.CONTRIBUTING)
        for number, held, state, said in (
            ("SU-1", ours, "approved", "planned"),
            ("SU-2", ours, "submitted", "in_progress"),
            ("SU-3", theirs, "approved", "not_started"),
            ("SU-4", theirs, "returned", "implemented"),
        ):
            await tx.execute(
                insert(status_update_table).values(
                    number=number,
                    assignment_id=held,
                    kind="report",
                    state=state,
                    status=said,
                    as_of=TODAY,
                    measures="",
                    language="en",
                    submitted_at=NOW,
                )
            )
            await tx.execute(
                update(assignments)
                .where(assignments.c.id == held)
                .values(status=said, as_of=TODAY, report_state=state)
            )

        async def said_to(own: list[int] | None) -> list[str | None]:
            found = await cards.answers(tx, [item_id], own)
            assert all(each.as_of == TODAY for each in found)
            return [each.status for each in found]

        assert await said_to(None) == ["in_progress", "implemented"]
        assert await said_to([sample.institution_id]) == ["in_progress", "not_started"]
        assert await said_to([]) == ["planned", "not_started"]


# -- Speed -----------------------------------------------------------------------------------------

WORDS = "Ratify adopt improve train protect women children prisons judges torture equality".split()


async def ten_years(tx: Transaction) -> None:
    """5,000 items in three languages, 10,000 assignments of 100 institutions, 100,000 reports."""
    document = await maravia.document(tx)
    await tx.execute(
        insert(institutions),
        [{"code": f"I{n}", "kind": "ministry", "names": {"en": f"I{n}"}} for n in range(100)],
    )
    first = await tx.value(select(institutions.c.id).order_by(institutions.c.id))
    await tx.execute(
        insert(items),
        [
            {
                "key": f"{n}",
                "document_id": document,
                "paragraph": f"{n // 100}.{n % 100}",
                "ordinal": n,
                "kind": "recommendation",
                "recommending": [],
                "headings": [],
                "created_at": NOW,
            }
            for n in range(5000)
        ],
    )
    item = await tx.value(select(items.c.id).order_by(items.c.id))
    await tx.execute(
        insert(item_texts),
        [
            {
                "item_id": item + n,
                "language": language,
                "version": 1,
                "words": " ".join(WORDS[(n * k) % len(WORDS)] for k in range(1, 40)) + f" w{n}",
                "from_at": NOW,
            }
            for n in range(5000)
            for language in ("en", "fr", "ar")
        ],
    )
    await tx.execute(
        insert(assignments),
        [
            {
                "item_id": item + n // 2,
                "institution_id": first + (n // 300 if n < 900 else 3 + n % 97),
                "part": "lead" if n % 2 else "contributing",
                "state": "announced",
                "due_on": TODAY + timedelta(days=n % 90 - 30),
                "assigned_at": NOW,
                "announced_at": NOW,
            }
            for n in range(10_000)
            if n >= 900 or n % 2
        ],
    )
    held = await tx.values(select(assignments.c.id).order_by(assignments.c.id))
    await tx.execute(
        insert(status_update_table),
        [
            {
                "number": f"SU-{2016 + n // 10_000}-{n % 10_000:04}",
                "assignment_id": held[n % len(held)],
                "kind": "report",
                "state": "approved",
                "status": "in_progress",
                "as_of": TODAY,
                "measures": "Something was done.",
                "language": "en",
                "submitted_at": NOW - timedelta(days=3650 - n // 30),
            }
            for n in range(100_000)
        ],
    )
    officer = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
    report = await tx.value(select(status_update_table.c.id).order_by(status_update_table.c.id))
    await tx.execute(
        insert(threads),
        [
            {
                "status_update_id": report + n,
                "waits_for": "secretariat" if n % 2 else "institution",
                "seat_id": officer.seat_id,
                "said_at": NOW,
            }
            for n in range(3_000)
        ],
    )


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_home_lists_and_search_stay_fast_after_ten_years(
    database: Database, record_property: Callable[[str, object], None]
) -> None:
    async with database.write() as tx:
        await ten_years(tx)
        if tx.dialect == "postgresql":  # by itself within a minute
            await tx.execute(text("ANALYZE"))
    async with database.read() as tx:
        institution = await tx.value(select(institutions.c.id).order_by(institutions.c.id))
        held = await tx.value(
            select(assignments.c.id).where(assignments.c.institution_id == institution)
        )

        item = await tx.value(select(items.c.id).order_by(items.c.id))

        async def took(what: str, act: Callable[[], Awaitable[object]]) -> float:
            best = 10.0
            for _ in range(3):
                start = time.perf_counter()
                await act()
                best = min(best, time.perf_counter() - start)
            record_property(f"{what} ({tx.dialect})", f"{best * 1000:.1f} ms")
            return best

        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "the secretariat's counts": lambda: desk.counts(tx, today=TODAY, now=NOW),
            "open questions on reports": lambda: thread_queries.count_open(tx, [institution]),
            "home counts": lambda: home.counts(tx, [institution], today=TODAY),
            "list of eight": lambda: home.entries(
                tx, [institution], Waiting.ALL, today=TODAY, limit=8
            ),
            "search by number": lambda: search.find(tx, wanted("12.7"), None),
            "search by word": lambda: search.find(tx, wanted("w4711"), None),
            "search by common words": lambda: search.find(tx, wanted("torture prisons"), None),
            "search by a report's number": lambda: search.report(tx, "SU-2020-0042", None),
            "history": lambda: status_updates.of_assignment(tx, held, limit=8),
            "newest approved": lambda: approved.newest(tx, limit=9),
            "approved of an item": lambda: approved.of_item(tx, item, limit=8),
            "last approved of each": lambda: approved.last_of_each(tx, item, limit=4),
            "progress as approved": lambda: progress.by(tx, Subject.STATUS, Scope(approved=True)),
            "what came in today": lambda: status_updates.arrived_since(tx, NOW),
        }
        full_scan = select(func.count()).where(status_update_table.c.measures.like("%w4711%"))
        measure = await took("reading every report once", lambda: tx.value(full_scan))
        slow = {what: await took(what, act) for what, act in acts.items()}
    # Against this machine's own pace: pairing rows with rows takes hundreds of times as long.
    assert max(slow.values()) < 100 * measure

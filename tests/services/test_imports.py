"""Imports as acts: previewed, applied once, told apart; on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import Clock
from bot.domain.errors import NotAllowed, Outdated
from bot.domain.people import COMMAND_LINE, Actor
from bot.services import imports as service
from storage import imports, jobs, people
from storage.database import Database
from storage.jobs import Job
from storage.tables import (
    audit,
    import_rows,
    item_tags,
    item_texts,
    items,
    position_changes,
)
from tests import maravia
from tests.conftest import FrozenClock

FACTS = {"format": "ohchr_matrix"}


def entry(number: int, words: str, **changed: Any) -> dict[str, Any]:
    """One row as the reading process gives it."""
    row = {
        "row": number,
        "key": f"A/HRC/58/12:140.{number}",
        "second_key": None,
        "symbol": "A/HRC/58/12",
        "paragraph": f"140.{number}",
        "kind": "recommendation",
        "position": "supported",
        "restricted": False,
        "annotation_id": None,
        "recommending": ["Ghana"],
        "source_of_position": None,
        "headings": [[number, "Torture"]],
        "language": "en",
        "words": words,
        "raw": None,
        "digest": "d" * 64,
        "tags": [("theme", "Torture"), ("sdg", "16")],
        "document": {"mechanism": "UPR", "cycle": 4, "session": "48", "published_on": None},
    }
    return {"row": row | changed}


async def test_what_a_killed_import_at_the_shell_had_staged_is_swept(
    database: Database, clock: FrozenClock
) -> None:
    """What still runs stays, and so does what waits for a person, however long."""
    killed = await staged(database, [entry(1, "Ratify.")], now=clock.now())
    asked = await staged(database, [entry(2, "Adopt.")], now=clock.now())
    async with database.write() as tx:
        ines = await people.add(tx, "Ines", "en", now=clock.now())
        await jobs.change(tx, asked.id, person_id=ines.id)
    clock.move(hours=3)
    running = await staged(database, [entry(3, "Amend.")], now=clock.now())
    async with database.write() as tx:
        assert await service.sweep(tx, now=clock.now()) == 1
        assert await service.sweep(tx, now=clock.now()) == 0
        kept = await tx.values(select(import_rows.c.job_id).order_by(import_rows.c.job_id))
        assert kept == [asked.id, running.id]
        assert await jobs.get(tx, killed.id) is None


async def staged(
    database: Database, entries: Iterable[dict[str, Any]], *, now: datetime, facts: Any = FACTS
) -> Job:
    """An import that waits for an officer."""
    async with database.write() as tx:
        job_id = await jobs.plan(tx, service.READ, {}, person_id=None, seat_id=None, now=now)
        await imports.stage(tx, job_id, list(entries), first=1)
        await imports.compare(tx, job_id)
        await jobs.change(tx, job_id, state=jobs.WAITING, result={"facts": facts})
        job = await jobs.get(tx, job_id)
    assert job is not None
    return job


async def applied(
    database: Database, entries: Iterable[dict[str, Any]], *, now: datetime, facts: Any = FACTS
) -> service.Preview:
    """An import, applied."""
    job = await staged(database, entries, now=now, facts=facts)
    async with database.write() as tx:
        did = await service.apply(tx, maravia.act(COMMAND_LINE, now), job)
        await service.finish(tx, job, now=now)
    return did


async def count(database: Database, table: Any) -> int:
    """How many rows the table has."""
    async with database.read() as tx:
        return int(await tx.value(select(func.count()).select_from(table)))


async def test_an_import_adds_items_with_texts_and_tags(database: Database, clock: Clock) -> None:
    did = await applied(database, [entry(1, "Ratify."), entry(2, "Train.")], now=clock.now())
    assert (did.new, did.recommendations) == (2, 2)
    assert await count(database, items) == 2
    assert await count(database, item_texts) == 2
    assert await count(database, item_tags) == 4
    assert await count(database, import_rows) == 0  # the stage is empty again


async def test_the_same_file_twice_changes_nothing(database: Database, clock: Clock) -> None:
    rows = [entry(1, "Ratify."), entry(2, "Train.")]
    await applied(database, rows, now=clock.now())
    did = await applied(database, rows, now=clock.now())
    assert (did.new, did.changed, did.unchanged) == (0, 0, 2)
    assert not did.does_something
    assert await count(database, item_texts) == 2


async def test_a_changed_text_is_a_new_version_and_the_old_one_stays(
    database: Database, clock: Clock
) -> None:
    await applied(database, [entry(1, "Ratify.")], now=clock.now())
    did = await applied(database, [entry(1, "Ratify promptly.")], now=clock.now())
    assert did.changed == 1
    async with database.read() as tx:
        kept = await tx.rows(
            select(item_texts.c.version, item_texts.c.current, item_texts.c.words).order_by(
                item_texts.c.version
            )
        )
    assert [(row["version"], row["current"], row["words"]) for row in kept] == [
        (1, False, "Ratify."),
        (2, True, "Ratify promptly."),
    ]


async def test_a_changed_position_changes_the_item_and_no_text(
    database: Database, clock: Clock
) -> None:
    await applied(database, [entry(1, "Ratify.", position="pending")], now=clock.now())
    again = entry(1, "Ratify.", position="noted", digest="e" * 64, tags=[("theme", "Treaties")])
    did = await applied(database, [again], now=clock.now())
    assert did.changed == 1
    async with database.read() as tx:
        assert await tx.value(select(items.c.position)) == "noted"
        [moved] = await tx.rows(select(position_changes))
        assert (moved["before"], moved["after"]) == ("pending", "noted"), "its history tells it"
        assert await tx.values(select(item_tags.c.label)) == ["Treaties"]
    assert await count(database, item_texts) == 1


async def test_the_same_key_in_another_language_adds_a_text(
    database: Database, clock: Clock
) -> None:
    await applied(database, [entry(1, "Ratify.")], now=clock.now())
    french = entry(1, "Ratifier.", language="fr", digest="f" * 64, position=None)
    did = await applied(database, [french], now=clock.now())
    assert (did.new, did.changed, did.translated) == (0, 0, 1)
    async with database.read() as tx:
        kept = await tx.rows(select(item_texts.c.language, item_texts.c.words))
        assert {(row["language"], row["words"]) for row in kept} == {
            ("en", "Ratify."),
            ("fr", "Ratifier."),
        }
        assert await tx.value(select(items.c.position)) == "supported"


async def test_a_translation_that_comes_again_leaves_positions_and_themes_alone(
    database: Database, clock: Clock
) -> None:
    """A table of translations without positions said "pending" of all when it was sent twice."""
    await applied(database, [entry(1, "Ratify.")], now=clock.now())
    bare = {"language": "fr", "digest": "f" * 64, "position": "pending", "tags": []}
    later = clock.now() + timedelta(days=1)
    await applied(database, [entry(1, "Ratifier.", **bare)], now=later)
    again = await applied(database, [entry(1, "Ratifier.", **bare)], now=later)
    assert (again.changed, again.unchanged) == (0, 1)
    better = await applied(database, [entry(1, "Ratifier sans délai.", **bare)], now=later)
    assert better.changed == 1
    async with database.read() as tx:
        assert await tx.value(select(items.c.position)) == "supported"
        french = select(item_texts.c.words).where(item_texts.c.language == "fr")
        current = await tx.value(french.where(item_texts.c.current))
    assert current == "Ratifier sans délai."
    assert await count(database, item_tags) == 2


async def test_an_item_that_vanished_is_marked_and_comes_back(
    database: Database, clock: Clock
) -> None:
    both = [entry(1, "Ratify."), entry(2, "Train.")]
    await applied(database, both, now=clock.now())
    did = await applied(database, both[:1], now=clock.now())
    assert did.vanished == 1
    async with database.read() as tx:
        gone = select(items.c.paragraph).where(items.c.vanished_at.is_not(None))
        assert await tx.values(gone) == ["140.2"]
    await applied(database, both, now=clock.now())
    async with database.read() as tx:
        assert await tx.values(gone) == []


async def test_a_table_that_holds_part_of_a_document_makes_nothing_vanish(
    database: Database, clock: Clock
) -> None:
    both = [entry(1, "Ratify."), entry(2, "Train.")]
    await applied(database, both, now=clock.now())
    await applied(database, both[:1], now=clock.now(), facts={"format": "plain_csv"})
    async with database.read() as tx:
        gone = select(func.count()).where(items.c.vanished_at.is_not(None))
        assert await tx.value(gone) == 0


async def test_an_annotation_finds_what_came_earlier_without_one(
    database: Database, clock: Clock
) -> None:
    await applied(database, [entry(1, "Ratify.")], now=clock.now())
    annotated = entry(1, "Ratify.", key="uhri:abc", second_key="A/HRC/58/12:140.1")
    did = await applied(database, [annotated], now=clock.now())
    assert (did.new, did.unchanged) == (0, 1)
    assert await count(database, items) == 1


async def test_the_record_may_change_between_preview_and_import(
    database: Database, clock: Clock
) -> None:
    waiting = await staged(database, [entry(1, "Ratify.")], now=clock.now())
    await applied(database, [entry(1, "Ratify.")], now=clock.now())
    async with database.write() as tx:
        did = await service.apply(tx, maravia.act(COMMAND_LINE, clock.now()), waiting)
    assert (did.new, did.unchanged) == (0, 1)
    assert await count(database, items) == 1


async def test_two_officers_cannot_both_decide(database: Database, clock: Clock) -> None:
    job = await staged(database, [entry(1, "Ratify.")], now=clock.now())
    async with database.write() as tx:
        await service.discard(tx, maravia.act(COMMAND_LINE, clock.now()), job.id)
    async with database.write() as tx:
        with pytest.raises(Outdated):
            await service.ask_to_apply(tx, maravia.act(COMMAND_LINE, clock.now()), job.id)


async def test_only_the_secretariat_imports(database: Database, clock: Clock) -> None:
    job = await staged(database, [entry(1, "Ratify.")], now=clock.now())
    nobody = Actor(None, (), "chat")
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await service.ask_to_apply(tx, maravia.act(nobody, clock.now()), job.id)
        with pytest.raises(NotAllowed):
            await service.apply(tx, maravia.act(nobody, clock.now()), job)
    assert await count(database, items) == 0


async def test_an_import_leaves_one_audit_entry(database: Database, clock: Clock) -> None:
    await applied(database, [entry(1, "Ratify.")], now=clock.now())
    assert await count(database, audit) == 1


async def test_one_key_twice_in_a_file_is_one_item(database: Database, clock: Clock) -> None:
    """Two rows of one key reached the unique key of items and failed the whole import."""
    did = await applied(
        database, [entry(1, "Ratify."), entry(1, "Ratify now.", row=2)], now=clock.now()
    )
    assert did.problems == 1
    assert await count(database, items) == 1


async def test_one_file_may_hold_a_text_in_two_languages(database: Database, clock: Clock) -> None:
    did = await applied(
        database, [entry(1, "Ratify."), entry(1, "Ratifier.", language="fr")], now=clock.now()
    )
    assert (did.new, did.translated, did.problems) == (1, 1, 0)
    assert await count(database, item_texts) == 2

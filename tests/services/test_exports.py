from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.clock import Clock
from bot.domain.approvals import Kind
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.exports import ExportKind
from bot.domain.filters import (
    EVERYTHING,
    STATUSES,
    Dimension,
    Filter,
    NoSuchValue,
    NothingMatches,
    goal_of,
    with_language,
)
from bot.domain.people import COMMAND_LINE, Actor, Role
from bot.domain.progress import TOLD_APART, Scope, Subject, over_time, periods, scope_of
from bot.domain.screens import Text
from bot.domain.views import exports as views
from bot.jobs import Jobs
from bot.services import approvals, exports
from bot.settings import Settings
from bot.texts import Texts
from bot.works import Tools, export, telling
from bot.works import progress as drawing
from bot.works.table import processes
from storage import exports as queries
from storage import jobs, progress, seats, tables
from storage import outbox as queries_of_outbox
from storage.database import Database
from storage.outbox import Message
from storage.tables import audit, items, outbox
from storage.vault import Vault
from tests import maravia
from tests.conftest import FrozenClock
from tests.maravia import somebody
from tests.record import fill

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
async def record(database: Database) -> Database:
    """A database with thirty items."""
    async with database.write() as tx:
        await fill(tx)
    return database


@pytest.fixture
async def officer(record: Database) -> Actor:
    async with record.write() as tx:
        return await somebody(tx, "Amina", Role.OFFICER, None)


def tools_for(database: Database, folder: Path, jobs_: Jobs | None = None) -> Tools:
    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder / "data",
        key_dir=folder / "keys",
    )
    return Tools(
        settings=settings,
        database=database,
        vault=Vault.open(folder / "files"),
        texts=Texts.load(("en", "fr", "ar")),
        clock=Clock(),
        jobs=jobs_ or processes(settings),
        bot_id=1,
        bot_name="maravia_bot",
    )


# -- Filters ---------------------------------------------------------------------------------------


async def test_words_mean_what_occurs_by_value_name_code_or_number(record: Database) -> None:
    async with record.read() as tx:
        found = await exports.understand(
            tx,
            {
                Dimension.MECHANISM: ["upr"],
                Dimension.INSTITUTION: ["الوزارة 1", "m2"],
                Dimension.THEME: ["a12"],
                Dimension.SDG: ["16"],
                Dimension.STATUS: ["In_Progress"],
                Dimension.CLUSTER: [],
            },
        )
    assert found.by == {
        Dimension.MECHANISM: ("UPR",),
        Dimension.INSTITUTION: ("M1", "M2"),
        Dimension.THEME: ("A12 Instruments",),
        Dimension.SDG: found.of(Dimension.SDG),
        Dimension.STATUS: ("in_progress",),
    }
    assert sorted(found.of(Dimension.SDG)) == ["16 - PEACE, JUSTICE", "16.3"]


@pytest.mark.parametrize(
    ("dimension", "words"),
    [
        (Dimension.MECHANISM, "CEDAW"),
        (Dimension.THEME, "A1"),
        (Dimension.SDG, "6"),
        (Dimension.STATUS, ""),
    ],
)
async def test_words_that_mean_nothing_are_refused(
    record: Database, dimension: Dimension, words: str
) -> None:
    async with record.read() as tx:
        with pytest.raises(NoSuchValue):
            await exports.understand(tx, {dimension: [words]})


async def test_a_filter_comes_back_from_behind_its_button_and_from_json(record: Database) -> None:
    chosen = Filter(
        {
            Dimension.MECHANISM: ("CAT",),
            Dimension.DOCUMENT: ("A/HRC/61/9",),
            Dimension.CLUSTER: ("Cluster 2",),
            Dimension.INSTITUTION: ("M3",),
            Dimension.STATUS: ("not_reported",),
        },
        since=date(2025, 1, 1),
        until=date(2026, 12, 31),
    )
    async with record.read() as tx:
        theme, goal = [
            (await queries.known(tx, each))[0].value for each in (Dimension.THEME, Dimension.SDG)
        ]
    chosen = chosen.narrowed(Dimension.THEME, theme).narrowed(Dimension.SDG, goal)
    # A button holds a mechanism or a document, and the menu of values all but its own.
    most = with_language(chosen.narrowed(Dimension.MECHANISM).code, "fr")
    assert len(f"o:export_split:w:{most}".encode()) <= 64
    menu = with_language(chosen.narrowed(Dimension.MECHANISM).narrowed(Dimension.SDG).code, "fr")
    assert len(f"o:export_by:g:12:w:{menu}".encode()) <= 64
    assert exports.language_of(most, ("en", "fr", "ar")) == "fr"
    assert exports.language_of(chosen.code, ("en", "fr", "ar")) is None
    with pytest.raises(NotFound):
        exports.language_of(most, ("en", "ar"))
    async with record.read() as tx:
        assert await exports.read(tx, chosen.code) == chosen
        assert await exports.read(tx, "-") == EVERYTHING
        for gone in ("m00000", "x12345", "nonsense", "m", "f1", "m00000m00000"):
            with pytest.raises(NotFound):
                await exports.read(tx, gone)
    assert Filter.from_json(chosen.to_json()) == chosen


async def test_every_choice_leaves_as_many_as_it_says(record: Database, officer: Actor) -> None:
    chosen = Filter({Dimension.MECHANISM: ("UPR", "CAT")})
    async with record.read() as tx:
        for dimension in Dimension:
            found = await exports.choices(tx, maravia.act(officer, NOW), chosen, dimension)
            assert found
            for each in found:
                narrowed = chosen.narrowed(dimension, each.value)
                assert each.count == await queries.count(tx, narrowed, UTC)


@pytest.mark.parametrize(
    ("label", "goal"),
    [
        ("16.3 - Rule of law", 16),
        ("5 - GENDER EQUALITY", 5),
        ("S16 SDG 16 - peace", 16),
        ("SDG 10", 10),
        ("ODD 4 - Éducation", 4),
        ("18", None),
        ("Human rights education in all of the world 4", None),
    ],
)
def test_a_goal_is_found_however_its_label_is_written(label: str, goal: int | None) -> None:
    assert goal_of(label) == goal


# -- Who may, and what stays -----------------------------------------------------------------------


async def test_only_the_secretariat_exports(record: Database) -> None:
    async with record.write() as tx:
        focal_point = await somebody(tx, "Noor", Role.FOCAL_POINT, 1)
        observer = await somebody(tx, "Ines", Role.OBSERVER, 1)
        for actor in (focal_point, observer):
            with pytest.raises(NotAllowed):
                await exports.ask(
                    tx, maravia.act(actor, NOW), ExportKind.WORKBOOK, EVERYTHING, language="en"
                )
            with pytest.raises(NotAllowed):
                await exports.choices(tx, maravia.act(actor, NOW), EVERYTHING, Dimension.STATUS)


async def test_an_empty_workbook_is_not_even_planned(record: Database, officer: Actor) -> None:
    nobody = Filter({Dimension.DOCUMENT: ("A/HRC/0/0",)})
    async with record.write() as tx:
        with pytest.raises(NothingMatches):
            await exports.ask(
                tx, maravia.act(officer, NOW), ExportKind.WORKBOOK, nobody, language="en"
            )
        assert await tx.value(select(func.count()).select_from(tables.jobs)) == 0


async def test_who_lost_the_seat_while_it_was_made_gets_no_workbook(
    record: Database, officer: Actor, tmp_path: Path
) -> None:
    async with record.write() as tx:
        job_id = await exports.ask(
            tx, maravia.act(officer, NOW), ExportKind.WORKBOOK, EVERYTHING, language="en"
        )
        job = await jobs.get(tx, job_id)
        assert officer.seat_id is not None
        await seats.end(tx, officer.seat_id, now=NOW)
    assert job is not None
    with pytest.raises(NotAllowed):
        await export.run(job, tools_for(record, tmp_path))
    assert await sent(record) == 0


async def test_the_audit_says_which_filter_and_how_many_but_no_name(
    record: Database, tmp_path: Path
) -> None:
    chosen = Filter({Dimension.CLUSTER: ("Cluster 1",), Dimension.INSTITUTION: ("M1",)})
    tools = tools_for(record, tmp_path)
    made = await export.write_out(
        tools, ExportKind.WORKBOOK, chosen, tmp_path / "out.xlsx", language="fr"
    )
    async with record.read() as tx:
        entry = await tx.row(select(audit).where(audit.c.act == "export.workbook"))
    assert entry is not None
    assert entry["facts"]["by_institution"] == ["M1"]
    assert entry["facts"]["by_cluster"][0].startswith("mark:")
    assert entry["facts"]["recommendations"] == made.counts["recommendations"] > 0
    assert entry["facts"]["file"] == made.sha256
    assert entry["channel"] == COMMAND_LINE.channel
    assert [name for name in os.listdir(tmp_path) if "out" in name] == ["out.xlsx"]  # noqa: PTH208


async def test_names_leave_by_chat_once_and_only_when_a_second_coordinator_agreed(
    record: Database, tmp_path: Path
) -> None:
    tools = tools_for(record, tmp_path)
    async with record.write() as tx:
        amina = await somebody(tx, "Amina", Role.COORDINATOR, None)
        chen = await somebody(tx, "Chen", Role.COORDINATOR, None)

    async def names(**more: Any) -> set[Any]:
        now = tools.clock.now()
        async with record.write() as tx:
            job_id = await exports.ask(
                tx, maravia.act(amina, now), ExportKind.WORKBOOK, EVERYTHING, language="en"
            )
            job = await jobs.get(tx, job_id)
        assert job is not None
        await export.run(replace(job, arguments={**job.arguments, **more}), tools)
        async with record.write() as tx:
            done = await jobs.get(tx, job_id)
        assert done is not None
        assert done.sha256 is not None
        book = openpyxl.load_workbook(BytesIO(await tools.vault.read(done.sha256)))
        heading, *rows = book["Institutions and seats"].iter_rows(values_only=True)
        column = heading.index("Person")
        return {row[column] for row in rows if row[column]}

    assert await names() == set()
    async with record.write() as tx:
        now = tools.clock.now()
        asked = await approvals.ask(
            tx, maravia.act(amina, now), Kind.NAMES, {}, reason="For the ministers.", language="en"
        )
        await approvals.agree(tx, maravia.act(chen, now), asked.id)
    assert await names(regular=1, rhythm="0") == set()  # what comes by itself uses nothing up
    assert {"Amina", "Chen"} <= await names()
    assert await names() == set()


# -- Cancelling ------------------------------------------------------------------------------------


async def test_a_cancelled_workbook_ends_its_process_and_says_nothing_more(
    record: Database, officer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "LOOK_EVERY", 0.05)
    slow = Jobs(
        {export.process(ExportKind.WORKBOOK): "tests.exchange.confined_work:never_ends"},
        tmp_path / "jobs",
    )
    async with record.write() as tx:
        job_id = await exports.ask(
            tx, maravia.act(officer, NOW), ExportKind.WORKBOOK, EVERYTHING, language="en"
        )
        job = await jobs.get(tx, job_id)
    assert job is not None
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(export.run(job, tools_for(record, tmp_path, slow)))
        await asyncio.sleep(0.3)
        async with record.write() as tx:
            await exports.cancel(tx, maravia.act(officer, NOW), job_id)
    assert await sent(record) == 0
    assert not list((tmp_path / "jobs").iterdir())
    async with record.write() as tx:
        with pytest.raises(Outdated):
            await exports.cancel(tx, maravia.act(officer, NOW), job_id)


async def test_nobody_cancels_what_another_asked_for(record: Database, officer: Actor) -> None:
    async with record.write() as tx:
        job_id = await exports.ask(
            tx, maravia.act(officer, NOW), ExportKind.WORKBOOK, EVERYTHING, language="en"
        )
        other = await somebody(tx, "Other", Role.COORDINATOR, None)
        with pytest.raises(NotFound):
            await exports.cancel(tx, maravia.act(other, NOW), job_id)


async def sent(database: Database) -> int:
    async with database.read() as tx:
        return int(await tx.value(select(func.count()).select_from(outbox)))


# -- Progress --------------------------------------------------------------------------------------


async def test_progress_by_status_is_what_the_workbook_counts(
    record: Database, clock: FrozenClock
) -> None:
    """Items that their source no longer holds stand in the workbook, and not in the figures."""
    async with record.read() as tx:
        for status in STATUSES:
            chosen = Filter({Dimension.STATUS: (status,)})
            records = await queries.on_snapshot(
                tx, chosen, UTC, lambda every: list(every.recommendations())
            )
            there = [each for each in records if each["vanished_at"] is None]
            counted = await progress.by(tx, Subject.STATUS, Scope())
            found = sum(each.count for each in counted if each.status == status)
            assert found == len(there), status


@pytest.mark.parametrize("subject", TOLD_APART)
@pytest.mark.parametrize("approved", [False, True])
async def test_every_item_counts_in_every_view(
    record: Database, subject: Subject, approved: bool
) -> None:
    scope = Scope(approved=approved)
    async with record.read() as tx:
        total = await progress.total(tx, scope)
        counted = await progress.by(tx, subject, scope)
        seen = select(func.count()).select_from(items).where(items.c.vanished_at.is_(None))
        here = await tx.value(seen.where(~items.c.restricted) if approved else seen)
    assert total == here
    number = sum(each.count for each in counted)
    once = subject in (Subject.STATUS, Subject.MECHANISM)
    assert number == total if once else number >= total


async def test_an_institution_sees_its_own_items_by_its_own_words(record: Database) -> None:
    async with record.write() as tx:
        actor = await somebody(tx, "Noor", Role.FOCAL_POINT, 2)
    scope = scope_of(actor)
    assert scope == Scope((2,))
    assert Subject.INSTITUTION not in scope.subjects
    async with record.read() as tx:
        total = await progress.total(tx, scope)
        counted = await progress.by(tx, Subject.STATUS, scope)
        every = await progress.by(tx, Subject.INSTITUTION, Scope())
    own = [each for each in every if each.key == 2]
    assert total == sum(each.count for each in counted) == sum(each.count for each in own) > 0
    assert {each.status: each.count for each in counted} == {
        each.status: each.count for each in own
    }


# -- Over time, and answers ------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [Scope(approved=True), Scope((2,)), Scope()])
async def test_the_history_of_what_was_approved_ends_with_what_stands_today(
    record: Database, scope: Scope
) -> None:
    async with record.read() as tx:
        begin = await progress.first_approved(tx, scope)
        assert begin is not None
        several = periods(begin.date(), NOW.date(), UTC)
        past = await progress.past(tx, scope, several)
        today = await progress.by(tx, Subject.STATUS, replace(scope, approved=True))
        restricted = set(await tx.values(select(items.c.id).where(items.c.restricted)))
    found = Counter(over_time(past, len(several)))
    last = {status: n for (period, status), n in found.items() if period == len(several) - 1}
    if scope.approved:
        assert last == {each.status: each.count for each in today}
    elif scope.institution_ids:
        assert not past.consolidated
        assert set(past.items) <= {each.item_id for each in past.held}
    else:
        assert restricted <= set(past.items), "the secretariat counts them"
    assert len({period for period, _ in found}) == len(several) > 5


async def test_what_is_asked_and_due_is_answered_or_not(record: Database) -> None:
    """What is excused, has ended or is not due yet counts for nobody."""
    today = NOW.date()
    async with record.read() as tx:
        found = {each.institution_id: each for each in await progress.answering(tx, Scope(), today)}
        own = await progress.answering(tx, Scope((2,)), today)
        asked = await tx.rows(select(tables.request_items))
        held = await tx.rows(select(tables.assignments))
    assert own == [found[2]]
    for each in found.values():
        mine = [row for row in asked if row["institution_id"] == each.institution_id]
        answered = [row for row in mine if row["state"] == "answered"]
        due = [row for row in mine if row["state"] == "asked" and row["due_on"] < today]
        assert (each.answered, each.asked) == (len(answered), len(answered) + len(due))
        reported = [
            row["reported_at"]
            for row in held
            if row["institution_id"] == each.institution_id
            and row["state"] == "announced"
            and row["reported_at"]
        ]
        assert each.reported_at == max(reported, default=None)
    assert sum(each.asked - each.answered for each in found.values()) > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_the_shell_draws_every_subject_with_its_figures_as_text(
    record: Database, tmp_path: Path, language: str
) -> None:
    """Regression: only chats had them, and `focalpoint export picture` was no such kind."""
    tools = tools_for(record, tmp_path)
    async with record.read() as tx:
        total = await progress.total(tx, Scope())
    for subject in Subject:
        path = tmp_path / f"{subject}-{language}.png"
        counted = await drawing.write_out(tools, subject, path, language=language)
        assert path.read_bytes().startswith(b"\x89PNG"), subject
        words = path.with_suffix(".txt").read_text("utf-8")
        title = tools.texts.render(Text(f"picture.title.{subject}"), language, mode="bare")
        assert title in words
        assert "{" not in words
        assert "progress." not in words
        if subject in TOLD_APART:
            assert counted == total
    async with record.read() as tx:
        entries = await tx.rows(select(audit).where(audit.c.act == "export.picture"))
    assert {each["subject"] for each in entries} == {"export:picture"}
    assert len(entries) == len(Subject)


async def test_of_nothing_no_picture_is_drawn(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "none.png"
    for subject in (Subject.STATUS, Subject.TIME, Subject.ANSWERS):
        with pytest.raises(drawing.NothingCounted):
            await drawing.write_out(tools_for(database, tmp_path), subject, path, language="en")
    assert _left(tmp_path, "none") == []


def _left(folder: Path, name: str) -> list[Path]:
    return [each for each in folder.iterdir() if each.name.startswith(name)]


async def test_one_file_a_document_is_told_by_one_message_and_stopped_by_one_tap(
    record: Database, officer: Actor, tmp_path: Path
) -> None:
    """Regression: no job of them had a message, so nothing was told and nothing cancelled."""
    async with record.write() as tx:
        act = maravia.act(officer, NOW)
        planned = await exports.ask_by_document(tx, act, ExportKind.SDG, EVERYTHING, language="en")
        shown = views.making(ExportKind.SDG, 1)
        message = Message("screen", shown, person_id=act.actor.person_id, bot_id=1)
        row = await queries_of_outbox.add(tx, message, now=NOW)
        assert row is not None
        for each in planned:
            await exports.shown_in(tx, each, row)
        first = await jobs.get(tx, planned[0])
    assert len(planned) == 3
    assert first is not None
    await export.run(first, tools_for(record, tmp_path))
    async with record.write() as tx:
        [said] = await tx.values(select(outbox.c.screen).where(outbox.c.edits == row))
        assert "export.by_document_next" in str(said)
        assert f"export_cancel_all:{planned[0]}" in str(said)
        await exports.cancel_all(tx, act, planned[0])
        states = [
            await tx.value(select(tables.jobs.c.state).where(tables.jobs.c.id == each))
            for each in planned
        ]
        assert states == [jobs.DONE, jobs.CANCELLED, jobs.CANCELLED]
        with pytest.raises(Outdated):
            await exports.cancel_all(tx, act, planned[0])
        with pytest.raises(NotFound):
            await exports.cancel_all(tx, act, 10**6)
        stranger = await somebody(tx, "Otto", Role.OFFICER, None)
        with pytest.raises(NotFound):
            await exports.cancel_all(tx, maravia.act(stranger, NOW), planned[0])

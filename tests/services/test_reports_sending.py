"""Sending a workbook of reports: each once, whatever ends the program, and told in one message."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.domain.people import Role
from bot.domain.reports_book import Filled, RowId
from bot.services import reports_book
from bot.services.reports_book import READ
from bot.works import Tools, reports_send
from storage import jobs
from storage.database import Database
from storage.jobs import Job
from storage.tables import audit, figures, outbox, status_updates
from tests import maravia
from tests.services.test_exports import tools_for

ITEMS = 2 * reports_send.BATCH + 5
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    return tools_for(database, tmp_path)


async def wanted(tools: Tools) -> Job:
    """A workbook with more reports than one batch takes; its sender has tapped Send."""
    async with tools.database.write() as tx:
        sample = await maravia.justice(tx)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        await maravia.somebody(tx, "Otto", Role.OFFICER, None)
        rows = []
        for number in range(ITEMS):
            item = await maravia.item(tx, f"150.{number}", {"en": f"Do {number}."})
            held = await maravia.assignment(tx, item, sample.institution_id)
            cells = {"status": "planned", "measures": f"Done {number}.", "figures": "Trials: 1"}
            rows.append(Filled("Cluster", number + 3, RowId(held), cells))
        act = maravia.act(amal, NOW, bot_id=tools.bot_id or 1)
        job_id = await reports_book.receive(tx, act, file_id="f", name="a.xlsx")
        kept = {"rows": [each.to_json() for each in rows]}
        await jobs.change(tx, job_id, kind=READ, state=jobs.WAITING, result=kept)
        assert await reports_book.ask_to_send(tx, act, job_id) == ITEMS
        job = await jobs.take(tx)
        assert job is not None
    return job


async def counted(tools: Tools) -> tuple[int, int]:
    async with tools.database.read() as tx:
        sent = await tx.value(select(func.count()).select_from(status_updates))
        measured = await tx.value(select(func.count()).select_from(figures))
    return int(sent), int(measured)


async def test_each_report_is_sent_once_whatever_ends_the_program(tools: Tools) -> None:
    job = await wanted(tools)
    assert not await reports_send.batch(job.id, tools)
    assert await counted(tools) == (reports_send.BATCH, reports_send.BATCH)
    async with tools.database.write() as tx:  # killed; started again
        assert await jobs.recover(tx) == 1
        again = await jobs.take(tx)
    assert again is not None
    assert (again.id, again.done) == (job.id, reports_send.BATCH)
    await reports_send.run(again, tools)
    assert await counted(tools) == (ITEMS, ITEMS)
    await reports_send.run(again, tools)  # a second worker that took it late
    assert await counted(tools) == (ITEMS, ITEMS)
    async with tools.database.write() as tx:
        ended = await jobs.get(tx, job.id)
        assert ended is not None
        assert (ended.state, ended.result) == (jobs.DONE, None)
        assert "outcomes" not in ended.arguments
        person = select(outbox.c.key, outbox.c.screen).where(outbox.c.edits.is_(None))
        rows = await tx.rows(person.order_by(outbox.c.id))
        told = [row for row in rows if row["key"].endswith(":sent")]
        arrived = [row["key"] for row in rows if row["key"].startswith("arrived:")]
        acts = await tx.values(select(audit.c.act))
    [receipt] = told
    assert str(receipt["screen"]).count("SU-20") == ITEMS
    assert len(arrived) == 1
    assert acts.count("status_update.submit") == ITEMS
    assert acts.count("reports_book.send") == 1

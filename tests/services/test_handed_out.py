"""Files that were made for one person go after a while, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.domain.errors import NotAllowed
from bot.domain.people import TICK, Act, Actor, Role
from bot.schedule import remove_files
from bot.services import exports, handed_out, imports
from bot.services.handed_out import KEPT
from bot.works import Tools, import_template, invitation_links
from storage import files, jobs, tables
from storage.database import Database
from storage.jobs import Job
from tests import maravia
from tests.maravia import somebody
from tests.services.test_exports import tools_for

INVITED = {
    "institution": None,
    "role": Role.OFFICER,
    "names": ["Amal", "Noor"],
    "designated_by": None,
    "designated_on": None,
}


@pytest.fixture
async def officer(database: Database) -> Actor:
    async with database.write() as tx:
        return await somebody(tx, "Amina", Role.COORDINATOR, None)


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    return tools_for(database, tmp_path)


async def plan(tools: Tools, actor: Actor, kind: str, arguments: dict[str, Any]) -> Job:
    async with tools.database.write() as tx:
        job_id = await jobs.plan(
            tx,
            kind,
            arguments,
            person_id=actor.person_id,
            seat_id=actor.seat_id,
            now=tools.clock.now(),
        )
        job = await jobs.get(tx, job_id)
    assert job is not None
    return job


async def deliver(database: Database) -> None:
    """Everything planned has reached Telegram."""
    async with database.write() as tx:
        await tx.execute(update(tables.outbox).values(state="sent", screen=None))


async def kept(tools: Tools) -> set[str]:
    return {each async for each in tools.vault.hashes()}


async def named(database: Database) -> list[str]:
    async with database.read() as tx:
        return await tx.values(select(tables.files.c.sha256))


def tick(now: datetime) -> Act:
    """What the bot does by itself at that moment."""
    return Act(TICK, 1, maravia.ZONE, now)


async def test_a_file_made_for_somebody_goes_a_month_after_it_was_sent(
    tools: Tools, officer: Actor
) -> None:
    job = await plan(tools, officer, exports.TEMPLATE, {"language": "en"})
    await import_template.run(job, tools)
    await deliver(tools.database)
    now = datetime.now(UTC)
    await remove_files(tools.database, tools.vault, tick(now + KEPT - timedelta(hours=1)))
    assert await kept(tools) == set(await named(tools.database)) != set()
    await remove_files(tools.database, tools.vault, tick(now + KEPT + timedelta(hours=1)))
    assert await kept(tools) == set(await named(tools.database)) == set()
    async with tools.database.read() as tx:
        acts = await tx.values(
            select(tables.audit.c.subject).where(tables.audit.c.act == "file.let_go")
        )
    assert acts == [f"job:{job.id}"]


async def test_a_file_that_is_still_to_be_sent_stays(tools: Tools, officer: Actor) -> None:
    job = await plan(tools, officer, exports.TEMPLATE, {"language": "en"})
    await import_template.run(job, tools)
    await remove_files(tools.database, tools.vault, tick(datetime.now(UTC) + 2 * KEPT))
    assert len(await kept(tools)) == 1


async def test_a_file_that_somebody_else_was_sent_lately_stays(
    tools: Tools, officer: Actor
) -> None:
    first = await plan(tools, officer, exports.TEMPLATE, {"language": "en"})
    await import_template.run(first, tools)
    async with tools.database.write() as tx:
        sha256 = await tx.value(select(tables.jobs.c.sha256))
        other = await jobs.plan(
            tx, exports.EXPORT, {}, person_id=None, seat_id=None, now=tools.clock.now()
        )
        later = datetime.now(UTC) + KEPT
        await jobs.change(tx, other, state=jobs.DONE, sha256=sha256, finished_at=later)
    await deliver(tools.database)
    await remove_files(tools.database, tools.vault, tick(later + timedelta(hours=1)))
    assert await kept(tools) == {sha256}


async def test_a_sheet_of_links_goes_as_soon_as_it_was_sent_and_the_letter_stays(
    tools: Tools, officer: Actor
) -> None:
    async with tools.keep(b"letter", "application/pdf") as (tx, letter):
        pass
    job = await plan(tools, officer, handed_out.LINKS, INVITED)
    async with tools.database.write() as tx:
        await jobs.change(tx, job.id, sha256=letter.sha256)
        job = await jobs.get(tx, job.id) or job
    await invitation_links.run(job, tools)
    soon = datetime.now(UTC) + timedelta(hours=1)
    await remove_files(tools.database, tools.vault, tick(soon))
    assert len(await kept(tools)) == 2, "it is still to be sent"
    await deliver(tools.database)
    await remove_files(tools.database, tools.vault, tick(soon))
    assert await kept(tools) == {letter.sha256}


@pytest.mark.parametrize(
    ("state", "goes"), [(jobs.CANCELLED, True), (jobs.FAILED, True), (jobs.WAITING, False)]
)
async def test_a_file_of_which_nothing_came_goes(
    tools: Tools, officer: Actor, state: str, goes: bool
) -> None:
    job = await plan(tools, officer, imports.READ, {})
    async with tools.keep(b"table", "text/csv") as (tx, sent):
        await jobs.change(
            tx, job.id, sha256=sent.sha256, state=state, finished_at=tools.clock.now()
        )
    await remove_files(tools.database, tools.vault, tick(datetime.now(UTC) + 2 * KEPT))
    assert await kept(tools) == (set() if goes else {sent.sha256})


async def test_the_file_of_an_import_that_was_applied_stays(tools: Tools, officer: Actor) -> None:
    job = await plan(tools, officer, imports.APPLY, {})
    async with tools.keep(b"table", "text/csv") as (tx, sent):
        await jobs.change(
            tx, job.id, sha256=sent.sha256, state=jobs.DONE, finished_at=tools.clock.now()
        )
    await remove_files(tools.database, tools.vault, tick(datetime.now(UTC) + 2 * KEPT))
    assert await kept(tools) == {sent.sha256}


async def test_a_refused_hand_over_leaves_no_bytes_behind(tools: Tools) -> None:
    with pytest.raises(NotAllowed):
        async with tools.keep(b"workbook", "text/csv"):
            raise NotAllowed
    assert await kept(tools) == set()
    async with tools.keep(b"workbook", "text/csv"):
        pass
    with pytest.raises(NotAllowed):
        async with tools.keep(b"workbook", "text/csv"):
            raise NotAllowed
    async with tools.database.read() as tx:
        assert await kept(tools) == {*await files.nobodys(tx)} != set()


async def test_a_file_of_a_request_or_a_broadcast_stays(tools: Tools) -> None:
    """Regression: the sweep took the bytes of attachments, and then failed on their rows."""
    now = datetime.now(UTC)
    sha256 = (await tools.vault.put(b"calendar")).sha256
    naming = {column.table.name for column in files.NAMING}
    assert naming >= {"requests", "broadcasts", "evidence", "jobs", "seats", "invitations"}
    async with tools.database.write() as tx:
        await files.add(tx, sha256, size=8, media_type="text/plain", now=now)
        await tx.execute(
            insert(tables.requests).values(
                kind="comment",
                state="open",
                audience={},
                ladder=[],
                attachment=sha256,
                created_at=now,
            )
        )
    await remove_files(tools.database, tools.vault, tick(now + 2 * KEPT))
    assert await tools.vault.read(sha256) == b"calendar"

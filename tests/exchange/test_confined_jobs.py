"""Long work in another process: listed jobs, their progress, their files, their ends."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from bot.domain.errors import NotFound
from bot.exchange.confined import Limits
from bot.jobs import Crashed, Jobs, TookTooLong, file_in

WORK = "tests.exchange.confined_work"
REGISTRY = {
    name: f"{WORK}:{name}"
    for name in ("list_institutions", "refuses_job", "gives_no_mapping", "sleeps_long", "meets")
}


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    with closing(sqlite3.connect(tmp_path / "data.db")) as database, database:
        database.execute("CREATE TABLE institutions (name TEXT)")
        database.executemany(
            "INSERT INTO institutions VALUES (?)", [(f"Office {number}",) for number in range(500)]
        )
    return Jobs(
        REGISTRY,
        tmp_path / "rooms",
        environment={"TRIED_DATABASE": str(tmp_path / "data.db")},
    )


async def test_an_export_reads_the_database_itself_and_leaves_a_file(
    jobs: Jobs, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    async with jobs.room() as room:
        result = await jobs.run(
            "list_institutions",
            {"mark": "مكتب"},
            room,
            on_progress=lambda done, total: told.append((done, total)),
        )
        written = file_in(room, result["file"])
        rows = list(openpyxl.load_workbook(written).worksheets[0].values)

        assert stat.S_IMODE(room.stat().st_mode) == 0o700
        assert os.listdir(room) == ["institutions.xlsx"]  # noqa: PTH208 - also no hidden ones
    assert result["count"] == len(rows) == 500
    assert rows[0] == ("مكتب Office 0",)
    assert told[-1] == (500, 500)
    assert list((tmp_path / "rooms").iterdir()) == []


async def test_only_a_listed_job_runs(jobs: Jobs, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        await jobs.run("os:system", {}, tmp_path)
    with pytest.raises(ValueError, match="module:function"):
        Jobs({"job": "rm -rf"}, tmp_path)


async def test_a_job_refuses_in_its_own_words(jobs: Jobs, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        await jobs.run("refuses_job", {"number": "140.7"}, tmp_path)
    assert refused.value.values == {"number": "140.7"}


async def test_a_job_gives_a_mapping(jobs: Jobs, tmp_path: Path) -> None:
    with pytest.raises(Crashed):
        await jobs.run("gives_no_mapping", {}, tmp_path)


async def test_a_job_that_takes_too_long_is_ended(jobs: Jobs, tmp_path: Path) -> None:
    with pytest.raises(TookTooLong):
        await jobs.run(
            "sleeps_long",
            {"told": str(tmp_path / "told")},
            tmp_path,
            limits=Limits(wall=1.0, written=1000),
        )


async def test_a_cancelled_job_is_dead_and_its_files_are_gone(jobs: Jobs, tmp_path: Path) -> None:
    told = tmp_path / "told"

    async def runs() -> None:
        async with jobs.room() as room:
            await jobs.run("sleeps_long", {"told": str(told)}, room)

    running = asyncio.create_task(runs())
    process = await number_in(told)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert list((tmp_path / "rooms").iterdir()) == []


async def number_in(path: Path) -> int:
    """The number in a file, once it is there."""
    for _ in range(500):
        if found := await asyncio.to_thread(lambda: path.exists() and path.read_text()):
            return int(found)
        await asyncio.sleep(0.01)
    raise AssertionError("the job never began")


async def test_no_more_jobs_run_at_once_than_there_are_slots(tmp_path: Path) -> None:
    jobs = Jobs(REGISTRY, tmp_path / "rooms", at_once=1)
    spans = await asyncio.gather(*(jobs.run("meets", {}, tmp_path) for _ in range(3)))

    ordered = sorted(spans, key=lambda span: span["began"])
    assert all(before["ended"] < after["began"] for before, after in pairwise(ordered))


async def test_rooms_that_a_crash_left_are_swept_and_others_stay(
    jobs: Jobs, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    (tmp_path / "rooms" / "job-left").mkdir(parents=True)
    (tmp_path / "rooms" / "job-left" / "half.xlsx").write_text("half")

    assert await jobs.sweep(before=now - timedelta(days=1)) == 0
    assert await jobs.sweep(before=now + timedelta(days=1)) == 1
    assert list((tmp_path / "rooms").iterdir()) == []


@pytest.mark.parametrize("name", ["../data.db", "/etc/passwd", "link", "missing", "folder", "."])
def test_a_job_cannot_point_outside_its_room(tmp_path: Path, name: str, jobs: Jobs) -> None:
    room = tmp_path / "room"
    (room / "folder").mkdir(parents=True)
    (room / "link").symlink_to("/etc/passwd")

    with pytest.raises(Crashed):
        file_in(room, name)

"""Imports a file at the shell: staged as in the chat, then applied, or only compared."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.errors import Refused
from bot.domain.kinds import Position
from bot.domain.screens import Text, text
from bot.domain.views.imports import elsewhere, problem_line
from bot.exchange.recognise import Contents
from bot.services import imports as service
from bot.services.calendar_import import Differences
from bot.services.imports import Preview
from bot.works import Tools, calendar_read, import_apply
from bot.works.import_read import contents, stage
from storage import imports, jobs
from storage.jobs import Job

_POSITIONS = {
    Position.SUPPORTED: "supported",
    Position.NOTED: "noted",
    Position.SUPPORTED_NOTED: "supported/noted",
}


class AssignmentsInChat(Refused):
    """A workbook of assignments comes back through the chat, where its differences are shown."""

    key = "import.refused.assignments"


class PlansInChat(Refused):
    """A workbook of plans comes back through the chat, too."""

    key = "import.refused.plans"


@dataclass(frozen=True)
class Outcome:
    """What an import did or would do, and the problems of its rows in the order of the file."""

    counted: Preview | Differences
    problems: tuple[Text, ...]

    @property
    def elsewhere(self) -> list[Text]:
        """What was left out because it is about other States."""
        return [] if isinstance(self.counted, Differences) else elsewhere(self.counted)

    @property
    def changes(self) -> bool:
        """Whether importing it changes anything."""
        if isinstance(self.counted, Differences):
            return self.anything
        return self.counted.does_something

    @property
    def anything(self) -> bool:
        """Whether the file holds anything that can be imported."""
        if isinstance(self.counted, Differences):
            return any(self.counted.counts.values())
        return bool(self.counted.recommendations)


async def bring_in(
    tools: Tools, path: Path, options: Mapping[str, str], *, dry_run: bool
) -> Outcome:
    """What importing the file did; with `dry_run` what it would do, and nothing stays behind.

    `path` is absolute; `options` are `language`, `state`, `symbol`. Raises what refuses the file.
    """
    about = await contents(path, path.name)
    if about is Contents.ASSIGNMENTS:
        raise AssignmentsInChat
    if about is Contents.PLANS:
        raise PlansInChat
    if about is Contents.CALENDAR:
        found = await calendar_read.bring_in(tools, path, dry_run=dry_run)
        wrong = (
            text("import.problem_line", row=each.row, problem=each.text) for each in found.problems
        )
        return Outcome(found, tuple(wrong))
    job = await _open(tools, options)
    try:
        read = await _read(tools, job, path)
    except BaseException:
        await _forget(tools, job)
        raise
    if dry_run:
        await _forget(tools, job)
        return read
    async with tools.database.write() as tx:
        staged = await jobs.get(tx, job.id)
    assert staged is not None
    await import_apply.run(staged, tools)
    return read


def as_json(found: Preview | Differences) -> dict[str, Any]:
    """What an import did as one object for scripts; a text in a new language is a change."""
    if isinstance(found, Differences):
        counts = dict(found.counts)
        return {"deadlines": sum(counts.values()), **counts, "problems": len(found.problems)}
    positions = {name: found.positions.get(code, 0) for code, name in _POSITIONS.items()}
    if pending := found.positions.get(Position.PENDING, 0):
        positions["pending"] = pending
    return {
        "recommendations": found.recommendations,
        "positions": positions,
        "new": found.new,
        "changed": found.changed + found.translated,
        "unchanged": found.unchanged,
        "problems": found.problems,
    }


async def _open(tools: Tools, options: Mapping[str, str]) -> Job:
    """A job of our own that no running bot takes up: it waits, as if for a person."""
    async with tools.database.write() as tx:
        await service.sweep(tx, now=tools.clock.now())
        job_id = await jobs.plan(
            tx,
            service.READ,
            {"options": dict(options)},
            person_id=None,
            seat_id=None,
            now=tools.clock.now(),
        )
        await jobs.change(tx, job_id, state=jobs.WAITING)
        job = await jobs.get(tx, job_id)
    assert job is not None
    return job


async def _read(tools: Tools, job: Job, path: Path) -> Outcome:
    facts = await stage(job, tools, path, job.arguments["options"])
    sha256 = await asyncio.to_thread(_digest, path)
    async with tools.database.write() as tx:
        await imports.compare(tx, job.id)
        await jobs.change(tx, job.id, result={"facts": dict(facts)}, sha256=sha256)
        found = await imports.problems(tx, job.id)
        return Outcome(await service.preview(tx, job, facts), tuple(map(problem_line, found)))


async def _forget(tools: Tools, job: Job) -> None:
    async with tools.database.write() as tx:
        await imports.clear(tx, job.id)
        await jobs.remove(tx, job.id)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

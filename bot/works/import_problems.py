"""Makes the file of rows that could not be imported, to be corrected and sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.exports import XLSX
from bot.domain.screens import Attachment, Text, Value, text_from_json
from bot.domain.views import imports as views
from bot.exchange.imported import Facts, Format, Problem
from bot.exchange.template import problems_file
from bot.services import imports as service
from bot.works import Tools
from storage import imports, jobs
from storage.database import Transaction
from storage.jobs import Job


async def run(job: Job, tools: Tools) -> None:
    """Send the rows of import `job.arguments["import"]` that need a person."""
    async with tools.database.write() as tx:  # a job is locked while it is read
        source = await jobs.get(tx, job.arguments["import"])
        found = await imports.problems(tx, job.arguments["import"])
        actor = await tools.actor(tx, job)
    language = actor.person.language if actor.person else "en"

    def label(key: str, values: Mapping[str, Value]) -> str:
        return tools.texts.render(Text(key, values), language, mode="bare")

    assert source is not None
    assert source.result is not None
    content = problems_file(
        [_problem(each) for each in found], _facts(source.result["facts"]), language, label
    )
    if content is None:
        async with tools.database.write() as tx:
            await _hand_over(tx, job, tools, None)
        return
    async with tools.keep(content, XLSX) as (tx, kept):
        await _hand_over(tx, job, tools, kept.sha256)


async def _hand_over(tx: Transaction, job: Job, tools: Tools, sha256: str | None) -> None:
    attachment = None if sha256 is None else Attachment(sha256, views.PROBLEMS_FILE)
    await tools.tell(tx, job, views.problems(attachment), step="problems")
    await jobs.change(tx, job.id, state=jobs.DONE, sha256=sha256, finished_at=tools.clock.now())
    if sha256 is not None:
        await service.problems_sent(tx, await tools.act(tx, job), job.id, sha256=sha256)


def _problem(kept: Mapping[str, Any]) -> Problem:
    said = text_from_json(kept["text"])
    return Problem(
        row=kept["row"],
        key=said.key,
        column=kept["column"],
        values=said.values,
        refused=kept["refused"],
        original=tuple(kept["original"]),
    )


def _facts(kept: Mapping[str, Any]) -> Facts:
    return Facts(format=Format(kept["format"]), columns=tuple(kept["columns"]))

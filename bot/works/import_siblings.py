"""Proposes siblings of new items: similar ones of earlier cycles and other mechanisms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.siblings import Wording, propose
from bot.exchange.confined import MEGABYTE, Limits, confined
from bot.works import Tools
from storage import items, jobs, siblings
from storage.jobs import Job

LIMITS = Limits(memory=900 * MEGABYTE, cpu=600, wall=1200.0)


async def run(job: Job, tools: Tools) -> None:
    """Compare in another process, then keep what was found."""
    new_ids = job.arguments["items"]
    async with tools.database.read() as tx:
        wordings = await items.wordings(tx)
    found = await confined(pairs, wordings, new_ids, limits=LIMITS)
    now = tools.clock.now()
    async with tools.database.write() as tx:
        for new, old, score in found:
            await siblings.keep(tx, new, old, score)
        await jobs.change(tx, job.id, state=jobs.DONE, finished_at=now)


def pairs(wordings: Sequence[Sequence[Any]], new_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Pairs of item ids with their score (0–100); for a process of its own.

    `wordings` are (id, text, mechanism, cycle, document) of every item in one language.
    """
    known = [Wording(*each) for each in wordings]
    wanted = set(new_ids)
    new = [each for each in known if each.id in wanted]
    return [
        (each.new, each.old, round(each.score * 100))
        for each in propose(new, known)
        if each.new != each.old
    ]

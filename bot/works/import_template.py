"""Makes the empty table for recommendations, to be filled in and sent back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.domain.exports import XLSX
from bot.domain.screens import Attachment, Text, Value
from bot.domain.views import exports as views
from bot.domain.views.imports import TEMPLATE_FILE
from bot.exchange.template import template
from bot.works import Tools
from storage import jobs
from storage.jobs import Job


async def run(job: Job, tools: Tools) -> None:
    """Send the table in `job.arguments["language"]`."""
    language = job.arguments["language"]

    def label(key: str, values: Mapping[str, Value]) -> str:
        return tools.texts.render(Text(key, values), language, mode="bare")

    async with tools.keep(await asyncio.to_thread(template, language, label), XLSX) as (tx, kept):
        shown = views.template(Attachment(kept.sha256, TEMPLATE_FILE))
        await tools.tell(tx, job, shown, step="template")
        await jobs.change(
            tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=tools.clock.now()
        )

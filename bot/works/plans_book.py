"""Makes the workbook of the plans of a selection and sends it to whoever asked."""

from __future__ import annotations

from bot.domain.permissions import may_plan
from bot.domain.views import plans_book as views
from bot.exchange.plans_work import FILE
from bot.works import Tools, books
from storage.jobs import Job

PROCESS = "plans_book"
BOOK = books.Book("plans", PROCESS, FILE, may_plan, views.ready)


async def run(job: Job, tools: Tools) -> None:
    """Make the workbook of `job.arguments`: `selection` (its code) and `language`."""
    await books.send(job, tools, BOOK)

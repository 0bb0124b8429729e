"""Makes the assignment workbook of a selection and sends it to whoever asked."""

from __future__ import annotations

from bot.domain.permissions import may_arrange
from bot.domain.views import assignments_book as views
from bot.exchange.assignments_work import FILE
from bot.works import Tools, books
from storage.jobs import Job

PROCESS = "assignments_book"
BOOK = books.Book("assignments", PROCESS, FILE, may_arrange, views.ready)


async def run(job: Job, tools: Tools) -> None:
    """Make the workbook of `job.arguments`: `selection` (its code) and `language`."""
    await books.send(job, tools, BOOK)

"""Makes an institution's workbook of reports and sends it to whoever asked."""

from __future__ import annotations

from bot.domain.views import reports_book as views
from bot.exchange.reports_work import FILE
from bot.services.reports_book import may_take, reports_for
from bot.works import Tools, books
from storage.jobs import Job

PROCESS = "reports_book"
BOOK = books.Book("reports", PROCESS, FILE, may_take, views.ready)


async def run(job: Job, tools: Tools) -> None:
    """Make the workbook of the institutions that whoever asked reports for; in `language`."""
    async with tools.database.read() as tx:
        own = reports_for(await tools.actor(tx, job))
    await books.send(job, tools, BOOK, {"institutions": own})

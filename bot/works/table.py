"""Which work does which kind of job, and which functions may run in a process of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.exchange.consolidated import environment
from bot.jobs import Jobs
from bot.services import assignments_book as books
from bot.services import digests, exports, handed_out, imports
from bot.settings import Settings
from bot.works import (
    Tools,
    assignments_book,
    assignments_read,
    digest,
    export,
    import_apply,
    import_problems,
    import_read,
    import_siblings,
    import_template,
    invitation_links,
    progress,
)
from storage.jobs import Job

WORKS: Mapping[str, Callable[[Job, Tools], Awaitable[None]]] = {
    imports.READ: import_read.run,
    imports.APPLY: import_apply.run,
    imports.SIBLINGS: import_siblings.run,
    imports.PROBLEMS: import_problems.run,
    handed_out.LINKS: invitation_links.run,
    exports.WORKBOOK: export.run,
    exports.TEMPLATE: import_template.run,
    exports.PROGRESS: progress.run,
    digests.PICTURE: digest.run,
    books.MAKE: assignments_book.run,
    books.READ: assignments_read.run,
}

PROCESSES: Mapping[str, str] = {
    export.CONSOLIDATED: "bot.exchange.consolidated:export",
    progress.PICTURE: "bot.exchange.progress:draw",
    digest.PICTURE: "bot.exchange.digest:draw",
    assignments_book.PROCESS: "bot.exchange.assignments_work:make",
}
"""Name → `module:function`, for `bot.jobs`."""


def processes(settings: Settings) -> Jobs:
    """What runs our own work in other processes, which read the database by themselves."""
    return Jobs(PROCESSES, settings.data_dir / "jobs", environment=environment(settings))

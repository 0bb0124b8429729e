"""Which work does which kind of job, and which functions may run in a process of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.exchange.order import environment
from bot.jobs import Jobs
from bot.services import assignments_book as books
from bot.services import (
    calendar_import,
    consultation_files,
    consultations,
    deadlines,
    digests,
    exports,
    handed_out,
    imports,
    plans,
    report_chapters,
)
from bot.services import history as history_service
from bot.services import letters as letter_service
from bot.services import reports_book as report_books
from bot.services import templates as template_service
from bot.settings import Settings
from bot.works import (
    Tools,
    assignments_book,
    assignments_read,
    calendar_file,
    calendar_read,
    calendar_template,
    chapter_words,
    consultation_file,
    digest,
    export,
    history,
    import_apply,
    import_problems,
    import_read,
    import_siblings,
    import_template,
    invitation_links,
    letters,
    meeting,
    plans_book,
    plans_read,
    poster,
    progress,
    reports_book,
    reports_read,
    reports_send,
    templates,
)
from storage.jobs import Job

WORKS: Mapping[str, Callable[[Job, Tools], Awaitable[None]]] = {
    imports.READ: import_read.run,
    imports.APPLY: import_apply.run,
    imports.SIBLINGS: import_siblings.run,
    imports.PROBLEMS: import_problems.run,
    handed_out.LINKS: invitation_links.run,
    exports.EXPORT: export.run,
    exports.TEMPLATE: import_template.run,
    exports.PROGRESS: progress.run,
    digests.PICTURE: digest.run,
    books.MAKE: assignments_book.run,
    books.READ: assignments_read.run,
    plans.MAKE: plans_book.run,
    plans.READ: plans_read.run,
    report_books.MAKE: reports_book.run,
    report_books.READ: reports_read.run,
    report_books.SEND: reports_send.run,
    calendar_import.READ: calendar_read.run,
    deadlines.FILE: calendar_file.run,
    deadlines.TEMPLATE: calendar_template.run,
    letter_service.KIND: letters.run,
    template_service.OURS: templates.ours,
    template_service.CHECK: templates.check,
    history_service.FILE: history.run,
    report_chapters.COUNT: chapter_words.run,
    consultations.CALENDAR: meeting.run,
    consultations.POSTER: poster.run,
    consultation_files.FILE: consultation_file.run,
}

PROCESSES: Mapping[str, str] = {
    **{export.process(kind): place for kind, place in export.PROCESSES.items()},
    progress.PICTURE: "bot.exchange.progress:draw",
    letters.PROCESS: "bot.exchange.letters:write",
    history.PROCESS: "bot.exchange.history_file:write",
    digest.PICTURE: "bot.exchange.digest:draw",
    assignments_book.PROCESS: "bot.exchange.assignments_work:make",
    plans_book.PROCESS: "bot.exchange.plans_work:make",
    poster.PROCESS: "bot.exchange.poster:draw",
    consultation_file.PROCESS: "bot.exchange.consultation_book:write",
    reports_book.PROCESS: "bot.exchange.reports_work:make",
}
"""Name → `module:function`, for `bot.jobs`."""


def processes(settings: Settings) -> Jobs:
    """What runs our own work in other processes, which read the database by themselves."""
    return Jobs(PROCESSES, settings.data_dir / "jobs", environment=environment(settings))

"""Files that were made for one person, and files of which nothing came: how long they are kept."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.people import Act
from bot.services import (
    assignments_book,
    audit,
    digests,
    exports,
    history,
    imports,
    letters,
    reports_book,
    templates,
)
from storage import jobs
from storage.database import Transaction

LINKS = "invitation_links"

KEPT = timedelta(days=30)
MADE = (
    exports.EXPORT,
    exports.TEMPLATE,
    exports.PROGRESS,
    digests.PICTURE,
    imports.PROBLEMS,
    assignments_book.MAKE,
    reports_book.MAKE,
    reports_book.READ,
    reports_book.SEND,
    letters.KIND,
    templates.OURS,
    templates.CHECK,
    history.FILE,
)
"""What can be asked for anew."""

QUOTING = (
    exports.EXPORT,
    history.FILE,
    reports_book.MAKE,
    reports_book.READ,
    reports_book.SEND,
)
"""Of these, what holds the record's own words: gone at once when some of them are redacted."""

CAME_IN = (imports.READ, assignments_book.READ)
"""What was sent to be read; once it is applied its file is part of the record."""


async def let_go(tx: Transaction, act: Act) -> int:
    """Let go of files a month after they were sent, of links as soon as they are; gives how many.

    A file goes once nothing else names it either.
    """
    ended = (jobs.DONE, jobs.FAILED, jobs.CANCELLED)
    before = act.now - KEPT
    gone = [
        *await jobs.with_old_files(tx, (LINKS,), ended, before=act.now),
        *await jobs.with_old_files(tx, MADE, ended, before=before),
        *await jobs.with_old_files(tx, CAME_IN, ended[1:], before=before),
    ]
    for job_id, sha256 in gone:
        await jobs.change(tx, job_id, sha256=None)
        facts = {"file": sha256}
        await audit.record(tx, act, "file.let_go", f"job:{job_id}", facts=facts)
    return len(gone)

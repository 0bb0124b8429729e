"""Which work does which kind of job, and which functions may run in a process of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.services import imports
from bot.works import (
    Tools,
    import_apply,
    import_problems,
    import_read,
    import_siblings,
    invitation_links,
)
from storage.jobs import Job

WORKS: Mapping[str, Callable[[Job, Tools], Awaitable[None]]] = {
    imports.READ: import_read.run,
    imports.APPLY: import_apply.run,
    imports.SIBLINGS: import_siblings.run,
    imports.PROBLEMS: import_problems.run,
    "invitation_links": invitation_links.run,
}

PROCESSES: Mapping[str, str] = {}
"""Name → `module:function`, for `bot.jobs`."""

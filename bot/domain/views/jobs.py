"""Screens about long work."""

from __future__ import annotations

from bot.domain.screens import Row, Screen, Text, button, message, text
from bot.domain.views.common import HOME

_TABLES = {
    "import.refused.no_calendar_table": button("calendar_template", "calendar_template"),
    "import.refused.not_recognised": button("import_template", "import_template"),
}
"""The table to fill in, where a file was another one."""


def failed(why: Text | None) -> Screen:
    """A job that could not be done: what happened, and that nothing was changed."""
    said = why or text("error.job_failed")
    instead = _TABLES.get(said.key)
    rows: list[Row] = [] if instead is None else [(instead,)]
    return message(said, rows=[*rows, (HOME,)])

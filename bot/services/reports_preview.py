"""What a workbook of reports would send and what not, page by page, before one tap sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.people import Act
from bot.domain.reports_book import Becomes, Filled, figures_written
from bot.domain.screens import Screen, Words
from bot.domain.views import reports_book as views
from bot.domain.views.common import item_code
from bot.services import reports_book
from bot.services.reports_book import Row
from storage.database import Transaction


def kept(rows: Sequence[Row], left: Sequence[views.NotSent]) -> dict[str, Any]:
    """What the job of a workbook keeps while it waits: what is to be sent, and what is not."""
    return {
        "rows": [each.filled.to_json() for each in rows if each.is_sent],
        "left": [each.to_json() for each in left],
    }


async def reports(tx: Transaction, act: Act, job_id: int, page: int, *, language: str) -> Screen:
    """A page of what would be sent now; raises NotFound, or Outdated once it is being sent."""
    result = await reports_book.waiting(tx, act, job_id)
    first = page * views.SHOWN
    some = [Filled.from_json(each) for each in result["rows"][first : first + views.SHOWN]]
    rows = await reports_book.judged(tx, act, some, language=language)
    found = [shown(each, act.today) if each.is_sent else not_sent(each) for each in rows]
    return views.reports(job_id, page, found, len(result["rows"]), len(_left(result)))


async def left(tx: Transaction, act: Act, job_id: int, page: int) -> Screen:
    """A page of what would not be sent, and why; raises as `reports`."""
    result = await reports_book.waiting(tx, act, job_id)
    every = _left(result)
    first = page * views.SHOWN
    some = [views.NotSent.from_json(each) for each in every[first : first + views.SHOWN]]
    return views.left(job_id, page, some, len(every), len(result["rows"]))


def _left(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = result.get("left", ())
    return found


def not_sent(row: Row) -> views.NotSent:
    """A row that is not sent, by what became of it."""
    column = row.mistakes[0].column if row.mistakes else None
    item = None if row.item is None else item_code(row.item)
    filled = row.filled
    if row.becomes is Becomes.UNCHANGED:  # it is sent by now
        return views.NotSent(filled.sheet, filled.row, None, views.SENT_ALREADY, item)
    return views.NotSent(filled.sheet, filled.row, column, reports_book.why(row), item)


def shown(row: Row, today: date) -> views.Shown:
    """A report as it will be sent, in short; of a restricted item none of its words."""
    assert row.item is not None
    said, quiet = row.content, row.item.restricted
    figures = ", ".join(figures_written(said.figures).splitlines())
    return views.Shown(
        item_code(row.item),
        said.status or "",
        said.as_of or today,
        words=_short(said.measures, quiet=quiet),
        remaining=_short(said.remaining, quiet=quiet),
        figures=_short(figures, quiet=quiet),
        number=None if row.amends is None else row.amends.number,
        confirms=row.becomes is Becomes.CONFIRMATION,
    )


def _short(words: str | None, *, quiet: bool) -> Words | None:
    return None if quiet or not words else Words(words, limit=views.EXCERPT)

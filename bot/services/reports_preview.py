"""What a workbook of reports would send and what not, page by page, before one tap sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from bot.domain.people import Act
from bot.domain.reports_book import Becomes, Filled, figures_written
from bot.domain.screens import Words
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


T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a workbook, and how many would be sent in all, and how many not."""

    rows: Sequence[T]
    sent: int
    left: int


async def reports(
    tx: Transaction, act: Act, job_id: int, page: int, *, language: str
) -> Page[views.Shown | views.NotSent]:
    """A page of what would be sent now; raises NotFound, or Outdated once it is being sent."""
    result = await reports_book.waiting(tx, act, job_id)
    some = [Filled.from_json(each) for each in _on(page, result["rows"])]
    rows = await reports_book.judged(tx, act, some, language=language)
    found = [shown(each, act.today) if each.is_sent else not_sent(each) for each in rows]
    return Page(found, len(result["rows"]), len(result["left"]))


async def left(tx: Transaction, act: Act, job_id: int, page: int) -> Page[views.NotSent]:
    """A page of what would not be sent, and why; raises as `reports`."""
    result = await reports_book.waiting(tx, act, job_id)
    some = [views.NotSent.from_json(each) for each in _on(page, result["left"])]
    return Page(some, len(result["rows"]), len(result["left"]))


def _on(page: int, every: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return every[page * views.SHOWN : (page + 1) * views.SHOWN]


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

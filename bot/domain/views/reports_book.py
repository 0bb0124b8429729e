"""Screens of the workbook of reports: offered, come back, sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from bot.domain.reports import Acknowledged
from bot.domain.reports_book import FIELDS, Becomes
from bot.domain.screens import (
    Attachment,
    Button,
    Code,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
    text_from_json,
    text_to_json,
)
from bot.domain.views.common import HOME, HOME_BESIDE, dotted, pages, withheld_items
from bot.domain.views.report import who_is_next

SHOWN = 8
"""So many reports, and so many rows that are not sent, stand on one page."""

EXCERPT = 80
TEXT_KEYS = (
    *(f"reports_book.count.{each}" for each in Becomes),
    *(f"export.reports.column.{each}" for each in FIELDS),
    *(f"reports_book.page.{each}" for each in ("reports", "left")),
)
TAKE = button("reports_book", "reports_book")


SENT_ALREADY = text("reports_book.sent_already")


@dataclass(frozen=True)
class Shown:
    """A report that will be sent, in short; `number` is what it amends.

    One that `confirms` says that the status has not changed.
    """

    item: Value
    status: str
    as_of: date
    words: Words | None
    remaining: Words | None
    figures: Words | None
    number: str | None = None
    confirms: bool = False


@dataclass(frozen=True)
class NotSent:
    """A row that is not sent, and why; `item` None where that is not known."""

    sheet: str
    row: int
    column: str | None
    problem: Text
    item: Value | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as plain JSON values."""
        item = None if self.item is None else text_to_json(text("label.one", value=self.item))
        plain = {"sheet": self.sheet, "row": self.row, "column": self.column, "item": item}
        return {**plain, "problem": text_to_json(self.problem)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The row that `to_json` packed."""
        item = None if kept["item"] is None else text_from_json(kept["item"])
        problem = text_from_json(kept["problem"])
        return cls(kept["sheet"], kept["row"], kept["column"], problem, item)


def offer(count: int) -> Screen:
    """What `/export` is for who reports."""
    return screen(text("reports_book.offer", count=count), rows=[(TAKE,), (HOME,)])


def making() -> Screen:
    """The workbook is being made."""
    return screen("book.making", rows=[(HOME,)])


def ready(count: int, withheld: int, file: Attachment) -> Screen:
    """The workbook itself; `withheld` of its rows are without what people wrote."""
    return screen(
        text("reports_book.ready", count=count),
        *withheld_items(withheld),
        "reports_book.send_back",
        rows=[(HOME,)],
        attachments=(file,),
        replaces=False,
    )


def received() -> Screen:
    """A file came that may be the workbook; it is being read."""
    return message("reports_book.received")


def not_the_workbook() -> Screen:
    """A file came that is none; it was not kept."""
    return message("report.loose_file", rows=[(HOME,)])


def preview(
    job_id: int,
    counts: Mapping[Becomes, int],
    first: Sequence[Shown],
    total: int,
    not_sent: Sequence[NotSent],
    *,
    drafts: int,
) -> Screen:
    """What would be sent and what not, the first of each; nothing has been sent yet."""
    counted = tuple(text(f"reports_book.count.{each}", count=counts.get(each, 0))
                    for each in Becomes if counts.get(each))  # fmt: skip
    if not total:
        lines: list[Text | None] = [text("reports_book.nothing")]
        if counted:
            lines.append(text("reports_book.counted", parts=Listing(counted)))
    else:
        lines = [text("reports_book.preview", parts=Listing(counted)), None]
        lines += [line for each in first[:SHOWN] for line in _shown(each)]
        if drafts:
            lines += [None, text("reports_book.drafts", count=drafts)]
    if not_sent:
        lines += [None, text("reports_book.left", count=len(not_sent))]
        lines += [_why(each) for each in not_sent[:SHOWN]]
    looks = [
        *([_look(job_id, total)] if total > SHOWN else []),
        *([_look_left(job_id, len(not_sent))] if len(not_sent) > SHOWN else []),
    ]
    rows = [tuple(looks)] if looks else []
    return message(*lines, rows=[*rows, *_decide(job_id, total, waits=bool(looks)), (HOME,)])


def reports(
    job_id: int, page: int, found: Sequence[Shown | NotSent], total: int, not_sent: int
) -> Screen:
    """A page of what would be sent; what was overtaken since the preview says so."""
    lines: list[Text | None] = [_where("reports", page, len(found), total), None]
    for each in found:
        lines += [_why(each)] if isinstance(each, NotSent) else _shown(each)
    rows = pages(f"reports_look:{job_id}", page, more=(page + 1) * SHOWN < total)
    rows += [(_look_left(job_id, not_sent),)] if not_sent else []
    return screen(*lines, rows=[*rows, *_decide(job_id, total, waits=True), (HOME,)])


def left(job_id: int, page: int, found: Sequence[NotSent], total: int, reports_: int) -> Screen:
    """A page of what would not be sent, each with why."""
    lines: list[Text | None] = [_where("left", page, len(found), total), None]
    lines += [_why(each) for each in found]
    rows = pages(f"reports_left:{job_id}", page, more=(page + 1) * SHOWN < total)
    rows += [(_look(job_id, reports_),)] if reports_ else []
    return screen(
        *lines,
        None,
        "reports_book.mend",
        rows=[*rows, *_decide(job_id, reports_, waits=True), (HOME,)],
    )


def _where(what: str, page: int, shown: int, total: int) -> Text:
    first = page * SHOWN
    return text(f"reports_book.page.{what}", first=first + 1, last=first + shown, total=total)


def _look(job_id: int, total: int) -> Button:
    return button("reports_look", f"reports_look:{job_id}:0", n=total)


def _look_left(job_id: int, total: int) -> Button:
    return button("reports_left", f"reports_left:{job_id}:0", n=total)


def _decide(job_id: int, total: int, *, waits: bool) -> list[Row]:
    """Send it, or nothing of it; where nothing can be sent, what waits to be read may go."""
    drop = button("discard", f"reports_drop:{job_id}")
    if total:
        return [(button("reports_send", f"reports_send:{job_id}", n=total), drop)]
    return [(drop,)] if waits else []


def _shown(report: Shown) -> list[Text]:
    """What will be sent of one item, in short: nothing that goes is left out in silence."""
    facts: list[Value] = [
        text(f"status.{report.status}"),
        text("report.as_of", day=report.as_of),
    ]
    if report.confirms:
        facts.append(text("reports_book.confirms"))
    if report.number is not None:
        facts.append(text("reports_book.amends", number=Code(report.number)))
    if report.words is not None:
        facts.append(report.words)
    lines = [text("home.line", item=report.item, facts=dotted(*facts))]
    if report.remaining is not None:
        lines.append(text("report.remaining", words=report.remaining))
    if report.figures is not None:
        lines.append(text("report.figure", figure=report.figures))
    return lines


def _why(each: NotSent) -> Text:
    where: list[Value] = [Words(each.sheet, limit=31), text("reports_book.row", row=each.row)]
    if each.column in FIELDS:
        where.append(text(f"export.reports.column.{each.column}"))
    if each.item is not None:
        where.append(each.item)
    return text("reports_book.why", where=dotted(*where), problem=each.problem)


def sending(done: int, total: int) -> Screen:
    """The reports are being sent: so many rows are dealt with."""
    return screen(text("reports_book.sending", done=done, total=total))


def sent(updates: Sequence[Acknowledged], not_sent: Sequence[NotSent], *, clears: bool) -> Screen:
    """The one receipt of all: each report's item and number, who has them next, what is left."""
    lines: list[Text | None] = [text("reports_book.nothing_sent")]
    if updates:
        numbers = tuple(dotted(Code(each.code), Code(each.number)) for each in updates)
        lines = [
            text("reports_book.sent", count=len(updates)),
            text("reports_book.numbers", numbers=Listing(numbers)),
            *who_is_next(updates, clears=clears),
        ]
    if not_sent:
        lines += [None, text("reports_book.left", count=len(not_sent)), *map(_why, not_sent)]
    return message(*lines, rows=[(HOME_BESIDE,)])


def discarded() -> Screen:
    """Nothing was sent."""
    return screen("reports_book.discarded", rows=[(HOME,)])

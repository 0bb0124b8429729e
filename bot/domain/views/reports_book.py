"""Screens of the workbook of reports: offered, come back, sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.reports import Acknowledged
from bot.domain.reports_book import FIELDS, Becomes
from bot.domain.screens import (
    Attachment,
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
)
from bot.domain.views.common import HOME, HOME_BESIDE, dotted, withheld_items
from bot.domain.views.report import who_is_next

SHOWN = 8
"""So many reports, and so many rows that are not sent, are shown in words; the rest is counted."""

EXCERPT = 80
TEXT_KEYS = (
    *(f"reports_book.count.{each}" for each in Becomes),
    *(f"export.reports.column.{each}" for each in FIELDS),
)
TAKE = button("reports_book", "reports_book")


@dataclass(frozen=True)
class Shown:
    """A report that will be sent: its item, its status, its words; `number` is what it amends.

    One that `confirms` says that the status has not changed.
    """

    item: Value
    status: str
    words: Words | None
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
    every: Sequence[Value],
    left: Sequence[NotSent],
    *,
    drafts: int,
) -> Screen:
    """What would be sent and what not; nothing has been sent yet."""
    counted = tuple(text(f"reports_book.count.{each}", count=counts.get(each, 0))
                    for each in Becomes if counts.get(each))  # fmt: skip
    if not every:
        lines: list[Text | None] = [text("reports_book.nothing")]
        if counted:
            lines.append(text("reports_book.counted", parts=Listing(counted)))
    else:
        lines = [text("reports_book.preview", parts=Listing(counted)), None]
        lines += [_shown(each) for each in first[:SHOWN]]
        if len(every) > SHOWN:
            lines.append(text("reports_book.every", items=Listing(tuple(every))))
        if drafts:
            lines += [None, text("reports_book.drafts", count=drafts)]
    lines += _left(left)
    rows: list[Row] = []
    if every:
        send = button("reports_send", f"reports_send:{job_id}", n=len(every))
        rows.append((send, button("discard", f"reports_drop:{job_id}")))
    return message(*lines, rows=[*rows, (HOME,)])


def _shown(report: Shown) -> Text:
    facts: list[Value] = [text(f"status.{report.status}")]
    if report.confirms:
        facts.append(text("reports_book.confirms"))
    if report.number is not None:
        facts.append(text("reports_book.amends", number=Code(report.number)))
    if report.words is not None:
        facts.append(report.words)
    return text("home.line", item=report.item, facts=dotted(*facts))


def _left(left: Sequence[NotSent]) -> list[Text | None]:
    if not left:
        return []
    lines: list[Text | None] = [None, text("reports_book.left", count=len(left))]
    lines += [_why(each) for each in left[:SHOWN]]
    if len(left) > SHOWN:
        lines.append(text("book.more_problems", count=len(left) - SHOWN))
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


def sent(updates: Sequence[Acknowledged], left: Sequence[NotSent], *, clears: bool) -> Screen:
    """The one receipt of all: each report's item and number, who has them next, what is left."""
    lines: list[Text | None] = [text("reports_book.nothing_sent")]
    if updates:
        numbers = tuple(dotted(Code(each.code), Code(each.number)) for each in updates)
        lines = [
            text("reports_book.sent", count=len(updates)),
            text("reports_book.numbers", numbers=Listing(numbers)),
            *who_is_next(updates, clears=clears),
        ]
    lines += _left(left)
    return message(*lines, rows=[(HOME_BESIDE,)])


def discarded() -> Screen:
    """Nothing was sent."""
    return screen("reports_book.discarded", rows=[(HOME,)])

"""Screens of the assignment workbook: being made, sent, come back, applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
from bot.domain.views.common import HOME, withheld_items

SHOWN = 8
"""So many changes, and so many problems, are shown; the rest is counted."""

FIELDS = ("lead", "contributing", "due", "cluster")
TEXT_KEYS = (
    *(f"book.change.{each}" for each in FIELDS),
    *(f"book.count.{each}" for each in FIELDS),
)


@dataclass(frozen=True)
class Change:
    """One field of one item: what it is, and what it would be; None is nobody, nothing."""

    code: str
    field: str
    before: Value | None
    after: Value | None


def named(value: str | Sequence[str] | date | None) -> Value | None:
    """A value of the workbook as a screen shows it."""
    match value:
        case None | "" | () | []:
            return None
        case str():
            return Words(value, limit=80)
        case date():
            return value
        case _:
            return Listing(tuple(Words(each, limit=80) for each in value))


def making() -> Screen:
    """The workbook is being made."""
    return screen("book.making", rows=[(HOME,)])


def ready(count: int, withheld: int, file: Attachment) -> Screen:
    """The workbook itself; `withheld` of its rows are without what people wrote."""
    return screen(
        text("book.ready", count=count),
        *withheld_items(withheld),
        "book.send_back",
        rows=[(HOME,)],
        attachments=(file,),
        replaces=False,
    )


def preview(
    job_id: int,
    items: int,
    counts: Mapping[str, int],
    changes: Sequence[Change],
    problems: Sequence[tuple[int, Text]],
    *,
    more_problems: int,
    refused: int,
) -> Screen:
    """What the workbook would change, and what is wrong with it; nothing has changed yet."""
    if items:
        lines: list[Text | None] = [text("book.preview", count=items)]
        parts = [text(f"book.count.{each}", count=n) for each in FIELDS if (n := counts.get(each))]
        lines.append(text("book.parts", parts=Listing(tuple(parts))))
        lines += [None, *(_change(each) for each in changes)]
        total = sum(counts.values())
        if total > len(changes):
            lines.append(text("book.more_changes", count=total - len(changes)))
    else:
        lines = [text("book.nothing")]
    if problems:
        lines.append(None)
        if refused:
            lines.append(text("book.refused", count=refused))
        lines += [text("book.problem", row=row, problem=each) for row, each in problems]
        if more_problems:
            lines.append(text("book.more_problems", count=more_problems))
    rows: list[Row] = []
    if items:
        rows.append(
            (button("book_apply", f"book_apply:{job_id}"), button("discard", f"book_drop:{job_id}"))
        )
    return message(*lines, rows=[*rows, (HOME,)])


def _change(change: Change) -> Text:
    return text(
        f"book.change.{change.field}",
        item=Code(change.code),
        before=text("book.none") if change.before is None else change.before,
        after=text("book.none") if change.after is None else change.after,
    )


def applied(count: int) -> Screen:
    """The changes are made; what is new waits to be announced."""
    return message(text("book.applied", count=count), rows=[(button("announce", "announce"), HOME)])


def discarded() -> Screen:
    """Nothing was changed."""
    return screen("book.discarded", rows=[(HOME,)])

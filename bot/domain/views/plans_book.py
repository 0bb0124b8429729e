"""Screens of the workbook of plans: being made, sent, come back, applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.screens import (
    Attachment,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.assignments_book import SHOWN, discarded, making
from bot.domain.views.common import HOME
from bot.domain.views.plans import field_text

COUNTED = ("new_activities", "activities", "new_indicators", "indicators", "values")
TEXT_KEYS = (
    *(f"plans_book.count.{each}" for each in COUNTED),
    *(f"plans_book.new.{each}" for each in ("activity", "indicator")),
    *(f"plans_book.problem.{each}" for each in ("activity", "indicator")),
)
__all__ = ["COUNTED", "SHOWN", "Change", "applied", "discarded", "making", "preview", "ready"]


@dataclass(frozen=True)
class Change:
    """An entry that changes: its name, each field with what it is and would be; None: it is new.

    `value` is a new value of an indicator.
    """

    sheet: str
    what: Value
    fields: tuple[tuple[str, Value | None, Value | None], ...] | None
    value: Value | None = None


def ready(count: int, withheld: int, file: Attachment) -> Screen:
    """The workbook itself; `withheld` of its rows are without what people wrote."""
    return screen(
        text("plans_book.ready", count=count),
        *([text("plans_book.withheld", count=withheld)] if withheld else []),
        "book.send_back",
        rows=[(HOME,)],
        attachments=(file,),
        replaces=False,
    )


def preview(
    job_id: int,
    counts: Mapping[str, int],
    changes: Sequence[Change],
    total: int,
    problems: Sequence[tuple[str, int, Text]],
    *,
    more_problems: int,
    refused: int,
) -> Screen:
    """What the workbook would change, and what is wrong with it; nothing has changed yet."""
    lines: list[Text | None] = [text("book.nothing")]
    rows: list[Row] = []
    if total:
        lines = [text("plans_book.preview", parts=_parts(counts)), None]
        lines += [line for each in changes for line in _change(each)]
        if total > len(changes):
            lines.append(text("book.more_changes", count=total - len(changes)))
        apply = button("book_apply", f"plan_book_apply:{job_id}")
        rows.append((apply, button("discard", f"plan_book_drop:{job_id}")))
    if problems:
        lines.append(None)
        if refused:
            lines.append(text("book.refused", count=refused))
        lines += [
            text(f"plans_book.problem.{sheet}", row=row, problem=each)
            for sheet, row, each in problems
        ]
        if more_problems:
            lines.append(text("book.more_problems", count=more_problems))
    return message(*lines, rows=[*rows, (HOME,)])


def _parts(counts: Mapping[str, int]) -> Listing:
    return Listing(
        tuple(
            text(f"plans_book.count.{each}", count=n) for each in COUNTED if (n := counts.get(each))
        )
    )


def _change(change: Change) -> list[Text]:
    lines = []
    if change.fields is None:
        lines.append(text(f"plans_book.new.{change.sheet}", what=change.what))
    for name, before, after in change.fields or ():
        lines.append(
            text(
                "plans_book.change",
                what=change.what,
                field=text(field_text(name)),
                before=text("book.none") if before is None else before,
                after=text("book.none") if after is None else after,
            )
        )
    if change.value is not None:
        lines.append(text("plans_book.value", what=change.what, value=change.value))
    return lines


def applied(counts: Mapping[str, int]) -> Screen:
    """The changes are made."""
    lists = button("plans_all", "plans:all:0")
    return message(text("plans_book.applied", parts=_parts(counts)), rows=[(lists, HOME)])

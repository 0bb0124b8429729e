"""Screens of regular exports: how often, to whom, the list, and what comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bot.domain.exports import FORMS, ExportKind
from bot.domain.filters import Dimension, Filter
from bot.domain.regular import Regular, Rhythm
from bot.domain.screens import Button, Row, Screen, Text, Value, button, message, screen, text
from bot.domain.views.common import HOME, in_twos
from bot.domain.views.exports import narrowed

TEXT_KEYS = tuple(f"weekday.{each.weekday}" for each in Rhythm if each.weekday is not None)
Called = Mapping[Dimension, Value]


def how_often(rhythm: Rhythm) -> Text:
    """`every Monday`, `on the first of each month`, `before each deadline`."""
    if rhythm is Rhythm.MONTHLY:
        return text("regular.monthly")
    if rhythm is Rhythm.DEADLINES:
        return text("regular.deadlines")
    return text("regular.weekly", day=text(f"weekday.{rhythm.weekday}"))


def choose(kind: ExportKind, chosen: Filter, called: Called, *, weekend: Collection[int]) -> Screen:
    """How often an export is to come: on a working day each week, each month, before deadlines."""
    offered = [each for each in Rhythm if each.weekday is None or each.weekday not in weekend]
    buttons = [
        Button(how_often(each), f"export_at:{each}:{FORMS[kind].letter}:{chosen.code}")
        for each in offered
    ]
    back = button("back", f"export:{FORMS[kind].letter}:{chosen.code}")
    lines: list[Text | None] = [
        text("regular.how_often", kind=_named(kind)),
        *narrowed(chosen, called),
    ]
    return screen(*lines, rows=[*in_twos(buttons), (back, HOME)])


def one(regular: Regular, called: Called, *, own: bool, next_on: date | None) -> Screen:
    """One regular export, with what can be done about it."""
    often, kind = how_often(regular.rhythm), _named(regular.kind)
    lines: list[Text | None] = [
        text("regular.one", often=often, kind=kind),
        *narrowed(regular.filters, called),
    ]
    lines.append(_comes_to(regular))
    lines.append(
        text("regular.no_deadline") if next_on is None else text("regular.next", day=next_on)
    )
    act = button("regular_stop", f"regular_stop:{regular.id}")
    rows: list[Row] = [(act,)]
    if own:
        rows.insert(0, (_address(regular),))
    return screen(*lines, rows=[*rows, (button("regulars", "regulars"), HOME)])


def _address(regular: Regular) -> Button:
    if regular.to_all:
        return button("regular_to_you", f"regular_to_you:{regular.id}")
    if FORMS[regular.kind].coordinators:
        return button("regular_to_coordinators", f"regular_to_all:{regular.id}")
    return button("regular_to_all", f"regular_to_all:{regular.id}")


def _comes_to(regular: Regular) -> Text:
    if not regular.to_all:
        return text("regular.to_you")
    if FORMS[regular.kind].coordinators:
        return text("regular.to_coordinators")
    return text("regular.to_all")


def listed(every: Sequence[Regular]) -> Screen:
    """The regular exports that come to somebody."""
    rows: list[Row] = [
        (
            button(
                "regular", f"regular:{each.id}",
                often=how_often(each.rhythm), kind=_named(each.kind),
            ),
        )
        for each in every
    ]  # fmt: skip
    lines = [text("regular.list", count=len(every)) if every else text("regular.none")]
    return screen(*lines, rows=[*rows, (button("back", "export"), HOME)])


def stopped() -> Screen:
    """It comes no more."""
    return screen("regular.stopped", rows=[(button("regulars", "regulars"), HOME)])


def nothing(regular: Regular) -> Screen:
    """An occurrence for which there is nothing to export: no file comes."""
    often, kind = how_often(regular.rhythm), _named(regular.kind)
    key = "regular.nothing_whole" if FORMS[regular.kind].beside else "regular.nothing"
    return message(
        text(key, often=often, kind=kind),
        rows=[(button("regular_open", f"regular:{regular.id}"), HOME)],
    )


def comes(rhythm: Rhythm) -> Text:
    """What the message of such an export says of itself."""
    return text("regular.comes", often=how_often(rhythm))


def _named(kind: ExportKind) -> Text:
    return text(f"export.kind.{kind}")

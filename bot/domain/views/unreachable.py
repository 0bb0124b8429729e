"""Screens about people whom no message reaches, and who else there is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.screens import (
    Button,
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
from bot.domain.unreachable import NEVER_STARTED, Away
from bot.domain.views.common import HOME_BESIDE, LIST_LENGTH
from bot.domain.views.people import away, instead, invite_another, place, role_name


def today(found: Sequence[Away], language: str) -> Screen:
    """The secretariat's one message: who cannot be reached now, the newest first."""
    if not found:
        return message("unreachable.nobody", rows=[(HOME_BESIDE,)])
    newest = sorted(found, key=lambda each: (each.since, each.seat_id or 0), reverse=True)
    shown = newest[:LIST_LENGTH]
    lines: list[Text | None] = [text("unreachable.heading", count=len(found))]
    for each in shown:
        lines += [None, away(_seat(each, language), each.reason), instead(each.instead)]
    if len(found) > len(shown):
        lines += [None, text("unreachable.more", count=len(found) - len(shown))]
    rows: list[Row] = [
        (
            Button(
                text("button.seat", name=each.name or "", role=role_name(each.role)),
                act=f"seat:{each.seat_id}",
            ),
        )
        for each in shown
        if each.seat_id is not None
    ]
    return message(*lines, rows=[*rows, *_ways_on(found)])


def moved() -> Screen:
    """The message of an earlier day, when a newer one stands further down."""
    return screen("unreachable.moved", rows=[(button("unreachable", "seats_away"),)])


def _seat(each: Away, language: str) -> Value:
    return text(
        "people.seat_line",
        name=Words(each.name) if each.name else text("people.somebody"),
        role=role_name(each.role),
        institution=place(each.names, each.unit, language),
    )


def _ways_on(found: Sequence[Away]) -> list[Row]:
    """To everybody who cannot be reached, to unused links, to inviting another."""
    houses = {each.institution_id for each in found}
    (house,) = houses if len(houses) == 1 else (None,)
    lists: list[Button] = []
    if any(each.seat_id is not None for each in found):
        lists.append(button("unreachable", "seats_away"))
    if any(each.reason == NEVER_STARTED for each in found):
        lists.append(button("never_started", "people_unused"))
    return [tuple(lists), (invite_another(house), HOME_BESIDE)]

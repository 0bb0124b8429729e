"""Screens of the record: who did what to an item."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.items import Item
from bot.domain.record import ACTS, Told
from bot.domain.screens import Screen, Text, Value, button, screen, text
from bot.domain.views.common import HOME, item_code, pages
from bot.domain.views.people import name_for, role_name

CHANNELS = ("command", "tick")

TEXT_KEYS = (
    *(f"audit.act.{each}" for each in ACTS),
    *(f"audit.by.{each}" for each in CHANNELS),
)


def record(item: Item, page: int, told: Sequence[Told], *, more: bool, language: str) -> Screen:
    """A page of the entries about an item, the newest first."""
    code = item_code(item)
    lines: list[Text | None] = [text("audit.title", item=code), None]
    lines += [
        text("audit.line", at=each.at, who=_who(each, language), what=text(f"audit.act.{each.act}"))
        for each in told
    ]
    if not told:
        lines = [text("audit.none", item=code)]
    rows = pages(f"audit:{item.id}", page, more=more)
    return screen(*lines, rows=[*rows, (button("back", f"about:{item.id}"), HOME)])


def _who(told: Told, language: str) -> Value:
    """By role, never by name: a record is shown for years."""
    if told.channel in CHANNELS:
        return text(f"audit.by.{told.channel}")
    if told.role is None:
        return text("audit.by.stranger")
    institution = name_for(told.names or {}, language)
    return text("audit.by.seat", role=role_name(told.role), institution=institution)

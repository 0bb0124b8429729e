"""Screens of the groups that people speak for: the list, and one of them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.groups import Entry, Groups, name_of
from bot.domain.screens import Row, Screen, Text, Value, Words, button, screen, text
from bot.domain.views.common import in_twos


def listed(known: Groups, language: str) -> Screen:
    """Every group in its order; those that are offered no more say so."""
    rows: list[Row] = in_twos(
        [
            button("consulted_group", f"group:{each.code}", group=name_of(each, language))
            for each in known.entries
        ]
    )
    ended = [
        text("groups.ended", group=name_of(each, language)) for each in known.entries if each.ended
    ]
    more: list[Text | None] = [None, *ended] if ended else []
    back = (button("group_add", "group_add"), button("back", "consultations:0"))
    return screen("groups.list", *more, rows=[*rows, back])


def one(entry: Entry, names: Sequence[tuple[Value, str]], language: str) -> Screen:
    """One group: its names by language, what can be changed."""
    name = name_of(entry, language)
    head = "groups.ended" if entry.ended else "groups.offered"
    lines: list[Text | None] = [text(head, group=name)]
    lines += [
        text("statuses.name_in", language=named, name=Words(said)) for named, said in names
    ] or [text("statuses.usual_names")]
    change = button("group_change", f"group_change:{entry.code}")
    switch = "group_again" if entry.ended else "group_end"
    rows = [(change, button(switch, f"{switch}:{entry.code}")), (button("back", "groups"),)]
    return screen(*lines, "groups.stays", rows=rows)


TEXT_KEYS = ("button.group_again", "button.group_end", "groups.ended", "groups.offered")

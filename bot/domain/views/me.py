"""Screens about oneself: seats, language, how screens are shown, privacy, help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain import commands
from bot.domain.people import Gender, Level, Role
from bot.domain.screens import (
    Button,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    screen,
    text,
)
from bot.domain.views.people import role_name

HOME = (button("home", "home"),)
STRANGER, UNIT = "stranger", "unit"
HELP_ROLES = (
    *("secretariat", "focal_point", "alternate", "validator", "observer"),
    *(UNIT, STRANGER),
)
TEXT_KEYS = (
    *(f"help.{role}" for role in HELP_ROLES),
    *(f"command.{name}" for name in commands.ALL),
    *(f"{kind}.{each}" for each in Gender for kind in ("statistics.gender", "button.gender")),
    *(f"{kind}.{each}" for each in Level for kind in ("statistics.level", "button.level")),
)


def me(
    name: str,
    seats: Sequence[tuple[Role, Value, date]],
    *,
    always_new_message: bool,
    hands_over: bool = False,
) -> Screen:
    """`/me`: which seats one holds and how screens are shown."""
    lines: list[Text | None] = [text("me.name", name=Words(name))]
    lines += [
        text("me.seat", role=role_name(role), institution=institution, since=since)
        for role, institution, since in seats
    ]
    lines.append(text("me.new_each_time" if always_new_message else "me.in_place"))
    switch = (
        button("show_in_place", "screens:0")
        if always_new_message
        else button("show_new", "screens:1")
    )
    more = (switch, button("handover", "handover")) if hands_over else (switch,)
    return screen(
        *lines,
        rows=[
            (button("language", "language"), button("my_reminders", "habits")),
            more,
            (button("statistics", "statistics"), button("privacy", "privacy")),
            HOME,
        ],
    )


def statistics(gender: Gender | None, level: Level | None) -> Screen:
    """What one may say of oneself to be counted, and what one has said."""
    said: list[Value] = []
    if gender is not None:
        said.append(text(f"statistics.gender.{gender}"))
    if level is not None:
        said.append(text(f"statistics.level.{level}"))
    so_far = text("statistics.said", said=Listing(tuple(said))) if said else text("statistics.none")
    rows: list[Row] = [
        tuple(button(f"gender.{each}", f"statistics_say:{each}") for each in Gender),
        tuple(button(f"level.{each}", f"statistics_say:{each}") for each in Level),
    ]
    if said:
        rows.append((button("statistics_remove", "statistics_remove"),))
    return screen("statistics.why", so_far, rows=[*rows, (button("back", "me"),)])


def languages(choices: Sequence[tuple[str, str]]) -> Screen:
    """`/language`: one button a language, in its own name."""
    rows = [
        (Button(text("button.language_name", name=name), act=f"speak:{code}"),)
        for code, name in choices
    ]
    return screen("me.choose_language", rows=rows)


def help_(role: str, names: Iterable[str]) -> Screen:
    """`/help`: what this role does here, and its commands, each with what it does."""
    answering = () if role == STRANGER else ("help.answering",)
    return screen(text(f"help.{role}"), None, *told(names), *answering, rows=[HOME])


def told(names: Iterable[str]) -> list[Text]:
    """Commands, each with what it does."""
    return [
        text("help.command", command=f"/{name}", what=text(f"command.{name}")) for name in names
    ]


def privacy() -> Screen:
    """`/privacy`: what is kept, who sees it, what does not belong here."""
    return screen(
        "privacy.kept", None, "privacy.seen", None, "people.telegram_can_read", rows=[HOME]
    )

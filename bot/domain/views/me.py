"""Screens about oneself: seats, language, how screens are shown, privacy, help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain import commands
from bot.domain.people import Role
from bot.domain.screens import Button, Screen, Text, Value, Words, button, screen, text
from bot.domain.views.people import role_name

HOME = (button("home", "home"),)
STRANGER = "stranger"
HELP_ROLES = ("secretariat", "focal_point", "alternate", "validator", "observer", STRANGER)
TEXT_KEYS = (
    *(f"help.{role}" for role in HELP_ROLES),
    *(f"command.{name}" for name in commands.ALL),
)


def me(name: str, seats: Sequence[tuple[Role, Value, date]], *, always_new_message: bool) -> Screen:
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
    return screen(
        *lines,
        rows=[
            (button("language", "language"), button("my_reminders", "habits")),
            (button("privacy", "privacy"), switch),
            HOME,
        ],
    )


def languages(choices: Sequence[tuple[str, str]]) -> Screen:
    """`/language`: one button a language, in its own name."""
    rows = [
        (Button(text("button.language_name", name=name), act=f"speak:{code}"),)
        for code, name in choices
    ]
    return screen("me.choose_language", rows=rows)


def help_(role: str, names: Iterable[str]) -> Screen:
    """`/help`: what this role does here, and its commands, each with what it does."""
    lines = [
        text("help.command", command=f"/{name}", what=text(f"command.{name}")) for name in names
    ]
    answering = () if role == STRANGER else ("help.answering",)
    return screen(text(f"help.{role}"), None, *lines, *answering, rows=[HOME])


def privacy() -> Screen:
    """`/privacy`: what is kept, who sees it, what does not belong here."""
    return screen(
        "privacy.kept", None, "privacy.seen", None, "people.telegram_can_read", rows=[HOME]
    )

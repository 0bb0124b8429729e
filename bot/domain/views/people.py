"""Screens about people and their seats: invitation, confirmation, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.people import Role
from bot.domain.screens import (
    Button,
    Code,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)

SECRETARIAT_NAME = text("people.secretariat")


def name_for(names: Mapping[str, str], language: str) -> Value:
    """The institution's name in the reader's language; the secretariat has no names of its own."""
    if not names:
        return SECRETARIAT_NAME
    return Words(names.get(language) or names.get("en") or next(iter(names.values())))


def role_name(role: Role) -> Text:
    """The role in words."""
    return text(f"role.{role}")


def invitation(
    invitation_id: int,
    *,
    role: Role,
    institution: Value,
    languages: Sequence[tuple[str, str]],
) -> Screen:
    """The one screen of onboarding: what this is, what not to send, in which language.

    `languages` are the others on offer: code and own name.
    """
    choices = tuple(
        Button(text("button.language_name", name=name), act=f"speak:{code}:{invitation_id}")
        for code, name in languages
    )
    return screen(
        text("people.invitation", role=role_name(role), institution=institution),
        text("people.about_a_minute"),
        text("people.telegram_can_read"),
        rows=[
            (
                button("accept", f"accept:{invitation_id}"),
                button("not_me", f"not_me:{invitation_id}"),
            ),
            choices,
        ],
    )


def waiting() -> Screen:
    """Accepted, not yet confirmed."""
    return screen("people.waiting")


def declined() -> Screen:
    """The person says that it is not them."""
    return screen("people.declined")


def refused() -> Screen:
    """The secretariat did not recognise the person."""
    return message("people.refused")


def welcome() -> Screen:
    """Confirmed: the seat is open."""
    return message("people.welcome", rows=[(button("home", "home"),)])


def seat_ended() -> Screen:
    """Told to the person whose seat ended."""
    return message("people.seat_ended")


def confirmation(
    *,
    invitation_id: int,
    telegram_name: str,
    username: str | None,
    invitee: str | None,
    role: Role,
    institution: Value,
) -> Screen:
    """Asked of the inviter: is it them?"""
    lines = [
        text(
            "people.confirm",
            name=Words(telegram_name),
            role=role_name(role),
            institution=institution,
        )
    ]
    if username:
        lines.append(text("people.username", username=Code(f"@{username}")))
    if invitee:
        lines.append(text("people.invited_as", invitee=Words(invitee)))
    return message(
        *lines,
        rows=[
            (
                button("confirm", f"confirm:{invitation_id}"),
                button("refuse", f"refuse:{invitation_id}"),
            )
        ],
    )


def seat_changed(event: str, *, name: str, role: Role, institution: Value) -> Screen:
    """Told to the institution's other seats and the coordinators; `event` is begun, ended, …"""
    return message(
        text(
            f"people.seat.{event}",
            name=Words(name),
            role=role_name(role),
            institution=institution,
        )
    )


def decided(*, confirmed: bool) -> Screen:
    """What became of a newcomer, in place of the question."""
    said = text("people.confirmed") if confirmed else text("people.not_confirmed")
    return screen(said, rows=[(button("home", "home"),)])


def stranger() -> Screen:
    """Somebody without a seat wrote."""
    return message("people.stranger")

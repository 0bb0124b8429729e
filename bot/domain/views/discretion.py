"""Screens of discreet mode: for participants whose phone may be looked at by others.

What comes unasked says that there is something and no more; what was tapped for can be hidden, and
hides itself (`bot.services.discretion`).
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.consultations import Consultation
from bot.domain.screens import Button, Screen, Text, button, message, screen

NEUTRAL = frozenset(
    {
        "discreet.hidden",
        "discreet.saved",
        "discreet.not_deleted",
        "discreet.not_taken",
        "participant.news",
        "participant.something_new",
    }
)
"""What tells nothing of a consultation, nor that there is one."""

_INSTEAD = {"enclosure.refused": "discreet.not_taken"}
"""What is said in the place of a notice that says more than that there is news."""


def hidden() -> Screen:
    """In the place of whatever stood there."""
    return screen("discreet.hidden")


def saved(act: str) -> Screen:
    """A receipt: what is saved is shown by `act`, once it is tapped for."""
    return message("discreet.saved", rows=[(button("look", act),)])


def not_deleted() -> Screen:
    """Telegram has refused to delete a message of theirs."""
    return message("discreet.not_deleted")


def hideable(shown: Screen) -> Screen:
    """The screen with a button that hides it, unless it tells nothing."""
    if is_neutral(shown):
        return shown
    return replace(shown, rows=(*shown.rows, (button("hide", "hide"),)))


def is_neutral(shown: Screen) -> bool:
    """Whether a screen tells nothing to whoever looks at the phone."""
    said = {each.key for each in shown.lines if each is not None}
    return not shown.attachments and said <= NEUTRAL


def unasked(shown: Screen) -> Screen:
    """A notice as it may be read by anybody: whatever is not known to be neutral is only news."""
    lines = [each for each in shown.lines if each is not None]
    said = dict.fromkeys(
        each.key if each.key in NEUTRAL else _INSTEAD.get(each.key, "participant.news")
        for each in lines
    )
    return replace(shown, lines=tuple(Text(each) for each in said), attachments=())


def switch(found: Consultation, *, on: bool) -> Screen:
    """What discreet mode does and what it cannot do, and its switch."""
    return screen(
        "discreet.is_on" if on else "discreet.is_off",
        "discreet.what",
        None,
        "discreet.cannot",
        rows=[
            (button("discreet_off", f"discreet_off:{found.code}"),)
            if on
            else (button("discreet_on", f"discreet_on:{found.code}"),),
            (button("back", f"sign_up:{found.code}"),),
        ],
    )


def way_to(found: Consultation) -> Button:
    """The way to the switch."""
    return button("discreet", f"discreet:{found.code}")

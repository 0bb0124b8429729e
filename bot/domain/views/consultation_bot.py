"""Screens of the consultation bot beside those of participants; they do not name the network."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.commands import CONSULTATION_BOT
from bot.domain.screens import Screen, button, screen
from bot.domain.views import me


def hello(*, known: bool = False, stays: bool = False) -> Screen:
    """How one begins here, and goes on who is `known`; nothing is kept of whoever looks.

    `stays`: what was written is not understood, and stands in a chat where nothing should.
    """
    return screen(
        *(["discreet.not_saved", None] if stays else []),
        "consultation_bot.hello",
        None,
        "consultation_bot.begin",
        *(["consultation_bot.mine"] if known else []),
        rows=[
            *([(button("mine", "mine"),)] if known else []),
            (button("language", "language"), button("privacy", "privacy")),
        ],
    )


def help_() -> Screen:
    """The commands, each with what it does."""
    return screen("consultation_bot.begin", None, *me.told(CONSULTATION_BOT))


def privacy() -> Screen:
    """What is kept, who could see it, how it is erased."""
    return screen(
        "consultation_bot.kept",
        None,
        "participant.name_only",
        "participant.traceable",
        None,
        "consultation_bot.erase",
    )


def languages(choices: Sequence[tuple[str, str]]) -> Screen:
    """One button a language, in its own name."""
    return me.languages(choices)


def moved(url: str) -> Screen:
    """For whoever opens a link in the house's bot: sign-ups are made with the other one."""
    return screen(
        "consultation_bot.moved",
        rows=[(button("open_other_bot", url=url),)],
    )

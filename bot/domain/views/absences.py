"""What is said of people's leave."""

from __future__ import annotations

from datetime import date

from bot.domain.screens import Screen, button, message, text
from bot.domain.views.common import HOME


def away(from_on: date, until_on: date) -> Screen:
    """The person is away on these days, and how to come back earlier."""
    return message(
        text("leave.noted", from_day=from_on, until=until_on),
        rows=[(button("i_am_back", "back_again"), HOME)],
    )


def back() -> Screen:
    """The person is there again."""
    return message("leave.over", rows=[(HOME,)])

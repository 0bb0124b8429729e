"""What is said of people's leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.screens import Listing, Screen, Words, button, message, text
from bot.domain.views.common import HOME, HOME_BESIDE


def away(from_on: date, until_on: date, instead: Sequence[str]) -> Screen:
    """The person is away on these days; who is reminded `instead`; how to come back earlier."""
    names = Listing(tuple(Words(each) for each in instead))
    said = (
        text("leave.noted", from_day=from_on, until=until_on, people=names)
        if instead
        else text("leave.noted_alone", from_day=from_on, until=until_on)
    )
    return message(said, rows=[(button("i_am_back", "back_again"), HOME)])


def stands_in(name: str, from_on: date, until_on: date) -> Screen:
    """Told to the deputy."""
    said = text("leave.stands_in", name=Words(name), from_day=from_on, until=until_on)
    return message(said, rows=[(HOME_BESIDE,)])


def back() -> Screen:
    """The person is there again."""
    return message("leave.over", rows=[(HOME,)])

"""When one is reminded, and the days on which nobody is."""

from __future__ import annotations

from datetime import date

from bot.domain.errors import NotFound
from bot.domain.permissions import may_ask, require
from bot.domain.screens import text
from bot.domain.views.common import BESIDE
from bot.services import reminders
from handlers.flows.habits import (
    DIGEST,
    FREE_DAY,
    HOUR,
    QUIET,
    WEEKEND,
    ZONE,
    list_of_free_days,
    screen_of,
)
from handlers.home import page_number
from handlers.rooms import Act
from handlers.turn import Turn


async def habits(turn: Turn, argument: str) -> None:
    """When the person is reminded; `habits:new` leaves the tapped message."""
    if argument == BESIDE:
        turn.tapped = None
    await turn.show(await screen_of(turn))


def _begins(flow: str) -> Act:
    async def begin(turn: Turn, _argument: str) -> None:
        await turn.desk.runner.begin(turn, flow)

    return begin


async def free_days(turn: Turn, argument: str) -> None:
    """`free_days:0`: a page of the days on which the secretariat has nobody reminded."""
    await turn.show(await list_of_free_days(turn, page_number(argument)))


async def remove(turn: Turn, argument: str) -> None:
    """`free_day_remove:2026-05-01`: the day is like any other."""
    require(may_ask(turn.actor))
    try:
        day = date.fromisoformat(argument)
    except ValueError:
        raise NotFound from None
    await reminders.remove_free_day(turn.tx, turn.act, day)
    turn.toast = text("free_days.removed", day=day)
    await free_days(turn, "0")


ACTS = {
    "habits": habits,
    "set_zone": _begins(ZONE.name),
    "set_weekend": _begins(WEEKEND.name),
    "set_quiet": _begins(QUIET.name),
    "set_hour": _begins(HOUR.name),
    "set_digest": _begins(DIGEST.name),
    "free_days": free_days,
    "free_day_add": _begins(FREE_DAY.name),
    "free_day_remove": remove,
}

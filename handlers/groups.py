"""The groups that people speak for: the list and one of them; names change in conversations."""

from __future__ import annotations

from bot.domain.permissions import may_consult, require
from bot.domain.views import groups as views
from bot.services import groups as service
from handlers.flows import groups as flows
from handlers.turn import Turn


async def listed(turn: Turn, _argument: str) -> None:
    """Every group, in its order."""
    known = await service.every(turn.tx, turn.act)
    await turn.show(views.listed(known, turn.language))


async def one(turn: Turn, code: str) -> None:
    """`group:women`: its names."""
    await turn.show(await flows.screen_of(turn, code))


async def add(turn: Turn, _argument: str) -> None:
    """One more group."""
    require(may_consult(turn.actor))
    await turn.desk.runner.begin(turn, flows.ADD, subject="groups")


async def change(turn: Turn, code: str) -> None:
    """`group_change:women`: other names."""
    await flows.begin_change(turn, await service.get(turn.tx, turn.act, code))


async def end(turn: Turn, code: str) -> None:
    """`group_end:women`: it is offered no more."""
    await service.end(turn.tx, turn.act, code)
    await one(turn, code)


async def take_up_again(turn: Turn, code: str) -> None:
    """`group_again:women`: it is offered again."""
    await service.take_up_again(turn.tx, turn.act, code)
    await one(turn, code)


ACTS = {
    "groups": listed,
    "group": one,
    "group_add": add,
    "group_change": change,
    "group_end": end,
    "group_again": take_up_again,
}

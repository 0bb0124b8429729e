"""The status vocabulary: the list and one status; names and meaning change in conversations."""

from __future__ import annotations

from bot.domain.permissions import may_configure, require
from bot.domain.views import statuses as views
from bot.services import statuses as service
from handlers.flows import statuses as flows
from handlers.turn import Turn
from storage import statuses


async def listed(turn: Turn, _argument: str) -> None:
    """Every status, in its order."""
    known = await service.vocabulary(turn.tx, turn.act)
    await turn.show(views.listed(known, turn.language))


async def one(turn: Turn, code: str) -> None:
    """`status:planned`: its names, what it counts as, what stands there."""
    await turn.show(await flows.screen_of(turn, code))


async def add(turn: Turn, _argument: str) -> None:
    """One more status."""
    require(may_configure(turn.actor))
    await turn.desk.runner.begin(turn, flows.ADD, subject="statuses")


async def change(turn: Turn, code: str) -> None:
    """`status_change:planned`: other names, another meaning."""
    await flows.begin_change(turn, await service.get(turn.tx, turn.act, code))


async def require_file(turn: Turn, code: str) -> None:
    """`status_file:implemented`: it is said with a stored file from now on."""
    await service.require_evidence(turn.tx, turn.act, code, required=True)
    await one(turn, code)


async def require_no_file(turn: Turn, code: str) -> None:
    """`status_no_file:implemented`: it needs no file any more."""
    await service.require_evidence(turn.tx, turn.act, code, required=False)
    await one(turn, code)


async def move_up(turn: Turn, code: str) -> None:
    """`status_up:planned`: one place earlier."""
    await service.move_up(turn.tx, turn.act, code)
    await listed(turn, "")


async def ask_to_end(turn: Turn, code: str) -> None:
    """`status_end:planned`: asked once more, with how many stand there."""
    found = await service.get(turn.tx, turn.act, code)
    standing = await statuses.standing(turn.tx, code)
    await turn.show(views.ask_to_end(found, standing, turn.language))


async def end(turn: Turn, code: str) -> None:
    """`status_end_now:planned`: it is offered no more."""
    await service.end(turn.tx, turn.act, code)
    await one(turn, code)


async def take_up_again(turn: Turn, code: str) -> None:
    """`status_again:planned`: it is offered again."""
    await service.take_up_again(turn.tx, turn.act, code)
    await one(turn, code)


ACTS = {
    "statuses": listed,
    "status": one,
    "status_add": add,
    "status_change": change,
    "status_file": require_file,
    "status_no_file": require_no_file,
    "status_up": move_up,
    "status_end": ask_to_end,
    "status_end_now": end,
    "status_again": take_up_again,
}

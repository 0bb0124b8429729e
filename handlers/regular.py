"""Regular exports: how often one comes, to whom, and stopping it."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.domain.permissions import may_export, require
from bot.domain.regular import Regular, Rhythm
from bot.domain.views import regular as views
from bot.services import regular as service
from handlers.card import number
from handlers.exports import called, ordered
from handlers.turn import Turn


async def when(turn: Turn, argument: str) -> None:
    """`export_when:w:-`: how often that export is to come."""
    require(may_export(turn.actor))
    kind, chosen = await ordered(turn, argument)
    weekend = turn.desk.policy.weekend
    await turn.show(views.choose(kind, chosen, await called(turn, chosen), weekend=weekend))


async def at(turn: Turn, argument: str) -> None:
    """`export_at:0:w:-`: it comes every Monday from now on."""
    require(may_export(turn.actor))
    code, _, rest = argument.partition(":")
    if code not in set(Rhythm):
        raise NotFound
    kind, chosen = await ordered(turn, rest)
    await _show(turn, await service.add(turn.tx, turn.act, kind, chosen, Rhythm(code)))


async def one(turn: Turn, argument: str) -> None:
    """`regular:4`: one of them."""
    await _show(turn, await service.seen(turn.tx, turn.act, number(argument)))


async def listed(turn: Turn, _argument: str) -> None:
    """`regulars`: those that come to this person."""
    await turn.show(views.listed(await service.listed(turn.tx, turn.act)))


async def to_all(turn: Turn, argument: str) -> None:
    """`regular_to_all:4`: it comes to all of the secretariat."""
    await _show(turn, await service.address(turn.tx, turn.act, number(argument), to_all=True))


async def to_you(turn: Turn, argument: str) -> None:
    """`regular_to_you:4`: it comes to whoever asked, and to nobody else."""
    await _show(turn, await service.address(turn.tx, turn.act, number(argument), to_all=False))


async def stop(turn: Turn, argument: str) -> None:
    """`regular_stop:4`: it comes no more."""
    await service.stop(turn.tx, turn.act, number(argument))
    await turn.show(views.stopped())


async def _show(turn: Turn, found: Regular) -> None:
    days = await service.next_days(turn.tx, turn.act, turn.desk.policy, [found])
    own = found.person_id == turn.person.id
    shown = await called(turn, found.filters)
    await turn.show(views.one(found, shown, own=own, next_on=days[found.id]))


ACTS = {
    "export_when": when,
    "export_at": at,
    "regular": one,
    "regulars": listed,
    "regular_to_all": to_all,
    "regular_to_you": to_you,
    "regular_stop": stop,
}

"""What nobody does alone: protections, what is asked of a second coordinator, their word on it."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.approvals import Kind, Protection, State
from bot.domain.errors import NotFound, existing
from bot.domain.people import SECRETARIAT
from bot.domain.screens import text
from bot.domain.views import approvals as views
from bot.services import approvals as service
from handlers.card import number
from handlers.turn import Turn
from storage import approvals


async def protections(turn: Turn, _argument: str) -> None:
    """`/protections`: what stays on the machine, and what waits for a second coordinator."""
    permissions.require(permissions.may_lower(turn.actor))
    waiting = await approvals.undecided(turn.tx)
    described = [await service.described(turn.tx, each) for each in waiting]
    await turn.show(views.protections(await approvals.lowered(turn.tx), described))


async def approval(turn: Turn, argument: str) -> None:
    """`approval:5`: what was asked for."""
    permissions.require(turn.actor.is_secretariat)
    found = existing(await approvals.get(turn.tx, number(argument)))
    waits = found.state is State.WAITING
    announced = found.opens_at is not None
    stops = permissions.may_stop_approval(turn.actor, found.asker, announced=announced)
    await turn.show(
        views.shown(
            await service.described(turn.tx, found),
            agrees=waits and permissions.may_decide_approval(turn.actor, found.asker),
            stops=waits and stops,
            confirms=found.asker == turn.actor.person_id,
            may_redact=permissions.may_redact(turn.actor),
        ),
        subject=f"approval:{found.id}",
    )


async def agree(turn: Turn, argument: str) -> None:
    """`approval_agree:5`: it is open."""
    await service.agree(turn.tx, turn.act, number(argument))
    turn.toast = text("approval.you_agreed")
    await approval(turn, argument)


async def refuse(turn: Turn, argument: str) -> None:
    """`approval_refuse:5`: nothing of it happens."""
    await service.refuse(turn.tx, turn.act, number(argument))
    turn.toast = text("approval.you_refused")
    await approval(turn, argument)


async def lower(turn: Turn, argument: str) -> None:
    """`lower:audit`: asked of a second coordinator; why is asked first."""
    await _ask(turn, Kind.LOWER, {"what": _protection(argument).value})


async def protect(turn: Turn, argument: str) -> None:
    """`protect:audit`: it stays on the machine again, at once."""
    await service.raise_again(turn.tx, turn.act, _protection(argument))
    turn.toast = text("protection.raised")
    await protections(turn, "")


async def ask_names(turn: Turn, _argument: str) -> None:
    """One export with people's names: asked of a second coordinator."""
    await _ask(turn, Kind.NAMES, {})


async def unrestrict(turn: Turn, argument: str) -> None:
    """`unrestrict:5`: an item is to be shown with its words: asked of a second coordinator."""
    await _ask(turn, Kind.UNRESTRICT, {"item": number(argument)})


async def restrict(turn: Turn, argument: str) -> None:
    """`restrict:5`: chat shows symbol and number only, at once."""
    await service.restrict(turn.tx, turn.act, number(argument))
    turn.toast = text("protection.raised")
    await turn.go(turn, f"about:{number(argument)}")


async def _ask(turn: Turn, kind: Kind, arguments: dict[str, Any]) -> None:
    permissions.require(permissions.may_lower(turn.actor))
    seat = turn.actor.seat(SECRETARIAT)
    await turn.desk.runner.begin(
        turn,
        "approval",
        subject=f"approval:{kind}",
        seat_id=seat.id if seat else None,
        kind=kind.value,
        arguments=arguments,
    )


def _protection(argument: str) -> Protection:
    try:
        return Protection(argument)
    except ValueError:
        raise NotFound from None


ACTS = {
    "protections": protections,
    "approval": approval,
    "approval_agree": agree,
    "approval_refuse": refuse,
    "lower": lower,
    "protect": protect,
    "ask_names": ask_names,
    "unrestrict": unrestrict,
    "restrict": restrict,
}
COMMANDS = {"protections": "protections"}

"""Who may do what: pure questions about an actor's live seats (DESIGN §9)."""

from __future__ import annotations

from bot.domain.errors import NotAllowed
from bot.domain.people import SECRETARIAT, Actor, Role


def require(allowed: bool) -> None:
    """Raise NotAllowed unless it is allowed."""
    if not allowed:
        raise NotAllowed


def may_manage_people(actor: Actor) -> bool:
    """The secretariat invites, confirms and ends seats; so does the operator."""
    return actor.is_secretariat or actor.channel == "command"


def may_invite(actor: Actor, role: Role) -> bool:
    """Coordinators invite to any seat, officers to every seat outside the secretariat."""
    if actor.channel == "command" or actor.seat({Role.COORDINATOR}) is not None:
        return True
    return actor.is_secretariat and role not in SECRETARIAT

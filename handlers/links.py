"""Where public links lead, whichever bot they are opened with."""

from __future__ import annotations

from handlers.flows.consultation import PAYLOAD
from handlers.flows.door import codes_of


def act_of(payload: str) -> str | None:
    """The act that the payload of a public link stands for; None for that of another link."""
    if payload.startswith(PAYLOAD):
        return f"consultation:{payload.removeprefix(PAYLOAD)}"
    if (door := codes_of(payload)) is not None:
        return ":".join(("at_door", *door))
    return None

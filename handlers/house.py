"""The rooms and the flows, listed once."""

from __future__ import annotations

from handlers import me, onboarding
from handlers.flows.flow import Flow
from handlers.flows.runner import KeepFile, Runner

ROOMS = (onboarding, me)
FLOWS: tuple[Flow, ...] = ()


def make_runner(keep_file: KeepFile) -> Runner:
    """The runner of every conversation; `keep_file` records what is sent to one."""
    return Runner(FLOWS, keep_file=keep_file)

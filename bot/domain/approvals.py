"""What nobody does alone: exporting names, letting a coordinator in, lowering a protection.

A second coordinator agrees. Where there is none, it opens by itself a day after all of the
secretariat was told, unless somebody of them refuses until then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.errors import Refused

DELAY = timedelta(hours=24)
VALID_FOR = timedelta(days=7)
LONGEST_REASON = 500


class Kind(StrEnum):
    """What is asked for."""

    INVITE = "invite"  # a coordinator; arguments as those of the job that makes the links
    NAMES = "names"  # one export that holds people's names
    LOWER = "lower"  # a protection; `what`
    UNRESTRICT = "unrestrict"  # an item; `item`
    SUCCEED = "succeed"  # who takes over the only coordinator's seat; `invitation`


class State(StrEnum):
    """How it stands: it is open to be used once while it is approved."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    DONE = "done"


class Protection(StrEnum):
    """What stays on the State's machine unless it is lowered."""

    RESTRICTED = "restricted"  # the words of restricted items
    EVIDENCE = "evidence"  # the evidence archive
    AUDIT = "audit"


class NeedsSecond(Refused):
    """Nobody has agreed to what needs a second coordinator."""

    key = "error.needs_second"


class AskedAlready(Refused):
    """The same is asked for and waits."""

    key = "error.asked_already"
    final = True


class ReasonMissing(Refused):
    """The second coordinator is to know why."""

    key = "error.reason_missing"


class OwnRequest(Refused):
    """Who asked does not agree to it."""

    key = "error.own_approval"


@dataclass(frozen=True)
class Approval:
    """Something that one coordinator asked for, and how it stands.

    `opens_at` is set where there is nobody to ask: then it opens by itself.
    """

    id: int
    kind: Kind
    arguments: Mapping[str, Any]
    reason: str
    language: str
    asked_by: int  # seat
    asker: int  # person
    asked_at: datetime
    state: State
    opens_at: datetime | None = None
    decided_by: int | None = None  # seat; None: it opened by itself, or its time was over
    decided_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """From then on nothing opens any more, and what was opened is not used any more."""
        return self.asked_at + VALID_FOR


class Step(StrEnum):
    """What time, or somebody's coming or going, brings about."""

    EXPIRE = "expire"  # a week is over, or who asked coordinates no more
    ASK_OTHERS = "ask_others"  # there is a second coordinator now: it does not open by itself
    ANNOUNCE = "announce"  # there is no second coordinator: it opens after the delay
    OPEN = "open"


def next_step(approval: Approval, coordinators: Collection[int], now: datetime) -> Step | None:
    """What is to be done with it now; `coordinators` are the people who hold such a seat now."""
    if approval.state is State.APPROVED:
        return Step.EXPIRE if approval.expires_at <= now else None
    if approval.state is not State.WAITING:
        return None
    if approval.expires_at <= now or approval.asker not in coordinators:
        return Step.EXPIRE
    if set(coordinators) - {approval.asker}:
        return None if approval.opens_at is None else Step.ASK_OTHERS
    if approval.opens_at is None:
        return Step.ANNOUNCE
    return Step.OPEN if approval.opens_at <= now else None

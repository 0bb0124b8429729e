"""Seats of a consultation: how many, for whom some are kept, and who comes next.

Seats are taken by confirmed participants and by those to whom one is offered. Some can be kept for
groups until a day; a member of such a group takes one of these first, then one that is anybody's.
So how many are free for somebody follows from how many of each group have one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

OFFERED_FOR = timedelta(hours=24)
"""How long a freed seat is offered to one person."""


class Reason(StrEnum):
    """Why somebody waits."""

    FULL = "full"  # every seat is taken
    KEPT = "kept"  # seats are free, and kept for groups until a day


TEXT_KEYS = tuple(f"sign_up.waits.{each}" for each in Reason)


@dataclass(frozen=True)
class Quota:
    """So many seats, some of them kept for `pools` (groups) while `now` is before `released_at`."""

    seats: int
    pools: Mapping[str, int] = field(default_factory=dict)
    released_at: datetime | None = None

    def kept(self, now: datetime) -> Mapping[str, int]:
        """The seats that are kept for groups at that moment."""
        released = self.released_at is not None and now >= self.released_at
        return {} if released else self.pools

    def is_free_for(self, pool: str | None, taken: Mapping[str | None, int], now: datetime) -> bool:
        """Whether a seat is free for a member of `pool` (None: a group without seats of its own).

        `taken` counts the seats that are taken, by pool.
        """
        kept = self.kept(now)
        if pool is not None and taken.get(pool, 0) < kept.get(pool, 0):
            return True
        beyond = sum(max(0, n - kept.get(each or "", 0)) for each, n in taken.items())
        return beyond < self.seats - sum(kept.values())

    def reason(self, taken: Mapping[str | None, int]) -> Reason:
        """Why there is no seat for somebody who found none free."""
        return Reason.FULL if sum(taken.values()) >= self.seats else Reason.KEPT


@dataclass(frozen=True)
class Waiting:
    """Somebody on the waiting list, in which a lower rank comes first."""

    handle: str
    rank: int
    pool: str | None


def next_in_line(
    quota: Quota | None,
    taken: Mapping[str | None, int],
    waiting: Iterable[Waiting],
    now: datetime,
) -> list[Waiting]:
    """Those to whom a seat is to be offered now, in their order.

    Whoever waits for a seat of the others is not passed over by it: only a seat that is kept for a
    group goes to somebody behind.
    """
    counted, found = Counter(dict(taken)), []
    for each in sorted(waiting, key=lambda one: one.rank):
        if quota is None or quota.is_free_for(each.pool, counted, now):
            counted[each.pool] += 1
            found.append(each)
    return found


def place_of(handle: str, waiting: Sequence[Waiting]) -> int:
    """The place on the waiting list, from 1."""
    line = sorted(waiting, key=lambda one: one.rank)
    return 1 + next(n for n, each in enumerate(line) if each.handle == handle)

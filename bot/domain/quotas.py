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
    FEW = "few"  # fewer seats are free than the party needs
    AHEAD = "ahead"  # a larger party is before them, and waits for the seats that are free


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

    def most(self, pool: str | None) -> int:
        """How many seats a party of that pool can have at best, at some time."""
        others = 0 if self.released_at is not None else sum(self.pools.values())
        return self.seats - others + (self.pools.get(pool or "", 0) if others else 0)

    def is_free_for(
        self,
        pool: str | None,
        taken: Mapping[str | None, int],
        now: datetime,
        *,
        size: int = 1,
        own_alone: bool = False,
    ) -> bool:
        """Whether seats are free for `size` members of `pool` (None: without seats of their own).

        `taken` counts the seats that are taken, by pool; `own_alone`: only those that are kept for
        the pool count.
        """
        kept = self.kept(now)
        own = max(0, kept.get(pool or "", 0) - taken.get(pool, 0))
        if own_alone:
            return own >= size
        beyond = sum(max(0, n - kept.get(each or "", 0)) for each, n in taken.items())
        return own + max(0, self.seats - sum(kept.values()) - beyond) >= size

    def reason(
        self,
        pool: str | None,
        taken: Mapping[str | None, int],
        now: datetime,
        *,
        size: int = 1,
    ) -> Reason:
        """Why there are no seats for a party that found none."""
        free = self.seats - sum(taken.values())
        if free <= 0:
            return Reason.FULL
        if free < size:
            return Reason.FEW
        return Reason.AHEAD if self.is_free_for(pool, taken, now, size=size) else Reason.KEPT


@dataclass(frozen=True)
class Waiting:
    """A party that waits for `size` seats together; a lower rank comes first.

    One that has grown `has` seats already, and waits for more.
    """

    handle: str
    rank: int
    pool: str | None
    size: int = 1
    has: int = 0


def next_in_line(
    quota: Quota | None,
    taken: Mapping[str | None, int],
    waiting: Iterable[Waiting],
    now: datetime,
) -> list[Waiting]:
    """Those to whom a seat is to be offered now, in their order.

    Nobody is passed over: while a party waits for more seats than are free, only seats that are
    kept for another group go to somebody behind. Who waits for more than there can ever be holds up
    nobody.
    """
    counted, found = Counter(dict(taken)), []
    waits: set[str | None] = set()  # the pools of those who found too few
    for each in sorted(waiting, key=lambda one: one.rank):
        if quota is None or (
            each.pool not in waits
            and quota.is_free_for(each.pool, counted, now, size=each.size, own_alone=bool(waits))
        ):
            counted[each.pool] += each.size
            found.append(each)
        elif each.has + each.size <= quota.most(each.pool):
            waits.add(each.pool)
    return found


def place_of(handle: str, waiting: Sequence[Waiting]) -> int:
    """The place on the waiting list, from 1."""
    line = sorted(waiting, key=lambda one: one.rank)
    return 1 + next(n for n, each in enumerate(line) if each.handle == handle)

"""Numbers of participants that tell of nobody, alone, added up, or one after the other.

Two rules. A figure is rounded down to a multiple of `FEWEST`: what is between two of them, and
between all and the sum of the groups, is never a person. And figures are taken anew only once at
least so many people have come, gone or changed since: so whoever compares two screens or files
learns nothing of one person who did so in between, and nothing of those who did last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.consultations import FEWEST

ALL = "all"
"""Beside the values of a trait: how many people there are in all."""
ON_CARDS = ("group", "region", "language", "speaks", "access")
"""What cards say; people are told apart by the group, of which each names one."""

WROTE = "wrote"
"""The groups of those who contributed, beside what cards say."""

Counts = Mapping[str, Mapping[str, int]]
"""How many people said what, by trait and value."""


@dataclass(frozen=True)
class Figures:
    """What is `shown` of the counts, rounded, and the counts that it was `taken` from.

    `up_to` is the number of the last contribution that there was when contributors were counted:
    of later ones no group is told, whatever it is.
    """

    shown: Counts = field(default_factory=dict)
    taken: Counts = field(default_factory=dict)
    up_to: int = 0

    def of(self, trait: str) -> dict[str, int]:
        """What is shown of a trait's values, the largest first."""
        values = {value: n for value, n in self.shown.get(trait, {}).items() if value != ALL}
        return dict(sorted(values.items(), key=lambda each: (-each[1], each[0])))

    def people(self, trait: str) -> int:
        """How many people, at least, something of that trait is known of."""
        return self.shown.get(trait, {}).get(ALL, 0)

    def group_of(self, number: int, group: str) -> bool:
        """Whether the contribution of that number can be shown with this group of its writer."""
        return number <= self.up_to and group in nameable(self.taken.get(WROTE, {}))

    def to_json(self) -> dict[str, Any]:
        return {"shown": self.shown, "taken": self.taken, "up_to": self.up_to}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Figures:
        return cls(kept["shown"], kept["taken"], kept["up_to"])


def rounded(n: int, *, fewest: int = FEWEST) -> int:
    """A number rounded down, so that fewer than `fewest` people change nothing in it."""
    return n - n % fewest


def moved(before: Mapping[str, int], now: Mapping[str, int]) -> int:
    """How many people, at least, came, went or changed between two counts of one trait."""
    by = [now.get(each, 0) - before.get(each, 0) for each in {*before, *now}]
    return max(sum(n for n in by if n > 0), -sum(n for n in by if n < 0))


def nameable(counts: Mapping[str, int], *, fewest: int = FEWEST) -> set[str]:
    """The groups that can stand beside each thing that was said.

    So many people have to be in each of them, and as many or nobody in all the others, so that no
    group follows from its not being named.
    """
    rising = sorted((n, value) for value, n in counts.items() if n > 0)
    together = 0
    while rising and (rising[0][0] < fewest or 0 < together < fewest):
        together += rising.pop(0)[0]
    return {value for _n, value in rising}


def taken_anew(before: Figures, counts: Counts, *, last: int = 0, fewest: int = FEWEST) -> Figures:
    """The figures from now on: as they are, but for what enough people have moved in.

    `last` is the number of the newest contribution.
    """
    up_to = before.up_to
    shown, taken = dict(before.shown), dict(before.taken)
    for leader in sorted({*counts, *taken} - {*ON_CARDS[1:]}):
        if moved(taken.get(leader, {}), counts.get(leader, {})) < fewest:
            continue
        if leader == WROTE:
            up_to = last
        for trait in ON_CARDS if leader == ON_CARDS[0] else (leader,):
            values = {value: n for value, n in counts.get(trait, {}).items() if n > 0}
            taken[trait] = values
            shown[trait] = _rounded_all(values, fewest)
    return Figures(shown, taken, up_to)


def without(before: Figures, gone: Mapping[tuple[str, str], int]) -> Figures:
    """The figures once what somebody said is erased: what is shown stays, no count knows them."""
    taken = {trait: dict(values) for trait, values in before.taken.items()}
    for (trait, value), n in gone.items():
        left = taken.get(trait, {}).get(value, 0) - n
        if left > 0:
            taken[trait][value] = left
        else:
            taken.get(trait, {}).pop(value, None)
    return Figures(before.shown, taken, before.up_to)


def _rounded_all(values: Mapping[str, int], fewest: int) -> dict[str, int]:
    found = {value: rounded(n, fewest=fewest) for value, n in values.items() if n >= fewest}
    total = rounded(sum(values.values()), fewest=fewest)
    return found | ({ALL: total} if total else {})

"""The Sustainable Development Goals: their targets, and the global indicators by code.

Targets: A/RES/70/1; indicators: A/RES/71/313 with the refinements up to 2020. What is tagged with a
goal or a target is offered the indicators of it; any code of a target that there is will do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

# By goal: each target with how many indicators it has.
_FRAMEWORK: Mapping[int, str] = {
    1: "1:1 2:2 3:1 4:2 5:4 a:2 b:1",
    2: "1:2 2:3 3:2 4:1 5:2 a:2 b:1 c:1",
    3: "1:2 2:2 3:5 4:2 5:2 6:1 7:2 8:2 9:3 a:1 b:3 c:1 d:2",
    4: "1:2 2:2 3:1 4:1 5:1 6:1 7:1 a:1 b:1 c:1",
    5: "1:1 2:2 3:2 4:1 5:2 6:2 a:2 b:1 c:1",
    6: "1:1 2:1 3:2 4:2 5:2 6:1 a:1 b:1",
    7: "1:2 2:1 3:1 a:1 b:1",
    8: "1:1 2:1 3:1 4:2 5:2 6:1 7:1 8:2 9:1 10:2 a:1 b:1",
    9: "1:2 2:2 3:2 4:1 5:2 a:1 b:1 c:1",
    10: "1:1 2:1 3:1 4:2 5:1 6:1 7:4 a:1 b:1 c:1",
    11: "1:1 2:1 3:2 4:1 5:3 6:2 7:2 a:1 b:2 c:0",
    12: "1:1 2:2 3:1 4:2 5:1 6:1 7:1 8:1 a:1 b:1 c:1",
    13: "1:3 2:2 3:1 a:1 b:1",
    14: "1:1 2:1 3:1 4:1 5:1 6:1 7:1 a:1 b:1 c:1",
    15: "1:2 2:1 3:1 4:2 5:1 6:1 7:1 8:1 9:1 a:1 b:1 c:1",
    16: "1:4 2:3 3:3 4:2 5:2 6:2 7:2 8:1 9:1 10:2 a:1 b:1",
    17: "1:2 2:1 3:2 4:1 5:1 6:1 7:1 8:1 9:1 10:1 11:1 12:1 13:1 14:1 15:1 16:1 17:1 18:3 19:2",
}
_INDICATORS: Mapping[str, int] = {
    f"{goal}.{target}": int(number)
    for goal, targets in _FRAMEWORK.items()
    for target, _, number in (each.partition(":") for each in targets.split())
}
_CODE = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2}|[a-d])\.([1-9])(?![\d.])")
_TARGET = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2}|[a-d])(?![\w.])")
_GOAL = re.compile(r"(?:S\d+ SDG |\D{0,12})(1[0-7]|[1-9])(?!\d)")


def read_indicator(words: str) -> str | None:
    """The code in the words, `16.3.1`; None where there is none of a target that exists."""
    found = _CODE.search(_plain(words))
    if found is None:
        return None
    goal, target, number = found.groups()
    return f"{goal}.{target}.{number}" if f"{goal}.{target}" in _INDICATORS else None


def target_of(code: str) -> str:
    """The target of an indicator: `16.3` of `16.3.1`."""
    return code.rpartition(".")[0]


def goal_of(code: str) -> int:
    """The goal of an indicator or a target."""
    return int(code.partition(".")[0])


def suggested(labels: Iterable[str]) -> tuple[str, ...]:
    """The indicators to think of for what is tagged so, those of named targets first."""
    targets: dict[str, None] = {}
    goals: dict[int, None] = {}
    for label in map(_plain, labels):
        named = _TARGET.match(label) or _TARGET.search(label)
        if named and (target := f"{named[1]}.{named[2]}") in _INDICATORS:
            targets[target] = None
        elif goal := _GOAL.match(label):
            goals[int(goal[1])] = None
    for target in _INDICATORS:
        if goal_of(target) in goals:
            targets.setdefault(target)
    return tuple(
        f"{target}.{number + 1}" for target in targets for number in range(_INDICATORS[target])
    )


def _plain(words: str) -> str:
    """Digits of every script as 0–9, letters of targets small; a goal's own label keeps its S."""
    digits = "".join(str(unicodedata.decimal(each, each)) for each in words.strip())
    return re.sub(r"(?<=\.)[A-D](?![A-Za-z])", lambda found: found[0].lower(), digits)

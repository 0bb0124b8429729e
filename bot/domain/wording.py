"""What changed between two wordings, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that were kept, removed or added together, with the spaces behind them."""

    change: Change
    words: str


# Chinese and Japanese are written without spaces: there each character is a word.
_WORD = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]\s*"
    r"|[^\s\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]+\s*|\s+"
)
_UNSPACED = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]")
_LONGEST = 4_000  # words of both texts; beyond, comparing takes longer than anybody would look at


def compare(old: str, new: str) -> tuple[Run, ...]:
    """The runs that lead from the old wording to the new one.

    Same and added runs together are the new text, to the character; spaces alone make no
    difference. Texts of thousands of words are compared as a whole between what they begin and end
    with alike.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    bare_before, bare_after = [word.strip() for word in before], [word.strip() for word in after]
    start = _alike(bare_before, bare_after)
    limit = min(len(before), len(after)) - start
    end = min(limit, _alike(bare_before[::-1], bare_after[::-1]))
    middle_before = bare_before[start : len(before) - end]
    middle_after = bare_after[start : len(after) - end]
    runs = [Run(Change.SAME, "".join(after[:start]))]
    for kind, i, j, k, m in _steps(middle_before, middle_after):
        if kind == "equal":
            runs.append(Run(Change.SAME, "".join(after[start + k : start + m])))
        else:
            runs.append(Run(Change.REMOVED, _apart(before, start + i, start + j, runs)))
            runs.append(Run(Change.ADDED, "".join(after[start + k : start + m])))
    runs.append(Run(Change.SAME, "".join(after[len(after) - end :])))
    return _together(runs)


def _apart(before: Sequence[str], first: int, end: int, runs: Sequence[Run]) -> str:
    """Removed words, set apart from the words around them where only the old text had a space."""
    words = "".join(before[first:end])
    if not words:
        return words
    last = next((run.words for run in reversed(runs) if run.words), "")
    lead = " " if last and not last[-1].isspace() and before[first - 1][-1].isspace() else ""
    at_the_end = end == len(before) and words[-1].isalnum() and not _UNSPACED.match(words[-1])
    return lead + words + (" " if at_the_end else "")


def is_same(old: str, new: str) -> bool:
    """Whether two texts have the same words; spaces make no difference."""
    return old.split() == new.split()


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _steps(before: Sequence[str], after: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(before) + len(after) > _LONGEST:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _together(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Neighbours of one kind joined, empty ones left out."""
    joined: list[Run] = []
    for run in runs:
        if not run.words:
            continue
        if joined and joined[-1].change is run.change:
            run_before = joined.pop()
            joined.append(Run(run.change, run_before.words + run.words))
        else:
            joined.append(run)
    return tuple(joined)

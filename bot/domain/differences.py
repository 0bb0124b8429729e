"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

_TOKEN = re.compile(r"\s+|[^\W_]+|_+|[^\w\s]")
_LONGEST = 6_000  # tokens that are compared word by word; longer texts line by line


class Change(StrEnum):
    """What became of a stretch of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Stretch:
    """Words that belong together, with the blanks between them."""

    change: Change
    words: str


def between(before: str, after: str) -> tuple[Stretch, ...]:
    """The stretches that make one text of the other, in reading order; removed before added.

    What is not ADDED gives `before` again, what is not REMOVED gives `after`. Words are compared
    as they are written; texts of more than some ten pages line by line.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > _LONGEST:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return tuple(_joined(_stretches(old, new)))


def _stretches(old: list[str], new: list[str]) -> Iterator[Stretch]:
    for each in Indel.opcodes(old, new):
        removed = "".join(old[each.src_start : each.src_end])
        if each.tag == "equal":
            yield Stretch(Change.SAME, removed)
            continue
        if removed:
            yield Stretch(Change.REMOVED, removed)
        if added := "".join(new[each.dest_start : each.dest_end]):
            yield Stretch(Change.ADDED, added)


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """A blank that stayed between two words that changed is no stretch of its own."""
    removed = added = ""
    for each in stretches:
        bridge = each.change is Change.SAME and not each.words.strip() and (removed or added)
        if each.change is Change.REMOVED or bridge:
            removed += each.words
        if each.change is Change.ADDED or bridge:
            added += each.words
        if each.change is Change.SAME and not bridge:
            yield from _changed(removed, added)
            removed = added = ""
            yield each
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Stretch]:
    if removed == added:
        if removed:
            yield Stretch(Change.SAME, removed)
        return
    if removed:
        yield Stretch(Change.REMOVED, removed)
    if added:
        yield Stretch(Change.ADDED, added)

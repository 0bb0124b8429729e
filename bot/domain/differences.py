"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel, Opcode

_TOKEN = re.compile(r"\s+|[^\W_]+|_+|[^\w\s]")
_ENDS = frozenset(".!?…؟।。")
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
    for each in _settled(list(Indel.opcodes(old, new)), old, new):
        removed = "".join(old[each.src_start : each.src_end])
        if each.tag == "equal":
            yield Stretch(Change.SAME, removed)
            continue
        if removed:
            yield Stretch(Change.REMOVED, removed)
        if added := "".join(new[each.dest_start : each.dest_end]):
            yield Stretch(Change.ADDED, added)


def _settled(found: list[Opcode], old: list[str], new: list[str]) -> list[Opcode]:
    """The same changes, each sentence that went or came told from its first word.

    Between equal words a change can stand in several places: `[The sewer is laid. ]The others` is
    `The [sewer is laid. The ]others`, too.
    """
    ops = list(found)
    for at in range(1, len(ops) - 1):
        earlier, each, later = ops[at - 1 : at + 2]
        if each.tag not in ("delete", "insert") or {earlier.tag, later.tag} != {"equal"}:
            continue
        if each.tag == "delete":
            back = _back(old, each.src_start, each.src_end, earlier.src_start)
        else:
            back = _back(new, each.dest_start, each.dest_end, earlier.dest_start)
        ops[at - 1 : at + 2] = [
            _moved(earlier, 0, back),
            _moved(each, back, back),
            _moved(later, back, 0),
        ]
    return ops


def _back(tokens: list[str], start: int, end: int, first: int) -> int:
    """How many tokens a change can go back to begin with a sentence; 0 where it cannot."""
    for back in range(start - first + 1):
        begins = start - back
        before = next((each for each in reversed(tokens[:begins]) if each.strip()), None)
        if tokens[begins].strip() and (before is None or before in _ENDS):
            return back
        if begins == first or tokens[begins - 1] != tokens[end - back - 1]:
            return 0
    return 0


def _moved(op: Opcode, start: int, end: int) -> Opcode:
    return Opcode(
        op.tag,
        op.src_start - start,
        op.src_end - end,
        op.dest_start - start,
        op.dest_end - end,
    )


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

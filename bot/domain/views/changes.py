"""What changed between two texts, in lines that need neither colour nor struck letters."""

from __future__ import annotations

from bot.domain.differences import Change, Stretch, between
from bot.domain.screens import Text, Words, text

SHOWN = 6
"""So many changes are told one by one."""

STRETCH = 200
WHOLE = 600
_BRIDGE = 2  # words
_KEPT = 0.3  # a text that keeps less of the former one is told as new


def changes(
    before: str, after: str, *, before_language: str | None, language: str | None
) -> list[Text]:
    """One line a change, in reading order; nothing where the words are the same.

    Of texts that have little in common the former one is shown as it was.
    """
    stretches = between(before, after)
    if all(each.change is Change.SAME for each in stretches):
        return []
    if not before.strip():
        return [text("changes.added", words=Words(after.strip(), language, limit=WHOLE))]
    if not after.strip() or _kept(stretches, before, after) < _KEPT:
        return [text("changes.was", words=Words(before, before_language, limit=WHOLE))]
    lines = [
        _line(removed, added, before_language, language) for removed, added in _pairs(stretches)
    ]
    if len(lines) > SHOWN:
        return [*lines[:SHOWN], text("changes.more", count=len(lines) - SHOWN)]
    return lines


def _kept(stretches: tuple[Stretch, ...], before: str, after: str) -> float:
    same = sum(len(each.words.strip()) for each in stretches if each.change is Change.SAME)
    return same / max(len(before.strip()), len(after.strip()), 1)


def _pairs(stretches: tuple[Stretch, ...]) -> list[tuple[str, str]]:
    """What was taken out with what stands there instead; either may be empty.

    A word or two that stayed between changes belong to both, so that a phrase is told as one.
    """
    found: list[tuple[str, str]] = []
    removed = added = bridge = ""
    for each in (*stretches, Stretch(Change.SAME, "")):
        if each.change is not Change.SAME:
            removed += bridge + (each.words if each.change is Change.REMOVED else "")
            added += bridge + (each.words if each.change is Change.ADDED else "")
            bridge = ""
        elif (removed or added) and each.words and len(each.words.split()) <= _BRIDGE:
            bridge = each.words
        else:
            found.append((removed.strip(), added.strip()))
            removed = added = bridge = ""
    return [each for each in found if any(each)]


def _line(removed: str, added: str, before_language: str | None, language: str | None) -> Text:
    gone = Words(removed, before_language, limit=STRETCH)
    new = Words(added, language, limit=STRETCH)
    if removed and added:
        return text("changes.instead", before=gone, after=new)
    return text("changes.added", words=new) if added else text("changes.taken_out", words=gone)

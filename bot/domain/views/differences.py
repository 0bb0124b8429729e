"""What changed between two texts, on a screen: said in words, not by colour or strokes alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.differences import Change, Stretch, between
from bot.domain.redaction import Mark
from bot.domain.screens import Text, Value, Words, text

STRETCHES = 30
"""So many stretches are shown; what differs by more is better read as a whole."""
AROUND = 40  # characters of unchanged words on either side of a change


def difference(before: str, after: str, *, most: int = STRETCHES) -> Text | None:
    """What makes one text of the other; None where they are the same.

    Of what was redacted, that stands in its place.
    """
    for each in (before, after):
        if before != after and Mark.read(each) is not None:
            return text("difference.line", words=Words(each))
    stretches = between(before.strip(), after.strip())
    if all(each.change is Change.SAME for each in stretches):
        return None
    shown = stretches[:most]
    words = [_stretch(shown, place) for place in range(len(shown))]
    if len(stretches) > most:
        words.append(text("difference.more", count=len(stretches) - most))
    return text("difference.line", words=_joined(words, shown))


def _stretch(stretches: Sequence[Stretch], place: int) -> Value:
    each = stretches[place]
    if each.change is Change.REMOVED:
        return text("difference.removed", words=Words(each.words))
    if each.change is Change.ADDED:
        return text("difference.added", words=Words(each.words))
    first, last = place == 0, place == len(stretches) - 1
    return Words(_shortened(each.words.strip(), begins=first, ends=last))


def _shortened(words: str, *, begins: bool, ends: bool) -> str:
    """The words next to a change; the others are left out."""
    left = 0 if begins else AROUND
    right = 0 if ends else AROUND
    if len(words) <= left + right + AROUND:
        return words
    head = words[:left].rpartition(" ")[0] if left else ""
    tail = words[-right:].partition(" ")[2] if right else ""
    return f"{head} … {tail}".strip()


def _joined(words: Sequence[Value], stretches: Sequence[Stretch]) -> Value:
    """One value of them all; a blank stands where one stands in the text, and between two words."""
    joined = words[-1]
    for place in range(len(words) - 2, -1, -1):
        first = words[place]
        if place + 1 < len(stretches) and touch(*stretches[place : place + 2]):
            joined = text("difference.joined", first=first, rest=joined)
        else:
            joined = text("difference.apart", first=first, rest=joined)
    return joined


def touch(first: Stretch, second: Stretch) -> bool:
    """Whether the second of two stretches follows the first without a blank: a comma, a letter."""
    if Change.SAME not in (first.change, second.change):
        return False
    return not first.words[-1:].isspace() and not second.words[:1].isspace()

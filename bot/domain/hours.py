"""Hours of the day as people write them: `9`, `09:30`, `19 h`, `7 pm`, `١٩:٠٠ - ٠٨:٠٠`."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

from bot.domain.errors import Unfit

_TIME = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})?)?(?:\s*([ap])\.?m\b\.?|\s*([صم])\b)?")


def read_time(words: str) -> time:
    """The time of the day that is meant; raises Unfit."""
    found = _times(words)
    if len(found) != 1:
        raise Unfit("hours.unclear")
    return found[0]


def read_from_until(words: str) -> tuple[time, time]:
    """The two times of the day that are meant; raises Unfit."""
    found = _times(words)
    if len(found) != 2:
        raise Unfit("hours.unclear_span")
    return found[0], found[1]


def shown(at: time) -> str:
    """A time of the day as everybody reads it."""
    return f"{at:%H:%M}"


def _times(words: str) -> list[time]:
    """Every time that is written; none at all where a number is left over that is no time."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    plain = "".join(str(unicodedata.digit(each, each)) for each in plain)
    found = [_time(each) for each in _TIME.finditer(plain)]
    left_over = any(each.isdigit() for each in _TIME.sub(" ", plain))
    return [] if left_over or None in found else [each for each in found if each is not None]


def _time(found: re.Match[str]) -> time | None:
    hour, minute = int(found[1]), int(found[2] or 0)
    if half := found[3] or found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("p", "م") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None

"""Moments as people write them: `30 November 14:30`, `9h15`, `٣ مايو ٩:٠٠`."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta, tzinfo

from bot.domain.days import read_due_day
from bot.domain.errors import Unfit

_AT = r"(?:(?:\bat|\bà|الساعة|،|,)\s*)?"
_TIME = re.compile(
    rf"{_AT}(?:(?<!\d)(\d{{1,2}})\s?[:h]\s?(\d{{2}})?(?!\d)|(?<!\d)(\d{{1,2}})\.(\d{{2}})\s*$)"
)


def read_moment(words: str, language: str, *, now: datetime, zone: tzinfo) -> datetime:
    """The moment that is meant, in that zone; a time without a day is the next such time.

    A day without a time is its morning at nine. Raises Unfit: `moment.unclear`, `date.unclear`,
    `date.past` or `moment.past`.
    """
    local = now.astimezone(zone)
    said = _with_latin_digits(words)
    found = _TIME.search(said)
    hour = time(9) if found is None else _time(found, example=local)
    rest = said if found is None else (said[: found.start()] + " " + said[found.end() :])
    if found is not None and not any(each.isalnum() for each in rest):
        moment = datetime.combine(local.date(), hour, zone)
        return moment if moment > now else moment + timedelta(days=1)
    day = read_due_day(rest, language, today=local.date())
    moment = datetime.combine(day, hour, zone)
    if moment < now:
        raise Unfit("moment.past", at=moment)
    return moment


def tells_time(words: str) -> bool:
    """Whether a time of the day stands among the words."""
    return _TIME.search(_with_latin_digits(words)) is not None


def _time(found: re.Match[str], *, example: datetime) -> time:
    hour, minute = found[1] or found[3], found[2] or found[4] or "0"
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise Unfit("moment.unclear", at=example) from None


def _with_latin_digits(words: str) -> str:
    plain = unicodedata.normalize("NFKC", words)
    return "".join(str(unicodedata.digit(each, each)) for each in plain).casefold()

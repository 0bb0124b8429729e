"""Days as people write them: `3 May`, `3.5.2026`, `٣ مايو`, `2026-05-03`, `May 2026`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache, partial

from babel import Locale, UnknownLocaleError

from bot.domain.errors import Unfit

_MONTHS_OF = {"en": ("en", "en_GB"), "ar": ("ar", "ar_SY", "ar_DZ", "ar_MA", "ar_MR")}
"""Arabic has several sets of month names: the Gulf's and Egypt's, the Mashriq's, the Maghreb's."""

_YEARS = range(1900, 2200)
_NUMBERS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+\.?")
_MARKS = {"ه", "م", "de", "du", "le", "the", "of", "on", "في", "st", "nd", "rd", "th", "er", "e"}


def read_day(words: str, language: str, *, today: date) -> date:
    """The day that is meant; a day without a year is the last such day.

    A month stands for its last day. Days come before months, as the United Nations write them, and
    years first where they have four digits. Raises Unfit: `date.unclear`, or `date.future`.
    """
    found = _day_meant(words, language, partial(_before, today))
    if found is None:
        raise Unfit("date.unclear", example=today)
    if found > today:
        raise Unfit("date.future", day=found)
    return found


def read_due_day(words: str, language: str, *, today: date) -> date:
    """The day that is meant; a day without a year is the next such day.

    As `read_day`, but ahead. Raises Unfit: `date.unclear`, or `date.past`.
    """
    found = _day_meant(words, language, partial(_after, today))
    if found is None:
        raise Unfit("date.unclear", example=today)
    if found < today:
        raise Unfit("date.past", day=found)
    return found


def read_any_day(words: str, language: str) -> date | None:
    """The day that is meant, before or ahead, with its year; None where that is not clear.

    As `read_day` otherwise.
    """
    return _day_meant(words, language, _never)


def last_of_month(day: date) -> date:
    """The last day of the day's month."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def months_later(day: date, months: int, *, of_month: int | None = None) -> date:
    """The same day (or `of_month`) so many months on, or back; in a shorter month its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return min(
        first + timedelta(days=(of_month or day.day) - 1),
        last_of_month(first),
    )


_Nearest = Callable[[int, int | None], date | None]
"""From a month and a day (None: its end) without a year to the day that is meant."""


def _day_meant(words: str, language: str, nearest: _Nearest) -> date | None:
    numbers, names = _parts(words)
    month = _month(names, language)
    return _of_month(numbers, month, nearest) if month else _of_numbers(numbers, nearest)


def _parts(words: str) -> tuple[list[str], list[str]]:
    plain = unicodedata.normalize("NFKC", words).casefold()
    plain = "".join(str(unicodedata.digit(each, each)) for each in plain)
    return _NUMBERS.findall(plain), _WORDS.findall(plain)


def _month(names: list[str], language: str) -> int | None:
    """The month that is named; 0 where something else is, None where nothing is."""
    said = [name for name in names if name not in _MARKS]
    if not said:
        return None
    found = {**_months("en"), **_months(language)}
    for cut in range(len(said)):  # the United Nations write two Arabic names: أيار/مايو
        meant = {_named(found, part) for part in (said[:cut], said[cut:]) if part}
        if len(meant) == 1 and meant != {-1}:
            return meant.pop()
    return -1


def _named(months: Mapping[str, int], names: list[str]) -> int:
    """The month of that name; -1 where it is none of a month."""
    whole = " ".join(names)
    return months.get(whole, months.get(whole.rstrip("."), -1))


@lru_cache(maxsize=32)
def _months(language: str) -> dict[str, int]:
    """Every name of a month in that language, in small letters, short ones without their dot."""
    names: dict[str, int] = {}
    for code in _MONTHS_OF.get(language, (language,)):
        try:
            locale = Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    names.setdefault(name.casefold(), number)
                    names.setdefault(name.casefold().rstrip("."), number)
    return names


def _of_month(numbers: list[str], month: int, nearest: _Nearest) -> date | None:
    if month < 1:
        return None
    match [int(each) for each in numbers]:
        case []:
            return nearest(month, None)
        case [year] if year > 999:
            return _end(year, month)
        case [day]:
            return nearest(month, day)
        case [day, year]:
            return _day(_year(year, numbers[1]), month, day)
        case _:
            return None


def _of_numbers(numbers: list[str], nearest: _Nearest) -> date | None:
    match [int(each) for each in numbers]:
        case [year, month, day] if len(numbers[0]) == 4:
            return _day(year, month, day)
        case [day, month, year]:
            return _day(_year(year, numbers[2]), month, day)
        case [month, year] if len(numbers[1]) == 4:
            return _end(year, month)
        case [day, month]:
            return nearest(month, day)
        case _:
            return None


def _year(year: int, written: str) -> int:
    return year + 2000 if len(written) <= 2 else year


def _before(today: date, month: int, day: int | None) -> date | None:
    """The last such day up to today; without a day, the end of the last such month."""
    for year in range(today.year, today.year - 5, -1):  # 29 February may be four years back
        found = _end(year, month) if day is None else _day(year, month, day)
        if found is not None and found <= today:
            return found
    return None


def _after(today: date, month: int, day: int | None) -> date | None:
    """The next such day from today on; without a day, the end of the next such month."""
    for year in range(today.year, today.year + 9):  # 29 February may be eight years ahead
        found = _end(year, month) if day is None else _day(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _never(_month: int, _day: int | None) -> date | None:
    """Without a year, no day is meant."""
    return None


def _end(year: int, month: int) -> date | None:
    first = _day(year, month, 1)
    return None if first is None else last_of_month(first)


def _day(year: int, month: int, day: int) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

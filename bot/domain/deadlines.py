"""The reporting calendar: what the State owes the mechanisms, and by when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from bot.domain.days import last_of_month
from bot.domain.work_calendar import WorkCalendar


class DeadlineKind(StrEnum):
    """What is due; stable codes."""

    PERIODIC_REPORT = "periodic_report"
    LIST_OF_ISSUES = "list_of_issues"
    DIALOGUE = "dialogue"
    FOLLOW_UP = "follow_up"
    UPR_ADDENDUM = "upr_addendum"
    MID_TERM = "mid_term"
    COMMUNICATION = "communication"
    VISIT = "visit"
    VIEW = "view"
    DEBRIEF = "debrief"
    VOLUNTARY_REVIEW = "voluntary_review"

    @property
    def has_end(self) -> bool:
        """Whether it may take several days."""
        return self in (DeadlineKind.VISIT, DeadlineKind.DIALOGUE)

    @property
    def restricted(self) -> bool:
        """Whether a person stands behind it, so that nothing sent unasked shows its title."""
        return self in (DeadlineKind.COMMUNICATION, DeadlineKind.VIEW)


class DeadlineState(StrEnum):
    """Where a deadline stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


PERIODIC = frozenset(
    {DeadlineKind.PERIODIC_REPORT, DeadlineKind.MID_TERM, DeadlineKind.VOLUNTARY_REVIEW}
)
"""Reports that come again and again, whatever document they follow."""

TEXT_KEYS = (
    *(f"deadline.kind.{each}" for each in DeadlineKind),
    *(f"deadline.state.{each}" for each in DeadlineState),
)

LONGEST_TITLE = 300
LONGEST_WARNING = 730  # days ahead
MOST_WARNINGS = 6

_LONG, _MIDDLE, _SHORT = (180, 90, 30), (60, 30, 7), (30, 14, 3)
USUAL_WARNINGS: Mapping[DeadlineKind, tuple[int, ...]] = {
    DeadlineKind.PERIODIC_REPORT: _LONG,
    DeadlineKind.LIST_OF_ISSUES: _MIDDLE,
    DeadlineKind.FOLLOW_UP: (120, 60, 14),
    DeadlineKind.UPR_ADDENDUM: _MIDDLE,
    DeadlineKind.MID_TERM: _LONG,
    DeadlineKind.COMMUNICATION: _SHORT,
    DeadlineKind.VIEW: (90, 30, 7),
    DeadlineKind.VISIT: (90, 30, 7),
    DeadlineKind.DIALOGUE: (90, 30, 7),
    DeadlineKind.DEBRIEF: (14, 3),
    DeadlineKind.VOLUNTARY_REVIEW: _LONG,
}
"""Days of warning ahead where nobody has said others."""


# -- So long after a document ----------------------------------------------------------------------

_UNITS = {
    "d": ("d", "day", "days", "j", "jour", "jours", "يوم", "يوما", "يومان", "يومين", "ايام"),
    "m": ("m", "month", "months", "mois", "شهر", "شهرا", "شهران", "شهرين", "اشهر", "شهور"),
    "y": (
        "y",
        "year",
        "years",
        "an",
        "ans",
        "annee",
        "annees",
        "سنة",
        "سنوات",
        "عام",
        "عاما",
        "اعوام",
    ),
}
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names}
_OFFSET = re.compile(r"\+?\s*(\d{1,4})\s*([^\W\d_]+)\b.*", re.DOTALL)
_LONGEST_OFFSET = 3660  # days


@dataclass(frozen=True)
class Offset:
    """So many days or months after the publication of a document."""

    days: int = 0
    months: int = 0

    @property
    def code(self) -> str:
        """`90d` or `12m`."""
        return f"{self.months}m" if self.months else f"{self.days}d"

    @classmethod
    def read(cls, words: str) -> Self | None:
        """`90 days`, `12 mois`, `+6m`, `٩٠ يوما`; None for anything else."""
        found = _OFFSET.fullmatch(_plain(words))
        unit = None if found is None else _UNIT_OF.get(found[2])
        if found is None or unit is None:
            return None
        count = int(found[1])
        offset = cls(days=count) if unit == "d" else cls(months=count * (12 if unit == "y" else 1))
        length = offset.days or offset.months * 31
        return offset if 0 < length <= _LONGEST_OFFSET else None

    def after(self, day: date) -> date:
        """The day so long after; the last of its month where that is shorter."""
        if not self.months:
            return day + timedelta(days=self.days)
        month = day.month - 1 + self.months
        first = date(day.year + month // 12, month % 12 + 1, 1)
        return min(first.replace(day=1) + timedelta(days=day.day - 1), last_of_month(first))


SUGGESTED: Mapping[DeadlineKind, tuple[Offset, ...]] = {
    DeadlineKind.FOLLOW_UP: (Offset(months=12), Offset(months=24)),
    DeadlineKind.UPR_ADDENDUM: (Offset(days=60), Offset(days=90)),
    DeadlineKind.MID_TERM: (Offset(months=24), Offset(months=30)),
    DeadlineKind.COMMUNICATION: (Offset(days=60),),
    DeadlineKind.VIEW: (Offset(days=180),),
    DeadlineKind.PERIODIC_REPORT: (Offset(months=48), Offset(months=60)),
}
"""What is offered for a document of such a kind; what holds is what its own text says."""


def _plain(words: str) -> str:
    """Small letters without accents and vowel signs, digits 0 to 9."""
    spread = unicodedata.normalize("NFKD", words).casefold().strip()
    kept = (each for each in spread if not unicodedata.combining(each))
    return "".join(str(unicodedata.digit(each, each)) for each in kept)


# -- A deadline ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deadline:
    """One entry of the reporting calendar; `symbol` is its document's.

    `rule` is how the day was found, None where it was said. `warned` are the warnings that were
    given, or lay back when the day was entered.
    """

    id: int
    uid: str
    kind: DeadlineKind
    title: str
    day: date
    until: date | None
    document_id: int | None
    symbol: str | None
    rule: Offset | None
    warnings: tuple[int, ...]
    warned: tuple[int, ...]
    state: DeadlineState
    request_id: int | None

    @property
    def last_day(self) -> date:
        """The day on which it is over."""
        return self.until or self.day


@dataclass(frozen=True)
class Wanted:
    """A deadline as somebody has put it down, checked; with a rule, the day follows from it."""

    kind: DeadlineKind
    title: str
    day: date
    until: date | None = None
    document_id: int | None = None
    rule: Offset | None = None
    warnings: tuple[int, ...] | None = None  # None: the kind's usual ones


def read_warnings(words: str) -> tuple[int, ...] | None:
    """Days ahead, the longest first: `90, 30, 7`; none at all for `0`; None where unclear."""
    parts = re.split(r"[\s,;،|/]+", _plain(words).strip(" ,;،|/"))
    if not all(part.isdecimal() and len(part) < 5 for part in parts):
        return None
    days = sorted({int(part) for part in parts} - {0}, reverse=True)
    if len(days) > MOST_WARNINGS or any(day > LONGEST_WARNING for day in days):
        return None
    return tuple(days)


def behind(warnings: Sequence[int], day: date, today: date) -> tuple[int, ...]:
    """The warnings whose day has come already when a deadline is entered: nobody needs them."""
    return tuple(each for each in warnings if day - timedelta(days=each) <= today)


def next_warning(day: date, warnings: Sequence[int], warned: Sequence[int]) -> date | None:
    """The day of the next warning, whether it is a working day or not; None where none is left."""
    left = [each for each in warnings if each not in warned]
    return day - timedelta(days=max(left)) if left else None


def due_warnings(deadline: Deadline, today: date, calendar: WorkCalendar) -> tuple[int, ...]:
    """The warnings to give today: their working day has come, and they were not given.

    A warning that would fall on a free day comes on the last working day before it.
    """
    if deadline.state is not DeadlineState.OPEN:
        return ()
    return tuple(
        each
        for each in deadline.warnings
        if each not in deadline.warned
        and calendar.working_day_before(deadline.day - timedelta(days=each)) <= today
    )


WEEKS_BEFORE = (8, 4, 2, 1)
"""So long before a deadline institutions may be asked to answer: the secretariat writes then."""

TIME_TO_ANSWER = timedelta(days=7)


def days_to_answer(day: date, today: date, calendar: WorkCalendar) -> list[date]:
    """Working days some weeks ahead of a deadline, that leave institutions a week at least."""
    days = dict.fromkeys(
        calendar.working_day_before(day - timedelta(weeks=each)) for each in WEEKS_BEFORE
    )
    return [each for each in days if each >= today + TIME_TO_ANSWER]


def tidy(words: str) -> str:
    """A title on one line, without controls and direction marks, at most 300 characters."""
    shown = unicodedata.normalize("NFC", words)
    kept = "".join(each if _is_kept(each) else " " for each in shown)
    return " ".join(kept.split())[:LONGEST_TITLE].strip()


def _is_kept(character: str) -> bool:
    """Joiners belong to the spelling of Persian and Indic words."""
    return character in "\u200c\u200d" or not unicodedata.category(character).startswith("C")


# -- What a file says ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a file says of a deadline; None where it says nothing. `row` is counted from 1.

    `until` on the day itself says that it takes one day.
    """

    row: int
    uid: str | None = None
    kind: DeadlineKind | None = None
    title: str | None = None
    day: date | None = None
    until: date | None = None
    symbol: str | None = None
    rule: Offset | None = None
    warnings: tuple[int, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` gives back an equal one."""
        return {
            "row": self.row,
            "uid": self.uid,
            "kind": self.kind and self.kind.value,
            "title": self.title,
            "day": self.day and self.day.isoformat(),
            "until": self.until and self.until.isoformat(),
            "symbol": self.symbol,
            "rule": self.rule and self.rule.code,
            "warnings": None if self.warnings is None else list(self.warnings),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` packed."""
        return cls(
            row=kept["row"],
            uid=kept["uid"],
            kind=DeadlineKind(kept["kind"]) if kept["kind"] else None,
            title=kept["title"],
            day=date.fromisoformat(kept["day"]) if kept["day"] else None,
            until=date.fromisoformat(kept["until"]) if kept["until"] else None,
            symbol=kept["symbol"],
            rule=Offset.read(kept["rule"]) if kept["rule"] else None,
            warnings=None if kept["warnings"] is None else tuple(kept["warnings"]),
        )

"""Follow-up plans: activities for an item or a cluster, their indicators, and values over time.

An entry of a plan is proposed until the secretariat adopts it. Structural, process and outcome
indicators are those of OHCHR's framework (HRI/MC/2008/3 ¶16–24).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from hashlib import sha256

from babel.numbers import list_currencies

from bot.domain.disaggregation import Dimension, dimensions_of
from bot.domain.errors import NotFound, Refused, Unfit
from bot.domain.figures import LONGEST_NAME, LONGEST_UNIT, Figure, read_decimal, read_figures
from bot.domain.fitting import on_one_line, within
from bot.domain.merging import Fields, comparable
from bot.domain.search import fold

LONGEST_WHAT = 1000
LONGEST_FUNDS = 300
SOON = timedelta(days=30)
"""What ends within this time counts as due."""

MOST_AMOUNT = Decimal(10) ** 15
"""An amount stays below this; with three places, eighteen digits."""

YEARS = range(1900, 2200)
DAYS = (date(2000, 1, 1), date(2100, 1, 1))
"""Activities begin and end from the first of these days on, and before the second."""


class ActivityState(StrEnum):
    """Where an activity stands; stable codes."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"


OPEN = (ActivityState.PLANNED, ActivityState.UNDER_WAY)


class IndicatorKind(StrEnum):
    """What an indicator measures, in the words of HRI/MC/2008/3."""

    STRUCTURAL = "structural"  # commitments: laws, policies, institutions
    PROCESS = "process"  # efforts: what is done, what is spent
    OUTCOME = "outcome"  # results: how far rights are enjoyed


class Source(StrEnum):
    """Where a value came from; stable codes."""

    CHAT = "chat"
    WORKBOOK = "workbook"
    ANSWER = "answer"  # to a request for data
    REPORT = "report"  # an approved status update


class Noted(StrEnum):
    """What a dated note of an activity says; stable codes."""

    PROPOSED = "proposed"
    ADDED = "added"  # by the secretariat, adopted with that
    ADOPTED = "adopted"
    CHANGED = "changed"
    STATE = "state"


ACTIVITY_FIELDS = (
    *("what", "institution_id", "others", "from_on", "until_on"),
    *("amount", "currency", "funds"),
)
ACTIVITY = Fields(ACTIVITY_FIELDS, "what", {"currency": "amount"})
"""Changing an activity."""

PROGRESS_FIELDS = ("what", "from_on", "until_on")
"""What an institution may change of an adopted activity of its own, beside state and values."""

TEXT_KEYS = (
    *(f"activity.state.{each}" for each in ActivityState),
    *(f"activity.noted.{each}" for each in (Noted.PROPOSED, Noted.ADDED, Noted.ADOPTED)),
    *(f"indicator.kind.{each}" for each in IndicatorKind),
    *(f"indicator.source.{each}" for each in Source),
)


class EndsBefore(Refused):
    """An activity does not end before it begins."""

    key = "error.activity_ends_before"


class NotForYou(Refused):
    """Of an adopted activity an institution changes only what it does, when, state and values."""

    key = "error.activity_adopted"
    final = True


class NoYear(Refused):
    """A value of an indicator says its year."""

    key = "error.value_year"


# -- What an activity is for -----------------------------------------------------------------------


@dataclass(frozen=True)
class About:
    """What an activity is for: a cluster, or one item or several; `code` stands behind buttons."""

    cluster_id: int | None = None
    item_ids: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """`c3`, or `i5`: the first item."""
        return f"c{self.cluster_id}" if self.cluster_id is not None else f"i{self.item_ids[0]}"

    @classmethod
    def read(cls, code: str) -> About:
        """What a code names; raises NotFound for one that never was."""
        found = re.fullmatch(r"([ci])([0-9]{1,18})", code)
        if found is None:
            raise NotFound
        number = int(found[2])
        return cls(cluster_id=number) if found[1] == "c" else cls(item_ids=(number,))


@dataclass(frozen=True)
class Wanted:
    """An activity as somebody has put it together; without an amount there is no currency."""

    what: str
    language: str
    institution_id: int
    others: tuple[int, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    funds: str | None = None


@dataclass(frozen=True)
class Activity(Wanted):
    """An activity as it is kept; `changed_at` since when the secretariat should look at it."""

    id: int = 0
    cluster_id: int | None = None
    item_ids: tuple[int, ...] = ()
    state: ActivityState = ActivityState.PLANNED
    adopted_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def about(self) -> About:
        """What it is for."""
        return About(self.cluster_id, self.item_ids)

    @property
    def is_open(self) -> bool:
        """Whether something is yet to be done."""
        return self.state in OPEN

    @property
    def wanted(self) -> Wanted:
        """Everything that can be put down anew."""
        return Wanted(**{each.name: getattr(self, each.name) for each in fields(Wanted)})

    def late(self, today: date) -> bool:
        """Whether it should be done by now."""
        return self.is_open and self.until_on is not None and self.until_on < today


def changed_fields(before: Wanted, after: Wanted) -> tuple[str, ...]:
    """Which of `ACTIVITY_FIELDS` differ; the others who take part in whatever order."""
    return tuple(
        name
        for name in ACTIVITY_FIELDS
        if comparable(getattr(before, name)) != comparable(getattr(after, name))
    )


def seal(activity: Activity, indicators: Iterable[Indicator]) -> str:
    """A few letters that stand for all that is shown of an activity: others once it changes."""
    shown = [
        *(comparable(getattr(activity, name)) for name in ACTIVITY_FIELDS),
        activity.state,
        *(each.wanted for each in sorted(indicators, key=lambda each: each.id)),
    ]
    plain = "\0".join(
        str(sorted(each)) if isinstance(each, frozenset) else str(each) for each in shown
    )
    return sha256(plain.encode()).hexdigest()[:10]


def require_whole(wanted: Wanted) -> None:
    """Raise where something cannot be so: EndsBefore, or Unfit for words and amounts."""
    what_fits(wanted.what)
    for day in (wanted.from_on, wanted.until_on):
        if day is not None and not DAYS[0] <= day < DAYS[1]:
            raise Unfit("activity.day_how")
    if wanted.from_on and wanted.until_on and wanted.until_on < wanted.from_on:
        raise EndsBefore
    if (wanted.amount is None) != (wanted.currency is None):
        raise Unfit("activity.amount_how")
    if wanted.amount is not None and not fits(wanted.amount):
        raise Unfit("activity.amount_how")


def what_fits(words: str) -> str:
    """What is done, without blanks around it; raises Unfit."""
    return within(words, LONGEST_WHAT)


def funds_fit(words: str) -> str:
    """Where the money comes from; raises Unfit."""
    return on_one_line(words, LONGEST_FUNDS)


def name_fits(words: str) -> str:
    """How an indicator is called, on one line; raises Unfit."""
    return on_one_line(words, LONGEST_NAME)


def unit_fits(words: str) -> str:
    """In what an indicator is counted; raises Unfit."""
    return on_one_line(words, LONGEST_UNIT)


# -- Money -----------------------------------------------------------------------------------------


def read_money(words: str, language: str) -> tuple[Decimal, str]:
    """An amount and its currency, to the last digit: `250 000 EUR`; raises Unfit.

    The currency is a code of ISO 4217, before or behind the number.
    """
    plain = "".join(
        str(unicodedata.decimal(each, each)) for each in unicodedata.normalize("NFC", words)
    )
    codes = [each for each in re.findall(r"[A-Za-z]+", plain) if is_currency(each.upper())]
    numbers = re.sub(r"[A-Za-z]+", " ", plain).strip()
    amount = read_decimal(numbers, language) if re.search(r"\d", numbers) else None
    if amount is None or len(codes) != 1 or len(re.findall(r"[A-Za-z]+", plain)) != 1:
        raise Unfit("activity.amount_how")
    if not fits(amount):
        raise Unfit("activity.amount_how")
    return amount, codes[0].upper()


def fits(amount: Decimal) -> bool:
    """Whether it can be an amount: not below nothing, three places, and not beyond counting."""
    exponent = amount.as_tuple().exponent
    return (
        amount.is_finite()
        and 0 <= amount < MOST_AMOUNT
        and isinstance(exponent, int)
        and exponent >= -3
    )


def is_currency(code: str) -> bool:
    """Whether ISO 4217 knows that code."""
    return code in _currencies()


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def exact(amount: Decimal) -> str:
    """The amount in plain digits, without zeros that say nothing: `250000`, `12.5`."""
    plain = f"{amount:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def money_written(amount: Decimal, currency: str) -> str:
    """Amount and currency as they read in every language: `250 000.50 EUR`."""
    whole, _, part = exact(amount).partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u202f")
    places = f".{part.ljust(2, '0')}" if part else ""
    return f"{grouped}{places}\u00a0{currency}"


# -- Indicators ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WantedIndicator:
    """An indicator as somebody has put it together; `sdg` is a code such as `16.3.1`."""

    name: str
    language: str
    kind: IndicatorKind
    unit: str | None = None
    baseline: float | None = None
    baseline_year: int | None = None
    target: float | None = None
    target_year: int | None = None
    sdg: str | None = None
    dimensions: tuple[Dimension, ...] = ()


INDICATOR_FIELDS = tuple(each.name for each in fields(WantedIndicator) if each.name != "language")
INDICATOR = Fields(INDICATOR_FIELDS, "name", {"baseline_year": "baseline", "target_year": "target"})
"""Changing an indicator."""


@dataclass(frozen=True)
class Indicator(WantedIndicator):
    """An indicator as it is kept."""

    id: int = 0
    activity_id: int = 0

    @property
    def wanted(self) -> WantedIndicator:
        """Everything that can be put down anew."""
        return WantedIndicator(
            **{each.name: getattr(self, each.name) for each in fields(WantedIndicator)}
        )


@dataclass(frozen=True)
class IndicatorValue:
    """A value of a year with the groups that it is made of, and where it came from.

    Of several values of one year the newest counts. `number` is the status update's, if it was one.
    """

    value: float
    year: int
    groups: Mapping[str, float] = field(default_factory=dict)
    source: Source = Source.CHAT
    at: datetime | None = None
    id: int = 0
    indicator_id: int = 0
    number: str | None = None

    @property
    def disaggregation(self) -> list[dict[str, object]]:
        """The groups as they are kept beside figures."""
        return Figure("", self.value, groups=self.groups).disaggregation


def current(values: Iterable[IndicatorValue]) -> tuple[IndicatorValue, ...]:
    """The value that counts of each year, the latest year first; `values` the oldest first."""
    newest = {each.year: each for each in values}
    return tuple(newest[year] for year in sorted(newest, reverse=True))


def missing(indicator: WantedIndicator, groups: Iterable[str]) -> tuple[Dimension, ...]:
    """By what the indicator should be told apart, and these groups do not."""
    given = {each for name in groups for each in dimensions_of(name)}
    return tuple(each for each in indicator.dimensions if each not in given)


def changed_indicator(before: WantedIndicator, after: WantedIndicator) -> tuple[str, ...]:
    """Which of `INDICATOR_FIELDS` differ."""
    return tuple(
        name
        for name in INDICATOR_FIELDS
        if comparable(getattr(before, name)) != comparable(getattr(after, name))
    )


def read_reading(words: str, language: str) -> tuple[float, int]:
    """A number and its year, as a baseline or a target has them: `12 % (2024)`; raises Unfit."""
    figure = _one(words, language)
    if figure is None or figure.year is None or figure.groups:
        raise Unfit("indicator.reading_how")
    return figure.value, figure.year


def read_value(words: str, language: str) -> IndicatorValue:
    """A value with its year and groups: `12 (2025; women 4, men 8)`; raises Unfit."""
    figure = _one(words, language)
    if figure is None or figure.year is None:
        raise Unfit("indicator.value_how")
    return IndicatorValue(figure.value, figure.year, figure.groups)


def _one(words: str, language: str) -> Figure | None:
    """The one figure in the words, be it called by a name or by none."""
    for said in (f"n: {words.strip()}", words):
        try:
            found = read_figures(said, language)
        except Unfit:
            continue
        if len(found) == 1:
            return found[0]
    return None


def read_named(words: str, name: str, language: str) -> tuple[Figure, ...]:
    """The figures of the words, where a number without a name is of what is called `name`.

    Raises Unfit as `read_figures`.
    """
    return read_figures(
        "\n".join(_named(line, name, language) for line in words.splitlines()), language
    )


def _named(line: str, name: str, language: str) -> str:
    try:
        read_figures(line, language)
    except Unfit:
        return f"{name}: {line.strip()}" if line.strip()[:1].isdecimal() else line
    return line


def values_of(name: str, figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Those of the figures that are the indicator's: called as it is, or the only one given."""
    called = tuple(each for each in figures if _same(each.indicator, name))
    return called or (tuple(figures) if len(figures) == 1 else ())


def called_alike(name: str, figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Those of the figures that are called as the indicator is, and say their year."""
    return tuple(each for each in figures if each.year is not None and _same(each.indicator, name))


def _same(one: str, other: str) -> bool:
    return fold(one).split() == fold(other).split()


# -- What is looked for ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sought:
    """Which activities: of an item with its cluster, of a cluster, of institutions, to look at.

    `shown_to` are the institutions of a reader who sees their own and what is adopted; None: all.
    """

    item_id: int | None = None
    cluster_id: int | None = None
    held_by: Collection[int] | None = None
    shown_to: Collection[int] | None = None
    to_look_at: bool = False
    still_open: bool = False
    due_by: date | None = None


@dataclass(frozen=True)
class Note:
    """What happened to an activity: who (an institution's names; none: the secretariat), when."""

    what: Noted
    at: datetime
    names: Mapping[str, str] | None
    state: ActivityState | None
    fields: tuple[str, ...]
    words: str | None
    language: str | None

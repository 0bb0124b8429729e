"""The holidays and the weekend of a country, as the `holidays` library knows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.domain.work_calendar import SATURDAY_SUNDAY, no_holiday


@dataclass(frozen=True)
class National:
    """A country's days: each year is worked out when it is first asked for, and kept."""

    is_holiday: Callable[[date], bool] = no_holiday
    weekend: frozenset[int] = SATURDAY_SUNDAY  # Monday is 0


def national(code: str | None) -> National:
    """The days of a country (`SN`) or a part of it (`DE-BE`).

    Where there is no code, or the library does not know it: no holidays, Saturday and Sunday.
    """
    if code is None:
        return National()
    import holidays  # noqa: PLC0415 - takes 0.1 s, which only a running bot needs to spend

    country, _, part = code.partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return National()
    return National(days.__contains__, frozenset(days.weekend))

"""When one is reminded: where one is, one's weekend, quiet hours, leave, and the weekly digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import zones
from bot.domain.hours import shown
from bot.domain.screens import (
    Button,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    screen,
    text,
)
from bot.domain.views.common import HOME, LIST_LENGTH, pages
from bot.domain.work_calendar import Hours, Leave

TEXT_KEYS = tuple(f"weekday.{day}" for day in range(7))


@dataclass(frozen=True)
class Mine:
    """What holds for a person; which of it is the country's stands in `of_the_country`."""

    zone: str
    weekend: frozenset[int]
    hours: Hours
    of_the_country: frozenset[str]  # zone, weekend, hours
    leave: Sequence[Leave]
    digest_on: int | None
    digest_off: bool
    reminded: bool  # who only reads is not


def habits(mine: Mine, language: str, *, now: datetime) -> Screen:
    """All of it, with the ways to change each."""
    city = Words(zones.city(mine.zone, language))
    zone = _line(mine, "zone", text("habits.zone", city=city, at=now))
    if not mine.reminded:
        way = (button("change_zone", "set_zone"),)
        return screen("habits.title", None, zone, rows=[way, (button("back", "me"), HOME)])
    away = [text("habits.away", first=each.from_on, last=each.until_on) for each in mine.leave]
    return screen(
        "habits.title",
        None,
        zone,
        _line(mine, "weekend", text("habits.weekend", days=weekdays(mine.weekend))),
        _line(mine, "hours", _hours(mine.hours)),
        _digest(mine),
        *away,
        rows=[
            (button("change_zone", "set_zone"), button("change_weekend", "set_weekend")),
            (button("change_quiet", "set_quiet"), button("change_hour", "set_hour")),
            (
                button("change_digest", "set_digest"),
                button("i_am_back", "back_again") if away else button("i_am_away", "away"),
            ),
            (button("back", "me"), HOME),
        ],
    )


def _line(mine: Mine, what: str, said: Text) -> Text:
    return text("habits.of_the_country", what=said) if what in mine.of_the_country else said


def _hours(hours: Hours) -> Text:
    at = shown(hours.morning)
    if hours.quiet_from == hours.quiet_until:
        return text("habits.never_quiet", at=at)
    quiet = (shown(hours.quiet_from), shown(hours.quiet_until))
    return text("habits.hours", quiet_from=quiet[0], quiet_until=quiet[1], at=at)


def _digest(mine: Mine) -> Text:
    if mine.digest_off:
        return text("habits.digest_off")
    if mine.digest_on is None:
        return text("habits.digest_usual")
    return text("habits.digest", day=text(f"weekday.{mine.digest_on}"))


def weekdays(days: frozenset[int]) -> Value:
    """The days of a weekend, in their order: Saturday and Sunday, Friday and Saturday."""
    ordered = sorted(days)
    if {0, 6} <= days:  # a weekend that goes over Sunday
        ordered = sorted(days, key=lambda day: (day + 3) % 7)
    return Listing(tuple(text(f"weekday.{day}") for day in ordered))


# -- The secretariat's own free days ---------------------------------------------------------------


def free_days(found: Sequence[tuple[date, str | None]], page: int) -> Screen:
    """The secretariat's free days ahead; a button each takes one away."""
    heading = text("free_days.listed", count=len(found)) if found else text("free_days.none")
    here = found[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    lines = [text("free_days.line", day=day, name=Words(name or "")) for day, name in here]
    rows: list[Row] = [(_removes(day),) for day, _ in here]
    rows += pages("free_days", page, more=(page + 1) * LIST_LENGTH < len(found))
    return screen(heading, *lines, rows=[(button("free_day_add", "free_day_add"),), *rows, (HOME,)])


def _removes(day: date) -> Button:
    return button("free_day_remove", f"free_day_remove:{day}", day=day)

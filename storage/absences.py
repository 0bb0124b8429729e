"""When people may be reminded: their own days and hours, their leave, and days that are free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, insert, select, update

from bot.domain.work_calendar import Hours, Leave
from storage.database import Transaction
from storage.tables import free_days, leave, people
from storage.upsert import insert_missing


@dataclass(frozen=True)
class Habits:
    """What a person has set for themselves; None is the country's."""

    zone: ZoneInfo | None = None
    weekend: frozenset[int] | None = None
    hours: Hours | None = None


async def habits(tx: Transaction, person_ids: Iterable[int]) -> dict[int, Habits]:
    """What these people have set, by person."""
    rows = await tx.rows(
        select(
            people.c.id,
            people.c.timezone,
            people.c.weekend,
            people.c.hours,
        ).where(people.c.id.in_(list(person_ids)))
    )
    return {
        row["id"]: Habits(
            None if row["timezone"] is None else ZoneInfo(row["timezone"]),
            None if row["weekend"] is None else frozenset(row["weekend"]),
            None if row["hours"] is None else Hours(*map(time.fromisoformat, row["hours"])),
        )
        for row in rows
    }


def pack(hours: Hours) -> list[str]:
    """The hours as they are kept."""
    return [f"{at:%H:%M}" for at in (hours.quiet_from, hours.quiet_until, hours.remind_at)]


async def add_leave(
    tx: Transaction,
    person_id: int,
    *,
    from_on: date,
    until_on: date,
    deputy_id: int | None,
    now: datetime,
) -> int:
    """The person is away on these days, both ends included; gives the id."""
    result = await tx.execute(
        insert(leave).values(
            person_id=person_id,
            from_on=from_on,
            until_on=until_on,
            deputy_id=deputy_id,
            added_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def end_leave(tx: Transaction, person_id: int, *, on: date) -> bool:
    """The person is back on that day: leave ends the day before; False if there was none."""
    theirs = and_(leave.c.person_id == person_id, leave.c.until_on >= on)
    begun = await tx.execute(
        update(leave).where(theirs, leave.c.from_on < on).values(until_on=on - timedelta(days=1))
    )
    ahead = await tx.execute(delete(leave).where(theirs))
    return begun.rowcount + ahead.rowcount > 0


async def leave_of(
    tx: Transaction, person_ids: Iterable[int], *, after: date
) -> dict[int, tuple[Leave, ...]]:
    """The leave of these people that ends on that day or later, by person."""
    rows = await tx.rows(
        select(leave.c.person_id, leave.c.from_on, leave.c.until_on, leave.c.deputy_id)
        .where(leave.c.person_id.in_(list(person_ids)), leave.c.until_on >= after)
        .order_by(leave.c.from_on, leave.c.id)
    )
    found: dict[int, tuple[Leave, ...]] = {}
    for row in rows:
        away = Leave(row["from_on"], row["until_on"], row["deputy_id"])
        found[row["person_id"]] = (*found.get(row["person_id"], ()), away)
    return found


async def free(tx: Transaction) -> frozenset[date]:
    """The secretariat's own free days."""
    return frozenset(await tx.values(select(free_days.c.day)))


async def add_free_day(tx: Transaction, day: date, name: str | None) -> bool:
    """Nobody is reminded on that day; False if it was free already."""
    return await insert_missing(tx, free_days, {"day": day, "name": name})


async def remove_free_day(tx: Transaction, day: date) -> bool:
    """The day is like any other; False if it was."""
    gone: Any = await tx.execute(delete(free_days).where(free_days.c.day == day))
    return bool(gone.rowcount)


async def list_free_days(tx: Transaction, *, after: date) -> list[tuple[date, str | None]]:
    """The secretariat's own free days from that day on, with their names."""
    rows = await tx.rows(
        select(free_days.c.day, free_days.c.name)
        .where(free_days.c.day >= after)
        .order_by(free_days.c.day)
    )
    return [(row["day"], row["name"]) for row in rows]

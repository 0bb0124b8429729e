"""Seats: who holds which role in which institution, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.domain.people import FEWEST, Gender, Level, Role, Seat
from storage.database import Transaction
from storage.tables import digests, seats
from storage.upsert import insert_or_update

_COLUMNS = [seats.c[name] for name in Seat.__dataclass_fields__]


def is_live(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that a seat gives access at that moment."""
    return and_(has_not_ended(now), seats.c.suspended_at.is_(None))


def has_not_ended(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that a seat has begun and not ended, be it suspended or not."""
    return and_(seats.c.from_at <= now, _is_not_over(now))


def will_be_live(now: datetime) -> ColumnElement[bool]:
    """The condition that a seat gives access then or later: a clock may have been put back."""
    return and_(_is_not_over(now), seats.c.suspended_at.is_(None))


def _is_not_over(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(seats.c.until_at.is_(None), seats.c.until_at > now)


_LIVE_OF = (
    select(*_COLUMNS)
    .where(seats.c.person_id == bindparam("of_person"), is_live(bindparam("at")))
    .order_by(seats.c.from_at, seats.c.id)
)


async def live_of(tx: Transaction, person_id: int, *, now: datetime) -> tuple[Seat, ...]:
    """A person's live seats, the oldest first."""
    rows = await tx.rows(_LIVE_OF, {"of_person": person_id, "at": now})
    return tuple(Seat(**{**row, "role": Role(row["role"])}) for row in rows)


async def of(tx: Transaction, person_id: int) -> list[Seat]:
    """Every seat that a person has or had, the oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(seats.c.person_id == person_id)
        .order_by(seats.c.from_at, seats.c.id)
    )
    return [Seat(**{**row, "role": Role(row["role"])}) for row in await tx.rows(statement)]


async def get(tx: Transaction, seat_id: int) -> Seat | None:
    """The seat of that id, live or not."""
    row = await tx.row(select(*_COLUMNS).where(seats.c.id == seat_id))
    return None if row is None else Seat(**{**row, "role": Role(row["role"])})


async def add(
    tx: Transaction,
    person_id: int,
    role: Role,
    institution_id: int | None,
    *,
    designated_by: str | None = None,
    designated_on: date | None = None,
    letter: str | None = None,
    confirmed_by: int | None = None,
    unit_id: int | None = None,
    now: datetime,
) -> Seat:
    """A new seat, from now on; the person's digest is to be planned."""
    result = await tx.execute(
        insert(seats).values(
            person_id=person_id,
            role=role.value,
            institution_id=institution_id,
            from_at=now,
            designated_by=designated_by,
            designated_on=designated_on,
            letter=letter,
            confirmed_by=confirmed_by,
            unit_id=unit_id,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    await insert_or_update(tx, digests, {"person_id": person_id, "next_at": now}, key=["person_id"])
    return Seat(int(key[0]), person_id, role, institution_id, now, unit_id=unit_id)


async def end(tx: Transaction, seat_id: int, *, now: datetime) -> bool:
    """End the seat this second; False if it had ended meanwhile.

    What its person said of themselves for statistics goes with it.
    """
    statement = update(seats).where(seats.c.id == seat_id, has_not_ended(now))
    ended = await tx.execute(statement.values(until_at=now, gender=None, level=None))
    return ended.rowcount == 1


async def suspend(tx: Transaction, seat_id: int, *, at: datetime | None) -> None:
    """Suspend the seat from that moment, or give it back (None)."""
    await tx.execute(update(seats).where(seats.c.id == seat_id).values(suspended_at=at))


# -- Statistics ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What somebody has said of themselves for statistics."""

    gender: Gender | None
    level: Level | None


async def say(tx: Transaction, person_id: int, *, now: datetime, **values: str | None) -> None:
    """Keep what a person says of themselves (`gender`, `level`) with their seats; None: nothing."""
    theirs = (seats.c.person_id == person_id, is_live(now))
    await tx.execute(update(seats).where(*theirs).values(**values))


async def said(tx: Transaction, person_id: int, *, now: datetime) -> Said:
    """What a person has said of themselves."""
    row = await tx.row(
        select(
            func.max(seats.c.gender).label("gender"), func.max(seats.c.level).label("level")
        ).where(seats.c.person_id == person_id, is_live(now))
    )
    assert row is not None
    return Said(
        Gender(row["gender"]) if row["gender"] else None,
        Level(row["level"]) if row["level"] else None,
    )


async def counted(tx: Transaction, *, now: datetime) -> tuple[dict[Gender, int], dict[Level, int]]:
    """How many people with a live seat have said what; nobody is named, and few are not counted."""
    found = []
    for column in (seats.c.gender, seats.c.level):
        rows = await tx.rows(
            select(column.label("said"), func.count(seats.c.person_id.distinct()).label("n"))
            .where(is_live(now), column.is_not(None))
            .group_by(column)
        )
        counts = {row["said"]: int(row["n"]) for row in rows}
        found.append(counts if sum(counts.values()) >= FEWEST else {})
    genders, levels = found
    return (
        {each: genders[each] for each in Gender if each in genders},
        {each: levels[each] for each in Level if each in levels},
    )

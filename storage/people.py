"""People: who has, had or is invited to a seat; how they like to be spoken to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, update

from bot.domain.people import Person, Role, Seat
from storage import seats as seat_queries
from storage.database import Transaction
from storage.tables import (
    accounts,
    conversations,
    institutions,
    invitations,
    jobs,
    people,
    seats,
    units,
)


@dataclass(frozen=True)
class Seated:
    """A person in a seat, as the secretariat lists them."""

    seat: Seat
    person: Person
    institution_names: dict[str, str] | None
    started: bool  # whether they have ever opened the chat
    unreachable_reason: str | None
    unit: str | None = None  # the name of the unit it is in
    unreachable_since: datetime | None = None

    @property
    def reachable(self) -> bool:
        """Whether they have opened the chat and not left it."""
        return self.started and self.unreachable_reason is None


def _person(row: Any) -> Person:
    return Person(
        row["id"], row["name"], row["language"], row["timezone"], row["always_new_message"]
    )


async def add(tx: Transaction, name: str, language: str, *, now: datetime) -> Person:
    """A new person."""
    result = await tx.execute(insert(people).values(name=name, language=language, created_at=now))
    key = result.inserted_primary_key
    assert key is not None
    return Person(int(key[0]), name, language)


async def get(tx: Transaction, person_id: int) -> Person | None:
    """The person of that id."""
    row = await tx.row(select(people).where(people.c.id == person_id))
    return None if row is None else _person(row)


async def of_seat(tx: Transaction, seat_id: int) -> Person | None:
    """Who has or had that seat."""
    statement = select(people).join(seats, seats.c.person_id == people.c.id)
    row = await tx.row(statement.where(seats.c.id == seat_id))
    return None if row is None else _person(row)


async def change(tx: Transaction, person_id: int, **values: Any) -> None:
    """Change how a person is spoken to (`language`, `timezone`, `always_new_message`, `name`)."""
    await tx.execute(update(people).where(people.c.id == person_id).values(**values))


async def forget_stranger(tx: Transaction, person_id: int) -> bool:
    """Remove a person who never had a seat and is held by no invitation; True if there was one."""
    bound = or_(
        *(
            exists().where(table.c.person_id == person_id)
            for table in (seats, invitations, conversations, jobs)
        )
    )
    if await tx.value(select(bound)):
        return False
    await tx.execute(delete(accounts).where(accounts.c.person_id == person_id))
    result = await tx.execute(delete(people).where(people.c.id == person_id))
    return result.rowcount == 1


async def seated(
    tx: Transaction,
    *,
    now: datetime,
    roles: Iterable[Role] | None = None,
    person_ids: Iterable[int] | None = None,
    institution_id: int | None = None,
    institution_ids: Iterable[int] | None = None,
    seat_id: int | None = None,
    suspended_too: bool = False,
    units_too: bool = False,
    coming_too: bool = False,
) -> list[Seated]:
    """Who holds a seat now, by institution and name.

    With `institution_ids`, in one of these institutions or in the secretariat. Seats in units are
    left out, unless they are asked for: their people neither report nor hear of what an institution
    owes.
    """
    live = seat_queries.will_be_live(now) if coming_too else seat_queries.is_live(now)
    conditions: list[ColumnElement[bool]] = [
        live if not suspended_too else seat_queries.has_not_ended(now)
    ]
    if not units_too and seat_id is None:
        conditions.append(seats.c.unit_id.is_(None))
    if roles is not None:
        conditions.append(seats.c.role.in_([str(role) for role in roles]))
    if person_ids is not None:
        conditions.append(seats.c.person_id.in_(list(person_ids)))
    if institution_id is not None:
        conditions.append(seats.c.institution_id == institution_id)
    if institution_ids is not None:
        of_these = seats.c.institution_id.in_(list(institution_ids))
        conditions.append(or_(of_these, seats.c.institution_id.is_(None)))
    if seat_id is not None:
        conditions.append(seats.c.id == seat_id)
    statement = (
        select(
            *[seats.c[name].label(f"seat_{name}") for name in Seat.__dataclass_fields__],
            people,
            institutions.c.names.label("institution_names"),
            accounts.c.chat_id,
            accounts.c.unreachable_reason,
            accounts.c.unreachable_since,
            units.c.name.label("unit"),
        )
        .join(people, people.c.id == seats.c.person_id)
        .outerjoin(institutions, institutions.c.id == seats.c.institution_id)
        .outerjoin(accounts, accounts.c.person_id == people.c.id)
        .outerjoin(units, units.c.id == seats.c.unit_id)
        .where(*conditions)
        .order_by(institutions.c.code, people.c.name, seats.c.id)
    )
    return _without_second_accounts(await tx.rows(statement))


async def places_away(tx: Transaction, *, now: datetime) -> set[int | None]:
    """The institutions in which somebody with a seat cannot be reached; None: the secretariat."""
    found = await tx.values(
        select(seats.c.institution_id)
        .join(accounts, accounts.c.person_id == seats.c.person_id)
        .where(accounts.c.unreachable_since.is_not(None), seat_queries.is_live(now))
        .distinct()
    )
    return set(found)


def each_once(seated: Iterable[Seated]) -> list[Person]:
    """The people who hold these seats, each once, in the same order."""
    return list({each.person.id: each.person for each in seated}.values())


def _without_second_accounts(rows: Sequence[Any]) -> list[Seated]:
    found: dict[int, Seated] = {}
    for row in rows:
        values: dict[str, Any] = {name: row[f"seat_{name}"] for name in Seat.__dataclass_fields__}
        seat = Seat(**{**values, "role": Role(values["role"])})
        found.setdefault(
            seat.id,
            Seated(
                seat,
                _person(row),
                row["institution_names"],
                row["chat_id"] is not None,
                row["unreachable_reason"],
                row["unit"],
                row["unreachable_since"],
            ),
        )
    return list(found.values())


@dataclass(frozen=True)
class Designated:
    """Who designated the person of a seat, when, and by which letter (SHA-256)."""

    by: str | None
    on: date | None
    letter: str | None


async def designation(tx: Transaction, seat_id: int) -> Designated:
    """Who designated the person of that seat."""
    row = await tx.row(
        select(seats.c.designated_by, seats.c.designated_on, seats.c.letter).where(
            seats.c.id == seat_id
        )
    )
    return Designated(None, None, None) if row is None else Designated(*row.values())

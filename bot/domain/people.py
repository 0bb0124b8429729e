"""People and their seats: one seat is one person's role in one institution, from–to (DESIGN §9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Role(StrEnum):
    """What a seat lets a person do."""

    COORDINATOR = "coordinator"
    OFFICER = "officer"
    FOCAL_POINT = "focal_point"
    ALTERNATE = "alternate"
    VALIDATOR = "validator"
    OBSERVER = "observer"


class Gender(StrEnum):
    """What people may say of themselves for the mechanism's own statistics."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"


class Level(StrEnum):
    """At which level somebody works; said voluntarily, as their gender."""

    POLICY = "policy"
    TECHNICAL = "technical"


FEWEST = 5
"""Fewer people than this are not counted: a number would tell who has said what."""


SECRETARIAT = frozenset({Role.COORDINATOR, Role.OFFICER})
REPORTING = frozenset({Role.FOCAL_POINT, Role.ALTERNATE})
OF_AN_INSTITUTION = frozenset({Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATOR, Role.OBSERVER})


@dataclass(frozen=True)
class Seat:
    """One person's role in one institution; the secretariat's seats have no institution.

    A seat in a unit of the institution sees what was passed to that unit, and nothing else.
    """

    id: int
    person_id: int
    role: Role
    institution_id: int | None
    from_at: datetime
    until_at: datetime | None = None
    suspended_at: datetime | None = None
    unit_id: int | None = None

    def live(self, now: datetime) -> bool:
        """Whether the seat gives access now; access ends the second a seat ends."""
        return self.from_at <= now and not self.has_ended(now) and self.suspended_at is None

    def has_ended(self, now: datetime) -> bool:
        """Whether the seat is over; a suspended one is not."""
        return self.until_at is not None and self.until_at <= now


@dataclass(frozen=True)
class Person:
    """A person with, or invited to, a seat."""

    id: int
    name: str
    language: str
    timezone: str | None = None
    always_new_message: bool = False


@dataclass(frozen=True)
class Actor:
    """Who acts, with the seats that are live at this moment, and through which channel."""

    person: Person | None
    seats: tuple[Seat, ...]
    channel: str = "chat"  # chat, command, tick

    @property
    def person_id(self) -> int | None:
        return None if self.person is None else self.person.id

    @property
    def seat_id(self) -> int | None:
        """The seat to name where an act is of the person, not of one seat."""
        return self.seats[0].id if self.seats else None

    def seat(
        self, roles: frozenset[Role] | set[Role], institution_id: int | None = None
    ) -> Seat | None:
        """The live seat with one of these roles (in that institution, where one is named).

        Seats in units are never it: a unit does not report, and does not read what others do.
        """
        for seat in self.seats:
            if seat.unit_id is not None or seat.role not in roles:
                continue
            if institution_id in (None, seat.institution_id):
                return seat
        return None

    def institutions(self, roles: frozenset[Role] | set[Role]) -> tuple[int, ...]:
        """The institutions in which one of the live seats has one of these roles."""
        held = (seat.institution_id for seat in self.seats if self.seat(roles, seat.institution_id))
        return tuple(dict.fromkeys(each for each in held if each is not None))

    def unit_seat(self, unit_id: int) -> Seat | None:
        """The live seat in that unit."""
        return next((seat for seat in self.seats if seat.unit_id == unit_id), None)

    @property
    def units(self) -> tuple[int, ...]:
        """The units in which the actor has a live seat."""
        return tuple(dict.fromkeys(seat.unit_id for seat in self.seats if seat.unit_id is not None))

    def holds(self, seat_id: int) -> bool:
        """Whether that very seat is theirs now."""
        return any(seat.id == seat_id for seat in self.seats)

    @property
    def is_secretariat(self) -> bool:
        return self.seat(SECRETARIAT) is not None


COMMAND_LINE = Actor(None, (), "command")
"""The operator at the shell."""

NO_BOT = 0
"""At a shell that reaches no bot: acts there tell nobody."""

TICK = Actor(None, (), "tick")
"""The bot by itself, because time has passed."""


@dataclass(frozen=True)
class Act:
    """Who acts, when, in which country, and by which bot others are told of it."""

    actor: Actor
    bot_id: int
    zone: ZoneInfo  # the country's
    now: datetime

    @property
    def today(self) -> date:
        """The country's calendar day."""
        return self.now.astimezone(self.zone).date()

    @property
    def of_the_day(self) -> Act:
        """As it is traced where times are kept to the day."""
        return replace(self, now=datetime.combine(self.today, time(), self.zone))

    @property
    def stamp(self) -> int:
        """Microseconds since 1970: tells this act from another one of the same second in keys."""
        return round(self.now.timestamp() * 1_000_000)

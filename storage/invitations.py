"""Invitations: single-use links, of which only a digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.people import Role
from storage.database import Transaction
from storage.tables import invitations

OPEN, REDEEMED, CONFIRMED, REFUSED, REVOKED, EXPIRED = (
    "open",
    "redeemed",
    "confirmed",
    "refused",
    "revoked",
    "expired",
)


@dataclass(frozen=True)
class Invitation:
    """An invitation to a seat."""

    id: int
    state: str
    role: Role
    institution_id: int | None
    invitee: str | None
    designated_by: str | None
    designated_on: date | None
    letter: str | None
    invited_by: int | None
    expires_at: datetime
    person_id: int | None
    telegram_name: str | None
    redeemed_at: datetime | None
    takes_over: int | None = None
    unit_id: int | None = None
    opens_at_once: bool = False

    @property
    def unit_of(self) -> int | None:
        """The institution to a unit of which it invites."""
        return None if self.unit_id is None else self.institution_id

    @property
    def left_by(self) -> int | None:
        """The seat of who leaves it, where they made the link for their successor themselves."""
        return self.takes_over if self.takes_over == self.invited_by else None


_COLUMNS = [invitations.c[name] for name in Invitation.__dataclass_fields__]


def _invitation(row: Any) -> Invitation:
    return Invitation(**{**row, "role": Role(row["role"])})


async def add(
    tx: Transaction,
    *,
    digest: str,
    role: Role,
    institution_id: int | None,
    invitee: str | None,
    designated_by: str | None,
    designated_on: date | None,
    letter: str | None,
    invited_by: int | None,
    takes_over: int | None = None,
    unit_id: int | None = None,
    opens_at_once: bool = False,
    expires_at: datetime,
    now: datetime,
) -> int:
    """A new open invitation; gives its id."""
    result = await tx.execute(
        insert(invitations).values(
            digest=digest,
            state=OPEN,
            role=role.value,
            institution_id=institution_id,
            invitee=invitee,
            designated_by=designated_by,
            designated_on=designated_on,
            letter=letter,
            invited_by=invited_by,
            takes_over=takes_over,
            unit_id=unit_id,
            opens_at_once=opens_at_once,
            created_at=now,
            expires_at=expires_at,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def by_digest(tx: Transaction, digest: str) -> Invitation | None:
    """The invitation whose link has that digest; locked until the transaction ends."""
    statement = select(*_COLUMNS).where(invitations.c.digest == digest).with_for_update()
    row = await tx.row(statement)
    return None if row is None else _invitation(row)


async def get(tx: Transaction, invitation_id: int) -> Invitation | None:
    """The invitation of that id; locked until the transaction ends."""
    statement = select(*_COLUMNS).where(invitations.c.id == invitation_id).with_for_update()
    row = await tx.row(statement)
    return None if row is None else _invitation(row)


async def change(tx: Transaction, invitation_id: int, **values: Any) -> None:
    """Change the invitation's state and what goes with it."""
    await tx.execute(update(invitations).where(invitations.c.id == invitation_id).values(**values))


async def expire(tx: Transaction, *, now: datetime) -> list[int]:
    """Close the links that nobody used in time; gives the ids of their invitations."""
    statement = (
        update(invitations)
        .where(invitations.c.state == OPEN, invitations.c.expires_at <= now)
        .values(state=EXPIRED, decided_at=now)
        .returning(invitations.c.id)
    )
    return await tx.values(statement)


async def in_state(tx: Transaction, state: str) -> list[Invitation]:
    """Every invitation in that state, oldest first."""
    statement = select(*_COLUMNS).where(invitations.c.state == state).order_by(invitations.c.id)
    return [_invitation(row) for row in await tx.rows(statement)]


async def unopened(tx: Transaction, *, before: datetime) -> list[tuple[Invitation, datetime]]:
    """Invitations to institutions that nobody has used, and when they were made: before then.

    Links by which a seat is handed over are none.
    """
    rows = await tx.rows(
        select(*_COLUMNS, invitations.c.created_at)
        .where(
            invitations.c.state == OPEN,
            invitations.c.institution_id.is_not(None),
            invitations.c.takes_over.is_(None),
            invitations.c.created_at <= before,
        )
        .order_by(invitations.c.institution_id, invitations.c.id)
    )
    return [
        (
            _invitation({name: row[name] for name in Invitation.__dataclass_fields__}),
            row["created_at"],
        )
        for row in rows
    ]


async def to_take_over(tx: Transaction, seat_id: int) -> list[Invitation]:
    """The undecided invitations to take that seat over, oldest first; locked, like one of them."""
    statement = (
        select(*_COLUMNS)
        .where(invitations.c.takes_over == seat_id, invitations.c.state.in_((OPEN, REDEEMED)))
        .order_by(invitations.c.id)
        .with_for_update()
    )
    return [_invitation(row) for row in await tx.rows(statement)]


async def waiting_for(tx: Transaction, person_id: int) -> Invitation | None:
    """The invitation that this person has redeemed and that is not decided yet."""
    statement = select(*_COLUMNS).where(
        invitations.c.person_id == person_id, invitations.c.state == REDEEMED
    )
    row = await tx.row(statement.order_by(invitations.c.id.desc()).limit(1))
    return None if row is None else _invitation(row)

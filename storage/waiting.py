"""Seats of consultations and their waiting lists: counted, offered, taken back."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from bot.domain.consultations import SEATED, SignUp, SignUpState
from bot.domain.errors import existing
from bot.domain.quotas import Waiting
from storage import sign_ups as queries
from storage.consultations import IS_HELD
from storage.counters import next_number
from storage.database import Transaction
from storage.tables import consultations, sign_ups

_WAITS = or_(sign_ups.c.state == SignUpState.WAITING.value, sign_ups.c.more > 0)


async def lock(tx: Transaction, *consultation_ids: int) -> None:
    """Whoever else would change anything of their participants waits until this transaction ends.

    First in a transaction, and all that it needs at once: in the order of their ids, so that no two
    wait for each other.
    """
    theirs = consultations.c.id.in_(consultation_ids)
    await tx.execute(
        select(consultations.c.id)
        .where(theirs)
        .order_by(consultations.c.id)
        .with_for_update(key_share=True)
    )


async def hold(tx: Transaction, kept: SignUp) -> SignUp:
    """Lock what somebody has signed up to; gives the sign-up as it stands now.

    Raises NotFound where it has just been erased.
    """
    await lock(tx, kept.consultation_id)
    return existing(await queries.by_handle(tx, kept.handle))


async def taken(tx: Transaction, consultation_id: int) -> Counter[str | None]:
    """The seats that are taken, by pool."""
    rows = await tx.rows(
        select(sign_ups.c.pool, func.sum(sign_ups.c.size).label("n"))
        .where(_of(consultation_id), sign_ups.c.state.in_([each.value for each in SEATED]))
        .group_by(sign_ups.c.pool)
    )
    return Counter({row["pool"]: int(row["n"]) for row in rows})


async def line(tx: Transaction, consultation_id: int) -> list[Waiting]:
    """The waiting list, in its order."""
    rows = await tx.rows(
        select(*(sign_ups.c[each] for each in ("handle", "rank", "pool", "size", "more")))
        .where(_of(consultation_id), _WAITS)
        .order_by(sign_ups.c.rank)
    )
    return [
        Waiting(row["handle"], row["rank"], row["pool"], row["more"], has=row["size"])
        if row["more"]
        else Waiting(row["handle"], row["rank"], row["pool"], row["size"])
        for row in rows
    ]


async def ahead(tx: Transaction, kept: SignUp) -> int:
    """How many stand before somebody on the waiting list."""
    rank = select(sign_ups.c.rank).where(sign_ups.c.handle == kept.handle).scalar_subquery()
    before = and_(_of(kept.consultation_id), _WAITS, sign_ups.c.rank < rank)
    return int(await tx.value(select(func.count()).select_from(sign_ups).where(before)))


async def resize(
    tx: Transaction, handle: str, size: int, *, more: int = 0, rank: int | None = None
) -> None:
    """A party is of another size from now on, and waits for so many `more`.

    `rank` is said where they did not wait before.
    """
    changed = {"size": size, "more": more} | ({} if rank is None else {"rank": rank})
    await tx.execute(update(sign_ups).where(sign_ups.c.handle == handle).values(**changed))


async def confirm(tx: Transaction, handle: str) -> None:
    """The seats of a party are theirs; those that they wait for beside them wait on."""
    changed = {"state": SignUpState.CONFIRMED.value, "offered_until": None}
    await tx.execute(update(sign_ups).where(sign_ups.c.handle == handle).values(**changed))


async def next_rank(tx: Transaction, consultation_id: int) -> int:
    """The rank of whoever comes now."""
    return await next_number(tx, f"consultation:{consultation_id}")


async def lapsed(tx: Transaction, consultation_id: int, *, now: datetime) -> list[SignUp]:
    """Offers of the consultation that nobody took in time."""
    over = and_(
        _of(consultation_id),
        sign_ups.c.state == SignUpState.OFFERED.value,
        sign_ups.c.offered_until <= now,
    )
    handles = await tx.values(select(sign_ups.c.handle).where(over).order_by(sign_ups.c.rank))
    found = [await queries.by_handle(tx, each) for each in handles]
    return [each for each in found if each is not None]


async def due(tx: Transaction, *, now: datetime, today: date) -> list[int]:
    """Consultations with an offer that has lapsed, or with kept seats that others wait for."""
    waiting = and_(_WAITS, consultations.c.released_on <= today)
    over = and_(sign_ups.c.state == SignUpState.OFFERED.value, sign_ups.c.offered_until <= now)
    return await tx.values(
        select(consultations.c.id)
        .join(sign_ups, sign_ups.c.consultation_id == consultations.c.id)
        .where(
            IS_HELD,
            or_(waiting, over),
        )
        .distinct()
        .order_by(consultations.c.id)
    )


def _of(consultation_id: int) -> ColumnElement[bool]:
    return sign_ups.c.consultation_id == consultation_id

"""Who agreed to be told of later consultations: kept apart from what they signed up to.

Each is sealed with a key of its own in the folder `invitations` of the ring (`storage.safe`), so
that no sign-up and no consultation takes it along, and a handle leads to no chat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, delete, func, select

from bot.domain.consultations import Card
from storage import sign_ups
from storage.database import Transaction
from storage.safe import LATER
from storage.tables import subscriptions
from storage.upsert import insert_into

AT_ONCE = 100
"""Those that one transaction erases."""

_CARD = "subscription"


@dataclass(frozen=True)
class Subscription:
    """That somebody is told, until a day; `card` (chat and language) None: its key is gone."""

    handle: str
    bot_id: int
    day: date
    kept_until: date
    card: Card | None


async def of(tx: Transaction, bot_id: int, chat_id: int) -> Subscription | None:
    """Whether who writes in this chat is told."""
    handle = tx.safe.find(LATER, bot_id, chat_id)
    return None if handle is None else await _by_handle(tx, handle)


async def put(tx: Transaction, card: Card, *, day: date, kept_until: date) -> None:
    """Tell this chat, from that day until another one; its key is on disk."""
    tx.safe.open(LATER)
    handle = tx.safe.make(LATER, card.bot_id, card.chat_id)
    sealed = tx.safe.seal(LATER, handle, card.to_json(), of=_CARD)
    changed = {"day": day, "kept_until": kept_until, "sealed": sealed}
    await tx.execute(
        insert_into(tx, subscriptions)
        .values(handle=handle, bot_id=card.bot_id, **changed)
        .on_conflict_do_update(index_elements=["handle"], set_=changed)
    )


async def is_going(tx: Transaction, bot_id: int, chat_id: int) -> bool:
    """Whether what was kept of this chat is still being erased."""
    handle = tx.safe.find(LATER, bot_id, chat_id)
    return handle is not None and await sign_ups.is_going(tx, handle)


async def chat_of(tx: Transaction, handle: str) -> Card | None:
    """Chat and language, for the outbox alone; None where they are erased."""
    found = await _by_handle(tx, handle)
    return None if found is None else found.card


async def count(tx: Transaction) -> int:
    """How many are told."""
    return int(await tx.value(select(func.count()).select_from(subscriptions)))


async def handles(tx: Transaction) -> list[tuple[str, int]]:
    """Everybody who is told, by handle, and the bot that they know."""
    rows = await tx.rows(
        select(subscriptions.c.handle, subscriptions.c.bot_id).order_by(subscriptions.c.handle)
    )
    return [(row["handle"], row["bot_id"]) for row in rows]


async def over(tx: Transaction, *, today: date) -> list[Subscription]:
    """Some of those that are kept no longer."""
    rows = await tx.rows(
        select(subscriptions).where(subscriptions.c.kept_until < today).limit(AT_ONCE)
    )
    return [_read(tx, row) for row in rows]


async def remove(tx: Transaction, gone: Subscription, *, says: int | None, now: datetime) -> bool:
    """Take it, and leave its keys to be destroyed; `says` as in `storage.sign_ups.Erasure`.

    False where somebody else has just taken it.
    """
    its = subscriptions.c.handle == gone.handle
    if not (await tx.execute(delete(subscriptions).where(its))).rowcount:
        return False
    await sign_ups.leave_keys(tx, LATER, gone.handle, gone.card, says=says, now=now)
    return True


async def _by_handle(tx: Transaction, handle: str) -> Subscription | None:
    row = await tx.row(select(subscriptions).where(subscriptions.c.handle == handle))
    return None if row is None else _read(tx, row)


def _read(tx: Transaction, row: RowMapping) -> Subscription:
    inside = tx.safe.unseal(LATER, row["handle"], row["sealed"], of=_CARD)
    card = None if inside is None else Card.from_json(inside)
    return Subscription(row["handle"], row["bot_id"], row["day"], row["kept_until"], card)

"""The inbox: raw updates, their turn in their chat, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from storage.database import Transaction
from storage.tables import accounts, inbox, seats
from storage.upsert import insert_missing_rows

PENDING, DONE, ASIDE = "pending", "done", "aside"
KEPT_ASIDE = timedelta(days=7)


@dataclass(frozen=True)
class RawUpdate:
    """One update as it came: its bytes, and the chat it belongs to (None: no chat)."""

    update_id: int
    chat_id: int | None
    body: bytes


@dataclass(frozen=True)
class Pending:
    """The update whose turn it is in its chat."""

    bot_id: int
    update_id: int
    chat_id: int | None
    body: bytes
    attempts: int
    received_at: datetime


async def unknown(tx: Transaction, bot_id: int, updates: Sequence[RawUpdate]) -> list[RawUpdate]:
    """Those of the updates that were never stored, each once, in their order."""
    several = {each.update_id: each for each in updates}
    ids = inbox.c.update_id.in_(several)
    known = set(await tx.values(select(inbox.c.update_id).where(inbox.c.bot_id == bot_id, ids)))
    return [each for update_id, each in several.items() if update_id not in known]


async def store(
    tx: Transaction, bot_id: int, updates: Sequence[RawUpdate], *, now: datetime
) -> None:
    """Keep the updates; one that was stored before has no second effect."""
    if not updates:
        return
    rows = [
        {
            "bot_id": bot_id,
            "update_id": each.update_id,
            "chat_id": each.chat_id,
            "body": each.body,
            "state": PENDING,
            "received_at": now,
        }
        for each in updates
    ]
    await insert_missing_rows(tx, inbox, rows)


async def is_seated(tx: Transaction, bot_id: int, chat_id: int, *, now: datetime) -> bool:
    """Whether the chat is of somebody with a seat that has not ended."""
    seated = select(
        exists().where(
            accounts.c.bot_id == bot_id,
            accounts.c.chat_id == chat_id,
            seats.c.person_id == accounts.c.person_id,
            or_(seats.c.until_at.is_(None), seats.c.until_at > now),
        )
    )
    return bool(await tx.value(seated))


async def waiting_chats(tx: Transaction, bot_id: int) -> list[int | None]:
    """Every chat with pending updates, the longest waiting first; for the start of the program."""
    statement = (
        select(inbox.c.chat_id)
        .where(inbox.c.bot_id == bot_id, inbox.c.state == PENDING)
        .group_by(inbox.c.chat_id)
        .order_by(func.min(inbox.c.update_id))
    )
    return await tx.values(statement)


async def begun(tx: Transaction, bot_id: int) -> dict[int | None, int]:
    """The chats of pending updates that were tried before, with the number of tries."""
    statement = (
        select(inbox.c.chat_id, func.max(inbox.c.attempts).label("attempts"))
        .where(inbox.c.bot_id == bot_id, inbox.c.state == PENDING, inbox.c.attempts > 0)
        .group_by(inbox.c.chat_id)
        .order_by(func.min(inbox.c.update_id))
    )
    return {row["chat_id"]: row["attempts"] for row in await tx.rows(statement)}


async def take_turn(tx: Transaction, bot_id: int, chat_id: int | None) -> Pending | None:
    """The lowest pending update of the chat, with one more attempt counted; None if there is none.

    The attempt is committed before anything is done with the update, so that one which kills the
    process is counted too.
    """
    statement = (
        select(inbox)
        .where(_of_chat(bot_id, chat_id), inbox.c.state == PENDING)
        .order_by(inbox.c.update_id)
        .limit(1)
        .with_for_update()
    )
    row = await tx.row(statement)
    if row is None:
        return None
    await tx.execute(
        update(inbox)
        .where(inbox.c.bot_id == bot_id, inbox.c.update_id == row["update_id"])
        .values(attempts=row["attempts"] + 1)
    )
    return Pending(
        bot_id,
        row["update_id"],
        row["chat_id"],
        row["body"],
        row["attempts"] + 1,
        row["received_at"],
    )


async def finish(tx: Transaction, bot_id: int, update_id: int, *, now: datetime) -> bool:
    """Mark the update done and drop its body and chat; False if it was no longer pending."""
    result = await tx.execute(
        update(inbox)
        .where(inbox.c.bot_id == bot_id, inbox.c.update_id == update_id, inbox.c.state == PENDING)
        .values(state=DONE, body=None, chat_id=None, finished_at=now)
    )
    return result.rowcount == 1


async def set_aside(
    tx: Transaction, bot_id: int, update_id: int, reason: str, *, now: datetime
) -> None:
    """Keep an update that cannot be handled, for the operator to look at; its chat goes on."""
    await tx.execute(
        update(inbox)
        .where(inbox.c.bot_id == bot_id, inbox.c.update_id == update_id)
        .values(state=ASIDE, reason=reason, finished_at=now)
    )


async def purge(tx: Transaction, *, now: datetime) -> int:
    """Drop the bodies of updates set aside seven days ago; gives how many."""
    result = await tx.execute(
        update(inbox)
        .where(
            inbox.c.state == ASIDE,
            inbox.c.body.is_not(None),
            inbox.c.finished_at < now - KEPT_ASIDE,
        )
        .values(body=None, chat_id=None)
    )
    return result.rowcount


async def counts(tx: Transaction) -> dict[str, int]:
    """How many updates are in each state."""
    rows = await tx.rows(select(inbox.c.state, func.count().label("n")).group_by(inbox.c.state))
    return {row["state"]: row["n"] for row in rows}


async def forget_before(tx: Transaction, bot_id: int, *, before: datetime) -> int:
    """Drop finished rows received before that moment; Telegram never delivers those again."""
    result = await tx.execute(
        delete(inbox).where(
            and_(inbox.c.bot_id == bot_id, inbox.c.state == DONE, inbox.c.received_at < before)
        )
    )
    return result.rowcount


def _of_chat(bot_id: int, chat_id: int | None) -> ColumnElement[bool]:
    chat = inbox.c.chat_id.is_(None) if chat_id is None else inbox.c.chat_id == chat_id
    return and_(inbox.c.bot_id == bot_id, chat)

"""The inbox: raw updates, their turn in their chat, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from storage.database import Transaction
from storage.envelopes import Sealed
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
    """The update whose turn it is in its chat; `body` None: its key is gone."""

    bot_id: int
    update_id: int
    body: bytes | None
    attempts: int
    received_at: datetime


_KNOWN = select(inbox.c.update_id).where(
    inbox.c.bot_id == bindparam("of_bot"),
    inbox.c.update_id.in_(bindparam("ids", expanding=True)),
)


async def unknown(tx: Transaction, bot_id: int, updates: Sequence[RawUpdate]) -> list[RawUpdate]:
    """Those of the updates that were never stored, each once, in their order."""
    several = {each.update_id: each for each in updates}
    known = set(await tx.values(_KNOWN, {"of_bot": bot_id, "ids": list(several)}))
    return [each for update_id, each in several.items() if update_id not in known]


async def store(
    tx: Transaction, bot_id: int, updates: Sequence[RawUpdate], *, now: datetime
) -> list[int | None]:
    """Keep the updates; one that was stored before has no second effect.

    Gives the marks of their chats, each once; None stands for no chat.
    """
    if not updates:
        return []
    rows = [_values(tx, bot_id, each, now) for each in updates]
    await insert_missing_rows(tx, inbox, rows)
    return list(dict.fromkeys(row["chat"] for row in rows))


def _values(tx: Transaction, bot_id: int, update: RawUpdate, now: datetime) -> dict[str, Any]:
    sealed = tx.envelopes.seal(update.body, context=_context(bot_id, update.update_id))
    return {
        "bot_id": bot_id,
        "update_id": update.update_id,
        "chat": tx.envelopes.mark(bot_id, update.chat_id),
        "sealed_with": sealed.key,
        "body": sealed.content,
        "state": PENDING,
        "received_at": now,
    }


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
        select(inbox.c.chat)
        .where(inbox.c.bot_id == bot_id, inbox.c.state == PENDING)
        .group_by(inbox.c.chat)
        .order_by(func.min(inbox.c.update_id))
    )
    return await tx.values(statement)


async def begun(tx: Transaction, bot_id: int) -> dict[int | None, int]:
    """The marks of chats whose pending updates were tried before, with the number of tries."""
    statement = (
        select(inbox.c.chat, func.max(inbox.c.attempts).label("attempts"))
        .where(inbox.c.bot_id == bot_id, inbox.c.state == PENDING, inbox.c.attempts > 0)
        .group_by(inbox.c.chat)
        .order_by(func.min(inbox.c.update_id))
    )
    return {row["chat"]: row["attempts"] for row in await tx.rows(statement)}


_THIS = and_(inbox.c.bot_id == bindparam("of_bot"), inbox.c.update_id == bindparam("this"))
_TRIED = update(inbox).where(_THIS).values(attempts=bindparam("tries"))
_NEXT = (
    select(inbox)
    .where(inbox.c.bot_id == bindparam("of_bot"), inbox.c.state == PENDING)
    .order_by(inbox.c.update_id)
    .limit(1)
    .with_for_update()
)
_NEXT_OF_CHAT = _NEXT.where(inbox.c.chat == bindparam("of_chat"))
_NEXT_OF_NO_CHAT = _NEXT.where(inbox.c.chat.is_(None))


async def take_turn(tx: Transaction, bot_id: int, chat: int | None) -> Pending | None:
    """The lowest pending update of the chat, with one more attempt counted; None if there is none.

    The attempt is committed before anything is done with the update, so that one which kills the
    process is counted too.
    """
    if chat is None:
        row = await tx.row(_NEXT_OF_NO_CHAT, {"of_bot": bot_id})
    else:
        row = await tx.row(_NEXT_OF_CHAT, {"of_bot": bot_id, "of_chat": chat})
    if row is None:
        return None
    tried = {"of_bot": bot_id, "this": row["update_id"], "tries": row["attempts"] + 1}
    await tx.execute(_TRIED, tried)
    sealed = Sealed(row["sealed_with"], row["body"])
    body = tx.envelopes.open(sealed, context=_context(bot_id, row["update_id"]))
    return Pending(bot_id, row["update_id"], body, row["attempts"] + 1, row["received_at"])


async def finish(tx: Transaction, bot_id: int, update_id: int, *, now: datetime) -> bool:
    """Mark the update done and drop its body and chat; False if it was no longer pending."""
    result = await tx.execute(_FINISH, {"of_bot": bot_id, "this": update_id, "at": now})
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
        .values(**_EMPTY)
    )
    return result.rowcount


async def counts(tx: Transaction) -> dict[str, int]:
    """How many updates are in each state."""
    rows = await tx.rows(select(inbox.c.state, func.count().label("n")).group_by(inbox.c.state))
    return {row["state"]: row["n"] for row in rows}


async def forget_before(tx: Transaction, *, before: datetime) -> int:
    """Drop finished rows received before that moment; Telegram never delivers those again."""
    result = await tx.execute(
        delete(inbox).where(inbox.c.state == DONE, inbox.c.received_at < before)
    )
    return result.rowcount


async def keys(tx: Transaction) -> set[str]:
    """The names of the keys that something still waits to be opened with."""
    named = select(inbox.c.sealed_with).where(inbox.c.sealed_with.is_not(None)).distinct()
    return set(await tx.values(named))


_EMPTY: dict[str, None] = {"body": None, "sealed_with": None, "chat": None}
_FINISH = (
    update(inbox)
    .where(_THIS, inbox.c.state == PENDING)
    .values(state=DONE, **_EMPTY, finished_at=bindparam("at"))
)


def _context(bot_id: int, update_id: int) -> str:
    return f"inbox:{bot_id}:{update_id}"

"""What stands in the chats of participants in discreet mode, and when it is to be hidden.

One row a chat. The chat and its messages lie in an envelope (`storage.envelopes`); of the chat the
table has a mark that no other table has, so that nothing in the open joins it to a sign-up.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, exists, select

from storage.database import Transaction
from storage.envelopes import Sealed
from storage.tables import hidings
from storage.upsert import insert_or_update

_MARKED_FOR = "hiding"


@dataclass(frozen=True)
class Hiding:
    """The messages of a chat that show something, by the outbox rows that made them, in order."""

    bot_id: int
    chat_id: int
    language: str
    rows: tuple[int, ...] = ()


async def of(tx: Transaction, bot_id: int, chat_id: int) -> Hiding | None:
    """What is to be hidden in this chat; None where there is nothing."""
    row = await tx.row(select(hidings).where(_its(tx, bot_id, chat_id)))
    return None if row is None else _read(tx, row)


async def put(tx: Transaction, hiding: Hiding, *, due_at: datetime) -> None:
    """Hide these at that moment, in the place of what was said of the chat before."""
    told = {
        "bot": hiding.bot_id,
        "chat": hiding.chat_id,
        "language": hiding.language,
        "rows": hiding.rows,
    }
    mark = tx.envelopes.mark(hiding.bot_id, hiding.chat_id, of=_MARKED_FOR)
    sealed = tx.envelopes.seal(json.dumps(told).encode(), context=_context(mark))
    row = {
        "chat": mark,
        "due_at": due_at,
        "sealed_with": sealed.key,
        "envelope": sealed.content,
    }
    await insert_or_update(tx, hidings, row, key=["chat"])


async def take(tx: Transaction, bot_id: int, chat_id: int) -> Hiding | None:
    """What was to be hidden in this chat: from now on that is the caller's."""
    taken = delete(hidings).where(_its(tx, bot_id, chat_id)).returning(*hidings.c)
    row = await tx.row(taken)
    return None if row is None else _read(tx, row)


async def let_go(tx: Transaction, bot_id: int, chat_id: int, rows: Collection[int]) -> None:
    """These messages go by themselves; the others are hidden when they were to be."""
    row = await tx.row(select(hidings).where(_its(tx, bot_id, chat_id)))
    found = None if row is None else _read(tx, row)
    if row is None or found is None or not set(rows) & set(found.rows):
        return
    left = tuple(each for each in found.rows if each not in rows)
    if left:
        await put(tx, replace(found, rows=left), due_at=row["due_at"])
    else:
        await take(tx, bot_id, chat_id)


async def any_due(tx: Transaction, *, now: datetime) -> bool:
    """Whether the moment of any has come."""
    return bool(await tx.value(select(exists().where(hidings.c.due_at <= now))))


async def take_due(tx: Transaction, *, now: datetime, limit: int) -> tuple[int, list[Hiding]]:
    """Take those whose moment has come, `limit` at most: how many rows, and what they say.

    What opens no more is gone with its row. Somebody who taps meanwhile has moved their moment.
    """
    due = hidings.c.due_at <= now
    first = await tx.values(
        select(hidings.c.chat).where(due).order_by(hidings.c.due_at).limit(limit)
    )
    taken = delete(hidings).where(hidings.c.chat.in_(first), due).returning(*hidings.c)
    rows = await tx.rows(taken)
    found = [_read(tx, row) for row in rows]
    return len(first), [each for each in found if each is not None]


async def keys(tx: Transaction) -> set[str]:
    """The names of the keys that something still waits to be opened with."""
    return set(await tx.values(select(hidings.c.sealed_with).distinct()))


def _its(tx: Transaction, bot_id: int, chat_id: int) -> ColumnElement[bool]:
    return hidings.c.chat == tx.envelopes.mark(bot_id, chat_id, of=_MARKED_FOR)


def _read(tx: Transaction, row: RowMapping) -> Hiding | None:
    sealed = Sealed(row["sealed_with"], row["envelope"])
    plain = tx.envelopes.open(sealed, context=_context(row["chat"]))
    if plain is None:
        return None
    told = json.loads(plain)
    return Hiding(told["bot"], told["chat"], told["language"], tuple(told["rows"]))


def _context(mark: int | None) -> str:
    return f"hiding:{mark}"

"""What participants said of a meeting, sealed with their sign-ups."""

from __future__ import annotations

from sqlalchemy import ColumnElement, RowMapping, delete, func, select

from bot.domain.feedback import Feedback
from storage.database import Transaction
from storage.tables import feedback
from storage.upsert import insert_or_update

_SAID = "feedback"


async def put(tx: Transaction, consultation_id: int, handle: str, said: Feedback) -> int:
    """Keep what a participant said, in place of what they said before; gives the row's id."""
    row = {
        "consultation_id": consultation_id,
        "handle": handle,
        "commented": bool(said.comment),
        "sealed": tx.safe.seal(consultation_id, handle, said.to_json(), of=_SAID),
    }
    await insert_or_update(tx, feedback, row, key=["handle"])
    return int(await tx.value(select(feedback.c.id).where(feedback.c.handle == handle)))


async def of_handle(tx: Transaction, handle: str) -> tuple[int, Feedback] | None:
    """What was said under a handle, with its row's id; None: nothing, or its key is gone."""
    row = await tx.row(select(feedback).where(feedback.c.handle == handle))
    said = None if row is None else _read(tx, row)
    return None if row is None or said is None else (row["id"], said)


async def count_comments(tx: Transaction, consultation_id: int) -> int:
    """How many wrote a comment."""
    rows = select(func.count()).select_from(feedback).where(_commented(consultation_id))
    return int(await tx.value(rows))


async def comments(
    tx: Transaction, consultation_id: int, *, limit: int, offset: int
) -> list[tuple[int, Feedback]]:
    """Some of those that have a comment, in an order that tells nothing; with their rows' ids."""
    rows = await tx.rows(
        select(feedback)
        .where(_commented(consultation_id))
        .order_by(feedback.c.handle)
        .limit(limit)
        .offset(offset)
    )
    read = [(row["id"], _read(tx, row)) for row in rows]
    return [(row_id, said) for row_id, said in read if said is not None]


# -- Erasing ---------------------------------------------------------------------------------------


async def remove(tx: Transaction, handle: str) -> None:
    """Take what was said under a handle."""
    await tx.execute(delete(feedback).where(feedback.c.handle == handle))


async def ids(tx: Transaction, consultation_id: int) -> list[int]:
    """Every row of a consultation."""
    its = feedback.c.consultation_id == consultation_id
    return await tx.values(select(feedback.c.id).where(its))


async def remove_all(tx: Transaction, consultation_id: int) -> int:
    """Take everything that was said of a consultation; gives how many said something."""
    its = feedback.c.consultation_id == consultation_id
    result = await tx.execute(delete(feedback).where(its))
    return result.rowcount


async def left(tx: Transaction, consultation_id: int) -> int:
    """How many rows there still are."""
    its = feedback.c.consultation_id == consultation_id
    return int(await tx.value(select(func.count()).select_from(feedback).where(its)))


# -- Inside ----------------------------------------------------------------------------------------


def _commented(consultation_id: int) -> ColumnElement[bool]:
    return (feedback.c.consultation_id == consultation_id) & feedback.c.commented


def _read(tx: Transaction, row: RowMapping) -> Feedback | None:
    inside = tx.safe.unseal(row["consultation_id"], row["handle"], row["sealed"], of=_SAID)
    return None if inside is None else Feedback.from_json(inside)

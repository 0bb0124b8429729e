"""Boards: the messages that count deliveries and are changed as they go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, select, update

from storage.database import Transaction
from storage.tables import boards
from storage.upsert import insert_or_update


@dataclass(frozen=True)
class Board:
    """One person's board of the deliveries whose keys begin with `prefix`.

    `outbox_id` is the row that made the message, `shown` names what it shows, by digest; with
    every change, and with whatever may call for one, the revision grows.
    """

    prefix: str
    person_id: int
    outbox_id: int
    shown: str
    revision: int = 0


_BOARD = [boards.c[name] for name in Board.__dataclass_fields__]


async def keep(tx: Transaction, board: Board, *, moves: bool) -> None:
    """The person's board of these deliveries is that message from now on."""
    row = {name: getattr(board, name) for name in Board.__dataclass_fields__}
    await insert_or_update(tx, boards, row | {"moves": moves}, key=["prefix", "person_id"])


async def find(tx: Transaction, prefix: str, person_id: int) -> Board | None:
    """The person's board of these deliveries."""
    row = await tx.row(
        select(*_BOARD).where(boards.c.prefix == prefix, boards.c.person_id == person_id)
    )
    return None if row is None else Board(**row)


async def moving(tx: Transaction) -> list[Board]:
    """The boards that something under way may change."""
    rows = await tx.rows(
        select(*_BOARD).where(boards.c.moves).order_by(boards.c.prefix, boards.c.person_id)
    )
    return [Board(**row) for row in rows]


async def wake(tx: Transaction, prefix: str) -> None:
    """Something has begun that changes these boards."""
    await tx.execute(
        update(boards)
        .where(boards.c.prefix == prefix)
        .values(moves=True, revision=boards.c.revision + 1)
    )


async def change(tx: Transaction, board: Board, shown: str, *, moves: bool) -> bool:
    """It shows that now; False where it was changed or called meanwhile."""
    same = and_(
        boards.c.prefix == board.prefix,
        boards.c.person_id == board.person_id,
        boards.c.revision == board.revision,
    )
    result = await tx.execute(
        update(boards).where(same).values(shown=shown, moves=moves, revision=boards.c.revision + 1)
    )
    return result.rowcount == 1

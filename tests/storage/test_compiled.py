"""What a process has once written as SQL it does not write again."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, literal, select

from storage.compiled import COMPILED
from storage.database import Database
from storage.tables import counters


def new_statement() -> Select[int]:
    return select(literal(1).label("never_seen_elsewhere")).where(counters.c.value > 0)


async def test_reader_writer_and_another_database_share_what_is_compiled(
    open_database: Callable[[], Database],
) -> None:
    first, second = open_database(), open_database()
    async with first.read() as tx:
        await tx.rows(new_statement())
    known = len(COMPILED)
    async with first.write() as tx:
        await tx.rows(new_statement())
    async with second.read() as tx:
        await tx.rows(new_statement())
        assert len(COMPILED) == known
        await tx.rows(new_statement().limit(1))
        assert len(COMPILED) == known + 1

"""How a database looks for what it is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, event

from storage.database import Transaction


@asynccontextmanager
async def looks(tx: Transaction) -> AsyncIterator[list[str]]:
    """How the database looks for each statement of the block, once it has ended."""
    asked: list[Any] = []
    found: list[str] = []

    def watched(
        _connection: Connection, statement: Any, _many: Any, values: Any, _options: Any
    ) -> None:
        asked.append(statement.params(values) if values else statement)

    connection = await tx.run(lambda each: each)
    event.listen(connection, "before_execute", watched)
    yield found
    event.remove(connection, "before_execute", watched)
    found += [await tx.run(partial(_plan, each)) for each in asked]


def _plan(statement: Any, connection: Connection) -> str:
    plain = statement.compile(connection, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return str(connection.exec_driver_sql(f"{explain} {plain}").all())

"""A statement on SQLite in one visit to the connection's thread, rows included, instead of five.

SQLAlchemy's adapter opens, runs, reads and closes a cursor each in a visit of its own, and a visit
costs more than most of our statements: this takes a quarter of the processor's time off each
transaction (`bench/storage.py`).
"""

# ruff: noqa: SLF001 - an adapter of the adapter: both are pinned, and the storage tests hold them

from __future__ import annotations

import sqlite3
from collections import deque
from typing import Any

import aiosqlite
from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ("arraysize", "description", "lastrowid", "rowcount")

    _awaitable_cursor_close = False  # there is nothing left to close

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        own: Any = self  # what the adapter declares as properties of a cursor that stays open
        own._cursor = None
        own._soft_closed_memoized = {}
        own._rows = deque()
        own.arraysize = 1
        own.description = own.lastrowid = None
        own.rowcount = -1

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._visit("execute", operation, parameters or ())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._visit("executemany", operation, seq_of_parameters)

    async def _visit(self, method: str, operation: Any, parameters: Any) -> None:
        connection: Any = self._connection
        adapted: Any = self._adapt_connection
        own: Any = self
        begin, adapted.begin_with = adapted.begin_with, None

        def visit() -> None:
            cursor = connection._conn.cursor()
            try:
                if begin:
                    cursor.execute(begin)
                getattr(cursor, method)(operation, parameters)
                if cursor.description:
                    own._rows = deque(cursor.fetchall())
                own.description = cursor.description
                own.lastrowid = cursor.lastrowid
                own.rowcount = cursor.rowcount
            finally:
                cursor.close()

        async with self._adapt_connection._execute_mutex:
            await connection._execute(visit)


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("begin_with",)

    _cursor_cls = _Cursor

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.begin_with: str | None = None  # what the next statement takes along

    def begin(self, how: str) -> None:
        """Begin at once where that takes the lock; a plain BEGIN waits for the first statement.

        It does nothing before that either, but its visit costs as much as a statement's.
        """
        if how == "BEGIN":
            self.begin_with = how
        else:
            self.cursor().execute(how)

    def commit(self) -> None:
        """Visit the thread only where there is something to commit."""
        self.begin_with = None
        if self._is_in_transaction:
            super().commit()

    def rollback(self) -> None:
        """Visit the thread only where there is something to undo: each return to the pool asks."""
        self.begin_with = None
        if self._is_in_transaction:
            super().rollback()

    @property
    def _is_in_transaction(self) -> bool:
        connection: Any = self._connection
        return connection._connection is not None and connection._connection.in_transaction


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        adapted: Any = super().connect(*arg, **kw)
        return _Connection(self, adapted._connection)


def begin_by(engine: Engine, how: str) -> None:
    """Let each transaction of the engine begin so (SQLAlchemy leaves it to the driver)."""

    def begin(connection: Any) -> None:
        connection.dbapi_connection.begin(how)

    engine.dialect.do_begin = begin  # type: ignore[method-assign, assignment]


def one_visit_driver() -> Any:
    """The driver, for `create_async_engine(…, module=…)`."""
    return _Driver(aiosqlite, sqlite3)

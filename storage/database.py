"""Transactions on SQLite or PostgreSQL: one writer, many readers, nothing cut off midway."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, CursorResult, Executable, RowMapping, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)

from bot.keys import KeyRing
from bot.tasks import uninterrupted
from storage.compiled import COMPILED
from storage.envelopes import Envelopes
from storage.safe import Safe
from storage.sqlite_driver import begin_by, one_visit_driver

UNAVAILABLE = (SQLAlchemyError, OSError)
"""What a transaction raises while the database is away, full, locked or read-only."""

_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOTADB,
}  # fmt: skip
_POSTGRESQL_AWAY = ("08", "25006", "40", "53", "55P03", "57", "58")
"""Connection lost, read-only, rolled back for another, full, locked, stopped, disk broken."""

PATIENCE = 20
"""Seconds that SQLite waits for another process's transaction: an import at the command line."""

T = TypeVar("T")
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


def is_away(error: BaseException) -> bool:
    """Whether the database itself failed: full, read-only, locked, unreachable; so try again.

    False for what a statement did wrong.
    """
    if isinstance(error, ConnectionError | NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in _SQLITE_AWAY
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or str(state or "").startswith(_POSTGRESQL_AWAY)


class Stalled(Exception):
    """Inside a transaction something else than its statements was waited for."""


class Transaction:
    """One transaction: its statements run to their end; what it wakes wakes after the commit."""

    def __init__(
        self,
        connection: AsyncConnection,
        idle: asyncio.Timeout,
        *,
        idle_limit: float | None = None,
        audit_key: bytes | None = None,
        envelopes: Envelopes | None = None,
        safe: Safe | None = None,
    ) -> None:
        self._connection = connection
        self._idle = idle
        self._idle_limit = idle_limit
        self._audit_key = audit_key
        self._envelopes = envelopes
        self._safe = safe
        self.wakes: set[str] = set()

    @property
    def audit_key(self) -> bytes:
        """The key of the audit's chain, which the database itself never holds."""
        if self._audit_key is None:
            raise RuntimeError("this database was opened without the audit's key")
        return self._audit_key

    @property
    def envelopes(self) -> Envelopes:
        """What seals the chats and words that are under way."""
        if self._envelopes is None:
            raise RuntimeError("this database was opened without the key ring")
        return self._envelopes

    @property
    def safe(self) -> Safe:
        """What seals the sign-ups of consultations."""
        if self._safe is None:
            raise RuntimeError("this database was opened without the key ring")
        return self._safe

    async def execute(
        self, statement: Executable, parameters: Parameters = None
    ) -> CursorResult[Any]:
        """Run one statement.

        What every update and every message needs is built once, beside the function that runs it,
        and takes its values as `parameters`: building it anew costs more than running it.
        """
        return await self._awaited(self._connection.execute(statement, parameters))

    async def rows(self, statement: Executable, parameters: Parameters = None) -> list[RowMapping]:
        """Every row of a query, as mappings."""
        return list((await self.execute(statement, parameters)).mappings())

    async def row(self, statement: Executable, parameters: Parameters = None) -> RowMapping | None:
        """The first row of a query, or None."""
        return (await self.execute(statement, parameters)).mappings().first()

    async def value(self, statement: Executable, parameters: Parameters = None) -> Any:
        """The first column of the first row, or None."""
        return (await self.execute(statement, parameters)).scalar()

    async def values(self, statement: Executable, parameters: Parameters = None) -> list[Any]:
        """The first column of every row."""
        return list((await self.execute(statement, parameters)).scalars())

    async def run(self, function: Callable[[Connection], Any]) -> Any:
        """Run a function of the plain connection (migrations, bulk copies)."""
        return await self._awaited(self._connection.run_sync(function))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that is undone alone when it raises; the transaction goes on."""
        nested = await self._awaited(self._connection.begin_nested().start())
        try:
            yield
        except BaseException:
            await self._awaited(nested.rollback())
            raise
        await self._awaited(nested.commit())

    async def _awaited(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end; between two of these the idle limit counts.

        Code that awaits its transaction alone never lets the loop run in between, so the limit
        strikes nobody else, however busy the machine is.
        """
        self._allow(None)
        try:
            return await uninterrupted(work)
        finally:
            self._allow(self._idle_limit)

    def _allow(self, seconds: float | None) -> None:
        if self._idle_limit is None or self._idle.expired():
            return
        now = asyncio.get_running_loop().time()
        self._idle.reschedule(None if seconds is None else now + seconds)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._connection.dialect.name


class Database:
    """The one database of the State: `write()` and `read()` open transactions.

    On SQLite the writer's pool of one connection *is* the write lock: writers wait their turn in
    order, and none ever meets "database is locked".
    """

    def __init__(
        self,
        url: str | URL,
        *,
        audit_key: bytes | None = None,
        ring: KeyRing | None = None,
        writers: int = 8,
        readers: int = 4,
    ) -> None:
        """`ring` is for whoever receives or sends: what is under way is sealed with its keys."""
        self.url = make_url(url)
        self._audit_key = audit_key
        self._envelopes = None if ring is None else Envelopes(ring)
        self._safe = None if ring is None else Safe(ring)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = self._engine(write=True, size=1 if self.is_sqlite else writers)
        self._reader = self._engine(write=False, size=readers)
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    def entrust(self, audit_key: bytes) -> None:
        """Give it the key of the audit, once it is known which one the chain was written with."""
        self._audit_key = audit_key

    def subscribe(self, name: str, listener: Callable[[], None]) -> None:
        """Call `listener` after every commit that woke `name`."""
        self._listeners.setdefault(name, []).append(listener)

    @asynccontextmanager
    async def write(self, *, idle_limit: float | None = None) -> AsyncIterator[Transaction]:
        """A transaction that commits at the end of the block and rolls back when it raises.

        With `idle_limit` it raises Stalled, and rolls back, once the block has waited so many
        seconds for anything but a statement: whoever holds the one writer holds up everybody.
        """
        async with self._transaction(self._writer, idle_limit=idle_limit) as tx:
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A read-only transaction on one snapshot."""
        async with self._transaction(self._reader) as tx:
            yield tx

    async def forget_removed(self) -> bool:
        """Leave nothing of what was removed in SQLite's log; False while a reader needs the log.

        What a server keeps of it goes with its own housekeeping.
        """
        if not self.is_sqlite:
            return True
        connection = self._writer.connect()
        try:
            _ = await uninterrupted(connection.start())
            raw = await connection.get_raw_connection()
            return await uninterrupted(_truncate_log(raw.driver_connection))
        finally:
            if connection.sync_connection is not None:
                await uninterrupted(connection.close())

    async def close(self) -> None:
        """Give every connection back."""
        await uninterrupted(self._writer.dispose())
        await uninterrupted(self._reader.dispose())

    @asynccontextmanager
    async def _transaction(
        self, engine: AsyncEngine, *, idle_limit: float | None = None
    ) -> AsyncIterator[Transaction]:
        connection = engine.connect()
        try:
            await uninterrupted(_begin(connection))
            idle = asyncio.timeout(idle_limit)
            tx = Transaction(
                connection,
                idle,
                idle_limit=idle_limit,
                audit_key=self._audit_key,
                envelopes=self._envelopes,
                safe=self._safe,
            )
            async with _stalls(idle):
                yield tx
            await uninterrupted(self._commit(connection, tx.wakes))
        finally:
            if connection.sync_connection is not None and not connection.closed:
                await uninterrupted(connection.close())  # and so rolls back

    async def _commit(self, connection: AsyncConnection, wakes: set[str]) -> None:
        """Commit and wake in one go: who is cancelled while committing still wakes the others."""
        await connection.commit()
        for name in wakes:
            for listener in self._listeners.get(name, ()):
                listener()
        await connection.close()

    def _engine(self, *, write: bool, size: int) -> AsyncEngine:
        options: dict[str, Any] = {}
        execution: dict[str, Any] = {"compiled_cache": COMPILED}
        if self.is_sqlite:
            options["module"] = one_visit_driver()
        else:
            options["isolation_level"] = "READ COMMITTED" if write else "REPEATABLE READ"
            execution["postgresql_readonly"] = not write
        engine = create_async_engine(
            self.url,
            pool_size=size,
            max_overflow=0,
            pool_timeout=120,
            hide_parameters=True,
            execution_options=execution,
            **options,
        )
        if self.is_sqlite:
            _prepare_sqlite(engine, write=write)
        return engine


async def _begin(connection: AsyncConnection) -> None:
    _ = await connection.start()
    _ = await connection.begin()


@asynccontextmanager
async def _stalls(idle: asyncio.Timeout) -> AsyncIterator[None]:
    """Tell an idle limit that has passed from any other time limit."""
    try:
        async with idle:
            yield
    except TimeoutError:
        if idle.expired():
            raise Stalled from None
        raise


def _prepare_sqlite(engine: AsyncEngine, *, write: bool) -> None:
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]
    pragmas.append(f"busy_timeout={PATIENCE * 1000}")
    pragmas += ["secure_delete=ON"] if write else ["query_only=ON", "wal_autocheckpoint=0"]

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        set_up_sqlite(connection, pragmas)

    begin_by(engine.sync_engine, "BEGIN IMMEDIATE" if write else "BEGIN")


async def _truncate_log(driver: Any) -> bool:
    """Write the log into the file and cut it to nothing, unless somebody reads: nobody waits."""
    await driver.execute("PRAGMA busy_timeout=0")
    try:
        cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, _frames, _moved) = await cursor.fetchone()
        await cursor.close()
    finally:
        await driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    return not busy


def set_up_sqlite(connection: Any, pragmas: Sequence[str]) -> None:
    """Prepare a new connection, or close it: nobody else knows it yet who could."""
    script = ";".join(f"PRAGMA {pragma}" for pragma in pragmas)
    try:
        connection.isolation_level = None
        connection.run_async(lambda driver: driver.executescript(script))
    except BaseException:
        connection.close()
        raise


def file_of(url: str) -> Path | None:
    """The file that a SQLite address names; None for a server's."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database:
        return None
    return Path(made.database)

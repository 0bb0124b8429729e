"""Brings a database to the newest schema: all or nothing, one process at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, event, pool, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.tasks import uninterrupted
from storage.database import set_up_sqlite

STEPS = Path(__file__).with_name("migrations")

LOCK = 7_309_453_671_105_318_004
"""The advisory lock of PostgreSQL that says "one of us is migrating"."""

PATIENCE = 120
"""Seconds that a second process waits for the first one's migration on SQLite."""


class UnknownRevisionError(Exception):
    """The database was written by a newer program; `revision` is where it stands."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


class BrokenReferencesError(Exception):
    """A migration would have left rows pointing nowhere; nothing was changed."""

    def __init__(self, tables: list[str]) -> None:
        super().__init__(", ".join(tables))
        self.tables = tables


async def upgrade(url: str | URL) -> list[str]:
    """Apply what is pending and say which revisions that was; a second process waits its turn.

    Refuses with UnknownRevisionError or BrokenReferencesError; the database is then as it was.
    """
    async with _connection(url) as connection, connection.begin():
        return await uninterrupted(connection.run_sync(_upgrade))


async def current(url: str | URL) -> str | None:
    """The revision of the database, or None for an empty one."""
    async with _connection(url) as connection:
        return await uninterrupted(connection.run_sync(_current))


async def pending(url: str | URL) -> list[str]:
    """The revisions still to apply, oldest first; refuses with UnknownRevisionError."""
    async with _connection(url) as connection:
        return await uninterrupted(connection.run_sync(_pending))


def _upgrade(connection: Connection) -> list[str]:
    _take_turn(connection)
    steps = _pending(connection)
    if steps:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").scalars()
        if tables := sorted(set(broken)):
            raise BrokenReferencesError(tables)
    return steps


def _take_turn(connection: Connection) -> None:
    """Wait until no other process migrates; held until the commit."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _pending(connection: Connection) -> list[str]:
    newest_first = [step.revision for step in _scripts().walk_revisions()]
    revision = _current(connection)
    if revision is None:
        return newest_first[::-1]
    if revision not in newest_first:
        raise UnknownRevisionError(revision)
    return newest_first[: newest_first.index(revision)][::-1]


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    return config


@asynccontextmanager
async def _connection(url: str | URL) -> AsyncIterator[AsyncConnection]:
    """A connection of its own: altering a table with foreign keys on would delete its children."""
    address = make_url(url)
    engine = create_async_engine(address, poolclass=pool.NullPool, hide_parameters=True)
    if address.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await uninterrupted(engine.dispose())


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    pragmas = [f"busy_timeout={PATIENCE * 1000}", "synchronous=FULL", "foreign_keys=OFF"]
    set_up_sqlite(connection, pragmas)

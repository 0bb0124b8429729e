"""Migrations lead every database to the tables that the program knows, and lose nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection

from storage import migrate
from storage.database import Database
from storage.tables import metadata
from tests.conftest import PostgresServer, sqlite_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[URL]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "50% & ü.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    async with server.empty() as url:
        yield url


async def test_the_migrations_lead_to_the_tables_that_the_program_knows(database: Database) -> None:
    """If this fails: `python -m tests.tools.new_schema` (while nothing is released)."""

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    async with database.read() as tx:
        assert await tx.run(differences) == []


async def test_an_empty_database_is_migrated_within_a_second(
    empty_url: URL, record_property: Callable[[str, object], None]
) -> None:
    begun = time.perf_counter()
    steps = await migrate.upgrade(empty_url)
    took = time.perf_counter() - begun
    assert steps
    assert await migrate.current(empty_url) == steps[-1]
    assert await migrate.pending(empty_url) == []
    record_property(f"migrated from nothing, {empty_url.get_backend_name()}", f"{took:.2f} s")
    assert took < 1

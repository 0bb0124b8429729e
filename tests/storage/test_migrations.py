"""Migrations lead every database to the tables that the program knows, and lose nothing."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from storage import migrate
from storage.database import Database
from storage.tables import metadata, people, seats
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
    """Of work; how long it waits for a busy machine is shown, but proves nothing."""
    begun, worked = time.perf_counter(), time.process_time()
    steps = await migrate.upgrade(empty_url)
    took, work = time.perf_counter() - begun, time.process_time() - worked
    assert steps
    assert await migrate.current(empty_url) == steps[-1]
    assert await migrate.pending(empty_url) == []
    record_property(f"migrated from nothing, {empty_url.get_backend_name()}", f"{took:.2f} s")
    assert work < 1


async def test_a_second_migration_has_nothing_to_do(database_url: URL) -> None:
    assert await migrate.upgrade(database_url) == []


async def test_processes_that_start_together_migrate_once(empty_url: URL) -> None:
    program = (
        "import asyncio, sys; from storage import migrate; "
        "sys.exit(bool(asyncio.run(migrate.upgrade(sys.argv[1]))))"
    )
    address = empty_url.render_as_string(hide_password=False)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, address, cwd=Path(__file__).parents[2]
        )
        for _ in range(4)
    ]
    steps = [await process.wait() for process in processes]
    assert sorted(steps) == [0, 0, 0, 1]


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(database_url: URL) -> None:
    database = Database(database_url)
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    await database.close()
    for ask in (migrate.upgrade, migrate.pending):
        with pytest.raises(migrate.UnknownRevisionError, match="ffff"):
            await ask(database_url)
    assert await migrate.current(database_url) == "ffff"


# -- Later steps, written for the test -------------------------------------------------------------


@pytest.fixture
def later_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts one more migration after those that there are."""

    def add(body: str) -> None:
        steps = shutil.copytree(migrate.STEPS, tmp_path / "migrations")
        newest = max((steps / "versions").glob("[0-9]*.py")).name.split("_")[0]
        code = "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'later'\n"
        code += f"down_revision = {newest!r}\n\n\ndef upgrade() -> None:\n{indent(body, '    ')}\n"
        (steps / "versions" / "later.py").write_text(code)
        monkeypatch.setattr(migrate, "STEPS", steps)

    return add


async def people_and_seats(url: URL) -> tuple[int, int]:
    database = Database(url)
    async with database.read() as tx:
        counts = [await tx.value(select(func.count()).select_from(t)) for t in (people, seats)]
    await database.close()
    return counts[0], counts[1]


async def somebody_with_a_seat(url: URL) -> None:
    database = Database(url)
    now = datetime(2026, 5, 4, tzinfo=UTC)
    async with database.write() as tx:
        await tx.execute(insert(people).values(id=1, name="Amina", language="en", created_at=now))
        await tx.execute(insert(seats).values(id=1, person_id=1, role="officer", from_at=now))
    await database.close()


async def test_altering_a_table_keeps_the_rows_that_point_to_it(
    database_url: URL, later_step: Callable[[str], None]
) -> None:
    """SQLite alters by making the table anew; dropping the old one must not drop its children."""
    await somebody_with_a_seat(database_url)
    later_step(
        "with op.batch_alter_table('people', recreate='auto') as table:\n"
        "    table.alter_column('name', existing_type=sa.String(200), type_=sa.String(250))"
    )
    assert await migrate.pending(database_url) == ["later"]
    assert await migrate.upgrade(database_url) == ["later"]
    assert await people_and_seats(database_url) == (1, 1)


async def test_a_migration_that_fails_halfway_changes_nothing(
    database_url: URL, later_step: Callable[[str], None]
) -> None:
    before = await migrate.current(database_url)
    later_step(
        "op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "op.execute('INSERT INTO people (id) VALUES (1)')"
    )
    with pytest.raises(IntegrityError):
        await migrate.upgrade(database_url)
    assert await migrate.current(database_url) == before
    database = Database(database_url)
    async with database.read() as tx:
        assert "half" not in await tx.run(lambda connection: inspect(connection).get_table_names())
    await database.close()


async def test_a_migration_that_orphans_rows_is_refused_and_changes_nothing(
    database_url: URL, later_step: Callable[[str], None]
) -> None:
    await somebody_with_a_seat(database_url)
    later_step("op.execute('DELETE FROM people')")
    with pytest.raises((migrate.BrokenReferencesError, IntegrityError), match="seats"):
        await migrate.upgrade(database_url)
    assert await people_and_seats(database_url) == (1, 1)


async def test_the_error_of_a_migration_carries_no_parameters(tmp_path: Path) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        async with migrate._connection(sqlite_url(tmp_path / "x.db")) as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Amal"})
    assert "Amal" not in str(caught.value)

"""Every test has a PostgreSQL database as good as new, though most are handed on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.tables import metadata, people
from tests.conftest import PostgresServer

pytestmark = pytest.mark.postgres


async def test_a_database_is_handed_on_empty_and_counts_from_one(
    postgres_server: PostgresServer,
) -> None:
    """Even from a test that has left a connection in the middle of a transaction."""
    names = set()
    for _ in range(2):
        async with postgres_server.migrated() as url:
            names.add(url.database)
            left = Database(url)
            async with left.read() as tx:
                for table in metadata.sorted_tables:
                    assert await tx.value(select(func.count()).select_from(table)) == 0, table.name
            person = {"name": "Amal", "language": "en", "created_at": datetime.now(UTC)}
            async with left.write() as tx:
                assert await tx.value(insert(people).values(person).returning(people.c.id)) == 1
            transaction = left.write()
            tx = await transaction.__aenter__()
            await tx.execute(insert(people).values(person))
        with pytest.raises(DBAPIError):
            await transaction.__aexit__(None, None, None)
        await left.close()
    assert len(names) == 1


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE accounts DROP COLUMN chat_id",
        "ALTER TABLE people ADD CONSTRAINT nobody CHECK (false)",
        "DROP INDEX {index}",
        "UPDATE alembic_version SET version_num = 'ffff'",
    ],
)
async def test_a_database_of_another_schema_is_not_handed_on(
    postgres_server: PostgresServer, change: str
) -> None:
    index = next(index.name for table in metadata.sorted_tables for index in table.indexes)
    async with postgres_server.migrated() as changed:
        database = Database(changed)
        async with database.write() as tx:
            await tx.execute(text(change.format(index=index)))
        await database.close()
    async with postgres_server.migrated() as url:
        assert url.database != changed.database

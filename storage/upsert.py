"""Inserts that know what to do when the row is there already, the same on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Transaction


def insert_into(tx: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what becomes of a row that is there already (`on_conflict_…`)."""
    return insert_by(tx.dialect, table)


def insert_by(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same, for a statement that is built once for each kind of database."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_missing(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return insert_by(dialect, table).on_conflict_do_nothing()


async def insert_missing(tx: Transaction, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row unless one with its key is there; True if it was inserted."""
    result = await tx.execute(insert_into(tx, table).values(**row).on_conflict_do_nothing())
    return result.rowcount == 1


async def insert_missing_rows(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those of the rows whose keys are not there, in one statement."""
    await tx.execute(_insert_missing(tx.dialect, table), rows)


async def insert_or_update(
    tx: Transaction, table: Table, row: Mapping[str, Any], *, key: Sequence[str]
) -> None:
    """Insert the row, or change the one with its key to these values."""
    changes = {name: value for name, value in row.items() if name not in key}
    statement = insert_into(tx, table).values(**row)
    await tx.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes))

"""`python -m tests.tools.new_schema` writes the first migration anew from `storage.tables`.

Only while nothing is released: afterwards every change of a table is a migration of its own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, create_engine
from sqlalchemy.types import JSON

from storage.tables import metadata
from storage.types import Amount, Id, UtcDateTime

FIRST = Path(__file__).parents[2] / "storage" / "migrations" / "versions" / "0001_first.py"

HEAD = '''\
"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:  # noqa: PLR0915 - one step, however many tables
    """Create every table."""
'''


def first_migration() -> str:
    """The text of the migration that leads from nothing to today's tables."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        steps = produce_migrations(context, metadata).upgrade_ops
        assert steps is not None
        body = render_python_code(steps, render_item=_named_type, migration_context=context)
    engine.dispose()
    lines = [line.strip() for line in body.splitlines() if not line.lstrip().startswith("#")]
    return _formatted(HEAD + "".join(f"    {_portable(line)}\n" for line in lines))


def _portable(line: str) -> str:
    """A truth value in the words of either database; PostgreSQL takes no 0 or 1 for it."""
    if "sa.Boolean()" not in line:
        return line
    return line.replace("sa.text('0')", "sa.false()").replace("sa.text('1')", "sa.true()")


def _named_type(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    if kind != "type":
        return False
    if value is Id:
        return "Id"
    if isinstance(value, JSON):
        return "Json"
    if isinstance(value, UtcDateTime):
        return "Moment"
    if isinstance(value, Amount):
        return f"sa.String({value.impl.length})"
    if isinstance(value, BigInteger):
        return "sa.BigInteger()"
    return False


def _formatted(code: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--line-length=100", "-"]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    FIRST.write_text(first_migration(), encoding="utf-8")

"""Word templates that the secretariat sent: the ones in use, and those that were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.domain.exports import TemplateKind
from storage.database import Transaction
from storage.tables import templates


@dataclass(frozen=True)
class Template:
    """A template of a kind, for exports in a language; `sha256` names its file."""

    id: int
    kind: TemplateKind
    language: str
    sha256: str
    name: str
    added_at: datetime


async def current(tx: Transaction, kind: TemplateKind, language: str) -> Template | None:
    """The one in use; None: ours is."""
    statement = select(*(templates.c[each] for each in Template.__dataclass_fields__)).where(
        templates.c.kind == kind.value,
        templates.c.language == language,
        templates.c.ended_at.is_(None),
    )
    row = await tx.row(statement)
    return None if row is None else Template(**{**row, "kind": TemplateKind(row["kind"])})


async def end(tx: Transaction, kind: TemplateKind, language: str, *, now: datetime) -> None:
    """The one in use is not any more; it stays on record."""
    await tx.execute(
        update(templates)
        .where(
            templates.c.kind == kind.value,
            templates.c.language == language,
            templates.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


async def add(
    tx: Transaction,
    kind: TemplateKind,
    language: str,
    sha256: str,
    name: str,
    *,
    added_by: int | None,
    now: datetime,
) -> int:
    """Put a template into use; gives its id. The one before must have been ended."""
    row = {"kind": kind.value, "language": language, "sha256": sha256, "name": name}
    result = await tx.execute(insert(templates).values(**row, added_by=added_by, added_at=now))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])

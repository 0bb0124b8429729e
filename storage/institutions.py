"""Institutions: ministries, courts, parliament, cities, and their names by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select

from storage.database import Transaction
from storage.tables import institutions


@dataclass(frozen=True)
class Institution:
    """An institution; `names` by language."""

    id: int
    code: str
    kind: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """Its name in that language, else in English, else in any."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))


_COLUMNS = [institutions.c[name] for name in Institution.__dataclass_fields__]


async def every(tx: Transaction) -> list[Institution]:
    """Every institution that has not ended, by code."""
    statement = (
        select(*_COLUMNS).where(institutions.c.ended_at.is_(None)).order_by(institutions.c.code)
    )
    return [Institution(**row) for row in await tx.rows(statement)]


async def get(tx: Transaction, institution_id: int) -> Institution | None:
    """The institution of that id."""
    row = await tx.row(select(*_COLUMNS).where(institutions.c.id == institution_id))
    return None if row is None else Institution(**row)


async def by_code(tx: Transaction, code: str) -> Institution | None:
    """The institution of that short code."""
    row = await tx.row(select(*_COLUMNS).where(institutions.c.code == code))
    return None if row is None else Institution(**row)


async def add(tx: Transaction, code: str, kind: str, names: Mapping[str, str]) -> int:
    """A new institution; gives its id."""
    result = await tx.execute(insert(institutions).values(code=code, kind=kind, names=dict(names)))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])

"""Grades of committees and others outside, by item; what was replaced stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.domain.grades import Grade, GradeDraft
from storage.database import Transaction
from storage.tables import grades, items

_FIELDS = tuple(Grade.__dataclass_fields__)
_COLUMNS = [grades.c[name] for name in _FIELDS]


async def add(
    tx: Transaction, item_id: int, grade: str, draft: GradeDraft, *, seat_id: int, now: datetime
) -> int:
    """A new grade of an item; gives its id."""
    result = await tx.execute(
        insert(grades).values(
            item_id=item_id, grade=grade, entered_by=seat_id, entered_at=now, **vars(draft)
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def withdraw(tx: Transaction, grade_id: int, *, now: datetime) -> bool:
    """It stands no more; False where it does not anyway."""
    result = await tx.execute(
        update(grades)
        .where(grades.c.id == grade_id, grades.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return result.rowcount == 1


async def get(tx: Transaction, grade_id: int) -> Grade | None:
    """The grade of that id."""
    row = await tx.row(select(*_COLUMNS).where(grades.c.id == grade_id))
    return None if row is None else Grade(**row)


async def history(tx: Transaction, item_id: int) -> list[Grade]:
    """Every grade of an item, what was replaced or taken back too, the newest first."""
    statement = select(*_COLUMNS).where(grades.c.item_id == item_id).order_by(grades.c.id.desc())
    return [Grade(**row) for row in await tx.rows(statement)]


async def schemes(tx: Transaction) -> list[str]:
    """Every scheme that was used, the latest first."""
    statement = (
        select(grades.c.scheme).group_by(grades.c.scheme).order_by(func.max(grades.c.id).desc())
    )
    return list(await tx.values(statement))


async def paragraphs(tx: Transaction, document_id: int, wanted: Sequence[str]) -> Mapping[str, int]:
    """The items of a document by their paragraphs, as these are written there or with blanks."""
    bare = {_bare(each): each for each in wanted}
    paragraph = func.lower(func.replace(items.c.paragraph, " ", ""))
    rows: list[Any] = await tx.rows(
        select(items.c.id, paragraph.label("paragraph")).where(
            items.c.document_id == document_id, paragraph.in_(list(bare))
        )
    )
    return {bare[row["paragraph"]]: row["id"] for row in rows}


def _bare(paragraph: str) -> str:
    return paragraph.replace(" ", "").lower()

"""Answers to requests that are not for status: positions, answers to questions, data, comments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from bot.domain.figures import Figure
from bot.domain.requests import Answer
from storage.database import Transaction
from storage.tables import answers

_COLUMNS = [answers.c[name] for name in Answer.__dataclass_fields__]


async def add(
    tx: Transaction,
    request_item_id: int,
    *,
    seat_id: int | None,
    words: str,
    language: str,
    choice: str | None = None,
    figures: Sequence[Figure] = (),
    source: str | None = None,
    source_on: date | None = None,
    now: datetime,
) -> int:
    """A new answer; gives its id."""
    result = await tx.execute(
        insert(answers).values(
            request_item_id=request_item_id,
            seat_id=seat_id,
            choice=choice,
            words=words,
            figures=[each.to_json() for each in figures],
            language=language,
            source=source,
            source_on=source_on,
            at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def newest(tx: Transaction, request_item_id: int) -> Answer | None:
    """What was answered last."""
    row: Any = await tx.row(
        select(*_COLUMNS)
        .where(answers.c.request_item_id == request_item_id)
        .order_by(answers.c.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    figures = tuple(Figure.from_json(each) for each in row["figures"])
    return Answer(**{**row, "figures": figures})

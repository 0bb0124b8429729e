"""Summaries of what came of consultations, in each language that one was written in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, and_, exists, select

from bot.domain.summaries import Numbers, PublicSummary, Summary
from storage.database import Transaction
from storage.tables import consultation_summaries as table
from storage.tables import consultation_words, consultations
from storage.upsert import insert_into


async def put(tx: Transaction, summary: Summary) -> None:
    """Publish a summary in the place of the one in its language."""
    values = {
        "words": summary.words,
        "numbers": summary.numbers.to_json(),
        "published_on": summary.published_on,
    }
    key = {"consultation_id": summary.consultation_id, "language": summary.language}
    await tx.execute(
        insert_into(tx, table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=["consultation_id", "language"], set_=values)
    )


async def is_there(tx: Transaction, consultation_id: int) -> bool:
    """Whether one is published, in any language."""
    return bool(await tx.value(select(exists().where(table.c.consultation_id == consultation_id))))


async def get(tx: Transaction, consultation_id: int, language: str) -> Summary | None:
    """The summary, in `language` where it was written in it, else in the first one."""
    rows = await tx.rows(
        select(table)
        .where(table.c.consultation_id == consultation_id)
        .order_by(table.c.published_on, table.c.language)
    )
    found = [_read(each) for each in rows]
    own = [each for each in found if each.language == language]
    return next(iter([*own, *found]), None)


async def public(tx: Transaction) -> Sequence[PublicSummary]:
    """Every summary with what it is of, the newest consultation first."""
    words = and_(
        consultation_words.c.consultation_id == consultations.c.id,
        consultation_words.c.language == consultations.c.language,
    )
    rows = await tx.rows(
        select(
            table,
            consultations.c.code,
            consultations.c.last_day,
            consultation_words.c.title,
            consultation_words.c.language.label("title_language"),
        )
        .select_from(
            table.join(consultations, consultations.c.id == table.c.consultation_id).join(
                consultation_words, words
            )
        )
        .order_by(consultations.c.last_day.desc(), consultations.c.id.desc(), table.c.language)
    )
    return [
        PublicSummary(row["code"], row["title"], row["title_language"], row["last_day"], _read(row))
        for row in rows
    ]


def _read(row: RowMapping) -> Summary:
    return Summary(
        row["consultation_id"],
        row["language"],
        row["words"],
        Numbers.from_json(row["numbers"]),
        row["published_on"],
    )

"""Comments of institutions on chapters: answers to requests, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from bot.domain.national_reports import Comment, Outcome, in_parts
from bot.domain.reports import EvidenceState
from bot.domain.requests import RequestKind
from storage.database import Transaction
from storage.tables import (
    answers,
    comment_outcomes,
    evidence,
    institutions,
    report_chapters,
    request_items,
    requests,
)
from storage.upsert import insert_or_update


async def of_report(tx: Transaction, report_id: int) -> list[Comment]:
    """Every comment on the chapters of a report, in their order, the oldest first."""
    rows = await tx.rows(
        _answers()
        .where(report_chapters.c.report_id == report_id, report_chapters.c.removed_at.is_(None))
        .order_by(report_chapters.c.place, report_chapters.c.id, answers.c.id)
    )
    return await _comments(tx, rows)


async def of_answer(tx: Transaction, answer_id: int) -> tuple[int, list[Comment]] | None:
    """The report, and the comments that one answer holds; None where it is no such answer."""
    rows = await tx.rows(
        _answers().add_columns(report_chapters.c.report_id).where(answers.c.id == answer_id)
    )
    return (rows[0]["report_id"], await _comments(tx, rows)) if rows else None


def _answers() -> Any:
    newest = answers.alias("newest")
    last = (
        select(func.max(newest.c.id))
        .where(newest.c.request_item_id == request_items.c.id)
        .correlate(request_items)
        .scalar_subquery()
    )
    kept = (
        select(func.count())
        .where(
            evidence.c.answer_id == answers.c.id,
            evidence.c.state == EvidenceState.STORED.value,
        )
        .correlate(answers)
        .scalar_subquery()
    )
    return (
        select(
            answers.c.id,
            answers.c.request_item_id,
            requests.c.chapter_id,
            answers.c.words,
            answers.c.language,
            institutions.c.names,
            kept.label("files"),
            answers.c.at,
        )
        .select_from(requests)
        .join(request_items, request_items.c.request_id == requests.c.id)
        .join(report_chapters, report_chapters.c.id == requests.c.chapter_id)
        .join(institutions, institutions.c.id == request_items.c.institution_id)
        .join(answers, and_(answers.c.request_item_id == request_items.c.id, answers.c.id == last))
        .where(requests.c.kind == RequestKind.COMMENT.value)
    )


async def _comments(tx: Transaction, rows: Sequence[Any]) -> list[Comment]:
    ids = [row["id"] for row in rows]
    settled = {
        (row["answer_id"], row["part"]): row
        for row in await tx.rows(
            select(comment_outcomes).where(comment_outcomes.c.answer_id.in_(ids))
        )
    }
    found = []
    for row in rows:
        for part, (place, words) in enumerate(in_parts(row["words"])):
            outcome = settled.get((row["id"], part))
            found.append(
                Comment(
                    answer_id=row["id"],
                    request_item_id=row["request_item_id"],
                    part=part,
                    chapter_id=row["chapter_id"],
                    place=place,
                    words=words,
                    language=row["language"],
                    names=row["names"],
                    files=row["files"],
                    at=row["at"],
                    outcome=None if outcome is None else Outcome(outcome["outcome"]),
                    note=None if outcome is None else outcome["note"],
                    note_language=None if outcome is None else outcome["language"],
                )
            )
    return found


async def settle(
    tx: Transaction,
    answer_id: int,
    part: int,
    outcome: Outcome,
    *,
    note: str | None,
    language: str | None,
    seat_id: int,
    now: datetime,
) -> None:
    """Keep what became of a comment; what was said of it before is replaced."""
    row = {
        "answer_id": answer_id,
        "part": part,
        "outcome": outcome.value,
        "note": note,
        "language": language,
        "seat_id": seat_id,
        "at": now,
    }
    await insert_or_update(tx, comment_outcomes, row, key=("answer_id", "part"))

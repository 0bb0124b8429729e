"""The record of an item: the audit's entries about it and all that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import String, and_, cast, false, literal, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.people import Role
from bot.domain.record import Told
from storage.database import Transaction
from storage.tables import (
    activities,
    activity_items,
    answers,
    assessments,
    assignments,
    audit,
    dialogue_questions,
    evidence,
    grades,
    indicators,
    institutions,
    items,
    questions,
    reminders,
    request_items,
    seats,
    status_updates,
)

_OF_MANY = ("items:%", "assignments:%", "cluster:%")
"""Subjects of acts upon many at once, whose facts name each."""

_GRADED = "grade.enter"
"""Grades of one session: its subject is the item at which they were entered, its facts name all."""


async def of_item(tx: Transaction, item_id: int, *, limit: int, offset: int = 0) -> list[Told]:
    """The entries about an item, the newest first.

    About its assignments, requests, questions, reports and their evidence, assessments, grades,
    and what is planned for it or its cluster, too; not about what an institution asked its units,
    which is its own.
    """
    held = await tx.values(select(assignments.c.id).where(assignments.c.item_id == item_id))
    about = or_(
        audit.c.subject.in_(await _subjects(tx, item_id, held)),
        audit.c.number.in_(await _of_many(tx, item_id, held)),
    )
    newest = (
        select(
            audit.c.number,
            audit.c.at,
            audit.c.act,
            audit.c.channel,
            seats.c.role,
            institutions.c.names,
        )
        .outerjoin(seats, seats.c.id == audit.c.seat_id)
        .outerjoin(institutions, institutions.c.id == seats.c.institution_id)
        .where(about)
        .order_by(audit.c.number.desc())
    )
    rows = await tx.rows(newest.limit(limit).offset(offset))
    return [
        Told(**{**row, "role": None if row["role"] is None else Role(row["role"])}) for row in rows
    ]


async def _subjects(tx: Transaction, item_id: int, held: Collection[int]) -> list[str]:
    """What belongs to the item, as entries name it."""
    asked = select(request_items.c.id).where(
        or_(request_items.c.item_id == item_id, request_items.c.assignment_id.in_(held))
    )
    reported = select(status_updates.c.id).where(status_updates.c.assignment_id.in_(held))
    answered = select(answers.c.id).where(answers.c.request_item_id.in_(asked))
    cluster = select(items.c.cluster_id).where(items.c.id == item_id).scalar_subquery()
    own = select(activity_items.c.activity_id).where(activity_items.c.item_id == item_id)
    planned = or_(activities.c.id.in_(own), activities.c.cluster_id == cluster)
    aimed_at = select(activities.c.id).where(planned)
    found = await tx.rows(
        union_all(
            *(
                select(literal(f"{noun}:").label("noun"), cast(column, String).label("id")).where(
                    condition
                )
                for noun, column, condition in (
                    ("assignment", assignments.c.id, assignments.c.id.in_(held)),
                    ("request_item", request_items.c.id, request_items.c.id.in_(asked)),
                    ("question", questions.c.id, questions.c.assignment_id.in_(held)),
                    ("evidence", evidence.c.id, evidence.c.status_update_id.in_(reported)),
                    ("evidence", evidence.c.id, evidence.c.answer_id.in_(answered)),
                    ("reminder", reminders.c.id, reminders.c.request_item_id.in_(asked)),
                    ("assessment", assessments.c.id, assessments.c.item_id == item_id),
                    ("grade", grades.c.id, grades.c.item_id == item_id),
                    ("activity", activities.c.id, planned),
                    ("indicator", indicators.c.id, indicators.c.activity_id.in_(aimed_at)),
                    (
                        "dialogue_question",
                        dialogue_questions.c.id,
                        dialogue_questions.c.item_id == item_id,
                    ),
                )
            ),
            select(literal(""), status_updates.c.number).where(status_updates.c.id.in_(reported)),
        )
    )
    return [f"item:{item_id}", *(f"{row['noun']}{row['id']}" for row in found)]


async def _of_many(tx: Transaction, item_id: int, held: Collection[int]) -> list[int]:
    """The entries upon many at once that name this item, or one of its assignments."""
    numbers = await _sent_together(tx, held)
    upon = or_(
        *(audit.c.subject.like(each) for each in _OF_MANY),
        audit.c.act == _GRADED,
        audit.c.subject.in_(numbers) if numbers else false(),
    )
    found = await tx.rows(select(audit.c.number, audit.c.facts).where(upon))
    return [row["number"] for row in found if _names(row["facts"], item_id, held)]


async def _sent_together(tx: Transaction, held: Collection[int]) -> list[str]:
    """The first numbers of the reports that were sent for several items in one go."""
    own, together = status_updates.alias("own"), status_updates.alias("together")
    same: ColumnElement[bool] = and_(
        together.c.seat_id == own.c.seat_id, together.c.submitted_at == own.c.submitted_at
    )
    wanted = (
        select(together.c.number)
        .select_from(own.join(together, same))
        .where(own.c.assignment_id.in_(held), together.c.assignment_id.not_in(held))
    )
    return await tx.values(wanted)


def _names(facts: Mapping[str, Any], item_id: int, held: Collection[int]) -> bool:
    named = {*_listed(facts, "assignments"), *_listed(facts, "again"), *_listed(facts, "changed")}
    return item_id in _listed(facts, "items") or not named.isdisjoint(held)


def _listed(facts: Mapping[str, Any], name: str) -> list[int]:
    value = facts.get(name)
    return value if isinstance(value, list) else []

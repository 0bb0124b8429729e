"""Follow-up plans: activities with what they are for, who takes part, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from bot.domain.items import AssignmentState
from bot.domain.plans import OPEN, About, Activity, ActivityState, Note, Noted, Sought, Wanted
from storage import clusters as grouping
from storage.database import Transaction
from storage.tables import (
    activities,
    activity_institutions,
    activity_items,
    activity_notes,
    assignments,
    clusters,
    institutions,
    item_tags,
    items,
    seats,
    source_documents,
)

_LAST = date(9999, 12, 31)
_COLUMNS = [activities.c[each.name] for each in fields(Activity) if each.name in activities.c]
_OPEN = activities.c.state.in_([each.value for each in OPEN])


# -- One activity ----------------------------------------------------------------------------------


async def add(
    tx: Transaction, about: About, wanted: Wanted, *, adopted_at: datetime | None, now: datetime
) -> int:
    """A new activity, planned; gives its id."""
    result = await tx.execute(
        insert(activities).values(
            cluster_id=about.cluster_id,
            state=ActivityState.PLANNED.value,
            adopted_at=adopted_at,
            created_at=now,
            **_own(wanted),
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    activity_id = int(key[0])
    rows = [{"activity_id": activity_id, "item_id": each} for each in about.item_ids]
    if rows:
        await tx.execute(insert(activity_items), rows)
    await _join(tx, activity_id, wanted.others)
    return activity_id


async def put_anew(tx: Transaction, activity_id: int, wanted: Wanted) -> None:
    """The activity as it is wanted now."""
    await change(tx, activity_id, **_own(wanted))
    await tx.execute(
        delete(activity_institutions).where(activity_institutions.c.activity_id == activity_id)
    )
    await _join(tx, activity_id, wanted.others)


async def change(tx: Transaction, activity_id: int, **values: Any) -> None:
    """Change columns of an activity."""
    await tx.execute(update(activities).where(activities.c.id == activity_id).values(**values))


def _own(wanted: Wanted) -> dict[str, Any]:
    return {
        each.name: getattr(wanted, each.name) for each in fields(Wanted) if each.name != "others"
    }


async def _join(tx: Transaction, activity_id: int, others: Collection[int]) -> None:
    rows = [{"activity_id": activity_id, "institution_id": each} for each in others]
    if rows:
        await tx.execute(insert(activity_institutions), rows)


async def get(tx: Transaction, activity_id: int) -> Activity | None:
    """The activity of that id; locked until the transaction ends."""
    row = await tx.row(
        select(*_COLUMNS).where(activities.c.id == activity_id).with_for_update(of=activities)
    )
    return None if row is None else (await _whole(tx, [row]))[0]


async def concerned(tx: Transaction, activity: Activity) -> set[int]:
    """The institutions that take part in it, or have been announced one of its items."""
    held = select(assignments.c.institution_id).where(
        assignments.c.item_id.in_(_items_of(activity.about)), _ANNOUNCED
    )
    return {*activity.others, *(int(each) for each in await tx.values(held.distinct()))}


_ANNOUNCED = assignments.c.state == AssignmentState.ANNOUNCED.value


def _items_of(about: About) -> Any:
    if about.cluster_id is None:
        return about.item_ids
    return select(items.c.id).where(items.c.cluster_id == about.cluster_id)


async def holds(tx: Transaction, institution_id: int, about: About) -> bool:
    """Whether that institution was announced every one of these items, or any of the cluster."""
    held = await tx.value(
        select(func.count(assignments.c.item_id.distinct())).where(
            assignments.c.item_id.in_(_items_of(about)),
            assignments.c.institution_id == institution_id,
            _ANNOUNCED,
        )
    )
    return int(held) >= max(len(set(about.item_ids)), 1)


async def held_of(tx: Transaction, institution_id: int, item_ids: Sequence[int]) -> set[int]:
    """Those of the items that the institution was announced."""
    held = select(assignments.c.item_id).where(
        assignments.c.item_id.in_(item_ids),
        assignments.c.institution_id == institution_id,
        _ANNOUNCED,
    )
    return {int(each) for each in await tx.values(held)}


async def sdg_labels(tx: Transaction, activity: Activity) -> list[str]:
    """The goals and targets that the items of an activity are tagged with."""
    labels = select(item_tags.c.label).where(
        item_tags.c.vocabulary == "sdg", item_tags.c.item_id.in_(_items_of(activity.about))
    )
    return [str(each) for each in await tx.values(labels.distinct().order_by(item_tags.c.label))]


# -- Lists -----------------------------------------------------------------------------------------


async def page(
    tx: Transaction, sought: Sought, *, today: date, limit: int | None = None, offset: int = 0
) -> list[Activity]:
    """Activities: the late ones first, then by their ends; what is done or dropped comes last."""
    rank = case((and_(_OPEN, activities.c.until_on < today), 0), (_OPEN, 1), else_=2)
    statement = (
        select(*_COLUMNS)
        .where(_is(sought))
        .order_by(rank, func.coalesce(activities.c.until_on, _LAST), activities.c.id)
        .limit(limit)
        .offset(offset)
    )
    return await _whole(tx, await tx.rows(statement))


async def count(tx: Transaction, sought: Sought) -> int:
    """How many there are."""
    statement = select(func.count()).select_from(activities).where(_is(sought))
    return int(await tx.value(statement))


async def of_items(tx: Transaction, item_ids: Sequence[int]) -> list[Activity]:
    """The activities for any of these items or their clusters, in the order of their ids."""
    statement = select(*_COLUMNS).where(activities.c.id.in_(ids_for(item_ids)))
    return await _whole(tx, await tx.rows(statement.order_by(activities.c.id)))


async def of_ids(tx: Transaction, activity_ids: Collection[int]) -> dict[int, Activity]:
    """These activities by id, locked until the transaction ends."""
    statement = (
        select(*_COLUMNS)
        .where(activities.c.id.in_(activity_ids))
        .order_by(activities.c.id)
        .with_for_update(of=activities)
    )
    return {each.id: each for each in await _whole(tx, await tx.rows(statement))}


def ids_for(item_ids: Any) -> CompoundSelect[Any]:
    """The ids of the activities for these items (their ids, or a statement) or their clusters."""
    of_clusters = select(activities.c.id).join(items, items.c.cluster_id == activities.c.cluster_id)
    return (
        select(activity_items.c.activity_id)
        .where(activity_items.c.item_id.in_(item_ids))
        .union(of_clusters.where(items.c.id.in_(item_ids)))
    )


def _is(sought: Sought) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if sought.item_id is not None:
        conditions.append(activities.c.id.in_(ids_for([sought.item_id])))
    if sought.cluster_id is not None:
        conditions.append(activities.c.cluster_id == sought.cluster_id)
    if sought.held_by is not None:
        conditions.append(activities.c.institution_id.in_(sought.held_by))
    if sought.shown_to is not None:
        own = activities.c.institution_id.in_(sought.shown_to)
        conditions.append(or_(own, activities.c.adopted_at.is_not(None)))
    if sought.to_look_at:
        conditions.append(to_look_at())
    if sought.still_open:
        conditions.append(_OPEN)
    if sought.due_by is not None:
        conditions.append(activities.c.until_on <= sought.due_by)
    return and_(true(), *conditions)


def to_look_at() -> ColumnElement[bool]:
    """The condition on an activity that institutions proposed or changed."""
    proposed = and_(activities.c.adopted_at.is_(None), _OPEN)
    return or_(proposed, activities.c.changed_at.is_not(None))


async def _whole(tx: Transaction, rows: Sequence[Any]) -> list[Activity]:
    ids = [row["id"] for row in rows]
    about = await _gathered(tx, activity_items, "item_id", ids)
    others = await _gathered(tx, activity_institutions, "institution_id", ids)
    return [
        Activity(
            **{
                **row,
                "state": ActivityState(row["state"]),
                "item_ids": about.get(row["id"], ()),
                "others": others.get(row["id"], ()),
            }
        )
        for row in rows
    ]


async def _gathered(
    tx: Transaction, table: Table, name: str, activity_ids: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    statement = (
        select(table.c.activity_id, table.c[name])
        .where(table.c.activity_id.in_(activity_ids))
        .order_by(table.c.activity_id, table.c[name])
    )
    for row in await tx.rows(statement):
        found[row["activity_id"]] = (*found.get(row["activity_id"], ()), row[name])
    return found


# -- What became of it -----------------------------------------------------------------------------


async def note(
    tx: Transaction,
    activity_id: int,
    what: Noted,
    *,
    seat_id: int | None,
    now: datetime,
    state: ActivityState | None = None,
    fields_: Sequence[str] = (),
    words: str | None = None,
    language: str | None = None,
) -> None:
    """Write down what happened to an activity."""
    await tx.execute(
        insert(activity_notes).values(
            activity_id=activity_id,
            seat_id=seat_id,
            what=what.value,
            state=None if state is None else state.value,
            fields=list(fields_),
            words=words,
            language=language if words else None,
            at=now,
        )
    )


async def notes(
    tx: Transaction, activity_id: int, *, limit: int | None = None, offset: int = 0
) -> list[Note]:
    """What happened to an activity, the latest first."""
    statement = (
        select(activity_notes, institutions.c.names)
        .outerjoin(seats, seats.c.id == activity_notes.c.seat_id)
        .outerjoin(institutions, institutions.c.id == seats.c.institution_id)
        .where(activity_notes.c.activity_id == activity_id)
        .order_by(activity_notes.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Note(
            Noted(row["what"]),
            row["at"],
            row["names"],
            ActivityState(row["state"]) if row["state"] else None,
            tuple(row["fields"]),
            row["words"],
            row["language"],
        )
        for row in await tx.rows(statement)
    ]


async def count_notes(tx: Transaction, activity_id: int) -> int:
    """How many notes an activity has."""
    statement = (
        select(func.count())
        .select_from(activity_notes)
        .where(activity_notes.c.activity_id == activity_id)
    )
    return int(await tx.value(statement))


# -- For exports -----------------------------------------------------------------------------------


def records(within: Any) -> Select[Any]:
    """The rows of the activities for the items of that statement, the cluster's name and the last
    note with them.

    `restricted` says that its words are about restricted items: one of its own, or all of the
    cluster's.
    """
    last = (
        select(activity_notes.c.words)
        .where(activity_notes.c.activity_id == activities.c.id, activity_notes.c.words.is_not(None))
        .order_by(activity_notes.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            activities,
            clusters.c.name.label("cluster"),
            last.label("note"),
            _is_about_restricted().label("restricted"),
        )
        .outerjoin(clusters, clusters.c.id == activities.c.cluster_id)
        .where(activities.c.id.in_(ids_for(within)))
    )


def _is_about_restricted() -> ColumnElement[bool]:
    """The condition on an activity that its words are about restricted items."""
    own = exists().where(
        activity_items.c.activity_id == activities.c.id,
        activity_items.c.item_id == items.c.id,
        items.c.restricted,
    )
    return or_(own, grouping.holds_restricted_alone(activities.c.cluster_id))


async def about_restricted(tx: Transaction, activity_ids: Collection[int]) -> set[int]:
    """Those of these activities whose words are about restricted items."""
    wanted = select(activities.c.id).where(activities.c.id.in_(activity_ids))
    return set(await tx.values(wanted.where(_is_about_restricted())))


def items_of(activity_ids: Sequence[int]) -> Select[Any]:
    """Symbol and number of the items that these activities are for."""
    return (
        select(activity_items.c.activity_id, source_documents.c.symbol, items.c.paragraph)
        .join(items, items.c.id == activity_items.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(activity_items.c.activity_id.in_(activity_ids))
        .order_by(activity_items.c.activity_id, items.c.document_id, items.c.ordinal)
    )


def others_of(activity_ids: Sequence[int]) -> Select[Any]:
    """The institutions that take part in these activities."""
    return (
        select(activity_institutions)
        .where(activity_institutions.c.activity_id.in_(activity_ids))
        .order_by(activity_institutions.c.activity_id, activity_institutions.c.institution_id)
    )


# -- For workbooks ---------------------------------------------------------------------------------


async def item_codes(
    tx: Transaction, item_ids: Sequence[int] | None = None
) -> list[tuple[int, str, str]]:
    """Id, symbol and number of these items, or of every one."""
    statement = select(items.c.id, source_documents.c.symbol, items.c.paragraph).join(
        source_documents, source_documents.c.id == items.c.document_id
    )
    if item_ids is not None:
        statement = statement.where(items.c.id.in_(item_ids))
    rows = await tx.rows(statement.order_by(items.c.document_id, items.c.ordinal, items.c.id))
    return [(row["id"], row["symbol"], row["paragraph"]) for row in rows]


async def every(tx: Transaction) -> list[Activity]:
    """Every activity."""
    return await _whole(tx, await tx.rows(select(*_COLUMNS).order_by(activities.c.id)))

"""Items by selection: how many there are, a page of them, and what they can be narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.domain.days import months_later
from bot.domain.errors import NotFound
from bot.domain.items import AssignmentState, best_text
from bot.domain.selection import (
    NEVER,
    NO_CLUSTER,
    NO_REPORT,
    OF_ASSIGNMENTS,
    REPORT_AGES,
    Choice,
    Listed,
    Narrowing,
    Need,
    Selection,
    mark,
)
from storage import items as item_queries
from storage.database import Transaction
from storage.tables import (
    assignments,
    clusters,
    institutions,
    item_tags,
    items,
    source_documents,
)

HELD = (AssignmentState.DRAFT.value, AssignmentState.ANNOUNCED.value)
"""An item with an assignment in one of these states is not unassigned."""

THEME, NEED, SDG = "theme", "need", "sdg"
_VOCABULARY = {Narrowing.THEME: THEME, Narrowing.NEED: NEED, Narrowing.SDG: SDG}
_START = 200  # characters of a text that a list may need


async def count(tx: Transaction, selection: Selection, *, today: date) -> int:
    """How many items are meant."""
    condition = await _condition(tx, selection, today)
    statement = select(func.count()).select_from(_items()).where(condition)
    return int(await tx.value(statement))


async def ids(
    tx: Transaction, selection: Selection, *, today: date, limit: int | None = None
) -> list[int]:
    """The ids of the items that are meant, by document and place in it."""
    statement = _in_order(select(items.c.id), await _condition(tx, selection, today)).limit(limit)
    return [int(each) for each in await tx.values(statement)]


async def page(
    tx: Transaction,
    selection: Selection,
    *,
    today: date,
    language: str,
    default_language: str,
    limit: int,
    offset: int = 0,
) -> list[Listed]:
    """Some of the items that are meant, as lists show them."""
    columns = select(
        items.c.id, items.c.paragraph.label("code"), source_documents.c.symbol, items.c.restricted
    )
    statement = (
        _in_order(columns, await _condition(tx, selection, today)).limit(limit).offset(offset)
    )
    return await _listed(tx, await tx.rows(statement), language, default_language)


async def of_ids(
    tx: Transaction, item_ids: Sequence[int], *, language: str, default_language: str
) -> list[Listed]:
    """These items, as lists show them, by document and place in it."""
    columns = select(
        items.c.id, items.c.paragraph.label("code"), source_documents.c.symbol, items.c.restricted
    )
    rows = await tx.rows(_in_order(columns, items.c.id.in_(item_ids)))
    return await _listed(tx, rows, language, default_language)


async def documents_of(tx: Transaction, item_ids: Sequence[int]) -> set[int]:
    """The documents that these items stand in."""
    found = await tx.values(select(items.c.document_id).where(items.c.id.in_(item_ids)).distinct())
    return {int(each) for each in found}


async def choices(
    tx: Transaction, selection: Selection, narrowing: Narrowing, *, today: date
) -> list[Choice]:
    """The values that would narrow the selection, with how many items each leaves, most first.

    Names are shown as they are kept; kinds, needs, statuses and ages by their codes.
    """
    condition = await _condition(tx, selection, today)
    match narrowing:
        case Narrowing.DOCUMENT:
            return await _grouped(tx, items.c.document_id, source_documents.c.symbol, condition)
        case Narrowing.MECHANISM:
            name = source_documents.c.mechanism
            return _marked(await _grouped(tx, name, name, condition))
        case Narrowing.KIND:
            return await _grouped(tx, items.c.kind, items.c.kind, condition)
        case Narrowing.CLUSTER:
            return await _clusters(tx, condition)
        case Narrowing.THEME | Narrowing.SDG:
            return _marked(await _tagged(tx, _VOCABULARY[narrowing], condition))
        case Narrowing.NEED:
            return await _tagged(tx, NEED, condition)
        case Narrowing.STATUS:
            return await _statuses(tx, condition)
        case Narrowing.REPORT_AGE:
            return await _report_ages(tx, condition, today)


async def name_of(tx: Transaction, narrowing: Narrowing, value: str) -> str:
    """How a narrowing's value is called; kinds, needs and "no cluster" by their codes."""
    found: str | None = value
    match narrowing:
        case Narrowing.DOCUMENT:
            found = await tx.value(
                select(source_documents.c.symbol).where(source_documents.c.id == _number(value))
            )
        case Narrowing.CLUSTER if value != NO_CLUSTER:
            found = await tx.value(select(clusters.c.name).where(clusters.c.id == _number(value)))
        case Narrowing.MECHANISM | Narrowing.THEME | Narrowing.SDG:
            found = next(iter(await _names(tx, narrowing, value)), None)
        case _:
            pass
    if found is None:
        raise NotFound
    return found


# -- Tags ------------------------------------------------------------------------------------------


async def needs(tx: Transaction, item_id: int) -> set[Need]:
    """What an item needs, as officers have marked it."""
    statement = select(item_tags.c.label).where(
        item_tags.c.item_id == item_id, item_tags.c.vocabulary == NEED
    )
    return {Need(each) for each in await tx.values(statement)}


async def add_need(tx: Transaction, item_ids: Sequence[int], need: Need) -> None:
    """Mark what these items need."""
    source = select(items.c.id, literal(NEED), literal(need.value), literal([*Need].index(need)))
    missing = source.where(items.c.id.in_(item_ids), ~_has_tag(NEED, [need.value]))
    names = ["item_id", "vocabulary", "label", "ordinal"]
    await tx.execute(insert(item_tags).from_select(names, missing))


async def remove_need(tx: Transaction, item_ids: Sequence[int], need: Need) -> None:
    """They do not need it after all."""
    await tx.execute(
        delete(item_tags).where(
            item_tags.c.item_id.in_(item_ids),
            item_tags.c.vocabulary == NEED,
            item_tags.c.label == need.value,
        )
    )


async def set_priority(tx: Transaction, item_ids: Sequence[int], priority: bool) -> None:
    """Whether these items come before others."""
    await tx.execute(update(items).where(items.c.id.in_(item_ids)).values(priority=priority))


# -- Inside ----------------------------------------------------------------------------------------


def _items() -> Any:
    return items.join(source_documents, source_documents.c.id == items.c.document_id)


def _in_order(columns: Select[Any], condition: ColumnElement[bool]) -> Select[Any]:
    return (
        columns.select_from(_items())
        .where(condition)
        .order_by(source_documents.c.published_on.desc(), items.c.document_id, items.c.ordinal)
    )


async def _condition(tx: Transaction, selection: Selection, today: date) -> ColumnElement[bool]:
    """What an item has to be; what no newest import holds any more is not offered."""
    conditions: list[ColumnElement[bool]] = [items.c.vanished_at.is_(None)]
    conditions += [
        await _passes(tx, selection, each) for each in selection.by.keys() - OF_ASSIGNMENTS
    ]
    if OF_ASSIGNMENTS & selection.by.keys():  # of one and the same assignment
        theirs = of_assignments(selection, today)
        found = exists().where(assignments.c.item_id == items.c.id, *theirs)
        conditions.append(found.correlate(items))
    if selection.unassigned:
        conditions.append(is_unassigned())
    if selection.priority:
        conditions.append(items.c.priority)
    return and_(*conditions)


async def _passes(
    tx: Transaction, selection: Selection, narrowing: Narrowing
) -> ColumnElement[bool]:
    value = selection.by[narrowing]
    match narrowing:
        case Narrowing.DOCUMENT:
            return items.c.document_id == selection.number(narrowing)
        case Narrowing.KIND:
            return items.c.kind == value
        case Narrowing.CLUSTER:
            cluster_id = selection.number(narrowing)
            return items.c.cluster_id == cluster_id if cluster_id else items.c.cluster_id.is_(None)
        case Narrowing.MECHANISM:
            return source_documents.c.mechanism.in_(await _names(tx, narrowing, value))
        case Narrowing.NEED:
            return _has_tag(NEED, [value])
        case _:
            return _has_tag(_VOCABULARY[narrowing], await _names(tx, narrowing, value))


def of_assignments(selection: Selection, today: date) -> list[ColumnElement[bool]]:
    """What an assignment has to be, so that an item passes by it: announced, and its last word."""
    conditions = [assignments.c.state == AssignmentState.ANNOUNCED.value]
    status, age = selection.by.get(Narrowing.STATUS), selection.by.get(Narrowing.REPORT_AGE)
    if status is not None:
        conditions.append(_last_status() == status)
    if age is not None:
        conditions.append(_older(age, today))
    return conditions


def _last_status() -> ColumnElement[str]:
    return func.coalesce(assignments.c.status, NO_REPORT)


def _older(age: str, today: date) -> ColumnElement[bool]:
    """The last report speaks of a day so many months ago or more; never: there is none.

    What was never reported on is older than anything.
    """
    if age not in REPORT_AGES:
        raise NotFound
    never = assignments.c.as_of.is_(None)
    return (
        never if age == NEVER else or_(never, assignments.c.as_of < months_later(today, -int(age)))
    )


def is_unassigned() -> ColumnElement[bool]:
    """The condition that no institution has the item, not even as a draft."""
    held = exists().where(assignments.c.item_id == items.c.id, assignments.c.state.in_(HELD))
    return ~held.correlate(items)


def _has_tag(vocabulary: str, labels: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        item_tags.c.item_id == items.c.id,
        item_tags.c.vocabulary == vocabulary,
        item_tags.c.label.in_(labels),
    )


async def _names(tx: Transaction, narrowing: Narrowing, value: str) -> list[str]:
    """The names that have that mark; hardly ever more than one."""
    statement = (
        select(source_documents.c.mechanism).distinct()
        if narrowing is Narrowing.MECHANISM
        else _labels(_VOCABULARY[narrowing])
    )
    return [name for name in await tx.values(statement) if mark(name) == value]


def _labels(vocabulary: str) -> Select[Any]:
    return select(item_tags.c.label).where(item_tags.c.vocabulary == vocabulary).distinct()


async def _grouped(
    tx: Transaction,
    value: ColumnElement[Any],
    name: ColumnElement[Any],
    condition: ColumnElement[bool],
) -> list[Choice]:
    statement = (
        select(value.label("value"), name.label("name"), func.count().label("n"))
        .select_from(_items())
        .where(condition)
        .group_by(value, name)
        .order_by(func.count().desc(), name)
    )
    return [Choice(str(row["value"]), row["name"], row["n"]) for row in await tx.rows(statement)]


async def _tagged(tx: Transaction, vocabulary: str, condition: ColumnElement[bool]) -> list[Choice]:
    statement = (
        select(item_tags.c.label, func.count().label("n"))
        .select_from(_items().join(item_tags, item_tags.c.item_id == items.c.id))
        .where(condition, item_tags.c.vocabulary == vocabulary)
        .group_by(item_tags.c.label)
        .order_by(func.count().desc(), item_tags.c.label)
    )
    rows = await tx.rows(statement)
    return [Choice(row["label"], row["label"], row["n"]) for row in rows]


async def _clusters(tx: Transaction, condition: ColumnElement[bool]) -> list[Choice]:
    """Clusters by name, and what stands in none at the end."""
    statement = (
        select(items.c.cluster_id, clusters.c.name, func.count().label("n"))
        .select_from(_items().outerjoin(clusters, clusters.c.id == items.c.cluster_id))
        .where(condition)
        .group_by(items.c.cluster_id, clusters.c.name)
        .order_by(items.c.cluster_id.is_(None), clusters.c.name)
    )
    return [
        Choice(str(row["cluster_id"] or NO_CLUSTER), row["name"] or NO_CLUSTER, row["n"])
        for row in await tx.rows(statement)
    ]


async def _statuses(tx: Transaction, condition: ColumnElement[bool]) -> list[Choice]:
    statement = (
        select(assignments.c.status, func.count(items.c.id.distinct()).label("n"))
        .select_from(_items().join(assignments, assignments.c.item_id == items.c.id))
        .where(condition, assignments.c.state == AssignmentState.ANNOUNCED.value)
        .group_by(assignments.c.status)
        .order_by(func.count(items.c.id.distinct()).desc(), assignments.c.status)
    )
    rows = await tx.rows(statement)
    named = [(row["status"] or NO_REPORT, row["n"]) for row in rows]
    return [Choice(status, status, n) for status, n in named]


async def _report_ages(
    tx: Transaction, condition: ColumnElement[bool], today: date
) -> list[Choice]:
    source = _items().join(assignments, assignments.c.item_id == items.c.id)
    counts = [
        func.count(case((_older(age, today), items.c.id)).distinct()).label(f"n{age}")
        for age in REPORT_AGES
    ]
    row = await tx.row(
        select(*counts)
        .select_from(source)
        .where(condition, assignments.c.state == AssignmentState.ANNOUNCED.value)
    )
    assert row is not None
    return [Choice(age, age, row[f"n{age}"]) for age in REPORT_AGES if row[f"n{age}"]]


def _marked(choices_: Sequence[Choice]) -> list[Choice]:
    return [Choice(mark(each.name), each.name, each.count) for each in choices_]


async def _listed(
    tx: Transaction, rows: Sequence[Any], language: str, default_language: str
) -> list[Listed]:
    item_ids = [row["id"] for row in rows]
    texts = await item_queries.texts(tx, item_ids)
    holders = await _holders(tx, item_ids)
    found = []
    for row in rows:
        best = best_text(texts[row["id"]], language, default_language)
        shown = best if best is not None and not row["restricted"] else None
        found.append(
            Listed(
                row["id"],
                row["code"],
                row["symbol"],
                row["restricted"],
                None if shown is None else shown.words[:_START],
                None if shown is None else shown.language,
                tuple(holders.get(row["id"], ())),
            )
        )
    return found


async def _holders(tx: Transaction, item_ids: Sequence[int]) -> dict[int, list[Any]]:
    statement = (
        select(assignments.c.item_id, institutions.c.names)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
        .where(assignments.c.item_id.in_(item_ids), assignments.c.state.in_(HELD))
        .order_by(assignments.c.part.desc(), institutions.c.code)
    )
    found: dict[int, list[Any]] = {}
    for row in await tx.rows(statement):
        found.setdefault(row["item_id"], []).append(row["names"])
    return found


def _number(value: str) -> int:
    if not value.isdecimal():
        raise NotFound
    return int(value)

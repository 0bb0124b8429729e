"""The State's status of items, version by version, and the contradictions between institutions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.domain.consolidation import Consolidation, Contradiction, MarkedAlready, Outcome, Word
from bot.domain.items import AssignmentState, Part, ReportState
from storage.approved import is_last_approved
from storage.database import Transaction
from storage.reviews import is_decision
from storage.status_updates import is_cleared
from storage.tables import (
    assignments,
    consolidation_sources,
    consolidations,
    contradictions,
    institutions,
    items,
    reviews,
    source_documents,
    status_updates,
)
from storage.upsert import insert_missing

# -- What institutions say -------------------------------------------------------------------------


async def approved_words(tx: Transaction, item_id: int) -> list[Word]:
    """What each institution that answers for the item had approved last; the lead first."""
    return await _words(tx, _word().join(status_updates, is_last_approved()), item_id)


async def cleared_words(tx: Transaction, item_id: int) -> list[Word]:
    """The last that each of them has sent and that stands, reviewed or not; the lead first."""
    said = status_updates.alias("said")
    last = (
        select(func.max(said.c.id))
        .where(said.c.assignment_id == assignments.c.id, is_cleared(said))
        .correlate(assignments)
        .scalar_subquery()
    )
    return await _words(tx, _word().join(status_updates, status_updates.c.id == last), item_id)


async def word(tx: Transaction, status_update_id: int) -> Word | None:
    """That report, if it stands and its institution answers for the item; else None."""
    statement = (
        _word()
        .join(status_updates, status_updates.c.assignment_id == assignments.c.id)
        .where(status_updates.c.id == status_update_id, is_cleared())
    )
    found = await _words(tx, statement, None)
    return found[0] if found else None


async def approved_of(tx: Transaction, item_id: int, status_update_ids: Sequence[int]) -> list[int]:
    """Those of these status updates that are approved reports on the item, in one order."""
    statement = (
        select(status_updates.c.id)
        .join(assignments, assignments.c.id == status_updates.c.assignment_id)
        .where(
            status_updates.c.id.in_(status_update_ids),
            status_updates.c.state == ReportState.APPROVED.value,
            assignments.c.item_id == item_id,
        )
        .order_by(status_updates.c.id)
    )
    return [int(each) for each in await tx.values(statement)]


async def item_of(tx: Transaction, status_update_id: int) -> int | None:
    """The item that a status update is about."""
    found: int | None = await tx.value(
        select(assignments.c.item_id)
        .join(status_updates, status_updates.c.assignment_id == assignments.c.id)
        .where(status_updates.c.id == status_update_id)
    )
    return found


def _word() -> Select[Any]:
    return (
        select(
            status_updates.c.id.label("status_update_id"),
            status_updates.c.number,
            status_updates.c.assignment_id,
            assignments.c.institution_id,
            institutions.c.names,
            assignments.c.part,
            status_updates.c.state,
            status_updates.c.status,
            status_updates.c.as_of,
            status_updates.c.measures,
            status_updates.c.language,
            reviews.c.comment.label("note"),
            reviews.c.language.label("note_language"),
        )
        .select_from(assignments)
        .join(institutions, institutions.c.id == assignments.c.institution_id)
    )


async def _words(tx: Transaction, statement: Select[Any], item_id: int | None) -> list[Word]:
    statement = (
        statement.outerjoin(reviews, is_decision())
        .where(assignments.c.state == AssignmentState.ANNOUNCED.value)
        .order_by(assignments.c.part.desc(), institutions.c.code)
    )
    if item_id is not None:
        statement = statement.where(assignments.c.item_id == item_id)
    return [
        Word(**{**row, "part": Part(row["part"]), "state": ReportState(row["state"])})
        for row in await tx.rows(statement)
    ]


# -- The consolidated status -----------------------------------------------------------------------


async def current(tx: Transaction, item_id: int) -> Consolidation | None:
    """The item's consolidated status, if it has one."""
    row = await tx.row(
        _versions().where(consolidations.c.item_id == item_id, consolidations.c.current)
    )
    return None if row is None else (await _with_sources(tx, [row]))[0]


async def versions(
    tx: Transaction, item_id: int, *, limit: int, offset: int = 0
) -> list[Consolidation]:
    """Every version of the item's consolidated status, the newest first."""
    statement = (
        _versions()
        .where(consolidations.c.item_id == item_id)
        .order_by(consolidations.c.version.desc())
        .limit(limit)
        .offset(offset)
    )
    return await _with_sources(tx, await tx.rows(statement))


async def add(
    tx: Transaction,
    item_id: int,
    *,
    version: int,
    status: str,
    as_of: date,
    sentence: str,
    language: str,
    sources: Sequence[int],
    seat_id: int,
    now: datetime,
) -> int:
    """The next version, which is the current one from now on; gives its id."""
    await tx.execute(
        update(consolidations)
        .where(consolidations.c.item_id == item_id, consolidations.c.current)
        .values(current=False)
    )
    result = await tx.execute(
        insert(consolidations).values(
            item_id=item_id,
            version=version,
            current=True,
            status=status,
            as_of=as_of,
            sentence=sentence,
            language=language,
            seat_id=seat_id,
            at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    rows = [{"consolidation_id": key[0], "status_update_id": each} for each in sources]
    await tx.execute(insert(consolidation_sources), rows)
    return int(key[0])


def _versions() -> Select[Any]:
    names = [each for each in Consolidation.__dataclass_fields__ if each != "sources"]
    return select(*(consolidations.c[name] for name in names))


async def _with_sources(tx: Transaction, rows: Sequence[Any]) -> list[Consolidation]:
    statement = (
        select(consolidation_sources)
        .where(consolidation_sources.c.consolidation_id.in_([row["id"] for row in rows]))
        .order_by(consolidation_sources.c.status_update_id)
    )
    found: dict[int, list[int]] = {}
    for each in await tx.rows(statement):
        found.setdefault(each["consolidation_id"], []).append(each["status_update_id"])
    return [Consolidation(**row, sources=tuple(found.get(row["id"], ()))) for row in rows]


# -- Contradictions --------------------------------------------------------------------------------

_one, _other = status_updates.alias("one"), status_updates.alias("other")
_one_held, _other_held = assignments.alias("one_held"), assignments.alias("other_held")
_one_of, _other_of = institutions.alias("one_of"), institutions.alias("other_of")


async def mark(
    tx: Transaction,
    item_id: int,
    pair: tuple[int, int],
    words: str,
    language: str,
    *,
    seat_id: int,
    now: datetime,
) -> int:
    """Two reports on the item contradict each other; gives the mark's id. Raises MarkedAlready."""
    one, other = sorted(pair)
    row = {
        "item_id": item_id,
        "one_id": one,
        "other_id": other,
        "words": words,
        "language": language,
        "marked_by": seat_id,
        "marked_at": now,
    }
    if not await insert_missing(tx, contradictions, row):
        raise MarkedAlready
    made = select(contradictions.c.id).where(
        contradictions.c.one_id == one,
        contradictions.c.other_id == other,
        contradictions.c.outcome.is_(None),
    )
    return int(await tx.value(made))


async def contradiction(tx: Transaction, contradiction_id: int) -> Contradiction | None:
    """The contradiction of that id, while it is open."""
    row = await tx.row(_contradictions().where(contradictions.c.id == contradiction_id))
    return None if row is None else _contradiction(row)


async def contradictions_of(tx: Transaction, item_id: int) -> list[Contradiction]:
    """The open contradictions on an item, in the order in which they were marked."""
    statement = _contradictions().where(contradictions.c.item_id == item_id)
    rows = await tx.rows(statement.order_by(contradictions.c.id))
    return [_contradiction(row) for row in rows]


async def contradictions_listed(
    tx: Transaction, *, limit: int, offset: int = 0
) -> list[Contradiction]:
    """The open contradictions of all items, the oldest first."""
    statement = _contradictions().order_by(contradictions.c.id).limit(limit).offset(offset)
    return [_contradiction(row) for row in await tx.rows(statement)]


async def count_contradictions(tx: Transaction) -> int:
    """How many contradictions are open."""
    return int(await tx.value(select(count_open_contradictions())))


def count_open_contradictions() -> Any:
    """How many contradictions are open, as a part of another statement."""
    return (
        select(func.count())
        .select_from(contradictions)
        .where(contradictions.c.outcome.is_(None))
        .scalar_subquery()
    )


async def resolve(tx: Transaction, contradiction_id: int, *, seat_id: int, now: datetime) -> bool:
    """Unmark a contradiction; False if it is open no more."""
    result = await tx.execute(
        update(contradictions)
        .where(contradictions.c.id == contradiction_id, contradictions.c.outcome.is_(None))
        .values(outcome=Outcome.UNMARKED.value, resolved_by=seat_id, resolved_at=now)
    )
    return result.rowcount == 1


async def resolve_all(tx: Transaction, item_id: int, *, seat_id: int, now: datetime) -> int:
    """The item is consolidated: its contradictions are resolved; gives how many there were."""
    result = await tx.execute(
        update(contradictions)
        .where(contradictions.c.item_id == item_id, contradictions.c.outcome.is_(None))
        .values(outcome=Outcome.CONSOLIDATED.value, resolved_by=seat_id, resolved_at=now)
    )
    return result.rowcount


def _contradictions() -> Select[Any]:
    return (
        select(
            contradictions.c.id,
            contradictions.c.item_id,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            items.c.restricted,
            _one.c.number.label("one"),
            _one_of.c.names.label("one_names"),
            _one.c.status.label("one_status"),
            _one.c.state.label("one_state"),
            _other.c.number.label("other"),
            _other_of.c.names.label("other_names"),
            _other.c.status.label("other_status"),
            _other.c.state.label("other_state"),
            contradictions.c.words,
            contradictions.c.language,
            contradictions.c.marked_at,
        )
        .select_from(contradictions)
        .join(items, items.c.id == contradictions.c.item_id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .join(_one, _one.c.id == contradictions.c.one_id)
        .join(_one_held, _one_held.c.id == _one.c.assignment_id)
        .join(_one_of, _one_of.c.id == _one_held.c.institution_id)
        .join(_other, _other.c.id == contradictions.c.other_id)
        .join(_other_held, _other_held.c.id == _other.c.assignment_id)
        .join(_other_of, _other_of.c.id == _other_held.c.institution_id)
        .where(contradictions.c.outcome.is_(None))
    )


def _contradiction(row: Any) -> Contradiction:
    states = {name: ReportState(row[name]) for name in ("one_state", "other_state")}
    return Contradiction(**{**row, **states})

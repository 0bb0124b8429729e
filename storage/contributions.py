"""What participants of consultations wrote, sealed; marks against floods and duplicates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, func, insert, select, update

from bot.domain.contributions import About, Contribution, Outcome, Said, State, Tags
from bot.keys import SEALED_START
from storage import counters
from storage.database import Transaction
from storage.tables import contribution_items, contribution_marks, contributions
from storage.upsert import insert_into

_SAID = "contribution"
_STANDING = contributions.c.state == State.SENT.value


# -- Writing ---------------------------------------------------------------------------------------


async def add(
    tx: Transaction,
    consultation_id: int,
    handle: str,
    about: About,
    said: Said,
    *,
    day: date,
    kept_until: date | None,
) -> Contribution:
    """A new contribution; `kept_until` None: it goes with the sign-up of that handle."""
    number = await counters.next_number(tx, f"contribution:{consultation_id}")
    result = await tx.execute(
        insert(contributions).values(
            consultation_id=consultation_id,
            handle=handle,
            number=number,
            by_code=kept_until is not None,
            kept_until=kept_until,
            state=State.SENT.value,
            day=day,
            about=about.to_json(),
            sealed=tx.safe.seal(consultation_id, handle, said.to_json(), of=_SAID),
            outcome=Outcome.NONE.value,
            answer="",
            tags=Tags().to_json(),
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    await _put_items(tx, int(key[0]), about.items)
    return Contribution(
        int(key[0]),
        consultation_id,
        handle,
        number,
        kept_until is not None,
        State.SENT,
        about,
        said,
    )


async def save(tx: Transaction, kept: Contribution) -> None:
    """Keep a contribution as it is now; without its words they are gone."""
    sealed = None
    if kept.said is not None:
        said = kept.said.to_json()
        sealed = tx.safe.seal(kept.consultation_id, kept.handle, said, of=_SAID)
    await tx.execute(
        update(contributions)
        .where(contributions.c.id == kept.id)
        .values(
            state=kept.state.value,
            about=kept.about.to_json(),
            sealed=sealed,
            outcome=kept.outcome.value,
            answer=kept.answer,
            answer_language=kept.answer_language,
            tags=kept.tags.to_json(),
        )
    )
    await tx.execute(
        delete(contribution_items).where(contribution_items.c.contribution_id == kept.id)
    )
    if kept.state is State.SENT:
        await _put_items(tx, kept.id, (*kept.about.items, *kept.tags.items))


async def _put_items(tx: Transaction, contribution_id: int, item_ids: Iterable[int]) -> None:
    rows = [{"contribution_id": contribution_id, "item_id": each} for each in {*item_ids}]
    if rows:
        await tx.execute(insert(contribution_items), rows)


# -- Looking ---------------------------------------------------------------------------------------


async def get(tx: Transaction, contribution_id: int) -> Contribution | None:
    """The contribution of that id."""
    row = await tx.row(select(contributions).where(contributions.c.id == contribution_id))
    return None if row is None else _read(tx, row)


async def of_handle(tx: Transaction, handle: str) -> list[Contribution]:
    """Everything that was sent under a handle, in its order."""
    rows = await tx.rows(
        select(contributions)
        .where(contributions.c.handle == handle)
        .order_by(contributions.c.number)
    )
    return [_read(tx, row) for row in rows]


async def of_code(tx: Transaction, holding: Sequence[int], code: str) -> Contribution | None:
    """The one that this code leads to, in one of these consultations."""
    handles = [tx.safe.of_code(each, code) for each in holding]
    row = await tx.row(
        select(contributions).where(
            contributions.c.handle.in_([each for each in handles if each is not None]),
            contributions.c.by_code,
        )
    )
    return None if row is None else _read(tx, row)


async def count(tx: Transaction, consultation_id: int) -> int:
    """How many stand, those that were withdrawn left out."""
    return int(
        await tx.value(
            select(func.count())
            .select_from(contributions)
            .where(contributions.c.consultation_id == consultation_id, _STANDING)
        )
    )


async def page(
    tx: Transaction, consultation_id: int, *, limit: int, offset: int
) -> list[Contribution]:
    """Those that stand, in the order in which they came."""
    rows = await tx.rows(_standing_of(consultation_id).limit(limit).offset(offset))
    return [_read(tx, row) for row in rows]


async def every(tx: Transaction, consultation_id: int) -> list[Contribution]:
    """All that stand, in the order in which they came."""
    return [_read(tx, row) for row in await tx.rows(_standing_of(consultation_id))]


async def about_item(tx: Transaction, item_id: int) -> int:
    """How many that stand are about an item, or were put under it."""
    its = select(func.count()).where(contribution_items.c.item_id == item_id)
    return int(await tx.value(its))


async def writers(tx: Transaction, consultation_id: int) -> list[str]:
    """The handles of those whose contributions stand and who can be told of it, each once."""
    return await tx.values(
        select(contributions.c.handle)
        .where(
            contributions.c.consultation_id == consultation_id,
            _STANDING,
            ~contributions.c.by_code,
        )
        .distinct()
        .order_by(contributions.c.handle)
    )


async def outcomes(tx: Transaction, consultation_id: int) -> list[Outcome]:
    """What became of each that stands."""
    rows = await tx.values(
        select(contributions.c.outcome).where(
            contributions.c.consultation_id == consultation_id, _STANDING
        )
    )
    return [Outcome(each) for each in rows]


async def fingerprint(tx: Transaction, consultation_id: int) -> str:
    """Another one as soon as something that stands is written, answered, withdrawn or erased.

    What is sealed anew begins with other bytes (`bot.keys.seal`): its beginning will do.
    """
    start = func.substr(contributions.c.sealed, 1, SEALED_START)
    columns = [contributions.c[name] for name in ("id", "outcome", "answer", "tags")]
    rows = await tx.rows(_standing_of(consultation_id).with_only_columns(*columns, start))
    said = [tuple(row.values()) for row in rows]
    return hashlib.sha256(repr(said).encode()).hexdigest()


# -- Erasing ---------------------------------------------------------------------------------------


async def remove(tx: Transaction, handle: str) -> None:
    """Take everything that was sent under a handle."""
    await _remove_items(tx, contributions.c.handle == handle)
    await tx.execute(delete(contributions).where(contributions.c.handle == handle))


async def ids(tx: Transaction, consultation_id: int) -> list[int]:
    """Every contribution to a consultation."""
    return await tx.values(
        select(contributions.c.id).where(contributions.c.consultation_id == consultation_id)
    )


async def remove_all(tx: Transaction, consultation_id: int) -> int:
    """Take every contribution to a consultation; gives how many there were."""
    await _remove_items(tx, contributions.c.consultation_id == consultation_id)
    result = await tx.execute(
        delete(contributions).where(contributions.c.consultation_id == consultation_id)
    )
    return result.rowcount


async def _remove_items(tx: Transaction, theirs: ColumnElement[bool]) -> None:
    ids = select(contributions.c.id).where(theirs)
    await tx.execute(
        delete(contribution_items).where(contribution_items.c.contribution_id.in_(ids))
    )


async def left(tx: Transaction, consultation_id: int) -> int:
    """How many rows there still are."""
    rows = select(func.count()).where(contributions.c.consultation_id == consultation_id)
    return int(await tx.value(rows))


async def keep_no_longer(tx: Transaction, consultation_id: int, until: date) -> None:
    """Those to which no sign-up belongs are kept until that day at the latest."""
    await tx.execute(
        update(contributions)
        .where(
            contributions.c.consultation_id == consultation_id, contributions.c.kept_until > until
        )
        .values(kept_until=until)
    )


async def over(tx: Transaction, *, today: date, limit: int) -> list[Contribution]:
    """Those to which no sign-up belongs and which are kept no longer."""
    rows = await tx.rows(
        select(contributions).where(contributions.c.kept_until < today).limit(limit)
    )
    return [_read(tx, row) for row in rows]


# -- Marks -----------------------------------------------------------------------------------------


async def note(tx: Transaction, consultation_id: int, mark: str) -> int:
    """Count one more for a mark; gives how many that are."""
    row = {"consultation_id": consultation_id, "mark": mark, "n": 1}
    return int(
        await tx.value(
            insert_into(tx, contribution_marks)
            .values(**row)
            .on_conflict_do_update(
                index_elements=["consultation_id", "mark"],
                set_={"n": contribution_marks.c.n + 1},
            )
            .returning(contribution_marks.c.n)
        )
    )


async def take_mark(tx: Transaction, consultation_id: int, mark: str) -> None:
    """Forget a mark."""
    which = and_(
        contribution_marks.c.consultation_id == consultation_id, contribution_marks.c.mark == mark
    )
    await tx.execute(delete(contribution_marks).where(which))


async def remove_marks(tx: Transaction, consultation_id: int) -> None:
    """Forget every mark of a consultation."""
    await tx.execute(
        delete(contribution_marks).where(contribution_marks.c.consultation_id == consultation_id)
    )


# -- Inside ----------------------------------------------------------------------------------------


def _standing_of(consultation_id: int) -> Select[Any]:
    return (
        select(contributions)
        .where(contributions.c.consultation_id == consultation_id, _STANDING)
        .order_by(contributions.c.number)
    )


def _read(tx: Transaction, row: RowMapping) -> Contribution:
    inside: dict[str, Any] | None = None
    if row["sealed"] is not None:
        inside = tx.safe.unseal(row["consultation_id"], row["handle"], row["sealed"], of=_SAID)
    return Contribution(
        row["id"],
        row["consultation_id"],
        row["handle"],
        row["number"],
        row["by_code"],
        State(row["state"]),
        About.from_json(row["about"]),
        None if inside is None else Said.from_json(inside),
        Outcome(row["outcome"]),
        row["answer"],
        row["answer_language"],
        Tags.from_json(row["tags"]),
    )

"""Files that participants sent with their words, sealed with the keys of their sign-up.

The store of files has what is kept of each, sealed too: without the keys it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, select, update

from bot.domain.enclosures import Enclosure, EnclosureKind, EnclosureState, Origin
from storage.database import Transaction
from storage.tables import enclosures

REMOVED = "enclosures"
"""Wakes whoever fetches files, and removes what nothing names any more."""

_DETAILS, _CONTENT = "enclosure", "file"
_UNSENT = enclosures.c.contribution_id.is_(None)


async def add(
    tx: Transaction,
    consultation_id: int,
    handle: str,
    kind: EnclosureKind,
    origin: Origin,
    *,
    at: datetime | None,
) -> int:
    """A file that Telegram has, to be fetched from `at` on; None: it is to be asked about first."""
    state = EnclosureState.ASKED if at is None else EnclosureState.AWAITED
    added = await tx.execute(
        insert(enclosures).values(
            consultation_id=consultation_id,
            handle=handle,
            kind=kind.value,
            state=state.value,
            extension="",
            sealed=_sealed(tx, consultation_id, handle, origin=origin),
            attempts=0,
            next_try_at=at,
        )
    )
    tx.wakes.add(REMOVED)
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


async def get(tx: Transaction, enclosure_id: int) -> Enclosure | None:
    """The enclosure of that id."""
    row = await tx.row(select(enclosures).where(enclosures.c.id == enclosure_id))
    return None if row is None else _read(tx, row)


async def unsent(tx: Transaction, handle: str) -> list[Enclosure]:
    """What was sent under a handle and belongs to no contribution yet."""
    return await _which(tx, and_(enclosures.c.handle == handle, _UNSENT))


async def of_contribution(tx: Transaction, contribution_id: int) -> list[Enclosure]:
    """What goes with a contribution, in the order in which it came."""
    return await _which(tx, enclosures.c.contribution_id == contribution_id)


async def counts(tx: Transaction, contribution_ids: Iterable[int]) -> dict[int, int]:
    """How many files go with each of these contributions; what was refused is none."""
    rows = await tx.rows(
        select(enclosures.c.contribution_id, func.count().label("n"))
        .where(
            enclosures.c.contribution_id.in_(list(contribution_ids)),
            enclosures.c.state != EnclosureState.REFUSED.value,
        )
        .group_by(enclosures.c.contribution_id)
    )
    return {row["contribution_id"]: row["n"] for row in rows}


# -- Sending and taking back -----------------------------------------------------------------------


async def confirm(tx: Transaction, enclosure_id: int, *, now: datetime) -> bool:
    """A voice is to be kept after all that was said of it; False where it was not asked about."""
    asked = and_(enclosures.c.id == enclosure_id, _is(EnclosureState.ASKED))
    values = {"state": EnclosureState.AWAITED.value, "next_try_at": now}
    result = await tx.execute(update(enclosures).where(asked).values(**values))
    tx.wakes.add(REMOVED)
    return result.rowcount == 1


async def belong(
    tx: Transaction, handle: str, contribution_id: int, enclosure_ids: Sequence[int]
) -> None:
    """These go with the contribution from now on; whatever else was sent or went with it is gone.

    A voice that was never said twice to be kept is gone with them.
    """
    theirs = enclosures.c.handle == handle
    named = enclosures.c.id.in_(list(enclosure_ids))
    before = enclosures.c.contribution_id == contribution_id
    await _remove(tx, and_(theirs, _UNSENT | before, ~named | _is(EnclosureState.ASKED)))
    await tx.execute(
        update(enclosures).where(theirs, _UNSENT, named).values(contribution_id=contribution_id)
    )


async def remove(tx: Transaction, enclosure_id: int) -> None:
    """Take one."""
    await _remove(tx, enclosures.c.id == enclosure_id)


async def remove_unsent(tx: Transaction, handle: str) -> None:
    """Take what belongs to no contribution."""
    await _remove(tx, and_(enclosures.c.handle == handle, _UNSENT))


async def remove_of_contribution(tx: Transaction, contribution_id: int) -> None:
    """Take what goes with a contribution."""
    await _remove(tx, enclosures.c.contribution_id == contribution_id)


async def remove_of_handle(tx: Transaction, handle: str) -> None:
    """Take everything that was sent under a handle."""
    await _remove(tx, enclosures.c.handle == handle)


async def remove_all(tx: Transaction, consultation_id: int) -> None:
    """Take everything of a consultation."""
    await _remove(tx, enclosures.c.consultation_id == consultation_id)


# -- Fetching --------------------------------------------------------------------------------------


async def due(tx: Transaction, *, now: datetime, limit: int) -> list[Enclosure]:
    """What is to be fetched now."""
    rows = await tx.rows(
        select(enclosures)
        .where(_is(EnclosureState.AWAITED), enclosures.c.next_try_at <= now)
        .order_by(enclosures.c.next_try_at, enclosures.c.id)
        .limit(limit)
    )
    return [_read(tx, row) for row in rows]


async def next_due(tx: Transaction) -> datetime | None:
    """When there is something to be fetched again."""
    moment: datetime | None = await tx.value(
        select(func.min(enclosures.c.next_try_at)).where(_is(EnclosureState.AWAITED))
    )
    return moment


async def store(
    tx: Transaction,
    fetched: Enclosure,
    *,
    extension: str,
    stored: str,
    shown: str | None,
    text: str | None,
) -> bool:
    """What is kept of it lies in the store; False where nobody waits for it any more."""
    values = {"extension": extension, "sha256": stored, "shown_sha256": shown}
    return await _settle(tx, fetched, EnclosureState.KEPT, text=text, **values)


async def refuse(tx: Transaction, fetched: Enclosure) -> bool:
    """Nothing is kept of it; False where nobody waits for it any more."""
    return await _settle(tx, fetched, EnclosureState.REFUSED, text=None)


async def try_again(tx: Transaction, fetched: Enclosure, at: datetime) -> None:
    """It could not be fetched."""
    values = {"attempts": fetched.attempts + 1, "next_try_at": at}
    await tx.execute(update(enclosures).where(_awaited(fetched)).values(**values))


async def _settle(
    tx: Transaction, fetched: Enclosure, state: EnclosureState, *, text: str | None, **values: Any
) -> bool:
    sealed = _sealed(tx, fetched.consultation_id, fetched.handle, text=text)
    result = await tx.execute(
        update(enclosures)
        .where(_awaited(fetched))
        .values(state=state.value, sealed=sealed, next_try_at=None, **values)
    )
    return result.rowcount == 1


def seal_content(tx: Transaction, each: Enclosure, content: bytes) -> bytes:
    """What the store has of a file; raises KeyMissing where the keys are gone."""
    return tx.safe.seal_bytes(each.consultation_id, each.handle, content, of=_CONTENT)


async def open_content(tx: Transaction, enclosure_id: int, sealed: bytes) -> bytes | None:
    """A file out of the store, for the outbox alone; None where it or its keys are gone."""
    found = await get(tx, enclosure_id)
    if found is None:
        return None
    return tx.safe.unseal_bytes(found.consultation_id, found.handle, sealed, of=_CONTENT)


# -- Inside ----------------------------------------------------------------------------------------


def _is(state: EnclosureState) -> ColumnElement[bool]:
    return enclosures.c.state == state.value


def _awaited(each: Enclosure) -> ColumnElement[bool]:
    return and_(enclosures.c.id == each.id, _is(EnclosureState.AWAITED))


async def _remove(tx: Transaction, which: ColumnElement[bool]) -> None:
    await tx.execute(delete(enclosures).where(which))
    tx.wakes.add(REMOVED)


async def _which(tx: Transaction, which: ColumnElement[bool]) -> list[Enclosure]:
    rows = await tx.rows(select(enclosures).where(which).order_by(enclosures.c.id))
    return [_read(tx, row) for row in rows]


def _sealed(
    tx: Transaction,
    consultation_id: int,
    handle: str,
    *,
    origin: Origin | None = None,
    text: str | None = None,
) -> bytes:
    inside = {"origin": None if origin is None else origin.to_json(), "text": text}
    return tx.safe.seal(consultation_id, handle, inside, of=_DETAILS)


def _read(tx: Transaction, row: RowMapping) -> Enclosure:
    inside = tx.safe.unseal(row["consultation_id"], row["handle"], row["sealed"], of=_DETAILS) or {}
    origin = inside.get("origin")
    return Enclosure(
        row["id"],
        row["consultation_id"],
        row["handle"],
        row["contribution_id"],
        EnclosureKind(row["kind"]),
        EnclosureState(row["state"]),
        row["extension"],
        row["sha256"],
        row["shown_sha256"],
        None if origin is None else Origin.from_json(origin),
        inside.get("text"),
        row["attempts"],
    )

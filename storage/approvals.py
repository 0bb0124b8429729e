"""What needs a second coordinator, and the protections that were lowered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update

from bot.domain.approvals import Approval, Kind, Protection, State
from storage.database import Transaction
from storage.tables import approvals, protections

_UNDECIDED = (State.WAITING.value, State.APPROVED.value)


async def add(
    tx: Transaction,
    kind: Kind,
    arguments: Mapping[str, Any],
    *,
    reason: str,
    language: str,
    asked_by: int,
    asker: int,
    now: datetime,
) -> int:
    """Note what is asked for; gives its id."""
    result = await tx.execute(
        insert(approvals).values(
            kind=kind.value,
            arguments=dict(arguments),
            reason=reason,
            language=language,
            asked_by=asked_by,
            asker=asker,
            asked_at=now,
            state=State.WAITING.value,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, approval_id: int) -> Approval | None:
    """What was asked for under that id."""
    row = await tx.row(select(approvals).where(approvals.c.id == approval_id))
    return None if row is None else _approval(row)


async def lock(tx: Transaction, approval_id: int) -> Approval | None:
    """As `get`; nobody else decides on it until the transaction ends."""
    wanted = select(approvals).where(approvals.c.id == approval_id).with_for_update()
    row = await tx.row(wanted)
    return None if row is None else _approval(row)


async def undecided(
    tx: Transaction, *, kinds: Collection[Kind] = tuple(Kind), asker: int | None = None
) -> list[Approval]:
    """What waits, and what is open and was not used yet, the oldest first."""
    wanted = select(approvals).where(
        approvals.c.state.in_(_UNDECIDED), approvals.c.kind.in_([each.value for each in kinds])
    )
    if asker is not None:
        wanted = wanted.where(approvals.c.asker == asker)
    return [_approval(row) for row in await tx.rows(wanted.order_by(approvals.c.id))]


async def change(tx: Transaction, approval_id: int, *, was: State, **values: Any) -> bool:
    """Set what has changed; False where it stands otherwise by now than `was` says."""
    result = await tx.execute(
        update(approvals)
        .where(approvals.c.id == approval_id, approvals.c.state == was.value)
        .values(**values)
    )
    return result.rowcount == 1


async def lowered(tx: Transaction) -> dict[Protection, datetime]:
    """The protections that are lowered, and since when."""
    rows = await tx.rows(select(protections.c.name, protections.c.lowered_at))
    return {Protection(row["name"]): row["lowered_at"] for row in rows}


async def lower(tx: Transaction, what: Protection, approval_id: int, *, now: datetime) -> None:
    """From now on it may leave the machine by chat."""
    await raise_again(tx, what)
    row = {"name": what.value, "lowered_at": now, "approval_id": approval_id}
    await tx.execute(insert(protections).values(**row))


async def raise_again(tx: Transaction, what: Protection) -> bool:
    """It stays on the machine again; False where it did."""
    result = await tx.execute(delete(protections).where(protections.c.name == what.value))
    return result.rowcount == 1


def _approval(row: RowMapping) -> Approval:
    values = dict(row)
    return Approval(**{**values, "kind": Kind(row["kind"]), "state": State(row["state"])})

"""Codes by which groups are invited to a consultation: shared by their members, none a person's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from bot.domain import codes
from bot.domain.consultations import INVITE, ConsultationState
from storage.database import Transaction
from storage.tables import consultations, invites


async def settle(tx: Transaction, consultation_id: int, groups: Sequence[str]) -> None:
    """Each of these groups has a code, or had one that was revoked; no other has."""
    its = invites.c.consultation_id == consultation_id
    await tx.execute(delete(invites).where(its, invites.c.group.not_in(list(groups))))
    known = await every(tx, consultation_id)
    for group in groups:
        if group not in known:
            row = {"consultation_id": consultation_id, "group": group, "code": codes.draw(INVITE)}
            await tx.execute(insert(invites).values(**row))


async def every(tx: Transaction, consultation_id: int) -> dict[str, str | None]:
    """The code of each group; None: it was revoked."""
    rows = await tx.rows(select(invites).where(invites.c.consultation_id == consultation_id))
    return {row["group"]: row["code"] for row in rows}


async def put(tx: Transaction, consultation_id: int, group: str, code: str | None) -> bool:
    """From now on this is the group's code, or there is none; False: the group has no say here."""
    result = await tx.execute(
        update(invites)
        .where(invites.c.consultation_id == consultation_id, invites.c.group == group)
        .values(code=code)
    )
    return result.rowcount == 1


async def group_of(tx: Transaction, consultation_id: int, code: str) -> str | None:
    """Whose code it is; None where it counts no (more)."""
    found: str | None = await tx.value(
        select(invites.c.group).where(
            invites.c.consultation_id == consultation_id, invites.c.code == code
        )
    )
    return found


async def leads_to(tx: Transaction, code: str) -> str | None:
    """The open consultation that a code invites to, by the code in its link."""
    found: str | None = await tx.value(
        select(consultations.c.code)
        .join(invites, invites.c.consultation_id == consultations.c.id)
        .where(invites.c.code == code, consultations.c.state == ConsultationState.OPEN.value)
    )
    return found

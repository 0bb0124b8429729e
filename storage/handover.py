"""What goes with a seat to its next holder: drafts, questions, requests, newcomers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from bot.domain.people import Seat
from storage import invitations as states
from storage import regular
from storage.conversations import new_nonce
from storage.database import Transaction
from storage.tables import (
    accounts,
    conversations,
    draft_messages,
    evidence,
    extensions,
    invitations,
    questions,
    requests,
    threads,
)


@dataclass(frozen=True)
class Moved:
    """How much went to the next holder."""

    drafts: int
    questions: int


async def move(tx: Transaction, old: Seat, new: Seat) -> Moved:
    """Everything open of the old seat is the new one's; what was said and decided stays as it is.

    Drafts rest until their new owner takes them up; messages of the old chat change them no more.
    """
    drafts = await _move_drafts(tx, old, new)
    await regular.move(tx, old, new)
    asked = await tx.execute(
        update(questions)
        .where(questions.c.asked_by == old.id, questions.c.answered_at.is_(None))
        .values(asked_by=new.id)
    )
    await tx.execute(update(threads).where(threads.c.seat_id == old.id).values(seat_id=new.id))
    await tx.execute(
        update(extensions)
        .where(extensions.c.seat_id == old.id, extensions.c.decided_at.is_(None))
        .values(seat_id=new.id)
    )
    await tx.execute(
        update(requests)
        .where(requests.c.asked_by == old.id, requests.c.closed_at.is_(None))
        .values(asked_by=new.id)
    )
    await tx.execute(
        update(invitations)
        .where(
            invitations.c.invited_by == old.id,
            invitations.c.state.in_((states.OPEN, states.REDEEMED)),
        )
        .values(invited_by=new.id)
    )
    return Moved(drafts, asked.rowcount)


async def _move_drafts(tx: Transaction, old: Seat, new: Seat) -> int:
    drafts = await tx.rows(
        select(conversations.c.id, conversations.c.bot_id, accounts.c.chat_id)
        .outerjoin(
            accounts,
            (accounts.c.bot_id == conversations.c.bot_id) & (accounts.c.person_id == new.person_id),
        )
        .where(conversations.c.seat_id == old.id)
    )
    ids = [each["id"] for each in drafts]
    for each in drafts:
        values = {} if each["chat_id"] is None else {"chat_id": each["chat_id"]}
        await tx.execute(
            update(conversations)
            .where(conversations.c.id == each["id"])
            .values(
                person_id=new.person_id,
                seat_id=new.id,
                active=False,
                screen_id=None,
                nonce=new_nonce(),
                revision=conversations.c.revision + 1,
                **values,
            )
        )
    await tx.execute(delete(draft_messages).where(draft_messages.c.conversation_id.in_(ids)))
    await tx.execute(
        update(evidence)
        .where(evidence.c.conversation_id.in_(ids), evidence.c.status_update_id.is_(None))
        .values(person_id=new.person_id)
    )
    return len(set(ids))

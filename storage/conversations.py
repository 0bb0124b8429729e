"""Conversations: where each stands, whose it is, and which message became which answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from bot.domain.errors import Outdated
from bot.domain.people import Seat
from storage.database import Transaction
from storage.tables import conversations, draft_messages, seats
from storage.upsert import insert_or_update


@dataclass(frozen=True)
class Conversation:
    """One conversation as it is kept; `nonce` names the question that is shown now."""

    id: int
    bot_id: int
    chat_id: int
    person_id: int
    seat_id: int | None
    flow: str
    flow_version: int
    state: Mapping[str, Any]
    revision: int
    nonce: str
    subject: str | None
    screen_id: int | None
    active: bool
    touched_at: datetime


@dataclass(frozen=True)
class DraftMessage:
    """A message of the person that became (part of) an answer."""

    conversation_id: int
    step: str
    part: int
    status_update_id: int | None


_COLUMNS = [conversations.c[name] for name in Conversation.__dataclass_fields__]


def new_nonce() -> str:
    """A name for one shown question; a button of an older one is stale."""
    return secrets.token_urlsafe(6)


async def begin(
    tx: Transaction,
    *,
    bot_id: int,
    chat_id: int,
    person_id: int,
    seat_id: int | None,
    flow: str,
    flow_version: int,
    subject: str | None,
    state: Mapping[str, Any],
    now: datetime,
) -> Conversation:
    """Start a conversation; the chat's active one, if any, rests as a draft."""
    await rest(tx, bot_id, chat_id)
    row = {
        "bot_id": bot_id,
        "chat_id": chat_id,
        "person_id": person_id,
        "seat_id": seat_id,
        "flow": flow,
        "flow_version": flow_version,
        "subject": subject,
        "state": dict(state),
        "nonce": new_nonce(),
        "started_at": now,
        "touched_at": now,
    }
    result = await tx.execute(insert(conversations).values(**row))
    key = result.inserted_primary_key
    assert key is not None
    begun = await get(tx, key[0])
    assert begun is not None
    return begun


async def get(tx: Transaction, conversation_id: int) -> Conversation | None:
    """The conversation of that id."""
    row = await tx.row(select(*_COLUMNS).where(conversations.c.id == conversation_id))
    return None if row is None else Conversation(**row)


_IS_ACTIVE = and_(
    conversations.c.bot_id == bindparam("of_bot"),
    conversations.c.chat_id == bindparam("of_chat"),
    conversations.c.active,
)
_ACTIVE = select(*_COLUMNS).where(_IS_ACTIVE)
_REST = update(conversations).where(_IS_ACTIVE).values(active=False)


async def active(tx: Transaction, bot_id: int, chat_id: int) -> Conversation | None:
    """The chat's active conversation."""
    row = await tx.row(_ACTIVE, {"of_bot": bot_id, "of_chat": chat_id})
    return None if row is None else Conversation(**row)


async def save(
    tx: Transaction,
    conversation: Conversation,
    state: Mapping[str, Any],
    *,
    nonce: str,
    screen_id: int | None,
    now: datetime,
) -> None:
    """Keep the new state; Outdated if another turn has changed it since it was read."""
    result = await tx.execute(
        update(conversations)
        .where(
            conversations.c.id == conversation.id,
            conversations.c.revision == conversation.revision,
        )
        .values(
            state=dict(state),
            revision=conversation.revision + 1,
            nonce=nonce,
            screen_id=screen_id,
            touched_at=now,
        )
    )
    if result.rowcount != 1:
        raise Outdated


async def turn_into(
    tx: Transaction, conversation_id: int, *, flow: str, flow_version: int, subject: str | None
) -> None:
    """What was written there goes on in another flow, or about something else."""
    await tx.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(flow=flow, flow_version=flow_version, subject=subject)
    )


async def rest(tx: Transaction, bot_id: int, chat_id: int) -> bool:
    """Let the chat's active conversation rest; it stays a draft. True if there was one."""
    result = await tx.execute(_REST, {"of_bot": bot_id, "of_chat": chat_id})
    return result.rowcount > 0


async def resume(tx: Transaction, conversation: Conversation, *, chat_id: int) -> None:
    """Make a draft the chat's active conversation."""
    await rest(tx, conversation.bot_id, chat_id)
    await tx.execute(
        update(conversations)
        .where(conversations.c.id == conversation.id)
        .values(active=True, chat_id=chat_id)
    )


async def end(tx: Transaction, conversation_id: int) -> None:
    """Remove a conversation that is done or dropped; its messages stay known."""
    await tx.execute(delete(conversations).where(conversations.c.id == conversation_id))


async def drafts_of(
    tx: Transaction, person_id: int, seat_ids: tuple[int, ...]
) -> list[Conversation]:
    """A person's drafts, newest first; those of an ended seat are not theirs any more."""
    statement = (
        select(*_COLUMNS)
        .where(
            conversations.c.person_id == person_id,
            conversations.c.seat_id.is_(None) | conversations.c.seat_id.in_(seat_ids),
        )
        .order_by(conversations.c.touched_at.desc(), conversations.c.id.desc())
    )
    return [Conversation(**row) for row in await tx.rows(statement)]


async def draft_about(
    tx: Transaction, person_id: int, flow: str, subject: str
) -> Conversation | None:
    """The person's draft of that flow about that subject; of several, the newest."""
    statement = select(*_COLUMNS).where(
        conversations.c.person_id == person_id,
        conversations.c.flow == flow,
        conversations.c.subject == subject,
    )
    row = await tx.row(statement.order_by(conversations.c.touched_at.desc()).limit(1))
    return None if row is None else Conversation(**row)


async def follow_seat(tx: Transaction, seat: Seat) -> int:
    """The person's drafts from seats in the same place that have ended go on in this one."""
    ended = select(seats.c.id).where(
        seats.c.person_id == seat.person_id,
        seats.c.institution_id.is_not_distinct_from(seat.institution_id),
        seats.c.unit_id.is_not_distinct_from(seat.unit_id),
        seats.c.until_at.is_not(None),
    )
    result = await tx.execute(
        update(conversations)
        .where(conversations.c.person_id == seat.person_id, conversations.c.seat_id.in_(ended))
        .values(seat_id=seat.id)
    )
    return result.rowcount


async def note_message(
    tx: Transaction,
    bot_id: int,
    chat_id: int,
    message_id: int,
    *,
    conversation_id: int,
    step: str,
    part: int,
) -> None:
    """Remember which answer a message became, so that editing the message amends the answer."""
    row = {
        "bot_id": bot_id,
        "chat_id": chat_id,
        "message_id": message_id,
        "conversation_id": conversation_id,
        "step": step,
        "part": part,
    }
    await insert_or_update(tx, draft_messages, row, key=["bot_id", "chat_id", "message_id"])


async def message(
    tx: Transaction, bot_id: int, chat_id: int, message_id: int
) -> DraftMessage | None:
    """What the message became, or None."""
    statement = select(
        draft_messages.c.conversation_id,
        draft_messages.c.step,
        draft_messages.c.part,
        draft_messages.c.status_update_id,
    ).where(
        draft_messages.c.bot_id == bot_id,
        draft_messages.c.chat_id == chat_id,
        draft_messages.c.message_id == message_id,
    )
    row = await tx.row(statement)
    return None if row is None else DraftMessage(**row)


async def messages_of(tx: Transaction, status_update_id: int, step: str) -> int:
    """In how many messages that answer of the status update came."""
    statement = (
        select(func.count())
        .select_from(draft_messages)
        .where(draft_messages.c.status_update_id == status_update_id, draft_messages.c.step == step)
    )
    return int(await tx.value(statement))


async def messages_became(tx: Transaction, conversation_id: int, status_update_id: int) -> None:
    """The conversation was submitted: its messages now belong to the status update."""
    await tx.execute(
        update(draft_messages)
        .where(draft_messages.c.conversation_id == conversation_id)
        .values(status_update_id=status_update_id)
    )

"""Conversations come and go; what was sent from one is never taken for another's."""

from __future__ import annotations

from bot.domain.people import Role
from storage import conversations, evidence
from storage.conversations import Conversation
from storage.database import Database, Transaction
from tests import maravia


async def begin(tx: Transaction, person_id: int) -> Conversation:
    return await conversations.begin(
        tx,
        bot_id=1,
        chat_id=1001,
        person_id=person_id,
        seat_id=None,
        flow="status_update",
        flow_version=1,
        subject=None,
        state={},
        now=maravia.LONG_AGO,
    )


async def test_what_was_sent_from_one_conversation_is_not_the_next_one_s(
    database: Database,
) -> None:
    """Found by reading: SQLite gave the id of a conversation that was done to the next one.

    An edit of what had been sent amended the new draft, and taking the new draft's files back took
    those of the report.
    """
    async with database.write() as tx:
        found = await maravia.justice(tx)
        omar = await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, found.institution_id)
        assert omar.person is not None
        first = await begin(tx, omar.person.id)
        await conversations.note_message(
            tx, 1, 1001, 5, conversation_id=first.id, step="measures", part=0
        )
        await evidence.add_link(
            tx, first.id, "https://example.org", person_id=omar.person.id, now=maravia.LONG_AGO
        )
        await conversations.end(tx, first.id)
        second = await begin(tx, omar.person.id)
        assert second.id != first.id
        noted = await conversations.message(tx, 1, 1001, 5)
        assert noted is not None
        assert await conversations.get(tx, noted.conversation_id) is None
        assert (await evidence.counts_of_draft(tx, second.id)).links == 0

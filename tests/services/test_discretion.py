"""Discreet mode: sealed like the card, hidden once each, for as many as there are."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.domain.consultations import Card
from bot.domain.screens import Screen, message, text
from bot.domain.views import contributing, participants, summaries
from bot.domain.views import discretion as views
from bot.schedule import destroy_spent_keys
from bot.services import discretion, sign_ups
from bot.services.discretion import AT_ONCE, HIDDEN_AFTER
from storage import hidings, outbox
from storage import sign_ups as kept
from storage.database import Database
from storage.outbox import REPLY, Message
from storage.tables import audit
from storage.tables import hidings as hiding_rows
from storage.tables import outbox as rows
from storage.tables import sign_ups as sign_up_rows
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    BOT,
    CHAT,
    announced,
    everything,
    nobody,
    signed_up,
    tick,
)

MANY = 300


async def shows(database: Database, clock: FrozenClock, card: Card, name: str) -> int:
    """A screen of something stands in a discreet chat; gives its outbox row."""
    async with database.write() as tx:
        said = Message(
            name,
            participants.declined(),
            None,
            card.bot_id,
            chat_id=card.chat_id,
            lane=REPLY,
            language=card.language,
        )
        row = await outbox.add(tx, said, now=clock.now())
        await discretion.note(tx, nobody(clock), card, row)
    return row


def age_keys(folder: Path, moment: float) -> int:
    """The keys of envelopes are as old as that; gives how many there are."""
    keys = [*folder.rglob("transit-*.key")]
    for each in keys:
        os.utime(each, (moment, moment))
    return len(keys)


async def hidden(database: Database) -> list[int]:
    """The rows in whose place a line is planned or stands."""
    async with database.read() as tx:
        return await tx.values(
            select(rows.c.edits).where(rows.c.edits.is_not(None)).order_by(rows.c.id)
        )


async def test_it_is_sealed_and_as_long_for_who_is_as_for_who_is_not(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    before = await signed_up(database, clock, found)
    async with database.write() as tx:
        (plain,) = await tx.rows(select(sign_up_rows))
        after = await discretion.switch(tx, nobody(clock), before, on=True)
        (sealed,) = await tx.rows(select(sign_up_rows))
        traced = await tx.rows(select(audit).order_by(audit.c.number.desc()).limit(1))
    assert after.card is not None
    assert after.card.discreet
    assert len(plain["sealed"]) == len(sealed["sealed"])
    differ = {name for name in plain if plain[name] != sealed[name]}
    assert differ == {"sealed"}
    (entry,) = traced
    assert entry["act"] == "sign_up.change", "that it was changed, not in what"
    assert entry["facts"] == {"number": before.number}


async def test_it_holds_for_the_chat_and_for_words_left_in_it(
    database: Database, clock: FrozenClock
) -> None:
    first, second = [await announced(database, clock) for _ in range(2)]
    mine = await signed_up(database, clock, first)
    await signed_up(database, clock, second)
    other = await signed_up(database, clock, second, CHAT + 1)
    async with database.write() as tx:
        await discretion.switch(tx, nobody(clock), mine, on=True)
        assert await discretion.applies(tx, BOT, CHAT)
        assert not await discretion.applies(tx, BOT, CHAT + 1)
        assert not await discretion.applies(tx, BOT + 1, CHAT)
        theirs = await kept.of_chat(tx, BOT, CHAT)
        assert [each.card and each.card.discreet for each in theirs] == [True, True]
        assert other.card is not None
        assert await sign_ups.agree(tx, nobody(clock), other.card, second) == other
        await discretion.switch(tx, nobody(clock), mine, on=False)
        assert not await discretion.applies(tx, BOT, CHAT)


async def test_a_screen_is_hidden_once_and_only_when_nobody_tapped_meanwhile(
    database: Database, clock: FrozenClock
) -> None:
    card = Card(CHAT, BOT, "fr")
    first = await shows(database, clock, card, "a")
    clock.ahead += HIDDEN_AFTER - timedelta(seconds=1)
    await discretion.follow(database, tick(clock))
    assert await hidden(database) == []
    second = await shows(database, clock, card, "b")
    clock.ahead += HIDDEN_AFTER - timedelta(seconds=1)
    await discretion.follow(database, tick(clock))
    assert await hidden(database) == []
    clock.ahead += timedelta(seconds=1)
    await discretion.follow(database, tick(clock))
    await discretion.follow(database, tick(clock))
    assert await hidden(database) == [second], "one line, in the place of the newest"
    async with database.read() as tx:
        gone = await tx.values(select(rows.c.deletes).where(rows.c.deletes.is_not(None)))
        assert gone == [first]
        line = await tx.row(select(rows).where(rows.c.edits == second))
        assert line is not None
        assert (line["language"], line["screen"], line["sign_up"]) == ("fr", None, None)
        assert not line["key"].startswith(("hid", "discreet"))


async def test_a_tap_that_comes_between_looking_and_hiding_counts(
    database: Database, clock: FrozenClock
) -> None:
    card = Card(CHAT, BOT, "en")
    await shows(database, clock, card, "a")
    clock.ahead += HIDDEN_AFTER
    async with database.read() as tx:
        assert await hidings.any_due(tx, now=clock.now())
    await shows(database, clock, card, "b")
    await discretion.follow(database, tick(clock))
    assert await hidden(database) == []


async def test_what_waits_keeps_its_key_however_long_nothing_ran(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    row = await shows(database, clock, Card(CHAT, BOT, "en"), "a")
    assert str(CHAT).encode() not in await everything(database)
    async with database.write() as tx:
        await outbox.drop(tx, "a", "sent", now=clock.now())  # only the hiding names the key
    long_ago = time.time() - 30 * 3600
    assert age_keys(tmp_path, long_ago)
    await destroy_spent_keys(database)
    clock.ahead += HIDDEN_AFTER
    await discretion.follow(database, tick(clock))
    assert await hidden(database) == [row]
    async with database.read() as tx:
        assert await tx.values(select(hiding_rows)) == []


async def test_many_chats_are_hidden_in_short_transactions(
    database: Database, clock: FrozenClock
) -> None:
    for number in range(MANY):
        await shows(database, clock, Card(CHAT + number, BOT, "en"), f"screen {number}")
    clock.ahead += HIDDEN_AFTER
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1

    database.subscribe("outbox", count)
    await discretion.follow(database, tick(clock))
    assert commits == MANY // AT_ONCE, "others write in between"
    async with database.read() as tx:
        assert await tx.values(select(hiding_rows)) == []
        marked = select(func.count(rows.c.chat.distinct())).where(rows.c.edits.is_not(None))
        assert await tx.value(marked) == MANY, "each in its own chat, once"
        lanes = await tx.values(select(rows.c.lane).where(rows.c.edits.is_not(None)).distinct())
    assert lanes == ["notice"], "whoever taps meanwhile does not wait for them"


async def test_whoever_is_erased_leaves_nothing_that_waits(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    sent = await signed_up(database, clock, found)
    assert sent.card is not None
    shown = await shows(database, clock, sent.card, "a")
    says = await shows(database, clock, sent.card, "b")
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT, says=says)
    async with database.read() as tx:
        assert await tx.values(select(hiding_rows)) == []
        gone = await tx.values(select(rows.c.deletes).where(rows.c.deletes.is_not(None)))
    assert gone == [shown], "all but what says that it is done"


async def test_what_goes_by_itself_is_not_hidden_once_more(
    database: Database, clock: FrozenClock
) -> None:
    """An edit of a message that is gone would say it anew."""
    card = Card(CHAT, BOT, "en")
    first = await shows(database, clock, card, "a")
    second = await shows(database, clock, card, "b")
    async with database.write() as tx:
        await discretion.clear(tx, nobody(clock), card, rows=[second])
    clock.ahead += HIDDEN_AFTER
    await discretion.follow(database, tick(clock))
    assert await hidden(database) == [first]


NOTICES = (
    participants.news("code"),
    participants.how_was_it("code"),
    participants.something_new("code"),
    participants.tomorrow("code"),
    contributing.news("code"),
    contributing.file_refused("code", text("enclosure.not_of_children"), sent=True),
    summaries.news("code"),
    message(text("sign_up.one", title="Child rights report")),  # one that somebody forgot
)
"""Everything that comes unasked to a participant."""


@pytest.mark.parametrize("shown", NOTICES, ids=lambda each: each.lines[0].key)
def test_a_notice_says_only_that_there_is_one(shown: Screen) -> None:
    said = views.unasked(shown)
    assert views.is_neutral(said)
    assert {each.key for each in said.lines if each} <= views.NEUTRAL
    assert not any(each.values for each in said.lines if each)
    assert said.rows == shown.rows, "it leads where it led"

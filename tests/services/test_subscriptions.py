"""Told of later consultations: apart from sign-ups, sealed by itself, ended at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.consultations import TOLD_FOR, Card
from bot.domain.errors import Outdated, existing
from bot.services import announcing, consultations, erasure, sign_ups, subscriptions
from storage import subscriptions as queries
from storage.database import Database
from storage.safe import LATER
from storage.tables import audit, outbox
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    BOT,
    CHAT,
    announced,
    everything,
    nobody,
    officer,
    signed_up,
    tick,
)


async def test_it_outlives_sign_up_and_consultation_and_ends_by_its_day(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    gone = await signed_up(database, clock, found)
    async with database.write() as tx:
        await subscriptions.agree(tx, nobody(clock), Card(CHAT, BOT, "fr", wrote=(11,)))
    async with database.write() as tx:
        await erasure.of_sign_up(tx, nobody(clock), gone)
        await erasure.of_consultation(tx, tick(clock), found.id)
    await erasure.destroy_keys(database, tick(clock))
    assert str(CHAT).encode() not in await everything(database), "sealed"
    async with database.read() as tx:
        known = await queries.of(tx, BOT, CHAT)
        assert known is not None
        assert known.card == Card(CHAT, BOT, "fr"), "of the sign-up it keeps nothing"
        told = existing(await queries.chat_of(tx, known.handle))
        assert (told.chat_id, told.language) == (CHAT, "fr")
        assert await queries.handles(tx) == [(known.handle, BOT)]
    clock.ahead += TOLD_FOR + timedelta(days=1)
    await consultations.follow(database, tick(clock))
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        assert await queries.count(tx) == 0
        assert tx.safe.find(LATER, BOT, CHAT) is None, "nothing leads to it"


async def test_forget_destroys_it_and_whoever_agrees_meanwhile_waits(
    database: Database, clock: FrozenClock
) -> None:
    card = Card(CHAT, BOT, "en")
    async with database.write() as tx:
        await subscriptions.agree(tx, nobody(clock), card)
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
        with pytest.raises(erasure.StillErasing):
            await subscriptions.agree(tx, nobody(clock), card)
    await erasure.destroy_keys(database, tick(clock))
    async with database.write() as tx:
        assert tx.safe.find(LATER, BOT, CHAT) is None
        await subscriptions.agree(tx, nobody(clock), card)
        its = audit.c.subject == "subscriptions"
        acts = await tx.values(select(audit.c.act).where(its).order_by(audit.c.number))
    assert acts == ["subscription.agree", "subscription.erase", "subscription.agree"]


async def test_earlier_participants_are_told_once_of_each_consultation(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        for chat in range(3):
            await subscriptions.agree(tx, nobody(clock), Card(CHAT + chat, BOT, "en"))
        act = await officer(tx, clock)
        assert await announcing.tell_earlier(tx, act, found.id) == 3
        assert await announcing.tell_earlier(tx, act, found.id) == 0
        rows = await tx.rows(select(outbox).where(outbox.c.lane == "bulk"))
        assert {row["chat_id"] for row in rows} == {None}
        assert {row["bot_id"] for row in rows} == {BOT}
        await subscriptions.end(tx, nobody(clock), BOT, CHAT)
        states = await tx.values(select(outbox.c.state).where(outbox.c.lane == "bulk"))
        assert sorted(states) == ["dropped", "planned", "planned"]
        await consultations.close(tx, act, found.id)
        with pytest.raises(Outdated):
            await announcing.tell_earlier(tx, act, found.id)

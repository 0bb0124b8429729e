"""Threads on reports: who asks, who answers, who hears it, and when there is nothing to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.errors import NotAllowed, NotFound
from bot.domain.people import Actor, Role
from bot.domain.reports import AlreadyDecided, NoWords, StatusUpdateDraft
from bot.domain.threads import Side
from bot.services import reviews, status_updates, threads
from storage import desk, handover
from storage import threads as queries
from storage.database import Database, Transaction
from storage.tables import audit, outbox
from tests import maravia
from tests.maravia import act

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class House:
    """Justice has reported on 140.7; Otto and Olga review, Ines is of the Interior."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    async def settle(self) -> House:
        tx = self.tx
        sample = await maravia.justice(tx)
        interior = await maravia.justice_elsewhere(tx)
        self.justice = sample.institution_id

        async def seated(name: str, role: Role, there: int | None) -> Actor:
            return await maravia.somebody(tx, name, role, there)

        self.amal = await seated("Amal", Role.FOCAL_POINT, self.justice)
        self.vera = await seated("Vera", Role.VALIDATOR, self.justice)
        self.ines = await seated("Ines", Role.FOCAL_POINT, interior)
        self.observer = await seated("Oscar", Role.OBSERVER, self.justice)
        self.otto = await seated("Otto", Role.OFFICER, None)
        self.olga = await seated("Olga", Role.OFFICER, None)
        draft = StatusUpdateDraft(
            sample.assignments["140.7"], "in_progress", "Bill 12.", "en", NOW.date()
        )
        sent = await status_updates.submit(tx, act(self.amal, NOW), draft)
        self.report = sent.updates[0].status_update_id
        return self

    async def asks(self, who: Actor, words: str = "Which article?") -> None:
        await threads.ask(self.tx, act(who, NOW), self.report, words, language="en")

    async def answers(self, who: Actor, words: str = "Article 3.") -> None:
        await threads.answer(self.tx, act(who, NOW), self.report, words, language="en")

    async def told(self) -> list[dict[str, Any]]:
        rows = await self.tx.rows(
            select(outbox).where(outbox.c.key.startswith("thread:")).order_by(outbox.c.id)
        )
        return [dict(each) for each in rows]


async def test_both_sides_hear_each_other_over_several_turns(database: Database) -> None:
    """The officer who asked last hears the answer; with a sound; the report goes on waiting."""
    async with database.write() as tx:
        at = await House(tx).settle()
        await at.asks(at.otto)
        assert await queries.count_open(tx, [at.justice]) == 1
        await at.answers(at.amal)
        assert await queries.count_open(tx, [at.justice]) == 0
        assert (await desk.counts(tx, today=NOW.date(), now=NOW)).answered == 1
        await at.asks(at.olga, "And paragraph 2?")
        await at.answers(at.amal, "It stays.")
        said = await queries.words_of(tx, at.report)
        told = await at.told()
        counts = await desk.counts(tx, today=NOW.date(), now=NOW)
    assert [(each.side, each.words) for each in said] == [
        (Side.SECRETARIAT, "Which article?"),
        (Side.INSTITUTION, "Article 3."),
        (Side.SECRETARIAT, "And paragraph 2?"),
        (Side.INSTITUTION, "It stays."),
    ]
    assert [each["person_id"] for each in told] == [
        at.amal.person_id,
        at.otto.person_id,
        at.amal.person_id,
        at.olga.person_id,
    ]
    assert {(each["subject"], each["silent"]) for each in told} == {(f"thread:{at.report}", False)}
    assert (counts.to_review, counts.answered) == (1, 1)


async def test_nobody_else_asks_answers_or_reads(database: Database) -> None:
    """Neither another institution nor an observer; a validator reads, and does not write."""
    async with database.write() as tx:
        at = await House(tx).settle()
        for who in (at.amal, at.vera, at.ines, at.observer):
            with pytest.raises(NotAllowed):
                await at.asks(who)
        with pytest.raises(NotFound):
            await at.answers(at.amal)  # nothing was asked
        await at.asks(at.otto)
        for who, refusal in ((at.vera, NotAllowed), (at.otto, NotAllowed), (at.ines, NotFound)):
            with pytest.raises(refusal):
                await at.answers(who)
        for who in (at.ines, at.observer):
            with pytest.raises(NotFound):
                await threads.visible(tx, act(who, NOW), at.report)
        with pytest.raises(NoWords):
            await at.answers(at.amal, "  ")
        await threads.visible(tx, act(at.vera, NOW), at.report)


async def test_about_what_is_decided_nothing_more_is_asked(database: Database) -> None:
    """And an answer that came too late says so; nothing waits on either home."""
    async with database.write() as tx:
        at = await House(tx).settle()
        await at.asks(at.otto)
        await reviews.approve(tx, act(at.otto, NOW), at.report)
        for late in (at.asks(at.otto), at.answers(at.amal)):
            with pytest.raises(AlreadyDecided):
                await late
        thread, _assignment = await threads.visible(tx, act(at.amal, NOW), at.report)
        assert not thread.open
        assert await queries.count_open(tx, [at.justice]) == 0
        assert await queries.open_ones(tx, None, limit=8) == []


async def test_who_takes_over_the_officer_s_seat_hears_the_answer(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        await at.asks(at.otto)
        nora = await maravia.somebody(tx, "Nora", Role.OFFICER, None)
        await handover.move(tx, at.otto.seats[0], nora.seats[0])
        await at.answers(at.amal)
        told = await at.told()
    assert told[-1]["person_id"] == nora.person_id


async def test_the_words_stand_beside_the_audit_not_in_it(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        await at.asks(at.otto, "SECRET question")
        entry = await tx.row(select(audit).where(audit.c.act == "thread.ask"))
    assert entry is not None
    assert "SECRET" not in str(dict(entry))

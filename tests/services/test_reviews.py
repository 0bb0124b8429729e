"""The review: what waits in which order, and what a decision does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotAllowed, NotFound, Outdated, existing
from bot.domain.people import Actor, Role
from bot.domain.reports import NoWords, StatusUpdateDraft, TooLong
from bot.domain.review import NO_CLUSTER, WHOLE, By, Queue, Trait, Waiting
from bot.services import reviews, status_updates
from storage import approved, desk
from storage import reviews as queries
from storage.database import Database, Transaction
from storage.tables import assignments, outbox, seats
from storage.tables import reviews as table
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


class House:
    """Justice with four items, of which 140.12 is overdue; Amal reports, Otto reviews."""

    def __init__(self, sample: Sample, amal: Actor, ali: Actor, otto: Actor) -> None:
        self.sample, self.amal, self.ali, self.otto = sample, amal, ali, otto


async def house(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx, {"140.12": date(2026, 4, 1)})
        return House(
            sample,
            await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id),
            await maravia.somebody(tx, "Ali", Role.ALTERNATE, sample.institution_id),
            await maravia.somebody(tx, "Otto", Role.OFFICER, None),
        )


async def report(
    tx: Transaction, at: House, code: str, words: str = "Bill 12.", *, hours: int = 0
) -> int:
    """A report that was sent so many hours later."""
    draft = StatusUpdateDraft(at.sample.assignments[code], "in_progress", words, "en", TODAY)
    sent = await status_updates.submit(
        tx, maravia.act(at.amal, NOW + timedelta(hours=hours)), draft
    )
    return sent.updates[0].status_update_id


async def return_(tx: Transaction, at: House, report_id: int, comment: str = "Which bill?") -> None:
    await reviews.return_(tx, maravia.act(at.otto, NOW), report_id, comment, language="en")


async def state_of(database: Database, assignment_id: int) -> str | None:
    async with database.read() as tx:
        state: str | None = await tx.value(
            select(assignments.c.report_state).where(assignments.c.id == assignment_id)
        )
    return state


async def test_overdue_items_come_first_then_the_oldest(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        oldest = await report(tx, at, "140.7")
        late = await report(tx, at, "140.12", hours=2)
        newest = await report(tx, at, "140.9", hours=1)
        waiting = await queries.queue(tx, today=TODAY, limit=9)
        assert [each.status_update_id for each in waiting] == [late, oldest, newest]
        behind = [
            (await queries.queue(tx, today=TODAY, limit=1, behind=each))[:1] for each in waiting
        ]
        assert [each[0].status_update_id for each in behind if each] == [oldest, newest]


async def test_an_approved_report_is_what_the_next_one_is_read_beside(database: Database) -> None:
    at = await house(database)
    assignment_id = at.sample.assignments["140.7"]
    async with database.write() as tx:
        first = await report(tx, at, "140.7", "Bill 12 is drafted.")
        await reviews.approve(tx, maravia.act(at.otto, NOW), first)
        second = await report(tx, at, "140.7", "Bill 12 passed.")
        before = await queries.last_approved(tx, assignment_id, before=second)
        assert before is not None
        assert before.measures == "Bill 12 is drafted."
        assert await queries.last_approved(tx, assignment_id, before=first) is None
        assert await queries.newer(tx, assignment_id, than=first) is not None
        assert await queries.newer(tx, assignment_id, than=second) is None
    assert await state_of(database, assignment_id) == "submitted"


async def test_deciding_on_an_older_report_leaves_the_last_word_alone(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        older = await report(tx, at, "140.7")
        await report(tx, at, "140.7", hours=1)
        await return_(tx, at, older)
    assert await state_of(database, at.sample.assignments["140.7"]) == "submitted"


async def test_a_returned_report_reaches_the_author_and_the_focal_points(
    database: Database,
) -> None:
    at = await house(database)
    assignment_id = at.sample.assignments["140.7"]
    async with database.write() as tx:
        await return_(tx, at, await report(tx, at, "140.7"))
    async with database.read() as tx:
        told = await tx.rows(select(outbox).where(outbox.c.key.startswith("returned:")))
    assert {each["person_id"] for each in told} == {at.amal.person_id, at.ali.person_id}
    assert {each["subject"] for each in told} == {f"assignment:{assignment_id}"}
    assert await state_of(database, assignment_id) == "returned"


async def test_who_lost_the_seat_hears_nothing_of_it(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        sent = await report(tx, at, "140.7")
        await tx.execute(update(seats).where(seats.c.id == at.amal.seat_id).values(until_at=NOW))
        await return_(tx, at, sent)
    async with database.read() as tx:
        told = await tx.values(
            select(outbox.c.person_id).where(outbox.c.key.startswith("returned:"))
        )
    assert told == [at.ali.person_id]


async def test_of_two_officers_one_decides(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        sent = await report(tx, at, "140.7")

    async def decide(favourably: bool) -> str:
        try:
            async with database.write() as tx:
                if favourably:
                    await reviews.approve(tx, maravia.act(at.otto, NOW), sent)
                else:
                    await return_(tx, at, sent)
        except Outdated:
            return "outdated"
        return "decided"

    said = await asyncio.gather(decide(True), decide(False), decide(True), decide(False))
    assert sorted(said) == ["decided", "outdated", "outdated", "outdated"]
    async with database.read() as tx:
        assert len(await tx.rows(select(table))) == 1


async def test_only_the_secretariat_decides_and_says_why(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        sent = await report(tx, at, "140.7")
        with pytest.raises(NotAllowed):
            await reviews.approve(tx, maravia.act(at.amal, NOW), sent)
        with pytest.raises(NotAllowed):
            await return_(tx, replace_otto(at), sent)
        with pytest.raises(NoWords):
            await return_(tx, at, sent, "  ")
        with pytest.raises(TooLong):
            await return_(tx, at, sent, "x" * 20_001)
        with pytest.raises(NotFound):
            await reviews.approve(tx, maravia.act(at.otto, NOW), 999)


def replace_otto(at: House) -> House:
    """The same house, where Amal tries to review."""
    return House(at.sample, at.amal, at.ali, replace(at.amal))


async def test_the_desk_counts_what_there_is(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        before = await desk.counts(tx, today=TODAY, now=NOW)
        sent = await report(tx, at, "140.12")
        after = await desk.counts(tx, today=TODAY, now=NOW)
        await return_(tx, at, sent)
        returned = await desk.counts(tx, today=TODAY, now=NOW)
    assert (before.to_review, before.overdue) == (0, 1)
    assert (after.to_review, after.overdue) == (1, 0)
    assert (returned.to_review, returned.overdue) == (0, 1)
    assert before.unassigned == 0


async def test_a_note_stands_beside_the_institution_s_words(database: Database) -> None:
    """Told without a sound; the words of the report are as they were sent."""
    at = await house(database)
    async with database.write() as tx:
        sent = await report(tx, at, "140.7", "Bill 12 passed.")
        act = maravia.act(at.otto, NOW)
        with pytest.raises(NoWords):
            await reviews.approve(tx, act, sent, note=" ", language="en")
        await reviews.approve(tx, act, sent, note="First reading only.", language="en")
        newer = await report(tx, at, "140.7", "Bill 12 is law.", hours=1)
        before = await queries.last_approved(tx, at.sample.assignments["140.7"], before=newer)
        kept = await approved.get(tx, sent)
        told = await tx.rows(select(outbox).where(outbox.c.key.startswith("noted:")))
    assert before is not None
    assert kept is not None
    assert (before.measures, before.note) == ("Bill 12 passed.", "First reading only.")
    assert (kept.measures, kept.note) == ("Bill 12 passed.", "First reading only.")
    assert {(each["person_id"], each["silent"]) for each in told} == {
        (at.amal.person_id, True),
        (at.ali.person_id, True),
    }


async def test_a_second_try_is_read_beside_the_first_until_one_is_approved(
    database: Database,
) -> None:
    at = await house(database)
    assignment_id = at.sample.assignments["140.7"]
    async with database.write() as tx:
        first = await report(tx, at, "140.7", "We work on it.")
        assert await queries.returned_before(tx, assignment_id, before=first) is None
        await return_(tx, at, first, "Which bill?")
        second = await report(tx, at, "140.7", "Bill 12.", hours=1)
        returned = await queries.returned_before(tx, assignment_id, before=second)
        assert returned is not None
        assert (returned.id, returned.measures, returned.comment) == (
            first,
            "We work on it.",
            "Which bill?",
        )
        await reviews.approve(tx, maravia.act(at.otto, NOW), second)
        third = await report(tx, at, "140.7", "Bill 12 passed.", hours=2)
        assert await queries.returned_before(tx, assignment_id, before=third) is None


async def test_the_queue_is_narrowed_and_each_value_counts_what_it_leaves(
    database: Database,
) -> None:
    at = await house(database)
    async with database.write() as tx:
        late = await report(tx, at, "140.12")
        await return_(tx, at, await report(tx, at, "140.7", hours=1))
        again = await report(tx, at, "140.7", hours=2)
        plain = await report(tx, at, "140.9", hours=3)
        await maravia.item(tx, "140.20", {"en": "Nobody's."}, symbol=maravia.TREATY_BODY)
        act = maravia.act(at.otto, NOW)

        async def left(queue: Queue) -> list[int]:
            found = await queries.queue(tx, today=TODAY, limit=9, narrowed=queue)
            assert await queries.count(tx, today=TODAY, narrowed=queue) == len(found)
            return [each.status_update_id for each in found]

        assert await left(WHOLE) == [late, again, plain]
        assert await left(WHOLE.toggled(Trait.OVERDUE)) == [late]
        assert await left(WHOLE.toggled(Trait.RETURNED)) == [again]
        assert await left(WHOLE.toggled(Trait.CHANGED)) == []
        assert await queries.trait_counts(tx, WHOLE.toggled(Trait.RETURNED), today=TODAY) == {
            Trait.OVERDUE: 0,
            Trait.CHANGED: 0,
            Trait.RETURNED: 1,
        }
        for by in By:
            choices = await queries.choices(tx, WHOLE, by, today=TODAY)
            assert sum(each.count for each in choices) == 3
            for each in choices:
                narrowed = WHOLE.narrowed(by, each.value)
                assert len(await left(narrowed)) == each.count
                named = await queries.value_named(tx, narrowed, by)
                assert named is not None
                assert (named.name, named.names) == (
                    "" if by is By.INSTITUTION else each.name,
                    each.names,
                )
        none = WHOLE.narrowed(By.CLUSTER, NO_CLUSTER)
        assert await left(none) == [plain]
        await reviews.narrow(tx, act, none)
        assert await reviews.queue_of(tx, act) == none
        await reviews.narrow(tx, act, WHOLE.narrowed(By.INSTITUTION, "999"))
        assert await reviews.queue_of(tx, act) == WHOLE  # what is no more narrows nothing


async def test_an_officer_learns_who_else_has_the_report_open(database: Database) -> None:
    """For ten minutes, and until the other opens another item."""
    at = await house(database)
    async with database.write() as tx:
        olga = await maravia.somebody(tx, "Olga", Role.OFFICER, None)
        one = existing(await queries.get(tx, await report(tx, at, "140.7")))
        other = existing(await queries.get(tx, await report(tx, at, "140.9")))

        async def opens(who: Actor, waiting: Waiting, minutes: int) -> str | None:
            act = maravia.act(who, NOW + timedelta(minutes=minutes))
            found = await reviews.open_(tx, act, waiting.item_id, waiting.status_update_id)
            return None if found is None else found.name

        assert await opens(at.otto, one, 0) is None
        assert await opens(at.otto, one, 1) is None
        assert await opens(olga, one, 9) == "Otto"
        assert await opens(at.otto, other, 10) is None
        assert await opens(olga, one, 10) is None
        assert await opens(at.otto, one, 21) is None  # Olga opened it eleven minutes ago


async def test_an_officer_learns_who_has_another_report_on_the_item_or_consolidates_it(
    database: Database,
) -> None:
    at = await house(database)
    async with database.write() as tx:
        olga = await maravia.somebody(tx, "Olga", Role.OFFICER, None)
        one = existing(await queries.get(tx, await report(tx, at, "140.7")))
        otto, other = maravia.act(at.otto, NOW), maravia.act(olga, NOW)
        await reviews.open_(tx, otto, one.item_id, one.status_update_id)
        seen = await reviews.open_(tx, other, one.item_id)
        assert seen is not None
        assert (seen.name, seen.number) == ("Otto", one.number)
        seen = await reviews.open_(tx, otto, one.item_id, one.status_update_id)
        assert seen is not None
        assert (seen.name, seen.number, seen.status_update_id) == ("Olga", None, None)


async def test_what_was_withdrawn_meanwhile_is_not_decided_on(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        sent = await report(tx, at, "140.7")
        await status_updates.withdraw(tx, maravia.act(at.amal, NOW), sent)
        act = maravia.act(at.otto, NOW)
        with pytest.raises(Outdated):
            await reviews.approve(tx, act, sent, note="Fine.", language="en")
        assert await tx.rows(select(table)) == []

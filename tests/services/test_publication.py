"""What anybody may read: decided report by report, private by default, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotAllowed, NotFound
from bot.domain.people import Actor, Role
from bot.domain.publication import NO_ANSWER, Counts, Document, PublicItem, by_status
from bot.domain.reports import StatusUpdateDraft
from bot.services import consolidation, publication, reviews, status_updates
from storage import publication as queries
from storage.database import Database
from storage.tables import audit, items
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class House:
    """Justice with four items; Amal reports, Otto reviews and says what is public."""

    def __init__(self, database: Database, sample: Sample, amal: Actor, otto: Actor) -> None:
        self.database, self.sample, self.amal, self.otto = database, sample, amal, otto

    async def approved(self, code: str, words: str, status: str = "in_progress") -> int:
        """A report that was approved."""
        draft = StatusUpdateDraft(
            self.sample.assignments[code], status, words, "en", date(2026, 5, 1)
        )
        async with self.database.write() as tx:
            sent = await status_updates.submit(tx, maravia.act(self.amal, NOW), draft)
            report = sent.updates[0].status_update_id
            await reviews.approve(tx, maravia.act(self.otto, NOW), report)
        return report

    async def decide(self, report: int, *, public: bool) -> None:
        async with self.database.write() as tx:
            await publication.decide(tx, maravia.act(self.otto, NOW), report, public=public)

    async def published(self) -> list[Document]:
        async with self.database.read() as tx:
            return await queries.documents(tx)


@pytest.fixture
async def house(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        otto = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
    return House(database, sample, amal, otto)


def answers(found: list[Document]) -> dict[str, list[str]]:
    """The words of the public answers by paragraph."""
    return {
        item.paragraph: [each.measures for each in item.answers]
        for document in found
        for item in document.items
        if item.answers
    }


async def test_an_approved_report_is_private_until_somebody_opens_it(house: House) -> None:
    first = await house.approved("140.7", "Bill 12 was adopted.")
    second = await house.approved("140.9", "A draft is ready.")
    assert answers(await house.published()) == {}
    await house.decide(first, public=True)
    await house.decide(second, public=False)
    assert answers(await house.published()) == {"140.7": ["Bill 12 was adopted."]}
    async with house.database.read() as tx:
        assert await queries.counts(tx) == Counts(public=1, undecided=0)
        told = await tx.rows(select(audit.c.act).where(audit.c.act.like("publication.%")))
    assert [row["act"] for row in told] == ["publication.open", "publication.close"]


async def test_what_is_taken_back_is_gone_from_the_next_snapshot(house: House) -> None:
    report = await house.approved("140.7", "Bill 12 was adopted.")
    await house.decide(report, public=True)
    await house.decide(report, public=False)
    assert answers(await house.published()) == {}


async def test_a_newer_report_is_public_by_its_own_decision_alone(house: House) -> None:
    first = await house.approved("140.7", "It began.")
    await house.decide(first, public=True)
    second = await house.approved("140.7", "It is done.", "implemented")
    assert answers(await house.published()) == {"140.7": ["It began."]}
    await house.decide(second, public=True)
    assert answers(await house.published()) == {"140.7": ["It is done."]}


async def test_saying_the_same_twice_leaves_one_trace(house: House) -> None:
    report = await house.approved("140.7", "Bill 12 was adopted.")
    await house.decide(report, public=True)
    await house.decide(report, public=True)
    async with house.database.read() as tx:
        told = await tx.rows(select(audit).where(audit.c.act == "publication.open"))
    assert len(told) == 1


async def test_nothing_of_a_restricted_item_is_ever_public(house: House) -> None:
    report = await house.approved("140.7", "About one person.")
    await house.decide(report, public=True)
    async with house.database.write() as tx:
        await tx.execute(
            update(items).where(items.c.id == house.sample.items["140.7"]).values(restricted=True)
        )
    (document,) = await house.published()
    assert "140.7" not in [each.paragraph for each in document.items]
    with pytest.raises(NotFound):
        await house.decide(report, public=True)


async def test_only_what_is_approved_and_only_the_secretariat(house: House) -> None:
    draft = StatusUpdateDraft(
        house.sample.assignments["140.7"], "planned", "Soon.", "en", date(2026, 5, 1)
    )
    async with house.database.write() as tx:
        sent = await status_updates.submit(tx, maravia.act(house.amal, NOW), draft)
    with pytest.raises(NotFound):
        await house.decide(sent.updates[0].status_update_id, public=True)
    report = await house.approved("140.9", "A draft is ready.")
    async with house.database.write() as tx:
        for role in (Role.FOCAL_POINT, Role.VALIDATOR, Role.OBSERVER):
            who = await maravia.somebody(tx, role.value, role, house.sample.institution_id)
            with pytest.raises(NotAllowed):
                await publication.decide(tx, maravia.act(who, NOW), report, public=True)


async def test_reports_wait_for_a_decision_one_behind_the_other(house: House) -> None:
    first = await house.approved("140.7", "One.")
    second = await house.approved("140.9", "Two.")
    async with house.database.read() as tx:
        found = [await queries.undecided(tx, after=after) for after in (0, first, second)]
    assert [each and each.id for each in found] == [first, second, None]


async def test_an_item_stands_in_public_where_the_state_has_consolidated_it(house: House) -> None:
    """A site once counted as implemented what the State itself called partial."""
    report = await house.approved("140.7", "Bill 12 was adopted.", "implemented")
    item_id = house.sample.items["140.7"]
    wanted = consolidation.Wanted(
        item_id, "partially_implemented", date(2026, 5, 2), "Two laws are missing.", "en", (report,)
    )
    async with house.database.write() as tx:
        await consolidation.consolidate(tx, maravia.act(house.otto, NOW), wanted)
    for public, expected in ((False, NO_ANSWER), (True, "partially_implemented")):
        await house.decide(report, public=public)
        held = {each.id: each for document in await house.published() for each in document.items}
        assert held[item_id].status == expected


def test_items_count_by_their_first_public_answer() -> None:
    bare = PublicItem(1, "1", "recommendation", None, (), {}, (), (), (), ())
    assert by_status([bare, bare]) == {NO_ANSWER: 2}

"""Consolidating an item, contradictions, and what the lead reads of its contributors."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.domain.consolidation import MarkedAlready, NoFileBehind, NothingApproved
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.filters import EVERYTHING, Dimension
from bot.domain.items import Part
from bot.domain.people import Actor, Role
from bot.domain.progress import Scope, Subject
from bot.domain.reports import DayInFuture, NoWords, StatusUpdateDraft, TooLong
from bot.services import consolidation, contributions, reviews, status_updates
from bot.services.consolidation import Wanted
from storage import assignments as assignment_queries
from storage import consolidations as queries
from storage import exports, files, progress, statuses
from storage.database import Database, Transaction
from storage.tables import contradictions, evidence
from tests import maravia
from tests.maravia import act

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


class House:
    """140.7: Justice leads, the Interior and Health contribute; Otto reviews."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    async def settle(self) -> House:
        tx = self.tx
        sample = await maravia.justice(tx)
        self.item = sample.items["140.7"]
        interior = await maravia.justice_elsewhere(tx)
        self.lead = sample.assignments["140.7"]
        part = Part.CONTRIBUTING
        self.theirs = await maravia.assignment(tx, self.item, interior, part=part)

        async def seated(name: str, role: Role, there: int | None) -> Actor:
            return await maravia.somebody(tx, name, role, there)

        self.amal = await seated("Amal", Role.FOCAL_POINT, sample.institution_id)
        self.vera = await seated("Vera", Role.VALIDATOR, sample.institution_id)
        self.ines = await seated("Ines", Role.FOCAL_POINT, interior)
        self.observer = await seated("Oscar", Role.OBSERVER, sample.institution_id)
        self.otto = await seated("Otto", Role.OFFICER, None)
        return self

    async def reports(self, who: Actor, status: str, words: str = "Bill 12.") -> int:
        held = self.lead if who is self.amal else self.theirs
        draft = StatusUpdateDraft(held, status, words, "en", TODAY)
        sent = await status_updates.submit(self.tx, act(who, NOW), draft)
        return sent.updates[0].status_update_id

    async def approves(self, report: int, note: str | None = None) -> int:
        await reviews.approve(self.tx, act(self.otto, NOW), report, note=note, language="en")
        return report

    def wanted(
        self, *sources: int, after: int = 0, status: str = "partially_implemented"
    ) -> Wanted:
        return Wanted(self.item, status, TODAY, "So far so good.", "en", sources, after)

    async def marks(self, one: int, other: int) -> int:
        doer = act(self.otto, NOW)
        return await consolidation.mark(self.tx, doer, (one, other), "No law.", language="en")


async def test_the_consolidated_status_is_the_item_s_everywhere(database: Database) -> None:
    """In progress, in the workbook's rows, totals and filters; institutions count their own."""
    async with database.write() as tx:
        at = await House(tx).settle()
        one = await at.approves(await at.reports(at.amal, "in_progress"))
        other = await at.approves(await at.reports(at.ines, "planned"))
        made = await consolidation.consolidate(tx, act(at.otto, NOW), at.wanted(one, other))
        assert (made.version, made.sources) == (1, (one, other))

        async def counted(scope: Scope) -> dict[str, int]:
            return {
                each.status: each.count for each in await progress.by(tx, Subject.STATUS, scope)
            }

        assert (await counted(Scope()))["partially_implemented"] == 1
        assert (await counted(Scope(approved=True)))["partially_implemented"] == 1
        own = Scope(institution_ids=(at.amal.seats[0].institution_id or 0,))
        assert "partially_implemented" not in await counted(own)

        narrowed = EVERYTHING.narrowed(Dimension.STATUS, "partially_implemented")
        rows = await exports.on_snapshot(tx, narrowed, UTC, lambda each: [*each.recommendations()])
        totals = await exports.on_snapshot(tx, narrowed, UTC, lambda each: each.totals())
    (row,) = rows
    assert (row["status"], row["as_of"], row["consolidated_sentence"]) == (
        "partially_implemented",
        TODAY,
        "So far so good.",
    )
    assert totals.status == {"partially_implemented": 1}


async def test_a_consolidated_item_that_nobody_holds_any_more_keeps_its_status(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        one = await at.approves(await at.reports(at.amal, "in_progress"))
        await consolidation.consolidate(tx, act(at.otto, NOW), at.wanted(one))
        await assignment_queries.end(tx, [at.lead, at.theirs], now=NOW)
        rows = await exports.on_snapshot(
            tx, EVERYTHING, UTC, lambda each: [*each.recommendations()]
        )
    assert [row["status"] for row in rows if row["id"] == at.item] == ["partially_implemented"]


async def test_versions_are_kept_and_a_newer_approval_makes_it_stale(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        doer = act(at.otto, NOW)
        one = await at.approves(await at.reports(at.amal, "in_progress"))
        await consolidation.consolidate(tx, doer, at.wanted(one))
        waiting = await at.reports(at.ines, "implemented")
        assert not await consolidation.is_stale(tx, at.item)  # nothing newer is approved
        other = await at.approves(waiting)
        assert await consolidation.is_stale(tx, at.item)
        # What is approved between reading and saving is not rested on, so it is stale at once:
        await consolidation.consolidate(tx, doer, at.wanted(one, after=1))
        assert await consolidation.is_stale(tx, at.item)
        await consolidation.consolidate(tx, doer, at.wanted(one, other, after=2))
        assert not await consolidation.is_stale(tx, at.item)
        found = await queries.versions(tx, at.item, limit=8)
    assert [(each.version, each.sources) for each in found] == [
        (3, (one, other)),
        (2, (one,)),
        (1, (one,)),
    ]


async def test_a_status_that_needs_a_file_is_not_the_state_s_without_one(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        one = await at.approves(await at.reports(at.amal, "implemented"))
        other = await at.approves(await at.reports(at.ines, "planned"))
        known = (await statuses.vocabulary(tx)).require("implemented")
        await statuses.keep(tx, replace(known, evidence_required=True), now=NOW)
        wanted, doer = at.wanted(one, other, status="implemented"), act(at.otto, NOW)
        with pytest.raises(NoFileBehind):
            await consolidation.consolidate(tx, doer, wanted)
        await files.add(tx, "ab" * 32, size=9, media_type="application/pdf", now=NOW)
        piece = {"kind": "document", "state": "stored", "sha256": "ab" * 32, "added_at": NOW}
        await tx.execute(insert(evidence).values(status_update_id=one, **piece))
        confirmed = await status_updates.unchanged(tx, act(at.amal, NOW), at.lead, language="en")
        again = await at.approves(confirmed.updates[0].status_update_id)
        wanted = at.wanted(again, other, status="implemented")
        made = await consolidation.consolidate(tx, doer, wanted)
        assert made.status == "implemented", "what is confirmed brought a file"


async def test_of_two_who_consolidate_the_second_looks_again(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        one = await at.approves(await at.reports(at.amal, "in_progress"))
        await consolidation.consolidate(tx, act(at.otto, NOW), at.wanted(one))
        with pytest.raises(Outdated):
            await consolidation.consolidate(tx, act(at.otto, NOW), at.wanted(one))


async def test_nothing_is_made_of_what_is_not_approved_or_not_of_the_item(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        waiting = await at.reports(at.amal, "in_progress")
        doer = act(at.otto, NOW)
        for wanted, refusal in (
            (at.wanted(waiting), NothingApproved),
            (at.wanted(), NothingApproved),
            (replace(at.wanted(waiting), item_id=999), NotFound),
            (replace(at.wanted(waiting), sentence=" "), NoWords),
            (replace(at.wanted(waiting), sentence="x" * 2001), TooLong),
            (replace(at.wanted(waiting), as_of=TODAY + timedelta(days=1)), DayInFuture),
        ):
            with pytest.raises(refusal):
                await consolidation.consolidate(tx, doer, wanted)
        with pytest.raises(NotAllowed):
            await consolidation.consolidate(tx, act(at.amal, NOW), at.wanted(waiting))
        assert await queries.current(tx, at.item) is None


async def test_a_contradiction_is_open_until_it_is_unmarked_or_consolidated(
    database: Database,
) -> None:
    """Marked once, whichever of the two reports comes first; again after it was unmarked."""
    async with database.write() as tx:
        at = await House(tx).settle()
        one = await at.approves(await at.reports(at.amal, "implemented"))
        other = await at.reports(at.ines, "not_started")
        marked = await at.marks(other, one)
        with pytest.raises(MarkedAlready):
            await at.marks(one, other)
        assert await queries.count_contradictions(tx) == 1
        await consolidation.unmark(tx, act(at.otto, NOW), marked)
        with pytest.raises(Outdated):
            await consolidation.unmark(tx, act(at.otto, NOW), marked)
        again = await at.marks(one, other)
        assert [each.id for each in await queries.contradictions_of(tx, at.item)] == [again]
        await consolidation.consolidate(tx, act(at.otto, NOW), at.wanted(one))
        assert await queries.contradictions_listed(tx, limit=8) == []
        outcomes = await tx.values(select(contradictions.c.outcome).order_by(contradictions.c.id))
    assert outcomes == ["unmarked", "consolidated"]


async def test_only_two_standing_reports_of_one_item_contradict_each_other(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        one = await at.reports(at.amal, "implemented")
        other = await at.reports(at.ines, "not_started")
        with pytest.raises(NotFound):
            await at.marks(one, one)
        await status_updates.withdraw(tx, act(at.ines, NOW), other)
        with pytest.raises(NotFound):
            await at.marks(one, other)
        with pytest.raises(NotAllowed):
            await consolidation.mark(tx, act(at.amal, NOW), (one, other), "No.", language="en")


async def test_the_lead_reads_what_contributors_have_sent_and_nobody_else_does(
    database: Database,
) -> None:
    """As long as it stands: not what was returned or taken back."""
    async with database.write() as tx:
        at = await House(tx).settle()
        own = await assignment_queries.get(tx, at.lead)
        theirs = await assignment_queries.get(tx, at.theirs)
        assert own is not None
        assert theirs is not None
        mine = await at.reports(at.amal, "planned", "Our own.")
        sent = await at.reports(at.ines, "in_progress", "Officers are trained.")

        async def read(who: Actor) -> list[str]:
            held = theirs if who is at.ines else own
            return [each.measures for each in await contributions.of(tx, who, held)]

        for who in (at.amal, at.vera):
            assert await read(who) == ["Officers are trained."]
            found = await contributions.get(tx, who, sent)
            assert (found.said.id, found.own.id) == (sent, at.lead)
        for who in (at.ines, at.observer, at.otto):
            assert await read(who) == []
            for report in (mine, sent):
                with pytest.raises(NotFound):
                    await contributions.get(tx, who, report)
        with pytest.raises(NotFound):
            await contributions.get(tx, at.amal, mine)  # the own one is on the own card

        await reviews.return_(tx, act(at.otto, NOW), sent, "Which?", language="en")
        assert await read(at.amal) == []
        taken_back = await at.reports(at.ines, "in_progress", "Taken back.")
        await status_updates.withdraw(tx, act(at.ines, NOW), taken_back)
        assert await read(at.amal) == []
        for gone in (sent, taken_back):
            with pytest.raises(NotFound):
                await contributions.get(tx, at.amal, gone)
        await at.approves(await at.reports(at.ines, "in_progress", "Approved."), "As of May.")
        assert await read(at.amal) == ["Approved."]

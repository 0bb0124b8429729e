"""Amending: the same number, the next version, the earlier ones whole; nothing after a decision."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.errors import NotAllowed, Outdated, Refused
from bot.domain.figures import Figure
from bot.domain.people import Actor, Role
from bot.domain.reports import (
    AlreadyDecided,
    AmendedMeanwhile,
    NothingAmended,
    NoWords,
    Receipt,
    StatusUpdateDraft,
)
from bot.services import evidence as evidence_service
from bot.services import reviews, status_updates
from storage import evidence, figures, versions
from storage import status_updates as queries
from storage.database import Database, Transaction
from storage.tables import assignments, audit, outbox
from storage.tables import status_updates as table
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
TODAY = NOW.date()
FIRST = "Bill 12 passed its first reading."


class House:
    """Justice, where Amal and Omar report and Vera validates; Otto reviews."""

    def __init__(self, sample: Sample, people: dict[str, Actor], report: int) -> None:
        self.held = sample.assignments["140.7"]
        self.other = sample.assignments["140.12"]
        self.people = people
        self.report = report

    def draft(self, /, **changes: object) -> StatusUpdateDraft:
        made = StatusUpdateDraft(self.held, "in_progress", FIRST, "en", TODAY)
        return replace(made, **changes)  # type: ignore[arg-type]

    async def amends(
        self, tx: Transaction, who: str = "Amal", /, *, seen: int = 1, **changes: object
    ) -> Receipt:
        without = changes.pop("without", ())
        act = maravia.act(self.people[who], LATER)
        made = self.draft(**changes)
        return await status_updates.amend(
            tx,
            act,
            self.report,
            made,
            seen=seen,
            without=without,  # type: ignore[arg-type]
        )


async def house(tx: Transaction) -> House:
    sample = await maravia.justice(tx, {"140.7": TODAY})
    there = sample.institution_id
    people = {
        "Amal": await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, there),
        "Omar": await maravia.somebody(tx, "Omar", Role.ALTERNATE, there),
        "Vera": await maravia.somebody(tx, "Vera", Role.VALIDATOR, there),
        "Ines": await maravia.somebody(
            tx, "Ines", Role.FOCAL_POINT, await maravia.justice_elsewhere(tx)
        ),
        "Otto": await maravia.somebody(tx, "Otto", Role.OFFICER, None),
        "Cora": await maravia.somebody(tx, "Cora", Role.COORDINATOR, None),
    }
    made = House(sample, people, 0)
    sent = await status_updates.submit(
        tx,
        maravia.act(people["Amal"], NOW),
        made.draft(remaining="Its publication.", figures=(Figure("Prosecutions", 12),)),
    )
    made.report = sent.updates[0].status_update_id
    return made


async def test_amending_keeps_the_number_and_the_earlier_version_whole(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        receipt = await at.amends(
            tx, "Omar", status="implemented", measures="Act 12 is in force.", as_of=date(2026, 5, 3)
        )

    async with database.read() as tx:
        assert (receipt.updates[0].number, receipt.version) == ("SU-2026-0001", 2)
        said = await queries.get(tx, at.report)
        assert said is not None
        assert (said.version, said.status, said.measures, said.remaining) == (
            2,
            "implemented",
            "Act 12 is in force.",
            None,
        )
        assert (said.amended_at, said.amended_by) == (LATER, at.people["Omar"].seat_id)
        assert (said.submitted_at, said.seat_id) == (NOW, at.people["Amal"].seat_id)
        assert await figures.of(tx, at.report) == ()
        [older] = await versions.older(tx, at.report)
        assert (older.number, older.status, older.measures, older.remaining, older.at) == (
            1,
            "in_progress",
            FIRST,
            "Its publication.",
            NOW,
        )
        assert older.figures == (Figure("Prosecutions", 12),)
        assert older.seat_id == at.people["Amal"].seat_id
        held = await tx.row(select(assignments).where(assignments.c.id == at.held))
        assert held is not None
        assert (held["status"], held["as_of"]) == ("implemented", date(2026, 5, 3))
        entry = await tx.row(select(audit).order_by(audit.c.number.desc()))
        assert entry is not None
        assert (entry["act"], entry["subject"]) == ("status_update.amend", "SU-2026-0001")
        assert entry["facts"]["version"] == 2
        assert entry["seat_id"] == at.people["Omar"].seat_id


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("Amal", True), ("Omar", True), ("Vera", False), ("Ines", False), ("Otto", False)],
)
async def test_whoever_reports_for_the_institution_amends(
    database: Database, who: str, allowed: bool
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        if allowed:
            assert (await at.amends(tx, who, measures="Act 12.")).version == 2
        else:
            with pytest.raises(NotAllowed):
                await at.amends(tx, who, measures="Act 12.")


@pytest.mark.parametrize("state", ["approved", "returned", "withdrawn"])
async def test_what_is_decided_is_amended_no_more(database: Database, state: str) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await tx.execute(update(table).values(state=state))
        with pytest.raises(AlreadyDecided):
            await at.amends(tx, measures="Act 12.")
        assert await versions.older(tx, at.report) == []


async def test_what_the_secretariat_recorded_is_its_own(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await tx.execute(update(table).values(kind="recorded"))
        with pytest.raises(NotAllowed):
            await at.amends(tx, measures="Act 12.")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (
            {"remaining": "Its publication.", "figures": (Figure("Prosecutions", 12),)},
            NothingAmended,
        ),
        ({"measures": " "}, NoWords),
        ({"measures": "Act 12.", "seen": 2}, AmendedMeanwhile),
    ],
)
async def test_a_version_that_says_nothing_new_is_none(
    database: Database, changes: dict[str, object], refusal: type[Refused]
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        with pytest.raises(refusal):
            await at.amends(tx, **changes)  # type: ignore[arg-type]
        assert await versions.older(tx, at.report) == []


async def test_files_are_added_and_taken_away_and_the_earlier_version_keeps_its_own(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        act = maravia.act(at.people["Amal"], NOW)
        for conversation, url in ((7, "https://parliament.example/12"), (8, "https://x.example")):
            await evidence_service.keep_link(tx, act, conversation, url)
        await evidence.submit(tx, 7, at.report)
        [first] = await evidence.of_report(tx, at.report)
        await at.amends(
            tx,
            remaining="Its publication.",
            figures=(Figure("Prosecutions", 12),),
            conversation_id=8,
            without=(first.id,),
        )
        assert [each.url for each in await evidence.of_report(tx, at.report)] == [
            "https://x.example"
        ]
        [older] = await versions.older(tx, at.report)
        assert older.evidence == (first.id,)
        assert len(await evidence.of_versions(tx, at.report)) == 2
        assert await evidence.abandoned(tx) == [], "the earlier version still has it"
        await status_updates.withdraw(tx, act, at.report)
        assert await evidence.abandoned(tx) == [], "the record keeps what was said"


async def test_an_officer_approves_the_version_on_the_screen_and_no_other(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        otto = maravia.act(at.people["Otto"], LATER)
        person = at.people["Otto"].person_id or 0
        assert await versions.look(tx, at.report, person, 1) is None
        await at.amends(tx, measures="Act 12.")
        with pytest.raises(AmendedMeanwhile):
            await reviews.approve(tx, otto, at.report, version=1)
        assert await versions.look(tx, at.report, person, 2) == 1
        assert await versions.look(tx, at.report, person, 2) == 1, "however often it is opened"
        await reviews.approve(tx, otto, at.report, version=2)
        with pytest.raises(Outdated):
            await reviews.approve(tx, otto, at.report, version=2)


async def test_of_an_amendment_and_an_approval_at_once_one_happens(
    open_database: Callable[[], Database],
) -> None:
    database = open_database()
    async with database.write() as tx:
        at = await house(tx)

    async def amend() -> str:
        try:
            async with database.write() as tx:
                await at.amends(tx, measures="Act 12.")
        except AlreadyDecided:
            return "too late"
        return "amended"

    async def approve() -> str:
        try:
            async with database.write() as tx:
                act = maravia.act(at.people["Otto"], LATER)
                await reviews.approve(tx, act, at.report, version=1)
        except AmendedMeanwhile:
            return "amended meanwhile"
        return "approved"

    said = await asyncio.gather(amend(), approve())
    assert " then ".join(said) in ("amended then amended meanwhile", "too late then approved")
    async with database.read() as tx:
        row = await tx.row(select(table.c.state, table.c.version))
        assert row is not None
        assert f"{row['state']} {row['version']}" in ("submitted 2", "approved 1")


async def test_officers_hear_of_it_in_their_message_of_the_day(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await at.amends(tx, measures="Act 12.")
        keys = await tx.values(select(outbox.c.key).where(outbox.c.key.startswith("arrived:")))
    assert any(each.endswith("SU-2026-0001:2") for each in keys)

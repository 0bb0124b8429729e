"""What a report is made of, who may send it, and what it leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from bot.domain.errors import NotAllowed, NotFound, Refused
from bot.domain.figures import Figure
from bot.domain.incoming import Sent
from bot.domain.people import Actor, Role
from bot.domain.reports import (
    LONGEST_TEXT,
    AlreadyDecided,
    AssignmentClosed,
    DayInFuture,
    Keeps,
    NothingToConfirm,
    NoWords,
    Receipt,
    SentenceNeeded,
    StatusUpdateDraft,
    TooLong,
)
from bot.domain.status import NoStatus
from bot.services import evidence as evidence_service
from bot.services import not_ours, questions, status_updates
from storage import evidence, figures, files, outbox
from storage import questions as question_queries
from storage import status_updates as queries
from storage.database import Database, Transaction
from storage.tables import assignments, audit, seats, status_update_versions
from storage.tables import evidence as evidence_table
from storage.tables import outbox as outbox_table
from storage.tables import status_updates as table
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = date(2026, 5, 4)


def draft(assignment_id: int, /, **changes: object) -> StatusUpdateDraft:
    """A good draft, with these changes."""
    made = StatusUpdateDraft(assignment_id, "in_progress", "Bill 12 passed.", "en", TODAY)
    return replace(made, **changes)  # type: ignore[arg-type]


async def submit(
    tx: Transaction, actor: Actor, made: StatusUpdateDraft, *, now: datetime = NOW
) -> Receipt:
    return await status_updates.submit(tx, maravia.act(actor, now), made)


async def people_of_justice(tx: Transaction) -> tuple[Sample, Actor]:
    sample = await maravia.justice(tx, {"140.7": TODAY - timedelta(days=1)})
    return sample, await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)


async def test_a_report_is_numbered_kept_audited_and_the_last_word(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        made = draft(
            sample.assignments["140.7"],
            remaining="Its publication.",
            figures=(Figure("Prosecutions", 12, None, 2025, {"women": 4, "men": 8}),),
        )
        receipt = await submit(tx, amal, made)

    async with database.read() as tx:
        assert [each.number for each in receipt.updates] == ["SU-2026-0001"]
        kept = await queries.get(tx, receipt.updates[0].status_update_id)
        assert kept is not None
        assert (kept.status, kept.measures, kept.remaining) == (
            "in_progress",
            "Bill 12 passed.",
            "Its publication.",
        )
        assert await figures.of(tx, kept.id) == made.figures
        held = await tx.row(
            select(assignments).where(assignments.c.id == sample.assignments["140.7"])
        )
        assert held is not None
        assert (held["status"], held["report_state"]) == ("in_progress", "submitted")
        assert held["last_status_update_id"] == kept.id
        entry = await tx.row(select(audit).order_by(audit.c.number.desc()))
        assert entry is not None
        assert (entry["act"], entry["subject"]) == ("status_update.submit", "SU-2026-0001")
        assert "Bill" not in str(entry["facts"])


async def test_numbers_have_no_gap_when_a_report_is_refused(database: Database) -> None:
    """Regression: a refused second report must not use up a number."""
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        first = sample.assignments["140.7"]
        await submit(tx, amal, draft(first))
        with contextlib.suppress(AssignmentClosed):
            async with tx.savepoint():
                await tx.execute(
                    update(assignments)
                    .where(assignments.c.id == sample.assignments["140.15"])
                    .values(state="ended")
                )
                await submit(tx, amal, draft(first, also=(sample.assignments["140.15"],)))
        third = await submit(tx, amal, draft(first))
    assert third.updates[0].number == "SU-2026-0002"


async def test_many_at_once_get_numbers_without_gap_or_double(
    open_database: Callable[[], Database],
) -> None:
    database = open_database()
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)

    async def one() -> str:
        async with database.write() as tx:
            receipt = await submit(tx, amal, draft(sample.assignments["140.7"]))
        return receipt.updates[0].number

    numbers = await asyncio.gather(*(one() for _ in range(20)))
    assert sorted(numbers) == [f"SU-2026-{n:04}" for n in range(1, 21)]


async def test_the_year_of_a_number_is_the_countrys(database: Database) -> None:
    """In Auckland the new year has begun while it is still December in UTC."""
    new_year = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        there = maravia.act(amal, new_year, zone=ZoneInfo("Pacific/Auckland"))
        receipt = await status_updates.submit(tx, there, draft(sample.assignments["140.7"]))
    assert receipt.updates[0].number == "SU-2027-0001"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"status": "finished"}, NoStatus),
        ({"measures": "  \n "}, NoWords),
        ({"measures": "x" * (LONGEST_TEXT + 1)}, TooLong),
        ({"remaining": "x" * (LONGEST_TEXT + 1)}, TooLong),
        ({"as_of": TODAY + timedelta(days=1)}, DayInFuture),
        ({"assignment_id": 999_999}, NotFound),
    ],
)
async def test_what_does_not_fit_is_refused(
    database: Database, changes: dict[str, object], refusal: type[Refused]
) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        with pytest.raises(refusal):
            await submit(tx, amal, draft(sample.assignments["140.7"], **changes))
        assert await tx.row(select(table)) is None


@pytest.mark.parametrize(
    ("role", "own", "allowed"),
    [
        (Role.FOCAL_POINT, True, True),
        (Role.ALTERNATE, True, True),
        (Role.VALIDATOR, True, False),
        (Role.OBSERVER, True, False),
        (Role.FOCAL_POINT, False, False),
        (Role.COORDINATOR, False, False),
        (Role.OFFICER, False, False),
    ],
)
async def test_only_the_institutions_own_people_report(
    database: Database, role: Role, own: bool, allowed: bool
) -> None:
    async with database.write() as tx:
        sample, _ = await people_of_justice(tx)
        other = await maravia.justice_elsewhere(tx)
        institution = sample.institution_id if own else other
        secretariat = role in (Role.COORDINATOR, Role.OFFICER)
        actor = await maravia.somebody(tx, "B", role, None if secretariat else institution)
        if allowed:
            assert (await submit(tx, actor, draft(sample.assignments["140.7"]))).updates
        else:
            with pytest.raises(NotAllowed):
                await submit(tx, actor, draft(sample.assignments["140.7"]))


async def test_several_items_of_one_institution_only(database: Database) -> None:
    """Regression: a forged sibling of another institution must not be reported on."""
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        other = await maravia.justice_elsewhere(tx)
        theirs = await maravia.assignment(tx, sample.items["140.9"], other)
        with pytest.raises(NotAllowed):
            await submit(tx, amal, draft(sample.assignments["140.7"], also=(theirs,)))


async def test_evidence_goes_with_the_report_and_its_siblings(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        for message_id in (1, 2):
            await evidence.add_file(
                tx,
                77,
                Sent("document", f"file{message_id}", message_id),
                bot_id=1,
                person_id=amal.person_id or 0,
                now=NOW,
            )
        await evidence.add_link(
            tx, 77, "https://parliament.example/12", person_id=amal.person_id or 0, now=NOW
        )
        await tx.execute(
            update(evidence_table)
            .where(evidence_table.c.file_id == "file1")
            .values(state="refused")
        )
        made = draft(
            sample.assignments["140.7"], also=(sample.assignments["140.12"],), conversation_id=77
        )
        receipt = await submit(tx, amal, made)
        first, second = (each.status_update_id for each in receipt.updates)
        counts = await evidence.counts_of_report(tx, second)
        assert counts == await evidence.counts_of_report(tx, first) == receipt.evidence
        assert (counts.awaited, counts.links, counts.files, counts.refused) == (1, 1, 0, 0)
        awaited = (await evidence.due(tx, 1, now=NOW))[0]
        await files.add(tx, "a" * 64, size=3, media_type="text/plain", now=NOW)
        await evidence.mark_stored(tx, awaited, sha256="a" * 64, name="bill.txt", size=3)
        assert (await evidence.counts_of_report(tx, first)).files == 1
        assert (await evidence.counts_of_report(tx, second)).files == 1


async def test_a_report_may_have_any_number_of_pieces(database: Database) -> None:
    """Regression: the fifty-first was refused."""
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        for number in range(120):
            url = f"https://parliament.example/{number}"
            await evidence_service.keep_link(tx, maravia.act(amal, NOW), 77, url)
        made = draft(sample.assignments["140.7"], conversation_id=77)
        assert (await submit(tx, amal, made)).evidence.links == 120


async def test_unchanged_twice_then_a_sentence(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        held = sample.assignments["140.7"]

        async def confirm(sentence: str | None = None) -> Receipt:
            return await status_updates.unchanged(
                tx, maravia.act(amal, NOW), held, sentence=sentence, language="en"
            )

        with pytest.raises(NothingToConfirm):
            await confirm()
        await submit(tx, amal, draft(held))
        assert (await confirm()).as_of == TODAY
        await confirm()
        with pytest.raises(SentenceNeeded):
            await confirm()
        await confirm("The Senate has not met.")
        with pytest.raises(SentenceNeeded):
            await confirm()
        await submit(tx, amal, draft(held))
        await confirm()


async def test_a_returned_report_cannot_be_confirmed(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        held = sample.assignments["140.7"]
        await submit(tx, amal, draft(held))
        await tx.execute(update(assignments).values(report_state="returned"))
        with pytest.raises(NothingToConfirm):
            await status_updates.unchanged(tx, maravia.act(amal, NOW), held, language="en")


async def test_withdrawing_restores_the_word_before(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        held = sample.assignments["140.7"]
        await submit(tx, amal, draft(held, status="planned"))
        second = await submit(tx, amal, draft(held, status="implemented"))
        gone = second.updates[0].status_update_id
        await status_updates.withdraw(tx, maravia.act(amal, NOW), gone)
        row = await tx.row(select(assignments).where(assignments.c.id == held))
        assert row is not None
        assert (row["status"], row["report_state"]) == ("planned", "submitted")
        with pytest.raises(AlreadyDecided):
            await status_updates.withdraw(tx, maravia.act(amal, NOW), gone)


async def piece(tx: Transaction, report: int, sha256: str, state: str = "stored") -> int:
    """A file of a status update."""
    await files.add(tx, sha256, size=9, media_type="application/pdf", now=NOW)
    given = {"kind": "document", "state": state, "sha256": sha256, "added_at": NOW}
    made = await tx.execute(insert(evidence_table).values(status_update_id=report, **given))
    key = made.inserted_primary_key
    assert key is not None
    return int(key[0])


async def of_evidence(tx: Transaction) -> dict[str, str]:
    """The state of every piece, by the first letters of its hash."""
    rows = await tx.rows(select(evidence_table))
    return {(row["sha256"] or "")[:2]: row["state"] for row in rows}


async def test_withdrawing_keeps_the_files_of_what_was_sent(database: Database) -> None:
    """Of every version; destroying them is a coordinator's."""
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        sent = await submit(tx, amal, draft(sample.assignments["140.7"]))
        report = sent.updates[0].status_update_id
        former = await piece(tx, report, "aa" * 32)
        again = replace(draft(sample.assignments["140.7"]), measures="Act 12.")
        act = maravia.act(amal, NOW)
        await status_updates.amend(tx, act, report, again, seen=1, without=[former])
        await piece(tx, report, "bb" * 32)
        await status_updates.withdraw(tx, act, report)
        assert await evidence.abandoned(tx) == []
        assert await of_evidence(tx) == {"aa": "stored", "bb": "stored"}
        facts = await tx.value(select(audit.c.facts).order_by(audit.c.number.desc()).limit(1))
        assert (facts["evidence"], facts["removed"]) == (2, 0)


@pytest.mark.parametrize("was_word", [False, True])
async def test_withdrawing_lets_go_of_files_that_the_institution_never_gave(
    database: Database, was_word: bool
) -> None:
    """Version 2 waits for clearance; version 1 was cleared, or was not."""
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        sent = await submit(tx, amal, draft(sample.assignments["140.7"]))
        report = sent.updates[0].status_update_id
        await piece(tx, report, "aa" * 32)
        again = replace(draft(sample.assignments["140.7"]), measures="Act 12.")
        act = maravia.act(amal, NOW)
        await status_updates.amend(tx, act, report, again, seen=1)
        await piece(tx, report, "bb" * 32)
        await tx.execute(update(table).values(needs_clearance=True, state="uncleared"))
        await tx.execute(update(status_update_versions).values(word=was_word))
        assert await status_updates.keeps_files(tx, report) is (
            Keeps.WHAT_WAS_CLEARED if was_word else Keeps.NOTHING
        )
        await status_updates.withdraw(tx, act, report)
        kept = "stored" if was_word else "dropped"
        assert await of_evidence(tx) == {"aa": kept, "bb": "dropped"}


async def test_only_the_author_withdraws_and_only_what_nobody_decided(
    database: Database,
) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        other = await maravia.somebody(tx, "Omar", Role.ALTERNATE, sample.institution_id)
        receipt = await submit(tx, amal, draft(sample.assignments["140.7"]))
        sent = receipt.updates[0].status_update_id
        with pytest.raises(NotAllowed):
            await status_updates.withdraw(tx, maravia.act(other, NOW), sent)
        await tx.execute(update(table).values(state="approved"))
        with pytest.raises(AlreadyDecided):
            await status_updates.withdraw(tx, maravia.act(amal, NOW), sent)


async def test_officers_have_one_row_a_day_that_is_edited(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        nadia = await maravia.somebody(tx, "Nadia", Role.OFFICER, None)
        for _ in range(5):
            await submit(tx, amal, draft(sample.assignments["140.7"]))
        rows = await tx.rows(
            select(outbox_table).where(outbox_table.c.person_id == nadia.person_id)
        )
        first = [row for row in rows if row["edits"] is None]
        waiting = [row for row in rows if row["edits"] and row["state"] == "planned"]
        assert len(first) == 1
        assert first[0]["silent"]
        assert len(waiting) == 1
        assert '"count": 5' in str(waiting[0]["screen"]).replace("'", '"')
        await submit(tx, amal, draft(sample.assignments["140.7"]), now=NOW + timedelta(days=1))
        again = await outbox.find(tx, f"arrived:2026-05-05:{nadia.person_id}")
        assert again is not None


async def test_the_secretariat_records_what_came_by_letter(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        nadia = await maravia.somebody(tx, "Nadia", Role.OFFICER, None)

        async def record(actor: Actor, on: date = TODAY) -> Receipt:
            return await status_updates.record_on_behalf(
                tx,
                maravia.act(actor, NOW),
                draft(sample.assignments["140.7"]),
                source="Letter 118/MOJ",
                source_on=on,
            )

        with pytest.raises(NotAllowed):
            await record(amal)
        with pytest.raises(DayInFuture):
            await record(nadia, TODAY + timedelta(days=1))
        receipt = await record(nadia)
        kept = await queries.get(tx, receipt.updates[0].status_update_id)
        assert kept is not None
        assert (kept.kind, kept.source, kept.source_on) == ("recorded", "Letter 118/MOJ", TODAY)
        told = await outbox.find(tx, f"recorded:SU-2026-0001:{amal.person_id}")
        assert told is not None


async def test_access_ends_with_the_seat(database: Database) -> None:
    """The actor of a turn has live seats only; without one nothing is allowed."""
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        await tx.execute(update(seats).values(until_at=NOW))
        with pytest.raises(NotAllowed):
            await submit(tx, replace(amal, seats=()), draft(sample.assignments["140.7"]))


# -- Not ours, questions ---------------------------------------------------------------------------


async def test_not_ours_ends_the_assignment_with_a_suggestion(database: Database) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        other = await maravia.justice_elsewhere(tx)
        held = sample.assignments["140.12"]
        await not_ours.disown(
            tx, maravia.act(amal, NOW), held, "Prisons belong to the Interior.", suggested_id=other
        )
        row = await tx.row(select(assignments).where(assignments.c.id == held))
        assert row is not None
        assert (row["state"], row["suggested_institution_id"]) == ("disowned", other)
        with pytest.raises(AssignmentClosed):
            await submit(tx, amal, draft(held))


async def test_a_question_is_answered_once_and_only_by_the_secretariat(
    database: Database,
) -> None:
    async with database.write() as tx:
        sample, amal = await people_of_justice(tx)
        nadia = await maravia.somebody(tx, "Nadia", Role.OFFICER, None)
        asked = await questions.ask(
            tx, maravia.act(amal, NOW), sample.assignments["140.7"], "Until when?", language="en"
        )
        assert await question_queries.count_open(tx) == 1

        async def answer(actor: Actor) -> None:
            await questions.answer(tx, maravia.act(actor, NOW), asked, "Until June.", language="en")

        with pytest.raises(NotAllowed):
            await answer(amal)
        await answer(nadia)
        assert await question_queries.count_open(tx) == 0
        assert await outbox.find(tx, f"answer:{asked}") is not None
        with pytest.raises(Refused):
            await answer(nadia)

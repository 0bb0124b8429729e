"""The vocabulary as a coordinator configures it: names change, what was said stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, update

from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.filters import Dimension
from bot.domain.incoming import Sent
from bot.domain.people import Actor, Role
from bot.domain.reports import EvidenceMissing, EvidenceOnItsWay, FileNeeded, StatusUpdateDraft
from bot.domain.screens import text
from bot.domain.status import DEFAULT, NoStatus, Status, StatusEnded, StatusNamed
from bot.exchange.examine import Family, FileKind
from bot.services import evidence, status_updates, statuses
from bot.services import exports as export_service
from bot.texts import Texts
from storage import evidence as evidence_queries
from storage import exports
from storage import statuses as queries
from storage.database import Database, Transaction
from storage.tables import assignments, audit, audit_words, conversations, files, outbox
from storage.tables import evidence as evidence_table
from tests import maravia

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = date(2026, 5, 4)
PDF = FileKind("pdf", "application/pdf", Family.DOCUMENT)


async def coordinator(tx: Transaction) -> Actor:
    return await maravia.somebody(tx, "Amina", Role.COORDINATOR, None)


async def draft_of(tx: Transaction, focal: Actor, status: str, *, at: str = "review") -> int:
    """A report that rests at its review screen."""
    assert focal.person is not None
    state = {"at": at, "answers": {"assignment": 1, "status": status}}
    row = {"flow": "status_update", "flow_version": 1, "nonce": "n", "state": state}
    moments = {"started_at": NOW, "touched_at": NOW}
    result = await tx.execute(
        insert(conversations).values(
            **row, **moments, bot_id=1, chat_id=1, person_id=focal.person.id, active=False
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


@pytest.mark.parametrize("role", [Role.OFFICER, Role.FOCAL_POINT, Role.VALIDATOR, Role.OBSERVER])
async def test_nobody_but_a_coordinator_configures(database: Database, role: Role) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        of = None if role is Role.OFFICER else sample.institution_id
        act = maravia.act(await maravia.somebody(tx, "Omar", role, of), NOW)
        for refused in (
            statuses.add(tx, act, Status.PLANNED, {"en": "announced"}),
            statuses.change(tx, act, "planned", counts_as=Status.PLANNED, names={}),
            statuses.require_evidence(tx, act, "planned", required=True),
            statuses.move_up(tx, act, "planned"),
            statuses.end(tx, act, "planned"),
            statuses.take_up_again(tx, act, "planned"),
        ):
            with pytest.raises(NotAllowed):
                await refused
        assert await queries.vocabulary(tx) == DEFAULT


async def test_a_renamed_status_keeps_its_history_and_reads_by_its_new_name(
    database: Database,
) -> None:
    texts = Texts.load()
    names = statuses.Names(database, texts)
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        said = StatusUpdateDraft(sample.assignments["140.7"], "planned", "Soon.", "en", TODAY)
        await status_updates.submit(tx, maravia.act(focal, NOW), said)
        renamed = {"en": "announced <b>", "fr": "annoncée"}
        await statuses.change(tx, act, "planned", counts_as=Status.PLANNED, names=renamed)
        entry = await tx.row(select(audit).order_by(audit.c.number.desc()))
        words = await tx.value(select(audit_words.c.words).order_by(audit_words.c.number.desc()))
    await names.read()

    assert entry is not None
    assert (entry["act"], entry["subject"]) == ("status.change", "status:planned")
    assert "announced" not in str(entry["facts"])
    assert "fr: annoncée" in words
    last = text("status.planned")
    assert texts.render(last, "en") == "announced &lt;b&gt;"
    assert texts.render(last, "fr", mode="bare") == "annoncée"
    assert texts.render(last, "ar", mode="bare") == "مخطط لها"  # the usual name
    assert texts.render(text("button.status.planned"), "fr", mode="plain") == "Annoncée"
    async with database.read() as tx:
        held = await tx.value(
            select(assignments.c.status).where(assignments.c.id == sample.assignments["140.7"])
        )
        assert held == "planned"


async def test_an_own_status_without_a_translation_is_labelled(database: Database) -> None:
    texts = Texts.load()
    names = statuses.Names(database, texts)
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        made = await statuses.add(tx, act, Status.IN_PROGRESS, {"en": "bill drafted"})
        with pytest.raises(StatusNamed):
            await statuses.add(tx, act, Status.PLANNED, {"en": "Bill drafted"})
    await names.read()
    shown = text(f"status.{made.code}")
    assert texts.render(shown, "en", mode="bare") == "bill drafted"
    assert texts.render(shown, "fr", mode="bare") == "bill drafted (anglais)"


async def test_what_ended_is_said_no_more_and_stays_where_it_was_said(database: Database) -> None:
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        made = await statuses.add(tx, act, Status.IN_PROGRESS, {"en": "bill drafted"})
        one, other = sample.assignments["140.7"], sample.assignments["140.9"]
        theirs = maravia.act(focal, NOW)
        await status_updates.submit(
            tx, theirs, StatusUpdateDraft(one, made.code, "Drafted.", "en", TODAY)
        )
        assert await queries.standing(tx, made.code) == 1
        await statuses.end(tx, act, made.code)
        with pytest.raises(Outdated):
            await statuses.end(tx, act, made.code)
        with pytest.raises(StatusEnded):
            await status_updates.submit(
                tx, theirs, StatusUpdateDraft(other, made.code, "Drafted.", "en", TODAY)
            )
        with pytest.raises(StatusEnded):
            await status_updates.unchanged(tx, theirs, one, language="en")
        known = await exports.known(tx, Dimension.STATUS)
        assert [each.names for each in known if each.value == made.code] == [("bill drafted",)]
        spread = await export_service.choices(
            tx, act, await export_service.read(tx, "-"), Dimension.STATUS
        )
        assert [(each.value, each.count) for each in spread] == [
            (made.code, 1),
            ("not_reported", 3),
        ]
        await statuses.take_up_again(tx, act, made.code)
        receipt = await status_updates.unchanged(tx, theirs, one, language="en")
        assert receipt.status == made.code


async def test_a_code_that_never_was_is_neither_configured_nor_said(database: Database) -> None:
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        with pytest.raises(NotFound):
            await statuses.end(tx, act, "s7")
        said = StatusUpdateDraft(sample.assignments["140.7"], "s7", "Soon.", "en", TODAY)
        with pytest.raises(NoStatus):
            await status_updates.submit(tx, maravia.act(focal, NOW), said)


async def test_a_status_that_needs_evidence_needs_a_stored_file(database: Database) -> None:
    """A link does not do, and a file on its way not yet; then who waits is told, once."""
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        theirs = maravia.act(focal, NOW)
        await statuses.require_evidence(tx, act, "implemented", required=True)
        one = sample.assignments["140.7"]
        draft = await draft_of(tx, focal, "implemented")
        said = StatusUpdateDraft(one, "implemented", "Done.", "en", TODAY, conversation_id=draft)
        await evidence.keep_link(tx, theirs, draft, "https://gazette.example/12")
        with pytest.raises(EvidenceMissing):
            await status_updates.submit(tx, theirs, said)
        for name in ("law.pdf", "decree.pdf"):
            await evidence.keep_file(
                tx, theirs, draft, Sent("document", name, message_id=1, name=name)
            )
        with pytest.raises(EvidenceOnItsWay):
            await status_updates.submit(tx, theirs, said)
        for place, awaited in enumerate(await evidence_queries.due(tx, 1, now=NOW)):
            sha256 = f"{place}a" * 32
            assert await evidence.stored(tx, theirs, awaited, PDF, sha256=sha256, size=9)
        told = [
            screen["lines"][0]["text"]
            for screen in await tx.values(select(outbox.c.screen).order_by(outbox.c.id))
        ]
        assert told.count("evidence.can_be_sent") == 1
        receipt = await status_updates.submit(tx, theirs, said)
        assert (receipt.status, receipt.evidence.files) == ("implemented", 2)
        other = StatusUpdateDraft(sample.assignments["140.9"], "planned", "Soon.", "en", TODAY)
        await status_updates.submit(tx, theirs, other)  # the others need none


async def with_file(tx: Transaction, focal: Actor, draft: int, sha256: str) -> None:
    """A file was sent to that draft, and is stored."""
    theirs = maravia.act(focal, NOW)
    await evidence.keep_file(tx, theirs, draft, Sent("document", sha256[:4], 1, name="law.pdf"))
    [awaited] = await evidence_queries.due(tx, 1, now=NOW)
    assert await evidence.stored(tx, theirs, awaited, PDF, sha256=sha256, size=9)


async def test_nothing_changed_is_said_with_the_file_that_the_status_needs_by_now(
    database: Database,
) -> None:
    """The file of the report that is confirmed counts, however often it was confirmed since."""
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        theirs, one = maravia.act(focal, NOW), sample.assignments["140.7"]
        said = StatusUpdateDraft(one, "implemented", "Done.", "en", TODAY)
        await status_updates.submit(tx, theirs, said)
        await statuses.require_evidence(tx, act, "implemented", required=True)
        with pytest.raises(FileNeeded):
            await status_updates.unchanged(tx, theirs, one, language="en")
        draft = await draft_of(tx, focal, "implemented")
        await with_file(tx, focal, draft, "ab" * 32)
        await status_updates.submit(tx, theirs, replace(said, conversation_id=draft))
        for _ in range(2):
            await status_updates.unchanged(tx, theirs, one, language="en")
        file = evidence_table.c.sha256 == "ab" * 32
        gone = update(evidence_table).where(file).values(state="redacted", sha256=None)
        await tx.execute(gone)
        with pytest.raises(FileNeeded):
            await status_updates.unchanged(tx, theirs, one, sentence="Still so.", language="en")


async def test_who_amends_to_a_status_that_needs_a_file_is_told_when_theirs_is_stored(
    database: Database,
) -> None:
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        theirs, one = maravia.act(focal, NOW), sample.assignments["140.7"]
        said = StatusUpdateDraft(one, "planned", "Soon.", "en", TODAY)
        sent = await status_updates.submit(tx, theirs, said)
        await statuses.require_evidence(tx, act, "implemented", required=True)
        draft = await draft_of(tx, focal, "implemented")
        answers = {"assignment": one, "status": "implemented", "version": 1}
        answers["report"] = sent.updates[0].status_update_id
        own = conversations.c.id == draft
        state = {"at": "review", "answers": answers}
        await tx.execute(update(conversations).where(own).values(flow="amend", state=state))
        await with_file(tx, focal, draft, "ab" * 32)
        told = [each["lines"][0]["text"] for each in await tx.values(select(outbox.c.screen))]
        assert told.count("evidence.can_be_sent") == 1


async def test_an_amended_report_goes_with_the_file_that_it_had(database: Database) -> None:
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        theirs, one = maravia.act(focal, NOW), sample.assignments["140.7"]
        await statuses.require_evidence(tx, act, "implemented", required=True)
        draft = await draft_of(tx, focal, "implemented")
        await with_file(tx, focal, draft, "ab" * 32)
        said = StatusUpdateDraft(one, "implemented", "Done.", "en", TODAY, conversation_id=draft)
        sent = (await status_updates.submit(tx, theirs, said)).updates[0].status_update_id
        again = replace(said, measures="Done, and published.", conversation_id=None)
        receipt = await status_updates.amend(tx, theirs, sent, again, seen=1)
        assert receipt.version == 2
        [piece] = await evidence_queries.of_report(tx, sent)
        with pytest.raises(FileNeeded):
            await status_updates.amend(tx, theirs, sent, again, seen=2, without=[piece.id])


async def test_who_still_writes_is_not_interrupted_by_a_file(database: Database) -> None:
    async with database.write() as tx:
        act = maravia.act(await coordinator(tx), NOW)
        sample = await maravia.justice(tx)
        focal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        theirs = maravia.act(focal, NOW)
        await statuses.require_evidence(tx, act, "implemented", required=True)
        draft = await draft_of(tx, focal, "implemented", at="measures")
        await evidence.keep_file(tx, theirs, draft, Sent("document", "f", 1, name="law.pdf"))
        [awaited] = await evidence_queries.due(tx, 1, now=NOW)
        assert await evidence.stored(tx, theirs, awaited, PDF, sha256="ab" * 32, size=9)
        assert await tx.values(select(outbox.c.id)) == []
        assert await tx.value(select(files.c.sha256)) == "ab" * 32
        assert await tx.value(select(evidence_table.c.state)) == "stored"

"""Redacting: what goes, what stays, and that nothing in the record holds it afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.domain.errors import NotAllowed, NotFound, Refused
from bot.domain.figures import Figure
from bot.domain.people import TICK, Actor, Role
from bot.domain.redaction import (
    LONGEST_WHY,
    AlreadyRedacted,
    Mark,
    Part,
    Reason,
    Redaction,
    Target,
)
from bot.domain.reports import LONGEST_TEXT, NotTheirWord, StatusUpdateDraft, TooLong
from bot.domain.screens import Attachment, Words, message, text
from bot.domain.threads import Side
from bot.domain.views import redaction as views
from bot.domain.work_calendar import Policy
from bot.services import (
    clearance,
    handed_out,
    passing,
    questions,
    redaction,
    reviews,
    status_updates,
)
from storage import audit, conversations, evidence, files, jobs, outbox, redactions, threads
from storage.database import Database, Transaction
from storage.outbox import Message
from storage.tables import (
    assessments,
    audit_words,
    consolidations,
    contradictions,
    draft_messages,
    grades,
    metadata,
    quotes,
    status_update_versions,
)
from storage.tables import audit as entries
from storage.tables import conversations as conversation_rows
from storage.tables import evidence as evidence_table
from storage.tables import outbox as outbox_table
from storage.tables import status_updates as table
from tests import maravia
from tests.conftest import AUDIT_KEY
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)
POLICY = Policy(maravia.ZONE)
SECRET = "Maryam of Port Selene was beaten in cell 7."
AMENDED = "Maryam of Port Selene was beaten in cell 7, and complained."
REMAINS = "Her brother Idris is to be heard."
MARK = Mark(LATER.date(), Reason.VICTIM).written()
HASH, OTHER = "ab" * 32, "cd" * 32


class House:
    """Justice has sent one report on two items, amended it; it was returned with a comment."""

    def __init__(self, sample: Sample, people: dict[str, Actor]) -> None:
        self.sample = sample
        self.people = people
        self.first = self.second = 0

    def act(self, who: str, *, now: datetime = LATER) -> Any:
        return maravia.act(self.people[who], now)

    async def redacts(
        self, tx: Transaction, part: Part, place: int | None = None, /, **options: Any
    ) -> Redaction:
        subject = options.pop("subject", f"su:{self.first}")
        who = options.pop("who", "Cora")
        act = self.act(who)
        about = await redaction.find(tx, act, subject)
        target = Target(part, about.id if place is None else place)
        return await redaction.redact(tx, act, about, target, Reason.VICTIM, **options)


async def file_of(tx: Transaction, conversation_id: int, person: Actor, sha256: str) -> None:
    """A stored file of a draft."""
    await files.add(tx, sha256, size=3, media_type="application/pdf", now=NOW)
    await tx.execute(
        insert(evidence_table).values(
            conversation_id=conversation_id,
            kind="document",
            state="stored",
            sha256=sha256,
            name="Maryam.pdf",
            caption="her complaint",
            person_id=person.person_id,
            added_at=NOW,
        )
    )


async def house(tx: Transaction) -> House:
    sample = await maravia.justice(tx)
    there = sample.institution_id
    at = House(
        sample,
        {
            "Amal": await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, there),
            "Otto": await maravia.somebody(tx, "Otto", Role.OFFICER, None),
            "Cora": await maravia.somebody(tx, "Cora", Role.COORDINATOR, None),
        },
    )
    amal = at.people["Amal"]
    await file_of(tx, 7, amal, HASH)
    for message_id, step in ((41, "measures"), (42, "remaining")):
        await conversations.note_message(
            tx, 1, 1000 + (amal.person_id or 0), message_id, conversation_id=7, step=step, part=0
        )
    draft = StatusUpdateDraft(
        sample.assignments["140.7"],
        "in_progress",
        SECRET,
        "en",
        NOW.date(),
        remaining=REMAINS,
        figures=(Figure("Beaten in cell 7", 12),),
        also=(sample.assignments["140.12"],),
        conversation_id=7,
    )
    sent = await status_updates.submit(tx, at.act("Amal", now=NOW), draft)
    at.first, at.second = (each.status_update_id for each in sent.updates)
    changed = replace(draft, measures=AMENDED, also=(), conversation_id=None)
    await status_updates.amend(tx, at.act("Amal", now=NOW), at.first, changed, seen=1)
    await reviews.return_(tx, at.act("Otto", now=NOW), at.first, "Who is Maryam?", language="en")
    return at


async def holding(tx: Transaction, *words: str) -> set[str]:
    """The tables in which any of the words stand."""
    found = set()
    for name, one in metadata.tables.items():
        rows = await tx.rows(select(one))
        said = json.dumps([dict(each) for each in rows], default=str, ensure_ascii=False)
        if any(each in said for each in words):
            found.add(name)
    return found


async def test_a_text_goes_from_every_version_and_from_what_was_sent_with_it(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        assert await holding(tx, "cell 7") >= {"status_updates", "status_update_versions"}
        made = await at.redacts(tx, Part.MEASURES, why="Her lawyer has written.")

    async with database.read() as tx:
        columns = (table.c.number, table.c.measures, table.c.remaining)
        said = await tx.rows(select(*columns).order_by(table.c.id))
        assert [tuple(each.values()) for each in said] == [
            ("SU-2026-0001", MARK, REMAINS),
            ("SU-2026-0002", MARK, REMAINS),
        ]
        assert await holding(tx, "Maryam of Port Selene") == set()
        assert await holding(tx, REMAINS) >= {"status_updates"}, "that was another part"
        assert (made.part, made.reason, made.settled) == (Part.MEASURES, Reason.VICTIM, False)
        [kept] = await redactions.of(tx, f"su:{at.first}")
        assert kept == made
        entry = await tx.row(
            select(entries, audit_words.c.words)
            .join(audit_words, audit_words.c.number == entries.c.number)
            .where(entries.c.act == "redaction.redact")
        )
        assert entry is not None
        assert (entry["subject"], entry["words"]) == ("SU-2026-0001", "Her lawyer has written.")
        assert entry["seat_id"] == at.people["Cora"].seat_id
        assert await audit.verify(tx, AUDIT_KEY, await audit.head(tx)) == []


async def test_everything_of_a_report_goes_and_its_number_stays(database: Database) -> None:
    words = ("Maryam", "cell 7", "Idris", "her complaint", HASH)
    async with database.write() as tx:
        at = await house(tx)
        assert await holding(tx, *words) >= {"evidence", "figures", "reviews", "audit_words"}
        await at.redacts(tx, Part.EVERYTHING)
    async with database.read() as tx:
        held = await holding(tx, *words)
        assert held <= {"files", "audit"}, "the bytes are removed behind it; facts are hashes"
        assert await files.nobodys(tx) == [HASH]
        row = await tx.row(select(table).where(table.c.id == at.first))
        assert row is not None
        assert (row["number"], row["status"], row["state"]) == (
            "SU-2026-0001",
            "in_progress",
            "returned",
        )
        assert await redactions.unsettled(tx) == [1]
        assert await audit.verify(tx, AUDIT_KEY, await audit.head(tx)) == []


async def test_a_file_that_another_report_names_stays_for_that_one(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        amal = at.people["Amal"]
        await file_of(tx, 9, amal, HASH)
        own = StatusUpdateDraft(
            at.sample.assignments["140.9"], "planned", "x", "en", NOW.date(), conversation_id=9
        )
        other = await status_updates.submit(tx, at.act("Amal", now=NOW + timedelta(hours=1)), own)
        [piece] = await evidence.of_report(tx, at.first)
        await at.redacts(tx, Part.FILE, piece.id)
        assert await files.nobodys(tx) == []
        [left] = await evidence.of_report(tx, other.updates[0].status_update_id)
        assert left.sha256 == HASH
        for report in (at.first, at.second):
            [gone] = await evidence.of_report(tx, report)
            assert (gone.state, gone.sha256, gone.name, gone.caption) == (
                "redacted",
                None,
                None,
                MARK,
            )
        facts = await tx.value(select(entries.c.facts).where(entries.c.act == "redaction.redact"))
        assert (facts["files"], facts["files_kept"]) == (1, 1)
        with pytest.raises(AlreadyRedacted):
            await at.redacts(tx, Part.FILE, piece.id)


async def test_a_unit_s_answer_that_the_text_was_made_of_goes_with_it(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        act = at.act("Amal", now=NOW)
        unit = await passing.unit_of(tx, act, at.sample.institution_id, "Prisons", language="en")
        somebody = await maravia.somebody(
            tx, "Paula", Role.FOCAL_POINT, at.sample.institution_id, unit_id=unit.id
        )
        held = at.sample.assignments["140.7"]
        [asked] = await passing.pass_on(tx, act, unit, [held], "What happened?", language="en")
        await passing.answer(tx, maravia.act(somebody, NOW), asked, SECRET, language="en")
        await at.redacts(tx, Part.MEASURES)
        assert "passes" not in await holding(tx, "Maryam of Port Selene")
        assert "passes" in await holding(tx, "What happened?")


async def test_drafts_and_messages_that_hold_it_go_and_others_stay(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        amal = at.people["Amal"]
        assert amal.person_id is not None
        for chat, words in ((1, AMENDED), (2, "Something else.")):
            await conversations.begin(
                tx,
                bot_id=1,
                chat_id=chat,
                person_id=amal.person_id,
                seat_id=amal.seat_id,
                flow="amend",
                flow_version=1,
                subject=f"assignment:{at.sample.assignments['140.7']}",
                state={"answers": {"measures": [words]}},
                now=NOW,
            )
        for key, words in (("sent", SECRET), ("late", SECRET), ("other", "Something else.")):
            shown = message(text("card.words", words=Words(words, "en", limit=10)))
            said = Message(key, shown, amal.person_id, 1)
            row = await outbox.add(tx, said, now=NOW)
            if key != "late":
                done = {"state": "sent", "screen": None, "message_id": 900 + row}
                await tx.execute(
                    update(outbox_table).where(outbox_table.c.id == row).values(**done)
                )
        made = await at.redacts(tx, Part.MEASURES)
        rows = {each["key"]: each for each in await tx.rows(select(outbox_table))}
        assert (rows["late"]["state"], rows["late"]["reason"]) == ("dropped", "redacted")
        deleted = [each for each in rows.values() if each["deletes"]]
        assert [each["deletes"] for each in deleted] == [rows["sent"]["id"]]
        [own] = [each for each in rows.values() if each["removes"]]
        assert (own["removes"], own["chat_id"]) == (41, 1000 + amal.person_id)
        assert "conversations" not in await holding(tx, "Maryam of Port Selene")
        assert "conversations" in await holding(tx, "Something else.")
        kept = await tx.values(select(draft_messages.c.message_id))
        assert kept == [42], "what remains was another message"
        assert await tx.rows(select(quotes).where(quotes.c.outbox_id == rows["other"]["id"]))
        found = await redaction.outcome(tx, at.act("Cora"), made.id)
        assert (found.deleted, found.waiting, found.left, found.by_name) == (0, 2, (), "Cora")
        await tx.execute(
            update(outbox_table)
            .where(outbox_table.c.id == own["id"])
            .values(state="failed", reason="cannot_delete")
        )
        found = await redaction.outcome(tx, at.act("Cora"), made.id)
        assert (found.waiting, found.left) == (1, ("Amal",))


async def test_exports_that_hold_it_go_and_earlier_ones_stay(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        cora = at.people["Cora"]
        for sha256, since in ((OTHER, LATER), ("ef" * 32, NOW - timedelta(days=1))):
            await files.add(tx, sha256, size=3, media_type="x", now=NOW)
            job = await jobs.plan(
                tx,
                handed_out.QUOTING[0],
                {},
                person_id=cora.person_id,
                seat_id=cora.seat_id,
                now=since,
            )
            await jobs.change(tx, job, state=jobs.DONE, sha256=sha256, finished_at=since)
        shown = message("redaction.by_hand")
        sent = replace(shown, attachments=(Attachment(OTHER, "book.xlsx"),))
        row = await outbox.add(tx, Message("book", sent, cora.person_id, 1), now=LATER)
        done = {"state": "sent", "screen": None, "message_id": 5}
        await tx.execute(update(outbox_table).where(outbox_table.c.id == row).values(**done))
        await at.redacts(tx, Part.MEASURES)
        assert await files.nobodys(tx) == [OTHER]
        taken = await tx.values(
            select(outbox_table.c.deletes).where(outbox_table.c.deletes.is_not(None))
        )
        assert row in taken


async def test_questions_answers_and_comments_can_be_redacted_alone(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        held = at.sample.assignments["140.7"]
        asked = await questions.ask(tx, at.act("Amal"), held, "May Maryam be named?", language="en")
        await questions.answer(tx, at.act("Otto"), asked, "Never name Maryam.", language="en")
        about = await redaction.find(tx, at.act("Cora"), f"question:{asked}")
        assert [each.part for each in await redactions.targets(tx, about)] == [
            Part.QUESTION,
            Part.ANSWER,
        ]
        await at.redacts(tx, Part.ANSWER, subject=f"question:{asked}")
        assert "questions" in await holding(tx, "May Maryam be named?")
        assert await holding(tx, "Never name Maryam.") == set()
        await at.redacts(tx, Part.QUESTION, subject=f"question:{asked}")
        assert await holding(tx, "May Maryam be named?") == set()
        [comment] = [
            each
            for each in await redactions.targets(
                tx, await redaction.find(tx, at.act("Cora"), f"su:{at.first}")
            )
            if each.part is Part.COMMENT
        ]
        assert "audit_words" in await holding(tx, "Who is Maryam?")
        await at.redacts(tx, Part.COMMENT, comment.place)
        assert await holding(tx, "Who is Maryam?") == set()


@pytest.mark.parametrize("who", ["Otto", "Amal"])
async def test_only_a_coordinator_redacts(database: Database, who: str) -> None:
    async with database.write() as tx:
        at = await house(tx)
        with pytest.raises(NotAllowed):
            await at.redacts(tx, Part.MEASURES, who=who)
        about = await redaction.find(tx, at.act("Cora"), f"su:{at.first}")
        target = Target(Part.MEASURES, at.first)
        with pytest.raises(NotAllowed):
            await redaction.redact(tx, at.act(who), about, target, Reason.MISTAKE)


@pytest.mark.parametrize(
    ("subject", "part", "options", "refusal"),
    [
        ("su:999", Part.MEASURES, {}, NotFound),
        ("su:x", Part.MEASURES, {}, NotFound),
        ("person:1", Part.MEASURES, {}, NotFound),
        (None, Part.QUESTION, {}, AlreadyRedacted),
        (None, Part.MEASURES, {"why": "x" * (LONGEST_WHY + 1)}, TooLong),
    ],
)
async def test_what_is_not_there_is_refused(
    database: Database,
    subject: str | None,
    part: Part,
    options: dict[str, Any],
    refusal: type[Refused],
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        with pytest.raises(refusal):
            await at.redacts(tx, part, subject=subject or f"su:{at.first}", **options)


async def test_the_institution_is_told_what_is_gone_and_why(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        made = await at.redacts(tx, Part.MEASURES)
        key = f"redacted:{made.id}:{at.people['Amal'].person_id}"
        told = await tx.row(select(outbox_table).where(outbox_table.c.key == key))
        assert told is not None
        assert told["silent"]
        assert "redaction.reason.victim" in str(told["screen"])
        assert "Maryam" not in str(told["screen"])


async def test_no_byte_is_left_in_the_database_file_nor_its_log(
    sqlite: Any, tmp_path: Path
) -> None:
    """As many words around it as one page does not hold, so that pages split and are freed."""
    database = Database(sqlite, audit_key=AUDIT_KEY)
    try:
        async with database.write() as tx:
            at = await house(tx)
            for n in range(60):
                filling = "word " * (n * 37 % 900)
                held = at.sample.assignments["140.12"]
                draft = StatusUpdateDraft(held, "planned", filling + "end.", "en", NOW.date())
                await status_updates.submit(tx, at.act("Amal"), draft)
            long = (SECRET + " ") * 400
            assert len(long) < LONGEST_TEXT
            draft = StatusUpdateDraft(
                at.sample.assignments["140.7"], "planned", long, "en", NOW.date()
            )
            sent = await status_updates.submit(tx, at.act("Amal"), draft)
        place = Path(sqlite.database)
        around = [place, place.with_name(f"{place.name}-wal")]
        assert any(b"Maryam" in each.read_bytes() for each in around)
        async with database.write() as tx:
            await at.redacts(tx, Part.EVERYTHING)
            report = sent.updates[0].status_update_id
            await at.redacts(tx, Part.MEASURES, subject=f"su:{report}")
        assert await database.forget_removed()
        for each in around:
            held_bytes = each.read_bytes() if each.exists() else b""
            for words in (b"cell 7", b"Maryam", b"Idris"):
                assert words not in held_bytes, f"{words!r} in {each.name}"
        async with database.read() as tx:
            await tx.rows(select(table))
            async with database.write() as other:
                await other.execute(insert(metadata.tables["counters"]).values(name="x", value=1))
            assert not await database.forget_removed(), "a reader needs the log: nobody waits"
        assert await database.forget_removed()
    finally:
        await database.close()


async def test_what_the_secretariat_wrote_about_it_goes_too(database: Database) -> None:
    """A thread, a contradiction and the sentence of the consolidated status, one by one."""
    async with database.write() as tx:
        at = await house(tx)
        item = at.sample.items["140.7"]
        otto = at.people["Otto"]
        assert otto.seat_id is not None
        await threads.say(
            tx,
            at.first,
            Side.SECRETARIAT,
            "Where is Maryam now?",
            "en",
            seat_id=otto.seat_id,
            now=NOW,
        )
        values: dict[str, Any] = {"item_id": item, "one_id": at.first, "other_id": at.second}
        values |= {"words": "Idris says no.", "language": "en", "marked_by": otto.seat_id}
        await tx.execute(insert(contradictions).values(**values, marked_at=NOW))
        sentence: dict[str, Any] = {
            "item_id": item,
            "version": 1,
            "status": "planned",
            "as_of": NOW.date(),
        }
        sentence |= {"sentence": "Maryam was freed.", "language": "en", "seat_id": otto.seat_id}
        await tx.execute(insert(consolidations).values(**sentence, at=NOW))
        assessed: dict[str, Any] = {"item_id": item, "institution_id": at.sample.institution_id}
        assessed |= {"version": 1, "seat_id": otto.seat_id, "as_of": NOW.date(), "language": "en"}
        assessed |= {"words": "Maryam told us so.", "given_at": NOW}
        await tx.execute(insert(assessments).values(**assessed))
        graded: dict[str, Any] = {"item_id": item, "scheme": "CCPR", "grade": "C"}
        graded |= {"session": "131st session", "note": "The case of Maryam.", "language": "en"}
        graded |= {"entered_by": otto.seat_id, "entered_at": NOW}
        await tx.execute(insert(grades).values(**graded))
        for subject, part, words in (
            (f"su:{at.first}", Part.THREAD, "Where is Maryam now?"),
            (f"su:{at.first}", Part.CONTRADICTION, "Idris says no."),
            (f"item:{item}", Part.SENTENCE, "Maryam was freed."),
            (f"item:{item}", Part.ASSESSMENT, "Maryam told us so."),
            (f"item:{item}", Part.GRADE_NOTE, "The case of Maryam."),
        ):
            assert len(await holding(tx, words)) == 1
            await at.redacts(tx, part, 1, subject=subject)
            assert await holding(tx, words) == set()


@pytest.mark.parametrize("state", ["uncleared", "returned_inside", "withdrawn"])
async def test_what_was_not_cleared_is_redacted_unseen(database: Database, state: str) -> None:
    """The validator returned it, say: nobody else could take the name out of it."""
    async with database.write() as tx:
        at = await house(tx)
        await tx.execute(update(table).values(needs_clearance=True, state=state))
        await tx.execute(update(status_update_versions).values(word=False))
        with pytest.raises(NotTheirWord):
            await status_updates.get_own(tx, at.people["Cora"], at.first)
        about = await redaction.find(tx, at.act("Cora"), f"su:{at.first}")
        assert about.unread
        there = await redactions.targets(tx, about)
        shown = [views.part(each) for each in there if each.part is not Part.COMMENT]
        assert "redaction.part.file_unseen" in [each.key for each in shown]
        assert not [each for each in shown if "Maryam" in str(each) or "Idris" in str(each)]
        await at.redacts(tx, Part.EVERYTHING)
        assert await holding(tx, "Maryam", "Idris", "cell 7", HASH) <= {"files", "reviews"}
        outcome = await redaction.outcome(tx, at.act("Cora"), 1)
        assert outcome.about.unread


async def test_of_a_word_whose_next_version_waits_the_name_goes_from_both(
    database: Database,
) -> None:
    """Version 1 was cleared and read by all; what its files are called is known."""
    async with database.write() as tx:
        at = await house(tx)
        waits = {"needs_clearance": True, "state": "uncleared"}
        await tx.execute(update(table).values(**waits))
        about = await redaction.find(tx, at.act("Cora"), f"su:{at.first}")
        [file] = [each for each in await redactions.targets(tx, about) if each.part is Part.FILE]
        assert (file.unseen, file.words) == (False, "Maryam.pdf")
        await at.redacts(tx, Part.MEASURES)
        assert not await holding(tx, SECRET, AMENDED)


async def test_what_a_validator_began_about_it_goes_too(database: Database) -> None:
    """Their draft of other words, and the screens that told which of its words were new."""
    async with database.write() as tx:
        at = await house(tx)
        karim = await maravia.somebody(tx, "Karim", Role.VALIDATOR, at.sample.institution_id)
        waits = update(table).where(table.c.id == at.first)
        await tx.execute(waits.values(needs_clearance=True, state="uncleared"))
        state = {"at": "review", "answers": {"report": at.first, "measures": [AMENDED]}}
        values = {"flow": "amend_inside", "flow_version": 1, "nonce": "n", "state": state}
        begun = {"subject": f"clearing:{at.first}", "started_at": NOW, "touched_at": NOW}
        chat = {"bot_id": 1, "chat_id": 5, "person_id": karim.person_id, "active": False}
        await tx.execute(insert(conversation_rows).values(**values, **begun, **chat))
    await clearance.follow(database, replace(at.act("Amal"), actor=TICK), POLICY)
    async with database.write() as tx:
        told = await tx.value(
            select(outbox_table.c.id).where(outbox_table.c.key.startswith("clearance:0:"))
        )
        shows = select(quotes.c.mark).where(quotes.c.outbox_id == told)
        assert f"su:{at.first}" in await tx.values(shows)
        await at.redacts(tx, Part.MEASURES)
        assert await holding(tx, AMENDED) == set()
        assert await tx.value(select(func.count()).select_from(conversation_rows)) == 0

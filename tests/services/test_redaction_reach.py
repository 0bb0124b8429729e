"""No column holds a person's words that no redaction reaches."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, Table, Text, insert, select, update

from bot.domain.people import Role
from bot.domain.redaction import Part, Reason
from bot.services import audit, redaction
from storage import files, redactions
from storage.database import Database, Transaction
from storage.redactions import REACHED
from storage.tables import (
    activities,
    activity_notes,
    answers,
    approvals,
    assessments,
    assignments,
    broadcast_texts,
    broadcasts,
    comment_outcomes,
    dialogue_questions,
    dialogues,
    evidence,
    extensions,
    indicator_values,
    indicators,
    metadata,
    national_reports,
    outbox,
    passes,
    reminders,
    report_chapters,
    request_items,
    request_texts,
    requests,
    units,
)
from tests import maravia
from tests.services.test_redaction import HASH, holding

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SECRET = "Maryam of Port Selene"
SHORTEST = 60  # characters in which somebody could say something of a person

CODE = "a code, a key, an id or a digest"
SETTING = "numbers, days, codes or ids that were chosen, not written"
DOCUMENT = "of a mechanism's published document, as it was imported; a new import replaces it"
NAME = "the name of a thing, which its own screen changes; no older one is kept"
PERSON = "says who somebody is, for their seat; not what is reported"
PASSING = "gone once it is done, and looked through by each redaction"
ANNOUNCED = "what the secretariat announces to anybody, and changes"
NOT_READ = "codes and counts; what was read of a file goes with it"

WHY_NOT = {
    "accounts.username": PERSON,
    "activity_notes.fields": CODE,
    "approvals.arguments": SETTING,
    "audit.act": CODE,
    "audit.facts": CODE,
    "audit.hash": CODE,
    "audit.subject": CODE,
    "audit.words_digest": CODE,
    "audit_words.words": "erased by its number, and with the text that it repeats",
    "boards.prefix": CODE,
    "boards.shown": CODE,
    "broadcasts.attachment": CODE,
    "broadcasts.segment": SETTING,
    "clusters.name": NAME,
    "consultation_figures.figures": CODE,
    "consultation_summaries.numbers": CODE,
    "consultation_summaries.words": ANNOUNCED,
    "consultation_documents.name": ANNOUNCED,
    "consultation_documents.sha256": CODE,
    "consultation_words.calendar": CODE,
    "consultation_words.contacts": ANNOUNCED,
    "consultation_words.place": ANNOUNCED,
    "consultation_words.purpose": ANNOUNCED,
    "consultation_words.title": ANNOUNCED,
    "consultation_words.ways": ANNOUNCED,
    "consultations.access": CODE,
    "consultations.erased": CODE,
    "consultations.groups": CODE,
    "consultations.languages": CODE,
    "consultations.mechanism": "the name of a mechanism",
    "consultations.pools": CODE,
    "consultations.regions": "the names of regions",
    "contributions.about": CODE,
    "contributions.answer": "what the secretariat answers a participant; goes with what they said",
    "contributions.tags": SETTING,
    "conversations.state": PASSING,
    "conversations.subject": CODE,
    "counters.name": CODE,
    "deadlines.title": NAME,
    "deadlines.uid": CODE,
    "deadlines.warned": SETTING,
    "deadlines.warnings": SETTING,
    "dialogues.title": "the session that is examined, which everybody reads",
    "erasures.sealed_with": CODE,
    "evidence.file_id": CODE,
    "evidence.reason": CODE,
    "enclosures.sha256": CODE,
    "enclosures.shown_sha256": CODE,
    "evidence.sha256": CODE,
    "files.media_type": CODE,
    "files.sha256": CODE,
    "free_days.name": "the name of a holiday",
    "groups.names": NAME,
    "grades.grade": "a grade, as a committee gave it in public",
    "grades.scheme": "how a committee grades",
    "grades.session": "a session of a committee",
    "grades.symbol": "the symbol of a public document",
    "hidings.sealed_with": CODE,
    "import_rows.annotation_id": DOCUMENT,
    "import_rows.digest": DOCUMENT,
    "import_rows.document": DOCUMENT,
    "import_rows.headings": DOCUMENT,
    "import_rows.key": DOCUMENT,
    "import_rows.original": DOCUMENT,
    "import_rows.paragraph": DOCUMENT,
    "import_rows.problem": DOCUMENT,
    "import_rows.raw": DOCUMENT,
    "import_rows.recommending": DOCUMENT,
    "import_rows.second_key": DOCUMENT,
    "import_rows.source_of_position": DOCUMENT,
    "import_rows.symbol": DOCUMENT,
    "import_rows.words": DOCUMENT,
    "import_tags.label": DOCUMENT,
    "inbox.reason": CODE,
    "inbox.sealed_with": CODE,
    "indicators.dimensions": CODE,
    "institutions.names": NAME,
    "invitations.designated_by": PERSON,
    "invitations.digest": CODE,
    "invitations.invitee": PERSON,
    "invitations.letter": CODE,
    "invitations.telegram_name": PERSON,
    "item_tags.label": DOCUMENT,
    "item_texts.raw": DOCUMENT,
    "item_texts.words": DOCUMENT,
    "items.annotation_id": DOCUMENT,
    "items.digest": CODE,
    "items.headings": DOCUMENT,
    "items.key": DOCUMENT,
    "items.original": DOCUMENT,
    "items.paragraph": DOCUMENT,
    "items.recommending": DOCUMENT,
    "items.source_of_position": DOCUMENT,
    "jobs.arguments": SETTING,
    "jobs.reason": CODE,
    "jobs.result": NOT_READ,
    "jobs.sha256": CODE,
    "national_reports.documents": SETTING,
    "national_reports.symbol": "the symbol of a public document",
    "national_reports.title": NAME,
    "outbox.key": CODE,
    "outbox.reason": CODE,
    "outbox.screen": PASSING,
    "outbox.sealed_with": CODE,
    "outbox.subject": CODE,
    "people.hours": SETTING,
    "people.name": PERSON,
    "people.timezone": SETTING,
    "people.weekend": SETTING,
    "quotes.mark": CODE,
    "redactions.subject": CODE,
    "regular_exports.filters": SETTING,
    "report_approvals.by": "the body that approved",
    "report_approvals.file": CODE,
    "report_approvals.file_name": "of the decision of that body",
    "report_approvals.number": "the number of a decision",
    "report_chapters.file": CODE,
    "report_chapters.value": DOCUMENT,
    "requests.attachment": CODE,
    "requests.audience": SETTING,
    "requests.ladder": SETTING,
    "review_desks.queue": CODE,
    "seats.designated_by": PERSON,
    "seats.letter": CODE,
    "source_documents.layout": DOCUMENT,
    "source_documents.mechanism": DOCUMENT,
    "source_documents.symbol": DOCUMENT,
    "source_documents.title": DOCUMENT,
    "status_update_versions.evidence": CODE,
    "statuses.names": NAME,
    "templates.name": NAME,
    "templates.sha256": CODE,
    "units.name": NAME,
}
"""Why a column cannot hold what a person wrote of a person, or how else it goes."""


def test_each_column_of_words_is_redacted_or_says_why_not() -> None:
    wide = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text | JSON)
        or (isinstance(column.type, String) and (column.type.length or SHORTEST) >= SHORTEST)
    }
    reached = {f"{column.table.name}.{column.name}" for column in REACHED}
    assert wide - reached == set(WHY_NOT), "a column more, or one that is not there"
    assert reached <= wide


class Desk:
    """A secretariat with a plan, a report in preparation, requests and a dialogue."""

    def __init__(self, sample: maravia.Sample, act: Any) -> None:
        self.sample = sample
        self.act = act
        self.places: dict[str, int] = {}

    async def put(self, tx: Transaction, table: Table, **values: Any) -> int:
        result = await tx.execute(insert(table).values(**values))
        key = result.inserted_primary_key
        assert key is not None
        self.places[table.name] = int(key[0])
        return int(key[0])


async def desk(tx: Transaction) -> Desk:
    sample = await maravia.justice(tx)
    there = sample.institution_id
    amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, there)
    cora = await maravia.somebody(tx, "Cora", Role.COORDINATOR, None)
    nina = await maravia.somebody(tx, "Nina", Role.OBSERVER, await maravia.justice_elsewhere(tx))
    at = Desk(sample, maravia.act(cora, NOW + timedelta(hours=1)))
    await files.add(tx, HASH, size=3, media_type="application/pdf", now=NOW)
    await _of_assignment(at, tx, amal.seat_id)
    await _of_requests(at, tx, amal.seat_id, amal.person_id)
    await _of_plans(at, tx, amal.seat_id)
    await _of_chapters(at, tx, amal.seat_id, cora.seat_id)
    words = {"language": "en", "typed_by": amal.seat_id, "typed_at": NOW}
    dialogue = await at.put(tx, dialogues, title="Session", language="en", opened_at=NOW)
    said = {"words": f"{SECRET}?", "answer": f"{SECRET}!", "state": "delivered"}
    await at.put(tx, dialogue_questions, dialogue_id=dialogue, settled_at=NOW, **said, **words)
    asked = {"asked_by": cora.seat_id, "asker": cora.person_id, "asked_at": NOW, "language": "en"}
    why: dict[str, Any] = {"reason": f"{SECRET}, a case", "state": "refused", "arguments": {}}
    await at.put(tx, approvals, kind="lower", **why, **asked)
    given: dict[str, Any] = {"item_id": sample.items["140.7"], "version": 1, "as_of": NOW.date()}
    given |= {"words": f"{SECRET} told us.", "source": f"https://x.example/{SECRET}"}
    given |= {"institution_id": nina.seats[0].institution_id, "seat_id": nina.seat_id}
    await at.put(tx, assessments, language="en", given_at=NOW, **given)
    return at


async def _of_assignment(at: Desk, tx: Transaction, seat_id: int | None) -> None:
    there, held = at.sample.institution_id, at.sample.assignments["140.12"]
    at.places["assignments"] = held
    why = f"{SECRET} is a matter of the police."
    gave_back = update(assignments).where(assignments.c.id == held)
    await tx.execute(gave_back.values(state="disowned", disowned_reason=why))
    unit = await at.put(
        tx, units, institution_id=there, name="Prisons", language="en", created_at=NOW
    )
    asked = {"words": f"Who is {SECRET}?", "answer": f"{SECRET}: a prisoner", "state": "answered"}
    when = {"passed_at": NOW, "answered_at": NOW, "passed_by": seat_id, "answered_by": seat_id}
    about = {"assignment_id": at.places["assignments"], "unit_id": unit, "language": "en"}
    passed = await at.put(tx, passes, **asked, **when, **about)
    piece = {"kind": "document", "state": "stored", "name": f"{SECRET}.pdf", "sha256": HASH}
    await at.put(tx, evidence, pass_id=passed, added_at=NOW, **piece)


async def _of_requests(
    at: Desk, tx: Transaction, seat_id: int | None, person_id: int | None
) -> None:
    common: dict[str, Any] = {"audience": {}, "ladder": [], "created_at": NOW}
    common |= {"attachment": HASH, "attachment_name": f"{SECRET}.pdf"}
    asked = await at.put(
        tx, requests, kind="data", state="open", indicator=f"Cases like {SECRET}", **common
    )
    for language in ("en", "fr"):
        words = {"title": f"On {SECRET}", "message": f"What of {SECRET} ({language})?"}
        await tx.execute(insert(request_texts).values(request_id=asked, language=language, **words))
    owed = await at.put(
        tx,
        request_items,
        request_id=asked,
        institution_id=at.sample.institution_id,
        state="excused",
        due_on=date(2026, 6, 1),
        asked_at=NOW,
        since=NOW,
        reason=f"{SECRET} has died.",
    )
    until = {"until_on": date(2026, 7, 1), "language": "en", "asked_at": NOW}
    why = f"{SECRET} is to be heard first."
    await at.put(tx, extensions, request_item_id=owed, seat_id=seat_id, reason=why, **until)
    entry = await audit.record(
        tx, at.act, "reminder.snooze", f"request_item:{owed}", words=f"{SECRET} is ill."
    )
    snoozed = {"due_on": date(2026, 6, 1), "days": 1, "reaches": "snoozed", "state": "planned"}
    about = {"request_item_id": owed, "person_id": person_id, "entry": entry, "at": NOW}
    await at.put(tx, reminders, **snoozed, **about)
    said = {"words": f"{SECRET} again.", "source": f"letter of {SECRET}", "language": "en"}
    answer = await at.put(
        tx, answers, request_item_id=owed, seat_id=seat_id, figures=[], at=NOW, **said
    )
    outcome: dict[str, Any] = {"answer_id": answer, "part": 1, "outcome": "partly", "at": NOW}
    outcome |= {"note": f"Not what {SECRET} said.", "language": "en", "seat_id": seat_id}
    await tx.execute(insert(comment_outcomes).values(**outcome))
    sent: dict[str, Any] = {"state": "closed", "segment": {}, "default_language": "en"}
    sent |= {"attachment": HASH, "attachment_name": f"{SECRET}.pdf"}
    told = await at.put(tx, broadcasts, created_at=NOW, sends_at=NOW, **sent)
    for language in ("en", "fr"):
        words = {"language": language, "words": f"{SECRET} is free ({language})."}
        await tx.execute(insert(broadcast_texts).values(broadcast_id=told, **words))


async def _of_plans(at: Desk, tx: Transaction, seat_id: int | None) -> None:
    activity = await at.put(
        tx,
        activities,
        institution_id=at.sample.institution_id,
        what=f"Pay {SECRET}.",
        language="en",
        funds=f"the fund of {SECRET}",
        state="planned",
        created_at=NOW,
    )
    noted: dict[str, Any] = {"what": "state", "fields": [], "words": f"{SECRET} was paid."}
    await at.put(
        tx, activity_notes, activity_id=activity, seat_id=seat_id, language="en", at=NOW, **noted
    )
    named = {"name": f"Sums paid to {SECRET}", "unit": f"EUR to {SECRET}", "language": "en"}
    indicator = await at.put(
        tx, indicators, activity_id=activity, kind="process", dimensions=[], created_at=NOW, **named
    )
    value: dict[str, Any] = {"value": 3.0, "year": 2025, "source": "chat", "seat_id": seat_id}
    value |= {"disaggregation": [{"group": f"{SECRET}, alone", "value": 3.0, "dimensions": []}]}
    await at.put(tx, indicator_values, indicator_id=indicator, at=NOW, **value)


async def _of_chapters(
    at: Desk, tx: Transaction, seat_id: int | None, owner_id: int | None
) -> None:
    prepared: dict[str, Any] = {"kind": "review", "title": "Report", "language": "en"}
    prepared |= {"documents": [], "structure": "own", "months": 12, "state": "in_preparation"}
    report = await at.put(tx, national_reports, changed_at=NOW, created_at=NOW, **prepared)
    drafted = {"heading": f"The case of {SECRET}", "language": "en", "draft": f"{SECRET} was …"}
    drafted |= {"file": HASH, "file_name": f"{SECRET}.docx"}
    chapter = await at.put(
        tx, report_chapters, report_id=report, place=1, owner_id=owner_id, **drafted
    )
    common: dict[str, Any] = {"audience": {}, "ladder": [], "created_at": NOW}
    common |= {"attachment": HASH, "attachment_name": f"{SECRET}.docx", "chapter_id": chapter}
    await tx.execute(insert(requests).values(kind="comment", state="open", **common))


TABLES = {
    "assignment": "assignments",
    "request_item": "request_items",
    "response": "answers",
    "request": "requests",
    "broadcast": "broadcasts",
    "activity": "activities",
    "chapter": "report_chapters",
    "dialogue_q": "dialogue_questions",
    "approval": "approvals",
}
PARTS = {
    "assignment": {Part.NOT_OURS, Part.TASK, Part.UNIT_ANSWER},
    "request_item": {Part.EXCUSE, Part.EXTENSION, Part.LATER},
    "response": {Part.RESPONSE, Part.OUTCOME_NOTE},
    "request": {Part.REQUEST},
    "broadcast": {Part.ANNOUNCEMENT},
    "activity": {Part.ACTIVITY, Part.ACTIVITY_NOTE, Part.INDICATOR, Part.VALUE},
    "chapter": {Part.HEADING, Part.DRAFT},
    "dialogue_q": {Part.SAID, Part.SAID_BACK},
    "approval": {Part.WISH},
}


async def test_all_that_people_write_beside_reports_can_be_destroyed(database: Database) -> None:
    async with database.write() as tx:
        at = await desk(tx)
        assert len(await holding(tx, SECRET)) >= 20
        for kind, table in TABLES.items():
            about = await redaction.find(tx, at.act, f"{kind}:{at.places[table]}")
            present = await redactions.targets(tx, about)
            assert {each.part for each in present} == PARTS[kind], kind
            for each in present:
                await redaction.redact(tx, at.act, about, each, Reason.VICTIM)
            assert await redactions.targets(tx, about) == [], kind
        item = await redaction.find(tx, at.act, f"item:{at.sample.items['140.7']}")
        [given] = await redactions.targets(tx, item)
        assert await holding(tx, SECRET) == {"assessments"}
        await redaction.redact(tx, at.act, item, given, Reason.VICTIM)
        assert await holding(tx, SECRET) == set()
        assert await files.nobodys(tx) == [HASH], "nothing names the file of the draft any more"


class Undone(Exception):
    """Undoes what was tried."""


async def test_each_part_goes_alone(database: Database) -> None:
    async with database.write() as tx:
        at = await desk(tx)
        for kind, parts in PARTS.items():
            about = await redaction.find(tx, at.act, f"{kind}:{at.places[TABLES[kind]]}")
            for chosen in await redactions.targets(tx, about):
                with suppress(Undone):
                    async with tx.savepoint():
                        await redaction.redact(tx, at.act, about, chosen, Reason.VICTIM)
                        after = await redactions.targets(tx, about)
                        assert {each.part for each in after} == parts - {chosen.part}
                        raise Undone


async def test_an_observer_is_told_that_its_assessment_is_gone(database: Database) -> None:
    async with database.write() as tx:
        at = await desk(tx)
        item = await redaction.find(tx, at.act, f"item:{at.sample.items['140.7']}")
        [given] = await redactions.targets(tx, item)
        made = await redaction.redact(tx, at.act, item, given, Reason.PERSONAL)
        told = await tx.rows(select(outbox).where(outbox.c.key.startswith(f"redacted:{made.id}:")))
        [said] = [str(each["screen"]) for each in told]
        assert "140.7" in said
        assert "redaction.reason.personal" in said
        assert SECRET not in said


async def test_what_stays_inside_an_institution_is_not_read_by_redacting_it(
    database: Database,
) -> None:
    from bot.domain.views.redaction import part

    async with database.write() as tx:
        at = await desk(tx)
        about = await redaction.find(tx, at.act, f"assignment:{at.places['assignments']}")
        shown = {each.part: str(part(each)) for each in await redactions.targets(tx, about)}
        assert SECRET not in shown[Part.TASK] + shown[Part.UNIT_ANSWER]

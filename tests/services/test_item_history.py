"""The history of an item: everything from its import to today, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import Table, func, insert, select, update

from bot.domain.approvals import Protection
from bot.domain.assigning import Target as Aim
from bot.domain.errors import NotAllowed, NotFound, existing
from bot.domain.figures import Figure
from bot.domain.history import Event, Scope, Topic, in_order
from bot.domain.items import Part as ItemPart
from bot.domain.people import Actor, Role
from bot.domain.plans import About, ActivityState
from bot.domain.plans import Wanted as Planned
from bot.domain.redaction import Part, Reason, Target
from bot.domain.reports import StatusUpdateDraft
from bot.domain.views import item_history as views
from bot.domain.views.people import name_for
from bot.services import assignments as assigning
from bot.services import (
    history,
    not_ours,
    passing,
    plans,
    publication,
    questions,
    redaction,
    reviews,
    status_updates,
)
from bot.texts import Texts
from bot.works import Tools
from bot.works import history as work
from storage import files, institutions, jobs
from storage.database import Database, Transaction
from storage.tables import (
    assessments,
    assignments,
    audit,
    evidence,
    extensions,
    grades,
    item_texts,
    items,
    outbox,
    position_changes,
    reminders,
    request_items,
    requests,
)
from storage.tables import status_updates as reports
from tests import maravia
from tests.services.test_exports import tools_for

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TEXTS = Texts.load(["en", "fr", "ar"])


class House:
    """What happened to 140.7 at Justice, an hour between two events; Interior contributes to it."""

    def __init__(self, item: int, people: dict[str, Actor]) -> None:
        self.item = item
        self.people = people

    async def whats(self, tx: Transaction, who: str, topic: Topic | None = None) -> list[str]:
        found = await history.of_item(tx, self.people[who], self.item)
        return [each.what for each in found.events if topic in (None, each.topic)]


async def house(tx: Transaction) -> House:
    sample = await maravia.justice(tx)
    justice, interior = sample.institution_id, await maravia.justice_elsewhere(tx)
    item, held = sample.items["140.7"], sample.assignments["140.7"]
    theirs = await maravia.assignment(tx, item, interior)
    hours = iter(range(1, 100))

    def act(who: str) -> Any:
        return maravia.act(people[who], NOW + timedelta(hours=next(hours)))

    people = {
        "Amal": await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, justice, now=NOW),
        "Ines": await maravia.somebody(tx, "Ines", Role.FOCAL_POINT, interior, now=NOW),
        "Lena": await maravia.somebody(tx, "Lena", Role.OBSERVER, justice),
        "Otto": await maravia.somebody(tx, "Otto", Role.OFFICER, None),
        "Cora": await maravia.somebody(tx, "Cora", Role.COORDINATOR, None),
    }
    new_text = {"item_id": item, "language": "en", "version": 2, "current": False}
    await tx.execute(insert(item_texts).values(**new_text, words="Ratify at once.", from_at=NOW))
    await _asked(tx, people["Amal"], justice, held)
    draft = StatusUpdateDraft(held, "in_progress", "Bill 12.", "en", NOW.date())
    sent = await status_updates.submit(tx, act("Amal"), draft)
    report = sent.updates[0].status_update_id
    second = StatusUpdateDraft(held, "in_progress", "Bill 12, second reading.", "en", NOW.date())
    await status_updates.amend(tx, act("Amal"), report, second, seen=1)
    await reviews.return_(tx, act("Otto"), report, "Which bill?", language="en")
    third = await status_updates.submit(tx, act("Amal"), draft)
    await status_updates.withdraw(tx, act("Amal"), third.updates[0].status_update_id)
    question = await questions.ask(tx, act("Amal"), held, "Until when?", language="en")
    await questions.answer(tx, act("Otto"), question, "Until June.", language="en")
    unit = await passing.unit_of(tx, act("Amal"), justice, "Prisons", language="en")
    await passing.pass_on(tx, act("Amal"), unit, [held], "How many?", language="en")
    about = await redaction.find(tx, act("Cora"), f"su:{report}")
    target = Target(Part.MEASURES, report)
    await redaction.redact(tx, act("Cora"), about, target, Reason.PERSONAL)
    interiors = StatusUpdateDraft(theirs, "planned", "Interior plans.", "en", NOW.date())
    await status_updates.submit(tx, act("Ines"), interiors)
    await not_ours.disown(tx, act("Ines"), theirs, "Not our business.", suggested_id=None)
    return House(item, people)


async def _asked(tx: Transaction, amal: Actor, justice: int, held: int) -> None:
    """Justice was asked, reminded twice, and wanted more time."""
    values: dict[str, Any] = {
        "kind": "status",
        "state": "open",
        "audience": {},
        "ladder": [],
        "created_at": NOW,
    }
    request = await _new(tx, requests, values)
    asked: dict[str, Any] = {
        "request_id": request,
        "institution_id": justice,
        "assignment_id": held,
    }
    asked |= {"state": "asked", "due_on": date(2026, 5, 30), "asked_at": NOW, "since": NOW}
    one = await _new(tx, request_items, asked)
    for days in (-7, 0):
        rung: dict[str, Any] = {
            "request_item_id": one,
            "person_id": amal.person_id,
            "due_on": date(2026, 5, 30),
        }
        rung |= {"days": days, "reaches": "institution", "state": "sent", "at": NOW}
        await tx.execute(insert(reminders).values(**rung, settled_at=NOW))
    wish: dict[str, Any] = {
        "request_item_id": one,
        "seat_id": amal.seat_id,
        "until_on": date(2026, 6, 15),
    }
    wish |= {"reason": "Parliament is away.", "language": "en", "asked_at": NOW}
    await tx.execute(insert(extensions).values(**wish))


async def _new(tx: Transaction, into: Table, values: dict[str, Any]) -> int:
    result = await tx.execute(insert(into).values(**values))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def test_everything_is_told_the_newest_first(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        whats = await at.whats(tx, "Otto")
        assert whats[:2] == ["disowned", "reported_report"], "Interior's"
        assert whats[2:5] == ["redacted_report", "question_answered", "question"]
        assert whats[5:9] == ["withdrawn", "reported_report", "returned", "amended"]
        assert whats[-1] == "imported"
        assert {"text_changed", "asked", "reminded", "announced", "seat_began"} <= set(whats)
        assert "passed" not in whats, "what an institution asks inside is its own"
        reports = await at.whats(tx, "Otto", Topic.REPORTS)
        assert reports.count("reported_report") == 3
        assert sorted(reports)[:2] == ["amended", "redacted_report"]


async def test_an_institution_reads_its_own_and_what_it_asked_inside(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        found = await history.of_item(tx, at.people["Amal"], at.item)
        assert "passed" in [each.what for each in found.events]
        assert all("Interior" not in (each.words or "") for each in found.events)
        names = {None, "Amal", "Otto", "Cora"}
        assert {each.name for each in found.doers.values()} <= names
        said = _said(found.events, found, "en")
        assert "focal point Amal" in said
        assert "Otto" not in said, "officers are the secretariat to an institution"
        assert "the secretariat" in said
        with pytest.raises(NotFound):
            await history.of_item(tx, at.people["Ines"], at.item + 1)
        with pytest.raises(NotAllowed):
            await history.of_item(tx, at.people["Lena"], at.item)


def _said(events: Any, found: history.History, language: str) -> str:
    names = {each.institution_id or 0: name_for({"en": "Justice"}, language) for each in events}
    lines = [views.line(each, names, found.doers, found.scope) for each in events]
    return "\n".join(TEXTS.render(each, language, mode="bare") for each in lines)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_every_event_has_words(database: Database, language: str) -> None:
    async with database.write() as tx:
        at = await house(tx)
        found = await history.of_item(tx, at.people["Otto"], at.item)
        said = _said(found.events, found, language)
        assert "history.event" not in said
        assert "{" not in said
        assert "SU-2026-0001" in said


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_what_others_think_is_part_of_it_and_names_no_person(
    database: Database, language: str
) -> None:
    """Observers' assessments and committees' grades were missing from the screen and the file."""
    async with database.write() as tx:
        at = await house(tx)
        seat = at.people["Otto"].seat_id
        given: dict[str, Any] = {
            "item_id": at.item,
            "institution_id": at.people["Amal"].seats[0].institution_id,
        }
        given |= {"version": 1, "seat_id": seat, "status": "planned", "as_of": NOW.date()}
        given |= {"words": "Nobody is trained.", "language": "en", "given_at": NOW}
        await _new(tx, assessments, given)
        grade: dict[str, Any] = {"item_id": at.item, "scheme": "hrc", "grade": "C"}
        grade |= {"session": "131st session", "language": "en", "withdrawn_at": NOW}
        await _new(tx, grades, grade | {"entered_by": seat, "entered_at": NOW})
        found = await history.of_item(tx, at.people["Amal"], at.item)
        beside = [each for each in found.events if each.topic is Topic.BESIDE]
        assert {each.what for each in beside} == {"assessed", "graded", "grade_withdrawn"}
        assert not [each for each in beside if each.seat_id is not None]
        said = _said(beside, found, language)
        assert "131st session" in said
        assert "history.event" not in said
        assert "{" not in said


async def test_a_report_stands_there_with_its_figures_and_files_as_they_were(
    database: Database,
) -> None:
    """Each version with its own, and a file that was taken away with the one that had it."""
    async with database.write() as tx:
        at = await house(tx)
        amal = maravia.act(at.people["Amal"], NOW + timedelta(days=3))
        held = await tx.value(
            select(assignments.c.id).where(
                assignments.c.item_id == at.item,
                assignments.c.institution_id == at.people["Amal"].seats[0].institution_id,
            )
        )
        draft = StatusUpdateDraft(held, "in_progress", "Judges.", "en", NOW.date())
        first = replace(draft, figures=(Figure("Judges trained", 12),))
        sent = await status_updates.submit(tx, amal, first)
        report = sent.updates[0].status_update_id
        await files.add(tx, "ab" * 32, size=9, media_type="application/pdf", now=NOW)
        piece: dict[str, Any] = {"kind": "document", "state": "stored", "name": "list.pdf"}
        piece |= {"sha256": "ab" * 32, "added_at": NOW, "status_update_id": report}
        gone = await _new(tx, evidence, piece)
        again = replace(draft, figures=(Figure("Judges trained", 99),))
        later = maravia.act(at.people["Amal"], NOW + timedelta(days=4))
        await status_updates.amend(tx, later, report, again, seen=1, without=[gone])
        found = await history.of_item(tx, at.people["Otto"], at.item)
        second, former = [each for each in found.events if each.figures][:2]
        assert [each.value for each in (*former.figures, *second.figures)] == [12, 99]
        assert ([each.name for each in former.pieces], second.pieces) == (["list.pdf"], ())
        said = [TEXTS.render(each, "en", mode="bare") for each in views.beside(former)]
        assert any("Judges trained: 12" in each for each in said)
        assert any("list.pdf" in each for each in said)


async def test_a_due_day_is_told_as_it_was_given(database: Database) -> None:
    """And what became of it: moved, another part, given anew; an institution knows of no draft."""
    first, second, third = (NOW.date() + timedelta(days=each) for each in (30, 60, 90))
    async with database.write() as tx:
        at = await house(tx)
        other = await maravia.somebody(
            tx,
            "Hawa",
            Role.FOCAL_POINT,
            await institutions.add(tx, "MOH", "ministry", {"en": "Ministry of Health"}),
        )
        institution_id = other.seats[0].institution_id
        assert institution_id is not None

        async def aims(hour: int, part: str, due_on: date) -> None:
            doer = maravia.act(at.people["Otto"], NOW + timedelta(days=2, hours=hour))
            target = Aim(ItemPart(part), due_on)
            await assigning.aim(tx, doer, {at.item: {institution_id: target}})

        await aims(1, "contributing", first)
        await aims(2, "contributing", second)
        doer = maravia.act(at.people["Otto"], NOW + timedelta(days=2, hours=3))
        await assigning.announce(tx, doer)
        await aims(4, "contributing", third)
        await aims(5, "lead", third)

        def of(found: history.History) -> list[tuple[str, Any]]:
            own = [each for each in found.events if each.institution_id == institution_id]
            told = [each for each in own if each.topic is Topic.ASSIGNMENTS]
            return [(each.what, each.facts.get("due")) for each in reversed(told)]

        assert of(await history.of_item(tx, at.people["Otto"], at.item)) == [
            ("assigned_due", first),
            ("due_moved", second),
            ("announced", None),
            ("due_moved", third),
            ("part_changed", third),
        ]
        assert of(await history.of_item(tx, other, at.item)) == [
            ("assigned_due", second),
            ("announced", None),
            ("due_moved", third),
            ("part_changed", third),
        ]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_plans_publication_and_positions_are_part_of_it(
    database: Database, language: str
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        otto, house_id = at.people["Otto"], at.people["Amal"].seats[0].institution_id
        assert house_id is not None
        act = maravia.act(otto, NOW + timedelta(days=3))
        seen = Planned("Train.", "en", house_id)
        activity = await plans.add(tx, act, About(item_ids=(at.item,)), seen)
        soon = maravia.act(otto, NOW + timedelta(days=3, hours=1))
        changed = replace(seen, what="Train all judges.")
        await plans.change(tx, soon, activity, changed, seen=seen)
        later = maravia.act(otto, NOW + timedelta(days=4))
        await plans.move(
            tx, later, activity, ActivityState.UNDER_WAY, words="Begun.", language="en"
        )
        report = await tx.value(select(func.max(reports.c.id)))
        await tx.execute(update(reports).where(reports.c.id == report).values(state="approved"))
        await publication.decide(tx, later, report, public=True)
        await publication.decide(tx, later, report, public=False)
        moved = {"item_id": at.item, "before": "noted", "after": "supported", "at": NOW}
        await _new(tx, position_changes, moved)
        found = await history.of_item(tx, otto, at.item)
        planned = [(each.what, each.words) for each in found.events if each.topic is Topic.PLANS]
        assert planned[0] == ("plan_state", "Begun.")
        assert planned[1:] == [("plan_changed", "Train all judges."), ("plan_added", "Train.")]
        whats = [each.what for each in found.events]
        assert {"published", "published_no_more", "position_changed"} <= set(whats)
        said = _said(found.events, found, language)
        assert "history.event" not in said
        assert "{" not in said


async def test_a_file_is_planned_for_who_may_read_it_and_leaves_a_trace(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        amal = maravia.act(at.people["Amal"], NOW)
        job = await jobs.get(tx, await history.ask(tx, amal, at.item, language="en"))
        assert job is not None
        assert (job.kind, job.arguments) == (history.FILE, {"item": at.item, "language": "en"})
        with pytest.raises(NotAllowed):
            await history.ask(tx, maravia.act(at.people["Lena"], NOW), at.item, language="en")
        await history.handed_out(tx, amal, at.item, events=3, sha256="ab" * 32)
        entry = await tx.row(select(audit).order_by(audit.c.number.desc()))
        assert entry is not None
        assert (entry["act"], entry["subject"]) == ("export.history", f"item:{at.item}")


async def _document(tools: Tools, job_id: int) -> str:
    """The words of the file that this job has made."""
    async with tools.database.write() as tx:
        job = existing(await jobs.get(tx, job_id))
    await work.run(job, tools)
    async with tools.database.write() as tx:
        made = existing(await jobs.get(tx, job_id))
    assert made.sha256 is not None
    return "\n".join(
        each.text for each in Document(BytesIO(await tools.vault.read(made.sha256))).paragraphs
    )


async def test_a_file_that_goes_by_chat_names_people_by_their_role(
    database: Database, tmp_path: Path
) -> None:
    """Regression: the history left with everybody's name, which no other file has."""
    async with database.write() as tx:
        at = await house(tx)
        asked = maravia.act(at.people["Otto"], NOW)
        job_id = await history.ask(tx, asked, at.item, language="en")
    said = await _document(tools_for(database, tmp_path), job_id)
    assert "focal point" in said
    assert "Bill 12" in said
    assert "Optional Protocol" in said
    assert not [name for name in ("Amal", "Otto", "Cora") if name in said]


async def test_of_a_restricted_item_no_word_leaves_by_chat_before_that_is_switched(
    database: Database, tmp_path: Path
) -> None:
    """Regression: only the item's own text stayed, and all that was said about it left."""
    words = ("Optional Protocol", "Ratify", "Bill 12", "Which bill", "Until", "Parliament")
    async with database.write() as tx:
        at = await house(tx)
        await tx.execute(update(items).values(restricted=True))
        asked = maravia.act(at.people["Otto"], NOW)
        job_id = await history.ask(tx, asked, at.item, language="en")
        later = await history.ask(tx, asked, at.item, language="en")
    tools = tools_for(database, tmp_path)
    said = await _document(tools, job_id)
    assert "1 restricted item appears by symbol and number only." in said
    assert "SU-2026-0001" in said
    assert not [each for each in words if each in said]
    async with database.write() as tx:
        await maravia.lower(tx, Protection.RESTRICTED)
    said = await _document(tools, later)
    assert [each for each in words if each not in said] == []
    assert "restricted item" not in said


def test_neither_words_nor_figures_of_a_restricted_item_are_told() -> None:
    said = Event(NOW, Topic.REPORTS, "reported", words="Bill 12.", figures=(Figure("Cells", 412),))
    bare = history.History(1, Scope(None), (said,), {}).bare
    assert bare.events == (Event(NOW, Topic.REPORTS, "reported"),)


async def test_a_file_with_words_does_not_leave_once_they_are_protected_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        asked = maravia.act(at.people["Otto"], NOW)
        job_id = await history.ask(tx, asked, at.item, language="en")
        job = existing(await jobs.get(tx, job_id))
    tools = tools_for(database, tmp_path)
    carry_out = tools.jobs.run

    async def meanwhile(*arguments: Any, **options: Any) -> Any:
        made = await carry_out(*arguments, **options)
        async with database.write() as tx:
            await tx.execute(update(items).values(restricted=True))
        return made

    monkeypatch.setattr(tools.jobs, "run", meanwhile)
    with pytest.raises(NotAllowed):
        await work.run(job, tools)
    async with database.read() as tx:
        told = select(func.count()).select_from(outbox).where(outbox.c.key.like("job:%"))
        assert await tx.value(told) == 0


def test_of_one_moment_what_usually_comes_first_is_told_last() -> None:
    events = [
        Event(NOW, Topic.REPORTS, "reported_report"),
        Event(NOW, Topic.ITEM, "imported"),
        Event(NOW - timedelta(days=1), Topic.PEOPLE, "seat_began"),
    ]
    assert [each.what for each in in_order(events)] == ["reported_report", "imported", "seat_began"]

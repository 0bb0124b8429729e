"""The secretariat takes the workbook out; everybody sees how far their part is."""

from __future__ import annotations

import asyncio
import json
import zipfile
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, select, update

from bot.domain.approvals import Protection
from bot.domain.people import Role
from bot.sandbox.phone import Message, Phone, plain
from bot.works import export as work
from storage.tables import (
    assignments,
    audit,
    deadlines,
    evidence,
    files,
    item_tags,
    items,
    jobs,
    source_documents,
    status_updates,
)
from storage.vault import Vault
from tests import maravia
from tests.journeys.network import JourneyNetwork


async def secretariat(network: JourneyNetwork, *, language: str = "en") -> Phone:
    """A coordinator, and a record with four items of the Ministry of Justice."""
    phone = await network.phone("Amina Sall", Role.COORDINATOR, language=language)
    async with network.database.write() as tx:
        sample = await maravia.justice(tx)
        other = await maravia.document(tx, maravia.TREATY_BODY, "CAT")
        await maravia.item(
            tx, "12", {"en": "A secret view."}, symbol=maravia.TREATY_BODY, restricted=True
        )
        assert other
        await tx.execute(
            update(assignments)
            .where(assignments.c.id == sample.assignments["140.7"])
            .values(status="in_progress", report_state="submitted", reported_at=maravia.LONG_AGO)
        )
    return phone


async def pictured(phone: Phone) -> Message:
    """The message with the picture, once it has come."""
    for _ in range(100):
        await phone.looks()
        for each in phone.received:
            if [file.kind for file in each.files] == ["photo"]:
                return each
        await asyncio.sleep(0.3)
    raise AssertionError(phone.transcript())


async def test_the_secretariat_gets_the_workbook_in_the_chat(network: JourneyNetwork) -> None:
    amina = await secretariat(network)
    await amina.types("/export")
    await amina.taps("Consolidated workbook")
    assert "It holds 5 recommendations" in plain(amina.screen.text)
    await amina.taps("Make it")
    ready = await amina.waits_for(": 5 recommendations", within=30)
    assert "1 restricted item" in plain(ready.text)
    (file,) = ready.files
    today = network.clock.now().date()
    assert file.name == f"focal-point-{today}.xlsx"
    book = openpyxl.load_workbook(BytesIO(await amina.downloads(file)))
    rows = list(book["Recommendations"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 5
    assert not [cell for row in rows for cell in row if "secret" in str(cell)]
    entry = await network.row(select(audit).where(audit.c.act == "export.workbook"))
    job = await network.row(select(jobs).where(jobs.c.kind == "export"))
    assert entry["facts"]["file"] == job["sha256"]
    assert entry["facts"]["recommendations"] == 5


async def test_a_link_in_the_workbook_leads_to_the_card_and_strangers_nowhere(
    network: JourneyNetwork,
) -> None:
    amina = await secretariat(network)
    await amina.types("/export")
    await amina.taps("Consolidated workbook", "Make it")
    ready = await amina.waits_for(": 5 recommendations", within=30)
    book = openpyxl.load_workbook(BytesIO(await amina.downloads(ready.files[0])))
    links = {
        row[2].value: str(row[24].hyperlink.target)
        for row in book["Recommendations"].iter_rows(min_row=2)
        if row[24].hyperlink is not None
    }
    await amina.opens(links["140.7"])
    assert "Optional Protocol to the Convention against Torture" in plain(amina.screen.text)
    stranger = await network.phone("Somebody")
    await stranger.opens(links["140.7"])
    assert "Optional Protocol" not in stranger.transcript()


async def test_the_workbook_is_narrowed_by_buttons(network: JourneyNetwork) -> None:
    amina = await secretariat(network)
    await amina.types("/export")
    await amina.taps("Consolidated workbook")
    await amina.taps("Institution", "Ministry of Justice (4)")
    assert "Only institution: Ministry of Justice" in plain(amina.screen.text)
    await amina.taps("Status", "in progress (1)")
    assert "It holds 1 recommendation." in plain(amina.screen.text)
    await amina.taps("Make it")
    ready = await amina.waits_for(": 1 recommendation", within=30)
    book = openpyxl.load_workbook(BytesIO(await amina.downloads(ready.files[0])))
    first = [row[:2] for row in book["Totals"].iter_rows(values_only=True)]
    assert ("Institution", "Ministry of Justice") in first
    await amina.types("/export")
    await amina.taps("Consolidated workbook")
    await amina.taps("Mechanism", "CAT (1)", "Institution")
    assert "Ministry" not in str(amina.screen.labels)  # the view is nobody's yet
    await amina.taps("Any", "Everything")
    assert "It holds 5 recommendations" in plain(amina.screen.text)


async def test_a_workbook_too_large_for_the_chat_stays_on_the_server(
    network: JourneyNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHAT_LIMIT", 1_000)
    amina = await secretariat(network)
    await amina.types("/export")
    await amina.taps("Consolidated workbook", "Make it")
    told = await amina.waits_for("on the server", within=30)
    assert not told.files
    (kept,) = (network.settings().data_dir / work.FOLDER).iterdir()
    assert f"exports/{kept.name}" in plain(told.text)
    assert len(openpyxl.load_workbook(kept)["Recommendations"]["A"]) == 6
    monkeypatch.setattr(work, "CHAT_LIMIT", 50 * 1024**2)
    assert "Or take one file a document here." in plain(told.text)
    await amina.taps("One file a document")
    first = await amina.waits_for(": 4 recommendations", within=30)
    second = await amina.waits_for(": 1 recommendation", within=30)
    names = [file.name for told in (first, second) for file in told.files]
    assert sorted(each.split("-")[2] for each in names) == ["A", "CAT"]
    await amina.waits_for("files made: 2 of 2.", within=30)


async def test_the_evidence_stays_on_the_server_and_goals_come_as_a_file(
    network: JourneyNetwork,
) -> None:
    """The archive names a file that the store has lost, and says so in the chat."""
    amina = await secretariat(network)
    folder = network.settings().data_dir
    stored = await Vault.open(folder / "files").put(b"%PDF-1.7 of the Ministry")
    hashes = (stored.sha256, "0" * 64)
    async with network.database.write() as tx:
        holds = await tx.value(select(assignments.c.id).limit(1))
        for each in hashes:
            about = {"size": 24, "media_type": "application/pdf", "stored_at": maravia.LONG_AGO}
            await tx.execute(insert(files).values(sha256=each, **about))
        update_id = await tx.value(
            insert(status_updates)
            .values(
                number="SU-2026-0001",
                assignment_id=holds,
                kind="report",
                state="approved",
                status="in_progress",
                as_of=date(2026, 5, 1),
                measures="Bill 12.",
                language="en",
                submitted_at=maravia.LONG_AGO,
            )
            .returning(status_updates.c.id)
        )
        for each in hashes:
            given = {"status_update_id": update_id, "kind": "document", "state": "stored"}
            named = {"sha256": each, "name": "Bill 12.pdf", "added_at": maravia.LONG_AGO}
            await tx.execute(insert(evidence).values(**given, **named))
    await amina.types("/export")
    await amina.taps("Evidence archive", "Make it")
    told = await amina.waits_for("stays on the State’s own server", within=30)
    assert "2 files" in plain(told.text)
    assert "1 file is missing or damaged" in plain(told.text)
    assert not told.files
    (kept,) = (folder / work.FOLDER).iterdir()
    assert f"exports/{kept.name}" in plain(told.text)
    with zipfile.ZipFile(kept) as package:
        (name,) = {*package.namelist()} - {"README.txt", "manifest.csv"}
        assert package.read(name) == b"%PDF-1.7 of the Ministry"
    await amina.types("/export")
    await amina.taps("By goal (Excel)", "Make it")
    ready = await amina.waits_for("By goal (Excel): 5 recommendations", within=30)
    book = openpyxl.load_workbook(BytesIO(await amina.downloads(ready.files[0])))
    assert "Bill 12." in str(list(book["Recommendations by goal"].iter_rows(values_only=True)))


async def has_a_deadline(network: JourneyNetwork) -> None:
    """A report is due, as the calendar says."""
    due: dict[str, Any] = {
        "uid": "cat@maravia",
        "kind": "periodic_report",
        "title": "Report to CAT",
    }
    due |= {"day": date(2027, 3, 1), "warnings": [], "warned": [], "state": "open"}
    async with network.database.write() as tx:
        await tx.execute(insert(deadlines).values(created_at=network.clock.now(), **due))


async def test_calendar_and_audit_are_there_before_any_recommendation(
    network: JourneyNetwork,
) -> None:
    amina = await network.phone("Amina", Role.COORDINATOR)
    await amina.types("/export")
    assert "No recommendation has been imported yet" in plain(amina.screen.text)
    assert "Calendar (ICS)" in amina.screen.labels
    assert "Audit (JSON lines)" in amina.screen.labels
    assert not [each for each in amina.screen.labels if "workbook" in each.lower()]
    await amina.taps("Audit (JSON lines)", "Make it")
    await amina.waits_for("stays on the State’s own server", within=30)


async def test_the_calendar_comes_and_the_audit_stays_until_that_is_switched(
    network: JourneyNetwork,
) -> None:
    amina = await secretariat(network)
    await amina.types("/export")
    await amina.taps("Calendar (ICS)")
    assert "There is nothing in the calendar yet" in plain(amina.screen.text)
    assert "Make it" not in amina.screen.labels
    await has_a_deadline(network)
    await amina.types("/export")
    await amina.taps("Calendar (ICS)", "Make it")
    calendar = await amina.waits_for("Calendar (ICS): 1 event", within=30)
    assert (await amina.downloads(calendar.files[0])).startswith(b"BEGIN:VCALENDAR")
    await amina.types("/export")
    await amina.taps("Audit (JSON lines)")
    assert not [each for each in amina.screen.labels if "Mechanism" in each], "it is whole"
    await amina.taps("Make it")
    told = await amina.waits_for("stays on the State’s own server", within=30)
    assert not told.files
    (kept,) = (network.settings().data_dir / work.FOLDER).iterdir()
    head, *lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    assert (head["made_by"], head["entries"]) == ("Amina Sall", len(lines))
    assert not any("words" in each for each in lines)
    entry = await network.row(select(audit).where(audit.c.act == "export.audit"))
    assert entry["facts"]["entries"] == len(lines) == entry["number"] - 1
    async with network.database.write() as tx:
        await maravia.lower(tx, Protection.AUDIT)
    await amina.types("/export")
    assert plain(amina.screen.text).count("It stays on the server.") == 1, "the evidence alone"
    await amina.types("/export")
    await amina.taps("Audit (JSON lines)", "Make it")
    ready = await amina.waits_for(f"Audit (JSON lines): {len(lines) + 1} entries", within=30)
    content = await amina.downloads(ready.files[0])
    assert len(content.splitlines()) == 1 + len(lines) + 1


async def test_an_officer_takes_no_audit(network: JourneyNetwork) -> None:
    await secretariat(network)
    otto = await network.phone("Otto", Role.OFFICER)
    await otto.types("/export")
    assert "Calendar (ICS)" in otto.screen.labels
    assert "Audit (JSON lines)" not in otto.screen.labels
    await otto.forges(otto.last, "o:export_make:j:-")
    assert await network.row(select(jobs).where(jobs.c.kind == "export")) is None


async def test_a_focal_point_exports_nothing(network: JourneyNetwork) -> None:
    await secretariat(network)
    noor = await network.phone("Noor", Role.FOCAL_POINT, "MOJ")
    await noor.types("/export")
    assert "It holds" not in noor.screen.text
    await noor.forges(noor.last, "o:export_make:w:-")
    assert await network.row(select(jobs).where(jobs.c.kind == "export")) is None


async def test_progress_comes_as_figures_and_as_a_picture(network: JourneyNetwork) -> None:
    amina = await secretariat(network)
    await amina.types("/progress")
    words = await amina.waits_for("5 recommendations", within=30)
    assert "in progress: 1 (20%)" in plain(words.text)
    assert "not reported yet: 4 (80%)" in plain(words.text)
    picture = await pictured(amina)
    assert "By theme" in picture.labels
    entry = await network.row(select(audit).where(audit.c.act == "export.picture"))
    assert entry["facts"]["rows"] == 5
    await amina.taps("By institution")
    figures = await amina.waits_for("Not assigned", within=30)
    assert "Ministry of Justice: 4 (in progress 1 and not reported yet 3)" in plain(figures.text)


async def test_progress_over_time_is_what_had_been_approved_by_then(
    network: JourneyNetwork,
) -> None:
    amina = await secretariat(network)
    await amina.types("/progress")
    await pictured(amina)
    await amina.taps("Over time")
    await amina.waits_for("Nothing has been approved yet", within=30)
    async with network.database.write() as tx:
        held = await tx.value(select(assignments.c.id).limit(1))
        said = {"number": "SU-2026-0001", "assignment_id": held, "kind": "report"}
        said |= {"state": "approved", "status": "implemented", "measures": "", "language": "en"}
        at = network.clock.now() - timedelta(days=70)
        said |= {"as_of": at.date(), "submitted_at": at, "decided_at": at + timedelta(days=40)}
        await tx.execute(insert(status_updates).values(**said))
        await tx.execute(update(items).values(created_at=at))
    await amina.types("/progress")
    await amina.taps("Over time")
    told = await amina.waits_for("by what had been approved by then", within=30)
    lines = plain(told.text).splitlines()
    first, *_, last = [line for line in lines if "not reported yet" in line]
    assert first.endswith(": 5 (not reported yet 5)")
    assert last.endswith(": 5 (implemented 1 and not reported yet 4)")
    await amina.waits_for("Progress over time", within=30)


async def test_how_institutions_answer_comes_as_figures_and_as_a_picture(
    network: JourneyNetwork,
) -> None:
    amina = await secretariat(network)
    await amina.types("/progress")
    await amina.taps("Answers")
    told = await amina.waits_for("Since the last report", within=30)
    days = (network.clock.now() - maravia.LONG_AGO).days
    assert f"Ministry of Justice: {days} days" in plain(told.text)
    ines = await network.phone("Ines", Role.OBSERVER, "MOJ")
    await ines.types("/progress")
    assert "Answers" not in ines.screen.labels
    await ines.forges(ines.last, "o:progress:answers")
    assert "Since the last report" not in ines.screen.text


async def test_the_review_is_called_as_the_reader_calls_it(network: JourneyNetwork) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
        await tx.execute(update(source_documents).values(mechanism="UPR"))
    amina = await network.phone("Amina Sall", Role.COORDINATOR, language="fr")
    await amina.types("/export")
    await amina.taps("Classeur consolidé", "Mécanisme")
    assert any(plain(each).startswith("EPU") for each in amina.screen.labels)
    await amina.types("/home")
    await amina.taps("Tous les éléments", "Restreindre", "Mécanisme")
    assert any(plain(each).startswith("EPU") for each in amina.screen.labels)
    await amina.types("/progress")
    await amina.taps("Par mécanisme")
    await amina.waits_for("EPU")  # pictures come before it or after it


async def test_a_focal_point_sees_the_progress_of_their_institution_in_arabic(
    network: JourneyNetwork,
) -> None:
    await secretariat(network)
    noor = await network.phone("نور", Role.FOCAL_POINT, "MOJ", language="ar")
    await noor.types("/progress")
    words = await noor.waits_for("حتى", within=30)
    assert "وزارة العدل" in words.text
    assert "قيد التنفيذ: 1" in plain(words.text)
    assert "حسب المؤسسة" not in words.labels
    assert (await pictured(noor)).labels


async def test_an_observer_sees_what_is_approved(network: JourneyNetwork) -> None:
    await secretariat(network)
    observer = await network.phone("Ines", Role.OBSERVER, "NHRI")
    await observer.types("/progress")
    words = await observer.waits_for("approved reports only", within=30)
    assert "in progress" not in plain(words.text)  # and the restricted item does not count
    assert "not reported yet: 4 (100%)" in plain(words.text)


async def test_the_table_to_fill_in_comes_as_a_file(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR, language="fr")
    await amina.types("/import")
    await amina.taps("Tableau à remplir")
    told = await amina.waits_for("Remplissez une ligne", within=30)
    book = openpyxl.load_workbook(BytesIO(await amina.downloads(told.files[0])))
    assert len(book.sheetnames) == 2


async def test_an_export_is_narrowed_by_theme_goal_and_days_and_made_in_another_language(
    network: JourneyNetwork,
) -> None:
    """Regression: only a shell narrowed by these, and a file was in its reader's language alone."""
    amina = await secretariat(network)
    async with network.database.write() as tx:
        items_of = {row["paragraph"]: row["id"] for row in await tx.rows(select(items))}
        for code, vocabulary, label in (
            ("140.7", "theme", "B31 Torture"),
            ("140.9", "theme", "B31 Torture"),
            ("140.7", "sdg", "16.3"),
        ):
            tag = {"item_id": items_of[code], "vocabulary": vocabulary, "label": label}
            await tx.execute(insert(item_tags).values(**tag, ordinal=0))
    await amina.types("/export")
    await amina.taps("Consolidated workbook", "Theme", "B31 Torture (2)", "SDG", "16.3 (1)")
    assert "Only theme: B31 Torture" in plain(amina.screen.text)
    await amina.taps("Language", "Français")
    said = plain(amina.screen.text)
    assert "In French" in said
    assert "It holds 1 recommendation." in said
    await amina.taps("Days")
    year = network.clock.now().year
    await amina.taps(f"Until end of {year}")
    assert "Only until" in plain(amina.screen.text)
    assert "No recommendation" in plain(amina.screen.text), "nothing was reported yet"
    await amina.taps("Days", "Any", "Make it")
    ready = await amina.waits_for(": 1 recommendation", within=30)
    book = openpyxl.load_workbook(BytesIO(await amina.downloads(ready.files[0])))
    assert "Recommandations" in book.sheetnames

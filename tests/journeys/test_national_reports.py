"""A secretariat prepares a report: chapters, what is missing, comments, approval, submission."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import insert, select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import (
    audit,
    evidence,
    item_tags,
    national_reports,
    report_approvals,
    report_chapters,
    request_items,
    requests,
)
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_word_files import saved

THEMES = {"140.7": "Torture", "140.9": "Equality", "140.12": "Torture", "140.15": "Judges"}


async def secretariat(network: JourneyNetwork) -> tuple[Phone, Phone]:
    """An officer, a focal point of Justice, and Justice's four items under three themes."""
    amina = await network.phone("Amina Sall", Role.OFFICER)
    amal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ", names={"en": "Ministry of Justice"})
    async with network.database.write() as tx:
        sample = await maravia.justice(tx)
        for code, theme in THEMES.items():
            tag = {"vocabulary": "theme", "label": theme, "ordinal": 0}
            await tx.execute(insert(item_tags).values(item_id=sample.items[code], **tag))
    return amina, amal


async def until(network: JourneyNetwork, statement: Any) -> None:
    """Wait until the query finds something."""
    for _ in range(300):
        if await network.row(statement) is not None:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(statement)


async def begun(amina: Phone, structure: str = "By theme (3 chapters)") -> None:
    await amina.types("/reports")
    await amina.taps("Prepare a report", "Mid-term report")
    await amina.types("Mid-term report of the third cycle")
    await amina.taps("A/HRC/61/9 (4 items)", "Go on (1)", structure)
    await amina.taps("Begin")


async def test_a_report_is_begun_in_few_taps_and_asks_for_what_is_missing_once(
    network: JourneyNetwork,
) -> None:
    amina, _ = await secretariat(network)
    await begun(amina)
    shown = plain(amina.screen.text)
    assert "4 items: 4 missing." in shown
    assert "3. Torture: 0 of 2 ready · 2 missing" in shown
    await amina.taps("3. Torture")
    assert "140.7: missing" in plain(amina.screen.text)
    await amina.taps("Ask for what is missing (2)")
    await amina.taps(amina.screen.labels[0])
    assert "about 2 items" in plain(amina.screen.text)
    await amina.taps("Send")
    await amina.types("/reports")
    await amina.taps("Mid-term report of the third cycle", "Ask for what is missing (2)")
    await amina.taps(amina.screen.labels[0], "Send", "Send now")
    await amina.types("/reports")
    await amina.taps("Mid-term report of the third cycle")
    assert not [each for each in amina.screen.labels if "Ask for" in each]
    await amina.taps("1. Equality")
    assert "1 report has already been asked for." in plain(amina.screen.text)
    async with network.database.read() as tx:
        assert len(await tx.values(select(request_items.c.item_id))) == 2
        assert len(await tx.values(select(requests.c.id))) == 2


async def test_a_chapter_goes_out_and_its_comments_come_back_as_one_table(
    network: JourneyNetwork,
) -> None:
    amina, amal = await secretariat(network)
    await begun(amina)
    await amina.taps("3. Torture", "Write the draft")
    await amina.types("Torture is a crime since 2020.")
    await amina.taps("Save")
    assert "6 words" in plain(amina.screen.text)
    await amina.taps("Send for comments", "Ministry of Justice", "Go on (1)")
    await amina.taps(amina.screen.labels[0], "Send", "Send now")
    await amina.types("/reports")
    assert "out for comments" in plain(amina.screen.text)

    asked = await amal.waits_for("Torture is a crime since 2020.")
    assert "comment" in plain(asked.text)
    await amal.taps("Answer")
    await amal.types("In general well written.\n12: name the law.\n13 – =1+1 is not two.")
    await amal.taps("Send")

    await amina.types("/reports")
    await amina.taps("Mid-term report of the third cycle", "Comments (3)", "2")
    assert "Torture · 12 · Ministry of Justice" in plain(amina.screen.text)
    await amina.taps("Taken up", "Add a note")
    await amina.types("Law 7 is named now.")
    assert "What became of it: Law 7 is named now." in plain(amina.screen.text)
    await amina.taps("Back", "One table (Excel)")
    ready = await amina.waits_for(": 3 comments", within=60)
    book: Any = openpyxl.load_workbook(BytesIO(await amina.downloads(ready.files[0])))
    about, table = book.worksheets
    said = set(about.iter_rows(values_only=True))
    assert {("Made by", "Amina Sall"), ("Comments", 3)} <= said
    _, general, second, third = table.iter_rows(values_only=True)
    assert general[:4] == ("Torture", None, "Ministry of Justice", "In general well written.")
    assert (second[1], second[3]) == ("12", "name the law.")
    assert second[-2:] == ("taken up", "Law 7 is named now.")
    assert (third[1], third[3]) == ("13", "=1+1 is not two.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_words_of_a_draft_that_comes_as_a_file_are_counted(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    amina, amal = await secretariat(network)
    await begun(amina)
    await amina.taps("2. Judges", "Draft as a file")
    await amina.sends_file(saved(tmp_path, "judges.docx", "Judges are trained.", "Every year."))
    await until(network, select(evidence.c.id).where(evidence.c.state == "stored"))
    await amina.taps("Done", "Save")
    assert "This chapter is written in the file judges.docx." in plain(amina.screen.text)
    await until(network, select(report_chapters.c.id).where(report_chapters.c.file_words == 5))
    await amina.types("/reports")
    await amina.taps("Mid-term report of the third cycle", "2. Judges")
    assert "5 words" in plain(amina.screen.text)
    await amina.taps("Send for comments", "Ministry of Justice", "Go on (1)")
    await amina.taps(amina.screen.labels[0])
    assert "judges.docx goes with it." in plain(amina.screen.text)
    await amina.taps("Send", "Send now")
    asked = await amal.waits_for("Judges")
    assert [each.name for each in asked.files] == ["judges.docx"]
    await amina.types("/reports")
    await amina.taps("Mid-term report of the third cycle", "2. Judges", "The draft")
    assert [each.name for each in amina.last.files] == ["judges.docx"]


async def test_the_approval_of_an_older_state_is_seen_and_the_report_is_submitted(
    network: JourneyNetwork,
) -> None:
    amina, _ = await secretariat(network)
    await begun(amina)
    assert "Record the submission" not in amina.screen.labels
    await amina.taps("Record an approval", "The cabinet")
    await amina.taps(amina.screen.labels[0], "Number")
    await amina.types("CM 12/2026")
    await amina.taps("Record it")
    assert "Approved by the cabinet on" in plain(amina.screen.text)
    assert "Changed since" not in plain(amina.screen.text)
    await amina.taps("2. Judges", "Write the draft")
    await amina.types("Judges are trained.")
    await amina.taps("Save", "Back")
    assert "Changed since it was approved" in plain(amina.screen.text)
    await amina.taps("Record the submission")
    await amina.taps(amina.screen.labels[0])
    assert "Changed since it was approved" in plain(amina.screen.text)
    await amina.taps("Symbol")
    await amina.types("A/HRC/70/3")
    await amina.taps("Record it")
    shown = plain(amina.screen.text)
    assert "submitted" in shown
    assert "A/HRC/70/3" in shown
    assert "Add a chapter" not in amina.screen.labels
    row = await network.row(select(national_reports))
    approval = await network.row(select(report_approvals))
    assert (row["state"], row["symbol"]) == ("submitted", "A/HRC/70/3")
    assert (approval["by"], approval["number"], approval["revision"]) == (
        "cabinet",
        "CM 12/2026",
        0,
    )
    assert row["revision"] == 1


async def test_chapters_are_renamed_moved_added_and_removed(network: JourneyNetwork) -> None:
    amina, _ = await secretariat(network)
    await begun(amina)
    await amina.taps("3. Torture", "More", "Move up", "Rename")
    await amina.types("Prevention of torture")
    await amina.taps("More", "Word limit")
    await amina.types("many")
    await amina.types("5")
    await amina.taps("More", "I write it", "Back")
    assert "Written by Amina Sall." in plain(amina.screen.text)
    await amina.taps("Back")
    shown = plain(amina.screen.text)
    assert "2. Prevention of torture: 0 of 2 ready" in shown
    assert "words, over the limit of 5" in shown
    await amina.taps("3. Judges", "More", "Remove the chapter")
    assert "its 1 item is then in no chapter" in plain(amina.screen.text)
    await amina.taps("Remove the chapter")
    assert "1 item is in no chapter." in plain(amina.screen.text)
    await amina.taps("Add a chapter")
    await amina.types("Everything else")
    await amina.taps("More", "Put items here", "In no chapter (1)")
    await amina.taps("A/HRC/61/9 · 140.15", "Go on (1)")
    assert "140.15: missing" in plain(amina.screen.text)
    await amina.taps("Back", "More", "Drop the report", "Drop the report")
    assert "No report is in preparation." in plain(amina.screen.text)
    async with network.database.read() as tx:
        assert len(await tx.values(select(report_chapters.c.id))) == 4


async def test_a_deadline_of_the_calendar_leads_to_its_report(network: JourneyNetwork) -> None:
    amina, _ = await secretariat(network)
    await amina.types("/calendar")
    await amina.taps("Add", "Mid-term report")
    await amina.types("Mid-term report to the review")
    await amina.taps("No document")
    await amina.types("14 March 2031")
    await amina.taps("Enter it", "Open", "Prepare the report")
    await amina.taps("A/HRC/61/9 (4 items)", "Go on (1)", "By paragraph (4 chapters)", "Begin")
    shown = plain(amina.screen.text)
    assert "due 14 March 2031" in shown
    assert "1. 140.7 · Ratify the Optional Protocol" in shown
    await amina.types("/calendar")
    await amina.taps("Mid-term report to the review", "Report in preparation")
    assert "mid-term report · in preparation" in plain(amina.screen.text).lower()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_word_file_has_the_chapters_of_the_report(network: JourneyNetwork) -> None:
    amina, _ = await secretariat(network)
    await begun(amina)
    await amina.taps("2. Judges", "Write the draft")
    await amina.types("Judges are trained.\nEvery year.")
    await amina.taps("Save", "Back", "Word file")
    ready = await amina.waits_for("Report in preparation: 3 ", within=60)
    assert ready.files[0].name.startswith("focal-point-national-report-1-")
    document: Any = docx.Document(BytesIO(await amina.downloads(ready.files[0])))
    said = [each.text for each in document.paragraphs]
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings == ["1. Equality", "2. Judges", "3. Torture"]
    assert said[0] == "Mid-term report of the third cycle"
    at = said.index("2. Judges")
    assert said[at : at + 4] == ["2. Judges", "Judges are trained.", "Every year.", "3. Torture"]
    assert said[said.index("3. Torture") + 1] == "140.7"
    entry = await network.row(select(audit).where(audit.c.act == "export.national_report"))
    assert (entry["facts"]["report"], entry["facts"]["recommendations"]) == (1, 3)


async def test_an_item_goes_from_one_chapter_to_another(network: JourneyNetwork) -> None:
    """Only what was in none was offered; and where nothing was, the screen stayed as it was."""
    amina, _ = await secretariat(network)
    await begun(amina)
    await amina.taps("1. Equality", "More", "Put items here")
    labels = [plain(each) for each in amina.screen.labels]
    assert labels[:2] == ["Judges (1)", "Torture (2)"]
    await amina.taps("Torture (2)", "A/HRC/61/9 · 140.12", "Go on (1)")
    assert "140.12: missing" in plain(amina.screen.text)
    await amina.taps("Back")
    assert "1. Equality: 0 of 2 ready" in plain(amina.screen.text)
    assert "3. Torture: 0 of 1 ready" in plain(amina.screen.text)
    await amina.taps("2. Judges", "More", "Put items here", "Equality (2)", "All 2 that match")
    await amina.taps("Go on (1)")
    assert "140.12: missing" in plain(amina.screen.text)
    assert "140.9: missing" in plain(amina.screen.text)


async def test_what_was_recorded_by_mistake_is_taken_back_with_a_reason(
    network: JourneyNetwork,
) -> None:
    amina, _ = await secretariat(network)
    await begun(amina)
    await amina.taps("Record an approval", "The cabinet")
    await amina.taps(amina.screen.labels[0], "Record it", "Record the submission")
    await amina.taps(amina.screen.labels[0], "Record it")
    assert "submitted" in plain(amina.screen.text)
    await amina.taps("More", "Take back the submission")
    await amina.types("It was only drafted.")
    assert "approved" in plain(amina.screen.text)
    assert "submitted" not in plain(amina.screen.text)
    await amina.taps("Approvals")
    await amina.taps(next(each for each in amina.screen.labels if each.startswith("Take back")))
    await amina.types("It was another report.")
    assert "in preparation" in plain(amina.screen.text)


async def test_a_report_is_called_otherwise_and_answers_a_deadline(network: JourneyNetwork) -> None:
    amina, _ = await secretariat(network)
    await begun(amina)
    await amina.taps("More", "Change the report", "Title")
    await amina.types("Third mid-term report")
    assert "Documents: A/HRC/61/9" in plain(amina.screen.text)
    await amina.taps("Save")
    assert "Third mid-term report" in plain(amina.screen.text)

"""The secretariat keeps the reporting calendar; calendar files come in and go out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from bot.app import policy_of
from bot.domain.people import TICK, Act, Role
from bot.sandbox.phone import Phone, plain
from bot.schedule import warn_of_deadlines
from storage.tables import assignments, deadlines, requests, source_documents
from tests import maravia
from tests.journeys.network import JourneyNetwork

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:cat-2031@un
SUMMARY:CAT: fifth periodic report
DTSTART;VALUE=DATE:20311104
END:VEVENT
BEGIN:VEVENT
UID:lunch@un
SUMMARY:Lunch
DTSTART;VALUE=DATE:20311104
END:VEVENT
BEGIN:VEVENT
UID:off@un
STATUS:CANCELLED
SUMMARY:Country visit
DTSTART;VALUE=DATE:20311104
END:VEVENT
END:VCALENDAR
"""


async def with_document(network: JourneyNetwork, *, language: str = "en") -> Phone:
    """An officer, and a treaty body's document of two months ago."""
    phone = await network.phone("Amina Sall", Role.COORDINATOR, language=language)
    async with network.database.write() as tx:
        await maravia.item(tx, "12", {"en": "Do so."}, symbol=maravia.TREATY_BODY)
        published = network.clock.now().date() - timedelta(days=60)
        await tx.execute(
            update(source_documents)
            .where(source_documents.c.symbol == maravia.TREATY_BODY)
            .values(published_on=published)
        )
    return phone


async def test_a_deadline_follows_from_a_document_and_leads_to_a_request(
    network: JourneyNetwork,
) -> None:
    amina = await with_document(network)
    await amina.types("/home")
    await amina.taps("More", "Calendar", "Add", "Follow-up reply")
    await amina.types("Reply to CAT on paragraph 12")
    await amina.taps(maravia.TREATY_BODY)
    await amina.types("1 year after publication")
    assert "12 months after publication" in plain(amina.screen.text)
    await amina.taps("Warnings")
    await amina.types("often")
    assert "90, 30, 7" in plain(amina.screen.text)
    await amina.types("90, 30")
    await amina.taps("Enter it")
    assert "In the calendar: follow-up reply · Reply to CAT" in plain(amina.last.text)
    await amina.taps("Calendar", "Reply to CAT on paragraph 12")
    assert f"Document: {maravia.TREATY_BODY}" in plain(amina.screen.text)
    assert "days ahead: 90 and 30" in plain(amina.screen.text)
    await amina.taps("Change", "Title")
    await amina.types("Reply to CAT")
    await amina.taps("Enter it", "Open", "Ask institutions")
    assert "What do you ask for?" in plain(amina.screen.text)
    await amina.types("/calendar")
    await amina.taps("Reply to CAT", "Done", "Back", "Done and dropped")
    assert "1 deadline done or dropped" in plain(amina.screen.text)
    row = await network.row(select(deadlines))
    assert (row["rule"], row["state"], row["warnings"]) == ("12m", "done", [90, 30])


async def test_a_deadline_becomes_a_request_that_is_due_before_it(
    network: JourneyNetwork,
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    await amina.types("/calendar")
    await amina.taps("Add", "Mid-term report")
    await amina.types("Mid-term report of the third cycle")
    await amina.taps("No document")
    await amina.types("14 March 2031")
    await amina.taps("Enter it", "Open", "Ask institutions", "Data")
    await amina.types("Prison population")
    await amina.taps("MOJ", "Go on")
    labels = [plain(each) for each in amina.screen.labels]
    assert "17 January 2031" in labels, "eight weeks before"
    await amina.taps("14 February 2031")
    shown = plain(amina.screen.text)
    assert "For the deadline: mid-term report · Mid-term report of the third cycle" in shown
    await amina.taps("Send")
    row = await network.row(select(deadlines))
    asked = await network.row(select(requests))
    assert row["request_id"] == asked["id"]
    assert str(asked["due_on"]) == "2031-02-14"
    await amina.types("/calendar")
    await amina.taps("Mid-term report")
    assert "Asked of institutions" in plain(amina.screen.text)
    await amina.taps("Open the request", "Undo")
    assert (await network.row(select(deadlines)))["request_id"] is None


async def test_a_day_that_cannot_be_counted_is_asked_back(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await amina.types("/calendar")
    await amina.taps("Add", "Dialogue")
    await amina.types("CEDAW")
    await amina.taps("No document")
    await amina.types("90 days")
    assert "no document is chosen" in plain(amina.last.text)
    await amina.types("4 March 2019")
    assert "4 March 2019" in plain(amina.last.text)
    await amina.types("4 November 2031")
    await amina.taps("Last day")
    await amina.types("6 November 2031")
    await amina.taps("Enter it")
    row = await network.row(select(deadlines))
    assert (str(row["day"]), str(row["until"])) == ("2031-11-04", "2031-11-06")
    await amina.taps("Open")
    assert plain(amina.screen.text).startswith("Dialogue\n")
    assert "Due: 4 to 6 November 2031" in plain(amina.screen.text)


async def test_a_calendar_file_is_previewed_and_then_imported(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    file = tmp_path / "un.ics"
    file.write_text(ICS.replace("\n", "\r\n"))
    await amina.sends_file(file)
    shown = plain((await amina.waits_for("Nothing has been imported yet", within=30)).text)
    assert "1 new" in shown
    assert "1 cancelled" in shown
    assert "Row 2" in shown
    await amina.taps("Import 1")
    assert "up to date" in plain(amina.last.text)
    await amina.sends_file(file)
    await amina.waits_for("would change nothing", within=30)
    page = tmp_path / "page.ics"
    page.write_text("<html>Sign in</html>")
    await amina.sends_file(page)
    await amina.waits_for("holds no calendar", within=30)


async def test_another_table_sent_as_a_calendar_is_refused_as_one(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    other = tmp_path / "other.csv"
    other.write_text("Name,Colour\nAda,red\n")
    await amina.sends_file(other)
    refused = await amina.waits_for("This is not one of the files", within=30)
    assert refused.labels == ("Table to fill in", "Home")
    await amina.types("/calendar")
    await amina.taps("Import a calendar", "Table to fill in")
    await amina.waits_for("Fill it in", within=30)
    await amina.sends_file(other)
    refused = await amina.waits_for("This is not a calendar that can be read", within=30)
    assert refused.labels == ("Table to fill in", "Home")


async def test_the_table_to_fill_in_comes_back_as_deadlines(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    aya = await network.phone("آية", Role.OFFICER, language="ar")
    await aya.types("/calendar")
    await aya.taps("استيراد رزنامة", "جدول للتعبئة")
    sent = await aya.waits_for("عبّئوه", within=30)
    table = tmp_path / "filled.csv"
    row = "زيارة قطرية,زيارة الفريق العامل,,2031-11-04,2031-11-06,,30\r\n"
    table.write_bytes(await aya.downloads(sent.files[0]) + row.encode())
    await aya.sends_file(table)
    await aya.waits_for("لم يُستورد شيء بعد", within=30)
    await aya.taps("استيراد (1)")
    found = await network.row(select(deadlines))
    assert (found["kind"], found["title"]) == ("visit", "زيارة الفريق العامل")


async def test_a_focal_point_takes_the_due_days_to_the_phone(network: JourneyNetwork) -> None:
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    due = network.clock.now().date() + timedelta(days=5)
    async with network.database.write() as tx:
        sample = await maravia.justice(tx, {"140.7": due})
        await tx.execute(
            update(assignments)
            .where(assignments.c.id == sample.assignments["140.9"])
            .values(due_on=due + timedelta(days=400))
        )
    await omar.types("/due")
    await omar.taps("Calendar file")
    ready = await omar.waits_for("A calendar file with 2 events", within=30)
    events = Calendar.from_ical(await omar.downloads(ready.files[0])).walk("VEVENT")
    assert [str(each["SUMMARY"]) for each in events] == ["Report due: 140.7", "Report due: 140.9"]
    assert ready.files[0].name.endswith(".ics")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "in 30 days"), ("fr", "dans 30 jours"), ("ar", "بعد 30 يوماً")]
)
async def test_a_warning_comes_in_the_officer_s_language_and_opens_the_deadline(
    network: JourneyNetwork, language: str, said: str
) -> None:
    phone = await with_document(network, language=language)
    now = network.clock.now()
    monday = now + timedelta(days=7 - now.weekday())
    morning = monday.replace(hour=10, minute=0)
    async with network.database.write() as tx:
        await tx.execute(
            deadlines.insert().values(
                uid="a@b",
                kind="follow_up",
                title="CAT 12",
                day=morning.date() + timedelta(days=30),
                warnings=[30],
                warned=[],
                warn_on=morning.date(),
                state="open",
                created_at=now,
            )
        )

    policy = policy_of(network.settings())
    act = Act(TICK, network.bot.id, policy.zone, morning)
    await warn_of_deadlines(network.database, act, policy)
    warning = await phone.waits_for(said, within=20)
    assert "CAT 12" in plain(warning.text)
    await phone.taps("CAT 12")
    assert "CAT 12" in plain(phone.screen.text)

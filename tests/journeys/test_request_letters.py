"""Asking with letters: narrow down, ask, print, record what came back, close, ask anew."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import docx
from sqlalchemy import select

from bot.domain.people import Role
from bot.domain.work_calendar import SATURDAY_SUNDAY
from bot.sandbox.phone import Phone, plain
from storage import absences
from storage import requests as queries
from storage.tables import answers, audit, request_items, requests
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_evidence import until_kept


async def secretariat(network: JourneyNetwork, language: str = "en") -> Phone:
    """An officer; Justice, where nobody is, holds four items."""
    phone = await network.phone("Otto", Role.OFFICER, language=language)
    async with network.database.write() as tx:
        await maravia.justice(tx)
    return phone


async def test_an_institution_without_telegram_is_asked_by_letter_and_its_answer_recorded(
    network: JourneyNetwork,
) -> None:
    otto = await secretariat(network)
    await otto.types("/home")
    await otto.taps("All items", "Narrow down", "Last report", "never reported (4)")
    await otto.taps("Ask", "Advice on positions")
    await otto.types("1 December 2099")
    assert "nobody there reports through this bot" in plain(otto.screen.text)
    await otto.taps("Send", "Send now")
    assert "4 not opened yet" in plain(otto.screen.text)
    await otto.taps("Letters", "Not on Telegram (1)", "English")
    file = await otto.waits_for_file(within=30)
    letter = docx.Document(BytesIO(await otto.downloads(file)))
    [table] = letter.tables
    assert file.name == "MOJ 1.docx"
    assert len(table.rows) == 5
    assert "Optional Protocol" in table.rows[1].cells[0].text
    assert "1 December 2099" in table.rows[1].cells[0].text
    assert "☐ To be supported" in table.rows[1].cells[1].text
    assert await network.row(select(audit).where(audit.c.act == "request.letters"))

    await otto.taps("Open the request", "Not opened yet (4)", "140.7: Ministry of Justice")
    assert "Nobody there uses the bot: send a letter." in plain(otto.screen.text)
    assert otto.screen.labels[:2] == ("Letters", "Record the answer")
    await otto.taps("Record", "Letter")
    await otto.types(network.clock.now().date().isoformat())
    await otto.taps("Advises to support it")
    await otto.types("The Constitution allows it. Letter 12/2026 of the Minister.")
    await otto.taps("Record")
    kept = await network.row(select(answers))
    assert (kept["choice"], kept["source"]) == ("support", "Letter")
    await otto.taps("Open the request", "Answered (1)", "140.7: Ministry of Justice")
    assert "The Constitution allows it." in plain(otto.screen.text)
    await otto.taps("Back", "Close", "Close it")
    summary = plain(otto.last.text)
    assert "1 answered" in summary
    assert "3 ended" in summary
    states = await network.row(select(request_items.c.state).where(request_items.c.id == 1))
    assert states["state"] == "answered"


async def test_what_repeats_is_copied_with_all_it_had_and_a_free_day_is_pointed_out(
    network: JourneyNetwork,
) -> None:
    otto = await secretariat(network)
    day = network.clock.now().date() + timedelta(days=60)
    while day.weekday() in SATURDAY_SUNDAY:
        day += timedelta(days=1)
    async with network.database.write() as tx:
        await absences.add_free_day(tx, day, "Retreat")
    await otto.types("/requests")
    await otto.taps("Ask", "Data")
    await otto.types("Prosecutions for torture")
    await otto.taps("Ministry of Justice", "Go on (1)")
    await otto.types(day.isoformat())
    assert "is one of your free days; the next working day is" in plain(otto.screen.text)
    await otto.taps("Repeat", "Every three months", "Send", "Send now")
    assert "Asked again every three months" in plain(otto.screen.text)
    await otto.taps("Ask again")
    await otto.taps_on(otto.screen, otto.screen.labels[-2])
    review = plain(otto.screen.text)
    assert "Prosecutions for torture" in review
    assert "Ministry of Justice" in review
    assert "every three months" in review
    await otto.taps("Discard")
    await otto.types("/requests")
    await otto.taps_on(otto.screen, otto.screen.labels[0])
    await otto.taps("Close", "Close it and do not repeat")
    kept = await network.row(select(requests))
    assert (kept["state"], kept["repeats_on"]) == ("closed", None)


async def test_a_request_for_comments_is_copied_without_its_draft(network: JourneyNetwork) -> None:
    otto = await secretariat(network)
    await otto.types("/requests")
    await otto.taps("Ask", "Comments on a draft")
    await otto.types("Here it is.")
    await otto.waits_for("A file is needed here: send it with the paperclip.")
    await otto.sends_file(b"The first draft of the addendum.", name="addendum.txt")
    await otto.taps("Done", "Ministry of Justice", "Go on (1)")
    await otto.types((network.clock.now().date() + timedelta(days=60)).isoformat())
    await until_kept(network, b"The first draft of the addendum.")
    await otto.taps("Send", "Send now", "Ask again")
    assert "Send the draft" in plain(otto.screen.text)
    said = await network.people.journal("answerCallbackQuery")
    assert "Please send it again." in str(said[-1])
    kept = await network.row(select(requests))
    assert await network.app.vault.read(kept["attachment"]) == b"The first draft of the addendum."


async def test_a_draft_that_was_undone_keeps_its_day_and_its_reminders(
    network: JourneyNetwork,
) -> None:
    otto = await secretariat(network)
    due = network.clock.now().date() + timedelta(days=60)
    while due.weekday() in SATURDAY_SUNDAY:
        due += timedelta(days=1)
    await otto.types("/requests")
    await otto.taps("Ask", "Comments on a draft")
    await otto.sends_file(b"The first draft of the addendum.", name="addendum.txt")
    await otto.taps("Done", "Ministry of Justice", "Go on (1)")
    await otto.types(due.isoformat())
    await until_kept(network, b"The first draft of the addendum.")
    await otto.taps("Send", "Undo")
    async with network.database.write() as tx:
        await queries.change(tx, 1, ladder=[[-3, "institution", False]])
    await otto.taps("Change")
    await otto.sends_file(b"The second draft of the addendum.", name="addendum.txt")
    await otto.taps("Done")
    await until_kept(network, b"The second draft of the addendum.")
    await otto.taps("Send")
    kept = await network.row(select(requests).where(requests.c.id == 2))
    assert (kept["due_on"], kept["ladder"]) == (due, [[-3, "institution", False]])
    assert await network.app.vault.read(kept["attachment"]) == b"The second draft of the addendum."

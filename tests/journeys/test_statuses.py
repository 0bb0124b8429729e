"""A coordinator makes the vocabulary the country's own, and a focal point reports by it."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import status_updates, statuses
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_evidence import until_stored
from tests.journeys.test_reporting import justice


def screen(phone: Phone) -> str:
    return plain(phone.screen.text)


async def test_a_status_is_added_renamed_and_asks_for_a_file(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina", Role.COORDINATOR)
    assert await network.row(select(statuses)) is None
    rim, _ = await justice(network)

    await amina.types("/home")
    await amina.taps("More")
    await amina.taps("Statuses")
    assert "Planned: counts as planned" in screen(amina)
    await amina.taps("Add a status", "In progress")
    await amina.types("Planned")
    assert "is the name of another status" in screen(amina)
    await amina.types("bill before parliament")
    review = screen(amina)
    assert "Counts as: in progress" in review
    assert "There is no name in French: readers there see another language's, labelled." in review
    await amina.taps("In French")
    await amina.types("projet de loi déposé")
    await amina.taps("Add it")
    assert "Bill before parliament" in screen(amina)
    assert "In French: projet de loi déposé" in screen(amina)
    await amina.taps("Require a file")
    assert "reported with a file" in screen(amina)

    await rim.types("140.7")
    await rim.taps("Report", "More…", "Bill before parliament")
    await rim.types("Bill 12 is before parliament.")
    assert "send one here before you tap Send" in screen(rim)
    await rim.taps("Send")
    answered = (await network.people.journal("answerCallbackQuery"))[-1]
    assert "Your draft is kept." in plain(str(answered))
    assert await network.row(select(status_updates)) is None
    await rim.sends_file(b"Bill 12 as tabled.\n", name="bill.txt")
    await until_stored(network, 1)
    await rim.taps("Send")
    await rim.waits_for("SU-")
    said = await network.row(select(status_updates))
    assert said["status"] == "s1"

    await amina.types("/home")
    await amina.taps("More")
    await amina.taps("Statuses", "Bill before parliament", "Change", "In English")
    await amina.types("bill tabled")
    await amina.taps("Save")
    await amina.taps("Use it no more")
    assert "One assignment stands there" in screen(amina)
    await amina.taps("Use it no more")
    assert "used no more" in screen(amina)
    await rim.types("140.7")
    assert "bill tabled" in screen(rim)  # old reports read by the new name
    await rim.taps("Report")
    assert "Bill tabled" not in [plain(each) for each in rim.screen.labels]

"""Clearance, over real HTTP: from a report that waits to the secretariat's review."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.people import Role
from bot.sandbox.phone import plain
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_secretariat import reports


async def test_a_report_is_returned_amended_and_cleared_before_the_secretariat_reads_it(
    network: JourneyNetwork,
) -> None:
    """The validator's whole room: the card, a reply, the amendment, several at once."""
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": network.clock.now().date() + timedelta(days=3)})
    coordinator = await network.phone("Coralie", Role.COORDINATOR)
    amal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    vera = await network.phone("Vera", Role.VALIDATOR, "MOJ")

    # The secretariat sets the rule, and the validator hears of it
    await coordinator.types("/institutions")
    await coordinator.taps("Ministry of Justice", "Set clearance", "Require it for everything")
    assert "Every report goes to the validator first" in plain(coordinator.screen.text)

    # A report waits: told at once, with its words
    await reports(amal, "140.7", "Bill 12 passed its first reading.")
    assert "Next: your validator." in plain(amal.last.text)
    await network.app.schedule.tick()
    await vera.waits_for("Justice sends 140.7: in progress")
    assert "Bill 12 passed its first reading." in plain(vera.last.text)
    await coordinator.types("/home")
    assert "1 with validators" in plain(coordinator.screen.text)
    await coordinator.taps("See what waits inside")
    assert "with Vera" in plain(coordinator.screen.text)
    await coordinator.types("SU-" + str(network.clock.now().year) + "-0001")
    assert "was not cleared" in plain(coordinator.screen.text)
    assert "Bill 12" not in plain(coordinator.screen.text)

    # Returned by a reply
    await vera.replies(vera.last, "Which bill? Name the year.")
    assert "Which bill?" in plain(vera.screen.text)
    await vera.taps("Return it")
    await amal.waits_for("your report SU-")
    assert "Which bill? Name the year." in plain(amal.last.text)
    await amal.types("/home")
    assert "1 returned" in plain(amal.screen.text)

    # Amended: the focal point sees which words are others
    await reports(amal, "140.7", "Bill 12 of 2026 passed its first reading.")
    await vera.types("/home")
    assert "sends 140.7" in plain(vera.screen.text)
    await vera.taps("Amend", "Text")
    await vera.types("Bill 12 of 2026 passed both its readings.")
    assert "Was: “its first reading” Now: “both its readings”" in plain(vera.screen.text)
    await vera.taps("Clear it so")
    await amal.waits_for("was amended and cleared")
    assert "both its readings" in plain(amal.last.text)

    # Several at once, of which one was taken back meanwhile
    for code in ("140.9", "140.12", "140.15"):
        await reports(amal, code, f"On {code} the law was adopted.", "Implemented")
    await vera.types("/home")
    await vera.taps("See all (3)", "Clear all that is shown (3)")
    assert "3 reports" in plain(vera.screen.text)
    await amal.types("140.15")
    await amal.taps("Take back the report", "Yes, take it back")
    await vera.taps("Yes, clear 3")
    assert "2 reports are cleared." in plain(vera.last.text)
    assert "taken back meanwhile" in plain(vera.last.text)
    await coordinator.types("/home")
    assert "3 to review" in plain(coordinator.screen.text)
    await coordinator.taps("Review next")
    assert "both its readings" in plain(coordinator.screen.text)

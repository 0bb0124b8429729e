"""Clearance, over real HTTP: from a report that waits to the secretariat's review."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.clearance import Rule
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage import clearance
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_secretariat import reports


async def justice(network: JourneyNetwork, rule: Rule) -> tuple[Phone, Phone, Phone]:
    """A coordinator, and Justice's focal point and validator."""
    async with network.database.write() as tx:
        due = network.clock.now().date() + timedelta(days=3)
        sample = await maravia.justice(tx, {"140.7": due})
        await clearance.set_rule(tx, sample.institution_id, rule)
    coordinator = await network.phone("Coralie", Role.COORDINATOR)
    amal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    return coordinator, amal, await network.phone("Vera", Role.VALIDATOR, "MOJ")


async def test_a_report_is_returned_then_amended_before_the_secretariat_reads_it(
    network: JourneyNetwork,
) -> None:
    """What waits is told at once, with its words; a reply returns it."""
    coordinator, amal, vera = await justice(network, Rule.NONE)
    await coordinator.types("/institutions")
    await coordinator.taps("Ministry of Justice", "Set clearance", "Require it for everything")
    assert "Every report goes to the validator first" in plain(coordinator.screen.text)

    await reports(amal, "140.7", "Bill 12 passed its first reading.")
    assert "Next: your validator." in plain(amal.last.text)
    await network.app.schedule.tick()
    told = await vera.waits_for("Justice sends 140.7: in progress")
    assert "Bill 12 passed its first reading." in plain(told.text)
    await coordinator.types("/home")
    await coordinator.taps("See what waits inside")
    assert "with Vera" in plain(coordinator.screen.text)
    await coordinator.types(f"SU-{network.clock.now().year}-0001")
    assert "was not cleared" in plain(coordinator.screen.text)

    await vera.replies(told, "Which bill? Name the year.")
    await vera.taps("Return it")
    await amal.waits_for("Which bill? Name the year.")

    await reports(amal, "140.7", "Bill 12 of 2026 passed its first reading.")
    await vera.types("/home")
    again = plain(vera.screen.text)
    assert "sends 140.7" in again
    assert "Returned with: “Which bill? Name the year.”" in again
    assert "Added: “of 2026”" in again
    assert "first report" not in again  # it is the second, and the first is shown
    await vera.taps_on(told, "Amend")
    assert "has changed meanwhile: returned by its validator" in plain(vera.screen.text)
    await vera.types("/home")
    await vera.taps("Amend", "Text")
    await vera.types("Bill 12 of 2026 passed both its readings.")
    changed = "Was: “its first reading” Now: “both its readings”"
    assert changed in plain(vera.screen.text)
    await vera.taps("Clear it so")
    assert changed in plain((await amal.waits_for("was amended and cleared")).text)
    await coordinator.types("/review")
    assert "both its readings" in plain(coordinator.screen.text)


async def test_several_are_cleared_at_once_but_what_was_taken_back_meanwhile(
    network: JourneyNetwork,
) -> None:
    coordinator, amal, vera = await justice(network, Rule.ALWAYS)
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
    assert "2 to review" in plain(coordinator.screen.text)


async def test_what_a_validator_returned_is_redacted_by_a_coordinator_who_never_reads_it(
    network: JourneyNetwork,
) -> None:
    coordinator, amal, vera = await justice(network, Rule.ALWAYS)
    await reports(amal, "140.7", "Maryam was beaten in cell seven.")
    await network.app.schedule.tick()
    told = await vera.waits_for("Maryam was beaten")
    await vera.replies(told, "Take the name out.")
    await vera.taps("Return it")
    await amal.waits_for("Take the name out.")
    number = f"SU-{network.clock.now().year}-0001"
    await coordinator.types(number)
    assert "was not cleared" in plain(coordinator.screen.text)
    await coordinator.taps("Redact", "What was done", "Puts a person at risk")
    asked = plain(coordinator.screen.text)
    assert "You destroy it unseen" in asked
    await coordinator.taps("Redact for good")
    await coordinator.waits_for("Redacted for good")
    await amal.waits_for("Redacted for good")
    await network.app.settle()
    assert [each for each in coordinator.messages if "Maryam" in str(each)] == []
    for each in (amal, vera):
        await each.looks_again()
        assert [one for one in each.messages if "Maryam" in str(one)] == []
    await coordinator.types("140.7")
    await coordinator.taps("Ministry of Justice", "History")
    assert number in map(plain, coordinator.screen.labels), "and it is found from the item, too"

"""A seat goes from one phone to another, and everybody concerned knows."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import seats
from tests import maravia
from tests.journeys.network import JourneyNetwork

LINK = re.compile(r"https://t\.me/\w+\?start=[\w-]+")


async def link_in(phone: Phone, words: str = "open this link") -> str:
    """The link that the phone has just got."""
    found = LINK.search(plain((await phone.waits_for(words)).text))
    assert found is not None
    return found.group()


async def justice(network: JourneyNetwork, *, language: str = "en") -> Phone:
    """A focal point with something overdue, something reported, a question and a draft."""
    today = network.clock.now().date()
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": today - timedelta(days=9), "140.12": today})
    return await network.phone("Omar", Role.FOCAL_POINT, "MOJ", language=language)


async def works(omar: Phone) -> None:
    """A report, a question, a draft."""
    await omar.types("140.9")
    await omar.taps("Report", "In progress")
    await omar.types("The bill is with the Council.")
    await omar.taps("Send")
    await omar.types("140.12")
    await omar.taps("Ask")
    await omar.types("May we answer together with the Ministry of the Interior?")
    await omar.types("140.7")
    await omar.taps("Report", "Planned")
    await omar.types("Bill 12 is drafted.")


async def test_a_focal_point_hands_over_to_a_successor(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await justice(network)
    rim = await network.phone("Rim", Role.ALTERNATE, "MOJ")
    await works(omar)

    await omar.types("/handover")
    assert "Hand over your seat: focal point" in plain(omar.screen.text)
    await omar.taps("Make the link")
    link = await link_in(omar)
    await omar.opens(link)
    assert "for your successor" in plain(omar.last.text)
    assert "Omar" in plain((await coordinator.waits_for("There is a link")).text)

    ines = await network.people.phone("Ines Duarte", username="ines_d")
    await ines.opens(link)
    assert "take over a seat: focal point" in plain(ines.last.text)
    await ines.taps("Accept")
    assert "hands over to confirm" in plain(ines.screen.text)
    await ines.types("/home")
    assert "hands over to confirm" in plain(ines.last.text)
    told = plain((await coordinator.waits_for("has used the link of Omar")).text)
    assert "Ines Duarte" in told
    asked = plain((await omar.waits_for("Is it the right person?")).text)
    assert "your access as focal point, Ministry of Justice, ends at once" in asked
    assert "@ines_d" in asked
    await omar.taps("Confirm")

    await omar.waits_for("has gone to Ines Duarte")
    assert len([each for each in omar.received if "gone to Ines" in plain(each.text)]) == 1
    await omar.types("/home")
    await omar.waits_for("Your seat has ended")
    await rim.waits_for("Ines Duarte has taken over from Omar")
    await coordinator.waits_for("Ines Duarte has taken over from Omar")

    brief = plain((await ines.waits_for("Before you: Omar")).text)
    assert "1 overdue" in brief
    assert "1 draft" in brief
    assert "1 question without an answer yet" in brief
    assert "140.9" in brief
    assert "Rim (alternate focal point)" in brief
    assert "Amina Sall (coordinator)" in brief
    await ines.taps("Who is who")
    assert "Amina Sall, coordinator" in plain(ines.screen.text)
    await ines.taps("History")
    assert "SU-" in plain(ines.screen.text)
    await ines.taps("Drafts (1)", "Continue draft 140.7")
    assert "Bill 12 is drafted." in plain(ines.screen.text)
    await ines.taps("Send")
    await ines.waits_for("SU-")


async def test_a_link_for_a_successor_is_no_invitation_that_was_never_started(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await justice(network)
    await omar.types("/handover")
    await omar.taps("Make the link")
    await link_in(omar)
    await coordinator.types("/home")
    assert "never started" not in plain(coordinator.screen.text)
    await coordinator.types("/people")
    await coordinator.taps("Unused links (1)")
    assert "Handover by Omar, opened by nobody yet" in plain(coordinator.screen.text)


async def test_the_secretariat_stops_a_handover(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await justice(network)
    await omar.types("/me")
    await omar.taps("Hand over", "Make the link")
    mallory = await network.people.phone("Mallory")
    await mallory.opens(await link_in(omar))
    await mallory.taps("Accept")
    await coordinator.waits_for("Mallory has used the link")
    await coordinator.taps("Stop the handover")
    assert "stays as it is" in plain(coordinator.screen.text)
    await mallory.waits_for("You were not confirmed")
    await omar.waits_for("was stopped")
    await omar.taps("Confirm")
    assert "has changed in the meantime" in plain(omar.answers[-1])
    await omar.types("/home")
    assert "overdue" in plain(omar.last.text)
    held = await network.row(select(seats).where(seats.c.role == "focal_point"))
    assert held["until_at"] is None


async def test_the_secretariat_hands_the_seat_of_a_lost_phone_over_in_arabic(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR, language="ar")
    await justice(network, language="ar")
    await coordinator.types("/people")
    await coordinator.taps("التكليفات (2)", "Omar، جهة التنسيق", "هاتف مفقود", "تسليم التكليف")
    assert "Omar" in plain(coordinator.screen.text)
    await coordinator.taps("إنشاء الرابط")
    ines = await network.people.phone("إيناس", language="ar")
    await ines.opens(await link_in(coordinator, "يرجى فتح هذا الرابط"))
    assert "استلام تكليف: جهة التنسيق" in plain(ines.last.text)
    await ines.taps("قبول")
    await coordinator.waits_for("ليخلف Omar")
    await coordinator.taps("تأكيد")
    brief = plain((await ines.waits_for("قبلكم: Omar")).text)
    assert "الأمانة: Amina Sall" in brief
    await ines.taps("من هم الأشخاص")
    assert "Amina Sall" in plain(ines.screen.text)


async def test_who_holds_two_seats_says_which(network: JourneyNetwork) -> None:
    omar = await justice(network)
    await omar.opens(await network.link(Role.VALIDATOR, "MOJ"))
    await omar.taps("Accept")
    await omar.types("/handover")
    assert "Which seat" in plain(omar.last.text)
    await omar.taps("validator, Ministry of Justice", "Make the link")
    ines = await network.people.phone("Ines")
    await ines.opens(await link_in(omar))
    await ines.taps("Accept")
    await omar.waits_for("Ines has used your link")
    await omar.taps("Not the right person")
    await ines.waits_for("You were not confirmed")
    await omar.types("/handover")
    await omar.taps("validator, Ministry of Justice", "Make the link")
    link = await link_in(omar)
    await omar.types("/handover")
    await omar.taps("validator, Ministry of Justice", "Stop the handover")
    await ines.opens(link)
    assert "has been used" in plain(ines.last.text)


async def test_an_observer_has_nothing_to_hand_over(network: JourneyNetwork) -> None:
    observer = await network.phone("Otto", Role.OBSERVER, "MOJ")
    await observer.types("/handover")
    assert "no seat that can be handed over" in plain(observer.last.text)

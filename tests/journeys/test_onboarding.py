"""How people get in, and what they find there."""

from __future__ import annotations

from bot.domain.people import Role
from tests.journeys.network import JourneyNetwork


async def test_a_coordinator_gets_in_by_a_link_of_the_command_line(
    network: JourneyNetwork,
) -> None:
    phone = await network.people.phone("Amina Sall")
    await phone.opens(await network.link(Role.COORDINATOR))
    assert "invites you as" in phone.last.text
    await phone.taps("Accept")
    await phone.types("/me")
    assert "Amina Sall" in phone.last.text


async def test_a_link_works_once(network: JourneyNetwork) -> None:
    first = await network.people.phone("Amina Sall")
    second = await network.people.phone("Somebody else")
    link = await network.link(Role.COORDINATOR)
    await first.opens(link)
    await first.taps("Accept")
    await second.opens(link)
    assert "has been used" in second.last.text


async def test_a_guessed_link_opens_nothing(network: JourneyNetwork) -> None:
    phone = await network.people.phone("Somebody")
    await phone.starts("AAAAAAAAAAAAAAAAAAAAAA")
    assert "not known" in phone.last.text


async def test_the_language_is_chosen_on_the_invitation(network: JourneyNetwork) -> None:
    phone = await network.people.phone("Amina Sall", language="de")
    await phone.opens(await network.link(Role.COORDINATOR))
    await phone.taps("العربية")
    assert "تدعوكم" in phone.screen.text

"""The secretariat's people, as the phones of everybody concerned show it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from bot.domain.commands import MOST, ROLES, STRANGER, in_help
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import accounts, conversations, invitations, people, seats
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.tools import hostile_files

PDF = hostile_files.pdf()
LINK = re.compile(r"https://t\.me/\w+\?start=[\w-]+")


async def until(found: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that no message tells of."""
    async with asyncio.timeout(10):
        while not await found():  # noqa: ASYNC110 - it happens in Telegram or in the database
            await asyncio.sleep(0.05)


async def invites(coordinator: Phone, *names: str, role: str = "Focal point") -> None:
    """From /people to the review screen's button."""
    await coordinator.types("/people")
    await coordinator.taps("Invite", "Ministry of Justice", role)
    await coordinator.types("\n".join(names))
    await coordinator.taps("Make the links")


async def link_for(network: JourneyNetwork, coordinator: Phone, name: str = "Omar") -> str:
    """A link for one person, as the coordinator's chat shows it."""
    await network.institution("MOJ", "ministry", en="Ministry of Justice")
    await invites(coordinator, name)
    shown = await coordinator.waits_for(f"For {name}, focal point", within=20)
    found = LINK.search(plain(shown.text))
    assert found is not None
    return found.group()


async def test_one_is_invited_by_a_link_with_its_picture_and_confirmed(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    link = await link_for(network, coordinator, "Mr Khalil")
    (picture,) = coordinator.last.files
    assert picture.kind == "photo"
    assert await coordinator.downloads(picture)
    await coordinator.taps("Copy the link")
    assert coordinator.copied == link

    omar = await network.people.phone("Omar Khalil", username="omar_k")
    await omar.opens(link)
    assert "invites you as focal point, Ministry of Justice" in plain(omar.last.text)
    assert "Telegram can read this chat" in omar.last.text
    await omar.taps("Accept")
    assert "Waiting for the secretariat" in omar.screen.text
    for command in ("/home", "/help"):
        await omar.types(command)
        assert "Waiting for the secretariat" in omar.last.text

    asked = plain((await coordinator.waits_for("has accepted the invitation")).text)
    assert "Omar Khalil has accepted the invitation as focal point" in asked
    assert "@omar_k" in asked
    assert "Invited: Mr Khalil" in asked
    await coordinator.taps("Confirm")
    assert "The seat is open" in coordinator.screen.text
    await omar.waits_for("has confirmed you")
    await omar.taps("Home")
    assert "Ministry of Justice" in plain(omar.screen.text)


async def test_several_are_invited_by_a_sheet_and_confirmed_at_once(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    await network.institution("MOJ", "ministry", en="Ministry of Justice")
    await invites(coordinator, "Omar Khalil", "Rim Haddad", "  ", "Ines Duarte")
    sheet = await coordinator.waits_for_file(within=20)
    assert sheet.name == "invitations.xlsx"
    book = openpyxl.load_workbook(BytesIO(await coordinator.downloads(sheet)))
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    links = [cell for cell in cells if LINK.fullmatch(cell)]
    assert len(set(links)) == 3
    assert {"Omar Khalil", "Rim Haddad", "Ines Duarte"} <= set(cells)

    for name, link in zip(("Omar", "Rim", "Ines"), links, strict=True):
        phone = await network.people.phone(name)
        await phone.opens(link)
        await phone.taps("Accept")
    await coordinator.types("/people")
    await coordinator.taps("To confirm (3)")
    await coordinator.taps("Confirm all 3")
    assert "4 seats" in plain(coordinator.screen.text)
    assert "1 institution." in plain(coordinator.screen.text)


async def test_an_invitation_that_was_begun_is_listed_and_goes_on(network: JourneyNetwork) -> None:
    """Regression: it rested as a draft that nothing led to, and the next one began anew."""
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    await network.institution("MOJ", "ministry")
    await coordinator.types("/people")
    await coordinator.taps("Invite", "MOJ", "Focal point")
    await coordinator.types("Omar")
    await coordinator.types("/home")
    await coordinator.taps("Continue: Invitation")
    assert "Omar" in plain(coordinator.screen.text)
    await coordinator.types("/people")
    await coordinator.taps("Invite")
    assert "Omar" in plain(coordinator.screen.text)


async def test_nobody_is_confirmed_whom_the_list_did_not_show(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    links = [await link_for(network, coordinator, name) for name in ("Omar", "Rim", "Ines")]
    for name, link in zip(("Omar", "Rim"), links[1:], strict=True):
        phone = await network.people.phone(name)
        await phone.opens(link)
        await phone.taps("Accept")
    await coordinator.types("/people")
    shown = await coordinator.taps("To confirm (2)")
    mallory = await network.people.phone("Mallory")
    await mallory.opens(links[0])  # an older invitation, so in front of the others
    await mallory.taps("Accept")
    await coordinator.taps_on(shown, "Confirm all 2")
    assert "Mallory" in plain(coordinator.screen.text)
    assert await network.row(select(seats).where(seats.c.role == "focal_point")) is None


async def test_not_me_leaves_the_invitation_to_the_right_person(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    link = await link_for(network, coordinator)
    mallory = await network.people.phone("Mallory")
    await mallory.opens(link)
    invitation = mallory.last
    await mallory.taps("Not me")
    assert "Nothing was kept" in mallory.last.text
    assert await network.row(select(people).where(people.c.name == "Mallory")) is None
    await mallory.taps_on(invitation, "Accept")
    assert "not there any more" in plain(mallory.answers[-1])
    omar = await network.people.phone("Omar")
    await omar.opens(link)
    await omar.taps("Accept")
    assert "Waiting for the secretariat" in omar.screen.text


async def test_who_is_not_recognised_gets_in_nowhere(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    link = await link_for(network, coordinator)
    mallory = await network.people.phone("Mallory", language="fr")
    await mallory.opens(link)
    await mallory.taps("Accepter")
    await coordinator.waits_for("has accepted the invitation")
    await coordinator.taps("Not the right person")
    assert "Nothing was opened" in coordinator.screen.text
    await mallory.waits_for("n’a pas pu confirmer")
    await mallory.types("/home")
    assert "Focal Point" in mallory.last.text
    omar = await network.people.phone("Omar")
    await omar.opens(link)
    assert "has been used" in omar.last.text


async def test_one_s_own_used_link_leads_home(network: JourneyNetwork) -> None:
    await network.institution("MOJ", "ministry", en="Ministry of Justice")
    link = await network.link(Role.FOCAL_POINT, "MOJ")
    omar = await network.people.phone("Omar")
    await omar.opens(link)
    await omar.taps("Accept")
    await omar.opens(link)
    assert "Ministry of Justice" in plain(omar.last.text)


async def test_an_expired_link_says_so(network: JourneyNetwork) -> None:
    link = await network.link(Role.COORDINATOR)
    async with network.database.write() as tx:
        await tx.execute(update(invitations).values(expires_at=network.clock.now()))
    phone = await network.people.phone("Amina Sall")
    await phone.opens(link)
    assert "has expired" in phone.last.text


async def test_who_tries_links_is_stopped_and_the_secretariat_told(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    good = (await network.link(Role.COORDINATOR)).partition("start=")[2]
    mallory = await network.people.phone("Mallory")
    for guess in range(5):
        await mallory.starts(f"{guess:022d}")
        assert "not known" in mallory.last.text
    await mallory.starts(good)
    assert "Too many links" in mallory.last.text
    await coordinator.waits_for("trying invitation links")


async def test_the_language_of_the_invitation_stays(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await network.people.phone("Omar", language="de")
    await omar.opens(await link_for(network, coordinator))
    await omar.taps("Français")
    assert "vous invite" in plain(omar.screen.text)
    await omar.taps("Accepter")
    assert "secrétariat" in omar.screen.text
    await coordinator.waits_for("has accepted the invitation")
    await coordinator.taps("Confirm")
    await omar.waits_for("Bienvenue")
    await omar.types("/language")
    await omar.taps("العربية")
    await omar.types("/me")
    assert "Omar" in plain(omar.last.text)
    assert "جهة التنسيق" in omar.last.text


async def test_designated_by_whom_when_and_by_which_letter(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    await network.institution("MOJ", "ministry", en="Ministry of Justice")
    await coordinator.types("/people")
    await coordinator.taps("Invite", "Ministry of Justice", "Focal point")
    await coordinator.types("Omar Khalil")
    await coordinator.taps("Designated by")
    await coordinator.types("The Minister of Justice")
    await coordinator.taps("Designated on")
    await coordinator.types("3 May 2026")
    await coordinator.sends_file(PDF, name="letter.pdf")
    await coordinator.waits_for("The Minister of Justice")
    for _ in range(50):
        await coordinator.taps("Make the links")
        if any("Making" in plain(each.text) for each in coordinator.received):
            break
        await asyncio.sleep(0.1)
    shown = await coordinator.waits_for("please open this link")
    found = LINK.search(plain(shown.text))
    assert found is not None
    omar = await network.people.phone("Omar")
    await omar.opens(found.group())
    await omar.taps("Accept")
    await coordinator.waits_for("has accepted the invitation")
    await coordinator.taps("Confirm")
    await coordinator.types("/people")
    await coordinator.taps("Seats (2)", "Omar, focal point")
    assert "Designated by The Minister of Justice on 3 May" in plain(coordinator.screen.text)
    await coordinator.taps("Letter of designation")
    letter = await coordinator.waits_for_file()
    assert await coordinator.downloads(letter) == PDF
    assert letter.name.endswith(".pdf")


# -- Phones lost, seats ended ----------------------------------------------------------------------


async def reporting(network: JourneyNetwork) -> Phone:
    """A focal point in the middle of a report."""
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": network.clock.now().date()})
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    await omar.types("140.7")
    await omar.taps("Report", "In progress")
    return omar


async def test_a_lost_phone_shows_nothing_at_its_next_tap_until_it_is_found(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await reporting(network)
    rim = await network.phone("Rim", Role.ALTERNATE, "MOJ")
    await omar.waits_for("Rim is now alternate")
    received = len(omar.received)
    await coordinator.types("/people")
    await coordinator.taps("Seats (3)", "Omar", "Lost phone")
    assert "Access is suspended" in coordinator.screen.text
    await rim.waits_for("access is suspended")
    await omar.looks()
    assert len(omar.received) == received, "nothing is sent to a lost phone"

    await omar.types("Bill 12 passed.")
    assert "Your access is suspended" in omar.last.text
    await omar.taps_on(omar.received[0], "Due: 140.7")
    for command in ("/home", "/me", "/drafts", "/find torture", "/people"):
        await omar.types(command)
        assert "Your access is suspended" in omar.last.text, command
    assert "140.7" not in plain("".join(each.text for each in omar.received[received:]))

    await coordinator.taps("Restore access")
    await rim.waits_for("access is restored")
    await omar.types("/drafts")
    assert "140.7" in str(omar.screen)


async def test_a_seat_that_ends_in_mid_conversation_ends_politely(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await reporting(network)
    question = omar.screen
    await coordinator.types("/people")
    await coordinator.taps("Seats (2)", "Omar", "End the seat", "End it now")
    await omar.waits_for("Your seat has ended")
    await omar.types("Bill 12 passed.")
    assert "Your seat has ended, so this was not taken" in omar.last.text
    await omar.taps_on(question, "Back")
    assert "Your seat has ended" in omar.screen.text
    draft = await network.row(select(conversations))
    assert draft["flow"] == "status_update", "the draft stays with the institution"
    seat = await network.row(select(seats).where(seats.c.id == draft["seat_id"]))
    assert seat["until_at"] is not None


async def test_the_last_coordinator_stays(network: JourneyNetwork) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    await coordinator.types("/people")
    await coordinator.taps("Seats (1)", "Amina Sall", "End the seat", "End it now")
    assert "last coordinator" in plain(coordinator.answers[-1])


async def test_an_officer_is_offered_no_seat_in_the_secretariat(network: JourneyNetwork) -> None:
    await network.institution("MOJ", "ministry", en="Ministry of Justice")
    officer = await network.phone("Chen", Role.OFFICER)
    await officer.types("/people")
    await officer.taps("Invite")
    offered = [plain(each) for each in officer.screen.labels]
    assert "Ministry of Justice" in offered
    assert "The secretariat" not in offered


async def test_a_seat_of_the_secretariat_is_not_placed_in_it_twice(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    await coordinator.types("/me")
    assert "coordinator, the secretariat, since" in plain(coordinator.screen.text)


@pytest.mark.parametrize("back", ["/start", "unblocks"])
async def test_who_blocked_the_bot_is_shown_as_unreachable_until_they_are_back(
    network: JourneyNetwork, back: str
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")

    async def unreachable() -> bool:
        row = await network.row(select(accounts).where(accounts.c.chat_id == omar.id))
        return row["unreachable_since"] is not None

    async def reachable() -> bool:
        return not await unreachable()

    await omar.blocks()
    await until(unreachable)
    await coordinator.types("/home")
    await coordinator.taps("Unreachable")
    assert "Omar" in plain(coordinator.screen.text)
    assert "Amina Sall" not in plain(coordinator.screen.text), "she can be reached"
    await coordinator.types("/people")
    assert "1 person cannot be reached" in plain(coordinator.screen.text)
    await coordinator.taps("Cannot be reached (1)")
    shown = plain(coordinator.screen.text)
    assert "These people blocked the bot or left Telegram:" in shown
    assert "Omar, focal point, MOJ – cannot be reached" in shown
    await omar.unblocks()
    if back == "/start":
        await omar.types("/start")
    await until(reachable)
    await coordinator.types("/people")
    assert "cannot be reached" not in coordinator.screen.text


async def test_the_secretariat_sees_who_blocked_the_bot_and_whom_to_turn_to(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    await network.phone("Leila", Role.ALTERNATE, "MOJ")

    async def away() -> bool:
        row = await network.row(select(accounts).where(accounts.c.chat_id == omar.id))
        return row["unreachable_since"] is not None

    async def back() -> bool:
        return not await away()

    await omar.blocks()
    await until(away)
    await network.app.schedule.tick()
    shown = plain((await coordinator.waits_for("1 person cannot be reached")).text)
    assert "Omar, focal point, MOJ – cannot be reached: has blocked the bot." in shown
    assert "Who else is there: Leila, alternate focal point." in shown
    await coordinator.taps("Omar")
    assert "Who else is there: Leila, alternate focal point." in plain(coordinator.screen.text)
    await coordinator.taps("Invite another")
    assert "As what?" in plain(coordinator.screen.text), "the institution is known"
    await omar.unblocks()
    await until(back)
    await network.app.schedule.tick()
    await coordinator.waits_for("Everybody can be reached again")


# -- Oneself ---------------------------------------------------------------------------------------


async def test_what_one_says_for_statistics_is_counted_and_removed(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    women = [await network.phone(f"Woman {n}", Role.ALTERNATE, "MOJ") for n in range(4)]
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    for phone in (*women, omar):
        await phone.types("/me")
        await phone.taps("For statistics", "Man" if phone is omar else "Woman")
        assert "You have said:" in plain(phone.screen.text)
    await coordinator.types("/people")
    shown = plain(coordinator.screen.text)
    assert "Said for statistics: 4 women and 1 man." in shown
    assert "Omar" not in shown
    await omar.taps("Remove what I said")
    assert "You have said nothing." in plain(omar.screen.text)
    await coordinator.types("/people")
    assert "statistics" not in plain(coordinator.screen.text)


async def test_a_new_message_each_time_is_a_setting_of_one_s_own(network: JourneyNetwork) -> None:
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    await omar.types("/me")
    before = len(omar.received)
    await omar.taps("Privacy")
    assert len(omar.received) == before, "the screen changed in place"
    await omar.types("/me")
    await omar.taps("New message each time")
    before = len(omar.received)
    await omar.taps("Language")
    assert len(omar.received) == before + 1, "the screen is a new message"


NOT_FOR_THEM = re.compile("not known|does not allow")


def told_commands(phone: Phone) -> list[str]:
    """The commands that the last message names."""
    return re.findall(r"/([a-z]+)", plain(phone.last.text))


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.COORDINATOR, "Assign, review and export"),
        (Role.FOCAL_POINT, "tap Report"),
        (Role.ALTERNATE, "for the focal point when they are away"),
        (Role.VALIDATOR, "what your institution reports"),
        (Role.OBSERVER, "what the secretariat has approved"),
    ],
)
async def test_help_and_privacy_by_role(network: JourneyNetwork, role: Role, words: str) -> None:
    phone = await network.phone("Omar", role, None if role is Role.COORDINATOR else "MOJ")
    await phone.types("/help")
    assert words in phone.last.text
    told = told_commands(phone)
    assert told == [*in_help({role}), "back", "cancel"]
    assert set(await commands(phone, "home")) <= {*told, "help"}
    for command in told:
        await phone.types(f"/{command}")
        assert not NOT_FOR_THEM.search(phone.last.text), command
    await phone.types("/privacy")
    assert "Never: your phone number" in phone.last.text


async def test_strangers_get_help_privacy_and_their_language(network: JourneyNetwork) -> None:
    phone = await network.people.phone("Somebody")
    await phone.starts()
    assert "Focal Point" in phone.last.text
    await phone.types("/help")
    assert "open the link of your invitation" in phone.last.text
    assert told_commands(phone) == ["start", "mine", "became", "forget", "language", "privacy"]
    assert "/home" not in phone.last.text
    await phone.types("/privacy")
    assert "Never: your phone number" in phone.last.text
    await phone.types("/language")
    await phone.taps("Français")
    assert "Ouvrez" in phone.last.text
    assert await network.row(select(people)) is None


async def test_a_group_gets_one_line_and_no_personal_screen(network: JourneyNetwork) -> None:
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    private = len(omar.received)
    group = omar.at(await network.people.group("Colleagues", omar))
    await group.types("/home")
    assert plain(group.last.text) == "Please write to me in a private chat."
    assert group.last.buttons == ()
    bot = network.bot.username
    for words in ("140.7", "good morning", "/home@another_bot"):
        before = len(group.received)
        group.network.patience = 0.5
        await group.types(words)
        assert len(group.received) == before, words
    group.network.patience = 5.0
    await group.types(f"/me@{bot}")
    assert plain(group.last.text) == "Please write to me in a private chat."
    await omar.looks()
    assert len(omar.received) == private


# -- Menus -----------------------------------------------------------------------------------------


async def commands(phone: Phone, wanted: str, words: str | None = None) -> dict[str, str]:
    """The menu of the chat, once it has the command (in those words)."""

    async def there() -> bool:
        shown = await phone.commands()
        return wanted in shown and words in (None, shown[wanted])

    await until(there)
    return await phone.commands()


async def test_the_menu_follows_role_language_and_the_end_of_a_seat(
    network: JourneyNetwork,
) -> None:
    coordinator = await network.phone("Amina Sall", Role.COORDINATOR)
    menu = await commands(coordinator, "people")
    assert menu["people"] == "Invite, confirm, end a seat"
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    assert (await commands(omar, "due"))["due"] == "What is due"
    await omar.types("/language")
    await omar.taps("Français")
    await commands(omar, "due", "Ce qui est à rendre")
    await coordinator.types("/people")
    await coordinator.taps("Seats (2)", "Omar", "End the seat", "End it now")
    assert "due" not in await commands(omar, "start")


async def test_strangers_see_few_commands_in_their_language(network: JourneyNetwork) -> None:
    for language, words in (("en", "Begin"), ("ar", "البدء"), ("de", "Begin")):
        phone = await network.people.phone("Somebody", language=language)
        await phone.starts()
        assert (await commands(phone, "start"))["start"] == words
        assert "people" not in await phone.commands()


async def test_every_command_of_a_menu_is_answered(network: JourneyNetwork) -> None:
    """At most seven a role, and none leads to "unknown"."""
    for roles, names in ROLES:
        role = min(roles)
        there = None if role in (Role.COORDINATOR, Role.OFFICER) else "MOJ"
        phone = await network.phone(f"A {role}", role, there)
        menu = await commands(phone, "home")
        assert len(names) <= MOST
        assert set(menu) <= set(names)
        for command in menu:
            await phone.types(f"/{command}")
            assert "not known" not in phone.last.text, command
    stranger = await network.people.phone("Somebody")
    await stranger.starts()
    for command in STRANGER:
        await stranger.types(f"/{command}")
        assert "not known" not in stranger.last.text, command


async def test_menus_survive_that_telegram_is_away_and_a_restart(
    network: JourneyNetwork, monkeypatch: Any
) -> None:
    monkeypatch.setattr("bot.wire.menu.PAUSE", 0.2)
    await network.people.misbehaves("fails", 502, method="setMyCommands", times=2)
    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ")
    await commands(omar, "due")
    told = len(await network.people.journal("setMyCommands"))
    await network.restart()
    await omar.types("/me")

    async def told_again() -> bool:
        return len(await network.people.journal("setMyCommands")) >= told + 4

    await until(told_again)
    await asyncio.sleep(0.3)
    after = len(await network.people.journal("setMyCommands"))
    assert after == told + 4, "strangers' menus once more, nobody else's"

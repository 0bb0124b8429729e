"""Consultations on a second bot with a neutral name: the same house by another door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from handlers import consultation_bot, contributing, door, feedback, participants
from handlers.house import make_consultation_router, make_router
from storage.tables import accounts, inbox, outbox, people, sign_ups
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced

NAME = "round_table_bot"
NETWORK_WORDS = ("Focal Point", "institution", "Coralie", "recommendation", "secretariat")


async def add_second(network: JourneyNetwork) -> None:
    """From now on consultations run on the second bot."""
    network.second = network.sandbox.add_bot(NAME, name="Round Table").token
    await network.restart()


@pytest.fixture
async def apart(network: JourneyNetwork) -> JourneyNetwork:
    """The network with a consultation bot from the beginning."""
    await add_second(network)
    return network


def second_id(network: JourneyNetwork) -> int:
    return network.app.lines[-1].bot.id


async def joined(network: JourneyNetwork, name: str, link: str) -> Phone:
    """Somebody who has signed up by the link, whichever bot it leads to."""
    phone = await network.people.phone(name)
    await phone.opens(link)
    await phone.taps("Agree, random name", "Sign up")
    assert "You have signed up." in plain(phone.last.text)
    return phone


async def the_day_before(network: JourneyNetwork) -> None:
    """The reminders of a meeting in twenty days go out."""
    today = network.clock.now()
    network.clock.ahead = timedelta(days=19) + (today.replace(hour=12) - today)
    await network.app.schedule.tick()
    await network.app.settle()


async def test_the_public_link_leads_to_it_and_everything_happens_there(
    apart: JourneyNetwork,
) -> None:
    officer, link = await announced(apart, by_meeting=True)
    assert f"t.me/{NAME}?" in link
    salma = await joined(apart, "Salma", link)
    async with apart.database.read() as tx:
        assert await tx.values(select(sign_ups.c.bot_id)) == [second_id(apart)]
    await the_day_before(apart)
    await salma.waits_for("tomorrow")
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Cancel it", "Yes, cancel and tell everybody")
    await salma.waits_for("There is news for you.")
    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    await apart.app.schedule.tick()
    await salma.waits_for("Erased.")
    async with apart.database.read() as tx:
        assert await tx.values(select(sign_ups)) == []
        said = await tx.rows(select(outbox).where(outbox.c.bot_id == second_id(apart)))
        network_said = await tx.rows(select(outbox).where(outbox.c.bot_id == apart.bot.id))
    assert said
    assert all(each["sign_up"] is None for each in (*said, *network_said))


async def test_the_house_shows_newcomers_the_way_and_keeps_nothing_of_them(
    apart: JourneyNetwork,
) -> None:
    _officer, link = await announced(apart)
    salma = await apart.people.phone("Salma")
    await salma.starts(link.partition("start=")[2])
    assert "another bot" in plain(salma.last.text)
    assert link in str(apart.sandbox.world.chats[salma.chat].messages[salma.last.id].rows())
    async with apart.database.read() as tx:
        assert await tx.values(select(sign_ups)) == []


async def test_who_signed_up_before_is_still_told_by_the_bot_they_know(
    network: JourneyNetwork,
) -> None:
    _officer, link = await announced(network, by_meeting=True)
    salma = await joined(network, "Salma", link)
    await add_second(network)
    noor = await joined(network, "Noor", link.replace(network.bot.username or "", NAME))
    await the_day_before(network)
    await salma.waits_for("tomorrow")
    await noor.waits_for("tomorrow")
    async with network.database.read() as tx:
        told = await tx.rows(
            select(outbox.c.bot_id, outbox.c.state)
            .where(outbox.c.lane == "bulk")
            .order_by(outbox.c.bot_id)
        )
    ids = sorted((network.bot.id, second_id(network)))
    assert [(each["bot_id"], each["state"]) for each in told] == [(each, "sent") for each in ids]
    await salma.types("/mine")
    assert "You have signed up to one consultation." in plain(salma.last.text)


async def test_a_freed_seat_is_offered_where_the_next_one_signed_up(
    network: JourneyNetwork,
) -> None:
    """The one who leaves writes to the house's bot, the one who follows to the other."""
    officer, link = await announced(network, by_meeting=True)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Change", "Seats")
    await officer.types("1")
    await officer.taps("Save")
    salma = await joined(network, "Salma", link)
    await add_second(network)
    noor = await network.people.phone("Noor")
    await noor.opens(link.replace(network.bot.username or "", NAME))
    await noor.taps("Agree, random name", "Sign up")
    assert "number 1 on the waiting list" in plain(noor.last.text)
    await salma.types("/mine")
    await salma.taps("Child rights report", "Cancel my sign-up", "Yes, cancel it")
    await noor.waits_for("There is news for you.")
    await noor.taps("Look", "Take the seat")
    assert "Place: City hall" in plain(noor.screen.text)


async def test_it_knows_nothing_of_the_network(apart: JourneyNetwork) -> None:
    """An invitation opened there does nothing; whoever has a seat is nobody there."""
    invitation = (await apart.link(Role.OFFICER)).partition("start=")[2]
    curious = await apart.people.phone("Curious", bot=NAME)
    await curious.starts(invitation)
    assert "public consultations" in plain(curious.last.text)
    async with apart.database.read() as tx:
        assert await tx.values(select(people)) == []

    officer = await apart.phone("Coralie", Role.COORDINATOR)
    there = await apart.people.phone_again(officer.id, bot=NAME)
    await there.starts("")
    for said in ("/home", "/review", "/people", "140.7", "torture", "/help", "/privacy"):
        await there.types(said)
        found = [each for each in NETWORK_WORDS if each in plain(there.last.text)]
        assert found == [], said
    async with apart.database.read() as tx:
        known_there = accounts.c.bot_id == second_id(apart)
        assert await tx.values(select(accounts).where(known_there)) == []


async def test_no_act_of_the_house_can_be_forged_there(apart: JourneyNetwork) -> None:
    """Whoever has a seat tries; strangers' twenty updates a minute are as many as fit in here."""
    theirs = ("home", "review", "people", "consulting:1", "export", "item:1", "institutions")
    officer = await apart.phone("Coralie", Role.COORDINATOR)
    there = await apart.people.phone_again(officer.id, bot=NAME)
    await there.starts("")
    said = len(there.received)
    for act in theirs:
        assert act.partition(":")[0] in make_router().acts, "the house has it"
        await there.forges(there.last, f"o:{act}")
    assert len(there.received) == said
    assert there.answers == ["This is not there any more, or not yours to see."] * len(theirs)
    rooms = (consultation_bot, participants, contributing, door, feedback)
    assert set(make_consultation_router().acts) == {act for room in rooms for act in room.ACTS}


@pytest.mark.parametrize(
    ("language", "hello"),
    [
        ("en", "Here you can take part in public consultations."),
        ("fr", "Ici, vous pouvez participer à des consultations publiques."),
        ("ar", "هنا يمكنك المشاركة في المشاورات العامة."),
    ],
)
async def test_it_greets_in_each_language_and_answers_whatever_comes(
    apart: JourneyNetwork, language: str, hello: str
) -> None:
    phone = await apart.people.phone("Salma", language=language, bot=NAME)
    await phone.starts("")
    assert hello in plain(phone.last.text)
    for said in ("/help", "/privacy", "/language", "/mine", "/became", "/forget", "?", "/what"):
        before = len(phone.received)
        await phone.types(said)
        assert len(phone.received) > before, said
    await phone.sends_voice(b"OggS")
    assert hello in plain(phone.last.text)
    await phone.types("/language")
    await phone.taps("English")
    assert "Here you can take part" in plain(phone.last.text)


async def test_what_came_while_the_house_was_away_is_answered_once(
    apart: JourneyNetwork,
) -> None:
    _officer, link = await announced(apart)
    salma = await joined(apart, "Salma", link)
    await apart.stop_bot()
    rests, apart.people.rests = apart.people.rests, None
    await salma.types("/mine")
    apart.people.rests = rests
    await apart.start_bot()
    await salma.waits_for("You have signed up to one consultation.", within=10)
    await apart.app.settle()
    said = [each for each in salma.received if "signed up to one" in plain(each.text)]
    assert len(said) == 1
    async with apart.database.read() as tx:
        theirs = inbox.c.bot_id == second_id(apart)
        assert set(await tx.values(select(inbox.c.state).where(theirs))) == {"done"}


async def test_a_participant_may_tap_faster_than_a_stranger(apart: JourneyNetwork) -> None:
    """A card has many rows; strangers' twenty a minute were used up before it was sent."""
    _officer, link = await announced(apart)
    salma = await joined(apart, "Salma", link)
    for _ in range(25):
        await salma.types("/mine")
    said = [each for each in salma.received if "signed up to one" in plain(each.text)]
    assert len(said) == 25


async def test_a_public_link_that_is_pasted_is_opened(apart: JourneyNetwork) -> None:
    _officer, link = await announced(apart)
    salma = await apart.people.phone("Salma", bot=NAME)
    await salma.starts()
    await salma.types(f"Look: {link}")
    assert "Child rights report" in plain(salma.last.text)
    assert any(each.mine and "Look:" in each.text for each in salma.messages), "it said more"
    await salma.types("https://example.org/?start=nothing")
    assert "public consultations" in plain(salma.last.text)
    await salma.types(link)
    assert "Child rights report" in plain(salma.last.text)
    await salma.settles()
    await salma.looks_again()
    alone = [each for each in salma.messages if each.mine and plain(each.text) == link]
    assert alone == [], "the link has done what it was for"


async def test_who_signed_up_pastes_the_link_and_forget_takes_it(apart: JourneyNetwork) -> None:
    _officer, link = await announced(apart)
    salma = await joined(apart, "Salma", link)
    await salma.types(f"Once more: {link}")
    assert "You are: Participant" in plain(salma.last.text)
    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    await apart.app.schedule.tick()
    await salma.settles()
    await salma.looks_again()
    assert not any("Once more" in each.text for each in salma.messages)


async def test_whoever_signed_up_is_led_to_it_from_the_first_screen(apart: JourneyNetwork) -> None:
    _officer, link = await announced(apart)
    salma = await apart.people.phone("Salma", bot=NAME)
    await salma.starts()
    assert "/mine" not in plain(salma.last.text)
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up")
    await salma.starts()
    assert "What you agreed to here is under /mine." in plain(salma.last.text)
    await salma.taps("What I agreed to", "Child rights report")
    assert "You are: Participant" in plain(salma.screen.text)


async def test_who_signed_up_in_a_language_is_spoken_to_in_it(apart: JourneyNetwork) -> None:
    _officer, link = await announced(apart)
    salma = await apart.people.phone("Salma", language="en")
    await salma.opens(link)
    await salma.taps("Français", "D’accord, nom au hasard", "M’inscrire")
    for said, word in (("/help", "commencer"), ("/privacy", "Conservé"), ("/became", "code")):
        await salma.types(said)
        assert word in plain(salma.last.text), said

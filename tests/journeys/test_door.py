"""The day of a meeting on phones: the code at the door, being here, a number without a phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.sandbox.phone import Phone, plain
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import _files, _of, announced
from tests.outbox.conftest import until

AT_DOOR = re.compile(r"https://t\.me/\S+\?start=d-\w+-\w+")
CODE = re.compile(r"code at the door is ([A-Z2-9]{6})\.")


async def on_the_day(network: JourneyNetwork, *, days: int = 20) -> None:
    """A day so long after the announcement; the meeting is on the twentieth."""
    network.clock.ahead = timedelta(days=days)


async def the_door(officer: Phone) -> tuple[str, str]:
    """The code and the link at the door."""
    await officer.types("/consultations")
    await officer.taps("Child rights report", "At the door")
    shown = plain(officer.screen.text)
    code = CODE.search(shown)
    assert code, shown
    found = AT_DOOR.search(shown)
    assert found, shown
    return code[1], found[0]


async def signed_up(network: JourneyNetwork, link: str, name: str, language: str = "en") -> Phone:
    phone = await network.people.phone(name, language=language)
    await phone.opens(link)
    agree, send = {
        "en": ("Agree, random name", "Sign up"),
        "fr": ("D’accord, nom au hasard", "M’inscrire"),
        "ar": ("أوافق، باسم عشوائي", "التسجيل"),
    }[language]
    await phone.taps(agree)
    await phone.taps(send)
    return phone


async def test_the_code_is_typed_once_and_a_second_time_is_told_kindly(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await signed_up(network, link, "Salma")
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "I am here" not in str(salma.screen.buttons), "not before the day"
    await on_the_day(network)
    code, at_door = await the_door(officer)
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "Your number at the door" in plain(salma.screen.text)
    await salma.taps("I am here")
    assert "never who" in plain(salma.screen.text)
    await salma.types("AAAAAA")
    assert "That is not the code at the door" in plain(salma.received[-1].text)
    await salma.types(code.lower())
    assert "you are noted as having come" in plain(salma.last.text)
    await salma.opens(at_door)
    assert "you were noted already" in plain(salma.last.text)
    await salma.taps("Back")
    assert "You came; this is noted." in plain(salma.screen.text)
    await officer.types("/consultations")
    await officer.taps("Child rights report")
    assert "came." not in plain(officer.screen.text), "one is too few to be told of"
    assert "Salma" not in officer.transcript()


@pytest.mark.parametrize(
    ("language", "welcome"), [("en", "Welcome."), ("fr", "Bienvenue."), ("ar", "مرحباً بك.")]
)
async def test_the_link_at_the_door_is_enough(
    network: JourneyNetwork, language: str, welcome: str
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await signed_up(network, link, "Salma", language)
    await on_the_day(network)
    _code, at_door = await the_door(officer)
    await salma.opens(at_door)
    assert welcome in plain(salma.last.text)


async def test_whoever_has_not_signed_up_is_told_what_to_do_and_nothing_is_kept(
    network: JourneyNetwork,
) -> None:
    officer, _link = await announced(network, by_meeting=True)
    await on_the_day(network)
    _code, at_door = await the_door(officer)
    nour = await network.people.phone("Nour")
    await nour.opens(at_door)
    assert "tell your number at the door" in plain(nour.last.text)
    await nour.taps("Sign up")
    assert "Officers see a random name" in plain(nour.last.text)
    await nour.opens(at_door[:-6] + "aaaaaa")
    assert "That is not the code at the door" in plain(nour.last.text)


async def test_a_participant_without_a_phone_is_noted_by_their_number(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await signed_up(network, link, "Salma")
    number = re.search(r"Participant (\d+)", plain(salma.last.text))
    assert number
    await on_the_day(network)
    await the_door(officer)
    await officer.taps("Note a number")
    await officer.types("12")
    assert "Nobody takes part by the number 12." in plain(officer.last.text)
    await officer.types(number[1])
    assert f"Number {number[1]} is noted as having come." in plain(officer.last.text)
    await officer.taps("It was another number")
    assert "is noted no more" in plain(officer.screen.text)
    await officer.types(number[1])
    assert f"Number {number[1]} is noted as having come." in plain(officer.last.text)
    await officer.types(number[1])
    assert "was noted already" in plain(officer.last.text)
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "You came; this is noted." in plain(salma.screen.text)


async def test_numbers_are_noted_one_after_another_and_who_waits_is_let_in_between(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Change", "Seats")
    await officer.types("2")
    await officer.taps("Save")
    phones = [await signed_up(network, link, each) for each in ("Salma", "Nour", "Lina")]
    numbers = [re.search(r"Participant (\d+)", plain(each.last.text)) for each in phones]
    first, absent, waits = [each[1] for each in numbers if each]
    await on_the_day(network)
    await the_door(officer)
    await officer.taps("Note a number")
    await officer.types(first)
    assert "When somebody else comes, write their number." in plain(officer.last.text)
    await officer.types("several")
    assert "Write the number alone" in plain(officer.last.text)
    await officer.types(waits)
    assert f"Number {waits} has no seat." in plain(officer.last.text)
    await officer.taps("Let them in")
    assert f"Number {waits} has a seat now" in plain(officer.screen.text)
    await officer.types(first)
    assert f"Number {first} was noted already." in plain(officer.last.text)
    await officer.types(absent)
    assert f"Number {absent} is noted as having come." in plain(officer.last.text)
    await officer.taps("Back")
    assert "code at the door" in plain(officer.screen.text)
    await officer.types(first)
    assert "noted" not in plain(officer.last.text), "whoever goes back has done with it"


async def test_on_the_day_after_there_is_no_code_and_nothing_left_to_cancel(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await signed_up(network, link, "Salma")
    number = re.search(r"Participant (\d+)", plain(salma.last.text))
    assert number
    await on_the_day(network)
    code, _at_door = await the_door(officer)
    await officer.taps("Back")
    assert "Cancel it" in officer.screen.labels, "until the day is over"
    whole = officer.screen
    await on_the_day(network, days=21)
    await network.app.schedule.tick()
    await network.app.settle()
    await officer.forges(whole, "o:door_poster:1:en")
    assert "changed" in plain(officer.answers[-1]), officer.answers
    await officer.taps_on(whole, "Cancel it")
    assert "changed" in plain(officer.answers[-1]), officer.answers
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report")
    assert "Cancel it" not in officer.screen.labels
    await officer.taps("At the door")
    shown = plain(officer.screen.text)
    assert "the code at the door counted on" in shown
    assert code not in shown
    assert "Poster for the door" not in officer.screen.labels
    await officer.taps("Note a number")
    await officer.types(number[1])
    assert f"Number {number[1]} is noted as having come." in plain(officer.last.text)


async def test_the_poster_for_the_door_is_made_in_the_language_that_is_chosen(
    network: JourneyNetwork,
) -> None:
    officer, _link = await announced(network, by_meeting=True)
    await on_the_day(network, days=19)
    await the_door(officer)
    assert "Note a number" not in str(officer.screen.buttons), "nobody comes on the day before"
    await officer.taps("Poster for the door", "العربية")
    await officer.waits_for_file(within=30)
    await until(lambda: _files(officer, 2), within=30)
    assert sorted(each.kind for each in _of(officer)) == ["document", "photo"]
    assert "For the door: Child rights report" in plain(officer.last.text)

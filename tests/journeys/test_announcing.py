"""Announcing a consultation to everybody it is for, on phones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from icalendar import Calendar

from bot.sandbox.phone import plain
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced
from tests.journeys.test_contributions import chat_of

TITLE = "Child rights report"


async def test_participants_read_it_in_their_own_language_where_it_is_written(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Words in other languages")
    assert "French: not written yet." in plain(officer.screen.text)
    await officer.taps("Français")
    assert "As announced: Child rights report" in plain(officer.screen.text)
    await officer.types("Rapport sur les droits de l’enfant")
    await officer.types("Que doit dire l’État sur les écoles ?")
    await officer.taps("Use it")
    assert "French: written." in plain(officer.last.text)

    salma = await network.people.phone("Salma", language="fr")
    await salma.opens(link)
    assert "Que doit dire l’État" in plain(salma.screen.text)
    await salma.taps("D’accord, nom au hasard", "M’inscrire")
    assert "Rapport sur les droits de l’enfant" in plain(salma.last.text)
    assert "City hall, room 4" in plain(salma.last.text), "what is not written stays as announced"
    await network.app.settle()
    await salma.taps("Fichier d’agenda")
    file = await salma.waits_for_file(within=30)
    event = Calendar.from_ical(await salma.downloads(file)).walk("VEVENT")[0]
    assert str(event["summary"]) == "Rapport sur les droits de l’enfant"

    await officer.taps("Back", "Change", "Purpose")
    await officer.types("What should the State say on teachers?")
    await officer.taps("Announce")
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Words in other languages")
    assert "French: older than your last change." in plain(officer.screen.text)


async def test_who_agreed_to_be_told_of_later_ones_is_told_and_stops_it(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    officer, link = await announced(network)
    salma, nour = [await network.people.phone(each) for each in ("Salma", "Nour")]
    for phone in (salma, nour):
        await phone.opens(link)
        await phone.taps("Agree, random name")
    assert "Told of later ones" not in plain(salma.screen.text), "off until it is wished"
    await salma.taps("Later ones")
    assert "apart from your sign-up" in plain(salma.screen.text)
    await salma.taps("Yes", "Sign up")
    await nour.taps("Sign up")
    await salma.types("/mine")
    assert "You are told of later consultations, until" in plain(salma.last.text)
    await salma.taps(TITLE, "Change")
    assert "Told of later ones: Yes" in plain(salma.screen.text)
    await salma.taps("Discard")

    await officer.types("/consultations")
    await officer.taps(TITLE, "Tell earlier participants")
    assert "Fewer than 5 people have agreed to be told." in plain(officer.screen.text)
    await officer.taps("Tell them")
    notice = await salma.waits_for("There is something new to take part in.")
    assert "Child" not in notice.text
    await nour.settles()
    assert "something new" not in chat_of(nour), "she did not agree to it"
    await salma.taps("Look")
    assert TITLE in plain(salma.screen.text)

    await salma.types("/mine")
    await salma.taps("Tell me no more")
    await salma.types("/mine")
    assert "later consultations" not in plain(salma.last.text)
    await network.app.settle()
    await salma.looks_again()
    assert "something new" not in chat_of(salma), "the notice goes with it"
    assert keys(tmp_path) == ["own.key"], "no key of hers is left"


async def test_forget_takes_that_somebody_is_told_of_later_ones(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Later ones", "Yes", "Sign up")
    await officer.types("/consultations")
    await officer.taps(TITLE, "Cancel it", "Yes, cancel and tell everybody")
    network.clock.ahead = timedelta(days=90)
    await network.app.schedule.tick()
    await network.app.settle()
    await salma.types("/mine")
    assert "You have signed up to nothing in this chat." in plain(salma.last.text)
    assert "You are told of later consultations" in plain(salma.last.text), "it outlives it"
    await salma.types("/forget")
    assert "Erase that you want to be told" in plain(salma.last.text)
    await salma.taps("Yes, erase it for good")
    await salma.waits_for("Erased. What you left here", within=20)
    await salma.types("/mine")
    assert "later consultations" not in plain(salma.last.text)
    assert keys(tmp_path) == ["own.key"]


def keys(tmp_path: Path) -> list[str]:
    """The keys of those who are told of later consultations."""
    return sorted(each.name for each in (tmp_path / "keys" / "invitations").glob("*.key"))

"""Announcing a consultation to everybody it is for, on phones."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from icalendar import Calendar
from sqlalchemy import select

from bot.domain.consultations import KEPT_AFTER
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from bot.services.consultations import POSTER
from storage.tables import (
    audit,
    consultation_counts,
    consultation_documents,
    jobs,
    outbox,
    sign_ups,
    subscriptions,
)
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import LINK, announced
from tests.journeys.test_contributions import chat_of
from tests.journeys.test_evidence import until_stored
from tests.tools import hostile_files

TITLE = "Child rights report"
REVIEW = "upr"
LINK_OF_GROUP = re.compile(r"https://t\.me/\S+\?start=c-\w+-\w+")


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
    await officer.taps("Save")
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
    await network.app.schedule.tick()
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
    assert "Erase your wish to be told" in plain(salma.last.text)
    await salma.taps("Yes, erase it for good")
    await salma.waits_for("Erased. What you left here", within=20)
    await salma.types("/mine")
    assert "later consultations" not in plain(salma.last.text)
    assert keys(tmp_path) == ["own.key"]
    async with network.database.read() as tx:
        assert await tx.values(select(subscriptions.c.handle)) == []
        assert await tx.values(select(outbox.c.id).where(outbox.c.sign_up.is_not(None))) == []


async def announced_for(
    network: JourneyNetwork, *taps: str, meeting: bool = False
) -> tuple[Phone, str]:
    """An officer's phone and the public link of one that is not open to everybody."""
    officer = await network.phone("Coralie", Role.COORDINATOR)
    day = (network.clock.now() + timedelta(days=20)).strftime("%d %B")
    await officer.types("/consultations")
    await officer.taps("Announce a consultation")
    for words in (TITLE, "What should it say?", day):
        await officer.types(words)
    await officer.taps("In this chat", "Who", *taps, "Announce")
    found = LINK.search(officer.last.text)
    assert found, officer.transcript(3)
    return officer, found[0]


async def test_one_for_groups_lets_others_leave_words(network: JourneyNetwork) -> None:
    taps = ("Only these groups", "Groups", "Women’s organisations", "Minorities", "Go on (2)")
    officer, link = await announced_for(network, *taps)
    await officer.taps(TITLE)
    assert "For: Women’s organisations and Minorities." in plain(officer.screen.text)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    shown = plain(salma.screen.text)
    assert "It is for: Women’s organisations and Minorities." in shown
    assert "Do you speak for another group? You can leave words." in shown
    await salma.taps("Agree, random name", "Sign up")
    assert "Please choose one of these groups:" in said_to(salma)
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups.c.state)) == ["begun"]
    await salma.types("/mine")
    await salma.taps(TITLE)
    assert "Leave words only" in salma.screen.labels
    await salma.taps("Change", "Group")
    assert "Academia" not in salma.screen.labels
    await salma.taps("Minorities", "Sign up")
    assert "You have signed up." in plain(salma.last.text)


async def test_a_code_is_asked_for_before_anything_and_the_groups_link_carries_it(
    network: JourneyNetwork,
) -> None:
    taps = ("With a code", "Groups", "Minorities", "Older persons", "Go on (2)")
    officer, link = await announced_for(network, *taps)
    await officer.taps("Codes of the groups")
    codes = re.findall(r"([\w ]+): ([A-Z2-9]{4}-[A-Z2-9]{4})", plain(officer.screen.text))
    assert [group for group, _code in codes] == ["Minorities", "Older persons"]
    await officer.taps("Minorities")
    with_code = LINK_OF_GROUP.search(officer.screen.text)
    assert with_code
    await officer.taps("Poster", "Français")
    async with network.database.read() as tx:
        [made] = await tx.values(select(jobs.c.arguments).where(jobs.c.kind == POSTER))
        assert made["link"] == with_code[0], "its poster leads there, too"
    await officer.types("/consultations")
    await officer.taps(TITLE, "Codes of the groups", "Minorities", "Message to share", "English")
    assert officer.last.raw["rows"][0][0]["url"] == with_code[0]
    await officer.types("/consultations")
    await officer.taps(TITLE, "Codes of the groups", "Minorities")

    salma, nour, ines = [await network.people.phone(each) for each in ("Salma", "Nour", "Ines")]
    await salma.opens(link)
    assert "It is by invitation." in plain(salma.screen.text)
    assert "Agree, random name" not in salma.screen.labels
    await salma.forges(salma.last, f"o:agree:{link[-10:]}:{until(network)}:en:0")
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups.c.handle)) == [], "nothing is kept without the code"
    await salma.types("abcd-efgh")
    assert "This code leads to nothing." in plain(salma.last.text)
    await salma.types(codes[0][1].lower().replace("-", " "))
    await salma.taps("Agree, random name")
    assert "Group: Minorities" in plain(salma.screen.text)
    assert "Group" not in salma.screen.labels, "the code says it"
    await salma.taps("Sign up")
    assert "You have signed up." in plain(salma.last.text)

    await nour.opens(with_code[0])
    await nour.taps("Français", "D’accord, nom au hasard", "M’inscrire")
    assert "Votre inscription est faite." in plain(nour.last.text)
    async with network.database.read() as tx:
        counted = await tx.rows(select(consultation_counts).where(consultation_counts.c.n > 0))
        assert [(row["value"], row["n"]) for row in counted] == [("minorities", 2)]

    await officer.taps("New code")
    await ines.opens(with_code[0])
    assert "This code leads to nothing." in plain(ines.last.text)
    for _ in range(5):
        await ines.opens(with_code[0])
    assert "Too many codes were tried" in plain(ines.last.text)
    await officer.taps("Revoke it")
    assert "Minorities: no code" in plain(officer.screen.text)
    await salma.types("/mine")
    await salma.taps(TITLE)
    assert "Now: confirmed." in plain(salma.screen.text), "who has signed up stays"


async def test_words_that_look_like_a_code_stay_an_answer(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Organisation")
    await salma.types("East-West")
    assert "Organisation: East-West" in plain(salma.screen.text)


async def test_documents_are_there_for_anybody_without_signing_up(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    await officer.types("/consultations")
    await officer.taps(TITLE, "Documents")
    assert "no documents yet" in plain(officer.screen.text)
    await officer.taps("Add a document")
    await officer.sends_file(hostile_files.pdf(), name="Draft report.pdf")
    await until_stored(network, 1)
    await officer.taps("Done", "Hand out")
    assert "Draft report.pdf" in plain(officer.last.text)

    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Documents")
    file = await salma.waits_for_file(within=30)
    assert file.name == "Draft report.pdf"
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups.c.handle)) == []
        acts = await tx.values(select(audit.c.act).where(audit.c.act.startswith("evidence.view")))
        assert acts == [], "of who takes it nothing is kept"
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up")
    await salma.types("/mine")
    await salma.taps(TITLE)
    assert "Documents" in salma.screen.labels
    await officer.taps("Take away Draft report.pdf")
    assert "no documents yet" in plain(officer.screen.text)
    await salma.taps("Documents")
    assert len([each for said in salma.received for each in said.files]) == 1


async def test_other_files_are_not_handed_out(network: JourneyNetwork) -> None:
    officer, _link = await announced(network)
    await officer.types("/consultations")
    await officer.taps(TITLE, "Documents", "Add a document")
    await officer.sends_file(b"What the State says.", name="words.txt")
    await until_stored(network, 1)
    await officer.taps("Done", "Hand out")
    assert "only PDF, Word and PowerPoint files are handed out" in said_to(officer)
    async with network.database.read() as tx:
        assert await tx.values(select(consultation_documents.c.id)) == []


async def test_a_message_to_share_says_what_it_is_and_nothing_of_who_sends_it(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    await officer.types("/consultations")
    await officer.taps(TITLE, "Message to share", "العربية")
    said = officer.last
    assert TITLE in plain(said.text)
    assert link in plain(said.text)
    assert "التسجيل حتى" in plain(said.text)
    assert said.labels == ("المشاركة",), "a link, which goes along when it is forwarded"
    assert said.raw["rows"][0][0]["url"] == link
    assert "Coralie" not in said.text


async def test_it_says_for_which_mechanism_the_report_is(network: JourneyNetwork) -> None:
    async with network.database.write() as tx:
        await maravia.item(tx, "140.7", {"en": "Do it."})
    _officer, link = await announced_for(network, "Anybody", "Mechanism", REVIEW)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    assert f"For: {REVIEW}." in plain(salma.screen.text)


async def test_the_country_has_groups_of_its_own_that_stay_with_what_was_said(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    await officer.types("/consultations")
    await officer.taps("Groups", "Add a group")
    await officer.types("Academia")
    assert "is the name of another group" in plain(officer.last.text)
    await officer.types("Fisherfolk")
    assert "There is no name in French" in plain(officer.screen.text)
    await officer.taps("In French")
    await officer.types("Gens de mer")
    await officer.taps("Add it")
    assert "Fisherfolk: offered." in plain(officer.last.text)

    salma = await network.people.phone("Salma", language="fr")
    await salma.opens(link)
    await salma.taps("D’accord, nom au hasard", "Groupe", "Suite…", "Gens de mer")
    assert "Groupe : Gens de mer" in plain(salma.screen.text).replace("\u00a0", " ")
    await salma.taps("M’inscrire")

    await officer.taps("Offer it no more")
    assert "Fisherfolk: offered no more." in plain(officer.screen.text)
    await officer.taps("Change the names", "In English")
    await officer.types("People of the sea")
    await officer.taps("Save")
    assert "People of the sea: offered no more." in plain(officer.last.text)
    nour, ines = [await network.people.phone(each) for each in ("Nour", "Ines")]
    for phone in (nour, ines):
        await phone.opens(link)
        await phone.taps("Agree, random name", "Group", "More…")
        assert "People of the sea" not in phone.screen.labels
        await phone.taps("Academia")
    await salma.types("/mine")
    await salma.taps(TITLE, "Modifier")
    assert "Gens de mer" in plain(salma.screen.text), "what she said stays"
    async with network.database.read() as tx:
        counted = await tx.rows(select(consultation_counts).where(consultation_counts.c.n > 0))
        assert [(row["value"], row["n"]) for row in counted] == [("g1", 1)]


def until(network: JourneyNetwork) -> str:
    """The day of erasure of what `announced_for` announces."""
    day = network.clock.now().astimezone(network.settings().zone).date()
    return (day + timedelta(days=20) + KEPT_AFTER).isoformat()


def said_to(phone: Phone) -> str:
    """What a tap was answered with, and the last messages."""
    return plain("\n".join([*phone.answers, phone.transcript(3)]))


def keys(tmp_path: Path) -> list[str]:
    """The keys of those who are told of later consultations."""
    return sorted(each.name for each in (tmp_path / "keys" / "invitations").glob("*.key"))

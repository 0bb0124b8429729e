"""A consultation on phones: announced, joined in each language, changed, forgotten, erased."""

from __future__ import annotations

import io
import re
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import URL, select, text

from bot.domain.people import Role
from bot.sandbox.phone import Phone, ReceivedFile, plain
from storage.tables import consultation_counts, consultations, outbox, sign_ups
from tests.journeys.network import JourneyNetwork
from tests.outbox.conftest import until

ORGANISATION = "Blue Door Collective"
CODE = re.compile(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}")
LINK = re.compile(r"https://t\.me/\S+\?start=c-\w+")


async def announced(network: JourneyNetwork, *, by_meeting: bool = False) -> tuple[Phone, str]:
    """An officer's phone and the public link."""
    officer = await network.phone("Coralie", Role.COORDINATOR)
    day = (network.clock.now() + timedelta(days=20)).strftime("%d %B")
    await officer.types("/consultations")
    await officer.taps("Announce a consultation")
    await officer.types("Child rights report")
    await officer.types("What should the State say on schools?")
    await officer.types(f"{day} 14:30" if by_meeting else day)
    if by_meeting:
        await officer.types("City hall, room 4")
    else:
        await officer.taps("In this chat")
    await officer.taps("Announce")
    told = await officer.waits_for("start=c-")
    found = LINK.search(told.text)
    assert found, officer.transcript(3)
    return officer, found[0]


async def test_participants_choose_among_regions_that_are_named_once(
    network: JourneyNetwork,
) -> None:
    officer = await network.phone("Coralie", Role.COORDINATOR)
    day = (network.clock.now() + timedelta(days=20)).strftime("%d %B")

    async def describes() -> None:
        await officer.types("/consultations")
        await officer.taps("Announce a consultation")
        await officer.types("Child rights report")
        await officer.types("What should the State say on schools?")
        await officer.types(day)
        await officer.taps("In this chat")

    await describes()
    await officer.taps("Regions")
    await officer.types("x" * 41)
    assert "40 fit" in plain(officer.screen.text)
    await officer.types("Far Shore\n  The   Lakes \n\nFar Shore")
    assert "Regions: Far Shore and The Lakes" in plain(officer.screen.text)
    await officer.taps("Announce")
    link = LINK.search(officer.last.text)
    assert link
    salma = await network.people.phone("Salma Idrissi")
    await salma.opens(link[0])
    await salma.taps("Agree, random name", "Region", "The Lakes")
    assert "Region: The Lakes" in plain(salma.screen.text)
    await salma.taps("Sign up")

    await describes()
    assert "Regions: Far Shore and The Lakes" in plain(officer.screen.text), "as the last time"


async def test_four_answers_announce_and_one_tap_takes_part(network: JourneyNetwork) -> None:
    officer, link = await announced(network)
    salma = await network.people.phone("Salma Idrissi")
    await salma.opens(link)
    shown = plain(salma.screen.text)
    for promise in (
        "Officers see a random name, never your account.",
        "a court, could trace you",
        "/forget erases it at once",
        "Taking part does not mean that you agree with the report",
    ):
        assert promise in shown
    assert "anonym" not in shown.lower()
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups)) == [], "nothing is recorded before she agrees"

    await salma.taps("Agree, random name")
    assert "Nothing is sent yet." in plain(salma.screen.text)
    await salma.taps("Organisation")
    await salma.types(ORGANISATION)
    await salma.taps("Group", "Women’s organisations", "I need", "Captions", "Go on (1)")
    card = plain(salma.screen.text)
    assert f"Organisation: {ORGANISATION}" in card
    assert "Group: Women’s organisations" in card
    await salma.taps("Sign up")
    receipt = plain(salma.last.text)
    assert "You have signed up. Child rights report." in receipt
    assert re.search(r"You are: Participant \d{4}\.", receipt)
    assert "Nothing is sent yet." not in plain(salma.transcript())

    await officer.types("/consultations")
    await officer.taps("Child rights report")
    board = plain(officer.screen.text)
    assert "Fewer than 5 people have signed up." in board
    for secret in ("Salma", ORGANISATION, "Women’s", "Captions"):
        assert secret not in officer.transcript()


async def test_the_place_is_seen_after_signing_up_and_the_room_is_told_of_before(
    network: JourneyNetwork,
) -> None:
    _officer, link = await announced(network, by_meeting=True)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    assert "City hall" not in salma.transcript()
    await salma.taps("Agree, random name")
    assert "people in the room will see you" in plain(salma.screen.text)
    await salma.taps("Sign up")
    assert "City hall, room 4" in plain(salma.last.text)
    await salma.taps("Calendar file")
    file = await salma.waits_for_file(within=30)
    assert file.name == "meeting.ics"
    event = Calendar.from_ical(await salma.downloads(file)).walk("VEVENT")[0]
    assert str(event["summary"]) == "Child rights report"
    assert str(event["location"]) == "City hall, room 4"
    assert event.decoded("dtstart").strftime("%H:%M") == "14:30"


async def test_my_own_name_is_asked_for_and_shown_to_me(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma Idrissi")
    await salma.opens(link)
    await salma.taps("Agree, my own name")
    await salma.types("Salma I.")
    await salma.taps("Sign up")
    assert "You are: Salma I." in plain(salma.last.text)


@pytest.mark.parametrize(
    ("language", "agree", "send", "said"),
    [
        ("fr", "D’accord, nom au hasard", "M’inscrire", "Votre inscription est faite."),
        ("ar", "أوافق، باسم عشوائي", "التسجيل", "تم تسجيلك."),
    ],
)
async def test_it_speaks_the_participants_language(
    network: JourneyNetwork, language: str, agree: str, send: str, said: str
) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma", language=language)
    await salma.opens(link)
    await salma.taps(agree)
    await salma.taps(send)
    assert said in plain(salma.last.text)


async def test_another_language_is_chosen_on_the_first_screen_and_kept(
    network: JourneyNetwork,
) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma", language="en")
    await salma.opens(link)
    await salma.taps("Français", "J’ai une inquiétude", "Retour", "Participer autrement", "Retour")
    await salma.taps("D’accord, nom au hasard", "M’inscrire")
    await salma.types("/mine")
    assert "Vous avez une inscription à une consultation." in plain(salma.last.text)


async def test_whoever_is_worried_finds_help_and_nothing_is_kept(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("I am worried")
    assert "ohchr-reprisals@un.org" in plain(salma.screen.text)
    await salma.taps("Back", "Other ways to take part", "Back", "No")
    assert "Nothing was kept." in plain(salma.screen.text)
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups)) == []


async def test_a_sign_up_is_changed_cancelled_and_taken_up_again(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up")
    await salma.taps("Change")
    said = [plain(each.text) for each in salma.received]
    assert any("You have signed up." in each for each in said), "the receipt stays"
    await salma.taps("To speak", "Yes", "Sign up")
    await salma.opens(link)
    assert "Now: confirmed." in plain(salma.last.text)
    await salma.taps("Cancel my sign-up", "Yes, cancel it")
    assert "Now: cancelled." in plain(salma.screen.text)
    async with network.database.read() as tx:
        counts = await tx.rows(select(consultation_counts).where(consultation_counts.c.n != 0))
        assert counts == []
    await salma.taps("Change", "Sign up")
    assert "You have signed up" in plain(salma.last.text)


@pytest.mark.parametrize("by_meeting", [True, False])
async def test_nothing_can_be_cancelled_when_it_is_over(
    network: JourneyNetwork, by_meeting: bool
) -> None:
    _officer, link = await announced(network, by_meeting=by_meeting)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up")
    network.clock.ahead = timedelta(days=20)
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "Cancel my sign-up" in salma.screen.labels, "who does not come can still say so"
    await salma.taps("Cancel my sign-up")
    network.clock.ahead = timedelta(days=21)
    await salma.taps("Yes, cancel it")
    assert "there is nothing left to cancel" in plain(salma.answers[-1])
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "Cancel my sign-up" not in salma.screen.labels
    assert "Erase everything" in salma.screen.labels
    assert "Now: confirmed." in plain(salma.screen.text)


async def test_old_buttons_of_the_card_show_where_things_stand(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name")
    await salma.forges(salma.last, "g:aaaaaaaaaaaa:0")
    assert "You have signed up to one consultation." in plain(salma.last.text)
    await salma.forges(salma.last, "g:::")
    await salma.forges(salma.last, "o:agree:nothing:2027-01-01")
    assert "error" not in salma.last.text


async def test_a_focal_point_takes_part_apart_from_the_seat(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    amal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await amal.opens(link)
    await amal.taps("Agree, random name", "Organisation")
    await amal.types(ORGANISATION)
    await amal.taps("Sign up")
    assert "You have signed up" in plain(amal.last.text)
    await amal.types("/home")
    assert "You have signed up" not in plain(amal.last.text), "the seat's home is as it was"
    async with network.database.read() as tx:
        people = await tx.values(select(outbox.c.person_id).where(outbox.c.sign_up.is_not(None)))
        assert people
        assert set(people) == {None}


async def test_forget_erases_it_takes_the_messages_and_says_so(network: JourneyNetwork) -> None:
    officer, link = await announced(network)
    salma = await network.people.phone("Salma Idrissi")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Organisation")
    await salma.types(ORGANISATION)
    await salma.taps("Sign up")
    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    await salma.waits_for("Erased. What you left here can be read by nobody any more", within=20)
    await salma.looks_again()
    assert [plain(each.text)[:7] for each in salma.messages] == ["Erased."], "the chat is empty"
    await salma.types("/mine")
    assert "You have signed up to nothing" in plain(salma.last.text)
    await salma.types("/forget")
    assert "Nothing of this chat is kept" in plain(salma.last.text)
    await officer.types("/consultations")
    await officer.taps("Child rights report")
    assert "Fewer than 5 people have signed up." in plain(officer.screen.text)


async def test_who_comes_too_late_is_told_kindly_and_shown_what_is_open(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Close sign-up")
    assert "It does not open again." in plain(officer.screen.text)
    await officer.taps("Yes, close sign-up")
    assert "Sign-up until" not in plain(officer.screen.text)
    await officer.types("/consultations")
    assert "One consultation is under way." in plain(officer.screen.text), "its day is to come"
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    assert "Sign-up for this consultation is closed." in plain(salma.last.text)
    assert "Agree, random name" not in str(salma.last.buttons)


async def test_a_cancelled_one_tells_those_who_signed_up_without_naming_it(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up")
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Cancel it", "Yes, cancel and tell everybody")
    notice = await salma.waits_for("There is news for you.")
    assert "Child" not in notice.text
    await salma.taps("Look")
    assert "cancelled" in plain(salma.screen.text)


def _of(phone: Phone) -> list[ReceivedFile]:
    return [each for message in phone.received for each in message.files]


async def _files(phone: Phone, count: int) -> bool:
    await phone.looks()
    return len(_of(phone)) >= count


async def test_a_poster_is_made_in_the_language_that_is_chosen(network: JourneyNetwork) -> None:
    officer, _link = await announced(network)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Poster", "Français")
    await officer.waits_for_file(within=30)
    await until(lambda: _files(officer, 2), within=30)
    assert sorted(each.kind for each in _of(officer)) == ["document", "photo"]


async def test_a_freed_seat_is_offered_and_taken(network: JourneyNetwork) -> None:
    officer = await network.phone("Coralie", Role.COORDINATOR)
    day = (network.clock.now() + timedelta(days=20)).strftime("%d %B")
    await officer.types("/consultations")
    await officer.taps("Announce a consultation")
    for words in ("Child rights report", "What should it say?", f"{day} 14:30", "City hall"):
        await officer.types(words)
    await officer.taps("Seats")
    await officer.types("1")
    await officer.taps("Announce")
    found = LINK.search(officer.last.text)
    assert found
    salma, nour = [await network.people.phone(each) for each in ("Salma", "Nour")]
    for phone in (salma, nour):
        await phone.opens(found[0])
        await phone.taps("Agree, random name", "Sign up")
    assert "You have signed up." in plain(salma.last.text)
    waiting = plain(nour.last.text)
    assert "You are number 1 on the waiting list: every seat is taken." in waiting
    assert "City hall" not in waiting
    await salma.taps("Cancel my sign-up", "Yes, cancel it")
    await nour.waits_for("There is news for you.")
    await nour.taps("Look")
    assert "A seat is yours if you take it until" in plain(nour.screen.text)
    await nour.taps("Take the seat")
    assert "Place: City hall" in plain(nour.screen.text)


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
async def test_after_the_last_day_nothing_of_a_participant_can_be_found_anywhere(
    network: JourneyNetwork, tmp_path: Path, database_url: URL, logged: io.StringIO
) -> None:
    """The database with its free pages and its log, files, logs and a backup, as bytes."""
    officer, link = await announced(network)
    salma = await network.people.phone("Salma Idrissi")
    chat = str(salma.id)
    await salma.opens(link)
    await salma.taps("Agree, my own name")
    await salma.types("Salma Idrissi")
    await salma.taps("Organisation")
    await salma.types(ORGANISATION)
    await salma.taps("Later ones", "Yes", "Sign up", "Contribute")
    await salma.types("No ramp leads into our school.")
    await salma.taps("Send")
    nora = await network.people.phone("Nora Haddad")
    await nora.opens(link)
    await nora.taps("Leave words only")
    await nora.types("Our teachers are paid late.")
    await nora.taps("Send")
    code = CODE.search(plain(nora.last.text))
    assert code
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Contributions (2)", "Contribution 2")
    assert "paid late" in plain(officer.screen.text)
    said = ("No ramp leads", "teachers are paid late", code[0])
    secrets = (chat, str(nora.id), "Salma Idrissi", ORGANISATION, *said)
    before = await bytes_of(network, database_url, tmp_path / "data")
    assert [each for each in secrets if each.encode() in before] == [], "sealed from the beginning"

    network.clock.ahead = timedelta(days=90)
    await network.app.schedule.tick()
    await network.app.schedule.tick()
    await network.app.settle()
    await officer.waits_for("nothing of its participants is kept any more", within=20)
    assert "Fewer than 5 sign-ups were erased." in plain(officer.last.text)
    assert "Fewer than 5 contributions were erased." in plain(officer.last.text)
    assert not (tmp_path / "keys" / "consultation-1").exists()
    after = await bytes_of(network, database_url, tmp_path / "data")
    assert [each for each in secrets if each.encode() in after] == []
    assert [each for each in secrets if each in logged.getvalue()] == []
    async with network.database.read() as tx:
        row = await tx.row(select(consultations))
        assert row is not None
        assert row["erased_at"].astimezone(UTC).date() == network.clock.now().date()


def _in_folder(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


async def bytes_of(network: JourneyNetwork, url: URL, data: Path) -> bytes:
    """Every byte that is kept: files of the data folder; of a server, its tables and its log."""
    kept = _in_folder(data)
    if url.get_backend_name() == "sqlite":
        return kept + _in_folder(Path(url.database or "").parent)
    async with network.database.write() as tx:
        await tx.execute(text("checkpoint"))
        rows = await tx.values(
            text(
                "select pg_read_binary_file(path) from ("
                " select 'base/' || d.oid || '/' || pg_ls_dir('base/' || d.oid) as path"
                " from pg_database d where datname = current_database()"
                ") files where path ~ '[0-9]$'"
            )
        )
        log = await tx.values(
            text(
                "select pg_read_binary_file('pg_wal/' || name) from pg_ls_waldir()"
                " where name ~ '^[0-9A-F]{24}$' order by modification desc limit 2"
            )
        )
    return kept + b"".join(rows) + b"".join(log)


async def test_children_come_with_an_organisation_that_says_how_many(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Change", "Seats")
    await officer.types("8")
    await officer.taps("Save")
    school, salma = [await network.people.phone(each) for each in ("School", "Salma")]
    await school.opens(link)
    await school.taps("Agree, random name", "Group", "Children and youth")
    assert "an organisation that comes with them" in plain(school.screen.text)
    await school.taps("Sign up")
    assert "Please name it" in plain(school.answers[-1]), "no child signs up alone"
    await school.taps("Organisation")
    await school.types("School of Port Selene")
    await school.taps("Children")
    await school.types("many")
    assert "a number from 0 to 60" in plain(school.received[-1].text)
    await school.types("6")
    assert "Children: 6" in plain(school.last.text)
    await school.taps("Sign up")
    assert "You have signed up." in plain(school.last.text)
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups.c.size)) == [7]

    another = await network.people.phone("Another school")
    await another.opens(link)
    await another.taps("Agree, random name", "Group", "Children and youth", "Organisation")
    await another.types("School of Far Shore")
    await another.taps("Children")
    await another.types("1")
    await another.taps("Sign up")
    assert "fewer seats are free than you need together" in plain(another.last.text)
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up")
    assert "the free seats are for those before you" in plain(salma.last.text)
    await officer.types("/consultations")
    await officer.taps("Child rights report")
    assert "At least 5 children come with organisations." in plain(officer.screen.text)

    await school.taps("Change", "Children")
    await school.types("7")
    await school.taps("Sign up")
    shown = plain(school.last.text)
    assert "You have signed up." in shown
    assert "Seats that are yours: 7. One more is on the waiting list." in shown
    assert "You are number 3 on the waiting list" in shown
    await another.taps("Cancel my sign-up", "Yes, cancel it")
    await salma.waits_for("There is news for you.")
    await salma.taps("Look", "Take the seat")
    await school.taps("Change", "Children")
    await school.types("8")
    await school.taps("Sign up")
    assert "Seats in all: 8. You need more than that together." in plain(school.answers[-1])

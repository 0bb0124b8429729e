"""Discreet mode on phones: nothing to read in the chat of somebody whose phone others look at."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, select

from bot.domain.people import Role
from bot.domain.reports import LONGEST_TEXT
from bot.sandbox.phone import Phone, plain
from bot.services.discretion import HIDDEN_AFTER
from storage.tables import contributions, enclosures, hidings, outbox, sign_ups
from tests.exchange.test_nameless import photo, voice
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultation_bot import NAME, add_second
from tests.journeys.test_consultations import CODE, ORGANISATION, _of, announced, bytes_of
from tests.journeys.test_contributions import RAMP, reads
from tests.journeys.test_door import the_door
from tests.journeys.test_enclosures import fetched

HIDDEN, SAVED = "Nothing is shown here.", "It is saved."
OF_IT = re.compile(
    r"Child rights|City hall|14:30|Women|Participant \d|[Rr]amp|consultation|contribut"
    r"|\d (January|December|November)|sign-?up|signed up|" + ORGANISATION
)
"""What tells of it to whoever looks at the phone."""
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


async def joined(network: JourneyNetwork, *, by_meeting: bool = False) -> tuple[Phone, Phone, str]:
    """An officer, somebody who signed up in discreet mode, and the link."""
    officer, link = await announced(network, by_meeting=by_meeting)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Discreet mode", "On", "Sign up")
    return officer, salma, link


async def stands(phone: Phone) -> list[str]:
    """What stands in the chat now, one message each."""
    await phone.settles()
    await phone.looks_again()
    return [plain(each.text) for each in phone.messages]


async def told(phone: Phone) -> list[str]:
    """What of the consultation can be read in the chat now."""
    return [found[0] for each in await stands(phone) if (found := OF_IT.search(each))]


async def opens_own(phone: Phone) -> None:
    """The own sign-up, by the way back."""
    await phone.types("/mine")
    await phone.taps("Child rights report")


async def later(network: JourneyNetwork, **time: int) -> None:
    """So much later, everything that is due is done."""
    network.clock.ahead += timedelta(**time)
    await network.app.schedule.tick()
    await network.app.settle()


def names(kept: bytes, phone: Phone) -> bool:
    """Whether the account stands in these bytes: as digits, or as a database has numbers."""
    forms = (str(phone.id).encode(), phone.id.to_bytes(6, "big"), phone.id.to_bytes(8, "little"))
    return any(each in kept for each in forms)


# -- What is said ----------------------------------------------------------------------------------


async def test_the_card_begins_it_and_the_receipt_tells_nothing_until_it_is_tapped(
    network: JourneyNetwork,
) -> None:
    _officer, link = await announced(network, by_meeting=True)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Organisation")
    await salma.types(ORGANISATION)
    await salma.taps("Discreet mode")
    asked = plain(salma.screen.text)
    assert "no calendar file" in asked
    assert "hides itself 15 minutes after your last tap" in asked
    await salma.taps("On")
    (card,) = await stands(salma)
    assert "Discreet mode: On" in card, "what stood there before has gone, but for the card"
    await salma.taps("Sign up")
    assert await stands(salma) == [SAVED]
    await salma.taps("Look")
    assert "Place: City hall, room 4" in plain(salma.screen.text)
    assert "Hide" in salma.screen.labels
    assert "Calendar file" not in salma.screen.labels
    before = len(salma.received)
    code = link.rpartition("c-")[2]
    await salma.forges(salma.screen, f"o:sign_up_calendar:{code}")
    await salma.looks_again()
    assert len(salma.received) == before, "nor is one sent to whoever presses an old button"
    assert _of(salma) == []


async def test_every_receipt_and_notice_is_silent_about_it(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network, by_meeting=True)
    await opens_own(salma)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    assert RAMP in plain(salma.screen.text), "the words stand on the review screen"
    assert [each for each in salma.messages if each.mine] == [], "and nowhere else"
    await salma.taps("Send")
    assert (await stands(salma))[-1] == SAVED
    await salma.taps_on(salma.last, "Look")
    await salma.taps("Contribution 1", "Amend")
    await salma.types("Two steps lead to it.")
    await salma.taps("Send")
    assert (await stands(salma))[-1] == SAVED
    assert [each for each in await told(salma) if "amp" in each] == [], "no review stays behind"

    await reads(officer, "Contributions (1)", "Contribution 1", "Taken up")
    await salma.waits_for("There is news for you.")
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Change", "Place")
    await officer.types("City library")
    await officer.taps("Save")
    now = network.clock.now()
    await later(network, days=19, hours=12 - now.hour)
    await later(network, days=1, minutes=0)
    _code, at_door = await the_door(officer)
    await salma.opens(at_door)
    assert (await stands(salma))[-1] == SAVED, "noted at the door"
    await later(network, days=1)
    await salma.waits_for("There is news for you.")
    await salma.settles()
    assert set(await stands(salma)) <= {SAVED, HIDDEN, "There is news for you."}
    await salma.taps_on(salma.last, "Look")
    assert "How was it?" in plain(salma.screen.text)
    await salma.taps("How was it?", "Good", "Send")
    assert (await stands(salma))[-1] == SAVED


async def test_that_it_is_tomorrow_is_news_and_the_database_does_not_tell_for_whom(
    network: JourneyNetwork,
) -> None:
    _officer, salma, link = await joined(network, by_meeting=True)
    nour = await network.people.phone("Nour")
    await nour.opens(link)
    await nour.taps("Agree, random name", "Sign up")
    await network.app.house.outbox.stop()
    now = network.clock.now()
    network.clock.ahead = timedelta(days=19, hours=12 - now.hour)
    await network.app.schedule.tick()
    async with network.database.read() as tx:
        rows = await tx.rows(select(outbox).where(outbox.c.lane == "bulk"))
    assert [each["screen"]["lines"] for each in rows] == [[{"text": "participant.tomorrow"}]] * 2
    await network.restart()
    await nour.waits_for("is tomorrow")
    await salma.waits_for("There is news for you.")
    assert not any("tomorrow" in each for each in await stands(salma))


# -- What is written -------------------------------------------------------------------------------


async def test_files_go_once_they_are_kept_and_a_voice_when_it_is_not_wanted(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.taps("Contribute")
    await salma.sends_photo(photo(), caption=RAMP)
    await fetched(network)
    await salma.sends_voice(voice())
    await salma.taps("Rather not")
    await stands(salma)
    assert [each for each in salma.messages if each.mine] == []
    await salma.taps_on(next(each for each in salma.received if "Send" in each.labels), "Send")
    assert (await stands(salma))[-1] == SAVED
    async with network.database.read() as tx:
        assert await tx.values(select(enclosures.c.state)) == ["kept"]


async def test_what_is_not_taken_stays_and_that_is_said(network: JourneyNetwork) -> None:
    """Nothing is lost because a phone may be looked at."""
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.taps("Contribute")
    for _ in range(LONGEST_TEXT // 4000 + 1):
        await salma.types("We wait. " * 440)
    assert "still stands in this chat" in plain(salma.transcript(4))
    await stands(salma)
    mine = [each for each in salma.messages if each.mine]
    assert len(mine) == 1, "the last one was too much"


@pytest.mark.parametrize("second", [False, True], ids=["house", "apart"])
async def test_what_nobody_asked_for_is_not_kept_and_that_is_said(
    network: JourneyNetwork, second: bool
) -> None:
    if second:
        await add_second(network)
    _officer, salma, _link = await joined(network)
    await salma.starts()
    assert "What you agreed to here is under /mine." in plain(salma.last.text)
    assert "still stands" not in plain(salma.last.text)
    assert (await stands(salma)).count("/start") == 0
    await salma.types(RAMP)
    assert "Your message was not saved, and still stands in this chat." in plain(salma.last.text)
    assert RAMP in await stands(salma)
    await salma.taps("What I agreed to", "Child rights report")
    assert "You are: Participant" in plain(salma.screen.text)


async def test_it_is_said_where_telegram_deletes_nothing(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.taps("Contribute")
    await network.stop_bot()
    rests, network.people.rests = network.people.rests, None
    await salma.types(RAMP)
    await network.people.moves_clock(49 * 3600)
    network.people.rests = rests
    await network.start_bot()
    said = await salma.waits_for("Telegram did not delete a message of yours here.", within=10)
    assert not OF_IT.search(plain(said.text))
    await salma.settles()
    assert any(RAMP in plain(each.text) for each in salma.received), "the words are saved"


async def test_words_with_no_way_back_show_their_code_and_nothing_else(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.taps("My contributions", "Leave words only")
    await salma.types(RAMP)
    await salma.taps("Send")
    code = CODE.search(plain(salma.last.text))
    assert code
    assert "note it before" in plain(salma.last.text)
    assert "Child rights" not in plain(salma.last.text)
    await salma.types(f"/became {code[0]}")
    assert "not decided yet" in plain(salma.last.text)
    await stands(salma)
    assert not any(each.mine for each in salma.messages), "the code that was typed is gone"
    await later(network, minutes=15)
    assert not CODE.search(" ".join(await stands(salma)))
    async with network.database.read() as tx:
        (own,) = await tx.values(select(sign_ups.c.handle))
        (theirs,) = await tx.values(select(contributions.c.handle))
        named = await tx.values(select(outbox.c.sign_up).where(outbox.c.sign_up.is_not(None)))
    assert own != theirs
    assert set(named) == {own}


# -- Hiding ----------------------------------------------------------------------------------------


async def test_hide_leaves_one_line_and_the_way_back_is_open(network: JourneyNetwork) -> None:
    _officer, salma, link = await joined(network)
    await opens_own(salma)
    await salma.types("/mine")
    shown = salma.last
    await salma.taps("Hide")
    assert await stands(salma) == [SAVED, HIDDEN], "everything that was shown, at one tap"
    assert salma.last.labels == ()
    async with network.database.read() as tx:
        assert await tx.values(select(hidings)) == []
    await salma.forges(shown, "o:hide")
    assert HIDDEN not in await stands(salma), "pressed once more, the line goes, too"
    await salma.opens(link)
    assert "You are: Participant" in plain(salma.last.text)
    assert "Hide" in salma.last.labels


async def test_everything_hides_itself_a_quarter_of_an_hour_after_the_last_tap(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    old = salma.screen
    await later(network, minutes=14)
    assert await told(salma)
    await salma.taps("My contributions")
    await later(network, minutes=14)
    assert await told(salma), "the fourteenth minute began anew with the tap"
    await later(network, minutes=1)
    assert await stands(salma) == [SAVED, HIDDEN]
    await later(network, minutes=15)
    assert await stands(salma) == [SAVED, HIDDEN]
    await salma.forges(old, f"o:{'mine'}")
    assert await told(salma), "whoever taps what was just hidden sees what they tapped for"
    await later(network, minutes=15)
    assert await told(salma) == []


async def test_a_question_that_hid_itself_is_answered_all_the_same(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.taps("Contribute")
    await later(network, minutes=20)
    assert await told(salma) == []
    await salma.types(RAMP)
    assert RAMP in plain(salma.screen.text)
    await later(network, minutes=20)
    assert await told(salma) == []
    await salma.types("Two steps lead to it.")
    await salma.taps("Send")
    await reads(officer, "Contributions (1)", "Contribution 1")
    assert RAMP in plain(officer.screen.text)


async def test_it_hides_itself_after_the_bot_was_away(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    await network.stop_bot()
    network.clock.ahead += timedelta(hours=30)
    await network.start_bot()
    await salma.waits_for(HIDDEN, within=10)
    assert await stands(salma) == [SAVED, HIDDEN]


@pytest.mark.parametrize("database_url", BOTH, indirect=True)
async def test_what_waits_to_be_hidden_names_nobody_in_any_byte(
    network: JourneyNetwork, tmp_path: Path, database_url: URL
) -> None:
    officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.settles()
    async with network.database.read() as tx:
        row = await tx.row(select(hidings))
        (kept,) = await tx.rows(select(sign_ups))
        others = await tx.values(select(outbox.c.chat).where(outbox.c.chat.is_not(None)))
    assert row is not None
    assert row["chat"] not in others
    written = [*kept.values(), *row.values()]
    assert not [each for each in written if str(salma.id) in str(each)]
    before = await bytes_of(network, database_url, tmp_path / "data")
    assert not names(before, salma)
    assert names(before, officer), "an account that is kept in the open would have been found"
    await later(network, minutes=15)
    assert (await stands(salma))[-1] == HIDDEN
    async with network.database.read() as tx:
        assert await tx.values(select(hidings)) == []
    assert not names(await bytes_of(network, database_url, tmp_path / "data"), salma)


# -- The switch ------------------------------------------------------------------------------------


async def test_it_is_switched_on_after_sending_and_holds_for_the_whole_chat(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up", "Calendar file")
    await salma.waits_for_file(within=30)
    await salma.types("/mine")
    await salma.taps("Child rights report", "Discreet mode")
    about = plain(salma.screen.text)
    assert "Discreet mode is off." in about
    assert "a backup of the phone" in about
    await salma.taps("Switch it on")
    command, left = await stands(salma)
    assert command == "/mine"
    assert "Discreet mode is on." in left, "what stood in the chat has gone, the file, too"
    assert _of(salma) == []

    await officer.types("/consultations")
    await officer.taps("Announce a consultation")
    await officer.types("Housing")
    await officer.types("What should the State say on housing?")
    await officer.types((network.clock.now() + timedelta(days=9)).strftime("%d %B"))
    await officer.taps("In this chat", "Announce")
    found = re.search(r"https://t\.me/\S+\?start=c-\w+", officer.last.text)
    assert found
    await salma.opens(found[0])
    assert "Hide" in salma.last.labels
    await salma.taps("Agree, random name")
    assert "Discreet mode: On" in plain(salma.screen.text)
    await salma.taps("Discreet mode", "Off", "Sign up")
    assert "You have signed up. Housing." in plain(salma.last.text)
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "Hide" not in salma.screen.labels, "the chat is one"
    assert "Calendar file" in salma.screen.labels


async def test_forget_leaves_nothing_and_not_even_that(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await opens_own(salma)
    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    async with network.database.read() as tx:
        assert await tx.values(select(hidings)) == []
    await network.app.schedule.tick()
    await salma.waits_for("What you left here can be read by nobody")
    (said,) = await stands(salma)
    assert said.startswith("Erased.")
    await salma.starts()
    await salma.taps("Delete this message")
    assert not any(each.startswith("Erased.") for each in await stands(salma))


async def test_what_is_shown_hides_itself_although_the_consultation_was_erased(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    network.clock.ahead = timedelta(days=80, hours=23 - network.clock.now().hour)
    now = network.clock.now()
    network.clock.ahead += timedelta(minutes=58 - now.minute)
    await opens_own(salma)
    await later(network, minutes=5)
    await later(network, minutes=1)
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups)) == []
    await later(network, minutes=10)
    assert [each for each in await stands(salma) if each != SAVED] == [HIDDEN]


async def test_each_bot_hides_in_its_own_chat(network: JourneyNetwork) -> None:
    _officer, salma, link = await joined(network)
    await add_second(network)
    there = await network.people.phone_again(salma.id, bot=NAME)
    await there.opens(link.replace(network.bot.username or "", NAME))
    assert "Hide" not in there.last.labels, "another chat, which has not asked for it"
    await there.taps("Agree, random name", "Discreet mode", "On")
    await there.types("/mine")
    await opens_own(salma)
    await there.taps("Hide")
    assert await told(there) == []
    assert await told(salma), "the house's chat is open still"
    await there.starts()
    await later(network, minutes=15)
    assert (await stands(salma))[-1] == HIDDEN
    assert (await stands(there))[-1] == HIDDEN


async def test_what_somebody_with_a_seat_reports_stays_in_the_same_chat(
    network: JourneyNetwork,
) -> None:
    _officer, link = await announced(network)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await justice.opens(link)
    await justice.taps("Agree, random name", "Discreet mode", "On", "Sign up")
    await justice.types("/home")
    assert "Hide" not in justice.last.labels
    await justice.types("torture")
    await later(network, minutes=20)
    found = await stands(justice)
    assert "torture" in found
    assert HIDDEN not in found
    assert not OF_IT.search("\n".join(found).replace("torture", ""))


@pytest.mark.parametrize(
    ("language", "taps", "words"),
    [
        (
            "fr",
            ("D’accord, nom au hasard", "Mode discret", "Activé", "M’inscrire"),
            ("C’est enregistré.", "Voir", "Masquer", "Rien n’est affiché ici."),
        ),
        (
            "ar",
            ("أوافق، باسم عشوائي", "وضع التكتّم", "مفعّل", "التسجيل"),
            ("تم الحفظ.", "عرض", "إخفاء", "لا شيء معروض هنا."),
        ),
    ],
)
async def test_it_speaks_their_language(
    network: JourneyNetwork, language: str, taps: tuple[str, ...], words: tuple[str, ...]
) -> None:
    saved, look, hide, hidden = words
    _officer, link = await announced(network, by_meeting=True)
    salma = await network.people.phone("Salma", language=language)
    await salma.opens(link)
    await salma.taps(*taps)
    assert await stands(salma) == [saved]
    await salma.taps(look, hide)
    assert await stands(salma) == [saved, hidden]
    await salma.taps_on(salma.received[0], look)
    await later(network, minutes=int(HIDDEN_AFTER.total_seconds() // 60))
    assert (await stands(salma))[-1] == hidden


async def test_whoever_is_worried_reads_what_it_does_and_what_it_cannot(
    network: JourneyNetwork,
) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("I am worried")
    said = plain(salma.screen.text)
    for words in ("“Discreet mode” on the card", "What it cannot do", "a backup of the phone"):
        assert words in said

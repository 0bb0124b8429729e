"""Contributions on phones: written, amended, decided on, left with no way back, erased."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.domain.national_reports import ChapterDraft
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage import national_reports, report_chapters
from storage.tables import audit, contributions, item_tags, outbox, sign_ups
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import LINK, announced

RAMP = "The school of Far Shore has no ramp."
CODE = re.compile(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}")
TAKE_PART = ("Agree, random name", "Sign up")


async def joined(network: JourneyNetwork) -> tuple[Phone, Phone, str]:
    """An officer, somebody who has signed up, and the link."""
    officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps(*TAKE_PART)
    return officer, salma, link


async def reads(officer: Phone, *taps: str) -> str:
    """What the secretariat sees of the contributions."""
    await officer.types("/consultations")
    await officer.taps("Child rights report", *taps)
    return plain(officer.screen.text)


async def items(network: JourneyNetwork) -> None:
    """140.7 under a theme, and 140.8 that is restricted."""
    async with network.database.write() as tx:
        seven = await maravia.item(tx, "140.7", {"en": "Do it."})
        await maravia.item(tx, "140.8", {"en": "Free them."}, restricted=True)
        tag = {"vocabulary": "theme", "label": "Education", "ordinal": 0}
        await tx.execute(insert(item_tags).values(item_id=seven, **tag))


async def test_words_in_two_messages_become_a_contribution_that_is_taken_up(
    network: JourneyNetwork,
) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    assert "Officers see what you say, never your account." in plain(salma.screen.text)
    await salma.types(RAMP)
    await salma.types("Nobody answers our letters.")
    review = plain(salma.last.text)
    assert "Nothing is sent yet." in review
    assert "About: the report as a whole" in review
    await salma.taps("Send")
    assert "contribution 1 is sent" in plain(salma.last.text)
    assert "Child rights report: sent." in plain(salma.transcript(last=2))
    assert "Nothing is sent yet." not in plain(salma.transcript(last=2))

    listed = await reads(officer, "Contributions (1)")
    assert "1 · a participant · not decided yet" in listed
    await officer.taps("Contribution 1")
    assert f"{RAMP}\n\nNobody answers our letters." in plain(officer.screen.text)
    await officer.taps("Taken up")
    assert "What became of it: taken up." in plain(officer.screen.text)

    notice = await salma.waits_for("There is news for you.")
    assert "Child" not in notice.text
    await salma.taps("Look")
    assert "Contribution 1: taken up" in plain(salma.screen.text)
    for secret in ("Salma", "Participant"):
        assert secret not in officer.transcript()


async def test_what_is_not_taken_up_is_said_with_the_reason(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    await salma.taps("Send")
    await reads(officer, "Contributions (1)", "Contribution 1", "Not taken up")
    await officer.types("The report is about primary schools alone.")
    await officer.taps("Say so")
    await salma.waits_for("There is news for you.")
    await salma.taps("Look", "Contribution 1")
    shown = plain(salma.screen.text)
    assert "What became of it: not taken up." in shown
    assert "The report is about primary schools alone." in shown


async def test_it_is_about_a_theme_or_about_items_that_can_be_named(
    network: JourneyNetwork,
) -> None:
    await items(network)
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    await salma.taps("About", "Education")
    assert "About: the theme Education" in plain(salma.screen.text)
    await salma.taps("About")
    await salma.types("It is about something")
    assert "numbers of recommendations" in plain(salma.last.text)
    for unknown in ("140.8", "999.1"):
        await salma.types(f"140.7, {unknown}")
        assert f"cannot be named here: {unknown}." in plain(salma.last.text)
    await salma.types("140.7")
    assert "About: recommendations 140.7" in plain(salma.last.text)
    await salma.taps("Send")
    await reads(officer, "Contributions (1)", "Contribution 1")
    assert "About: recommendations 140.7" in plain(officer.screen.text)
    await officer.taps("Themes and recommendations", "Themes", "Education", "Go on (1)", "Save")
    assert "Put under: Education" in plain(officer.last.text)
    await officer.types("140.7")
    assert "One contribution to a consultation is about it." in plain(officer.last.text)


async def test_it_is_amended_an_edited_message_too_and_withdrawn(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    wrote = await salma.types("There is no rmap.")
    await salma.edits(
        max(each.id for each in salma.messages if each.text == "There is no rmap."),
        "There is no ramp.",
    )
    assert "“There is no ramp.”" in plain(salma.last.text), wrote
    await salma.taps("Send")
    await reads(officer, "Contributions (1)", "Contribution 1")
    assert "There is no ramp." in plain(officer.screen.text)
    await salma.taps("My contributions", "Contribution 1", "Amend")
    assert "What you sent stands until you send it anew." in plain(salma.screen.text)
    assert "Nothing is sent yet." not in plain(salma.screen.text)
    await salma.taps("My words", "Write it again")
    await salma.types("There are two steps.")
    await salma.taps("Send")
    assert "contribution 1 is amended" in plain(salma.last.text)
    await reads(officer, "Contributions (1)", "Contribution 1")
    assert "There are two steps." in plain(officer.screen.text)
    assert "ramp" not in chat_of(officer)
    assert "ramp" not in plain(officer.screen.text)

    await salma.taps("My contributions", "Contribution 1", "Withdraw", "Yes, withdraw it")
    assert "Contribution 1: withdrawn" in plain(salma.last.text)
    assert "you have withdrawn what you contributed." in plain(salma.last.text)
    await salma.taps("Contribute")
    await salma.types("The door is narrow.")
    await salma.taps("Send", "My contributions")
    assert "you have contributed once." in plain(salma.screen.text), "what was withdrawn is none"
    await officer.settles()
    await officer.looks_again()
    assert "two steps" not in chat_of(officer), "nor does an officer's chat show it"
    async with network.database.read() as tx:
        (gone, _stands) = await tx.values(
            select(contributions.c.sealed).order_by(contributions.c.id)
        )
    assert gone is None


async def test_what_was_sent_is_deleted_from_the_chat_when_asked(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    await salma.taps("Send", "Delete my messages here")
    await salma.settles()
    await salma.looks_again()
    assert "ramp" not in chat_of(salma)
    assert "The contribution stays." in chat_of(salma)
    await reads(officer, "Contributions (1)", "Contribution 1")
    assert RAMP in plain(officer.screen.text)


def chat_of(phone: Phone) -> str:
    """What stands in the chat now."""
    return "\n".join(plain(each.text) for each in phone.messages)


async def test_words_are_left_with_no_way_back_and_a_code_tells_of_them(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Leave words only")
    assert "No way leads back to this chat." in plain(salma.screen.text)
    await salma.types(RAMP)
    await salma.taps("Send")
    found = CODE.search(plain(salma.last.text))
    assert found, salma.transcript(2)
    await network.app.schedule.tick()
    await salma.settles()
    await salma.looks_again()
    assert "ramp" not in chat_of(salma), "the words are gone from the chat"
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups.c.handle)) == []
        row = await tx.row(select(contributions))
        assert row is not None
        acts = await tx.values(select(audit.c.act).where(audit.c.subject == "consultation:1"))
        assert acts == ["consultation.announce", "contribution.send"]
        assert await tx.values(select(outbox.c.sign_up).where(outbox.c.sign_up.is_not(None))) == []

    await reads(officer, "Contributions (1)", "Contribution 1")
    assert "Left with no way back" in plain(officer.screen.text)
    await officer.taps("Partly")
    await officer.types("Chapter 3 speaks of ramps.")
    await officer.taps("Say so")

    other = await network.people.phone("Nora")
    await other.starts()
    await other.types(found[0])
    shown = plain(other.last.text)
    assert "What became of it: partly taken up." in shown
    assert "Chapter 3 speaks of ramps." in shown
    assert RAMP not in shown, "whoever finds a code reads no words"
    await other.types(f"/became {found[0].lower().replace('-', ' ')}")
    assert "partly taken up" in plain(other.last.text)
    await other.taps("Withdraw", "Yes, withdraw it")
    assert "nothing of it is kept" in plain(other.last.text)
    await other.types(found[0])
    assert "No contribution answers to this code." in plain(other.last.text)


async def test_the_message_with_the_code_goes_when_it_is_noted(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.starts()
    await salma.opens(link)
    await salma.taps("Leave words only")
    await salma.types(RAMP)
    await salma.taps("Send")
    assert CODE.search(chat_of(salma))
    await salma.taps("Noted: delete this message")
    await salma.settles()
    await salma.looks_again()
    assert not CODE.search(chat_of(salma))
    assert "ramp" not in chat_of(salma)


async def test_words_that_are_not_sent_leave_nothing(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Leave words only")
    await salma.types(RAMP)
    await salma.taps("Discard")
    assert "Nothing was kept." in plain(salma.last.text)
    await network.app.schedule.tick()
    await salma.settles()
    await salma.looks_again()
    assert chat_of(salma).count("ramp") == 0
    async with network.database.read() as tx:
        assert await tx.values(select(sign_ups.c.handle)) == []


async def test_who_has_signed_up_can_leave_words_beside_it(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("My contributions", "Leave words only")
    await salma.types(RAMP)
    await salma.taps("Send")
    assert CODE.search(plain(salma.last.text))
    await network.app.schedule.tick()
    async with network.database.read() as tx:
        (mine,) = await tx.values(select(sign_ups.c.handle))
        (theirs,) = await tx.values(select(contributions.c.handle))
    assert mine != theirs
    await salma.types("/mine")
    await salma.taps("Child rights report", "My contributions")
    assert "you have contributed nothing yet" in plain(salma.screen.text)


async def test_a_focal_point_contributes_apart_from_the_seat(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    amal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await amal.opens(link)
    await amal.taps(*TAKE_PART, "Contribute")
    await amal.types(RAMP)
    await amal.types("And no lift.")
    await amal.taps("Send")
    assert "contribution 1 is sent" in plain(amal.last.text)
    async with network.database.read() as tx:
        entry = await tx.row(select(audit).where(audit.c.act == "contribution.send"))
    assert entry is not None
    assert (entry["person_id"], entry["seat_id"]) == (None, None)


async def test_something_else_begun_in_the_chat_drops_words_that_were_under_way(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("My contributions", "Leave words only")
    await salma.types(RAMP)
    await salma.types("/mine")
    await salma.taps("Child rights report", "Contribute")
    await network.app.schedule.tick()
    await salma.types("Another matter.")
    await salma.taps("Send")
    assert "contribution 1 is sent" in plain(salma.last.text)
    async with network.database.read() as tx:
        assert len(await tx.values(select(sign_ups.c.handle))) == 1
    await salma.settles()
    await salma.looks_again()
    assert "ramp" not in chat_of(salma)


async def test_old_buttons_of_contributions_show_where_things_stand(
    network: JourneyNetwork,
) -> None:
    _officer, salma, link = await joined(network)
    code = link.rpartition("c-")[2]
    for act in ("contributed_one", "contributed_amend", "contributed_withdraw"):
        await salma.forges(salma.last, f"o:{act}:{code}:7")
        assert "not there" in plain(salma.answers[-1]), act
    await salma.forges(salma.last, "o:code_withdraw:nothing:yes")
    assert "No contribution answers to this code." in plain(salma.last.text)
    await salma.forges(salma.last, f"o:words_dropped:{code}")
    assert "Nothing was kept." in plain(salma.last.text)


async def test_who_guesses_codes_is_stopped_and_learns_nothing(network: JourneyNetwork) -> None:
    nora = await network.people.phone("Nora")
    await nora.starts()
    for number in range(5):
        await nora.types(f"ABCD-EFGH-JKMN-PQR{'STUVW'[number]}")
        assert "No contribution answers to this code." in plain(nora.last.text)
    await nora.types("/became ABCD-EFGH-JKMN-PQRX")
    assert "Too many codes" in plain(nora.last.text)
    await nora.types("/became")
    assert "Write the code" in plain(nora.last.text)


async def test_a_file_where_the_card_is_open_is_answered_kindly(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Organisation")
    await salma.sends_file(b"Dear State", name="letter.txt")
    assert any("only written words" in plain(each.text) for each in salma.messages)
    await salma.types("Blue Door")
    assert "Organisation: Blue Door" in plain(salma.last.text)


async def test_the_same_words_are_taken_once_and_ten_pages_at_most(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    for _ in range(2):
        await salma.taps("Contribute")
        await salma.types(RAMP)
        await salma.taps("Send")
    assert "sent from this chat before" in plain(salma.answers[-1])
    await salma.taps("My words")
    for _ in range(5):
        await salma.types("a" * 4096)
    assert "20,000" in plain(salma.last.text)


async def test_it_ends_with_the_consultation_and_forget_takes_it(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    await salma.taps("Send")
    await reads(officer, "Contributions (1)")
    assert RAMP in chat_of(officer)
    network.clock.ahead = timedelta(days=21)
    await network.app.schedule.tick()
    await salma.types("/mine")
    await salma.taps("Child rights report", "My contributions")
    assert "Contribute" not in salma.screen.labels
    await salma.forges(salma.last, "o:contribute:nothing")
    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    await salma.waits_for("Erased. What you left here", within=20)
    async with network.database.read() as tx:
        assert await tx.values(select(contributions.c.id)) == []
    await officer.settles()
    await officer.looks_again()
    assert RAMP not in chat_of(officer), "it goes from the chats that show it"
    assert "Contributions" not in await reads_past(officer)


async def reads_past(officer: Phone) -> str:
    """A consultation that is over, with its buttons."""
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report")
    return officer.transcript(1)


@pytest.mark.parametrize(
    ("language", "taps", "sent"),
    [
        (
            "fr",
            (("D’accord, nom au hasard", "M’inscrire", "Contribuer"), "Envoyer"),
            "la contribution 1 est envoyée",
        ),
        (
            "ar",
            (("أوافق، باسم عشوائي", "التسجيل", "المساهمة"), "إرسال"),
            "أُرسلت المساهمة 1",
        ),
    ],
)
async def test_it_speaks_the_contributors_language(
    network: JourneyNetwork, language: str, taps: tuple[Sequence[str], str], sent: str
) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma", language=language)
    await salma.opens(link)
    before, send = taps
    await salma.taps(*before)
    await salma.types(RAMP)
    await salma.taps(send)
    assert sent in plain(salma.last.text)


async def test_words_are_taken_after_the_meeting_and_from_whoever_comes_too_late_to_sign_up(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    assert "Written input until" in plain(salma.screen.text)
    await salma.taps("Agree, random name", "Sign up")
    network.clock.ahead = timedelta(days=22)
    await network.app.schedule.tick()
    await salma.opens(link)
    await salma.taps("Contribute")
    await salma.types("The room had no ramp.")
    await salma.taps("Send")
    assert "contribution 1 is sent" in plain(salma.last.text)
    nora = await network.people.phone("Nora")
    await nora.opens(link)
    shown = plain(nora.screen.text)
    assert "Sign-up for this consultation is closed.\nYou can still leave words." in shown
    assert "Agree" not in str(nora.screen.buttons)
    await nora.taps("Leave words only")
    await nora.types("I could not come.")
    await nora.taps("Send")
    assert "contribution 2 is sent" in plain(nora.last.text)
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report", "End written input")
    assert "End written input" not in str(officer.screen.buttons)
    await salma.waits_for("There is news for you.")
    await salma.types("/mine")
    await salma.taps("Child rights report")
    assert "Contribute" not in [each for row in salma.screen.buttons for each in row]
    late = await network.people.phone("Lina")
    await late.opens(link)
    assert "Sign-up for this consultation is closed." in plain(late.last.text)


async def test_the_day_until_which_words_are_taken_is_set_with_the_announcement(
    network: JourneyNetwork,
) -> None:
    officer = await network.phone("Coralie", Role.COORDINATOR)
    first, last = [network.clock.now() + timedelta(days=each) for each in (20, 25)]
    await officer.types("/consultations")
    await officer.taps("Announce a consultation")
    for words in ("Schools", "What should it say?", f"{first:%d %B} 14:30", "City hall"):
        await officer.types(words)
    await officer.taps("Written input until")
    await officer.types(f"{last:%d %B}")
    assert f"Written input until: {last.day} " in plain(officer.screen.text)
    await officer.taps("Announce")
    salma = await network.people.phone("Salma")
    await salma.opens(LINK.findall(officer.last.text)[0])
    assert f"Written input until {last.day} " in plain(salma.screen.text)


async def test_a_chapter_of_the_report_is_chosen_by_its_title_and_nothing_else_is_seen(
    network: JourneyNetwork,
) -> None:
    officer = await network.phone("Coralie", Role.COORDINATOR)
    async with network.database.write() as tx:
        report_id = await national_reports.add(
            tx,
            now=network.clock.now(),
            kind="mid_term",
            title="Mid-term report",
            language="en",
            documents=[],
            structure="own",
            months=12,
        )
        drafts = [ChapterDraft("Schools", "en"), ChapterDraft("Prisons", "en")]
        for each in await report_chapters.add(tx, report_id, drafts):
            await report_chapters.change(tx, each, draft="Our draft.", draft_language="en")
    day = (network.clock.now() + timedelta(days=20)).strftime("%d %B")
    await officer.types("/consultations")
    await officer.taps("Announce a consultation")
    for words in ("Child rights report", "What should it say?", day):
        await officer.types(words)
    await officer.taps("In this chat", "Report", "Mid-term report", "Announce")
    salma = await network.people.phone("Salma")
    await salma.opens(LINK.findall(officer.last.text)[0])
    assert "On the report Mid-term report." in plain(salma.screen.text)
    await salma.taps(*TAKE_PART)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    await salma.taps("About", "Schools")
    assert "About: the chapter Schools" in plain(salma.screen.text)
    await salma.taps("Send")
    await salma.taps("My contributions", "Contribution 1")
    assert "About: the chapter Schools" in plain(salma.screen.text)
    await salma.taps("Amend")
    assert "About: the chapter Schools" in plain(salma.screen.text)
    shown = await reads(officer, "Contributions (1)", "Contribution 1")
    assert "About: the chapter Schools" in shown
    assert "Our draft." not in salma.transcript()
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Change", "Report", "No report")
    assert "Changes are not saved yet." in plain(officer.screen.text)
    await officer.taps("Save")
    assert "Child rights report is changed." in plain(officer.last.text)
    nora = await network.people.phone("Nora")
    await nora.opens(LINK.findall(officer.transcript())[-1])
    assert "Mid-term" not in plain(nora.screen.text)


async def test_an_organisation_hands_on_words_of_others_without_their_names(
    network: JourneyNetwork,
) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    assert "For others" not in salma.last.labels, "only an organisation does that"
    await salma.taps("Discard")
    await salma.types("/mine")
    await salma.taps("Child rights report", "Change", "Organisation")
    await salma.types("Blue Door")
    await salma.taps("Sign up", "Contribute")
    await salma.types(RAMP)
    await salma.taps("For others")
    await salma.types("Families in the hills")
    assert "Handed on for: Families in the hills" in plain(salma.last.text)
    await salma.taps("Send")
    read = await reads(officer, "Contributions (1)", "Contribution 1")
    assert "Handed on for: Families in the hills" in read
    assert "Blue Door" not in officer.transcript()

"""How a meeting was, on phones: asked in words that tell nothing, answered, read, erased."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.sandbox.phone import Phone, plain
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced, bytes_of
from tests.journeys.test_door import signed_up, the_door

WORDS = "The ramp was locked."


async def after_the_meeting(network: JourneyNetwork, officer: Phone, *came: Phone) -> None:
    """Those came, and it is the day after, in the evening."""
    network.clock.ahead = timedelta(days=20)
    _code, at_door = await the_door(officer)
    for each in came:
        await each.opens(at_door)
    now = network.clock.now()
    network.clock.ahead += timedelta(days=1, hours=20 - now.hour)
    await network.app.schedule.tick()
    await network.app.settle()


async def answers(phone: Phone, *taps: str) -> None:
    await phone.types("/mine")
    await phone.taps("Child rights report", "How was it?", *taps, "Send")


async def reads(officer: Phone) -> str:
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report", "Feedback")
    return plain(officer.screen.text)


async def test_whoever_came_is_asked_answers_and_changes_it(network: JourneyNetwork) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma, nour = [await signed_up(network, link, each) for each in ("Salma", "Nour")]
    await after_the_meeting(network, officer, salma)
    notice = await salma.waits_for("There is news for you.")
    assert "Child" not in notice.text
    assert "There is news" not in nour.transcript()
    await salma.taps("Look")
    assert "How was it? Answer what you like." in plain(salma.screen.text)
    await salma.taps("Send")
    assert "One answer is enough." in plain(salma.answers[-1])
    await salma.taps("How was it?", "Good", "Was it accessible?", "Partly")
    await salma.types(WORDS)
    await salma.types("We waited outside.")
    card = plain(salma.screen.text)
    for line in ("It was: good", "Accessible: partly", WORDS, "We waited outside."):
        assert line in card
    await salma.taps("Send")
    assert "your feedback is sent" in plain(salma.last.text)
    await salma.taps("Change it")
    assert WORDS in plain(salma.screen.text)
    assert "What you sent stands until you send it anew." in plain(salma.screen.text)
    await salma.taps("How was it?", "Very good", "Send")
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report")
    assert "Feedback" not in officer.screen.labels, "of fewer than five nothing is told"
    assert WORDS not in officer.transcript()


@pytest.mark.parametrize(
    ("language", "ask", "question"),
    [
        ("fr", "Comment était-ce ?", "Répondez à ce que vous voulez."),
        ("ar", "كيف كان الاجتماع؟", "كل الإجابات اختيارية."),
    ],
)
async def test_the_card_speaks_the_participants_language(
    network: JourneyNetwork, language: str, ask: str, question: str
) -> None:
    officer, link = await announced(network, by_meeting=True)
    salma = await signed_up(network, link, "Salma", language)
    await after_the_meeting(network, officer, salma)
    await salma.types("/mine")
    await salma.taps("Child rights report", ask)
    assert question in plain(salma.screen.text)


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
async def test_five_people_are_read_without_number_and_nothing_of_them_stays(
    network: JourneyNetwork, tmp_path: Path, database_url: URL, logged: io.StringIO
) -> None:
    officer, link = await announced(network, by_meeting=True)
    phones = [await signed_up(network, link, f"Person {each}") for each in range(6)]
    await after_the_meeting(network, officer, *phones)
    for each in phones[1:]:
        await answers(each, "How was it?", "Good")
    await phones[0].types("/mine")
    await phones[0].taps("Child rights report", "How was it?")
    await phones[0].types(WORDS)
    await phones[0].taps("How was it?", "Good", "Send")
    shown = await reads(officer)
    assert "At least 5 people gave feedback." in shown
    assert "\ngood: 5" in shown
    assert f"“{WORDS}”" in shown
    assert "Participant" not in shown
    before = await bytes_of(network, database_url, tmp_path / "data")
    assert WORDS.encode() not in before, "sealed from the beginning"
    assert str(phones[0].id).encode() not in before

    await phones[0].types("/forget")
    await phones[0].taps("Yes, erase it for good")
    await phones[0].waits_for("Erased. What you left here", within=20)
    await officer.looks_again()
    assert WORDS not in " ".join(plain(each.text) for each in officer.messages)
    shown = await reads(officer)
    assert "At least 5 people gave feedback." in shown
    assert WORDS not in shown

    network.clock.ahead = timedelta(days=90)
    await network.app.schedule.tick()
    await network.app.schedule.tick()
    await network.app.settle()
    await officer.waits_for("nothing of its participants is kept any more", within=20)
    assert "Feedback of 5 people was erased." in plain(officer.last.text)
    after = await bytes_of(network, database_url, tmp_path / "data")
    secrets = (WORDS, *(str(each.id) for each in phones))
    assert [each for each in secrets if each.encode() in after] == []
    assert [each for each in secrets if each in logged.getvalue()] == []

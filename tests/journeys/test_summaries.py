"""What came of a consultation, on phones: published, read by contributors and by anybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.sandbox.phone import Phone, plain
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import CODE, announced

SAID = "The State will build ramps at every school."


async def test_what_came_of_it_is_published_told_and_stays(network: JourneyNetwork) -> None:
    officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Sign up", "Contribute")
    await salma.types("There is no ramp.")
    await salma.taps("Send")
    nora = await network.people.phone("Nora")
    await nora.opens(link)
    await nora.taps("Leave words only")
    await nora.types("Teachers are paid late.")
    await nora.taps("Send")
    code = CODE.search(plain(nora.last.text))
    assert code

    await officer.types("/consultations")
    await officer.taps("Child rights report")
    assert "Say what came of it" not in officer.screen.labels, "it is not over yet"
    await officer.taps("Close sign-up", "Yes, close sign-up", "Say what came of it")
    assert "Quote nobody" in plain(officer.screen.text)
    await officer.types(SAID)
    assert "Not published yet." in plain(officer.last.text)
    assert "stands in the public snapshot" in plain(officer.last.text)
    await officer.taps("Publish", "Read what came of it")
    assert SAID in plain(officer.screen.text)

    notice = await salma.waits_for("There is news for you.")
    assert not re.search(r"Child|ramp", notice.text)
    await salma.taps("Look")
    shown = plain(salma.screen.text)
    assert SAID in shown
    assert "neither endorses the State’s report nor limits alternative reports" in shown
    assert "people signed up" not in shown, "of two people nothing is told"
    assert "My contributions" in salma.screen.labels
    await nora.types(code[0])
    await nora.taps("What came of it")
    assert SAID in plain(nora.screen.text)

    stranger = await network.people.phone("Otto")
    await stranger.opens(link)
    await stranger.taps("What came of it")
    assert SAID in plain(stranger.screen.text)
    network.clock.ahead = timedelta(days=90)
    await network.app.schedule.tick()
    await network.app.settle()
    late = await network.people.phone("Lena")
    await late.opens(link)
    assert SAID in plain(late.last.text), "it stays when everything else is erased"
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report", "Read what came of it")
    assert SAID in plain(officer.screen.text)


async def published(officer: Phone) -> None:
    """What came of the consultation, whose sign-up is closed for it."""
    await officer.types("/consultations")
    await officer.taps(
        "Child rights report", "Close sign-up", "Yes, close sign-up", "Say what came of it"
    )
    await officer.types(SAID)
    await officer.taps("Publish")


async def test_words_are_left_beside_a_summary_while_they_are_taken(
    network: JourneyNetwork,
) -> None:
    officer, link = await announced(network)
    await published(officer)
    otto = await network.people.phone("Otto")
    await otto.opens(link)
    assert "You can still leave words." in plain(otto.last.text)
    assert SAID not in plain(otto.last.text)
    await otto.taps("Français", "Le bilan")
    assert SAID in plain(otto.screen.text)
    await otto.taps("Retour", "Laisser seulement un texte")
    await otto.types("Ramps are not all.")
    await otto.taps("Envoyer")
    assert CODE.search(plain(otto.last.text))


async def test_words_that_need_a_code_are_asked_for_it_beside_the_summary(
    network: JourneyNetwork,
) -> None:
    """Whoever came without one was shown a way to leave words that led back to itself."""
    officer, link = await announced(network)
    await officer.taps("Child rights report", "Change", "Who", "With a code")
    await officer.taps("Save")
    await published(officer)
    otto = await network.people.phone("Otto")
    await otto.opens(link)
    assert "Write the code that your group was given" in plain(otto.last.text)
    assert "Leave words only" not in otto.last.labels
    await otto.taps("What came of it")
    assert SAID in plain(otto.screen.text)


@pytest.mark.parametrize(
    ("language", "head"),
    [("fr", "Bilan : Child rights report"), ("ar", "الحصيلة: Child rights report")],
)
async def test_anybody_reads_it_with_words_of_their_language_around_it(
    network: JourneyNetwork, language: str, head: str
) -> None:
    officer, link = await announced(network)
    await published(officer)
    reader = await network.people.phone("Aya", language=language)
    await reader.opens(link)
    await reader.taps({"fr": "Le bilan", "ar": "الحصيلة"}[language])
    shown = plain(reader.last.text).replace("\u00a0", " ")
    assert head.split(":", maxsplit=1)[0].strip() in shown
    assert SAID in shown

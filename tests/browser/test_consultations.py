"""A participant in a browser, by eye and by ear: signs up, contributes, is forgotten."""

from __future__ import annotations

import re
import unicodedata

import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_page import OnPage, phone
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

WORDS = {
    "en": "No ramp leads into our school.",
    "fr": "Aucune rampe ne mène à notre école.",
    "ar": "لا يوجد منحدر يؤدي إلى مدرستنا.",
}
SCRIPT = {"en": "LATIN", "fr": "LATIN", "ar": "ARABIC"}
SYMBOLS = {"So", "Sk", "Co", "Cn"}  # a screen reader names each, or leaves it out
JOINED_TO_TEXT = "\u2066\u2067\u2068\u2069\u200e\u200f"


async def heard(on: OnPage) -> str:
    """The newest message and its buttons, as a screen reader is given them."""
    return await on.phone.locator(".message").last.aria_snapshot()


def buttons(snapshot: str) -> list[str]:
    return re.findall(r'- button "([^"]*)"', snapshot)


def in_its_script(words: str, language: str) -> bool:
    letters = [each for each in words if each.isalpha()]
    own = [each for each in letters if SCRIPT[language] in unicodedata.name(each, "")]
    return len(own) * 2 > len(letters)


def reads_well(snapshot: str, language: str) -> None:
    """Every button says in words of the language what it does; nothing is told by a sign alone."""
    bare = snapshot.translate(dict.fromkeys(map(ord, JOINED_TO_TEXT)))
    assert [each for each in bare if unicodedata.category(each) in SYMBOLS] == []
    others = ("English", "Français", "العربية")
    named = [each for each in buttons(bare) if each not in others and not each.startswith("/")]
    assert all(any(sign.isalpha() for sign in each) for each in named), named
    assert all(in_its_script(each, language) for each in named), named
    assert "_" not in re.sub(r"c-\w+|/\w+", "", bare), "a key in the place of its text"


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_a_participant_signs_up_contributes_and_is_forgotten(
    network: JourneyNetwork, browser: Browser, language: str
) -> None:
    _officer, link = await announced(network, by_meeting=True)
    salma = await phone(network, browser, "Salma", language)
    direction = "rtl" if language == "ar" else "ltr"
    await salma.opens(link)
    first = await salma.shows(salma.says("participant.name_only"))
    await expect(first.locator(".text")).to_have_css("direction", direction)
    reads_well(await heard(salma), language)
    assert len(buttons(await heard(salma))) >= 6
    await salma.photographs("consultation-first")

    await salma.taps("button.agree_random")
    await salma.shows(salma.says("sign_up.not_sent"))
    reads_well(await heard(salma), language)
    await salma.taps("button.flow.sign_up.send")
    await salma.shows(salma.says("button.contribute"))
    reads_well(await heard(salma), language)
    await salma.photographs("consultation-receipt")

    await salma.taps("button.contribute")
    await salma.shows(salma.says("contribute.way.back"))
    await salma.types(WORDS[language])
    await salma.shows(WORDS[language])
    reads_well(await heard(salma), language)
    await salma.taps("button.flow.contribute.send")
    await salma.shows(salma.says("contributed.can_be_cleared"))
    reads_well(await heard(salma), language)
    await salma.photographs("consultation-contribution")

    await salma.types("/forget")
    await salma.shows(salma.says("button.forget_yes"))
    reads_well(await heard(salma), language)
    await salma.taps("button.forget_yes")
    await salma.shows(salma.says("forget.done"))
    standing = salma.phone.locator(".message").filter(has_text=WORDS[language])
    await expect(standing).to_have_count(0, timeout=15_000)
    reads_well(await heard(salma), language)
    await salma.page.close()


async def test_everything_can_be_done_with_the_keyboard_alone(
    network: JourneyNetwork, browser: Browser
) -> None:
    _officer, link = await announced(network)
    salma = await phone(network, browser, "Salma", "en")
    await salma.opens(link)
    await salma.shows("Officers see a random name")
    for name in ("Agree, random name", "Sign up"):
        button = salma.phone.get_by_role("button", name=name, exact=True).last
        await button.focus()
        await salma.page.keyboard.press("Enter")
    await salma.shows("You have signed up.")
    await salma.page.close()

"""An officer in a browser: a broadcast goes out, and its board counts where it stands."""

from __future__ import annotations

from datetime import UTC

import pytest
from playwright.async_api import Browser, Locator, expect

from bot.domain.people import Role
from bot.domain.screens import text
from tests.browser.test_page import OnPage, phone
from tests.journeys.network import JourneyNetwork

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

WORDS = {
    "en": "The mid-term report begins on Monday.",
    "ar": "يبدأ تقرير منتصف المدة يوم الاثنين.",
}
NAMES = {"en": "Ministry of Justice", "ar": "وزارة العدل"}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_board_counts_where_it_stands_until_all_is_sent(
    network: JourneyNetwork, browser: Browser, language: str
) -> None:
    """Four get it, one of them has blocked the bot; no new message, and no sound."""
    ring = [
        await network.phone(f"Person {number}", Role.FOCAL_POINT, "MOJ", names=NAMES)
        for number in range(4)
    ]
    amina = await phone(network, browser, "Amina", language)
    await amina.opens(await network.link(Role.COORDINATOR))
    await amina.taps("button.accept")
    await amina.taps("button.broadcasts")
    await amina.taps("button.broadcast_new")
    await amina.taps("broadcast.to.reporting")
    await _button(amina, "button.picked", n=1).click()
    await amina.types(WORDS[language])
    await amina.shows(WORDS[language])
    await amina.photographs("6-broadcast")
    network.sandbox.faults.forbidden(chat=ring[0].id, method="sendMessage")
    await _button(amina, "button.flow.broadcast.send", n=4).click()
    await expect(_button(amina, "button.broadcast_undo")).to_be_visible(timeout=15_000)
    await amina.photographs("7-planned")
    await amina.taps("button.broadcast_now")
    board = await amina.shows(_words(amina, "board.sent", n=3, total=4))
    await expect(board).to_contain_text(_words(amina, "broadcast.closed"), timeout=15_000)
    await expect(board).to_contain_text(_words(amina, "delivery.blocked"))
    closed = _words(amina, "broadcast.closed")
    boards = amina.phone.locator(".message").filter(has_text=closed)
    await expect(boards).to_have_count(1)  # a notice may stand below it
    await amina.photographs("8-board")
    await ring[1].taps("Seen")
    await amina.taps("button.broadcast_refresh")
    await amina.shows(_words(amina, "board.seen", n=1))
    await expect(boards).to_have_count(1)
    await amina.page.close()


def _words(on: OnPage, key: str, **values: int) -> str:
    """The words of a text with its values, with the marks that keep directions apart."""
    texts = on.network.app.texts
    return texts.render(text(key, **values), on.language, mode="plain", timezone=UTC)


def _button(on: OnPage, key: str, **values: int) -> Locator:
    """The newest button that says so."""
    shown = on.phone.locator(".keyboard button")
    return shown.filter(has_text=_words(on, key, **values)).last

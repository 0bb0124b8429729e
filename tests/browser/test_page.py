"""A person in a browser: joins by a link, reports with a file, takes the workbook out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.domain.people import Role
from bot.domain.screens import text
from tests import maravia
from tests.journeys.network import JourneyNetwork

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

PICTURES = Path(__file__).parents[2] / "out" / "screenshots"
LANGUAGES = ("en", "ar")
MEASURES = {
    "en": "Bill 12 passed its first reading on 3 May.",
    "ar": "أقر البرلمان مشروع القانون 12 في القراءة الأولى في 3 أيار/مايو.",
}
NAMES = {"en": "Ministry of Justice", "fr": "Ministère de la justice", "ar": "وزارة العدل"}
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class OnPage:
    """One phone of the page, in the hand of a test."""

    def __init__(self, network: JourneyNetwork, page: Page, phone: Locator, language: str) -> None:
        self.network = network
        self.page = page
        self.phone = phone
        self.language = language

    def says(self, key: str) -> re.Pattern[str]:
        """The words of a text in the phone's language, whatever stands between them."""
        words = self.network.app.texts.render(text(key), self.language, mode="bare", timezone=UTC)
        return re.compile(re.escape(words), re.IGNORECASE)

    async def types(self, words: str) -> None:
        """Write and send."""
        await self.phone.locator("textarea").fill(words)
        await self.phone.locator("button.send").click()

    async def opens(self, link: str) -> None:
        """Press Start, write the link, and follow it: as one would a link in any chat.

        Each is answered first, so that nothing moves under the finger.
        """
        await self.phone.locator("button.start").click()
        await self.is_answered()
        await self.types(link)
        await self.phone.locator(f".text a[href='{link}']").wait_for()
        await self.is_answered()
        await self.phone.locator(f".text a[href='{link}']").click()

    async def taps(self, key: str) -> None:
        """Tap the newest button that says so."""
        await self.phone.locator(".keyboard button").filter(has_text=self.says(key)).last.click()

    async def attaches(self, name: str, content: bytes) -> None:
        """Choose a file and send it."""
        file = {"name": name, "mimeType": "application/pdf", "buffer": content}
        await self.phone.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        await self.phone.locator("button.send").click()

    async def shows(self, words: str | re.Pattern[str]) -> Locator:
        """Wait for a message of the bot with these words."""
        message = self.phone.locator(".message:not(.mine)").filter(has_text=words).last
        await expect(message).to_be_visible(timeout=15_000)
        return message

    async def is_answered(self) -> None:
        """Wait until the newest message is the bot's."""
        newest = self.phone.locator(".message").last
        await expect(newest).not_to_have_class(re.compile("mine"), timeout=15_000)

    async def photographs(self, name: str) -> None:
        """Keep a picture of the phone for whoever looks at the run."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.wait_for_timeout(300)  # what scrolls has come to rest
        await self.phone.screenshot(path=PICTURES / f"{name}-{self.language}.png")


async def phone(network: JourneyNetwork, browser: Browser, name: str, language: str) -> OnPage:
    """The page in a browser of that language, with one phone more."""
    page = await browser.new_page(locale=language, viewport={"width": 430, "height": 1000})
    await page.goto(network.sandbox.address)
    await page.locator("#adder summary").click()
    await page.locator("#add [name=name]").fill(name)
    await page.locator("#add [name=language]").select_option(language)
    await page.locator("#add button").click()
    added = page.locator("article.phone").filter(has=page.get_by_role("heading", name=name))
    await expect(added).to_be_visible()
    return OnPage(network, page, added, language)


async def test_the_clock_goes_on_to_the_next_working_morning(
    network: JourneyNetwork, browser: Browser
) -> None:
    """A week of mornings has five, whatever the day and the hour at which one begins."""
    page = await browser.new_page()
    await page.goto(network.sandbox.address)
    seen = []
    for _ in range(5):
        async with page.expect_response("**/clock"):
            await page.get_by_role("button", name="Next working morning").click()
        known = await network.people.call("GET", "/api/network")
        seen.append(datetime.fromtimestamp(known["now"], UTC))
    assert {(each.hour, each.minute) for each in seen} == {(9, 30)}
    assert {each.weekday() for each in seen} == {0, 1, 2, 3, 4}
    await page.close()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_focal_point_joins_by_a_link_and_reports_with_a_file(
    network: JourneyNetwork, browser: Browser, language: str
) -> None:
    today = network.clock.now().date()
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": today - timedelta(days=1)})
    amal = await phone(network, browser, "Amal", language)
    await amal.opens(await network.link(Role.FOCAL_POINT, "MOJ"))
    await amal.shows(NAMES[language])
    await amal.photographs("1-invitation")
    await amal.taps("button.accept")
    await amal.types("140.7")
    await amal.shows("140.7")
    await amal.photographs("2-card")
    await amal.taps("button.report")
    await amal.taps("status.in_progress")
    await amal.types(MEASURES[language])
    await amal.shows(MEASURES[language][:20])
    await amal.attaches("bill.pdf", PDF)
    await amal.is_answered()  # the review has moved below the file
    await amal.photographs("3-review")
    await amal.taps("button.flow.status_update.send")
    receipt = await amal.shows("SU-")
    await expect(receipt).to_contain_text(MEASURES[language][:20])
    await amal.photographs("4-receipt")
    await amal.page.close()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_coordinator_takes_the_workbook_out(
    network: JourneyNetwork, browser: Browser, language: str
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    amina = await phone(network, browser, "Amina Sall", language)
    await amina.opens(await network.link(Role.COORDINATOR))
    await amina.taps("button.accept")
    await amina.taps("button.export")
    await amina.taps("export.kind.workbook")
    await amina.taps("button.export_make")
    file = amina.phone.locator("a.file").last
    await expect(file).to_be_visible(timeout=30_000)
    await amina.photographs("5-export")
    async with amina.page.expect_download() as coming:
        await file.click()
    saved = await (await coming.value).path()
    assert saved.read_bytes()[:4] == b"PK\x03\x04"
    await amina.page.close()

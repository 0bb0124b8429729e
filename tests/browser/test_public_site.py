"""The public snapshot in a browser: nothing that axe-core objects to, and a keyboard is enough."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from bot.domain.items import Part
from bot.domain.publication import Answer, Document, PublicItem
from bot.domain.summaries import Numbers, PublicSummary, Summary
from bot.exchange.public_site import Snapshot, write
from bot.texts import Texts

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

LANGUAGES = ("en", "fr", "ar")
PICTURES = Path(__file__).parents[2] / "out" / "screenshots"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    answered = Answer(
        "SU-2026-0001", {"en": "Ministry of Justice", "ar": "وزارة العدل"}, Part.LEAD,
        "implemented", date(2026, 5, 1), "Bill 12 was adopted.\nIt is in force.", "Training.", "en",
    )  # fmt: skip
    texts = {"en": "Ratify the Optional Protocol.", "ar": "التصديق على البروتوكول الاختياري."}
    items = [
        PublicItem(
            n, f"140.{n}", "recommendation", "supported", ("Norland", "Estavia"), texts,
            ("A12 Acceptance of international norms",), ("Women",), ("16.3",),
            (answered,) if n % 2 else (),
        )
        for n in range(1, 8)
    ]  # fmt: skip
    document = Document("A/HRC/61/9", "UPR", "Report of the Working Group", tuple(items))
    folder = tmp_path / "site"
    folder.mkdir()
    numbers = Numbers(20, {"women": 10}, 5, {"taken_up": 5})
    told = {"en": "The bill was changed.\nSee article 4.", "ar": "عُدّل مشروع القانون."}
    came_of = [
        PublicSummary(
            *("h4k7", "Child rights report", "en", date(2026, 4, 1)),
            Summary(1, language, words, numbers, date(2026, 5, 3)),
        )
        for language, words in told.items()
    ]
    snapshot = Snapshot([document], date(2026, 5, 4), LANGUAGES, "en", came_of=came_of)
    write(snapshot, Texts.load(LANGUAGES), folder)
    assert (folder / "ar" / "consultations.html").is_file(), "axe looks at every kind of page"
    return folder


async def _objections(page: Page) -> str:
    found = await Axe().run(page)
    return found.generate_report() if found.violations_count else ""


async def test_no_page_has_anything_that_axe_objects_to(browser: Browser, site: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    pages = sorted(site.rglob("*.html"))  # noqa: ASYNC240 - a few names
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for path in pages:
            await page.goto(path.as_uri())
            name = str(path.relative_to(site)).replace("/", "-").removesuffix(".html")
            await page.screenshot(path=PICTURES / f"site-{name}-{scheme}.png", full_page=True)
            assert not await _objections(page), (path, scheme)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, f"{path} is wider than a phone"


async def test_the_first_tab_stop_leads_past_the_navigation(browser: Browser, site: Path) -> None:
    page = await browser.new_page()
    await page.goto((site / "en" / "index.html").as_uri())
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    focused = await page.evaluate("document.activeElement.textContent")
    assert focused == "A/HRC/61/9"

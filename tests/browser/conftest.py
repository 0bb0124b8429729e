"""Chromium at the sandbox's chat page, with the real bot behind it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright
from sqlalchemy import URL

from tests.conftest import missing
from tests.journeys.network import JourneyNetwork

CALM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
async def network(sqlite: URL, tmp_path: Path) -> AsyncIterator[JourneyNetwork]:
    """The real bot on an empty database, and a sandbox with its page."""
    around = JourneyNetwork(sqlite, tmp_path)
    await around.start()
    yield around
    await around.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    program = shutil.which("chromium")
    if program is None:
        missing("browser", "there is no chromium here")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=CALM)
        yield opened
        await opened.close()

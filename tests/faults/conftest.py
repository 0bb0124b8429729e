"""The sandbox and the nursery that the faults need."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.server import Sandbox
from tests.faults.nursery import Nursery, nursery


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A Telegram on this machine."""
    async with Sandbox(webhook_pause=0.05) as local:
        yield local


@pytest.fixture
async def bots() -> AsyncIterator[Nursery]:
    """Where bots are started and killed."""
    async with nursery() as kept:
        yield kept

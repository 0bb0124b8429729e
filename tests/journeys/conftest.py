"""The network in which the journeys happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.journeys.network import JourneyNetwork


@pytest.fixture
async def network(database_url: URL, tmp_path: Path) -> AsyncIterator[JourneyNetwork]:
    """The real bot on an empty database of its own, and a sandbox of its own."""
    around = JourneyNetwork(database_url, tmp_path)
    await around.start()
    yield around
    await around.stop()

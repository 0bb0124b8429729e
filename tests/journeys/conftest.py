"""The network in which the journeys happen."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import URL

from tests.faults.nursery import nursery
from tests.journeys.killable import KillableNetwork
from tests.journeys.network import JourneyNetwork
from tests.locks import looking_at_locks


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> URL:
    """An empty database on one of the two servers, half of the journeys on each.

    A journey is about screens; what a statement does on both, the tests of rooms below ask.
    FOCALPOINT_TEST_JOURNEYS names the server for all of them: `sqlite` or `postgres`. A test that
    wants a certain one, or both, says so by its parameters.
    """
    if hasattr(request, "param"):
        named: URL = request.getfixturevalue(request.param)
        return named
    both = "FOCALPOINT_TEST_POSTGRES" in os.environ
    half = "postgres" if both and crc32(request.node.nodeid.encode()) % 2 else "sqlite"
    url: URL = request.getfixturevalue(os.environ.get("FOCALPOINT_TEST_JOURNEYS", half))
    return url


@pytest.fixture
async def network(database_url: URL, tmp_path: Path) -> AsyncIterator[JourneyNetwork]:
    """The real bot on an empty database of its own, and a sandbox of its own."""
    around = JourneyNetwork(database_url, tmp_path)
    with looking_at_locks():
        await around.start()
        yield around
        await around.stop()


@pytest.fixture
async def killable(database_url: URL, tmp_path: Path) -> AsyncIterator[KillableNetwork]:
    """A bot that can be killed, on either kind of database."""
    async with nursery() as bots:
        around = KillableNetwork(database_url, tmp_path, bots)
        await around.start()
        yield around
        await around.stop()

"""The inbox on an empty database of either kind."""

from __future__ import annotations

import pytest

from bot import inbox
from storage.database import Database
from tests.conftest import FrozenClock
from tests.inbox.at_work import Desk


@pytest.fixture
def desk(database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An inbox that tries again at once."""
    monkeypatch.setattr(inbox, "RETRY_PAUSES", (0.01, 0.02))
    return Desk(database, clock)

"""The only clock: aware UTC for what is recorded, monotonic seconds for pacing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The clock of the machine, moved by `ahead` (only the demo and the tests ever move it)."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC) + self.ahead

    def ticks(self) -> float:
        """Seconds that never run backwards; for pacing and waiting, never for a date."""
        return time.monotonic()

"""What is asked of an export, and the snapshot that its process reads by itself.

The process opens the database only to read, and works on one snapshot of it: rows and totals are of
the same moment, whatever is written meanwhile (FORMATS.md §2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.filters import Filter
from bot.settings import PREFIX, Settings
from storage.database import Database, Transaction
from storage.exports import Records, on_snapshot


@dataclass(frozen=True)
class Order:
    """What is asked of the process, as plain JSON values on the way.

    `withhold` leaves the words of restricted items out: symbol and number only. `names` are those
    of people; without them a row names their role. `bot_name` is for links into the chat; empty,
    there are none. `report_id` is the report in preparation that it is of; `words` are those that
    the audit keeps beside its entries.
    """

    filters: Filter
    language: str
    made_at: datetime
    made_by: str
    withhold: bool = True
    names: bool = True
    bot_name: str = ""
    report_id: int | None = None
    words: bool = False

    def to_json(self) -> dict[str, Any]:
        """The arguments of the process."""
        return {
            **vars(self),
            "filters": self.filters.to_json(),
            "made_at": self.made_at.isoformat(),
        }

    @classmethod
    def from_json(cls, packed: Mapping[str, Any]) -> Order:
        """The order that `to_json` packed."""
        return cls(
            **{
                **packed,
                "filters": Filter.from_json(packed["filters"]),
                "made_at": datetime.fromisoformat(packed["made_at"]),
            }
        )


@dataclass(frozen=True)
class Written:
    """An export that was written: its file in the folder, and how much of what it holds.

    `counts` are rows by subject, the one that its form counts among them; `withheld` are the
    restricted items that stand there without their words.
    """

    file: str
    counts: Mapping[str, int]
    withheld: int = 0

    def to_json(self) -> dict[str, Any]:
        """What the process gives back."""
        return {"file": self.file, "counts": dict(self.counts), "withheld": self.withheld}


Make = Callable[[Records, Order, Settings, Path], Written]
"""Write the export of these records into the folder; refuses with NothingMatches."""


def carry_out(make: Make, arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write what `arguments` order into the folder: the whole work of an export's process."""

    async def write(tx: Transaction, order: Order, settings: Settings, room: Path) -> Written:
        return await on_snapshot(
            tx,
            order.filters,
            settings.zone,
            lambda records: make(records, order, settings, room),
        )

    return carry_out_with(write, arguments, folder)


Write = Callable[[Transaction, Order, Settings, Path], Awaitable[Written]]
"""As `Make`, with the snapshot itself: where there is more to look up than records."""


def carry_out_with(write: Write, arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write what `arguments` order into the folder: the whole work of an export's process."""
    order = Order.from_json(arguments)
    return asyncio.run(_export(write, order, Settings.from_environment(), Path(folder))).to_json()


async def _export(write: Write, order: Order, settings: Settings, folder: Path) -> Written:
    database = Database(settings.database_url, readers=1)
    try:
        async with database.read() as tx:
            return await write(tx, order, settings, folder)
    finally:
        await database.close()


def environment(settings: Settings) -> dict[str, str]:
    """What a process of our own work must find in its environment."""
    return {
        f"{PREFIX}DATABASE_URL": settings.database_url,
        f"{PREFIX}TIMEZONE": settings.timezone,
        f"{PREFIX}LANGUAGES": ",".join(settings.languages),
        f"{PREFIX}DEFAULT_LANGUAGE": settings.default_language,
    }

"""The audit as lines of JSON, one an entry, as `storage.audit.export` describes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.exchange.child import progress
from bot.exchange.order import Order, Written
from bot.settings import Settings
from storage import audit
from storage.database import Database

_STEP = 1_000  # entries between two reports of progress


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write every entry into the folder, with the words where the order says so.

    The first line is no entry: it says what the file is, when and by whom it was made, and how many
    entries follow (`export`, `made_at`, `made_by`, `entries`).

    Of `counts`, `entries` are all of them, `words` whether the words are there: 1 or 0.
    """
    order, settings = Order.from_json(arguments), Settings.from_environment()
    path = Path(folder) / "audit.jsonl"
    entries = asyncio.run(_write(path, settings, order))
    return Written(path.name, {"entries": entries, "words": int(order.words)}).to_json()


async def _write(path: Path, settings: Settings, order: Order) -> int:
    database, entries = Database(settings.database_url, readers=1), 0
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            async with database.read() as tx:
                count = await audit.count(tx)
                about = {
                    "export": "audit",
                    "made_at": order.made_at.isoformat(timespec="seconds"),
                    "made_by": order.made_by,
                    "entries": count,
                }
                file.write(f"{json.dumps(about, ensure_ascii=False)}\n")
                async for line in audit.export(tx, words=order.words):
                    file.write(f"{line}\n")
                    entries += 1
                    if entries % _STEP == 0:
                        progress(entries, count)
    finally:
        await database.close()
    return entries

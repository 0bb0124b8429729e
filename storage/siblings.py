"""Siblings: similar items of other cycles and mechanisms, both ways."""

from __future__ import annotations

from storage.database import Transaction
from storage.tables import siblings
from storage.upsert import insert_or_update


async def keep(tx: Transaction, item_id: int, sibling_id: int, score: int) -> None:
    """Note that the two are siblings; `score` is 0–100."""
    for one, other in ((item_id, sibling_id), (sibling_id, item_id)):
        row = {"item_id": one, "sibling_id": other, "score": score}
        await insert_or_update(tx, siblings, row, key=["item_id", "sibling_id"])

"""What the assignment workbook shows and is held against: items with who answers for each now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from bot.domain.items import Part, best_text
from storage import items as item_queries
from storage.database import Transaction
from storage.selection import HELD
from storage.tables import assignments, items, siblings, source_documents

_BATCH = 500  # items whose texts are read at once


@dataclass(frozen=True)
class Row:
    """An item and who answers for it, by ids; `words` None of a restricted one.

    `due` is the lead's date, or the first contributor's. `suggested` are institutions, the
    likeliest first.
    """

    id: int
    symbol: str
    paragraph: str
    words: str | None
    lead: int | None
    contributing: tuple[int, ...]
    due: date | None
    cluster: int | None
    suggested: tuple[int, ...]
    restricted: bool = False


async def rows(
    tx: Transaction, item_ids: Sequence[int], *, language: str, default_language: str
) -> list[Row]:
    """These items in the order given, with texts and suggestions."""
    found = []
    for start in range(0, len(item_ids), _BATCH):
        some = item_ids[start : start + _BATCH]
        texts = await item_queries.texts(tx, some)
        suggested = await _suggested(tx, some)
        for each in await standing(tx, some):
            best = (
                None
                if each.words is None
                else best_text(texts[each.id], language, default_language)
            )
            found.append(
                Row(
                    each.id,
                    each.symbol,
                    each.paragraph,
                    None if best is None else best.words,
                    each.lead,
                    each.contributing,
                    each.due,
                    each.cluster,
                    tuple(suggested.get(each.id, ())),
                    each.restricted,
                )
            )
    return found


async def standing(tx: Transaction, item_ids: Sequence[int] | None = None) -> list[Row]:
    """These items in the order given (or all), without texts and suggestions.

    `words` is empty, or None for a restricted item.
    """
    statement = select(
        items.c.id, items.c.paragraph, items.c.restricted, items.c.cluster_id,
        source_documents.c.symbol,
    ).join(source_documents, source_documents.c.id == items.c.document_id)  # fmt: skip
    holding = select(
        assignments.c.item_id,
        assignments.c.institution_id,
        assignments.c.part,
        assignments.c.due_on,
    ).where(assignments.c.state.in_(HELD))
    if item_ids is not None:
        statement = statement.where(items.c.id.in_(item_ids))
        holding = holding.where(assignments.c.item_id.in_(item_ids))
    held: dict[int, list[Any]] = {}
    for row in await tx.rows(holding.order_by(assignments.c.part.desc(), assignments.c.id)):
        held.setdefault(row["item_id"], []).append(row)
    found = {row["id"]: _row(row, held.get(row["id"], [])) for row in await tx.rows(statement)}
    return [found[each] for each in (item_ids or found) if each in found]


def _row(item: Any, held: Sequence[Any]) -> Row:
    """The lead stands first among what is held."""
    lead = next((each["institution_id"] for each in held if each["part"] == Part.LEAD), None)
    return Row(
        item["id"],
        item["symbol"],
        item["paragraph"],
        None if item["restricted"] else "",
        lead,
        tuple(each["institution_id"] for each in held if each["institution_id"] != lead),
        next((each["due_on"] for each in held if each["due_on"] is not None), None),
        item["cluster_id"],
        (),
        item["restricted"],
    )


async def _suggested(tx: Transaction, item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Institutions to think of, by item: holders of siblings, then of most of its cluster."""
    by_sibling = (
        select(siblings.c.item_id, assignments.c.institution_id)
        .join(assignments, assignments.c.item_id == siblings.c.sibling_id)
        .where(siblings.c.item_id.in_(item_ids), assignments.c.state.in_(HELD))
        .order_by(siblings.c.score.desc(), assignments.c.part.desc(), assignments.c.id)
    )
    found: dict[int, list[int]] = {}
    for row in await tx.rows(by_sibling):
        _once(found.setdefault(row["item_id"], []), row["institution_id"])
    holders = await _holders_of_clusters(tx)
    own = select(items.c.id, items.c.cluster_id).where(
        items.c.id.in_(item_ids), items.c.cluster_id.is_not(None)
    )
    for row in await tx.rows(own):
        for institution_id, _ in holders.get(row["cluster_id"], Counter()).most_common():
            _once(found.setdefault(row["id"], []), institution_id)
    return found


async def _holders_of_clusters(tx: Transaction) -> dict[int, Counter[int]]:
    statement = (
        select(items.c.cluster_id, assignments.c.institution_id, func.count().label("n"))
        .join(assignments, assignments.c.item_id == items.c.id)
        .where(items.c.cluster_id.is_not(None), assignments.c.state.in_(HELD))
        .group_by(items.c.cluster_id, assignments.c.institution_id)
    )
    found: dict[int, Counter[int]] = {}
    for row in await tx.rows(statement):
        found.setdefault(row["cluster_id"], Counter())[row["institution_id"]] = row["n"]
    return found


def _once(ids: list[int], new: int) -> None:
    if new not in ids:
        ids.append(new)

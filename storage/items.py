"""Items: what is tracked, its document, its texts by language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, select, update

from bot.domain.items import Item, ItemText
from storage.database import Transaction
from storage.tables import item_tags, item_texts, items, source_documents


def select_items() -> Select[Any]:
    """Items with their document, in the columns that `as_item` reads."""
    return select(
        items.c.id,
        items.c.paragraph.label("code"),
        items.c.kind,
        items.c.position,
        items.c.restricted,
        items.c.priority,
        items.c.document_id,
        source_documents.c.symbol,
        source_documents.c.mechanism,
        source_documents.c.cycle,
        items.c.ordinal,
        items.c.cluster_id,
        items.c.recommending,
    ).join(source_documents, source_documents.c.id == items.c.document_id)


def as_item(row: Any) -> Item:
    """The item of a row of `select_items`."""
    values = {name: row[name] for name in Item.__dataclass_fields__}
    return Item(**{**values, "recommending": tuple(values["recommending"])})


async def are_there(tx: Transaction) -> bool:
    """Whether there is anything to work on yet."""
    return bool(await tx.value(select(exists().where(items.c.vanished_at.is_(None)))))


async def get(tx: Transaction, item_id: int) -> Item | None:
    """The item of that id."""
    row = await tx.row(select_items().where(items.c.id == item_id))
    return None if row is None else as_item(row)


async def restrict(tx: Transaction, item_id: int, *, restricted: bool) -> bool:
    """Show the item by symbol and number only, or with its words; False where it is so already."""
    result = await tx.execute(
        update(items)
        .where(items.c.id == item_id, items.c.restricted != restricted)
        .values(restricted=restricted)
    )
    return result.rowcount == 1


async def texts(tx: Transaction, item_ids: Sequence[int]) -> dict[int, tuple[ItemText, ...]]:
    """The current texts of those items, by item."""
    statement = (
        select(item_texts.c.item_id, item_texts.c.language, item_texts.c.words)
        .where(item_texts.c.item_id.in_(item_ids), item_texts.c.current)
        .order_by(item_texts.c.item_id, item_texts.c.language)
    )
    found: dict[int, tuple[ItemText, ...]] = dict.fromkeys(item_ids, ())
    for row in await tx.rows(statement):
        found[row["item_id"]] += (ItemText(row["language"], row["words"]),)
    return found


async def wordings(tx: Transaction, language: str = "en") -> list[tuple[Any, ...]]:
    """(id, text, mechanism, cycle, symbol) of every item that has a text in that language."""
    statement = (
        select(
            items.c.id,
            item_texts.c.words,
            source_documents.c.mechanism,
            source_documents.c.cycle,
            source_documents.c.symbol,
        )
        .join(item_texts, item_texts.c.item_id == items.c.id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(item_texts.c.language == language, item_texts.c.current)
        .order_by(items.c.id)
    )
    return [
        (row["id"], row["words"], row["mechanism"], str(row["cycle"] or ""), row["symbol"])
        for row in await tx.rows(statement)
    ]


# -- As anybody may name them ----------------------------------------------------------------------


async def named(tx: Transaction, codes: Sequence[str]) -> dict[str, int]:
    """Ids of the items of these numbers, by the number: the newest document's.

    One that is restricted is as one that is not there.
    """
    numbers = {each.casefold(): each for each in codes}
    rows = await tx.rows(
        select(items.c.id, items.c.paragraph)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(func.lower(items.c.paragraph).in_(list(numbers)), _PUBLIC)
        .order_by(source_documents.c.published_on, items.c.document_id)
    )
    return {numbers[row["paragraph"].casefold()]: row["id"] for row in rows}


async def codes(tx: Transaction, item_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of these items."""
    rows = await tx.rows(
        select(items.c.id, items.c.paragraph)
        .where(items.c.id.in_(item_ids))
        .order_by(items.c.document_id, items.c.ordinal)
    )
    return {row["id"]: row["paragraph"] for row in rows}


async def mechanisms(tx: Transaction) -> list[str]:
    """The mechanisms of items that anybody may name, in their order."""
    return await tx.values(
        select(source_documents.c.mechanism)
        .join(items, items.c.document_id == source_documents.c.id)
        .where(_PUBLIC)
        .distinct()
        .order_by(source_documents.c.mechanism)
    )


async def themes(tx: Transaction) -> list[str]:
    """The themes of items that anybody may name, in their order."""
    return await tx.values(
        select(item_tags.c.label)
        .join(items, items.c.id == item_tags.c.item_id)
        .where(item_tags.c.vocabulary == "theme", _PUBLIC)
        .distinct()
        .order_by(item_tags.c.label)
    )


_PUBLIC = and_(items.c.restricted.is_(False), items.c.vanished_at.is_(None))

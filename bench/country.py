"""A country at full size: 5,000 recommendations, 200 institutions, 100,000 status updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from bench.imports import sentence
from storage.database import Database
from storage.tables import (
    accounts,
    assignments,
    institutions,
    item_texts,
    items,
    people,
    seats,
    source_documents,
    status_updates,
)

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
STATUSES = ("not_started", "planned", "in_progress", "partly_implemented", "implemented")
AT_ONCE = 5_000  # rows in one insert


@dataclass(frozen=True)
class Size:
    """How much there is."""

    items: int = 5_000
    institutions: int = 200
    status_updates: int = 100_000


async def settle(database: Database, bot_id: int, chats: Sequence[int], size: Size) -> None:
    """Fill an empty database; the chats are focal points', the last one is a coordinator's."""
    tables: list[tuple[Table, Iterator[dict[str, Any]]]] = [
        (institutions, institutions_of(size)),
        (people, people_of(chats)),
        (accounts, accounts_of(bot_id, chats)),
        (seats, _seats(chats, size)),
        (source_documents, documents_of(size)),
        (items, items_of(size)),
        (item_texts, _texts(size)),
        (assignments, _assignments(size)),
        (status_updates, _status_updates(size)),
    ]
    for table, rows in tables:
        await fill(database, table, rows)


async def fill(database: Database, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Insert the rows, some thousands at a time."""
    several: list[dict[str, Any]] = []
    for row in rows:
        several.append(row)
        if len(several) == AT_ONCE:
            await _insert(database, table, several)
            several = []
    if several:
        await _insert(database, table, several)


async def _insert(database: Database, table: Table, rows: list[dict[str, Any]]) -> None:
    async with database.write() as tx:
        await tx.execute(insert(table), rows)


def institutions_of(size: Size) -> Iterator[dict[str, Any]]:
    """Ministries."""
    for number in range(1, size.institutions + 1):
        names = {"en": f"Ministry {number}", "fr": f"Ministère {number}"}
        yield {"id": number, "code": f"M{number}", "kind": "ministry", "names": names}


def people_of(chats: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A person for each chat."""
    for number, _ in enumerate(chats, 1):
        yield {"id": number, "name": f"Person {number}", "language": "en", "created_at": NOW}


def accounts_of(bot_id: int, chats: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Everybody's chat."""
    for number, chat in enumerate(chats, 1):
        yield {"bot_id": bot_id, "chat_id": chat, "person_id": number}


def _seats(chats: Sequence[int], size: Size) -> Iterator[dict[str, Any]]:
    for number, _ in enumerate(chats[:-1], 1):
        institution = number % size.institutions + 1
        seat = {"person_id": number, "institution_id": institution, "from_at": NOW}
        yield {**seat, "role": "focal_point"}
    last = {"person_id": len(chats), "institution_id": None, "from_at": NOW}
    yield {**last, "role": "coordinator"}


def documents_of(size: Size) -> Iterator[dict[str, Any]]:
    """Source documents, 250 items in each."""
    for number in range(1, size.items // 250 + 2):
        document = {"id": number, "symbol": f"A/HRC/{number}/9", "mechanism": "upr"}
        yield {**document, "cycle": number % 4 + 1, "imported_at": NOW}


def items_of(size: Size) -> Iterator[dict[str, Any]]:
    """Recommendations."""
    for number in range(1, size.items + 1):
        yield {
            "id": number,
            "key": f"item-{number}",
            "document_id": number // 250 + 1,
            "paragraph": f"140.{number % 250}",
            "ordinal": number,
            "kind": "recommendation",
            "position": "supported",
            "recommending": ["Norland"],
            "headings": [],
            "created_at": NOW,
        }


def _texts(size: Size) -> Iterator[dict[str, Any]]:
    for number in range(1, size.items + 1):
        text = {"item_id": number, "language": "en", "version": 1, "from_at": NOW}
        yield {**text, "words": f"Take measures to {sentence(number, 25)}."}


def _assignments(size: Size) -> Iterator[dict[str, Any]]:
    updates = size.status_updates // size.items
    for number in range(1, size.items + 1):
        yield {
            "id": number,
            "item_id": number,
            "institution_id": number % size.institutions + 1,
            "part": "lead",
            "state": "announced",
            "due_on": TODAY + timedelta(days=number % 90 - 20),
            "assigned_at": NOW,
            "announced_at": NOW,
            "status": STATUSES[number % len(STATUSES)],
            "as_of": TODAY - timedelta(days=30),
            "reported_at": NOW,
            "report_state": "approved",
            "last_status_update_id": number * updates,
        }


def _status_updates(size: Size) -> Iterator[dict[str, Any]]:
    updates = size.status_updates // size.items
    for number in range(1, updates * size.items + 1):
        yield {
            "id": number,
            "number": f"SU-2026-{number:06}",
            "assignment_id": (number - 1) // updates + 1,
            "kind": "report",
            "state": "approved",
            "status": STATUSES[number % len(STATUSES)],
            "as_of": TODAY - timedelta(days=number % 300),
            "measures": f"Bill {number % 90} passed its first reading.",
            "language": "en",
            "submitted_at": NOW,
        }

"""The invented State of Maravia for tests: a review, a treaty body, institutions, assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from bot.domain.approvals import Protection
from bot.domain.items import AssignmentState, Part
from bot.domain.people import Act, Actor, Person, Role, Seat
from storage import accounts, files, institutions, people, seats
from storage.database import Transaction
from storage.tables import (
    approvals,
    assignments,
    clusters,
    item_texts,
    items,
    protections,
    siblings,
    source_documents,
)
from storage.tables import seats as seats_table

LONG_AGO = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
REVIEW = "A/HRC/61/9"
ZONE = ZoneInfo("Africa/Dakar")
TREATY_BODY = "CAT/C/MRV/CO/4"

TEXTS = {
    "140.7": {
        "en": "Ratify the Optional Protocol to the Convention against Torture (Norland).",
        "fr": "Ratifier le Protocole facultatif à la Convention contre la torture (Norland).",
        "ar": "التصديق على البروتوكول الاختياري لاتفاقية مناهضة التعذيب (نورلاند).",
    },
    "140.9": {"en": "Adopt the law on equality between women and men (Estavia)."},
    "140.12": {"en": "Improve conditions in the prisons of Port Selene (Ostmark)."},
    "140.15": {"en": "Train judges on the prohibition of torture (Norland)."},
}


@dataclass(frozen=True)
class Sample:
    """Ids by the codes that tests use: items and assignments by paragraph."""

    items: Mapping[str, int]
    assignments: Mapping[str, int]
    institution_id: int


async def new(tx: Transaction, table: object, **values: object) -> int:
    """A row; gives its id."""
    result = await tx.execute(insert(table).values(**values))  # type: ignore[arg-type]
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def document(tx: Transaction, symbol: str = REVIEW, mechanism: str = "upr") -> int:
    """A source document, made unless it is there."""
    known = await tx.value(select(source_documents.c.id).where(source_documents.c.symbol == symbol))
    if known is not None:
        return int(known)
    return await new(
        tx,
        source_documents,
        symbol=symbol,
        mechanism=mechanism,
        published_on=date(2025, 3, 3),
        imported_at=LONG_AGO,
    )


async def item(
    tx: Transaction,
    code: str,
    texts: Mapping[str, str],
    *,
    symbol: str = REVIEW,
    restricted: bool = False,
    cluster_id: int | None = None,
    kind: str = "recommendation",
) -> int:
    """An item with its texts by language."""
    document_id = await document(tx, symbol)
    item_id = await new(
        tx,
        items,
        key=f"{symbol} {code}",
        document_id=document_id,
        paragraph=code,
        ordinal=int("".join(each for each in code if each.isdigit()) or 0),
        kind=kind,
        position="supported",
        restricted=restricted,
        recommending=["Norland"],
        headings=[],
        cluster_id=cluster_id,
        created_at=LONG_AGO,
    )
    for language, words in texts.items():
        row = {"item_id": item_id, "language": language, "version": 1, "words": words}
        await tx.execute(insert(item_texts).values(**row, from_at=LONG_AGO))
    return item_id


async def assignment(
    tx: Transaction,
    item_id: int,
    institution_id: int,
    *,
    due_on: date | None = None,
    part: Part = Part.LEAD,
    state: AssignmentState = AssignmentState.ANNOUNCED,
) -> int:
    """An announced assignment."""
    return await new(
        tx,
        assignments,
        item_id=item_id,
        institution_id=institution_id,
        part=part.value,
        state=state.value,
        due_on=due_on,
        assigned_at=LONG_AGO,
        announced_at=LONG_AGO,
    )


async def justice(
    tx: Transaction, due: Mapping[str, date | None] | None = None, *, code: str = "MOJ"
) -> Sample:
    """The Ministry of Justice with its four items; 140.7, 140.12 and 140.15 are of one cluster."""
    known = await institutions.by_code(tx, code)
    institution_id = (
        known.id
        if known is not None
        else await institutions.add(
            tx,
            code,
            "ministry",
            {"en": "Ministry of Justice", "fr": "Ministère de la justice", "ar": "وزارة العدل"},
        )
    )
    cluster_id = await new(
        tx, clusters, name="Prevention of torture", language="en", created_at=LONG_AGO
    )
    found = {}
    held = {}
    for paragraph, texts in TEXTS.items():
        own = None if paragraph == "140.9" else cluster_id
        found[paragraph] = await item(tx, paragraph, texts, cluster_id=own)
        held[paragraph] = await assignment(
            tx, found[paragraph], institution_id, due_on=(due or {}).get(paragraph)
        )
    return Sample(found, held, institution_id)


async def justice_elsewhere(tx: Transaction) -> int:
    """Another institution: the Ministry of the Interior."""
    return await institutions.add(tx, "MOI", "ministry", {"en": "Ministry of the Interior"})


async def alike(tx: Transaction, first: int, second: int, score: int = 90) -> None:
    """Two items are siblings of each other."""
    for one, other in ((first, second), (second, first)):
        row = {"item_id": one, "sibling_id": other, "score": score}
        await tx.execute(insert(siblings).values(**row))


async def somebody(
    tx: Transaction,
    name: str,
    role: Role,
    institution_id: int | None,
    *,
    language: str = "en",
    bot_id: int = 1,
    unit_id: int | None = None,
    now: datetime = LONG_AGO,
) -> Actor:
    """A person with a seat and a chat, as they act."""
    person: Person = await people.add(tx, name, language, now=now)
    await accounts.link(tx, bot_id, 1000 + person.id, person.id, username=None)
    seat: Seat = await seats.add(tx, person.id, role, institution_id, unit_id=unit_id, now=now)
    return Actor(person, (seat,))


async def seat(tx: Transaction, name: str, role: Role = Role.COORDINATOR) -> int:
    """Somebody's seat in the secretariat; gives its id."""
    actor = await somebody(tx, name, role, None)
    assert actor.seat_id is not None
    return actor.seat_id


async def file(tx: Transaction, sha256: str, size: int, now: datetime) -> None:
    """A file of that hash, as the store keeps it."""
    await files.add(tx, sha256, size=size, media_type="application/pdf", now=now)


async def lower(tx: Transaction, what: Protection) -> None:
    """A protection that two coordinators have lowered."""
    seat = await tx.row(select(seats_table).order_by(seats_table.c.id).limit(1))
    assert seat is not None
    approval = await new(
        tx,
        approvals,
        kind="lower",
        arguments={"what": what.value},
        reason="The court asked.",
        language="en",
        asked_by=seat["id"],
        asker=seat["person_id"],
        asked_at=LONG_AGO,
        state="done",
    )
    kept = {"name": what.value, "lowered_at": LONG_AGO, "approval_id": approval}
    await tx.execute(insert(protections).values(**kept))


def act(actor: Actor, now: datetime, *, bot_id: int = 1, zone: ZoneInfo = ZONE) -> Act:
    """What they do at that moment."""
    return Act(actor, bot_id, zone, now)


def codes(found: Sequence[object]) -> list[str]:
    """The codes of entries or hits, in their order."""
    return [str(each.code) for each in found]  # type: ignore[attr-defined]

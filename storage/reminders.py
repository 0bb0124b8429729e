"""Reminders: each rung for each person, planned, and for ever what became of it.

    planned → sent | skipped        planned → held → planned | skipped

`held` waits for an officer's tap. A row that was sent is never planned again: a rung reaches a
person once. One that was skipped because nothing was owed is, once it is owed again in time; so is
the latest that somebody missed while no message reached them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.domain.ladder import Named, PutOff, Reaches, Skipped
from bot.domain.requests import ItemState
from storage.database import Transaction
from storage.tables import audit_words, outbox, people, reminders, request_items
from storage.upsert import insert_into

PLANNED, HELD, SENT, SKIPPED = "planned", "held", "sent", "skipped"
SNOOZED = "snoozed"
"""Reaches who put a reminder off, on the day they chose."""

_OPEN = reminders.c.state.in_((PLANNED, HELD))
_IS_PLANNED = reminders.c.state == literal_column("'planned'")  # as the index `due` says it


@dataclass(frozen=True)
class Key:
    """One rung of one item for one person."""

    request_item_id: int
    person_id: int
    due_on: date
    days: int
    reaches: str

    @property
    def rung(self) -> tuple[int, date, int, str]:
        """The rung itself, whoever gets it."""
        return (self.request_item_id, self.due_on, self.days, self.reaches)


@dataclass(frozen=True)
class Reminder:
    """A rung for a person, and what became of it."""

    id: int
    request_item_id: int
    person_id: int
    due_on: date
    days: int
    reaches: str
    asks_first: bool
    state: str
    reason: str | None
    at: datetime
    settled_at: datetime | None
    outbox_id: int | None

    @property
    def key(self) -> Key:
        """What makes it the one it is."""
        return Key(self.request_item_id, self.person_id, self.due_on, self.days, self.reaches)

    @property
    def rank(self) -> tuple[date, int]:
        """Where it stands among the rungs of its item: later ones overtake earlier ones."""
        return (self.due_on, self.days)


_COLUMNS = [reminders.c[name] for name in Reminder.__dataclass_fields__]


# -- Planning --------------------------------------------------------------------------------------


async def of_items(tx: Transaction, request_item_ids: Sequence[int]) -> list[Reminder]:
    """Every row of these items, in the order of time."""
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(reminders.c.request_item_id.in_(request_item_ids))
        .order_by(reminders.c.at, reminders.c.days, reminders.c.id)
    )
    return [Reminder(**row) for row in rows]


@dataclass(frozen=True)
class New:
    """A rung to be kept; with a reason, on record as skipped from the beginning."""

    key: Key
    at: datetime
    asks_first: bool = False
    skipped: Skipped | None = None


async def add(tx: Transaction, rows: Sequence[New], *, now: datetime) -> None:
    """New rungs, with the moments they are due; one that is there already stays as it is."""
    if rows:
        values = [_values(each, now) for each in rows]
        await tx.execute(insert_into(tx, reminders).on_conflict_do_nothing(), values)


def _values(new: New, now: datetime) -> dict[str, Any]:
    planned = {"state": PLANNED, "reason": None, "settled_at": None}
    return {
        **vars(new.key),
        "at": new.at,
        "asks_first": new.asks_first,
        **(planned if new.skipped is None else _settled(new.skipped, now)),
    }


async def move(tx: Transaction, moments: Mapping[int, datetime]) -> None:
    """Planned rungs are due at another moment, by id."""
    await _at(tx, moments, PLANNED, {})


async def plan_again(tx: Transaction, moments: Mapping[int, datetime]) -> None:
    """Rungs that were skipped are due after all, by id."""
    await _at(tx, moments, SKIPPED, {"state": PLANNED, "reason": None, "settled_at": None})


async def _at(
    tx: Transaction, moments: Mapping[int, datetime], state: str, values: Mapping[str, Any]
) -> None:
    if moments:
        await tx.execute(
            update(reminders)
            .where(reminders.c.id == bindparam("row"), reminders.c.state == state)
            .values(at=bindparam("moment"), **values),
            [{"row": each, "moment": at} for each, at in moments.items()],
        )


async def skip(tx: Transaction, ids: Sequence[int], reason: Skipped, *, now: datetime) -> None:
    """These rungs are not sent, for a reason that stays on record."""
    if ids:
        await tx.execute(
            update(reminders).where(reminders.c.id.in_(ids), _OPEN).values(**_settled(reason, now))
        )


async def skip_before(
    tx: Transaction,
    request_item_ids: Sequence[int],
    person_id: int,
    at: datetime,
    reason: Skipped,
    *,
    now: datetime,
) -> None:
    """A person's rungs of these items that would come before that moment are not sent."""
    await tx.execute(
        update(reminders)
        .where(
            reminders.c.request_item_id.in_(request_item_ids),
            reminders.c.person_id == person_id,
            reminders.c.at < at,
            reminders.c.state == PLANNED,
        )
        .values(**_settled(reason, now))
    )


async def stop(
    tx: Transaction,
    request_item_ids: Sequence[int],
    reason: Skipped,
    *,
    person_id: int | None = None,
    now: datetime,
) -> None:
    """No rung of these items goes out any more, not even one that lies in the outbox unsent.

    What else such an unsent message says is planned again at once.
    """
    if not request_item_ids:
        return
    theirs: ColumnElement[bool] = reminders.c.request_item_id.in_(request_item_ids)
    if person_id is not None:
        theirs = and_(theirs, reminders.c.person_id == person_id)
    await _recall(tx, theirs, now=now)
    await tx.execute(update(reminders).where(theirs, _OPEN).values(**_settled(reason, now)))


async def stop_for(
    tx: Transaction, person_id: int, institution_id: int | None, reason: Skipped, *, now: datetime
) -> None:
    """A person hears no more of what that institution owes; None: of what others owe."""
    theirs = and_(
        reminders.c.person_id == person_id,
        reminders.c.reaches == Reaches.SECRETARIAT.value
        if institution_id is None
        else and_(
            reminders.c.reaches != Reaches.SECRETARIAT.value,
            reminders.c.request_item_id.in_(
                select(request_items.c.id).where(request_items.c.institution_id == institution_id)
            ),
        ),
    )
    await _recall(tx, theirs, now=now)
    await tx.execute(update(reminders).where(theirs, _OPEN).values(**_settled(reason, now)))


async def _recall(tx: Transaction, theirs: ColumnElement[bool], *, now: datetime) -> None:
    """Take back messages of these rungs that are planned and not begun."""
    messages = await tx.values(
        select(reminders.c.outbox_id)
        .join(outbox, outbox.c.id == reminders.c.outbox_id)
        .where(theirs, reminders.c.state == SENT, outbox.c.state == "planned")
        .distinct()
    )
    if not messages:
        return
    dropped = await tx.values(
        update(outbox)
        .where(outbox.c.id.in_(messages), outbox.c.state == "planned")
        .values(
            key=outbox.c.key
            + ":recalled:"
            + cast(outbox.c.id, String),  # what is said anew needs it
            state="dropped",
            reason="answered",
            screen=None,
            finished_at=now,
        )
        .returning(outbox.c.id)
    )
    await tx.execute(
        update(reminders)
        .where(reminders.c.outbox_id.in_(dropped))
        .values(state=PLANNED, settled_at=None, outbox_id=None)
    )


async def miss(tx: Transaction, person_id: int, reasons: Sequence[str], *, now: datetime) -> None:
    """Rungs of a person whose message failed for such a reason did not reach them."""
    failed = await tx.values(
        select(reminders.c.outbox_id)
        .join(outbox, outbox.c.id == reminders.c.outbox_id)
        .where(
            reminders.c.person_id == person_id,
            reminders.c.state == SENT,
            outbox.c.state == "failed",
            outbox.c.reason.in_(reasons),
        )
        .distinct()
    )
    await tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(failed))
        .values(key=outbox.c.key + ":missed:" + cast(outbox.c.id, String))
    )
    await tx.execute(
        update(reminders)
        .where(reminders.c.outbox_id.in_(failed))
        .values(outbox_id=None, **_settled(Skipped.UNREACHABLE, now))
    )


# -- When the moment has come ----------------------------------------------------------------------


def _ready(now: datetime) -> ColumnElement[bool]:
    """A rung whose moment has come, of what is still asked and planned as things stand."""
    asked = exists().where(
        request_items.c.id == reminders.c.request_item_id,
        request_items.c.state == ItemState.ASKED.value,
        ~request_items.c.stale,
    )
    return and_(_IS_PLANNED, reminders.c.at <= now, asked)


async def people_due(tx: Transaction, *, now: datetime) -> list[int]:
    """The people who have rungs that are due, those who wait longest first."""
    found = await tx.values(
        select(reminders.c.person_id).where(_ready(now)).order_by(reminders.c.at, reminders.c.id)
    )
    return list(dict.fromkeys(int(each) for each in found))


async def any_due(tx: Transaction, *, now: datetime) -> bool:
    """Whether somebody has a rung that is due."""
    return await tx.value(select(reminders.c.id).where(_ready(now)).limit(1)) is not None


async def due_for(
    tx: Transaction, person_ids: Sequence[int], *, now: datetime
) -> dict[int, list[Reminder]]:
    """The rungs of these people that are due; who would settle them waits for this transaction.

    What somebody else is settling at this moment is left out.
    """
    rows = await tx.rows(
        select(*_COLUMNS)
        .join(request_items, request_items.c.id == reminders.c.request_item_id)
        .where(
            reminders.c.person_id.in_(person_ids),
            reminders.c.state == PLANNED,
            reminders.c.at <= now,
            request_items.c.state == ItemState.ASKED.value,
            ~request_items.c.stale,
        )
        .order_by(reminders.c.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    found: dict[int, list[Reminder]] = {}
    for row in rows:
        found.setdefault(row["person_id"], []).append(Reminder(**row))
    return found


async def put_off(tx: Transaction, ids: Sequence[int], until: datetime) -> None:
    """They wait until then."""
    await move(tx, dict.fromkeys(ids, until))


async def hold(tx: Transaction, ids: Sequence[int]) -> None:
    """They wait for an officer's tap."""
    if ids:
        await tx.execute(
            update(reminders)
            .where(reminders.c.id.in_(ids), reminders.c.state == PLANNED)
            .values(state=HELD)
        )


async def held_with(tx: Transaction, reminder_id: int) -> list[int]:
    """The rungs that wait for the same tap as that one: of the same person."""
    first = reminders.alias("first")
    found = await tx.values(
        select(reminders.c.id)
        .join(first, first.c.person_id == reminders.c.person_id)
        .where(first.c.id == reminder_id, reminders.c.state == HELD)
        .order_by(reminders.c.id)
    )
    return [int(each) for each in found]


async def release(tx: Transaction, ids: Sequence[int], *, now: datetime) -> None:
    """What waited for an officer's tap goes out now."""
    await tx.execute(
        update(reminders)
        .where(reminders.c.id.in_(ids), reminders.c.state == HELD)
        .values(state=PLANNED, asks_first=False, at=now)
    )


async def mark_sent(tx: Transaction, messages: Mapping[int, int], *, now: datetime) -> None:
    """They are said in these messages (outbox rows), by id."""
    if messages:
        await tx.execute(
            update(reminders)
            .where(reminders.c.id == bindparam("row"), reminders.c.state == PLANNED)
            .values(state=SENT, settled_at=now, outbox_id=bindparam("message")),
            [{"row": each, "message": message} for each, message in messages.items()],
        )


async def reminded_between(tx: Transaction, person_id: int, start: datetime, end: datetime) -> bool:
    """Whether a person was or will be reminded in that time of what they themselves owe."""
    was = and_(reminders.c.state == SENT, reminders.c.settled_at >= start)
    will_be = and_(_ready(end), reminders.c.at < end)
    found = await tx.value(
        select(
            exists().where(
                reminders.c.person_id == person_id,
                reminders.c.reaches != Reaches.SECRETARIAT.value,
                or_(was, will_be),
            )
        )
    )
    return bool(found)


async def latest_sent(
    tx: Transaction, person_ids: Sequence[int], request_item_ids: Sequence[int]
) -> dict[tuple[int, int], tuple[date, int]]:
    """The highest rung that these people have had of these items, by person and item."""
    rows = await tx.rows(
        select(
            reminders.c.person_id,
            reminders.c.request_item_id,
            reminders.c.due_on,
            reminders.c.days,
        ).where(
            reminders.c.person_id.in_(person_ids),
            reminders.c.request_item_id.in_(request_item_ids),
            reminders.c.state == SENT,
        )
    )
    found: dict[tuple[int, int], tuple[date, int]] = {}
    for row in rows:
        which, rank = (row["person_id"], row["request_item_id"]), (row["due_on"], row["days"])
        found[which] = max(rank, found.get(which, rank))
    return found


async def last_messages(tx: Transaction, person_ids: Sequence[int]) -> dict[int, int]:
    """The message (outbox row) in which each of these people was reminded last."""
    rows = await tx.rows(
        select(reminders.c.person_id, func.max(reminders.c.outbox_id).label("message"))
        .where(reminders.c.person_id.in_(person_ids), reminders.c.state == SENT)
        .group_by(reminders.c.person_id)
    )
    return {row["person_id"]: row["message"] for row in rows}


async def items_of_bundle(tx: Transaction, reminder_id: int, person_id: int) -> list[int]:
    """What a person was reminded of together with that rung, as far as it is still asked."""
    first = reminders.alias("first")
    found = await tx.values(
        select(reminders.c.request_item_id)
        .join(first, first.c.outbox_id == reminders.c.outbox_id)
        .join(request_items, request_items.c.id == reminders.c.request_item_id)
        .where(
            first.c.id == reminder_id,
            reminders.c.person_id == person_id,
            request_items.c.state == ItemState.ASKED.value,
        )
        .distinct()
        .order_by(reminders.c.request_item_id)
    )
    return [int(each) for each in found]


async def named(tx: Transaction, request_item_id: int) -> list[Named]:
    """Every rung of an item with whom it reaches, in the order of time."""
    rows = await tx.rows(
        select(people.c.name, reminders.c.at, reminders.c.state, reminders.c.reason)
        .join(people, people.c.id == reminders.c.person_id)
        .where(reminders.c.request_item_id == request_item_id)
        .order_by(reminders.c.at, reminders.c.id)
    )
    return [Named(**row) for row in rows]


async def say_why(tx: Transaction, keys: Sequence[Key], entry: int) -> None:
    """The words of that entry of the audit say why these were put off."""
    await tx.execute(
        update(reminders)
        .where(*(reminders.c[name] == bindparam(f"its_{name}") for name in vars(keys[0])))
        .values(entry=entry),
        [{f"its_{name}": value for name, value in vars(each).items()} for each in keys],
    )


async def snoozes(tx: Transaction, request_item_ids: Sequence[int]) -> dict[int, list[PutOff]]:
    """Who has put off these things until when, and why, by thing; the latest first.

    Words that were erased are missing.
    """
    rows = await tx.rows(
        select(
            reminders.c.request_item_id,
            reminders.c.due_on,
            reminders.c.days,
            people.c.name,
            audit_words.c.words,
        )
        .join(people, people.c.id == reminders.c.person_id)
        .outerjoin(audit_words, audit_words.c.number == reminders.c.entry)
        .where(reminders.c.request_item_id.in_(request_item_ids), reminders.c.reaches == SNOOZED)
        .order_by(reminders.c.id.desc())
    )
    found: dict[int, list[PutOff]] = {}
    for row in rows:
        until_on = row["due_on"] + timedelta(days=row["days"])
        said = PutOff(row["name"], until_on, row["words"])
        found.setdefault(row["request_item_id"], []).append(said)
    return found


async def ledger(tx: Transaction) -> dict[tuple[str, str | None], int]:
    """How many rungs stand where, by state and reason: every one that was ever planned."""
    rows = await tx.rows(
        select(reminders.c.state, reminders.c.reason, func.count().label("n")).group_by(
            reminders.c.state, reminders.c.reason
        )
    )
    return {(row["state"], row["reason"]): row["n"] for row in rows}


def _settled(reason: Skipped, now: datetime) -> dict[str, Any]:
    return {"state": SKIPPED, "reason": reason.value, "settled_at": now}

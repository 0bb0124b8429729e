"""The outbox: what is to be said, to whom, and what became of it; all SQL of that table.

    planned → sending → sent | failed | unknown        planned → dropped

A row goes to `sending` in a commit of its own before Telegram is called, one row of a chat at a
time. What stands in `sending` when the program starts was in flight when it ended (`recover`):
replies and notices are planned again, because a receipt or a request must arrive at least once; so
are edits and deletions, which can be repeated without harm; bulk becomes `unknown` and is never
repeated blindly. `dropped` is an edit that a newer one overtook, or a message whose recipient lost
access. The payload (`screen`, `chat_id`) goes once a row is final.

To a chat without a person, a stranger's or a group's, chat and screen lie in an envelope
(`storage.envelopes`), which is opened to send it: the table has a mark of the chat.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from bot.domain import screens
from bot.domain.screens import NO_BUTTONS, Screen
from bot.domain.views import discretion
from storage import quotes, sign_ups, subscriptions
from storage.database import Transaction
from storage.envelopes import Sealed
from storage.tables import accounts, files, outbox, people
from storage.tables import sign_ups as sign_up_rows
from storage.upsert import insert_by

REPLY, NOTICE, BULK = "reply", "notice", "bulk"
STATES = ("planned", "sending", "sent", "failed", "unknown", "dropped")

Payload = Mapping[str, Any]
"""A packed screen, a part of a rendered one (`bot.wire.render`), or a screen `of` which one `part`
is to go."""


@dataclass(frozen=True)
class Message:
    """What is to be said, changed or deleted in a private chat or a group.

    The recipient is a person, whose account is looked up when it is sent, or a plain chat; with
    both, the chat. `edits` and `deletes` are ids of outbox rows, `removes` is a message that the
    person wrote; `subject` is what an answer to the message is about. A deletion may have a screen:
    it takes the place of what Telegram deletes no more, and is said below where the person wrote
    that themselves. `due_at` None is at once, `language` None
    the person's. An `urgent` one sounds whatever has sounded that day: only what is asked and
    answered in a live dialogue is urgent, to people who were told so. `quotes` name what the screen
    shows beside the words that stand in it, such as `conversation:5` (`storage.quotes`). `sign_up`
    is the handle of a participant, whose chat is taken from the sign-up (or from what somebody who
    is told of later ones agreed to) where none is named: by it their messages are found when they
    are to be erased. `sealed`: it shows what a participant wrote, and lies in an envelope although
    it goes to a person.
    """

    key: str
    screen: Screen | None
    person_id: int | None
    bot_id: int
    chat_id: int | None = None
    lane: str = NOTICE
    subject: str | None = None
    edits: int | None = None
    deletes: int | None = None
    removes: int | None = None
    silent: bool = False
    urgent: bool = False
    due_at: datetime | None = None
    language: str | None = None
    quotes: tuple[str, ...] = ()
    sign_up: str | None = None
    sealed: bool = False


@dataclass(frozen=True)
class Waiting:
    """A planned row in its chat's queue; `due_at` None: at once, whatever the clock says.

    What is due goes in the order in which it was planned, parts behind their first: a clock that is
    moved changes nothing.
    """

    id: int
    chat: str
    lane: str
    due_at: datetime | None
    order: tuple[int, int]


@dataclass(frozen=True)
class Outgoing:
    """A planned row with all that is needed to send it; `chat_id` None: there is no account."""

    id: int
    key: str
    bot_id: int
    person_id: int | None
    chat_id: int | None
    lane: str
    payload: Payload | None
    language: str | None
    timezone: str | None
    edits: int | None
    deletes: int | None
    removes: int | None
    part_of: int | None
    silent: bool
    urgent: bool
    attempts: int
    sealed: bool = False
    target: int | None = None
    """The message that this row edits or deletes, where it was sent."""
    target_parts: tuple[int, ...] = ()
    """The messages of its further parts."""

    @property
    def is_deletion(self) -> bool:
        """Whether it takes a message away."""
        return self.deletes is not None or self.removes is not None

    @property
    def only_takes_buttons(self) -> bool:
        """Whether it takes the buttons off a message and changes nothing else."""
        return self.edits is not None and self.payload == _NO_BUTTONS


_NO_BUTTONS = screens.to_json(NO_BUTTONS)


@dataclass(frozen=True)
class Said:
    """A message that was sent: the row that made it, and what an answer to it is about."""

    id: int
    subject: str | None


@dataclass(frozen=True)
class Recovered:
    """How many rows were in flight when the program ended, by what became of them."""

    planned: int
    unknown: int


@dataclass(frozen=True)
class Failure:
    """A delivery that failed: the row, its recipient and the reason as a code."""

    id: int
    key: str
    person_id: int | None
    reason: str | None
    state: str = "failed"


@dataclass(frozen=True)
class Standing:
    """A message in somebody's chat, by the row that made it."""

    id: int
    bot_id: int
    person_id: int | None


_FIRST = func.coalesce(outbox.c.edits, outbox.c.part_of, outbox.c.id)
"""The row that first said what a row says."""
_ROOT = select(_FIRST).where(outbox.c.id == bindparam("of_row"))


# -- Planning --------------------------------------------------------------------------------------


async def add(tx: Transaction, message: Message, *, now: datetime) -> int:
    """Plan a message; gives its row's id. A known key adds nothing and gives the row that has it.

    An edit drops the unsent edits of the same screen, unless it only takes the buttons away. A
    deletion drops what is still unsent of it.
    """
    known = await find(tx, message.key)
    if known is not None:
        return known
    values = _values(tx, message, now)
    values["edits"] = await _root(tx, message.edits)
    values["deletes"] = await _root(tx, message.deletes)
    added = await tx.value(_insert_new(tx.dialect), values)
    if added is None:  # planned by somebody else between the two statements
        return int(await tx.value(_FIND, {"named": message.key}))
    if values["edits"] is not None and message.screen != NO_BUTTONS:
        await _drop(tx, _edits_of(values["edits"], before=added), "superseded", now)
    if values["deletes"] is not None:
        gone = or_(
            outbox.c.id == values["deletes"],
            outbox.c.part_of == values["deletes"],
            _edits_of(values["deletes"], before=added),
        )
        await _drop(tx, gone, "superseded", now)
    if message.person_id and message.screen is not None and message.screen != NO_BUTTONS:
        shown_by = values["edits"] or values["deletes"] or added
        await quotes.note(tx, shown_by, message.screen, message.quotes)
    tx.wakes.add("outbox")
    return int(added)


async def add_many(tx: Transaction, messages: Iterable[Message], *, now: datetime) -> int:
    """Plan many new messages (no edits, no deletions) at once; gives how many keys were new."""
    rows = [_values(tx, each, now) for each in messages]
    if not rows:
        return 0
    added = await tx.execute(_insert_new(tx.dialect), rows)
    tx.wakes.add("outbox")
    return len(added.all())


async def drop(tx: Transaction, prefix: str, reason: str, *, now: datetime) -> int:
    """Drop what is planned under keys that begin so (an undone broadcast, an answered ladder)."""
    return await _drop(tx, _begins(tx, prefix), reason, now)


async def drop_recipient(tx: Transaction, person_id: int, reason: str, *, now: datetime) -> int:
    """Drop what is planned for a person who lost access, replies to their own acts excepted."""
    theirs = and_(outbox.c.person_id == person_id, outbox.c.lane != REPLY)
    return await _drop(tx, theirs, reason, now)


async def failures(tx: Transaction, prefix: str, *, unknown_too: bool = False) -> list[Failure]:
    """The deliveries that failed (or may have) among the keys that begin so."""
    first = outbox.alias("first")
    states = ("failed", "unknown") if unknown_too else ("failed",)
    rows = await tx.rows(
        select(
            first.c.id,
            first.c.key,
            first.c.person_id,
            func.max(outbox.c.reason).label("reason"),
            func.min(outbox.c.state).label("state"),  # one in parts has failed where one has
        )
        .join(first, first.c.id == _delivery())
        .where(_begins(tx, prefix), outbox.c.state.in_(states))
        .group_by(first.c.id, first.c.key, first.c.person_id)
        .order_by(first.c.id)
    )
    return [Failure(**row) for row in rows]


async def retry(tx: Transaction, messages: Iterable[Message], *, now: datetime) -> int:
    """Plan those of the messages again whose delivery failed; gives how many.

    The payload went when they failed, so the caller composes it again. What was sent or may have
    been (`unknown`) is left alone, and so are the parts of a message that were.
    """
    count = 0
    for message in messages:
        row_id = await find(tx, message.key)
        rows = or_(outbox.c.id == row_id, outbox.c.part_of == row_id)
        failed = await tx.rows(
            select(outbox.c.id, outbox.c.key).where(rows, outbox.c.state == "failed")
        )
        if any(each["id"] == row_id for each in failed):
            await tx.execute(delete(outbox).where(outbox.c.part_of == row_id))
            await _plan_again(tx, row_id, _values(tx, message, now))
        else:
            for each in failed:
                assert message.screen is not None
                values = _values(tx, message, now)
                number = int(each["key"].rpartition("#")[2])
                said = {"part": number, "of": screens.to_json(message.screen)}
                again = _payload(tx, message, said)
                again |= {name: values[name] for name in ("created_at", "due_at")}
                await _plan_again(tx, each["id"], again)
        count += bool(failed)
    if count:
        tx.wakes.add("outbox")
    return count


async def _plan_again(tx: Transaction, row_id: int | None, values: dict[str, Any]) -> None:
    as_new = {"state": "planned", "attempts": 0, "reason": None}
    as_new |= {"message_id": None, "finished_at": None}
    kept = {name: value for name, value in values.items() if name not in ("edits", "deletes")}
    await tx.execute(update(outbox).where(outbox.c.id == row_id).values(**kept | as_new))


# -- Looking ---------------------------------------------------------------------------------------


_FIND = select(outbox.c.id).where(outbox.c.key == bindparam("named"))


async def find(tx: Transaction, key: str) -> int | None:
    """The row of that key, or None while nothing was planned under it."""
    row_id: int | None = await tx.value(_FIND, {"named": key})
    return row_id


async def root(tx: Transaction, row_id: int) -> int:
    """The row that first said what `row_id` says: edits of edits are edits of that one."""
    found = await _root(tx, row_id)
    return row_id if found is None else found


async def deletions(tx: Transaction, prefix: str) -> list[Failure]:
    """Every message that rows of such keys take away, with what became of that (`state`)."""
    rows = await tx.rows(
        select(outbox.c.id, outbox.c.key, outbox.c.person_id, outbox.c.reason, outbox.c.state)
        .where(_begins(tx, prefix))
        .order_by(outbox.c.id)
    )
    return [Failure(**row) for row in rows]


async def drop_showing(tx: Transaction, row_ids: Iterable[int], *, now: datetime) -> int:
    """Drop what is planned of these messages, their edits and further parts; gives how many."""
    ids = list(row_ids)
    theirs = or_(outbox.c.id.in_(ids), outbox.c.edits.in_(ids), outbox.c.part_of.in_(ids))
    return await _drop(tx, theirs, "redacted", now)


async def standing(tx: Transaction, row_ids: Iterable[int]) -> list[Standing]:
    """Those of these messages that stand in a chat, may do so, or are on their way there."""
    rows = await tx.rows(
        select(outbox.c.id, outbox.c.bot_id, outbox.c.person_id)
        .where(outbox.c.id.in_(list(row_ids)), outbox.c.state.in_(("sending", "sent", "unknown")))
        .order_by(outbox.c.id)
    )
    return [Standing(**row) for row in rows]


async def find_many(tx: Transaction, keys: Iterable[str]) -> dict[str, int]:
    """The rows of these keys, by key."""
    rows = await tx.rows(select(outbox.c.key, outbox.c.id).where(outbox.c.key.in_(list(keys))))
    return {row["key"]: row["id"] for row in rows}


def is_known(key: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that something was planned under that key."""
    return exists().where(outbox.c.key == key)


_SHOWN = (
    select(_FIRST.label("id"), outbox.c.subject)
    .where(
        outbox.c.bot_id == bindparam("of_bot"),
        outbox.c.person_id == bindparam("of_person"),
        outbox.c.message_id == bindparam("as_message"),
    )
    .order_by(outbox.c.subject.is_(None), outbox.c.id.desc())
    .limit(1)
)


async def by_message(tx: Transaction, bot_id: int, person_id: int, message_id: int) -> Said | None:
    """What the bot said in that message: a person's answer to it continues its subject."""
    shown = {"of_bot": bot_id, "of_person": person_id, "as_message": message_id}
    row = await tx.row(_SHOWN, shown)
    return None if row is None else Said(**row)


STAYS = "stays"
"""The subject of what a participant keeps: a receipt, a notice."""


async def of_sign_up(tx: Transaction, bot_id: int, handle: str, message_id: int) -> int | None:
    """The row that made that message in a participant's chat, unless the message stays."""
    row_id: int | None = await tx.value(
        select(_FIRST)
        .where(
            outbox.c.bot_id == bot_id,
            outbox.c.sign_up == handle,
            outbox.c.message_id == message_id,
            outbox.c.subject.is_(None),
        )
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return row_id


async def let_go(tx: Transaction, handle: str, *, now: datetime) -> list[int]:
    """Drop what waits for a participant and forget that the rest was theirs.

    Gives the rows whose messages may stand in the chat, the first of each screen.
    """
    rows = await shown_to(tx, handle)
    await _let_go(tx, outbox.c.sign_up == handle, now)
    return rows


async def shown_to(tx: Transaction, handle: str) -> list[int]:
    """The rows whose messages may stand in a participant's chat, the first of each screen."""
    return await tx.values(
        select(outbox.c.id)
        .where(
            outbox.c.sign_up == handle,
            outbox.c.state.in_(("sent", "sending", "unknown")),
            outbox.c.edits.is_(None),
            outbox.c.part_of.is_(None),
        )
        .order_by(outbox.c.id)
    )


async def which_made(
    tx: Transaction, bot_id: int, rows: Iterable[int], message_id: int
) -> int | None:
    """Which of these rows made that message, or a part of it."""
    first = func.coalesce(outbox.c.part_of, outbox.c.id)
    row_id: int | None = await tx.value(
        select(first)
        .where(
            outbox.c.bot_id == bot_id,
            outbox.c.message_id == message_id,
            first.in_(list(rows)),
        )
        .limit(1)
    )
    return row_id


async def let_go_all(tx: Transaction, consultation_id: int, *, now: datetime) -> None:
    """Drop what waits for the participants of a consultation, forget that the rest was theirs."""
    its = sign_up_rows.c.consultation_id == consultation_id
    await _let_go(tx, outbox.c.sign_up.in_(select(sign_up_rows.c.handle).where(its)), now)


async def _let_go(tx: Transaction, theirs: ColumnElement[bool], now: datetime) -> None:
    await _drop(tx, theirs, "erased", now)
    await tx.execute(update(outbox).where(theirs).values(sign_up=None))


async def last_subjects(
    tx: Transaction, bot_id: int, person_id: int, *, limit: int
) -> list[str | None]:
    """What the newest replies to a person were about, the newest first."""
    return await tx.values(
        select(outbox.c.subject)
        .where(outbox.c.person_id == person_id, outbox.c.bot_id == bot_id, outbox.c.lane == REPLY)
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )


async def counts(tx: Transaction, prefix: str) -> dict[str, int]:
    """Deliveries by state among the keys that begin so.

    One in several parts stands where its worst part stands.
    """
    rank = case(
        {state: place for place, state in enumerate(_BY_WEIGHT)}, value=outbox.c.state, else_=0
    )
    delivery = (
        select(func.max(rank).label("rank"))
        .where(_begins(tx, prefix), outbox.c.deletes.is_(None), outbox.c.removes.is_(None))
        .group_by(_delivery())
        .subquery()
    )
    rows = await tx.rows(select(delivery.c.rank, func.count().label("n")).group_by(delivery.c.rank))
    found = {_BY_WEIGHT[row["rank"]]: row["n"] for row in rows}
    return {state: found.get(state, 0) for state in STATES}


async def reasons(tx: Transaction, prefix: str) -> dict[str, int]:
    """Why deliveries failed among the keys that begin so: how many, by code."""
    delivery = (
        select(func.max(outbox.c.reason).label("reason"))
        .where(_begins(tx, prefix), outbox.c.state == "failed")
        .group_by(_delivery())
        .subquery()
    )
    rows = await tx.rows(
        select(delivery.c.reason, func.count().label("n")).group_by(delivery.c.reason)
    )
    return {row["reason"] or "": row["n"] for row in rows}


_BY_WEIGHT = ("dropped", "sent", "planned", "sending", "unknown", "failed")


async def keys(tx: Transaction) -> set[str]:
    """The names of the keys that something still waits to be opened with."""
    named = select(outbox.c.sealed_with).where(outbox.c.sealed_with.is_not(None)).distinct()
    return set(await tx.values(named))


# -- Sending (for the outbox alone) ----------------------------------------------------------------


async def waiting(
    tx: Transaction, bot_id: int, *, now: datetime, ahead: timedelta, after: int = 0
) -> list[Waiting]:
    """The planned rows of a bot that are due within `ahead`, with ids greater than `after`."""
    looked_for = {"of_bot": bot_id, "after": after, "until": now + ahead}
    rows = await tx.rows(_waiting_of_bot(), looked_for)
    return [_read_waiting(row) for row in rows]


async def load(tx: Transaction, row_id: int) -> Outgoing | None:
    """A row with all that is needed to send it; None when it is no longer planned."""
    row = await tx.row(_planned(), {"this": row_id})
    if row is None:
        return None
    carried: dict[str, Any] = {name: row[name] for name in (*_CARRIED, "language", "timezone")}
    opened = _opened(tx, row)
    carried |= {"chat_id": row["to"] or opened.get("chat"), "payload": opened.get("screen")}
    carried["sealed"] = row["envelope"] is not None
    if row["sign_up"] is not None and carried["chat_id"] is None:
        handle = row["sign_up"]
        found = await sign_ups.chat_of(tx, handle) or await subscriptions.chat_of(tx, handle)
        if found is not None:
            carried["chat_id"] = found.chat_id
            carried["language"] = row["language"] or found.language
            if found.discreet:
                carried["payload"] = _unasked(carried["payload"])
    if row["removes"] is not None:
        return Outgoing(**carried, target=row["removes"])
    target = row["edits"] or row["deletes"]
    return Outgoing(**carried, **(await _target(tx, target) if target is not None else {}))


@cache
def _planned() -> Select[Any]:
    return (
        select(
            *(outbox.c[name] for name in _CARRIED),
            *(outbox.c[name] for name in _PAYLOAD),
            outbox.c.sign_up,
            _chat().label("to"),
            func.coalesce(outbox.c.language, people.c.language).label("language"),
            people.c.timezone,
        )
        .select_from(outbox.outerjoin(people, people.c.id == outbox.c.person_id))
        .where(outbox.c.id == bindparam("this"), outbox.c.state == "planned")
    )


_PAYLOAD = ("screen", "sealed_with", "envelope")
_CARRIED = (
    "id",
    "key",
    "bot_id",
    "person_id",
    "lane",
    "edits",
    "deletes",
    "removes",
    "part_of",
    "silent",
    "urgent",
    "attempts",
)


@dataclass(frozen=True)
class Claimed:
    """A row in hand: the rows of its further parts, and whether it goes without a sound."""

    further: tuple[Waiting, ...] = ()
    silent: bool = False


_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), outbox.c.state == "planned")
    .values(state="sending", attempts=outbox.c.attempts + 1, silent=bindparam("quiet"))
    .returning(outbox)
)


async def claim(
    tx: Transaction, row: Outgoing, parts: Sequence[Payload] = (), *, today: date
) -> Claimed | None:
    """Take a planned row in hand; None: it is planned no more.

    Several `parts` are what it says from now on: the first itself, the others as rows behind it.
    Of what a person has not asked for, one message a day sounds, `today` being the person's day;
    what is urgent sounds beside it.
    """
    silent = row.silent or not await _may_sound(tx, row, today)
    take = _TAKE.values(**_packed(tx, row, parts[0])) if len(parts) > 1 else _TAKE
    taken = await tx.row(take, {"this": row.id, "quiet": silent})
    if taken is None:
        return None
    if len(parts) < 2:
        return Claimed(silent=silent)
    further = [
        _part(taken, n) | _packed(tx, row, each) for n, each in enumerate(parts[1:], start=2)
    ]
    await tx.execute(insert(outbox), further)
    rows = await tx.rows(_waiting().where(outbox.c.part_of == row.id))
    return Claimed(tuple(_read_waiting(each) for each in rows), silent)


async def _may_sound(tx: Transaction, row: Outgoing, today: date) -> bool:
    """Whether a message may sound: an answer, or the first of the person's day that is none.

    What a row was given at its first try it keeps at the next ones.
    """
    makes_none = row.edits is not None or row.is_deletion
    answers = row.lane == REPLY or row.person_id is None
    if answers or row.urgent or makes_none or row.attempts:
        return True
    result = await tx.execute(
        update(people)
        .where(
            people.c.id == row.person_id,
            or_(people.c.sounded_on.is_(None), people.c.sounded_on != today),
        )
        .values(sounded_on=today)
    )
    return result.rowcount == 1


_GOT_THROUGH = (
    update(accounts)
    .where(
        accounts.c.bot_id == bindparam("of_bot"),
        accounts.c.chat_id == bindparam("of_chat"),
        or_(
            func.coalesce(accounts.c.last_message_id, 0) < bindparam("newest"),
            accounts.c.unreachable_since.is_not(None),
        ),
    )
    .values(
        last_message_id=case(
            (accounts.c.last_message_id > bindparam("newest"), accounts.c.last_message_id),
            else_=bindparam("newest", type_=accounts.c.last_message_id.type),
        ),
        unreachable_since=None,
        unreachable_reason=None,
    )
)


async def mark_sent(
    tx: Transaction, row: Outgoing, *, message_id: int | None, now: datetime
) -> None:
    """Telegram has it; `message_id` None after a deletion."""
    await _finish(tx, row.id, "sent", None, now, message_id=message_id)
    if message_id is None:
        return
    if row.edits is not None:
        if message_id != row.target:  # said anew: nothing of the old message counts any more
            await tx.execute(
                update(outbox).where(_of_screen(row.edits, row.id)).values(message_id=None)
            )
        await tx.execute(
            update(outbox).where(outbox.c.id == row.edits).values(message_id=message_id)
        )
    got = {"of_bot": row.bot_id, "of_chat": row.chat_id, "newest": message_id}
    await tx.execute(_GOT_THROUGH, got)


async def mark_failed(
    tx: Transaction, row: Outgoing, reason: str, *, now: datetime, unreachable: bool = False
) -> None:
    """It was refused for good, its further parts too; `unreachable`: so is the recipient."""
    await _finish(tx, row.id, "failed", reason, now)
    await tx.execute(
        update(outbox)
        .where(outbox.c.part_of == (row.part_of or row.id), outbox.c.state == "planned")
        .values(**_final("failed", reason, now))
    )
    if unreachable:
        marked = await tx.execute(
            update(accounts)
            .where(
                accounts.c.bot_id == row.bot_id,
                accounts.c.chat_id == row.chat_id,
                accounts.c.unreachable_since.is_(None),
            )
            .values(unreachable_since=now, unreachable_reason=reason)
        )
        if marked.rowcount:
            tx.wakes.add("unreachable")


async def mark_unknown(tx: Transaction, row: Outgoing, reason: str, *, now: datetime) -> None:
    """It may have arrived or not; it is shown so and not sent again."""
    await _finish(tx, row.id, "unknown", reason, now)


async def put_back(tx: Transaction, row: Outgoing, reason: str) -> None:
    """It was not sent, or may be sent twice: it waits for its next turn, at the head of its chat.

    An edit that a newer one has overtaken meanwhile still goes first: the newer one follows.
    """
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.state == "sending")
        .values(state="planned", reason=reason)
    )


async def migrate(tx: Transaction, bot_id: int, *, old: int, new: int) -> None:
    """A group has become a supergroup: what waits for it goes there."""
    waiting = and_(outbox.c.bot_id == bot_id, outbox.c.chat == tx.envelopes.mark(bot_id, old))
    for row in await tx.rows(select(outbox).where(waiting)):
        there = Recipient(bot_id, None, new)
        values = _payload(tx, there, _opened(tx, row).get("screen"))
        await tx.execute(update(outbox).where(outbox.c.id == row["id"]).values(**values))


async def recover(tx: Transaction, bot_id: int, *, now: datetime) -> Recovered:
    """Settle the rows that were in flight when the program ended; call before the first is sent."""
    in_flight = and_(outbox.c.state == "sending", outbox.c.bot_id == bot_id)
    makes_new = (outbox.c.edits.is_(None), outbox.c.deletes.is_(None), outbox.c.removes.is_(None))
    doubtful = and_(outbox.c.lane == BULK, *makes_new)
    unknown = await tx.execute(
        update(outbox).where(in_flight, doubtful).values(**_final("unknown", "interrupted", now))
    )
    planned = await tx.execute(
        update(outbox).where(in_flight).values(state="planned", reason="interrupted")
    )
    return Recovered(planned=planned.rowcount, unknown=unknown.rowcount)


# -- Inside ----------------------------------------------------------------------------------------


def _values(tx: Transaction, message: Message, now: datetime) -> dict[str, Any]:
    said = None if message.screen is None else screens.to_json(message.screen)
    payload = _payload(tx, message, said)
    return payload | {
        "key": message.key,
        "bot_id": message.bot_id,
        "person_id": message.person_id,
        "lane": message.lane,
        "state": "planned",
        "language": message.language,
        "edits": message.edits,
        "deletes": message.deletes,
        "removes": message.removes,
        "subject": message.subject,
        "sign_up": message.sign_up,
        "silent": message.silent,
        "urgent": message.urgent,
        "created_at": now,
        "due_at": now if message.due_at is None else message.due_at,
    }


def _part(taken: RowMapping, number: int) -> dict[str, Any]:
    """The row of a further part: directly behind its first one, without a second sound."""
    return {name: taken[name] for name in _SAME_IN_PARTS} | {
        "key": f"{taken['key']}#{number}",
        "state": "planned",
        "part_of": taken["id"],
        "silent": True,
    }


_SAME_IN_PARTS = (
    "bot_id",
    "person_id",
    "chat_id",
    "chat",
    "lane",
    "language",
    "subject",
    "sign_up",
    "created_at",
    "due_at",
)


@dataclass(frozen=True)
class Recipient:
    """To whom something is said; `sealed` as in `Message`."""

    bot_id: int
    person_id: int | None
    chat_id: int | None
    sealed: bool = False


def _payload(
    tx: Transaction, to: Message | Outgoing | Recipient, said: Payload | None
) -> dict[str, Any]:
    """What is said and to which chat: as it is to a person, else (or `sealed`) in an envelope."""
    is_open = to.person_id is not None or to.chat_id is None
    if is_open and not (to.sealed and said is not None):
        return {**_EMPTY, "screen": said, "chat_id": to.chat_id}
    plain = json.dumps({"chat": to.chat_id, "screen": said}).encode()
    sealed = tx.envelopes.seal(plain, context=_context(to.bot_id))
    where = (
        {"chat_id": to.chat_id} if is_open else {"chat": tx.envelopes.mark(to.bot_id, to.chat_id)}
    )
    return {**_EMPTY, **where, "sealed_with": sealed.key, "envelope": sealed.content}


def _packed(tx: Transaction, row: Outgoing, said: Payload) -> dict[str, Any]:
    """What a row says from now on, to the same recipient."""
    packed = _payload(tx, row, said)
    return {name: packed[name] for name in _PAYLOAD}


def _opened(tx: Transaction, row: RowMapping) -> Mapping[str, Any]:
    """The chat and the screen of a row; nothing where the key of its envelope is gone."""
    if row["envelope"] is None:
        return {"screen": row["screen"]}
    sealed = Sealed(row["sealed_with"], row["envelope"])
    plain = tx.envelopes.open(sealed, context=_context(row["bot_id"]))
    found: dict[str, Any] = {} if plain is None else json.loads(plain)
    return found


def _unasked(said: Payload | None) -> Payload | None:
    """A notice as it goes to somebody in discreet mode, which stands in no table in the open."""
    if said is None or "lines" not in said:
        return said
    return screens.to_json(discretion.unasked(screens.from_json(said)))


def _context(bot_id: int) -> str:
    return f"outbox:{bot_id}"


_EMPTY: dict[str, Any] = dict.fromkeys(("screen", "chat_id", "chat", "sealed_with", "envelope"))
"""What goes once a row is final."""


@cache
def _insert_new(dialect: str) -> Any:
    new = insert_by(dialect, outbox).on_conflict_do_nothing(index_elements=[outbox.c.key])
    return new.returning(outbox.c.id)


def _chat() -> ScalarSelect[int]:
    """The chat a row goes to: its own, else the person's account, a reachable, lively one first."""
    account = (
        select(accounts.c.chat_id)
        .where(accounts.c.bot_id == outbox.c.bot_id, accounts.c.person_id == outbox.c.person_id)
        .order_by(
            accounts.c.unreachable_since.is_not(None),
            func.coalesce(accounts.c.last_message_id, 0).desc(),
            accounts.c.chat_id,
        )
        .limit(1)
        .correlate(outbox)
        .scalar_subquery()
    )
    return func.coalesce(outbox.c.chat_id, account)  # type: ignore[return-value]


_AT_ONCE = outbox.c.due_at <= outbox.c.created_at


def _waiting() -> Select[Any]:
    return select(
        outbox.c.id,
        _chat().label("chat_id"),
        outbox.c.chat,
        outbox.c.sign_up,
        outbox.c.person_id,
        outbox.c.lane,
        outbox.c.due_at,
        outbox.c.part_of,
        _AT_ONCE.label("at_once"),
    )


@cache
def _waiting_of_bot() -> Select[Any]:
    return _waiting().where(
        outbox.c.state == "planned",
        outbox.c.bot_id == bindparam("of_bot"),
        outbox.c.id > bindparam("after"),
        or_(_AT_ONCE, outbox.c.due_at <= bindparam("until")),
    )


def _read_waiting(row: RowMapping) -> Waiting:
    return Waiting(
        id=row["id"],
        chat=_turn_of(row),
        lane=row["lane"],
        due_at=None if row["at_once"] else row["due_at"],
        order=(row["part_of"] or row["id"], row["id"]),
    )


def _turn_of(row: RowMapping) -> str:
    """Whose turn it is in: the chat as far as it is known."""
    if row["chat_id"] is not None:
        return str(row["chat_id"])
    if row["chat"] is not None:
        return f"mark {row['chat']}"
    if row["sign_up"] is not None:
        return f"sign-up {row['sign_up']}"
    return f"person {row['person_id']}"


def _delivery() -> ColumnElement[int]:
    return func.coalesce(outbox.c.part_of, outbox.c.id)


def _begins(tx: Transaction, prefix: str) -> ColumnElement[bool]:
    """Keys that begin so: by range where the index is in byte order, else by comparison."""
    if not prefix:
        return true()
    if tx.dialect == "sqlite":
        return and_(outbox.c.key >= prefix, outbox.c.key < prefix + "\U0010ffff")
    return outbox.c.key.startswith(prefix, autoescape=True)


def _of_screen(root: int, newer: int) -> ColumnElement[bool]:
    """The rows that made and changed a screen before the row `newer` did."""
    edits = select(outbox.c.id).where(outbox.c.edits == root)
    return and_(
        or_(outbox.c.part_of == root, outbox.c.id.in_(edits), outbox.c.part_of.in_(edits)),
        outbox.c.id != newer,
        func.coalesce(outbox.c.part_of, 0) != newer,
    )


def _edits_of(root: int, *, before: int) -> ColumnElement[bool]:
    edits = select(outbox.c.id).where(outbox.c.edits == root, outbox.c.id < before)
    return or_(outbox.c.id.in_(edits), outbox.c.part_of.in_(edits))


async def _root(tx: Transaction, row_id: int | None) -> int | None:
    """The row that first said what `row_id` says: edits of edits are edits of that one."""
    if row_id is None:
        return None
    root = await tx.value(_ROOT, {"of_row": row_id})
    return int(root) if root is not None else None


async def _target(tx: Transaction, root: int) -> dict[str, Any]:
    rows = await tx.rows(
        select(outbox.c.id, outbox.c.message_id)
        .where(
            or_(outbox.c.id == root, _of_screen(root, 0)),
            outbox.c.message_id.is_not(None),
        )
        .order_by(outbox.c.id)
    )
    target = next((row["message_id"] for row in rows if row["id"] == root), None)
    parts = dict.fromkeys(row["message_id"] for row in rows if row["message_id"] != target)
    return {"target": target, "target_parts": tuple(parts)}


async def stored_size(tx: Transaction, sha256: str) -> int | None:
    """How many bytes a stored file has; None: there is no such file."""
    size: int | None = await tx.value(select(files.c.size).where(files.c.sha256 == sha256))
    return size


def _final(state: str, reason: str | None, now: datetime) -> dict[str, Any]:
    return {
        "state": state,
        "reason": reason,
        "finished_at": now,
        **_EMPTY,
    }


_FINISH = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), outbox.c.state.in_(("planned", "sending")))
    .values(state=bindparam("now"), reason=bindparam("why"), finished_at=bindparam("at"), **_EMPTY)
)
_FINISH_SENT = _FINISH.values(message_id=bindparam("as_message"))


async def _finish(
    tx: Transaction,
    row_id: int,
    state: str,
    reason: str | None,
    now: datetime,
    *,
    message_id: int | None = None,
) -> None:
    became = {"this": row_id, "now": state, "why": reason, "at": now}
    if message_id is None:
        await tx.execute(_FINISH, became)
    else:
        await tx.execute(_FINISH_SENT, became | {"as_message": message_id})


async def _drop(tx: Transaction, which: ColumnElement[bool], reason: str, now: datetime) -> int:
    dropped = await tx.execute(
        update(outbox)
        .where(outbox.c.state == "planned", which)
        .values(**_final("dropped", reason, now))
    )
    return dropped.rowcount

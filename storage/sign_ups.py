"""Sign-ups to consultations, sealed with their own keys, and erasures that are under way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, and_, delete, exists, func, insert, or_, select, update

from bot.domain.consultations import Card, SignUp, SignUpState, random_number
from bot.keys import SEALED_START
from storage import consultations
from storage.database import Transaction
from storage.envelopes import Sealed
from storage.safe import LATER
from storage.tables import erasures, sign_ups

AT_ONCE = 100
"""Sign-ups that one transaction erases."""

_CARD, _CAME = "card", "came"


# -- Taking part -----------------------------------------------------------------------------------


async def of_chat(tx: Transaction, bot_id: int, chat_id: int) -> list[SignUp]:
    """Every sign-up that was made in the chat, the newest consultation first; words, too."""
    handles = []
    for consultation_id in await consultations.holding(tx):
        for words in (False, True):
            handle = tx.safe.find(consultation_id, bot_id, chat_id, words=words)
            if handle is not None:
                handles.append(handle)
    rows = await tx.rows(
        select(sign_ups)
        .where(sign_ups.c.handle.in_(handles))
        .order_by(sign_ups.c.consultation_id.desc())
    )
    return [_read(tx, row) for row in rows]


async def of(
    tx: Transaction, consultation_id: int, bot_id: int, chat_id: int, *, words: bool = False
) -> SignUp | None:
    """The chat's sign-up to a consultation, or its `words` to it that are under way."""
    handle = tx.safe.find(consultation_id, bot_id, chat_id, words=words)
    if handle is None:
        return None
    return await by_handle(tx, handle)


async def begin(
    tx: Transaction,
    consultation_id: int,
    card: Card,
    *,
    number: int,
    day: date,
    kept_until: date,
    state: SignUpState = SignUpState.BEGUN,
) -> SignUp:
    """A new sign-up of the card's chat, or words; its keys are made."""
    words = state is SignUpState.WORDS
    handle = tx.safe.make(consultation_id, card.bot_id, card.chat_id, words=words)
    begun = SignUp(handle, consultation_id, number, state, day, kept_until, card)
    values: dict[str, object] = {
        "handle": handle,
        "consultation_id": consultation_id,
        "bot_id": card.bot_id,
        "number": number,
        "state": begun.state.value,
        "size": 1,
        "more": 0,
        "attended": _attended(tx, begun),
    }
    await tx.execute(insert(sign_ups).values(**values, **_values(tx, begun)))
    return begun


async def save(tx: Transaction, kept: SignUp) -> None:
    """Keep what was said; where a sign-up stands is `stand`'s alone."""
    values = _values(tx, kept)
    await tx.execute(update(sign_ups).where(sign_ups.c.handle == kept.handle).values(**values))


async def stand(
    tx: Transaction,
    handle: str,
    state: SignUpState,
    *,
    rank: int | None = None,
    offered_until: datetime | None = None,
    **values: str | int | None,
) -> None:
    """Where a sign-up as a whole stands from now on; `pool` and `size` where these change, too."""
    changed = {"state": state.value, "rank": rank, "offered_until": offered_until, "more": 0}
    changed |= values
    await tx.execute(update(sign_ups).where(sign_ups.c.handle == handle).values(**changed))


async def note_came(tx: Transaction, kept: SignUp, *, came: bool) -> None:
    """Keep whether somebody came; whoever does so has locked the consultation.

    It is sealed beside the card, which participants alone write: so neither overwrites the other.
    """
    attended = _attended(tx, replace(kept, came=came))
    its = sign_ups.c.handle == kept.handle
    await tx.execute(update(sign_ups).where(its).values(attended=attended))


async def who_came(tx: Transaction, consultation_id: int) -> list[str]:
    """The handles of those who have a seat and came; some at a time, for each has to be opened."""
    found: list[str] = []
    last = ""
    while True:
        rows = await tx.rows(
            select(sign_ups)
            .where(
                sign_ups.c.consultation_id == consultation_id,
                sign_ups.c.state == SignUpState.CONFIRMED.value,
                sign_ups.c.handle > last,
            )
            .order_by(sign_ups.c.handle)
            .limit(AT_ONCE)
        )
        found += [row["handle"] for row in rows if _came(tx, row)]
        if len(rows) < AT_ONCE:
            return found
        last = rows[-1]["handle"]


async def by_number(tx: Transaction, consultation_id: int, number: int) -> SignUp | None:
    """The sign-up to a consultation that has this number."""
    row = await tx.row(
        select(sign_ups).where(
            sign_ups.c.consultation_id == consultation_id, sign_ups.c.number == number
        )
    )
    return None if row is None else _read(tx, row)


async def by_handle(tx: Transaction, handle: str) -> SignUp | None:
    """A sign-up by its handle."""
    row = await tx.row(select(sign_ups).where(sign_ups.c.handle == handle))
    return None if row is None else _read(tx, row)


async def again(tx: Transaction, kept: SignUp) -> SignUp:
    """The sign-up as it stands now: others, too, decide where it does."""
    return await by_handle(tx, kept.handle) or kept


async def new_number(tx: Transaction, consultation_id: int) -> int:
    """A random number for a name, which nobody in this consultation has."""
    its = sign_ups.c.consultation_id == consultation_id
    given = int(await tx.value(select(func.count()).select_from(sign_ups).where(its)))
    while True:
        number = random_number(given)
        known = select(exists().where(its, sign_ups.c.number == number))
        if not await tx.value(known):
            return number


async def over(tx: Transaction, *, today: date, begun_before: date) -> list[SignUp]:
    """Those that are kept no longer, and those that were begun before that day and never sent."""
    unsent = (SignUpState.BEGUN.value, SignUpState.WORDS.value)
    never_sent = and_(sign_ups.c.state.in_(unsent), sign_ups.c.day < begun_before)
    rows = await tx.rows(
        select(sign_ups).where(or_(sign_ups.c.kept_until < today, never_sent)).limit(AT_ONCE)
    )
    return [_read(tx, row) for row in rows]


async def keep_no_longer(tx: Transaction, consultation_id: int, until: date) -> None:
    """The sign-ups of a consultation are kept until that day at the latest."""
    await tx.execute(
        update(sign_ups)
        .where(sign_ups.c.consultation_id == consultation_id, sign_ups.c.kept_until > until)
        .values(kept_until=until)
    )


async def chat_of(tx: Transaction, handle: str) -> Card | None:
    """Whom a participant's card leads to, for the outbox alone; None where they are erased."""
    found = await by_handle(tx, handle)
    return None if found is None else found.card


async def handles(
    tx: Transaction, consultation_id: int, states: Sequence[SignUpState]
) -> list[str]:
    """The sign-ups of a consultation that stand so."""
    return await tx.values(
        select(sign_ups.c.handle)
        .where(
            sign_ups.c.consultation_id == consultation_id,
            sign_ups.c.state.in_([each.value for each in states]),
        )
        .order_by(sign_ups.c.number)
    )


async def bots(tx: Transaction, handles: Sequence[str]) -> dict[str, int]:
    """The id of the bot in whose chat each was made; those that are erased are left out."""
    rows = await tx.rows(
        select(sign_ups.c.handle, sign_ups.c.bot_id).where(sign_ups.c.handle.in_(handles))
    )
    return {row["handle"]: row["bot_id"] for row in rows}


async def named(
    tx: Transaction, consultation_id: int, states: Sequence[SignUpState]
) -> list[SignUp]:
    """Those who take part by their own name, as they agreed to."""
    rows = await tx.rows(
        select(sign_ups)
        .where(
            sign_ups.c.consultation_id == consultation_id,
            sign_ups.c.state.in_([each.value for each in states]),
        )
        .order_by(sign_ups.c.number)
    )
    found = [_read(tx, row) for row in rows]
    return [each for each in found if each.card is not None and each.card.named]


async def fingerprint(tx: Transaction, handles: Sequence[str]) -> str:
    """Another one as soon as one of these says something else, stands elsewhere or is gone."""
    rows = await tx.rows(
        select(
            sign_ups.c.handle,
            sign_ups.c.state,
            func.substr(sign_ups.c.sealed, 1, SEALED_START).label("start"),
        )
        .where(sign_ups.c.handle.in_(handles))
        .order_by(sign_ups.c.handle)
    )
    said = [tuple(row.values()) for row in rows]
    return hashlib.sha256(repr(said).encode()).hexdigest()


# -- Erasing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Erasure:
    """Keys that are to be destroyed: of one handle, or of a whole consultation.

    The chat (the bot's id, the chat's) is told when it is done, in `language` and in the message of
    outbox row `says`; None: nobody is told.
    """

    id: int
    consultation_id: int
    handle: str | None
    chat: tuple[int, int] | None
    language: str | None
    says: int | None
    asked_at: datetime


async def remove(tx: Transaction, gone: SignUp, *, says: int | None, now: datetime) -> None:
    """Take the row of a sign-up, and leave its keys to be destroyed; `says` as in `Erasure`.

    A sign-up whose card opens no more has lost its keys already.
    """
    await tx.execute(delete(sign_ups).where(sign_ups.c.handle == gone.handle))
    await leave_keys(tx, gone.consultation_id, gone.handle, gone.card, says=says, now=now)


async def leave_keys(
    tx: Transaction,
    consultation_id: int,
    handle: str,
    card: Card | None,
    *,
    says: int | None = None,
    now: datetime,
) -> None:
    """Leave the keys of a handle to be destroyed, and what leads to it from its card's chat."""
    row: dict[str, Any] = {
        "consultation_id": None if consultation_id == LATER else consultation_id,
        "handle": handle,
        "asked_at": now,
    }
    if card is not None:
        told = {"bot": card.bot_id, "chat": card.chat_id, "language": card.language, "says": says}
        sealed = tx.envelopes.seal(json.dumps(told).encode(), context=_context(handle))
        row |= {"sealed_with": sealed.key, "envelope": sealed.content}
    await tx.execute(insert(erasures).values(**row))
    tx.wakes.add("erasures")


async def leave_key(tx: Transaction, consultation_id: int, handle: str, *, now: datetime) -> None:
    """Leave a key to be destroyed for which there is no sign-up; nobody is told."""
    row = {"consultation_id": consultation_id, "handle": handle, "asked_at": now}
    await tx.execute(insert(erasures).values(**row))
    tx.wakes.add("erasures")


async def remove_all(tx: Transaction, consultation_id: int, *, now: datetime) -> int:
    """Take every sign-up of a consultation; gives how many there were.

    Their keys are left to be destroyed.
    """
    result = await tx.execute(delete(sign_ups).where(sign_ups.c.consultation_id == consultation_id))
    await tx.execute(insert(erasures).values(consultation_id=consultation_id, asked_at=now))
    tx.wakes.add("erasures")
    return result.rowcount


async def is_going(tx: Transaction, handle: str) -> bool:
    """Whether its keys are still to be destroyed."""
    return bool(await tx.value(select(exists().where(erasures.c.handle == handle))))


async def to_destroy(tx: Transaction) -> list[Erasure]:
    """Erasures whose keys are still there, in their order."""
    rows = await tx.rows(select(erasures).order_by(erasures.c.id))
    return [_read_erasure(tx, row) for row in rows]


async def destroyed(tx: Transaction, erasure_id: int) -> bool:
    """Its keys are gone; False where that was noted before."""
    result = await tx.execute(delete(erasures).where(erasures.c.id == erasure_id))
    return result.rowcount == 1


async def left(tx: Transaction, consultation_id: int) -> int:
    """How many sign-ups of a consultation there still are."""
    theirs = sign_ups.c.consultation_id == consultation_id
    return int(await tx.value(select(func.count()).select_from(sign_ups).where(theirs)))


async def keys(tx: Transaction) -> set[str]:
    """The names of the keys that something still waits to be opened with."""
    named = select(erasures.c.sealed_with).where(erasures.c.sealed_with.is_not(None)).distinct()
    return set(await tx.values(named))


# -- Inside ----------------------------------------------------------------------------------------


def _values(tx: Transaction, kept: SignUp) -> dict[str, object]:
    assert kept.card is not None
    inside = {"card": kept.card.to_json(), "asked": kept.asked}
    return {
        "day": kept.day,
        "kept_until": kept.kept_until,
        "sealed": tx.safe.seal(kept.consultation_id, kept.handle, inside, of=_CARD),
    }


def _attended(tx: Transaction, kept: SignUp) -> bytes:
    """As long for who came as for who did not."""
    inside = {_CAME: int(kept.came)}
    return tx.safe.seal(kept.consultation_id, kept.handle, inside, of=_CAME)


def _came(tx: Transaction, row: RowMapping) -> bool:
    inside = tx.safe.unseal(row["consultation_id"], row["handle"], row["attended"], of=_CAME)
    return inside is not None and bool(inside[_CAME])


def _read(tx: Transaction, row: RowMapping) -> SignUp:
    inside = tx.safe.unseal(row["consultation_id"], row["handle"], row["sealed"], of=_CARD)
    return SignUp(
        row["handle"],
        row["consultation_id"],
        row["number"],
        SignUpState(row["state"]),
        row["day"],
        row["kept_until"],
        None if inside is None else Card.from_json(inside["card"]),
        row["pool"],
        row["offered_until"],
        None if inside is None else inside["asked"],
        _came(tx, row),
        row["size"],
        row["more"],
    )


def _read_erasure(tx: Transaction, row: RowMapping) -> Erasure:
    told: dict[str, Any] = {}
    if row["envelope"] is not None:
        sealed = Sealed(row["sealed_with"], row["envelope"])
        plain = tx.envelopes.open(sealed, context=_context(row["handle"]))
        told = {} if plain is None else json.loads(plain)
    return Erasure(
        row["id"],
        row["consultation_id"] or LATER,
        row["handle"],
        (told["bot"], told["chat"]) if told else None,
        told.get("language"),
        told.get("says"),
        row["asked_at"],
    )


def _context(handle: str | None) -> str:
    return f"erasure:{handle}"

"""Seats and the waiting list: who is in, who waits and why, to whom a freed seat is offered.

Whoever gives or takes a seat locks the consultation first, as whoever changes anything of a
participant's does: so two people who tap for the last one never both get it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.domain.consultations import (
    SEATED,
    Consultation,
    SignUp,
    SignUpState,
)
from bot.domain.errors import Refused
from bot.domain.people import Act
from bot.domain.quotas import OFFERED_FOR, Quota, Reason, Waiting, next_in_line
from bot.domain.views import participants as told
from bot.services import audit, notices
from storage import consultations, sign_ups
from storage import waiting as queries
from storage.database import Database, Transaction


class NotSoMany(Refused):
    """A party would need more seats than there are at all; values: `seats`."""

    key = "error.not_so_many"


class OfferOver(Refused):
    """The seat that was offered went to somebody else."""

    key = "error.offer_over"


async def admit(tx: Transaction, act: Act, found: Consultation, kept: SignUp, group: str) -> None:
    """Give a newcomer their seats, or a place on the waiting list; raises NotSoMany.

    The consultation is locked, and `found` is what it says since.
    """
    quota = found.wanted.quota(act.zone)
    if quota is None:
        await sign_ups.stand(tx, kept.handle, SignUpState.CONFIRMED, pool=None)
        return
    _require_so_many(quota, kept.size)
    before = await _give(tx, act, found)  # others were before them
    pool = group if group in quota.pools else None
    comes = Waiting(kept.handle, await queries.next_rank(tx, found.id), pool, kept.size)
    free = comes in next_in_line(quota, before.taken, [*before.line, comes], act.now)
    state = SignUpState.CONFIRMED if free else SignUpState.WAITING
    await sign_ups.stand(tx, kept.handle, state, rank=comes.rank, pool=pool)


async def resize(tx: Transaction, act: Act, found: Consultation, kept: SignUp, size: int) -> None:
    """A party that has signed up is of another size; raises NotSoMany. The consultation is locked.

    Whoever waits keeps their place, and whoever has seats keeps these: the seats that they need
    more wait at the end of the list until they are free together. What becomes free is offered.
    """
    quota = found.wanted.quota(act.zone)
    if quota is not None and size > kept.needs:
        _require_so_many(quota, size)
    if quota is None or kept.state not in SEATED or size <= kept.size:
        await queries.resize(tx, kept.handle, size)
    else:
        rank = None if kept.more else await queries.next_rank(tx, found.id)
        await queries.resize(tx, kept.handle, kept.size, more=size - kept.size, rank=rank)
    if kept.is_in:
        await fill(tx, act, found.id, asks=kept.handle)


def _require_so_many(quota: Quota, size: int) -> None:
    if size > quota.seats:
        raise NotSoMany(seats=quota.seats)


async def stands(
    tx: Transaction, act: Act, found: Consultation, kept: SignUp
) -> tuple[int, Reason] | None:
    """The place on the waiting list, and why a party or a part of it waits; None: nobody does."""
    quota = found.wanted.quota(act.zone)
    size = kept.size if kept.state is SignUpState.WAITING else kept.more
    if not size or quota is None:
        return None
    taken = await queries.taken(tx, found.id)
    reason = quota.reason(kept.pool, taken, act.now, size=size)
    return 1 + await queries.ahead(tx, kept), reason


async def take(tx: Transaction, act: Act, kept: SignUp) -> SignUp:
    """Take the seat that is offered; raises OfferOver. Twice is no harm."""
    kept = await queries.hold(tx, kept)
    if kept.state is SignUpState.CONFIRMED:
        return kept
    until = kept.offered_until
    if kept.state is not SignUpState.OFFERED or until is None or until <= act.now:
        raise OfferOver
    await queries.confirm(tx, kept.handle)
    await _trace(tx, act, "sign_up.take", kept)
    return await sign_ups.again(tx, kept)


async def ask_again(tx: Transaction, act: Act, found: Consultation, kept: SignUp) -> SignUp:
    """Back on the waiting list, at its end, after an offer has lapsed."""
    kept = await queries.hold(tx, kept)
    if kept.state is not SignUpState.LAPSED:
        return kept
    rank = await queries.next_rank(tx, found.id)
    await sign_ups.stand(tx, kept.handle, SignUpState.WAITING, rank=rank)
    await _trace(tx, act, "sign_up.ask_again", kept)
    await fill(tx, act, found.id)
    return await sign_ups.again(tx, kept)


async def fill(tx: Transaction, act: Act, consultation_id: int, *, asks: str | None = None) -> int:
    """Offer every free seat to whoever comes next; gives to how many. `asks` as in `_give`."""
    await queries.lock(tx, consultation_id)
    found = await consultations.get(tx, consultation_id)
    if found is None or not found.is_ahead(act.today):
        return 0
    return (await _give(tx, act, found, asks=asks)).given


@dataclass(frozen=True)
class _Standing:
    """How many were just given seats, which are taken by now, and who waits on."""

    given: int
    taken: Counter[str | None]
    line: list[Waiting]


async def _give(
    tx: Transaction, act: Act, found: Consultation, *, asks: str | None = None
) -> _Standing:
    """Offer what is free; who has seats and waits for more gets these at once.

    All are told, but whoever `asks` for more just now and reads it in the answer. The consultation
    is locked.
    """
    quota = found.wanted.quota(act.zone)
    taken, line = await queries.taken(tx, found.id), await queries.line(tx, found.id)
    following = next_in_line(quota, taken, line, act.now)
    if not following:
        return _Standing(0, taken, line)
    until = act.now + OFFERED_FOR
    for each in following:
        if each.has:
            await queries.resize(tx, each.handle, each.has + each.size)
        else:
            offered = SignUpState.OFFERED
            await sign_ups.stand(tx, each.handle, offered, rank=each.rank, offered_until=until)
        if not (each.has and each.handle == asks):
            await _tell(tx, act, found, each.handle, until)
        taken[each.pool] += each.size
        line.remove(each)
    grown = sum(1 for each in following if each.has)
    await _trace_given(tx, act, found, "sign_up.offer", len(following) - grown)
    await _trace_given(tx, act, found, "sign_up.grow", grown)
    return _Standing(len(following), taken, line)


async def follow(database: Database, act: Act) -> None:
    """Take back what nobody took in time, and offer what is free."""
    async with database.read() as tx:
        due = await queries.due(tx, now=act.now, today=act.today)
    for consultation_id in due:
        async with database.write() as tx:
            await _lapse(tx, act, consultation_id)
            await fill(tx, act, consultation_id)


async def _lapse(tx: Transaction, act: Act, consultation_id: int) -> None:
    await queries.lock(tx, consultation_id)
    for each in await queries.lapsed(tx, consultation_id, now=act.now):
        await sign_ups.stand(tx, each.handle, SignUpState.LAPSED, size=each.needs)
        await _trace(tx, act, "sign_up.lapse", each)


async def _tell(
    tx: Transaction, act: Act, found: Consultation, handle: str, until: datetime
) -> None:
    """There is news; what it is stands on the screen that it leads to."""
    key = f"offer:{found.id}:{round(until.timestamp())}"
    await notices.tell_participants(tx, act, [handle], told.news(found.code), key)


async def _trace_given(tx: Transaction, act: Act, found: Consultation, what: str, n: int) -> None:
    if n:
        subject, facts = f"consultation:{found.id}", {"people": n}
        await audit.record(tx, act.of_the_day, what, subject, facts=facts)


async def _trace(tx: Transaction, act: Act, what: str, kept: SignUp) -> None:
    subject = f"consultation:{kept.consultation_id}"
    await audit.record(tx, act.of_the_day, what, subject, facts={"number": kept.number})

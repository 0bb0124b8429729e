"""The day of a meeting: who came, noted by themselves or at the door, and told in numbers alone.

Whoever notes somebody locks the consultation first, so that nobody is counted twice.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain import codes, permissions
from bot.domain.consultations import (
    CAME,
    DOOR,
    Attendance,
    Consultation,
    Group,
    SignUp,
    SignUpState,
)
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.people import Act
from bot.keys import KeyMissing
from bot.services import audit, consultations, waiting
from storage import consultations as queries
from storage import sign_ups
from storage import waiting as seats
from storage.database import Transaction


class NotThatDay(Refused):
    """People come on the day of the meeting; values: `day`."""

    key = "error.not_that_day"


class NotAtTheDoor(Refused):
    """Another code is at the door."""

    key = "error.not_at_the_door"


class NobodyOfNumber(Refused):
    """Nobody takes part by this number; values: `number`."""

    key = "error.nobody_of_number"


class NoSeatEmpty(Refused):
    """As many came as there are seats; values: `seats`."""

    key = "error.no_seat_empty"


# -- Who comes -------------------------------------------------------------------------------------


def require_door(tx: Transaction, act: Act, found: Consultation, words: str) -> None:
    """Let the code at the door pass; raises NotThatDay, NotAtTheDoor."""
    if not found.checks_in(act.today):
        raise NotThatDay(day=found.wanted.last_day)
    if codes.read(words, DOOR) != code_of(tx, found):
        raise NotAtTheDoor


async def check_in(tx: Transaction, act: Act, found: Consultation, kept: SignUp) -> SignUp:
    """Somebody with a seat is here, or has just taken the one that is offered; twice is no harm.

    Whoever has no seat stays as they are. Raises OfferOver.
    """
    kept = await seats.hold(tx, kept)
    if kept.state is SignUpState.OFFERED:
        kept = await waiting.take(tx, act, kept)
    await sign_ups.save(tx, replace(kept, asked=None))
    if kept.state is SignUpState.CONFIRMED and not kept.came:
        await _note(tx, kept)
        await _trace(tx, act, "sign_up.check_in", found.id)
    return await sign_ups.again(tx, kept)


# -- At the door -----------------------------------------------------------------------------------


async def at_the_door(tx: Transaction, act: Act, consultation_id: int) -> Consultation:
    """A consultation whose door is to be seen to; raises NotFound, Outdated."""
    found = await consultations.get(tx, act, consultation_id)
    if not found.is_at_the_door(act.today):
        raise Outdated
    return found


async def with_code(tx: Transaction, act: Act, consultation_id: int) -> tuple[Consultation, str]:
    """A consultation and the code that hangs at its door; raises NotFound, Outdated."""
    found = await at_the_door(tx, act, consultation_id)
    if not found.has_code(act.today):
        raise Outdated
    return found, code_of(tx, found)


def code_of(tx: Transaction, found: Consultation) -> str:
    """The code at the door; raises NotFound where the consultation was erased."""
    try:
        return tx.safe.door(found.id, found.wanted.last_day)
    except KeyMissing:
        raise NotFound from None


async def mark(tx: Transaction, act: Act, consultation_id: int, number: int) -> tuple[SignUp, bool]:
    """Note that the participant of this number came, and whether that was noted before.

    Whoever has no seat is left as they are. Raises NotThatDay, NobodyOfNumber.
    """
    kept = await of_number(tx, act, consultation_id, number)
    if kept.state is not SignUpState.CONFIRMED or kept.came:
        return kept, kept.came
    await _note(tx, kept)
    await _trace(tx, act, "sign_up.mark", consultation_id)
    return kept, False


async def let_in(tx: Transaction, act: Act, consultation_id: int, number: int) -> None:
    """Give a seat that stayed empty to whoever waits for one, and note that they came.

    Raises as `mark`, and NoSeatEmpty; Outdated where they have a seat.
    """
    kept = await of_number(tx, act, consultation_id, number)
    if kept.state is SignUpState.CONFIRMED:
        raise Outdated
    found = await consultations.get(tx, act, consultation_id)
    limit = found.wanted.seats
    if limit is not None and await people(tx, consultation_id) >= limit:
        raise NoSeatEmpty(seats=limit)
    await seats.confirm(tx, kept.handle)
    await _note(tx, kept)
    await _trace(tx, act, "sign_up.let_in", consultation_id)


async def unmark(tx: Transaction, act: Act, consultation_id: int, number: int) -> None:
    """Take back that somebody came: another number was meant. Raises as `mark`, and Outdated."""
    kept = await of_number(tx, act, consultation_id, number)
    if not kept.came:
        raise Outdated
    await _note(tx, kept, came=False)
    await _trace(tx, act, "sign_up.unmark", consultation_id)


def require_day(act: Act, found: Consultation) -> None:
    """Nobody is noted before the day of the meeting, or long after; raises NotThatDay."""
    if not found.notes_who_came(act.today):
        raise NotThatDay(day=found.wanted.last_day)


async def of_number(tx: Transaction, act: Act, consultation_id: int, number: int) -> SignUp:
    """Who takes part by this number; raises NotThatDay, NobodyOfNumber."""
    found = await consultations.get(tx, act, consultation_id)
    require_day(act, found)
    await seats.lock(tx, found.id)
    kept = await sign_ups.by_number(tx, found.id, number)
    if kept is None or kept.card is None or not kept.is_in:
        raise NobodyOfNumber(number=str(number))
    return kept


# -- In numbers ------------------------------------------------------------------------------------


async def attendance(tx: Transaction, act: Act, found: Consultation) -> Attendance:
    """How many came; of which groups, once nobody can be noted any more.

    Whoever notes people by their numbers would else see which group grows.
    """
    permissions.require(permissions.may_consult(act.actor))
    figures = await queries.figures(tx, found.id)
    groups = None if act.today < found.groups_told_from else figures.of(CAME)
    return Attendance(figures.people(CAME), groups)


async def people(tx: Transaction, consultation_id: int) -> int:
    """How many came."""
    counted = await queries.counts(tx, consultation_id)
    return sum(counted.get(CAME, {}).values())


# -- Inside ----------------------------------------------------------------------------------------


async def _note(tx: Transaction, kept: SignUp, *, came: bool = True) -> None:
    assert kept.card is not None
    group = str(kept.card.answers.get("group", Group.NOT_SAID))
    await sign_ups.note_came(tx, kept, came=came)
    counts = {(CAME, group): 1}
    await queries.add_counts(tx, kept.consultation_id, counts, times=1 if came else -1)


async def _trace(tx: Transaction, act: Act, what: str, consultation_id: int) -> None:
    """That somebody came on that day, and not who: else what is sealed would stand in the open."""
    await audit.record(tx, act.of_the_day, what, f"consultation:{consultation_id}")

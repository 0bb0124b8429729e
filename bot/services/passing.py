"""Passing inside: an institution asks its units, they answer, the institution reports."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.errors import NotAllowed, NotFound, Unfit, existing
from bot.domain.items import AssignmentState
from bot.domain.passing import WAITING, AlreadyPassed, Pass, PassClosed, Unit
from bot.domain.people import REPORTING, Act, Seat
from bot.domain.reports import fitting
from bot.domain.views import passing as views
from bot.services import audit
from bot.services.notices import tell
from storage import assignments, evidence, people, seats, units
from storage.audit import Fact
from storage.database import Transaction
from storage.people import Seated

NAME_LENGTH = 120


def unit_name(words: str) -> str:
    """The name of a new unit; raises Unfit for one that is none."""
    name = " ".join(words.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise Unfit("flow.invite.name_length", limit=NAME_LENGTH)
    return name


async def unit_of(
    tx: Transaction, act: Act, institution_id: int, wanted: int | str, *, language: str
) -> Unit:
    """The institution's unit of that id, or of that name: a new one is made.

    Raises NotAllowed for who does not report there, NotFound for a unit of another institution.
    """
    permissions.require(act.actor.seat(REPORTING, institution_id) is not None)
    if isinstance(wanted, str):
        return await units.add(tx, institution_id, unit_name(wanted), language, now=act.now)
    unit = await units.get(tx, wanted)
    if unit is None or unit.institution_id != institution_id:
        raise NotFound
    return unit


async def pass_on(
    tx: Transaction,
    act: Act,
    unit: Unit,
    assignment_ids: Sequence[int],
    words: str,
    *,
    language: str,
) -> list[int]:
    """Ask a unit about assignments in one sentence, and tell its people; gives the passes' ids.

    What the unit has already is left out; raises AlreadyPassed where that is everything.
    """
    said = fitting(words)
    for assignment_id in assignment_ids:
        assignment = existing(await assignments.get(tx, assignment_id))
        permissions.require(permissions.may_pass(act.actor, assignment))
        if assignment.institution_id != unit.institution_id:
            raise NotAllowed
    known = await units.waiting_with(tx, unit.id, assignment_ids)
    new = [each for each in dict.fromkeys(assignment_ids) if each not in known]
    if not new:
        raise AlreadyPassed
    seat = act.actor.seat(REPORTING, unit.institution_id)
    assert seat is not None
    made = [
        await units.pass_on(tx, each, unit.id, said, language, seat_id=seat.id, now=act.now)
        for each in new
    ]
    first = await _get(tx, made[0])
    for each in await people_of(tx, act, unit):
        shown = views.asked(first, len(made))
        key = f"pass:{made[0]}:asked:{each.person.id}"
        await tell(tx, act, each.person.id, shown, key, subject=f"pass:{made[0]}")
    facts: dict[str, Fact] = {"unit": unit.id, "assignments": new, "passes": made}
    await audit.record(tx, act, "unit.ask", f"unit:{unit.id}", seat_id=seat.id, facts=facts)
    return made


async def answer(
    tx: Transaction,
    act: Act,
    pass_id: int,
    words: str,
    *,
    language: str,
    conversation_id: int | None = None,
) -> Pass:
    """A unit answers; who asked is told, or else the institution's focal points and alternates.

    The evidence of the conversation belongs to the answer from now on. Raises PassClosed where no
    answer is waited for.
    """
    asked, seat = await answerable(tx, act, pass_id)
    said = fitting(words)
    if not await units.answer(tx, asked.id, said, language, seat_id=seat.id, now=act.now):
        raise PassClosed
    if conversation_id is not None:
        await evidence.answer(tx, conversation_id, asked.id)
        tx.wakes.add("evidence")
    facts = {"unit": asked.unit_id, "assignment": asked.assignment_id}
    await audit.record(tx, act, "unit.answer", f"pass:{asked.id}", seat_id=seat.id, facts=facts)
    answered = await _get(tx, asked.id)
    for person_id in await _asker(tx, act, answered):
        key = f"pass:{asked.id}:answered:{act.stamp}:{person_id}"
        subject = f"assignment:{asked.assignment_id}"
        await tell(tx, act, person_id, views.answered(answered), key, subject=subject)
    return answered


async def send_back(tx: Transaction, act: Act, pass_id: int, words: str, *, language: str) -> Pass:
    """The answer is not enough: the unit is asked again. Raises PassClosed without an answer."""
    answered = await _of_own_institution(tx, act, pass_id)
    said = fitting(words)
    if not await units.send_back(tx, answered.id, said, language):
        raise PassClosed
    await _trace(tx, act, "unit.ask_again", answered)
    asked = await _get(tx, answered.id)
    unit = await units.get(tx, asked.unit_id)
    assert unit is not None
    for each in await people_of(tx, act, unit):
        key = f"pass:{asked.id}:again:{act.stamp}:{each.person.id}"
        shown = views.asked(asked, 1)
        await tell(tx, act, each.person.id, shown, key, subject=f"pass:{asked.id}")
    return asked


async def withdraw(tx: Transaction, act: Act, pass_id: int) -> Pass:
    """The unit need not answer any more. Raises PassClosed where it has."""
    asked = await _of_own_institution(tx, act, pass_id)
    if not await units.withdraw(tx, asked.id):
        raise PassClosed
    await _trace(tx, act, "unit.withdraw", asked)
    return asked


async def visible(tx: Transaction, act: Act, pass_id: int) -> Pass:
    """What was passed, if the actor may see it; NotFound otherwise."""
    found = await units.get_pass(tx, pass_id)
    if found is None or not permissions.may_see_pass(
        act.actor, found.unit_id, found.institution_id
    ):
        raise NotFound
    return found


async def answerable(tx: Transaction, act: Act, pass_id: int) -> tuple[Pass, Seat]:
    """What the actor's unit owes an answer to, and the seat in that unit.

    Raises PassClosed where none is waited for, or the item is the institution's no more.
    """
    found = await visible(tx, act, pass_id)
    seat = act.actor.unit_seat(found.unit_id)
    if seat is None:
        raise NotAllowed
    assignment = await assignments.get(tx, found.assignment_id)
    gone = assignment is None or assignment.state is not AssignmentState.ANNOUNCED
    if gone or found.state not in WAITING:
        raise PassClosed
    return found, seat


async def people_of(tx: Transaction, act: Act, unit: Unit) -> list[Seated]:
    """Who holds a seat in the unit now."""
    found = await people.seated(tx, now=act.now, institution_id=unit.institution_id, units_too=True)
    return [each for each in found if each.seat.unit_id == unit.id]


async def _get(tx: Transaction, pass_id: int) -> Pass:
    found = await units.get_pass(tx, pass_id)
    assert found is not None
    return found


async def _of_own_institution(tx: Transaction, act: Act, pass_id: int) -> Pass:
    found = await visible(tx, act, pass_id)
    assignment = await assignments.get(tx, found.assignment_id)
    permissions.require(assignment is not None and permissions.may_pass(act.actor, assignment))
    return found


async def _asker(tx: Transaction, act: Act, answered: Pass) -> list[int]:
    """Who asked, while their seat lives; else everybody who reports there."""
    seat = await seats.get(tx, answered.passed_by)
    if seat is not None and seat.live(act.now):
        return [seat.person_id]
    there = await people.seated(
        tx, now=act.now, roles=REPORTING, institution_id=answered.institution_id
    )
    return sorted({each.person.id for each in there})


async def _trace(tx: Transaction, act: Act, name: str, shown: Pass) -> None:
    seat = act.actor.seat(REPORTING, shown.institution_id)
    assert seat is not None
    facts = {"unit": shown.unit_id, "assignment": shown.assignment_id}
    await audit.record(tx, act, name, f"pass:{shown.id}", seat_id=seat.id, facts=facts)

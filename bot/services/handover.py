"""A seat goes from one person to the next: access, drafts and questions in one commit."""

from __future__ import annotations

from functools import partial

from bot.domain.home import Waiting
from bot.domain.people import SECRETARIAT, Act, Seat
from bot.domain.permissions import READS
from bot.domain.views import handover as views
from bot.domain.views.people import place
from bot.services import audit, dialogues, seats
from bot.services.notices import tell
from storage import handover, home, people, questions, status_updates, units
from storage.database import Transaction
from storage.people import Seated


async def take_over(tx: Transaction, act: Act, old: Seat, new: Seat) -> None:
    """What the old seat held is the new one's; everybody concerned hears of it.

    The old seat has ended by now, the new one begun. Its holder gets a brief. Who leaves and has
    confirmed it themselves hears of it by their own screen.
    """
    moved = await handover.move(tx, old, new)
    facts = {
        "from": old.id,
        "role": new.role.value,
        "institution": new.institution_id or 0,
        "drafts": moved.drafts,
        "questions": moved.questions,
    }
    await audit.record(tx, act, "seat.hand_over", f"seat:{new.id}", facts=facts)
    await seats.ended(tx, old, now=act.now)
    await seats.changed(tx, new)
    leaver = await seats.person(tx, old.person_id)
    successor = await seats.person(tx, new.person_id)
    shows = partial(views.taken_over, name=successor.name, before=leaver.name, role=new.role)
    both = (leaver.id, successor.id)
    await seats.announce(tx, act, new, "handed_over", shows, but=both)
    names = await seats.institution_names(tx, new.institution_id)
    unit = await seats.unit_name(tx, new.unit_id)
    confirms = leaver.id == act.actor.person_id  # and is told in place of the question
    if old.suspended_at is None and not confirms:  # nothing is sent to a lost phone
        gone = views.handed_over(successor.name, new.role, place(names, unit, leaver.language))
        await tell(tx, act, leaver.id, gone, f"seat:{old.id}:handed_over:self")
    shown = views.brief(
        await _brief(tx, act, new),
        before=leaver.name,
        role=new.role,
        institution=place(names, unit, successor.language),
    )
    await tell(tx, act, successor.id, shown, f"seat:{new.id}:brief")
    await dialogues.take_over(tx, act, old, new)


async def _brief(tx: Transaction, act: Act, seat: Seat) -> views.Brief:
    """What the successor has to know."""
    drafts = len(await home.drafts(tx, seat.person_id, [seat.id]))
    if seat.unit_id is not None:
        there = _persons(await others(tx, act, seat.person_id, seat.institution_id))
        passed = await units.count_waiting(tx, [seat.unit_id])
        return views.Brief(None, drafts, 0, (), there, (), 0, passed)
    secretariat = await others(tx, act, seat.person_id, None)
    if seat.institution_id is None:
        return views.Brief(None, drafts, 0, (), (), _persons(secretariat), 0)
    held = [seat.institution_id]
    counts = await home.counts(tx, held, today=act.today)
    reported = await status_updates.of_institutions(tx, held, limit=views.SHOWN)
    return views.Brief(
        counts,
        drafts,
        await questions.count_open_of(tx, seat.institution_id),
        tuple(reported),
        _persons(await others(tx, act, seat.person_id, seat.institution_id)),
        _persons(secretariat),
        counts.of(Waiting.ALL),
    )


async def others(
    tx: Transaction, act: Act, person_id: int, institution_id: int | None
) -> list[Seated]:
    """Who else has to do with an institution's reports there, or with them in the secretariat."""
    if institution_id is None:
        found = await people.seated(tx, now=act.now, roles=SECRETARIAT)
    else:
        found = await people.seated(tx, now=act.now, roles=READS, institution_id=institution_id)
    return [each for each in found if each.person.id != person_id]


def _persons(seated: list[Seated]) -> tuple[views.Named, ...]:
    return tuple(views.Named(each.person.name, each.seat.role) for each in seated)

"""Passing inside: an institution's questions to its units, the units' answers, their people."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import NotAllowed, NotFound, existing
from bot.domain.incoming import Wrote
from bot.domain.passing import Pass, PassState
from bot.domain.people import REPORTING, Role, Seat
from bot.domain.screens import Listing, Value, Words, text
from bot.domain.views import passing as views
from bot.domain.views.common import BESIDE, LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services import opened, passing, people, seats
from handlers.card import number, words_of
from handlers.home import page_number
from handlers.report import begin
from handlers.turn import Turn
from storage import conversations, evidence, items, units


async def home(turn: Turn, argument: str = "") -> None:
    """`passed_list:0`: what the own units were asked, what waits first."""
    held = turn.actor.units
    permissions.require(bool(held))
    page = page_number(argument)
    found = await units.of_units(turn.tx, held, limit=LIST_LENGTH + 1, offset=page * LIST_LENGTH)
    names: list[Value] = [
        Words(name) for each in held if (name := await seats.unit_name(turn.tx, each))
    ]
    waiting = await units.count_waiting(turn.tx, held)
    unit = names[0] if len(names) == 1 else Listing(tuple(names))
    await turn.show(views.home(unit, waiting, found, page, more=len(found) > LIST_LENGTH))


async def passed(turn: Turn, argument: str) -> None:
    """`passed:5`: what a unit was asked, and its answer; `passed:5:new` beside the message."""
    pass_id, _, where = argument.partition(":")
    if where == BESIDE:
        turn.tapped = None
    found = await passing.visible(turn.tx, turn.act, number(pass_id))
    item = existing(await items.get(turn.tx, found.item_id))
    await turn.show(
        views.shown(
            found,
            item,
            await words_of(turn, item),
            await evidence.counts_of_pass(turn.tx, found.id),
            answers=permissions.may_answer_pass(turn.actor, found.unit_id),
            reports=turn.actor.seat(permissions.READS, found.institution_id) is not None,
        ),
        subject=f"pass:{found.id}",
    )


async def files(turn: Turn, argument: str) -> None:
    """`pass_files:5`: the stored files of a unit's answer."""
    found = await passing.visible(turn.tx, turn.act, number(argument))
    shown = views.files(found, await evidence.of_pass(turn.tx, found.id))
    await opened.files(turn.tx, turn.act, f"pass:{found.id}", shown)
    await turn.show(shown)


async def ask(turn: Turn, argument: str) -> None:
    """`pass_inside:17`: ask a unit about an assignment."""
    await begin(turn, "pass_inside", number(argument))


async def answer(turn: Turn, argument: str) -> None:
    """`pass_answer:5`: the unit's answer."""
    found, seat = await passing.answerable(turn.tx, turn.act, number(argument))
    await _converse(turn, "pass_answer", found, seat)


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to what a unit was asked begin its answer."""
    found, seat = await passing.answerable(turn.tx, turn.act, number(argument))
    await _converse(turn, "pass_answer", found, seat, quietly=True)
    await turn.desk.runner.write(turn, wrote)


async def again(turn: Turn, argument: str) -> None:
    """`pass_return:5`: the answer is not enough."""
    found = await passing.visible(turn.tx, turn.act, number(argument))
    seat = turn.actor.seat(REPORTING, found.institution_id)
    await _converse(turn, "pass_return", found, seat)


async def withdraw(turn: Turn, argument: str) -> None:
    """`pass_withdraw:5`: the unit need not answer any more."""
    gone = await passing.withdraw(turn.tx, turn.act, number(argument))
    turn.toast = text("passing.withdrawn")
    await turn.go(turn, f"card:{gone.assignment_id}")


async def take(turn: Turn, argument: str) -> None:
    """`pass_take:5`: the unit's words and files go into the report's draft, as what was done."""
    found = await passing.visible(turn.tx, turn.act, number(argument))
    if found.answer is None or found.state is not PassState.ANSWERED:
        raise NotFound
    await begin(turn, "status_update", found.assignment_id, quietly=True)
    draft = await conversations.active(turn.tx, turn.bot_id, turn.chat_id)
    assert draft is not None
    copied = await evidence.copy_to_draft(turn.tx, found.id, draft.id, person_id=turn.person.id)
    turn.tx.wakes.add("evidence")
    new = await turn.desk.runner.put(turn, found.answer, copied)
    turn.toast = text("passing.taken" if new else "passing.taken_already")


async def unit(turn: Turn, argument: str) -> None:
    """`unit:3`: the people of a unit of the own institution."""
    found = await units.get(turn.tx, number(argument))
    if found is None or turn.actor.seat(permissions.READS, found.institution_id) is None:
        raise NotFound
    held = await passing.people_of(turn.tx, turn.act, found)
    await turn.show(views.unit(found, [(each.person.name, each.seat.role) for each in held]))


async def invite(turn: Turn, argument: str) -> None:
    """`unit_invite:3`: a link into a unit of the own institution, to be forwarded."""
    found = await units.get(turn.tx, number(argument))
    if found is None or turn.actor.seat(REPORTING, found.institution_id) is None:
        raise NotFound
    token = await people.invite(
        turn.tx, turn.act, Role.FOCAL_POINT, found.institution_id, unit_id=found.id
    )
    url = people.deep_link(turn.desk.bot_name, token)
    names = await seats.institution_names(turn.tx, found.institution_id)
    until = turn.now + people.VALID_FOR
    await turn.show(views.link(url, found.name, name_for(names, turn.language), until))


async def _converse(
    turn: Turn, flow: str, found: Pass, seat: Seat | None, *, quietly: bool = False
) -> None:
    if seat is None:
        raise NotAllowed
    await turn.desk.runner.begin(
        turn,
        flow,
        subject=f"pass:{found.id}",
        seat_id=seat.id,
        quietly=quietly,
        passed=found.id,
    )


ACTS = {
    "passed_list": home,
    "passed": passed,
    "pass_files": files,
    "pass_inside": ask,
    "pass_answer": answer,
    "pass_return": again,
    "pass_withdraw": withdraw,
    "pass_take": take,
    "unit": unit,
    "unit_invite": invite,
}
REPLIES = {"pass": reply}

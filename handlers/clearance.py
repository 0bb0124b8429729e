"""Clearance: what waits for a validator, one report beside the last word, clear or return."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.clearance import Rule, Shown, Uncleared, is_late
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.incoming import Wrote
from bot.domain.items import ReportState
from bot.domain.people import Role
from bot.domain.reports import AmendedMeanwhile
from bot.domain.screens import Code, text
from bot.domain.views import clearance as views
from bot.domain.views.common import BESIDE, LIST_LENGTH
from bot.services import clearance as service
from handlers.card import number, version_seen
from handlers.home import page_beside, page_number
from handlers.turn import Turn
from storage import absences, institutions, status_updates
from storage import clearance as queries


async def listed(turn: Turn, argument: str) -> None:
    """`to_clear:0`: a page of what waits for this validator."""
    held, page = _held(turn), page_number(argument)
    person_id = turn.person.id
    waiting = await queries.queue(
        turn.tx, held, person_id, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    total = await queries.count(turn.tx, held, person_id)
    await turn.show(views.queue(total, page, waiting, turn.language))


async def following(turn: Turn, argument: str) -> None:
    """`clear_next`: what was sent first; `clear_next:new` leaves the tapped message."""
    if argument == BESIDE:
        turn.tapped = None
    await _show_first(turn)


async def after(turn: Turn, argument: str) -> None:
    """`clear_after:42`: the report behind this one, and behind the last one the first again."""
    behind = await queries.queue(
        turn.tx, _held(turn), turn.person.id, limit=1, behind=number(argument)
    )
    if behind:
        await _show(turn, behind[0])
    else:
        await _show_first(turn)


async def report(turn: Turn, argument: str) -> None:
    """`clearing:42`: one report; what was decided on is shown as it stands."""
    found = await service.get(turn.tx, turn.actor, number(argument))
    await _show_or_say(turn, found)


async def clear(turn: Turn, argument: str) -> None:
    """`clear:42:1`: clear that version of it, and go on with the next one."""
    report_id, _, version = argument.partition(":")
    shown = Shown(number(report_id), number(version))
    try:
        async with turn.tx.savepoint():
            done = await service.clear(turn.tx, turn.act, shown)
    except Outdated as outdated:
        turn.toast = outdated.text
        await report(turn, report_id)
        return
    turn.toast = text("clearance.decided.cleared", number=Code(done.number))
    await _show_first(turn)


async def several(turn: Turn, argument: str) -> None:
    """`clear_shown:0`: all that is shown; how many is asked once more."""
    waiting = await queries.queue(
        turn.tx,
        _held(turn),
        turn.person.id,
        limit=LIST_LENGTH,
        offset=page_number(argument) * LIST_LENGTH,
    )
    if not waiting:
        await _show_first(turn)
        return
    shown = [[each.status_update_id, each.version] for each in waiting]
    await turn.desk.runner.begin(
        turn, "clear_several", seat_id=_seat(turn, waiting[0]), shown=shown
    )


async def return_(turn: Turn, argument: str) -> None:
    """`return_inside:42:1`: the comment on version 1 is asked for."""
    report_id, _, seen = argument.partition(":")
    found = await service.get(turn.tx, turn.actor, number(report_id))
    if not await _waits(turn, found):
        return
    if found.version == version_seen(seen):
        await _begin_return(turn, found)
    else:
        turn.toast = AmendedMeanwhile(number=Code(found.number), version=found.version).text
        await report(turn, report_id)


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a report are the comment with which it goes back; they are shown first."""
    found = await service.get(turn.tx, turn.actor, number(argument))
    await _begin_return(turn, found, quietly=True)
    await turn.desk.runner.write(turn, wrote)


async def _begin_return(turn: Turn, found: Uncleared, *, quietly: bool = False) -> None:
    await turn.desk.runner.begin(
        turn,
        "return_inside",
        subject=f"clearing:{found.status_update_id}",
        seat_id=_seat(turn, found),
        quietly=quietly,
        report=found.status_update_id,
        version=found.version,
    )


async def amend(turn: Turn, argument: str) -> None:
    """`amend_inside:42`: its status and words, to be changed and cleared so."""
    found = await service.get(turn.tx, turn.actor, number(argument))
    if not await _waits(turn, found):
        return
    said = existing(await status_updates.get(turn.tx, found.status_update_id))
    kept: dict[str, Any] = {"remaining": said.remaining} if said.remaining else {}
    await turn.desk.runner.begin(
        turn,
        "amend_inside",
        subject=f"clearing:{said.id}",
        seat_id=_seat(turn, found),
        labels={"status": text(f"status.{said.status}")},
        report=said.id,
        version=said.version,
        status=said.status,
        measures=said.measures,
        **kept,
    )


# -- What needs it ---------------------------------------------------------------------------------


async def rules(turn: Turn, _argument: str) -> None:
    """The rule of the institution whose validator this is; of several, the first."""
    await rule(turn, str(_held(turn)[0]))


async def rule(turn: Turn, argument: str) -> None:
    """`clearance_rule:3`: what that institution lets go out only with clearance."""
    institution_id = number(argument)
    permissions.require(permissions.may_set_clearance(turn.actor, institution_id))
    institution = existing(await institutions.get(turn.tx, institution_id))
    await turn.show(
        views.rule(
            institution,
            await queries.rule(turn.tx, institution_id),
            chosen=await queries.chosen(turn.tx, institution_id),
            waits=await queries.count_of(turn.tx, institution_id),
            clears=institution_id in turn.actor.institutions({Role.VALIDATOR}),
            language=turn.language,
        )
    )


async def set_rule(turn: Turn, argument: str) -> None:
    """`clearance_set:3:always`, `clearance_set:3:none:go`: another rule from now on.

    What waits and need not any more goes to review (`go`) or is left (`leave`); that is asked.
    """
    institution, _, rest = argument.partition(":")
    wanted, _, answer = rest.partition(":")
    if wanted not in set(Rule) or answer not in {"", "go", "leave"}:
        raise NotFound
    institution_id = number(institution)
    permissions.require(permissions.may_set_clearance(turn.actor, institution_id))
    waits = await queries.needless(
        turn.tx, institution_id, Rule(wanted), person_id=turn.actor.person_id
    )
    if waits and not answer:
        found = existing(await institutions.get(turn.tx, institution_id))
        await turn.show(views.ask_to_let_go(found, Rule(wanted), len(waits), turn.language))
        return
    gone = await service.set_rule(
        turn.tx, turn.act, institution_id, Rule(wanted), lets_go=answer == "go"
    )
    if gone:
        turn.toast = text("clearance.gone", count=len(gone))
    await rule(turn, institution)


async def choose(turn: Turn, argument: str) -> None:
    """`clearance_on:17`: what is sent on it needs clearance."""
    await service.choose(turn.tx, turn.act, number(argument), chosen=True)
    await _back_to(turn, argument)


async def leave_out(turn: Turn, argument: str) -> None:
    """`clearance_off:17`: what is sent on it needs no clearance."""
    await service.choose(turn.tx, turn.act, number(argument), chosen=False)
    await _back_to(turn, argument)


async def _back_to(turn: Turn, argument: str) -> None:
    where = "held" if turn.actor.is_secretariat else "card"
    await turn.go(turn, f"{where}:{argument}")


# -- The secretariat's view ------------------------------------------------------------------------


async def inside(turn: Turn, argument: str) -> None:
    """`inside:0`: a page of what waits inside institutions; never what it says."""
    permissions.require(permissions.may_review(turn.actor))
    page = page_beside(turn, argument)
    reports = await queries.everywhere(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    total = await queries.count_everywhere(turn.tx)
    policy = turn.desk.policy
    holders = await service.holders(turn.tx, turn.act, policy, reports)
    country = policy.calendar(holidays=await absences.free(turn.tx))
    shown = []
    for each in reports:
        holder = holders[each.status_update_id]
        late = is_late(each.since, country, turn.now)
        shown.append(views.Lying(each, None if holder is None else holder.name, late))
    await turn.show(views.inside(total, page, shown, turn.language))


# -- inside ----------------------------------------------------------------------------------------


def _held(turn: Turn) -> tuple[int, ...]:
    held = turn.actor.institutions({Role.VALIDATOR})
    permissions.require(bool(held))
    return held


def _seat(turn: Turn, report_: Uncleared) -> int:
    seat = permissions.seat_to_clear(turn.actor, report_.institution_id)
    assert seat is not None
    return seat.id


async def _show_first(turn: Turn) -> None:
    first = await queries.queue(turn.tx, _held(turn), turn.person.id, limit=1)
    if first:
        await _show(turn, first[0])
    else:
        await turn.show(views.none())


async def _show_or_say(turn: Turn, found: Uncleared) -> None:
    if await _waits(turn, found):
        await _show(turn, found)


async def _waits(turn: Turn, found: Uncleared) -> bool:
    """Whether it still waits for clearance; else what became of it is said."""
    said = existing(await status_updates.get(turn.tx, found.status_update_id))
    if said.state is not ReportState.UNCLEARED:
        await turn.show(views.overtaken(found, said.state))
        return False
    return True


async def _show(turn: Turn, found: Uncleared) -> None:
    default = turn.desk.country.default_language
    total = await queries.count(turn.tx, _held(turn), turn.person.id)
    material = await service.material(turn.tx, found, turn.language, default_language=default)
    await turn.show(
        views.card(material, turn.language, others=total - 1),
        subject=views.subject([found]),
        quotes=material.quotes,
    )


ACTS = {
    "to_clear": listed,
    "clear_next": following,
    "clear_after": after,
    "clearing": report,
    "clear": clear,
    "clear_shown": several,
    "return_inside": return_,
    "amend_inside": amend,
    "clearance": rules,
    "clearance_rule": rule,
    "clearance_set": set_rule,
    "clearance_on": choose,
    "clearance_off": leave_out,
    "inside": inside,
}
COMMANDS = {"clear": "clear_next"}
REPLIES = {"clearing": reply}

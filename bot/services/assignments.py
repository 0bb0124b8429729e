"""Assigning: who answers for which item, until when; drafts until they are announced."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from bot.domain import permissions
from bot.domain.assigning import (
    Announced,
    Assigned,
    Plan,
    Preview,
    Target,
    Targets,
    Waiting,
    plan,
)
from bot.domain.errors import NotFound, Outdated, Refused, existing
from bot.domain.institutions import Institution
from bot.domain.items import Assignment, AssignmentState, Part
from bot.domain.people import REPORTING, Act, Person
from bot.domain.reports import fitting
from bot.domain.screens import Screen, Value
from bot.domain.views import assigning as views
from bot.domain.views.people import name_for
from bot.services import audit, requests
from bot.services.notices import tell
from storage import assignments as queries
from storage import institutions, invitations, outbox, people
from storage.assignments import Described
from storage.audit import Fact
from storage.database import Transaction
from storage.outbox import Message

OPEN = (AssignmentState.DRAFT, AssignmentState.ANNOUNCED)
"""Whoever has an assignment in one of these states has the item."""


class NobodyChosen(Refused):
    """An assignment needs an institution."""

    key = "error.nobody_chosen"


class NothingToAnnounce(Refused):
    """There is no draft that somebody could be told of; perhaps another officer was faster."""

    key = "error.nothing_to_announce"


async def assign(
    tx: Transaction,
    act: Act,
    item_ids: Sequence[int],
    *,
    lead: int | None,
    contributing: Sequence[int] = (),
    due_on: date | None,
) -> Assigned:
    """Assign every item to a lead and to contributing institutions, until `due_on`.

    An item has one lead: who led before contributes from now on. What is new is a draft; what was
    announced already changes at once, and its people are told. Raises NobodyChosen or NotFound.
    """
    wanted = dict.fromkeys(contributing, Target(Part.CONTRIBUTING, due_on))
    if lead is not None:
        wanted[lead] = Target(Part.LEAD, due_on)
    if not wanted:
        raise NobodyChosen
    return await aim(tx, act, dict.fromkeys(item_ids, wanted))


async def aim(tx: Transaction, act: Act, targets: Targets, *, exact: bool = False) -> Assigned:
    """Make the targets true; with `exact`, no other institution keeps these items."""
    permissions.require(permissions.may_arrange(act.actor))
    await _require_institutions(tx, targets)
    found = await queries.lock_items(tx, list(targets))
    if not found:
        raise NotFound
    targets = {item_id: targets[item_id] for item_id in found}
    steps = plan(await queries.of_items(tx, found), targets, exact=exact)
    known = await _carry_out(tx, steps, seat_id=act.actor.seat_id, now=act.now)
    await requests.follow(tx, act, _touched(steps))
    entry = await audit.record(
        tx,
        act,
        "assignment.assign",
        f"items:{len(found)}",
        facts={
            "items": found,
            **_aimed_at(targets),
            "new": len(steps.new),
            "again": [each.assignment.id for each in steps.again],
            "changed": [each.assignment.id for each in steps.changed],
            "removed": [each.id for each in steps.removed],
            "settled": [each.id for each in steps.settled],
        },
    )
    await _tell_of_changes(tx, act, known, entry)
    return Assigned(
        items=len(found),
        drafts=len(steps.new) + len(steps.again),
        changed=len(steps.changed) - steps.demoted + len(steps.removed),
        unchanged=steps.unchanged,
        demoted=steps.demoted,
        told=len(known),
    )


async def take_back(tx: Transaction, act: Act, assignment_id: int) -> Assignment:
    """An institution has the item no more: a draft goes, what was announced ends and is told."""
    permissions.require(permissions.may_arrange(act.actor))
    assignment = existing(await queries.get(tx, assignment_id))
    if assignment.state is AssignmentState.ENDED:
        raise Outdated
    await _remove(tx, [assignment], now=act.now)
    await requests.follow(tx, act, [assignment_id])
    entry = await audit.record(tx, act, "assignment.end", f"assignment:{assignment_id}")
    known = [assignment_id] if assignment.state is AssignmentState.ANNOUNCED else []
    await _tell_of_changes(tx, act, known, entry)
    return assignment


# -- Announcing ------------------------------------------------------------------------------------


async def preview(tx: Transaction, act: Act) -> Preview:
    """What announcing would do now."""
    permissions.require(permissions.may_arrange(act.actor))
    drafts, hearing, known = await _drafts(tx, now=act.now)
    waiting: dict[int, int] = {}
    for each in drafts:
        if each.institution_id not in hearing:
            waiting[each.institution_id] = waiting.get(each.institution_id, 0) + 1
    invited = {each.institution_id for each in await invitations.in_state(tx, invitations.OPEN)}
    ready = [each for each in drafts if each.institution_id in hearing]
    return Preview(
        drafts=len(ready),
        institutions=len({each.institution_id for each in ready}),
        people=len(_audience(ready, hearing)),
        waiting=tuple(
            Waiting(known[each].names, count, each in invited) for each, count in waiting.items()
        ),
        mark=_mark(ready),
        waiting_mark=_mark(each for each in drafts if each.institution_id not in hearing),
    )


async def announce(tx: Transaction, act: Act, mark: str | None = None) -> Announced:
    """Tell every focal point and alternate, once, what their institution was assigned.

    Drafts of institutions where nobody could be told stay drafts. Raises NothingToAnnounce, and
    Outdated where the drafts are not those of the preview with this `mark`.
    """
    permissions.require(permissions.may_arrange(act.actor))
    drafts, hearing, known = await _drafts(tx, now=act.now)
    ready = [each for each in drafts if each.institution_id in hearing]
    if not ready:
        raise NothingToAnnounce
    if mark is not None and mark != _mark(ready):
        raise Outdated
    await _make_known(tx, act, ready)
    audience = _audience(ready, hearing)
    entry = await audit.record(
        tx,
        act,
        "assignment.announce",
        f"assignments:{len(ready)}",
        facts={"assignments": sorted(each.id for each in ready), "people": sorted(audience)},
    )
    told = [
        _message(
            person,
            theirs,
            known,
            views.new_assignments,
            key=f"announced:{entry}",
            bot_id=act.bot_id,
        )
        for person, theirs in audience.values()
    ]
    await outbox.add_many(tx, told, now=act.now)
    return Announced(len(ready), len(audience))


async def announce_by_letter(tx: Transaction, act: Act, mark: str) -> Announced:
    """Institutions where nobody could be told here were told by letter: nothing is sent.

    Whoever takes a seat there finds the assignments. Raises as `announce`.
    """
    permissions.require(permissions.may_arrange(act.actor))
    drafts, hearing, _known = await _drafts(tx, now=act.now)
    waiting = [each for each in drafts if each.institution_id not in hearing]
    if not waiting:
        raise NothingToAnnounce
    if mark != _mark(waiting):
        raise Outdated
    await _make_known(tx, act, waiting)
    await audit.record(
        tx,
        act,
        "assignment.announce_by_letter",
        f"assignments:{len(waiting)}",
        facts={"assignments": sorted(each.id for each in waiting)},
    )
    return Announced(len(waiting), 0)


async def _make_known(tx: Transaction, act: Act, drafts: Sequence[Described]) -> None:
    """They are announced, and what is due of them is asked for from now on."""
    ids = [each.id for each in drafts]
    await queries.announce(tx, ids, now=act.now)
    if any(each.due_on is not None for each in drafts):
        await requests.follow(tx, act, ids, request_id=await requests.announced(tx, act))


_Hearing = dict[int, dict[int, Person]]
"""People by institution and id: who holds two seats in one hears once."""

_Audience = dict[int, tuple[Person, list[Described]]]


async def _drafts(
    tx: Transaction, *, now: datetime
) -> tuple[list[Described], _Hearing, dict[int, Institution]]:
    """The drafts, who would hear of them by institution, and the institutions."""
    drafts = await queries.to_announce(tx)
    hearing = await _hearing(tx, now=now)
    known = {each.id: each for each in await institutions.every(tx)}
    return drafts, hearing, known


async def _hearing(tx: Transaction, *, now: datetime) -> _Hearing:
    hearing: _Hearing = {}
    for each in await people.seated(tx, now=now, roles=REPORTING):
        if each.started and each.seat.institution_id is not None:
            there = hearing.setdefault(each.seat.institution_id, {})
            there[each.person.id] = each.person
    return hearing


def _audience(told: Iterable[Described], hearing: _Hearing) -> _Audience:
    """Who hears of what, each person once, the most urgent first over all their institutions."""
    audience: _Audience = {}
    for each in sorted(told, key=lambda each: each.due_on or date.max):
        for person in hearing.get(each.institution_id, {}).values():
            audience.setdefault(person.id, (person, []))[1].append(each)
    return audience


def _mark(drafts: Iterable[Described]) -> str:
    """Stands for exactly these drafts: any change of them is another mark."""
    said = sorted((each.id, each.part.value, str(each.due_on)) for each in drafts)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _message(
    person: Person,
    theirs: Sequence[Described],
    known: dict[int, Institution],
    shows: Callable[[Sequence[views.News], Sequence[Value]], Screen],
    *,
    key: str,
    bot_id: int,
    silent: bool = False,
) -> Message:
    ids = dict.fromkeys(each.institution_id for each in theirs)
    names = [name_for(known[each].names, person.language) for each in ids if each in known]
    return Message(
        key=f"{key}:{person.id}",
        screen=shows([_as_news(each) for each in theirs], names),
        person_id=person.id,
        bot_id=bot_id,
        subject=f"assignment:{theirs[0].id}" if len(theirs) == 1 else None,
        silent=silent,
    )


def _as_news(told: Described) -> views.News:
    return views.News(
        told.id,
        told.code,
        told.symbol,
        told.restricted,
        told.part,
        told.due_on,
        kept=told.state is not AssignmentState.ENDED,
    )


# -- What institutions gave back -------------------------------------------------------------------


async def release(tx: Transaction, act: Act, assignment_id: int) -> None:
    """It is not theirs indeed: the item is assigned to nobody until somebody else gets it."""
    await _given_back(tx, act, assignment_id)
    await queries.end(tx, [assignment_id], now=act.now)
    await audit.record(tx, act, "assignment.release", f"assignment:{assignment_id}")


async def reassign(tx: Transaction, act: Act, assignment_id: int, institution_id: int) -> Assigned:
    """Another institution gets what was given back, with the same part and due date, as a draft."""
    assignment = await _given_back(tx, act, assignment_id)
    target = Target(assignment.part, assignment.due_on)
    targets = {assignment.item_id: {institution_id: target}}
    return await aim(tx, act, targets)


async def insist(
    tx: Transaction, act: Act, assignment_id: int, comment: str, *, language: str
) -> None:
    """It stays theirs: the institution has it again, and its people are told why."""
    assignment = await _given_back(tx, act, assignment_id)
    why = fitting(comment)
    await queries.hand_back(tx, assignment_id)
    await requests.follow(tx, act, [assignment_id])
    entry = await audit.record(
        tx, act, "assignment.insist", f"assignment:{assignment_id}", words=why
    )
    [shown] = await queries.described(tx, [assignment_id])
    told = views.stays_yours(_as_news(shown), why, language)
    hearing = await _hearing(tx, now=act.now)
    for person in hearing.get(assignment.institution_id, {}).values():
        key, about = f"stays:{entry}:{person.id}", f"assignment:{assignment_id}"
        await tell(tx, act, person.id, told, key, subject=about)


async def _given_back(tx: Transaction, act: Act, assignment_id: int) -> Assignment:
    permissions.require(permissions.may_arrange(act.actor))
    assignment = existing(await queries.get(tx, assignment_id))
    await queries.lock_items(tx, [assignment.item_id])
    assignment = existing(await queries.get(tx, assignment_id))
    if assignment.state is not AssignmentState.DISOWNED:
        raise Outdated
    return assignment


# -- Inside ----------------------------------------------------------------------------------------


def _aimed_at(targets: Targets) -> dict[str, Fact]:
    """Which institutions were to lead or to contribute, and until when."""
    aims = [(each, target) for wanted in targets.values() for each, target in wanted.items()]
    return {
        "lead": sorted({each for each, target in aims if target.part is Part.LEAD}),
        "contributing": sorted({each for each, target in aims if target.part is not Part.LEAD}),
        "due_on": sorted({target.due_on for _, target in aims if target.due_on is not None}),
    }


async def _require_institutions(tx: Transaction, targets: Targets) -> None:
    known = {each.id for each in await institutions.every(tx)}
    if any(each not in known for wanted in targets.values() for each in wanted):
        raise NotFound


async def _carry_out(
    tx: Transaction, steps: Plan, *, seat_id: int | None, now: datetime
) -> list[int]:
    """Change the rows; gives the assignments that their people knew and that changed."""
    await queries.add(tx, steps.new, assigned_by=seat_id, now=now)
    await queries.draft_again(tx, steps.again, assigned_by=seat_id, now=now)
    await queries.aim(tx, steps.changed, seat_id=seat_id, now=now)
    await _remove(tx, steps.removed, now=now)
    await queries.end(tx, [each.id for each in steps.settled], now=now)
    touched = [*(each.assignment for each in steps.changed), *steps.removed]
    return [each.id for each in touched if each.state is AssignmentState.ANNOUNCED]


def _touched(steps: Plan) -> list[int]:
    """The assignments that carrying out the plan changes, as far as there were any."""
    held = [*(each.assignment for each in (*steps.changed, *steps.again)), *steps.removed]
    return [each.id for each in (*held, *steps.settled)]


async def _remove(tx: Transaction, removed: Sequence[Assignment], *, now: datetime) -> None:
    drafts = [each.id for each in removed if each.state is AssignmentState.DRAFT]
    await queries.remove_drafts(tx, drafts, now=now)
    await queries.end(tx, [each.id for each in removed if each.id not in drafts], now=now)


async def _tell_of_changes(
    tx: Transaction, act: Act, assignment_ids: Sequence[int], entry: int
) -> None:
    """Silently, one message a person: what changed about assignments that they knew."""
    if not assignment_ids:
        return
    changed = await queries.described(tx, assignment_ids)
    known = {each.id: each for each in await institutions.every(tx)}
    audience = _audience(changed, await _hearing(tx, now=act.now))
    told = [
        _message(
            person,
            theirs,
            known,
            views.changed_assignments,
            key=f"altered:{entry}",
            bot_id=act.bot_id,
            silent=True,
        )
        for person, theirs in audience.values()
    ]
    await outbox.add_many(tx, told, now=act.now)

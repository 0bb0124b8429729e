"""What needs a second coordinator: asked for, agreed to or refused, opened by itself, used once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.domain.approvals import (
    DELAY,
    Approval,
    AskedAlready,
    Kind,
    NeedsSecond,
    OwnRequest,
    Protection,
    State,
    Step,
    next_step,
)
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.people import Act, Person, Role
from bot.domain.permissions import (
    may_decide_approval,
    may_lower,
    may_stop_approval,
    require,
    secretariat_seat,
)
from bot.domain.screens import Screen
from bot.domain.views import approvals as views
from bot.services import audit
from bot.services.notices import officers, tell
from storage import approvals as queries
from storage import invitations, items, jobs, people, seats
from storage.audit import Fact
from storage.database import Transaction


async def ask(
    tx: Transaction,
    act: Act,
    kind: Kind,
    arguments: Mapping[str, Any],
    *,
    reason: str,
    language: str,
) -> Approval:
    """Ask the other coordinators; where there is none, all of the secretariat is told.

    Refuses with AskedAlready while the same waits, and NotFound for an item that is not restricted.
    """
    require(may_lower(act.actor))
    seat = act.actor.seat({Role.COORDINATOR})
    assert seat is not None
    await _require_sense(tx, kind, arguments)
    waiting = await queries.undecided(tx, kinds=(kind,))
    if any(each.arguments == dict(arguments) for each in waiting):
        raise AskedAlready
    approval_id = await queries.add(
        tx,
        kind,
        arguments,
        reason=reason,
        language=language,
        asked_by=seat.id,
        asker=seat.person_id,
        now=act.now,
    )
    asked = existing(await queries.get(tx, approval_id))
    facts = {"kind": kind.value, **_facts(asked)}
    await audit.record(
        tx, act, "approval.ask", _subject(asked), facts=facts, words=reason, seat_id=seat.id
    )
    if await _step(tx, act, asked) is Step.ANNOUNCE:
        await _announce(tx, act, asked)
    else:
        await _ask_others(tx, act, asked)
    return existing(await queries.get(tx, approval_id))


async def agree(tx: Transaction, act: Act, approval_id: int) -> Approval:
    """A second coordinator agrees, and it is open; raises OwnRequest or Outdated."""
    asked = existing(await queries.lock(tx, approval_id))
    require(may_lower(act.actor))
    if asked.asker == act.actor.person_id:
        raise OwnRequest
    require(may_decide_approval(act.actor, asked.asker))
    if asked.state is not State.WAITING or await _step(tx, act, asked) is Step.EXPIRE:
        raise Outdated
    seat = act.actor.seat({Role.COORDINATOR})
    assert seat is not None
    return await _open(tx, act, asked, decided_by=seat.id)


async def refuse(tx: Transaction, act: Act, approval_id: int) -> None:
    """Somebody else refuses, or who asked takes it back; raises Outdated where it does not wait."""
    asked = existing(await queries.lock(tx, approval_id))
    announced = asked.opens_at is not None
    require(may_stop_approval(act.actor, asked.asker, announced=announced))
    if asked.state is not State.WAITING:
        raise Outdated
    seat = secretariat_seat(act.actor)
    await _settle(tx, act, asked, State.REFUSED, decided_by=seat.id)
    await audit.record(tx, act, "approval.refuse", _subject(asked), seat_id=seat.id)
    await _tell(tx, act, asked, "refused", await _concerned(tx, act), but=act.actor.person_id)


async def due(tx: Transaction, act: Act) -> list[int]:
    """What time, or somebody's coming or going, has brought to its next step."""
    waiting = await queries.undecided(tx)
    if not waiting:
        return []
    known = await _coordinators(tx, act)
    return [each.id for each in waiting if next_step(each, known, act.now) is not None]


async def follow(tx: Transaction, act: Act, approval_id: int) -> None:
    """Take the next step that is due: ask, announce, open by itself, or let it expire."""
    asked = existing(await queries.lock(tx, approval_id))
    step = await _step(tx, act, asked)
    if step is not None and not await _successor_waits(tx, asked):
        step = Step.EXPIRE
    match step:
        case Step.EXPIRE:
            await _expire(tx, act, asked)
        case Step.ANNOUNCE:
            await _announce(tx, act, asked)
            await audit.record(tx, act, "approval.announce", _subject(asked))
        case Step.ASK_OTHERS:
            await queries.change(tx, asked.id, was=State.WAITING, opens_at=None)
            await _ask_others(tx, act, asked)
            await audit.record(tx, act, "approval.ask_others", _subject(asked))
        case Step.OPEN:
            await _open(tx, act, asked, decided_by=None)


# -- What is open ----------------------------------------------------------------------------------


async def allowed(
    tx: Transaction,
    act: Act,
    kind: Kind,
    approval_id: int | None = None,
    *,
    arguments: Mapping[str, Any] | None = None,
) -> Approval | None:
    """What was agreed to of that kind, for the actor to use now; None where there is nothing.

    Where there are `arguments`, it is what was asked with them.
    """
    if act.actor.person_id is None or not may_lower(act.actor):
        return None
    for each in await queries.undecided(tx, kinds=(kind,), asker=act.actor.person_id):
        is_it = approval_id in (None, each.id) and arguments in (None, each.arguments)
        if is_it and each.state is State.APPROVED and each.expires_at > act.now:
            return each
    return None


async def use(tx: Transaction, act: Act, kind: Kind, approval_id: int | None = None) -> Approval:
    """Use what was agreed to, once; raises NeedsSecond where nothing is open to the actor."""
    found = await allowed(tx, act, kind, approval_id)
    if found is None or not await queries.change(
        tx, found.id, was=State.APPROVED, state=State.DONE.value
    ):
        raise NeedsSecond
    await audit.record(tx, act, "approval.use", _subject(found), facts={"kind": kind.value})
    return found


async def may_name(tx: Transaction, act: Act) -> bool:
    """Whether a file that leaves by chat may hold people's names: by the next export, and once.

    At the shell of the machine nothing leaves it.
    """
    return act.actor.channel == "command" or await allowed(tx, act, Kind.NAMES) is not None


async def may_leave(tx: Transaction, what: Protection) -> bool:
    """Whether that may leave the machine by chat: only while a coordinator has it lowered."""
    return what in await queries.lowered(tx)


async def raise_again(tx: Transaction, act: Act, what: Protection) -> None:
    """From this second on it stays on the machine again; no second coordinator is needed."""
    require(may_lower(act.actor))
    if not await queries.raise_again(tx, what):
        raise Outdated
    await audit.record(tx, act, "protection.raise", f"protection:{what}")


async def restrict(tx: Transaction, act: Act, item_id: int) -> None:
    """Chat shows symbol and number of the item only, from this second on."""
    require(may_lower(act.actor))
    if not await items.restrict(tx, item_id, restricted=True):
        raise Outdated
    await audit.record(tx, act, "item.restrict", f"item:{item_id}")


# -- Opening ---------------------------------------------------------------------------------------


async def _open(tx: Transaction, act: Act, asked: Approval, *, decided_by: int | None) -> Approval:
    # The export, the link's making, the confirming uses it.
    stays = asked.kind in (Kind.NAMES, Kind.INVITE, Kind.SUCCEED)
    state = State.APPROVED if stays else State.DONE
    await _settle(tx, act, asked, state, decided_by=decided_by)
    await audit.record(
        tx, act, "approval.open", _subject(asked), facts={"alone": decided_by is None}
    )
    match asked.kind:
        case Kind.INVITE:
            await jobs.change(tx, asked.arguments["job"], state=jobs.PLANNED)
            tx.wakes.add(jobs.WAKES)
        case Kind.LOWER:
            what = Protection(asked.arguments["what"])
            await queries.lower(tx, what, asked.id, now=act.now)
            await audit.record(tx, act, "protection.lower", f"protection:{what}")
        case Kind.UNRESTRICT:
            await items.restrict(tx, asked.arguments["item"], restricted=False)
            await audit.record(tx, act, "item.unrestrict", f"item:{asked.arguments['item']}")
    said = "opened" if decided_by is None else "agreed"
    await _tell(tx, act, asked, said, await _concerned(tx, act), but=act.actor.person_id)
    return existing(await queries.get(tx, asked.id))


async def _expire(tx: Transaction, act: Act, asked: Approval) -> None:
    await _settle(tx, act, asked, State.EXPIRED, decided_by=None)
    await audit.record(tx, act, "approval.expire", _subject(asked))
    await _tell(tx, act, asked, "expired", await _concerned(tx, act))


async def _settle(
    tx: Transaction, act: Act, asked: Approval, state: State, *, decided_by: int | None
) -> None:
    values = {"state": state.value, "decided_by": decided_by, "decided_at": act.now}
    if not await queries.change(tx, asked.id, was=asked.state, **values):
        raise Outdated
    if state in (State.REFUSED, State.EXPIRED) and asked.kind is Kind.INVITE:
        await jobs.change(tx, asked.arguments["job"], state=jobs.CANCELLED, finished_at=act.now)


async def _step(tx: Transaction, act: Act, asked: Approval) -> Step | None:
    return next_step(asked, await _coordinators(tx, act), act.now)


async def _successor_waits(tx: Transaction, asked: Approval) -> bool:
    """Whether who is to take the seat over still waits; of anything else there is none to wait."""
    if asked.kind is not Kind.SUCCEED:
        return True
    invitation = await invitations.get(tx, asked.arguments["invitation"])
    return invitation is not None and invitation.state == invitations.REDEEMED


async def _coordinators(tx: Transaction, act: Act) -> frozenset[int]:
    held = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    return frozenset(each.person.id for each in held)


async def _require_sense(tx: Transaction, kind: Kind, arguments: Mapping[str, Any]) -> None:
    if kind is Kind.UNRESTRICT:
        item = await items.get(tx, arguments["item"])
        if item is None or not item.restricted:
            raise NotFound
    if kind is Kind.SUCCEED:
        invitation = existing(await invitations.get(tx, arguments["invitation"]))
        if invitation.takes_over is None or invitation.state != invitations.REDEEMED:
            raise NotFound
    if kind is Kind.LOWER and await may_leave(tx, Protection(arguments["what"])):
        raise Outdated


# -- Who is told -----------------------------------------------------------------------------------


async def _announce(tx: Transaction, act: Act, asked: Approval) -> None:
    """There is nobody to ask: it opens by itself, and all of the secretariat may refuse."""
    opens_at = act.now + DELAY
    await queries.change(tx, asked.id, was=State.WAITING, opens_at=opens_at)
    told = await officers(tx, act)
    announced = existing(await queries.get(tx, asked.id))
    await _tell(tx, act, announced, "announced", told, but=asked.asker)


async def _ask_others(tx: Transaction, act: Act, asked: Approval) -> None:
    known = await _coordinators(tx, act)
    others = [each for each in await officers(tx, act) if each.id in known]
    await _tell(tx, act, asked, "asked", others, but=asked.asker)


async def _concerned(tx: Transaction, act: Act) -> Sequence[Person]:
    """All of the secretariat: what becomes of it is for everybody to know who could refuse it."""
    return await officers(tx, act)


async def _tell(
    tx: Transaction,
    act: Act,
    asked: Approval,
    what: str,
    whom: Collection[Person],
    *,
    but: int | None = None,
) -> None:
    shown: Screen = views.NOTICES[what](await described(tx, asked))
    for each in whom:
        if each.id != but:
            key = f"approval:{asked.id}:{what}:{act.stamp}:{each.id}"
            await tell(tx, act, each.id, shown, key, subject=_subject(asked))


async def described(tx: Transaction, asked: Approval) -> views.Described:
    """What is asked for, with the names and codes that its words need."""
    asker = await people.get(tx, asked.asker)
    invited: Sequence[str] = ()
    item = None
    if asked.kind is Kind.INVITE:
        job = await jobs.get(tx, asked.arguments["job"])
        invited = () if job is None else job.arguments["names"]
    if asked.kind is Kind.UNRESTRICT:
        item = await items.get(tx, asked.arguments["item"])
    successor = None
    if asked.kind is Kind.SUCCEED:
        successor = await invitations.get(tx, asked.arguments["invitation"])
    seat = None if asked.decided_by is None else await seats.get(tx, asked.decided_by)
    decider = None if seat is None else await people.get(tx, seat.person_id)
    return views.Described(
        asked,
        asker="" if asker is None else asker.name,
        invited=tuple(invited),
        item=item,
        successor="" if successor is None else successor.telegram_name or "",
        decider=None if decider is None else decider.name,
    )


def _subject(asked: Approval) -> str:
    return f"approval:{asked.id}"


def _facts(asked: Approval) -> dict[str, Fact]:
    return {name: value for name, value in asked.arguments.items() if name != "names"}

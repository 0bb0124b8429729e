"""Asking institutions: a request from its preview to its closing, and what follows assignments.

What is asked for status lies on assignments: a request gives them their due day, and whatever
changes an assignment (a report, another due day, another institution) is brought in line by
`follow` in the same transaction, so that nobody is reminded of what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain import permissions
from bot.domain.deadlines import PERIODIC
from bot.domain.errors import Outdated, Refused, existing
from bot.domain.ladder import USUAL, Ladder, Skipped
from bot.domain.national_reports import AllSubmitted
from bot.domain.people import REPORTING, Act, Person
from bot.domain.reports import fitting, require_fits
from bot.domain.requests import (
    ABOUT_ITEMS,
    BEFOREHAND,
    LEAST_TIME,
    UNDO,
    WHENEVER,
    Asked,
    Audience,
    Extension,
    Follow,
    ItemState,
    LeftOut,
    Listed,
    Preview,
    Repeats,
    Request,
    RequestItem,
    RequestKind,
    RequestState,
    RequestText,
    Turn,
    comes_before,
    due_in_turn,
    next_before,
    next_turn,
    planned_on,
    turn_before,
)
from bot.domain.requests import follow as follow_step
from bot.domain.screens import Attachment, Screen
from bot.domain.selection import Narrowing, Selection
from bot.domain.views import requests as views
from bot.domain.work_calendar import Policy, WorkCalendar
from bot.services import audit
from bot.services.notices import officers, tell
from storage import (
    absences,
    assignments,
    deadlines,
    institutions,
    national_reports,
    outbox,
    people,
    reminders,
    report_chapters,
    selection,
)
from storage import requests as queries
from storage.database import Transaction
from storage.outbox import Message


class NobodyToAsk(Refused):
    """The audience is empty: nothing matches, or nobody there could be told."""

    key = "error.nobody_to_ask"


class AskedForTime(Refused):
    """The secretariat has not decided on the last wish yet."""

    key = "error.asked_for_time"
    final = True


class NotLater(Refused):
    """More time ends after the day on which the answer is due already."""

    key = "error.not_later"


class DueInPast(Refused):
    """A request cannot be due before today."""

    key = "error.due_in_past"


class TooLate(Refused):
    """The two minutes are over: the messages are on their way."""

    key = "error.too_late_to_undo"
    final = True


@dataclass(frozen=True)
class Wanted:
    """A request as an officer has put it together."""

    kind: RequestKind
    audience: Audience
    due_on: date
    texts: tuple[RequestText, ...] = ()
    ladder: Ladder = USUAL
    indicator: str | None = None
    attachment: Attachment | None = None
    repeats: Repeats | None = None
    deadline_id: int | None = None
    indicator_id: int | None = None  # of a plan
    report_id: int | None = None  # in preparation
    chapter_id: int | None = None


# -- Putting together ------------------------------------------------------------------------------


async def preview(tx: Transaction, act: Act, wanted: Wanted, languages: Sequence[str]) -> Preview:
    """What sending it now would do."""
    permissions.require(permissions.may_ask(act.actor))
    asked = await _asked(tx, act, wanted.kind, wanted.audience)
    houses = {each.institution_id for each in asked}
    hearing = await _hearing(tx, act)
    people_there = {
        each.id: each for house in houses for each in hearing.reached.get(house, {}).values()
    }
    named = {each.id: each.names for each in await institutions.every(tx)}
    worded = {each.language for each in wanted.texts}
    foreign: dict[str, int] = {}
    for each in people_there.values():
        if worded and each.language not in worded and each.language in languages:
            foreign[each.language] = foreign.get(each.language, 0) + 1
    return Preview(
        items=len({each.item_id for each in asked} - {None}),
        institutions=sum(1 for house in houses if hearing.reached.get(house)),
        people=len(people_there),
        left_out=tuple(
            (named[house], hearing.why_not(house))
            for house in sorted(houses)
            if house in named and not hearing.reached.get(house)
        ),
        other_language=foreign,
    )


async def plan(tx: Transaction, act: Act, wanted: Wanted) -> int:
    """Plan a request: it goes out in two minutes, unless it is undone; gives its id.

    Raises DueInPast, NobodyToAsk, TooLong; for a report in preparation that is not open any more
    AllSubmitted or Outdated.
    """
    permissions.require(permissions.may_ask(act.actor))
    await _require_open_report(tx, wanted)
    if wanted.due_on < act.today:
        raise DueInPast
    if not await _asked(tx, act, wanted.kind, wanted.audience):
        raise NobodyToAsk
    for each in wanted.texts:
        require_fits(each.message)
    request_id = await queries.add(
        tx,
        wanted.kind,
        state=RequestState.PLANNED,
        audience=wanted.audience,
        ladder=wanted.ladder,
        asked_by=act.actor.seat_id,
        now=act.now,
        due_on=wanted.due_on,
        indicator=wanted.indicator,
        indicator_id=wanted.indicator_id,
        report_id=wanted.report_id,
        chapter_id=wanted.chapter_id,
        attachment=None if wanted.attachment is None else wanted.attachment.stored,
        attachment_name=None if wanted.attachment is None else wanted.attachment.name,
        repeats=wanted.repeats and wanted.repeats.value,
        deadline_id=wanted.deadline_id,
        sends_at=act.now + UNDO,
    )
    await queries.word(tx, request_id, wanted.texts)
    if wanted.repeats is Repeats.BEFORE_DEADLINE:
        await queries.change(tx, request_id, series_id=request_id, repeats_on=WHENEVER)
    elif wanted.repeats is not None:
        following = planned_on(wanted.due_on, wanted.repeats, 1)
        await queries.change(tx, request_id, series_id=request_id, repeats_on=following)
    await audit.record(
        tx,
        act,
        "request.plan",
        f"request:{request_id}",
        facts={"kind": wanted.kind.value, "due_on": wanted.due_on},
    )
    return request_id


async def _require_open_report(tx: Transaction, wanted: Wanted) -> None:
    """What is asked for a report is of use while that is written; its draft may be older."""
    report_id = wanted.report_id
    if wanted.chapter_id is not None:
        chapter = await report_chapters.get(tx, wanted.chapter_id)
        if chapter is None:
            raise Outdated
        report_id = chapter.report_id
    if report_id is None:
        return
    report = await national_reports.lock(tx, report_id)
    if report is None:
        raise Outdated
    if not report.is_open:
        raise AllSubmitted


async def undo(tx: Transaction, act: Act, request_id: int) -> None:
    """It does not go out after all; raises TooLate once it has.

    The first of a series takes the series with it; another is left out this once.
    """
    request = await _found(tx, act, request_id)
    if not await queries.move(
        tx, request_id, from_=RequestState.PLANNED, to=RequestState.UNDONE, closed_at=act.now
    ):
        raise TooLate
    if request.turn == 0:
        await queries.end_series(tx, request_id)
    await deadlines.unlink(tx, request_id)
    await audit.record(tx, act, "request.undo", f"request:{request_id}")


async def send_now(tx: Transaction, act: Act, request_id: int) -> None:
    """It goes out this second; raises Outdated where it has gone or was undone."""
    await _found(tx, act, request_id)
    if not await _open(tx, act, request_id):
        raise Outdated


async def open_due(tx: Transaction, act: Act) -> int:
    """Send the requests whose two minutes are over; gives how many."""
    due = await queries.to_open(tx, now=act.now)
    return sum([await _open(tx, act, each) for each in due])


async def repeat_due(tx: Transaction, act: Act, policy: Policy) -> int:
    """Plan what is to be asked anew, and tell the officers; gives how many requests.

    After a standstill the latest of those that were missed is asked, with a week's time at least.
    """
    due = await queries.to_repeat(tx, today=act.today)
    return sum([await _repeat(tx, act, policy, each) for each in due])


async def _repeat(tx: Transaction, act: Act, policy: Policy, former: Request) -> bool:
    assert former.repeats is not None
    assert former.series_id is not None
    first = await queries.get(tx, former.series_id)
    assert first is not None
    assert first.due_on is not None
    if not await queries.pass_on(tx, former.id):
        return False
    turn = next_turn(first.due_on, former.repeats, former.turn, act.today)
    due_on = due_in_turn(first.due_on, former.repeats, turn)
    following = planned_on(first.due_on, former.repeats, turn + 1)
    days = policy.calendar(holidays=await absences.free(tx))
    await _ask_anew(tx, act, days, former, turn=turn, due_on=due_on, repeats_on=following)
    return True


async def _ask_anew(
    tx: Transaction,
    act: Act,
    days: WorkCalendar,
    former: Request,
    *,
    turn: int,
    due_on: date,
    repeats_on: date,
    deadline_id: int | None = None,
) -> int:
    """Plan the next of a series, with a week's time at least, and tell the officers."""
    assert former.repeats is not None
    soon = act.now + BEFOREHAND
    request_id = await queries.add(
        tx,
        former.kind,
        state=RequestState.PLANNED,
        audience=former.audience,
        ladder=former.ladder,
        asked_by=former.asked_by,
        now=act.now,
        due_on=days.working_day_after(max(due_on, act.today + LEAST_TIME)),
        indicator=former.indicator,
        indicator_id=former.indicator_id,
        attachment=former.attachment,
        attachment_name=former.attachment_name,
        repeats=former.repeats.value,
        series_id=former.series_id,
        turn=turn,
        repeats_on=repeats_on,
        deadline_id=deadline_id,
        sends_at=days.next_allowed(soon) or soon,
    )
    await queries.word(tx, request_id, (await queries.texts(tx, former.id)).values())
    await audit.record(
        tx,
        act,
        "request.repeat",
        f"request:{request_id}",
        facts={"former": former.id, "turn": turn},
    )
    await _tell_repeated(tx, act, request_id, silent=not days.allows(act.now))
    return request_id


# -- Asking anew before deadlines ------------------------------------------------------------------


async def before_deadlines_due(
    tx: Transaction, act: Act, policy: Policy
) -> list[tuple[Request, Turn]]:
    """What is to be asked anew now, before which deadline."""
    heads = await queries.before_deadlines(tx)
    if not heads:
        return []
    days = policy.calendar(holidays=await absences.free(tx))
    found = [(each, await _turn_due(tx, act, days, each)) for each in heads]
    return [(head, turn) for head, turn in found if turn is not None]


async def repeat_before_deadlines(tx: Transaction, act: Act, policy: Policy) -> int:
    """Plan what is asked before each deadline, once before each; gives how many requests."""
    due = await before_deadlines_due(tx, act, policy)
    days = policy.calendar(holidays=await absences.free(tx))
    count = 0
    for former, turn in due:
        if not await queries.pass_on(tx, former.id):
            continue
        request_id = await _ask_anew(
            tx,
            act,
            days,
            former,
            turn=former.turn + 1,
            due_on=turn.due_on,
            repeats_on=WHENEVER,
            deadline_id=turn.deadline_id,
        )
        deadline = await deadlines.get(tx, turn.deadline_id)
        if deadline is not None and deadline.request_id is None:
            await deadlines.change(tx, deadline.id, request_id=request_id)
        count += 1
    return count


async def _turn_due(tx: Transaction, act: Act, days: WorkCalendar, former: Request) -> Turn | None:
    """The deadline before which a series is to be asked now."""
    assert former.series_id is not None
    first = await queries.get(tx, former.series_id)
    assert first is not None
    assert first.due_on is not None
    assert former.due_on is not None
    document_id = await _document(tx, first)
    turns = [
        turn_before(each, day, days)
        for each, day in await deadlines.open_for(tx, document_id, kinds=PERIODIC)
    ]
    served = await queries.deadlines_of(tx, former.series_id)
    if first.deadline_id is None and (own := comes_before(first.due_on, turns)) is not None:
        served.add(own.deadline_id)
    soonest = days.working_day_after(act.today + LEAST_TIME)
    return next_before(turns, served, former.due_on, act.today, soonest=soonest)


async def _document(tx: Transaction, first: Request) -> int | None:
    """The document that a series is about: that of its items, else of its first deadline."""
    audience = first.audience
    if audience.selection is not None:
        named = Selection.read(audience.selection).by.get(Narrowing.DOCUMENT)
        if named is not None:
            return int(named)
    if audience.items:
        of_items = await selection.documents_of(tx, audience.items)
        if len(of_items) == 1:
            return of_items.pop()
    if first.deadline_id is None:
        return None
    return await deadlines.document_of(tx, first.deadline_id)


async def _tell_repeated(tx: Transaction, act: Act, request_id: int, *, silent: bool) -> None:
    request = await queries.get(tx, request_id)
    assert request is not None
    texts = await queries.texts(tx, request_id)
    for officer in await officers(tx, act):
        title = views.title_of(request, best_worded(texts, officer.language))
        shown = views.asked_anew(request, title)
        key = f"request_anew:{request_id}:{officer.id}"
        await tell(tx, act, officer.id, shown, key, silent=silent)


async def _open(tx: Transaction, act: Act, request_id: int) -> bool:
    """Ask everybody who is meant now, tell each person once; False where somebody was faster."""
    opened = await queries.move(
        tx,
        request_id,
        from_=RequestState.PLANNED,
        to=RequestState.OPEN,
        opened_at=act.now,
        sends_at=None,
    )
    if not opened:
        return False
    request = await queries.get(tx, request_id)
    assert request is not None
    assert request.due_on is not None
    rows = await _asked(tx, act, request.kind, request.audience)
    if request.kind is RequestKind.STATUS:
        ids = [each.assignment_id for each in rows if each.assignment_id is not None]
        await _give_due_day(tx, act, ids, request.due_on)
    await queries.ask(tx, request_id, dict.fromkeys(rows, request.due_on), now=act.now)
    told = await _tell(tx, act, request)
    tx.wakes.add(queries.WAKES)
    await audit.record(
        tx,
        act,
        "request.open",
        f"request:{request_id}",
        facts={"items": len(rows), "people": told},
    )
    return True


async def _give_due_day(
    tx: Transaction, act: Act, assignment_ids: Sequence[int], due_on: date
) -> None:
    """Assignments are due on that day from now on; what was asked of them before is moved."""
    await assignments.lock(tx, assignment_ids)
    earlier = await queries.open_of_assignments(tx, assignment_ids)
    ids = [each.id for each in earlier.values()]
    await queries.settle(tx, ids, ItemState.ENDED, now=act.now)
    await reminders.stop(tx, ids, Skipped.MOVED, now=act.now)
    await assignments.give_due_day(
        tx, assignment_ids, due_on, seat_id=act.actor.seat_id, now=act.now, answered_due_on=None
    )


async def _tell(tx: Transaction, act: Act, request: Request) -> int:
    """One message a person, with the most urgent items; gives how many people are told."""
    shown = await queries.listed(tx, request.id, today=act.today, limit=_EVERY)
    by_house: dict[int, list[Listed]] = {}
    for each in shown:
        by_house.setdefault(each.institution_id, []).append(each)
    texts = await queries.texts(tx, request.id)
    hearing = await _hearing(tx, act)
    theirs: dict[int, tuple[Person, list[Listed]]] = {}
    for house, asked in by_house.items():
        for person in hearing.reached.get(house, {}).values():
            theirs.setdefault(person.id, (person, []))[1].extend(asked)
    messages = [
        Message(
            key=f"request:{request.id}:{person.id}",
            screen=views.asked(
                request, asked, best_worded(texts, person.language), language=person.language
            ),
            person_id=person.id,
            bot_id=act.bot_id,
            subject=_subject(asked),
        )
        for person, asked in theirs.values()
    ]
    await outbox.add_many(tx, messages, now=act.now)
    return len(messages)


_EVERY = 1_000_000


def _subject(asked: Sequence[Listed]) -> str | None:
    """A reply to a message about one thing answers it."""
    if len(asked) != 1:
        return None
    [one] = asked
    return f"asked:{one.id}" if one.assignment_id is None else f"assignment:{one.assignment_id}"


def best_worded(texts: Mapping[str, RequestText], language: str) -> RequestText | None:
    """The wording in that language, else in English, else in any; None: the usual words."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), None)


# -- Until it is closed ----------------------------------------------------------------------------


async def close(tx: Transaction, act: Act, request_id: int, *, for_good: bool = False) -> None:
    """Nobody is asked or reminded any more; what was answered stays.

    `for_good`: nor is it asked anew.
    """
    request = await _found(tx, act, request_id)
    if for_good and request.series_id is not None:
        await _end_series(tx, act, request)
    if not await queries.move(
        tx, request_id, from_=RequestState.OPEN, to=RequestState.CLOSED, closed_at=act.now
    ):
        raise Outdated
    ids = await queries.open_of_request(tx, request_id)
    await queries.settle(tx, ids, ItemState.ENDED, now=act.now)
    await reminders.stop(tx, ids, Skipped.CLOSED, now=act.now)
    await audit.record(
        tx, act, "request.close", f"request:{request_id}", facts={"unanswered": len(ids)}
    )


async def stop_repeating(tx: Transaction, act: Act, request_id: int) -> None:
    """Its series is asked anew no more; raises Outdated where that was so."""
    request = await _found(tx, act, request_id)
    if not await _end_series(tx, act, request):
        raise Outdated


async def _end_series(tx: Transaction, act: Act, request: Request) -> bool:
    if request.series_id is None or not await queries.end_series(tx, request.series_id):
        return False
    await audit.record(tx, act, "request.stop_repeating", f"request:{request.id}")
    return True


async def not_reached(tx: Transaction, act: Act, institution_ids: Iterable[int]) -> list[int]:
    """Those of these institutions in which nobody can be told anything here."""
    permissions.require(permissions.may_ask(act.actor))
    hearing = await _hearing(tx, act)
    return [each for each in institution_ids if not hearing.reached.get(each)]


async def excuse(tx: Transaction, act: Act, request_item_id: int, reason: str) -> RequestItem:
    """An institution need not answer, and hears so; the reason is kept, its reminders stop."""
    permissions.require(permissions.may_ask(act.actor))
    item = await _open_item(tx, request_item_id)
    why = fitting(reason)
    await queries.settle(tx, [item.id], ItemState.EXCUSED, reason=why, now=act.now)
    await reminders.stop(tx, [item.id], Skipped.EXCUSED, now=act.now)
    entry = await audit.record(tx, act, "request.excuse", f"request_item:{item.id}", words=why)
    [shown] = await queries.listed_ones(tx, [item.id])
    await _tell_institution(
        tx,
        act,
        item,
        lambda language: views.no_answer_needed(shown, language=language),
        f"excused:{entry}",
    )
    return item


async def change_ladder(tx: Transaction, act: Act, request_id: int, ladder: Ladder) -> None:
    """Another ladder from now on: what was sent stays sent, the rest is planned anew."""
    await _found(tx, act, request_id)
    packed = [each.to_json() for each in ladder]
    await queries.change(tx, request_id, ladder=packed)
    await queries.mark_stale(tx, request_id=request_id)
    await audit.record(tx, act, "request.ladder", f"request:{request_id}")


async def _found(tx: Transaction, act: Act, request_id: int) -> Request:
    permissions.require(permissions.may_ask(act.actor))
    return existing(await queries.get(tx, request_id))


async def _open_item(tx: Transaction, request_item_id: int) -> RequestItem:
    """What is asked, locked as a report does: the assignment first, so that neither waits for
    the other in a ring.
    """
    item = existing(await queries.get_item(tx, request_item_id))
    if item.assignment_id is not None:
        await assignments.lock(tx, [item.assignment_id])
    item = existing(await queries.lock_item(tx, request_item_id))
    if item.state is not ItemState.ASKED:
        raise Outdated
    return item


# -- More time -------------------------------------------------------------------------------------


async def ask_for_time(
    tx: Transaction,
    act: Act,
    request_item_id: int,
    *,
    until_on: date,
    reason: str,
    language: str,
) -> int:
    """An institution asks the secretariat for more time; gives the id of its wish.

    Raises NotLater, AskedForTime.
    """
    item = await _open_item(tx, request_item_id)
    seat = act.actor.seat(REPORTING, item.institution_id)
    permissions.require(seat is not None)
    assert seat is not None
    if until_on <= item.due_on:
        raise NotLater(due=item.due_on)
    if await queries.waiting_extension(tx, item.id) is not None:
        raise AskedForTime
    why = fitting(reason)
    extension_id = await queries.add_extension(
        tx,
        item.id,
        seat_id=seat.id,
        until_on=until_on,
        reason=why,
        language=language,
        now=act.now,
    )
    await audit.record(
        tx,
        act,
        "extension.ask",
        f"request_item:{item.id}",
        seat_id=seat.id,
        facts={"until_on": until_on},
        words=why,
    )
    [shown] = await queries.listed_ones(tx, [item.id])
    asked = existing(await queries.get_extension(tx, extension_id))
    for officer in await officers(tx, act):
        wish = views.wish(shown, asked, language=officer.language)
        await tell(tx, act, officer.id, wish, _wish_key(extension_id, officer))
    return extension_id


def _wish_key(extension_id: int, officer: Person) -> str:
    return f"extension:{extension_id}:wish:{officer.id}"


async def decide_time(tx: Transaction, act: Act, extension_id: int, *, granted: bool) -> Extension:
    """The secretariat grants more time or not, and who asked is told. Raises Outdated.

    The officers' messages with the wish say from now on what was decided, and by whom.
    """
    permissions.require(permissions.may_ask(act.actor))
    wish = existing(await queries.get_extension(tx, extension_id))
    item = await _open_item(tx, wish.request_item_id)
    decided = await queries.decide_extension(
        tx, wish.id, granted=granted, seat_id=act.actor.seat_id, now=act.now
    )
    if not decided:
        raise Outdated
    [wished] = await queries.listed_ones(tx, [item.id])
    if granted:
        await _extend(tx, act, item, wish.until_on)
    await audit.record(
        tx,
        act,
        "extension.grant" if granted else "extension.refuse",
        f"request_item:{item.id}",
        facts={"until_on": wish.until_on},
    )
    [shown] = await queries.listed_ones(tx, [item.id])

    def told(language: str) -> Screen:
        if granted:
            return views.time_given(shown, wish.until_on, language=language)
        return views.time_refused(shown, language=language)

    await _tell_institution(tx, act, item, told, f"extension:{wish.id}:decided")
    await _tell_decided(tx, act, wished, wish, granted=granted)
    return wish


async def _tell_decided(
    tx: Transaction, act: Act, one: Listed, wish: Extension, *, granted: bool
) -> None:
    assert act.actor.person is not None
    for officer in await officers(tx, act):
        said = await outbox.find(tx, _wish_key(wish.id, officer))
        if said is None:
            continue
        name, language = act.actor.person.name, officer.language
        shown = views.decided(one, wish, name, granted=granted, language=language)
        key = f"extension:{wish.id}:outcome:{officer.id}"
        await tell(tx, act, officer.id, shown, key, silent=True, edits=said)


async def _tell_institution(
    tx: Transaction, act: Act, item: RequestItem, told: Callable[[str], Screen], key: str
) -> None:
    """Tell the institution's people what `told` gives for the language of each."""
    for person in await _people_of(tx, act, item.institution_id):
        await tell(tx, act, person.id, told(person.language), f"{key}:{person.id}")


async def _extend(tx: Transaction, act: Act, item: RequestItem, until_on: date) -> None:
    await queries.ask_again(tx, {item.id: until_on}, now=act.now)
    if item.assignment_id is not None:
        await assignments.give_due_day(
            tx, [item.assignment_id], until_on, seat_id=act.actor.seat_id, now=act.now
        )
    tx.wakes.add(queries.WAKES)


# -- Following assignments -------------------------------------------------------------------------


async def follow(
    tx: Transaction, act: Act, assignment_ids: Iterable[int], *, request_id: int | None = None
) -> None:
    """Bring what is asked in line with these assignments as they stand now.

    What they owe is asked for, in the request that is named or the last that announcing made; what
    is answered, ended or due on another day is settled or moved, and its reminders with it.
    """
    ids = list(assignment_ids)
    last = await queries.last_of_assignments(tx, ids)
    steps: dict[Follow, list[tuple[int, RequestItem | None]]] = {}
    new: dict[Asked, date] = {}
    due: dict[int, date] = {}
    for each in await assignments.of_ids(tx, ids):
        item = last.get(each.id)
        step = follow_step(each, item)
        if step is Follow.ASK:
            assert each.due_on is not None
            new[Asked(each.institution_id, each.item_id, each.id)] = each.due_on
        elif step is Follow.ASK_AGAIN:
            assert item is not None
            assert each.due_on is not None
            due[item.id] = each.due_on
        elif item is not None:
            steps.setdefault(step, []).append((item.id, item))
    if new:
        where = request_id or await _announced(tx, act)
        await queries.ask(tx, where, new, now=act.now)
    await queries.ask_again(tx, due, now=act.now)
    for step, state, reason in (
        (Follow.ANSWERED, ItemState.ANSWERED, Skipped.ANSWERED),
        (Follow.UNCLEARED, ItemState.UNCLEARED, Skipped.UNCLEARED),
        (Follow.END, ItemState.ENDED, Skipped.ENDED),
    ):
        settled = [item_id for item_id, _ in steps.get(step, ())]
        await queries.settle(tx, settled, state, now=act.now)
        await reminders.stop(tx, settled, reason, now=act.now)
    if new or due:
        tx.wakes.add(queries.WAKES)


async def announced(tx: Transaction, act: Act) -> int:
    """A request for what was just announced: its items are due as they were assigned."""
    return await queries.add(
        tx,
        RequestKind.STATUS,
        state=RequestState.OPEN,
        audience=Audience(),
        ladder=USUAL,
        asked_by=act.actor.seat_id,
        now=act.now,
        announced=True,
        opened_at=act.now,
    )


async def _announced(tx: Transaction, act: Act) -> int:
    return await queries.newest_announced(tx) or await announced(tx, act)


# -- Who is meant ----------------------------------------------------------------------------------


async def _asked(tx: Transaction, act: Act, kind: RequestKind, audience: Audience) -> list[Asked]:
    """What would be asked of whom."""
    of_no_item = not audience.items and audience.selection is None
    if kind not in ABOUT_ITEMS or (kind is RequestKind.QUESTION and of_no_item):
        return [Asked(each) for each in audience.institutions]
    rows = await queries.assignments_of(tx, audience.items, audience.institutions)
    if audience.selection is not None:
        meant = Selection.read(audience.selection)
        rows += await queries.assignments_of(
            tx,
            await selection.ids(tx, meant, today=act.today),
            audience.institutions,
            which=selection.of_assignments(meant, act.today),
        )
    if audience.assignments:
        rows = await _not_asked_yet(tx, audience.assignments, rows)
    if kind is RequestKind.STATUS:
        return rows
    return [replace(each, assignment_id=None) for each in rows]


async def _not_asked_yet(
    tx: Transaction, assignment_ids: Sequence[int], rows: Sequence[Asked]
) -> list[Asked]:
    """Those of these assignments of which nothing is asked now."""
    asked = await queries.open_of_assignments(tx, assignment_ids)
    wanted = set(assignment_ids) - asked.keys()
    return [each for each in rows if each.assignment_id in wanted]


@dataclass(frozen=True)
class _Hearing:
    """Who can be told, by institution, and the others there."""

    reached: Mapping[int, Mapping[int, Person]]
    unreachable: frozenset[int]
    never_started: frozenset[int]

    def why_not(self, institution_id: int) -> LeftOut:
        """Why nobody of an institution hears of it."""
        if institution_id in self.unreachable:
            return LeftOut.UNREACHABLE
        return LeftOut.NEVER_STARTED if institution_id in self.never_started else LeftOut.NO_SEAT


async def _hearing(tx: Transaction, act: Act) -> _Hearing:
    reached: dict[int, dict[int, Person]] = {}
    unreachable, never_started = set(), set()
    for each in await people.seated(tx, now=act.now, roles=REPORTING):
        house = each.seat.institution_id
        if house is None:
            continue
        if not each.started:
            never_started.add(house)
        elif each.unreachable_reason is not None:
            unreachable.add(house)
        else:
            reached.setdefault(house, {})[each.person.id] = each.person
    return _Hearing(reached, frozenset(unreachable), frozenset(never_started))


async def _people_of(tx: Transaction, act: Act, institution_id: int) -> list[Person]:
    seated = await people.seated(tx, now=act.now, roles=REPORTING, institution_id=institution_id)
    return people.each_once(seated)

"""Reporting: what an institution says of its assignments, numbered, audited and acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain import clearance, permissions
from bot.domain.errors import NotAllowed, NotFound, existing
from bot.domain.items import (
    UNDECIDED,
    Assignment,
    AssignmentState,
    Item,
    LastWord,
    ReportState,
)
from bot.domain.people import REPORTING, Act, Actor, Role
from bot.domain.permissions import READS
from bot.domain.reports import (
    UNCHANGED_IN_A_ROW,
    Acknowledged,
    AlreadyDecided,
    AmendedMeanwhile,
    AssignmentClosed,
    DayInFuture,
    EvidenceCounts,
    EvidenceMissing,
    EvidenceOnItsWay,
    FileNeeded,
    Keeps,
    NothingAmended,
    NothingToConfirm,
    NotTheirWord,
    NoWords,
    Receipt,
    ReportKind,
    SentenceNeeded,
    StatusUpdate,
    StatusUpdateDraft,
    require_fits,
)
from bot.domain.screens import Code
from bot.domain.status import Entry, called
from bot.domain.versions import Earlier, Version, amended, differences, newest
from bot.domain.views import report as views
from bot.services import audit, requests
from bot.services.last_word import follow_inside, restore
from bot.services.notices import tell, tell_secretariat
from storage import (
    assignments,
    conversations,
    evidence,
    figures,
    items,
    people,
    statuses,
    versions,
)
from storage import clearance as clearance_queries
from storage import status_updates as queries
from storage.database import Transaction


@dataclass(frozen=True)
class _Source:
    """Where a recorded status update comes from."""

    words: str
    on: date


async def submit(
    tx: Transaction, act: Act, draft: StatusUpdateDraft, *, tells: bool = True
) -> Receipt:
    """Record a status update, and one more for each assignment in `draft.also`.

    Who sends many at once `tells` of them once, with `tell_of`.

    What needs its validator's clearance is not the institution's word before it is cleared. The
    country's year is in the number. Refuses with NotAllowed, AssignmentClosed, NoStatus,
    StatusEnded, NoWords, TooLong, DayInFuture, EvidenceMissing or EvidenceOnItsWay, and then
    nothing happened.
    """
    chosen = await _checked(tx, draft, today=act.today)
    held = [await _reportable(tx, act.actor, each) for each in await _locked(tx, draft)]
    if len({each.institution_id for each in held}) != 1:
        raise NotAllowed
    seat = act.actor.seat(REPORTING, held[0].institution_id)
    assert seat is not None
    kind = ReportKind.REPORT
    updates = [
        await _add(tx, act, each, draft, chosen, kind=kind, seat_id=seat.id) for each in held
    ]
    counts = await _take_evidence(tx, draft, updates)
    await _trace(tx, act, "submit", held, updates, seat_id=seat.id, chosen=chosen, counts=counts)
    receipt = _receipt(kind, draft, chosen, updates, counts)
    return await _sent(tx, act, held[0], receipt) if tells else receipt


async def record_on_behalf(
    tx: Transaction, act: Act, draft: StatusUpdateDraft, *, source: str, source_on: date
) -> Receipt:
    """The secretariat records what an institution said elsewhere: in which letter, of which day.

    The institution's people are told. Refuses as `submit` does.
    """
    permissions.require(permissions.may_record(act.actor))
    chosen = await _checked(tx, draft, today=act.today)
    if source_on > act.today:
        raise DayInFuture(day=source_on)
    if not source.strip():
        raise NoWords
    held = [await _open(tx, each) for each in await _locked(tx, draft)]
    from_where = _Source(source.strip()[:300], source_on)
    kind = ReportKind.RECORDED
    updates = [
        await _add(
            tx,
            act,
            each,
            draft,
            chosen,
            kind=kind,
            seat_id=act.actor.seat_id,
            source=from_where,
        )
        for each in held
    ]
    counts = await _take_evidence(tx, draft, updates)
    await _trace(
        tx, act, "record", held, updates, seat_id=act.actor.seat_id, chosen=chosen, counts=counts
    )
    receipt = _receipt(kind, draft, chosen, updates, counts)
    for each, update in zip(held, updates, strict=True):
        await _tell_institution(tx, act, each, update, receipt, source=from_where)
    return receipt


async def confirmable(
    tx: Transaction, actor: Actor, assignment_id: int, *, sentence: str | None = None
) -> tuple[Assignment, str]:
    """The assignment of which `unchanged` may be said now, and its status; raises as that does."""
    assignment = await _reportable(tx, actor, assignment_id)
    if assignment.waits_inside:
        raise await _waits(tx, assignment)
    if assignment.status is None or assignment.returned:
        raise NothingToConfirm
    words = (sentence or "").strip()
    if assignment.unchanged_in_a_row >= UNCHANGED_IN_A_ROW and not words:
        raise SentenceNeeded
    require_fits(words)
    chosen = (await statuses.vocabulary(tx)).require(assignment.status)
    last = assignment.last_status_update_id
    if chosen.evidence_required and not (last and await evidence.files_behind(tx, [last])):
        raise FileNeeded(status=called(chosen.code))
    return assignment, chosen.code


async def unchanged(
    tx: Transaction,
    act: Act,
    assignment_id: int,
    *,
    sentence: str | None = None,
    language: str,
    tells: bool = True,
) -> Receipt:
    """Confirm as of today that nothing has changed since the last report.

    After two confirmations in a row raises SentenceNeeded unless `sentence` says why; raises
    NothingToConfirm where there is no report, or it was returned, WaitsForClearance while a newer
    one is not cleared, and FileNeeded where its status needs a file that it has not. Who sends many
    at once `tells` of them once, with `tell_of`.
    """
    await assignments.lock(tx, [assignment_id])
    assignment, chosen = await confirmable(tx, act.actor, assignment_id, sentence=sentence)
    words = (sentence or "").strip()
    draft = StatusUpdateDraft(assignment_id, chosen, words, language, act.today)
    seat = act.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    kind = ReportKind.UNCHANGED
    updates = [await _add(tx, act, assignment, draft, chosen, kind=kind, seat_id=seat.id)]
    counts = EvidenceCounts()
    await _trace(
        tx, act, "unchanged", [assignment], updates, seat_id=seat.id, chosen=chosen, counts=counts
    )
    receipt = _receipt(kind, draft, chosen, updates, counts)
    return await _sent(tx, act, assignment, receipt) if tells else receipt


async def amend(
    tx: Transaction,
    act: Act,
    status_update_id: int,
    draft: StatusUpdateDraft,
    *,
    seen: int,
    without: Sequence[int] = (),
    tells: bool = True,
) -> Receipt:
    """Make the next version of a report on which nobody has decided; the last one is kept whole.

    `seen` is the version that the draft was made from, `without` are pieces of evidence that the
    next one goes without. Raises as `submit`, and AlreadyDecided, AmendedMeanwhile or
    NothingAmended.
    """
    await assignments.lock(tx, [draft.assignment_id])
    assignment, said = await amendable(tx, act.actor, status_update_id)
    _require_version(said, seen)
    before = newest(said, await _evidence_of(tx, said.id))
    kept = [each for each in before.evidence if each not in without]
    chosen = await _checked(tx, draft, today=act.today, kept=kept)
    seat = act.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    clean = replace(
        draft, measures=draft.measures.strip(), remaining=(draft.remaining or "").strip() or None
    )
    if not (without or differences(before, amended(before, clean)) or await _brings(tx, draft)):
        raise NothingAmended
    await versions.keep(tx, before, said.id)
    if not await versions.amend(tx, said, clean, seat_id=seat.id, now=act.now):
        raise AlreadyDecided
    await evidence.take_away(tx, said.id, without)
    item = await _item(tx, assignment)
    uncleared = said.needs_clearance
    update = Acknowledged(said.id, said.number, item.code, item.restricted, uncleared)
    counts = await _take_evidence(tx, clean, [update])
    after = await _evidence_of(tx, said.id)
    await _note_amended(tx, act, assignment, said)
    await audit.record(
        tx,
        act,
        "status_update.amend",
        said.number,
        seat_id=seat.id,
        facts={
            "assignment": assignment.id,
            "version": seen + 1,
            "status": chosen,
            "added": len(set(after) - set(before.evidence)),
            "taken_away": len(set(before.evidence) - set(after)),
        },
    )
    receipt = replace(
        _receipt(ReportKind.REPORT, clean, chosen, [update], counts), version=seen + 1
    )
    return await _sent(tx, act, assignment, receipt) if tells else receipt


async def sendable(
    tx: Transaction, act: Act, draft: StatusUpdateDraft, *, amends: StatusUpdate | None = None
) -> None:
    """Refuse the draft as `submit` would, or as `amend` would: nothing happens."""
    kept: tuple[int, ...] = ()
    if amends is None:
        await _reportable(tx, act.actor, draft.assignment_id)
    else:
        await amendable(tx, act.actor, amends.id)
        kept = await _evidence_of(tx, amends.id)
    await _checked(tx, draft, today=act.today, kept=kept)


async def amendable(
    tx: Transaction, actor: Actor, status_update_id: int
) -> tuple[Assignment, StatusUpdate]:
    """A report that the actor may amend, with its figures, and its assignment.

    Raises NotFound, NotAllowed, or AlreadyDecided where it is approved, returned or withdrawn.
    """
    said = existing(await _whole(tx, status_update_id))
    assignment = await _reportable(tx, actor, said.assignment_id)
    if said.state not in UNDECIDED:
        raise AlreadyDecided
    permissions.require(permissions.may_amend(actor, assignment, said))
    return assignment, said


async def withdraw(tx: Transaction, act: Act, status_update_id: int) -> StatusUpdate:
    """Take back one's own report that nobody has decided on yet: the record keeps it.

    Its number, its words and the files of what was the institution's word stay, and count no more;
    its last word is what it said before. A file that was never that is removed, so that whoever
    sent a wrong one to their validator gets it back; of any other, destroying is a coordinator's.
    Of one that waits for clearance the secretariat hears nothing. Raises AlreadyDecided, or
    NotAllowed for the report of another seat.
    """
    found = await to_withdraw(tx, act.actor, status_update_id)
    await assignments.lock(tx, [found.assignment_id])
    if not await queries.decide(tx, found.id, ReportState.WITHDRAWN, now=act.now):
        raise AlreadyDecided
    kept = await _files_that_were_given(tx, found)
    removed = await evidence.withdraw(tx, found.id, kept)
    if found.is_word:
        await restore(tx, found.assignment_id)
    await follow_inside(tx, found.assignment_id)
    await requests.follow(tx, act, [found.assignment_id])
    tx.wakes.add("evidence")
    await audit.record(
        tx,
        act,
        "status_update.withdraw",
        found.number,
        seat_id=found.seat_id,
        facts={"assignment": found.assignment_id, "evidence": len(kept), "removed": removed},
    )
    if found.is_word:
        await tell_secretariat(tx, act, f"{found.number}:withdrawn")
    return replace(found, state=ReportState.WITHDRAWN)


async def keeps_files(tx: Transaction, status_update_id: int) -> Keeps:
    """Which of its files the record would keep, were that report withdrawn now."""
    found = existing(await queries.get(tx, status_update_id))
    if found.is_word:
        return Keeps.ALL
    was_word = any(each.word for each in await versions.older(tx, found.id))
    return Keeps.WHAT_WAS_CLEARED if was_word else Keeps.NOTHING


async def _files_that_were_given(tx: Transaction, said: StatusUpdate) -> set[int]:
    """The evidence of those of its versions that were the institution's word."""
    every = [*await versions.older(tx, said.id), newest(said, await _evidence_of(tx, said.id))]
    return {piece for each in every if each.word for piece in each.evidence}


async def to_withdraw(tx: Transaction, actor: Actor, status_update_id: int) -> StatusUpdate:
    """The report that the actor could take back; raises NotFound, NotAllowed, AlreadyDecided."""
    found = existing(await queries.get(tx, status_update_id))
    permissions.require(permissions.may_withdraw(actor, found))
    if found.state not in UNDECIDED:
        raise AlreadyDecided
    return found


async def get_own(tx: Transaction, actor: Actor, status_update_id: int) -> StatusUpdate:
    """A status update that the actor may read, with its figures; raises NotFound, NotTheirWord."""
    found = await _whole(tx, status_update_id)
    assignment = None if found is None else await assignments.get(tx, found.assignment_id)
    if found is None or assignment is None or not permissions.may_see(actor, assignment):
        raise NotFound
    if not permissions.may_read(actor, assignment, found):
        raise NotTheirWord(number=Code(found.number))
    return found


async def returned(tx: Transaction, actor: Actor, assignment: Assignment) -> StatusUpdate | None:
    """The last report on an assignment where it came back and no other was sent since."""
    if not assignment.returned:
        return None
    last = assignment.uncleared_id or assignment.last_status_update_id
    return None if last is None else await get_own(tx, actor, last)


async def every_version(tx: Transaction, actor: Actor, said: StatusUpdate) -> list[Version]:
    """What a status update said in those of its versions that the actor may read, oldest first.

    What the institution had not cleared was never its word: nobody else reads it.
    """
    assignment = existing(await assignments.get(tx, said.assignment_id))
    own = actor.seat(READS, assignment.institution_id) is not None
    every = [
        *await versions.older(tx, said.id),
        newest(said, await _evidence_of(tx, said.id)),
    ]
    return [each for each in every if own or each.word]


async def read_beside(tx: Transaction, status_update_id: int) -> Earlier:
    """A report whole, for another one to be read beside it."""
    said = existing(await _whole(tx, status_update_id))
    pieces = tuple(await evidence.of_report(tx, said.id))
    return Earlier(said.id, said.number, newest(said, tuple(each.id for each in pieces)), pieces)


async def word_before(tx: Transaction, said: StatusUpdate) -> Earlier | None:
    """The institution's word that a report would follow: a version of its own, else the last one.

    None where it has said nothing yet.
    """
    own = [each for each in await versions.older(tx, said.id) if each.word]
    if own:
        pieces = await evidence.of_versions(tx, said.id)
        had = tuple(each for each in pieces if each.id in own[-1].evidence)
        return Earlier(said.id, said.number, own[-1], had, own=True)
    standing = await queries.standing(tx, said.assignment_id)
    last = next((each for each in standing if each.id < said.id), None)
    return None if last is None else await read_beside(tx, last.id)


async def _whole(tx: Transaction, status_update_id: int) -> StatusUpdate | None:
    found = await queries.get(tx, status_update_id)
    return None if found is None else replace(found, figures=await figures.of(tx, found.id))


async def _brings(tx: Transaction, draft: StatusUpdateDraft) -> bool:
    """Whether files or links were sent to the draft."""
    if draft.conversation_id is None:
        return False
    counts = await evidence.counts_of_draft(tx, draft.conversation_id)
    return bool(counts.files or counts.awaited or counts.links)


async def _evidence_of(tx: Transaction, status_update_id: int) -> tuple[int, ...]:
    return tuple(each.id for each in await evidence.of_report(tx, status_update_id))


# -- Checking --------------------------------------------------------------------------------------


async def _checked(
    tx: Transaction, draft: StatusUpdateDraft, *, today: date, kept: Sequence[int] = ()
) -> str:
    """The code of the status that is reported, where the draft can be sent as it is.

    `kept` are pieces of evidence that it goes with beside its own.
    """
    if not draft.measures.strip():
        raise NoWords
    require_fits(draft.measures)
    require_fits(draft.remaining or "")
    if draft.as_of > today:
        raise DayInFuture(day=draft.as_of)
    chosen = (await statuses.vocabulary(tx)).require(draft.status)
    await _require_evidence(tx, draft, chosen, kept)
    return chosen.code


async def _require_evidence(
    tx: Transaction, draft: StatusUpdateDraft, chosen: Entry, kept: Sequence[int]
) -> None:
    """Stored files count, and nothing else: a link may be gone tomorrow (DESIGN §5.6)."""
    if not chosen.evidence_required:
        return
    if await evidence.stored_among(tx, kept):
        return
    if draft.conversation_id is None:
        raise FileNeeded(status=called(chosen.code))
    gathered = await evidence.counts_of_draft(tx, draft.conversation_id)
    if gathered.files:
        return
    if gathered.awaited:
        raise EvidenceOnItsWay(status=called(chosen.code))
    raise EvidenceMissing(status=called(chosen.code))


async def _locked(tx: Transaction, draft: StatusUpdateDraft) -> list[int]:
    """The assignments of a report; whoever ends them or gives them more time waits."""
    ids = [draft.assignment_id, *draft.also]
    await assignments.lock(tx, ids)
    return ids


async def _open(tx: Transaction, assignment_id: int) -> Assignment:
    assignment = existing(await assignments.get(tx, assignment_id))
    if assignment.state is not AssignmentState.ANNOUNCED:
        raise AssignmentClosed
    return assignment


async def _reportable(tx: Transaction, actor: Actor, assignment_id: int) -> Assignment:
    """The assignment, if the actor may report on it now."""
    assignment = existing(await assignments.get(tx, assignment_id))
    own = actor.seat(REPORTING, assignment.institution_id) is not None
    if own and assignment.state in (AssignmentState.DISOWNED, AssignmentState.ENDED):
        raise AssignmentClosed
    permissions.require(permissions.may_report(actor, assignment))
    return assignment


def _require_version(said: StatusUpdate, seen: int) -> None:
    if said.version != seen:
        raise AmendedMeanwhile(number=Code(said.number), version=said.version)


async def _waits(tx: Transaction, assignment: Assignment) -> clearance.WaitsForClearance:
    assert assignment.uncleared_id is not None
    report = existing(await queries.get(tx, assignment.uncleared_id))
    return clearance.WaitsForClearance(number=Code(report.number))


def _seat_ids(actor: Actor) -> set[int]:
    return {seat.id for seat in actor.seats}


# -- Recording -------------------------------------------------------------------------------------


async def _add(
    tx: Transaction,
    act: Act,
    assignment: Assignment,
    draft: StatusUpdateDraft,
    chosen: str,
    *,
    kind: ReportKind,
    seat_id: int | None,
    source: _Source | None = None,
) -> Acknowledged:
    """One status update for one assignment, its figures, and the assignment's last word."""
    number = await queries.next_in_year(tx, act.today.year)
    uncleared = kind is not ReportKind.RECORDED and await _needs_clearance(tx, assignment)
    update_id = await queries.add(
        tx,
        number=number,
        assignment_id=assignment.id,
        seat_id=seat_id,
        kind=kind,
        status=chosen,
        previous_status=assignment.status,
        as_of=draft.as_of,
        measures=draft.measures.strip(),
        remaining=(draft.remaining or "").strip() or None,
        language=draft.language,
        source=None if source is None else source.words,
        source_on=None if source is None else source.on,
        due_on=assignment.due_on,
        needs_clearance=uncleared,
        now=act.now,
    )
    await figures.add(tx, update_id, draft.figures)
    if not uncleared:
        in_a_row = assignment.unchanged_in_a_row + 1 if kind is ReportKind.UNCHANGED else 0
        last = LastWord(
            *(chosen, draft.as_of, act.now, ReportState.SUBMITTED, update_id),
            *(in_a_row, assignment.due_on),
        )
        await assignments.note_last_word(tx, assignment.id, last)
    await follow_inside(tx, assignment.id)
    await requests.follow(tx, act, [assignment.id])
    item = await _item(tx, assignment)
    return Acknowledged(update_id, number, item.code, item.restricted, uncleared)


async def _needs_clearance(tx: Transaction, assignment: Assignment) -> bool:
    """What an institution said in a letter is its word already; this is of what it sends here."""
    rule = await clearance_queries.rule(tx, assignment.institution_id)
    return clearance.needs(rule, chosen=assignment.clearance_chosen)


async def _sent(tx: Transaction, act: Act, assignment: Assignment, receipt: Receipt) -> Receipt:
    cause = f"{receipt.updates[0].number}:{receipt.version}"
    clears = await tell_of(tx, act, receipt.updates, [assignment.institution_id], cause)
    return replace(receipt, clears=clears)


async def tell_of(
    tx: Transaction,
    act: Act,
    updates: Sequence[Acknowledged],
    institution_ids: Iterable[int],
    cause: str,
) -> bool:
    """The secretariat hears of what is these institutions' word; a tick tells who is to clear.

    `cause` is unique. Gives whether somebody may clear what waits.
    """
    if any(not each.uncleared for each in updates):
        await tell_secretariat(tx, act, cause)
    if not any(each.uncleared for each in updates):
        return True
    there = [
        await people.seated(tx, now=act.now, roles={Role.VALIDATOR}, institution_id=each)
        for each in institution_ids
    ]
    return all(any(one.person.id != act.actor.person_id for one in house) for house in there)


async def _note_amended(
    tx: Transaction, act: Act, assignment: Assignment, said: StatusUpdate
) -> None:
    """The new version is the last word where the old one was, unless it is to be cleared anew."""
    if said.needs_clearance:
        await clearance_queries.tell_anew(tx, said.id)
    if assignment.last_status_update_id == said.id:
        answered = None if said.needs_clearance else assignment.answered_due_on
        await restore(tx, assignment.id, answered_due_on=answered)
    await follow_inside(tx, assignment.id)
    await requests.follow(tx, act, [assignment.id])


async def _item(tx: Transaction, assignment: Assignment) -> Item:
    item = await items.get(tx, assignment.item_id)
    assert item is not None
    return item


async def _take_evidence(
    tx: Transaction, draft: StatusUpdateDraft, updates: list[Acknowledged]
) -> EvidenceCounts:
    """The draft's evidence and messages now belong to the status updates."""
    if draft.conversation_id is None:
        return EvidenceCounts()
    first, *others = (each.status_update_id for each in updates)
    await evidence.submit(tx, draft.conversation_id, first, copies_for=others)
    await conversations.messages_became(tx, draft.conversation_id, first)
    tx.wakes.add("evidence")
    return await evidence.counts_of_report(tx, first)


async def _trace(
    tx: Transaction,
    act: Act,
    name: str,
    held: list[Assignment],
    updates: list[Acknowledged],
    *,
    seat_id: int | None,
    chosen: str,
    counts: EvidenceCounts,
) -> None:
    await audit.record(
        tx,
        act,
        f"status_update.{name}",
        updates[0].number,
        seat_id=seat_id,
        facts={
            "numbers": [each.number for each in updates],
            "assignments": [each.id for each in held],
            "status": chosen,
            "files": counts.files,
            "awaited": counts.awaited,
            "links": counts.links,
        },
    )


def _receipt(
    kind: ReportKind,
    draft: StatusUpdateDraft,
    chosen: str,
    updates: list[Acknowledged],
    counts: EvidenceCounts,
) -> Receipt:
    return Receipt(
        kind,
        draft.assignment_id,
        tuple(updates),
        chosen,
        draft.as_of,
        draft.measures.strip(),
        draft.language,
        counts,
    )


async def _tell_institution(
    tx: Transaction,
    act: Act,
    assignment: Assignment,
    recorded: Acknowledged,
    receipt: Receipt,
    *,
    source: _Source,
) -> None:
    """The institution's people learn what was recorded in its name."""
    told = await people.seated(
        tx, now=act.now, roles=READS, institution_id=assignment.institution_id
    )
    shown = views.recorded(recorded, receipt, source.words, source.on, assignment.id)
    about = f"assignment:{assignment.id}"
    for person_id in sorted({each.person.id for each in told}):
        key = f"recorded:{recorded.number}:{person_id}"
        await tell(tx, act, person_id, shown, key, subject=about, silent=True)

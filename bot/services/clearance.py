"""Clearance: an institution's validator clears a report, amends it, or returns it.

Until it is cleared a report is not the institution's word: the secretariat knows that it waits, and
does not read it. Whom it lies with follows from who sits there and who is on leave, so that a seat
that ends, a handover or a leave needs no act of its own: the tick tells whoever has it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain import permissions
from bot.domain.clearance import (
    LATE,
    WITH_THEM,
    Decision,
    Notice,
    Outcome,
    OwnReport,
    Rule,
    Shown,
    Uncleared,
    Validator,
    lies_with,
    notices,
)
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.items import best_text
from bot.domain.people import REPORTING, SECRETARIAT, Act, Actor, Person, Role
from bot.domain.reports import FileNeeded, StatusUpdate, fitting, require_fits
from bot.domain.screens import Screen
from bot.domain.status import called
from bot.domain.versions import newest
from bot.domain.views import clearance as views
from bot.domain.work_calendar import Policy
from bot.services import audit, requests
from bot.services.last_word import follow_inside, restore
from bot.services.notices import reporters, tell, tell_secretariat
from bot.services.reminders import calendars_of
from bot.services.status_updates import read_beside, word_before
from storage import (
    absences,
    assignments,
    evidence,
    figures,
    institutions,
    items,
    people,
    seats,
    status_updates,
    statuses,
    versions,
)
from storage import clearance as queries
from storage.audit import Fact
from storage.database import Database, Transaction
from storage.people import Seated

# -- What needs it ---------------------------------------------------------------------------------


async def set_rule(
    tx: Transaction, act: Act, institution_id: int, rule: Rule, *, lets_go: bool = False
) -> Sequence[Uncleared]:
    """What the institution sends from now on needs clearance, or not; what waits goes on waiting.

    Where it `lets_go`, what would need none by this rule goes to review now, and is given. Its
    validators, where the secretariat says so, and the coordinators, where they do, are told.
    """
    permissions.require(permissions.may_set_clearance(act.actor, institution_id))
    institution = existing(await institutions.get(tx, institution_id))
    await queries.set_rule(tx, institution_id, rule)
    gone = await _let_go(tx, act, institution_id, rule) if lets_go else []
    subject = f"institution:{institution_id}"
    facts: dict[str, Fact] = {"rule": rule.value}
    if gone:
        facts["let_go"] = [each.number for each in gone]
    entry = await audit.record(tx, act, "clearance.rule", subject, facts=facts)
    if gone:
        await tell_secretariat(tx, act, f"clearance_rule:{entry}:let_go")
    hearing = await people.seated(tx, now=act.now, roles=[Role.COORDINATOR])
    hearing += await people.seated(
        tx, now=act.now, roles=permissions.READS, institution_id=institution_id
    )
    for each in people.each_once(hearing):
        if each.id != act.actor.person_id:
            shown = views.rule_changed(institution.names, rule, each.language, gone)
            await tell(tx, act, each.id, shown, f"clearance_rule:{entry}:{each.id}", silent=True)
    return gone


async def _let_go(
    tx: Transaction, act: Act, institution_id: int, rule: Rule
) -> Sequence[Uncleared]:
    """What need not wait any more is the institution's word; it was read by nobody else.

    What the actor wrote goes on waiting: else a validator would clear their own report this way.
    """
    waiting = await queries.needless(tx, institution_id, rule, person_id=act.actor.person_id)
    await assignments.lock(tx, [each.assignment_id for each in waiting])
    assert act.actor.seat_id is not None
    gone = []
    for each in waiting:
        if await queries.let_go(tx, each.status_update_id, now=act.now):
            update_id, seat_id = each.status_update_id, act.actor.seat_id
            await queries.add(tx, update_id, seat_id, Decision.LET_GO, now=act.now)
            await _is_word(tx, act, each)
            gone.append(each)
    return gone


async def choose(tx: Transaction, act: Act, assignment_id: int, *, chosen: bool) -> None:
    """Mark an assignment for clearance, or not; it counts where the institution's rule says so."""
    assignment = existing(await assignments.get(tx, assignment_id))
    permissions.require(permissions.may_see(act.actor, assignment))
    permissions.require(permissions.may_set_clearance(act.actor, assignment.institution_id))
    await assignments.change(tx, [assignment_id], clearance_chosen=chosen)
    subject = f"assignment:{assignment_id}"
    await audit.record(tx, act, "clearance.choose", subject, facts={"chosen": chosen})


# -- Deciding --------------------------------------------------------------------------------------


async def get(tx: Transaction, actor: Actor, status_update_id: int) -> Uncleared:
    """A report that the actor's institution sends, for who may clear it; raises OwnReport."""
    report = existing(await queries.get(tx, status_update_id))
    if permissions.seat_to_clear(actor, report.institution_id) is None:
        raise NotFound
    if permissions.clears_own(actor, report.writers):
        raise OwnReport
    return report


async def clear(tx: Transaction, act: Act, shown: Shown) -> Uncleared:
    """The report is the institution's word from now on, and the secretariat's to review.

    Raises Outdated where it was decided on or withdrawn meanwhile, or says something else by now.
    """
    report = await _locked(tx, act, shown.status_update_id)
    seat_id = _seat(act, report)
    if not await queries.clear(tx, shown, seat_id, now=act.now):
        raise Outdated
    await queries.add(tx, report.status_update_id, seat_id, Decision.CLEARED, now=act.now)
    await _is_word(tx, act, report)
    await _tell_writers(tx, act, report, views.cleared(report))
    await _trace(tx, act, report, "clear")
    await tell_secretariat(tx, act, f"{report.number}:{report.version}:cleared")
    return report


async def clear_all(tx: Transaction, act: Act, shown: Sequence[Shown]) -> Outcome:
    """Clear several that were shown, each with a decision of its own.

    Those that were decided on meanwhile, or are the actor's own, are left as they are and named.
    """
    cleared, decided = [], []
    await assignments.lock(
        tx,
        [each.assignment_id for each in await queries.of_ids(tx, [_id(one) for one in shown])],
    )
    for each in shown:
        report = await get(tx, act.actor, each.status_update_id)
        try:
            async with tx.savepoint():
                await clear(tx, act, each)
        except Outdated:
            decided.append(report.number)
        else:
            cleared.append(report.number)
    return Outcome(tuple(cleared), tuple(decided))


def _id(shown: Shown) -> int:
    return shown.status_update_id


_CHANGED = ("status", "measures", "remaining", "language", "version")


@dataclass(frozen=True)
class Amended:
    """What a report says from now on; `language` is that of the words."""

    status: str
    measures: str
    remaining: str
    language: str


def as_amended(before: StatusUpdate, wanted: Amended) -> StatusUpdate:
    """The next version of a report. Raises NoWords or TooLong."""
    words, remaining = fitting(wanted.measures), wanted.remaining.strip()
    require_fits(remaining)
    return replace(
        before,
        status=wanted.status,
        measures=words,
        remaining=remaining or None,
        language=before.language if words == before.measures else wanted.language,
        version=before.version + 1,
    )


async def _require_status(tx: Transaction, before: StatusUpdate, after: StatusUpdate) -> None:
    """Another status is one that can be chosen now, with the files that it requires."""
    if after.status == before.status:
        return
    chosen = (await statuses.vocabulary(tx)).require(after.status)
    if chosen.evidence_required:
        counted = await evidence.counts_of_report(tx, before.id)
        if not counted.files:
            raise FileNeeded(status=called(chosen.code))


async def amend(tx: Transaction, act: Act, shown: Shown, wanted: Amended) -> Uncleared:
    """Change what the report says, and clear it so; its people are told which words changed.

    Two people have read it then: who sent it and who amended it. What it said before is kept whole.
    Raises Outdated as `clear`, NoStatus, StatusEnded, FileNeeded, NoWords, TooLong.
    """
    report = await _locked(tx, act, shown.status_update_id)
    before = existing(await status_updates.get(tx, report.status_update_id))
    after = as_amended(before, wanted)
    await _require_status(tx, before, after)
    seat_id = _seat(act, report)
    values = {name: getattr(after, name) for name in _CHANGED}
    values |= {"amended_at": act.now, "amended_by": seat_id}
    await _keep(tx, before)
    if not await queries.clear(tx, shown, seat_id, now=act.now, **values):
        raise Outdated
    await queries.add(tx, report.status_update_id, seat_id, Decision.AMENDED, now=act.now)
    await _is_word(tx, act, report)
    await _tell_reporters(tx, act, report, views.amended(report, before, after), "amended")
    await _trace(tx, act, report, "amend")
    await tell_secretariat(tx, act, f"{report.number}:{report.version}:cleared")
    return report


async def _keep(tx: Transaction, said: StatusUpdate) -> None:
    whole = replace(said, figures=await figures.of(tx, said.id))
    pieces = tuple(each.id for each in await evidence.of_report(tx, said.id))
    await versions.keep(tx, newest(whole, pieces), said.id)


async def return_(
    tx: Transaction, act: Act, shown: Shown, comment: str, *, language: str
) -> Uncleared:
    """The report goes back to who sent it, with the comment; what was due is owed again.

    Raises Outdated as `clear`, NoWords, TooLong.
    """
    words = fitting(comment)
    report = await _locked(tx, act, shown.status_update_id)
    seat_id = _seat(act, report)
    if not await queries.return_(tx, shown):
        raise Outdated
    await queries.add(
        tx,
        report.status_update_id,
        seat_id,
        Decision.RETURNED,
        comment=words,
        language=language,
        now=act.now,
    )
    await follow_inside(tx, report.assignment_id)
    await requests.follow(tx, act, [report.assignment_id])
    back = views.came_back(report, words, language)
    await _tell_reporters(tx, act, report, back, "returned_inside")
    await _trace(tx, act, report, "return", words=words)
    return report


async def _locked(tx: Transaction, act: Act, status_update_id: int) -> Uncleared:
    """The report; whoever reports on its assignment, or decides, waits for this transaction."""
    report = await get(tx, act.actor, status_update_id)
    await assignments.lock(tx, [report.assignment_id])
    return report


def _seat(act: Act, report: Uncleared) -> int:
    seat = permissions.seat_to_clear(act.actor, report.institution_id)
    assert seat is not None
    return seat.id


async def _is_word(tx: Transaction, act: Act, report: Uncleared) -> None:
    """The institution's last word is the newest that is cleared; what was asked is answered."""
    standing = await status_updates.standing(tx, report.assignment_id)
    if standing[0].id == report.status_update_id:
        await restore(tx, report.assignment_id, answered_due_on=standing[0].due_on)
    await follow_inside(tx, report.assignment_id)
    await requests.follow(tx, act, [report.assignment_id])


async def _tell_writers(tx: Transaction, act: Act, report: Uncleared, shown: Screen) -> None:
    """Who wrote it hears without a sound, while they report for that institution."""
    about = f"assignment:{report.assignment_id}"
    reporting = {each.id for each in await _reporting(tx, act, report)}
    for each in sorted(report.writers & reporting):
        key = f"cleared:{report.number}:{report.version}:{each}"
        await tell(tx, act, each, shown, key, subject=about, silent=True)


async def _reporting(tx: Transaction, act: Act, report: Uncleared) -> list[Person]:
    there = await people.seated(
        tx, now=act.now, roles=REPORTING, institution_id=report.institution_id
    )
    return people.each_once(there)


async def _tell_reporters(
    tx: Transaction, act: Act, report: Uncleared, shown: Screen, what: str
) -> None:
    hearing = await reporters(tx, act, report)
    about = f"assignment:{report.assignment_id}"
    for person_id in hearing:
        if person_id != act.actor.person_id:
            key = f"{what}:{report.number}:{report.version}:{person_id}"
            quotes = [f"su:{report.status_update_id}"]
            await tell(tx, act, person_id, shown, key, subject=about, quotes=quotes)


async def _trace(
    tx: Transaction, act: Act, report: Uncleared, name: str, *, words: str | None = None
) -> None:
    await audit.record(
        tx,
        act,
        f"clearance.{name}",
        report.number,
        seat_id=_seat(act, report),
        facts={"assignment": report.assignment_id},
        words=words,
    )


# -- Whom it lies with -----------------------------------------------------------------------------


async def holders(
    tx: Transaction, act: Act, policy: Policy, reports: Sequence[Uncleared]
) -> dict[int, Person | None]:
    """By report, the validator whom it lies with; None where nobody may clear it."""
    there = await _Validators.of(tx, act, policy, {each.institution_id for each in reports})
    found: dict[int, Person | None] = {}
    for each in reports:
        one = lies_with(there.by_house.get(each.institution_id, ()), each.writers, act.now)
        found[each.status_update_id] = None if one is None else there.people[one.person_id]
    return found


class _Validators:
    """The validators of institutions with their days and hours."""

    def __init__(self, by_house: dict[int, list[Validator]], people: dict[int, Person]) -> None:
        self.by_house = by_house
        self.people = people

    @classmethod
    async def of(cls, tx: Transaction, act: Act, policy: Policy, houses: set[int]) -> _Validators:
        seated = await people.seated(
            tx, now=act.now, roles=[Role.VALIDATOR], institution_ids=houses
        )
        calendars = await calendars_of(tx, act, policy, [each.person.id for each in seated])
        by_house: dict[int, list[Validator]] = {}
        for each in seated:
            assert each.seat.institution_id is not None
            one = Validator(each.seat.id, each.person.id, calendars[each.person.id], each.reachable)
            by_house.setdefault(each.seat.institution_id, []).append(one)
        return cls(by_house, {each.person.id: each.person for each in seated})


# -- Telling who has it ----------------------------------------------------------------------------


async def follow(database: Database, act: Act, policy: Policy) -> int:
    """Tell whom reports lie with, remind them, tell the secretariat of what waits too long.

    Gives how many notices; one look where nothing waits, and a transaction only for what is new.
    """
    async with database.read() as tx:
        if not await queries.any_waits(tx) or not await _due(tx, act, policy):
            return 0
    async with database.write() as tx:
        due = await _due(tx, act, policy)
        await _tell_due(tx, act, due)
        return len(due)


async def _due(tx: Transaction, act: Act, policy: Policy) -> list[Notice]:
    cases = await queries.cases(tx)
    there = await _Validators.of(tx, act, policy, {each.institution_id for each in cases})
    officers = await _officers(tx, act)
    country = policy.calendar(holidays=await absences.free(tx))
    ids = [each.person.id for each in officers if each.reachable]
    return [
        notice
        for each in cases
        for notice in notices(
            each, there.by_house.get(each.institution_id, ()), ids, country, act.now
        )
    ]


async def _officers(tx: Transaction, act: Act) -> list[Seated]:
    return await people.seated(tx, now=act.now, roles=SECRETARIAT)


async def _tell_due(tx: Transaction, act: Act, due: Sequence[Notice]) -> None:
    """One message a person and rung, whatever number of reports it is about."""
    groups: dict[Notice, list[int]] = {}
    for each in due:
        groups.setdefault(replace(each, status_update_id=0), []).append(each.status_update_id)
    for group, ids in groups.items():
        person = existing(await people.get(tx, group.person_id))
        reports = await queries.of_ids(tx, ids)
        shown, quotes = await _notice(tx, person, reports, group)
        key = f"clearance:{group.rung}:{person.id}:{ids[0]}:{reports[0].version}"
        about = None if group.rung == LATE else views.subject(reports)
        quiet = group.quiet
        await tell(tx, act, person.id, shown, key, subject=about, silent=quiet, quotes=quotes)
    await queries.note(tx, due, now=act.now)


async def _notice(
    tx: Transaction, person: Person, reports: Sequence[Uncleared], group: Notice
) -> tuple[Screen, Sequence[str]]:
    """What somebody is told, and what it quotes."""
    language = person.language
    if group.rung == LATE:
        return views.late(reports, language), ()
    reminds = group.rung != WITH_THEM
    if len(reports) == 1 and not reminds:
        found = await material(tx, reports[0], language, default_language=language)
        return views.told(found, language, instead=group.instead), found.quotes
    return views.waiting(reports, language, reminds=reminds, instead=group.instead), ()


async def material(
    tx: Transaction, report: Uncleared, language: str, *, default_language: str
) -> views.Material:
    """All that a validator reads: the report beside what came back and the last word."""
    said = existing(await status_updates.get(tx, report.status_update_id))
    asks = None
    if not report.restricted:
        texts = (await items.texts(tx, [report.item_id]))[report.item_id]
        asks = best_text(texts, language, default_language)
    returned = await queries.returned_before(tx, report.assignment_id, before=said.id)
    last = await status_updates.newest(tx, report.assignment_id)
    seat = None if said.seat_id is None else await seats.get(tx, said.seat_id)
    author = None if seat is None else await people.get(tx, seat.person_id)
    return views.Material(
        report=report,
        said=replace(said, figures=await figures.of(tx, said.id)),
        pieces=tuple(await evidence.of_report(tx, said.id)),
        before=await word_before(tx, said),
        returned=returned,
        tried=None if returned is None else await read_beside(tx, returned.id),
        asks=asks,
        author=None if author is None else author.name,
        newer=last.number if last is not None and last.id > said.id else None,
    )

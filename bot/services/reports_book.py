"""The workbook of reports that came back: what becomes of each row, and sending them as reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, Refused, existing
from bot.domain.items import UNDECIDED, Assignment, AssignmentState, Item
from bot.domain.people import REPORTING, Act, Actor
from bot.domain.redaction import Mark
from bot.domain.reports import (
    Acknowledged,
    DayInFuture,
    FileNeeded,
    NothingToConfirm,
    Receipt,
    ReportKind,
    SentenceNeeded,
    StatusUpdate,
    StatusUpdateDraft,
)
from bot.domain.reports_book import (
    NOTHING,
    Becomes,
    Content,
    Filled,
    Mistake,
    Seen,
    confirmed,
    says_the_same,
    understood,
)
from bot.domain.screens import Text, text, text_from_json, text_to_json
from bot.domain.status import StatusEnded
from bot.domain.versions import newest
from bot.exchange.language import detect
from bot.services import audit, books, status_updates
from storage import assignments, conversations, figures, items, jobs, versions
from storage import reports_book as queries
from storage import status_updates as report_queries
from storage.audit import Fact
from storage.database import Transaction
from storage.jobs import Job

MAKE, READ, SEND = "reports_book", "reports_read", "reports_send"

_COLUMNS: Mapping[type[Refused], str] = {
    DayInFuture: "as_of",
    StatusEnded: "status",
    FileNeeded: "status",
    NothingToConfirm: "status",
    SentenceNeeded: "measures",
}


LEFT = (Becomes.CONFLICT, Becomes.MISTAKE)
"""What is told row by row, because it is not sent."""


class NothingAssigned(Refused):
    """There is nothing yet that could stand in a workbook."""

    key = "error.nothing_assigned"


@dataclass(frozen=True)
class Row:
    """A row with what becomes of it; `item` None where its assignment is not there.

    `content` is what it says, `amends` the status update that it amends, `newer` what was sent
    since.
    """

    filled: Filled
    becomes: Becomes
    assignment: Assignment | None = None
    item: Item | None = None
    content: Content = NOTHING
    mistakes: tuple[Mistake, ...] = ()
    amends: StatusUpdate | None = None
    newer: StatusUpdate | None = None

    @property
    def is_sent(self) -> bool:
        """Whether it will be a report, or a new version of one."""
        return self.becomes in (Becomes.REPORT, Becomes.AMENDMENT, Becomes.CONFIRMATION)


@dataclass(frozen=True)
class Outcome:
    """What has become of a row that was to be sent: its receipt, or why there is none."""

    sheet: str
    row: int
    sent: Acknowledged | None = None
    institution_id: int | None = None
    why: Text | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "sent": None if self.sent is None else vars(self.sent),
            "institution": self.institution_id,
            "why": None if self.why is None else text_to_json(self.why),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Outcome:
        """The outcome that `to_json` packed."""
        sent = None if kept["sent"] is None else Acknowledged(**kept["sent"])
        why = None if kept["why"] is None else text_from_json(kept["why"])
        return cls(kept["sheet"], kept["row"], sent, kept["institution"], why)


def reports_for(actor: Actor) -> list[int]:
    """The institutions whose reports the actor writes."""
    return sorted(actor.institutions(REPORTING))


def may_take(actor: Actor) -> bool:
    """Who reports for an institution takes its assignments as a workbook, and sends it back."""
    return bool(reports_for(actor))


async def ask(tx: Transaction, act: Act, *, language: str) -> int:
    """Plan the workbook of the actor's institutions, unless it is being made; gives its job.

    Refuses with NothingAssigned.
    """
    own = reports_for(act.actor)
    permissions.require(bool(own))
    if not await queries.count(tx, own):
        raise NothingAssigned
    assert act.actor.person_id is not None
    last = await jobs.latest(tx, act.actor.person_id, MAKE)
    if last is not None and last.state in (jobs.PLANNED, jobs.RUNNING):
        return last.id
    return await _plan(tx, act, MAKE, {"language": language})


async def receive(tx: Transaction, act: Act, *, file_id: str, name: str) -> int:
    """Plan the reading of a file that was sent; gives its job."""
    permissions.require(may_take(act.actor))
    return await _plan(tx, act, READ, {"file_id": file_id, "name": name})


async def _plan(tx: Transaction, act: Act, kind: str, arguments: Mapping[str, Any]) -> int:
    person, seat = act.actor.person_id, act.actor.seat_id
    return await jobs.plan(tx, kind, arguments, person_id=person, seat_id=seat, now=act.now)


# -- What becomes of a row -------------------------------------------------------------------------


async def judged(tx: Transaction, act: Act, rows: Sequence[Filled], *, language: str) -> list[Row]:
    """What becomes of each row if it is sent now. Of two about one assignment the first counts."""
    found: list[Row] = []
    sent: dict[int, Filled] = {}
    for each in rows:
        row = await judge(tx, act, each, language=language)
        first = sent.get(each.id.assignment_id)
        if row.is_sent and first is not None:
            twice = text("import.reports.twice", sheet=first.sheet, row=first.row)
            row = replace(row, becomes=Becomes.MISTAKE, mistakes=(Mistake(None, twice),))
        elif row.is_sent:
            sent[each.id.assignment_id] = each
        found.append(row)
    return found


async def judge(tx: Transaction, act: Act, filled: Filled, *, language: str) -> Row:
    """What becomes of a row if it is sent now, by what was sent since the workbook was made."""
    assignment = await assignments.get(tx, filled.id.assignment_id)
    if assignment is None or not _is_theirs(act.actor, assignment):
        return _mistaken(Row(filled, Becomes.MISTAKE), None, text("import.reports.not_yours"))
    row = Row(filled, Becomes.UNCHANGED, assignment, await items.get(tx, assignment.item_id))
    seen = filled.id.seen
    base = await _seen(tx, assignment, seen) if seen.filled else NOTHING
    shown = base.shown()
    if not filled.differs(shown):
        return row
    last = await _newest(tx, assignment)
    at = (seen.status_update_id or 0, seen.version or 0)
    moved = last is not None and (last.id, last.version) > at
    if filled.confirms:
        return await _confirmation(tx, act, row, shown, newer=last if moved else None)
    same = last is not None and (last.id, last.version) == at
    amends = last if last is not None and same and _can_be_amended(last) else None
    if not seen.filled and amends is not None:  # no words were shown: what is empty stays
        base = Content.of(newest(amends, ()))
    said = understood(filled, base, shown, language)
    row = replace(row, content=said.content)
    if last is not None and moved and says_the_same(said.content, Content.of(newest(last, ()))):
        return row
    if moved or _is_redacted(base) or (seen.filled and amends is None and same):
        newer = last or await report_queries.get(tx, seen.status_update_id or 0)
        return replace(row, becomes=Becomes.CONFLICT, newer=newer)
    if said.mistakes:
        return replace(row, becomes=Becomes.MISTAKE, mistakes=said.mistakes)
    try:
        await status_updates.sendable(tx, act, _draft(act, row, language), amends=amends)
    except Refused as refused:
        return _mistaken(row, _COLUMNS.get(type(refused)), refused.text)
    becomes = Becomes.REPORT if amends is None else Becomes.AMENDMENT
    return replace(row, becomes=becomes, amends=amends)


async def _confirmation(
    tx: Transaction, act: Act, row: Row, shown: Mapping[str, str], *, newer: StatusUpdate | None
) -> Row:
    """What becomes of a row that says that nothing has changed; of what was `newer` it knew not."""
    if newer is not None:
        if newer.kind is ReportKind.UNCHANGED:  # it is confirmed already
            return row
        return replace(row, becomes=Becomes.CONFLICT, newer=newer)
    said = confirmed(row.filled, shown)
    if said.mistakes:
        return replace(row, becomes=Becomes.MISTAKE, mistakes=said.mistakes)
    assignment = existing(row.assignment)
    row = replace(row, content=replace(said.content, status=assignment.status))
    words = said.content.measures
    try:
        await status_updates.confirmable(tx, act.actor, assignment.id, sentence=words)
    except Refused as refused:
        return _mistaken(row, _COLUMNS.get(type(refused)), refused.text)
    return replace(row, becomes=Becomes.CONFIRMATION)


def _is_theirs(actor: Actor, assignment: Assignment) -> bool:
    """Whether the actor reports for it, or did while it was theirs."""
    own = actor.seat(REPORTING, assignment.institution_id) is not None
    return own and assignment.state is not AssignmentState.DRAFT


def _is_redacted(shown: Content) -> bool:
    """Whether words that the workbook showed were destroyed since: it does not bring them back."""
    return any(Mark.read(each) for each in (shown.measures, shown.remaining or ""))


def _can_be_amended(last: StatusUpdate) -> bool:
    return last.kind is ReportKind.REPORT and last.state in UNDECIDED


def _mistaken(row: Row, column: str | None, problem: Text) -> Row:
    return replace(row, becomes=Becomes.MISTAKE, mistakes=(Mistake(column, problem),))


async def _seen(tx: Transaction, assignment: Assignment, seen: Seen) -> Content:
    """What the workbook showed; nothing where it showed nothing, or names what is not there."""
    if seen.status_update_id is None:
        return NOTHING
    said = await report_queries.get(tx, seen.status_update_id)
    if said is None or said.assignment_id != assignment.id:
        return NOTHING
    if said.version == seen.version:
        said = replace(said, figures=await figures.of(tx, said.id))
        return Content.of(newest(said, ()))
    older = await versions.older(tx, said.id)
    found = next((each for each in older if each.number == seen.version), None)
    return NOTHING if found is None else Content.of(found)


async def _newest(tx: Transaction, assignment: Assignment) -> StatusUpdate | None:
    last = await report_queries.newest(tx, assignment.id)
    return None if last is None else replace(last, figures=await figures.of(tx, last.id))


def _draft(act: Act, row: Row, language: str) -> StatusUpdateDraft:
    """The report of a row, as one in chat; without a day it is as of today."""
    said = row.content
    assert row.assignment is not None
    assert said.status is not None
    return StatusUpdateDraft(
        assignment_id=row.assignment.id,
        status=said.status,
        measures=said.measures,
        language=detect(said.measures) or language,
        as_of=said.as_of or act.today,
        remaining=said.remaining,
        figures=said.figures,
    )


async def drafts(tx: Transaction, act: Act, rows: Sequence[Row]) -> int:
    """Of how many of these the actor has begun a report in chat, which stays."""
    begun = 0
    person_id = act.actor.person_id
    for each in rows:
        if each.is_sent and each.assignment is not None and person_id is not None:
            about = f"assignment:{each.assignment.id}"
            for flow in ("status_update", "amend"):
                found = await conversations.draft_about(tx, person_id, flow, about)
                begun += found is not None
    return begun


# -- Sending ---------------------------------------------------------------------------------------


async def ask_to_send(tx: Transaction, act: Act, job_id: int) -> int:
    """The preview was seen and is wanted: the worker sends it; gives of how many rows."""
    job = await _own(tx, act, job_id)
    assert job.result is not None
    rows = len(job.result["rows"])
    await jobs.change(
        tx, job_id, kind=SEND, state=jobs.PLANNED, attempts=0, done=0, total=rows,
        arguments={**job.arguments, "outcomes": []},
    )  # fmt: skip
    return rows


async def waiting(tx: Transaction, act: Act, job_id: int) -> Mapping[str, Any]:
    """What the actor's own workbook would send; raises NotFound, or Outdated once it is sent."""
    found = (await _own(tx, act, job_id)).result
    assert found is not None
    return found


async def discard(tx: Transaction, act: Act, job_id: int) -> None:
    """Send nothing of it."""
    await books.discard(tx, act, await _own(tx, act, job_id), "reports_book")


async def let_go(tx: Transaction, act: Act, job_ids: Sequence[int]) -> None:
    """Words of the record were destroyed: workbooks that wait may hold them, and are dropped."""
    for job_id in job_ids:
        job = await jobs.get(tx, job_id)
        if job is not None and job.kind == READ and job.state == jobs.WAITING:
            await jobs.change(tx, job_id, state=jobs.CANCELLED, result=None, finished_at=act.now)


async def _own(tx: Transaction, act: Act, job_id: int) -> Job:
    """The actor's own workbook that waits; what somebody else sent is not there."""
    permissions.require(may_take(act.actor))
    job = await jobs.get(tx, job_id)
    if job is None or job.person_id != act.actor.person_id or job.kind not in (READ, SEND):
        raise NotFound
    if job.kind == SEND:
        raise Outdated
    return await books.waiting(tx, job_id, READ)


async def send(tx: Transaction, act: Act, filled: Filled, *, language: str) -> Outcome | None:
    """Send a row as the report that it is now; None where there is nothing to send any more."""
    await assignments.lock(tx, [filled.id.assignment_id])
    row = await judge(tx, act, filled, language=language)
    if row.becomes is Becomes.UNCHANGED:
        return None
    outcome = Outcome(filled.sheet, filled.row)
    if not row.is_sent:
        return replace(outcome, why=why(row))
    assert row.assignment is not None
    try:
        async with tx.savepoint():
            receipt = await _sent(tx, act, row, language)
    except Refused as refused:
        return replace(outcome, why=refused.text)
    return replace(outcome, sent=receipt.updates[0], institution_id=row.assignment.institution_id)


async def _sent(tx: Transaction, act: Act, row: Row, language: str) -> Receipt:
    """The act that the row is, as in chat; of all of them the secretariat is told once."""
    if row.becomes is Becomes.CONFIRMATION:
        assert row.assignment is not None
        words = row.content.measures
        said_in = detect(words) or language
        return await status_updates.unchanged(
            tx, act, row.assignment.id, sentence=words, language=said_in, tells=False
        )
    draft = _draft(act, row, language)
    if row.amends is None:
        return await status_updates.submit(tx, act, draft, tells=False)
    return await status_updates.amend(
        tx, act, row.amends.id, draft, seen=row.amends.version, tells=False
    )


def why(row: Row) -> Text:
    """Why a row is not sent, in one sentence."""
    if row.becomes is Becomes.CONFLICT:
        assert row.newer is not None
        return text("import.reports.meanwhile", number=row.newer.number)
    return row.mistakes[0].problem


async def finish(tx: Transaction, act: Act, job: Job, outcomes: Sequence[Outcome]) -> bool:
    """All rows are dealt with: the secretariat hears of them once; gives whether anybody clears."""
    sent = [each for each in outcomes if each.sent is not None]
    houses = {each.institution_id for each in sent if each.institution_id is not None}
    updates = [each.sent for each in sent if each.sent is not None]
    clears = await status_updates.tell_of(tx, act, updates, sorted(houses), f"job:{job.id}")
    facts: dict[str, Fact] = {"rows": len(outcomes), "sent": len(sent)}
    if job.sha256:
        facts["file"] = job.sha256
    await audit.record(tx, act, "reports_book.send", f"job:{job.id}", facts=facts)
    told = {name: value for name, value in job.arguments.items() if name != "outcomes"}
    await jobs.change(  # its words are in the record now, and nowhere else
        tx, job.id, state=jobs.DONE, arguments=told, result=None, sha256=None, finished_at=act.now
    )
    return clears

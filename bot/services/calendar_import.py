"""Calendar files that came in: what they would change, and changing it in one go."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain import permissions
from bot.domain.deadlines import USUAL_WARNINGS, Deadline, Said, Wanted
from bot.domain.errors import NotFound, Outdated
from bot.domain.people import Act
from bot.domain.screens import Code, Text, text
from bot.services import audit, deadlines
from storage import deadlines as queries
from storage import jobs
from storage.database import Transaction
from storage.deadlines import Document
from storage.jobs import Job

HOW = "calendar_import"
"""What the screen that asks for a calendar file is about."""

READ = "calendar_read"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row; a refused one is not imported."""

    row: int
    text: Text
    refused: bool


@dataclass
class Differences:
    """What a calendar file would do: `new` by UID (None: it has none), `changed` with what is."""

    new: list[tuple[str | None, Wanted]] = field(default_factory=list)
    changed: list[tuple[Deadline, Wanted]] = field(default_factory=list)
    unchanged: int = 0
    past: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many deadlines are `new`, `changed` and `unchanged`."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
        }

    @property
    def mark(self) -> str:
        """Stands for exactly these differences; that somebody was warned meanwhile is none."""
        changed = [(known.id, _as_wanted(known), wanted) for known, wanted in self.changed]
        return hashlib.sha256(repr((self.new, changed)).encode()).hexdigest()[:16]


async def differences(tx: Transaction, said: Sequence[Said], *, today: date) -> Differences:
    """What the deadlines of a file would change now.

    A deadline is known by its UID, else by kind, title and day. What is over and was never in the
    calendar is left out.
    """
    symbols = [each.symbol for each in said if each.symbol]
    comparing = _Comparing(
        await queries.every(tx), await queries.documents_called(tx, symbols), today
    )
    for each in said:
        comparing.take(each)
    return comparing.found


class _Comparing:
    """Takes what a file says, one deadline after another."""

    def __init__(
        self, known: Sequence[Deadline], documents: Mapping[str, Document], today: date
    ) -> None:
        self.found = Differences()
        self._documents = documents
        self._today = today
        self._by_uid = {each.uid: each for each in known}
        self._by_what = {(each.kind, each.title, each.day): each for each in known}
        self._taken: set[object] = set()

    def take(self, said: Said) -> None:
        known = self._by_uid.get(said.uid or "")
        document = self._document(said)
        kind = said.kind or (None if known is None else known.kind)
        title = said.title or (None if known is None else known.title)
        day = said.day
        if day is None and said.rule and document and document.published_on:
            day = said.rule.after(document.published_on)
        if kind is None:
            self._problem(said, text("calendar.problem.kind_unknown"))
            return
        if not title:
            self._problem(said, text("calendar.problem.no_title"))
            return
        if day is None:
            self._problem(said, text("calendar.problem.no_publication"))
            return
        known = known or self._by_what.get((kind, title, day))
        names: set[object] = {said.uid or (kind, title, day)}
        if known is not None:
            names.add(known.id)
        if names & self._taken:
            self._problem(said, text("calendar.problem.repeated"))
            return
        self._taken |= names
        document_id = None if known is None else known.document_id
        if document is not None:
            document_id = document.id
        meant = Wanted(kind, title, day, document_id=document_id)
        self._compare(said, known, _completed(meant, said, known))

    def _compare(self, said: Said, known: Deadline | None, wanted: Wanted) -> None:
        if known is None:
            if (wanted.until or wanted.day) < self._today:
                self.found.past += 1
            else:
                self.found.new.append((said.uid, wanted))
        elif wanted == _as_wanted(known):
            self.found.unchanged += 1
        else:
            self.found.changed.append((known, wanted))

    def _document(self, said: Said) -> Document | None:
        if said.symbol is None:
            return None
        found = self._documents.get(said.symbol)
        if found is None:
            unknown = text("calendar.problem.no_document", symbol=Code(said.symbol))
            self._problem(said, unknown, refused=False)
        return found

    def _problem(self, said: Said, words: Text, *, refused: bool = True) -> None:
        self.found.problems.append(Problem(said.row, words, refused))


def _completed(meant: Wanted, said: Said, known: Deadline | None) -> Wanted:
    """With the rest of what the file means; where it says nothing, what is known stays."""
    kind, day = meant.kind, meant.day
    rule, until, warnings = said.rule, said.until, said.warnings
    if known is not None and known.day == day:
        rule, until = rule or known.rule, until or known.until
    if warnings is None:
        warnings = USUAL_WARNINGS[kind] if known is None else known.warnings
    if until is not None and not (kind.has_end and until > day):
        until = None
    return replace(meant, until=until, rule=rule, warnings=warnings)


def _as_wanted(known: Deadline) -> Wanted:
    return Wanted(
        known.kind,
        known.title,
        known.day,
        until=known.until,
        document_id=known.document_id,
        rule=known.rule,
        warnings=known.warnings,
    )


# -- Applying --------------------------------------------------------------------------------------


async def carry_out(tx: Transaction, act: Act, subject: str, found: Differences) -> None:
    """Bring the differences into the calendar, in this transaction, as one act."""
    permissions.require(permissions.may_ask(act.actor))
    for uid, wanted in found.new:
        await deadlines.enter(tx, act, wanted, uid or deadlines.new_uid())
    for known, wanted in found.changed:
        await deadlines.overwrite(tx, act, known, wanted)
    facts = {**found.counts, "problems": len(found.problems)}
    await audit.record(tx, act, "calendar.import", subject, facts=facts)


async def apply(tx: Transaction, act: Act, job_id: int) -> Differences:
    """Make the previewed changes, all or none; raises Outdated where they are others by now."""
    job = await waiting(tx, act, job_id)
    assert job.result is not None
    said = [Said.from_json(each) for each in job.result["said"]]
    found = await differences(tx, said, today=act.today)
    if found.mark != job.result["mark"]:
        raise Outdated
    await carry_out(tx, act, f"job:{job_id}", found)
    await jobs.change(tx, job_id, state=jobs.DONE, result=None, finished_at=act.now)
    return found


async def discard(tx: Transaction, act: Act, job_id: int) -> None:
    """Change nothing of it."""
    await waiting(tx, act, job_id)
    await jobs.change(tx, job_id, state=jobs.CANCELLED, result=None, finished_at=act.now)
    await audit.record(tx, act, "calendar.discard", f"job:{job_id}")


async def waiting(tx: Transaction, act: Act, job_id: int) -> Job:
    """The job of a calendar file that waits for a decision; raises NotFound or Outdated."""
    permissions.require(permissions.may_ask(act.actor))
    job = await jobs.get(tx, job_id)
    if job is None or job.kind != READ:
        raise NotFound
    if job.state != jobs.WAITING or job.result is None:
        raise Outdated
    return job

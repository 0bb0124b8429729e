"""The reporting calendar: entered, changed, closed, turned into requests, warned of ahead."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain import permissions
from bot.domain.deadlines import (
    USUAL_WARNINGS,
    Deadline,
    DeadlineState,
    Offset,
    Wanted,
    behind,
    due_warnings,
    next_warning,
    tidy,
)
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.people import SECRETARIAT, Act
from bot.domain.requests import RequestState
from bot.domain.views import deadlines as views
from bot.domain.work_calendar import Policy
from bot.services import audit
from storage import absences, jobs, outbox, people
from storage import deadlines as queries
from storage import requests as request_queries
from storage.audit import Fact
from storage.database import Transaction
from storage.outbox import Message

FILE, TEMPLATE = "calendar_file", "calendar_template"


class NoPublication(Refused):
    """Nothing can be counted from a document whose day of publication is not known."""

    key = "error.deadline_no_publication"


class DeadlinePast(Refused):
    """A deadline cannot be put on a day that has passed; values: `day`."""

    key = "error.deadline_past"


class EndsNever(Refused):
    """Only visits and dialogues have a last day, and not before they begin."""

    key = "error.deadline_end"


class NoTitle(Refused):
    """A deadline without words says nothing."""

    key = "error.no_words"


# -- Entering and changing -------------------------------------------------------------------------


async def day_after(tx: Transaction, rule: Offset, document_id: int | None) -> date:
    """The day that a rule gives for a document; raises NoPublication."""
    document = None if document_id is None else await queries.document(tx, document_id)
    if document is None or document.published_on is None:
        raise NoPublication
    return rule.after(document.published_on)


async def add(tx: Transaction, act: Act, wanted: Wanted) -> int:
    """Enter a deadline; gives its id. Raises DeadlinePast, EndsNever, NoTitle."""
    permissions.require(permissions.may_ask(act.actor))
    if wanted.day < act.today:
        raise DeadlinePast(day=wanted.day)
    deadline_id = await enter(tx, act, wanted, new_uid())
    await audit.record(
        tx,
        act,
        "deadline.add",
        f"deadline:{deadline_id}",
        facts={"kind": wanted.kind.value, "day": wanted.day},
        words=tidy(wanted.title),
    )
    return deadline_id


async def enter(tx: Transaction, act: Act, wanted: Wanted, uid: str) -> int:
    """The row of a new deadline, without a trace of its own."""
    _require_whole(wanted)
    warnings = _warnings(wanted)
    return await queries.add(
        tx,
        uid,
        **_columns(wanted),
        **_warned(wanted.day, warnings, behind(warnings, wanted.day, act.today)),
        now=act.now,
    )


async def change(tx: Transaction, act: Act, deadline_id: int, wanted: Wanted) -> None:
    """Put a deadline down anew; raises as `add`, where the day is another one."""
    found = await _found(tx, act, deadline_id)
    if wanted.day != found.day and wanted.day < act.today:
        raise DeadlinePast(day=wanted.day)
    await overwrite(tx, act, found, wanted)
    await audit.record(
        tx,
        act,
        "deadline.change",
        f"deadline:{deadline_id}",
        facts={"kind": wanted.kind.value, "day": wanted.day},
        words=tidy(wanted.title),
    )


async def overwrite(tx: Transaction, act: Act, found: Deadline, wanted: Wanted) -> None:
    """The row of a deadline as it is wanted now, without a trace of its own.

    Another day is warned of anew, but for what lies back.
    """
    _require_whole(wanted)
    warnings = found.warnings if wanted.warnings is None else wanted.warnings
    given = set(behind(warnings, wanted.day, act.today))
    if wanted.day == found.day:
        given |= set(found.warned)
    warned = [each for each in warnings if each in given]
    warned_of = _warned(wanted.day, warnings, warned)
    await queries.change(tx, found.id, **_columns(wanted), **warned_of)


async def close(tx: Transaction, act: Act, deadline_id: int, state: DeadlineState) -> None:
    """It is done, or dropped; nobody is warned of it any more."""
    await _found(tx, act, deadline_id)
    if not await queries.move(tx, deadline_id, from_=[DeadlineState.OPEN], to=state):
        raise Outdated
    await audit.record(tx, act, f"deadline.{state}", f"deadline:{deadline_id}")


async def reopen(tx: Transaction, act: Act, deadline_id: int) -> None:
    """It is open after all."""
    await _found(tx, act, deadline_id)
    closed = [DeadlineState.DONE, DeadlineState.DROPPED]
    if not await queries.move(tx, deadline_id, from_=closed, to=DeadlineState.OPEN):
        raise Outdated
    await audit.record(tx, act, "deadline.reopen", f"deadline:{deadline_id}")


async def link(tx: Transaction, act: Act, deadline_id: int, request_id: int) -> None:
    """That request is what the deadline was turned into."""
    await _found(tx, act, deadline_id)
    request = await request_queries.get(tx, request_id)
    if request is None or request.state is RequestState.UNDONE:
        raise NotFound
    await queries.change(tx, deadline_id, request_id=request_id)
    facts = {"request": request_id}
    await audit.record(tx, act, "deadline.ask", f"deadline:{deadline_id}", facts=facts)


def new_uid() -> str:
    """A name for calendar files that no other deadline has, wherever it was entered."""
    return f"{secrets.token_hex(12)}@focal-point"


def _columns(wanted: Wanted) -> dict[str, object]:
    return {
        "kind": wanted.kind.value,
        "title": tidy(wanted.title),
        "day": wanted.day,
        "until": wanted.until,
        "document_id": wanted.document_id,
        "rule": wanted.rule and wanted.rule.code,
    }


def _warned(day: date, warnings: Sequence[int], warned: Sequence[int]) -> dict[str, object]:
    """The columns that say of what is warned, and when next."""
    return {
        "warnings": warnings,
        "warned": warned,
        "warn_on": next_warning(day, warnings, warned),
    }


def _require_whole(wanted: Wanted) -> None:
    if not tidy(wanted.title):
        raise NoTitle
    if wanted.until is not None and not (wanted.kind.has_end and wanted.until > wanted.day):
        raise EndsNever


def _warnings(wanted: Wanted) -> Sequence[int]:
    return USUAL_WARNINGS[wanted.kind] if wanted.warnings is None else wanted.warnings


async def _found(tx: Transaction, act: Act, deadline_id: int) -> Deadline:
    permissions.require(permissions.may_ask(act.actor))
    found = await queries.get(tx, deadline_id)
    if found is None:
        raise NotFound
    return found


# -- Warning ahead ---------------------------------------------------------------------------------


_EARLIER = timedelta(days=31)  # free days in a row that can bring a warning forward


async def to_warn(
    tx: Transaction, act: Act, policy: Policy
) -> list[tuple[Deadline, tuple[int, ...]]]:
    """The deadlines to warn of now, with the warnings that are due; none before the morning of a
    working day, and none twice a day.
    """
    if not policy.calendar().allows(act.now):
        return []
    calendar = policy.calendar(holidays=await absences.free(tx))
    if not calendar.allows(act.now) or act.now < calendar.morning(act.today):
        return []
    due = [
        (each, days)
        for each in await queries.to_warn(tx, until=act.today + _EARLIER)
        if (days := due_warnings(each, act.today, calendar))
    ]
    if due and any((await outbox.counts(tx, _key(act.today))).values()):
        return []
    return due


async def warn(tx: Transaction, act: Act, policy: Policy) -> int:
    """Warn the secretariat of what comes, in one message a person; gives of how many deadlines."""
    permissions.require(permissions.may_ask(act.actor))
    due = await to_warn(tx, act, policy)
    if not due:
        return 0
    told = {
        each.person.id: each.person
        for each in await people.seated(tx, now=act.now, roles=SECRETARIAT)
    }
    messages = [
        Message(
            key=f"{_key(act.today)}{person.id}",
            screen=views.warning([each for each, _ in due], today=act.today),
            person_id=person.id,
            bot_id=act.bot_id,
        )
        for person in told.values()
    ]
    await outbox.add_many(tx, messages, now=act.now)
    for each, days in due:
        warned = _warned(each.day, each.warnings, (*each.warned, *days))
        await queries.change(tx, each.id, **warned)
    facts = {"deadlines": len(due), "people": len(messages)}
    await audit.record(tx, act, "deadline.warn", f"day:{act.today}", facts=facts)
    return len(due)


def _key(day: date) -> str:
    return f"deadlines:{day.isoformat()}:"


# -- Files -----------------------------------------------------------------------------------------


async def ask_for_file(tx: Transaction, act: Act, *, language: str) -> int:
    """Plan the calendar file of whoever asks; gives its job."""
    permissions.require(permissions.may_take_calendar(act.actor))
    return await _plan(tx, act, FILE, language)


async def ask_for_template(tx: Transaction, act: Act, *, language: str) -> int:
    """Plan the empty table for deadlines; gives its job."""
    permissions.require(permissions.may_ask(act.actor))
    return await _plan(tx, act, TEMPLATE, language)


async def _plan(tx: Transaction, act: Act, kind: str, language: str) -> int:
    return await jobs.plan(
        tx,
        kind,
        {"language": language},
        person_id=act.actor.person_id,
        seat_id=act.actor.seat_id,
        now=act.now,
    )


async def handed_out(
    tx: Transaction, act: Act, subject: str, *, events: int, withheld: int, sha256: str
) -> None:
    """Record that a calendar file left: how many events, how many without their title."""
    permissions.require(permissions.may_take_calendar(act.actor))
    facts: dict[str, Fact] = {"events": events, "withheld": withheld, "file": sha256}
    await audit.record(tx, act, "export.calendar", subject, facts=facts)

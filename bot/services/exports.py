"""Exports as acts: narrowed, asked for, cancelled, handed out with a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.exports import FORMS, ExportKind, NoEvents, require_suits
from bot.domain.filters import (
    EVERYTHING,
    Dimension,
    Filter,
    NothingMatches,
    meant,
    read_code,
    short_mark,
    with_language,
)
from bot.domain.people import Act, Actor, Person
from bot.domain.permissions import may_export, may_export_audit, may_prepare_report, require
from bot.services import approvals, audit, calendar
from bot.services.notices import officers
from storage import audit as audit_queries
from storage import exports, jobs, national_reports, seats
from storage.audit import Fact
from storage.database import Transaction
from storage.exports import Spread

EXPORT, TEMPLATE, PROGRESS = "export", "import_template", "progress"
YEARS = 6  # that chat offers to narrow to


def may_take(actor: Actor, kind: ExportKind) -> bool:
    """Whether that person takes out that kind."""
    return may_export_audit(actor) if FORMS[kind].coordinators else may_export(actor)


async def stays(tx: Transaction, kind: ExportKind) -> bool:
    """Whether the file stays on the State's machine, unless a coordinator has switched that."""
    protection = FORMS[kind].stays
    return protection is not None and not await approvals.may_leave(tx, protection)


async def takers(tx: Transaction, act: Act, kind: ExportKind) -> list[Person]:
    """Those of the secretariat who take out that kind: whom it comes to where it comes to all."""
    return [
        each
        for each in await officers(tx, act)
        if may_take(Actor(each, await seats.live_of(tx, each.id, now=act.now)), kind)
    ]


async def read(tx: Transaction, code: str) -> Filter:
    """The filter behind a button (`Filter.code`); raises NotFound where a value is gone."""
    try:
        found = read_code(code)
    except ValueError:
        raise NotFound from None
    chosen = Filter(since=found.since, until=found.until)
    for dimension, mark in found.marks.items():
        values = [each.value for each in await exports.known(tx, dimension)]
        meant = [each for each in values if short_mark(each) == mark]
        if not meant:
            raise NotFound
        chosen = chosen.narrowed(dimension, *meant)
    return chosen


def language_of(code: str, offered: Iterable[str]) -> str | None:
    """The language behind a button; None where it names none, raises NotFound for another."""
    try:
        wanted = read_code(code).language
    except ValueError:
        raise NotFound from None
    if wanted is None:
        return None
    found = next((each for each in offered if with_language("-", each)[1:] == wanted), None)
    if found is None:
        raise NotFound
    return found


async def understand(
    tx: Transaction,
    asked: Mapping[Dimension, Sequence[str]],
    *,
    since: date | None = None,
    until: date | None = None,
) -> Filter:
    """The filter that somebody means by these words; raises NoSuchValue for what does not occur."""
    chosen = Filter(since=since, until=until)
    for dimension, several in asked.items():
        if several:
            known = await exports.known(tx, dimension)
            values = [each for words in several for each in meant(dimension, words, known)]
            chosen = chosen.narrowed(dimension, *dict.fromkeys(values))
    return chosen


async def choices(tx: Transaction, act: Act, chosen: Filter, dimension: Dimension) -> list[Spread]:
    """The values that a filter can be narrowed to, with how many recommendations each leaves."""
    require(may_export(act.actor))
    others = chosen.narrowed(dimension)
    return await exports.on_snapshot(
        tx, others, act.zone, lambda records: records.spread(dimension)
    )


async def holds(tx: Transaction, act: Act, kind: ExportKind, chosen: Filter) -> tuple[str, int]:
    """What an export of that kind counts, and how many there are of it within the filter."""
    match counted := FORMS[kind].counted:
        case "events":
            return counted, len(await calendar.contents(tx, chosen, act.zone, act.today))
        case "entries":
            return counted, await audit_queries.count(tx)
    return "recommendations", await exports.count(tx, chosen, act.zone)


async def years(tx: Transaction, act: Act, kind: ExportKind) -> list[int]:
    """The years in which something was reported, the newest first; of a calendar those to come."""
    require(may_take(act.actor, kind))
    this = act.today.year
    if FORMS[kind].beside:
        return list(range(this, this + YEARS))
    first = await exports.first_reported(tx)
    begin = this if first is None else first.astimezone(act.zone).year
    return list(range(this, max(begin, this - YEARS + 1) - 1, -1))


async def ask(tx: Transaction, act: Act, kind: ExportKind, chosen: Filter, *, language: str) -> int:
    """Plan an export; gives its job.

    Refuses with NothingMatches where it would be empty, with DocumentNeeded where it is of one
    document and the filter does not name it.
    """
    require(may_take(act.actor, kind))
    require_suits(kind, chosen)
    if not (await holds(tx, act, kind, chosen))[1]:
        raise NoEvents if FORMS[kind].beside else NothingMatches
    return await _plan(tx, act, EXPORT, arguments(kind, chosen, language))


async def ask_of_report(
    tx: Transaction, act: Act, kind: ExportKind, report_id: int, *, language: str
) -> int:
    """Plan the file of a report in preparation, or of the comments on it; gives its job."""
    require(may_export(act.actor) and may_prepare_report(act.actor))
    require_suits(kind, EVERYTHING, report_id)
    existing(await national_reports.get(tx, report_id))
    told = arguments(kind, EVERYTHING, language) | {"report": report_id}
    return await _plan(tx, act, EXPORT, told)


async def ask_by_document(
    tx: Transaction, act: Act, kind: ExportKind, chosen: Filter, *, language: str
) -> list[int]:
    """Plan one export for each document that the filter leaves; gives their jobs.

    Each knows the first of them, and its place among how many (`batch`).
    """
    require(may_take(act.actor, kind))
    documents = await choices(tx, act, chosen, Dimension.DOCUMENT)
    if not documents:
        raise NothingMatches
    planned: list[int] = []
    for place, each in enumerate(documents, start=1):
        of_it = chosen.narrowed(Dimension.DOCUMENT, each.value)
        told = arguments(kind, of_it, language)
        job_id = await _plan(tx, act, EXPORT, told)
        planned.append(job_id)
        told["batch"] = [planned[0], place, len(documents)]
        await jobs.change(tx, job_id, arguments=told)
    return planned


def arguments(kind: ExportKind, chosen: Filter, language: str) -> dict[str, Any]:
    """What the job of an export is told."""
    return {"export": kind.value, "filters": chosen.to_json(), "language": language}


async def ask_for_template(tx: Transaction, act: Act, *, language: str) -> int:
    """Plan the empty table for recommendations; gives its job."""
    require(may_export(act.actor))
    return await _plan(tx, act, TEMPLATE, {"language": language})


async def ask_for_picture(tx: Transaction, act: Act, arguments: Mapping[str, Any]) -> int:
    """Plan the picture of figures that the person has just been told; gives its job."""
    by = act.actor.person.name if act.actor.person else ""
    return await _plan(tx, act, PROGRESS, {**arguments, "made_by": by})


async def shown_in(tx: Transaction, job_id: int, row: int) -> None:
    """Remember which outbox row shows how the job stands."""
    job = await jobs.get(tx, job_id)
    assert job is not None
    await jobs.change(tx, job_id, arguments={**job.arguments, "screen": row})


async def cancel(tx: Transaction, act: Act, job_id: int) -> None:
    """Stop an export that is not ready yet; raises Outdated where it is."""
    require(may_export(act.actor))
    job = await jobs.get(tx, job_id)
    if job is None or job.kind != EXPORT or job.person_id != act.actor.person_id:
        raise NotFound
    if job.state not in (jobs.PLANNED, jobs.RUNNING):
        raise Outdated
    await jobs.change(tx, job_id, state=jobs.CANCELLED, finished_at=act.now)
    await audit.record(tx, act, "export.cancel", f"job:{job_id}")


async def cancel_all(tx: Transaction, act: Act, first: int) -> None:
    """Stop what is not ready yet of one file a document; raises Outdated where all is."""
    require(may_export(act.actor))
    job = await jobs.get(tx, first)
    person_id = act.actor.person_id
    if job is None or job.kind != EXPORT or person_id is None or job.person_id != person_id:
        raise NotFound
    left = [
        each.id
        for each in await jobs.open_ones(tx, person_id, EXPORT)
        if each.arguments.get("batch", [None])[0] == first
    ]
    if not left:
        raise Outdated
    for each in left:
        await jobs.change(tx, each, state=jobs.CANCELLED, finished_at=act.now)
    await audit.record(tx, act, "export.cancel", f"job:{first}", facts={"jobs": left})


async def handed_out(
    tx: Transaction,
    act: Act,
    kind: ExportKind,
    subject: str,
    chosen: Filter,
    *,
    counts: Mapping[str, int],
    sha256: str,
    withheld: int,
    report_id: int | None = None,
) -> None:
    """Record that an export left: which filter or report, how much it holds, which file."""
    require(may_take(act.actor, kind))
    narrowed: dict[str, Fact] = {f"by_{name}": value for name, value in chosen.facts().items()}
    if report_id is not None:
        narrowed["report"] = report_id
    facts = {**narrowed, **counts, "file": sha256, "withheld": withheld}
    await audit.record(tx, act, f"export.{kind}", subject, facts=facts)


async def sent(tx: Transaction, act: Act, what: str, about: str, *, rows: int, sha256: str) -> None:
    """Record that a smaller file left: `picture` or `assignments`, with how many items in it."""
    facts: dict[str, Fact] = {"rows": rows, "file": sha256}
    await audit.record(tx, act, f"export.{what}", about, facts=facts)


async def _plan(tx: Transaction, act: Act, kind: str, arguments: Mapping[str, Any]) -> int:
    return await jobs.plan(
        tx, kind, arguments, person_id=act.actor.person_id, seat_id=act.actor.seat_id, now=act.now
    )

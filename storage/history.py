"""What happened to an item, gathered from the rows that the record consists of.

No event is written down for this: each comes from the row that was made or changed by it. Of an
institution that is outside the reader's scope nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from bot.domain.figures import Figure
from bot.domain.history import Doer, Event, Scope, Topic
from bot.domain.items import AssignmentState, ReportState
from bot.domain.people import Role
from bot.domain.plans import Noted
from bot.domain.redaction import Kind
from bot.domain.reports import EvidencePiece, EvidenceState
from bot.domain.requests import ItemState
from storage import figures as figure_queries
from storage.clearance import is_word
from storage.database import Transaction
from storage.tables import (
    activities,
    activity_items,
    activity_notes,
    answers,
    assessments,
    assignment_terms,
    assignments,
    audit,
    audit_words,
    clearances,
    consolidations,
    contradictions,
    evidence,
    extensions,
    grades,
    item_texts,
    items,
    passes,
    people,
    position_changes,
    questions,
    redactions,
    reminders,
    request_items,
    requests,
    reviews,
    seats,
    source_documents,
    status_update_versions,
    status_updates,
    thread_words,
    units,
)


async def of_item(tx: Transaction, item_id: int, scope: Scope) -> list[Event]:
    """Everything that happened to the item as far as the scope goes, in no order."""
    held = await _held(tx, item_id, scope)
    return [
        *await _item(tx, item_id),
        *await _assignments(tx, held, scope),
        *await _requests(tx, item_id, scope),
        *await _more_time(tx, item_id, scope),
        *await _reports(tx, held, scope),
        *await _clearances(tx, held, scope),
        *await _reviews(tx, held),
        *await _published(tx, held),
        *await _plans(tx, item_id, scope),
        *await _threads(tx, held),
        *await _consolidated(tx, item_id, scope),
        *await _beside(tx, item_id),
        *await _questions(tx, held),
        *await _passes(tx, held, scope),
        *await _redactions(tx, held),
        *await _seats(tx, item_id, held),
    ]


async def is_known(tx: Transaction, item_id: int, scope: Scope) -> bool:
    """Whether there is such an item, and an institution of the scope has or had it."""
    if scope.institutions is None:
        return await tx.value(select(items.c.id).where(items.c.id == item_id)) is not None
    return bool(await _held(tx, item_id, scope))


async def doers(tx: Transaction, seat_ids: Iterable[int]) -> dict[int, Doer]:
    """Who holds or held these seats, by seat."""
    rows = await tx.rows(
        select(seats.c.id, seats.c.role, seats.c.institution_id, people.c.name)
        .join(people, people.c.id == seats.c.person_id)
        .where(seats.c.id.in_(list(seat_ids)))
    )
    return {row["id"]: Doer(Role(row["role"]), row["institution_id"], row["name"]) for row in rows}


# -- The item and who answers for it ---------------------------------------------------------------


async def _item(tx: Transaction, item_id: int) -> list[Event]:
    row = await tx.row(
        select(items.c.created_at, items.c.vanished_at, source_documents.c.symbol)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(items.c.id == item_id)
    )
    if row is None:
        return []
    symbol = {"symbol": row["symbol"]}
    found = [Event(row["created_at"], Topic.ITEM, "imported", symbol)]
    if row["vanished_at"] is not None:
        found.append(Event(row["vanished_at"], Topic.ITEM, "vanished", symbol))
    texts = select(item_texts).where(
        item_texts.c.item_id == item_id, item_texts.c.from_at > row["created_at"]
    )
    for each in await tx.rows(texts):
        what = "text_changed" if each["version"] > 1 else "text_added"
        facts = {"language": each["language"]}
        found.append(
            Event(each["from_at"], Topic.ITEM, what, facts, each["words"], each["language"])
        )
    moved = select(position_changes).where(position_changes.c.item_id == item_id)
    for each in await tx.rows(moved):
        stand = {"position": each["after"], "position_before": each["before"]}
        what = "position_" + (
            "set" if not each["before"] else "changed" if each["after"] else "gone"
        )
        found.append(Event(each["at"], Topic.ITEM, what, stand))
    return found


async def _held(tx: Transaction, item_id: int, scope: Scope) -> list[Any]:
    """The item's assignments within the scope; an institution sees none that is a draft."""
    statement = select(assignments).where(assignments.c.item_id == item_id)
    if scope.institutions is not None:
        statement = statement.where(
            assignments.c.institution_id.in_(scope.institutions),
            assignments.c.state != AssignmentState.DRAFT.value,
        )
    return await tx.rows(statement.order_by(assignments.c.id))


async def _assignments(tx: Transaction, held: Sequence[Any], scope: Scope) -> list[Event]:
    """Assigned, announced, and each part and due day as it was given then."""
    terms: dict[int, list[Any]] = {each["id"]: [] for each in held}
    rows = select(assignment_terms).where(assignment_terms.c.assignment_id.in_(list(terms)))
    for row in await tx.rows(rows.order_by(assignment_terms.c.id)):
        terms[row["assignment_id"]].append(row)
    found = []
    for each in held:
        whose = {"institution_id": each["institution_id"]}
        given = terms[each["id"]] or [_as_it_stands(each)]
        if scope.institutions is not None:
            given = _as_announced(given, each["announced_at"])
        found += _given(given, each["institution_id"])
        if each["announced_at"] is not None:
            found.append(Event(each["announced_at"], Topic.ASSIGNMENTS, "announced", **whose))
    return found + await _ended(tx, held)


def _as_it_stands(assignment: Any) -> dict[str, Any]:
    """The terms of an assignment of which nothing else is known."""
    return {
        "anew": True,
        "part": assignment["part"],
        "due_on": assignment["due_on"],
        "seat_id": assignment["assigned_by"],
        "at": assignment["assigned_at"],
    }


def _as_announced(given: Sequence[Any], announced_at: datetime | None) -> list[Any]:
    """The terms as an institution learned of them: of what changed in a draft only the last."""
    found: list[Any] = []
    for each in given:
        drafted = announced_at is None or each["at"] < announced_at
        if found and not each["anew"] and drafted and found[-1]["at"] < each["at"]:
            found[-1] = {**found[-1], "part": each["part"], "due_on": each["due_on"]}
        else:
            found.append(dict(each))
    return found


def _given(given: Sequence[Any], institution_id: int) -> list[Event]:
    """What an assignment asked, and what became of that."""
    found = []
    before: Any = None
    for each in given:
        facts = {"part": each["part"], "due": each["due_on"]}
        whats = []
        if each["anew"] or before is None:
            whats.append("assigned" if each["due_on"] is None else "assigned_due")
        else:
            if each["part"] != before["part"]:
                whats.append("part_changed")
            if each["due_on"] != before["due_on"]:
                facts["due_before"] = before["due_on"]
                whats.append(_moved(before["due_on"], each["due_on"]))
        found += [
            Event(
                each["at"],
                Topic.ASSIGNMENTS,
                what,
                facts,
                institution_id=institution_id,
                seat_id=each["seat_id"],
            )
            for what in whats
        ]
        before = each
    return found


def _moved(before: date | None, after: date | None) -> str:
    if after is None:
        return "due_dropped"
    return "due_set" if before is None else "due_moved"


_ENDINGS = {
    "assignment.end": "ended",
    "assignment.release": "released",
    "assignment.insist": "insisted",
    "assignment.disown": "disowned",
}


async def _ended(tx: Transaction, held: Sequence[Any]) -> list[Event]:
    """Given back, taken back, insisted on: by the audit, which knows each time."""
    about = {f"assignment:{each['id']}": each for each in held}
    rows = await tx.rows(
        select(audit.c.at, audit.c.act, audit.c.subject, audit.c.seat_id).where(
            audit.c.subject.in_(list(about)), audit.c.act.in_(list(_ENDINGS))
        )
    )
    found = []
    for row in rows:
        each = about[row["subject"]]
        what = _ENDINGS[row["act"]]
        last = what == "disowned" and each["state"] == AssignmentState.DISOWNED.value
        found.append(
            Event(
                row["at"],
                Topic.ASSIGNMENTS,
                what,
                words=each["disowned_reason"] if last else None,
                institution_id=each["institution_id"],
                seat_id=row["seat_id"],
            )
        )
    return found


# -- Requests and reminders ------------------------------------------------------------------------


def _asked_of(item_id: int, scope: Scope) -> ColumnElement[bool]:
    of_scope = (
        true()
        if scope.institutions is None
        else request_items.c.institution_id.in_(scope.institutions)
    )
    held = select(assignments.c.id).where(assignments.c.item_id == item_id)
    about = or_(request_items.c.item_id == item_id, request_items.c.assignment_id.in_(held))
    return about & of_scope


_SETTLED = {
    ItemState.ANSWERED.value: "request_answered",
    ItemState.EXCUSED.value: "request_excused",
    ItemState.ENDED.value: "request_ended",
}


async def _requests(tx: Transaction, item_id: int, scope: Scope) -> list[Event]:
    sent = (
        select(
            reminders.c.request_item_id,
            func.count().label("n"),
            func.max(func.coalesce(reminders.c.settled_at, reminders.c.at)).label("last"),
        )
        .where(reminders.c.state == "sent")
        .group_by(reminders.c.request_item_id)
        .subquery()
    )
    rows = await tx.rows(
        select(
            request_items,
            requests.c.kind,
            requests.c.asked_by,
            sent.c.n.label("reminded"),
            sent.c.last.label("reminded_at"),
        )
        .join(requests, requests.c.id == request_items.c.request_id)
        .outerjoin(sent, sent.c.request_item_id == request_items.c.id)
        .where(_asked_of(item_id, scope))
    )
    found = []
    for row in rows:
        whose = {"institution_id": row["institution_id"]}
        facts = {"kind": row["kind"], "due": row["due_on"]}
        asked_by = row["asked_by"]
        found.append(
            Event(row["asked_at"], Topic.REQUESTS, "asked", facts, seat_id=asked_by, **whose)
        )
        if row["reminded"]:
            count = {"count": row["reminded"]}
            found.append(Event(row["reminded_at"], Topic.REQUESTS, "reminded", count, **whose))
        if row["settled_at"] is not None and row["state"] in _SETTLED:
            words = row["reason"]
            what = _SETTLED[row["state"]]
            found.append(
                Event(row["settled_at"], Topic.REQUESTS, what, facts, words=words, **whose)
            )
    return found + await _responses(tx, item_id, scope)


async def _responses(tx: Transaction, item_id: int, scope: Scope) -> list[Event]:
    """What was answered to requests that are not for status."""
    rows = await tx.rows(
        select(answers, requests.c.kind, request_items.c.institution_id)
        .join(request_items, request_items.c.id == answers.c.request_item_id)
        .join(requests, requests.c.id == request_items.c.request_id)
        .where(_asked_of(item_id, scope))
    )
    return [
        Event(
            row["at"],
            Topic.REQUESTS,
            "responded",
            {"kind": row["kind"]},
            row["words"],
            row["language"],
            row["institution_id"],
            row["seat_id"],
        )
        for row in rows
    ]


async def _more_time(tx: Transaction, item_id: int, scope: Scope) -> list[Event]:
    rows = await tx.rows(
        select(extensions, request_items.c.institution_id)
        .join(request_items, request_items.c.id == extensions.c.request_item_id)
        .where(_asked_of(item_id, scope))
    )
    found = []
    for row in rows:
        whose = {"institution_id": row["institution_id"]}
        facts = {"until": row["until_on"]}
        found.append(
            Event(
                row["asked_at"],
                Topic.REQUESTS,
                "more_time",
                facts,
                row["reason"],
                row["language"],
                seat_id=row["seat_id"],
                **whose,
            )
        )
        if row["decided_at"] is not None:
            what = "more_time_granted" if row["granted"] else "more_time_refused"
            by = row["decided_by"]
            found.append(Event(row["decided_at"], Topic.REQUESTS, what, facts, seat_id=by, **whose))
    return found


# -- Reports ---------------------------------------------------------------------------------------


def _whose(held: Sequence[Any]) -> dict[int, int]:
    return {each["id"]: each["institution_id"] for each in held}


async def _reports(tx: Transaction, held: Sequence[Any], scope: Scope) -> list[Event]:
    """Every version of every report, and what was taken back.

    Of what an institution had not cleared others know that it was there, and no more.
    """
    whose = _whose(held)
    rows = await tx.rows(
        select(status_updates, is_word().label("word")).where(
            status_updates.c.assignment_id.in_(list(whose))
        )
    )
    by_id = {row["id"]: row for row in rows}
    older = await tx.rows(
        select(status_update_versions).where(
            status_update_versions.c.status_update_id.in_(list(by_id))
        )
    )
    said = [(by_id[each["status_update_id"]], dict(each)) for each in older]
    said += [(row, _newest(row)) for row in rows]
    counted = await figure_queries.of_many(tx, by_id)
    pieces = await _pieces(tx, by_id)
    found = []
    for report, version in said:
        institution = whose[report["assignment_id"]]
        if version["word"] or institution in scope.inside:
            event = _version(report, version, institution)
            found.append(_with_all(event, version, counted, pieces[report["id"]]))
        elif version["version"] == 1:
            facts = {"number": report["number"]}
            at = report["submitted_at"]
            found.append(Event(at, Topic.REPORTS, "sent_inside", facts, institution_id=institution))
    return found + [_withdrawn(row, whose) for row in rows if _is_withdrawn(row)]


async def _pieces(
    tx: Transaction, ids: Iterable[int]
) -> dict[int, list[tuple[Any, EvidencePiece]]]:
    """By report, the evidence of all its versions, each with whether the newest has it."""
    found: dict[int, list[tuple[Any, EvidencePiece]]] = {each: [] for each in ids}
    of = func.coalesce(evidence.c.status_update_id, evidence.c.former_id)
    columns = [evidence.c[name] for name in EvidencePiece.__dataclass_fields__]
    rows = await tx.rows(
        select(of.label("of"), evidence.c.former_id, *columns)
        .where(of.in_(list(found)), evidence.c.state != EvidenceState.DROPPED.value)
        .order_by(evidence.c.id)
    )
    for row in rows:
        values = {name: row[name] for name in EvidencePiece.__dataclass_fields__}
        piece = EvidencePiece(**{**values, "state": EvidenceState(row["state"])})
        found[row["of"]].append((row["former_id"], piece))
    return found


def _with_all(
    event: Event,
    said: Mapping[str, Any],
    counted: Mapping[int, tuple[Figure, ...]],
    pieces: Sequence[tuple[Any, EvidencePiece]],
) -> Event:
    """A version with the figures and the evidence that it had."""
    if "status_update_id" in said:  # an older one, which names its own
        figures = tuple(Figure.from_json(each) for each in said["figures"])
        had = tuple(piece for _, piece in pieces if piece.id in said["evidence"])
    else:
        figures = counted.get(said["id"], ())
        had = tuple(piece for former, piece in pieces if former is None)
    return replace(event, figures=figures, pieces=had)


def _newest(report: Any) -> dict[str, Any]:
    at = report["amended_at"] or report["submitted_at"]
    return {**report, "at": at, "seat_id": report["amended_by"] or report["seat_id"]}


def _version(report: Any, said: dict[str, Any], institution_id: int) -> Event:
    facts = {"number": report["number"], "status": said["status"], "as_of": said["as_of"]}
    what = f"reported_{report['kind']}"
    if said["version"] > 1:
        what, facts["version"] = "amended", said["version"]
    return Event(
        said["at"],
        Topic.REPORTS,
        what,
        facts,
        "\n".join(each for each in (said["measures"], said["remaining"]) if each),
        said["language"],
        institution_id,
        said["seat_id"],
    )


def _is_withdrawn(report: Any) -> bool:
    return bool(report["state"] == ReportState.WITHDRAWN.value and report["decided_at"])


def _withdrawn(report: Any, whose: dict[int, int]) -> Event:
    return Event(
        report["decided_at"],
        Topic.REPORTS,
        "withdrawn",
        {"number": report["number"]},
        institution_id=whose[report["assignment_id"]],
        seat_id=report["seat_id"],
    )


_CLEARED = {
    "cleared": "cleared",
    "amended": "cleared",
    "returned": "returned_inside",
    "let_go": "let_go",
}


async def _clearances(tx: Transaction, held: Sequence[Any], scope: Scope) -> list[Event]:
    """What validators decided; what they returned, and why, is for the institution alone."""
    whose = _whose(held)
    rows = await tx.rows(
        select(clearances, status_updates.c.number, status_updates.c.assignment_id)
        .join(status_updates, status_updates.c.id == clearances.c.status_update_id)
        .where(status_updates.c.assignment_id.in_(list(whose)))
    )
    return [
        Event(
            row["at"],
            Topic.REPORTS,
            _CLEARED[row["decision"]],
            {"number": row["number"]},
            row["comment"],
            row["language"],
            whose[row["assignment_id"]],
            row["seat_id"],
        )
        for row in rows
        if row["decision"] != "returned" or whose[row["assignment_id"]] in scope.inside
    ]


_PUBLICATION = {"publication.open": "published", "publication.close": "published_no_more"}


async def _published(tx: Transaction, held: Sequence[Any]) -> list[Event]:
    """That anybody may read a report, and that they may no more: by the audit, which knows when."""
    whose = _whose(held)
    reports = await tx.rows(
        select(status_updates.c.number, status_updates.c.assignment_id).where(
            status_updates.c.assignment_id.in_(list(whose))
        )
    )
    about = {row["number"]: whose[row["assignment_id"]] for row in reports}
    rows = await tx.rows(
        select(audit.c.at, audit.c.act, audit.c.subject, audit.c.seat_id).where(
            audit.c.subject.in_(list(about)), audit.c.act.in_(list(_PUBLICATION))
        )
    )
    return [
        Event(
            row["at"],
            Topic.REPORTS,
            _PUBLICATION[row["act"]],
            {"number": row["subject"]},
            institution_id=about[row["subject"]],
            seat_id=row["seat_id"],
        )
        for row in rows
    ]


_PLANNED = ("activity.add", "activity.propose", "activity.change")


async def _plans(tx: Transaction, item_id: int, scope: Scope) -> list[Event]:
    """Activities for the item or its cluster: proposed, adopted, changed, and where they stand.

    An institution sees its own and those of others that are adopted.
    """
    of_item = select(activity_items.c.activity_id).where(activity_items.c.item_id == item_id)
    cluster = select(items.c.cluster_id).where(items.c.id == item_id)
    shown: list[ColumnElement[bool]] = []
    if scope.institutions is not None:
        own = activities.c.institution_id.in_(scope.institutions)
        shown.append(or_(own, activities.c.adopted_at.is_not(None)))
    rows = await tx.rows(
        select(
            activity_notes,
            activities.c.institution_id,
            activities.c.what.label("now"),
            activities.c.language.label("language_now"),
        )
        .join(activities, activities.c.id == activity_notes.c.activity_id)
        .where(or_(activities.c.id.in_(of_item), activities.c.cluster_id.in_(cluster)), *shown)
    )
    then = await _planned_then(tx, {row["activity_id"] for row in rows})
    return [_planned(row, then.get((row["activity_id"], row["at"]))) for row in rows]


async def _planned_then(tx: Transaction, ids: Iterable[int]) -> dict[tuple[int, datetime], str]:
    """What activities were called when somebody put them down, as the audit remembers it."""
    subjects = {f"activity:{each}": each for each in ids}
    rows = await tx.rows(
        select(audit.c.subject, audit.c.at, audit_words.c.words)
        .join(audit_words, audit_words.c.number == audit.c.number)
        .where(
            audit.c.subject.in_(list(subjects)),
            audit.c.act.in_(_PLANNED),
            audit_words.c.words.is_not(None),
        )
    )
    return {(subjects[row["subject"]], row["at"]): row["words"] for row in rows}


def _planned(row: Any, called: str | None) -> Event:
    facts = {"activity_state": row["state"]} if row["what"] == Noted.STATE.value else {}
    begun = row["what"] in (Noted.ADDED.value, Noted.PROPOSED.value)
    words = called or row["words"] or (row["now"] if begun else None)
    language = row["language"] or row["language_now"]
    whose = (row["institution_id"], row["seat_id"])
    return Event(row["at"], Topic.PLANS, f"plan_{row['what']}", facts, words, language, *whose)


async def _threads(tx: Transaction, held: Sequence[Any]) -> list[Event]:
    """What the secretariat asked about reports, and what was answered."""
    whose = _whose(held)
    rows = await tx.rows(
        select(thread_words, status_updates.c.number, status_updates.c.assignment_id)
        .join(status_updates, status_updates.c.id == thread_words.c.status_update_id)
        .where(status_updates.c.assignment_id.in_(list(whose)))
    )
    return [
        Event(
            row["said_at"],
            Topic.QUESTIONS,
            f"thread_{row['side']}",
            {"number": row["number"]},
            row["words"],
            row["language"],
            whose[row["assignment_id"]],
            row["seat_id"],
        )
        for row in rows
    ]


async def _consolidated(tx: Transaction, item_id: int, scope: Scope) -> list[Event]:
    """The State's status in all its versions, and contradictions: the secretariat's own."""
    if scope.institutions is not None:
        return []
    found = [
        Event(
            row["at"],
            Topic.REPORTS,
            "consolidated",
            {"status": row["status"], "as_of": row["as_of"], "version": row["version"]},
            row["sentence"],
            row["language"],
            seat_id=row["seat_id"],
        )
        for row in await tx.rows(select(consolidations).where(consolidations.c.item_id == item_id))
    ]
    for row in await tx.rows(select(contradictions).where(contradictions.c.item_id == item_id)):
        said = (row["words"], row["language"], None, row["marked_by"])
        found.append(Event(row["marked_at"], Topic.REPORTS, "contradicts", {}, *said))
        if row["resolved_at"] is not None:
            by = row["resolved_by"]
            found.append(
                Event(row["resolved_at"], Topic.REPORTS, "contradicts_no_more", seat_id=by)
            )
    return found


async def _beside(tx: Transaction, item_id: int) -> list[Event]:
    """What others think, with the words: an observer's institution is named, no person."""
    found = []
    for row in await tx.rows(select(assessments).where(assessments.c.item_id == item_id)):
        facts = {"status": row["status"], "as_of": row["as_of"], "version": row["version"]}
        what = "assessed" if row["status"] else "assessed_in_words"
        said = (row["words"], row["language"], row["institution_id"])
        found.append(Event(row["given_at"], Topic.BESIDE, what, facts, *said))
        if row["withdrawn_at"] is not None and row["current"]:
            whose = (None, None, row["institution_id"])
            withdrawn = "assessment_withdrawn"
            found.append(Event(row["withdrawn_at"], Topic.BESIDE, withdrawn, {}, *whose))
    for row in await tx.rows(select(grades).where(grades.c.item_id == item_id)):
        facts = {name: row[name] for name in ("scheme", "grade", "session")}
        note = (row["note"], row["language"])
        found.append(Event(row["entered_at"], Topic.BESIDE, "graded", facts, *note))
        if row["withdrawn_at"] is not None:
            found.append(Event(row["withdrawn_at"], Topic.BESIDE, "grade_withdrawn", facts))
    return found


async def _reviews(tx: Transaction, held: Sequence[Any]) -> list[Event]:
    whose = _whose(held)
    rows = await tx.rows(
        select(reviews, status_updates.c.number, status_updates.c.assignment_id)
        .join(status_updates, status_updates.c.id == reviews.c.status_update_id)
        .where(status_updates.c.assignment_id.in_(list(whose)))
    )
    return [
        Event(
            row["at"],
            Topic.REPORTS,
            row["decision"],
            {"number": row["number"]},
            row["comment"],
            row["language"],
            whose[row["assignment_id"]],
            row["seat_id"],
        )
        for row in rows
    ]


async def _redactions(tx: Transaction, held: Sequence[Any]) -> list[Event]:
    whose = _whose(held)
    reports = await tx.rows(
        select(status_updates.c.id, status_updates.c.number, status_updates.c.assignment_id).where(
            status_updates.c.assignment_id.in_(list(whose))
        )
    )
    asked = await tx.rows(
        select(questions.c.id, questions.c.assignment_id).where(
            questions.c.assignment_id.in_(list(whose))
        )
    )
    about: dict[str, Any] = {}
    about |= {f"{Kind.STATUS_UPDATE}:{each['id']}": each for each in reports}
    about |= {f"{Kind.QUESTION}:{each['id']}": each for each in asked}
    about |= {f"{Kind.ASSIGNMENT}:{each}": {"assignment_id": each} for each in whose}
    owed = await tx.rows(
        select(request_items.c.id, request_items.c.assignment_id).where(
            request_items.c.assignment_id.in_(list(whose))
        )
    )
    about |= {f"{Kind.ASKED}:{each['id']}": each for each in owed}
    rows = await tx.rows(select(redactions).where(redactions.c.subject.in_(list(about))))
    found = []
    for row in rows:
        each = about[row["subject"]]
        number = each.get("number")
        facts = {"part": row["part"], "reason": row["reason"], "number": number}
        what = "redacted" if number is None else "redacted_report"
        institution = whose[each["assignment_id"]]
        found.append(
            Event(
                row["at"],
                Topic.REPORTS,
                what,
                facts,
                institution_id=institution,
                seat_id=row["seat_id"],
            )
        )
    return found


# -- Questions, units, people ----------------------------------------------------------------------


async def _questions(tx: Transaction, held: Sequence[Any]) -> list[Event]:
    whose = _whose(held)
    rows = await tx.rows(select(questions).where(questions.c.assignment_id.in_(list(whose))))
    found = []
    for row in rows:
        institution = whose[row["assignment_id"]]
        asked = (row["words"], row["language"], institution, row["asked_by"])
        found.append(Event(row["asked_at"], Topic.QUESTIONS, "question", {}, *asked))
        if row["answered_at"] is not None:
            said = (row["answer"], row["answer_language"], institution, row["answered_by"])
            found.append(Event(row["answered_at"], Topic.QUESTIONS, "question_answered", {}, *said))
    return found


async def _passes(tx: Transaction, held: Sequence[Any], scope: Scope) -> list[Event]:
    """What was asked inside the reader's own institutions; nobody else sees it."""
    whose = {each: one for each, one in _whose(held).items() if one in scope.inside}
    rows = await tx.rows(
        select(passes, units.c.name)
        .join(units, units.c.id == passes.c.unit_id)
        .where(passes.c.assignment_id.in_(list(whose)))
    )
    found = []
    for row in rows:
        institution = whose[row["assignment_id"]]
        facts = {"unit": row["name"]}
        asked = (row["words"], row["language"], institution, row["passed_by"])
        found.append(Event(row["passed_at"], Topic.QUESTIONS, "passed", facts, *asked))
        if row["answered_at"] is not None:
            said = (row["answer"], row["answer_language"], institution, row["answered_by"])
            found.append(Event(row["answered_at"], Topic.QUESTIONS, "pass_answered", facts, *said))
    return found


_SPOKE = (Role.FOCAL_POINT.value, Role.ALTERNATE.value, Role.VALIDATOR.value)


def _seats_of(institution_ids: Iterable[int]) -> Select[Any]:
    return select(seats).where(
        seats.c.institution_id.in_(list(institution_ids)),
        seats.c.role.in_(_SPOKE),
        seats.c.unit_id.is_(None),
    )


async def _seats(tx: Transaction, item_id: int, held: Sequence[Any]) -> list[Event]:
    """Who came to speak for the institutions of the item, and who left, since it is there."""
    since = await tx.value(select(items.c.created_at).where(items.c.id == item_id))
    found = []
    for row in await tx.rows(_seats_of({each["institution_id"] for each in held})):
        whose = {"institution_id": row["institution_id"], "seat_id": row["id"]}
        if row["until_at"] is not None and row["until_at"] >= since:
            found.append(Event(row["until_at"], Topic.PEOPLE, "seat_ended", **whose))
        if row["from_at"] >= since:
            found.append(Event(row["from_at"], Topic.PEOPLE, "seat_began", **whose))
    return found

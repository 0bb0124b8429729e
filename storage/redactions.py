"""Redactions: what can be destroyed, destroying it wherever the record holds it, and what was.

What was sent together as one report on several items is one text: it goes from all of them, and so
does a unit's answer that it was made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.domain.figures import number_written
from bot.domain.redaction import About, Kind, Mark, Part, Reason, Redaction, Target, stretches
from bot.domain.reports import EvidenceState
from bot.domain.versions import Version
from storage import figures as figure_queries
from storage import versions
from storage.clearance import is_word
from storage.database import Transaction
from storage.tables import (
    accounts,
    activities,
    activity_notes,
    answers,
    approvals,
    assessments,
    assignments,
    audit,
    audit_words,
    broadcast_texts,
    broadcasts,
    clearances,
    comment_outcomes,
    consolidations,
    contradictions,
    conversations,
    dialogue_questions,
    draft_messages,
    evidence,
    extensions,
    figures,
    grades,
    indicator_values,
    indicators,
    institutions,
    items,
    passes,
    questions,
    redactions,
    reminders,
    report_chapters,
    request_items,
    request_texts,
    requests,
    reviews,
    seats,
    source_documents,
    status_update_versions,
    status_updates,
    thread_words,
)

_TEXTS: Mapping[Part, ColumnElement[Any]] = {
    Part.MEASURES: status_updates.c.measures,
    Part.REMAINING: status_updates.c.remaining,
    Part.SOURCE: status_updates.c.source,
    Part.COMMENT: reviews.c.comment,
    Part.THREAD: thread_words.c.words,
    Part.CONTRADICTION: contradictions.c.words,
    Part.QUESTION: questions.c.words,
    Part.ANSWER: questions.c.answer,
    Part.RESPONSE: answers.c.words,
    Part.SENTENCE: consolidations.c.sentence,
    Part.ASSESSMENT: assessments.c.words,
    Part.GRADE_NOTE: grades.c.note,
    Part.INSIDE: clearances.c.comment,
    Part.NOT_OURS: assignments.c.disowned_reason,
    Part.TASK: passes.c.words,
    Part.UNIT_ANSWER: passes.c.answer,
    Part.EXTENSION: extensions.c.reason,
    Part.EXCUSE: request_items.c.reason,
    Part.ACTIVITY: activities.c.what,
    Part.ACTIVITY_NOTE: activity_notes.c.words,
    Part.INDICATOR: indicators.c.name,
    Part.HEADING: report_chapters.c.heading,
    Part.DRAFT: report_chapters.c.draft,
    Part.SAID: dialogue_questions.c.words,
    Part.SAID_BACK: dialogue_questions.c.answer,
    Part.WISH: approvals.c.reason,
}
"""The column in which each text stands."""

_BESIDE: Mapping[Part, tuple[ColumnElement[Any], ...]] = {
    Part.RESPONSE: (answers.c.source,),
    Part.ASSESSMENT: (assessments.c.source,),
    Part.GRADE_NOTE: (grades.c.source,),
    Part.ACTIVITY: (activities.c.funds,),
    Part.INDICATOR: (indicators.c.unit,),
}
"""What goes with a text, because it leads to the same words or says more of them."""

_TEXTS_OF: Mapping[Part, tuple[ColumnElement[Any], ...]] = {
    Part.REQUEST: (request_texts.c.title, request_texts.c.message),
    Part.ANNOUNCEMENT: (broadcast_texts.c.words,),
}
"""What stands in a row for each language, and goes from all of them."""

REACHED: frozenset[ColumnElement[Any]] = frozenset(
    {
        *_TEXTS.values(),
        *(each for several in (*_BESIDE.values(), *_TEXTS_OF.values()) for each in several),
        *(status_update_versions.c[each] for each in ("measures", "remaining", "figures")),
        *(figures.c[each] for each in ("indicator", "unit", "disaggregation")),
        *(evidence.c[each] for each in ("name", "caption", "url")),
        *(requests.c.indicator, requests.c.attachment_name, broadcasts.c.attachment_name),
        *(answers.c.figures, indicator_values.c.disaggregation, comment_outcomes.c.note),
        report_chapters.c.file_name,
    }
)
"""The columns from which something can be redacted."""

_WROTE: Mapping[Part, ColumnElement[Any]] = {
    Part.COMMENT: reviews.c.seat_id,
    Part.THREAD: thread_words.c.seat_id,
    Part.CONTRADICTION: contradictions.c.marked_by,
    Part.ANSWER: questions.c.answered_by,
    Part.SENTENCE: consolidations.c.seat_id,
    Part.ASSESSMENT: assessments.c.seat_id,
    Part.GRADE_NOTE: grades.c.entered_by,
    Part.INSIDE: clearances.c.seat_id,
    Part.TASK: passes.c.passed_by,
    Part.UNIT_ANSWER: passes.c.answered_by,
    Part.EXTENSION: extensions.c.seat_id,
    Part.ACTIVITY_NOTE: activity_notes.c.seat_id,
    Part.VALUE: indicator_values.c.seat_id,
    Part.SAID: dialogue_questions.c.typed_by,
    Part.SAID_BACK: dialogue_questions.c.drafted_by,
    Part.WISH: approvals.c.asked_by,
}
"""The seat that wrote it, where that is not the one that wrote the whole."""

_OF_A_REPORT = (Part.MEASURES, Part.REMAINING, Part.SOURCE)

_WRITTEN_AT: Mapping[Part, tuple[str, ...]] = {
    Part.MEASURES: ("measures", "sentence"),
    Part.REMAINING: ("remaining",),
    Part.SOURCE: ("source",),
    Part.FIGURES: ("figures",),
    Part.FILE: ("evidence", "files"),
    Part.VERSION: ("measures", "remaining"),
    Part.COMMENT: ("comment",),
}
"""The steps of conversations at which each part is written or sent; others at any step."""

_SENT = ("evidence", "files")
_PRESENT = (EvidenceState.AWAITED.value, EvidenceState.STORED.value)


@dataclass
class Destroyed:
    """What went out of the record, to be looked for wherever else it may stand.

    `texts` are words and names, `files` SHA-256, `pieces` ids of evidence, `updates` the status
    updates that it was part of, `versions` how many older ones.
    """

    texts: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    pieces: set[int] = field(default_factory=set)
    updates: set[int] = field(default_factory=set)
    versions: int = 0

    @property
    def anything(self) -> bool:
        """Whether there was anything to destroy."""
        return bool(self.texts or self.files or self.pieces)

    def shown_as(self) -> set[str]:
        """Every way in which its words may stand in a message."""
        return {each for words in self.texts for each in stretches(words)}


@dataclass(frozen=True)
class OwnMessage:
    """A message that a person wrote, of which something in the record was made."""

    bot_id: int
    chat_id: int
    message_id: int
    person_id: int | None


# -- What can be destroyed -------------------------------------------------------------------------


async def about(tx: Transaction, kind: Kind, place: int) -> About | None:
    """What is at that place; None where nothing is."""
    if kind is Kind.ITEM:
        return await _about_item(tx, place)
    if kind is Kind.ACTIVITY:
        return await _about_activity(tx, place)
    if (by := _OURS.get(kind)) is not None:
        return await _about_ours(tx, kind, by, place)
    row = await tx.row(_of_an_institution(kind, place))
    if row is None:
        return None
    return About(kind, place, **{**row, "names": row["names"] or {}})


def _of_an_institution(kind: Kind, place: int) -> Select[Any]:
    """What one institution said, or was asked: its item, the institution, who wrote it."""
    number: ColumnElement[Any] = literal(None)
    by: ColumnElement[Any] = literal(None)
    held: Any
    of: Table
    match kind:
        case Kind.STATUS_UPDATE:
            table, of = status_updates, assignments
            number, by = table.c.number, table.c.seat_id
            held = table.join(of, of.c.id == table.c.assignment_id)
        case Kind.QUESTION:
            table, of, by = questions, assignments, questions.c.asked_by
            held = table.join(of, of.c.id == table.c.assignment_id)
        case Kind.RESPONSE:
            table, of, by = answers, request_items, answers.c.seat_id
            held = table.join(of, of.c.id == table.c.request_item_id)
        case Kind.DIALOGUE_QUESTION:
            table = held = of = dialogue_questions
            by = table.c.typed_by
        case Kind.ASKED:
            table = held = of = request_items
        case _:
            table = held = of = assignments
    return _described(held, of, number, by).where(table.c.id == place)


_OURS: Mapping[Kind, ColumnElement[Any]] = {
    Kind.REQUEST: requests.c.asked_by,
    Kind.BROADCAST: broadcasts.c.planned_by,
    Kind.CHAPTER: report_chapters.c.owner_id,
    Kind.APPROVAL: approvals.c.asked_by,
}
"""What the secretariat makes, of no item and no institution; the seat that made it."""


async def _about_ours(
    tx: Transaction, kind: Kind, by: ColumnElement[Any], place: int
) -> About | None:
    """What the secretariat made: of no item, and of no institution."""
    row = await tx.row(select(by.label("by")).where(by.table.c.id == place))
    if row is None:
        return None
    return About(
        kind,
        place,
        number=None,
        code=None,
        symbol=None,
        restricted=False,
        institution_id=None,
        names={},
        item_id=None,
        seat_id=row["by"],
    )


async def _about_activity(tx: Transaction, place: int) -> About | None:
    """An activity of a plan; who proposed it is who wrote it."""
    first = (
        select(activity_notes.c.seat_id)
        .where(activity_notes.c.activity_id == activities.c.id)
        .order_by(activity_notes.c.id)
        .limit(1)
        .scalar_subquery()
    )
    row = await tx.row(
        select(institutions.c.id, institutions.c.names, first.label("seat_id"))
        .join(activities, activities.c.institution_id == institutions.c.id)
        .where(activities.c.id == place)
    )
    if row is None:
        return None
    return About(
        Kind.ACTIVITY,
        place,
        number=None,
        code=None,
        symbol=None,
        restricted=False,
        institution_id=row["id"],
        names=row["names"],
        item_id=None,
        seat_id=row["seat_id"],
    )


async def _about_item(tx: Transaction, place: int) -> About | None:
    row = await tx.row(
        select(items.c.paragraph, source_documents.c.symbol, items.c.restricted)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(items.c.id == place)
    )
    if row is None:
        return None
    return About(
        Kind.ITEM,
        place,
        number=None,
        code=row["paragraph"],
        symbol=row["symbol"],
        restricted=row["restricted"],
        institution_id=None,
        names={},
        item_id=place,
        seat_id=None,
    )


def _described(
    held: Any, of: Any, number: ColumnElement[Any], seat_id: ColumnElement[Any]
) -> Select[Any]:
    return select(
        number.label("number"),
        items.c.paragraph.label("code"),
        source_documents.c.symbol,
        func.coalesce(items.c.restricted, False).label("restricted"),
        institutions.c.id.label("institution_id"),
        institutions.c.names,
        items.c.id.label("item_id"),
        seat_id.label("seat_id"),
    ).select_from(
        held.outerjoin(institutions, institutions.c.id == of.c.institution_id)
        .outerjoin(items, items.c.id == of.c.item_id)
        .outerjoin(source_documents, source_documents.c.id == items.c.document_id)
    )


async def targets(tx: Transaction, found: About) -> list[Target]:
    """What is there to be destroyed: texts, figures, files, older versions, comments, all of it."""
    match found.kind:
        case Kind.STATUS_UPDATE:
            present = await _of_report(tx, found.id)
            return [*present, Target(Part.EVERYTHING, found.id)] if len(present) > 1 else present
        case Kind.QUESTION:
            return await _texts_at(tx, (Part.QUESTION, Part.ANSWER), found.id)
        case Kind.RESPONSE:
            texts = await _texts_at(tx, (Part.RESPONSE,), found.id)
            notes = await _outcome_notes(tx, found.id)
            return [*texts, *notes, *await _files(tx, evidence.c.answer_id == found.id)]
        case Kind.REQUEST:
            return await _in_every_language(tx, Part.REQUEST, found.id)
        case Kind.BROADCAST:
            return await _in_every_language(tx, Part.ANNOUNCEMENT, found.id)
        case kind:
            present = [
                each
                for part, which, at in _listed(kind, found.id)
                for each in await _said(tx, part, which, at)
            ]
            if kind is Kind.ASKED:
                present += await _put_off(tx, found.id)
            if kind is Kind.ACTIVITY:
                present += await _values(tx, found.id)
            return present


def _listed(
    kind: Kind, place: int
) -> Sequence[tuple[Part, ColumnElement[bool], ColumnElement[Any]]]:
    """The texts of what is at that place: which rows hold each, and when it came."""
    match kind:
        case Kind.ITEM:
            return (
                (Part.SENTENCE, consolidations.c.item_id == place, consolidations.c.at),
                (Part.ASSESSMENT, assessments.c.item_id == place, assessments.c.given_at),
                (Part.GRADE_NOTE, grades.c.item_id == place, grades.c.entered_at),
            )
        case Kind.ASSIGNMENT:
            passed = passes.c.assignment_id == place
            return (
                (Part.NOT_OURS, assignments.c.id == place, assignments.c.ended_at),
                (Part.TASK, passed, passes.c.passed_at),
                (Part.UNIT_ANSWER, passed, passes.c.answered_at),
            )
        case Kind.ASKED:
            more_time = extensions.c.request_item_id == place
            return (
                (Part.EXCUSE, request_items.c.id == place, request_items.c.settled_at),
                (Part.EXTENSION, more_time, extensions.c.asked_at),
            )
        case Kind.ACTIVITY:
            noted = activity_notes.c.activity_id == place
            measured = indicators.c.activity_id == place
            return (
                (Part.ACTIVITY, activities.c.id == place, activities.c.created_at),
                (Part.ACTIVITY_NOTE, noted, activity_notes.c.at),
                (Part.INDICATOR, measured, indicators.c.created_at),
            )
        case Kind.CHAPTER:
            chapter, at = report_chapters.c.id == place, report_chapters.c.removed_at
            return ((Part.HEADING, chapter, at), (Part.DRAFT, chapter, at))
        case Kind.DIALOGUE_QUESTION:
            asked = dialogue_questions.c.id == place
            return (
                (Part.SAID, asked, dialogue_questions.c.typed_at),
                (Part.SAID_BACK, asked, dialogue_questions.c.settled_at),
            )
        case Kind.APPROVAL:
            return ((Part.WISH, approvals.c.id == place, approvals.c.asked_at),)
        case _:
            return ()


async def _outcome_notes(tx: Transaction, answer_id: int) -> list[Target]:
    """What was made of the comments of an answer; the place is the part of the answer."""
    rows = await tx.rows(
        select(comment_outcomes)
        .where(comment_outcomes.c.answer_id == answer_id)
        .order_by(comment_outcomes.c.part)
    )
    return [
        Target(Part.OUTCOME_NOTE, row["part"], row["note"], row["at"])
        for row in rows
        if _is_there(row["note"])
    ]


async def _in_every_language(tx: Transaction, part: Part, place: int) -> list[Target]:
    """A text that stands in several languages is one part, called by the first of them."""
    for row in await _wordings(tx, part, place):
        words = [row[each.key or ""] for each in _TEXTS_OF[part]]
        if _is_there(words[-1]):
            return [Target(part, place, words[0] if _is_there(words[0]) else words[-1])]
    return []


async def _wordings(tx: Transaction, part: Part, place: int) -> Sequence[RowMapping]:
    table, owner = _owner(part)
    return await tx.rows(select(table).where(owner == place).order_by(table.c.language))


def _owner(part: Part) -> tuple[Table, ColumnElement[Any]]:
    """The table of wordings of a part, and its column that names what they are of."""
    if part is Part.REQUEST:
        return request_texts, request_texts.c.request_id
    return broadcast_texts, broadcast_texts.c.broadcast_id


async def _put_off(tx: Transaction, request_item_id: int) -> list[Target]:
    """Why people put its reminders off: words of the audit, by the numbers of their entries."""
    rows = await tx.rows(
        select(audit_words.c.number, audit_words.c.words, audit.c.at)
        .join(audit, audit.c.number == audit_words.c.number)
        .where(
            audit_words.c.number.in_(
                select(reminders.c.entry).where(reminders.c.request_item_id == request_item_id)
            )
        )
        .order_by(audit_words.c.number)
    )
    return [
        Target(Part.LATER, row["number"], row["words"], row["at"])
        for row in rows
        if _is_there(row["words"])
    ]


async def _values(tx: Transaction, activity_id: int) -> list[Target]:
    """The values of an activity's indicators, each with its groups."""
    rows = await tx.rows(
        select(indicator_values, indicators.c.name, indicators.c.unit)
        .join(indicators, indicators.c.id == indicator_values.c.indicator_id)
        .where(indicators.c.activity_id == activity_id)
        .order_by(indicator_values.c.id)
    )
    return [Target(Part.VALUE, row["id"], _value_written(row), row["at"]) for row in rows]


def _value_written(row: RowMapping) -> str:
    name = "" if Mark.read(row["name"]) else row["name"]
    value = f"{row['year']}: {number_written(row['value'])}"
    groups = [each["group"] for each in row["disaggregation"]]
    return ", ".join(filter(None, (f"{name} {value}".strip(), *groups)))


async def _of_report(tx: Transaction, report_id: int) -> list[Target]:
    present = await _texts_at(tx, _OF_A_REPORT, report_id)
    counted = await figure_queries.of(tx, report_id)
    if counted:
        written = "\n".join(each.written() for each in counted)
        present.append(Target(Part.FIGURES, report_id, written))
    older = await versions.older(tx, report_id)
    read = await _files_that_were_read(tx, report_id, older)
    present += [
        replace(each, unseen=each.place not in read)
        for each in await _files(tx, _of_any_version([report_id]))
    ]
    present += [
        Target(Part.VERSION, each.number, each.measures, each.at)
        for each in older
        if _is_there(each.measures) or _is_there(each.remaining)
    ]
    present += await _said(tx, Part.COMMENT, reviews.c.status_update_id == report_id, reviews.c.at)
    inside = clearances.c.status_update_id == report_id
    present += await _said(tx, Part.INSIDE, inside, clearances.c.at)
    about_it = thread_words.c.status_update_id == report_id
    present += await _said(tx, Part.THREAD, about_it, thread_words.c.said_at)
    either = or_(contradictions.c.one_id == report_id, contradictions.c.other_id == report_id)
    return present + await _said(tx, Part.CONTRADICTION, either, contradictions.c.marked_at)


async def _files_that_were_read(
    tx: Transaction, report_id: int, older: Sequence[Version]
) -> set[int]:
    """Those that went with a version which was its institution's word."""
    read = {piece for each in older if each.word for piece in each.evidence}
    now = select(evidence.c.id).join(
        status_updates, status_updates.c.id == evidence.c.status_update_id
    )
    return read | set(await tx.values(now.where(status_updates.c.id == report_id, is_word())))


async def _said(
    tx: Transaction, part: Part, which: ColumnElement[bool], at: ColumnElement[Any]
) -> list[Target]:
    """What somebody wrote, one row a time, in its order."""
    columns: list[ColumnElement[Any]] = [_TEXTS[part], *_BESIDE.get(part, ())]
    if part is Part.DRAFT:
        columns.append(report_chapters.c.file_name)
    table = columns[0].table
    rows = await tx.rows(
        select(table.c.id, at.label("at"), *columns).where(which).order_by(table.c.id)
    )
    said = [(row, [row[each.key or ""] for each in columns]) for row in rows]
    return [
        Target(part, row["id"], next(filter(_is_there, words)), row["at"])
        for row, words in said
        if any(map(_is_there, words))
    ]


async def _texts_at(tx: Transaction, parts: Iterable[Part], place: int) -> list[Target]:
    present = []
    for part in parts:
        words = await _words_at(tx, part, place)
        if _is_there(words):
            present.append(Target(part, place, words or ""))
    return present


async def _words_at(tx: Transaction, part: Part, place: int) -> str | None:
    column = _TEXTS[part]
    words: str | None = await tx.value(select(column).where(column.table.c.id == place))
    return words


async def _files(tx: Transaction, which: ColumnElement[bool]) -> list[Target]:
    rows = await tx.rows(
        select(evidence.c.id, evidence.c.name, evidence.c.url, evidence.c.kind, evidence.c.added_at)
        .where(which, evidence.c.state.in_(_PRESENT))
        .order_by(evidence.c.id)
    )
    return [
        Target(Part.FILE, row["id"], row["name"] or row["url"] or row["kind"], row["added_at"])
        for row in rows
    ]


def _is_there(words: str | None) -> bool:
    return bool(words) and Mark.read(words or "") is None


def _of_any_version(ids: Iterable[int]) -> ColumnElement[bool]:
    which = list(ids)
    return or_(evidence.c.status_update_id.in_(which), evidence.c.former_id.in_(which))


async def sent_together(tx: Transaction, report_id: int) -> dict[int, str]:
    """The status updates that were sent as one report with this one, it among them: numbers by id.

    One of an import was sent by nobody, and stands alone.
    """
    this = status_updates.alias("this")
    same = select(this.c.seat_id, this.c.submitted_at, this.c.kind).where(this.c.id == report_id)
    row = await tx.row(same)
    if row is None:
        return {}
    together = or_(
        status_updates.c.id == report_id,
        *([] if row["seat_id"] is None else [_sent_as(row)]),
    )
    rows = await tx.rows(
        select(status_updates.c.id, status_updates.c.number)
        .where(together)
        .order_by(status_updates.c.id)
    )
    return {each["id"]: each["number"] for each in rows}


def _sent_as(row: RowMapping) -> ColumnElement[bool]:
    return and_(
        status_updates.c.seat_id == row["seat_id"],
        status_updates.c.submitted_at == row["submitted_at"],
        status_updates.c.kind == row["kind"],
    )


# -- Destroying ------------------------------------------------------------------------------------


async def destroy(tx: Transaction, found: About, target: Target, mark: Mark) -> Destroyed:
    """Put the mark in the place of a part, wherever the record holds it; what went is given."""
    gone = Destroyed()
    if found.kind is Kind.STATUS_UPDATE:
        gone.updates = set(await sent_together(tx, found.id))
    parts = await targets(tx, found) if target.part is Part.EVERYTHING else [target]
    for each in parts:
        if each.part is not Part.EVERYTHING:
            await _destroy_one(tx, found, each, mark, gone)
    if gone.updates:
        await _destroy_in_passes(tx, mark, gone)
    return gone


async def _destroy_one(
    tx: Transaction, found: About, target: Target, mark: Mark, gone: Destroyed
) -> None:
    match target.part:
        case Part.MEASURES | Part.REMAINING:
            texts = {target.words} | await _older_words(tx, found.id, target.part)
            await _destroy_words(tx, texts, mark, gone)
        case Part.VERSION:
            [older] = [
                each for each in await versions.older(tx, found.id) if each.number == target.place
            ]
            texts = {each for each in (older.measures, older.remaining or "") if _is_there(each)}
            await _destroy_words(tx, texts, mark, gone)
            await _destroy_figures_of(tx, found.id, target.place, gone)
        case Part.SOURCE:
            await _replace(tx, Part.SOURCE, {target.words}, mark, gone)
            gone.texts.add(target.words)
        case Part.FIGURES:
            await _destroy_figures(tx, found.id, target.words, gone)
        case Part.FILE:
            await _destroy_file(tx, target.place, mark, gone)
        case Part.REQUEST | Part.ANNOUNCEMENT:
            await _destroy_wordings(tx, target, mark, gone)
        case Part.OUTCOME_NOTE:
            own = (
                comment_outcomes.c.answer_id == found.id,
                comment_outcomes.c.part == target.place,
            )
            await tx.execute(update(comment_outcomes).where(*own).values(note=mark.written()))
            gone.texts.add(target.words)
        case Part.LATER:
            gone.texts.add(target.words)  # words of the audit alone, which go from there
        case Part.VALUE:
            await _destroy_values(tx, indicator_values.c.id == target.place)
            gone.texts.add(target.words)
        case _:
            await _destroy_text(tx, target, mark, gone)


async def _destroy_text(tx: Transaction, target: Target, mark: Mark, gone: Destroyed) -> None:
    """A text in a row of its own, with what goes with it."""
    part, column = target.part, _TEXTS[target.part]
    table = column.table
    row = await tx.row(select(table).where(table.c.id == target.place))
    assert row is not None
    values: dict[str, Any] = {}
    for each in (column, *_BESIDE.get(part, ())):
        name = each.key or ""
        if _is_there(row[name]):
            values[name] = mark.written()
            gone.texts.add(row[name])
    match part:
        case Part.RESPONSE:
            values["figures"] = []
            await _destroy_values(tx, indicator_values.c.answer_id == target.place)
        case Part.UNIT_ANSWER:
            for piece in await _files(tx, evidence.c.pass_id == target.place):
                await _destroy_file(tx, piece.place, mark, gone)
        case Part.INDICATOR:
            asked = requests.c.indicator_id == target.place
            await tx.execute(update(requests).where(asked).values(indicator=mark.written()))
        case Part.DRAFT:
            values |= {"draft": mark.written(), **dict.fromkeys(_DRAFT_FILE)}
            gone.texts |= {row["file_name"]} - {None}
            gone.files |= {row["file"]} - {None}
            of_it = requests.c.chapter_id == target.place
            await _destroy_attachments(tx, requests, of_it, gone)
    await tx.execute(update(table).where(table.c.id == target.place).values(**values))


_DRAFT_FILE = ("file", "file_name", "file_words")


async def _destroy_wordings(tx: Transaction, target: Target, mark: Mark, gone: Destroyed) -> None:
    """What was said to many, in each language, with the file that went with it."""
    part, columns = target.part, _TEXTS_OF[target.part]
    table, owner = _owner(part)
    for row in await _wordings(tx, part, target.place):
        gone.texts |= {row[each.key or ""] for each in columns}
    written = dict.fromkeys((each.key or "" for each in columns), mark.written())
    await tx.execute(update(table).where(owner == target.place).values(**written))
    if part is Part.ANNOUNCEMENT:
        await _destroy_attachments(tx, broadcasts, broadcasts.c.id == target.place, gone)
        return
    await _destroy_attachments(tx, requests, requests.c.id == target.place, gone)
    named = (requests.c.id == target.place, requests.c.indicator.is_not(None))
    gone.texts |= set(await tx.values(select(requests.c.indicator).where(*named)))
    await tx.execute(update(requests).where(*named).values(indicator=mark.written()))


async def _destroy_attachments(
    tx: Transaction, table: Table, which: ColumnElement[bool], gone: Destroyed
) -> None:
    """The files that went with requests or with an announcement."""
    rows = await tx.rows(
        select(table.c.attachment, table.c.attachment_name).where(
            which, table.c.attachment.is_not(None)
        )
    )
    gone.files |= {row["attachment"] for row in rows}
    gone.texts |= {row["attachment_name"] for row in rows} - {None}
    await tx.execute(update(table).where(which).values(attachment=None, attachment_name=None))


async def _older_words(tx: Transaction, report_id: int, part: Part) -> set[str]:
    said = await versions.older(tx, report_id)
    words = (each.measures if part is Part.MEASURES else each.remaining for each in said)
    return {each for each in words if each and _is_there(each)}


async def _destroy_words(tx: Transaction, texts: set[str], mark: Mark, gone: Destroyed) -> None:
    """These words go from every version of the report, whether done or remaining."""
    for part in (Part.MEASURES, Part.REMAINING):
        await _replace(tx, part, texts, mark, gone)
        column = status_update_versions.c[part.value]
        result = await tx.execute(
            update(status_update_versions)
            .where(status_update_versions.c.status_update_id.in_(gone.updates), column.in_(texts))
            .values({column: mark.written()})
        )
        gone.versions += result.rowcount
    gone.texts |= texts


async def _replace(
    tx: Transaction, part: Part, texts: set[str], mark: Mark, gone: Destroyed
) -> None:
    column = _TEXTS[part]
    await tx.execute(
        update(status_updates)
        .where(status_updates.c.id.in_(gone.updates), column.in_(texts))
        .values({column: mark.written()})
    )


async def _destroy_figures(tx: Transaction, report_id: int, written: str, gone: Destroyed) -> None:
    """The figures of the report, of its older versions, and of what was sent with the same ones."""
    for each in gone.updates:
        same = "\n".join(one.written() for one in await figure_queries.of(tx, each)) == written
        if each == report_id or same:
            await tx.execute(delete(figures).where(figures.c.status_update_id == each))
            await _destroy_values(tx, indicator_values.c.status_update_id == each)
            for older in await versions.older(tx, each):
                await _destroy_figures_of(tx, each, older.number, gone)
    gone.texts |= {written, *written.split("\n")}


async def _destroy_values(tx: Transaction, which: ColumnElement[bool]) -> None:
    """What figures had become in a plan; of a year that has an older value, that one counts."""
    await tx.execute(delete(indicator_values).where(which))


async def _destroy_figures_of(
    tx: Transaction, report_id: int, version: int, gone: Destroyed
) -> None:
    [older] = [each for each in await versions.older(tx, report_id) if each.number == version]
    gone.texts |= {each.written() for each in older.figures}
    await tx.execute(
        update(status_update_versions)
        .where(
            status_update_versions.c.status_update_id == report_id,
            status_update_versions.c.version == version,
        )
        .values(figures=[])
    )


async def _destroy_file(tx: Transaction, evidence_id: int, mark: Mark, gone: Destroyed) -> None:
    """The file or link, with its copies in what was sent together and in what units answered."""
    piece = await tx.row(select(evidence).where(evidence.c.id == evidence_id))
    assert piece is not None
    where = [evidence.c.id == evidence_id]
    for name in ("sha256", "file_id", "url"):
        if piece[name] is not None and gone.updates:
            near = or_(_of_any_version(gone.updates), evidence.c.pass_id.in_(_passes(gone)))
            where.append((evidence.c[name] == piece[name]) & near)
    rows = await tx.rows(select(evidence).where(or_(*where)))
    for row in rows:
        gone.pieces.add(row["id"])
        gone.texts |= {row[name] for name in ("name", "caption", "url") if row[name]}
        gone.files |= {row["sha256"]} - {None}
    await tx.execute(
        update(evidence)
        .where(evidence.c.id.in_(gone.pieces))
        .values(
            state=EvidenceState.REDACTED.value,
            caption=mark.written(),
            **dict.fromkeys(("sha256", "name", "url", "file_id", "next_try_at", "size")),
        )
    )


def _passes(gone: Destroyed) -> Select[Any]:
    """What units were asked about the assignments of these reports."""
    held = select(status_updates.c.assignment_id).where(status_updates.c.id.in_(gone.updates))
    return select(passes.c.id).where(passes.c.assignment_id.in_(held))


async def _destroy_in_passes(tx: Transaction, mark: Mark, gone: Destroyed) -> None:
    """A unit's answer that stands in the words that went."""
    rows = await tx.rows(
        select(passes.c.id, passes.c.answer).where(
            passes.c.id.in_(_passes(gone)), passes.c.answer.is_not(None)
        )
    )
    for row in rows:
        if any(row["answer"] in words for words in gone.texts):
            gone.texts.add(row["answer"])
            statement = update(passes).where(passes.c.id == row["id"])
            await tx.execute(statement.values(answer=mark.written()))


_BEGUN: Mapping[Kind, str] = {
    Kind.RESPONSE: "answer",
    Kind.ASKED: "asked",
    Kind.DIALOGUE_QUESTION: "dialogue_question",
}
"""What conversations about it are called, where that is not the first word of its subject."""


async def drop_drafts(tx: Transaction, found: About, gone: Destroyed) -> list[int]:
    """Remove what was begun about the same and holds the words; gives the conversations."""
    subjects = [found.subject, f"redact:{found.subject}"]
    subjects += [f"{each}:{found.id}" for each in ("report", "clearing")]
    held = select(status_updates.c.assignment_id).where(status_updates.c.id.in_(gone.updates))
    subjects += [f"assignment:{each}" for each in await tx.values(held)]
    subjects.append(f"{_BEGUN.get(found.kind, found.kind)}:{found.id}")
    about_it = [
        conversations.c.subject.startswith(f"{each}:", autoescape=True) for each in subjects
    ]
    rows = await tx.rows(
        select(conversations.c.id, conversations.c.state).where(
            or_(conversations.c.subject.in_(subjects), *about_it)
        )
    )
    wanted = gone.shown_as()
    ids = [row["id"] for row in rows if any(each in wanted for each in _strings(row["state"]))]
    await tx.execute(delete(conversations).where(conversations.c.id.in_(ids)))
    await tx.execute(delete(draft_messages).where(draft_messages.c.conversation_id.in_(ids)))
    return ids


def _strings(value: Any) -> Iterable[str]:
    """Every text in a conversation's state, by the same measure as `stretches`."""
    if isinstance(value, str):
        yield from stretches(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


async def take_own_messages(
    tx: Transaction,
    found: About,
    target: Target,
    gone: Destroyed,
    conversation_ids: Sequence[int],
) -> list[OwnMessage]:
    """The messages that became the words or files, forgotten here and given to be deleted.

    Of the conversations on whose screens the words stood, those of who wrote them.
    """
    person = select(seats.c.person_id).where(seats.c.id.in_(_wrote(found, target)))
    author = select(accounts.c.chat_id).where(accounts.c.person_id.in_(person))
    theirs = draft_messages.c.conversation_id.in_(conversation_ids) & (
        draft_messages.c.chat_id.in_(author)
    )
    of_it = or_(draft_messages.c.status_update_id.in_(gone.updates), theirs)
    statement = (
        select(draft_messages, accounts.c.person_id)
        .outerjoin(
            accounts,
            (accounts.c.bot_id == draft_messages.c.bot_id)
            & (accounts.c.chat_id == draft_messages.c.chat_id),
        )
        .where(of_it)
        .order_by(draft_messages.c.message_id)
    )
    is_meant = _meant(target, gone)
    taken = []
    for row in await tx.rows(statement):
        if is_meant(row):
            own = OwnMessage(row["bot_id"], row["chat_id"], row["message_id"], row["person_id"])
            taken.append(own)
            await tx.execute(
                delete(draft_messages).where(
                    draft_messages.c.bot_id == own.bot_id,
                    draft_messages.c.chat_id == own.chat_id,
                    draft_messages.c.message_id == own.message_id,
                )
            )
    return taken


def _wrote(found: About, target: Target) -> Select[Any]:
    """The seat that wrote the part."""
    if (column := _WROTE.get(target.part)) is None:
        return select(seats.c.id).where(seats.c.id == found.seat_id)
    return select(column).where(column.table.c.id == target.place)


def _meant(target: Target, gone: Destroyed) -> Callable[[Any], bool]:
    """Whether a message is of the part that goes: files one by one, texts by their step."""
    steps = _WRITTEN_AT.get(target.part)

    def is_meant(row: Any) -> bool:
        if row["step"] in _SENT:
            return target.part is Part.EVERYTHING or row["part"] in gone.pieces
        return steps is None or row["step"] in steps

    return is_meant


async def whose(tx: Transaction, found: About, target: Target) -> int | None:
    """The institution whose words a part is; None: the secretariat's.

    Of an item that is who wrote the part: an observer its assessment.
    """
    if found.institution_id is not None:
        return found.institution_id
    wrote = select(seats.c.institution_id).where(seats.c.id.in_(_wrote(found, target)))
    institution: int | None = await tx.value(wrote)
    return institution


# -- What was destroyed ----------------------------------------------------------------------------


async def add(
    tx: Transaction, subject: str, target: Target, reason: Reason, *, seat_id: int, now: datetime
) -> int:
    """Record a redaction; gives its id. What is left of its bytes is to be removed."""
    result = await tx.execute(
        insert(redactions).values(
            subject=subject,
            part=target.part.value,
            place=target.place,
            reason=reason.value,
            seat_id=seat_id,
            at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, redaction_id: int) -> Redaction | None:
    """The redaction of that id."""
    row = await tx.row(select(redactions).where(redactions.c.id == redaction_id))
    return None if row is None else _redaction(row)


async def of(tx: Transaction, subject: str) -> list[Redaction]:
    """What was destroyed of that subject, in the order in which it was."""
    statement = select(redactions).where(redactions.c.subject == subject)
    return [_redaction(row) for row in await tx.rows(statement.order_by(redactions.c.id))]


async def unsettled(tx: Transaction) -> list[int]:
    """Redactions of which bytes may be left in the store or the database file."""
    return await tx.values(select(redactions.c.id).where(redactions.c.settled_at.is_(None)))


async def settle(tx: Transaction, ids: Iterable[int], *, now: datetime) -> None:
    """Nothing of them is left."""
    statement = update(redactions).where(redactions.c.id.in_(list(ids)))
    await tx.execute(statement.values(settled_at=now))


def _redaction(row: Any) -> Redaction:
    return Redaction(
        row["id"],
        row["subject"],
        Part(row["part"]),
        row["place"],
        Reason(row["reason"]),
        row["seat_id"],
        row["at"],
        row["settled_at"] is not None,
    )

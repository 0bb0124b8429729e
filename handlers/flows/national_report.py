"""Beginning a report in preparation, its chapters, what becomes of comments, its approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

from bot import texts
from bot.domain import permissions
from bot.domain.errors import NotFound, Unfit, existing
from bot.domain.fitting import on_one_line
from bot.domain.national_reports import (
    BODIES,
    BY_DEADLINE,
    CHANGING,
    LACKING,
    LONGEST_BY,
    LONGEST_HEADING,
    LONGEST_NUMBER,
    MONTHS,
    MOST_WORDS,
    USUAL_MONTHS,
    Chapter,
    NationalKind,
    NationalReport,
    Outcome,
    ReportItem,
    Settings,
    Structure,
)
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Code, Screen, Text, Value, Words, text
from bot.domain.views import national_reports as views
from bot.domain.views.common import LIST_LENGTH, full_code
from bot.domain.views.requests import MESSAGE_LENGTH
from bot.services import chapter_comments, evidence, readiness, report_chapters
from bot.services import national_reports as service
from handlers.flows import merging
from handlers.flows.deadline import title_fits
from handlers.flows.flow import (
    Answers,
    Ask,
    Check,
    Choose,
    Flow,
    Gather,
    Meanwhile,
    Option,
    Pick,
    Review,
)
from handlers.flows.merging import Labels
from handlers.flows.picking import MOST
from handlers.flows.record import day_fits, days
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import deadlines
from storage import national_reports as queries
from storage import report_chapters as chapters

EVERY = 0
"""Chosen instead of single documents or items: all of them."""

NO_CHAPTER = 0
"""Chosen instead of a chapter: the items that are in none."""

MOST_DOCUMENTS = 200
MOST_DEADLINES = 40


# -- Screens that conversations end in -------------------------------------------------------------


async def board(turn: Turn, report_id: int, page: int = 0) -> Screen:
    """The readiness board of a report."""
    found = await readiness.board(turn.tx, turn.act, report_id, **languages(turn))
    report = found.report
    out = await queries.chapters_out(turn.tx, report.id)
    shown = found.parts[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    return views.board(
        report,
        found.stage,
        found.ready,
        [views.Line(each.chapter, each.ready, each.chapter.id in out) for each in shown],
        views.Around(
            await due(turn, report),
            tuple(await queries.approvals(turn.tx, report.id)),
            tuple(await chapter_comments.listed(turn.tx, turn.act, report.id)),
            len(found.outside),
            found.news,
        ),
        page=page,
        total=len(found.parts),
    )


async def chapter_screen(turn: Turn, chapter_id: int, page: int = 0) -> Screen:
    """One chapter with the items that lack something."""
    report, found = await readiness.part(turn.tx, turn.act, chapter_id, **languages(turn))
    lacking = [views.Lacks(*each) for each in found.lacking(LACKING)]
    out = chapter_id in await queries.chapters_out(turn.tx, report.id)
    return views.chapter(report, found.chapter, found.ready, lacking, page=page, out=out)


async def due(turn: Turn, report: NationalReport) -> date | None:
    """The day of the deadline that a report answers."""
    if report.deadline_id is None:
        return None
    return existing(await deadlines.get(turn.tx, report.deadline_id)).day


def languages(turn: Turn) -> dict[str, str]:
    """In which language items are read: the reader's, else the country's."""
    return {
        "language": turn.language,
        "default_language": turn.desk.country.default_language,
    }


# -- Beginning -------------------------------------------------------------------------------------


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_prepare_report(turn.actor))
    return {}


async def _kinds(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"national_report.kind.{each}")) for each in NationalKind]


async def _documents(turn: Turn, _answers: Answers) -> list[Option]:
    found = await queries.documents(turn.tx, limit=MOST_DOCUMENTS)
    one_by_one = [
        Option(
            document_id,
            text("flow.national_report.document", symbol=Code(symbol), count=n),
            said=text("label.one", value=Code(symbol)),
        )
        for document_id, symbol, n in found
    ]
    if len(found) < 2:
        return one_by_one
    return [*one_by_one, Option(EVERY, text("flow.national_report.every_document"))]


def _chosen(answers: Answers) -> tuple[int, ...]:
    picked: Sequence[int] = answers["documents"]
    return () if EVERY in picked else tuple(picked)


async def _structures(turn: Turn, answers: Answers) -> list[Option]:
    """What the documents have something for, and how many chapters that makes."""
    found = await service.structures(turn.tx, turn.act, _chosen(answers))
    offered = [
        Option(
            each.value,
            text(
                "flow.national_report.structured",
                by=text(f"national_report.structure.{each}"),
                count=count,
            ),
            said=text(f"national_report.structure.{each}"),
        )
        for each, count in found.items()
    ]
    own = Structure.OWN
    return [*offered, Option(own.value, text(f"national_report.structure.{own}"))]


async def _deadlines(turn: Turn, _answers: Answers) -> list[Option]:
    found = await deadlines.page(turn.tx, limit=MOST_DEADLINES, offset=0, closed=False)
    return [
        Option(
            each.id,
            text(
                "flow.national_report.deadline_of", title=Words(each.title, limit=40), day=each.day
            ),
        )
        for each in found
        if each.kind in BY_DEADLINE
    ]


def number_of_words(words: str, _turn: Turn) -> int:
    """A number of words, with or without separators; 0: no limit."""
    said = "".join(each for each in words if each not in " .,'’\u00a0\u202f٬،")
    if not said.isdecimal() or int(said) > MOST_WORDS:
        raise Unfit("flow.national_report.words_unclear", most=MOST_WORDS)
    return int(said)


def _limit_shown(answer: Any) -> Value:
    if answer:
        return text("national_report.words", count=answer)
    return text("national_report.no_limit")


async def _ages(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each, text("national_report.months", count=each)) for each in MONTHS]


async def _notes(_turn: Turn, answers: Answers) -> list[Text]:
    """What will be too old for the report."""
    months = answers.get("months", USUAL_MONTHS)
    return [text("national_report.stale_after", count=months)]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    title = answers["title"]
    wanted = service.Wanted(
        NationalKind(answers["kind"]),
        title,
        turn.language_of(title),
        _chosen(answers),
        Structure(answers["structure"]),
        answers.get("months", USUAL_MONTHS),
        deadline_id=answers.get("deadline"),
        word_limit=answers.get("word_limit") or None,
    )
    return await board(turn, await service.add(turn.tx, turn.act, wanted, **languages(turn)))


NEW = Flow(
    name="national_report",
    begins=_begins,
    steps=(
        Choose("kind", _kinds),
        Ask("title", title_fits),
        Pick("documents", _documents),
        Choose("structure", _structures),
    ),
    review=Review(
        optional=(
            Choose("deadline", _deadlines),
            Ask("word_limit", number_of_words, shows=_limit_shown),
            Choose("months", _ages),
        )
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: (
        f"deadline:{answers['deadline']}" if answers.get("deadline") else "national_reports:0"
    ),
)


async def _report(turn: Turn, answers: Answers) -> NationalReport:
    permissions.require(permissions.may_prepare_report(turn.actor))
    return existing(await queries.get(turn.tx, answers["report"]))


async def _of_report(turn: Turn, answers: Answers) -> dict[str, Value]:
    return {"title": views.report_called(await _report(turn, answers))}


async def settings_answers(turn: Turn, report: NationalReport) -> tuple[dict[str, Any], Labels]:
    """What can be changed of a report, as the answers that would make it so."""
    answers: dict[str, Any] = {
        "title": report.title,
        "documents": list(report.documents) or [EVERY],
        "word_limit": report.word_limit or 0,
        "months": report.months,
    }
    symbols = {
        each: code for each, code, _n in await queries.documents(turn.tx, limit=MOST_DOCUMENTS)
    }
    labels: Labels = {
        "months": text("national_report.months", count=report.months),
        "documents": [
            text("label.one", value=Code(symbols.get(each, ""))) for each in report.documents
        ]
        or [text("flow.national_report.every_document")],
    }
    day = await due(turn, report)
    if report.deadline_id is not None and day is not None:
        answers["deadline"] = report.deadline_id
        labels["deadline"] = text("label.one", value=day)
    return merging.with_seen(answers, labels)


def _settings(turn: Turn, answers: Answers) -> Settings:
    return Settings(
        answers["title"],
        turn.language_of(answers["title"]),
        _chosen(answers),
        answers.get("deadline"),
        answers.get("word_limit") or None,
        answers["months"],
    )


async def _change(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    report = await _report(turn, answers)
    seen = _settings(turn, answers["seen"]) if "seen" in answers else report.settings
    await service.change(turn.tx, turn.act, report.id, _settings(turn, answers), seen=seen)
    return await board(turn, report.id)


async def _changed_meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """Somebody else has changed the report: theirs stays, with what is changed here upon it."""
    if "seen" not in answers:
        return None
    report = await _report(turn, answers)
    anew, labels = await settings_answers(turn, report)
    return merging.upon(
        CHANGE,
        CHANGING,
        answers,
        versions=(
            _settings(turn, answers["seen"]),
            report.settings,
            _settings(turn, answers),
        ),
        now=({"report": report.id, **anew}, labels),
        answered={"deadline_id": "deadline"},
        called=lambda name: f"national_report.field.{name}",
        look=f"national_report:{report.id}:0",
    )


def _older_settings(_version: int, answers: Answers) -> Answers:
    """Before titles and documents could be changed: what is missing is asked."""
    return answers


CHANGE = Flow(
    name="national_report_change",
    begins=_of_report,
    steps=(
        Ask("title", title_fits),
        Pick("documents", _documents),
        Ask("word_limit", number_of_words, shows=_limit_shown),
        Choose("months", _ages),
    ),
    review=Review(optional=(Choose("deadline", _deadlines),)),
    then=_change,
    meanwhile=_changed_meanwhile,
    version=2,
    upgrade=_older_settings,
    returns_to=lambda answers: f"report_more:{answers['report']}",
)


# -- Chapters --------------------------------------------------------------------------------------


async def _chapter(turn: Turn, answers: Answers) -> Chapter:
    permissions.require(permissions.may_prepare_report(turn.actor))
    return existing(await chapters.get(turn.tx, answers["chapter"]))


async def _of_chapter(turn: Turn, answers: Answers) -> dict[str, Value]:
    return {"name": views.chapter_called(await _chapter(turn, answers), limit=views.TITLE)}


def _up_to(limit: int) -> Check:
    """A few words on one line."""
    return lambda words, _turn: on_one_line(words, limit)


async def _add(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    heading = answers["heading"]
    language = turn.language_of(heading)
    made = await report_chapters.add(turn.tx, turn.act, answers["report"], heading, language)
    return await chapter_screen(turn, made)


ADD = Flow(
    name="chapter_add",
    begins=_of_report,
    steps=(Ask("heading", _up_to(LONGEST_HEADING)),),
    then=_add,
    returns_to=lambda answers: f"national_report:{answers['report']}:0",
)


async def _rename(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    heading = answers["heading"]
    language = turn.language_of(heading)
    await report_chapters.rename(turn.tx, turn.act, answers["chapter"], heading, language)
    return await chapter_screen(turn, answers["chapter"])


RENAME = Flow(
    name="chapter_rename",
    begins=_of_chapter,
    steps=(Ask("heading", _up_to(LONGEST_HEADING)),),
    then=_rename,
    returns_to=lambda answers: f"chapter_more:{answers['chapter']}",
)


async def _limit(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    await report_chapters.limit(turn.tx, turn.act, answers["chapter"], answers["words"] or None)
    return await chapter_screen(turn, answers["chapter"])


LIMIT = Flow(
    name="chapter_limit",
    begins=_of_chapter,
    steps=(Ask("words", number_of_words),),
    then=_limit,
    returns_to=lambda answers: f"chapter_more:{answers['chapter']}",
)


async def _drafted_meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """A colleague has written the chapter."""
    chapter = await _chapter(turn, answers)
    if chapter.version == answers["after"]:
        return None
    told, changed = views.drafted_meanwhile(chapter)
    return Meanwhile(
        told,
        changed=changed,
        look=f"chapter:{chapter.id}:0",
        upon={**answers, "after": chapter.version},
    )


async def _write(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = joined(answers["words"])
    await report_chapters.redraft(
        turn.tx,
        turn.act,
        answers["chapter"],
        words=words,
        language=turn.language_of(words),
        after=answers["after"],
    )
    return await chapter_screen(turn, answers["chapter"])


WRITE = Flow(
    name="chapter_write",
    begins=_of_chapter,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="words"),
    then=_write,
    meanwhile=_drafted_meanwhile,
    returns_to=lambda answers: f"chapter:{answers['chapter']}:0",
)


async def _send(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    file = await evidence.only_file_of_draft(turn.tx, conversation_id)
    if file is None:
        raise NotFound
    await report_chapters.redraft(
        turn.tx, turn.act, answers["chapter"], file=file, after=answers["after"]
    )
    return await chapter_screen(turn, answers["chapter"])


SEND = Flow(
    name="chapter_send",
    begins=_of_chapter,
    steps=(Gather("file"),),
    review=Review(files_to="file"),
    then=_send,
    meanwhile=_drafted_meanwhile,
    returns_to=lambda answers: f"chapter:{answers['chapter']}:0",
)


Sources: TypeAlias = dict[int, tuple[Chapter | None, list[ReportItem]]]


async def sources(turn: Turn, chapter_id: int) -> Sources:
    """From where items can come into a chapter: from none, `NO_CHAPTER`, and from other ones."""
    found = await readiness.elsewhere(turn.tx, turn.act, chapter_id)
    return {NO_CHAPTER if each is None else each.id: (each, items) for each, items in found}


async def _sources(turn: Turn, answers: Answers) -> list[Option]:
    found = await sources(turn, answers["chapter"])
    return [
        Option(value, views.source_of_items(chapter, len(items)))
        for value, (chapter, items) in found.items()
    ]


async def _items(turn: Turn, answers: Answers) -> list[ReportItem]:
    """The items of where they are to come from."""
    found = await sources(turn, answers["chapter"])
    _chapter, items = found.get(answers.get("source", NO_CHAPTER), (None, []))
    return items


async def _movable(turn: Turn, answers: Answers) -> list[Option]:
    """Those items, or each of the first ones."""
    found = await _items(turn, answers)
    options = [Option(each.id, text("label.one", value=full_code(each))) for each in found[:MOST]]
    if len(found) < 2:
        return options
    return [Option(EVERY, text("picking.all", count=len(found))), *options]


async def _put(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    picked: Sequence[int] = answers["items"]
    if EVERY in picked:
        picked = [each.id for each in await _items(turn, answers)]
    await report_chapters.put(turn.tx, turn.act, answers["chapter"], picked)
    return await chapter_screen(turn, answers["chapter"])


PUT = Flow(
    name="chapter_put",
    begins=_of_chapter,
    steps=(Choose("source", _sources, first=LIST_LENGTH), Pick("items", _movable)),
    then=_put,
    returns_to=lambda answers: f"chapter_more:{answers['chapter']}",
)


# -- Comments --------------------------------------------------------------------------------------


async def _commented(turn: Turn, answers: Answers) -> dict[str, Value]:
    _, each = await chapter_comments.one(turn.tx, turn.act, answers["answer"], answers["part"])
    return {"words": Words(each.words, each.language, limit=500)}


async def _note(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    answer_id, part, note = answers["answer"], answers["part"], answers["note"]
    await chapter_comments.settle(
        turn.tx,
        turn.act,
        answer_id,
        part,
        Outcome(answers["outcome"]),
        note=note,
        language=turn.language_of(note),
    )
    return await comment_screen(turn, answer_id, part)


async def comment_screen(turn: Turn, answer_id: int, part: int) -> Screen:
    """One comment, and what becomes of it."""
    report, each = await chapter_comments.one(turn.tx, turn.act, answer_id, part)
    named = {one.id: one for one in await chapters.of_report(turn.tx, report.id)}
    may = permissions.may_redact(turn.actor)
    return views.comment(report, each, named, may_redact=may, language=turn.language)


NOTE = Flow(
    name="comment_note",
    begins=_commented,
    steps=(Ask("note", words_fit, limit=LONGEST_TEXT),),
    then=_note,
    returns_to=lambda answers: f"comment:{answers['answer']}:{answers['part']}",
)


async def as_draft(turn: Turn, found: Chapter) -> dict[str, Any]:
    """A chapter as it goes out for comments: its draft as the file or the words of the request.

    One that is too long for a message, or not written yet, is asked for as a file.
    """
    language = found.draft_language or turn.language
    if language not in texts.available():
        language = turn.language
    called = text("label.one", value=views.chapter_called(found))
    words = turn.desk.texts.render(called, language, mode="bare", timezone=turn.timezone)
    fits = found.draft is not None and len(found.draft) <= MESSAGE_LENGTH
    if fits:
        words = f"{words}\n{found.draft}"
    answers: dict[str, Any] = {f"words_{language}": words}
    if fits or found.file is not None:
        answers["attachment"] = []
    return answers


# -- Approval, submission --------------------------------------------------------------------------


async def _bodies(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each, text(f"national_report.body.{each}")) for each in BODIES]


async def _approve(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    approved = service.Approved(
        answers["by"],
        date.fromisoformat(answers["approved_on"]),
        answers.get("number"),
        await evidence.only_file_of_draft(turn.tx, conversation_id),
    )
    await service.approve(turn.tx, turn.act, answers["report"], approved, answers["seen"])
    return await board(turn, answers["report"])


async def _approve_notes(turn: Turn, answers: Answers) -> list[Text]:
    """That the report has been changed since the officer began to record it."""
    report = await _report(turn, answers)
    if report.revision > answers["seen"]:
        return [text("national_report.changed_since", at=report.changed_at)]
    return []


APPROVE = Flow(
    name="report_approve",
    begins=_of_report,
    steps=(
        Choose("by", _bodies, check=_up_to(LONGEST_BY)),
        Choose("approved_on", days, check=day_fits, shows=date.fromisoformat),
    ),
    review=Review(
        optional=(Ask("number", _up_to(LONGEST_NUMBER)), Gather("file")), files_to="file"
    ),
    notes=_approve_notes,
    then=_approve,
    returns_to=lambda answers: f"national_report:{answers['report']}:0",
)


async def _submit(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    await service.submit(
        turn.tx,
        turn.act,
        answers["report"],
        day=date.fromisoformat(answers["day"]),
        symbol=answers.get("symbol"),
    )
    return await board(turn, answers["report"])


async def _submit_notes(turn: Turn, answers: Answers) -> list[Text]:
    """What is other than it was approved."""
    report = await _report(turn, answers)
    approved = await queries.approvals(turn.tx, report.id)
    if approved and approved[0].revision < report.revision:
        return [text("national_report.changed_since", at=report.changed_at)]
    return []


SUBMIT = Flow(
    name="report_submit",
    begins=_of_report,
    steps=(Choose("day", days, check=day_fits, shows=date.fromisoformat),),
    review=Review(optional=(Ask("symbol", _up_to(LONGEST_NUMBER)),)),
    notes=_submit_notes,
    then=_submit,
    returns_to=lambda answers: f"national_report:{answers['report']}:0",
)


# -- Taking back -----------------------------------------------------------------------------------


async def _of_approval(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_prepare_report(turn.actor))
    found = existing(await queries.approval(turn.tx, answers["approval"]))
    return {"by": views.body(found.by), "day": found.approved_on}


async def _unapprove(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    report = await service.take_back_approval(
        turn.tx, turn.act, answers["approval"], answers["reason"]
    )
    return await board(turn, report.id)


UNAPPROVE = Flow(
    name="report_unapprove",
    begins=_of_approval,
    steps=(Ask("reason", words_fit, limit=LONGEST_TEXT),),
    then=_unapprove,
    returns_to=lambda answers: f"report_approvals:{answers['report']}",
)


async def _unsubmit(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    report = await service.take_back_submission(
        turn.tx, turn.act, answers["report"], answers["reason"]
    )
    return await board(turn, report.id)


UNSUBMIT = Flow(
    name="report_unsubmit",
    begins=_of_report,
    steps=(Ask("reason", words_fit, limit=LONGEST_TEXT),),
    then=_unsubmit,
    returns_to=lambda answers: f"report_more:{answers['report']}",
)

"""Reports in preparation: chapters, how ready they are, comments, approval; their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.exports import ExportKind
from bot.domain.national_reports import (
    BY_DEADLINE,
    Chapter,
    NationalReport,
    NotSubmitted,
    Outcome,
)
from bot.domain.requests import RequestKind
from bot.domain.screens import Attachment, Text, Words, text
from bot.domain.views import exports as export_views
from bot.domain.views import national_reports as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import chapter_comments, exports, opened, readiness, report_chapters
from bot.services import national_reports as service
from handlers.card import number
from handlers.flows import national_report as flow
from handlers.home import page_number
from handlers.turn import Turn
from storage import assignments, deadlines
from storage import national_reports as queries
from storage import report_chapters as chapters

# -- The list, beginning one -----------------------------------------------------------------------


async def overview(turn: Turn, argument: str) -> None:
    """`national_reports:0`: a page of the reports."""
    permissions.require(permissions.may_prepare_report(turn.actor))
    page = page_number(argument)
    found = await queries.page(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    stages = await readiness.stages(turn.tx, found)
    shown = [(each, stages[each.id], await flow.due(turn, each)) for each in found]
    await turn.show(views.overview(await queries.count(turn.tx), page, shown))


async def new(turn: Turn, argument: str) -> None:
    """`national_report_new`, `national_report_new:5`: the one that answers that deadline."""
    permissions.require(permissions.may_prepare_report(turn.actor))
    answers: dict[str, Any] = {}
    labels: dict[str, Text | list[Text]] = {}
    if argument:
        found = existing(await deadlines.get(turn.tx, number(argument)))
        kind = BY_DEADLINE.get(found.kind)
        if kind is None:
            raise NotFound
        answers = {"deadline": found.id, "kind": kind.value, "title": found.title}
        labels = {
            "kind": text(f"national_report.kind.{kind}"),
            "deadline": text("label.one", value=found.day),
        }
    await turn.desk.runner.begin(turn, flow.NEW.name, labels=labels, **answers)


async def board(turn: Turn, argument: str) -> None:
    """`national_report:5:0`: how ready it is, a page of its chapters."""
    which, _, page = argument.partition(":")
    await turn.show(await flow.board(turn, number(which), page_number(page)))


async def more(turn: Turn, argument: str) -> None:
    """`report_more:5`: what is done less often."""
    await turn.show(views.more(await _report(turn, argument)))


async def change(turn: Turn, argument: str) -> None:
    """`report_change:5`: its title, documents and deadline, its limit, what is too old for it."""
    report = await _report(turn, argument)
    answers, labels = await flow.settings_answers(turn, report)
    await turn.desk.runner.begin(
        turn,
        flow.CHANGE.name,
        subject=f"national_report:{report.id}",
        labels=labels,
        report=report.id,
        **answers,
    )


async def ask_to_drop(turn: Turn, argument: str) -> None:
    """`report_ask_drop:5`: asked once more."""
    await turn.show(views.ask_to_drop(await _report(turn, argument)))


async def drop(turn: Turn, argument: str) -> None:
    """`report_drop:5`: it is prepared no more."""
    await service.drop(turn.tx, turn.act, number(argument))
    turn.toast = text("national_report.dropped")
    await overview(turn, "0")


# -- Chapters --------------------------------------------------------------------------------------


async def chapter(turn: Turn, argument: str) -> None:
    """`chapter:9:0`: one chapter, a page of the items that lack something."""
    which, _, page = argument.partition(":")
    await turn.show(await flow.chapter_screen(turn, number(which), page_number(page)))


async def chapter_more(turn: Turn, argument: str) -> None:
    """`chapter_more:9`: its place, its name, who writes it."""
    await _chapter_more(turn, await _chapter(turn, argument))


async def _chapter_more(turn: Turn, found: Chapter) -> None:
    mine = found.owner_id is not None and turn.actor.holds(found.owner_id)
    may_redact = permissions.may_redact(turn.actor)
    await turn.show(views.chapter_more(found, mine=mine, may_redact=may_redact))


async def add(turn: Turn, argument: str) -> None:
    """`chapter_add:5`: one chapter more; its heading is asked for."""
    report = await _report(turn, argument)
    await turn.desk.runner.begin(turn, flow.ADD.name, report=report.id)


async def rename(turn: Turn, argument: str) -> None:
    """`chapter_rename:9`: another heading is asked for."""
    await _begin(turn, flow.RENAME.name, await _chapter(turn, argument))


async def limit(turn: Turn, argument: str) -> None:
    """`chapter_limit:9`: how many words it may have."""
    await _begin(turn, flow.LIMIT.name, await _chapter(turn, argument))


async def write(turn: Turn, argument: str) -> None:
    """`chapter_write:9`: its draft as a text."""
    await _begin(turn, flow.WRITE.name, await _chapter(turn, argument))


async def send(turn: Turn, argument: str) -> None:
    """`chapter_send:9`: its draft as a file."""
    await _begin(turn, flow.SEND.name, await _chapter(turn, argument))


async def put(turn: Turn, argument: str) -> None:
    """`chapter_put:9`: items that are in no chapter, or in another one, come into this one."""
    found = await _chapter(turn, argument)
    there = await flow.sources(turn, found.id)
    if not there:
        await turn.remark(text("national_report.nothing_to_put"))
    elif len(there) == 1:
        await _begin(turn, flow.PUT.name, found, source=next(iter(there)))
    else:
        await _begin(turn, flow.PUT.name, found)


async def _begin(turn: Turn, name: str, found: Chapter, **answers: Any) -> None:
    subject = f"chapter:{found.id}"
    await turn.desk.runner.begin(
        turn, name, subject=subject, chapter=found.id, after=found.version, **answers
    )


async def undraft(turn: Turn, argument: str) -> None:
    """`chapter_undraft:9:2`: that draft is not wanted any more."""
    which, _, version = argument.partition(":")
    await report_chapters.redraft(turn.tx, turn.act, number(which), after=number(version))
    await chapter(turn, f"{which}:0")


async def up(turn: Turn, argument: str) -> None:
    """`chapter_up:9`: one place up."""
    await report_chapters.move(turn.tx, turn.act, number(argument), up=True)
    await chapter_more(turn, argument)


async def down(turn: Turn, argument: str) -> None:
    """`chapter_down:9`: one place down."""
    await report_chapters.move(turn.tx, turn.act, number(argument), up=False)
    await chapter_more(turn, argument)


async def mine(turn: Turn, argument: str) -> None:
    """`chapter_mine:9`: whoever taps writes it."""
    await report_chapters.own(turn.tx, turn.act, number(argument), mine=True)
    await chapter_more(turn, argument)


async def not_mine(turn: Turn, argument: str) -> None:
    """`chapter_not_mine:9`: nobody is said to write it."""
    await report_chapters.own(turn.tx, turn.act, number(argument), mine=False)
    await chapter_more(turn, argument)


async def ask_to_remove(turn: Turn, argument: str) -> None:
    """`chapter_ask_remove:9`: asked once more."""
    found = await _chapter(turn, argument)
    its = await readiness.items_of(turn.tx, turn.act, found.id)
    await turn.show(views.ask_to_remove(found, len(its)))


async def remove(turn: Turn, argument: str) -> None:
    """`chapter_remove:9`: it is no part of the report any more."""
    report_id = await report_chapters.remove(turn.tx, turn.act, number(argument))
    await turn.show(await flow.board(turn, report_id))


async def outside(turn: Turn, argument: str) -> None:
    """`report_outside:5:0`: a page of the items that are in no chapter."""
    which, _, page = argument.partition(":")
    report = await _report(turn, which)
    found = await readiness.outside(turn.tx, turn.act, report.id)
    await turn.show(views.outside(report, found, page_number(page)))


async def complete(turn: Turn, argument: str) -> None:
    """`report_complete:5`: the chapters that its structure makes of them are added."""
    report = await _report(turn, argument)
    made = await report_chapters.complete(turn.tx, turn.act, report.id, **flow.languages(turn))
    turn.toast = text("national_report.completed", count=made)
    await turn.show(await flow.board(turn, report.id))


async def chapter_file(turn: Turn, argument: str) -> None:
    """`chapter_file:9`: its draft, as it was sent."""
    found = await _chapter(turn, argument)
    if found.file is None:
        raise NotFound
    named = Attachment(found.file, found.file_name or "")
    shown = views.file(views.chapter_called(found), named)
    await opened.files(turn.tx, turn.act, f"chapter:{found.id}", shown)
    await turn.show(shown)


# -- Asking ----------------------------------------------------------------------------------------


async def ask(turn: Turn, argument: str) -> None:
    """`report_ask:5`: what is missing in the whole report."""
    report = await _report(turn, argument)
    await _ask(turn, report, await readiness.to_ask(turn.tx, turn.act, report.id))


async def chapter_ask(turn: Turn, argument: str) -> None:
    """`chapter_ask:9`: what is missing in one chapter."""
    found = await _chapter(turn, argument)
    report = await _report(turn, str(found.report_id))
    await _ask(turn, report, await readiness.to_ask_of(turn.tx, turn.act, found.id))


async def _ask(turn: Turn, report: NationalReport, to_ask: Sequence[int]) -> None:
    """The request for exactly these assignments; none where all of it is asked already."""
    permissions.require(permissions.may_ask(turn.actor) and report.is_open)
    if not to_ask:
        await turn.remark(text("national_report.nothing_to_ask"))
        return
    held = await assignments.of_ids(turn.tx, to_ask)
    await turn.desk.runner.begin(
        turn,
        "request",
        labels={"kind": text(f"request.kind.{RequestKind.STATUS}")},
        kind=RequestKind.STATUS.value,
        selection="-",
        items=sorted({each.item_id for each in held}),
        assignments=list(to_ask),
        report=report.id,
        **_before(report),
    )


async def comment_on(turn: Turn, argument: str) -> None:
    """`chapter_comment:9`: it goes to institutions for comments, with its draft if it has one."""
    found = await _chapter(turn, argument)
    report = await _report(turn, str(found.report_id))
    permissions.require(permissions.may_ask(turn.actor) and report.is_open)
    answers = await flow.as_draft(turn, found)
    await turn.desk.runner.begin(
        turn,
        "request_comment",
        kind=RequestKind.COMMENT.value,
        report=report.id,
        chapter=found.id,
        **answers,
        **_before(report),
    )


def _before(report: NationalReport) -> dict[str, Any]:
    return {} if report.deadline_id is None else {"deadline": report.deadline_id}


# -- Comments --------------------------------------------------------------------------------------


async def comments(turn: Turn, argument: str) -> None:
    """`chapter_comments:5:0`: a page of what institutions said of the chapters."""
    which, _, page = argument.partition(":")
    report = await _report(turn, which)
    every = await chapter_comments.listed(turn.tx, turn.act, report.id)
    named = {each.id: each for each in await chapters.of_report(turn.tx, report.id)}
    shown = views.comments(report, every, named, page_number(page), language=turn.language)
    await turn.show(shown)


async def comment(turn: Turn, argument: str) -> None:
    """`comment:12:0`: one comment of an answer."""
    answer_id, part = _two(argument)
    _, each = await chapter_comments.one(turn.tx, turn.act, answer_id, part)
    await opened.answer(turn.tx, turn.act, each.request_item_id)
    await turn.show(await flow.comment_screen(turn, answer_id, part))


async def settle(turn: Turn, argument: str) -> None:
    """`comment_settle:12:0:taken_up`: what became of it."""
    about, _, outcome = argument.rpartition(":")
    answer_id, part = _two(about)
    if outcome not in set(Outcome):
        raise NotFound
    _, each = await chapter_comments.one(turn.tx, turn.act, answer_id, part)
    await chapter_comments.settle(
        turn.tx,
        turn.act,
        answer_id,
        part,
        Outcome(outcome),
        note=each.note,
        language=each.note_language,
    )
    await turn.show(await flow.comment_screen(turn, answer_id, part))


async def note(turn: Turn, argument: str) -> None:
    """`comment_note:12:0`: more on what became of it."""
    answer_id, part = _two(argument)
    _, each = await chapter_comments.one(turn.tx, turn.act, answer_id, part)
    if each.outcome is None:
        raise Outdated
    await turn.desk.runner.begin(
        turn,
        flow.NOTE.name,
        subject=f"answer:{answer_id}:{part}",
        answer=answer_id,
        part=part,
        outcome=each.outcome.value,
    )


# -- Approval, submission, files -------------------------------------------------------------------


async def approve(turn: Turn, argument: str) -> None:
    """`report_approve:5`: by whom and when is asked for."""
    report = await _report(turn, argument)
    await turn.desk.runner.begin(turn, flow.APPROVE.name, report=report.id, seen=report.revision)


async def approvals(turn: Turn, argument: str) -> None:
    """`report_approvals:5`: every approval."""
    report = await _report(turn, argument)
    await turn.show(views.approvals(report, await queries.approvals(turn.tx, report.id)))


async def approval_file(turn: Turn, argument: str) -> None:
    """`approval_file:3`: the decision, as it was sent."""
    permissions.require(permissions.may_prepare_report(turn.actor))
    found = existing(await queries.approval(turn.tx, number(argument)))
    if found.file is None:
        raise NotFound
    shown = views.file(
        Words(found.number) if found.number else views.body(found.by),
        Attachment(found.file, found.file_name or ""),
    )
    await opened.files(turn.tx, turn.act, f"national_report:{found.report_id}", shown)
    await turn.show(shown)


async def unapprove(turn: Turn, argument: str) -> None:
    """`report_unapprove:3`: an approval was recorded by mistake; why is asked for."""
    permissions.require(permissions.may_prepare_report(turn.actor))
    found = existing(await queries.approval(turn.tx, number(argument)))
    await turn.desk.runner.begin(
        turn, flow.UNAPPROVE.name, approval=found.id, report=found.report_id
    )


async def unsubmit(turn: Turn, argument: str) -> None:
    """`report_unsubmit:5`: a submission was recorded by mistake; why is asked for."""
    report = await _report(turn, argument)
    if report.is_open:
        raise NotSubmitted
    await turn.desk.runner.begin(turn, flow.UNSUBMIT.name, report=report.id)


async def submit(turn: Turn, argument: str) -> None:
    """`report_submit:5`: when, and under which symbol."""
    report = await _report(turn, argument)
    await turn.desk.runner.begin(turn, flow.SUBMIT.name, report=report.id)


async def report_file(turn: Turn, argument: str) -> None:
    """`report_file:5`: the report as a Word file."""
    await _make(turn, argument, ExportKind.NATIONAL_REPORT)


async def comments_file(turn: Turn, argument: str) -> None:
    """`comments_file:5`: all comments in one table."""
    await _make(turn, argument, ExportKind.COMMENTS)


async def _make(turn: Turn, argument: str, kind: ExportKind) -> None:
    report = await _report(turn, argument)
    job_id = await exports.ask_of_report(turn.tx, turn.act, kind, report.id, language=turn.language)
    row = await turn.show(export_views.making(kind, job_id))
    await exports.shown_in(turn.tx, job_id, row)


# -- Inside ----------------------------------------------------------------------------------------


async def _report(turn: Turn, argument: str) -> NationalReport:
    permissions.require(permissions.may_prepare_report(turn.actor))
    return existing(await queries.get(turn.tx, number(argument)))


async def _chapter(turn: Turn, argument: str) -> Chapter:
    permissions.require(permissions.may_prepare_report(turn.actor))
    return existing(await chapters.get(turn.tx, number(argument)))


def _two(argument: str) -> tuple[int, int]:
    one, _, other = argument.partition(":")
    return number(one), number(other)


ACTS = {
    "national_reports": overview,
    "national_report_new": new,
    "national_report": board,
    "report_more": more,
    "report_change": change,
    "report_ask_drop": ask_to_drop,
    "report_drop": drop,
    "report_outside": outside,
    "report_complete": complete,
    "report_ask": ask,
    "report_approve": approve,
    "report_approvals": approvals,
    "report_submit": submit,
    "report_unapprove": unapprove,
    "report_unsubmit": unsubmit,
    "report_file": report_file,
    "chapter": chapter,
    "chapter_more": chapter_more,
    "chapter_add": add,
    "chapter_rename": rename,
    "chapter_limit": limit,
    "chapter_write": write,
    "chapter_send": send,
    "chapter_put": put,
    "chapter_undraft": undraft,
    "chapter_up": up,
    "chapter_down": down,
    "chapter_mine": mine,
    "chapter_not_mine": not_mine,
    "chapter_ask_remove": ask_to_remove,
    "chapter_remove": remove,
    "chapter_file": chapter_file,
    "chapter_ask": chapter_ask,
    "chapter_comment": comment_on,
    "chapter_comments": comments,
    "comment": comment,
    "comment_settle": settle,
    "comment_note": note,
    "comments_file": comments_file,
    "approval_file": approval_file,
}
COMMANDS = {"reports": "national_reports"}

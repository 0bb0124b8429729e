"""Screens of a report: what is asked, the receipt, and what others are told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.home import Entry
from bot.domain.reports import Acknowledged, Keeps, Receipt, ReportKind
from bot.domain.screens import (
    Button,
    Code,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import BESIDE, HOME_BESIDE, dotted, evidence_facts, item_code

EXCERPT = 300
KINDS = ("document", "photo", "voice", "audio", "video")
TEXT_KEYS = (
    *(f"evidence.kind.{each}" for each in KINDS),
    *(f"report.withdraw.keeps_{each}" for each in Keeps),
)


def receipt(given: Receipt, next_item: Entry | None) -> Screen:
    """What was committed, what comes next, and the way to the next item."""
    first, *others = given.updates
    lines: list[Text | None] = [_acknowledged(given, first)]
    if given.measures:
        lines.append(text("card.words", words=Words(given.measures, given.language, limit=EXCERPT)))
    facts = evidence_facts(given.evidence)
    if facts is not None:
        lines.append(text("receipt.evidence", facts=facts))
    if others:
        listed = tuple(dotted(Code(each.number), Code(each.code)) for each in others)
        lines.append(text("receipt.also", count=len(others), items=Listing(listed)))
    lines += who_is_next(given.updates, clears=given.clears)
    row: list[Button] = []
    if next_item is not None:
        code = item_code(next_item)
        row.append(button("next_item", f"card:{next_item.assignment_id}:{BESIDE}", item=code))
    return message(*lines, rows=[(*row, HOME_BESIDE)])


def who_is_next(updates: Sequence[Acknowledged], *, clears: bool) -> list[Text]:
    """Who has it next; where several items part ways, both."""
    waits = sum(each.uncleared for each in updates)
    if not waits:
        return [text("receipt.next_secretariat")]
    lines = [text("receipt.next_validator" if clears else "receipt.no_validator")]
    if waits < len(updates):
        lines.append(text("receipt.some_sent", count=len(updates) - waits))
    return lines


def _acknowledged(given: Receipt, first: Acknowledged) -> Text:
    status = text(f"status.{given.status}")
    number, item = Code(first.number), Code(first.code)
    if given.version > 1:
        version = given.version
        return text("receipt.amended", number=number, version=version, item=item, status=status)
    if given.kind is ReportKind.UNCHANGED:
        return text("receipt.unchanged", number=number, item=item, status=status, day=given.as_of)
    return text("receipt.report", number=number, item=item, status=status)


def _open(assignment_id: int, code: str) -> Button:
    return button("open_item", f"card:{assignment_id}:{BESIDE}", item=Code(code))


def amend_instead(status_update_id: int, number: str) -> Screen:
    """A message was edited after its report was sent: nothing changed, and what could be done."""
    return message(
        text("report.edited", number=Code(number)),
        rows=[(button("amend", f"amend:{status_update_id}"),)],
    )


def withdraw(
    status_update_id: int, number: str, code: str, assignment_id: int, keeps: Keeps
) -> Screen:
    """Asked before a report is taken back: what of it stays in the record."""
    return screen(
        text("report.withdraw", number=Code(number), item=Code(code)),
        text(f"report.withdraw.keeps_{keeps}"),
        rows=[
            (
                button("withdraw_yes", f"withdraw_yes:{status_update_id}"),
                button("back", f"card:{assignment_id}"),
            )
        ],
    )


def withdrawn(number: str, code: str, assignment_id: int) -> Screen:
    """The report was taken back."""
    return message(
        text("report.withdrawn", number=Code(number), item=Code(code)),
        rows=[(_open(assignment_id, code), HOME_BESIDE)],
    )


def disowned(code: str) -> Screen:
    """The item is the secretariat's again."""
    return message(text("not_ours.done", item=Code(code)), rows=[(HOME_BESIDE,)])


def asked(code: str, assignment_id: int) -> Screen:
    """The question is with the secretariat."""
    return message(
        text("question.asked", item=Code(code)),
        rows=[(_open(assignment_id, code), HOME_BESIDE)],
    )


def answered(
    code: str,
    assignment_id: int,
    *,
    question: tuple[str, str],
    answer: tuple[str, str],
) -> Screen:
    """Told to who asked; words come with their language."""
    return message(
        text("question.answered", item=Code(code)),
        text("question.quoted", words=Words(*question, limit=EXCERPT)),
        text("card.words", words=Words(*answer, limit=3000)),
        text("question.reply"),
        rows=[(_open(assignment_id, code),)],
    )


def answer_sent(code: str) -> Screen:
    """Told to the officer who answered."""
    return message(text("question.answer_sent", item=Code(code)), rows=[(HOME_BESIDE,)])


def arrived(*, reports: int, questions: int, not_ours: int) -> Screen:
    """The secretariat's one message of the day: how much has come in."""
    parts = []
    if reports:
        parts.append(text("arrived.reports", count=reports))
    if questions:
        parts.append(text("secretariat.questions", count=questions))
    if not_ours:
        parts.append(text("secretariat.not_ours", count=not_ours))
    line = text("arrived.today", parts=Listing(tuple(parts))) if parts else text("arrived.nothing")
    return message(line, rows=[(HOME_BESIDE,)])


def recorded(
    update: Acknowledged, given: Receipt, source: str, source_on: date, assignment_id: int
) -> Screen:
    """Told to an institution: the secretariat recorded what it said elsewhere."""
    return message(
        text(
            "report.recorded",
            number=Code(update.number),
            item=Code(update.code),
            status=text(f"status.{given.status}"),
            source=Words(source),
            day=source_on,
        ),
        text("card.words", words=Words(given.measures, given.language, limit=EXCERPT)),
        rows=[(_open(assignment_id, update.code), HOME_BESIDE)],
    )


def can_be_sent(status: Text, draft_id: int) -> Screen:
    """The file that the status needs is stored: the report can be sent now."""
    return message(
        text("evidence.can_be_sent", status=status),
        rows=[(button("continue", f"draft:{draft_id}"),)],
    )


def file_refused(reason: Text, *, name: str | None, kind: str, draft_id: int | None) -> Screen:
    """Why a file was not taken, and what to do instead; the draft is as it was."""
    called: Value = Words(name, limit=80) if name else text(f"evidence.kind.{kind}")
    rows: list[Row] = [(button("continue", f"draft:{draft_id}"),)] if draft_id is not None else []
    return message(
        text("evidence.refused", name=called), reason, text("evidence.instead"), rows=rows
    )

"""The card of an item: what it says, who answers for it, what was said last, what one can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.items import Assignment, AssignmentState, Item, ItemText, Part, ReportState
from bot.domain.passing import Pass, PassState
from bot.domain.reports import EvidenceCounts
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
    screen,
    text,
)
from bot.domain.views.assessments import Beside
from bot.domain.views.common import HOME, dotted, evidence_facts, item_code

TEXT_LENGTH = 2000
COMMENT_LENGTH = 600
SIBLINGS = 4
PASSED = 4
"""So many units' answers stand on a card."""

TEXT_KEYS = tuple(
    ["button.clearance_on", "button.clearance_off"]
    + [f"card.state.{each}" for each in ReportState]
    + [f"card.closed.{each}" for each in (AssignmentState.DISOWNED, AssignmentState.ENDED)]
    + [f"part.{each}" for each in Part]
)


@dataclass(frozen=True)
class Alike:
    """A sibling: how it is called, and what each institution said last of it."""

    code: Value
    answers: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Card:
    """Everything a card shows; names and texts are in the reader's language already."""

    assignment: Assignment
    item: Item
    words: ItemText | None
    lead: Value | None  # where it is another institution
    others: tuple[Value, ...]
    similar: tuple[Alike, ...]
    evidence: EvidenceCounts
    comment: Words | None
    draft_id: int | None
    may_report: bool
    may_withdraw: bool
    open_questions: int
    inside: Inside | None = None  # what was sent after that and is not the institution's word
    marks: bool = False  # whether the reader marks items for clearance here
    passed: tuple[Pass, ...] = ()  # to units of the institution
    may_pass: bool = False
    may_amend: int | None = None  # the report that may be amended
    contributions: int = 0  # cleared reports of contributors, for the lead
    asked: Sequence[int] = ()  # reports that the secretariat asks about
    beside: Beside | None = None  # others' assessments and grades
    planned: int = 0  # activities for the item that this person sees


@dataclass(frozen=True)
class Inside:
    """A report that waits for clearance, or came back from it; its words only where they may be.

    Who else reads it (the secretariat) knows of its number and its state.
    """

    id: int
    number: str
    state: ReportState
    sent_at: datetime
    status: str | None
    comment: Words | None
    may_withdraw: bool
    may_clear: bool


def card(shown: Card) -> Screen:
    """The card of an assignment, for the institution that it belongs to."""
    lines = [_head(shown), *_words(shown), *_around(shown), None, *_last(shown)]
    if shown.inside is not None:
        lines += _inside(shown.inside)
    if shown.open_questions:
        lines.append(text("card.open_questions", count=shown.open_questions))
    lines += _passed(shown.passed)
    if shown.beside is None or not shown.beside.count:
        return screen(*lines, rows=_rows(shown))
    *rows, last = _rows(shown)
    return screen(*lines, None, *shown.beside.lines, rows=[*rows, (shown.beside.opens,), last])


def item_lines(item: Item, words: ItemText | None) -> list[Text | None]:
    """What an item says, whoever answers for it: the beginning of its screen elsewhere."""
    return [text("card.head", head=dotted(*_facts(item))), *_text_lines(item, words)]


def _facts(item: Item) -> list[Value]:
    facts: list[Value] = [item_code(item)]
    if item.position is not None:
        facts.append(text(f"position.{item.position}"))
    return facts


def _head(shown: Card) -> Text:
    facts = _facts(shown.item)
    assignment = shown.assignment
    if assignment.due_on is not None and (assignment.owed or assignment.returned):
        facts.append(text("card.due", due=assignment.due_on))
    facts.append(text(f"part.{shown.assignment.part}"))
    return text("card.head", head=dotted(*facts))


def _words(shown: Card) -> list[Text | None]:
    return _text_lines(shown.item, shown.words)


def _text_lines(item: Item, words: ItemText | None) -> list[Text | None]:
    """The item's text, labelled where it is in another language; of a restricted one if given."""
    if item.restricted and words is None:
        return [text("card.restricted")]
    source = text("card.source", kind=text(f"kind.{item.kind}"), symbol=Code(item.symbol))
    if words is None:
        return [source]
    said = Words(words.words, words.language, limit=TEXT_LENGTH)
    return [source, text("card.words", words=said)]


def _around(shown: Card) -> list[Text | None]:
    lines: list[Text | None] = []
    if shown.lead is not None:
        lines.append(text("card.lead", institution=shown.lead))
    if shown.others:
        lines.append(text("card.with", institutions=Listing(shown.others)))
    return [*lines, *similar_lines(shown.similar)]


def similar_lines(similar: Sequence[Alike]) -> list[Text | None]:
    """The siblings of an item, one a line."""
    return [
        text("card.similar_answered", item=each.code, answers=Listing(each.answers))
        if each.answers
        else text("card.similar", item=each.code)
        for each in similar
    ]


def answer(institution: Value, status: str | None, as_of: date | None) -> Value:
    """What an institution said last of a sibling; its name alone where that is not known."""
    if status is None or as_of is None:
        return institution
    said = text("card.last_short", status=text(f"status.{status}"), as_of=as_of)
    return text("card.stand", institution=institution, facts=said)


def _last(shown: Card) -> list[Text | None]:
    assignment = shown.assignment
    if assignment.status is None or assignment.as_of is None:
        return [text("card.no_report")]
    lines: list[Text | None] = [
        text("card.last", status=text(f"status.{assignment.status}"), as_of=assignment.as_of)
    ]
    facts = evidence_facts(shown.evidence)
    if facts is not None:
        lines.append(text("card.evidence_list", facts=facts))
    if assignment.report_state is not None:
        lines.append(text(f"card.state.{assignment.report_state}"))
    if shown.comment is not None:
        lines.append(text("card.comment", words=shown.comment))
    if assignment.state in (AssignmentState.DISOWNED, AssignmentState.ENDED):
        lines.append(text(f"card.closed.{assignment.state}"))
    return lines


def _inside(inside: Inside) -> list[Text | None]:
    facts: list[Value] = [Code(inside.number)]
    if inside.status is not None:
        facts.append(text(f"status.{inside.status}"))
    facts.append(text("review.since", day=inside.sent_at))
    lines: list[Text | None] = [
        text("label.one", value=dotted(*facts)),
        text(f"card.state.{inside.state}"),
    ]
    if inside.comment is not None:
        lines.append(text("card.comment_inside", words=inside.comment))
    return lines


def clearance_rows(assignment_id: int, *, chosen: bool | None) -> list[Row]:
    """The button that marks an assignment for clearance, or takes the mark away; None: neither."""
    if chosen is None:
        return []
    name = "off" if chosen else "on"
    return [(button(f"clearance_{name}", f"clearance_{name}:{assignment_id}"),)]


def _passed(passed: Sequence[Pass]) -> list[Text | None]:
    """What units of the institution were asked, and what they have answered."""
    lines: list[Text | None] = []
    for each in passed[:PASSED]:
        unit = Words(each.unit)
        if each.answer is None or each.state is not PassState.ANSWERED:
            lines.append(text("passing.asked_on", unit=unit, at=each.passed_at))
        else:
            said = Words(each.answer, each.answer_language, COMMENT_LENGTH // 2)
            lines.append(text("passing.said", unit=unit, words=said))
    return lines


def _rows(shown: Card) -> list[Row]:
    assignment = shown.assignment
    rows: list[Row] = []
    if shown.may_report:
        rows.append(tuple(_report_buttons(shown, assignment)))
    more: list[Button] = [button("history", f"history:{assignment.id}:0")]
    if shown.may_report:
        more += [
            button("not_ours", f"not_ours:{assignment.id}"),
            button("ask", f"ask:{assignment.id}"),
        ]
    rows.append(tuple(more))
    rows += [
        (button("passed", f"passed:{each.id}", unit=Words(each.unit)),)
        for each in shown.passed[:PASSED]
    ]
    if shown.may_pass:
        rows.append((button("pass_inside", f"pass_inside:{assignment.id}"),))
    if shown.inside is not None and shown.inside.may_clear:
        rows.insert(0, (button("read_to_clear", f"clearing:{shown.inside.id}"),))
    if shown.marks:
        rows += clearance_rows(assignment.id, chosen=assignment.clearance_chosen)
    rows += [(button("secretariat_asks", f"thread:{each}"),) for each in shown.asked[:1]]
    if shown.contributions:
        act = f"contributions:{assignment.id}"
        rows.append((button("contributions", act, n=shown.contributions),))
    last: list[Button] = []
    if shown.planned or shown.may_report:
        last.append(button("plan_of", f"plan:i{shown.item.id}:0", n=shown.planned))
    return [*rows, *_of_last_report(shown), (*last, HOME)]


def _of_last_report(shown: Card) -> list[Row]:
    """What can still be done with what was sent last."""
    row: list[Button] = []
    if shown.may_amend is not None:
        row.append(button("amend", f"amend:{shown.may_amend}"))
    if shown.inside is not None and shown.inside.may_withdraw:
        row.append(button("withdraw", f"withdraw:{shown.inside.id}"))
    elif shown.may_withdraw:
        last = shown.assignment.last_status_update_id
        row.append(button("withdraw", f"withdraw:{last}"))
    return [tuple(row)] if row else []


def _report_buttons(shown: Card, assignment: Assignment) -> list[Button]:
    if shown.draft_id is not None:
        code = Code(shown.item.code)
        buttons = [button("continue_draft", f"draft:{shown.draft_id}", item=code)]
    else:
        buttons = [button("report", f"report:{assignment.id}")]
        if assignment.returned:
            buttons.append(button("report_again", f"report_again:{assignment.id}"))
    if _may_confirm(assignment):
        since: date | None = assignment.as_of
        assert since is not None
        buttons.append(button("no_change_since", f"no_change:{assignment.id}", as_of=since))
    return buttons


def _may_confirm(assignment: Assignment) -> bool:
    said = assignment.status is not None and assignment.as_of is not None
    return said and not (assignment.waits_inside or assignment.returned)

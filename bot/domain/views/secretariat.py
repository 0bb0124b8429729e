"""The secretariat's first screen, and the lists behind its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.desk import Counts
from bot.domain.reports import Receipt
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
from bot.domain.views.common import (
    HOME,
    IMPORT,
    LIST_LENGTH,
    evidence_facts,
    in_twos,
    item_code,
    pages,
    redacts,
)

EXCERPT = 300
CHOICES_COUNT = (
    *("assign", "cluster", "cluster_merge", "tag", "invite", "record", "deadline", "broadcast"),
    *("request", "request_data", "request_comment", "contradict", "consolidate"),
    *("national_report", "report_approve"),
)
"""Conversations that are offered again though nothing was written yet: their choices took time."""


def home(
    desk: Counts, begun: Sequence[tuple[int, Text]], *, away_until: date | None = None
) -> Screen:
    """What waits; `begun` are conversations that rest: id and title.

    Until the day `away_until` the officer is on leave.
    """
    rows = [*in_twos(_urgent(desk)), *_begun(begun)]
    rows.append((button("unassigned", "unassigned"), button("items", "items:-:0")))
    if desk.drafts:
        rows.append((button("announce_drafts", "announce", n=desk.drafts),))
    rows.append((button("requests", "requests:0"), button("broadcasts", "broadcasts")))
    rows.append((button("export", "export"), button("people", "people")))
    rows.append((button("more", "more"),))
    lines: list[Text | None] = [text("secretariat.summary", parts=Listing(tuple(_parts(desk))))]
    if away_until is not None:
        lines.append(text("home.away", until=away_until))
        rows.append((button("i_am_back", "back_again"),))
    return screen(*lines, "home.search", rows=rows)


def first_steps(desk: Counts, begun: Sequence[tuple[int, Text]], houses: int) -> Screen:
    """The first screen while nothing is imported; `houses` are the institutions that there are."""
    return screen(
        "secretariat.first_steps",
        text("secretariat.first_institutions", count=houses)
        if houses
        else "secretariat.first_no_institutions",
        "secretariat.first_import",
        "secretariat.first_invite",
        rows=[
            (button("institution_add", "institution_add"),),
            (IMPORT, button("invite", "invite")),
            *in_twos(_urgent(desk)),
            *_begun(begun),
            (button("requests", "requests:0"), button("broadcasts", "broadcasts")),
            (button("people", "people"), button("more", "more")),
        ],
    )


def _begun(begun: Sequence[tuple[int, Text]]) -> list[Row]:
    return [
        (button("go_on", f"draft:{conversation_id}", title=title),)
        for conversation_id, title in begun
    ]


def _parts(desk: Counts) -> list[Text]:
    """Only what there is, but what is unassigned is always counted."""
    parts = {
        "to_review": desk.to_review,
        "uncleared": desk.uncleared,
        "report_answers": desk.answered,
        "questions": desk.questions,
        "contradictions": desk.contradictions,
        "not_ours": desk.disowned,
        "overdue": desk.overdue,
        "more_time": desk.more_time,
        "unreachable": desk.unreachable,
        "never_started": desk.never_started,
        "drafts": desk.drafts,
        "plans": desk.plans,
    }
    found = [text(f"secretariat.{name}", count=count) for name, count in parts.items() if count]
    return [*found, text("secretariat.unassigned", count=desk.unassigned)]


TEXT_KEYS = tuple(
    f"secretariat.{name}"
    for name in (
        *("overdue_line", "overdue_uncleared"),
        *("to_review", "uncleared", "report_answers", "questions", "contradictions"),
        *("not_ours", "overdue", "more_time"),
        *("unreachable", "never_started", "drafts", "plans"),
    )
)


def _urgent(desk: Counts) -> list[Button]:
    """What there is something of, the most urgent first."""
    ways = (
        (desk.to_review, button("review_next", "review_next")),
        (desk.answered, button("threads", "threads:0")),
        (desk.questions, button("questions", "questions:0")),
        (desk.contradictions, button("contradictions", "contradictions:0")),
        (desk.overdue, button("desk_overdue", "overdue:0")),
        (desk.more_time, button("wishes", "wishes", n=desk.more_time)),
        (desk.uncleared, button("inside", "inside:0")),
        (desk.disowned, button("disowned", "disowned:0")),
        (desk.plans, button("plans_look", "plans:look:0")),
        (desk.unreachable, button("unreachable", "seats_away")),
        (desk.never_started, button("never_started", "people_unused")),
    )
    return [way for count, way in ways if count]


def more(*, configures: bool) -> Screen:
    """What is done less often; a coordinator `configures` how the State does things."""
    last = [button("me", "me"), HOME]
    if configures:
        last.insert(0, button("statuses", "statuses"))
    return screen(
        "secretariat.more",
        rows=[
            (button("reviews", "reviews:0"), button("clusters", "clusters:0")),
            (button("threads", "threads:0"), button("contradictions", "contradictions:0")),
            (button("workbook", "book:-"), IMPORT),
            (button("calendar", "calendar:0"), button("free_days", "free_days:0")),
            (
                button("national_reports", "national_reports:0"),
                button("consultations", "consultations:0"),
            ),
            (button("dialogues", "dialogues"), button("progress", "progress")),
            (button("publication", "publish"), button("plans_all", "plans:all:0")),
            tuple(last),
        ],
    )


# -- Overdue ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An assignment in a list."""

    assignment_id: int
    code: str
    symbol: str
    restricted: bool
    institution: Value
    due_on: date | None = None
    uncleared: bool = False


def overdue(total: int, page: int, shown: Sequence[Line]) -> Screen:
    """Eight overdue assignments, the longest first."""
    if not total:
        return screen("secretariat.none_overdue", rows=[(HOME,)])
    lines: list[Text | None] = [text("secretariat.overdue_list", count=total)]
    for each in shown:
        assert each.due_on is not None
        line = "secretariat.overdue_uncleared" if each.uncleared else "secretariat.overdue_line"
        code = item_code(each)
        lines.append(text(line, item=code, institution=each.institution, due=each.due_on))
    rows = [_opens(f"held:{each.assignment_id}", item_code(each), each) for each in shown]
    rows += pages("overdue", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


# -- What institutions gave back -------------------------------------------------------------------


def _opens(act: str, code: Value, line: Line | Asked) -> Row:
    """A button by code and institution: several may have the same item."""
    return (button("item", act, item=code, title=line.institution),)


def disowned(total: int, page: int, shown: Sequence[Line]) -> Screen:
    """Eight assignments that institutions gave back, the oldest first."""
    if not total:
        return screen("secretariat.none_disowned", rows=[(HOME,)])
    lines: list[Text | None] = [text("secretariat.disowned_list", count=total)]
    lines += [
        text("secretariat.line", item=item_code(each), institution=each.institution)
        for each in shown
    ]
    rows = [_opens(f"disowned_one:{each.assignment_id}", item_code(each), each) for each in shown]
    rows += pages("disowned", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def disowned_one(
    line: Line,
    item_id: int,
    reason: str | None,
    suggested: Value | None,
    *,
    may_redact: bool = False,
) -> Screen:
    """One of them: why, whose it is instead, and what to decide."""
    lines: list[Text | None] = [
        text("secretariat.gave_back", item=item_code(line), institution=line.institution)
    ]
    if reason:
        lines.append(text("card.words", words=Words(reason, limit=2000)))
    rows: list[Row] = []
    if suggested is not None:
        lines.append(text("secretariat.suggests", institution=suggested))
        rows.append((button("assign_to", f"reassign:{line.assignment_id}", institution=suggested),))
    rows += [
        (
            button("assign_other", f"assign_item:{item_id}"),
            button("release", f"release:{line.assignment_id}"),
        ),
        (button("insist", f"insist:{line.assignment_id}"), button("open", f"about:{item_id}")),
    ]
    rows += redacts(f"assignment:{line.assignment_id}", may=may_redact)
    rows.append((button("back", "disowned:0"), HOME))
    return screen(*lines, rows=rows)


def stays(code: Value) -> Screen:
    """The institution has the item again, and was told."""
    return message(
        text("secretariat.stays", item=code), rows=[(button("disowned", "disowned:0"), HOME)]
    )


# -- Questions -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """An open question."""

    question_id: int
    assignment_id: int
    code: str
    institution: Value
    words: Words


def questions(total: int, page: int, shown: Sequence[Asked]) -> Screen:
    """Eight open questions, the oldest first."""
    if not total:
        return screen("secretariat.none_asked", rows=[(HOME,)])
    lines: list[Text | None] = [text("secretariat.questions_list", count=total)]
    for each in shown:
        lines += [
            None,
            text("secretariat.line", item=Code(each.code), institution=each.institution),
            text("card.words", words=_shortened(each.words, 120)),
        ]
    rows = [_opens(f"question:{each.question_id}", Code(each.code), each) for each in shown]
    rows += pages("questions", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def question(asked: Asked, answer: Words | None, *, may_redact: bool = False) -> Screen:
    """One question; a reply to this screen answers it, too."""
    redact: list[Row] = []
    if may_redact:
        redact.append((button("redact", f"redact:question:{asked.question_id}"),))
    lines: list[Text | None] = [
        text("secretariat.asks", item=Code(asked.code), institution=asked.institution),
        text("card.words", words=_shortened(asked.words, 3000)),
    ]
    card = button("open", f"card:{asked.assignment_id}")
    if answer is not None:
        lines += [text("secretariat.answered"), text("card.words", words=answer)]
        rows = [(card, button("questions", "questions:0")), *redact, (HOME,)]
        return screen(*lines, rows=rows)
    return screen(
        *lines,
        "secretariat.reply",
        rows=[
            (button("answer", f"answer:{asked.question_id}"), card),
            *redact,
            (button("back", "questions:0"), HOME),
        ],
    )


def _shortened(words: Words, limit: int) -> Words:
    return Words(words.words, words.language, limit=limit)


# -- Recorded reports ------------------------------------------------------------------------------


def recorded(receipt: Receipt, institution: Value, item_id: int) -> Screen:
    """What an institution said elsewhere is in the record, and waits for review like any other."""
    [update] = receipt.updates
    lines: list[Text | None] = [
        text(
            "secretariat.recorded",
            number=Code(update.number),
            item=Code(update.code),
            institution=institution,
            status=text(f"status.{receipt.status}"),
        ),
        text("card.words", words=Words(receipt.measures, receipt.language, limit=EXCERPT)),
    ]
    facts = evidence_facts(receipt.evidence)
    if facts is not None:
        lines.append(text("receipt.evidence", facts=facts))
    return message(
        *lines,
        rows=[
            (
                button("review_it", f"review:{update.status_update_id}"),
                button("open", f"about:{item_id}"),
            ),
            (HOME,),
        ],
    )

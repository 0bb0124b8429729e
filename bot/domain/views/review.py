"""Screens of the review: the queue, a report beside the last approved one, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.items import ItemText, ReportState
from bot.domain.reports import EvidencePiece, ReportKind, StatusUpdate
from bot.domain.review import Approved, Waiting
from bot.domain.screens import (
    Button,
    Code,
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
    LIST_LENGTH,
    dotted,
    figure_line,
    in_twos,
    item_code,
    pages,
    piece_line,
)
from bot.domain.views.history import version_changes
from bot.domain.views.people import name_for

FULL = 1500
BESIDE = 600
ASKED = 300
COMMENT = 3000
FIGURES = 10
PIECES = 8


def queue(total: int, page: int, shown: Sequence[Waiting], *, today: date, language: str) -> Screen:
    """Eight reports that wait: those of overdue items first, then the oldest."""
    if not total:
        return screen("review.none", rows=[(HOME,)])
    lines: list[Text | None] = [text("review.queue", count=total)]
    lines += [_line(each, today, language) for each in shown]
    rows = in_twos(
        [button("code", f"review:{each.status_update_id}", item=item_code(each)) for each in shown]
    )
    rows += pages("reviews", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def _line(waiting: Waiting, today: date, language: str) -> Text:
    facts: list[Value] = [name_for(waiting.names, language)]
    if waiting.due_on is not None and waiting.due_on < today:
        facts.append(text("review.overdue", due=waiting.due_on))
    facts.append(text("review.since", day=waiting.submitted_at))
    return text("home.line", item=item_code(waiting), facts=dotted(*facts))


def report(
    waiting: Waiting,
    said: StatusUpdate,
    asks: ItemText | None,
    pieces: Sequence[EvidencePiece],
    before: Approved | None,
    *,
    newer: str | None,
    others: bool,
    amended: Sequence[Text] = (),
    language: str,
) -> Screen:
    """A report with its evidence, beside what was approved last; `others` wait, too.

    `amended` says what its newest version changed.
    """
    lines: list[Text | None] = [
        text(
            "review.head",
            number=Code(waiting.number),
            item=item_code(waiting),
            institution=name_for(waiting.names, language),
        )
    ]
    if asks is not None:
        lines.append(text("review.asks", words=Words(asks.words, asks.language, limit=ASKED)))
    lines += [None, *_said(said), *(piece_line(each, caption=120) for each in pieces[:PIECES])]
    if len(pieces) > PIECES:
        lines.append(text("review.more_pieces", count=len(pieces) - PIECES))
    if amended:
        lines += [None, *amended]
    lines += [None, *_beside(before)]
    if newer is not None:
        lines.append(text("review.newer", number=Code(newer)))
    if said.state is not ReportState.SUBMITTED:
        lines.append(text(f"report.state.{said.state}"))
    return screen(*lines, rows=_rows(waiting, said, pieces, others=others))


def _said(said: StatusUpdate) -> list[Text | None]:
    status = text(f"status.{said.status}")
    if said.previous_status and said.previous_status != said.status:
        was = text(f"status.{said.previous_status}")
        head = text("review.status_changed", status=status, before=was, as_of=said.as_of)
    else:
        head = text("review.status", status=status, as_of=said.as_of)
    lines: list[Text | None] = [head]
    if said.kind is not ReportKind.REPORT:
        lines.append(text(f"report.kind.{said.kind}"))
    if said.source is not None and said.source_on is not None:
        lines.append(text("report.source", source=Words(said.source), day=said.source_on))
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language, limit=FULL)))
    if said.remaining:
        lines.append(
            text("report.remaining", words=Words(said.remaining, said.language, limit=BESIDE))
        )
    lines += [figure_line(each) for each in said.figures[:FIGURES]]
    return lines


def _beside(before: Approved | None) -> list[Text | None]:
    if before is None:
        return [text("review.first")]
    lines: list[Text | None] = [
        text(
            "review.before",
            number=Code(before.number),
            status=text(f"status.{before.status}"),
            as_of=before.as_of,
        )
    ]
    if before.measures:
        said = Words(before.measures, before.language, limit=BESIDE)
        lines.append(text("card.words", words=said))
    return lines


def _rows(
    waiting: Waiting, said: StatusUpdate, pieces: Sequence[EvidencePiece], *, others: bool
) -> list[Row]:
    rows: list[Row] = []
    if said.state is ReportState.SUBMITTED:
        rows.append(
            (
                button("approve", f"approve:{said.id}:{said.version}"),
                button("return_with", f"return:{said.id}"),
            )
        )
    row: list[Button] = []
    if any(each.sha256 for each in pieces):
        row.append(button("send_files", f"files:{said.id}"))
    if len(said.measures) > FULL or len(said.remaining or "") > BESIDE:
        row.append(button("whole_text", f"whole:{said.id}"))
    row.append(button("open", f"about:{waiting.item_id}"))
    rows.append(tuple(row))
    if said.version > 1:
        rows.append((version_changes(said),))
    if others:
        rows.append((button("skip", f"review_after:{said.id}"), HOME))
    else:
        rows.append((HOME,))
    return rows


def whole(said: StatusUpdate) -> Screen:
    """All that a report says, however long."""
    lines: list[Text | None] = [text("review.whole", number=Code(said.number))]
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language)))
    if said.remaining:
        lines.append(text("report.remaining", words=Words(said.remaining, said.language)))
    return message(*lines, rows=[(button("back", f"review:{said.id}"),)])


def approved(number: str) -> Screen:
    """Approved, and nothing else waits."""
    return screen(text("review.approved", number=Code(number)), "review.none", rows=[(HOME,)])


def returned(number: str, *, more: bool) -> Screen:
    """The comment is on its way."""
    row = (button("review_next", "review_next"), HOME) if more else (HOME,)
    return message(text("review.returned", number=Code(number)), rows=[row])


def returned_to(report_: Waiting, comment: str, language: str) -> Screen:
    """Told to the institution: its report came back, and why; a reply begins a new one."""
    return message(
        text("review.came_back", item=item_code(report_), number=Code(report_.number)),
        text("card.words", words=Words(comment, language, limit=COMMENT)),
        "review.reply",
        rows=[
            (
                button("report", f"report:{report_.assignment_id}"),
                button("open_card", f"card:{report_.assignment_id}", item=item_code(report_)),
            )
        ],
    )

"""Screens of what was reported before: the list, one status update in full, its files."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.items import Assignment, ReportState
from bot.domain.reports import EvidencePiece, EvidenceState, ReportKind, StatusUpdate
from bot.domain.screens import (
    Attachment,
    Button,
    Code,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    screen,
    text,
)
from bot.domain.views import publication
from bot.domain.views.common import LIST_LENGTH, dotted, figure_line, pages, piece_line

EXCERPT = 120
PIECES = 20
ATTACHED = 10
"""Files sent at once, as in one album."""

_SHOWN_AS = {"photo": "photo", "voice": "voice", "audio": "audio", "video": "video"}
TEXT_KEYS = tuple(
    [f"report.state.{each}" for each in ReportState]
    + [f"report.kind.{each}" for each in ReportKind]
    + [
        f"report.file.{each}"
        for each in EvidenceState
        if each not in (EvidenceState.STORED, EvidenceState.REDACTED)
    ]
)


def history(
    code: Value,
    held: Assignment,
    total: int,
    page: int,
    updates: Sequence[StatusUpdate],
    *,
    hidden: Collection[int] = (),
    may_redact: bool = False,
) -> Screen:
    """Eight status updates of an assignment, the newest first.

    Of the `hidden` ones the reader knows number, day and state, and not what they say; who
    `may_redact` can open them for that alone.
    """
    title = text("history.title", item=code, count=total)
    lines: list[Text | None] = [title if total else text("history.none", item=code)]
    for each in updates:
        lines += [None, _line_of_hidden(each) if each.id in hidden else _line(each)]
        if each.measures and each.id not in hidden:
            lines.append(text("card.words", words=Words(each.measures, each.language, EXCERPT)))
    opened = [
        button("report_number", f"su:{each.id}", number=Code(each.number))
        for each in updates
        if may_redact or each.id not in hidden
    ]
    rows: list[Row] = [tuple(opened[at : at + 2]) for at in range(0, len(opened), 2)]
    rows += pages(f"history:{held.id}", page, more=(page + 1) * LIST_LENGTH < total)
    rows.append(
        (
            button("item_history", f"item_history:{held.item_id}:-:0"),
            button("back", f"card:{held.id}"),
        )
    )
    return screen(*lines, rows=rows)


def report(
    shown: StatusUpdate,
    code: Value,
    pieces: Sequence[EvidencePiece],
    *,
    may_withdraw: bool,
    may_amend: bool = False,
    may_redact: bool = False,
    may_compare: bool = False,
    may_publish: bool = False,
    gone: Sequence[Text] = (),
    comment: Words | None = None,
    note: Words | None = None,
    asked: bool = False,
) -> Screen:
    """One status update in full, however long, with what the secretariat wrote of it.

    A `comment` says why it came back, a `note` stands beside what was approved; `asked` that there
    is a thread about it. `gone` tells what else of it was redacted.
    """
    lines: list[Text | None] = [text("report.head", item=code), _line(shown), *_came(shown)]
    if shown.measures:
        lines.append(text("card.words", words=Words(shown.measures, shown.language)))
    if shown.remaining:
        lines.append(text("report.remaining", words=Words(shown.remaining, shown.language)))
    lines += _from_secretariat(comment, note)
    lines += [figure_line(each) for each in shown.figures]
    lines += [piece_line(each) for each in pieces[:PIECES]]
    if len(pieces) > PIECES:
        lines.append(text("review.more_pieces", count=len(pieces) - PIECES))
    row: list[Button] = []
    if any(each.sha256 for each in pieces):
        row.append(button("send_files", f"files:{shown.id}"))
    if asked:
        row.append(button("whole_thread", f"thread:{shown.id}"))
    if may_amend:
        row.append(button("amend", f"amend:{shown.id}"))
    if may_withdraw:
        row.append(button("withdraw", f"withdraw:{shown.id}"))
    rows: list[Row] = [tuple(row)] if row else []
    others = (
        (may_compare, version_changes(shown)),
        (may_publish, publication.leads_to(shown.id)),
        (may_redact, button("redact", f"redact:su:{shown.id}")),
    )
    rows += [(each,) for may, each in others if may]
    back = (button("back", f"history:{shown.assignment_id}:0"),)
    return screen(*lines, *gone, rows=[*rows, back])


def version_changes(shown: StatusUpdate) -> Button:
    """Leads to what the newest version changed."""
    act = f"changed:{shown.id}:{shown.version}"
    return button("version_changes", act, version=shown.version)


def _came(shown: StatusUpdate) -> list[Text]:
    """How it came to stand so: amended, taken back, from where, after which status."""
    lines = []
    if shown.amended_at is not None:
        lines.append(text("version.newest", version=shown.version, at=shown.amended_at))
    if shown.state is ReportState.WITHDRAWN and shown.decided_at is not None:
        lines.append(text("report.withdrawn_at", at=shown.decided_at))
    if shown.previous_status and shown.previous_status != shown.status:
        lines.append(text("report.before", status=text(f"status.{shown.previous_status}")))
    if shown.source is not None and shown.source_on is not None:
        lines.append(text("report.source", source=Words(shown.source), day=shown.source_on))
    return lines


def _from_secretariat(comment: Words | None, note: Words | None) -> list[Text | None]:
    lines: list[Text | None] = []
    if comment is not None:
        lines.append(text("card.comment", words=comment))
    if note is not None:
        lines.append(text("review.note", words=note))
    return lines


def files(number: Value, act: str, pieces: Sequence[EvidencePiece], page: int) -> Screen:
    """The stored files of a report or an answer, ten at a time; `act` leads to other pages."""
    attached = tuple(
        Attachment(each.sha256, each.name or each.kind, _SHOWN_AS.get(each.kind, "document"))
        for each in pieces
        if each.sha256 and each.state is EvidenceState.STORED
    )
    total, before = len(attached), page * ATTACHED
    sent = attached[before : before + ATTACHED]
    line = text("report.files", number=number, count=total)
    if total > ATTACHED and sent:
        line = text(
            "report.files_some",
            number=number,
            first=before + 1,
            last=before + len(sent),
            total=total,
        )
    return screen(
        line,
        rows=pages(act, page, more=before + ATTACHED < total),
        attachments=sent,
        replaces=False,
    )


def _line_of_hidden(shown: StatusUpdate) -> Text:
    facts = dotted(
        text("review.since", day=shown.submitted_at), text(f"report.state.{shown.state}")
    )
    return text("report.line", number=Code(shown.number), facts=facts)


def _line(shown: StatusUpdate) -> Text:
    facts: list[Value] = [
        text(f"status.{shown.status}"),
        text("report.as_of", day=shown.as_of),
        text(f"report.kind.{shown.kind}"),
        text(f"report.state.{shown.state}"),
    ]
    if shown.version > 1:
        facts.append(text("version.number", version=shown.version))
    return text("report.line", number=Code(shown.number), facts=dotted(*facts))

"""What others report on an item, as its lead institution reads it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.consolidation import Word
from bot.domain.reports import EvidencePiece, StatusUpdate
from bot.domain.screens import Button, Code, Row, Screen, Text, Value, Words, button, screen, text
from bot.domain.views.common import HOME, figure_line, piece_line
from bot.domain.views.consolidation import word_lines
from bot.domain.views.history import PIECES


def listed(code: Value, assignment_id: int, words: Sequence[Word], language: str) -> Screen:
    """The last cleared report of each contributor; none where nobody has sent any."""
    head = text("contributions.of", item=code, count=len(words))
    lines: list[Text | None] = [head if words else text("contributions.none", item=code)]
    rows: list[Row] = []
    for each in words:
        lines += [None, *word_lines(each, language), text(f"report.state.{each.state}")]
        act = f"contribution:{each.status_update_id}"
        rows.append((button("report_number", act, number=Code(each.number)),))
    return screen(*lines, rows=[*rows, (button("back", f"card:{assignment_id}"), HOME)])


def report(
    word: Word,
    said: StatusUpdate,
    pieces: Sequence[EvidencePiece],
    assignment_id: int,
    language: str,
) -> Screen:
    """One contributor's report in full, with its evidence."""
    lines: list[Text | None] = [*word_lines(word, language)[:1]]
    lines.append(text(f"report.state.{said.state}"))
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language)))
    if said.remaining:
        lines.append(text("report.remaining", words=Words(said.remaining, said.language)))
    if word.note:
        lines.append(text("review.note", words=Words(word.note, word.note_language)))
    lines += [figure_line(each) for each in said.figures]
    lines += [piece_line(each) for each in pieces[:PIECES]]
    if len(pieces) > PIECES:
        lines.append(text("review.more_pieces", count=len(pieces) - PIECES))
    row: list[Button] = []
    if any(each.sha256 for each in pieces):
        row.append(button("send_files", f"contribution_files:{said.id}"))
    row.append(button("back", f"contributions:{assignment_id}"))
    return screen(*lines, rows=[tuple(row), (HOME,)])

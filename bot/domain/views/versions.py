"""Screens of versions: what an amendment changed, word by word, and what a report said before.

What went and what came stands in brackets that say which it is: a screen reader reads them, and
nothing hangs on colour or on a line through the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.differences import Change, Stretch, between, shortened
from bot.domain.figures import Figure
from bot.domain.redaction import Mark
from bot.domain.reports import EvidencePiece, StatusUpdate
from bot.domain.screens import Button, Code, Row, Screen, Text, Value, Words, button, screen, text
from bot.domain.versions import Differences, Version
from bot.domain.views.common import figure_line, piece_called, piece_line

AROUND = 6  # words before and after a change
SHORT = 24  # stretches of one text, where it is not shown whole
EXCERPT = 300  # characters of one stretch there
PIECES = 20

Pieces = Mapping[int, EvidencePiece]


def lines(changed: Differences, pieces: Pieces, *, whole: bool = False) -> list[Text]:
    """What a version changed, one fact or text after the other; in short contexts, or `whole`."""
    found: list[Text] = []
    if changed.status is not None:
        before, after = (text(f"status.{each}") for each in changed.status)
        found.append(text("version.status", before=before, after=after))
    if changed.as_of is not None:
        found.append(text("version.as_of", before=changed.as_of[0], after=changed.as_of[1]))
    for key, pair in (("measures", changed.measures), ("remaining", changed.remaining)):
        if pair is not None:
            found.append(text(f"version.{key}", words=_marked(*pair, whole=whole)))
    found += [text("version.figure_gone", figure=_figure(each)) for each in changed.figures_gone]
    found += [text("version.figure_new", figure=_figure(each)) for each in changed.figures_new]
    for key, ids in (("gone", changed.evidence_gone), ("new", changed.evidence_new)):
        found += [text(f"version.file_{key}", file=_file(each, pieces)) for each in ids]
    return found


TEXT_KEYS = (
    *("version.measures", "version.remaining", "version.file_gone", "version.file_new"),
    *(f"difference.{each}" for each in (Change.REMOVED, Change.ADDED, "near", "apart")),
)


def changes(
    said: StatusUpdate,
    code: Value,
    changed: Differences,
    pieces: Pieces,
    *,
    number: int,
    whole: bool,
) -> Screen:
    """What version `number` changed of the one before it."""
    head = text(
        "version.changed", number=Code(said.number), item=code, version=number, before=number - 1
    )
    found = lines(changed, pieces, whole=whole) or [text("version.nothing")]
    rows: list[Row] = []
    if not whole:
        rows.append((button("whole_text", f"changed_whole:{said.id}:{number}"),))
    row = [button("version_before", f"version:{said.id}:{number - 1}", version=number - 1)]
    if number > 2:
        row.append(_changes_of(said, number - 1))
    if number < said.version:
        row.append(_changes_of(said, number + 1))
    rows.append(tuple(row))
    return screen(head, *found, rows=[*rows, _back(said)])


def older(said: StatusUpdate, code: Value, shown: Version, pieces: Pieces) -> Screen:
    """What a report said before it was amended, in full."""
    facts = text("review.status", status=text(f"status.{shown.status}"), as_of=shown.as_of)
    found: list[Text | None] = [
        text("version.head", number=Code(said.number), item=code, version=shown.number),
        text("version.at", at=shown.at),
        facts,
        text("card.words", words=Words(shown.measures, shown.language)),
    ]
    if shown.remaining:
        found.append(text("report.remaining", words=Words(shown.remaining, shown.language)))
    found += [figure_line(each) for each in shown.figures]
    known = [pieces[each] for each in shown.evidence if each in pieces]
    found += [piece_line(each) for each in known[:PIECES]]
    row = [_changes_of(said, shown.number + 1)]
    return screen(*found, rows=[tuple(row), _back(said)])


def _changes_of(said: StatusUpdate, number: int) -> Button:
    return button("version_changes", f"changed:{said.id}:{number}", version=number)


def _back(said: StatusUpdate) -> Row:
    return (button("back", f"su:{said.id}"),)


def _figure(figure: Figure) -> Words:
    return Words(figure.written())


def _file(evidence_id: int, pieces: Pieces) -> Value:
    piece = pieces.get(evidence_id)
    return text("version.file_unknown") if piece is None else piece_called(piece)


# -- Word by word ----------------------------------------------------------------------------------


def _marked(before: str, after: str, *, whole: bool) -> Value:
    """Both texts in one: what stayed, what went and what came."""
    if any(Mark.read(each) for each in (before, after)):
        return Words(before if Mark.read(before) else after)
    found = between(before, after)
    if whole:
        return _joined(found)
    short = shortened(found, AROUND)
    if len(short) <= SHORT:
        return _joined(short, EXCERPT)
    left = sum(each.change is not Change.SAME for each in short[SHORT:])
    return text("version.more", words=_joined(short[:SHORT], EXCERPT), count=left)


def _joined(found: Sequence[Stretch], limit: int | None = None) -> Value:
    """A sentence of stretches, halves of halves, so that no text lies deep inside others."""
    if not found:
        return ""
    if len(found) == 1:
        return _stretch(found[0], limit)
    middle = len(found) // 2
    left, right = found[:middle], found[middle:]
    key = "difference.apart" if _apart(left[-1], right[0]) else "difference.near"
    return text(key, first=_joined(left, limit), rest=_joined(right, limit))


def _stretch(stretch: Stretch, limit: int | None) -> Value:
    words = Words(stretch.words, limit=limit)
    if stretch.change is Change.SAME:
        return words
    return text(f"difference.{stretch.change}", words=words)


def _apart(left: Stretch, right: Stretch) -> bool:
    """Brackets stand apart from each other, and words as they were written."""
    if Change.SAME not in (left.change, right.change):
        return True
    return left.words[-1:].isspace() or right.words[:1].isspace()

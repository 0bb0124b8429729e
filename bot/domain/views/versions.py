"""Screens of versions: what an amendment changed, word by word, and what a report said before.

What went and what came stands in brackets that say which it is: a screen reader reads them, and
nothing hangs on colour or on a line through the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.differences import Change, Stretch, between
from bot.domain.figures import Figure
from bot.domain.redaction import Mark
from bot.domain.reports import EvidencePiece, StatusUpdate
from bot.domain.review import ReturnedBefore
from bot.domain.screens import Button, Code, Row, Screen, Text, Value, Words, button, screen, text
from bot.domain.versions import Differences, Version
from bot.domain.views.common import figure_line, piece_called, piece_line
from bot.domain.views.differences import difference, touch

PIECES = 20

Pieces = Mapping[int, EvidencePiece]


@dataclass(frozen=True)
class Neighbours:
    """The version that one is compared with, and those whose changes may be looked at beside it."""

    before: int
    earlier: int | None
    later: int | None


def lines(changed: Differences, pieces: Pieces, *, whole: bool = False) -> list[Text]:
    """What a version changed, one fact or text after the other; in short contexts, or `whole`."""
    found: list[Text] = []
    if changed.status is not None:
        before, after = (text(f"status.{each}") for each in changed.status)
        found.append(text("version.status", before=before, after=after))
    if changed.as_of is not None:
        found.append(text("version.as_of", before=changed.as_of[0], after=changed.as_of[1]))
    if changed.measures is not None:
        found.append(_marked(*changed.measures, whole=whole))
    if changed.remaining is not None:
        remains = _marked(*changed.remaining, whole=whole)
        found.append(text("review.remaining_changed", difference=remains))
    found += [text("version.figure_gone", figure=_figure(each)) for each in changed.figures_gone]
    found += [text("version.figure_new", figure=_figure(each)) for each in changed.figures_new]
    for key, ids in (("gone", changed.evidence_gone), ("new", changed.evidence_new)):
        found += [text(f"version.file_{key}", file=_file(each, pieces)) for each in ids]
    return found


TEXT_KEYS = ("version.file_gone", "version.file_new")


def changes(
    said: StatusUpdate,
    code: Value,
    changed: Differences,
    pieces: Pieces,
    *,
    number: int,
    beside: Neighbours,
    whole: bool,
) -> Screen:
    """What version `number` changed of the one before it."""
    before = beside.before
    head = text(
        "version.changed", number=Code(said.number), item=code, version=number, before=before
    )
    found = lines(changed, pieces, whole=whole) or [text("version.nothing")]
    rows: list[Row] = []
    if not whole:
        rows.append((button("whole_text", f"changed_whole:{said.id}:{number}"),))
    rows.append((button("version_before", f"version:{said.id}:{before}", version=before),))
    beside_it = (each for each in (beside.earlier, beside.later) if each is not None)
    rows += [(_changes_of(said, each),) for each in beside_it]
    return screen(head, *found, rows=[*rows, _back(said)])


def tried_before(returned: ReturnedBefore) -> Text:
    """Names the report that another one is the second try of."""
    return text(
        "review.returned_before",
        number=Code(returned.number),
        status=text(f"status.{returned.status}"),
        as_of=returned.as_of,
    )


def older(
    said: StatusUpdate, code: Value, shown: Version, pieces: Pieces, *, later: int | None
) -> Screen:
    """What a report said before it was amended, in full; `later` is the version after it."""
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
    rows = [] if later is None else [(_changes_of(said, later),)]
    return screen(*found, rows=[*rows, _back(said)])


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


def _marked(before: str, after: str, *, whole: bool) -> Text:
    """Both texts in one: what stayed, what went and what came."""
    redacted = any(Mark.read(each) for each in (before, after))
    short = None if whole and not redacted else difference(before, after)
    return short or text("difference.line", words=_joined(between(before, after)))


def _joined(found: Sequence[Stretch]) -> Value:
    """Halves of halves, so that no stretch of a long text lies deep inside others."""
    if not found:
        return ""
    if len(found) == 1:
        [one] = found
        words = Words(one.words)
        return words if one.change is Change.SAME else text(f"difference.{one.change}", words=words)
    middle = len(found) // 2
    left, right = found[:middle], found[middle:]
    key = "difference.joined" if touch(left[-1], right[0]) else "difference.apart"
    return text(key, first=_joined(left), rest=_joined(right))

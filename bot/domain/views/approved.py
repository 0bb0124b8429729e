"""Screens of observers: what is approved, of every institution, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.consolidation import Consolidation
from bot.domain.figures import Figure
from bot.domain.filters import NOT_REPORTED
from bot.domain.items import Item, ItemText, Part
from bot.domain.reports import ApprovedReport, EvidencePiece, Needing
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
from bot.domain.selection import Need
from bot.domain.views.assessments import Beside
from bot.domain.views.card import Alike, item_lines, similar_lines
from bot.domain.views.common import HOME, LIST_LENGTH, dotted, figure_line, in_twos, pages
from bot.domain.views.consolidation import state_lines
from bot.domain.views.history import EXCERPT, PIECES
from bot.domain.views.home import Titles

NEWEST = 4
"""So many reports have a button of their own on the first screen."""
INSTITUTIONS = 4
"""So many institutions' last reports stand on a card."""

PROGRESS = button("progress", "progress")
OF_PARLIAMENT = (Need.LEGISLATION, Need.BUDGET)
"""What a parliament's screen opens on."""
TEXT_KEYS = (
    *(f"label.part.{each}" for each in Part),
    *(f"approved.needs.{each}" for each in OF_PARLIAMENT),
)


@dataclass(frozen=True)
class Shown:
    """An approved report with its institution's name in the reader's language."""

    report: ApprovedReport
    institution: Value


@dataclass(frozen=True)
class Holder:
    """An institution that answers for an item; without a status nothing of it is approved."""

    institution: Value
    part: Part
    status: str | None
    as_of: date | None


def home(
    begun: Sequence[tuple[int, Text]],
    total: int,
    counted: Sequence[tuple[str, int]],
    newest: Sequence[Shown],
    titles: Titles,
    *,
    needs: Mapping[Need, int] | None = None,
    needing: Sequence[Needing] = (),
) -> Screen:
    """How far implementation is as approved, and what was approved last.

    `begun` are conversations that rest. Of a parliament `needs` counts the items that need a law or
    a budget, and its screen opens on them; None for other observers.
    """
    if not total:
        return screen("approved.no_items", rows=[(PROGRESS,)])
    lines: list[Text | None] = []
    if needs is not None:
        lines += [*_needs(needs, needing), None]
    lines.append(text("approved.home", count=total))
    lines += [_counted(status, n, total) for status, n in counted]
    lines.append(None)
    if not needs:
        lines.append(text("approved.newest" if newest else "approved.none"))
    lines.append(text("home.search"))
    rows: list[Row] = [
        (button("go_on", f"draft:{conversation_id}", title=title),)
        for conversation_id, title in begun
    ]
    rows += [
        (button("need_list", f"needs:{need}:0", need=text(f"need.{need}"), n=n),)
        for need, n in (needs or {}).items()
    ]
    if needs:
        rows += [(_needs_it(each, titles),) for each in needing]
    else:
        rows += [(_open(each, titles),) for each in newest[:NEWEST]]
    last = [PROGRESS]
    if len(newest) > NEWEST or (needs and newest):
        last.insert(0, button("approved", "approved:0"))
    return screen(*lines, rows=[*rows, tuple(last)])


def needing(need: Need, total: int, page: int, found: Sequence[Needing], titles: Titles) -> Screen:
    """Eight items that need it, each with what was approved on it last."""
    lines: list[Text | None] = [
        text("approved.needing", need=text(f"need.{need}"), count=total)
        if total
        else text("approved.needs_nothing")
    ]
    lines += [_needing_line(each) for each in found]
    rows: list[Row] = [(_needs_it(each, titles),) for each in found]
    rows += pages(f"needs:{need}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def _needs(needs: Mapping[Need, int], first: Sequence[Needing]) -> list[Text | None]:
    """What needs a law or a budget, and the first of it."""
    if not needs:
        return [text("approved.needs_nothing")]
    parts = tuple(text(f"approved.needs.{need}", count=n) for need, n in needs.items())
    return [text("approved.needs", parts=Listing(parts)), *map(_needing_line, first)]


def _needing_line(each: Needing) -> Text:
    facts: Value = text("approved.none_short")
    if each.status is not None and each.as_of is not None:
        facts = dotted(text(f"status.{each.status}"), text("report.as_of", day=each.as_of))
    return text("home.line", item=Code(each.code), facts=facts)


def _needs_it(each: Needing, titles: Titles) -> Button:
    title = titles.get(each.item_id, "")
    return button("item", f"approved_item:{each.item_id}", item=Code(each.code), title=title)


def listed(page: int, found: Sequence[Shown], titles: Titles) -> Screen:
    """Eight approved reports, the newest first; one more in `found` says that there are more."""
    shown = found[:LIST_LENGTH]
    lines: list[Text | None] = [text("approved.newest" if shown else "approved.none")]
    lines += [text("home.line", item=Code(each.report.code), facts=_facts(each)) for each in shown]
    rows: list[Row] = [(_open(each, titles),) for each in shown]
    rows += pages("approved", page, more=len(found) > LIST_LENGTH)
    return screen(*lines, rows=[*rows, (HOME,)])


def card(
    item: Item,
    words: ItemText | None,
    holders: Sequence[Holder],
    similar: Sequence[Alike],
    *,
    last: Sequence[Shown],
    total: int,
    beside: Beside,
    consolidated: Consolidation | None = None,
) -> Screen:
    """An item with its consolidated status, what each institution said last, what others say."""
    lines = [*item_lines(item, words), None]
    lines += [] if consolidated is None else [*state_lines(consolidated), None]
    lines += [_holder(each) for each in holders]
    lines += similar_lines(similar)
    lines.append(None)
    if not last:
        lines.append(text("approved.none_of_item"))
    for each in last:
        lines += _said(each, EXCERPT * 3)
    if beside.count:
        lines += [None, *beside.lines]
    rows = _numbers(last)
    if total > len(last):
        rows.append((button("approved_of", f"approved_of:{item.id}:0", n=total),))
    return screen(*lines, rows=[*rows, (beside.opens, HOME)])


def history(item: Item, total: int, page: int, found: Sequence[Shown]) -> Screen:
    """Eight approved reports on an item, the newest first."""
    lines: list[Text | None] = [text("approved.of_item", item=Code(item.code), count=total)]
    for each in found:
        lines += [None, *_said(each, EXCERPT)]
    rows = _numbers(found)
    rows += pages(f"approved_of:{item.id}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", f"approved_item:{item.id}"),)])


def report(
    shown: Shown,
    words: ItemText | None,
    figures: Sequence[Figure],
    pieces: Sequence[EvidencePiece],
) -> Screen:
    """One approved report in full below what the item says, its evidence by title."""
    said = shown.report
    lines: list[Text | None] = [text("report.head", item=Code(said.code))]
    if words is not None:
        lines += [text("review.asks", words=Words(words.words, words.language)), None]
    lines += _said(shown)
    if said.remaining:
        lines.append(text("report.remaining", words=Words(said.remaining, said.language)))
    lines += [figure_line(each) for each in figures]
    lines += [_piece(each) for each in pieces[:PIECES]]
    if len(pieces) > PIECES:
        lines.append(text("review.more_pieces", count=len(pieces) - PIECES))
    return screen(*lines, rows=[(button("back", f"approved_item:{said.item_id}"), HOME)])


def _counted(status: str, n: int, total: int) -> Text:
    known = status != NOT_REPORTED
    called = text(f"status.{status}") if known else text("approved.none_short")
    return text("progress.status", status=called, n=n, share=n / total)


def _holder(holder: Holder) -> Text:
    facts: list[Value] = [text(f"label.part.{holder.part}")]
    if holder.status is None or holder.as_of is None:
        facts.append(text("approved.none_short"))
    else:
        facts += [text(f"status.{holder.status}"), text("report.as_of", day=holder.as_of)]
    return text("card.stand", institution=holder.institution, facts=dotted(*facts))


def _said(shown: Shown, limit: int | None = None) -> list[Text | None]:
    said = shown.report
    lines: list[Text | None] = [
        text("report.line", number=Code(said.number), facts=_facts(shown)),
    ]
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language, limit)))
    if said.note:
        lines.append(text("review.note", words=Words(said.note, said.note_language, limit)))
    return lines


def _facts(shown: Shown) -> Value:
    said = shown.report
    status = text(f"status.{said.status}")
    return dotted(shown.institution, status, text("report.as_of", day=said.as_of))


def _open(shown: Shown, titles: Titles) -> Button:
    said = shown.report
    title = titles.get(said.item_id, "")
    return button("item", f"approved_report:{said.id}", item=Code(said.code), title=title)


def _numbers(found: Sequence[Shown]) -> list[Row]:
    return in_twos(
        [
            button(
                "report_number",
                f"approved_report:{each.report.id}",
                number=Code(each.report.number),
            )
            for each in found
        ]
    )


def _piece(piece: EvidencePiece) -> Text:
    """A file by its title, which is its caption: its name and its bytes stay inside."""
    if piece.url is not None:
        return text("report.link", link=Words(piece.url, limit=200))
    kind = text(f"evidence.kind.{piece.kind}")
    title = (Words(piece.caption, limit=200),) if piece.caption else ()
    return text("report.file", facts=dotted(kind, *title))

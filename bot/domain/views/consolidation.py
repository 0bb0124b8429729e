"""Screens of the State's status of an item: the institutions side by side, what contradicts."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.consolidation import Consolidation, Contradiction, Word, suggested
from bot.domain.items import Item, ItemText, ReportState
from bot.domain.screens import (
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
from bot.domain.status import Vocabulary
from bot.domain.views.card import item_lines
from bot.domain.views.common import HOME, LIST_LENGTH, dotted, item_code, pages
from bot.domain.views.people import name_for

SIDE_BY_SIDE = 500  # characters of each institution's words
SENTENCE = 2000
WHY = 400
SUGGESTED = 3
"""So many pairs that are far apart are offered to be marked."""


def consolidation(
    item: Item,
    words: ItemText | None,
    approved: Sequence[Word],
    cleared: Sequence[Word],
    *,
    current: Consolidation | None,
    contradictions: Sequence[Contradiction],
    vocabulary: Vocabulary,
    opened: Text | None = None,
    may_redact: bool = False,
    language: str,
) -> Screen:
    """What each institution had approved last, and what the secretariat made of it.

    `cleared` is the last that each has sent and that stands, reviewed or not; `opened` says which
    colleague has something of the item open.
    """
    lines: list[Text | None] = [] if opened is None else [opened, None]
    lines += [*item_lines(item, words), None]
    lines += status_lines(current, approved)
    for each in approved:
        lines += [None, *word_lines(each, language)]
    if not approved:
        lines += [None, text("consolidation.nothing_approved")]
    waiting = [each for each in cleared if each.state is ReportState.SUBMITTED]
    if waiting:
        lines.append(text("consolidation.waiting", count=len(waiting)))
    lines += [contradiction_line(each, language) for each in contradictions]
    pairs = _unmarked(cleared, contradictions, vocabulary)
    lines += [_far_apart(*pair, language) for pair in pairs]
    rows: list[Row] = []
    if approved:
        rows.append((button("consolidate", f"consolidate:{item.id}"),))
    rows += [
        (button("contradict", f"contradict:{one.status_update_id}:{other.status_update_id}"),)
        for one, other in pairs[:1]
    ]
    rows += [
        (button("contradiction", f"contradiction:{each.id}", one=Code(each.one)),)
        for each in contradictions
    ]
    if current is not None and current.version > 1:
        rows.append((button("versions", f"consolidated:{item.id}:0", n=current.version),))
    if current is not None and may_redact:
        rows.append((button("redact", f"redact:item:{item.id}"),))
    return screen(*lines, rows=[*rows, (button("open", f"about:{item.id}"), HOME)])


def status_lines(current: Consolidation | None, approved: Sequence[Word]) -> list[Text | None]:
    """The consolidated status, and whether it is stale; for the secretariat."""
    if current is None:
        return [text("consolidation.none")]
    lines = state_lines(current)
    if current.stale(approved):
        lines.append(text("consolidation.stale"))
    return lines


def state_lines(current: Consolidation) -> list[Text | None]:
    """The consolidated status and its sentence, for whoever may read what is approved."""
    return [
        text("consolidation.status", status=text(f"status.{current.status}"), as_of=current.as_of),
        text("card.words", words=Words(current.sentence, current.language, limit=SENTENCE)),
    ]


def word_lines(word: Word, language: str) -> list[Text]:
    """What one institution says, with the note that it was approved with."""
    facts = dotted(
        text(f"label.part.{word.part}"),
        Code(word.number),
        text(f"status.{word.status}"),
        text("report.as_of", day=word.as_of),
    )
    lines = [text("card.stand", institution=name_for(word.names, language), facts=facts)]
    if word.measures:
        said = Words(word.measures, word.language, limit=SIDE_BY_SIDE)
        lines.append(text("card.words", words=said))
    if word.note:
        lines.append(text("review.note", words=Words(word.note, word.note_language, limit=WHY)))
    return lines


def consolidated(current: Consolidation, code: Value, item_id: int) -> Screen:
    """It is the item's status from now on."""
    status = text(f"status.{current.status}")
    return message(
        text("consolidation.done", item=code, status=status, as_of=current.as_of),
        rows=[(button("open", f"about:{item_id}"), HOME)],
    )


def consolidated_meanwhile(item: Item, current: Consolidation) -> tuple[Text, Text]:
    """A colleague was faster: that it was, and the sentence."""
    status = text(f"status.{current.status}")
    told = text("consolidation.meanwhile", item=item_code(item), status=status, as_of=current.as_of)
    words = Words(current.sentence, current.language, limit=SENTENCE)
    return told, text("card.words", words=words)


def versions(item: Item, total: int, page: int, found: Sequence[Consolidation]) -> Screen:
    """Eight versions of an item's consolidated status, the newest first."""
    lines: list[Text | None] = [text("consolidation.versions", item=item_code(item), count=total)]
    for each in found:
        status = text(f"status.{each.status}")
        head = text(
            "consolidation.version",
            n=each.version,
            day=each.at,
            facts=dotted(status, text("report.as_of", day=each.as_of)),
        )
        said = Words(each.sentence, each.language, limit=SIDE_BY_SIDE)
        lines += [None, head, text("card.words", words=said)]
    rows = pages(f"consolidated:{item.id}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", f"consolidation:{item.id}"), HOME)])


# -- Contradictions --------------------------------------------------------------------------------


def contradiction_line(each: Contradiction, language: str) -> Text:
    """Which two reports contradict each other, and why."""
    return text(
        "contradiction.line",
        one=dotted(Code(each.one), name_for(each.one_names, language)),
        other=dotted(Code(each.other), name_for(each.other_names, language)),
        words=Words(each.words, each.language, limit=WHY),
    )


def contradiction(shown: Contradiction, language: str) -> Screen:
    """Two reports that cannot both hold: what each says, why, and what can be done."""
    lines: list[Text | None] = [text("contradiction.head", item=item_code(shown))]
    for number, names, status, state in (
        (shown.one, shown.one_names, shown.one_status, shown.one_state),
        (shown.other, shown.other_names, shown.other_status, shown.other_state),
    ):
        facts = dotted(Code(number), text(f"status.{status}"), text(f"report.state.{state}"))
        lines.append(text("card.stand", institution=name_for(names, language), facts=facts))
    lines.append(text("contradiction.why", words=Words(shown.words, shown.language)))
    lines.append(text("contradiction.untold"))
    return screen(
        *lines,
        rows=[
            (
                button("consolidation", f"consolidation:{shown.item_id}"),
                button("unmark", f"unmark:{shown.id}"),
            ),
            (button("contradictions", "contradictions:0"), HOME),
        ],
    )


def contradictions(total: int, page: int, shown: Sequence[Contradiction], language: str) -> Screen:
    """Eight contradictions, the oldest first."""
    if not total:
        return screen("contradiction.none", rows=[(HOME,)])
    lines: list[Text | None] = [text("contradiction.listed", count=total)]
    lines += [
        text("home.line", item=item_code(each), facts=contradiction_line(each, language))
        for each in shown
    ]
    rows: list[Row] = [
        (
            button(
                "item",
                f"contradiction:{each.id}",
                item=item_code(each),
                title=name_for(each.one_names, language),
            ),
        )
        for each in shown
    ]
    rows += pages("contradictions", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def marked(code: Value, contradiction_id: int, item_id: int) -> Screen:
    """The contradiction is marked; nobody was told."""
    return message(
        text("contradiction.marked", item=code),
        "contradiction.untold",
        rows=[
            (button("consolidation", f"consolidation:{item_id}"),),
            (button("open", f"contradiction:{contradiction_id}"), HOME),
        ],
    )


def _unmarked(
    words: Sequence[Word], contradictions: Sequence[Contradiction], vocabulary: Vocabulary
) -> list[tuple[Word, Word]]:
    """The pairs that are far apart and that nobody has marked."""
    known = {frozenset((each.one, each.other)) for each in contradictions}
    pairs = [
        (one, other)
        for one, other in suggested(words, vocabulary)
        if frozenset((one.number, other.number)) not in known
    ]
    return pairs[:SUGGESTED]


def _far_apart(one: Word, other: Word, language: str) -> Text:
    return text(
        "contradiction.far_apart",
        one=name_for(one.names, language),
        one_status=text(f"status.{one.status}"),
        other=name_for(other.names, language),
        other_status=text(f"status.{other.status}"),
    )

"""Screens of the review: the queue, a report beside the last approved one, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.consolidation import Contradiction, Word, far_apart
from bot.domain.items import ItemText, ReportState
from bot.domain.reports import EvidencePiece, ReportKind, StatusUpdate
from bot.domain.review import (
    LETTERS,
    NO_CLUSTER,
    Approved,
    By,
    Narrows,
    OpenedBy,
    Queue,
    ReturnedBefore,
    Trait,
    Waiting,
)
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
from bot.domain.status import DEFAULT, Vocabulary
from bot.domain.threads import Said
from bot.domain.versions import Differences, Earlier, newest, since
from bot.domain.views import publication
from bot.domain.views.common import (
    HOME,
    LIST_LENGTH,
    dotted,
    figure_line,
    in_twos,
    item_code,
    mechanism_name,
    pages,
    piece_line,
)
from bot.domain.views.consolidation import contradiction_line
from bot.domain.views.history import version_changes
from bot.domain.views.people import name_for
from bot.domain.views.threads import LATEST
from bot.domain.views.threads import lines as thread_lines
from bot.domain.views.versions import lines as version_lines
from bot.domain.views.versions import tried_before

FULL = 1500
BESIDE = 600
ASKED = 300
COMMENT = 3000
FIGURES = 10
PIECES = 8
RETURNED_PIECES = 4
CHANGES = 12
NAME = 40

NARROW = button("narrow", "narrow_queue")
TEXT_KEYS = (
    *(f"review.by.{each}" for each in By),
    *(f"button.narrow.{each}" for each in By),
    *(f"review.trait.{each}" for each in Trait),
)


@dataclass(frozen=True)
class Card:
    """A report under review and all that an officer reads beside it."""

    waiting: Waiting
    said: StatusUpdate
    asks: ItemText | None
    pieces: Sequence[EvidencePiece]
    before: Approved | None
    returned: ReturnedBefore | None
    tried: Earlier | None = None  # the returned one, whole
    approved: Earlier | None = None  # and the last approved one
    newer: str | None = None
    thread: Sequence[Said] = ()
    contradictions: Sequence[Contradiction] = ()
    rivals: Sequence[Word] = ()  # what other institutions report on the item
    vocabulary: Vocabulary = DEFAULT
    amended: Sequence[Text] = ()  # what its newest version changed
    opened_by: OpenedBy | None = None
    others: bool = False  # wait, too
    narrowed: Sequence[Value] = ()  # what the queue is narrowed to


def queue(
    total: int,
    page: int,
    shown: Sequence[Waiting],
    *,
    today: date,
    language: str,
    narrowed: Sequence[Value] = (),
) -> Screen:
    """Eight reports that wait: those of overdue items first, then the oldest."""
    lines: list[Text | None] = [text("review.queue", count=total)]
    lines += _narrowed(narrowed)
    lines += [_line(each, today, language) for each in shown]
    rows = in_twos(
        [button("code", f"review:{each.status_update_id}", item=item_code(each)) for each in shown]
    )
    rows += pages("reviews", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (NARROW, HOME)])


def nothing(
    elsewhere: int, narrowed: Sequence[Value], *, done: Sequence[Text | None] = ()
) -> Screen:
    """Nothing waits, or nothing of what the queue is narrowed to; `elsewhere` so many do."""
    if not narrowed or not elsewhere:
        return screen(*done, "review.none", rows=[(HOME,)])
    return screen(
        *done,
        *_narrowed(narrowed),
        text("review.none_of_these", count=elsewhere),
        rows=[(button("whole_queue", "whole_queue"), NARROW), (HOME,)],
    )


def _narrowed(narrowed: Sequence[Value]) -> list[Text | None]:
    return [text("assigning.narrowed", facts=dotted(*narrowed))] if narrowed else []


# -- Narrowing the queue ---------------------------------------------------------------------------


def named(by: By, value: Narrows, language: str) -> Value:
    """How a value that the queue can be narrowed to is called."""
    match by:
        case By.INSTITUTION:
            return name_for(value.names or {}, language)
        case By.MECHANISM:
            return mechanism_name(value.name)
        case By.DOCUMENT:
            return Code(value.name)
        case By.CLUSTER:
            if value.value == NO_CLUSTER:
                return text("narrowing.no_cluster")
            return Words(value.name, limit=NAME)


def trait_name(trait: Trait) -> Text:
    """What a report has about it, as a filter names it."""
    return text(f"review.trait.{trait}")


def narrow(
    narrowed: Queue, facts: Sequence[Value], total: int, counts: Mapping[Trait, int]
) -> Screen:
    """What the queue is narrowed to and leaves, and what it can be narrowed by."""
    lines: list[Text | None] = [text("review.narrow", count=total), *_narrowed(facts)]
    rows: list[Row] = in_twos(
        [button(f"narrow.{each}", f"queue_by:{LETTERS[each]}:0") for each in By]
    )
    rows += [(_trait(each, narrowed, counts[each]),) for each in Trait]
    last = [button("show_queue", "reviews:0", n=total)]
    if narrowed:
        last.append(button("whole_queue", "whole_queue"))
    return screen(*lines, rows=[*rows, tuple(last), (HOME,)])


def _trait(trait: Trait, narrowed: Queue, count: int) -> Button:
    option = text("review.leaves", name=trait_name(trait), n=count)
    key = "chosen" if trait in narrowed.traits else "unchosen"
    return button(key, f"queue_trait:{LETTERS[trait]}", option=option)


def narrow_by(
    by: By, narrowed: Queue, choices: Sequence[Narrows], page: int, language: str
) -> Screen:
    """The values of one kind, and how many reports each leaves."""
    lines: list[Text | None] = [text(f"review.by.{by}" if choices else "narrowing.nothing")]
    shown = choices[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    rows: list[Row] = [
        (
            button(
                "leaves",
                f"queue_set:{LETTERS[by]}{each.value.upper()}",
                name=named(by, each, language),
                n=each.count,
            ),
        )
        for each in shown
    ]
    rows += pages(f"queue_by:{LETTERS[by]}", page, more=(page + 1) * LIST_LENGTH < len(choices))
    if by in narrowed.by:
        rows.append((button("not_narrowed", f"queue_set:{LETTERS[by]}"),))
    return screen(*lines, rows=[*rows, (button("back", "narrow_queue"), HOME)])


# -- One report ------------------------------------------------------------------------------------


def _line(waiting: Waiting, today: date, language: str) -> Text:
    facts: list[Value] = [name_for(waiting.names, language)]
    if waiting.due_on is not None and waiting.due_on < today:
        facts.append(text("review.overdue", due=waiting.due_on))
    facts.append(text("review.since", day=waiting.submitted_at))
    return text("home.line", item=item_code(waiting), facts=dotted(*facts))


def report(card: Card, *, language: str) -> Screen:
    """A report with its evidence, beside what was returned and what was approved last."""
    said, waiting = card.said, card.waiting
    lines: list[Text | None] = []
    if card.opened_by is not None:
        lines += [opened_by(card.opened_by, item_code(waiting), said.id), None]
    lines.append(
        text(
            "review.head",
            number=Code(waiting.number),
            item=item_code(waiting),
            institution=name_for(waiting.names, language),
        )
    )
    if card.asks is not None:
        asked = Words(card.asks.words, card.asks.language, limit=ASKED)
        lines.append(text("review.asks", words=asked))
    lines += [None, *_said(said), *_pieces(card.pieces, PIECES)]
    if card.amended:
        lines += [None, *card.amended]
    if card.returned is not None and card.tried is not None:
        lines += [None, *_returned_before(card.returned, card.tried, card)]
    lines += [None, *_beside(card.before), *_since_approved(card)]
    lines += thread_lines(card.thread)
    lines += [contradiction_line(each, language) for each in card.contradictions]
    lines += _far_apart(card, language)
    if card.newer is not None:
        lines.append(text("review.newer", number=Code(card.newer)))
    if said.state is not ReportState.SUBMITTED:
        lines.append(text(f"report.state.{said.state}"))
    return screen(*lines, *_narrowed(card.narrowed), rows=_rows(card))


def opened_by(other: OpenedBy, item: Value, status_update_id: int | None = None) -> Text:
    """Who has the same report open, or another one on the item, or its consolidation."""
    name = Words(other.name)
    if other.number is None:
        return text("review.consolidated_by", name=name, item=item, at=other.at)
    if other.status_update_id == status_update_id:
        return text("review.opened_by", name=name, at=other.at)
    number = Code(other.number)
    return text("review.other_opened_by", name=name, number=number, item=item, at=other.at)


def _pieces(pieces: Sequence[EvidencePiece], most: int) -> list[Text | None]:
    lines: list[Text | None] = [piece_line(each, caption=120) for each in pieces[:most]]
    if len(pieces) > most:
        lines.append(text("review.more_pieces", count=len(pieces) - most))
    return lines


def _returned_before(returned: ReturnedBefore, tried: Earlier, card: Card) -> list[Text | None]:
    """The report that this one is a second try of: what was asked for, and what changed since."""
    lines: list[Text | None] = [tried_before(returned)]
    if returned.comment:
        comment = Words(returned.comment, returned.comment_language, limit=BESIDE)
        lines.append(text("card.comment", words=comment))
    lines += _compared(card, tried, _since(card, tried)) or [text("review.says_the_same")]
    if tried.pieces:
        lines.append(text("review.returned_files"))
        lines += _pieces(tried.pieces, RETURNED_PIECES)
    return lines


def _since_approved(card: Card) -> list[Text]:
    """What has become of its figures and of what remained; its words stand there whole."""
    if card.approved is None or (card.said.kind is ReportKind.UNCHANGED and not card.said.measures):
        return []
    every = _since(card, card.approved)
    changed = Differences(
        remaining=every.remaining, figures_gone=every.figures_gone, figures_new=every.figures_new
    )
    return _compared(card, card.approved, changed)


def _since(card: Card, earlier: Earlier) -> Differences:
    now = newest(card.said, tuple(each.id for each in card.pieces))
    return since(earlier, now, card.pieces)


def _compared(card: Card, earlier: Earlier, changed: Differences) -> list[Text]:
    lines = version_lines(changed, {each.id: each for each in (*earlier.pieces, *card.pieces)})
    more = [text("changes.more", count=len(lines) - CHANGES)] if len(lines) > CHANGES else []
    return [*lines[:CHANGES], *more]


def _far_apart(card: Card, language: str) -> list[Text | None]:
    """Other institutions that say something quite different, unless that is marked."""
    known = {each.one for each in card.contradictions} | {
        each.other for each in card.contradictions
    }
    return [
        text(
            "review.far_apart",
            institution=name_for(each.names, language),
            number=Code(each.number),
            status=text(f"status.{each.status}"),
        )
        for each in card.rivals
        if far_apart(each.status, card.said.status, card.vocabulary) and each.number not in known
    ]


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
    if before.note:
        lines.append(text("review.note", words=Words(before.note, before.note_language, BESIDE)))
    return lines


def _rows(card: Card) -> list[Row]:
    said = card.said
    rows: list[Row] = []
    if said.state is ReportState.SUBMITTED:
        rows += [
            (
                button("approve", f"approve:{said.id}:{said.version}"),
                button("return_with", f"return:{said.id}:{said.version}"),
            ),
            (
                button("approve_with", f"approve_with:{said.id}:{said.version}"),
                button("ask_about", f"thread_ask:{said.id}"),
            ),
        ]
    elif said.state is ReportState.APPROVED and not card.waiting.restricted:
        rows.append((publication.leads_to(said.id),))
    row: list[Button] = []
    if any(each.sha256 for each in card.pieces):
        row.append(button("send_files", f"files:{said.id}"))
    if len(said.measures) > FULL or len(said.remaining or "") > BESIDE:
        row.append(button("whole_text", f"whole:{said.id}"))
    row.append(button("open", f"about:{card.waiting.item_id}"))
    rows.append(tuple(row))
    rows += _more_rows(card)
    last = [button("skip", f"review_after:{said.id}")] if card.others else []
    return [*rows, (*last, NARROW, HOME)]


def _more_rows(card: Card) -> list[Row]:
    """What only some reports have."""
    row: list[Button] = []
    if card.tried is not None and any(each.sha256 for each in card.tried.pieces):
        number = Code(card.tried.number)
        row.append(button("files_of", f"files:{card.tried.id}", number=number))
    if len(card.thread) > LATEST:
        row.append(button("whole_thread", f"thread:{card.said.id}"))
    if card.amended:
        row.append(version_changes(card.said))
    if card.rivals:
        row.append(button("contradicts", f"contradict:{card.said.id}"))
    return in_twos(row)


def whole(said: StatusUpdate) -> Screen:
    """All that a report says, however long."""
    lines: list[Text | None] = [text("review.whole", number=Code(said.number))]
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language)))
    if said.remaining:
        lines.append(text("report.remaining", words=Words(said.remaining, said.language)))
    return message(*lines, rows=[(button("back", f"review:{said.id}"),)])


def returned(number: str, *, more: bool) -> Screen:
    """The comment is on its way."""
    row = (button("review_next", "review_next"), HOME) if more else (HOME,)
    return message(text("review.returned", number=Code(number)), rows=[row])


def noted_to(report_: Waiting, note: str, language: str | None) -> Screen:
    """Told to the institution: its report is approved, with this note beside its own words."""
    return message(
        text("review.noted", item=item_code(report_), number=Code(report_.number)),
        text("card.words", words=Words(note, language, limit=COMMENT)),
        rows=[
            (button("open_card", f"card:{report_.assignment_id}", item=item_code(report_)),),
        ],
    )


def approved_lines(report_: Waiting, *, stale: bool) -> list[Text | None]:
    """It is in the record; the item's consolidated status may rest on older ones."""
    lines: list[Text | None] = [text("review.approved", number=Code(report_.number))]
    if stale:
        lines.append(text("review.now_stale", item=item_code(report_)))
    return lines


def noted(report_: Waiting, *, stale: bool, more: bool) -> Screen:
    """Approved, with the note beside it."""
    row = (button("review_next", "review_next"), HOME) if more else (HOME,)
    return message(*approved_lines(report_, stale=stale), rows=[row])


def returned_to(report_: Waiting, comment: str, language: str) -> Screen:
    """Told to the institution: its report came back, and why; a reply begins a new one."""
    return message(
        text("review.came_back", item=item_code(report_), number=Code(report_.number)),
        text("card.words", words=Words(comment, language, limit=COMMENT)),
        "review.reply",
        rows=[
            (button("report_again", f"report_again:{report_.assignment_id}"),),
            (
                button("report", f"report:{report_.assignment_id}"),
                button("open_card", f"card:{report_.assignment_id}", item=item_code(report_)),
            ),
        ],
    )

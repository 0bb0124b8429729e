"""Screens of reports in preparation: the list, the board, a chapter, comments, approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.exports import FORMS, ExportKind
from bot.domain.national_reports import (
    BODIES,
    LACKING,
    Approval,
    Chapter,
    Comment,
    NationalReport,
    Outcome,
    Readiness,
    Ready,
    ReportItem,
    Stage,
    Structure,
    open_comments,
)
from bot.domain.screens import (
    Attachment,
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
from bot.domain.views.common import (
    HOME,
    LIST_LENGTH,
    dotted,
    full_code,
    in_twos,
    item_code,
    pages,
    redacts,
)
from bot.domain.views.people import name_for

TITLE = 60
NAME = 45  # characters of a chapter on its button
DRAFT = 1500
COMMENT = 3000
EXCERPT = 160
TEXT_KEYS = (
    *(f"readiness.counted.{each}" for each in Readiness),
    *(f"button.comment_settle.{each}" for each in Outcome),
)


def chapter_called(chapter: Chapter, *, limit: int = 200) -> Value:
    """How a chapter is called: by its heading; one of a goal has the goal's name."""
    if chapter.holds is Structure.GOAL and chapter.language is None:
        name = text(f"sdg.goal.{chapter.value}")
        return text("national_report.goal", number=int(chapter.value or 0), name=name)
    return Words(chapter.heading, chapter.language, limit=limit)


def report_called(report: NationalReport, *, limit: int = TITLE) -> Words:
    """How a report is called."""
    return Words(report.title, report.language, limit=limit)


# -- The list --------------------------------------------------------------------------------------


def overview(
    total: int, page: int, shown: Sequence[tuple[NationalReport, Stage, date | None]]
) -> Screen:
    """Eight reports, each with where it stands and when it is due."""
    new = (button("national_report_new", "national_report_new"),)
    if not total:
        return screen("national_report.none", rows=[new, (HOME,)])
    lines: list[Text | None] = [text("national_report.list", count=total)]
    rows: list[Row] = []
    for report, stage, due in shown:
        facts: list[Value] = [report_called(report), text(f"national_report.stage.{stage}")]
        if due is not None and report.is_open:
            facts.append(text("national_report.due", day=due))
        lines.append(text("label.one", value=dotted(*facts)))
        title = report_called(report, limit=NAME)
        rows.append((button("national_report", _act(report), title=title),))
    rows += pages("national_reports", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, new, (HOME,)])


def _act(report: NationalReport) -> str:
    return f"national_report:{report.id}:0"


# -- The board -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A chapter on the board: how ready it is, and whether it is with institutions."""

    chapter: Chapter
    ready: Ready
    out: bool


@dataclass(frozen=True)
class Around:
    """What stands around a report: its day, its approvals (the newest first), its comments.

    `news` counts the items with something newer than the approval, `outside` those in no chapter.
    """

    due: date | None = None
    approvals: tuple[Approval, ...] = ()
    comments: tuple[Comment, ...] = ()
    outside: int = 0
    news: int = 0


def board(
    report: NationalReport,
    stage: Stage,
    ready: Ready,
    shown: Sequence[Line],
    around: Around,
    *,
    page: int,
    total: int,
) -> Screen:
    """The readiness board: the whole report, then eight chapters."""
    lines: list[Text | None] = [
        text("national_report.head", title=report_called(report, limit=200)),
        text("label.one", value=_standing(report, stage, around)),
        *_approval_lines(report, around),
        _counted(ready),
        *_nobodys(ready),
        *_words_lines(ready, report.word_limit),
    ]
    if around.outside:
        lines.append(text("national_report.outside", count=around.outside))
    lines.append(None)
    lines += [_line(each, page * LIST_LENGTH + at) for at, each in enumerate(shown, 1)]
    if not total:
        lines.append(text("national_report.no_chapters"))
    rows: list[Row] = in_twos(
        [_opens(each.chapter, page * LIST_LENGTH + at) for at, each in enumerate(shown, 1)]
    )
    rows += pages(f"national_report:{report.id}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, *_acts(report, ready, around), _foot("national_reports:0")])


def _foot(act: str) -> Row:
    return (button("back", act), HOME)


def _standing(report: NationalReport, stage: Stage, around: Around) -> Value:
    facts: list[Value] = [
        text(f"national_report.kind.{report.kind}"),
        text(f"national_report.stage.{stage}"),
    ]
    if around.due is not None and report.is_open:
        facts.append(text("national_report.due", day=around.due))
    return dotted(*facts)


def _approval_lines(report: NationalReport, around: Around) -> list[Text | None]:
    lines: list[Text | None] = []
    if around.approvals:
        newest = around.approvals[0]
        lines.append(text("national_report.approved", by=body(newest.by), day=newest.approved_on))
        if newest.revision < report.revision:
            lines.append(text("national_report.changed_since", at=report.changed_at))
        if around.news:
            lines.append(text("national_report.news_since", count=around.news))
    if report.submitted_on is not None:
        submitted = text("national_report.submitted", day=report.submitted_on)
        lines.append(
            submitted
            if report.symbol is None
            else text("label.one", value=dotted(submitted, Code(report.symbol)))
        )
    return lines


def body(by: str) -> Value:
    """Who approved it."""
    return text(f"national_report.body.{by}") if by in BODIES else Words(by, limit=80)


def _counted(ready: Ready) -> Text:
    """So many items, by how ready they are."""
    if not ready.total:
        return text("national_report.no_items")
    return text(
        "national_report.items",
        count=ready.total,
        parts=Listing(tuple(_counts(ready.counts, tuple(Readiness)))),
    )


def _nobodys(ready: Ready) -> list[Text]:
    """How many of what is missing nobody can be asked for."""
    return [text("national_report.nobodys", count=ready.nobodys)] if ready.nobodys else []


def _counts(counts: Mapping[Readiness, int], which: Sequence[Readiness]) -> list[Text]:
    return [
        text(f"readiness.counted.{each}", count=counts[each]) for each in which if counts.get(each)
    ]


def _words_lines(ready: Ready, limit: int | None) -> list[Text | None]:
    if limit is None:
        lines: list[Text | None] = [text("national_report.words", count=ready.words)]
    else:
        lines = [text("national_report.words_of", words=ready.words, count=limit)]
        if ready.words > limit:
            lines.append(text("national_report.words_over", count=ready.words - limit))
    if ready.uncounted:
        lines.append(text("national_report.uncounted", count=ready.uncounted))
    return lines


def _line(line: Line, number: int) -> Text:
    ready, chapter = line.ready, line.chapter
    facts: list[Value] = []
    if ready.total:
        done = ready.counts.get(Readiness.READY, 0)
        facts.append(text("national_report.ready_of", ready=done, count=ready.total))
        facts += _counts(ready.counts, LACKING)
    facts.append(_words_short(ready, chapter.word_limit))
    if line.out:
        facts.append(text("national_report.is_out"))
    name = chapter_called(chapter, limit=TITLE)
    return text("national_report.line", number=number, name=name, facts=dotted(*facts))


def _words_short(ready: Ready, limit: int | None) -> Text:
    if limit is None:
        return text("national_report.words_short", count=ready.words)
    if ready.words > limit:
        return text("national_report.words_short_over", words=ready.words, count=limit)
    return text("national_report.words_short_of", words=ready.words, count=limit)


def _opens(chapter: Chapter, number: int) -> Button:
    name = chapter_called(chapter, limit=NAME // 2)
    return button("chapter", f"chapter:{chapter.id}:0", number=number, name=name)


def _acts(report: NationalReport, ready: Ready, around: Around) -> list[Row]:
    acts: list[Button] = []
    if report.is_open and ready.to_ask:
        ask = button("report_ask", f"report_ask:{report.id}", n=len(ready.to_ask))
        acts.append(ask)
    if around.outside:
        acts.append(button("report_outside", f"report_outside:{report.id}:0", n=around.outside))
    if around.comments:
        waiting = len(open_comments(around.comments))
        acts.append(button("chapter_comments", f"chapter_comments:{report.id}:0", n=waiting))
    acts.append(button("report_file", f"report_file:{report.id}"))
    if report.is_open:
        acts.append(button("chapter_add", f"chapter_add:{report.id}"))
        acts.append(button("report_approve", f"report_approve:{report.id}"))
        if report.state is Stage.APPROVED:
            acts.append(button("report_submit", f"report_submit:{report.id}"))
    acts += [
        button("approval_file", f"approval_file:{each.id}")
        for each in around.approvals[:1]
        if each.file is not None
    ]
    if around.approvals:
        acts.append(button("report_approvals", f"report_approvals:{report.id}"))
    acts.append(button("report_more", f"report_more:{report.id}"))
    return in_twos(acts)


def more(report: NationalReport) -> Screen:
    """What is done less often."""
    letter = FORMS[ExportKind.NATIONAL_REPORT].letter
    rows: list[Row] = [(button("template", f"template:{letter}"),)]
    if report.is_open:
        rows.insert(0, (button("report_change", f"report_change:{report.id}"),))
        rows.append((button("report_drop", f"report_ask_drop:{report.id}"),))
    else:
        rows.append((button("report_unsubmit", f"report_unsubmit:{report.id}"),))
    title = report_called(report, limit=200)
    lines = [
        text("national_report.head", title=title),
        text("national_report.by", by=text(f"national_report.structure.{report.structure}")),
        text("national_report.stale_after", count=report.months),
    ]
    return screen(*lines, rows=[*rows, _foot(_act(report))])


def ask_to_drop(report: NationalReport) -> Screen:
    """Asked once."""
    return screen(
        text("national_report.ask_drop", title=report_called(report)),
        rows=[
            (
                button("report_drop", f"report_drop:{report.id}"),
                button("back", f"report_more:{report.id}"),
            )
        ],
    )


def approvals(report: NationalReport, shown: Sequence[Approval]) -> Screen:
    """Every approval of a report, the newest first, and whether the report was changed since."""
    lines: list[Text | None] = [
        text("national_report.head", title=report_called(report, limit=200))
    ]
    rows: list[Row] = []
    for each in shown[:LIST_LENGTH]:
        facts: list[Value] = [
            text("national_report.approved", by=body(each.by), day=each.approved_on)
        ]
        if each.number is not None:
            facts.append(Words(each.number, limit=80))
        if each.revision < report.revision:
            facts.append(text("national_report.of_older"))
        lines.append(text("label.one", value=dotted(*facts)))
        row = []
        if each.file is not None:
            row.append(button("approval_file_of", f"approval_file:{each.id}", day=each.approved_on))
        if report.is_open:
            row.append(button("unapprove", f"report_unapprove:{each.id}", day=each.approved_on))
        if row:
            rows.append(tuple(row))
    return screen(*lines, rows=[*rows, _foot(_act(report))])


def file(name: Value, attachment: Attachment) -> Screen:
    """The draft of a chapter, or the decision that approved the report, as it was sent."""
    return screen(text("label.one", value=name), attachments=(attachment,), replaces=False)


# -- A chapter -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lacks:
    """An item that lacks something, and what."""

    item: ReportItem
    what: Readiness


def chapter(
    report: NationalReport,
    found: Chapter,
    ready: Ready,
    lacking: Sequence[Lacks],
    *,
    page: int,
    out: bool,
) -> Screen:
    """One chapter: how ready it is, its draft, eight of the items that lack something."""
    lines: list[Text | None] = [
        text("national_report.chapter", name=chapter_called(found)),
        _counted(ready),
        *_nobodys(ready),
        *_words_lines(ready, found.word_limit),
    ]
    if ready.asked:
        lines.append(text("national_report.asked_already", count=ready.asked))
    if out:
        lines.append(text("national_report.chapter_out"))
    if found.owner is not None:
        lines.append(text("national_report.owner", name=found.owner))
    lines += _draft_lines(found)
    shown = lacking[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    if shown:
        lines.append(None)
    lines += [
        text(
            "national_report.lacks", item=item_code(each.item), what=text(f"readiness.{each.what}")
        )
        for each in shown
    ]
    rows: list[Row] = in_twos([_item_button(each.item) for each in shown])
    rows += pages(f"chapter:{found.id}", page, more=(page + 1) * LIST_LENGTH < len(lacking))
    acts: list[Button] = []
    if report.is_open and ready.to_ask:
        acts.append(button("report_ask", f"chapter_ask:{found.id}", n=len(ready.to_ask)))
    if report.is_open:
        acts.append(button("chapter_comment", f"chapter_comment:{found.id}"))
        acts.append(button("chapter_write", f"chapter_write:{found.id}"))
        acts.append(button("chapter_send", f"chapter_send:{found.id}"))
    if found.file is not None:
        acts.append(button("chapter_file", f"chapter_file:{found.id}"))
    if report.is_open:
        acts.append(button("chapter_more", f"chapter_more:{found.id}"))
    return screen(*lines, rows=[*rows, *in_twos(acts), _foot(_act(report))])


def _item_button(item: ReportItem) -> Button:
    return button("code", f"about:{item.id}", item=item_code(item))


def _draft_lines(found: Chapter) -> list[Text | None]:
    if found.file is not None:
        name = Words(found.file_name or "", limit=80)
        return [text("national_report.draft_file", name=name)]
    if found.draft is not None:
        draft = Words(found.draft, found.draft_language, limit=DRAFT)
        return [text("card.words", words=draft)]
    return []


def source_of_items(found: Chapter | None, count: int) -> Text:
    """From where items can be put into a chapter, and how many are there."""
    if found is None:
        return text("national_report.from_none", count=count)
    return text("national_report.from_chapter", name=chapter_called(found, limit=TITLE), n=count)


def drafted_meanwhile(found: Chapter) -> tuple[Text, tuple[Text, ...]]:
    """A colleague was faster: which chapter it is, and its draft."""
    told = text("national_report.drafted_meanwhile", name=chapter_called(found, limit=TITLE))
    lines = [each for each in _draft_lines(found) if each is not None]
    return told, tuple(lines) or (text("national_report.no_draft"),)


def chapter_more(found: Chapter, *, mine: bool, may_redact: bool = False) -> Screen:
    """Where a chapter stands in the report, and how it is called."""
    own = (
        button("chapter_not_mine", f"chapter_not_mine:{found.id}")
        if mine
        else button("chapter_mine", f"chapter_mine:{found.id}")
    )
    rows: list[Row] = [
        (
            button("chapter_up", f"chapter_up:{found.id}"),
            button("chapter_down", f"chapter_down:{found.id}"),
        ),
        (
            button("chapter_rename", f"chapter_rename:{found.id}"),
            button("chapter_limit", f"chapter_limit:{found.id}"),
        ),
        (
            own,
            button("chapter_put", f"chapter_put:{found.id}"),
        ),
    ]
    if found.has_draft:
        rows.append((button("chapter_undraft", f"chapter_undraft:{found.id}:{found.version}"),))
    rows.append((button("chapter_remove", f"chapter_ask_remove:{found.id}"),))
    rows += redacts(f"chapter:{found.id}", may=may_redact)
    called = text("national_report.chapter", name=chapter_called(found))
    place = text("national_report.place", place=found.place)
    return screen(called, place, rows=[*rows, _foot(f"chapter:{found.id}:0")])


def ask_to_remove(found: Chapter, count: int) -> Screen:
    """Asked once: what becomes of its items."""
    return screen(
        text("national_report.ask_remove", name=chapter_called(found, limit=TITLE), count=count),
        rows=[
            (
                button("chapter_remove", f"chapter_remove:{found.id}"),
                button("back", f"chapter_more:{found.id}"),
            )
        ],
    )


def outside(report: NationalReport, items: Sequence[ReportItem], page: int) -> Screen:
    """The items of the report that are in no chapter, and how they get into one."""
    if not items:
        return screen("national_report.none_outside", rows=[_foot(_act(report))])
    shown = items[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    lines: list[Text | None] = [text("national_report.outside", count=len(items))]
    lines += [text("label.one", value=full_code(each)) for each in shown]
    rows: list[Row] = in_twos([_item_button(each) for each in shown])
    more_ = (page + 1) * LIST_LENGTH < len(items)
    rows += pages(f"report_outside:{report.id}", page, more=more_)
    if report.is_open:
        if report.structure is not Structure.OWN:
            rows.append((button("report_complete", f"report_complete:{report.id}"),))
        lines += [None, text("national_report.put_hint")]
    return screen(*lines, rows=[*rows, _foot(_act(report))])


# -- Comments --------------------------------------------------------------------------------------


def comments(
    report: NationalReport,
    every: Sequence[Comment],
    chapters: Mapping[int, Chapter],
    page: int,
    *,
    language: str,
) -> Screen:
    """Eight comments, and the table of all of them as a file."""
    if not every:
        return screen("national_report.no_comments", rows=[_foot(_act(report))])
    waiting = len(open_comments(every))
    lines: list[Text | None] = [
        text("comment.list", count=len(every)),
        text("comment.open", count=waiting) if waiting else text("comment.all_settled"),
    ]
    rows: list[Button] = []
    for at, each in enumerate(every[page * LIST_LENGTH : (page + 1) * LIST_LENGTH], 1):
        number = page * LIST_LENGTH + at
        lines.append(text("comment.line", number=number, head=_head(each, chapters, language)))
        lines.append(text("card.words", words=Words(each.words, each.language, limit=EXCERPT)))
        rows.append(button("comment", f"comment:{each.answer_id}:{each.part}", number=number))
    turned = pages(
        f"chapter_comments:{report.id}", page, more=(page + 1) * LIST_LENGTH < len(every)
    )
    table = (button("comments_file", f"comments_file:{report.id}"),)
    return screen(*lines, rows=[*in_twos(rows), *turned, table, _foot(_act(report))])


def _head(each: Comment, chapters: Mapping[int, Chapter], language: str) -> Value:
    facts: list[Value] = []
    if (found := chapters.get(each.chapter_id)) is not None:
        facts.append(chapter_called(found, limit=TITLE))
    if each.place is not None:
        facts.append(Code(each.place))
    facts.append(name_for(each.names, language))
    if each.outcome is not None:
        facts.append(text(f"comment.outcome.{each.outcome}"))
    return dotted(*facts)


def comment(
    report: NationalReport,
    each: Comment,
    chapters: Mapping[int, Chapter],
    *,
    may_redact: bool = False,
    language: str,
) -> Screen:
    """One comment, and what becomes of it."""
    lines: list[Text | None] = [
        text("label.one", value=_head(each, chapters, language)),
        text("card.words", words=Words(each.words, each.language, limit=COMMENT)),
    ]
    if each.note is not None:
        lines.append(text("comment.note", note=Words(each.note, each.note_language, limit=1000)))
    about = f"{each.answer_id}:{each.part}"
    rows: list[Row] = in_twos(
        [button(f"comment_settle.{one}", f"comment_settle:{about}:{one}") for one in Outcome]
    )
    acts: list[Button] = []
    if each.outcome is not None:
        acts.append(button("comment_note", f"comment_note:{about}"))
    if each.files:
        acts.append(button("comment_files", f"request_item:{each.request_item_id}", n=each.files))
    if may_redact:
        acts.append(button("redact", f"redact:response:{each.answer_id}"))
    if acts:
        rows.append(tuple(acts))
    return screen(*lines, rows=[*rows, _foot(f"chapter_comments:{report.id}:0")])

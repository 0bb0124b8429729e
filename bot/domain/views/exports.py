"""Screens of exports and progress: what to export, how far it is, the file; figures in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.exports import (
    FORMS,
    TEMPLATE_LETTERS,
    DocumentNeeded,
    ExportKind,
    NoEvents,
    suits,
)
from bot.domain.filters import (
    EVERYTHING,
    LETTERS,
    Dimension,
    Filter,
    NothingMatches,
    with_language,
)
from bot.domain.progress import TOLD_APART, Subject
from bot.domain.screens import (
    Attachment,
    Button,
    Code,
    Language,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import HOME, IMPORT, LIST_LENGTH, in_twos
from bot.domain.views.digests import Group, Measure

PICTURE_FILE = "progress.png"
MEGABYTE = 1024**2
MOST_BARS = 12  # of a group of measures: more nobody reads on a phone
LABEL_LENGTH = 40  # characters of a value on its button

TEXT_KEYS = (
    *(f"button.export.{each}" for each in LETTERS),
    *(f"button.progress.{each}" for each in Subject),
    *(f"button.export_{each}" for each in ("year", "until", "since")),
    *(f"export.stays_here.{each}" for each, form in FORMS.items() if form.stays),
    *(f"picture.answers.{each}{some}" for each in ("rate", "age") for some in ("", ".some")),
    *(f"picture.title.{each}" for each in Subject),
    *(f"progress.without.{each}" for each in TOLD_APART if each is not Subject.STATUS),
)


# -- Exports ---------------------------------------------------------------------------------------


def none_yet() -> Screen:
    """There is nothing to export at all."""
    return screen("item.none_yet", rows=[(IMPORT, HOME)])


def kinds(
    offered: Sequence[ExportKind],
    *,
    staying: Collection[ExportKind],
    regular: int = 0,
    anything: bool = True,
) -> Screen:
    """What can be exported, what of it stays on the machine; so many exports come regularly.

    Before `anything` was imported, that is what is of no recommendation.
    """
    lines: list[Text | None] = [] if anything else [text("item.none_yet"), None]
    lines += [text("export.kinds"), None]
    lines += [_about(each, stays=each in staying) for each in offered]
    buttons = [Button(text(f"export.kind.{each}"), _act("export", each)) for each in offered]
    rows = in_twos(buttons)
    if regular:
        rows.append((button("regulars_many", "regulars", n=regular),))
    rows.append((HOME,) if anything else (IMPORT, HOME))
    return screen(*lines, rows=rows)


def choose(
    kind: ExportKind,
    chosen: Filter,
    called: Mapping[Dimension, Value],
    count: int,
    *,
    stays: bool,
    language: Language | None = None,
) -> Screen:
    """What would be exported: how narrowed, in which language, and how much that leaves."""
    lines: list[Text | None] = [_about(kind, stays=stays), *narrowed(chosen, called)]
    if language is not None:
        lines.append(text("export.in_language", language=language))
    code = None if language is None else language.code
    lines += [None, _holds(kind, count)]
    ready = bool(count) and suits(kind, chosen)
    if count and not ready:
        lines.append(text(DocumentNeeded.key))
    narrow = [
        button(f"export.{each}", _act(f"export_by:{LETTERS[each]}:0", kind, chosen, code))
        for each in LETTERS
    ]
    narrow += [
        button("export_days", _act("export_days", kind, chosen, code)),
        button("export_language", _act("export_language", kind, chosen)),
    ]
    rows: list[Row] = []
    often = button("export_when", _act("export_when", kind, chosen))
    if ready:
        rows.append((button("export_make", _act("export_make", kind, chosen, code)), often))
    elif FORMS[kind].beside:  # what is empty today may hold something by then
        rows.append((often,))
    rows += in_twos(narrow)
    if (of := FORMS[kind].template) is not None:
        rows.append((button("template", f"template:{TEMPLATE_LETTERS[of]}"),))
    if chosen:
        rows.append((button("export_everything", _act("export", kind, language=code)),))
    return screen(*lines, rows=[*rows, (button("back", "export"), HOME)])


def narrowed(chosen: Filter, called: Mapping[Dimension, Value]) -> list[Text]:
    """How a filter narrows: by which values, as they are `called`, and to which days."""
    lines = [
        text("export.narrowed", dimension=text(f"export.dimension.{each}"), value=value)
        for each, value in called.items()
    ]
    if chosen.since is not None:
        lines.append(text("export.narrowed_since", day=chosen.since))
    if chosen.until is not None:
        lines.append(text("export.narrowed_until", day=chosen.until))
    return lines


def days(kind: ExportKind, chosen: Filter, years: Sequence[int], language: str | None) -> Screen:
    """The years to narrow to, up to the end of which, or from which on."""
    rows: list[Row] = []
    for year in years:
        first, last = date(year, 1, 1), date(year, 12, 31)
        named = Code(str(year))
        rows.append(
            tuple(
                button(
                    f"export_{what}",
                    _act("export", kind, replace(chosen, since=since, until=until), language),
                    year=named,
                )
                for what, since, until in (
                    ("year", first, last),
                    ("until", None, last),
                    ("since", first, None),
                )
            )
        )
    free = replace(chosen, since=None, until=None)
    rows.append((button("export_any", _act("export", kind, free, language)), HOME))
    return screen("export.which_days", rows=rows)


def languages(kind: ExportKind, chosen: Filter, offered: Sequence[tuple[str, str]]) -> Screen:
    """The languages that the file can be made in, by their own names."""
    rows: list[Row] = [
        (button("language_name", _act("export", kind, chosen, code), name=name),)
        for code, name in offered
    ]
    rows.append((button("back", _act("export", kind, chosen)), HOME))
    return screen("export.which_language", rows=rows)


def _holds(kind: ExportKind, count: int) -> Text:
    """How much the export would hold, or that it would hold nothing."""
    if FORMS[kind].beside:
        return text("export.holds_events", count=count) if count else text(NoEvents.key)
    return text("export.holds", count=count) if count else text(NothingMatches.key)


def whole(kind: ExportKind, *, stays: bool) -> Screen:
    """An export that is not narrowed."""
    make = button("export_make", _act("export_make", kind))
    often = button("export_when", _act("export_when", kind))
    return screen(_about(kind, stays=stays), rows=[(make, often), (button("back", "export"), HOME)])


@dataclass(frozen=True)
class Choice:
    """A value that can be narrowed to: its words, what it leaves, and the filter it leads to."""

    called: Value
    count: int
    leads_to: Filter


def values(  # noqa: PLR0917
    kind: ExportKind,
    dimension: Dimension,
    chosen: Filter,
    choices: Sequence[Choice],
    page: int,
    language: str | None = None,
) -> Screen:
    """The values of a dimension, eight at a time; `chosen` is the filter without it."""
    shown = choices[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    rows: list[Row] = [
        (
            button(
                "export_value",
                _act("export", kind, each.leads_to, language),
                value=each.called,
                n=each.count,
            ),
        )
        for each in shown
    ]
    turns: list[Button] = []
    act = f"export_by:{LETTERS[dimension]}"
    if page:
        turns.append(button("earlier", _act(f"{act}:{page - 1}", kind, chosen, language)))
    if (page + 1) * LIST_LENGTH < len(choices):
        turns.append(button("next_page", _act(f"{act}:{page + 1}", kind, chosen, language)))
    rows += [tuple(turns)] if turns else []
    rows.append((button("export_any", _act("export", kind, chosen, language)), HOME))
    asked = text("export.which", dimension=text(f"export.dimension.{dimension}"))
    return screen(asked, rows=rows)


def making(kind: ExportKind, job_id: int, share: float | None = None) -> Screen:
    """The export is being made: so far, where that is known."""
    named = _named(kind)
    line = (
        text("export.making", kind=named)
        if share is None
        else text("export.made_so_far", kind=named, share=share)
    )
    return screen(line, rows=[(button("export_cancel", f"export_cancel:{job_id}"),)])


def made(kind: ExportKind) -> Screen:
    """It is ready: what the message of the progress says from then on."""
    return screen(text("export.made", kind=_named(kind)))


@dataclass(frozen=True)
class Batch:
    """One file for each document, by the first of their jobs: how many are made, of how many."""

    first: int
    done: int
    all: int


def by_document(kind: ExportKind, batch: Batch, share: float | None = None) -> Screen:
    """One file for each document is being made; so far, and so much of the next one."""
    facts: dict[str, Value] = {"kind": _named(kind), "done": batch.done, "all": batch.all}
    if batch.done >= batch.all:
        return screen(Text("export.by_document_done", facts))
    line = (
        text("export.by_document", kind=_named(kind), count=batch.all)
        if share is None
        else Text("export.by_document_next", facts | {"share": share})
    )
    cancel = button("export_cancel", f"export_cancel_all:{batch.first}")
    return screen(line, rows=[(cancel,)])


def cancelled() -> Screen:
    """Nothing is made."""
    return screen("export.cancelled", rows=[(HOME,)])


def cancelled_rest() -> Screen:
    """What was not made yet of one file a document is not made."""
    return screen("export.cancelled_rest", rows=[(HOME,)])


@dataclass(frozen=True)
class Counted:
    """An export by what it holds; `withheld` are restricted items without their words.

    `damaged` are files that are named in it and not whole. Of one that comes regularly, `regular`
    says so.
    """

    kind: ExportKind
    count: int
    withheld: int = 0
    damaged: int = 0
    regular: Text | None = None

    @property
    def lines(self) -> list[Text | None]:
        """What its message says of it."""
        held = text(f"export.counted.{FORMS[self.kind].counted}", count=self.count)
        lines: list[Text | None] = [text("export.ready", kind=_named(self.kind), counted=held)]
        if self.withheld:
            lines.append(text("export.withheld", count=self.withheld))
        if self.damaged:
            lines.append(text("export.damaged", count=self.damaged))
        if self.regular is not None:
            lines.append(self.regular)
        return lines


def ready(counted: Counted, attachment: Attachment) -> Screen:
    """The export itself."""
    return screen(*counted.lines, rows=[(HOME,)], attachments=(attachment,), replaces=False)


def stays(counted: Counted, size: int, place: str) -> Screen:
    """The export lies on the State's machine, which it does not leave."""
    megabytes = -(-size // MEGABYTE)
    return message(
        *counted.lines, text("export.stays", size=megabytes, place=place), rows=[(HOME,)]
    )


def too_large(
    counted: Counted, size: int, place: str, chosen: Filter, language: str | None = None
) -> Screen:
    """The export is more than the chat carries, and lies on the State's machine."""
    megabytes = -(-size // MEGABYTE)
    split = button("export_split", _act("export_split", counted.kind, chosen, language))
    form = FORMS[counted.kind]
    one = form.beside or form.of_a_report or len(chosen.of(Dimension.DOCUMENT)) == 1
    lines = [*counted.lines, text("export.too_large", size=megabytes, limit=50, place=place)]
    if one:
        return message(*lines, rows=[(HOME,)])
    return message(*lines, text("export.too_large_split"), rows=[(split, HOME)])


def _named(kind: ExportKind) -> Text:
    return text(f"export.kind.{kind}")


def _about(kind: ExportKind, *, stays: bool) -> Text:
    about = text(f"export.about.{kind}")
    if stays:
        where = text(f"export.stays_here.{kind}")
        return text("export.what_stays", kind=_named(kind), about=about, stays=where)
    return text("export.what", kind=_named(kind), about=about)


def _act(
    act: str, kind: ExportKind, chosen: Filter = EVERYTHING, language: str | None = None
) -> str:
    """The act with kind, filter and language behind it; Telegram carries 64 bytes."""
    return f"{act}:{FORMS[kind].letter}:{with_language(chosen.code, language)}"


def template(attachment: Attachment) -> Screen:
    """The empty table, to be filled in and sent back."""
    return screen("import.template_file", attachments=(attachment,), replaces=False)


# -- Progress --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A bar in words: its name (None: the bar of all), its count, and each status with its own."""

    name: Value | None
    total: int
    statuses: tuple[tuple[str, int], ...]


def progress(
    subject: Subject,
    subjects: Sequence[Subject],
    lines: Sequence[Line],
    *,
    total: int,
    as_of: date,
    whose: Text,
) -> Screen:
    """The figures in words; the picture of the same comes after them."""
    if not total:
        return screen(whose, "progress.nothing", rows=[(HOME,)])
    shown: list[Text | None] = [
        text("progress.title", title=text(f"picture.title.{subject}")),
        text("progress.of", whose=whose, day=as_of, total=text("picture.total", count=total)),
        None,
    ]
    if subject is Subject.TIME:
        shown += [text("progress.time.note"), None]
    for each in lines:
        shown += _line(each)
    return screen(*shown, rows=_subjects(subject, subjects))


def no_history(subjects: Sequence[Subject]) -> Screen:
    """Nothing was approved yet."""
    return screen("progress.time.nothing", rows=_subjects(Subject.TIME, subjects))


def counting_history(subjects: Sequence[Subject]) -> Screen:
    """The history is being counted."""
    return screen("progress.time.counting", rows=_subjects(Subject.TIME, subjects))


@dataclass(frozen=True)
class Answers:
    """An institution by its name: of what was asked and is due, and days since its last report."""

    name: Value
    asked: int
    answered: int
    days: int | None


def answer_groups(every: Sequence[Answers]) -> list[Group]:
    """What a picture shows of them: those first that answer least, and whose report is oldest."""
    asked = sorted(
        (each for each in every if each.asked), key=lambda each: each.answered / each.asked
    )
    aged = sorted(every, key=lambda each: (each.days is not None, -(each.days or 0)))
    groups = []
    if asked:
        rated = tuple(_rate(each) for each in asked[:MOST_BARS])
        groups.append(Group(_heading("rate", len(rated), len(asked)), rated, most=100))
    if aged:
        old = tuple(_age(each) for each in aged[:MOST_BARS])
        groups.append(Group(_heading("age", len(old), len(aged)), old))
    return groups


def _heading(what: str, shown: int, of: int) -> Text:
    if shown == of:
        return text(f"picture.answers.{what}")
    return text(f"picture.answers.{what}.some", n=shown, all=of)


def _rate(each: Answers) -> Measure:
    share = each.answered / each.asked
    told = text("progress.rate", answered=each.answered, asked=each.asked, share=share)
    return Measure(text("label.one", value=each.name), round(100 * share), told)


def _age(each: Answers) -> Measure:
    told = text("progress.never") if each.days is None else text("progress.days", count=each.days)
    return Measure(text("label.one", value=each.name), each.days or 0, told)


def answers(
    groups: Sequence[Group], subjects: Sequence[Subject], *, as_of: date, whose: Text
) -> Screen:
    """How institutions answer, in words."""
    if not groups:
        return screen(whose, "progress.answers.none", rows=_subjects(Subject.ANSWERS, subjects))
    lines: list[Text | None] = [
        text("progress.title", title=text(f"picture.title.{Subject.ANSWERS}")),
        text("progress.answers.of", whose=whose, day=as_of),
    ]
    for group in groups:
        lines += [None, group.title]
        lines += [
            text("progress.measure", name=each.name, shown=each.shown) for each in group.measures
        ]
    return screen(*lines, rows=_subjects(Subject.ANSWERS, subjects))


def picture(attachment: Attachment, subject: Subject, subjects: Sequence[Subject]) -> Screen:
    """The picture of the figures, with the ways to other ones."""
    return screen(
        text(f"picture.title.{subject}"),
        rows=_subjects(subject, subjects),
        attachments=(attachment,),
        replaces=False,
    )


def _line(line: Line) -> list[Text]:
    if line.name is None:
        return [
            text(
                "progress.status",
                status=text(f"status.{status}"),
                n=count,
                share=count / line.total,
            )
            for status, count in line.statuses
        ]
    counted = tuple(
        text("progress.counted", status=text(f"status.{status}"), n=count)
        for status, count in line.statuses
    )
    return [text("progress.bar", name=line.name, total=line.total, statuses=Listing(counted))]


def _subjects(subject: Subject, subjects: Sequence[Subject]) -> list[Row]:
    others = [
        button(f"progress.{each}", f"progress:{each}") for each in subjects if each != subject
    ]
    return [*in_twos(others), (HOME,)]

"""Screens of exports and progress: what to export, how far it is, the file; figures in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.filters import LETTERS, Dimension, Filter
from bot.domain.progress import Subject
from bot.domain.screens import (
    Attachment,
    Button,
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

PICTURE_FILE = "progress.png"
MEGABYTE = 1024**2
LABEL_LENGTH = 40  # characters of a value on its button

TEXT_KEYS = (
    *(f"button.export.{each}" for each in LETTERS),
    *(f"button.progress.{each}" for each in Subject),
    *(f"picture.title.{each}" for each in Subject),
    *(f"progress.without.{each}" for each in Subject if each is not Subject.STATUS),
)


# -- The workbook ----------------------------------------------------------------------------------


def none_yet() -> Screen:
    """There is nothing to export at all."""
    return screen("item.none_yet", rows=[(IMPORT, HOME)])


def choose(chosen: Filter, called: Mapping[Dimension, Value], count: int) -> Screen:
    """What would be exported: how narrowed, and how many recommendations that leaves."""
    lines: list[Text | None] = [text("export.what")]
    lines += [
        text("export.narrowed", dimension=text(f"export.dimension.{each}"), value=value)
        for each, value in called.items()
    ]
    lines += [None, text("export.holds", count=count) if count else text("error.export.nothing")]
    code = chosen.code
    narrow = [button(f"export.{each}", f"export_by:{LETTERS[each]}:0:{code}") for each in LETTERS]
    rows: list[Row] = [(button("export_make", f"export_make:{code}"),)] if count else []
    rows += in_twos(narrow)
    if chosen:
        rows.append((button("export_everything", "export"),))
    return screen(*lines, rows=[*rows, (HOME,)])


@dataclass(frozen=True)
class Choice:
    """A value that can be narrowed to: its words, what it leaves, and the filter it leads to."""

    called: Value
    count: int
    code: str


def values(dimension: Dimension, chosen: Filter, choices: Sequence[Choice], page: int) -> Screen:
    """The values of a dimension, eight at a time; `chosen` is the filter without it."""
    shown = choices[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    rows: list[Row] = [
        (button("export_value", f"export:{each.code}", value=each.called, n=each.count),)
        for each in shown
    ]
    turns: list[Button] = []
    act, code = f"export_by:{LETTERS[dimension]}", chosen.code
    if page:
        turns.append(button("earlier", f"{act}:{page - 1}:{code}"))
    if (page + 1) * LIST_LENGTH < len(choices):
        turns.append(button("next_page", f"{act}:{page + 1}:{code}"))
    rows += [tuple(turns)] if turns else []
    rows.append((button("export_any", f"export:{code}"), HOME))
    asked = text("export.which", dimension=text(f"export.dimension.{dimension}"))
    return screen(asked, rows=rows)


def making(job_id: int, share: float | None = None) -> Screen:
    """The workbook is being made: so far, where that is known."""
    line = text("export.making") if share is None else text("export.made_so_far", share=share)
    return screen(line, rows=[(button("export_cancel", f"export_cancel:{job_id}"),)])


def made() -> Screen:
    """It is ready: what the message of the progress says from then on."""
    return screen("export.made")


def cancelled() -> Screen:
    """Nothing is made."""
    return screen("export.cancelled", rows=[(HOME,)])


def ready(count: int, withheld: int, attachment: Attachment) -> Screen:
    """The workbook itself."""
    lines = [text("export.ready", count=count)]
    if withheld:
        lines.append(text("export.withheld", count=withheld))
    return screen(*lines, rows=[(HOME,)], attachments=(attachment,), replaces=False)


def too_large(count: int, size: int, place: str) -> Screen:
    """The workbook is more than the chat carries, and lies on the State's machine."""
    megabytes = -(-size // MEGABYTE)
    return message(
        text("export.ready", count=count),
        text("export.too_large", size=megabytes, limit=50, place=place),
        rows=[(HOME,)],
    )


def file_name(day: date) -> str:
    """What the workbook is called where it is saved."""
    return f"focal-point-{day.isoformat()}.xlsx"


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
    for each in lines:
        shown += _line(each)
    return screen(*shown, rows=_subjects(subject, subjects))


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

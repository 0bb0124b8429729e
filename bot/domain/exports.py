"""What leaves the house as a file, and in which form (FORMATS.md §2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.approvals import Protection
from bot.domain.errors import Refused
from bot.domain.filters import EVERYTHING, Dimension, Filter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv"
ZIP = "application/zip"
ICS = "text/calendar"
JSONL = "application/jsonl"


class ExportKind(StrEnum):
    """What can be exported; stable codes, also of the command line."""

    WORKBOOK = "workbook"
    MATRIX = "matrix"
    MATRIX_BY_NUMBER = "matrix_by_number"
    PARAGRAPHS = "paragraphs"
    SDG = "sdg"
    SDG_CSV = "sdg_csv"
    OPEN_DATA = "open_data"
    IMPACT = "impact"
    ARCHIVE = "archive"
    NATIONAL_REPORT = "national_report"
    COMMENTS = "comments"
    CALENDAR = "calendar"
    AUDIT = "audit"


class TemplateKind(StrEnum):
    """What a Word template is of; stable codes."""

    MATRIX = "matrix"
    PARAGRAPHS = "paragraphs"
    NATIONAL_REPORT = "national_report"
    CONSULTATION = "consultation"


@dataclass(frozen=True)
class Form:
    """How one kind of export leaves.

    `letter` stands for it behind a button. `counted` is what its message counts, one of the counts
    that its file is made with (`export.counted.<counted>`). One that `stays` is not sent by chat
    while that protection holds; one for `coordinators` nobody else takes; one that is `whole` is
    not narrowed; one `beside` items speaks of more than these, and is made without any; one
    `of_a_document` needs the filter to name just one. One `of_a_report` is of a report in
    preparation, and has no filter. A Word file is filled into the `template` of that kind: the
    secretariat's own, or ours.
    """

    letter: str
    suffix: str
    media_type: str
    counted: str = "recommendations"
    stays: Protection | None = None
    coordinators: bool = False
    whole: bool = False
    beside: bool = False
    of_a_document: bool = False
    of_a_report: bool = False
    template: TemplateKind | None = None


FORMS: Mapping[ExportKind, Form] = {
    ExportKind.WORKBOOK: Form("w", "xlsx", XLSX),
    ExportKind.MATRIX: Form("m", "docx", DOCX, of_a_document=True, template=TemplateKind.MATRIX),
    ExportKind.MATRIX_BY_NUMBER: Form(
        "n", "docx", DOCX, of_a_document=True, template=TemplateKind.MATRIX
    ),
    ExportKind.PARAGRAPHS: Form("p", "docx", DOCX, template=TemplateKind.PARAGRAPHS),
    ExportKind.SDG: Form("s", "xlsx", XLSX),
    ExportKind.SDG_CSV: Form("v", "csv", CSV),
    ExportKind.OPEN_DATA: Form("o", "zip", ZIP),
    ExportKind.IMPACT: Form("i", "zip", ZIP),
    ExportKind.ARCHIVE: Form("a", "zip", ZIP, counted="files", stays=Protection.EVIDENCE),
    ExportKind.NATIONAL_REPORT: Form(
        "r", "docx", DOCX, of_a_report=True, template=TemplateKind.NATIONAL_REPORT
    ),
    ExportKind.COMMENTS: Form("t", "xlsx", XLSX, counted="comments", of_a_report=True),
    ExportKind.CALENDAR: Form("c", "ics", ICS, counted="events", beside=True),
    ExportKind.AUDIT: Form(
        *("j", "jsonl", JSONL, "entries"),
        stays=Protection.AUDIT,
        coordinators=True,
        whole=True,
        beside=True,
    ),
}

TEMPLATE_LETTERS: Mapping[TemplateKind, str] = {
    TemplateKind.MATRIX: "m",
    TemplateKind.PARAGRAPHS: "p",
    TemplateKind.NATIONAL_REPORT: "r",
    TemplateKind.CONSULTATION: "k",
}
"""What stands for a template behind a button."""

CHOSEN = tuple(kind for kind, form in FORMS.items() if not form.of_a_report)
"""What is narrowed by a filter, and chosen among the exports."""

TEXT_KEYS = (
    *(f"export.kind.{each}" for each in ExportKind),
    *(f"export.about.{each}" for each in CHOSEN),
    *(f"export.counted.{each.counted}" for each in FORMS.values()),
    *(f"template.kind.{each}" for each in TemplateKind),
    *(f"word.heading.{each}" for each in TemplateKind),
)

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_BY_LETTER = {form.letter: kind for kind, form in FORMS.items()}
_TEMPLATES = {letter: kind for kind, letter in TEMPLATE_LETTERS.items()}


class DocumentNeeded(Refused):
    """An export of one document, and the filter does not name just one."""

    key = "error.export.document_needed"


class NoEvents(Refused):
    """There is nothing in the calendar, so no file is made of it."""

    key = "error.export.no_events"


class ReportNeeded(Refused):
    """An export of a report in preparation, and none is named; or one that is of none."""

    key = "error.export.report_needed"


def by_letter(letter: str) -> ExportKind | None:
    """The kind that a letter behind a button stands for."""
    return _BY_LETTER.get(letter)


def template_by_letter(letter: str) -> TemplateKind | None:
    """The kind of template that a letter behind a button stands for."""
    return _TEMPLATES.get(letter)


def require_suits(kind: ExportKind, chosen: Filter, report_id: int | None = None) -> None:
    """Refuse an order that does not name what it is of: DocumentNeeded, ReportNeeded."""
    if FORMS[kind].of_a_report != (report_id is not None) or (report_id is not None and chosen):
        raise ReportNeeded
    if not suits(kind, chosen):
        raise DocumentNeeded


def suits(kind: ExportKind, chosen: Filter) -> bool:
    """Whether the filter names what this kind of export needs named, and nothing it cannot use."""
    if FORMS[kind].whole:
        return not chosen
    return not FORMS[kind].of_a_document or len(chosen.of(Dimension.DOCUMENT)) == 1


def file_name(
    kind: ExportKind, day: date, chosen: Filter = EVERYTHING, report_id: int | None = None
) -> str:
    """What the file is called where it is saved; one of a single document or report says which."""
    documents = chosen.of(Dimension.DOCUMENT)
    parts = [
        "focal-point",
        "" if kind is ExportKind.WORKBOOK else kind.value.replace("_", "-"),
        _UNSAFE.sub("-", documents[0]).strip("-") if len(documents) == 1 else "",
        "" if report_id is None else str(report_id),
        day.isoformat(),
    ]
    return "-".join(filter(None, parts)) + f".{FORMS[kind].suffix}"

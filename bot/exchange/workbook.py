"""The consolidated workbook: all that the secretariat works with, one sheet a subject.

FORMATS.md §2. Rows are plain values in the language of the workbook and go to the disk one by one.
The totals on the first sheet come from the database, and a workbook whose rows differ from them is
never handed out. There is no place in it for a phone number or a Telegram id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, tzinfo
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

from bot.domain.errors import Refused
from bot.exchange.cells import Cell, Link
from bot.exchange.sheets import ROWS_OF_A_SHEET, Labels, SafeBook, SafeSheet, safe_book

OnProgress: TypeAlias = Callable[[int, int], None]  # rows done, rows in all

_STEP = 1_000  # rows between two reports of progress
_ROW_HEIGHT = 60  # points: four lines; the rest of a long text shows when its row is made higher
_WIDTHS = {  # in characters; the others take 16
    "text": 70, "last_text": 60, "measures": 70, "remaining": 40, "figures": 30, "comment": 40,
    "disaggregation": 44,
    "answer": 60, "title": 40, "name": 40, "sha256": 24, "states": 28, "themes": 36, "groups": 28,
    "sdgs": 20, "cluster": 24, "lead": 28, "contributing": 32, "institution": 32, "mechanism": 20,
    "dialogue": 36, "reason": 36, "recorded_from": 30,
    "note": 40, "consolidated_sentence": 60,
    "activity": 60, "others": 32, "indicator": 44, "last_note": 40, "items": 28,
    "siblings": 24, "source": 30, "card": 30, "person": 26, "subject": 40,
    "language": 10, "version": 9, "evidence": 10, "paragraph": 11, "cycle": 9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecommendationRow:
    """One item; `lead` and `contributing` name institutions, `last_update` is `SU-2026-0042`."""

    id: str
    symbol: str
    paragraph: str
    mechanism: str
    cycle: str
    kind: str
    position: str
    text: str
    language: str  # of the text
    status: str
    as_of: date | None
    due: date | None
    lead: tuple[str, ...]
    contributing: tuple[str, ...]
    cluster: str
    states: tuple[str, ...]
    themes: tuple[str, ...]
    groups: tuple[str, ...]
    sdgs: tuple[str, ...]
    last_update: str
    last_text: str
    evidence: int  # files
    siblings: tuple[str, ...]
    source: Link
    card: Link
    vanished: date | None = None  # since when it is no longer in its source
    consolidated_status: str = ""  # the secretariat's; then `status` and `as_of` are it, too
    consolidated_as_of: date | None = None
    consolidated_sentence: str = ""  # for the report
    contributions: int = 0  # of consultations, about it


@dataclass(frozen=True, slots=True)
class StatusUpdateRow:
    """One version of one status update; `stage` says how far it came: submitted, cleared …"""

    number: str
    version: int
    recommendation: str  # the id on the recommendations' sheet
    symbol: str
    paragraph: str
    institution: str
    seat: str
    status: str
    as_of: date | None
    measures: str
    language: str
    remaining: str
    figures: str
    disaggregation: str  # a line a group: figure | dimensions | group | value
    evidence: int  # files
    stage: str
    submitted_at: datetime | None
    cleared_at: datetime | None
    reviewed_at: datetime | None
    comment: str  # of who returned it
    note: str = ""  # of the secretariat, beside what it approved


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One file or link given as evidence for a status update or an answer; `size` in bytes."""

    id: str
    status_update: str
    version: int | None  # of the status update: the newest that has it
    reply: str  # the id on the answers' sheet
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    title: str
    name: str
    type: str
    size: int | None
    sha256: str
    language: str
    state: str
    received_at: datetime | None
    source: Link


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat; an institution without any has a row of its own, `person` empty."""

    institution: str
    unit: str
    person: str
    role: str
    state: str
    language: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """Who holds a recommendation, in which part; `last_update` is the last word on it."""

    id: str
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    part: str
    state: str
    due: date | None
    assigned_at: datetime | None
    announced_at: datetime | None
    ended_at: datetime | None
    last_update: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What one institution was asked, about one item or none; `days` from then to the answer.

    `answer` is the number of the status update that answered and stood, or what was written.
    """

    id: str
    request: str
    kind: str
    subject: str
    indicator: str
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    asked_at: datetime | None
    due: date | None
    reminders: int
    seen_at: datetime | None
    answered_at: datetime | None
    days: float | None
    answer: str
    state: str
    reason: str  # why it was excused


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer to a request for a position, for words, for figures or for comments."""

    id: str
    asked: str  # the id on the requests' sheet
    kind: str
    subject: str
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    seat: str
    position: str
    answer: str
    language: str
    figures: str
    disaggregation: str
    recorded_from: str  # letter, e-mail, meeting … that an officer recorded
    recorded_on: date | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One decision of the secretariat on a status update."""

    id: str
    status_update: str
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    seat: str
    decision: str
    comment: str
    language: str
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """One question of a live dialogue and its cleared answer; none was asked where `id` is empty.

    `status_update` was given instead of an answer.
    """

    dialogue: str
    opened_at: datetime | None
    closed_at: datetime | None
    id: str
    text: str
    language: str
    asked_at: datetime | None
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    state: str
    seat: str  # who answered
    answer: str
    answer_language: str
    status_update: str
    settled_at: datetime | None
    promised_until: date | None


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One entry of the reporting calendar; `rule` is how long after its document it falls."""

    id: str
    kind: str
    title: str
    symbol: str
    day: date | None
    until: date | None
    rule: str
    state: str
    request: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question that nobody has answered yet, about a status update or not; `days` it is old.

    `seat` is whose words wait: an institution's or the secretariat's.
    """

    id: str
    status_update: str
    institution: str
    seat: str
    recommendation: str
    symbol: str
    paragraph: str
    text: str
    language: str
    asked_at: datetime | None
    days: float | None


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """A contribution to a consultation; its words and groups leave by files that are taken back."""

    id: str
    consultation: str
    contribution: int  # its number there
    about: str
    themes: tuple[str, ...]
    items: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """What stands beside the State's answer: an observer's assessment, or a committee's grade."""

    id: str
    recommendation: str
    symbol: str
    paragraph: str
    given_by: str
    status: str
    grade: str
    session: str
    as_of: date | None
    text: str
    language: str
    document: str
    source: str
    version: int | None
    state: str
    given_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity of a follow-up plan; `stage` says whether the secretariat adopted it."""

    id: str
    items: tuple[str, ...]
    cluster: str
    activity: str
    language: str
    institution: str
    others: tuple[str, ...]
    since: date | None
    until: date | None
    amount: float | str | None  # a text where fifteen digits do not hold it
    currency: str
    funds: str
    stage: str
    state: str
    last_note: str


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One value of an indicator; one without values has a row of its own, `value` empty."""

    id: str
    of: str  # the id on the activities' sheet
    indicator: str
    aspect: str  # structural, process, outcome
    unit_of: str
    baseline: float | None
    baseline_year: int | None
    target: float | None
    target_year: int | None
    sdg: str
    dimensions: tuple[str, ...]
    year: int | None
    value: float | None
    disaggregation: str  # a line a group: dimensions | group | value
    origin: str
    received_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """What the database counts within the filter: rows, and recommendations by kind.

    `sheets` is keyed as `SHEETS` is, the others by the words that the rows carry; "" is none. A
    recommendation with two leading institutions counts for both.
    """

    sheets: Mapping[str, int]
    status: Mapping[str, int]
    mechanism: Mapping[str, int]
    institution: Mapping[str, int]


@dataclass(frozen=True)
class WorkbookContents:
    """A consolidated workbook: who asked for it, when and how narrowed; its rows, each read once.

    `filters` pairs a name (one of `FILTERS`) with the words chosen. Moments are shown in `zone`.
    `withheld` counts the restricted items that stand there without their words.
    """

    language: str
    made_at: datetime
    made_by: str
    filters: tuple[tuple[str, str], ...]
    counts: Counts
    recommendations: Iterable[RecommendationRow] = ()
    status_updates: Iterable[StatusUpdateRow] = ()
    evidence: Iterable[EvidenceRow] = ()
    seats: Iterable[SeatRow] = ()
    assignments: Iterable[AssignmentRow] = ()
    requests: Iterable[RequestRow] = ()
    answers: Iterable[AnswerRow] = ()
    reviews: Iterable[ReviewRow] = ()
    questions: Iterable[QuestionRow] = ()
    dialogues: Iterable[DialogueRow] = ()
    deadlines: Iterable[DeadlineRow] = ()
    assessments: Iterable[AssessmentRow] = ()
    activities: Iterable[ActivityRow] = ()
    indicators: Iterable[IndicatorRow] = ()
    contributions: Iterable[ContributionRow] = ()
    zone: tzinfo = UTC
    withheld: int = 0


SHEETS: Mapping[str, type] = {
    "recommendations": RecommendationRow,
    "assignments": AssignmentRow,
    "status_updates": StatusUpdateRow,
    "reviews": ReviewRow,
    "evidence": EvidenceRow,
    "seats": SeatRow,
    "requests": RequestRow,
    "answers": AnswerRow,
    "questions": QuestionRow,
    "dialogues": DialogueRow,
    "deadlines": DeadlineRow,
    "assessments": AssessmentRow,
    "activities": ActivityRow,
    "indicators": IndicatorRow,
    "contributions": ContributionRow,
}


FILTERS = (
    *("mechanism", "document", "cluster", "theme", "sdg", "institution"),
    *("status", "from", "until", "language"),
)
_COLUMNS = {each.name for row_type in SHEETS.values() for each in fields(row_type)}
TEXT_KEYS = (
    *(f"export.workbook.column.{name}" for name in sorted(_COLUMNS)),
    *(f"export.workbook.sheet.{key}" for key in SHEETS),
    *(f"export.workbook.filter.{name}" for name in FILTERS),
    *(f"export.workbook.totals.{each.name}" for each in fields(Counts)),
)


class CountsDiffer(Refused):
    """The rows are not what the database counts; `differences` pairs both, by total and key."""

    key = "error.export.counts_differ"

    def __init__(self, differences: Mapping[str, tuple[int, int]]) -> None:
        super().__init__(totals=len(differences))
        self.differences = differences


def write(
    path: Path, contents: WorkbookContents, labels: Labels, on_progress: OnProgress | None = None
) -> None:
    """Write the workbook to `path`; refuses with CountsDiffer, and then leaves no file."""
    title = labels("export.workbook.title")
    with safe_book(
        path,
        language=contents.language,
        title=title,
        made_at=contents.made_at,
        zone=contents.zone,
    ) as book:
        totals = book.sheet(labels("export.workbook.sheet.totals"))
        _write_totals(totals, contents, labels)
        tally = _Tally(contents.counts, on_progress or _quietly)
        for key, row_type in SHEETS.items():
            rows: Iterable[Any] = getattr(contents, key)
            Rows(book, key, row_type, labels).write(tally.counted(key, rows))
        tally.compare()


def _quietly(_done: int, _all: int) -> None:
    pass


class _Tally:
    """Counts the rows that pass, tells of progress, and compares with the database in the end."""

    def __init__(self, expected: Counts, on_progress: OnProgress) -> None:
        self._expected = expected
        self._on_progress = on_progress
        self._all = sum(expected.sheets.values())
        self._seen: dict[str, Counter[str]] = {each.name: Counter() for each in fields(Counts)}

    def counted(self, key: str, rows: Iterable[Any]) -> Iterator[Any]:
        """The rows of a sheet, counted."""
        done = self._seen["sheets"].total()
        for place, row in enumerate(rows, start=1):
            if key == "recommendations":
                self._count(row)
            if (done + place) % _STEP == 0:
                self._on_progress(done + place, self._all)
            self._seen["sheets"][key] = place
            yield row

    def compare(self) -> None:
        """Refuse with CountsDiffer unless every total is what was written; then all is done."""
        differences = {
            f"{total}: {key}": (expected[key], seen[key])
            for total, seen in self._seen.items()
            for expected in [Counter(getattr(self._expected, total))]
            for key in sorted(expected.keys() | seen.keys())
            if expected[key] != seen[key]
        }
        if differences:
            raise CountsDiffer(differences)
        self._on_progress(self._all, self._all)

    def _count(self, row: RecommendationRow) -> None:
        self._seen["status"][row.status] += 1
        self._seen["mechanism"][row.mechanism] += 1
        self._seen["institution"].update(row.lead or ("",))


class Rows:
    """The rows of one subject, on as many sheets as they need.

    The rest of a text too long for its cell follows at the end of its row: a cell says which
    columns go on and in how many cells (`Text: 2`), and those cells come after it, in order.
    """

    def __init__(self, book: SafeBook, key: str, row_type: type, labels: Labels) -> None:
        self._book = book
        self._label = labels(f"export.workbook.sheet.{key}")
        self._names = [each.name for each in fields(row_type)]
        self._headings = [labels(f"export.workbook.column.{name}") for name in self._names]
        self._goes_on = labels("export.workbook.column.goes_on")

    def write(self, rows: Iterable[Any]) -> None:
        """Write all rows; a sheet that is full goes on in another."""
        values = attrgetter(*self._names)
        sheet, place, long_ones = self._open(), 0, 0
        for row in rows:
            if place == ROWS_OF_A_SHEET - 1:
                self._close(sheet, place, long_ones)
                sheet, place, long_ones = self._open(), 0, 0
            place += 1
            if rest := sheet.row(place, values(row)):
                long_ones += 1
                self._continue(sheet, place, rest)
        self._close(sheet, place, long_ones)

    def _open(self) -> SafeSheet:
        sheet = self._book.sheet(self._label)
        sheet.sheet.set_default_row(_ROW_HEIGHT)
        sheet.sheet.set_row(0, 32)
        sheet.sheet.freeze_panes(1, 1)
        sheet.sheet.repeat_rows(0)
        for column, name in enumerate(self._names):
            sheet.sheet.set_column(column, column, _WIDTHS.get(name, 16))
        sheet.header(0, [*self._headings, self._goes_on])
        return sheet

    def _continue(self, sheet: SafeSheet, row: int, rest: Mapping[int, list[str]]) -> None:
        which = tuple(f"{self._headings[column]}: {len(cells)}" for column, cells in rest.items())
        cells: list[Cell] = [which, *(each for cells in rest.values() for each in cells)]
        sheet.row(row, [None] * len(self._names) + cells)

    def _close(self, sheet: SafeSheet, rows: int, long_ones: int) -> None:
        last = len(self._names)
        sheet.sheet.autofilter(0, 0, rows, last - 1)
        sheet.sheet.set_column(last, last, 24, None, {"hidden": not long_ones})


def _write_totals(sheet: SafeSheet, contents: WorkbookContents, labels: Labels) -> None:
    sheet.sheet.set_column(0, 0, 44)
    sheet.sheet.set_column(1, 1, 44)
    sheet.sheet.write_string(0, 0, labels("export.workbook.title"), sheet.styles.title)
    unfiltered = None if contents.filters else labels("export.workbook.filter.none")
    lines: list[tuple[Cell, ...]] = [
        (),
        (labels("export.workbook.made_at"), contents.made_at),
        (labels("export.workbook.time_zone"), str(contents.zone)),
        (labels("export.workbook.made_by"), contents.made_by),
        (labels("export.workbook.filter"), unfiltered),
        *((labels(f"export.workbook.filter.{name}"), words) for name, words in contents.filters),
        (labels("export.workbook.note"),),
    ]
    if contents.withheld:
        lines.append((labels("export.workbook.withheld"), contents.withheld))
    row = 0
    for row, line in enumerate(lines, start=1):
        sheet.row(row, line)
    rows = contents.counts.sheets
    tables: dict[str, Mapping[str, int]] = {
        "sheets": {labels(f"export.workbook.sheet.{key}"): rows.get(key, 0) for key in SHEETS},
        "status": contents.counts.status,
        "mechanism": contents.counts.mechanism,
        "institution": contents.counts.institution,
    }
    count_heading = labels("export.workbook.totals.count")
    for name, table in tables.items():
        row += 2
        sheet.header(row, [labels(f"export.workbook.totals.{name}"), count_heading])
        for key, count in table.items():
            row += 1
            sheet.row(row, (key or labels("export.workbook.totals.none"), count))

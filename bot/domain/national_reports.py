"""Reports in preparation: their chapters, how ready each is, comments, approval (DESIGN §3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from bot.domain.deadlines import DeadlineKind
from bot.domain.errors import Refused
from bot.domain.filters import goal_of
from bot.domain.kinds import Kind
from bot.domain.merging import Fields
from bot.domain.redaction import Mark

LONGEST_TITLE = 300
LONGEST_HEADING = 200
LONGEST_NUMBER = 120
LONGEST_BY = 120
MOST_CHAPTERS = 500
MOST_WORDS = 1_000_000
MONTHS = (3, 6, 12, 24)
"""After so many months what was approved can be too old for a report."""

USUAL_MONTHS = 12
_BETWEEN = " · "  # symbol, number and first words of an item in a heading


class NationalKind(StrEnum):
    """What kind of report the State writes; stable codes."""

    TREATY_BODY = "treaty_body"
    REVIEW = "review"
    MID_TERM = "mid_term"
    VOLUNTARY_REVIEW = "voluntary_review"


BY_DEADLINE: Mapping[DeadlineKind, NationalKind] = {
    DeadlineKind.PERIODIC_REPORT: NationalKind.TREATY_BODY,
    DeadlineKind.LIST_OF_ISSUES: NationalKind.TREATY_BODY,
    DeadlineKind.FOLLOW_UP: NationalKind.TREATY_BODY,
    DeadlineKind.UPR_ADDENDUM: NationalKind.REVIEW,
    DeadlineKind.MID_TERM: NationalKind.MID_TERM,
    DeadlineKind.VOLUNTARY_REVIEW: NationalKind.VOLUNTARY_REVIEW,
}
"""The deadlines that a report answers, and which kind of report."""


class Stage(StrEnum):
    """Where a report stands; that it is out for comments follows from what was sent."""

    IN_PREPARATION = "in_preparation"
    OUT_FOR_COMMENTS = "out_for_comments"
    APPROVED = "approved"
    SUBMITTED = "submitted"


class Structure(StrEnum):
    """What the chapters are made by."""

    QUESTION = "question"
    PARAGRAPH = "paragraph"
    ARTICLE = "article"
    THEME = "theme"
    GOAL = "goal"
    OWN = "own"  # the secretariat adds them itself


ITEM_BY_ITEM: Mapping[Structure, Kind | None] = {
    Structure.QUESTION: Kind.QUESTION,
    Structure.PARAGRAPH: None,
    Structure.ARTICLE: Kind.ARTICLE,
}
"""Where each item is a chapter; of which kind, where that matters."""


class Readiness(StrEnum):
    """How ready an item is for the report."""

    READY = "ready"
    STALE = "stale"
    CONTRADICTORY = "contradictory"
    IN_REVIEW = "in_review"
    MISSING = "missing"


LACKING = (Readiness.CONTRADICTORY, Readiness.MISSING, Readiness.STALE, Readiness.IN_REVIEW)
"""What an item can lack, in the order in which it is shown."""


class Outcome(StrEnum):
    """What became of a comment."""

    TAKEN_UP = "taken_up"
    PARTLY = "partly"
    NOT_TAKEN_UP = "not_taken_up"


BODIES = ("cabinet", "parliament")
"""Who usually approves a report; others are written."""

TEXT_KEYS = (
    *(f"national_report.kind.{each}" for each in NationalKind),
    *(f"national_report.stage.{each}" for each in Stage),
    *(f"national_report.structure.{each}" for each in Structure),
    *(f"readiness.{each}" for each in Readiness),
    *(f"comment.outcome.{each}" for each in Outcome),
    *(f"national_report.body.{each}" for each in BODIES),
    *(f"sdg.goal.{each}" for each in range(1, 18)),
    *(
        f"national_report.field.{each}"
        for each in ("title", "documents", "deadline_id", "word_limit", "months")
    ),
)


class NothingInIt(Refused):
    """The documents have nothing of which these chapters could be made."""

    key = "error.national_report.nothing"


class NotApprovedYet(Refused):
    """A report is submitted once its approval is recorded."""

    key = "error.national_report.not_approved"
    final = True


class AllSubmitted(Refused):
    """The report is submitted: nothing of it changes any more."""

    key = "error.national_report.submitted"
    final = True


class TooManyChapters(Refused):
    """More chapters than a report can have; values: `count` and `limit`."""

    key = "error.national_report.too_many"


class NotSubmitted(Refused):
    """The report is not submitted: there is nothing to take back."""

    key = "error.national_report.not_submitted"
    final = True


class NoComments(Refused):
    """No comment has come yet."""

    key = "error.national_report.no_comments"


@dataclass(frozen=True)
class Settings:
    """What of a report can be changed while it is prepared; without documents: all of them."""

    title: str
    language: str
    documents: tuple[int, ...]
    deadline_id: int | None
    word_limit: int | None
    months: int


CHANGING = Fields(("title", "documents", "deadline_id", "word_limit", "months"), "title")
"""Changing a report in preparation."""


def require_room(count: int) -> None:
    """Raise TooManyChapters where a report would have more than it can."""
    if count > MOST_CHAPTERS:
        raise TooManyChapters(count=count, limit=MOST_CHAPTERS)


@dataclass(frozen=True)
class NationalReport:
    """A report in preparation; `revision` counts the changes of its chapters and their drafts.

    Without `documents` it is about all of them. What was approved is stale after so many `months`.
    """

    id: int
    kind: NationalKind
    title: str
    language: str
    deadline_id: int | None
    documents: tuple[int, ...]
    structure: Structure
    months: int
    word_limit: int | None
    state: Stage
    revision: int
    changed_at: datetime
    submitted_on: date | None = None
    symbol: str | None = None

    @property
    def settings(self) -> Settings:
        """All of it that can be changed."""
        return Settings(**{each.name: getattr(self, each.name) for each in fields(Settings)})

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.state is not Stage.SUBMITTED


@dataclass(frozen=True)
class Chapter:
    """A part of the report: what is tagged with `value`, where it `holds` a theme or a goal.

    `items` were put into it one by one. `version` is of the draft, a text or a file.
    """

    id: int
    report_id: int
    place: int
    heading: str
    language: str | None = None
    holds: Structure | None = None
    value: str | None = None
    draft: str | None = None
    draft_language: str | None = None
    file: str | None = None
    file_name: str | None = None
    file_words: int | None = None
    version: int = 0
    word_limit: int | None = None
    owner_id: int | None = None
    owner: str | None = None
    items: tuple[int, ...] = ()

    @property
    def has_draft(self) -> bool:
        """Whether somebody has written it, so that the reports of its items are not it."""
        return bool(self.draft or self.file)


@dataclass(frozen=True)
class ChapterDraft:
    """A chapter as it is to be made."""

    heading: str
    language: str | None = None
    holds: Structure | None = None
    value: str | None = None
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReportItem:
    """An item of the report: how it is called, its themes and goals in their order."""

    id: int
    code: str
    symbol: str
    kind: str
    restricted: bool
    themes: tuple[str, ...] = ()
    sdgs: tuple[str, ...] = ()

    @property
    def goals(self) -> tuple[int, ...]:
        """The Sustainable Development Goals that it names."""
        found = (goal_of(each) for each in self.sdgs)
        return tuple(dict.fromkeys(each for each in found if each is not None))


# -- Chapters --------------------------------------------------------------------------------------


def in_scope(structure: Structure, items: Sequence[ReportItem]) -> list[ReportItem]:
    """The items that a report of that structure is about."""
    kind = ITEM_BY_ITEM.get(structure)
    return [each for each in items if kind is None or each.kind == kind.value]


def chapters_for(
    structure: Structure, items: Sequence[ReportItem], beginnings: Mapping[int, tuple[str, str]]
) -> list[ChapterDraft]:
    """The chapters that these items make, in their order; themes by name, goals by number.

    `beginnings` are the first words of items and their language, where they may be shown. Themes
    and goals of restricted items are words about them, and make no heading.
    """
    scope = in_scope(structure, items)
    told = [each for each in scope if not each.restricted]
    match structure:
        case Structure.OWN:
            return []
        case Structure.THEME:
            themes = sorted({each.themes[0] for each in told if each.themes})
            return [ChapterDraft(each, None, structure, each) for each in themes]
        case Structure.GOAL:
            goals = sorted({each.goals[0] for each in told if each.goals})
            return [ChapterDraft(str(each), None, structure, str(each)) for each in goals]
        case _:
            several = len({each.symbol for each in scope}) > 1
            return [_of_item(each, beginnings, several=several) for each in scope]


def _of_item(
    item: ReportItem, beginnings: Mapping[int, tuple[str, str]], *, several: bool
) -> ChapterDraft:
    full = f"{item.symbol}{_BETWEEN}{item.code}"
    number = full if several or item.restricted else item.code
    words, language = beginnings.get(item.id, ("", None))
    heading = f"{number}{_BETWEEN}{words}" if words and not item.restricted else number
    if len(heading) > LONGEST_HEADING:
        heading = f"{heading[: LONGEST_HEADING - 1].rstrip()}…"
    return ChapterDraft(heading, language if words else None, items=(item.id,))


@dataclass(frozen=True)
class Hidden:
    """A restricted item: its texts and themes, which no heading may say."""

    id: int
    symbol: str
    code: str
    texts: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """All that may be said of it: its symbol and number."""
        return f"{self.symbol}{_BETWEEN}{self.code}"

    def numbered(self, heading: str) -> str | None:
        """What a heading says behind the item's number; None where it does not begin with it."""
        for number in (self.name, self.code):
            if heading.startswith(f"{number}{_BETWEEN}"):
                return heading.removeprefix(f"{number}{_BETWEEN}")
        return None

    def says(self, words: str) -> bool:
        """Whether all of the words stand in one of its texts."""
        said = _folded(words.removesuffix("…"))
        return any(said in _folded(each) for each in self.texts)

    def is_quoted(self, words: str) -> bool:
        """Whether some words in a row stand in one of its texts, so that they are its own."""
        said = _folded(words.removesuffix("…")).split()
        rows = [" ".join(said[at : at + _QUOTATION]) for at in range(len(said) - _QUOTATION + 1)]
        return any(each in _folded(text) for text in self.texts for each in rows)


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()


_QUOTATION = 5
"""So many words in a row are taken for those of the item, wherever they stand."""


def shown_heading(
    heading: str, hidden: Iterable[Hidden], *, own: Collection[int], theme: str | None = None
) -> str:
    """A heading without what it says of items that were restricted since: symbol and number.

    It says so if it begins as the chapter of an item does, whether the item (one of the chapter's
    `own`) still stands in it or was put elsewhere, if it quotes the item, or if it is a `theme`
    that no other item has.
    """
    for each in hidden:
        if theme is not None:
            if theme in each.themes:
                return each.name
            continue
        said = each.numbered(heading)
        begins = said is not None and (each.id in own or each.says(said))
        if begins or each.is_quoted(heading):
            return each.name
    return heading


def placed(
    chapters: Sequence[Chapter], items: Sequence[ReportItem]
) -> tuple[dict[int, list[ReportItem]], list[ReportItem]]:
    """The items of each chapter, and those of none.

    Each stands in one: where it was put by hand, else under the first of its themes or goals that
    has a chapter, wherever that stands; so a report says nothing twice.
    """
    by_hand: dict[int, int] = {}
    by_rule: dict[tuple[Structure, str], int] = {}
    for chapter in chapters:
        for item_id in chapter.items:
            by_hand.setdefault(item_id, chapter.id)
        if chapter.holds is not None and chapter.value is not None:
            by_rule.setdefault((chapter.holds, chapter.value), chapter.id)
    found: dict[int, list[ReportItem]] = {each.id: [] for each in chapters}
    outside = []
    for item in items:
        home = by_hand.get(item.id) or _by_rule(item, by_rule)
        if home is None:
            outside.append(item)
        else:
            found[home].append(item)
    return found, outside


def _by_rule(item: ReportItem, by_rule: Mapping[tuple[Structure, str], int]) -> int | None:
    names = [
        *((Structure.THEME, each) for each in item.themes),
        *((Structure.GOAL, str(each)) for each in item.goals),
    ]
    return next((by_rule[each] for each in names if each in by_rule), None)


# -- Readiness -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answering:
    """An institution's word on an item, as far as the secretariat knows it."""

    assignment_id: int
    institution_id: int
    leads: bool
    approved_id: int | None  # its last approved status update
    approved_as_of: date | None
    in_review: bool  # a newer one waits for the secretariat


@dataclass(frozen=True)
class Facts:
    """What the record has on an item: institutions, the State's status, contradictions.

    `rests_on` are the status updates behind the consolidated status of the day `consolidated_on`.
    """

    answering: tuple[Answering, ...] = ()
    consolidated_on: date | None = None
    rests_on: frozenset[int] = frozenset()
    contradictory: bool = False

    @property
    def leading(self) -> tuple[Answering, ...]:
        """Whose word it takes: the lead's, or everybody's where nobody leads."""
        leads = tuple(each for each in self.answering if each.leads)
        return leads or self.answering


def readiness(facts: Facts, since: date) -> Readiness:
    """How ready an item is, where what was approved as of a day before `since` is too old."""
    if facts.contradictory:
        return Readiness.CONTRADICTORY
    waits = any(each.in_review for each in facts.leading)
    if facts.consolidated_on is not None:
        approved = {each.approved_id for each in facts.answering} - {None}
        if approved <= facts.rests_on and facts.consolidated_on >= since:
            return Readiness.READY
        return Readiness.IN_REVIEW if waits else Readiness.STALE
    days = [each.approved_as_of for each in facts.leading if each.approved_as_of is not None]
    if days and max(days) >= since:
        return Readiness.READY
    if waits:
        return Readiness.IN_REVIEW
    return Readiness.STALE if days else Readiness.MISSING


def lacking(facts: Facts, since: date) -> list[int]:
    """The assignments whose institutions should be asked for a report that an item lacks."""
    if readiness(facts, since) not in (Readiness.MISSING, Readiness.STALE):
        return []
    return [
        each.assignment_id
        for each in facts.leading
        if not each.in_review and (each.approved_as_of is None or each.approved_as_of < since)
    ]


def count_words(*texts: str | None) -> int:
    """Words as Word counts them: what stands between spaces; what was redacted has none."""
    return sum(len(each.split()) for each in texts if each and Mark.read(each) is None)


@dataclass(frozen=True)
class Ready:
    """How ready a chapter or a report is: items by readiness, words where they can be counted.

    `uncounted` drafts are files that are no Word files, or not counted yet; `to_ask` are the
    assignments of which nothing is asked yet, `asked` how many are. Of the `nobodys` items nobody
    can be asked.
    """

    counts: Mapping[Readiness, int] = field(default_factory=dict)
    words: int = 0
    uncounted: int = 0
    to_ask: tuple[int, ...] = ()
    asked: int = 0
    nobodys: int = 0

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(self.counts.values())

    def plus(self, other: Ready) -> Ready:
        """Both together."""
        return Ready(
            {
                each: self.counts.get(each, 0) + other.counts.get(each, 0)
                for each in Readiness
                if self.counts.get(each) or other.counts.get(each)
            },
            self.words + other.words,
            self.uncounted + other.uncounted,
            (*self.to_ask, *other.to_ask),
            self.asked + other.asked,
            self.nobodys + other.nobodys,
        )


# -- Approval --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Approval:
    """Who approved the report as it stood at `revision`, when, by which decision."""

    id: int
    report_id: int
    by: str
    approved_on: date
    number: str | None
    file: str | None
    file_name: str | None
    revision: int
    at: datetime


# -- Comments --------------------------------------------------------------------------------------

_PLACE = re.compile(
    r"\s*(?:(?:para(?:graph|graphe)?s?\.?|§+|¶+|n[o°]\.?|الفقرة|فقرة)\s*)?"
    r"(\d{1,4}(?:\.\d{1,4})*)\s*[:.)–—-]\s+(?=\S)",
    re.IGNORECASE,
)


def in_parts(words: str) -> list[tuple[str | None, str]]:
    """What was commented, paragraph by paragraph: a line that begins with a number begins another.

    `12: …`, `para. 140.7 – …`; what stands before the first number is about the whole chapter.
    """
    parts: list[tuple[str | None, list[str]]] = []
    for line in words.splitlines():
        found = _PLACE.match(line)
        if found:
            parts.append((found[1], [line[found.end() :]]))
        elif parts:
            parts[-1][1].append(line)
        else:
            parts.append((None, [line]))
    joined = [(place, "\n".join(lines).strip()) for place, lines in parts]
    return [each for each in joined if each[1]]


@dataclass(frozen=True)
class Comment:
    """One comment of an institution on a chapter; `part` counts those of one answer from 0."""

    answer_id: int
    request_item_id: int
    part: int
    chapter_id: int
    place: str | None
    words: str
    language: str
    names: Mapping[str, str]
    files: int
    at: datetime
    outcome: Outcome | None = None
    note: str | None = None
    note_language: str | None = None


def open_comments(comments: Collection[Comment]) -> list[Comment]:
    """Those of which nobody has said what became of them."""
    return [each for each in comments if each.outcome is None]

"""Grades that a committee, or somebody else outside, gives to what a State did (FORMATS.md §3).

They stand beside the institution's own status and are another field: scheme, grade, session. The
schemes are data; one that is not here is named in words, and its grades are taken as written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.errors import Refused
from bot.domain.reports import fitting
from bot.domain.screens import Code, Listing, Value, Words, text

LONGEST_SCHEME = 80
LONGEST_GRADE = 60
LONGEST_SESSION = 60
LONGEST_SYMBOL = 120
LONGEST_SOURCE = 500
MOST = 100
"""So many paragraphs in one go."""


@dataclass(frozen=True)
class Scheme:
    """How somebody grades: its code, and its grades from the best to the worst."""

    code: str
    grades: tuple[str, ...]


SCHEMES = (
    Scheme("hrc", ("A", "B", "C", "D", "E")),  # the Human Rights Committee's follow-up
    Scheme("hrc_older", ("A", "B1", "B2", "C1", "C2", "D1", "E")),  # what it gave before
)
_BY_CODE = {each.code: each for each in SCHEMES}
LETTERS = tuple(dict.fromkeys(grade for scheme in SCHEMES for grade in scheme.grades))
"""Every grade of these schemes, as a search takes it."""
TEXT_KEYS = (
    *(f"grade.scheme.{each.code}" for each in SCHEMES),
    *(f"grade.{each.code}.{grade.lower()}" for each in SCHEMES for grade in each.grades),
)
_PARAGRAPH_THEN_GRADE = re.compile(r"^(?P<paragraph>[^:]+?)\s*[:=\t]\s*(?P<grade>.+)$")


class NoGrade(Refused):
    """What was written is no grade of the scheme; values: `written` and `grades`."""

    key = "error.no_grade"


class GradeTooLong(Refused):
    """A scheme, grade, session or symbol is a few words; values: `limit`, in characters."""

    key = "error.grade_too_long"


class NoSuchParagraph(Refused):
    """The document has no such paragraph; values: `paragraphs` and `symbol`."""

    key = "error.no_such_paragraph"


class GradedTwice(Refused):
    """One paragraph stands there twice with two grades; values: `paragraph`."""

    key = "error.graded_twice"


class TooManyGrades(Refused):
    """More paragraphs than go in one; values: `limit`."""

    key = "error.too_many_grades"


@dataclass(frozen=True)
class Given:
    """A grade of one paragraph, as it was written; no paragraph: of the item that it began with."""

    paragraph: str | None
    grade: str


@dataclass(frozen=True)
class GradeDraft:
    """What is the same for all the paragraphs that are graded in one go."""

    scheme: str
    session: str
    language: str
    given_on: date | None = None
    symbol: str | None = None
    note: str | None = None
    source: str | None = None

    def checked(self) -> GradeDraft:
        """The draft without blanks around its words; raises NoWords, TooLong or GradeTooLong."""
        return GradeDraft(
            in_short(self.scheme, LONGEST_SCHEME),
            in_short(self.session, LONGEST_SESSION),
            self.language,
            self.given_on,
            in_short(self.symbol, LONGEST_SYMBOL) if self.symbol else None,
            fitting(self.note) if self.note else None,
            in_short(self.source, LONGEST_SOURCE) if self.source else None,
        )


@dataclass(frozen=True)
class Grade:
    """A grade of an item as it is kept; `withdrawn_at`: replaced, or entered by mistake."""

    id: int
    item_id: int
    scheme: str
    grade: str
    session: str
    given_on: date | None
    symbol: str | None
    note: str | None
    language: str
    source: str | None
    entered_at: datetime
    withdrawn_at: datetime | None

    @property
    def of(self) -> tuple[str, str, str | None]:
        """What only one grade of an item can stand for: scheme, session, document."""
        return self.scheme, self.session, self.symbol


def scheme_name(scheme: str) -> Value:
    """The scheme in words: one of ours, or as it was written."""
    return text(f"grade.scheme.{scheme}") if scheme in _BY_CODE else Words(scheme)


def grade_name(scheme: str, grade: str) -> Value:
    """The grade, and what it stands for where that is known."""
    known = _BY_CODE.get(scheme)
    if known is None or grade not in known.grades:
        return Words(grade)
    meaning = text(f"grade.{scheme}.{grade.lower()}")
    return text("grade.meant", grade=Code(grade), meaning=meaning)


def read_grades(written: str, scheme: str) -> tuple[Given, ...]:
    """The grades of a message: one for the item, or a line a paragraph (`11: B`, `12 C1`).

    In a scheme that is named in words the paragraph ends at a colon, because a grade may be several
    words. Raises NoGrade, GradeTooLong or TooManyGrades.
    """
    lines = [each.strip() for each in written.splitlines() if each.strip()]
    if not lines:
        raise NoGrade(written="", grades=_grades(scheme))
    if len(lines) > MOST:
        raise TooManyGrades(limit=MOST)
    return tuple(_given(each, scheme) for each in lines)


def _given(line: str, scheme: str) -> Given:
    paragraph: str | None = None
    grade = line
    if (found := _PARAGRAPH_THEN_GRADE.match(line)) is not None:
        paragraph, grade = found["paragraph"], found["grade"]
    elif scheme in _BY_CODE and " " in line:
        paragraph, grade = line.rsplit(maxsplit=1)
    known = _BY_CODE.get(scheme)
    if known is not None:
        if grade.upper() not in known.grades:
            raise NoGrade(written=Words(line, limit=40), grades=_grades(scheme))
        grade = grade.upper()
    return Given(paragraph and paragraph.strip(" .–—-"), in_short(grade, LONGEST_GRADE))


def _grades(scheme: str) -> Value:
    known = _BY_CODE.get(scheme)
    return Listing(tuple(map(Code, known.grades))) if known else text("grade.any")


def in_short(words: str, limit: int) -> str:
    """A few words on one line; raises NoWords or GradeTooLong."""
    fit = " ".join(fitting(words).split())
    if len(fit) > limit:
        raise GradeTooLong(limit=limit)
    return fit


def standing(found: Sequence[Grade]) -> list[Grade]:
    """Those that stand, in the order given."""
    return [each for each in found if each.withdrawn_at is None]

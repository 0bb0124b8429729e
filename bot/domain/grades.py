"""Grades that a committee, or somebody else outside, gives to what a State did (FORMATS.md §3).

They stand beside the institution's own status and are another field: scheme, grade, session. The
schemes are data; one that is not here is named in words, and its grades are taken as written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
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
    """How a committee grades: its code, its grades from the best to the worst, which committee.

    Grades are letters, or `in_words`, which are read in whatever language they are written.
    """

    code: str
    grades: tuple[str, ...]
    mechanism: str
    in_words: bool = False

    def key(self, grade: str) -> str:
        """The key of the words that say what a grade means."""
        return f"grade.{self.code}.{grade.lower().replace(' ', '_')}"


SCHEMES = (
    Scheme("hrc", ("A", "B", "C", "D", "E"), "CCPR"),  # the Human Rights Committee's follow-up
    Scheme("hrc_older", ("A", "B1", "B2", "C1", "C2", "D1", "E"), "CCPR"),  # what it gave before
    Scheme(  # since 2016
        "cedaw",
        (
            *("implemented", "substantially implemented", "partially implemented"),
            *("not implemented", "lack of information", "contrary"),
        ),
        "CEDAW",
        in_words=True,
    ),
)
_COMMITTEES = ("CAT", "CCPR", "CED", "CEDAW", "CERD", "CESCR", "CMW", "CRC", "CRPD", "SPT")
_BY_CODE = {each.code: each for each in SCHEMES}
LETTERS = tuple(
    dict.fromkeys(grade for scheme in SCHEMES if not scheme.in_words for grade in scheme.grades)
)
"""Every grade of these schemes, as a search takes it."""
TEXT_KEYS = (
    *(f"grade.scheme.{each.code}" for each in SCHEMES),
    *(each.key(grade) for each in SCHEMES for grade in each.grades),
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


def schemes_for(mechanism: str) -> tuple[Scheme, ...]:
    """The schemes that an item of that mechanism can be graded by.

    A committee grades by its own alone, so that where none is known it is written; what is no
    committee's may be graded by any.
    """
    own = tuple(each for each in SCHEMES if each.mechanism == mechanism)
    return own or (() if mechanism in _COMMITTEES else SCHEMES)


def in_words(scheme: str) -> Mapping[str, str]:
    """The grades of a scheme that has words, by the keys of what they are called."""
    known = _BY_CODE.get(scheme)
    if known is None or not known.in_words:
        return {}
    return {known.key(each): each for each in known.grades}


def scheme_name(scheme: str) -> Value:
    """The scheme in words: one of ours, or as it was written."""
    return text(f"grade.scheme.{scheme}") if scheme in _BY_CODE else Words(scheme)


def grade_name(scheme: str, grade: str) -> Value:
    """The grade, and what it stands for where that is known."""
    known = _BY_CODE.get(scheme)
    if known is None or grade not in known.grades:
        return Words(grade)
    meaning = text(known.key(grade))
    if known.in_words:
        return meaning
    return text("grade.meant", grade=Code(grade), meaning=meaning)


def read_grades(
    written: str, scheme: str, called: Mapping[str, str] | None = None
) -> tuple[Given, ...]:
    """The grades of a message: one for the item, or a line a paragraph (`11: B`, `12 C1`).

    In a scheme that is written in words the paragraph ends at a colon, because a grade may be
    several words; `called` are the words of a scheme in other languages, and its grades. Raises
    NoGrade, GradeTooLong or TooManyGrades.
    """
    lines = [each.strip() for each in written.splitlines() if each.strip()]
    if not lines:
        raise NoGrade(written="", grades=_grades(scheme))
    if len(lines) > MOST:
        raise TooManyGrades(limit=MOST)
    return tuple(_given(each, scheme, called or {}) for each in lines)


def _given(line: str, scheme: str, called: Mapping[str, str]) -> Given:
    known = _BY_CODE.get(scheme)
    paragraph: str | None = None
    grade = line
    if (found := _PARAGRAPH_THEN_GRADE.match(line)) is not None:
        paragraph, grade = found["paragraph"], found["grade"]
    if known is not None:
        words = {each: each for each in known.grades} | dict(called)
        named = {each.casefold(): one for each, one in words.items()}
        paragraph, grade = _apart(paragraph, grade, named)
        if grade.casefold() not in named:
            raise NoGrade(written=Words(line, limit=40), grades=_grades(scheme))
        grade = named[grade.casefold()]
    return Given(paragraph and paragraph.strip(" .–—-"), in_short(grade, LONGEST_GRADE))


def _apart(paragraph: str | None, grade: str, named: Collection[str]) -> tuple[str | None, str]:
    """The paragraph and the grade behind it, where nothing but blanks stands between them."""
    words = grade.split()
    if paragraph is None:
        for at in range(len(words)):
            if (found := " ".join(words[at:])).casefold() in named:
                return " ".join(words[:at]) or None, found
    return paragraph, " ".join(words)


def _grades(scheme: str) -> Value:
    known = _BY_CODE.get(scheme)
    if known is None:
        return text("grade.any")
    if known.in_words:
        return Listing(tuple(text(known.key(each)) for each in known.grades))
    return Listing(tuple(map(Code, known.grades)))


def in_short(words: str, limit: int) -> str:
    """A few words on one line; raises NoWords or GradeTooLong."""
    fit = " ".join(fitting(words).split())
    if len(fit) > limit:
        raise GradeTooLong(limit=limit)
    return fit


def standing(found: Sequence[Grade]) -> list[Grade]:
    """Those that stand, in the order given."""
    return [each for each in found if each.withdrawn_at is None]

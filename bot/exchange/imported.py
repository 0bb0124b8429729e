"""What every reader of recommendations gives: rows and problems as a stream, facts about the file.

All of it is plain values: readers run in a process of their own, with limits on memory and time,
and hand their rows over in batches (see `bot.exchange.staging`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self, TypeAlias

from bot.domain.errors import Refused
from bot.domain.kinds import Kind, Position
from bot.domain.screens import Value


class Format(StrEnum):
    """The kinds of files that bring recommendations; the value is part of text keys."""

    OHCHR_MATRIX = "ohchr_matrix"
    UHRI_EXCEL = "uhri_excel"
    UHRI_JSON = "uhri_json"
    PLAIN_CSV = "plain_csv"
    PLAIN_EXCEL = "plain_excel"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recommendation stood in its file: `ordinal` counts rows from 1, across headings.

    Of a matrix that goes back it keeps the heading as `printed`, and the row's `cells` by column.
    """

    ordinal: int
    heading: str | None = None
    printed: str = ""
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedRecommendation:
    """One item as its file gives it, cleaned; `raw_text` is the text before cleaning.

    `row` is the row of the table, sheet or array, as a person counts it. An item that stands under
    several headings has several `places`. `body` is the mechanism as printed, `mechanism` its code
    where known. `others` keeps columns that we know nothing of, as (header, value).
    """

    row: int
    kind: Kind
    text: str
    raw_text: str
    places: tuple[Place, ...]
    symbol: str | None = None
    paragraph: str | None = None
    annotation_id: str | None = None
    language: str | None = None
    mechanism: str | None = None
    body: str | None = None
    state: str | None = None
    position: Position | None = None
    position_source: str | None = None
    recommending_states: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    affected_persons: tuple[str, ...] = ()
    sdgs: tuple[str, ...] = ()
    cycle: str | None = None
    session: str | None = None
    published_on: date | None = None
    others: tuple[tuple[str, str], ...] = ()

    @property
    def ordinal(self) -> int:
        """The row at which the item stands first, from 1."""
        return self.places[0].ordinal

    @property
    def headings(self) -> tuple[str, ...]:
        """The theme headings it stands under, in the order of the file."""
        return tuple(place.heading for place in self.places if place.heading)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its importing keys, the deciding one first (see `importing_keys`)."""
        return importing_keys(self.annotation_id, self.symbol, self.paragraph)

    @property
    def key(self) -> str | None:
        """The importing key, or None when the file does not tell one."""
        return next(iter(self.keys), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that a person should look at; `key` names its text in the catalogue.

    `refused` says that the row is not among the rows to import. `original` holds the row's cells as
    they came, so that it can be sent back to be fixed.
    """

    row: int
    key: str
    column: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    refused: bool = False
    original: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file as a whole before its rows are read."""

    format: Format
    layout: str | None = None
    columns: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    language: str | None = None
    mechanism: str | None = None
    symbol: str | None = None
    cycle: str | None = None
    session: str | None = None
    title: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who imports said about the file; each fills what the file leaves open.

    `state` (a name in any language of the United Nations, or an ISO code) keeps only that State's
    items of an UHRI file. `language` overrides what the reader would find out.
    """

    language: str | None = None
    state: str | None = None
    symbol: str | None = None
    mechanism: str | None = None
    kind: Kind | None = None


AS_IT_IS = Options()

LONGEST: Mapping[str, int] = {"symbol": 120, "paragraph": 60, "annotation_id": 60}
"""Characters that a code may have; a longer one is none, and cut it would be another."""

Entry: TypeAlias = ImportedRecommendation | Problem


_BATCH_CHARACTERS = 100_000


def _length(entry: Entry) -> int:
    """Characters of what may be long in an entry."""
    if isinstance(entry, Problem):
        return sum(map(len, entry.original))
    return len(entry.text) + len(entry.raw_text) + sum(len(cell) for _, cell in entry.others)


class Reading:
    """A file being read: its facts at once, its rows and problems while iterating, once.

    Iterating may raise `Damaged` after some rows: what came before is then worth nothing. Close it,
    or use it as a context, when it may be left half-way.
    """

    def __init__(
        self,
        facts: Facts,
        entries: Iterator[Entry],
        close: Callable[[], object] | None = None,
        *,
        elsewhere: Counter[str] | None = None,
    ) -> None:
        self.facts = facts
        self.elsewhere = Counter[str]() if elsewhere is None else elsewhere
        """Rows left out because they are about another State, by its code; whole at the end."""
        self._close = close
        self._entries = self._to_the_end(entries)

    def __iter__(self) -> Iterator[Entry]:
        return self._entries

    def batches(self, size: int = 500) -> Iterator[tuple[Entry, ...]]:
        """The entries in batches of at most `size`, none empty; long texts make smaller ones.

        A batch goes between processes in one piece, which is limited.
        """
        batch: list[Entry] = []
        characters = 0
        for entry in self._entries:
            batch.append(entry)
            characters += _length(entry)
            if len(batch) == size or characters >= _BATCH_CHARACTERS:
                yield tuple(batch)
                batch, characters = [], 0
        if batch:
            yield tuple(batch)

    def whole(self) -> ImportedFile:
        """All of it in memory; for files that hold one country's recommendations."""
        rows: list[ImportedRecommendation] = []
        problems: list[Problem] = []
        with self:
            for entry in self:
                if isinstance(entry, Problem):
                    problems.append(entry)
                else:
                    rows.append(entry)
        return ImportedFile(self.facts, tuple(rows), tuple(problems))

    def _to_the_end(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        try:
            yield from entries
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._close is not None:
            self._close()
            self._close = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file read to its end."""

    facts: Facts
    rows: tuple[ImportedRecommendation, ...]
    problems: tuple[Problem, ...]


# Readers make the keys of problems of what they see; these are all there are.
TEXT_KEYS = tuple(
    f"import.problem.{name}"
    for name in (
        *("date_unknown", "duplicate", "formula", "kind_unknown", "language_unknown"),
        *("mechanism_unknown",),
        *("no_document_symbol", "no_number", "no_state", "no_symbol", "no_text"),
        *("number_shortened", "position_unknown", "positions_differ", "repeated_differently"),
        *("split_word", "state_unknown", "too_long", "too_many_cells"),
    )
)

# -- keys ------------------------------------------------------------------------------------------

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
_AROUND_SLASH = re.compile(r" ?/ ?")
_SUFFIX = re.compile(r"(?<=/)(ADD|CORR|REV)(?=\.)")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain_code(code: str) -> str:
    """A symbol or number with ASCII digits and hyphens, without invisible characters."""
    return _DASHES.sub("-", _INVISIBLE.sub("", code.translate(_DIGITS))).strip()


def normal_symbol(symbol: str) -> str:
    """A document symbol as keys compare it: `a / HRC/25/5.` becomes `A/HRC/25/5`."""
    return re.sub(r"\s+", "", plain_code(symbol)).rstrip(".,;").upper()


def filed_symbol(symbol: str) -> str:
    """A symbol as documents are filed, one way for all: `a / hrc/25/5.` is `A/HRC/25/5`.

    Spaces between words stay, as in `AL MRV 3/2025`.
    """
    plain = _AROUND_SLASH.sub("/", " ".join(plain_code(symbol).split())).rstrip(" .,;").upper()
    return _SUFFIX.sub(lambda found: found[0].capitalize(), plain)


def normal_paragraph(paragraph: str) -> str:
    """A paragraph as keys compare it: `186.28.` becomes `186.28`, `33. (A)` becomes `33(a)`."""
    bare = re.sub(r"\s+", "", plain_code(paragraph)).casefold()
    return re.sub(r"\.(?=\()", "", re.sub(r"(?<=\d)-(?=\d)", ".", bare)).rstrip(".,;:")


def importing_keys(
    annotation_id: str | None, symbol: str | None, paragraph: str | None
) -> tuple[str, ...]:
    """What an item is known by: the annotation id where there is one, then symbol and paragraph.

    The first decides. The second finds what came earlier without an annotation id; in UHRI one
    paragraph may carry several annotations, so there it is not unique (FORMATS.md §1).
    """
    keys = []
    if annotation_id and annotation_id.strip():
        keys.append("uhri:" + annotation_id.strip().casefold())
    if symbol and paragraph and normal_symbol(symbol) and normal_paragraph(paragraph):
        keys.append(f"{normal_symbol(symbol)}:{normal_paragraph(paragraph)}")
    return tuple(keys)


# -- refusals --------------------------------------------------------------------------------------


class ImportRefused(Refused):
    """A file that holds nothing to import; `key` names the text that says why and what to do.

    Locked, macro and old files are refused as everywhere (`bot.exchange.refusals`).
    """

    key = "import.refused.other"


class Empty(ImportRefused):
    """Nothing in the file, or no row under its headers."""

    key = "import.refused.empty"


class Damaged(ImportRefused):
    """The file breaks off or contradicts its own format."""

    key = "import.refused.damaged"


class NotRecognised(ImportRefused):
    """A whole file, but of no kind that we read."""

    key = "import.refused.not_recognised"


class MissingColumns(ImportRefused):
    """A table whose header lacks what each row needs; `columns` names it."""

    key = "import.refused.missing_columns"


class TooSpread(ImportRefused):
    """A workbook whose cells lie too far apart to be held in memory."""

    key = "import.refused.too_spread"

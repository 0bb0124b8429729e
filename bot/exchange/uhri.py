"""Reads the Universal Human Rights Index: the Excel that its site exports, and its JSON (§1.2).

The JSON of all States is some 400 MB: it is streamed, and only the State asked for is kept.
"""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import ijson

from bot.domain.kinds import Kind, Position
from bot.exchange import excel_tables, mechanisms, states, tables, vocabulary
from bot.exchange.cleaning import SplitWords, clean, lines, numbered
from bot.exchange.imported import (
    AS_IT_IS,
    LONGEST,
    Damaged,
    Empty,
    Entry,
    Facts,
    Format,
    ImportedRecommendation,
    ImportRefused,
    NotRecognised,
    Options,
    Place,
    Problem,
    Reading,
)
from bot.exchange.language import detect
from bot.exchange.plain import date_of
from bot.exchange.vocabulary import fold

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# What we call a field → its Excel column, spelt as UHRI spells it, and its JSON key.
FIELDS: Mapping[str, tuple[str, str]] = {
    "text": ("Text", "Text"),
    "countries": ("Countries Concerned", "Countries"),
    "body": ("Reccomending Body", "Body"),
    "symbol": ("Document Symbol", "Symbol"),
    "themes": ("Themes", "Themes"),
    "affected_persons": ("Affected Persons", "AffectedPersons"),
    "sdgs": ("Sdgs", "Sdgs"),
    "published_on": ("Document Publication Date", "PublicationDate"),
    "recommending_states": ("UPR Reccomending States", "UprRecommendingCountry"),
    "position": ("UPR Position", "UprPositions"),
    "type": ("Type", "AnnotationType"),
    "annotation_id": ("OHCHR Annotation Id", "AnnotationId"),
    "session": ("UPR Session", "UprSession"),
    "cycle": ("UPR Cycle", "UprCycle"),
    "regions": ("Regions Concerned", "Regions"),
    "recommending_regions": ("Recommending Regions", "UprRecommendingRegions"),
    "published_on_uhri": ("Date of publication on UHRI", "PublicationDateOnUhri"),
    "document": ("Document Id", "DocumentId"),
}
_EXCEL = {fold(column): field for field, (column, _) in FIELDS.items()}
_EXCEL |= {
    fold("Recommending Body"): "body",
    fold("UPR Recommending States"): "recommending_states",
}
_JSON = {key: field for field, (_, key) in FIELDS.items()}
_TELLING = frozenset({"annotation_id", "type", "body", "countries"})


class StateUnknown(ImportRefused):
    """The State asked for is none of which we know a name or code; `value` is what was asked."""

    key = "import.refused.state_unknown"


def read_excel(path: Path, options: Options = AS_IT_IS) -> Reading:
    """The Excel export; refuses with NotRecognised, Empty, Damaged or Encrypted."""
    for sheet in excel_tables.sheets(path):
        if found := tables.headed(sheet, recognised_columns):
            break
    else:
        raise NotRecognised
    titles = tuple(clean(cell) for cell in found.header.cells)
    places = {
        name: place for place, title in enumerate(titles) if (name := _EXCEL.get(fold(title)))
    }
    records = (
        _Record(
            row.number,
            {name: _at(row.cells, place) for name, place in places.items()},
            row.cells,
            tuple(name for name, place in places.items() if place in row.lost),
        )
        for row in found.rows
    )
    return _reading(records, Format.UHRI_EXCEL, titles, options, sheet=sheet.name)


def read_json(path: Path, options: Options = AS_IT_IS) -> Reading:
    """The JSON of UHRI, streamed; refuses as `read_excel`, with Damaged also while iterating."""
    file = _open(path)
    try:
        return _reading(_records(file), Format.UHRI_JSON, tuple(_JSON), options, close=file.close)
    except BaseException:
        file.close()
        raise


def recognised_columns(cells: Sequence[str]) -> int:
    """How many of a header's names are UHRI's; 0 unless those that only UHRI has are among them."""
    found = {name for cell in cells if (name := _EXCEL.get(fold(cell)))}
    return len(found) if found >= _TELLING and "text" in found else 0


def is_record(value: object) -> bool:
    """Whether a JSON value is a record of UHRI."""
    return isinstance(value, dict) and {"AnnotationId", "Text", "Body"} <= value.keys()


def first_value(path: Path) -> object:
    """The first element of a JSON array; refuses with NotRecognised, Empty or Damaged."""
    with _open(path) as file:
        try:
            return next(ijson.items(file, "item", use_float=True))
        except StopIteration:
            raise Empty from None
        except ijson.JSONError as error:
            raise Damaged from error


# -- records ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of the Excel or an object of the JSON: cells or lists by field.

    `lost` are the fields whose value cannot be seen (as `tables.Row` tells).
    """

    number: int
    fields: Mapping[str, Any]
    original: tuple[str, ...]
    lost: tuple[str, ...] = ()

    def words(self, name: str) -> str:
        """A field that holds one value."""
        return next(iter(self.several(name)), "")

    def several(self, name: str) -> tuple[str, ...]:
        """A field that holds any number of values: a list, or lines that begin with a dash."""
        match self.fields.get(name):
            case None:
                return ()
            case list() as listed:
                return lines("\n".join(str(each) for each in listed if each is not None))
            case value:
                return lines(str(value))


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _open(path: Path) -> BinaryIO | _Utf8OfUtf16:
    """The file behind its byte-order mark; UTF-16 is recoded while it is read."""
    file = path.open("rb")
    start = file.read(4)
    if not start:
        file.close()
        raise Empty
    file.seek(3 if start.startswith(codecs.BOM_UTF8) else 0)
    return _Utf8OfUtf16(file) if start.startswith(_UTF_16) else file


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _Utf8OfUtf16(io.RawIOBase):
    """A UTF-16 file as UTF-8 bytes, which is what the parser reads."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-16")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer)
        self._left = self._left or self._text.read(len(room)).encode()
        count = min(len(room), len(self._left))
        room[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        self._text.close()
        super().close()


def _records(file: BinaryIO | _Utf8OfUtf16) -> Iterator[_Record]:
    number = 0
    try:
        for number, value in enumerate(ijson.items(file, "item", use_float=True), 1):
            if not is_record(value):
                raise NotRecognised
            yield _Record(number, {_JSON[k]: v for k, v in value.items() if k in _JSON}, ())
    except (ijson.JSONError, UnicodeError) as error:
        raise Damaged(row=number + 1) from error


def _reading(
    records: Iterator[_Record],
    kind: Format,
    columns: tuple[str, ...],
    options: Options,
    *,
    sheet: str | None = None,
    close: Callable[[], object] | None = None,
) -> Reading:
    first = list(islice(records, 20))
    if not first:
        raise Empty
    sample = " ".join(record.words("text")[:600] for record in first)
    facts = Facts(
        kind,
        columns=columns,
        language=options.language or detect(sample),
        mechanism=options.mechanism,
        symbol=options.symbol,
        sheet=sheet,
    )
    rows = _Rows(facts, options)
    elsewhere = Counter[str]()
    chosen = _of_state(chain(first, records), _wanted(options.state), elsewhere)
    return Reading(facts, rows.entries(chosen), close, elsewhere=elsewhere)


def _wanted(state: str | None) -> str | None:
    """The ISO code of a State that is named in any language or by its code."""
    if state is None:
        return None
    wanted = states.code_of(state)
    if wanted is None:
        raise StateUnknown(value=state)
    return wanted


def _of_state(
    records: Iterator[_Record], wanted: str | None, elsewhere: Counter[str]
) -> Iterator[_Record]:
    """The records that concern the State; those of others are counted by the first they name."""
    code = cache(states.code_of)
    for each in records:
        about = [code(name) for name in each.several("countries")] if wanted else []
        if wanted in (None, *about):
            yield each
        else:
            elsewhere[next(filter(None, about), "")] += 1


# -- rows ------------------------------------------------------------------------------------------


@dataclass
class _Rows:
    """Makes items of records, taking note of what looks odd."""

    facts: Facts
    options: Options
    seen: dict[tuple[str, str | None], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def entries(self, records: Iterator[_Record]) -> Iterator[Entry]:
        """The items, each with its problems behind it, then split words where one State is read."""
        split = SplitWords()
        for ordinal, record in enumerate(records, 1):
            if item := self.item(ordinal, record):
                yield item
                if self.options.state:  # the words of all States would fill the memory
                    split.look(record.number, item.text)
            yield from self.problems
            self.problems.clear()
        for row, words, whole in split.found():
            values = {"words": words, "whole": whole}
            yield Problem(row, "import.problem.split_word", self.column("text"), values)

    def column(self, name: str) -> str:
        """The name of a field in this file."""
        return FIELDS[name][self.facts.format is Format.UHRI_JSON]

    def note(
        self, record: _Record, key: str, name: str, *, refused: bool = False, **values: str | int
    ) -> None:
        """Keep a problem of a record."""
        column = self.column(name)
        original = (record.original or _as_cells(record)) if refused else ()
        key = f"import.problem.{key}"
        self.problems.append(Problem(record.number, key, column, values, refused, original))

    def item(self, ordinal: int, record: _Record) -> ImportedRecommendation | None:
        """The item of a record; None when it lost a value, has no text or key, or came before."""
        for name in record.lost:
            self.note(record, "formula", name, refused=True)
        if record.lost:
            return None
        raw = str(record.fields.get("text") or "")
        part = numbered(clean(raw))
        symbol = record.words("symbol") or None
        annotation_id = record.words("annotation_id") or None
        if not part.text:
            self.note(record, "no_text", "text", refused=True, number=part.paragraph or "")
            return None
        if not annotation_id and not (symbol and part.paragraph):
            self.note(record, "no_number", "annotation_id", refused=True)
            return None
        for name, code in (("symbol", symbol), ("annotation_id", annotation_id)):
            if len(code or "") > LONGEST[name]:
                self.note(record, "too_long", name, refused=True, most=LONGEST[name])
                return None
        mechanism = self.mechanism(record, symbol)
        text = part.text.rstrip(" ;；؛")
        item = ImportedRecommendation(
            row=record.number,
            kind=self.kind(record),
            text=text,
            raw_text=raw,
            places=(Place(ordinal, part.title),),
            symbol=symbol,
            paragraph=part.paragraph,
            annotation_id=annotation_id,
            language=self.options.language or detect(text) or self.facts.language,
            mechanism=mechanism,
            body=record.words("body") or None,
            state=self.state(record),
            position=self.position(record, mechanism),
            recommending_states=self.recommending(record, text, mechanism),
            themes=record.several("themes"),
            affected_persons=record.several("affected_persons"),
            sdgs=record.several("sdgs"),
            cycle=record.words("cycle") or None,
            session=" | ".join(record.several("session")) or None,
            published_on=date_of(record.words("published_on")),
        )
        return item if self.is_first(record, item) else None

    def is_first(self, record: _Record, item: ImportedRecommendation) -> bool:
        """Whether no record before had the same key in the same language; notes it if one had."""
        if self.options.state is None:
            return True  # keys of all States would fill the memory; the import finds doubles anyway
        assert item.key is not None
        first = self.seen.setdefault((item.key, item.language), record.number)
        if first != record.number:
            number = item.paragraph or ""
            self.note(
                record, "duplicate", "annotation_id", refused=True, first=first, number=number
            )
        return first == record.number

    def mechanism(self, record: _Record, symbol: str | None) -> str | None:
        """The code of the body, else of the symbol."""
        body = record.words("body")
        found = mechanisms.code_of(body) or mechanisms.of_symbol(symbol) or self.options.mechanism
        if body and not found:
            self.note(record, "mechanism_unknown", "body", value=body)
        return found

    def kind(self, record: _Record) -> Kind:
        """The kind; of a text marked both ways, and of an unknown mark, a recommendation."""
        marks = record.several("type")
        kinds = {vocabulary.kind(mark) for mark in marks}
        if None in kinds or not kinds:
            self.note(record, "kind_unknown", "type", value=" | ".join(marks))
        return Kind.CONCERN if kinds == {Kind.CONCERN} else Kind.RECOMMENDATION

    def state(self, record: _Record) -> str | None:
        """The State concerned: the one asked for, else all that are named."""
        if self.options.state and (code := states.code_of(self.options.state)):
            return states.name_of(code)
        return " | ".join(map(states.as_printed, record.several("countries"))) or None

    def position(self, record: _Record, mechanism: str | None) -> Position | None:
        """The position on a review's recommendation; None for all other items."""
        printed = record.several("position")
        found = {vocabulary.position(each) for each in printed}
        if None in found:
            self.note(record, "position_unknown", "position", value=" | ".join(printed))
        known = {each for each in found if each}
        if len(known) > 1:
            return Position.SUPPORTED_NOTED
        if known:
            return known.pop()
        return Position.PENDING if mechanism == mechanisms.REVIEW else None

    def recommending(self, record: _Record, text: str, mechanism: str | None) -> tuple[str, ...]:
        """The recommending States of their field, else of the parentheses in a review's text."""
        printed = record.several("recommending_states")
        for name in printed:
            if states.code_of(name) is None:
                self.note(record, "state_unknown", "recommending_states", value=name)
        if printed or mechanism != mechanisms.REVIEW:
            return tuple(dict.fromkeys(map(states.as_printed, printed)))
        return states.recommending(text).known


def _as_cells(record: _Record) -> tuple[str, ...]:
    return tuple("\n".join(record.several(name)) for name in FIELDS)

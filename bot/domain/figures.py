"""Figures as people type them: `Prosecutions: 12 (2025; women 4, men 8)`.

One figure a line: what is counted, the number with its unit, and between parentheses the year and
the groups that it is made of. Digits of any script, and the ways in which numbers are grouped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.domain.disaggregation import Dimension, dimensions_of
from bot.domain.errors import Unfit

LONGEST_NAME = 300
LONGEST_UNIT = 60
LONGEST_LINE = 1000
LONGEST_NUMBER = 30
MOST = 50  # figures in one answer


@dataclass(frozen=True)
class Figure:
    """A number about something; `groups` are parts of it, by name as it was written."""

    indicator: str
    value: float
    unit: str | None = None
    year: int | None = None
    groups: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The figure as plain JSON values; the groups as pairs, which keep their order."""
        return {
            "indicator": self.indicator,
            "value": self.value,
            "unit": self.unit,
            "year": self.year,
            "groups": [list(each) for each in self.groups.items()],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Figure:
        return cls(
            kept["indicator"], kept["value"], kept["unit"], kept["year"], dict(kept["groups"])
        )

    @property
    def disaggregation(self) -> list[dict[str, Any]]:
        """Each group with its value, and by what it is told apart: `{dimension: value}`."""
        return [
            {"group": name, "value": value, "dimensions": dimensions_of(name)}
            for name, value in self.groups.items()
        ]

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """By what the figure is told apart, as far as that is known, each once."""
        found = {each for name in self.groups for each in dimensions_of(name)}
        return tuple(each for each in Dimension if each in found and each is not Dimension.OTHER)

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Figure:
        """The figure of a row that was kept with its `disaggregation`."""
        groups = {each["group"]: each["value"] for each in row["disaggregation"]}
        return cls(row["indicator"], row["value"], row["unit"], row["year"], groups)

    def written(self) -> str:
        """The figure as it would be typed; `read_figures` gives an equal one back."""
        number = f"{self.indicator}: {number_written(self.value)}"
        if self.unit:
            number += self.unit if self.unit == "%" else f" {self.unit}"
        notes = [] if self.year is None else [str(self.year)]
        notes += [f"{name}: {number_written(value)}" for name, value in self.groups.items()]
        return f"{number} ({'; '.join(notes)})" if notes else number


def number_written(value: float) -> str:
    """A number in plain digits, with a point where it is no whole one."""
    return str(int(value)) if value == int(value) else f"{value:.10f}".rstrip("0").rstrip(".")


def read_figures(words: str, language: str) -> tuple[Figure, ...]:
    """The figures of a message, one a line; raises Unfit that quotes the line which is unclear."""
    lines = [line.strip(" -•*·\t") for line in _plain(words).splitlines()]
    found = tuple(_figure(line, language) for line in lines if line)
    if not found or len(found) > MOST:
        raise Unfit("figures.how")
    return found


_NUMBER = r"[-+]?\d(?:[\d.,٫٬'’\u00a0\u202f ]*\d)?"
_LINE = re.compile(
    rf"(?P<name>.*?\S)\s*(?:[:=：]|\s[-–—])\s*(?P<number>{_NUMBER})\s*(?P<unit>[^\d()]*?)\s*"
    r"(?:\((?P<notes>[^()]*)\)?)?\s*\.?",
)
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_GROUP_FIRST = re.compile(rf"(?P<name>.*\D?)(?:[:=：]|\s)\s*(?P<number>{_NUMBER})\s*%?")
_NUMBER_FIRST = re.compile(rf"(?P<number>{_NUMBER})\s+(?P<name>\D.*)")
_BETWEEN_NOTES = re.compile(r"\s*(?:[;؛\n]|[,،](?!\d))\s*")


def _plain(words: str) -> str:
    """Digits of every script as 0–9, Arabic signs kept, no marks that only steer direction."""
    plain = unicodedata.normalize("NFC", words)
    kept = (each for each in plain if unicodedata.category(each) != "Cf")
    return "".join(str(unicodedata.decimal(each, each)) for each in kept)


def _figure(line: str, language: str) -> Figure:
    match = _LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if match is None:
        raise Unfit("figures.unclear", line=line[:100])
    value = read_number(match["number"], language)
    name = match["name"].strip()
    unit = match["unit"].strip(" .,;") or None
    if value is None or len(name) > LONGEST_NAME or len(unit or "") > LONGEST_UNIT:
        raise Unfit("figures.unclear", line=line[:100])
    year, groups = _notes(match["notes"] or "", value, language)
    return Figure(name, value, unit, year, groups)


def _notes(notes: str, whole: float, language: str) -> tuple[int | None, dict[str, float]]:
    """The year, and the groups; a group without a number is the whole: `(Port Selene)`."""
    year: int | None = None
    groups: dict[str, float] = {}
    for note in _BETWEEN_NOTES.split(notes.strip()):
        if not note:
            continue
        if year is None and _YEAR.fullmatch(note):
            year = int(note)
            continue
        name, value = _group(note, whole, language)
        groups[name[:LONGEST_NAME]] = value
    return year, groups


def _group(note: str, whole: float, language: str) -> tuple[str, float]:
    for pattern in (_GROUP_FIRST, _NUMBER_FIRST):
        match = pattern.fullmatch(note)
        if match and match["name"].strip(" :="):
            value = read_number(match["number"], language)
            if value is not None:
                return match["name"].strip(" :="), value
    return note, whole


def read_number(written: str, language: str) -> float | None:
    """The number that is written; None where it can be read in no way.

    A mark that stands more than once groups; of two kinds, the last one divides. A single mark with
    three digits behind it is the language's own: `1,234` is 1234 in English and 1.234 in French.
    """
    exact = read_decimal(written, language)
    return None if exact is None else float(exact)


def read_decimal(written: str, language: str) -> Decimal | None:
    """The number as `read_number` reads it, to its last digit: for money."""
    digits = re.sub(r"[\s'’\u00a0\u202f٬]", "", written).replace("٫", ".")
    if len(digits) > LONGEST_NUMBER:
        return None
    marks = re.findall(r"[.,]", digits)
    if len(set(marks)) == 2:
        divides = marks[-1]
        if marks.count(divides) > 1:
            return None
        digits = digits.replace("," if divides == "." else ".", "").replace(divides, ".")
    elif len(marks) > 1:
        digits = digits.replace(marks[0], "")
    elif marks:
        digits = _with_one_mark(digits, marks[0], language, arabic="٫" in written)
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _with_one_mark(digits: str, mark: str, language: str, *, arabic: bool) -> str:
    before, _, after = digits.partition(mark)
    divides = "." if language.split("_", maxsplit=1)[0] in _POINT_LANGUAGES else ","
    grouping = len(after) == 3 and before.strip("+-") not in ("", "0") and mark != divides
    if grouping and not arabic:
        return before + after
    return f"{before}.{after}"


_POINT_LANGUAGES = {"en", "ar", "zh", "hi", "ja", "ko", "th", "he", "sw"}

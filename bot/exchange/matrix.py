"""The implementation matrix: a document's items as they came, with what the State answers to them.

Columns, cells, order and headings are those of the OHCHR matrix where there was one (FORMATS.md
§1.1, §2); its empty assessment column is filled in, and one is added where there is none or where
something stands in it. Items from elsewhere get the columns of the newest layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.exports import ExportKind
from bot.domain.screens import Words, text
from bot.exchange.imported import normal_paragraph
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.wording import Said, Wording, joined, written
from bot.settings import Settings
from storage.exports import Record, Records

ROWS = 1_000  # in one table: what lays a table out takes longer the more rows it has
ASSESSMENT = "assessment"
NAMES = ("recommendation", "states", "position", "themes", "sdgs", ASSESSMENT)
LAYOUT = ("recommendation", "position", "themes", "sdgs")

_WEIGHTS = {"number": 7, "recommendation": 28, "position": 10, "themes": 18, "sdgs": 19}
_USUAL, _WIDEST = 12, 32
TEXT_KEYS = tuple(f"word.column.{each}" for each in (*LAYOUT, ASSESSMENT))


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the values of the matrix that `arguments` order into the folder, by theme."""
    return carry_out(make, arguments, folder)


def export_by_number(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """The same, ordered by number and without headings."""
    return carry_out(make_by_number, arguments, folder)


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the values of the matrix by theme; refuses with NothingMatches."""
    return _make(records, order, settings, folder, by_number=False)


def make_by_number(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the values of the matrix by number; refuses with NothingMatches."""
    return _make(records, order, settings, folder, by_number=True)


def _make(
    records: Records, order: Order, settings: Settings, folder: Path, *, by_number: bool
) -> Written:
    wording = Wording(records, order, settings)
    matrix = _Matrix(wording, [*wording.items()])
    rows = matrix.by_number() if by_number else matrix.by_theme()
    kind = ExportKind.MATRIX_BY_NUMBER if by_number else ExportKind.MATRIX
    values = {
        **wording.page(kind, matrix.count),
        "our": {"approved_only": wording.say(text("word.approved_only"))},
        "columns": matrix.columns,
        "tables": [{"rows": rows[at : at + ROWS]} for at in range(0, len(rows), ROWS)],
    }
    return written(folder, values, matrix.count, wording)


@dataclass(frozen=True)
class _Placed:
    """A row of the matrix: where it stands, under which heading, its cells as they came.

    One that had no heading is `grouped` under its first theme, behind what had one.
    """

    document: int
    place: int
    heading: str
    cells: Mapping[str, str] | None
    row: Record
    approved: Sequence[Record]
    grouped: bool = False


class _Matrix:
    def __init__(self, wording: Wording, items: Sequence[tuple[Record, list[Record]]]) -> None:
        self._wording = wording
        self._items = items
        self.count = len(items)
        self._titles = self._original_titles()
        self._taken = any(
            cells.get(ASSESSMENT)
            for row, _ in items
            for _, _, cells in (row["original"] or ())
            if wording.shows(row)
        )
        self.columns = [*self._columns()]

    def by_theme(self) -> list[dict[str, Any]]:
        """Rows in the order of the original, under its headings; of what had none by theme."""
        without = self._wording.say(text("progress.without.theme"))
        placed = sorted(self._placed(), key=self._order)
        rows: list[dict[str, Any]] = []
        under = ""
        for each in placed:
            heading = each.heading
            if each.grouped and under and not heading:
                heading = without
            if heading and heading != under:
                rows.append(self._heading(heading))
            under = heading
            rows.append(self._row(each))
        return rows

    def by_number(self) -> list[dict[str, Any]]:
        """Each item once, by number."""
        once = {each.row["id"]: each for each in reversed([*self._placed()])}
        ordered = sorted(once.values(), key=lambda each: _by_number(each.row["paragraph"]))
        return [self._row(each) for each in ordered]

    # -- Columns -----------------------------------------------------------------------------------

    def _original_titles(self) -> dict[str, str]:
        """The columns of the original, by name; of the first document that has some."""
        layouts = (each["layout"] for each in self._wording.records.documents().values())
        return next((dict(each) for each in layouts if each), {})

    def _columns(self) -> Iterator[dict[str, Any]]:
        say = self._wording.say
        titles = self._titles or {each: say(text(f"word.column.{each}")) for each in LAYOUT}
        for name, title in titles.items():
            weight = _WIDEST if self._is_ours(name) else _WEIGHTS.get(name, _USUAL)
            yield {"name": name, "title": title, "weight": weight}
        if ASSESSMENT not in titles or self._taken:
            yield {"name": "", "title": say(text(f"word.column.{ASSESSMENT}")), "weight": _WIDEST}

    def _is_ours(self, name: str) -> bool:
        """Whether it is the column that is filled in: an empty one for that, or the added one."""
        return not name or (name == ASSESSMENT and not self._taken)

    # -- Rows --------------------------------------------------------------------------------------

    def _order(self, placed: _Placed) -> tuple[int, bool, bool, bool, str, int, int]:
        """The order of the original, then by theme; what is shown without it stands behind all."""
        row, theme = placed.row, placed.heading if placed.grouped else ""
        hidden = not self._wording.shows(row)
        by_theme = (placed.grouped, placed.grouped and not theme, theme)
        return placed.document, hidden, *by_theme, placed.place, row["id"]

    def _placed(self) -> Iterator[_Placed]:
        for row, approved in self._items:
            document, shows = row["document_id"], self._wording.shows(row)
            known = [[place, heading, None] for place, heading in row["headings"]]
            for place, heading, cells in (row["original"] or known) if shows else ():
                yield _Placed(document, place, heading, cells, row, approved)
            if not shows:
                yield _Placed(document, row["ordinal"], "", None, row, approved)
            elif not (row["original"] or known):
                theme = next(iter(row["tags"].get("theme", ())), "")
                yield _Placed(document, row["ordinal"], theme, None, row, approved, grouped=True)

    def _heading(self, words: str) -> dict[str, Any]:
        nothing = dict.fromkeys(NAMES, _cell())
        return {**nothing, "heading": words, "number": "", "cells": []}

    def _row(self, placed: _Placed) -> dict[str, Any]:
        assessment = _cell(*self._assessment(placed.row, placed.approved))
        cells = []
        for column in self.columns:
            name = column["name"]
            cells.append(assessment if self._is_ours(name) else self._cell(placed, name))
        named = {each["name"]: cell for each, cell in zip(self.columns, cells, strict=True)}
        return {
            **{name: named.get(name, _cell()) for name in NAMES},
            ASSESSMENT: assessment,
            "heading": "",
            "number": placed.row["paragraph"],
            "cells": cells,
        }

    def _cell(self, placed: _Placed, name: str) -> dict[str, Any]:
        """A cell as it came; of an item from elsewhere, or a restricted one, what we know."""
        if placed.cells is not None:
            return _cell(self._as_it_came(placed.cells.get(name, "")))
        row, wording = placed.row, self._wording
        if name in ("number", "recommendation"):
            return _cell(*self._recommendation(row, numbered="number" not in self._titles))
        if name == "position":
            return _cell(wording.ours(wording.position(row)))
        if not wording.shows(row):
            return _cell()
        listed = {"states": row["recommending"], "sdgs": row["tags"].get("sdg", ())}
        listed["themes"] = [*row["tags"].get("theme", ()), *row["tags"].get("group", ())]
        return _cell(self._as_it_came("\n".join(listed.get(name, ()))))

    def _as_it_came(self, words: str) -> Said:
        """Words of which nobody said the language."""
        return self._wording.theirs(words, "en")

    def _recommendation(self, row: Record, *, numbered: bool) -> Iterator[Said]:
        said, language = self._wording.text_of(row)
        number = row["paragraph"] if numbered else ""
        if language:
            label = self._wording.say(text("label.language", language=Words(language)))
            yield self._wording.ours(f"{number} {label}".strip())
        elif number and said["words"]:
            said = {**said, "words": f"{number} {said['words']}"}
        elif number:
            yield self._wording.ours(number)
        yield said

    # -- The assessment ----------------------------------------------------------------------------

    def _assessment(self, row: Record, approved: Sequence[Record]) -> Iterator[Said]:
        """Where it stands, the sentence on it, each institution's answer, observers beside them."""
        wording = self._wording
        yield wording.ours(wording.status(row, approved), strong=True)
        if row["vanished_at"]:
            yield wording.ours(wording.say(text("word.vanished")))
        if not wording.shows(row):
            return
        yield wording.sentence(row)
        several = len(approved) > 1 or bool(row["consolidated_status"])
        for said in approved:
            yield wording.ours(wording.label(said, stands=several), strong=True)
            yield wording.theirs(
                joined([wording.written(said[each]) for each in ("measures", "remaining")]),
                said["language"],
            )
            if said["titles"]:
                titles = wording.evidence(said)
                yield wording.ours(wording.say(text("word.evidence")))
                yield titles
        for title, words in (*wording.independent(row), *wording.grades(row)):
            yield wording.ours(title, strong=True)
            yield words


def _cell(*parts: Said) -> dict[str, Any]:
    kept = [each for each in parts if each["words"]]
    words = "\n".join(each["words"] for each in kept)
    return {"words": words, "rtl": bool(kept) and bool(kept[0]["rtl"]), "parts": kept}


def _by_number(paragraph: str) -> tuple[tuple[int, int, str], ...]:
    """140.7 before 140.12, and 33 before 33 (a)."""
    return tuple(
        (0, int(each), "") if each.isdecimal() else (1, 0, each)
        for each in re.findall(r"\d+|[^\d.]+", normal_paragraph(paragraph))
    )

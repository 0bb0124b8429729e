"""The record as CSV files that IMPACT OSS imports: for a State that moves house (FORMATS.md §2).

The format is that of the import in IMPACT OSS's client (https://github.com/impactoss/impactoss-client,
`app/utils/import.js` and `ENTITY_FIELDS` in `app/themes/config.js`, read in 2026): a heading is a
name with the column behind it, `Title [database:title]`; a relation is
`category-reference [rel:category-reference]` with the references of what it leads to, separated by
commas. What a relation leads to must be there already, so the files are imported in the order of
their numbers. Categories have no import there: their file is for whoever enters them. Everything
arrives as a draft. People are never in these files: IMPACT OSS has users of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain.exports import ExportKind
from bot.domain.figures import Figure
from bot.domain.filters import NothingMatches, goal_of, target_of
from bot.domain.gist import gist
from bot.domain.items import ReportState
from bot.domain.kinds import Position
from bot.domain.selection import mark
from bot.exchange.cells import Cell, storable, write_csv
from bot.exchange.child import progress
from bot.exchange.named import Named, item_id
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.workbook import CountsDiffer
from bot.exchange.zipped import pack
from bot.settings import Settings
from storage.exports import Record, Records

CATEGORIES, INDICATORS, RECOMMENDATIONS, ACTIONS = (
    "1-categories.csv",
    "2-indicators.csv",
    "3-recommendations.csv",
    "4-actions.csv",
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    CATEGORIES: ("taxonomy", "reference", "title", "short_title"),
    INDICATORS: ("reference", "title", "description"),
    RECOMMENDATIONS: (
        "reference",
        "title",
        "description",
        "support_level",
        "category-reference",
    ),
    ACTIONS: (
        "reference",
        "title",
        "description",
        "outcome",
        "target_date",
        "target_date_comment",
        "recommendation-reference",
        "category-reference",
        "indicator-reference",
    ),
}
"""File → the columns of IMPACT OSS in it; those with a hyphen are relations."""

_SUPPORT = {Position.SUPPORTED: 2, Position.SUPPORTED_NOTED: 1, Position.NOTED: 0}
"""IMPACT OSS's `SUPPORT_LEVELS`; empty where the State has not said anything."""

_STANDING = (ReportState.SUBMITTED.value, ReportState.APPROVED.value)
_TITLE = 250  # characters of a title; the whole text is the description
_BREAKS = re.compile(r"[,|]")  # what ends a reference in a relation
_THEME_CODE = re.compile(r"([A-Z]\d+(?:\.\d+)*)\b")
_TAXONOMIES = ("mechanism", "theme", "group", "sdg", "cluster", "institution", "status")

TEXT_KEYS = (
    "export.impact.note",
    *(f"export.impact.file.{each[2:-4]}" for each in COLUMNS),
    *(f"export.impact.taxonomy.{each}" for each in _TAXONOMIES),
)


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the files for IMPACT OSS that `arguments` order into the folder."""
    return carry_out(make, arguments, folder)


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the files into a ZIP; refuses with NothingMatches or CountsDiffer."""
    moving = _Moving(records, order, settings)
    room = folder / "files"
    room.mkdir()
    counts = moving.write(room)
    (room / "README.txt").write_text("\n".join(moving.readme(counts)), "utf-8-sig")
    path = folder / "impact.zip"
    files = [room / each for each in ("README.txt", *COLUMNS)]
    pack(path, files, made_at=order.made_at, zone=settings.zone)
    return Written(path.name, counts, records.restricted() if order.withhold else 0)


class _Moving(Named):
    """The rows of the files, and the references that lead from one to another."""

    def write(self, room: Path) -> dict[str, int]:
        """Write every file into the room; gives the rows of each."""
        self._all = self._records.count()
        if not self._all:
            raise NothingMatches
        self._references: dict[int, str] = {}
        self._categories: dict[str, tuple[str, str]] = {}  # reference → taxonomy, title
        found = self._records.figure_names(withhold=self._order.withhold)
        self._indicators = {name: f"I-{key}" for name, key in found.items()}
        counts = {
            "recommendations": self._file(room, RECOMMENDATIONS, self._recommendations()),
            "actions": self._file(room, ACTIONS, self._actions()),
            "indicators": self._file(room, INDICATORS, self._indicator_rows()),
            "categories": self._file(room, CATEGORIES, self._category_rows()),
        }
        if counts["recommendations"] != self._all:
            raise CountsDiffer({"recommendations": (self._all, counts["recommendations"])})
        return counts

    def readme(self, counts: Mapping[str, int]) -> Iterator[str]:
        """What the files say of themselves, and how they are imported."""
        for line in self.about(ExportKind.IMPACT, {}):
            yield ": ".join(storable(str(each)) for each in line)
        yield from ("", self.word("export.impact.note"), "")
        for name in COLUMNS:
            what = name[2:-4]
            yield f"{name} ({counts[what]}): {self.word(f'export.impact.file.{what}')}"

    @staticmethod
    def _file(room: Path, name: str, rows: Iterable[Sequence[Cell]]) -> int:
        return write_csv(room / name, [_heading(each) for each in COLUMNS[name]], rows)

    # -- Rows --------------------------------------------------------------------------------------

    def _recommendations(self) -> Iterator[Sequence[Cell]]:
        taken: set[str] = set()
        for done, row in enumerate(self._records.recommendations(), start=1):
            reference = _reference(f"{row['symbol']} {row['paragraph']}")
            if reference in taken:  # a paragraph may hold several
                reference = f"{reference} {item_id(row['id'])}"
            taken.add(reference)
            self._references[row["id"]] = reference
            yield self._recommendation(row, reference)
            if done % 500 == 0:
                progress(done, 2 * self._all)

    def _recommendation(self, row: Record, reference: str) -> Sequence[Cell]:
        best = self._best(row["texts"]) if self._shows(row) else None
        position = _SUPPORT.get(Position(row["position"])) if row["position"] else None
        categories = ",".join(self._categories_of(row))
        if best is None:
            return [reference, reference, "", position, categories]
        title = _title(gist(best.words, best.language))
        return [reference, title, best.words, position, categories]

    def _actions(self) -> Iterator[Sequence[Cell]]:
        """What institutions said they did; returned, withdrawn or not cleared, it stays here."""
        for row in self._records.status_updates():
            if row["state"] in _STANDING and row["is_word"] and row["measures"]:
                yield self._action(row)

    def _action(self, row: Record) -> Sequence[Cell]:
        shown = self._shows(row)
        figures = [Figure.kept(each) for each in row["figures"]] if shown else []
        categories = [
            self._category("status", row["status"], self.word(f"status.{row['status']}")),
            self._house(row["institution_id"]),
        ]
        indicators = [self._indicators[each.indicator] for each in figures]
        outcome = (
            [self._written(row["remaining"]), *(each.written() for each in figures)]
            if shown
            else []
        )
        return [
            row["number"],
            _title(self._written(row["measures"])) if shown else row["number"],
            self._written(row["measures"]) if shown else "",
            "\n".join(filter(None, outcome)),
            None,
            f"{self.word('export.workbook.column.as_of')}: {row['as_of']}",
            self._references[row["item_id"]],
            ",".join(categories),
            ",".join(dict.fromkeys(indicators)),
        ]

    def _indicator_rows(self) -> Iterator[Sequence[Cell]]:
        for name, reference in self._indicators.items():
            yield [reference, _title(name), name]

    # -- Categories --------------------------------------------------------------------------------

    def _category_rows(self) -> Iterator[Sequence[Cell]]:
        """The categories that rows name, taxonomy by taxonomy."""
        places = {each: place for place, each in enumerate(_TAXONOMIES)}
        for reference, (taxonomy, title) in sorted(
            self._categories.items(), key=lambda each: (places[each[1][0]], each[0])
        ):
            yield [self.word(f"export.impact.taxonomy.{taxonomy}"), reference, title, reference]

    def _categories_of(self, row: Record) -> Iterator[str]:
        yield self._category("mechanism", row["mechanism"], row["mechanism"])
        for _, institution in row["holders"]:
            yield self._house(institution)
        if not self._shows(row):
            return
        for label in row["tags"].get("theme", ()):
            code = _THEME_CODE.match(label)
            yield self._category("theme", code[1] if code else f"T-{mark(label)}", label)
        for label in row["tags"].get("group", ()):
            yield self._category("group", f"G-{mark(label)}", label)
        for label in row["tags"].get("sdg", ()):
            number = target_of(label) or goal_of(label)
            yield self._category("sdg", f"SDG {number}" if number else f"S-{mark(label)}", label)
        if row["cluster"]:
            yield self._category("cluster", f"C-{row['cluster_id']}", row["cluster"])

    def _house(self, institution: int) -> str:
        code = self._houses[institution]["code"]
        return self._category("institution", code, self._institution(institution))

    def _category(self, taxonomy: str, reference: str, title: str) -> str:
        """The reference of a category, which is written down with the others."""
        plain = _reference(reference)
        self._categories.setdefault(plain, (taxonomy, title))
        return plain


def _heading(column: str) -> str:
    """How IMPACT OSS finds a column: the name is for people, the bracket for the import."""
    if "-" in column:
        return f"{column} [rel:{column}]"
    if column == "taxonomy":
        return "Taxonomy"
    return f"{column.replace('_', ' ').capitalize()} [database:{column}]"


def _reference(words: str) -> str:
    """A reference without what would end it in a relation."""
    return " ".join(_BREAKS.sub(" ", words).split())


def _title(words: str) -> str:
    """One line of words that fits a title."""
    line = " ".join(words.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"

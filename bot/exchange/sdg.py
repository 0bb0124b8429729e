"""The recommendations by Sustainable Development Goal, for a voluntary national review.

Goal → target → recommendation → status, measures, figures (FORMATS.md §2), as a workbook and as
CSV. A recommendation stands under each of its goals, and in a group of their own those that name
none. A workbook whose totals are not what the database counts is never handed out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from bot.domain.exports import ExportKind
from bot.domain.figures import Figure
from bot.domain.filters import NothingMatches, goal_of, target_of
from bot.domain.items import Part
from bot.exchange.cells import Cell, write_csv
from bot.exchange.child import progress
from bot.exchange.named import Named, item_id
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.sheets import SafeSheet, safe_book
from bot.exchange.spool import Spool, in_pages, spool
from bot.exchange.workbook import CountsDiffer, Rows
from bot.settings import Settings
from storage.exports import PAGE, Record, Records

GOALS = 17

Totals: TypeAlias = Mapping[tuple[int | None, str], int]  # recommendations by goal and status code


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A recommendation under one target of one goal; `goal` None: it names none.

    `measures` is what each institution said last, `figures` what it counted, a line an institution.
    """

    goal: int | None
    goal_name: str
    target: str
    recommendation: str
    symbol: str
    paragraph: str
    kind: str
    position: str
    text: str
    language: str
    status: str
    as_of: date | None
    lead: tuple[str, ...]
    contributing: tuple[str, ...]
    measures: str
    figures: str


@dataclass(frozen=True, slots=True)
class GoalFigureRow:
    """A figure under one target of one goal; one that is of a group names it."""

    goal: int | None
    goal_name: str
    target: str
    recommendation: str
    symbol: str
    paragraph: str
    institution: str
    status_update: str
    indicator: str
    year: int | None
    unit: str
    group: str
    value: float


_CSV_COLUMNS = (*(each.name for each in fields(GoalRow)), "made_at", "made_by", "filter", "holds")
_SHEETS = {"goals": GoalRow, "goal_figures": GoalFigureRow}

TEXT_KEYS = (
    *("export.sdg.none", "export.sdg.note"),
    *(f"sdg.goal.{n}" for n in range(1, GOALS + 1)),
    *(f"export.workbook.sheet.{each}" for each in _SHEETS),
    *(
        f"export.workbook.column.{each}"
        for each in sorted({one.name for row in _SHEETS.values() for one in fields(row)})
    ),
    *(f"export.workbook.column.{each}" for each in _CSV_COLUMNS),
)


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the workbook by goal that `arguments` order into the folder."""
    return carry_out(make, arguments, folder)


def export_csv(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the same as CSV."""
    return carry_out(make_csv, arguments, folder)


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the workbook by goal; refuses with NothingMatches or CountsDiffer."""
    with spool(folder) as aside:
        pivot = _Pivot(records, order, settings, aside)
        path = folder / "goals.xlsx"
        pivot.write(path)
        return Written(path.name, pivot.counts(), pivot.withheld)


def make_csv(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the rows by goal as CSV; refuses with NothingMatches or CountsDiffer.

    A table has no first page: its last columns say of each row when, by whom, how narrowed, and how
    many recommendations all of them are.
    """
    with spool(folder) as aside:
        pivot = _Pivot(records, order, settings, aside)
        path = folder / "goals.csv"
        heading = [pivot.word(f"export.workbook.column.{each}") for each in _CSV_COLUMNS]
        write_csv(path, heading, pivot.csv_rows())
        return Written(path.name, pivot.counts(), pivot.withheld)


class _Pivot(Named):
    """The recommendations of an order, read once and put aside, then taken up goal by goal."""

    def __init__(self, records: Records, order: Order, settings: Settings, spool: Spool) -> None:
        super().__init__(records, order, settings)
        self._spool = spool
        self._all = records.count()
        if not self._all:
            raise NothingMatches
        self._seen: Counter[tuple[int | None, str]] = Counter()
        self._places: list[tuple[_Target, int]] = []
        self.withheld = records.restricted() if order.withhold else 0
        self._read()
        self._places.sort(key=lambda each: each[0].order)  # which keeps those of a target in order
        self._totals = records.goals(withhold=order.withhold)
        self._compare()

    def counts(self) -> dict[str, int]:
        """Recommendations, each once, and the rows under all goals."""
        return {"recommendations": self._all, "rows": len(self._places)}

    def write(self, path: Path) -> None:
        """Write the workbook: the totals, the recommendations, the figures."""
        with safe_book(
            path,
            language=self._order.language,
            title=self.word(f"export.kind.{ExportKind.SDG}"),
            made_at=self._order.made_at,
            zone=self._zone,
        ) as book:
            self._write_totals(book.sheet(self.word("export.workbook.sheet.totals")))
            Rows(book, "goals", GoalRow, self.word).write(self._goal_rows())
            Rows(book, "goal_figures", GoalFigureRow, self.word).write(self._figure_rows())

    def csv_rows(self) -> Iterator[list[Cell]]:
        """The rows as cells, each with when, by whom, how narrowed and how many."""
        filters = [f"{self.word(f'export.workbook.filter.{k}')}: {w}" for k, w in self._filters()]
        unfiltered = self.word("export.workbook.filter.none")
        about = [self._moment(self._order.made_at), self._order.made_by]
        about += ["; ".join(filters) or unfiltered, str(self._all)]
        names = [each.name for each in fields(GoalRow)]
        for row in self._goal_rows():
            yield [*(getattr(row, name) for name in names), *about]

    # -- Reading -----------------------------------------------------------------------------------

    def _read(self) -> None:
        done = 0
        for page in in_pages(self._records.recommendations(), PAGE):
            said = self._records.last_reports([row["id"] for row in page])
            for row in page:
                self._put_aside(row, said.get(row["id"], []))
            done += len(page)
            progress(done, 2 * self._all)

    def _put_aside(self, row: Record, said: Sequence[Record]) -> None:
        shown = self._shows(row)
        place = self._spool.add(self._packed(row, said if shown else (), shown=shown))
        targets = _targets(row["tags"].get("sdg", ()) if shown else ())
        self._places += [(each, place) for each in targets]
        for goal in {each.goal for each in targets}:
            self._seen[goal, row["status"]] += 1

    def _packed(self, row: Record, said: Sequence[Record], *, shown: bool) -> dict[str, Any]:
        """What a row says whichever goal it stands under, as plain JSON values."""
        best = self._best(row["texts"]) if shown else None
        figures = [each for report in said for each in self._figures(report)]
        return {
            "recommendation": item_id(row["id"]),
            "symbol": row["symbol"],
            "paragraph": row["paragraph"],
            "kind": self.word(f"kind.{row['kind']}"),
            "position": self.word(f"position.{row['position']}") if row["position"] else "",
            "text": best.words if best else "",
            "language": self._language(best.language) if best else "",
            "status": self.word(f"status.{row['status']}"),
            "as_of": row["as_of"].isoformat() if row["as_of"] else None,
            "lead": self._holders(row["holders"], Part.LEAD),
            "contributing": self._holders(row["holders"], Part.CONTRIBUTING),
            "measures": "\n".join(self._said(each) for each in said),
            "figures": "\n".join(
                f"{self._institution(report['institution_id'])} | {Figure.kept(each).written()}"
                for report in said
                for each in report["figures"]
            ),
            "counted": figures,
        }

    def _said(self, report: Record) -> str:
        """One institution's word: who, as of when, whether it is approved, and the words."""
        stage = self.word(f"report.state.{report['state']}")
        who = self._institution(report["institution_id"])
        words = self._written(report["measures"])
        return f"{who} ({report['number']}, {report['as_of']}, {stage}): {words}"

    def _figures(self, report: Record) -> Iterator[dict[str, Any]]:
        for row in report["figures"]:
            figure = Figure.kept(row)
            common = {
                "institution": self._institution(report["institution_id"]),
                "status_update": report["number"],
                "indicator": figure.indicator,
                "year": figure.year,
                "unit": figure.unit or "",
            }
            yield common | {"group": "", "value": figure.value}
            for group, value in figure.groups.items():
                yield common | {"group": group, "value": value}

    def _compare(self) -> None:
        """Refuse with CountsDiffer unless the goals were counted as the database counts them."""
        expected = Counter(self._totals)
        differences = {
            f"goal {goal}: {status}": (expected[goal, status], self._seen[goal, status])
            for goal, status in expected.keys() | self._seen.keys()
            if expected[goal, status] != self._seen[goal, status]
        }
        if differences:
            raise CountsDiffer(differences)

    # -- Rows --------------------------------------------------------------------------------------

    def _goal_rows(self) -> Iterator[GoalRow]:
        for done, (target, place) in enumerate(self._places, start=1):
            kept = self._spool.at(place)
            del kept["counted"]
            as_of = date.fromisoformat(kept["as_of"]) if kept["as_of"] else None
            several = {each: tuple(kept[each]) for each in ("lead", "contributing")}
            yield GoalRow(**self._under(target), **{**kept, "as_of": as_of, **several})
            if done % PAGE == 0:
                progress(len(self._places) + done, 2 * len(self._places))

    def _figure_rows(self) -> Iterator[GoalFigureRow]:
        for target, place in self._places:
            kept = self._spool.at(place)
            common = {each: kept[each] for each in ("recommendation", "symbol", "paragraph")}
            for figure in kept["counted"]:
                yield GoalFigureRow(**self._under(target), **common, **figure)

    def _under(self, target: _Target) -> dict[str, Any]:
        return {
            "goal": target.goal,
            "goal_name": self._goal(target.goal),
            "target": target.target,
        }

    def _goal(self, goal: int | None) -> str:
        return self.word("export.sdg.none" if goal is None else f"sdg.goal.{goal}")

    def _write_totals(self, sheet: SafeSheet) -> None:
        """When, by whom, how narrowed; then recommendations by goal and status."""
        sheet.sheet.set_column(0, 0, 8)
        sheet.sheet.set_column(1, 1, 44)
        counted = {self.word("export.workbook.sheet.recommendations"): self._all}
        if self.withheld:
            counted[self.word("export.workbook.withheld")] = self.withheld
        row = 0
        for row, line in enumerate(self.about(ExportKind.SDG, counted)):
            sheet.row(row, ["", *line] if row else line)
        codes = self._records.vocabulary().codes
        known = dict.fromkeys([*codes, *sorted(status for _, status in self._totals)])
        statuses = [each for each in known if any(status == each for _, status in self._totals)]
        row += 2
        headings = [self.word(f"export.workbook.column.{each}") for each in ("goal", "goal_name")]
        words = [self.word(f"status.{each}") for each in statuses]
        sheet.header(row, [*headings, *words, self.word("export.workbook.totals.count")])
        for goal in sorted({goal for goal, _ in self._totals}, key=_last_if_none):
            row += 1
            counts = [self._totals.get((goal, each), 0) for each in statuses]
            sheet.row(row, [goal, self._goal(goal), *counts, sum(counts)])
        sheet.row(row + 2, ["", self.word("export.sdg.note")])


@dataclass(frozen=True)
class _Target:
    """A target of a goal, or a goal alone where `target` is empty; goal None: none is named."""

    goal: int | None
    target: str = ""

    @property
    def order(self) -> tuple[int, int, str]:
        """Goals by their number, none last; targets by theirs, those with a letter behind."""
        number = self.target.partition(".")[2]
        place = int(number) if number.isdecimal() else (GOALS * 10 if number else 0)
        return _last_if_none(self.goal), place, number


def _last_if_none(goal: int | None) -> int:
    return GOALS + 1 if goal is None else goal


def _targets(labels: Iterable[str]) -> list[_Target]:
    """The targets that the labels name; a goal stands for itself where none of its targets does."""
    named: dict[int, set[str]] = {}
    for label in labels:
        if goal := goal_of(label):
            named.setdefault(goal, set()).update(filter(None, [target_of(label)]))
    return [
        _Target(goal, target) for goal, targets in named.items() for target in targets or {""}
    ] or [_Target(None)]

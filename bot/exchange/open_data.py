"""What is open to anyone: documented tables as CSV and JSON, with stable ids, nothing personal.

Of status updates only those that the secretariat has approved; of restricted items nothing, not
even that they are there. Nobody is named, neither who wrote nor who decided nor who made the file,
and what the secretariat writes for itself (clusters, comments, due dates, questions) stays away.

`recommendations.csv` can be imported here again (`bot.exchange.plain`) and then changes nothing.
A cell that a spreadsheet would take for a formula has the prefix `'`, which that import takes off.
`datapackage.json` describes every column as https://specs.frictionlessdata.io/data-package/ says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from bot.domain.exports import ExportKind
from bot.domain.figures import Figure
from bot.domain.filters import NothingMatches
from bot.domain.items import AssignmentState, Part
from bot.exchange.cells import Cell, storable, write_csv
from bot.exchange.child import progress
from bot.exchange.named import Named, item_id
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.workbook import CountsDiffer
from bot.exchange.zipped import pack
from bot.settings import Settings
from storage.exports import Record, Records

STRING, LIST, INTEGER, NUMBER, DATE = "string", "list", "integer", "number", "date"

# Table → its columns, each with its type; a list is ` | ` between its values in CSV.
TABLES: Mapping[str, Mapping[str, str]] = {
    "documents": {
        "symbol": STRING,
        "mechanism": STRING,
        "title": STRING,
        "cycle": INTEGER,
        "session": STRING,
        "published_on": DATE,
    },
    "recommendations": {
        "id": STRING,
        "key": STRING,
        "symbol": STRING,
        "paragraph": STRING,
        "mechanism": STRING,
        "cycle": INTEGER,
        "session": STRING,
        "published_on": DATE,
        "kind": STRING,
        "position": STRING,
        "position_source": STRING,
        "text": STRING,
        "language": STRING,
        "recommending_states": LIST,
        "themes": LIST,
        "affected_persons": LIST,
        "sdgs": LIST,
        "annotation_id": STRING,
        "heading": LIST,
        "status": STRING,
        "as_of": DATE,
        "lead": LIST,
        "contributing": LIST,
        "vanished_on": DATE,
    },
    "texts": {"recommendation": STRING, "language": STRING, "text": STRING},
    "institutions": {"code": STRING, "kind": STRING, "ended_on": DATE},
    "institution_names": {"institution": STRING, "language": STRING, "name": STRING},
    "assignments": {
        "recommendation": STRING,
        "institution": STRING,
        "part": STRING,
        "announced_on": DATE,
    },
    "status_updates": {
        "number": STRING,
        "version": INTEGER,
        "recommendation": STRING,
        "institution": STRING,
        "status": STRING,
        "as_of": DATE,
        "measures": STRING,
        "remaining": STRING,
        "language": STRING,
        "submitted_on": DATE,
        "approved_on": DATE,
    },
    "figures": {
        "id": STRING,
        "status_update": STRING,
        "indicator": STRING,
        "year": INTEGER,
        "unit": STRING,
        "group": STRING,
        "value": NUMBER,
    },
    "statuses": {"code": STRING, "name": STRING},
}

KEYS: Mapping[str, str] = {
    "documents": "symbol",
    "recommendations": "id",
    "institutions": "code",
    "status_updates": "number",
    "statuses": "code",
}
"""The column that names each row of a table, and no other row."""

REFERENCES: Mapping[str, tuple[str, str]] = {
    "recommendation": ("recommendations", "id"),
    "institution": ("institutions", "code"),
    "status_update": ("status_updates", "number"),
}
"""Column → the table and the column that its values stand in."""

TEXT_KEYS = (
    *("export.open.made_by", "export.open.note"),
    *(f"export.open.table.{each}" for each in TABLES),
    *(
        f"export.open.column.{each}"
        for each in sorted({column for columns in TABLES.values() for column in columns})
    ),
)


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the open data that `arguments` order into the folder."""
    return carry_out(make, arguments, folder)


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the tables into a ZIP; refuses with NothingMatches or CountsDiffer."""
    tables = _Tables(records.open_to_all(), order, settings)
    room = folder / "tables"
    room.mkdir()
    counts = tables.write(room)
    tables.describe(room, counts)
    path = folder / "open-data.zip"
    first = ("README.txt", "datapackage.json")
    names = [*first, *(f"{each}.{kind}" for each in TABLES for kind in ("csv", "json"))]
    files = [room / each for each in names]
    pack(path, files, made_at=order.made_at, zone=settings.zone)
    return Written(path.name, counts)


@dataclass
class _Seen:
    """The institutions and statuses that rows name."""

    institutions: set[int]
    statuses: dict[str, None]


class _Tables(Named):
    """The tables of approved records; each is read once and stands in CSV and JSON."""

    def write(self, room: Path) -> dict[str, int]:
        """Write every table into the room; gives the rows of each, as the database counts them."""
        totals = self._records.totals().sheets
        self._all = totals["recommendations"]
        if not self._all:
            raise NothingMatches
        self._seen = _Seen(set(), {})
        # In this order: the tables of what is named come after the rows that name it.
        rows: Mapping[str, Callable[[], Iterable[Sequence[Cell]]]] = {
            "documents": self._documents,
            "recommendations": self._recommendations,
            "texts": self._read_texts,
            "assignments": self._assignments,
            "status_updates": self._status_updates,
            "figures": self._figures,
            "institutions": self._houses_seen,
            "institution_names": self._names_seen,
            "statuses": self._statuses,
        }
        counts = {name: _write(room, name, make()) for name, make in rows.items()}
        differences = {
            name: (totals[name], counts[name])
            for name in ("recommendations", "status_updates")
            if totals[name] != counts[name]
        }
        if differences:
            raise CountsDiffer(differences)
        return {name: counts[name] for name in TABLES}

    # -- Rows --------------------------------------------------------------------------------------

    def _documents(self) -> Iterator[Sequence[Cell]]:
        for row in self._records.sources():
            yield [row[name] for name in TABLES["documents"]]

    def _recommendations(self) -> Iterator[Sequence[Cell]]:
        for done, row in enumerate(self._records.recommendations(), start=1):
            self._seen.statuses[row["status"]] = None
            yield self._recommendation(row)
            if done % 500 == 0:
                progress(done, 3 * self._all)

    def _recommendation(self, row: Record) -> Sequence[Cell]:
        said, tags, holders = self._best(row["texts"]), row["tags"], row["holders"]
        return [
            item_id(row["id"]),
            row["key"],
            row["symbol"],
            row["paragraph"],
            row["mechanism"],
            row["cycle"],
            row["session"],
            row["published_on"],
            row["kind"],
            row["position"],
            row["source_of_position"],
            said.words if said else "",
            said.language if said else "",
            tuple(row["recommending"]),
            tuple(tags.get("theme", ())),
            tuple(tags.get("group", ())),
            tuple(tags.get("sdg", ())),
            row["annotation_id"],
            tuple(dict.fromkeys(heading for _, heading in row["headings"])),
            row["status"],
            row["as_of"],
            self._holding(holders, Part.LEAD),
            self._holding(holders, Part.CONTRIBUTING),
            self._day(row["vanished_at"]),
        ]

    def _read_texts(self) -> Iterator[Sequence[Cell]]:
        for row in self._records.recommendations():
            for language, words in row["texts"].items():
                yield [item_id(row["id"]), language, words]

    def _assignments(self) -> Iterator[Sequence[Cell]]:
        for row in self._records.assignments():
            if row["state"] == AssignmentState.ANNOUNCED.value:
                code = self._code(row["institution_id"])
                yield [item_id(row["item_id"]), code, row["part"], self._day(row["announced_at"])]

    def _status_updates(self) -> Iterator[Sequence[Cell]]:
        for row in self._records.status_updates():
            self._seen.statuses[row["status"]] = None
            yield [
                row["number"],
                row["version"],
                item_id(row["item_id"]),
                self._code(row["institution_id"]),
                row["status"],
                row["as_of"],
                self._written(row["measures"]),
                self._written(row["remaining"]),
                row["language"],
                self._day(row["submitted_at"]),
                self._day(row["decided_at"]),
            ]

    def _figures(self) -> Iterator[Sequence[Cell]]:
        for row in self._records.status_updates():
            for kept in row["figures"]:
                figure = Figure.kept(kept)
                common = [f"F-{kept['id']}", row["number"], figure.indicator, figure.year]
                yield [*common, figure.unit, "", figure.value]
                for group, value in figure.groups.items():
                    yield [*common, figure.unit, group, value]

    def _houses_seen(self) -> Iterator[Sequence[Cell]]:
        for key in self._named_houses():
            house = self._houses[key]
            yield [house["code"], house["kind"], self._day(house["ended_at"])]

    def _names_seen(self) -> Iterator[Sequence[Cell]]:
        for key in self._named_houses():
            house = self._houses[key]
            for language, name in sorted(house["names"].items()):
                yield [house["code"], language, name]

    def _named_houses(self) -> list[int]:
        """All of them where nothing is narrowed, else those that a row names."""
        seen = self._seen.institutions if self._order.filters else set(self._houses)
        return sorted(seen, key=lambda key: self._houses[key]["code"])

    def _statuses(self) -> Iterator[Sequence[Cell]]:
        for code in self._seen.statuses:
            yield [code, self.word(f"status.{code}")]

    def _code(self, institution: int) -> str:
        self._seen.institutions.add(institution)
        return str(self._houses[institution]["code"])

    def _holding(self, holders: Iterable[tuple[str, int]], part: Part) -> tuple[str, ...]:
        return tuple(self._code(key) for each, key in holders if each == part.value)

    # -- What it says of itself --------------------------------------------------------------------

    def _made_by(self) -> str:
        """The office: whoever made it is named in the audit, and nowhere outside."""
        return self.word("export.open.made_by")

    def describe(self, room: Path, counts: Mapping[str, int]) -> None:
        """Write README.txt, for people, and datapackage.json, for programs."""
        (room / "README.txt").write_text("\n".join(self._readme(counts)), "utf-8-sig")
        (room / "datapackage.json").write_text(
            json.dumps(self._package(counts), ensure_ascii=False, indent=2), "utf-8"
        )

    def _readme(self, counts: Mapping[str, int]) -> Iterator[str]:
        for line in self.about(ExportKind.OPEN_DATA, {}):
            yield ": ".join(storable(str(each)) for each in line)
        yield from ("", self.word("export.open.note"), "")
        for table, columns in TABLES.items():
            yield f"{table}.csv, {table}.json ({counts[table]})"
            yield f"  {self.word(f'export.open.table.{table}')}"
            for column in columns:
                yield f"  - {column}: {self.word(f'export.open.column.{column}')}"
            yield ""

    def _package(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """The description of a data package, one resource a table."""
        title, *lines = [
            ": ".join(storable(str(each)) for each in line)
            for line in self.about(ExportKind.OPEN_DATA, {})
        ]
        return {
            "profile": "tabular-data-package",
            "name": "focal-point",
            "title": title,
            "description": "\n".join([*lines, self.word("export.open.note")]),
            "created": self._order.made_at.isoformat(),
            "resources": [self._resource(table, counts[table]) for table in TABLES],
        }

    def _resource(self, table: str, rows: int) -> dict[str, Any]:
        columns = TABLES[table]
        schema: dict[str, Any] = {
            "fields": [
                {
                    "name": column,
                    "type": STRING if kind == LIST else kind,
                    "description": self.word(f"export.open.column.{column}"),
                }
                for column, kind in columns.items()
            ]
        }
        if table in KEYS:
            schema["primaryKey"] = KEYS[table]
        if keys := [
            {"fields": column, "reference": {"resource": target, "fields": field}}
            for column, (target, field) in REFERENCES.items()
            if column in columns
        ]:
            schema["foreignKeys"] = keys
        return {
            "profile": "tabular-data-resource",
            "name": table,
            "path": f"{table}.csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "description": self.word(f"export.open.table.{table}"),
            "rows": rows,
            "schema": schema,
        }


def _write(room: Path, table: str, rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table as CSV and as JSON, an object a row; gives how many."""
    columns = list(TABLES[table])
    with (room / f"{table}.json").open("w", encoding="utf-8") as file:
        return write_csv(room / f"{table}.csv", columns, _through(file, columns, rows))


def _through(
    file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Iterator[Sequence[Cell]]:
    """The rows, each of which goes into the JSON as well."""
    between = "[\n"
    for row in rows:
        values = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
        file.write(between + json.dumps(values, ensure_ascii=False))
        between = ",\n"
        yield row
    file.write("\n]\n" if between != "[\n" else "[]\n")


def _plain(cell: Cell) -> Any:
    """A cell as JSON holds it: texts without their prefix, several values as a list."""
    match cell:
        case str():
            return storable(cell)
        case tuple():
            return [storable(each) for each in cell]
        case date():
            return cell.isoformat()
        case _:
            return cell
